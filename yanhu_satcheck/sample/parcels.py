"""Honest pseudo-change: fields, stream beds and slopes that only look different."""

from datetime import datetime

import numpy as np
from scipy import ndimage
from shapely import contains_xy
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from .cover import autumn_state, crops, spring_state
from .digitising import largest, traced
from .district import District
from .frame import Grid
from .land import Mask
from .noise import salt_of
from .plots import mosaic
from .siting import Survey
from .sky import facing, sun, sunlit
from .terms import AUTUMN

HALF = 190.0  # metres around a place that are looked at
TRIES = 40  # places that are tried for fields of about a size
EDGE = 10.0  # metres by which the two-metre images reach beyond what they are to show
SEEN = 2500.0  # square metres, 25 cells of a ten-metre image; less cannot be judged
LITTLE = 2000.0  # square metres; less is asked for because it is small, and has to be


def fields(
    district: District,
    x: float,
    y: float,
    hectares: float,
    crop: str,
    state: str,
    season: int = AUTUMN,
    busy: BaseGeometry | None = None,
) -> BaseGeometry:
    """Whole neighbouring fields with `crop` in August and one of the `state`s in the season.

    Fields, or parts of them, that are `busy` already are left out.
    """
    grid = district.grid.around(x, y, HALF, 2.0)
    site, salt = district.site(grid), salt_of(district.seed, "cover")
    east, north = grid.xy()
    plots = mosaic(east, north, site.level, site.terraced, salt)
    summer = crops(plots.draw(salt + 20), site.terraced)
    if season == AUTUMN:
        other = autumn_state(plots.draw(salt + 21))
    else:
        other = spring_state(plots.draw(salt + 26), summer["bare"])
    wanted = summer[crop] & np.any([other[name] for name in state.split("|")], axis=0)
    wanted &= (site.front < -80) & (site.village < -8) & (site.road > 8) & (site.river > 24)
    if busy is not None:
        wanted &= ~contains_xy(busy, east, north)
    away = np.hypot(east - x, north - y)
    chosen = np.zeros(grid.shape, bool)
    order = ndimage.minimum(away, plots.label, np.unique(plots.label[wanted]))
    for label in np.unique(plots.label[wanted])[np.argsort(order)]:
        chosen |= wanted & (plots.label == label)
        if largest(_closed(chosen, grid)).area >= hectares * 1e4:
            break
    drawn = largest(_closed(chosen, grid))
    wanted_m2 = hectares * 1e4
    spare = drawn.area > (1.15 if wanted_m2 < LITTLE else 2.0) * wanted_m2
    return near(drawn, drawn.centroid.x, drawn.centroid.y, hectares) if spare else drawn


def enough(
    district: District, ground: Survey, zone: str, apart: float, hectares: float, what: str,
    season: int = AUTUMN, busy: BaseGeometry | None = None,
) -> BaseGeometry:  # fmt: skip
    """Fields of about the size at a place found for them, whole in the images meant for them.

    Where none of many places has so much, the one with most, if a satellite tells it at all.

    Raises:
        ValueError: None of the places that were tried has so much of them.
    """
    crop, state = what.split("/")
    window, wanted_m2, best = box(*ground.fine.bounds), hectares * 1e4, Polygon()
    for _ in range(TRIES):
        spot = ground.find(zone, apart)
        drawn = fields(district, spot.x, spot.y, hectares, crop, state, season, busy)
        if "-fine" in zone and not window.contains(drawn.buffer(EDGE)):
            drawn = Polygon()
        if drawn.area > 0.7 * wanted_m2:
            return drawn
        if drawn.area > best.area:
            best, there = drawn, ground.taken[-1]
        ground.taken.pop()
    seen = 0.0 if "-fine" in zone else SEEN
    if best.area < min(0.7 * wanted_m2, max(0.35 * wanted_m2, seen)):
        raise ValueError(f"nowhere are {hectares} ha of {what} on ground of the kind “{zone}”")
    ground.taken.append(there)
    return best


def _closed(mask: Mask, grid: Grid) -> BaseGeometry:
    """The fields joined over the balks between them."""
    joined: BaseGeometry = traced(mask, grid).buffer(3.0).buffer(-10.0).buffer(6.5)
    return joined


def near(shape: BaseGeometry, x: float, y: float, hectares: float) -> BaseGeometry:
    """The part of a shape within a circle about a place, of about the size."""
    low, high = 10.0, 400.0
    for _ in range(24):
        middle = (low + high) / 2
        area = largest(shape.intersection(Point(x, y).buffer(middle)).buffer(0.1)).area
        low, high = (middle, high) if area < hectares * 1e4 else (low, middle)
    return largest(shape.intersection(Point(x, y).buffer(high)).buffer(0.1))


def stream_bed(district: District, x: float, y: float, hectares: float) -> BaseGeometry:
    """A reach of the stream that carries water in August only."""
    grid = district.grid.around(x, y, 420.0, 4.0)
    return near(traced(district.site(grid).river < 13.0, grid), x, y, hectares)


def shaded(district: District, moment: datetime) -> Mask:
    """Wooded cells of the district that lie in shade at the moment but not at noon in summer."""
    azimuth, height = sun(moment)
    z, grid = district.relief.z, district.grid
    dark = (sunlit(z, grid, azimuth, height) < 0.4) | (facing(z, grid.cell, azimuth, height) < 0.05)
    lit = facing(z, grid.cell, 133.0, 60.0) > 0.25
    opened: Mask = ndimage.binary_opening(dark & lit, iterations=2)
    return opened


def shade(district: District, mask: Mask, x: float, y: float, hectares: float) -> BaseGeometry:
    """The shaded slope about a place."""
    west, south, east, north = x - 250, y - 250, x + 250, y + 250
    down, across = district.grid.window((west, south, east, north))
    grid = district.grid
    corner = grid.west + across.start * grid.cell, grid.north - down.start * grid.cell
    view = mask[down, across]
    inner = Grid(*corner, grid.cell, *view.shape)
    return near(traced(view, inner).buffer(2).buffer(-2), x, y, hectares)
