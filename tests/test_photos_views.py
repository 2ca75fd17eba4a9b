"""Which places one view reaches, from where its photographs say that they were taken."""

from dataclasses import replace

import pytest

from tests.test_photos_place import SHAPES, around, batch, photo, placed
from yanhu_satcheck.batch import Recorded
from yanhu_satcheck.evidence import PhotoEvidence, PhotoPlace, Stand
from yanhu_satcheck.photos.datum import wgs84_to_gcj02
from yanhu_satcheck.photos.views import Views

VIEW = PhotoPlace(0.0, None, (0.0, 0.0), half_view_deg=30.0)
ONE, TWO = SHAPES["P1"], SHAPES["P2"]  # two kilometres apart, west and east


def taken(
    x: float, y: float, azimuth: float | None = None, reach_m: float | None = None
) -> PhotoEvidence:
    at = photo("a", x, y).lonlat
    return PhotoEvidence(
        "a", "P1", None, None, None, None, None, None,
        lonlat=at, azimuth=azimuth, azimuth_ref="T", place=VIEW._replace(reach_m=reach_m),
    )  # fmt: skip


def stand(*photos: PhotoEvidence) -> Stand:
    found = Views(batch()).stand(photos, ONE, TWO)
    assert found is not None
    return found


def test_from_the_south_a_view_to_the_north_shows_both() -> None:
    told = stand(taken(501_050, 3_873_050, 0.0))
    assert told.metres == pytest.approx(2168, abs=2)  # to the nearer corner of either
    assert told.off_deg == 0.0
    assert told.apart_m == 0.0


def test_to_the_south_it_shows_neither() -> None:
    told = stand(taken(501_050, 3_873_050, 180.0))
    assert told.off_deg == pytest.approx(180 - 29 - 30, abs=3)


def test_from_beside_the_one_it_looks_past_the_other() -> None:
    told = stand(taken(500_050, 3_874_900, 0.0))
    assert told.metres == pytest.approx(1953, abs=2)
    assert told.off_deg == pytest.approx(84 - 30, abs=1)  # to the far one's nearer corner


def test_no_bearing_leaves_open_what_is_seen() -> None:
    assert stand(taken(501_050, 3_875_050)).off_deg is None


def test_a_drone_that_looks_down_sees_so_far_and_no_farther() -> None:
    assert stand(taken(501_050, 3_875_050, 0.0, reach_m=600.0)).off_deg == 0.0
    assert stand(taken(501_050, 3_875_050, 0.0, reach_m=100.0)).off_deg == float("inf")


def test_copies_that_name_several_positions_are_so_far_apart() -> None:
    told = stand(taken(501_050, 3_873_050, 0.0), taken(501_050, 3_873_850, 180.0))
    assert told.apart_m == pytest.approx(800, abs=2)
    assert told.off_deg == 0.0  # of the two the one that speaks for both


def test_an_earlier_position_counts_with_ours() -> None:
    now, then = taken(501_050, 3_873_050), photo("b", 501_050, 3_875_050).lonlat
    assert then is not None
    told = Views(batch()).stand([now], ONE, TWO, [then])
    assert told is not None
    assert told.apart_m == pytest.approx(2000, abs=2)


def test_positions_are_brought_onto_one_datum_first() -> None:
    here = taken(501_050, 3_873_050)
    assert here.lonlat is not None
    shifted = replace(here, lonlat=wgs84_to_gcj02(here.lonlat))
    told = Views(batch(declared="GCJ02")).stand([shifted], ONE, TWO)
    assert told is not None
    assert told.metres == pytest.approx(stand(here).metres, abs=0.1)


def test_a_device_that_writes_another_datum_is_taken_in_it() -> None:
    photos = around(18, "GCJ02")
    there = batch(*photos)
    seen = placed(photos, there)
    known = [replace(one, place=one.place and one.place._replace(datum="GCJ02")) for one in seen]
    told, plain = (Views(there).stand(some[:1], ONE, TWO) for some in (known, seen))
    assert told is not None
    assert plain is not None
    true = placed(around(18, "WGS84"), there)
    right = Views(there).stand(true[:1], ONE, TWO)
    assert right is not None
    assert told.metres == pytest.approx(right.metres, abs=1)
    assert abs(plain.metres - right.metres) > 100


def test_a_file_s_own_position_tells_whose_picture_it_was() -> None:
    filed = taken(502_050, 3_875_050)
    there = replace(filed, recorded=Recorded(lonlat=taken(500_050, 3_875_050).lonlat))
    told = Views(batch()).recorded([there, filed], [("P1", ONE), ("P2", TWO)])
    assert told == {"P1": 0.0, "P2": pytest.approx(1950, abs=1)}
    other = replace(filed, recorded=Recorded(lonlat=filed.lonlat))
    assert Views(batch()).recorded([there, other], [("P1", ONE)]) == {}
    assert Views(batch()).recorded([filed], [("P1", ONE)]) == {}


def test_without_a_position_nothing_is_told() -> None:
    assert Views(batch()).stand([replace(taken(0, 0), lonlat=None)], ONE, TWO) is None
