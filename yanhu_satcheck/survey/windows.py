"""Where a scene is sampled: the whole of a small one, seeded windows of a large one."""

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.window import Window, outline_of, window_of
from yanhu_satcheck.scene import Grid

SIDE = 192  # cells taken along a sample window
TILE = 128  # cells along a window for registration
MOST = 64  # sample windows
ACROSS = 20  # typical issued polygons that find room along a window
WHOLE = 2_400_000  # cells taken that are few enough to sample a scene whole


def shared_window(grid: Grid, other: Grid) -> Window | None:
    """The cells of the working grid that the other image's rectangle reaches; None: they miss."""
    common = outline_of(other, grid.crs).intersection(outline_of(grid, grid.crs))
    if common.is_empty:
        return None
    row, col, height, width, _ = window_of(common.bounds, grid)
    top, left = max(row, 0), max(col, 0)
    bottom, right = min(row + height, grid.height), min(col + width, grid.width)
    return Window(top, left, bottom - top, right - left) if bottom > top and right > left else None


def plots(area: Window, grid: Grid, issued: Sequence[BaseGeometry], seed: int) -> list[Window]:
    """The windows that stand for the scene: one of it all, or 64 seeded ones.

    Cells are thinned so that a window has room for typical issued polygons twenty times across:
    sixty-four of them then hold the ten thousand independent places that one accusation in a
    batch of three hundred needs. Thinned cells keep the statistics of single cells, which averaged
    ones would not.
    """
    usual = _usual_side(issued, grid)
    step = max(1, ceil(ACROSS * usual / SIDE)) if usual else 1
    for thin in range(1, max(step, 2) + 1):
        if ceil(area.height / thin) * ceil(area.width / thin) <= WHOLE:
            return [area._replace(step=thin)]
    return scattered(area, SIDE * step, seed, step)


def tiles(area: Window, seed: int) -> list[Window]:
    """Windows at full resolution for registration: up to 64, smaller ones in a small scene."""
    shorter = min(area.height, area.width)
    side = TILE if shorter >= 4 * TILE else max(32, shorter // 4 // 2 * 2)
    if shorter < side:
        return []
    if shorter >= 8 * TILE:
        return scattered(area, side, seed, 1)
    rows, cols = (_spread(size, side) for size in (area.height, area.width))
    return [Window(area.row + r, area.col + c, side, side) for r in rows for c in cols]


def scattered(area: Window, side: int, seed: int, step: int, most: int = MOST) -> list[Window]:
    """Up to `most` windows, one at a random place in each field of a chessboard over the area."""
    side = min(side, area.height, area.width)
    aspect = sqrt(area.height / area.width)
    down = int(np.clip(round(sqrt(most) * aspect), 1, area.height // side))
    across = int(np.clip(most // down, 1, area.width // side))
    random = np.random.default_rng(seed)
    out = []
    for i in range(down):
        for j in range(across):
            top, left = i * area.height // down, j * area.width // across
            free_y = (i + 1) * area.height // down - top - side
            free_x = (j + 1) * area.width // across - left - side
            row = area.row + top + int(random.integers(0, max(free_y, 0) + 1))
            col = area.col + left + int(random.integers(0, max(free_x, 0) + 1))
            out.append(Window(row, col, side, side, step))
    return out


def _spread(size: int, side: int) -> list[int]:
    """Starts of windows along one axis: three to eight, overlapping by half where there is room."""
    count = 1 if size == side else min(8, max(3, 2 * (size - side) // side + 1))
    return [round(i * (size - side) / max(count - 1, 1)) for i in range(count)]


def _usual_side(issued: Sequence[BaseGeometry], grid: Grid) -> float:
    """The median longer side of the issued shapes, in cells."""
    sides = [max(b[2] - b[0], b[3] - b[1]) for b in (s.bounds for s in issued if not s.is_empty)]
    cell = sqrt(abs(Affine(*grid.transform).determinant))
    return float(np.median(sides)) / cell if sides else 0.0
