"""How the later elevation model lies against the earlier: shift, height, tilt, by least squares.

A shift of a surface shows as a height difference that follows its gradient (Rosenholm & Torlegård
1988; the same that Nuth & Kääb 2011 fit as a cosine of aspect over slope). Height and tilt are
fitted together with it, since fitted one after another they bias each other. The gradient is that
of both surfaces' mean: with one alone its noise would be mistaken for part of the shift. Cells
that changed are weighted out by Tukey's biweight; errors come from leaving out one sample window
after another, so that neighbours' common errors are not taken for evidence.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from yanhu_satcheck.raster.heights import TERMS, places
from yanhu_satcheck.raster.relief import gradient, slope_deg
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.spread import Numbers
from yanhu_satcheck.survey.elevation.sample import AT_ONCE, MANY, Stable

CELLS = 100_000  # that the fit is made from
MORE = 200_000  # that it is sharpened with
ROUNDS = 25
STILL = 0.002  # cells: a step below this is no step
TUKEY = 4.685  # of the spread, beyond which a cell weighs nothing
CLASSES = (2.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0)  # degrees
BLOCKS = 24  # fewest pieces that errors are told from
PLAIN = 0.25  # of the spread: a stretch that moves heights by less is left alone


class Terms(NamedTuple):
    """The fitted terms: metres, metres a metre of distance and of elevation, about `middle`."""

    values: Numbers  # (6,): east, north, height, tilt east, tilt north, stretch
    covariance: Numbers  # (6, 6)
    middle: tuple[float, float, float]
    settled: bool  # the shift came to rest
    cells: int


class Rows(NamedTuple):
    """One round's equations: what each sampled cell says of the terms."""

    sides: Numbers  # (n, 6)
    rise: Numbers  # (n,) metres, all fitted terms but the shift still in it
    slope: Floats  # (n,) degrees
    block: NDArray[np.int64]  # (n,)


def fitted(stable: Stable, seed: int, shifting: bool = True) -> Terms | None:
    """Fit the terms on stable ground; None where too little of it is known on both dates.

    Without `shifting` the models are taken to lie in register: only height and tilt are fitted.
    """
    middle = _middle(stable)
    picked = _picked(stable, seed)
    free = [0, 1, 2, 3, 4] if shifting else [2, 3, 4]
    terms, still, rows, weight = np.zeros(TERMS), False, None, None
    for turn in range(ROUNDS):
        last = still or turn == ROUNDS - 1
        rows = _rows(stable, picked, (terms[0], terms[1]), middle, fresh=last)
        if len(rows.rise) < 500:
            return None
        weight = _weights(rows, terms, turn)
        step = _solved(rows.sides[:, free], rows.rise, weight)
        moved = step[:2] if shifting else np.zeros(2)
        terms[2:5] = step[-3:]
        terms[:2] += moved
        if last:
            break
        cells = abs(stable.grid.transform[0]), abs(stable.grid.transform[4])
        still = turn > 2 and bool(np.all(np.abs(moved) < STILL * np.array(cells)))
    assert rows is not None
    assert weight is not None
    return _with_stretch(rows, weight, terms, free, middle, still)


def closer(parts: Iterable[Stable], terms: Terms, seed: int) -> Terms:
    """The terms from more and smaller windows, one step from where the fit came to rest.

    Errors are alike over some distance, so that few windows tell little however many cells they
    have: on a large pair it is their number that decides how well a shift is known.
    """
    values, free = terms.values.copy(), [0, 1, 2, 3, 4]
    values[5] = 0.0  # asked for anew
    found: list[Rows] = []
    for number, part in enumerate(parts):
        if not part.windows:
            continue
        picked = _picked(part, seed + number, MORE // (MANY // AT_ONCE))
        rows = _rows(part, picked, (values[0], values[1]), terms.middle, fresh=True)
        found.append(rows._replace(block=rows.block + number * BLOCKS * 100))
    if sum(len(rows.rise) for rows in found) <= terms.cells:
        return terms
    rows = Rows(*(np.concatenate(column) for column in zip(*found, strict=True)))
    weight = _weights(rows, values, ROUNDS)
    step = _solved(rows.sides[:, free], rows.rise, weight)
    values[:2] += step[:2]
    values[2:5] = step[2:]
    return _with_stretch(rows, weight, values, free, terms.middle, terms.settled)


def _middle(stable: Stable) -> tuple[float, float, float]:
    xs, ys = zip(*(places(w, stable.grid) for w in stable.windows), strict=True)
    z = np.concatenate([part[::7, ::7].ravel() for part in stable.before])
    x, y = np.concatenate(xs), np.concatenate(ys)
    return float(x.mean()), float(y.mean()), float(np.nanmedian(z))


def _picked(stable: Stable, seed: int, cells: int = CELLS) -> list[NDArray[np.int64]]:
    """Seeded places within each window: so many that all windows together give `cells`."""
    random = np.random.default_rng(seed)
    out = []
    whole = sum(int(free.sum()) for free in stable.free)
    for free in stable.free:
        inner = np.zeros_like(free)
        inner[1:-1, 1:-1] = free[1:-1, 1:-1]
        here = np.flatnonzero(inner)
        count = round(min(1.0, cells / max(whole, 1)) * here.size)
        out.append(np.sort(random.choice(here, count, replace=False)) if count else here[:0])
    return out


def _rows(
    stable: Stable,
    picked: Sequence[NDArray[np.int64]],
    shift: tuple[float, float],
    middle: tuple[float, float, float],
    fresh: bool,
) -> Rows:
    sides, rises, slopes, blocks = [], [], [], []
    pieces = 1 if len(stable.windows) >= BLOCKS else 4
    afters = stable.after((float(shift[0]), float(shift[1])), fresh)
    for number, (window, one, two, at) in enumerate(
        zip(stable.windows, stable.before, afters, picked, strict=True)
    ):
        mean = 0.5 * (one + two)
        mean -= np.float32(np.nanmedian(two - one) / 2) if np.isfinite(mean).any() else 0
        east, north = gradient(mean, stable.grid)
        rise = (two - one).ravel()[at].astype(float)
        e, n = east.ravel()[at].astype(float), north.ravel()[at].astype(float)
        row, col = np.divmod(at, one.shape[1])
        x, y = places(window, stable.grid)
        x, y = x[col] - middle[0], y[row] - middle[1]
        # Far wider than a cell, so that neither model's noise is taken for a stretch.
        lift = _level(mean).ravel()[at] - middle[2] if fresh else 0 * rise
        good = np.isfinite(rise) & np.isfinite(e) & np.isfinite(n)
        full = np.column_stack([-e, -n, np.ones_like(e), x, y, lift])[good]
        sides.append(full)
        rises.append(rise[good])
        slopes.append(slope_deg(east.ravel()[at][good], north.ravel()[at][good]))
        half = row * 2 // one.shape[0] * 2 + col * 2 // one.shape[1]
        blocks.append(number * pieces + (half[good] if pieces > 1 else 0 * half[good]))
    return Rows(*(np.concatenate(part) for part in (sides, rises, slopes, blocks)))


def _level(mean: Floats) -> Floats:
    """The height of the ground around each cell."""
    whole = np.isfinite(mean)
    flat = np.where(whole, mean, np.median(mean[whole]) if whole.any() else 0)
    return np.asarray(ndimage.uniform_filter(flat, 15), dtype=np.float32)


def _weights(rows: Rows, terms: Numbers, turn: int) -> Numbers:
    """Tukey's biweight of what the terms leave, by slope class once the shift is nearly known."""
    left = rows.rise - rows.sides[:, 2:5] @ terms[2:5]
    left -= np.median(left)
    spread = np.full(len(left), spread_of(left))
    if turn > 2:
        kind = np.searchsorted(CLASSES, rows.slope)
        for one in np.unique(kind):
            here = kind == one
            if here.sum() >= 200:
                spread[here] = max(spread_of(left[here]), 0.2 * spread_of(left))
    z = left / (TUKEY * spread)
    return np.asarray(np.where(np.abs(z) < 1, (1 - z**2) ** 2, 0.0) / spread**2)


def spread_of(values: Numbers) -> float:
    """The normalised median absolute deviation, never quite 0."""
    return float(1.4826 * np.median(np.abs(values - np.median(values)))) + 1e-6


def _scale(sides: Numbers) -> Numbers:
    return np.asarray(np.sqrt((sides**2).mean(axis=0)) + 1e-12)


def _solved(sides: Numbers, rise: Numbers, weight: Numbers) -> Numbers:
    size = _scale(sides)
    one = sides / size
    # A few terms of like size: their normal equations are sound, and far quicker to solve.
    pull = one.T * weight
    answer = np.linalg.lstsq(pull @ one, pull @ rise, rcond=1e-13)[0]
    return np.asarray(answer / size)


def _with_stretch(
    rows: Rows,
    weight: Numbers,
    terms: Numbers,
    free: list[int],
    middle: tuple[float, float, float],
    settled: bool,
) -> Terms:
    """The terms with their errors; the stretch stays only where it shows beyond them."""
    wide = [*free, 5]
    step, errors = _left_out(rows, weight, wide)
    tall = np.percentile(rows.sides[:, 5], (5, 95))
    moved = abs(step[-1]) * float(tall[1] - tall[0])
    left = rows.rise - rows.sides[:, 2:5] @ terms[2:5]
    if abs(step[-1]) > 5 * np.sqrt(errors[-1, -1]) and moved > PLAIN * spread_of(left):
        terms[2:6] = step[-4:]
        terms[:2] += step[:2] if len(wide) == TERMS else 0.0
    else:
        wide = free
        _, errors = _left_out(rows, weight, free)
    covariance = np.zeros((TERMS, TERMS))
    covariance[np.ix_(wide, wide)] = errors
    return Terms(terms, covariance, middle, settled, len(rows.rise))


def _left_out(rows: Rows, weight: Numbers, free: list[int]) -> tuple[Numbers, Numbers]:
    """The solution and its covariance by leaving out one block after another (jackknife)."""
    sides, size = rows.sides[:, free], _scale(rows.sides[:, free])
    one = sides / size
    normals, rights = [], []
    order = np.argsort(rows.block, kind="stable")
    for here in np.split(order, np.flatnonzero(np.diff(rows.block[order])) + 1):
        part, w = one[here], weight[here]
        normals.append((part * w[:, None]).T @ part)
        rights.append((part * w[:, None]).T @ rows.rise[here])
    whole, right = np.sum(normals, axis=0), np.sum(rights, axis=0)
    ridge = np.eye(len(free)) * 1e-9 * np.trace(whole) / len(free)
    answer = np.linalg.solve(whole + ridge, right)
    each = np.array(
        [
            np.linalg.solve(whole - n + ridge, right - r)
            for n, r in zip(normals, rights, strict=True)
        ]
    )
    apart = (each - each.mean(axis=0)) / size
    count = len(each)
    return answer / size, (count - 1) / count * apart.T @ apart
