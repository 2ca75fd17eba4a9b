"""One index over the marks of many photographs, and who among them may be one that is asked for."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.marks import NEAREST, PLACES, Marks, Question

NEAR_BITS = 22
FADES = 12.0
"""A point's weight falls with the bits by which it differs (Jégou, Douze & Schmid 2008)."""
LOOKED_AT = 20
LEAST_INLIERS = 12
REACH_PX = 6.0
"""A kept place is known to two or three pixels."""
WORDS = 1 << 16
_NOWHERE, _NO_BITS = np.empty(0, np.int64), np.empty(0, np.uint8)


class Candidate(NamedTuple):
    """A photograph that may be the one asked for."""

    number: int  # its place in the index
    score: float
    inliers: int  # points that one mapping carries over


class Index:
    """The marks of photographs, numbered as they are given, all of one codebook."""

    def __init__(self, marks: Sequence[Marks]) -> None:
        self._marks = marks
        count = np.array([len(one.words) for one in marks], np.int64)
        self._size: NDArray[np.float64] = np.sqrt(np.maximum(count, 1).astype(np.float64))
        words = np.concatenate([one.words for one in marks] or [np.empty(0, np.uint16)])
        order = np.argsort(words, kind="stable")
        owner = np.repeat(np.arange(len(marks)), count)
        point = np.concatenate([np.arange(n) for n in count] or [np.empty(0, np.int64)])
        signatures = [one.signatures for one in marks] or [np.empty(0, np.uint64)]
        self._owner = owner[order].astype(np.int32)
        self._point = point[order].astype(np.int32)
        self._signatures = np.concatenate(signatures)[order]
        self._starts = np.searchsorted(words[order], np.arange(WORDS + 1))
        held = np.diff(self._starts)
        self._weight = np.log(max(len(marks), 2) / np.maximum(held, 1)).clip(0.1) ** 2

    def candidates(self, asked: Question, most: int = LOOKED_AT) -> list[Candidate]:
        """Give the photographs most like the one asked for, which also align with it."""
        hits = self._hits(asked)
        if not len(hits.owner):
            return []
        scores = self._voted(hits)
        found = []
        for number in _highest(scores, most):
            inliers = self._aligned(asked, hits, number)
            if inliers >= LEAST_INLIERS:
                found.append(Candidate(number, float(scores[number]), inliers))
        return found

    def ranked(self, asked: Question) -> NDArray[np.float64]:
        """Give every photograph's score, without looking whether it aligns."""
        return self._voted(self._hits(asked))

    def _voted(self, hits: "_Hits") -> NDArray[np.float64]:
        votes = np.bincount(hits.owner, weights=hits.weight, minlength=len(self._marks))
        return np.asarray(votes / self._size, np.float64)

    def _hits(self, asked: Question) -> "_Hits":
        words = asked.words.ravel().astype(np.int64)
        starts, stops = self._starts[words], self._starts[words + 1]
        # Written into again and again: fresh memory would take longer than the comparison.
        longest = int((stops - starts).max(initial=0))
        apart, differ = np.empty(longest, np.uint64), np.empty(longest, np.uint8)
        signatures = asked.signatures.ravel()
        near, bits = [_NOWHERE] * len(words), [_NO_BITS] * len(words)
        for n in np.argsort(words, kind="stable").tolist():  # a list is met while it is at hand
            listed = self._signatures[starts[n] : stops[n]]
            np.bitwise_xor(listed, signatures[n], out=apart[: len(listed)])
            told = np.bitwise_count(apart[: len(listed)], out=differ[: len(listed)])
            near[n] = (told <= NEAR_BITS).nonzero()[0]
            bits[n] = told[near[n]]
        held = [len(one) for one in near]
        at = np.concatenate([_NOWHERE, *near]) + np.repeat(starts, held)
        away = np.concatenate([_NO_BITS, *bits]).astype(np.int64)
        weight = self._weight[np.repeat(words, held)] * np.exp(-((away / FADES) ** 2))
        points = np.repeat(np.arange(len(words)) // NEAREST, held)
        return _Hits(self._owner[at], self._point[at], points, weight, away)

    def _aligned(self, asked: Question, hits: "_Hits", number: int) -> int:
        """Count the points that one mapping carries from the one asked for to this photograph."""
        mine = np.flatnonzero(hits.owner == number)
        # Each point speaks once, by its nearest likeness.
        mine = mine[np.lexsort((hits.point[mine], hits.asked[mine], hits.bits[mine]))]
        _, first = np.unique(hits.asked[mine], return_index=True)
        mine = mine[np.sort(first)]
        _, first = np.unique(hits.point[mine], return_index=True)
        mine = mine[np.sort(first)]
        if len(mine) < LEAST_INLIERS:
            return 0
        there = self._marks[number]
        a = (asked.places[hits.asked[mine]] + 0.5) * np.array(asked.size) / PLACES
        b = (there.places[hits.point[mine]] + 0.5) * np.array(there.size) / PLACES
        mapping, inside = cv2.findHomography(
            a.astype(np.float32), b.astype(np.float32), cv2.USAC_MAGSAC, REACH_PX, maxIters=1000
        )
        return 0 if mapping is None else int(inside.sum())


def _highest(scores: NDArray[np.float64], most: int) -> list[int]:
    """Give the numbers of the highest scores above 0, the highest first, then the first."""
    least = np.partition(scores, -most)[-most] if len(scores) > most else 0.0
    told = np.flatnonzero((scores >= least) & (scores > 0))
    order = np.lexsort((told, -scores[told]))[:most]
    return [int(number) for number in told[order]]


class _Hits(NamedTuple):
    owner: NDArray[np.int64]  # photograph
    point: NDArray[np.int64]  # of it
    asked: NDArray[np.int64]  # point of the one asked for
    weight: NDArray[np.float64]
    bits: NDArray[np.int64]
