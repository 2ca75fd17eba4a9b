"""Surveyors write north first: in every layer and table that is seen, said and set right."""

from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from tests.read_batches import EAST, HEAD, NORTH, batch_folder, only, square
from yanhu_satcheck.read import read_batch

SUFFIXES = {".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".gdb": "OpenFileGDB", ".geojson": "GeoJSON"}
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84"
SYSTEMS = ["EPSG:4546", "EPSG:4525", "EPSG:4508", "EPSG:4490", "EPSG:4326", "EPSG:32649"]


def _north_first(shape: BaseGeometry, crs: str) -> BaseGeometry:
    way = Transformer.from_crs("EPSG:4546", crs, always_xy=True)
    return shapely.transform(shape, lambda points: np.column_stack(way.transform(*points.T)[::-1]))


def _write(path: Path, shapes: list[BaseGeometry], crs: str, **columns: list[str]) -> None:
    drawn = [_north_first(shape, crs) for shape in shapes]
    encoding = "GBK" if path.suffix == ".shp" else None
    frame = geopandas.GeoDataFrame(columns, geometry=drawn, crs=crs)
    frame.to_file(path, driver=SUFFIXES[path.suffix], encoding=encoding)


# One without a code, of which a .prj says no area either, once: GDAL is slow to write it.
CASES = [(suffix, crs) for suffix in SUFFIXES for crs in SYSTEMS] + [(".shp", ALBERS)]


@pytest.mark.parametrize(("suffix", "crs"), CASES)
def test_polygons_north_first_are_turned_and_it_is_said(
    tmp_path: Path, suffix: str, crs: str
) -> None:
    shapes: list[BaseGeometry] = [Polygon(square(i)) for i in range(3)]
    path = tmp_path / f"polygons{suffix}"
    _write(path, shapes, crs, TBBH=["A0", "A1", "A2"])
    text = HEAD + f'[polygons]\npath = "polygons{suffix}"\n'
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    batch = read_batch(tmp_path)
    misread = only(batch.misreads)
    assert misread.rule == "DQ04"
    assert "先北后东" in misread.what.zh
    for polygon, shape in zip(batch.polygons, shapes, strict=True):
        assert polygon.footprint is not None
        assert polygon.footprint.hausdorff_distance(shape) < 0.01


OTHERS: dict[str, tuple[Callable[[int], BaseGeometry], dict[str, list[str]]]] = {
    "permits": (lambda i: Polygon(square(i)), {"XKZH": ["C0", "C1"], "YXQZ": ["2025-01-01"] * 2}),
    "hazards": (lambda i: Point(EAST + i * 500, NORTH), {"统一编号": ["H0", "H1"]}),
    "key_areas": (lambda i: Polygon(square(i)), {"名称": ["甲", "乙"]}),
}


@pytest.mark.parametrize("table", OTHERS)
def test_every_other_layer_is_turned_too(tmp_path: Path, table: str) -> None:
    drawn, columns = OTHERS[table]
    batch_folder(tmp_path, more=f'[{table}]\npath = "x.gpkg"\n')
    _write(tmp_path / "x.gpkg", [drawn(0), drawn(1)], "EPSG:4525", **columns)
    batch = read_batch(tmp_path)
    assert only(batch.misreads).file == "x.gpkg"
    assert "先北后东" in only(batch.misreads).what.zh
    for number, row in enumerate(getattr(batch, table)):
        assert row.footprint.hausdorff_distance(drawn(number)) < 0.01


def test_a_table_of_hazards_with_its_columns_exchanged(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[hazards]\npath = "h.csv"\n')
    (tmp_path / "h.csv").write_text("编号,经度,纬度\nH1,111,35\nH2,35,111\n", encoding="utf-8")
    batch = read_batch(tmp_path)
    misread = only(batch.misreads)
    assert (misread.row, misread.column, misread.rule) == (3, "经度", "DQ04")
    assert "1 行" in misread.what.zh
    one, other = (hazard.footprint for hazard in batch.hazards)
    assert one is not None
    assert one.equals(other)


@pytest.mark.parametrize("place", ["37500000,3876000", "11.1,3.5", "111,200"])
def test_a_hazard_nowhere_in_china_costs_only_its_place(tmp_path: Path, place: str) -> None:
    batch_folder(tmp_path, more='[hazards]\npath = "h.csv"\n')
    text = f"编号,经度,纬度\nH1,111,35\nH2,{place}\n"
    (tmp_path / "h.csv").write_text(text, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert (only(batch.misreads).row, only(batch.misreads).rule) == (3, "DQ04")
    assert [hazard.footprint is None for hazard in batch.hazards] == [False, True]


def test_photographs_listed_latitude_first(tmp_path: Path) -> None:
    more = '[photos]\ndir = "photos"\nindex = "photos/index.csv"\n'
    batch_folder(tmp_path, more=more)
    (tmp_path / "photos").mkdir()
    index = "文件名,图斑编号,经度,纬度\n1.jpg,A1,35.0005,111.0005\n"
    (tmp_path / "photos" / "index.csv").write_text(index, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert batch.photos[0].lonlat == (111.0005, 35.0005)
    assert [m.column for m in batch.misreads if m.rule == "DQ04"] == ["经度"]
