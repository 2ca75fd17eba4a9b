"""One raster file as a working grid sees it: any window, gaps as NaN, sub-pixel shifts included."""

from math import ceil, floor
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.transform import Affine
from rasterio.warp import reproject, transform_bounds

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.raster.header import driver_of
from yanhu_satcheck.raster.resample import PAD, Bools, Floats, between, touched
from yanhu_satcheck.raster.window import Window, crs_of
from yanhu_satcheck.scene import Grid, Warp


class Source:
    """Some bands of a raster on a working grid; one open handle, never a whole scene in memory.

    `shift` is where the file's content lies against the grid, in the grid's cells (x right, y
    down), or how that varies; reads compensate it. A file with the grid's CRS and cell size is
    read in place and sampled between cells; any other, and a shift that varies, is warped window
    by window.
    """

    def __init__(
        self,
        path: Path,
        name: str,
        grid: Grid,
        bands: tuple[int, ...],
        nodata: float | None = None,
        shift: tuple[float, float] | Warp = (0.0, 0.0),
        own_crs: str = "",
    ) -> None:
        self._name, self._grid, self._bands = name, grid, list(bands)
        self._warp = shift if isinstance(shift, Warp) else Warp(shift)
        try:
            self._file: DatasetReader = rasterio.open(path, driver=driver_of(path), sharing=False)
        except (RasterioError, OSError, ValueError) as cause:
            raise RasterError(f"{name}: {cause}") from cause
        self._nodata = self._file.nodata if nodata is None else nodata
        self._own_crs = self._file.crs.to_wkt() if self._file.crs else own_crs or grid.crs
        self._offset = self._aligned()
        free = [i for i in self._file.indexes if i not in bands]
        alpha = [i for i in free if self._file.colorinterp[i - 1] == ColorInterp.alpha]
        self._alpha = alpha[0] if alpha else None

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    @property
    def whole_numbers(self) -> bool:
        """Whether the file can hold whole numbers only."""
        return np.dtype(self._file.dtypes[self._bands[0] - 1]).kind in "iu"

    @property
    def in_place(self) -> bool:
        """Whether its cells are the grid's but for a shift, so that nothing need be warped."""
        return self._offset is not None

    def read(self, window: Window, how: Resampling | None = None) -> Floats:
        """The bands (n, h, w) of a window without `step`, as stored; NaN where nothing is.

        `how` a file that is not in place is warped; by default cubic, or averaged if far finer.
        """
        if self._offset is None:
            return self._warped(window, how)
        row, down, col, right = self._place(window)
        padded = self._raw(row - PAD, col - PAD, window.height + 2 * PAD, window.width + 2 * PAD)
        if down < 1e-6 and right < 1e-6:
            return padded[:, PAD:-PAD, PAD:-PAD]
        return between(padded, down, right)

    def flagged(self, window: Window, clear: tuple[int, ...], bits: tuple[int, ...]) -> Bools:
        """Cells (h, w) of a mask that may not be looked at; so are those outside the mask."""
        if self._offset is None:
            return _flags(self._warped(window, Resampling.nearest)[0], clear, bits)
        row, down, col, right = self._place(window)
        raw = self._raw(row - PAD, col - PAD, window.height + 2 * PAD, window.width + 2 * PAD)
        return touched(_flags(raw[0], clear, bits), down, right)

    def _place(self, window: Window) -> tuple[int, float, int, float]:
        assert self._offset is not None
        right, down = window.col + self._offset[0], window.row + self._offset[1]
        row, col = floor(down + 1e-6), floor(right + 1e-6)
        return row, max(down - row, 0.0), col, max(right - col, 0.0)

    def _aligned(self) -> tuple[float, float] | None:
        """Columns and rows from the grid's origin to the file's cells, or None: warp it."""
        if not self._warp.plain:
            return None
        own, grid = self._file.transform, Affine(*self._grid.transform)
        one, two = crs_of(self._own_crs), crs_of(self._grid.crs)
        across = max(self._grid.width, self._grid.height)
        drift = max(abs(own.a / grid.a - 1), abs(own.e / grid.e - 1) if own.e else 1) * across
        if own.b or own.d or drift > 0.02 or not one.equals(two, ignore_axis_order=True):
            return None
        col, row = ~own @ (grid @ (0.0, 0.0))
        return col + self._warp.shift[0], row + self._warp.shift[1]

    def _raw(self, row: int, col: int, height: int, width: int) -> Floats:
        """Read cells of the file; those outside it, or marked as nothing, are NaN."""
        out: Floats = np.full((len(self._bands), height, width), np.nan, dtype=np.float32)
        top, left = max(row, 0), max(col, 0)
        bottom = min(row + height, self._file.height)
        right = min(col + width, self._file.width)
        if bottom <= top or right <= left:
            return out
        cut = rasterio.windows.Window(left, top, right - left, bottom - top)
        try:
            pixels = self._file.read(self._bands, window=cut, out_dtype="float32")
            if self._nodata is not None and not np.isnan(self._nodata):
                pixels[pixels == np.float32(self._nodata)] = np.nan
            if self._alpha is not None:
                pixels[:, self._file.read(self._alpha, window=cut) == 0] = np.nan
        except (RasterioError, OSError, ValueError) as cause:
            raise RasterError(f"{self._name}: {cause}") from cause
        out[:, top - row : bottom - row, left - col : right - col] = pixels
        return out

    def _warped(self, window: Window, how: Resampling | None = None) -> Floats:
        """Warp a window from the file's own grid; finer files are averaged, not picked from."""
        shifted = Affine(*self._grid.transform) @ _moving(self._warp)
        target = shifted @ Affine.translation(window.col, window.row)
        out: Floats = np.full(
            (len(self._bands), window.height, window.width), np.nan, dtype=np.float32
        )
        w, h = window.width, window.height
        xs, ys = zip(*(target @ corner for corner in ((0, 0), (w, 0), (0, h), (w, h))), strict=True)
        box = (min(xs), min(ys), max(xs), max(ys))
        box = transform_bounds(self._grid.crs, self._own_crs, *box, densify_pts=9)
        back = ~self._file.transform
        corners = [back @ (x, y) for x in box[0::2] for y in box[1::2]]
        col, row = floor(min(c for c, _ in corners)) - 4, floor(min(r for _, r in corners)) - 4
        right = min(ceil(max(c for c, _ in corners)) + 4, self._file.width)
        bottom = min(ceil(max(r for _, r in corners)) + 4, self._file.height)
        col, row = max(col, 0), max(row, 0)
        if right <= col or bottom <= row:
            return out
        pixels = self._raw(row, col, bottom - row, right - col)
        finer = (right - col) > 2 * (window.width + 8)
        if how is None:  # not “or”: nearest neighbour is number 0
            how = Resampling.average if finer else Resampling.cubic
        reproject(
            pixels,
            out,
            src_transform=self._file.transform @ Affine.translation(col, row),
            src_crs=self._own_crs,
            dst_transform=target,
            dst_crs=self._grid.crs,
            src_nodata=np.nan,
            dst_nodata=np.nan,
            resampling=how,
            tolerance=0.01,  # cells; by default GDAL may be an eighth of a cell off
        )
        return out


def _moving(warp: Warp) -> Affine:
    """From a cell to where the file holds its content, both in the grid's columns and rows."""
    (a, b), (d, e) = warp.slope
    col, row = warp.middle
    x, y = warp.shift
    return Affine(1 + a, b, x - a * col - b * row, d, 1 + e, y - d * col - e * row)


def _flags(values: Floats, clear: tuple[int, ...], bits: tuple[int, ...]) -> Bools:
    seen = np.isfinite(values)
    whole = np.where(seen, values, 0).astype(np.int64)
    good = np.isin(whole, clear) if clear else np.ones(values.shape, dtype=bool)
    for bit in bits:
        good &= (whole >> bit) & 1 == 0
    return ~(good & seen)
