"""Which scene pair shows which polygon best, and in which order the windows are read."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.raster.pair import common_roles, open_pair, overlap, working_grid
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, cell_m, moved, window_of
from yanhu_satcheck.scene import Grid, SceneFit, ScenePair

BLOCK = 512  # cells; polygons of one block of the file are read one after another
AROUND_M = 200.0  # of surroundings that are read with each polygon
MOST = 1200  # cells taken along a window; larger polygons are thinned
GLANCE = 64  # cells taken along a window when pairs are only compared


class Task(NamedTuple):
    """One polygon, the pair that shows it, and the window to read."""

    polygon: IssuedPolygon
    fit: SceneFit
    coverage: float  # share of the footprint inside both images
    footprint: BaseGeometry  # in the CRS of the pair's working grid
    window: Window

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Block by block of the file, so that each is decoded once."""
        return self.window.row // BLOCK, self.window.col // BLOCK, self.window.col, self.polygon.id


def tasks(batch: Batch, fits: Sequence[SceneFit]) -> tuple[list[list[Task]], list[IssuedPolygon]]:
    """The polygons that a pair covers, by pair in reading order, and those that none does."""
    grounds = [overlap(fit.pair, batch.crs) for fit in fits]
    groups: list[list[Task]] = [[] for _ in fits]
    without = []
    for polygon in batch.polygons:
        shape = polygon.footprint
        best = None if shape is None or shape.is_empty else _best(polygon, fits, grounds, batch.crs)
        if best is None or shape is None:
            without.append(polygon)
            continue
        number, coverage = best
        groups[number].append(_task(polygon, fits[number], coverage, shape, batch.crs))
    return [sorted(group, key=lambda task: task.order) for group in groups], without


def _best(
    polygon: IssuedPolygon, fits: Sequence[SceneFit], grounds: Sequence[BaseGeometry], crs: str
) -> tuple[int, float] | None:
    """The pair that covers most; of equals one that could be registered, then the nearest dates."""
    shape = polygon.footprint
    assert shape is not None
    shares = [_share(shape, ground) for ground in grounds]
    some = [i for i, share in enumerate(shares) if share > 0]
    if len(some) <= 1:
        return (some[0], shares[some[0]]) if some else None
    seen = {i: min(shares[i], _glance(fits[i].pair, shape, crs)) for i in some}

    def rank(i: int) -> tuple[float, bool, int, int]:
        return -round(seen[i], 2), fits[i].refused is not None, _days(polygon, fits[i].pair), i

    first = min(some, key=rank)
    return first, shares[first]


def _share(shape: BaseGeometry, ground: BaseGeometry) -> float:
    return float(min(1.0, shape.intersection(ground).area / shape.area)) if shape.area else 0.0


def _glance(pair: ScenePair, shape: BaseGeometry, crs: str) -> float:
    """The share of a shape that both images show, from a thinned look at it."""
    if not common_roles(pair):
        return 0.0
    with open_pair(pair) as reader:
        own = moved(shape, crs, reader.grid.crs)
        window = _thinned(window_of(own.bounds, reader.grid), GLANCE)
        weights = cell_weights(own, window.transform(reader.grid), window.shape)
        return float(weights[reader.read(window).seen].sum() / max(float(weights.sum()), 1e-9))


def _days(polygon: IssuedPolygon, pair: ScenePair) -> int:
    def apart(one: date | None, two: date) -> int:
        return abs((one - two).days) if one else 0

    return apart(polygon.before_date, pair.before.date) + apart(polygon.after_date, pair.after.date)


def _task(
    polygon: IssuedPolygon, fit: SceneFit, coverage: float, shape: BaseGeometry, crs: str
) -> Task:
    grid = working_grid(fit.pair.before.grid)
    own = moved(shape, crs, grid.crs)
    window = around(own, grid, AROUND_M)
    return Task(polygon, fit, coverage, own, window)


def around(shape: BaseGeometry, grid: Grid, metres: float) -> Window:
    """A shape's window with so much ground around it, thinned where it would be too large."""
    margin = max(3, int(np.ceil(metres / cell_m(grid))))
    return _thinned(window_of(shape.bounds, grid, margin), MOST)


def _thinned(window: Window, most: int) -> Window:
    return window._replace(step=max(1, -(-max(window.height, window.width) // most)))
