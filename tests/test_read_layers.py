"""Layers: shapefiles in every encoding, and every way a layer loses rows without a word."""

import json
import math
import shutil
import struct
import warnings
from pathlib import Path
from typing import Any

import geopandas
import pyarrow
import pyogrio
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from tests.read_batches import HEAD, batch_folder, feature, layer, only, square
from tests.shared import shared_data
from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.encodings import decode, sniff
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.shapefiles import read_shapefile
from yanhu_satcheck.read.tables import Table
from yanhu_satcheck.read.vectors import read_layer

FIXTURES = [
    "gem_cn_gbk_cpg_cgcs2000",
    "gem_cn_gbk_nocpg_ldid00",
    "gem_cn_gbk_nocpg_ldid4D",
    "gem_cn_utf8_cpg_cgcs2000_3deg38",
    "gem_cn_utf8_cpg_truncated_fieldnames",
    "gem_cn_utf8_nocpg",
    "gem_cn_wrongcpg_gbk_says_utf8",
]


def _fixture(name: str) -> Table:
    path = shared_data("vector", "encoding_fixtures", f"{name}.shp")
    return read_shapefile("polygons", path, path.name, None)


@pytest.mark.parametrize("name", FIXTURES)
def test_one_layer_in_seven_encodings_reads_the_same(name: str) -> None:
    table, plain = _fixture(name), _fixture("gem_cn_utf8_nocpg")
    assert [row.cells for row in table.rows] == [row.cells for row in plain.rows]
    assert len(table.rows) == 103
    assert table.headers[0] in ("图斑编号", "图斑号", "图斑编")


@pytest.mark.parametrize("name", FIXTURES)
def test_one_batch_in_seven_encodings_reads_the_same(tmp_path: Path, name: str) -> None:
    home = shared_data("vector", "encoding_fixtures")
    for batch, stem in (("one", name), ("other", "gem_cn_utf8_nocpg")):
        (tmp_path / batch).mkdir()
        for part in home.glob(f"{stem}.*"):
            shutil.copyfile(part, tmp_path / batch / f"polygons{part.suffix}")
        text = HEAD + '[polygons]\npath = "polygons.shp"\n'
        (tmp_path / batch / "batch.toml").write_text(text, encoding="utf-8")
    one, other = (read_batch(tmp_path / batch) for batch in ("one", "other"))
    assert [polygon.id for polygon in one.polygons] == [polygon.id for polygon in other.polygons]
    assert one.crs == other.crs
    for a, b in zip(one.polygons, other.polygons, strict=True):
        assert a.footprint is not None
        assert b.footprint is not None
        assert a.footprint.equals_exact(b.footprint, 0.001)


@pytest.mark.parametrize("form", [*FIXTURES, "gem_cn.gdb", "gem_cn.kml"])
def test_one_layer_in_nine_forms_gives_equal_polygons_and_words(tmp_path: Path, form: str) -> None:
    home, wanted = shared_data("vector", "encoding_fixtures"), {}
    truth = geopandas.read_file(home / "gem_cn.gdb").to_crs("EPSG:4526")
    for row in truth.itertuples():
        wanted[row.图斑编号] = (row.geometry, row.矿山名称, row.开采方式)
    path = tmp_path / (form if "." in form else f"{form}.shp")
    if form.endswith(".kml"):
        truth.to_crs("EPSG:4326").to_file(path, driver="KML")
    elif form.endswith(".gdb"):
        shutil.copytree(home / form, path)
    else:
        for part in home.glob(f"{form}.*"):
            shutil.copyfile(part, tmp_path / part.name)
    cut = {"gem_cn_utf8_cpg_truncated_fieldnames": ("矿山名", "开采方")}
    short = dict.fromkeys((FIXTURES[3], FIXTURES[5]), ("矿山名", "方式"))
    mine, method = (cut | short).get(form, ("矿山名称", "开采方式"))
    says = f'path = "{path.name}"\nfields = {{ township = "{mine}", village = "{method}" }}\n'
    head = HEAD.replace("[batch]", '[batch]\ncrs = "EPSG:4526"')
    (tmp_path / "batch.toml").write_text(head + "[polygons]\n" + says, encoding="utf-8")
    polygons = read_batch(tmp_path).polygons
    assert [p.id for p in polygons] == list(wanted)
    assert len(polygons) == 103
    for polygon in polygons:
        shape, *words = wanted[polygon.id]
        assert [polygon.township, polygon.village] == words
        assert polygon.footprint is not None
        assert shapely.hausdorff_distance(polygon.footprint, shape) < 1e-6


def _shapefile(folder: Path, encoding: str = "GBK") -> Path:
    rows = [
        {"图斑编号": f"A{i}", "乡镇": "解州镇", "geometry": Polygon(square(i))} for i in range(3)
    ]
    path = folder / "polygons.shp"
    geopandas.GeoDataFrame(rows, crs="EPSG:4546").to_file(path, encoding=encoding)
    text = HEAD + '[polygons]\npath = "polygons.shp"\n'
    (folder / "batch.toml").write_text(text, encoding="utf-8")
    return path


def _lost(folder: Path) -> str:
    with pytest.raises(NothingToAudit) as stopped:
        read_batch(folder)
    return str(stopped.value)


def test_a_shapefile_and_all_its_parts_are_inputs(tmp_path: Path) -> None:
    _shapefile(tmp_path)
    batch = read_batch(tmp_path)
    assert batch.misreads == ()
    assert [polygon.township for polygon in batch.polygons] == ["解州镇"] * 3
    suffixes = [Path(file.name).suffix for file in batch.inputs]
    assert suffixes == [".toml", ".cpg", ".dbf", ".prj", ".shp", ".shx"]


def test_half_a_shp_is_named_not_read(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    assert "cut off" in _lost(tmp_path)


def test_a_dbf_with_fewer_rows_is_named_not_read(tmp_path: Path) -> None:
    dbf = _shapefile(tmp_path).with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    content[4:8] = struct.pack("<I", 2)
    dbf.write_bytes(content)
    assert "3 shapes, the .dbf 2 rows" in _lost(tmp_path)


@pytest.mark.parametrize("suffix", [".dbf", ".shx"])
def test_a_missing_part_is_named(tmp_path: Path, suffix: str) -> None:
    _shapefile(tmp_path).with_suffix(suffix).unlink()
    assert f"polygons{suffix} is missing" in _lost(tmp_path)


def test_a_deleted_row_is_left_out_with_its_shape(tmp_path: Path) -> None:
    dbf = _shapefile(tmp_path).with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    head, length = struct.unpack("<HH", content[8:12])
    content[head + length] = ord("*")
    dbf.write_bytes(content)
    assert [polygon.id for polygon in read_batch(tmp_path).polygons] == ["A0", "A2"]


def test_encodings_are_told_from_the_bytes() -> None:
    assert sniff(["解州镇".encode("gb18030"), b"A1"]) == "gb18030"
    assert sniff(["解州镇".encode()[:-1], "图斑".encode()]) == "utf-8"
    assert sniff([b"A1"]) == "utf-8"
    assert decode("\ufeff图斑".encode()) == "图斑"
    assert decode("图斑".encode("gb18030")) == "图斑"


def _geojson(folder: Path, *features: Any) -> Batch:
    batch_folder(folder)
    layer(folder / "polygons.geojson", [feature(square(), 图斑编号="A1"), *features])
    return read_batch(folder)


@pytest.mark.parametrize("other", [None, {"type": "Foo"}, 7, {"type": "Feature", "properties": 3}])
def test_a_thing_that_is_no_feature_costs_only_itself(tmp_path: Path, other: Any) -> None:
    batch = _geojson(tmp_path, other, feature(square(1), 图斑编号="A2"))
    assert [polygon.id for polygon in batch.polygons] == ["A1", "A2"]
    assert (only(batch.misreads).row, only(batch.misreads).rule) == (2, "DQ05")


@pytest.mark.parametrize(
    ("geometry", "says"),
    [
        (None, "没有图形"),
        ({"type": "Polygon", "coordinates": []}, "没有图形"),
        ({"type": "Polygon", "coordinates": [[["a", 1], [2, 3], ["a", 1]]]}, "无法读取"),
        ({"type": "Polygon", "coordinates": [square()[:-1]]}, "没有闭合"),
        ({"type": "Polygon"}, "无法读取"),
        ({"type": "Point", "coordinates": [500_000, 3_876_000]}, "不是面"),
        ({"type": "Kreis", "coordinates": []}, "无法读取"),
    ],
)
def test_a_broken_geometry_costs_only_its_polygon(tmp_path: Path, geometry: Any, says: str) -> None:
    bad = {"type": "Feature", "properties": {"图斑编号": "A2"}, "geometry": geometry}
    batch = _geojson(tmp_path, bad)
    assert [polygon.footprint is None for polygon in batch.polygons] == [False, True]
    fault = batch.polygons[1].fault
    assert fault is not None
    assert says in fault.zh
    assert only(batch.misreads).polygon_ids == ("A2",)


@pytest.mark.parametrize("says", ["null", '"Features"'])
def test_a_collection_that_does_not_say_so_is_none(tmp_path: Path, says: str) -> None:
    """Empty ones, which every other reader refuses, were read without a word."""
    batch_folder(tmp_path, more='[hazards]\npath = "hazards.geojson"\n')
    path = tmp_path / "hazards.geojson"
    path.write_text(f'{{"type": {says}, "features": []}}', encoding="utf-8")
    batch = read_batch(tmp_path)
    assert only(batch.misreads).what.en == "it is no FeatureCollection"
    assert "hazards" in batch.unusable


def test_a_property_written_twice_is_noticed(tmp_path: Path) -> None:
    batch_folder(tmp_path)
    drawn = json.dumps({"type": "Polygon", "coordinates": [square()]})
    text = '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": '
    text += '"EPSG:4546"}}, "features": [{"type": "Feature", "properties": {"图斑编号": "A1", '
    text += f'"乡镇": "甲", "乡镇": "乙"}}, "geometry": {drawn}}}]}}'
    (tmp_path / "polygons.geojson").write_text(text, encoding="utf-8")
    misread = only(read_batch(tmp_path).misreads)
    assert (misread.column, misread.row) == ("乡镇", 1)


def test_a_crs_behind_a_link_is_never_followed(tmp_path: Path) -> None:
    batch_folder(tmp_path)
    path = tmp_path / "polygons.geojson"
    said = json.loads(path.read_text(encoding="utf-8"))
    said["crs"] = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs"}}
    path.write_text(json.dumps(said), encoding="utf-8")
    rules = [misread.rule for misread in read_batch(tmp_path).misreads]
    assert rules == ["DQ04", "DQ04"]  # the link, and what was assumed instead


def test_json_with_a_slip_is_named_with_its_line(tmp_path: Path) -> None:
    batch_folder(tmp_path)
    (tmp_path / "polygons.geojson").write_text(
        '{"type":\n "FeatureCollection",\n', encoding="utf-8"
    )
    assert "line 3" in _lost(tmp_path)


def _geopackage(folder: Path, **layers: str) -> Path:
    path = folder / "layers.gpkg"
    for name, column in layers.items():
        rows = [{column: "A1", "大编号": 140802000123456789, "geometry": Polygon(square())}]
        rows.append({column: "A2", "大编号": None, "geometry": None})
        geopandas.GeoDataFrame(rows, crs="EPSG:4546").to_file(path, layer=name, driver="GPKG")
    return path


def _layer(path: Path, layer: str | None = None) -> tuple[Table, tuple[Misread, ...]]:
    misreads = Misreads()
    table = read_layer("polygons", path, path.name, None, layer, misreads)
    return table, misreads.all()


def test_the_layer_of_a_geopackage_whose_columns_fit_is_read(tmp_path: Path) -> None:
    path = _geopackage(tmp_path, 别的="别的列", 图斑="图斑编号")
    table, misreads = _layer(path)
    assert table.headers[0] == "图斑编号"
    assert table.crs == "EPSG:4546"
    assert [row.shape is None for row in table.rows] == [False, True]
    assert misreads == ()


def test_two_layers_that_fit_are_named(tmp_path: Path) -> None:
    _, misreads = _layer(_geopackage(tmp_path, 甲="图斑编号", 乙="图斑编号"))
    assert "甲" in only(misreads).what.zh


def test_a_layer_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as fault:
        _layer(_geopackage(tmp_path, 甲="图斑编号"), "丙")
    assert "甲" in fault.value.remedy.zh


def test_another_format_in_a_geopackages_clothes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "layers.gpkg"
    path.write_text("<OGRVRTDataSource/>", encoding="utf-8")
    with pytest.raises(Unreadable, match="no GeoPackage"):
        _layer(path)


RING = square()
HOLE = [[x / 2 + 250_025, y / 2 + 1_938_025] for x, y in square()]


@pytest.mark.parametrize(
    "drawn",
    [
        Polygon(RING, [HOLE]),
        MultiPolygon([Polygon(RING), Polygon(square(1), [])]),
        Polygon([(x, y, 400.0) for x, y in RING]),
        shapely.from_wkt(f"POLYGON M (({','.join(f'{x} {y} 7' for x, y in RING)}))"),
        shapely.from_wkt(f"POLYGON ZM (({','.join(f'{x} {y} 400 7' for x, y in RING)}))"),
    ],
    ids=["hole", "parts", "heights", "measures", "heights and measures"],
)
@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_parts_holes_heights_and_measures_are_read_flat(
    tmp_path: Path, drawn: BaseGeometry, suffix: str
) -> None:
    path = tmp_path / f"polygons{suffix}"
    rows = pyarrow.table({"TBBH": ["A1"], "geom": pyarrow.array([shapely.to_wkb(drawn)])})
    kind = f"{drawn.geom_type}{' Z' * drawn.has_z}"
    with warnings.catch_warnings(action="ignore"):  # of measures, which GDAL was not told of
        pyogrio.write_arrow(rows, path, geometry_name="geom", geometry_type=kind, crs="EPSG:4546")
    text = HEAD + f'[polygons]\npath = "polygons{suffix}"\n'
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    found = read_batch(tmp_path).polygons[0].footprint
    assert found is not None
    flat = shapely.force_2d(drawn)
    assert found.symmetric_difference(flat).area < 1e-3
    assert shapely.get_num_coordinates(found) == shapely.get_num_coordinates(flat)
    assert not found.has_z


def test_solids_are_refused_by_name(tmp_path: Path) -> None:
    path = _shapefile(tmp_path)
    content = bytearray(path.read_bytes())
    content[32:36] = struct.pack("<i", 31)
    path.write_bytes(content)
    assert "MultiPatch" in _lost(tmp_path)


def test_arcs_in_a_geopackage_are_drawn_as_lines(tmp_path: Path) -> None:
    circle = struct.pack("<BIIBII", 1, 10, 1, 1, 8, 5)
    for x, y in ((0, 0), (50, 50), (100, 0), (50, -50), (0, 0)):
        circle += struct.pack("<dd", 500_000 + x, 3_876_000 + y)
    path = tmp_path / "polygons.gpkg"
    rows = pyarrow.table({"TBBH": ["A1"], "geom": pyarrow.array([circle])})
    how = {"geometry_name": "geom", "geometry_type": "Unknown", "crs": "EPSG:4546"}
    pyogrio.write_arrow(rows, path, layer="tb", **how)
    table, _ = _layer(path)
    shape = table.rows[0].shape
    assert shape is not None
    assert shape.geom_type == "Polygon"
    # Chords of 4 degrees take 0.08 % off a circle.
    assert 0.999 < shape.area / (math.pi * 50**2) < 1


def test_no_part_of_a_shapefile_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "batch"
    inside.mkdir()
    dbf = _shapefile(inside).with_suffix(".dbf")
    dbf.rename(tmp_path / "polygons.dbf")
    dbf.symlink_to(tmp_path / "polygons.dbf")
    assert "leads out" in _lost(inside)


@pytest.mark.parametrize("key", ["sheet", "layer"])
def test_a_geojson_has_neither_sheet_nor_layer(tmp_path: Path, key: str) -> None:
    batch_folder(tmp_path, more=f'{key} = "图斑"\n')
    assert only(read_batch(tmp_path).misreads).column == f"polygons.{key}"


def test_a_shapefile_may_be_called_a_layer_by_its_own_name(tmp_path: Path) -> None:
    _shapefile(tmp_path)
    manifest = tmp_path / "batch.toml"
    text = manifest.read_text("utf-8")
    manifest.write_text(text + 'layer = "polygons"\n', encoding="utf-8")
    assert read_batch(tmp_path).misreads == ()
    manifest.write_text(text + 'layer = "other"\n', encoding="utf-8")
    assert only(read_batch(tmp_path).misreads).column == "polygons.layer"
