"""Two elevation models on one grid: the later moved onto the earlier, window by window."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.relief import ReliefReader, gradient, metric_grid, slope_deg
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.source import Source
from yanhu_satcheck.raster.spread import Noise
from yanhu_satcheck.raster.window import Window, part_of
from yanhu_satcheck.scene import DemFit, ElevationFile, Grid

TERMS = 6  # east, north, height, tilt to the east, tilt to the north, stretch with elevation


class HeightModel(NamedTuple):
    """What moves the later model onto the earlier one, and how well. In `DemFit.model`."""

    grid: Grid  # the earlier model's, in metres
    shift_m: tuple[float, float]  # the later model lies so far east and north
    middle: tuple[float, float, float]  # x, y, z that the terms below are counted from
    height_m: float  # the later model stands so much higher
    tilt: tuple[float, float]  # metres a metre, to the east and north
    stretch: float  # metres a metre of elevation; 0 unless it was shown to be needed
    covariance: NDArray[np.float64]  # (6, 6) of the terms in this order
    noise: Noise
    windows: tuple[Window, ...]  # seeded sample windows of the grid that the fit was made from
    away: tuple[BaseGeometry, ...]  # issued polygons and licences, in the grid's CRS
    plots: tuple[Window, ...]  # seeded windows, thinned, that chance lays like places on


class Heights(NamedTuple):
    """A window of both models, in metres; NaN where one has nothing."""

    before: Floats  # (h, w)
    after: Floats  # the later one moved onto the earlier, in its heights
    rise: Floats  # after less before
    known: Bools  # both are there, so are all cells that the gradient needs
    east: Floats  # gradient of the earlier surface, metres a metre
    north: Floats
    slope_deg: Floats

    @property
    def offered(self) -> bool:
        """Whether any cell of it can be compared."""
        return bool(self.known.any())


class HeightReader:
    """The aligned pair as windows of the earlier model's grid; made by `open_heights`."""

    def __init__(self, fit: DemFit, before: ReliefReader) -> None:
        assert fit.pair.after is not None
        self.fit, self.before = fit, before
        self.model: HeightModel = fit.model
        self.grid = self.model.grid
        self.after = after_source(fit.pair.after, self.grid, self.model.shift_m)
        self._held: tuple[tuple[Floats, Window], ...] = ()

    def hold(self, earlier: Window | None, later: Window | None) -> None:
        """Read what will be asked for about one polygon, and let go of the last one's.

        Args:
            earlier: Where of the earlier model; None: nothing.
            later: Where of the later one.
        """
        self._held = ()
        if earlier is not None and later is not None:
            one, two = self.before.read(earlier), self._later(later)
            self._held = (one, earlier), (two, later)

    def earlier(self, window: Window) -> Floats:
        """The earlier model over a window without step: what is held, or read."""
        held = part_of(*self._held[0], window) if self._held else None
        return self.before.read(window) if held is None else held

    def near(self, window: Window) -> Heights:
        """Both models over a window of one polygon without step: what is held, or read."""
        held = part_of(*self._held[1], window) if self._held else None
        after = self._later(window) if held is None else held
        return self._heights(window, self.earlier(window), after)

    def read(self, window: Window) -> Heights:
        """Both models over any window without step, read anew whatever is held."""
        return self._heights(window, self.before.read(window), self._later(window))

    def _later(self, window: Window) -> Floats:
        with rasterio.Env(GDAL_CACHEMAX=64):
            after: Floats = self.after.read(window)[0]
            return after

    def _heights(self, window: Window, before: Floats, after: Floats) -> Heights:
        after = after - self.correction(window, before)
        rise = after - before
        east, north = gradient(before, self.grid)
        steep = slope_deg(east, north)
        known = np.isfinite(rise) & np.isfinite(steep)
        return Heights(before, after, rise, known, east, north, steep)

    def correction(self, window: Window, before: Floats) -> Floats:
        """What is taken off the later model's heights (h, w): height, tilt, stretch."""
        x, y = places(window, self.grid)
        (x0, y0, z0), model = self.model.middle, self.model
        level = model.height_m + model.tilt[0] * (x - x0) + model.tilt[1] * (y[:, None] - y0)
        if model.stretch:
            level = level + model.stretch * (before - z0)
        return level.astype(np.float32)

    def close(self) -> None:
        """Let the later file go; the earlier one is its reader's."""
        self.after.close()


@contextmanager
def open_heights(fit: DemFit, before: ReliefReader) -> Iterator[HeightReader]:
    """Open the pair of a fit that was not refused; `before` reads its earlier model.

    Raises:
        RasterError: The later file is absent or no raster.
    """
    reader = HeightReader(fit, before)
    try:
        yield reader
    finally:
        reader.close()


def after_source(file: ElevationFile, grid: Grid, shift_m: tuple[float, float]) -> Source:
    """The later model on the earlier one's grid, a shift (metres east, north) undone."""
    cells = shift_m[0] / grid.transform[0], shift_m[1] / grid.transform[4]
    return Source(file.path, file.name, grid, (1,), file.nodata, cells, own_crs=file.grid.crs)


def places(window: Window, grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The x of a window's columns (w,) and the y of its rows (h,), at cell centres."""
    affine, (rows, cols) = window.transform(grid), window.shape
    x = affine.c + (np.arange(cols) + 0.5) * affine.a
    return x, affine.f + (np.arange(rows) + 0.5) * affine.e


__all__ = ["HeightModel", "HeightReader", "Heights", "after_source", "metric_grid", "open_heights"]
