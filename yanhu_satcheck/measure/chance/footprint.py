"""A polygon, or a part of one, as the sample windows' cells would see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.measure.chance.ground import Ints
from yanhu_satcheck.measure.figures import Cells
from yanhu_satcheck.raster.ground import Look, SceneModel
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import window_of
from yanhu_satcheck.scene import Grid

FREE = 0.25  # of its width: how far a place may be moved to where it changed most
LOOKED_AT = 40  # cells of a place whose class and slope are compared


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """A turned footprint row by row: where each unbroken run of cells begins, and its length."""

    row: Ints
    col: Ints
    length: Ints
    some_row: Ints  # a few of its cells, evenly over it
    some_col: Ints
    box: tuple[int, int, int, int]  # first and last row, first and last column


@dataclass(frozen=True, eq=False)
class Footprint:
    """The cells of a shape, what ground they were, and the score that it is judged by."""

    rows: Ints  # (n,) relative to its own middle
    cols: Ints
    mix: Floats  # (k,) share of each class of look before
    score: float  # in the unit of the pool it is compared with
    slope: float | None = None  # mean, degrees

    @property
    def cells(self) -> int:
        """How many cells it has."""
        return len(self.rows)

    @property
    def reach(self) -> int:
        """How many cells a place of this size may be moved each way."""
        return max(1, round(FREE * float(self.cells**0.5)))

    @cached_property
    def ways(self) -> Sequence[Runs]:
        """Its eight ways to lie."""
        return [_runs(*cells) for cells in _turned(self.rows, self.cols)]

    @cached_property
    def rooms(self) -> Sequence[Runs]:
        """The ground that it reaches in each of them when it is moved about."""
        top, left, by = self.rows.min(), self.cols.min(), self.reach
        size = int(np.ptp(self.rows)) + 1 + 2 * by, int(np.ptp(self.cols)) + 1 + 2 * by
        own = np.zeros(size, dtype=bool)
        own[self.rows - top + by, self.cols - left + by] = True
        wide = ndimage.maximum_filter(own, size=2 * by + 1, mode="constant")
        rows, cols = np.nonzero(wide)
        return [_runs(*cells) for cells in _turned(rows + top - by, cols + left - by)]

    @cached_property
    def room(self) -> int:
        """How many cells that ground has."""
        return int(self.rooms[0].length.sum())

    def needs(self, patch_px: float) -> float:
        """How many cells one independent place needs, where so many change together.

        A patch is found from wherever moving reaches it, as the footprint itself is.
        """
        return max(float(self.room), float((patch_px**0.5 + 2 * self.reach) ** 2))


def footprint_of(
    shape: BaseGeometry,
    grid: Grid,
    model: SceneModel,
    look: Look,
    cells: Cells,
    slope: float | None,
) -> Footprint:
    """The footprint of any shape: thinned as the sample windows are, its classes and its score.

    Args:
        shape: In the CRS of `grid`: a whole polygon, or the part of it that is asked about.
        grid: The working grid of the pair.
        model: The scene's; the step of its windows is the footprint's.
        look: The window that the cells stand in.
        cells: The clear cells of that shape, at least one.
        slope: Its mean slope in degrees, where known.
    """
    weight = cells.weight / cells.weight.sum()
    mix = np.bincount(look.kind[cells.mask], weight, minlength=len(model.likes.centres))
    score = float((look.score[cells.mask] * weight).sum())
    rows, cols = cells_under(shape, grid, model.plots[0].window.step)
    return Footprint(rows, cols, mix.astype(np.float32), score, slope)


def cells_under(shape: BaseGeometry, grid: Grid, step: int = 1) -> tuple[Ints, Ints]:
    """The cells mostly inside a shape (n,), of a grid thinned by `step`, from their own middle."""
    window = window_of(shape.bounds, grid)._replace(step=step)
    inside = cell_weights(shape, window.transform(grid), window.shape)
    rows, cols = np.nonzero(inside > min(0.5, float(inside.max()) * 0.99))
    return rows - int(np.median(rows)), cols - int(np.median(cols))


def _turned(rows: Ints, cols: Ints) -> Iterator[tuple[Ints, Ints]]:
    for a, b in ((rows, cols), (cols, rows)):
        for s in (1, -1):
            for t in (1, -1):
                yield a * s, b * t


def _runs(rows: Ints, cols: Ints) -> Runs:
    order = np.lexsort((cols, rows))
    rows, cols = rows[order], cols[order]
    new = np.ones(len(rows), dtype=bool)
    new[1:] = (np.diff(rows) != 0) | (np.diff(cols) != 1)
    first = np.flatnonzero(new)
    step = max(1, -(-len(rows) // LOOKED_AT))
    some = slice(step // 2, None, step)
    box = int(rows[0]), int(rows[-1]), int(cols.min()), int(cols.max())
    length = np.diff([*first, len(rows)])
    return Runs(rows[first], cols[first], length, rows[some], cols[some], box)
