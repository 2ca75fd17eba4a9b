"""Which windows' shifts agree: on one shift, or on one that varies evenly over the scene."""

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.survey.phase import Doubles

AGREE_PX = 0.75  # windows within this of one another agree
CLOSE_PX = 0.5  # the same once a varying shift is taken off, which has more freedom to fit
MOST_PX = 8.0  # that a shift may vary from a scene's middle to its corner; more is another map
DRAWS = 600

Ints = NDArray[np.int64]


def largest(shifts: Doubles) -> Ints:
    """The windows of the largest group within reach of one shift (2, k); first of equals."""
    apart = np.hypot(*(shifts[:, :, None] - shifts[:, None, :]))
    seed = (apart < AGREE_PX).sum(axis=1).argmax()
    near = shifts[:, apart[seed] < AGREE_PX]
    off = np.hypot(*(shifts - np.median(near, axis=1)[:, None]))
    return np.flatnonzero((off < AGREE_PX) & (apart[seed] < 2 * AGREE_PX))


def tilted(shifts: Doubles, places: Doubles) -> Ints:
    """The same for a shift that varies evenly with place (2, k), by drawing threes of windows.

    Random sample consensus (Fischler & Bolles 1981), seeded, so that it is the same every time.
    """
    k, best = shifts.shape[1], np.zeros(0, np.int64)
    if k < 3:
        return best
    terms = np.vstack([np.ones(k), places])
    random = np.random.default_rng(k)
    for _ in range(DRAWS):
        three = random.choice(k, 3, replace=False)
        if abs(np.linalg.det(terms[:, three])) < 0.1:
            continue
        best = max(best, _agreeing(shifts, terms, three), key=len)
    for _ in range(3):  # the plane of all that agree knows better than that of three
        if len(best) >= 3:
            best = _agreeing(shifts, terms, best)
    return best


def _agreeing(shifts: Doubles, terms: Doubles, among: Ints) -> Ints:
    beta = np.linalg.lstsq(terms[:, among].T, shifts[:, among].T, rcond=None)[0].T
    if np.abs(beta[:, 1:]).sum(axis=1).max() > MOST_PX:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.hypot(*(shifts - beta @ terms)) < CLOSE_PX)
