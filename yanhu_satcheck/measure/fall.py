"""What elevation says of chance: how often stable ground of like slope seems to fall as much."""

from typing import NamedTuple

import numpy as np
from shapely import STRtree, box
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure.chance import Pool, chance_of, lowered, lowering
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.raster.heights import HeightReader
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.shapes import burnt, cell_weights
from yanhu_satcheck.raster.window import Window, moved, window_of

AT_ONCE = 2_000_000  # cells of both models that are held at once


class Stable(NamedTuple):
    """A window of the aligned pair, thinned; every layer (h, w)."""

    dh: Floats  # after less before, metres; NaN where unknown
    usable: Bools  # in no issued polygon or licence
    slope: Floats  # degrees, before


class Falls:
    """The stable ground of an elevation pair, laid end to end when it is first asked for."""

    def __init__(self, heights: HeightReader) -> None:
        self._heights = heights
        self._pool: Pool | None = None

    def of(self, shape: BaseGeometry, crs: str, name: str) -> Chance | None:
        """The chance of a shape's mean fall; `None` where both models do not show it.

        Args:
            shape: A polygon or a part of one, in `crs`.
            crs: Its CRS.
            name: What it is: seeds where like places are sought.
        """
        grid = self._heights.grid
        own = moved(shape, crs, grid.crs)
        window = window_of(own.bounds, grid, 2)
        if window.height * window.width > 4_000_000:
            return None
        found = self._heights.near(window)
        weights = cell_weights(own, window.transform(grid), window.shape)
        cells = cells_of(weights, found.known)
        if cells.weight.sum() < max(1.0, 0.5 * float(weights.sum())):
            return None
        if self._pool is None:
            self._pool = lowering([self._ground(one) for one in self._heights.model.plots])
        step = self._heights.model.plots[0].step
        footprint = lowered(own, grid, step, found.rise, found.slope_deg, cells)
        return chance_of(footprint, self._pool, f"{name}|dem")

    def _ground(self, window: Window) -> Stable:
        """One sample window strip by strip, issued ground and licences marked."""
        model, grid = self._heights.model, self._heights.grid
        tree = STRtree(list(model.away))
        parts = []
        high = max(window.step, AT_ONCE // window.width // window.step * window.step)
        for top in range(0, window.height, high):
            rows = min(high, window.height - top)
            piece = Window(window.row + top, window.col, rows, window.width)
            found = self._heights.read(piece)
            thin = piece._replace(step=window.step)
            affine, shape = thin.transform(grid), thin.shape
            (x0, y0), (x1, y1) = affine @ (0, 0), affine @ (shape[1], shape[0])
            near = tree.query(box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
            flags = burnt(
                [tree.geometries[i] for i in sorted(near)], affine, shape, all_touched=True
            )
            at = slice(None, None, thin.step)
            known, dh, slope = found.known[at, at], found.rise[at, at], found.slope_deg[at, at]
            parts.append(Stable(np.where(known, dh, np.nan), known & ~flags, slope))
        return Stable(*(np.concatenate(layers) for layers in zip(*parts, strict=True)))
