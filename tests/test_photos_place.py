"""Where a photograph stood, which way it looked, and in which datum its device writes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from math import cos, radians, sin
from pathlib import Path

import pytest
from pyproj import Geod, Transformer
from shapely.geometry import box

from yanhu_satcheck.batch import Batch, IssuedPolygon, Photo, Recorded
from yanhu_satcheck.evidence import PhotoEvidence
from yanhu_satcheck.photos.bearings import (
    declination_on,
    half_view,
    off_axis,
    reach_below,
)
from yanhu_satcheck.photos.datum import gcj02_to_bd09, wgs84_to_gcj02
from yanhu_satcheck.photos.place import Ground, datum_shifts

CRS = "EPSG:4546"
AT = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
SHAPES = {
    "P1": box(500_000, 3_875_000, 500_100, 3_875_100),
    "P2": box(502_000, 3_875_000, 502_100, 3_875_100),
    "P3": box(500_000, 3_877_000, 500_100, 3_877_100),
}


def lonlat(x: float, y: float) -> tuple[float, float]:
    lon, lat = AT.transform(x, y)
    return float(lon), float(lat)


def batch(*photos: Photo, declared: str = "WGS84") -> Batch:
    issued = tuple(IssuedPolygon(id, id, 2, shape) for id, shape in SHAPES.items())
    period = date(2022, 10, 1), date(2022, 12, 31)
    return Batch(
        "2022Q4",
        Path(),
        "140802",
        period,
        period[1],
        CRS,
        issued,
        photos=photos,
        photo_crs=declared,
    )


def photo(name: str, x: float, y: float, whose: str = "P1", azimuth: float | None = None) -> Photo:
    at = lonlat(x, y)
    return Photo(name, None, whose, True, lonlat=at, azimuth=azimuth, recorded=Recorded(lonlat=at))


def test_distance_and_offset_are_from_the_nearest_edge() -> None:
    east, inside = photo("a", 500_130, 3_875_050), photo("b", 500_020, 3_875_050)
    ground = Ground(batch(east, inside))
    place, within = ground.place(east, 4000, 3000), ground.place(inside, 4000, 3000)
    assert place is not None
    assert within is not None
    assert place.distance_m == pytest.approx(30, abs=0.01)
    assert place.offset_m == pytest.approx((30, 0), abs=0.01)
    assert (within.distance_m, within.off_deg) == (0, None)
    assert place.own_m == pytest.approx(0, abs=1e-6)
    assert 350 < place.datums["GCJ02"] < 450  # half a kilometre west of there
    assert set(place.datums) == {"GCJ02", "BD09"}


def test_nothing_is_said_where_a_place_is_not_known() -> None:
    one = photo("a", 500_130, 3_875_050)
    ground = Ground(batch(one))
    assert ground.place(replace(one, lonlat=None), 4, 3) is None
    assert ground.place(replace(one, polygon_id=None), 4, 3) is None
    assert ground.place(replace(one, polygon_id="P9"), 4, 3) is None


@pytest.mark.parametrize(
    ("azimuth", "off"), [(270, 0), (280, 0), (0, 30.96), (90, 120.96), (225, 14.04)]
)
def test_the_axis_is_held_to_the_polygon_s_nearer_edge(azimuth: float, off: float) -> None:
    """From 30 m east of the middle of a side, 100 m long: 59.04° to either side of west."""
    east = replace(photo("a", 500_130, 3_875_050, azimuth=azimuth), azimuth_ref="T")
    place = Ground(batch(east)).place(east, 4000, 3000)
    assert place is not None
    expected = max(0.0, abs((azimuth - 270 + 180) % 360 - 180) - 59.04)
    assert place.off_deg == pytest.approx(expected, abs=0.1)
    assert place.off_deg == pytest.approx(off if off != 14.04 else 0.0, abs=0.1)
    assert place.declination_deg is None


def test_magnetic_bearings_are_turned_and_untold_ones_take_the_better() -> None:
    """Magnetic north lies 4.8° west of true north there: a compass shows that much too much."""
    seen = {}
    for ref in ("T", "M", ""):
        one = replace(photo("a", 500_130, 3_875_050, azimuth=334.0), azimuth_ref=ref)
        one = replace(one, taken_at=datetime(2022, 7, 1, 10))
        seen[ref] = Ground(batch(one)).place(one, 4000, 3000)
    true, magnetic, untold = (place.off_deg for place in seen.values() if place)
    assert true is not None
    assert magnetic == pytest.approx(true - 4.83, abs=0.05)
    assert untold == magnetic
    assert seen["M"] is not None
    assert seen["M"].declination_deg == pytest.approx(-4.83, abs=0.05)


def test_declination_is_the_world_magnetic_model_s() -> None:
    """NOAA's calculator gives 4.8° west for mid-2022 and 4.95° west for October 2026."""
    assert declination_on((111.0, 35.0), date(2022, 7, 1)) == pytest.approx(-4.83, abs=0.03)
    assert declination_on((111.2, 35.0), date(2026, 10, 1)) == pytest.approx(-4.95, abs=0.03)
    clamped = declination_on((111.0, 35.0), date(1970, 1, 1))
    assert clamped == pytest.approx(declination_on((111.0, 35.0), date(2010, 1, 1)), abs=0.01)
    assert -6 < declination_on((111.0, 35.0), date(2099, 1, 1)) < -4


def test_a_view_is_as_wide_as_its_lens_and_its_frame() -> None:
    assert half_view(24.0, 3000, 2000) == pytest.approx(36.9, abs=0.1)  # atan(18/24)
    assert half_view(27.0, 3000, 4000) < half_view(27.0, 4000, 3000)
    assert half_view(None, 4000, 3000) == half_view(27.0, None, None) == 37.5


def test_a_camera_that_looks_down_sees_only_so_far() -> None:
    down = reach_below(100.0, -90.0, 24.0, 4000, 3000)
    lean = reach_below(100.0, -65.0, 24.0, 4000, 3000)
    assert down == pytest.approx(90, abs=1)  # half the diagonal: 100 m × 21.63 / 24
    assert lean is not None
    assert down is not None
    assert lean > 2 * down
    assert reach_below(100.0, -30.0, 24.0, 4000, 3000) is None
    assert reach_below(None, -90.0, 24.0, 4000, 3000) is None


def test_a_polygon_all_around_is_never_beside_the_axis() -> None:
    ring = box(0, 0, 3, 3).difference(box(1, 1, 2, 4))
    assert [off_axis((1.5, 2.5), ring, azimuth) for azimuth in (90, 180, 270)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("at", "error"),
    [((111.0, 35.0), 55_660), ((111.012, 35.003), 55.7), ((111.0123457, 35.0), None)],
)
def test_a_round_position_errs_by_its_last_digit(
    at: tuple[float, float], error: float | None
) -> None:
    one = Photo("a", None, "P1", True, lonlat=at)
    place = Ground(batch(one)).place(one, 4, 3)
    assert place is not None
    assert place.error_m == (None if error is None else pytest.approx(error, rel=0.01))


def test_the_receiver_s_own_error_is_taken_at_two_sigma() -> None:
    one = photo("a", 500_130, 3_875_050)
    one = replace(one, recorded=replace(one.recorded, error_m=12.0))
    place = Ground(batch(one)).place(one, 4, 3)
    assert place is not None
    assert place.error_m == 24


def test_one_position_is_repeated_only_over_time() -> None:
    noon = datetime(2022, 12, 5, 12)
    burst = [replace(photo(f"b{n}", 500_130, 3_875_050), taken_at=noon) for n in range(8)]
    typed = [
        replace(photo(f"t{n}", 502_130, 3_875_050), taken_at=noon + timedelta(hours=n))
        for n in range(8)
    ]
    ground = Ground(batch(*burst, *typed))
    places = [ground.place(one, 4, 3) for one in (burst[0], typed[0])]
    assert [place.repeats for place in places if place] == [1, 8]


def around(n: int, shift: str, error: float = 40.0) -> list[Photo]:
    """Photographs that stand around their polygons, written in a datum."""
    taken = []
    for k in range(n):
        whose, a = f"P{1 + k % 3}", radians(37 * k)
        middle = SHAPES[whose].centroid
        at = lonlat(middle.x + (60 + error) * sin(a), middle.y + (60 + error) * cos(a))
        if shift in ("GCJ02", "BD09"):
            at = wgs84_to_gcj02(at)
        taken.append(
            Photo(f"{k:02}", None, whose, True, lonlat=gcj02_to_bd09(at) if shift == "BD09" else at)
        )
    return taken


def placed(photos: list[Photo], there: Batch) -> list[PhotoEvidence]:
    ground = Ground(there)
    return [
        PhotoEvidence(one.id, one.polygon_id, lonlat=one.lonlat, place=ground.place(one, 4, 3))
        for one in photos
    ]


def _shifts(photos: list[Photo], declared: str = "WGS84") -> list[tuple[str, int]]:
    there = batch(*photos, declared=declared)
    return [(one.crs, len(one.photos)) for one in datum_shifts(placed(photos, there), there)]


@pytest.mark.parametrize("datum", ["GCJ02", "BD09"])
def test_a_device_that_writes_another_datum_is_recognised(datum: str) -> None:
    assert _shifts(around(18, datum)) == [(datum, 18)]
    assert _shifts(around(18, datum), declared=datum) == []


def test_positions_declared_shifted_that_are_not_are_recognised() -> None:
    assert _shifts(around(18, "WGS84"), declared="GCJ02") == [("WGS84", 18)]


def test_no_datum_is_told_from_too_few_or_from_one_place_or_from_scatter() -> None:
    assert _shifts(around(18, "WGS84")) == []
    assert _shifts(around(14, "GCJ02")) == []
    one_place = [replace(photo, polygon_id="P1") for photo in around(54, "GCJ02")][::3]
    assert _shifts(one_place) == []
    assert _shifts(around(18, "WGS84", error=500.0)) == []


def test_a_common_error_that_is_no_datum_s_is_left_alone() -> None:
    """All 540 m to the north: a base point mistyped, or everybody at the office."""
    moved = []
    for one in around(18, "WGS84"):
        assert one.lonlat is not None
        lon, lat, _ = Geod(ellps="GRS80").fwd(*one.lonlat, 0.0, 540.0)
        moved.append(replace(one, lonlat=(float(lon), float(lat))))
    assert _shifts(moved) == []
