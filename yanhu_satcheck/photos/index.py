"""One index over the marks of many photographs, and who among them may be one that is asked for."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.marks import PLACES, Marks, Question

NEAR_BITS = 22
FADES = 12.0
"""A point's weight falls with the bits by which it differs (Jégou, Douze & Schmid 2008)."""
LOOKED_AT = 20
LEAST_INLIERS = 12
REACH_PX = 6.0
"""A kept place is known to two or three pixels."""
WORDS = 1 << 16


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
        order = np.lexsort((np.arange(len(scores)), -scores))[:most]
        found = []
        for number in order:
            if scores[number] > 0:
                inliers = self._aligned(asked, hits, int(number))
                if inliers >= LEAST_INLIERS:
                    found.append(Candidate(int(number), float(scores[number]), inliers))
        return found

    def ranked(self, asked: Question) -> NDArray[np.float64]:
        """Give every photograph's score, without looking whether it aligns."""
        return self._voted(self._hits(asked))

    def _voted(self, hits: "_Hits") -> NDArray[np.float64]:
        votes = np.bincount(hits.owner, weights=hits.weight, minlength=len(self._marks))
        return np.asarray(votes / self._size, np.float64)

    def _hits(self, asked: Question) -> "_Hits":
        places, points = [], []
        for n, (words, signatures) in enumerate(
            zip(asked.words.tolist(), asked.signatures, strict=True)
        ):
            for word, signature in zip(words, signatures, strict=True):
                start, stop = self._starts[word], self._starts[word + 1]
                if start == stop:
                    continue
                bits = np.bitwise_count(self._signatures[start:stop] ^ signature)
                near = np.flatnonzero(bits <= NEAR_BITS)
                if len(near):
                    places.append(np.stack([near + start, bits[near], np.full(len(near), word)]))
                    points.append(np.full(len(near), n))
        if not places:
            nothing = np.empty(0, np.int64)
            return _Hits(nothing, nothing, nothing, np.empty(0), nothing)
        at, bits, word = np.concatenate(places, axis=1).astype(np.int64)
        weight = self._weight[word] * np.exp(-((bits / FADES) ** 2))
        return _Hits(self._owner[at], self._point[at], np.concatenate(points), weight, bits)

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


class _Hits(NamedTuple):
    owner: NDArray[np.int64]  # photograph
    point: NDArray[np.int64]  # of it
    asked: NDArray[np.int64]  # point of the one asked for
    weight: NDArray[np.float64]
    bits: NDArray[np.int64]
