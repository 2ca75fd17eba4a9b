"""How far the after image lies from the before image, told by many small windows that agree.

Each window gives one shift by phase correlation of its gradients (Argyriou & Vlachos 2003: robust
to light and season), refined by an upsampled Fourier transform (Guizar-Sicairos 2008). Windows
that no peak stands out in are dropped; of the rest the largest group that agrees is kept. A pair
whose windows do not agree is refused: cell by cell it would compare different ground.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.pair import PairPixels
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.terms import Words

KEPT = 12  # fewest agreeing windows
KEPT_SMALL = 5  # the same in a scene too small for more, where they must agree twice as closely
AGREE_PX = 0.75  # windows within this of one another agree
SPREAD_PX = 0.5  # robust spread of the kept windows beyond which the pair is refused
DISTINCT = 1.25  # highest over second-highest peak
MISSING = 0.3  # share of a window that may show nothing

Complex = NDArray[np.complex128]


class Registration(NamedTuple):
    """The shift of after against before in cells (x right, y down), or why there is none."""

    shift: tuple[Measured, Measured] | None
    kept: int
    tried: int
    refused: Words | None


def register(
    windows: Sequence[Window], read: Callable[[Window, tuple[int, int]], PairPixels]
) -> Registration:
    """Find the shift that most windows agree on; `read` reads one, whole cells of shift undone."""
    first = agree([window_shift(read(window, (0, 0))) for window in windows])
    if first.shift is None:
        return first
    coarse = round(first.shift[0].value), round(first.shift[1].value)
    if coarse == (0, 0):
        return first
    again = agree([window_shift(read(window, coarse)) for window in windows])
    if again.shift is None:
        return again
    x, y = (m._replace(value=m.value + c) for m, c in zip(again.shift, coarse, strict=True))
    return again._replace(shift=(x, y))


def agree(shifts: Sequence[tuple[float, float] | None]) -> Registration:
    """The consensus of single windows' shifts; None stands for a window that told nothing."""
    found = np.array([s for s in shifts if s is not None], dtype=float).reshape(-1, 2)
    tried, need = len(shifts), KEPT if len(shifts) >= 2 * KEPT else KEPT_SMALL
    strict = 1.0 if need == KEPT else 0.5
    if len(found) < need:
        return Registration(None, len(found), tried, _too_few(len(found), tried, need))
    apart = np.hypot(*(found[:, None] - found[None]).transpose(2, 0, 1))
    seed = (apart < AGREE_PX).sum(axis=1).argmax()
    kept = found[apart[seed] < AGREE_PX]
    kept = found[np.hypot(*(found - np.median(kept, axis=0)).T) < AGREE_PX]
    if len(kept) < max(need, 0.2 * tried):
        return Registration(None, len(kept), tried, _too_few(len(kept), tried, need))
    middle = np.median(kept, axis=0)
    spread = np.maximum(1.4826 * np.median(np.abs(kept - middle), axis=0), 0.01)
    if spread.max() > SPREAD_PX * strict:
        return Registration(None, len(kept), tried, _too_wide(float(spread.max()), len(kept)))
    # The median's standard error; neighbouring windows of a small scene overlap by half.
    sigma = 1.2533 * spread / np.sqrt(len(kept) * (1 if need == KEPT and tried <= 64 else 0.5))
    x, y = (
        Measured(float(m), float(s), len(kept), "px") for m, s in zip(middle, sigma, strict=True)
    )
    return Registration((x, y), len(kept), tried, None)


def window_shift(pixels: PairPixels) -> tuple[float, float] | None:
    """The shift (x, y) of one window in cells, or None where no single peak stands out."""
    if pixels.seen.mean() < 1 - MISSING:
        return None
    cross = sum(
        _cross(one, two, pixels.seen) for one, two in zip(pixels.before, pixels.after, strict=True)
    )
    n, m = pixels.seen.shape
    spectrum: Complex = np.multiply(cross, _low_pass(n, m), dtype=np.complex128)
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
    return _refine(spectrum, float(col) - reach_x, float(row) - reach_y)


def _cross(one: Floats, two: Floats, seen: NDArray[np.bool_]) -> Complex:
    a, b = _prepared(one, seen), _prepared(two, seen)
    product = b * np.conj(a)
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


def _low_pass(n: int, m: int) -> NDArray[np.float64]:
    """1 below 0.20 cycles a cell, 0 above 0.35: finer detail is noise and aliasing."""
    radius = np.hypot(fft.fftfreq(n)[:, None], fft.fftfreq(m)[None, :])
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * np.clip((radius - 0.20) / 0.15, 0, 1)))


def _refine(spectrum: Complex, x: float, y: float) -> tuple[float, float]:
    """The peak's place to a hundredth of a cell: the Fourier sum on ever finer grids around it."""
    n, m = spectrum.shape
    fy, fx = fft.fftfreq(n), fft.fftfreq(m)
    for half in (1.0, 0.2, 0.04):
        steps = np.linspace(-half, half, 11)
        down = np.exp(2j * np.pi * np.outer(y + steps, fy))
        right = np.exp(2j * np.pi * np.outer(fx, x + steps))
        values = (down @ spectrum @ right).real
        row, col = np.unravel_index(values.argmax(), values.shape)
        x, y = x + float(steps[col]), y + float(steps[row])
    return x, y


def _too_few(kept: int, tried: int, need: int) -> Words:
    return Words(
        f"前后影像无法配准：{tried} 个窗口中仅 {kept} 个位移一致（至少需 {need} 个）",
        f"the images cannot be registered: only {kept} of {tried} windows agree on a shift, "
        f"{need} are needed",
    )


def _too_wide(spread: float, kept: int) -> Words:
    return Words(
        f"前后影像配准不稳定：{kept} 个窗口的位移离散度 {spread:.2f} 像元",
        f"the registration is unstable: the shifts of {kept} windows spread by {spread:.2f} px",
    )
