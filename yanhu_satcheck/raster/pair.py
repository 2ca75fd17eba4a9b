"""Before and after of one piece of ground on one grid: the before image's."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

import numpy as np
import rasterio
from rasterio.transform import Affine
from rasterio.warp import calculate_default_transform
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.source import Source
from yanhu_satcheck.raster.window import Window, cell_m, moved, outline_of
from yanhu_satcheck.scene import Grid, ImageFile, ScenePair, Warp

ROLES = ("blue", "green", "red", "nir", "swir1", "swir2")
Shift = tuple[float, float] | Warp
AT_ONCE = 4_000_000  # cells read at full resolution before they are thinned by a window's step


class PairPixels(NamedTuple):
    """A window of a pair: reflectance where the batch gives a scale, else digital numbers."""

    window: Window
    before: Floats  # (bands, h, w), NaN where the image shows nothing
    after: Floats
    seen: Bools  # (h, w): both images show something
    clear: Bools  # (h, w): seen, and neither declared mask forbids it


class PairReader:
    """A scene pair as windows of one grid; made by `open_pair`, which also closes it."""

    def __init__(self, pair: ScenePair, shift: Shift, stack: ExitStack) -> None:
        self.pair = pair
        self.grid = working_grid(pair.before.grid)
        self.roles = common_roles(pair)
        self.cell_m = cell_m(self.grid)
        self.masked = (pair.before.mask is not None, pair.after.mask is not None)
        self._before = _Layer(pair.before, self.grid, self.roles, (0.0, 0.0), stack)
        self._after = _Layer(pair.after, self.grid, self.roles, shift, stack)

    def read(self, window: Window) -> PairPixels:
        """Read both dates of a window; with a step, in bands of rows, so memory stays bounded."""
        with rasterio.Env(GDAL_CACHEMAX=64):
            parts = [self._part(cut, window.step) for cut in _bands_of_rows(window)]
        before, after = (np.concatenate([part[i] for part in parts], axis=1) for i in (0, 1))
        forbidden = np.concatenate([part[2] for part in parts], axis=0)
        seen = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
        return PairPixels(window, before, after, seen, seen & ~forbidden)

    def _part(self, cut: Window, step: int) -> tuple[Floats, Floats, Bools]:
        forbidden = self._before.forbidden(cut) | self._after.forbidden(cut)
        before, after = self._before.read(cut), self._after.read(cut)
        return before[:, ::step, ::step], after[:, ::step, ::step], forbidden[::step, ::step]


class _Layer:
    """One image and its mask on the working grid, calibrated."""

    def __init__(
        self,
        image: ImageFile,
        grid: Grid,
        roles: tuple[str, ...],
        shift: Shift,
        stack: ExitStack,
    ) -> None:
        bands = tuple(image.bands.index(role) + 1 for role in roles)
        self._image, crs = image, image.grid.crs
        self._pixels = Source(image.path, image.name, grid, bands, image.nodata, shift, crs)
        stack.callback(self._pixels.close)
        self._mask: Source | None = None
        if image.mask is not None:
            mask = image.mask
            self._mask = Source(mask.path, mask.name, grid, (1,), None, shift, crs)
            stack.callback(self._mask.close)

    def read(self, cut: Window) -> Floats:
        pixels = self._pixels.read(cut)
        # Blocks that a writer left out read as zeros; no ground is 0 in every band.
        pixels[:, (pixels == 0).all(axis=0)] = np.nan
        if self._image.scale is not None:
            pixels = pixels * np.float32(self._image.scale) + np.float32(self._image.offset)
        return pixels

    def forbidden(self, cut: Window) -> Bools:
        mask = self._image.mask
        if self._mask is None or mask is None:
            return np.zeros((cut.height, cut.width), dtype=bool)
        return self._mask.flagged(cut, mask.clear, mask.clear_bits)


@contextmanager
def open_pair(pair: ScenePair, shift: Shift = (0.0, 0.0)) -> Iterator[PairReader]:
    """Open both images of a pair; `shift` is the after image's against the before's, in cells.

    Where it varies over the scene, it is a `Warp`, as `SceneFit.undone` gives it.

    Raises:
        RasterError: A file is absent or no GeoTIFF.
    """
    with ExitStack() as stack:
        yield PairReader(pair, shift, stack)


def common_roles(pair: ScenePair) -> tuple[str, ...]:
    """The bands that both dates have, by their roles, from blue to short-wave infrared."""
    return tuple(role for role in ROLES if role in pair.before.bands and role in pair.after.bands)


def working_grid(own: Grid) -> Grid:
    """The before image's own grid where north is up, else the north-up grid nearest to it."""
    affine = Affine(*own.transform)
    if affine.b == 0 and affine.d == 0 and affine.a > 0 and affine.e < 0:
        return own
    corners = [
        affine @ xy for xy in ((0, 0), (own.width, 0), (0, own.height), (own.width, own.height))
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    side = abs(affine.determinant) ** 0.5
    transform, width, height = calculate_default_transform(
        own.crs, own.crs, own.width, own.height, min(xs), min(ys), max(xs), max(ys), resolution=side
    )
    return Grid(own.crs, tuple(transform)[:6], width, height)


def overlap(pair: ScenePair, crs: str) -> BaseGeometry:
    """The ground that both images cover, as a shape in `crs`; gaps inside them are not known."""
    return outline_of(pair.before.grid, crs).intersection(outline_of(pair.after.grid, crs))


def _bands_of_rows(window: Window) -> Iterator[Window]:
    """Cut a window into pieces that may stand in memory at full resolution."""
    rows = max(window.step, AT_ONCE // max(window.width, 1) // window.step * window.step)
    if window.step == 1:
        rows = window.height
    for top in range(0, window.height, rows):
        height = min(rows, window.height - top)
        yield Window(window.row + top, window.col, height, window.width)


__all__ = ["PairPixels", "PairReader", "common_roles", "moved", "open_pair", "overlap"]
