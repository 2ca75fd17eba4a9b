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
    """Give the pairs of photographs, by their numbers, that may be one exposure; sorted."""
    pairs = set(_alike(fingerprints))
    told = [number for number, one in enumerate(marks) if one is not None]
    index = Index([one for one in marks if one is not None])
    for number, questions in enumerate(asked):
        for question in questions:
            for found in index.candidates(question):
                other = told[found.number]
                if other != number:
                    pairs.add((min(number, other), max(number, other)))
    return sorted(pairs)


def _alike(fingerprints: Sequence[str]) -> Iterator[Numbers]:
    """Give the pairs whose fingerprints agree in one of the eight flips and turns."""
    if not fingerprints:
        return
    kept = _bits(fingerprints)
    for number, mark in enumerate(fingerprints):
        ways = _bits(turned_fingerprints(mark))
        rest = kept[number + 1 :]
        away = np.bitwise_count(rest[:, None] ^ ways[None]).sum(axis=2, dtype=np.int64)
        for other in np.flatnonzero(away.min(axis=1, initial=256) <= ALIKE_BITS):
            yield number, number + 1 + int(other)


def _bits(fingerprints: Sequence[str]) -> NDArray[np.uint64]:
    told = np.frombuffer(bytes.fromhex("".join(fingerprints)), np.uint64)
    return told.reshape(len(fingerprints), -1)
