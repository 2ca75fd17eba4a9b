"""Windows of ground laid end to end, so that places in any of them are looked up at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.ground import NONE, SceneModel
from yanhu_satcheck.raster.resample import Bools, Floats

SIDES = (8, 16, 32, 64)  # cells along the squares by which patches of change are sized
SQUARES = 30  # of one size, fewer than which say little

Ints = NDArray[np.int64]


class Ground(NamedTuple):
    """One window of ground left alone; every layer (h, w)."""

    score: Floats  # what is compared: the higher, the more it changed
    usable: Bools  # clear, and outside every issued polygon and licence
    kind: NDArray[np.uint8]  # class of like ground
    slope: Floats | None = None  # degrees; NaN where unknown


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """All windows end to end. A run of cells is summed by two look-ups in the running sums."""

    kind: NDArray[np.uint8]  # (n,)
    usable: Bools  # (n,)
    slope: Floats | None  # (n,)
    sums: NDArray[np.float64]  # (n + 1,) of the scores of usable cells so far
    counts: NDArray[np.int32]  # (n + 1,) of usable cells so far
    start: Ints  # (w,) where each window begins
    height: Ints
    width: Ints
    centres: tuple[Ints, ...]  # a class: places of its usable cells
    patch_px: float  # cells that change together
    scenes: int = 1  # how many scenes the windows come from


def pool_of(model: SceneModel, slopes: Sequence[Floats] | None) -> Pool:
    """Lay the sample windows of a scene, or of the scenes it is pooled with, end to end."""
    steep: Sequence[Floats | None] = slopes if slopes else [None] * len(model.plots)
    return laid(
        [
            Ground(plot.score, plot.usable, plot.kind, slope)
            for plot, slope in zip(model.plots, steep, strict=True)
        ],
        len(model.likes.centres),
        model.scenes,
    )


def laid(windows: Sequence[Ground], kinds: int, scenes: int = 1) -> Pool:
    """Lay windows of ground in so many classes end to end."""
    kind = np.concatenate([one.kind.ravel() for one in windows])
    usable = np.concatenate([one.usable.ravel() for one in windows]) & (kind != NONE)
    score = np.where(usable, np.concatenate([one.score.ravel() for one in windows]), 0)
    slopes = [one.slope.ravel() for one in windows if one.slope is not None]
    shapes = np.array([one.kind.shape for one in windows])
    return Pool(
        kind,
        usable,
        np.concatenate(slopes) if len(slopes) == len(windows) else None,
        np.concatenate([[0.0], np.cumsum(score, dtype=np.float64)]),
        np.concatenate([[0], np.cumsum(usable, dtype=np.int32)]).astype(np.int32),
        np.cumsum([0, *shapes.prod(axis=1)[:-1]]),
        shapes[:, 0],
        shapes[:, 1],
        tuple(np.flatnonzero(usable & (kind == k)) for k in range(kinds)),
        patch_of(windows, kinds),
        scenes,
    )


def patch_of(windows: Sequence[Ground], kinds: int) -> float:
    """Cells that change together, beyond what their classes do: the score's integral area.

    The variance of a mean over n cells is variance × patch / n once n is large against the patch
    (integral range, Lantuéjoul 1991). A patch may be larger than a square: the largest figure of
    several sizes of squares counts, so that too much is called dependent rather than too little.
    """
    usable = [one.usable & (one.kind != NONE) for one in windows]
    kind = np.concatenate([one.kind[u] for one, u in zip(windows, usable, strict=True)])
    score = np.concatenate([one.score[u] for one, u in zip(windows, usable, strict=True)])
    tally = np.maximum(np.bincount(kind, minlength=kinds), 1)
    mean = np.zeros(NONE + 1)
    mean[: len(tally)] = np.bincount(kind, score, kinds) / tally
    rest = [one.score - mean[one.kind] for one in windows]
    variance = float((score - mean[kind]).var()) if len(score) else 0.0
    patch = 1.0
    for side in SIDES:
        means = np.concatenate(
            [_squares(r, u, side) for r, u in zip(rest, usable, strict=True)] or [np.zeros(0)]
        )
        if variance == 0 or len(means) < SQUARES:
            return max(patch, 64.0) if side == SIDES[0] else patch
        patch = max(patch, float((means**2).mean()) / variance * side**2)
    return patch


def _squares(layer: NDArray[np.floating], usable: Bools, side: int) -> NDArray[np.float64]:
    """Means (m,) over the squares of a window that are three quarters usable."""
    rows, cols = usable.shape[0] // side, usable.shape[1] // side
    cut = usable[: rows * side, : cols * side].reshape(rows, side, cols, side)
    count = cut.sum(axis=(1, 3))
    inner = np.where(usable, layer, 0)[: rows * side, : cols * side]
    total = inner.reshape(rows, side, cols, side).sum(axis=(1, 3), dtype=float)
    full = count >= 0.75 * side * side
    return np.asarray(total[full] / count[full])
