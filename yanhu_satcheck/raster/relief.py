"""Elevation as slope and downslope direction, in a metric CRS."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil, floor

import numpy as np
import rasterio
from rasterio.transform import Affine

from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.source import Source
from yanhu_satcheck.raster.window import Window, cell_m, crs_of, outline_of
from yanhu_satcheck.scene import ElevationFile, Grid


class ReliefReader:
    """One elevation model as windows of a north-up grid in metres; made by `open_relief`."""

    def __init__(self, file: ElevationFile, crs: str) -> None:
        self.file = file
        self.grid = metric_grid(file.grid, crs)
        self._source = Source(
            file.path, file.name, self.grid, (1,), file.nodata, own_crs=file.grid.crs
        )

    @property
    def whole_metres(self) -> bool:
        """Whether the file can hold whole metres only."""
        return self._source.whole_numbers

    def read(self, window: Window) -> Floats:
        """Elevations (h, w) of a window without step; NaN where there is none."""
        with rasterio.Env(GDAL_CACHEMAX=64):
            elevation: Floats = self._source.read(window)[0]
            return elevation

    def close(self) -> None:
        """Let the file go."""
        self._source.close()


@contextmanager
def open_relief(file: ElevationFile, crs: str) -> Iterator[ReliefReader]:
    """Open an elevation model; `crs` (metres) is used where its own grid is in degrees.

    Raises:
        RasterError: The file is absent or no GeoTIFF.
    """
    reader = ReliefReader(file, crs)
    try:
        yield reader
    finally:
        reader.close()


def metric_grid(own: Grid, crs: str) -> Grid:
    """The file's own grid where it is projected and north-up, else one like it in `crs`."""
    affine = Affine(*own.transform)
    metres = not crs_of(own.crs).is_geographic
    if metres and affine.b == 0 and affine.d == 0 and affine.a > 0 and affine.e < 0:
        return own
    side = cell_m(own)
    left, bottom, right, top = outline_of(own, crs).bounds
    x, y = floor(left / side) * side, ceil(top / side) * side
    size = ceil((right - x) / side), ceil((y - bottom) / side)
    return Grid(crs, (side, 0.0, x, 0.0, -side, y), *size)


def gradient(elevation: Floats, grid: Grid) -> tuple[Floats, Floats]:
    """Rise to the east and to the north (h, w), metres a metre (Horn 1981, 3 × 3)."""
    affine = Affine(*grid.transform)
    padded = np.pad(elevation, 1, mode="edge")
    rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    cols = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    east = (rows[:, 2:] - rows[:, :-2]) / np.float32(8 * affine.a)
    north = (cols[:-2] - cols[2:]) / np.float32(8 * -affine.e)
    return east.astype(np.float32), north.astype(np.float32)


def slope_deg(east: Floats, north: Floats) -> Floats:
    """Steepness in degrees (h, w)."""
    return np.degrees(np.arctan(np.hypot(east, north))).astype(np.float32)
