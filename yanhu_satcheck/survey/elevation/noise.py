"""How the aligned difference errs on stable ground: its spread by slope, its likeness by distance.

The spread is the normalised median absolute deviation by slope class (Höhle & Höhle 2009; Hugonnet
2022). The variogram is that of the difference over its class's spread, exact within each sample
window (all pairs, by Fourier transform) and from seeded pairs of windows beyond. It is fitted by
non-negative least squares on a list of ranges, which finds one, two or more without a first guess.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import fft, optimize

from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spread import Noise, Numbers, Part
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.scene import Grid
from yanhu_satcheck.survey.elevation.fit import CLASSES, spread_of

LEAST = 300  # cells a slope class needs for a spread of its own
WILD = 5.0  # spreads beyond which a cell has changed, and is no error
FAR_PAIRS = 200_000
STEPS = 4  # distance classes a doubling of distance


class Variogram(NamedTuple):
    """Half the mean squared difference of two cells, over their spread, by distance."""

    metres: Numbers  # (n,) rising
    value: Numbers  # (n,)
    pairs: Numbers  # (n,)


def noise_of(
    rises: Sequence[Floats],
    slopes: Sequence[Floats],
    masks: Sequence[Bools],
    windows: Sequence[Window],
    grid: Grid,
    floor_m: float,
    seed: int,
) -> tuple[Noise, Variogram]:
    """The error model of a difference that has been aligned.

    Args:
        rises: One a window (h, w), metres.
        slopes: The same, degrees.
        masks: The stable cells.
        windows: Where they lie.
        grid: What they count cells of, in metres.
        floor_m: One cell's error as declared; a class that shows less errs by this.
        seed: Of the pairs of far cells.
    """
    rise = np.concatenate([r[m] for r, m in zip(rises, masks, strict=True)]).astype(float)
    slope = np.concatenate([s[m] for s, m in zip(slopes, masks, strict=True)])
    edges, sigma = classes(rise, slope)
    plain = Noise(edges, sigma, ())
    scored = []
    for r, s, m in zip(rises, slopes, masks, strict=True):
        z = np.where(m, r / plain.at(s), np.nan)
        scored.append(np.where(np.abs(z) < WILD, z, np.nan).astype(np.float32))
    cell = abs(grid.transform[0]), abs(grid.transform[4])
    near, far = _near(scored, cell), _far(scored, windows, cell, seed)
    gram = Variogram(*(np.concatenate([one, two]) for one, two in zip(near, far, strict=True)))
    whole = float(np.nanmean(np.concatenate([z.ravel() for z in scored]).astype(float) ** 2))
    parts, sill = _shares(gram, cell)
    grown = np.sqrt(max(sill, whole, 1.0))
    return Noise(edges, tuple(max(float(s * grown), floor_m) for s in sigma), parts), gram


def classes(rise: Numbers, slope: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The spread by slope class, never less on steeper ground; thin classes join the one below."""
    edges, sigma, start = [], list[float](), 0
    kind = np.searchsorted(CLASSES, slope)
    for number in range(len(CLASSES) + 1):
        here = (kind >= start) & (kind <= number)
        rest = int((kind > number).sum())
        if (here.sum() >= LEAST and rest >= LEAST) or number == len(CLASSES):
            last = sigma[-1] if sigma else 0.0
            sigma.append(max(spread_of(rise[here]), last) if here.any() else last)
            if number < len(CLASSES):
                edges.append(CLASSES[number])
            start = number + 1
    return tuple(edges), tuple(sigma)


def _near(scored: Sequence[Floats], cell: tuple[float, float]) -> Variogram:
    """All pairs within each window, up to half its side apart."""
    square, pairs = np.zeros((0, 0)), np.zeros((0, 0))
    for z in scored:
        here = np.isfinite(z)
        if here.mean() < 0.05:
            continue
        own, count = _lagged(np.where(here, z, 0).astype(float), here.astype(float))
        if square.size == 0:
            square, pairs = own, count
        elif square.shape == own.shape:
            square, pairs = square + own, pairs + count
    if square.size == 0:
        return Variogram(np.zeros(0), np.zeros(0), np.zeros(0))
    h, w = square.shape
    down = np.minimum(np.arange(h), h - np.arange(h))[:, None] * cell[1]
    apart = np.hypot(down, np.arange(w) * cell[0])
    half = min(h * cell[1] / 2, w * cell[0]) / 2
    return _binned(apart, square, pairs, min(cell), half)


def _lagged(z: Numbers, here: Numbers) -> tuple[Numbers, Numbers]:
    """Sums of half squared differences and counts of pairs by lag: rows both ways, columns on."""
    h, w = z.shape
    size = [fft.next_fast_len(2 * n, real=True) for n in (h, w)]
    one, two, three = (fft.rfft2(part, size) for part in (here, z, z * z))
    count = np.rint(fft.irfft2(np.abs(one) ** 2, size))
    square = fft.irfft2(np.real(one.conj() * three) - np.abs(two) ** 2, size)
    return square[:, : size[1] // 2], count[:, : size[1] // 2]


def _far(
    scored: Sequence[Floats], windows: Sequence[Window], cell: tuple[float, float], seed: int
) -> Variogram:
    """Seeded pairs of cells of different windows."""
    z, x, y, own = [], [], [], []
    for number, (part, window) in enumerate(zip(scored, windows, strict=True)):
        rows, cols = np.nonzero(np.isfinite(part))
        z.append(part[rows, cols])
        x.append((window.col + cols) * cell[0])
        y.append((window.row + rows) * cell[1])
        own.append(np.full(len(rows), number))
    values, xs, ys, of = (np.concatenate(part) for part in (z, x, y, own))
    if len(windows) < 2 or len(values) < 2:
        return Variogram(np.zeros(0), np.zeros(0), np.zeros(0))
    one, two = np.random.default_rng(seed).integers(0, len(values), (2, FAR_PAIRS))
    other = of[one] != of[two]
    one, two = one[other], two[other]
    apart = np.hypot(xs[one] - xs[two], ys[one] - ys[two])
    square = 0.5 * (values[one] - values[two]).astype(float) ** 2
    half = min(part.shape[0] for part in scored) / 2 * min(cell)
    wide = max(float(np.ptp(xs)), float(np.ptp(ys))) / 2
    return _binned(apart, square, np.ones_like(square), half, max(wide, half))


def _binned(
    apart: Numbers, square: Numbers, pairs: Numbers, start: float, stop: float
) -> Variogram:
    """Means by distance class, from just below `start` to `stop`."""
    count = max(2, int(np.ceil(STEPS * np.log2(max(stop / start, 1.01)))) + 1)
    bounds = start * 0.999 * 2 ** (np.arange(count + 1) / STEPS)
    number = np.searchsorted(bounds, apart.ravel(), side="right")
    n = np.bincount(number, pairs.ravel(), count + 2)[1 : count + 1].astype(float)
    total = np.bincount(number, square.ravel(), count + 2)[1 : count + 1]
    length = np.bincount(number, (apart * pairs).ravel(), count + 2)[1 : count + 1]
    good = n >= 50
    return Variogram(length[good] / n[good], total[good] / n[good], n[good])


def _shares(gram: Variogram, cell: tuple[float, float]) -> tuple[tuple[Part, ...], float]:
    """The parts of the likeness and the whole sill, by non-negative least squares."""
    if len(gram.metres) < 4:  # nothing is known of it: then all of a small outline errs alike
        return (Part(1.0, 20 * max(cell), False),), 1.0
    longest = float(gram.metres.max())
    count = max(2, int(np.ceil(1.5 * np.log2(longest / min(cell)))))
    ranges = np.geomspace(0.7 * min(cell), longest, count)
    kinds = [(r, smooth) for r in ranges for smooth in (False, True)]
    sides = np.ones((len(gram.metres), len(kinds) + 1))
    for column, (reach, smooth) in enumerate(kinds, 1):
        far = gram.metres / reach
        sides[:, column] = 1 - np.exp(-(far**2 if smooth else far))
    # A class's own scatter is about its value; many pairs of a few windows are not independent.
    weight = 1 / np.maximum(gram.value, 0.05)
    answer, _ = optimize.nnls(sides * weight[:, None], gram.value * weight)
    sill = max(float(answer.sum()), 1e-6)
    parts = tuple(
        Part(float(c / sill), float(r), s)
        for c, (r, s) in zip(answer[1:], kinds, strict=True)
        if c > 0.002 * sill
    )
    return parts, sill
