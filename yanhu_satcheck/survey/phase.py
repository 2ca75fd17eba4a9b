"""One window's shift by phase: cross spectra of gradients, their peak, and how true each ring is.

Gradients rather than brightness (Argyriou & Vlachos 2003), since light and season change the one
more than the other; phases alone, since every detail should vote once (Kuglin & Hines 1975); the
peak between cells by an upsampled Fourier sum (Guizar-Sicairos 2008).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from yanhu_satcheck.raster.pair import PairPixels
from yanhu_satcheck.raster.resample import Floats

DISTINCT = 1.25  # highest over second-highest peak
MISSING = 0.3  # share of a window that may show nothing
RINGS = 16  # of equal width, up to the finest detail that is listened to
FINEST = 0.35  # cycles a cell: finer detail is noise and aliasing

Complex = NDArray[np.complex128]
Doubles = NDArray[np.float64]


class Cross(NamedTuple):
    """What two looks at one window say of the shift between them."""

    spectrum: Complex  # (n, m) unit phasors, their mean over the bands
    centre: tuple[float, float]  # column and row of the window's middle on the working grid


def cross_of(pixels: PairPixels) -> Cross | None:
    """The cross spectrum of a window, or None where too little of it is seen."""
    if pixels.seen.mean() < 1 - MISSING:
        return None
    bands = [
        _phases(one, two, pixels.seen) for one, two in zip(pixels.before, pixels.after, strict=True)
    ]
    window = pixels.window
    middle = window.col + window.width / 2, window.row + window.height / 2
    return Cross(np.mean(bands, axis=0), middle)


def window_shift(pixels: PairPixels) -> tuple[float, float] | None:
    """The shift (x, y) of one window in cells, or None where no single peak stands out."""
    cross = cross_of(pixels)
    return None if cross is None else peak(cross, low_pass(cross.spectrum.shape))


def peak(cross: Cross, weight: Doubles) -> tuple[float, float] | None:
    """The shift (x, y) at the one distinct peak within a quarter of the window, or None."""
    n, m = cross.spectrum.shape
    spectrum = cross.spectrum * weight
    peaks = fft.ifft2(spectrum).real
    reach_y, reach_x = n // 4, m // 4
    rolled = fft.fftshift(peaks)[
        n // 2 - reach_y : n // 2 + reach_y + 1, m // 2 - reach_x : m // 2 + reach_x + 1
    ]
    row, col = np.unravel_index(rolled.argmax(), rolled.shape)
    top = rolled[row, col]
    others = rolled.copy()
    others[max(row - 3, 0) : row + 4, max(col - 3, 0) : col + 4] = -np.inf
    if not top > DISTINCT * max(others.max(), 1e-12):
        return None
    if row in (0, 2 * reach_y) or col in (0, 2 * reach_x):
        return None
    return refine(spectrum, float(col) - reach_x, float(row) - reach_y)


def refine(spectrum: Complex, x: float, y: float) -> tuple[float, float]:
    """The peak near (x, y) to a few thousandths of a cell, on ever finer grids around it."""
    n, m = spectrum.shape
    fy, fx = fft.fftfreq(n), fft.fftfreq(m)
    for half in (1.0, 0.2, 0.04, 0.008):
        steps = np.linspace(-half, half, 11)
        down = np.exp(2j * np.pi * np.outer(y + steps, fy))
        right = np.exp(2j * np.pi * np.outer(fx, x + steps))
        # By einsum: for matrices this small, BLAS' threads spin longer than they work.
        rows = np.einsum("ij,jk->ik", down, spectrum)
        values = np.einsum("ik,kl->il", rows, right).real
        row, col = np.unravel_index(values.argmax(), values.shape)
        x, y = x + float(steps[col]), y + float(steps[row])
    return x, y


def low_pass(shape: tuple[int, ...]) -> Doubles:
    """1 below 0.20 cycles a cell, 0 above 0.35."""
    return np.asarray(
        0.5 + 0.5 * np.cos(np.pi * np.clip((_radius(shape) - 0.20) / (FINEST - 0.20), 0, 1))
    )


def ring_weights(crosses: Sequence[Cross], shifts: Sequence[tuple[float, float]]) -> Doubles:
    """How much each frequency (n, m) is worth, by how well the windows' phases agree in its ring.

    With phase errors of the von Mises kind the likelihood weighs each phasor by their
    concentration, which follows from the mean length c of the aligned phasors: κ ≈ c(2-c²)/(1-c²)
    (Banerjee 2005). Noise, haze and aliasing so weigh what they deserve in this pair.
    """
    shape = crosses[0].spectrum.shape
    radius = _radius(shape)
    ring = np.minimum((radius / FINEST * RINGS).astype(int), RINGS)
    total = np.zeros(RINGS + 1)
    for cross, (x, y) in zip(crosses, shifts, strict=True):
        total += np.bincount(ring.ravel(), aligned(cross, x, y).real.ravel(), RINGS + 1)
    size = np.bincount(ring.ravel(), minlength=RINGS + 1) * len(crosses)
    c = np.clip(total / np.maximum(size, 1), 0.0, 0.98)
    worth = c * (2 - c**2) / (1 - c**2)
    worth[RINGS] = 0.0
    weight = worth[ring] * low_pass(shape)
    return low_pass(shape) if not weight.any() else np.asarray(weight / weight.max())


def aligned(cross: Cross, x: float, y: float) -> Complex:
    """The phasors (n, m) once a shift is undone: all 1 where it explains them."""
    n, m = cross.spectrum.shape
    down = np.exp(2j * np.pi * y * fft.fftfreq(n))[:, None]
    right = np.exp(2j * np.pi * x * fft.fftfreq(m))[None, :]
    return np.asarray(cross.spectrum * down * right)


def _phases(one: Floats, two: Floats, seen: NDArray[np.bool_]) -> Complex:
    product = _prepared(two, seen) * np.conj(_prepared(one, seen))
    return np.asarray(product / np.maximum(np.abs(product), 1e-12))


def _prepared(band: Floats, seen: NDArray[np.bool_]) -> Complex:
    """The spectrum of a band's gradients, x real and y imaginary, faded out towards the edge."""
    filled = np.where(seen, band, band[seen].mean()).astype(float)
    dy, dx = np.gradient(filled)
    field = dx + 1j * dy
    size = np.abs(field)
    field = field / (size + np.median(size) + 1e-9)  # one bright roof must not outvote the rest
    n, m = band.shape
    return np.asarray(fft.fft2(field * np.hanning(n)[:, None] * np.hanning(m)[None, :]))


def _radius(shape: tuple[int, ...]) -> Doubles:
    return np.asarray(np.hypot(fft.fftfreq(shape[0])[:, None], fft.fftfreq(shape[1])[None, :]))
