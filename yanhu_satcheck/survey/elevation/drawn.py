"""Whether one elevation model was drawn from the other by nearest neighbour, cell by cell.

Such a copy is no even mixture of its original's neighbours, which is what `twice` looks for: where
cells are of unlike size, each is taken from up to half a cell away, now on this side and now on
that. But then the copy can be made again: the original, drawn to the copy's own cells, is the copy.
"""

from typing import NamedTuple

import numpy as np
import rasterio
from rasterio.enums import Resampling

from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.source import Source
from yanhu_satcheck.raster.window import displaced
from yanhu_satcheck.scene import ElevationFile, ElevationPair, Grid
from yanhu_satcheck.survey.windows import scattered, shared_window

SIDE, MOST = 96, 16  # cells along a window of the copy's, and how many of them
LEAST = 500  # cells where it makes a difference how the original was drawn
TELLING_M = 0.02, 1.0  # metres that make one; the latter where heights were rounded to metres
NOTHING_M = 0.005, 0.3  # metres left on the mean: none; rounding, and noise of 0.3 m before it
CHANGED = 4  # times as much at most counts of one cell: works are dug in either model
PLAIN = 0.3  # of what it makes


class _Drawn(NamedTuple):
    """The copy's cells where it tells how its original was drawn."""

    left: Floats  # (n,) copy less original by nearest neighbour, metres
    makes: Floats  # (n,) what nearest neighbour makes of it beside a smooth drawing


def redrawn(pair: ElevationPair, shift_m: tuple[float, float], crs: str, seed: int) -> bool:
    """Whether either model is what nearest neighbour makes of the other.

    Args:
        pair: Both models; those of like cells are not looked at.
        shift_m: Where the later one was found to lie, metres east and north in `crs`. It may be
            undone, or be no more than what the drawing did, so both are tried.
        crs: Of the grid that was worked on.
        seed: Of the windows.
    """
    one, two = pair.before, pair.after
    assert one is not None
    assert two is not None
    back = -shift_m[0], -shift_m[1]
    moves = ((one, two, shift_m), (two, one, back))
    return any(
        _remade(copy, original, offset, seed)
        for copy, original, by in moves
        for offset in dict.fromkeys(((0.0, 0.0), displaced(copy.grid, by, crs)))
    )


def _remade(
    copy: ElevationFile, original: ElevationFile, offset: tuple[float, float], seed: int
) -> bool:
    """Whether a copy is the original drawn to its cells, whose content lies off by so many."""
    area = shared_window(copy.grid, original.grid)
    if area is None:
        return False
    own, other = _source(copy, copy.grid), _source(original, copy.grid, offset)
    try:
        if other.in_place:
            return False
        rounded = own.whole_numbers or other.whole_numbers
        with rasterio.Env(GDAL_CACHEMAX=64):
            found = [
                _told(own.read(w)[0], other.read(w, Resampling.nearest)[0], other.read(w)[0])
                for w in scattered(area, SIDE, seed, 1, MOST)
            ]
    finally:
        own.close()
        other.close()
    left, makes = (np.concatenate(part) for part in zip(*found, strict=True))
    telling = np.abs(makes) > TELLING_M[rounded]
    if telling.sum() < LEAST:
        return False
    most, off = NOTHING_M[rounded], np.abs(left[telling]).astype(float)
    rest = float(np.minimum(off, CHANGED * most).mean())
    return rest < min(most, PLAIN * float(np.median(np.abs(makes[telling]))))


def _source(file: ElevationFile, grid: Grid, offset: tuple[float, float] = (0.0, 0.0)) -> Source:
    return Source(file.path, file.name, grid, (1,), file.nodata, offset, own_crs=file.grid.crs)


def _told(copy: Floats, nearest: Floats, smooth: Floats) -> _Drawn:
    """One window's cells (h, w), the height between both models taken off."""
    known = np.isfinite(copy) & np.isfinite(nearest) & np.isfinite(smooth)
    if not known.any():
        return _Drawn(copy[known], copy[known])
    left = (copy - nearest)[known]
    return _Drawn(left - np.median(left), (nearest - smooth)[known])
