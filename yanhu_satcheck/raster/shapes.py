"""Which part of each cell an outline covers, and where its rings run in a picture."""

from math import ceil, floor

import numpy as np
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.resample import Bools, Floats


def cell_weights(shape: BaseGeometry, transform: Affine, size: tuple[int, int]) -> Floats:
    """The share of each cell (h, w) that lies in the shape: exact along its edge.

    Cells that the edge does not touch lie wholly in or out and are told by their centre; the area
    of every other is cut out. The shape and the north-up transform share one CRS.
    """
    whole = np.zeros(size, dtype=np.float32)
    first, last = _reach(shape, transform, size)
    near, here = (
        transform @ Affine.translation(*first[::-1]),
        (last[0] - first[0], last[1] - first[1]),
    )
    if min(here) <= 0:
        return whole
    whole[first[0] : last[0], first[1] : last[1]] = burnt([shape], near, here)
    edge = burnt([shape.boundary], near, here, all_touched=True)
    rows, cols = (at + start for at, start in zip(np.nonzero(edge), first, strict=True))
    if rows.size:
        left, right = transform.c + cols * transform.a, transform.c + (cols + 1) * transform.a
        top, bottom = transform.f + rows * transform.e, transform.f + (rows + 1) * transform.e
        boxes = shapely.box(left, np.minimum(top, bottom), right, np.maximum(top, bottom))
        shapely.prepare(shape)
        cut = shapely.area(shapely.intersection(shape, boxes))
        whole[rows, cols] = cut / abs(transform.determinant)
    return whole


def _reach(
    shape: BaseGeometry, transform: Affine, size: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first row and column of a window that a shape may touch, and those after its last."""
    if shape.is_empty:
        return (0, 0), (0, 0)
    x0, y0, x1, y1 = shape.bounds
    places = [~transform @ corner for corner in ((x0, y0), (x0, y1), (x1, y0), (x1, y1))]
    cols, rows = zip(*places, strict=True)
    low = floor(min(rows)) - 1, floor(min(cols)) - 1
    high = ceil(max(rows)) + 1, ceil(max(cols)) + 1
    return (max(low[0], 0), max(low[1], 0)), (min(high[0], size[0]), min(high[1], size[1]))


def burnt(
    shapes: list[BaseGeometry],
    transform: Affine,
    size: tuple[int, int],
    all_touched: bool = False,
) -> Bools:
    """Cells (h, w) whose centre lies in a shape, or that one touches."""
    kept = [shape for shape in shapes if shape is not None and not shape.is_empty]
    if not kept:
        return np.zeros(size, dtype=bool)
    out = rasterize(kept, size, transform=transform, all_touched=all_touched, dtype="uint8")
    return np.asarray(out, dtype=bool)


def rings(shape: BaseGeometry, transform: Affine) -> tuple[tuple[tuple[float, float], ...], ...]:
    """All rings of a polygon, holes included, as columns and rows of a picture's pixels."""
    back = ~transform
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    lines = [line for part in parts for line in (part.exterior, *part.interiors)]
    return tuple(tuple(back @ (x, y) for x, y, *_ in line.coords) for line in lines)
