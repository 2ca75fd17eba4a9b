"""Lay a footprint at places of like ground, and see how much each of them changed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.measure.chance.footprint import Footprint, Runs
from yanhu_satcheck.measure.chance.ground import Ints, Pool
from yanhu_satcheck.raster.resample import Bools

CLEAR = 0.8
LIKE = 0.4  # share of classes in common
SLOPE_DEG = 5.0  # apart in mean slope, or 40 % of the polygon's, if that is more

Doubles = NDArray[np.float64]


class Places(NamedTuple):
    """Where a footprint lies: window, middle and way it is turned, (m,) each."""

    window: Ints
    row: Ints
    col: Ints
    turn: Ints

    def take(self, which: Ints | Bools | slice) -> "Places":
        """Some of them."""
        return Places(*(column[which] for column in self))

    def moved(self, down: int, right: int) -> "Places":
        """All of them, so many cells further."""
        return self._replace(row=self.row + down, col=self.col + right)


NOWHERE = Places(*(np.zeros(0, np.int64) for _ in range(4)))


def together(one: Places, two: Places) -> Places:
    """The places of both, in order."""
    return Places(*(np.concatenate(columns) for columns in zip(one, two, strict=True)))


def proposed(footprint: Footprint, pool: Pool, random: np.random.Generator, count: int) -> Places:
    """Random places whose own class is one of the polygon's, as often as the polygon has it."""
    share = footprint.mix / footprint.mix.sum(dtype=float)
    wanted = random.choice(len(share), count, p=share)
    chosen = [np.zeros(0, np.int64)]
    for k, n in enumerate(np.bincount(wanted, minlength=len(share))):
        there = pool.centres[k]
        if n and len(there):
            chosen.append(there[random.integers(len(there), size=n)])
    middle = random.permutation(np.concatenate(chosen))
    window = np.searchsorted(pool.start, middle, side="right") - 1
    row, col = np.divmod(middle - pool.start[window], pool.width[window])
    return Places(window, row, col, random.integers(8, size=len(middle)))


def like(footprint: Footprint, pool: Pool, places: Places) -> Places:
    """Those that lie wholly in a window, on clear ground of similar classes and slope."""
    good = np.zeros(len(places.row), dtype=bool)
    for turn, runs in enumerate(footprint.ways):
        here = np.flatnonzero(places.turn == turn)
        here = here[_inside(pool, runs, places.take(here))]
        here = here[_alike(footprint, pool, runs, places.take(here))]
        _, seen = _sums(pool, runs, places.take(here))
        good[here[seen >= CLEAR * footprint.cells]] = True
    return places.take(good)


def scores(footprint: Footprint, pool: Pool, places: Places) -> Doubles:
    """How much each place changed (m,): the mean where moving it a little finds most of it."""
    best = np.full(len(places.row), -np.inf)
    steps = (-footprint.reach, 0, footprint.reach)
    for turn, runs in enumerate(footprint.ways):
        here = np.flatnonzero(places.turn == turn)
        own = places.take(here)
        for down, right in ((d, r) for d in steps for r in steps):
            there = own.moved(down, right)
            inside = np.flatnonzero(_inside(pool, runs, there))
            total, seen = _sums(pool, runs, there.take(inside))
            enough = seen >= CLEAR * footprint.cells
            inside, mean = inside[enough], total[enough] / seen[enough]
            best[here[inside]] = np.maximum(best[here[inside]], mean)
    return best


class Cover:
    """The ground that places reach together, counted at every so-manieth cell each way.

    Three or four of them along the ground that one place needs are exact enough, and a hundred
    polygons' cover of millions of cells would otherwise take longer than all the rest.
    """

    def __init__(self, footprint: Footprint, pool: Pool) -> None:
        self._footprint, self._pool = footprint, pool
        self._step = step = max(1, int(footprint.room**0.5) // 3)
        self._width = -(-pool.width // step)
        sizes = self._width * -(-pool.height // step)
        self._start = np.cumsum([0, *sizes[:-1]])
        self._edges = np.zeros(int(sizes.sum()) + 1, dtype=np.int32)

    def add(self, places: Places) -> None:
        """Lay more places."""
        step, pool = self._step, self._pool
        for turn, runs in enumerate(self._footprint.rooms):
            own = places.take(places.turn == turn)
            row = own.row[:, None] + runs.row
            which, run = np.nonzero(
                (row % step == 0) & (row >= 0) & (row < pool.height[own.window][:, None])
            )
            window, width = own.window[which], pool.width[own.window[which]]
            left = own.col[which] + runs.col[run]
            begin = self._start[window] + row[which, run] // step * self._width[window]
            for edge, sign in ((left, 1), (left + runs.length[run], -1)):
                at = begin + -(-np.clip(edge, 0, width) // step)
                np.add.at(self._edges, at, np.int32(sign))  # few of millions of cells

    def cells(self) -> int:
        """How many usable cells are covered by now."""
        inside = np.flatnonzero(np.cumsum(self._edges[:-1]) > 0)
        window = np.searchsorted(self._start, inside, side="right") - 1
        row, col = np.divmod(inside - self._start[window], self._width[window])
        pool, step = self._pool, self._step
        there = pool.start[window] + row * step * pool.width[window] + col * step
        return int(pool.usable[there].sum()) * step**2


def _inside(pool: Pool, runs: Runs, places: Places) -> Bools:
    """Which places lie wholly in their window."""
    top, bottom, left, right = runs.box
    fits = (places.row + top >= 0) & (places.row + bottom < pool.height[places.window])
    fits &= (places.col + left >= 0) & (places.col + right < pool.width[places.window])
    return np.asarray(fits)


def _cells(pool: Pool, places: Places, row: Ints, col: Ints) -> Ints:
    """Where cells of a footprint fall in the pool, for each place (m, n)."""
    width = pool.width[places.window]
    middle = pool.start[places.window] + places.row * width + places.col
    return np.asarray(middle[:, None] + row * width[:, None] + col)


def _sums(pool: Pool, runs: Runs, places: Places) -> tuple[Doubles, Ints]:
    """The sum of the scores of each place's usable cells (m,), and how many those are."""
    first = _cells(pool, places, runs.row, runs.col)
    last = first + runs.length
    total = (pool.sums[last] - pool.sums[first]).sum(axis=1)
    return total, (pool.counts[last] - pool.counts[first]).sum(axis=1)


def _alike(footprint: Footprint, pool: Pool, runs: Runs, places: Places) -> Bools:
    """Which places have enough classes in common with the polygon, and a like slope."""
    cells = _cells(pool, places, runs.some_row, runs.some_col)
    usable, count = pool.usable[cells], len(footprint.mix)
    seen = usable.sum(axis=1)
    row = np.repeat(np.arange(len(cells)), seen)
    tally = np.bincount(row * count + pool.kind[cells][usable], minlength=len(cells) * count)
    mix = tally.reshape(-1, count) / np.maximum(seen, 1)[:, None]
    alike = np.minimum(mix, footprint.mix).sum(axis=1) >= LIKE
    if pool.slope is not None and footprint.slope is not None:
        steep = np.nan_to_num(pool.slope[cells], nan=-99).mean(axis=1)
        alike &= np.abs(steep - footprint.slope) <= max(SLOPE_DEG, 0.4 * footprint.slope)
    return np.asarray(alike)
