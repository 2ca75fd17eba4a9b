"""How far the after image lies from the before image, told by many small windows that agree.

Each window gives one shift by phase correlation (`phase`). Windows that no peak stands out in are
dropped; of the rest the largest group that agrees is kept, on one shift or on one that varies
evenly over the scene (`consensus`), and asked all at once (`jointly`). A pair whose windows do not
agree is refused: cell by cell it would compare different ground.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.pair import PairPixels
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.scene import Warp
from yanhu_satcheck.survey.consensus import AGREE_PX, Ints, largest, tilted
from yanhu_satcheck.survey.jointly import FEWEST, Joint, overlap_factor, together
from yanhu_satcheck.survey.phase import (
    Cross,
    Doubles,
    cross_of,
    low_pass,
    peak,
    refine,
    ring_weights,
)
from yanhu_satcheck.terms import Words

KEPT = 12  # fewest agreeing windows
KEPT_SMALL = 5  # the same in a scene too small for more, where they must agree twice as closely
SPREAD_PX = 0.5  # robust spread of the kept windows beyond which the pair is refused
FINEST_PX = 0.002  # no smaller error is claimed


class Registration(NamedTuple):
    """Where after lies against before in cells (x right, y down), or why that cannot be told."""

    warp: Warp | None
    kept: int
    tried: int
    refused: Words | None
    local_px: float | None = None  # robust spread of single windows around it, an axis

    @property
    def shift(self) -> tuple[Measured, Measured] | None:
        """The shift at the middle of the windows."""
        return None if self.warp is None else self.warp.at(*self.warp.middle, self.kept)


class _Found(NamedTuple):
    """The windows in which a peak stood out."""

    crosses: list[Cross]
    shifts: Doubles  # (2, k) each window's own
    centres: Doubles  # (2, k) columns and rows
    middle: Doubles  # (2,)
    half: float  # half of the windows' extent in cells

    @property
    def places(self) -> Doubles:
        """The centres (2, k) in units of half the extent around the middle."""
        return np.asarray((self.centres - self.middle[:, None]) / self.half)


def register(
    windows: Sequence[Window], read: Callable[[Window, tuple[int, int]], PairPixels]
) -> Registration:
    """Find the shift that most windows agree on; `read` reads one, whole cells of shift undone."""
    first = agree([cross_of(read(window, (0, 0))) for window in windows])
    if first.warp is None:
        return first
    coarse = round(first.warp.shift[0]), round(first.warp.shift[1])
    if coarse == (0, 0):
        return first
    again = agree([cross_of(read(window, coarse)) for window in windows])
    return again if again.warp is None else again._replace(warp=again.warp.further(*coarse))


def agree(crosses: Sequence[Cross | None]) -> Registration:
    """The consensus of single windows; None stands for a window that shows too little."""
    tried = len(crosses)
    need = KEPT if tried >= 2 * KEPT else KEPT_SMALL
    found = _found(crosses)
    if len(found.crosses) < need:
        return Registration(None, len(found.crosses), tried, too_few(len(found.crosses), tried))
    flat = largest(found.shifts)
    slanted = tilted(found.shifts, found.places) if tried >= 2 * KEPT else flat[:0]
    if len(slanted) >= max(FEWEST, len(flat), 0.2 * tried):
        joint = _asked(found, slanted, 3)
        if joint.beta.shape[1] == 3:
            return _told(found, slanted, joint, tried)
    if len(flat) < max(need, 0.2 * tried):
        return Registration(None, len(flat), tried, too_few(len(flat), tried))
    return _told(found, flat, _asked(found, flat, 1), tried)


def _found(crosses: Sequence[Cross | None]) -> _Found:
    told = [(c, peak(c, low_pass(c.spectrum.shape))) for c in crosses if c is not None]
    some = [(c, s) for c, s in told if s is not None]
    centres = np.array([c.centre for c, _ in some], dtype=float).reshape(-1, 2).T
    shifts = np.array([s for _, s in some], dtype=float).reshape(-1, 2).T
    if not some:
        return _Found([], shifts, centres, np.zeros(2), 1.0)
    low, high = centres.min(axis=1), centres.max(axis=1)
    half = max(float((high - low).max()) / 2, 1.0)
    return _Found([c for c, _ in some], shifts, centres, (low + high) / 2, half)


def _asked(found: _Found, group: Ints, count: int) -> Joint:
    """Ask a group at once, beginning at the plane (count = 3) or the median (1) of its shifts."""
    crosses, shifts, places = _of(found, group)
    if count == 3:
        terms = np.vstack([np.ones(len(group)), places])
        start = np.asarray(np.linalg.lstsq(terms.T, shifts.T, rcond=None)[0].T, np.float64)
        near = start @ terms
    else:
        start = np.asarray(np.median(shifts, axis=1)[:, None], dtype=np.float64)
        near = np.repeat(start, len(group), axis=1)
    weight = ring_weights(crosses, list(zip(*near, strict=True)))
    side = float(crosses[0].spectrum.shape[0])
    linked = overlap_factor(found.centres[:, group], side)
    return together(crosses, weight, places, start, linked)


def _told(found: _Found, group: Ints, joint: Joint, tried: int) -> Registration:
    crosses, shifts, places = _of(found, group)
    small = tried < 2 * KEPT
    near = joint.at(*places)
    weight = ring_weights(crosses, list(zip(*near, strict=True)))
    own = np.array(
        [
            refine(c.spectrum * weight, *at)
            for c, at in zip(crosses, zip(*near, strict=True), strict=True)
        ]
    ).T
    spread = float((1.4826 * np.median(np.abs(own - near), axis=1)).max())
    sure = joint.steady and np.hypot(*(near - shifts)).max() < 2 * AGREE_PX
    if not sure or spread > SPREAD_PX * (0.5 if small else 1.0):
        return Registration(None, len(group), tried, _too_wide(spread, len(group)))
    slopes = joint.beta[:, 1:] if joint.beta.shape[1] == 3 else np.zeros((2, 2))
    warp = Warp(
        _pair(joint.beta[:, 0]),
        _pair(found.middle),
        (_pair(slopes[0] / found.half), _pair(slopes[1] / found.half)),
        tuple(_covariance(cov, found.half) for cov in joint.cov),
    )
    return Registration(warp, len(group), tried, None, spread)


def _of(found: _Found, group: Ints) -> tuple[list[Cross], Doubles, Doubles]:
    return [found.crosses[i] for i in group], found.shifts[:, group], found.places[:, group]


def _pair(values: Doubles) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _covariance(cov: Doubles, half: float) -> tuple[tuple[float, ...], ...]:
    """The covariance of constant and slopes a cell, at least as wide as can be claimed."""
    scale = np.array([1.0, 1 / half, 1 / half])[: len(cov)]
    wide = cov * np.outer(scale, scale)
    wide[0, 0] = max(wide[0, 0], FINEST_PX**2)
    return tuple(tuple(float(v) for v in row) for row in wide)


def too_few(kept: int, tried: int) -> Words:
    """Why a pair is refused whose windows do not agree."""
    need = KEPT if tried >= 2 * KEPT else KEPT_SMALL
    return Words(
        f"前后影像无法配准：{tried} 个窗口中仅 {kept} 个位移一致（至少需 {need} 个）",
        f"the images cannot be registered: only {kept} of {tried} windows agree on a shift, "
        f"{need} are needed",
    )


def _too_wide(spread: float, kept: int) -> Words:
    return Words(
        f"前后影像配准不稳定：{kept} 个窗口的位移离散度 {spread:.2f} 像元",
        f"the registration is unstable: the shifts of {kept} windows spread by {spread:.2f} px",
    )
