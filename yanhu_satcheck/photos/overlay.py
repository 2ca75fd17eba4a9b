"""Banners, borders, page frames and collage seams: found and masked first, never evidence.

All is searched at a long edge of 480 pixels. What several photographs of one device carry at the
same pixels (number, coordinates, time) is found better in a batch: see `template`.
"""

from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.features import Floats, Gray8, Mask

LONG_PX = 480
ALIKE = 6.0
"""Grey levels within which a row's pixels have the stripe's colour."""
THIN = 0.012
FULL = 0.62
STEP = 9.0
SEAM = 12.0

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; the last two are outside."""


class Overlay(NamedTuple):
    """What lies over a picture, in its pixels."""

    stripes: tuple[tuple[str, int], ...] = ()  # side (top, right, bottom, left) and thickness
    page: Box | None = None  # the photograph on a page, a desk or in a phone's frame
    tiles: tuple[Box, ...] = ()  # of a collage

    @property
    def any(self) -> bool:
        """Whether something was found."""
        return bool(self.stripes or self.page or self.tiles)

    def mask(self, shape: tuple[int, int]) -> Mask:
        """Give the pixels that belong to an overlay."""
        masked = np.zeros(shape, bool)
        for side, thick in self.stripes:
            masked[_band(side, thick)] = True
        if self.page is not None:
            left, top, right, bottom = self.page
            outside = np.ones(shape, bool)
            outside[top:bottom, left:right] = False
            masked |= outside
        return masked

    @property
    def parts(self) -> tuple[Box, ...]:
        """Give the parts that are photographs of their own."""
        return self.tiles or ((self.page,) if self.page else ())


def _band(side: str, thick: int) -> tuple[slice, slice]:
    everything = slice(None)
    return {
        "top": (slice(0, thick), everything),
        "bottom": (slice(-thick, None), everything),
        "left": (everything, slice(0, thick)),
        "right": (everything, slice(-thick, None)),
    }[side]


def overlay_of(picture: Gray8) -> Overlay:
    """Find stripes, a page and seams in a grey picture."""
    long = max(picture.shape)
    scale = min(1.0, LONG_PX / long)
    size = max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    if min(small.shape) < 64:
        return Overlay()
    page = _page(small)
    if page:
        return Overlay(page=_grown(page, scale))
    turned = {"top": small, "bottom": small[::-1], "left": small.T, "right": small.T[::-1]}
    stripes = [(side, _stripe(image)) for side, image in turned.items()]
    told = tuple((side, max(round(thick / scale), 1)) for side, thick in stripes if thick)
    return Overlay(told, tiles=tuple(_grown(tile, scale) for tile in _tiles(small)))


def _grown(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(v / scale) for v in box)
    return left, top, right, bottom


def _stripe(image: Floats) -> int:
    """How many rows from the top are one colour, written on or not, and end in a step."""
    most = int(0.4 * len(image))
    colour = float(np.median(image[0]))
    shares = []
    for row in image[:most]:
        share = float((np.abs(row - colour) <= ALIKE).mean())
        if share < 0.3:
            own = float(np.median(row))
            fresh = float((np.abs(row - own) <= ALIKE).mean())
            if fresh < 0.7:
                break
            colour, share = own, fresh
        shares.append(share)
    # The run may reach into a plain sky: the step is looked for along it.
    for thick in range(min(len(shares), most - 2), int(max(THIN * len(image), 3)) - 1, -1):
        if float(np.mean(shares[:thick])) < FULL:
            continue
        jump = np.abs(image[thick + 1] - image[thick - 1])
        if (jump > STEP).mean() >= 0.6 and _plain(image[:thick]):
            return thick
    return 0


def _plain(rows: Floats) -> bool:
    """Whether what is not writing has one grey level, as no sky does: drawn, not seen."""
    middle = float(np.median(rows))
    near = rows[np.abs(rows - middle) <= ALIKE]
    return near.size >= 0.5 * rows.size and float(near.std()) <= 1.5


def _page(image: Floats) -> Box | None:
    """Find the one large rectangle that stands out of a plain background."""
    height, width = image.shape
    flat = np.clip(image, 0, 255).astype(np.uint8)
    ground = np.zeros((height + 2, width + 2), np.uint8)
    for y, x in (
        (0, 0),
        (0, width // 2),
        (0, width - 1),
        (height // 2, 0),
        (height // 2, width - 1),
        (height - 1, 0),
        (height - 1, width // 2),
        (height - 1, width - 1),
    ):
        if not ground[y + 1, x + 1]:
            cv2.floodFill(
                flat,
                ground,
                (x, y),
                0,
                5,
                5,
                cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (1 << 8),
            )
    thing = 1 - ground[1:-1, 1:-1]
    thing = cv2.morphologyEx(thing, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    wide = max(int(0.045 * max(height, width)), 3)
    thing = cv2.morphologyEx(thing, cv2.MORPH_OPEN, np.ones((wide, wide), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(thing)
    if count < 2:
        return None
    x, y, w, h, area = (int(v) for v in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
    whole = width * height
    if area < 0.9 * w * h or not 0.08 * whole <= w * h <= 0.9 * whole:
        return None
    # A frame on all sides or on two opposite ones: a page or a screen, not a horizon.
    margins = x, y, width - x - w, height - y - h
    if min(margins[0], margins[2]) < 2 and min(margins[1], margins[3]) < 2:
        return None
    return x, y, x + w, y + h


def _tiles(image: Floats) -> tuple[Box, ...]:
    """Cut a collage at its seams."""
    height, width = image.shape
    xs = [0, *_seams(image), width]
    ys = [0, *_seams(image.T), height]
    if len(xs) == 2 and len(ys) == 2:
        return ()
    return tuple(
        (left, top, right, bottom)
        for top, bottom in pairwise(ys)
        for left, right in pairwise(xs)
        if (right - left) >= 0.15 * width and (bottom - top) >= 0.15 * height
    )


def _seams(image: Floats) -> list[int]:
    """Find the columns at which most rows step at once."""
    jump = np.abs(np.diff(image, axis=1)) > SEAM
    share: NDArray[np.float64] = jump.mean(axis=0)
    around = np.convolve(share, np.ones(31) / 31, mode="same")
    found = np.flatnonzero((share > 0.55) & (share > 2.2 * around)) + 1
    kept: list[int] = []
    for at in found:
        inside = 0.15 * image.shape[1] <= at <= 0.85 * image.shape[1]
        if inside and (not kept or at - kept[-1] > 8):
            kept.append(int(at))
    return kept
