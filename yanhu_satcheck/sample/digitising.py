"""How an interpreter draws a polygon: a vertex every so often, a few metres off."""

import numpy as np
from rasterio.features import shapes
from shapely.geometry import Polygon, shape
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry
from shapely.ops import unary_union

from .frame import Grid
from .land import Mask
from .noise import stream


def digitised(geometry: BaseGeometry, salt: int, error: float = 1.8, step: float = 24.0) -> Polygon:
    """One valid ring that follows the outline with digitising error."""
    base = largest(largest(geometry.buffer(0)).simplify(2.2))
    ring = np.array(base.exterior.segmentize(step).coords)[:-1]
    rng = stream(salt, "digitised")
    for shrink in (1.0, 0.5, 0.2, 0.0):
        moved = ring + shrink * rng.normal(0.0, error, ring.shape)
        drawn = Polygon(np.round(moved, 2))
        if drawn.is_valid:
            return drawn
    return largest(drawn.buffer(0))


def largest(geometry: BaseGeometry) -> Polygon:
    """The largest polygon, without holes."""
    parts = list(geometry.geoms) if isinstance(geometry, BaseMultipartGeometry) else [geometry]
    best = max(parts, key=lambda part: part.area, default=Polygon())
    return Polygon(best.exterior) if isinstance(best, Polygon) else Polygon()


def traced(mask: Mask, grid: Grid) -> BaseGeometry:
    """The outline of the cells that are set."""
    found = shapes(mask.astype(np.uint8), mask=mask, transform=grid.transform)
    return unary_union([shape(ring) for ring, _ in found])
