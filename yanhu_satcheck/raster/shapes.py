"""Which part of each cell an outline covers, and where its rings run in a picture."""

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
    inside = burnt([shape], transform, size).astype(np.float32)
    edge = burnt([shape.boundary], transform, size, all_touched=True)
    rows, cols = np.nonzero(edge)
    if rows.size:
        left, right = transform.c + cols * transform.a, transform.c + (cols + 1) * transform.a
        top, bottom = transform.f + rows * transform.e, transform.f + (rows + 1) * transform.e
        boxes = shapely.box(left, np.minimum(top, bottom), right, np.maximum(top, bottom))
        shapely.prepare(shape)
        cut = shapely.area(shapely.intersection(shape, boxes))
        inside[rows, cols] = cut / abs(transform.determinant)
    return inside


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
