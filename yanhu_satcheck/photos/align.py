"""One picture laid on another: the plane mapping most matched points agree on."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.features import Features, Floats, Matches, matches, mirrored

LEAST_INLIERS = 8
REACH_PX = 3.0
SCALES = (0.1, 10.0)
ROUNDS = 6

Mapping3 = NDArray[np.float64]
"""A homography, shape (3, 3), from one picture's pixels to another's."""
Size = tuple[int, int]


class Alignment(NamedTuple):
    """How one picture lies on another."""

    mapping: Mapping3  # from the first picture's pixels to the second's
    inliers: int
    flipped: bool  # one shows the other mirrored


def align(one: Features, size: Size, two: Features, size_two: Size) -> Alignment | None:
    """Lay a picture of `size` (width, height) on another, straight or mirrored.

    Both are always tried: repeated windows match straight what is truly mirrored.
    """
    width = size[0]
    flip = np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])
    found = []
    for flipped in (False, True):
        described = mirrored(one.descriptors) if flipped else one.descriptors
        xy = one.xy.copy()
        if flipped:  # MAGSAC fits no mapping that mirrors: the points are mirrored before
            xy[:, 0] = width - 1 - xy[:, 0]
        fitted = fit(xy, two.xy, matches(described, two.descriptors))
        if fitted is not None:
            mapping, inliers = fitted
            whole = mapping @ flip if flipped else mapping
            if plausible(whole, size, flipped):
                found.append(Alignment(whole, inliers, flipped))
    return max(found, key=lambda one: one.inliers, default=None)


def fit(
    one: Floats, two: Floats, pairs: Matches, reach: float = REACH_PX
) -> tuple[Mapping3, int] | None:
    """Fit a homography to matched points by MAGSAC++ (Baráth et al. 2020); `None`: none holds."""
    if len(pairs[0]) < LEAST_INLIERS:
        return None
    mapping, inside = cv2.findHomography(
        one[pairs[0]], two[pairs[1]], cv2.USAC_MAGSAC, reach, maxIters=5000, confidence=0.9999
    )
    if mapping is None or int(inside.sum()) < LEAST_INLIERS:
        return None
    return np.asarray(mapping, np.float64), int(inside.sum())


def polished(one: NDArray[np.float64], two: NDArray[np.float64]) -> Mapping3:
    """Fit a homography to points (n, 2) that nearly lie on each other, a few of which are off.

    MAGSAC++ weighs points within its reach almost alike, so a few that are off by half a pixel bend
    what the others agree on to a hundredth. Here a point weighs the less the farther it is off as
    measured by the median: Cauchy weights, iterated least squares (Holland & Welsch 1977).
    """
    middle = two.mean(axis=0)
    size = max(float(np.abs(two - middle).max()), 1.0)
    a, b = (one - middle) / size, (two - middle) / size
    ones, mapping = np.column_stack([a, np.ones(len(a))]), np.eye(3)
    nil = np.zeros_like(ones)
    terms = [
        np.hstack([ones, nil, -b[:, :1] * a]),
        np.hstack([nil, ones, -b[:, 1:] * a]),
    ]
    weight = np.ones(len(a))
    for _ in range(ROUNDS):
        lean = weight / np.maximum(np.abs(ones @ mapping[2]), 1e-6)
        rows = np.concatenate([term * lean[:, None] for term in terms])
        wanted = np.concatenate([b[:, 0] * lean, b[:, 1] * lean])
        mapping = np.append(np.linalg.lstsq(rows, wanted, rcond=None)[0], 1.0).reshape(3, 3)
        off = np.hypot(*(carried(mapping, a) - b).T)
        unit = max(2 * float(np.median(off)), 0.02 / size)
        weight = 1.0 / np.sqrt(1.0 + (off / unit) ** 2)
    there = np.array(
        [[1 / size, 0, -middle[0] / size], [0, 1 / size, -middle[1] / size], [0, 0, 1]]
    )
    return np.asarray(inverse(there) @ mapping @ there, np.float64)


def inverse(mapping: Mapping3) -> Mapping3:
    """Give the mapping back."""
    return np.asarray(np.linalg.inv(mapping), np.float64)


def corners(size: Size) -> NDArray[np.float64]:
    """Give the corners of a picture of width and height, in its pixels, shape (4, 2)."""
    width, height = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], float) - 0.5


def carried(mapping: Mapping3, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carry points, shape (n, 2), through a mapping."""
    there = np.column_stack([xy, np.ones(len(xy))]) @ mapping.T
    carried: NDArray[np.float64] = there[:, :2] / there[:, 2:]
    return carried


def area_scale(mapping: Mapping3, at: NDArray[np.float64]) -> float:
    """Give how much longer lengths become near a point: the root of the change of area."""
    near = carried(mapping, at + np.array([[0, 0], [1, 0], [0, 1]], float))
    (ax, ay), (bx, by) = near[1] - near[0], near[2] - near[0]
    return float(abs(ax * by - ay * bx) ** 0.5)


def plausible(mapping: Mapping3, size: Size, flipped: bool) -> bool:
    """Whether a mapping keeps the frame convex, on one side, and within ten times its size."""
    frame = np.column_stack([corners(size), np.ones(4)]) @ mapping.T
    if not (np.all(frame[:, 2] > 1e-6) or np.all(frame[:, 2] < -1e-6)):
        return False
    frame = frame[:, :2] / frame[:, 2:]
    sides = np.roll(frame, -1, axis=0) - frame
    after = np.roll(sides, -1, axis=0)
    turns = sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]
    if not np.all(turns < 0 if flipped else turns > 0):
        return False
    middle = np.array([[size[0] / 2, size[1] / 2]])
    return SCALES[0] <= area_scale(mapping, middle) <= SCALES[1]
