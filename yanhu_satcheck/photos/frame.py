"""Does one picture show all that the other does? A copy can be cut or framed, never show more.

A frame of one picture that lies inside the other either coincides with a visible step there (the
copy was pasted into something) or the view goes on across it (another exposure).
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.align import Mapping3, carried, corners
from yanhu_satcheck.photos.features import Floats, Gray8

Bent = Callable[[NDArray[np.float64]], NDArray[np.float64]]
WITHIN_PX = 2.0
HALF = 14
"""A strip of 2 × 14 + 1 pixels is looked at along each edge."""
STEP = 1.8
"""How far a step rises over the median of its profile."""
NEAR_STEP = 3
CONTINUES = 2.5
"""Deviation, in grey levels, of what goes on outside an edge."""
RUN = 24
OPEN = 0.02


class Framing(NamedTuple):
    """How one picture's frame lies in another's."""

    protrusion: float  # how far its corners lie outside, pixels of the other picture
    open_edge: float  # share of its border across which the other goes on
    edges: int  # of its four edges, those that coincide with a step in the other
    inside: float  # share of its border that the other shows


def framing(
    mapping: Mapping3, size: tuple[int, int], other: Gray8, bent: Bent | None = None
) -> Framing:
    """Say how the frame of a picture of `size` lies in the other, to which `mapping` leads.

    `bent` gives how far beside that a point of the other really stands, where a lens came between.
    """
    height, width = other.shape
    there = carried(mapping, corners(size))
    outside = np.maximum(-0.5 - there, there - [width - 0.5, height - 0.5])
    opened = shown = border = 0
    edges = 0
    for number in range(4):
        ends = corners(size)[[number, (number + 1) % 4]]
        strip, seen = _strip(mapping, ends, there.mean(axis=0), other, bent)
        border += len(seen)
        shown += int(seen.sum())
        edges += int(_coincides(strip, seen))
        opened += _opened(strip, seen)
    return Framing(float(max(outside.max(), 0.0)), opened / border, edges, shown / border)


def _strip(
    mapping: Mapping3,
    ends: NDArray[np.float64],
    middle: NDArray[np.float64],
    other: Gray8,
    bent: Bent | None,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Straighten a strip of the other picture along an edge; inside first, then outside.

    Gives it, shape (length, 2 × HALF + 1), and where it lies wholly in the picture.
    """
    a, b = carried(mapping, ends)
    length = int(np.clip(np.hypot(*(b - a)), RUN, 4000))
    along = ends[0] + np.linspace(0, 1, length)[:, None] * (ends[1] - ends[0])
    on_edge = carried(mapping, along)
    if bent is not None:
        on_edge = on_edge - bent(on_edge)
    across = np.gradient(on_edge, axis=0)[:, ::-1] * [1, -1]
    across /= np.maximum(np.hypot(*across.T), 1e-9)[:, None]
    if ((on_edge.mean(axis=0) - middle) * across.mean(axis=0)).sum() < 0:
        across = -across
    offsets = np.arange(-HALF, HALF + 1)
    at = on_edge[:, None] + offsets[None, :, None] * across[:, None]
    strip = cv2.remap(
        other,
        at[..., 0].astype(np.float32),
        at[..., 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    limit = np.array(other.shape[::-1]) - 1
    seen = np.all((at >= 0) & (at <= limit), axis=(1, 2))
    return strip.astype(np.float32), seen


def _coincides(strip: Floats, seen: NDArray[np.bool_]) -> bool:
    """Whether an edge, most of which is seen, lies on a step."""
    if seen.mean() < 0.6:
        return False
    profile = np.abs(np.diff(strip[seen], axis=1)).mean(axis=0)
    top = int(profile.argmax())
    # Differences stand between offsets: that of −1 and 0 is number HALF − 1.
    rises = profile[top] >= STEP * np.median(profile)
    return bool(rises and abs(top - HALF + 0.5) <= WITHIN_PX)


def _opened(strip: Floats, seen: NDArray[np.bool_]) -> int:
    """Count the points of an edge across which the picture goes on."""
    opened = 0
    for start in range(0, len(strip) - RUN + 1, RUN):
        if not seen[start : start + RUN].all():
            continue
        run = strip[start : start + RUN]
        if run[:, HALF + 3 : HALF + 11].std() <= CONTINUES:
            continue
        profile = np.abs(np.diff(run, axis=1)).mean(axis=0)
        near = profile[HALF - NEAR_STEP : HALF + NEAR_STEP].max()
        opened += RUN if near < STEP * np.median(profile) else 0
    return opened


def contained(one: Framing, two: Framing) -> bool:
    """Whether either picture can be cut from the other, framed or not."""
    least = min(one.protrusion, two.protrusion)
    if least <= WITHIN_PX:
        return True
    return least >= 15 and min(one.open_edge, two.open_edge) <= OPEN
