"""What a pair's cells say together: how still they lie, and what a lens explains of the rest.

Shifts are averaged over 3 × 3 cells before their length is taken: what moves each cell by itself
(encoding, noise, resampling) goes, what moves neighbours alike (parallax, lens) stays. The product
of neighbours' shifts says the second alone, without a floor of noise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from yanhu_satcheck.photos.align import Mapping3, carried
from yanhu_satcheck.photos.dense import Cells, Laid

SECTORS = 4
NEIGHBOURS = 4
NEAR = ((0, 1), (1, 0), (1, 1), (1, -1), (0, 2), (2, 0), (1, 2), (2, 1), (1, -2), (2, -1))
"""Where a cell's neighbours lie, two cells away at most, each pair once."""
ASIDE = 0.1


class Stillness(NamedTuple):
    """What a pair's cells say together. Lengths are in pixels of the finer picture."""

    n: int  # textured cells in the overlap
    still: float  # share of them that did not move
    pure: float  # share of those found that did not move
    s50: float | None  # median length of the shift averaged over 3 × 3 cells
    s90: float | None  # and its upper tenth
    shared: float | None  # root of what neighbouring cells' shifts have in common


class Lens(NamedTuple):
    """A smooth field of shifts: a homography's rest, a lens's radial bend, a paper's curl."""

    middle: NDArray[np.float64]
    size: float
    fit: NDArray[np.float64]  # eleven terms

    def terms(self, at: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give the terms at points, shape (n, 11), of the shift to the right and down."""
        x, y = ((at - self.middle) / self.size).T
        one, nil, far = np.ones_like(x), np.zeros_like(x), x * x + y * y
        right = np.stack([one, x, y, nil, nil, nil, x * x, x * y, x * far, y * y, nil], 1)
        down = np.stack([nil, nil, nil, one, x, y, x * y, y * y, y * far, nil, x * x], 1)
        return right, down

    def shift(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the shift at points, shape (n, 2)."""
        return np.stack([terms @ self.fit for terms in self.terms(at)], 1)


def stillness(laid: Laid, through: Lens | None = None) -> Stillness:
    """Sum a pair's cells up, after the shifts that a lens explains were taken off."""
    cells = laid.cells
    if through is not None:
        cells = cells._replace(shift=cells.shift - through.shift(cells.at))
    good, still = cells.good, cells.still
    n = len(good)
    pure = float(still.sum() / good.sum()) if good.any() else 0.0
    mean, shared = _smooth(cells)
    if len(mean) == 0:
        return Stillness(n, float(still.mean()), pure, None, None, None)
    s50, s90 = (float(v) * laid.scale for v in np.quantile(np.hypot(*mean.T), [0.5, 0.9]))
    told = None if shared is None else shared * laid.scale
    return Stillness(n, float(still.mean()), pure, s50, s90, told)


def _smooth(cells: Cells) -> tuple[NDArray[np.float64], float | None]:
    """Give the shifts averaged over 3 × 3 cells, and what neighbours share."""
    rows, columns = cells.grid.max(axis=0) + 1
    held = np.zeros((rows, columns))
    shift = np.zeros((2, rows, columns))
    r, c = cells.grid[cells.good].T
    held[r, c] = 1
    shift[:, r, c] = cells.shift[cells.good].T
    count = np.rint(uniform_filter(held, 3, mode="constant") * 9)
    total = np.stack([uniform_filter(one, 3, mode="constant") * 9 for one in shift])
    enough = (held > 0) & (count - 1 >= NEIGHBOURS)
    mean = (total[:, enough] / count[enough]).T
    products = []
    for down, right in NEAR:
        one = _moved(down, right, rows, columns)
        two = _moved(-down, -right, rows, columns)
        both = (held[one] * held[two]).astype(bool)
        a, b = (shift[(slice(None), *there)][:, both] for there in (one, two))
        products.append((a * b).sum(axis=0))
    return mean, _common(np.concatenate(products))


def _moved(down: int, right: int, rows: int, columns: int) -> tuple[slice, slice]:
    """Give the cells of a grid that have a neighbour so far up and to the left."""
    return (
        slice(max(down, 0), rows + min(down, 0)),
        slice(max(right, 0), columns + min(right, 0)),
    )


def _common(products: NDArray[np.float64]) -> float | None:
    """Give what neighbours share, the tenth of them at either end left out.

    A few cells along one long edge slip on it together, in a copy too; parallax moves all.
    """
    if len(products) < 8:
        return None
    aside = round(ASIDE * len(products))
    kept = np.sort(products)[aside : len(products) - aside]
    return float(max(kept.mean(), 0.0) ** 0.5)


def lens(laid: Laid, middle: tuple[float, float]) -> Lens:
    """Fit what a lens or a curled print explains of the shifts, robustly."""
    cells = laid.cells
    size = max(float(np.abs(cells.at - middle).max()), 1.0)
    nothing = Lens(np.array(middle), size, np.zeros(11))
    good = cells.good
    if good.sum() < 12:
        return nothing
    for_x, for_y = nothing.terms(cells.at)
    weight = good.astype(float)
    fitted = nothing
    for _ in range(5):
        root = np.sqrt(weight)
        terms = np.concatenate([for_x * root[:, None], for_y * root[:, None]])
        wanted = np.concatenate([cells.shift[:, 0] * root, cells.shift[:, 1] * root])
        fitted = fitted._replace(fit=np.linalg.lstsq(terms, wanted, rcond=None)[0])
        rest = np.hypot(*(cells.shift - fitted.shift(cells.at)).T)
        weight = good / (1.0 + (rest / 0.3) ** 2)
    return fitted


def sectors(cells: Cells, to: Mapping3 | None, size: tuple[int, int]) -> int:
    """Count the 4 × 4 sectors of a picture of `size` that hold still cells.

    `to` leads from the cells' pixels to that picture's.
    """
    at = cells.at[cells.still]
    if len(at) == 0:
        return 0
    there = at if to is None else carried(to, at)
    place = np.clip((there * SECTORS / np.array(size)).astype(int), 0, SECTORS - 1)
    return len(np.unique(place @ [1, SECTORS]))
