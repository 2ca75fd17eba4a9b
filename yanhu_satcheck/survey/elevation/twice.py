"""Whether two elevation models are one measurement: resampled, shifted, smoothed or rounded.

A copy holds no noise of its own. What it lacks or adds beside its original follows from the
original's local shape: a blur takes off where the ground is convex. So the difference of the
aligned models, freed of what is finer than a resampling could have mixed, is predicted from the
25 cells around it of either model. Two surveys leave most of it unexplained, since their noises
know nothing of each other; a copy leaves nothing, or what rounding to whole metres leaves. Sold
as 12.5 m "ALOS" elevation, resampled SRTM is the common case (ASF, radiometric terrain correction).
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spread import Numbers
from yanhu_satcheck.survey.elevation import words
from yanhu_satcheck.survey.elevation.fit import spread_of
from yanhu_satcheck.terms import Words

EXPLAINED = 0.8  # of the difference; of two surveys a quarter and more was left, of copies less
FINE, WIDE = 2.0, 8.0  # cells: detail below and level above are not looked at
REACH = 2  # cells around that predict
MOST = 24  # windows that are looked at
EVERY = 11  # of whose cells one is taken
ROUNDED = 1.3  # times what rounding alone leaves


def copied(
    before: Sequence[Floats], after: Sequence[Floats], known: Sequence[Bools], rounded: bool
) -> Words | None:
    """Why the aligned models (h, w) a window are one measurement; None where they may be two.

    `rounded`: both files can hold whole metres only.
    """
    each = max(1, len(before) // MOST)
    pieces = list(zip(before[::each], after[::each], known[::each], strict=True))
    wholes = [k & np.isfinite(a - b) for b, a, k in pieces]
    apart = [(a - b)[k] for (b, a, _), k in zip(pieces, wholes, strict=True) if k.any()]
    if apart and spread_of(np.concatenate(apart).astype(float)) < 1e-4:
        return words.twice(words.SAME)
    best, left = 0.0, np.inf
    for number in (0, 1):
        told = [one for piece in pieces if (one := _lines(piece, number)) is not None]
        if sum(len(rise) for _, rise in told) < 500:
            return None
        sides, rise = (np.concatenate(part) for part in zip(*told, strict=True))
        rest = spread_of(_unexplained(sides, rise))
        best, left = max(best, 1 - (rest / spread_of(rise)) ** 2), min(left, rest)
    if best >= EXPLAINED:
        return words.twice(words.explained(best))
    # Whole metres err by 1/√12; smoothing by a Gaussian of s cells leaves 1 / (2 s √π) of that.
    floor = np.sqrt(2 / 12) / (2 * FINE * np.sqrt(np.pi))
    return words.twice(words.ROUNDING) if rounded and left < ROUNDED * floor else None


def _lines(piece: tuple[Floats, Floats, Bools], number: int) -> tuple[Numbers, Numbers] | None:
    """The neighbours (n, 24) of one model, and the difference (n,), both without finest detail."""
    one, two, known = piece
    whole = np.isfinite(one) & np.isfinite(two)
    if whole.mean() < 0.9 or not known.any():
        return None
    flat = [np.where(whole, z, np.median(z[whole])) for z in (one, two)]
    rise = ndimage.gaussian_filter(flat[1] - flat[0], FINE)
    rise -= ndimage.gaussian_filter(rise, WIDE)
    shape = ndimage.gaussian_filter(flat[number], FINE)
    inner = known & ndimage.binary_erosion(whole, iterations=4)
    edge = int(WIDE)
    inner[:edge] = inner[-edge:] = inner[:, :edge] = inner[:, -edge:] = False
    rows, cols = (at[::EVERY] for at in np.nonzero(inner))
    span = range(-REACH, REACH + 1)
    around = [shape[rows + i, cols + j] - shape[rows, cols] for i in span for j in span if i or j]
    return np.column_stack(around).astype(float), rise[rows, cols].astype(float)


def _unexplained(sides: Numbers, rise: Numbers) -> Numbers:
    """What the best linear prediction leaves, changed ground weighted out."""
    sides = sides - sides.mean(axis=0)
    sides /= np.sqrt((sides**2).mean(axis=0)) + 1e-12
    left = rise - np.median(rise)
    target, weight = left, np.ones(len(rise))
    for _ in range(4):
        pull = sides.T * weight  # normal equations: equal to 1e-6 here, and four times as quick
        answer = np.linalg.lstsq(pull @ sides, pull @ target, rcond=1e-14)[0]
        left = target - sides @ answer
        z = left / (4.685 * spread_of(left))
        weight = np.where(np.abs(z) < 1, (1 - z**2) ** 2, 0.0)
    return np.asarray(left)
