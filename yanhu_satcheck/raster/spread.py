"""How a height difference errs from cell to cell, and what a sum of it over an outline errs by.

Errors of elevation models grow with slope and are alike in neighbouring cells, so that the error
of a volume falls far slower with its area than that of independent cells would (Rolstad 2009;
Hugonnet 2022). Here the correlation is a sum of shares, each with its own range, and the variance
of a sum is the exact double sum over all pairs of cells, done by Fourier transform.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from yanhu_satcheck.raster.resample import Floats

Numbers = NDArray[np.float64]
WIDE = 256  # cells along a window beyond which pairs are counted between small blocks of cells


class Part(NamedTuple):
    """A share of the error's variance that is alike within `range_m`."""

    share: float  # 0–1
    range_m: float  # distance at which the likeness has fallen to 1/e
    smooth: bool  # Gaussian rather than exponential


class Noise(NamedTuple):
    """The error of one cell's height difference by slope, and how it is shared by neighbours."""

    edges: tuple[float, ...]  # degrees between the slope classes, rising
    sigma: tuple[float, ...]  # metres, one more than the edges
    parts: tuple[Part, ...]  # what they do not add up to is a cell's own

    @property
    def own(self) -> float:
        """The share of the variance that no neighbour has."""
        return max(0.0, 1.0 - sum(part.share for part in self.parts))

    @property
    def range_m(self) -> float:
        """The longest distance that a notable share of the error is alike over."""
        return max((part.range_m for part in self.parts if part.share >= 0.05), default=0.0)

    def at(self, slope_deg: Floats) -> Floats:
        """One cell's error (metres) on slopes of any shape."""
        kind = np.searchsorted(self.edges, slope_deg)
        return np.asarray(np.asarray(self.sigma, dtype=np.float32)[kind])

    def likeness(self, metres: Numbers) -> Numbers:
        """The correlation of two cells' errors so far apart, without each cell's own share."""
        out = np.zeros(np.shape(metres))
        for share, reach, smooth in self.parts:
            far = metres / reach
            out += share * np.exp(-(far**2 if smooth else far))
        return out

    def sum_sigma(self, weighted: Floats, cell: tuple[float, float]) -> float:
        """The 1-sigma error of a sum of differences.

        Args:
            weighted: Each cell's weight times its error (h, w); 0 where it does not count.
            cell: Its width and height in metres.
        """
        field = _cropped(weighted.astype(np.float64))
        if field.size == 0:
            return 0.0
        alone = self.own * float((field**2).sum())
        times = -(-max(field.shape) // WIDE)
        if times > 1:
            field = _blocks(field, times)
        pairs = _pairs(field)
        down, right = np.indices(pairs.shape)
        apart = np.hypot(down * times * cell[1], right * times * cell[0])
        return float(np.sqrt(max(alone + float((pairs * self.likeness(apart)).sum()), 0.0)))


def _pairs(field: Numbers) -> Numbers:
    """The sum of products of all cells so many rows and columns apart (h, w), any direction."""
    h, w = field.shape
    size = [fft.next_fast_len(2 * n, real=True) for n in (h, w)]
    turned = fft.rfft2(field, size)
    lags = fft.irfft2(turned.real**2 + turned.imag**2, size)
    lags[1:h] += lags[:-h:-1] if h > 1 else 0.0
    lags[:, 1:w] += lags[:, :-w:-1] if w > 1 else 0.0
    return np.asarray(lags[:h, :w])


def _cropped(field: Numbers) -> Numbers:
    rows, cols = np.flatnonzero(field.any(axis=1)), np.flatnonzero(field.any(axis=0))
    if not rows.size:
        return field[:0, :0]
    return field[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]


def _blocks(field: Numbers, times: int) -> Numbers:
    """Sums over square blocks of cells."""
    h, w = (-(-n // times) for n in field.shape)
    wide = np.zeros((h * times, w * times))
    wide[: field.shape[0], : field.shape[1]] = field
    return np.asarray(wide.reshape(h, times, w, times).sum(axis=(1, 3)))
