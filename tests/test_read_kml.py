"""KML and KMZ: where the fields stand, what a placemark may look like, and what is not followed."""

import zipfile
from pathlib import Path

import pytest

from tests.read_batches import HEAD, batch_folder, only
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import kml as kml_reader
from yanhu_satcheck.read import markup, read_batch
from yanhu_satcheck.read.kml import read_kml
from yanhu_satcheck.read.markup import parse_xml
from yanhu_satcheck.read.misreads import Misreads, Unreadable

RING = "111.0,35.0,0 111.001,35.0,0 111.001,35.001,0 111.0,35.001,0 111.0,35.0,0"
HOLE = "111.0004,35.0004 111.0006,35.0004 111.0006,35.0006 111.0004,35.0004"


def polygon(ring: str = RING, *holes: str) -> str:
    inner = "".join(
        f"<innerBoundaryIs><LinearRing><coordinates>{hole}</coordinates></LinearRing>"
        "</innerBoundaryIs>"
        for hole in holes
    )
    return (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{ring}</coordinates></LinearRing></outerBoundaryIs>{inner}</Polygon>"
    )


def data(**fields: str) -> str:
    said = "".join(f'<Data name="{n}"><value>{v}</value></Data>' for n, v in fields.items())
    return f"<ExtendedData>{said}</ExtendedData>"


def placemark(inside: str) -> str:
    return f"<Placemark>{inside}</Placemark>"


def kml(*placemarks: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return (
        f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"{''.join(placemarks)}</Document></kml>"
    )


def _batch(folder: Path, text: str | bytes, more: str = "") -> Batch:
    content = text.encode() if isinstance(text, str) else text
    (folder / "polygons.kml").write_bytes(content)
    said = HEAD + f'[polygons]\npath = "polygons.kml"\n{more}'
    (folder / "batch.toml").write_text(said, encoding="utf-8")
    return read_batch(folder)


def test_fields_of_extended_data_are_the_columns(tmp_path: Path) -> None:
    one = placemark("<name>名称</name>" + data(图斑编号="A1", 乡镇="解州镇") + polygon())
    batch = _batch(tmp_path, kml(f"<Folder><Folder>{one}</Folder></Folder>"))
    assert [(p.id, p.township) for p in batch.polygons] == [("A1", "解州镇")]
    assert batch.misreads == ()
    drawn = batch.polygons[0].footprint
    assert drawn is not None
    assert drawn.area == pytest.approx(91.2 * 110.9, rel=0.01)


def test_fields_of_a_schema_are_known_by_name_and_by_what_is_shown(tmp_path: Path) -> None:
    schema = '<Schema id="s"><SimpleField name="F1"><displayName>图斑编号</displayName>'
    schema += '</SimpleField><SimpleField name="XZMC"/></Schema>'
    fields = '<ExtendedData><SchemaData><SimpleData name="F1">A1</SimpleData>'
    fields += '<SimpleData name="XZMC">解州镇</SimpleData></SchemaData></ExtendedData>'
    batch = _batch(tmp_path, kml(schema, placemark(fields + polygon())))
    assert [(p.id, p.township) for p in batch.polygons] == [("A1", "解州镇")]


def test_a_placemarks_name_counts_only_where_no_field_does(tmp_path: Path) -> None:
    bare = _batch(tmp_path, kml(placemark(f"<name> A7 </name>{polygon()}")))
    assert [p.id for p in bare.polygons] == ["A7"]
    both = kml(placemark("<name>解州镇</name>" + data(TBBH="A1") + polygon()))
    assert [p.id for p in _batch(tmp_path, both).polygons] == ["A1"]
    named = _batch(tmp_path, both, 'fields = { polygon_id = "name" }')
    assert [p.id for p in named.polygons] == ["解州镇"]


def test_a_description_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.kml"
    html = "<![CDATA[<table><tr><td>图斑编号</td></tr></table>]]>"
    path.write_text(kml(placemark(f"<description>{html}</description>")), encoding="utf-8")
    table = read_kml("polygons", path, path.name, None, Misreads())
    assert table.rows[0].cells == ("<table><tr><td>图斑编号</td></tr></table>",)


LABEL = "<Point><coordinates>111.0005,35.0005</coordinates></Point>"
LINE = "<LineString><coordinates>111,35 111.1,35.1</coordinates></LineString>"


@pytest.mark.parametrize(
    ("drawn", "kind", "parts"),
    [
        (polygon(RING, HOLE), "Polygon", 1),
        (f"<MultiGeometry>{LABEL}{polygon()}</MultiGeometry>", "Polygon", 1),
        (f"<MultiGeometry>{polygon()}{polygon(HOLE)}</MultiGeometry>", "MultiPolygon", 2),
        (
            f"<MultiGeometry><MultiGeometry>{LABEL}</MultiGeometry>{LABEL}</MultiGeometry>",
            *("MultiPoint", 2),
        ),
        (f"<MultiGeometry>{LINE}{polygon()}</MultiGeometry>", "GeometryCollection", 2),
        (LINE, "LineString", 1),
        (LABEL, "Point", 1),
    ],
)
def test_every_kind_of_drawing_is_read(tmp_path: Path, drawn: str, kind: str, parts: int) -> None:
    path = tmp_path / "a.kml"
    path.write_text(kml(placemark(drawn)), encoding="utf-8")
    shape = read_kml("hazards", path, path.name, None, Misreads()).rows[0].shape
    assert shape is not None
    assert (shape.geom_type, len(getattr(shape, "geoms", [shape]))) == (kind, parts)
    assert not shape.has_z


@pytest.mark.parametrize(
    ("drawn", "says"),
    [
        ("", "没有图形"),
        (polygon("111,35 111.1,35 111.1,35.1"), "没有闭合"),
        (polygon("111,35 x,35 111.1,35.1 111,35"), "无法读取"),
        (polygon("111 35 111.1 35.1"), "无法读取"),
        (polygon(""), "没有坐标"),
        (polygon(RING.replace("111.001,35.001", "111.001,nan")), "不是可用的数"),
        ("<Polygon/>", "没有外边界"),
        (LABEL, "不是面"),
        ("<gx:Track><when/></gx:Track>", "Track"),
    ],
)
def test_a_broken_placemark_costs_only_itself(tmp_path: Path, drawn: str, says: str) -> None:
    good = placemark(data(TBBH="A1") + polygon())
    batch = _batch(tmp_path, kml(good, placemark(data(TBBH="A2") + drawn)))
    assert [p.footprint is None for p in batch.polygons] == [False, True]
    fault = batch.polygons[1].fault
    assert fault is not None
    assert says in fault.zh
    assert only(batch.misreads).polygon_ids == ("A2",)


def test_a_field_that_stands_there_twice_is_noticed(tmp_path: Path) -> None:
    twice = data(TBBH="A1", 乡镇="甲") + data(乡镇="乙")
    batch = _batch(tmp_path, kml(placemark(twice + polygon())))
    assert (only(batch.misreads).column, batch.polygons[0].township) == ("乡镇", "乙")


@pytest.mark.parametrize(
    ("said", "written"), [("GB2312", "gb18030"), ("UTF-8", "gb18030"), ("UTF-16", "utf-16")]
)
def test_the_bytes_tell_the_encoding(tmp_path: Path, said: str, written: str) -> None:
    head = f'<?xml version="1.0" encoding="{said}"?>'
    text = kml(placemark(data(图斑编号="盐湖〇一") + polygon()), head=head)
    assert [p.id for p in _batch(tmp_path, text.encode(written)).polygons] == ["盐湖〇一"]


def test_latitude_before_longitude_is_noticed(tmp_path: Path) -> None:
    ring = " ".join(",".join(point.split(",")[1::-1]) for point in RING.split())
    batch = _batch(tmp_path, kml(placemark(data(TBBH="A1") + polygon(ring))))
    assert "先北后东" in only(batch.misreads).what.zh
    assert batch.polygons[0].footprint is not None


def test_a_network_link_is_named_and_not_followed(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    batch = _batch(tmp_path, kml(link, placemark(data(TBBH="A1") + polygon())))
    assert "127.0.0.1:9/x.kml is not followed" in only(batch.misreads).what.en


@pytest.mark.parametrize(
    ("said", "usable"), [("CGCS2000", True), ("WGS84", True), ("GCJ-02", False), ("BD-09", False)]
)
def test_a_shifted_datum_that_is_said_is_refused(tmp_path: Path, said: str, usable: bool) -> None:
    one = placemark(f"<OvCoordType>{said}</OvCoordType>" + data(TBBH="A1") + polygon())
    if usable:
        assert _batch(tmp_path, kml(one)).misreads == ()
        return
    with pytest.raises(NothingToAudit, match=f"{said}, hundreds of metres"):
        _batch(tmp_path, kml(one))


HOSTILE = {
    "doctype": '<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>',
    "outer": '<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd"><kml/>',
    "entity": "<kml>&nbsp;</kml>",
    "deep": "<kml>" + "<a>" * 100_000,
    "cut": "<kml><Document><Placemark>",
    "empty": "",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_xml_that_reaches_beyond_the_file_is_refused(kind: str) -> None:
    with pytest.raises(Unreadable):
        parse_xml(HOSTILE[kind].encode())


def test_no_kml_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NothingToAudit, match="it is no KML"):
        _batch(tmp_path, "<gpx/>")


def _kmz(folder: Path, more: str = "", **members: str) -> None:
    batch_folder(folder, more=f'[permits]\npath = "p.kmz"\n{more}')
    with zipfile.ZipFile(folder / "p.kmz", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("_", "/") + ".kml", text)


def test_the_kml_in_a_kmz_is_read_and_others_are_named(tmp_path: Path) -> None:
    mine = kml(placemark(data(证号="C1", 有效期止="2025-01-01") + polygon()))
    _kmz(tmp_path, files_other=kml(), doc=mine)
    batch = read_batch(tmp_path)
    assert [permit.permit_no for permit in batch.permits] == ["C1"]
    assert "files/other.kml" in only(batch.misreads).what.en


def test_a_kmz_that_unpacks_too_far_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kml_reader, "MAX_BYTES", 1 << 20)
    monkeypatch.setattr(markup, "MAX_BYTES", 1 << 20)
    _kmz(tmp_path, doc="<kml>" + " " * (2 << 20))
    assert "too large" in only(read_batch(tmp_path).misreads).what.en


def test_half_a_kmz_is_named(tmp_path: Path) -> None:
    _kmz(tmp_path, doc=kml(placemark(polygon())))
    path = tmp_path / "p.kmz"
    path.write_bytes(path.read_bytes()[:-40])
    assert only(read_batch(tmp_path).misreads).whole
