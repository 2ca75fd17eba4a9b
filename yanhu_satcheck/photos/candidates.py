"""Which pairs of photographs are worth comparing: by fingerprint, and by the points they share."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.index import Index
from yanhu_satcheck.photos.marks import Marks, Question
from yanhu_satcheck.photos.picture import turned_fingerprints

ALIKE_BITS = 61
"""No two honest photographs of 279 came nearer than 62 bits, but for those of a fixed camera."""

Numbers = tuple[int, int]


def candidates(
    fingerprints: Sequence[str],
    marks: Sequence[Marks | None],
    asked: Sequence[tuple[Question, ...]],
) -> list[Numbers]:
    """Give the pairs of photographs, by their numbers, that may be one exposure; sorted.

    Fingerprints ("" where there is none) and marks are of this batch's photographs and, after
    them, of earlier ones. Only this batch's are asked for: `asked` ends with them.
    """
    pairs = set(_alike(fingerprints, len(asked)))
    told = [number for number, one in enumerate(marks) if one is not None]
    index = Index([one for one in marks if one is not None])
    for number, questions in enumerate(asked):
        for question in questions:
            for found in index.candidates(question):
                other = told[found.number]
                if other != number:
                    pairs.add((min(number, other), max(number, other)))
    return sorted(pairs)


def _alike(fingerprints: Sequence[str], own: int) -> Iterator[Numbers]:
    """Give the pairs whose fingerprints agree in one of the eight flips and turns."""
    told = [number for number, one in enumerate(fingerprints) if one]
    kept = np.ascontiguousarray(_bits([fingerprints[number] for number in told]).T)
    for at, number in enumerate(told):
        if number >= own:
            return
        rest = kept[:, at + 1 :]
        away = np.full(rest.shape[1], 256, np.uint16)
        for way in _bits(turned_fingerprints(fingerprints[number])):
            differ = np.zeros(rest.shape[1], np.uint16)
            for words, word in zip(rest, way, strict=True):
                differ += np.bitwise_count(words ^ word)
            np.minimum(away, differ, out=away)
        for other in np.flatnonzero(away <= ALIKE_BITS):
            yield number, told[at + 1 + int(other)]


def _bits(fingerprints: Sequence[str]) -> NDArray[np.uint64]:
    """Give fingerprints in words of 64 bits, shape (n, 4)."""
    told = np.frombuffer(bytes.fromhex("".join(fingerprints)), np.uint64)
    return told.reshape(-1, 4)
