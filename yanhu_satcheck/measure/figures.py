"""Means over a polygon's cells with a spread that knows cells are not independent."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.resample import Bools, Floats

BLOCKS = 16  # pieces that a polygon is cut into to see how far its parts differ
ALONE = 9.0  # cells that count as one where a polygon is too small to be cut


class Cells(NamedTuple):
    """The clear cells of one polygon: where, how much of each lies inside, in which piece."""

    mask: Bools  # (h, w)
    weight: Floats  # (n,)
    block: NDArray[np.int64]  # (n,)
    edge: float  # share of the polygon that an error of one cell in position may exchange

    @property
    def n(self) -> int:
        """Cells' worth of ground, rounded: the count that a figure rests on."""
        return max(1, round(float(self.weight.sum())))


def cells_of(weights: Floats, clear: Bools) -> Cells:
    """The clear cells of a polygon, cut into about sixteen square pieces."""
    mask = clear & (weights > 0)
    rows, cols = np.nonzero(mask)
    weight = weights[mask]
    total = max(float(weight.sum()), 1e-9)
    side = max(3, int(np.ceil(np.sqrt(total / BLOCKS))))
    block = (rows // side) * (weights.shape[1] // side + 1) + cols // side
    _, number = np.unique(block, return_inverse=True)
    inside = weights > 0.5
    rim = int((inside[1:] != inside[:-1]).sum() + (inside[:, 1:] != inside[:, :-1]).sum())
    return Cells(mask, weight, number.reshape(-1), min(1.0, 0.5 * rim / total))


def mean_of(layer: Floats | Bools, cells: Cells, unit: str, *spreads: float) -> Measured:
    """The weighted mean of a layer over the cells, with its standard error.

    The error is a jackknife over pieces of the polygon, so that correlation within a piece is not
    mistaken for evidence; `spreads` of other origin are added in quadrature.
    """
    values = layer[cells.mask].astype(float)
    return mean_over(values, cells, unit, *spreads)


def mean_over(values: NDArray[np.float64], cells: Cells, unit: str, *spreads: float) -> Measured:
    """The same for values (n,) that stand in the order of the cells."""
    weight = cells.weight.astype(float)
    total = weight.sum()
    mean = float((values * weight).sum() / total)
    piece = np.bincount(cells.block, weight)
    if len(piece) >= 4:
        apart = np.bincount(cells.block, weight * (values - mean)) / total
        variance = float((apart**2).sum()) * len(piece) / (len(piece) - 1)
    else:
        scatter = float((weight * (values - mean) ** 2).sum() / total)
        variance = scatter / max(1.0, total / ALONE)
    variance += sum(s**2 for s in spreads)
    return Measured(mean, float(np.sqrt(variance)), cells.n, unit)
