"""Chance told by elevation: how often stable ground of like slope seems to have fallen as much."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure.chance.footprint import Footprint, cells_under
from yanhu_satcheck.measure.chance.ground import Ground, Pool, laid
from yanhu_satcheck.measure.figures import Cells
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.scene import Grid
from yanhu_satcheck.terms import Words

STEEPNESS = (3.0, 6.0, 10.0, 15.0, 20.0, 27.0, 35.0, 45.0)
"""Degrees between the classes of like ground; the error of an elevation grows with its slope."""
PLANTS_M = 3.0  # that crops and scrub stand high: a surface model falls by as much when they go


class Lowered(Protocol):
    """A sample window of an aligned elevation pair, as a `DemFit` keeps it; every layer (h, w)."""

    @property
    def dh(self) -> Floats:
        """After less before, metres, shift, height and tilt taken off; NaN where unknown."""

    @property
    def usable(self) -> Bools:
        """Stable ground: outside every issued polygon, licence and known working."""

    @property
    def slope(self) -> Floats:
        """Degrees, before; NaN where unknown."""


def lowering(windows: Sequence[Lowered]) -> Pool:
    """The stable ground of an elevation pair; what is compared is the mean fall in metres."""
    return laid([_ground(one) for one in windows], len(STEEPNESS) + 1)


def by_error(places: Chance | None, net: Measured | None, area_m2: float) -> Chance | None:
    """The chance of a fall by its own error, where too few like places are there to ask.

    p = 1 / (1 + z²), Cantelli's bound, which holds for errors of any distribution; z is how many
    errors the mean fall lies beyond what plants that went would leave. The error knows that
    neighbouring cells err alike, and what the fit of the two models leaves. Which of the two is
    asked is settled by the ground that there is, before any change is looked at.

    Args:
        places: What the stable ground says; kept where it tells a chance.
        net: Fill less cut over the ground asked about, cubic metres.
        area_m2: Its size.
    """
    if places is None or places.p is not None or net is None or net.sigma <= 0 or area_m2 <= 0:
        return places
    past = (-net.value - PLANTS_M * area_m2) / net.sigma
    if past <= 0:
        return places
    zh = (
        f"平均降低 {-net.value / area_m2:.1f} ± {net.sigma / area_m2:.1f} 米，扣除植被可能的 "
        f"{PLANTS_M:.0f} 米后仍为误差的 {past:.0f} 倍"
    )
    en = (
        f"the mean fall of {-net.value / area_m2:.1f} ± {net.sigma / area_m2:.1f} m is {past:.0f} "
        f"errors beyond the {PLANTS_M:.0f} m that plants may leave"
    )
    return places._replace(p=1 / (1 + past**2), says=Words(zh, en))


def _ground(one: Lowered) -> Ground:
    known = one.usable & np.isfinite(one.dh) & np.isfinite(one.slope)
    fall = np.where(known, -one.dh, 0).astype(np.float32)
    return Ground(fall, known, _kind(np.nan_to_num(one.slope)), one.slope)


def lowered(
    shape: BaseGeometry, grid: Grid, step: int, dh: Floats, slope: Floats, cells: Cells
) -> Footprint:
    """The footprint of a shape whose height is compared, to be put to the pool of its pair.

    Args:
        shape: In the CRS of `grid`, the elevation pair's.
        grid: Whose cells the sample windows are made of.
        step: Every so-manieth of them was taken for those.
        dh: The difference around the shape (h, w), metres.
        slope: The slope there before, degrees.
        cells: The shape's cells where both are known, at least one.
    """
    weight = cells.weight / cells.weight.sum()
    steep = slope[cells.mask]
    mix = np.bincount(_kind(steep), weight, len(STEEPNESS) + 1).astype(np.float32)
    rows, cols = cells_under(shape, grid, step)
    fall = float(-(dh[cells.mask] * weight).sum())
    return Footprint(rows, cols, mix, fall, float((steep * weight).sum()))


def _kind(slope: Floats) -> NDArray[np.uint8]:
    return np.digitize(slope, STEEPNESS).astype(np.uint8)
