"""Areas and widths on the ground of outlines in degrees, for places a few kilometres across."""

import math
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.past import SLIVER_M, is_sliver

_A, _E2 = 6_378_137.0, 0.006_694_380_022_9  # GRS80, which CGCS2000 uses to within 0.1 mm


class Shared(NamedTuple):
    """The ground two outlines share."""

    area_m2: float
    share: float  # of the smaller
    sliver: bool


def plane(about: BaseGeometry, lonlat: BaseGeometry) -> BaseGeometry:
    """Lay an outline on the plane that touches the ellipsoid at the middle of another.

    Degrees become metres by the ellipsoid's two radii there. Ten kilometres off the middle an area
    is 0.2 % wrong, which no share of two outlines on one spot feels.
    """
    west, south, east, north = about.bounds
    lon, lat = (west + east) / 2, math.radians((south + north) / 2)
    curve = 1 - _E2 * math.sin(lat) ** 2
    per_degree = math.radians(1.0) * _A / math.sqrt(curve)
    scale = np.array([per_degree * math.cos(lat), per_degree * (1 - _E2) / curve])
    origin = np.array([lon, math.degrees(lat)])

    def metres(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        turned: NDArray[np.float64] = (xy - origin) * scale
        return turned

    return shapely.transform(lonlat, metres)


def shared(one: BaseGeometry, two: BaseGeometry) -> Shared | None:
    """Measure the ground that two outlines share, by the first one's plane; `None`: none."""
    a, b = plane(one, one), plane(one, two)
    common = shapely.intersection(a, b)
    smaller = min(a.area, b.area)
    if not common.area or not smaller:
        return None
    return Shared(float(common.area), float(min(1.0, common.area / smaller)), _thin(common))


def _thin(ground: BaseGeometry) -> bool:
    """Whether no circle of a sliver's width fits in."""
    # No area is larger than its outline's length times the radius of its widest circle.
    if ground.area > ground.length * SLIVER_M / 2:
        return False
    return is_sliver(ground)
