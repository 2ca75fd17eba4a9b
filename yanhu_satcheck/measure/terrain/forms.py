"""What shape the change has: floor, dipole along the slope, closed depression, floors and faces.

These tell a pit from a slide and both from levelling; they say nothing where the change itself is
within its error, and a figure that is within its own error is left out.
"""

from collections.abc import Iterator
from math import atan, degrees, hypot, sqrt

import numpy as np
from scipy import ndimage

from yanhu_satcheck.measure.figures import cells_of, mean_of
from yanhu_satcheck.measure.terrain.flood import pits
from yanhu_satcheck.measure.terrain.volumes import NAUGHT, SURE, Lot, Volumes
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.relief import gradient, slope_deg
from yanhu_satcheck.raster.resample import Bools, Floats

LOWEST = 0.1  # share of the outline's cells that are its floor
FLAT_DEG, STEEP_DEG = 8.0, 35.0  # a worked floor; a face that soil does not stand at
BLURRED_DEG = 5.0  # error of one cell's slope beyond which floors and faces are not told
SLOPING = 0.05  # metres a metre: below, no slope to slide down
CLEARLY = 3.0  # errors: the deepest of many hollows that noise makes is deeper than one
HORN = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32) / 8


def forms_of(lot: Lot, volumes: Volumes) -> dict[str, Measured]:
    """All figures of shape that stand beyond their errors, by name."""
    found = dict(_floors(lot))
    found |= dict(_surfaces(lot))
    if not volumes.shows:
        return found
    cut, fill, net = volumes.cut, volumes.fill, volumes.net
    gross = cut.value + fill.value
    ratio = net.value / gross
    spread = hypot((1 - ratio) * fill.sigma, (1 + ratio) * cut.sigma) / gross
    found["net_gross"] = Measured(ratio, spread, net.n, "share")
    found |= dict(_dipole(lot))
    if lot.lower.sum() >= 4 and cut.value > SURE * cut.sigma:
        deep = lot.mean(lot.lower)
        if -deep.value > SURE * deep.sigma:
            found["cut_depth"] = deep._replace(value=-deep.value)
        found |= dict(_depression(lot))
    return found


def _floors(lot: Lot) -> Iterator[tuple[str, Measured]]:
    """The lowest ground on both dates, in the earlier model's heights, and its change."""
    pair, fit = lot.reader.fit.pair, lot.reader.fit
    assert pair.before is not None
    assert pair.after is not None
    spare = (fit.nmad_m or 0.0) / np.sqrt(2)
    one, two = (spare if s is None else s for s in (pair.before.sigma_m, pair.after.sigma_m))
    most = lot.area > 0.5 * lot.area.max()
    before, _ = _lowest(lot.heights.before, most)
    after, low = _lowest(lot.heights.after, most)
    n, moved = int(low.sum()), lot.error((low / low.sum()).astype(np.float32))
    # A whole model may stand too high or low by its declared error: averaging does not help.
    yield "floor_before", Measured(before, float(one), n, "m")
    yield "floor_after", Measured(after, hypot(one, two, moved), n, "m")
    if abs(after - before) > SURE * moved:
        yield "floor_change", Measured(after - before, moved, n, "m")


def _lowest(surface: Floats, inside: Bools) -> tuple[float, Bools]:
    """The mean of the lowest tenth, each cell smoothed over nine, and which cells they are."""
    level = ndimage.uniform_filter(np.where(np.isfinite(surface), surface, 1e4), 3)
    limit = np.quantile(level[inside], max(LOWEST, min(1.0, 4 / inside.sum())))
    low = inside & (level <= limit)
    return float(level[low].mean(dtype=float)), low


def _surfaces(lot: Lot) -> Iterator[tuple[str, Measured]]:
    """Shares of level ground and of faces afterwards, where one cell's slope is known enough."""
    model = lot.reader.model
    a, e = abs(model.grid.transform[0]), abs(model.grid.transform[4])
    sigma = float(np.median(lot.sigma[lot.inside]))
    one = model.noise.sum_sigma((HORN * (sigma / a / np.sqrt(2))).astype(np.float32), (a, e))
    if degrees(atan(one)) > BLURRED_DEG:
        return
    steep = slope_deg(*gradient(lot.heights.after, model.grid))
    cells = cells_of(lot.area, np.isfinite(steep) & lot.inside)
    if cells.n < 16 or not cells.mask.any():
        return
    flat = mean_of(np.nan_to_num(steep) <= FLAT_DEG, cells, "share")
    faces = mean_of(np.nan_to_num(steep) >= STEEP_DEG, cells, "share")
    yield "flat_floor", flat
    yield "steep_faces", faces
    less = min(flat, faces, key=lambda m: m.value)
    if less.value > SURE * less.sigma:
        # 1 where the ground is half floor and half face, with nothing between
        yield "benches", less._replace(value=2 * less.value, sigma=2 * less.sigma)


def _dipole(lot: Lot) -> Iterator[tuple[str, Measured]]:
    """How the change follows the way down: near 1 where the head is lower and the toe higher."""
    inside, area = lot.inside, lot.area[lot.inside].astype(float)
    share = area / area.sum()
    fall = [-float((g[inside] * share).sum()) for g in (lot.heights.east, lot.heights.north)]
    if hypot(*fall) < SLOPING or inside.sum() < 16:
        return
    down = lot.columns[3][inside] * fall[0] + lot.columns[4][inside] * fall[1]
    rise = lot.heights.rise[inside].astype(float)
    down, rise = (v - float((v * share).sum()) for v in (down.astype(float), rise))
    size = sqrt(float((share * down**2).sum()) * float((share * rise**2).sum()))
    if size < NAUGHT:
        return
    value = float((share * down * rise).sum()) / size
    lever = np.zeros_like(lot.area)
    lever[inside] = share * down
    sigma = lot.error(lever) / size
    if abs(value) > SURE * sigma:
        yield "dipole", Measured(value, sigma, int(inside.sum()), "corr")


def _depression(lot: Lot) -> Iterator[tuple[str, Measured]]:
    """How deep water would stand in lowered ground beyond what stood there before."""
    heights, grid = lot.heights, lot.reader.grid
    deeper, times = pits(heights.before, heights.after, lot.lower)
    block = np.full((times, times), 1 / times**2, dtype=np.float32)
    sigma = float(np.median(lot.sigma[lot.lower])) * lot.reader.model.noise.sum_sigma(
        block, (abs(grid.transform[0]), abs(grid.transform[4]))
    )
    if deeper > CLEARLY * sigma:
        yield "depression_m", Measured(deeper, sigma, int(lot.lower.sum()), "m")
