"""GCJ-02 and BD-09 positions carried back to WGS84, and what a distance makes of them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod, Transformer

from tests.make import EAST, NORTH, batch, polygon, square
from yanhu_satcheck.batch import Photo
from yanhu_satcheck.photos import examine
from yanhu_satcheck.photos.datum import (
    bd09_to_gcj02,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_wgs84,
    wgs84_to_gcj02,
)

# googollee/eviltransform, python/test.py: WGS84 and GCJ-02, longitude first.
SHIFTED = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]
PLACES = [(lon, lat) for lon in (75.0, 91.3, 105.0, 111.0, 134.0) for lat in (18.5, 35.0, 52.9)]
GEOD = Geod(ellps="GRS80")


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(GEOD.inv(*one, *other)[2])


@pytest.mark.parametrize(("plain", "shifted"), SHIFTED)
def test_published_pairs_of_gcj02(plain: Any, shifted: Any) -> None:
    assert wgs84_to_gcj02(plain) == pytest.approx(shifted, abs=1e-12)
    assert metres(to_wgs84(shifted, "GCJ02"), plain) < 0.001


def test_published_pairs_of_bd09() -> None:
    # wandergis/coordtransform, README.
    baidu = (116.41036949371029, 39.92133699351021)
    assert gcj02_to_bd09((116.404, 39.915)) == pytest.approx(baidu, abs=1e-12)
    # Its own inverse is not iterated and stops within decimetres.
    assert metres(bd09_to_gcj02((116.404, 39.915)), (116.39762729119315, 39.90865673957631)) < 0.2
    # 北京站 as both services show it, to five decimals (caijun/geoChina).
    station = gcj02_to_bd09((116.42703, 39.90245))
    assert metres(station, (116.43351, 39.90851)) < 1.5


@pytest.mark.parametrize("place", PLACES)
def test_there_and_back_is_no_way_at_all(place: tuple[float, float]) -> None:
    gcj = wgs84_to_gcj02(place)
    assert 100 < metres(gcj, place) < 1000
    assert metres(gcj02_to_wgs84(gcj), place) < 0.001
    assert metres(to_wgs84(gcj02_to_bd09(gcj), "BD09"), place) < 0.001


@pytest.mark.parametrize("crs", ["GCJ02", "BD09"])
def test_nothing_is_shifted_outside_china(crs: str) -> None:
    assert to_wgs84((2.35, 48.85), crs) == (2.35, 48.85)
    assert wgs84_to_gcj02((2.35, 48.85)) == (2.35, 48.85)


def test_the_offset_at_yanhu_is_what_was_measured_there() -> None:
    azimuth, _, far = GEOD.inv(111.0, 35.0, *wgs84_to_gcj02((111.0, 35.0)))
    assert (azimuth, far) == pytest.approx((99, 535), rel=0.02)


@pytest.mark.parametrize("declared", ["WGS84", "GCJ02", "BD09"])
def test_the_distance_of_a_photograph_is_on_the_ground(tmp_path: Path, declared: str) -> None:
    """Taken 50 m east of a square of 100 m, said in the datum that is declared."""
    place = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True).transform(
        EAST + 150, NORTH + 50
    )
    said = {
        "WGS84": place,
        "GCJ02": wgs84_to_gcj02(place),
        "BD09": gcj02_to_bd09(wgs84_to_gcj02(place)),
    }[declared]
    photo = Photo("A1/1.jpg", None, "A1", listed=True, lonlat=said, taken_at=datetime(2022, 12, 1))
    issued = batch(polygon("A1", square(0, 0)), photos=(photo,), photo_crs=declared)
    (seen,), _, _ = examine(issued, tmp_path)
    assert seen.distance_m == pytest.approx(50, abs=0.01)
    assert seen.lonlat == said  # as declared
    if declared != "WGS84":
        (astray,), _, _ = examine(replace(issued, photo_crs="WGS84"), tmp_path)
        assert astray.distance_m is not None
        assert astray.distance_m > 300
