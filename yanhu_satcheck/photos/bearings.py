"""Which way a photograph looks, and whether its polygon lies there."""

from datetime import date
from functools import cache
from math import atan, degrees, hypot, inf, radians, tan

import numpy as np
import shapely
from pygeomag import GeoMag
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

LonLat = tuple[float, float]

UNTOLD_HALF_VIEW = 37.5
"""Half of the widest view of a phone's main camera, where the file names no focal length."""
LOOKS_DOWN = -60.0
"""A camera tilted this far shows the ground below it; its bearing is then the picture's up."""
_DIAGONAL_MM = 43.27  # of a 36 × 24 mm frame, on which equivalent focal lengths are defined
_MODELS = (2010, 2029)  # years for which a World Magnetic Model is there
_ELLIPSOID = Geod(ellps="GRS80")


@cache
def declination(lon: float, lat: float, year: float) -> float:
    """Degrees from true to magnetic north, east positive, by the World Magnetic Model of the year.

    Source: NOAA/BGS WMM2010–WMM2025, as evaluated by pygeomag; good to half a degree. Before and
    after the years that it covers, those of its first and last.
    """
    at = min(max(year, float(_MODELS[0])), _MODELS[1] + 0.99)
    model = GeoMag(base_year=round(at, 2))
    return float(model.calculate(glat=lat, glon=lon, alt=0.0, time=round(at, 2)).d)


def declination_on(lonlat: LonLat, day: date) -> float:
    """Give the declination at a place and day, to a tenth of a degree of place and of a year."""
    year = day.year + (day.timetuple().tm_yday - 1) / 366
    return declination(round(lonlat[0], 1), round(lonlat[1], 1), round(year, 1))


def half_view(focal_35mm: float | None, width: int | None, height: int | None) -> float:
    """Half of the angle that a picture shows across, in degrees.

    An equivalent focal length is defined on the diagonal, so that it holds for phones' 4:3 too.
    """
    if not focal_35mm or not width or not height:
        return UNTOLD_HALF_VIEW
    focal = focal_35mm / _DIAGONAL_MM * hypot(width, height)
    return degrees(atan(width / 2 / focal))


def reach_below(
    above_m: float | None,
    pitch: float | None,
    focal_35mm: float | None,
    width: int | None,
    height: int | None,
) -> float | None:
    """How far from below it a camera that looks down sees level ground, metres.

    `None` where it does not look down, or nobody knows its height. Ground may lie lower than where
    the drone took off: who compares must leave room for that.
    """
    if above_m is None or pitch is None or pitch > LOOKS_DOWN or above_m <= 0:
        return None
    wide, high = width or 4, height or 3
    across = half_view(focal_35mm, wide, high)
    corner = degrees(atan(tan(radians(across)) * hypot(wide, high) / wide))
    outmost = min(90.0 + pitch, 30.0) + corner
    return above_m * tan(radians(outmost)) if outmost < 85 else inf


def off_bearing(
    lonlat: LonLat, outline: BaseGeometry, azimuth: float, reference: str, day: date
) -> tuple[float, float | None]:
    """Give how far an outline lies off a compass bearing, and the declination that was added.

    `reference` is T for true north, M for magnetic. Where it is not said which north is meant, the
    one that speaks for the photograph is taken.
    """
    plain = off_axis(lonlat, outline, azimuth)
    if reference == "T":
        return plain, None
    turn = declination_on(lonlat, day)
    added = off_axis(lonlat, outline, azimuth + turn)
    if reference == "M" or added < plain:
        return added, turn
    return plain, None


def off_axis(lonlat: LonLat, outline: BaseGeometry, azimuth: float) -> float:
    """Degrees between a bearing from true north and the nearer edge of an outline; 0 between them.

    `lonlat` is the place, in the datum of the outline's degrees; it must lie outside the outline.
    """
    corners = shapely.get_coordinates(outline)
    here = np.full(len(corners), lonlat[0]), np.full(len(corners), lonlat[1])
    bearings, _, _ = _ELLIPSOID.inv(*here, corners[:, 0], corners[:, 1])
    turns = (np.asarray(bearings) - azimuth + 180) % 360 - 180
    # From outside, a polygon fills less than half a turn: unrolled, it has two ends.
    middle = degrees(float(np.angle(np.exp(1j * np.radians(turns)).mean())))
    spread = (turns - middle + 180) % 360 - 180
    low, high = middle + spread.min(), middle + spread.max()
    if low <= 0 <= high:
        return 0.0
    return float(min(abs((edge + 180) % 360 - 180) for edge in (low, high)))
