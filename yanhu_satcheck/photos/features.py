"""Points of a picture that are found again in another, and which of two pictures match.

SIFT (Lowe 2004) as RootSIFT (Arandjelović & Zisserman 2012). Points are taken by rounds over a
grid, the best of every cell first: the strongest of all lie on a picture's banner or its text.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

cv2.setNumThreads(1)  # who works with several processes wants one thread in each

POINTS = 2500
GRID = 10
RATIO = 0.85
"""A match must be this much nearer than the next best (Lowe's test)."""

Floats = NDArray[np.float32]
Gray8 = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Matches = tuple[NDArray[np.int64], NDArray[np.int64]]


class Points(NamedTuple):
    """Points of one picture as SIFT describes them, which is in whole numbers."""

    xy: Floats  # shape (n, 2), pixels, (0, 0) the middle of the first
    described: NDArray[np.uint8]  # shape (n, 128)


class Features(NamedTuple):
    """Points of one picture, in pixels, (0, 0) the middle of the first, and what they look like."""

    xy: Floats  # shape (n, 2)
    descriptors: Floats  # RootSIFT, shape (n, 128), of length 1


def features(picture: Gray8, masked: Mask | None = None, most: int = POINTS) -> Features:
    """Find up to `most` points of a picture, none under the mask (True = overlay)."""
    return rooted(points(picture, masked, most))


def points(picture: Gray8, masked: Mask | None = None, most: int = POINTS) -> Points:
    """Find points as SIFT describes them."""
    # Without precise upscaling every point lies a quarter of a pixel off, which a mirror doubles.
    sift = cv2.SIFT.create(0, 3, 0.01, 12, 1.6, enable_precise_upscale=True)
    found = sift.detect(picture, None)
    if masked is not None and found:
        found = [found[int(n)] for n in np.flatnonzero(_seen(found, masked))]
    kept = [found[n] for n in _by_rounds(found, picture.shape, most)]
    if not kept:
        return Points(np.empty((0, 2), np.float32), np.empty((0, 128), np.uint8))
    described = sift.compute(picture, kept)[1]
    xy = np.array([point.pt for point in kept], np.float32)
    return Points(xy, described.astype(np.uint8))


def rooted(found: Points) -> Features:
    """Make SIFT's descriptors RootSIFT's."""
    described = found.described.astype(np.float32)
    total = np.maximum(described.sum(axis=1, keepdims=True), 1e-6)
    return Features(found.xy, np.sqrt(described / total).astype(np.float32))


def _seen(found: Sequence[cv2.KeyPoint], masked: Mask) -> Mask:
    """Which points lie under no overlay."""
    xy = np.rint(np.array([point.pt for point in found])).astype(int)
    x, y = (np.clip(xy[:, n], 0, masked.shape[1 - n] - 1) for n in (0, 1))
    seen: Mask = ~masked[y, x]
    return seen


def _by_rounds(found: Sequence[cv2.KeyPoint], shape: tuple[int, ...], most: int) -> list[int]:
    if not found:
        return []
    height, width = shape[:2]
    xy = np.array([point.pt for point in found])
    strength = np.array([point.response for point in found])
    cell = np.minimum((xy * GRID / [width, height]).astype(int), GRID - 1) @ [1, GRID]
    # Ties are broken by place, so that the order in which points were found does not matter.
    order = np.lexsort((xy[:, 0], xy[:, 1], -strength, cell))
    starts = np.searchsorted(cell[order], np.arange(GRID * GRID))
    turn = np.empty(len(found), int)
    turn[order] = np.arange(len(found)) - starts[cell[order]]
    chosen = np.lexsort((xy[:, 0], xy[:, 1], -strength, turn))[:most]
    return [int(n) for n in chosen]


def mirrored(descriptors: Floats) -> Floats:
    """Give the descriptors that the mirrored picture would have: a mere change of order."""
    bins = descriptors.reshape(-1, 4, 4, 8)[:, ::-1]
    turned: Floats = bins[..., (8 - np.arange(8)) % 8].reshape(-1, 128)
    return np.ascontiguousarray(turned)


def matches(one: Floats, two: Floats) -> Matches:
    """Give the indices of points that are each other's best match, and clearly so."""
    if len(one) < 2 or len(two) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    likeness = one @ two.T
    rows = np.arange(len(one))
    best = likeness.argmax(axis=1)
    first = likeness[rows, best].copy()
    likeness[rows, best] = -1.0
    second = likeness.max(axis=1)
    likeness[rows, best] = first
    # Of vectors of length 1 the squared distance is 2 − 2 × product.
    clear = np.flatnonzero((1.0 - first) < RATIO * RATIO * (1.0 - second))
    # Each other's best: no row is likelier for that column. Of equal ones the first row counts.
    mutual = clear[first[clear] == likeness.max(axis=0)[best[clear]]]
    _, once = np.unique(best[mutual], return_index=True)
    kept = mutual[np.sort(once)]
    return kept, best[kept]
