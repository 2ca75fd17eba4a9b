"""What is kept of a photograph so that a copy finds it: twelve bytes a point.

A photograph's own marks are looked up; its questions look others up. They are asked both as it is
and mirrored, and for each of its parts where it is a collage or a page.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.codebook import VERSION, Codebook, Signatures, Words16, codebook
from yanhu_satcheck.photos.features import Floats, Gray8, features, mirrored

LONG_PX = 640
POINTS = 400
PLACES = 256
"""A point's place is kept to this part of the frame."""
NEAREST = 2
"""Words that a question is asked with: a point near the border of two may have fallen to either."""
_ROW = np.dtype([("word", "<u2"), ("signature", "<u8"), ("x", "u1"), ("y", "u1")])


class Marks(NamedTuple):
    """The points of a photograph that others are held against."""

    version: int  # of the codebook
    size: tuple[int, int]  # width and height of the picture they were taken at
    words: Words16  # shape (n,)
    signatures: Signatures  # shape (n,)
    places: NDArray[np.uint8]  # shape (n, 2), in 256ths of the frame

    def packed(self) -> bytes:
        """Give the points as the archive keeps them, 12 bytes each, little-endian."""
        rows = np.empty(len(self.words), _ROW)
        rows["word"], rows["signature"] = self.words, self.signatures
        rows["x"], rows["y"] = self.places.T
        return rows.tobytes()


def unpacked(version: int, size: tuple[int, int], kept: bytes) -> Marks:
    """Give marks back from what the archive keeps."""
    rows = np.frombuffer(kept, _ROW)
    places = np.stack([rows["x"], rows["y"]], axis=1)
    return Marks(version, size, rows["word"].copy(), rows["signature"].copy(), places)


class Question(NamedTuple):
    """A picture, or a part of one, as it is asked for: straight or mirrored."""

    size: tuple[int, int]
    flipped: bool
    words: Words16  # shape (n, 2), the nearest first
    signatures: Signatures  # shape (n, 2)
    places: NDArray[np.uint8]  # shape (n, 2); mirrored where it is asked mirrored


def marked(
    gray: Gray8, parts: tuple[tuple[int, int, int, int], ...] = ()
) -> tuple[Marks, tuple[Question, ...]]:
    """Mark a grey picture and put the questions for it and for its `parts` (boxes of pixels)."""
    book = codebook()
    descriptors, places, size = _points(gray)
    questions = [_question(book, descriptors, places, size, way) for way in (False, True)]
    marks = Marks(
        VERSION,
        size,
        questions[0].words[:, 0].copy(),
        questions[0].signatures[:, 0].copy(),
        places,
    )
    for left, top, right, bottom in parts:
        of_part = _points(np.ascontiguousarray(gray[top:bottom, left:right]))
        questions += [_question(book, *of_part, way) for way in (False, True)]
    return marks, tuple(questions)


def _points(gray: Gray8) -> tuple[Floats, NDArray[np.uint8], tuple[int, int]]:
    scale = min(1.0, LONG_PX / max(gray.shape))
    size = max(round(gray.shape[1] * scale), 1), max(round(gray.shape[0] * scale), 1)
    small = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    found = features(small, most=POINTS)
    places = np.clip((found.xy + 0.5) * PLACES / np.array(size), 0, PLACES - 1).astype(np.uint8)
    return found.descriptors, places, size


def _question(
    book: Codebook,
    descriptors: Floats,
    places: NDArray[np.uint8],
    size: tuple[int, int],
    flipped: bool,
) -> Question:
    if flipped:
        descriptors = mirrored(descriptors)
        places = np.stack([PLACES - 1 - places[:, 0], places[:, 1]], axis=1).astype(np.uint8)
    words = book.nearest(descriptors, NEAREST)
    signatures = book.signatures(descriptors, words)
    return Question(size, flipped, words.astype(np.uint16), signatures, places)
