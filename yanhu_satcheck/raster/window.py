"""Windows and grids: where cells lie, how large they are, what a piece of them covers."""

from functools import lru_cache
from math import ceil, floor, sqrt
from typing import NamedTuple

import numpy as np
from pyproj import CRS, Geod, Transformer
from rasterio.transform import Affine
from shapely import Polygon, segmentize, transform
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.scene import Grid


class Window(NamedTuple):
    """A rectangle of a grid's cells; it may reach outside. `step` = 3 takes every third cell."""

    row: int
    col: int
    height: int
    width: int
    step: int = 1

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the cells taken."""
        return ceil(self.height / self.step), ceil(self.width / self.step)

    def transform(self, grid: Grid) -> Affine:
        """Where the window's cells lie: each cell taken stands for step × step of the grid's."""
        return (
            Affine(*grid.transform)
            @ Affine.translation(self.col, self.row)
            @ Affine.scale(self.step)
        )


def together(one: Window, two: Window) -> Window:
    """The smallest window without step that holds both."""
    row, col = min(one.row, two.row), min(one.col, two.col)
    bottom = max(one.row + one.height, two.row + two.height)
    right = max(one.col + one.width, two.col + two.width)
    return Window(row, col, bottom - row, right - col)


def part_of(values: Floats, window: Window, part: Window) -> Floats | None:
    """What was read over a window (h, w), over one within it; None where that reaches beyond."""
    top, left = part.row - window.row, part.col - window.col
    out = values[max(top, 0) : top + part.height, max(left, 0) : left + part.width]
    return out if min(top, left) >= 0 and out.shape == part.shape else None


def cell_m(grid: Grid) -> float:
    """The side of one cell in metres, as the root of its area; in degrees, at the grid's centre."""
    affine, crs = Affine(*grid.transform), crs_of(grid.crs)
    if not crs.is_geographic:
        return sqrt(abs(affine.determinant)) * float(crs.axis_info[0].unit_conversion_factor or 1)
    x, y = affine @ (grid.width / 2, grid.height / 2)
    (ax, ay), (bx, by) = (
        affine @ (grid.width / 2 + 1, grid.height / 2),
        affine
        @ (
            grid.width / 2,
            grid.height / 2 + 1,
        ),
    )
    geod = Geod(ellps="GRS80")
    return sqrt(geod.inv(x, y, ax, ay)[2] * geod.inv(x, y, bx, by)[2])


def outline_of(grid: Grid, crs: str) -> BaseGeometry:
    """The grid's rectangle in another CRS, with enough corners that its edges stay true."""
    affine, w, h = Affine(*grid.transform), grid.width, grid.height
    ring = Polygon([affine @ corner for corner in ((0, 0), (w, 0), (w, h), (0, h))])
    edge = max(ring.bounds[2] - ring.bounds[0], ring.bounds[3] - ring.bounds[1]) / 16
    return moved(segmentize(ring, edge), grid.crs, crs)


def moved(shape: BaseGeometry, source: str, target: str) -> BaseGeometry:
    """Take a shape from one CRS to another, x before y in both."""
    if source == target:
        return shape
    carry = _carrier(source, target)
    if carry is None:
        return shape
    return transform(shape, lambda xy: np.column_stack(carry.transform(xy[:, 0], xy[:, 1])))


def displaced(grid: Grid, by: tuple[float, float], crs: str) -> tuple[float, float]:
    """A short way east and north in `crs` as the grid's cells right and down, at its centre."""
    affine, carry = Affine(*grid.transform), _carrier(grid.crs, crs)
    middle = grid.width / 2, grid.height / 2
    x, y = affine @ middle
    if carry is not None:
        x, y = carry.transform(x, y)
    x, y = x + by[0], y + by[1]
    if carry is not None:
        x, y = carry.transform(x, y, direction="INVERSE")
    col, row = ~affine @ (x, y)
    return float(col - middle[0]), float(row - middle[1])


@lru_cache(maxsize=64)
def crs_of(words: str) -> CRS:
    """A CRS as its words tell it; reading them takes longer than most of what is done with it."""
    return CRS.from_user_input(words)


@lru_cache(maxsize=64)
def _carrier(source: str, target: str) -> Transformer | None:
    one, two = crs_of(source), crs_of(target)
    if one.equals(two, ignore_axis_order=True):
        return None
    return Transformer.from_crs(one, two, always_xy=True)


def window_of(bounds: tuple[float, float, float, float], grid: Grid, margin: int = 0) -> Window:
    """The cells that a box in the grid's CRS touches, and a margin of cells around them."""
    back = ~Affine(*grid.transform)
    corners = [back @ (x, y) for x in bounds[0::2] for y in bounds[1::2]]
    cols, rows = [c for c, _ in corners], [r for _, r in corners]
    row, col = floor(min(rows) + 1e-9) - margin, floor(min(cols) + 1e-9) - margin
    bottom, right = ceil(max(rows) - 1e-9) + margin, ceil(max(cols) - 1e-9) + margin
    return Window(row, col, max(bottom - row, 1), max(right - col, 1))
