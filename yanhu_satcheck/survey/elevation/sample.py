"""Sample windows of two elevation models, with the cells that are likely to have stayed."""

from collections.abc import Iterator, Sequence

import numpy as np
import rasterio
from scipy import ndimage
from shapely import STRtree, box
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.heights import after_source, places
from yanhu_satcheck.raster.relief import ReliefReader
from yanhu_satcheck.raster.resample import PAD, Bools, Floats, between
from yanhu_satcheck.raster.shapes import burnt
from yanhu_satcheck.raster.window import Window, cell_m
from yanhu_satcheck.scene import ElevationFile, Grid
from yanhu_satcheck.survey.windows import scattered

SIDE = 128  # cells along a window
FINER, MANY = 64, 1024  # cells along those that the fit is sharpened with, and how many
AT_ONCE = 64  # of those in memory
REACH = 8  # cells around a window that a shift can be undone in without reading again
FREE_M = 20.0  # kept around issued ground: what was dug spills over its outline


class Stable:
    """Windows of both models in memory; the later one can be laid under any shift."""

    def __init__(
        self,
        before: ReliefReader,
        after: ElevationFile,
        area: Window,
        away: Sequence[BaseGeometry],
        seed: int,
        windows: Sequence[Window] | None = None,
    ) -> None:
        self.grid, self._after = before.grid, after
        asked = scattered(area, SIDE, seed, 1) if windows is None else windows
        read = [(window, before.read(window)) for window in asked]
        kept = [(w, z) for w, z in read if np.isfinite(z).any()]
        self.windows = [window for window, _ in kept]
        self.before = [z for _, z in kept]
        tree = STRtree(list(away))
        self.free = [_free(window, self.grid, tree) for window in self.windows]
        self.rounded = before.whole_metres
        self._base = (np.inf, np.inf)
        self._wide: list[Floats] = []

    def after(self, shift_m: tuple[float, float], fresh: bool = False) -> list[Floats]:
        """The later model (h, w) a window, a shift undone; `fresh`: read under just that shift."""
        cell = self.grid.transform[0], self.grid.transform[4]
        right, down = shift_m[0] / cell[0], shift_m[1] / cell[1]
        rest = right - self._base[0], down - self._base[1]
        if fresh or not max(abs(rest[0]), abs(rest[1])) < REACH - PAD - 1:
            self._read(shift_m)
            self._base, rest = (right, down), (0.0, 0.0)
        i, j = int(np.floor(rest[1])), int(np.floor(rest[0]))
        cut = REACH - PAD
        out = []
        for wide in self._wide:
            h, w = wide.shape[0] - 2 * cut, wide.shape[1] - 2 * cut
            part = wide[cut + i : cut + i + h, cut + j : cut + j + w]
            out.append(between(part, rest[1] - i, rest[0] - j))
        return out

    def _read(self, shift_m: tuple[float, float]) -> None:
        source = after_source(self._after, self.grid, shift_m)
        self.rounded &= source.whole_numbers
        try:
            with rasterio.Env(GDAL_CACHEMAX=64):
                self._wide = [source.read(_wider(window))[0] for window in self.windows]
        finally:
            source.close()


def finer(
    before: ReliefReader,
    after: ElevationFile,
    area: Window,
    away: Sequence[BaseGeometry],
    seed: int,
) -> Iterator[Stable]:
    """A thousand smaller windows all over the area, some at a time so that memory stays small."""
    windows = scattered(area, FINER, seed, 1, MANY)
    for start in range(0, len(windows), AT_ONCE):
        yield Stable(before, after, area, away, seed, windows[start : start + AT_ONCE])


def _wider(window: Window) -> Window:
    row, col, height, width, _ = window
    return Window(row - REACH, col - REACH, height + 2 * REACH, width + 2 * REACH)


def _free(window: Window, grid: Grid, tree: STRtree) -> Bools:
    """Cells (h, w) that lie in no issued polygon or licence, nor close to one."""
    x, y = places(window, grid)
    margin = FREE_M + 2 * cell_m(grid)
    near = tree.query(box(x[0] - margin, y[-1] - margin, x[-1] + margin, y[0] + margin))
    shapes = [tree.geometries[i] for i in sorted(near)]
    flags = burnt(shapes, window.transform(grid), window.shape, all_touched=True)
    if not flags.any():
        return ~flags
    times = int(np.ceil(FREE_M / cell_m(grid))) + 1
    return np.asarray(~_grown(flags, min(times, 12)))


def _grown(flags: Bools, times: int) -> Bools:
    grown: Bools = ndimage.binary_dilation(flags, np.ones((3, 3), bool), iterations=times)
    return grown
