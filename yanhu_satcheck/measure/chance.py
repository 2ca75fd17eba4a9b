"""How often ground like a polygon's, left alone, changes as much: the scene's own null.

The footprint, turned and mirrored, is laid at random on the survey's sample windows, where like
ground lies: similar classes of look before, similar slope, clear, outside everything issued. There
it takes the same scalar, `mining_like`. p = (1 + exceedances) / (1 + places). No more places are
tried than are independent, so that a small scene cannot prove more than it holds; laying ends
after ten exceedances (Besag & Clifford 1991), when p is known well enough; `effective` is then what
was counted until there.

Outlines of issued polygons follow the edges of what changed, places laid at random do not: for a
harvested field among harvested fields p comes out lower than it should. Cause must speak as well.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.raster.ground import NONE, SceneModel
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.terms import Words

PLACES = 4999
ENOUGH = 199  # independent places below which no p is told
STOP = 10  # exceedances after which p is known well enough
TRIES = 20_000  # places proposed at most
CELLS = 256  # cells of a footprint that are compared
CLEAR = 0.8
LIKE = 0.4  # share of classes in common
SLOPE_DEG = 5.0  # apart in mean slope, or 40 % of the polygon's, if that is more

Ints = NDArray[np.int64]


class Footprint(NamedTuple):
    """A polygon as the sample windows' cells would see it."""

    rows: Ints  # (n,) relative to its own middle
    cols: Ints
    cells: float  # how many there are, before thinning
    mix: Floats  # (k,) share of each class of look before
    score: float  # the scalar it is judged by
    slope: float | None  # mean, degrees


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """All sample windows end to end, so that places in any of them are looked up at once."""

    kind: NDArray[np.uint8]
    score: Floats
    usable: Bools
    slope: Floats | None
    start: Ints  # (w,) where each window begins
    height: Ints
    width: Ints
    centres: tuple[Ints, ...]  # a class: places of its usable cells
    patch_px: float


def pool_of(model: SceneModel, slopes: list[Floats] | None) -> Pool:
    """Lay the sample windows of a scene end to end."""
    plots = model.plots
    kind = np.concatenate([plot.kind.ravel() for plot in plots])
    usable = np.concatenate([plot.usable.ravel() for plot in plots]) & (kind != NONE)
    sizes = [plot.kind.size for plot in plots]
    return Pool(
        kind,
        np.concatenate([plot.score.ravel() for plot in plots]),
        usable,
        np.concatenate([slope.ravel() for slope in slopes]) if slopes else None,
        np.cumsum([0, *sizes[:-1]]),
        np.array([plot.kind.shape[0] for plot in plots]),
        np.array([plot.kind.shape[1] for plot in plots]),
        tuple(np.flatnonzero(usable & (kind == k)) for k in range(len(model.likes.centres))),
        model.patch_px,
    )


def chance_of(footprint: Footprint, pool: Pool, name: str) -> Chance:
    """The chance of a polygon's change; `name` (its number and scene) seeds where places lie."""
    seed = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
    random = np.random.default_rng(seed)
    scores, effective = _like_places(footprint, pool, random)
    if effective < ENOUGH:
        return Chance(None, 0, len(scores), effective, _too_few(effective))
    scores = scores[: min(PLACES, int(effective))]
    over = np.flatnonzero(scores >= footprint.score)
    if len(over) >= STOP:
        scores = scores[: over[STOP - 1] + 1]
    count = min(len(over), STOP)
    p = (1 + count) / (1 + len(scores))
    return Chance(float(p), count, len(scores), effective, _says(count, len(scores)))


def thin(rows: Ints, cols: Ints) -> tuple[Ints, Ints]:
    """At most 256 of a footprint's cells, evenly over it."""
    step = max(1, -(-len(rows) // CELLS))
    return rows[::step], cols[::step]


def _like_places(
    footprint: Footprint, pool: Pool, random: np.random.Generator
) -> tuple[Floats, float]:
    """Scores at like places in random order, and how many of them are independent.

    That is the ground they cover over the ground of one; where ground changes in larger patches
    than the footprint holds, over the patch. Laying ends early once both are known well enough.
    """
    middles = _middles(footprint, pool, random)
    turn = random.integers(8, size=len(middles))
    scores, covered = np.zeros(0, np.float32), np.zeros(len(pool.kind), dtype=bool)
    effective = 0.0
    for cut in range(0, len(middles), 1500):
        places = _laid(footprint, pool, middles[cut : cut + 1500], turn[cut : cut + 1500])
        like, values = _compared(footprint, pool, places)
        covered[places[like].ravel()] = True
        scores = np.concatenate([scores, values])
        effective = float(covered.sum()) / max(footprint.cells, pool.patch_px)
        over = np.flatnonzero(scores[: int(effective)] >= footprint.score)
        if effective >= ENOUGH and len(over) >= STOP:
            break
    return scores, effective


def _middles(footprint: Footprint, pool: Pool, random: np.random.Generator) -> Ints:
    """Random places whose own class is one of the polygon's, as often as the polygon has it."""
    wanted = random.choice(len(footprint.mix), TRIES, p=footprint.mix / footprint.mix.sum())
    chosen = []
    for k, count in enumerate(np.bincount(wanted, minlength=len(footprint.mix))):
        there = pool.centres[k]
        if count and len(there):
            chosen.append(there[random.integers(len(there), size=count)])
    return random.permutation(np.concatenate(chosen)) if chosen else np.zeros(0, np.int64)


def _laid(footprint: Footprint, pool: Pool, middles: Ints, turn: Ints) -> Ints:
    """Where each cell of the footprint falls in the pool (m, n), for places wholly in a window."""
    window = np.searchsorted(pool.start, middles, side="right") - 1
    width = pool.width[window]
    row, col = np.divmod(middles - pool.start[window], width)
    rows, cols = footprint.rows, footprint.cols
    turned = [
        (a * s, b * t) for a, b in ((rows, cols), (cols, rows)) for s in (1, -1) for t in (1, -1)
    ]
    down, right = np.stack([a for a, _ in turned])[turn], np.stack([b for _, b in turned])[turn]
    down, right = down + row[:, None], right + col[:, None]
    fits = (down >= 0) & (down < pool.height[window][:, None])
    fits &= (right >= 0) & (right < width[:, None])
    whole = fits.all(axis=1)
    return (pool.start[window][:, None] + down * width[:, None] + right)[whole]


def _compared(footprint: Footprint, pool: Pool, places: Ints) -> tuple[Bools, Floats]:
    """Which places (m,) are like the polygon's ground, and the score of those."""
    usable = pool.usable[places]
    share = usable.mean(axis=1)
    kind, count = pool.kind[places], len(footprint.mix)
    rows = np.repeat(np.arange(len(places)), usable.sum(axis=1))
    mix = np.bincount(rows * count + kind[usable], minlength=len(places) * count)
    mix = mix.reshape(-1, count) / np.maximum(usable.sum(axis=1), 1)[:, None]
    like = (share >= CLEAR) & (np.minimum(mix, footprint.mix).sum(axis=1) >= LIKE)
    if pool.slope is not None and footprint.slope is not None:
        steep = np.nan_to_num(pool.slope[places], nan=-99).mean(axis=1)
        like &= np.abs(steep - footprint.slope) <= max(SLOPE_DEG, 0.4 * footprint.slope)
    score = np.where(usable, pool.score[places], 0).sum(axis=1) / np.maximum(usable.sum(axis=1), 1)
    return like, score[like].astype(np.float32)


def _says(over: int, places: int) -> Words:
    return Words(
        f"在 {places} 处相似地表中，有 {over} 处变化达到同等程度",
        f"{over} of {places} like places changed as much",
    )


def _too_few(effective: float) -> Words:
    return Words(
        f"本景内相互独立的相似地表仅约 {effective:.0f} 处（至少需 {ENOUGH} 处），偶然性无法判断",
        f"the scene holds only about {effective:.0f} independent like places, {ENOUGH} are "
        "needed: chance cannot be told",
    )
