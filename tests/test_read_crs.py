"""Coordinates: what the file says, what the numbers say, and what nobody may guess."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyproj import CRS

from tests.read_batches import EAST, HEAD, NORTH, POLYGONS, feature, layer, only, square
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.crs import settle, working
from yanhu_satcheck.read.misreads import Unreadable

PREFIXED = 37_000_000 + EAST


def _batch(folder: Path, ring: Any, crs: str | None, declared: str = "", head: str = HEAD) -> Batch:
    layer(folder / "polygons.geojson", [feature(ring, 图斑编号="A1")], crs)
    (folder / "batch.toml").write_text(head + POLYGONS + declared, encoding="utf-8")
    return read_batch(folder)


def _lower_left(batch: Batch) -> tuple[int, int]:
    shape = batch.polygons[0].footprint
    assert shape is not None
    west, south, *_ = shape.bounds
    return round(west), round(south)


HERE = (EAST, NORTH)


@pytest.mark.parametrize(
    ("ring", "crs"),
    [
        (square(), "EPSG:4546"),
        (square(east=PREFIXED), "EPSG:4525"),
        (square(), "urn:ogc:def:crs:EPSG::4546"),
    ],
)
def test_a_crs_that_is_said_and_fits_is_kept_to(tmp_path: Path, ring: Any, crs: str) -> None:
    batch = _batch(tmp_path, ring, crs)
    assert (_lower_left(batch), batch.crs, batch.misreads) == (HERE, "EPSG:4546", ())


@pytest.mark.parametrize(
    ("ring", "crs", "says"),
    [
        (square(east=PREFIXED), None, "没有坐标系"),
        (square(east=PREFIXED), "EPSG:4546", "与坐标不符"),
        (square(), "EPSG:4525", "与坐标不符"),
        (square(east=PREFIXED), "EPSG:4490", "与坐标不符"),
        (square(), None, "没有坐标系"),  # the region's meridian
        ([p[::-1] for p in square()], "EPSG:4546", "先北后东"),
        ([p[::-1] for p in square(east=PREFIXED)], None, "先北后东"),
    ],
)
def test_coordinates_that_leave_no_doubt_win_and_it_is_said(
    tmp_path: Path, ring: Any, crs: str | None, says: str
) -> None:
    batch = _batch(tmp_path, ring, crs)
    assert _lower_left(batch) == HERE
    misread = only(batch.misreads)
    assert misread.rule == "DQ04"
    assert says in misread.what.zh
    assert not misread.whole


DEGREES = [[111.0, 35.0], [111.001, 35.0], [111.001, 35.001], [111.0, 35.001], [111.0, 35.0]]


def test_degrees_are_degrees(tmp_path: Path) -> None:
    batch = _batch(tmp_path, DEGREES, "EPSG:4490")
    assert (batch.crs, batch.misreads) == ("EPSG:4546", ())
    assert _lower_left(batch)[0] == 500_000


def test_degrees_north_before_east_are_noticed(tmp_path: Path) -> None:
    batch = _batch(tmp_path, [p[::-1] for p in DEGREES], "EPSG:4326")
    assert _lower_left(batch)[0] == 500_000
    assert "先北后东" in only(batch.misreads).what.zh


def test_wgs84_and_cgcs2000_are_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = (
        _batch(tmp_path / f, DEGREES, c) for f, c in (("a", "EPSG:4490"), ("b", "EPSG:4326"))
    )
    assert one.polygons[0].footprint == other.polygons[0].footprint


@pytest.mark.parametrize("crs", ["EPSG:2382", "EPSG:4610", "EPSG:4214", "EPSG:2433"])
def test_the_old_datums_are_refused_with_what_to_supply(tmp_path: Path, crs: str) -> None:
    with pytest.raises(NothingToAudit, match="local transformation parameters"):
        _batch(tmp_path, square() if crs in ("EPSG:2382", "EPSG:2433") else DEGREES, crs)


def test_an_old_datum_of_another_layer_costs_only_that_layer(tmp_path: Path) -> None:
    drawn = [feature(square(), 采矿许可证号="C1", 有效期止="2025-01-01")]
    layer(tmp_path / "permits.geojson", drawn, "EPSG:2382")
    batch = _batch(tmp_path, square(), "EPSG:4546", '[permits]\npath = "permits.geojson"')
    misread = only(batch.misreads)
    assert (misread.rule, misread.whole, misread.file) == ("DQ04", True, "permits.geojson")
    assert "permits" in batch.not_supplied


def test_eastings_without_zone_need_somebody_to_say_which(tmp_path: Path) -> None:
    nowhere = HEAD.replace("140802", "990000")
    with pytest.raises(NothingToAudit, match="CRS cannot be told"):
        _batch(tmp_path, square(), None, head=nowhere)
    batch = _batch(tmp_path, square(), None, head=nowhere + 'crs = "EPSG:4546"\n')
    assert _lower_left(batch) == HERE


def test_a_crs_the_batch_declares_for_a_layer_is_taken(tmp_path: Path) -> None:
    batch = _batch(tmp_path, square(), None, 'crs = "EPSG:4546"')
    assert (_lower_left(batch), batch.misreads) == (HERE, ())


def test_a_layer_that_says_otherwise_than_the_batch_is_named(tmp_path: Path) -> None:
    batch = _batch(tmp_path, square(), "EPSG:4547", 'crs = "EPSG:4546"')
    assert _lower_left(batch) == HERE
    assert only(batch.misreads).rule == "DQ04"


def test_the_working_crs_may_be_declared_but_must_be_in_metres(tmp_path: Path) -> None:
    assert (
        _batch(tmp_path, square(), "EPSG:4546", head=HEAD + 'crs = "EPSG:4547"\n').crs
        == "EPSG:4547"
    )
    batch = _batch(tmp_path, square(), "EPSG:4546", head=HEAD + 'crs = "EPSG:4490"\n')
    assert batch.crs == "EPSG:4546"
    assert only(batch.misreads).column == "batch.crs"


@pytest.mark.parametrize("zone", range(25, 46))
def test_every_zone_is_told_by_its_prefix(zone: int) -> None:
    points = np.array([[zone * 1e6 + 5e5, 3.876e6], [zone * 1e6 + 5.01e5, 3.877e6]])
    assert settle(points, None, None, None).crs.to_epsg() == 4513 + zone - 25


PLACES = {(111, 35): 4546, (112.4, 35): 4546, (112.6, 35): 4547, (75, 40): 4534, (135, 48): 4554}
PLACES |= {(-44, -20): 32723, (16, 46): 32633}


@pytest.mark.parametrize(("lonlat", "epsg"), PLACES.items())
def test_the_working_crs_of_a_place(lonlat: tuple[float, float], epsg: int) -> None:
    assert working(lonlat).to_epsg() == epsg


def test_nonsense_is_no_place() -> None:
    with pytest.raises(Unreadable):
        settle(np.array([[1e9, 1e9], [1e9, 1e9]]), "EPSG:4546", None, CRS("EPSG:4546"))


def test_one_polygon_far_off_costs_only_itself(tmp_path: Path) -> None:
    far = [feature(square(east=1e9), 图斑编号="B1")]
    near = [feature(square(i), 图斑编号=f"A{i}") for i in range(5)]
    layer(tmp_path / "polygons.geojson", near + far)
    (tmp_path / "batch.toml").write_text(HEAD + POLYGONS, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert [p.id for p in batch.polygons if p.footprint is None] == ["B1"]
    assert (only(batch.misreads).rule, only(batch.misreads).polygon_ids) == ("DQ04", ("B1",))


def test_geojson_without_a_word_is_in_degrees_by_its_standard(tmp_path: Path) -> None:
    batch = _batch(tmp_path, DEGREES, None)
    assert (batch.crs, batch.misreads) == ("EPSG:4546", ())


def test_an_easting_of_the_next_zone_costs_only_its_polygon(tmp_path: Path) -> None:
    near = [feature(square(i, east=PREFIXED), 图斑编号=f"A{i}") for i in range(5)]
    next_zone = feature(square(east=PREFIXED + 1_000_000), 图斑编号="B1")
    layer(tmp_path / "polygons.geojson", [*near, next_zone], "EPSG:4525")
    (tmp_path / "batch.toml").write_text(HEAD + POLYGONS, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert [p.id for p in batch.polygons if p.footprint is None] == ["B1"]


def test_one_crs_under_two_names_is_no_contradiction(tmp_path: Path) -> None:
    batch = _batch(tmp_path, square(), CRS("EPSG:4546").to_wkt("WKT1_ESRI"), 'crs = "EPSG:4546"')
    assert (_lower_left(batch), batch.misreads) == (HERE, ())


def test_a_crs_nobody_understands_is_as_none(tmp_path: Path) -> None:
    batch = _batch(tmp_path, square(east=PREFIXED), "Kreis 37")
    assert _lower_left(batch) == HERE
    assert "没有坐标系" in only(batch.misreads).what.zh


def test_where_the_crs_is_to_be_said_is_said(tmp_path: Path) -> None:
    nowhere = HEAD.replace("140802", "990000")
    with pytest.raises(NothingToAudit) as stopped:
        _batch(tmp_path, square(), None, head=nowhere)
    assert '[polygons] 下写 crs = "EPSG:4546"' in str(stopped.value)
    assert "under [polygons] in batch.toml" in str(stopped.value)


def test_where_the_crs_of_another_layer_is_to_be_said_is_said(tmp_path: Path) -> None:
    drawn = [feature(square(), 采矿许可证号="C1", 有效期止="2025-01-01")]
    layer(tmp_path / "permits.geojson", drawn, None)
    batch = _batch(tmp_path, square(), "EPSG:4546", '[permits]\npath = "permits.geojson"')
    assert '[permits] 下写 crs = "EPSG:4546"' in only(batch.misreads).remedy.zh
