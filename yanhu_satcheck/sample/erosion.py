"""Rivers cut mountains: stream-power erosion of a raised surface."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .noise import Cells, Field

NEIGHBOURS = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if r or c]


def receivers(z: Field) -> tuple[Cells, Field]:
    """The neighbour that each cell drains to (itself in a hollow), and the distance in cells."""
    rows, cols = z.shape
    padded = np.pad(z, 1, mode="edge")
    best, to = np.zeros(z.shape), np.arange(z.size, dtype=np.int64).reshape(z.shape)
    own, length = to.copy(), np.ones(z.shape)
    for r, c in NEIGHBOURS:
        run = float(np.hypot(r, c))
        fall = (z - padded[1 + r : 1 + r + rows, 1 + c : 1 + c + cols]) / run
        better = fall > best
        best[better], length[better] = fall[better], run
        to[better] = own[better] + r * cols + c
    edge = np.ones(z.shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    to[edge] = own[edge]
    return to.ravel(), length.ravel()


def levels(to: Cells) -> list[Cells]:
    """Cells grouped by their number of steps to the outlet, the outlets first."""
    depth, jump = (to != np.arange(to.size)).astype(np.int64), to.copy()
    while True:
        longer = depth + depth[jump]
        if np.array_equal(longer, depth):
            break
        depth, jump = longer, jump[jump]
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.cumsum(np.bincount(depth))[:-1])


def drained(to: Cells, steps: list[Cells]) -> Field:
    """Number of cells that drain through each cell, itself included."""
    area = np.ones(to.size)
    for cells in reversed(steps[1:]):
        np.add.at(area, to[cells], area[cells])
    return area


def erode(z: Field, cell: float, uplift: Field, rounds: int, erodible: Field) -> Field:
    """Raise and cut `rounds` times (stream power, m = 0.5, n = 1; Braun & Willett 2013)."""
    for _ in range(rounds):
        raised: NDArray[np.float64] = (z + uplift).ravel()
        to, length = receivers(raised.reshape(z.shape))
        steps = levels(to)
        speed = erodible.ravel() * np.sqrt(drained(to, steps)) * cell / (length * cell)
        for cells in steps[1:]:
            down = raised[to[cells]]
            raised[cells] = (raised[cells] + speed[cells] * down) / (1 + speed[cells])
        z = raised.reshape(z.shape)
        z = z + 0.2 * (ndimage.uniform_filter(z, 3, mode="nearest") - z)
    return z


def channels(z: Field) -> Field:
    """Drained area in cells, on a surface whose small hollows are smoothed away."""
    to, _ = receivers(ndimage.gaussian_filter(z, 1.0, mode="nearest"))
    return drained(to, levels(to)).reshape(z.shape)
