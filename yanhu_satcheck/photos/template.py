"""What many photographs of one device carry at the same pixels: its field app's overlay.

Number, coordinates, bearing and time are burnt in at one place. The digits change and the block
does not: pixels that are edges in most of several different photographs belong to no view.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.features import Gray8, Mask

SIDE = 256
EDGE = 48.0
"""Grey levels by which an edge rises over two pixels of a picture squeezed to 256 × 256."""
FEWEST = 8
OFTEN = 0.6
MOST = 0.35
"""A template that covers more is a fixed camera's view, not an overlay."""
GROWS = 0.02
CLOSES = 0.05


def edges(gray: Gray8) -> bytes:
    """Give the pixels of a picture that are edges, packed, 8 kB."""
    small = cv2.resize(gray, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0) / 4
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1) / 4
    return np.packbits(np.hypot(across, down) > EDGE).tobytes()


def template(different: Sequence[bytes]) -> Mask | None:
    """Give the overlay that different photographs of one size share, 256 × 256; `None`: none.

    The photographs must show different views, or what they share is the view.
    """
    if len(different) < FEWEST:
        return None
    count = sum((_unpacked(one).astype(np.int32) for one in different), np.zeros((SIDE, SIDE)))
    shared = (count > OFTEN * len(different)).astype(np.uint8)
    # A stray pixel is no writing.
    shared = np.asarray(cv2.medianBlur(shared, 3), np.uint8)
    if not shared.any():
        return None
    wide, grown = int(CLOSES * SIDE) | 1, int(2 * GROWS * SIDE) | 1
    shared = np.asarray(cv2.dilate(shared, np.ones((wide, wide), np.uint8)), np.uint8)
    shared = np.asarray(cv2.erode(shared, np.ones((wide, wide), np.uint8)), np.uint8)
    mask = cv2.dilate(shared, np.ones((grown, grown), np.uint8)).astype(bool)
    return None if mask.mean() > MOST else mask


def packed(mask: Mask) -> bytes:
    """Pack a template by the lengths of its runs, seen and covered in turn: some hundred bytes."""
    ends = np.flatnonzero(np.diff(mask.ravel(), prepend=False, append=False))
    return np.diff(ends, prepend=0).astype("<u4").tobytes()


def laid_over(kept: bytes, shape: tuple[int, ...]) -> Mask:
    """Lay a packed template over a picture of a shape (height, width)."""
    size = shape[1], shape[0]
    runs = np.frombuffer(kept, "<u4")
    flat = np.zeros(SIDE * SIDE, np.uint8)
    covered = np.repeat(np.arange(len(runs)) % 2 == 1, runs)[: flat.size]
    flat[: len(covered)] = covered
    mask = cv2.resize(flat.reshape(SIDE, SIDE), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(mask, bool)


def _unpacked(kept: bytes) -> NDArray[np.uint8]:
    return np.unpackbits(np.frombuffer(kept, np.uint8)).reshape(SIDE, SIDE)
