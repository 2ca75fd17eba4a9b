"""What a scene's own ground does: classes of look-alikes, and change beyond theirs.

Change is judged against ground that looked the same before, not against zero: fields that looked
like this one were harvested too. Each class of the before image has its mean change and its
covariance; a cell's d² is the squared Mahalanobis distance of its change from them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.alteration import Alteration
from yanhu_satcheck.raster.pair import PairReader
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import (
    VISIBLE,
    Cover,
    Sky,
    bare_ground,
    bare_index,
    greenness,
    hidden,
)
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.scene import Grid

Bytes = NDArray[np.uint8]
NONE = 255  # the class of a cell that cannot be looked at


@dataclass(frozen=True, slots=True, eq=False)
class LookAlikes:
    """Classes of ground by their look before, and how each changed. k classes, p bands."""

    soft: Floats  # (p,) added before the logarithm, so that dark cells are not all noise
    scale: Floats  # (p,) spread of the log bands before
    centres: Floats  # (k, p) in scaled log bands
    mean: Floats  # (k, p) change of the log bands
    whiten: Floats  # (k, p, p) takes a change less its mean to unit variance
    limit: Floats  # (k,) d² beyond which a cell changed more than its like
    usual: Floats  # (k,) d² that nine tenths of the class keep within
    reach: Floats  # (k,) squared distance from the centre within which a cell is its like
    newly: Floats  # (k,) chance that a cell not bare before is bare after
    lost: Floats  # (k,) chance that a green cell is no longer green
    greened: Floats  # (k,) chance that a cell not green before is green after
    brighter: Floats  # (k,) mean change of the logarithm of visible brightness


class Look(NamedTuple):
    """A window of a pair, looked at: every layer (h, w); cells not clear hold no meaning."""

    clear: Bools
    kind: Bytes  # class of look-alikes; NONE where not clear
    d2: Floats  # squared distance of the change from that of its like
    changed: Bools
    alike: Bools  # its class has ground like it
    green: tuple[Floats, Floats]  # greenness before and after
    bare: tuple[Bools, Bools]
    newly_bare: Floats  # 1 where newly bare, less what its like became
    lost: Floats  # 1 where it lost its green, less the same
    greened: Floats
    brighter: Floats  # log change of visible brightness, less the same
    score: Floats  # mining-like change: see `mining_like`


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """One sample window of the scene: the ground that stands for ground left alone."""

    window: Window
    usable: Bools  # clear, and outside every issued polygon and licence
    kind: Bytes
    score: Floats
    grid: Grid | None = None  # that the window lies on; `None`: the scene's own


@dataclass(frozen=True, slots=True, eq=False)
class SceneModel:
    """What `measure` needs to know of a scene, fitted once from samples."""

    roles: tuple[str, ...]
    gains: tuple[tuple[float, float], ...]  # a band: after × gain + offset is like before
    sky: tuple[Sky, Sky]
    cover: tuple[Cover, Cover]  # the second for the after image once its gains are applied
    likes: LookAlikes
    plots: tuple[Plot, ...] = field(repr=False)
    patch_px: float = 1.0  # cells of a plot that change together: its integral area
    place_sd: Mapping[str, Floats] = field(default_factory=dict)  # figure: (s, k) between places
    place_px: tuple[float, ...] = ()  # (s,) cells along the places of each size
    scenes: int = 1  # how many the look-alikes and plots were pooled from
    alteration: Alteration | None = None  # IR-MAD, where the bands allow it


def levelled(after: Floats, gains: tuple[tuple[float, float], ...]) -> Floats:
    """Apply the relative radiometry: the after stack in the before image's units."""
    gain, offset = (
        np.array(column, np.float32)[:, None, None] for column in zip(*gains, strict=True)
    )
    return after * gain + offset


def log_bands(stack: Floats, soft: Floats) -> Floats:
    """The logarithm of each band (p, n) of a stack (p, …), softened near zero."""
    flat = stack.reshape(len(stack), -1)
    return np.log(np.maximum(flat, 0) + soft[:, None])


def nearest_class(points: Floats, centres: Floats) -> tuple[NDArray[np.int64], Floats]:
    """The class of each scaled point (n, p) and its squared distance from the centre."""
    far = (centres**2).sum(axis=1)[None, :] - 2 * points @ centres.T
    kind = far.argmin(axis=1)
    near = far[np.arange(len(kind)), kind] + (points**2).sum(axis=1)
    return kind, np.maximum(near, 0)


def distances(change: Floats, kind: NDArray[np.int64], likes: LookAlikes) -> Floats:
    """Squared Mahalanobis distance (n,) of changes (n, p) from those of their class."""
    out = np.zeros(len(change), dtype=np.float32)
    for k in range(len(likes.centres)):
        rows = np.flatnonzero(kind == k)
        if rows.size:
            out[rows] = (((change[rows] - likes.mean[k]) @ likes.whiten[k].T) ** 2).sum(axis=1)
    return out


def view(
    reader: PairReader, window: Window, model: SceneModel
) -> tuple[Floats, Floats, Bools, Look]:
    """Read a window and look at it: before, levelled after, what both images show, the look."""
    pixels = reader.read(window)
    clear = pixels.clear.copy()
    for stack, sky, masked in zip(
        (pixels.before, pixels.after), model.sky, reader.masked, strict=True
    ):
        if not masked:
            clear &= ~hidden(np.nan_to_num(stack), model.roles, sky)
    after = levelled(pixels.after, model.gains)
    return (
        pixels.before,
        after,
        pixels.seen,
        look(pixels.before, after, clear, model.cover, model.likes),
    )


def look(
    before: Floats, after: Floats, clear: Bools, cover: tuple[Cover, Cover], likes: LookAlikes
) -> Look:
    """Judge every clear cell of two levelled stacks (p, h, w) against its look-alikes."""
    shape, one, two = clear.shape, np.nan_to_num(before), np.nan_to_num(after)
    was = log_bands(one, likes.soft)
    kind, near = nearest_class((was / likes.scale[:, None]).T, likes.centres)
    alike = near <= likes.reach[kind]
    change = (log_bands(two, likes.soft) - was).T
    d2 = distances(change, kind, likes)
    strange = np.flatnonzero(~alike)
    if strange.size:  # nothing like it: then ground that stayed as it was has not changed
        still = distances(change[strange] + likes.mean[kind[strange]], kind[strange], likes)
        d2[strange] = np.minimum(d2[strange], still)
    d2, alike = d2.reshape(shape), alike.reshape(shape)
    changed = (d2 > likes.limit[kind].reshape(shape)) & clear
    green = greenness(one, cover[0]), greenness(two, cover[1])
    bare = bare_ground(one, cover[0], green[0]), bare_ground(two, cover[1], green[1])
    was_green, is_green = green[0] > cover[0].green, green[1] > cover[1].green
    newly = bare[1] & ~bare[0]
    kinds = kind.reshape(shape)
    newly_bare = newly - likes.newly[kinds] * ~bare[0]
    score = mining_like(newly, bare[1], d2, likes.usual[kinds], likes.limit[kinds])
    return Look(
        clear,
        np.where(clear, kinds, NONE).astype(np.uint8),
        d2,
        changed,
        alike,
        green,
        bare,
        newly_bare.astype(np.float32),
        ((was_green & ~is_green) - likes.lost[kinds] * was_green).astype(np.float32),
        ((is_green & ~was_green) - likes.greened[kinds] * ~was_green).astype(np.float32),
        (
            _visible(two, cover[0].roles, likes.soft) - _visible(one, cover[0].roles, likes.soft)
        ).reshape(shape)
        - likes.brighter[kinds],
        score,
    )


def mining_like(
    newly: Bools, bare_after: Bools, d2: Floats, usual: Floats, limit: Floats
) -> Floats:
    """The scalar that chance is told by, a cell: bare after, as far as its like did otherwise.

    How unusual a change is rises from 0 at the d² that nine tenths of its like keep within to 1 at
    their limit, by its logarithm: a harvested field among harvested fields scores nothing however
    bare it lies. Ground that was bare before counts half. The hundredth part of d² over its limit
    breaks ties between places where nothing happened.
    """
    usual, limit = np.maximum(usual, 1e-6), np.maximum(limit, 1e-6)  # the same image twice: all 0
    span = np.log(np.maximum(limit / usual, 1.01))
    unusual = np.clip(np.log(np.maximum(d2, 1e-6) / usual) / span, 0, 1)
    tie = np.minimum(d2 / limit, 1) * np.float32(0.01)
    return np.asarray(unusual * bare_after * np.where(newly, 1.0, 0.5) + tie, dtype=np.float32)


def _visible(stack: Floats, roles: tuple[str, ...], soft: Floats) -> Floats:
    """Log of visible brightness (n,)."""
    rows = [i for i, role in enumerate(roles) if role in VISIBLE] or list(range(len(roles)))
    mean = np.maximum(stack[rows], 0).mean(axis=0, dtype=np.float32).ravel()
    return np.asarray(np.log(mean + soft[rows].mean()), dtype=np.float32)


def soil_index(stack: Floats, model: SceneModel) -> Floats | None:
    """The bare-soil index of a stack, where its bands allow one."""
    return bare_index(np.nan_to_num(stack), model.roles)
