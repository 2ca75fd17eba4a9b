"""One layer in ten formats, and through two engines: the same shapes, the same attributes."""

import math
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import geopandas
import pytest
import shapely
from pyproj import CRS
from shapely.geometry import MultiPolygon, Polygon

from tests.read_batches import square
from tests.shared import shared_data
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.read.polygons import settle_layer
from yanhu_satcheck.read.tables import Table
from yanhu_satcheck.read.vectors import read_layer

PLAIN = "gem_cn.gdb"  # holds the whole names
# What whoever made the fixtures called a column where the whole name would be cut.
SHORT = {"图斑号": "图斑编号", "方式": "开采方式"}
FIXTURES = [
    "gem_cn_gbk_cpg_cgcs2000.shp",
    "gem_cn_gbk_nocpg_ldid00.shp",
    "gem_cn_gbk_nocpg_ldid4D.shp",
    "gem_cn_utf8_cpg_cgcs2000_3deg38.shp",
    "gem_cn_utf8_cpg_truncated_fieldnames.shp",
    "gem_cn_utf8_nocpg.shp",
    "gem_cn_wrongcpg_gbk_says_utf8.shp",
    PLAIN,
]
WORK = CRS("EPSG:4546")


def _read(path: Path) -> Table:
    return read_layer("polygons", path, path.name, None, None, Misreads())


def _fixture(name: str) -> Table:
    return _read(shared_data("vector", "encoding_fixtures", name))


def _coordinates(ring: shapely.LinearRing) -> str:
    return " ".join(f"{x!r},{y!r},0" for x, y in shapely.get_coordinates(ring).tolist())


def _drawn(shape: Polygon | MultiPolygon) -> str:
    parts = []
    for part in getattr(shape, "geoms", [shape]):
        rings = [("outer", part.exterior), *(("inner", hole) for hole in part.interiors)]
        boundaries = "".join(
            f"<{side}BoundaryIs><LinearRing><coordinates>{_coordinates(ring)}</coordinates>"
            f"</LinearRing></{side}BoundaryIs>"
            for side, ring in rings
        )
        parts.append(f"<Polygon>{boundaries}</Polygon>")
    return f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def _kml(table: Table) -> str:
    placemarks = []
    for row in table.rows:
        said = "".join(
            f'<Data name="{header}"><value>{escape(str(cell))}</value></Data>'
            for header, cell in zip(table.headers, row.cells, strict=True)
            if cell is not None
        )
        drawn = _drawn(row.shape) if isinstance(row.shape, Polygon | MultiPolygon) else ""
        data = f"<ExtendedData>{said}</ExtendedData>"
        placemarks.append(f"<Placemark>{data}{drawn}</Placemark>")
    return f"<kml><Document>{''.join(placemarks)}</Document></kml>"


def _carried(table: Table) -> list[shapely.Geometry]:
    """A layer's shapes in one CRS, as the batch would carry them."""
    route = crses.Route(settle_layer(table, None, None, "", Misreads(), areal=True), WORK, None)
    return [route.carry(row.shape) for row in table.rows if row.shape is not None]


def _assert_same(table: Table, plain: Table) -> None:
    assert [row.cells for row in table.rows] == [row.cells for row in plain.rows]
    for said, whole in zip(table.headers, plain.headers, strict=True):
        assert whole.startswith(SHORT.get(said, said))  # a DBF holds ten bytes of a name
    # Doubles of metres are all that one was projected into: no more than their last digits differ.
    shapes = zip(_carried(table), _carried(plain), strict=True)
    assert max(shapely.hausdorff_distance(a, b) for a, b in shapes) < 1e-6


@pytest.mark.parametrize("name", FIXTURES)
def test_every_encoding_and_the_geodatabase_read_the_same(name: str) -> None:
    table = _fixture(name)
    assert len(table.rows) == 103
    _assert_same(table, _fixture(PLAIN))


@pytest.mark.parametrize("suffix", [".kml", ".kmz"])
def test_a_kml_of_the_same_rows_reads_the_same(tmp_path: Path, suffix: str) -> None:
    plain, path = _fixture(PLAIN), tmp_path / f"a{suffix}"
    text = _kml(plain)
    if suffix == ".kml":
        path.write_text(text, encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", text)
    _assert_same(_read(path), plain)


@pytest.mark.parametrize(
    ("suffix", "driver"),
    [(".shp", "ESRI Shapefile"), (".gpkg", "GPKG"), (".gdb", "OpenFileGDB")],
)
def test_both_engines_give_the_same(tmp_path: Path, suffix: str, driver: str) -> None:
    pytest.importorskip("fiona", reason="the second engine is an extra: pip install .[fiona]")
    path = tmp_path / f"a{suffix}"
    shapes = [MultiPolygon([Polygon(square())]), None, MultiPolygon([Polygon(square(2))])]
    rows = [
        {"图斑号": f"A{i}", "亩数": 1.5 * i, "数": i, "日期": date(2022, 12, 5), "geometry": shape}
        for i, shape in enumerate(shapes)
    ]
    frame = geopandas.GeoDataFrame(rows, crs="EPSG:4546").astype({"数": "int32"})
    encoding = "GBK" if suffix == ".shp" else None
    frame.to_file(path, layer="tb", driver=driver, encoding=encoding)
    one, other = (
        read_layer("polygons", path, path.name, None, None, Misreads(), engine=engine)
        for engine in ("pyogrio", "fiona")
    )
    assert (one.headers, one.names) == (other.headers, other.names)
    assert [(r.number, r.cells) for r in one.rows] == [(r.number, r.cells) for r in other.rows]
    assert len(one.rows) == 3
    assert crses.parse(str(one.crs)).equals(crses.parse(str(other.crs)), ignore_axis_order=True)
    for a, b in zip(one.rows, other.rows, strict=True):
        assert (a.shape is None) == (b.shape is None)
        assert a.shape is None or a.shape.equals_exact(b.shape, 0)
    assert math.isclose(sum(r.shape.area for r in one.rows if r.shape is not None), 20_000)
