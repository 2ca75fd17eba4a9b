"""How often ground like a polygon's, left alone, changes as much: the scene's own null.

The footprint, turned and mirrored, is laid at random on the survey's sample windows, where like
ground lies: similar classes of look before, similar slope, clear, outside everything issued. Each
place may then be moved a quarter of its width to where it changed most, as issued outlines are
drawn where change was seen; the polygon itself stays as it was drawn. There it takes the same
scalar, `mining_like`, or the mean fall of aligned elevation. p = (1 + exceedances) / (1 + places).

No more places are counted than are independent: the ground that all of them cover over the ground
that one needs to be moved about in, or that a patch does where ground changes in larger patches.
So a small scene cannot prove more than it holds. Laying ends after ten exceedances (Besag &
Clifford 1991), when p is known well enough. docs/decisions/0009 says why no tail is fitted.
"""

from hashlib import sha256
from typing import NamedTuple

import numpy as np

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure.chance.both import both
from yanhu_satcheck.measure.chance.footprint import Footprint, cells_under, footprint_of
from yanhu_satcheck.measure.chance.ground import Ground, Pool, laid, pool_of
from yanhu_satcheck.measure.chance.lowering import Lowered, by_error, lowered, lowering
from yanhu_satcheck.measure.chance.places import (
    NOWHERE,
    Cover,
    Doubles,
    Places,
    like,
    proposed,
    scores,
    together,
)
from yanhu_satcheck.terms import Words

PLACES = 9999  # counted at most
ENOUGH = 199  # independent places below which no p is told
STOP = 10  # exceedances after which p is known well enough
ROUNDS = (1000, 5000, 14_000, 20_000)  # places proposed, one round after another
GROWTH = 1.1  # more than a round must add to what is covered for another to be worth while
EVEN = 1e-6  # scores nearer than this are equal, whatever order they were added in


class _Laid(NamedTuple):
    """What a footprint's places came to so far."""

    places: Places = NOWHERE
    scores: Doubles = np.zeros(0)  # of as many of them as are independent
    over: int = 0  # how many of those changed as much
    effective: float = 0.0


def chance_of(footprint: Footprint, pool: Pool, name: str) -> Chance:
    """The chance of the change of a polygon, or of a part of one.

    Args:
        footprint: Its cells and score; `footprint_of` makes one from any shape.
        pool: The ground left alone that it is compared with, its score in the same unit.
        name: What it is (its number, scene, part): seeds where places lie, so that neither the
            order nor the number of polygons matters.
    """
    random = np.random.default_rng(int.from_bytes(sha256(name.encode()).digest()[:8], "big"))
    so_far, cover = _Laid(), Cover(footprint, pool)
    for count in ROUNDS:
        before = so_far.effective
        new = like(footprint, pool, proposed(footprint, pool, random, count))
        cover.add(new)
        effective = cover.cells() / footprint.needs(pool.patch_px)
        so_far = _further(so_far, footprint, pool, new, effective)
        done = so_far.over >= STOP and so_far.effective >= ENOUGH
        if done or len(so_far.scores) == PLACES or so_far.effective < GROWTH * before:
            break
    return _told(so_far, footprint, pool)


def _further(
    so_far: _Laid, footprint: Footprint, pool: Pool, new: Places, effective: float
) -> _Laid:
    """Add places; score those that what is covered by now makes independent."""
    places = together(so_far.places, new)
    count = min(PLACES, int(effective), len(places.row))
    more = scores(footprint, pool, places.take(slice(len(so_far.scores), count)))
    over = so_far.over + int((more >= footprint.score - EVEN).sum())
    return _Laid(places, np.concatenate([so_far.scores, more]), over, effective)


def _told(found: _Laid, footprint: Footprint, pool: Pool) -> Chance:
    effective = min(found.effective, float(len(found.places.row)))
    if int(effective) < ENOUGH:
        return Chance(None, 0, len(found.scores), effective, _too_few(effective, pool.scenes))
    over = np.flatnonzero(found.scores >= footprint.score - EVEN)
    count = min(len(over), STOP)
    places = int(over[STOP - 1]) + 1 if count == STOP else len(found.scores)
    p = (1 + count) / (1 + places)
    return Chance(p, count, places, effective, _says(count, places, pool.scenes))


def _says(over: int, places: int, scenes: int) -> Words:
    zh, en = (f"（取自 {scenes} 景）", f" in {scenes} scenes") if scenes > 1 else ("", "")
    return Words(
        f"在 {places} 处相似地表{zh}中，有 {over} 处变化达到同等程度",
        f"{over} of {places} like places{en} changed as much",
    )


def _too_few(effective: float, scenes: int) -> Words:
    zh = f"{scenes} 景合计" if scenes > 1 else "本景内"
    en = f"{scenes} scenes together hold" if scenes > 1 else "the scene holds"
    return Words(
        f"{zh}相互独立的相似地表仅约 {effective:.0f} 处（至少需 {ENOUGH} 处），偶然性无法判断",
        f"{en} only about {effective:.0f} independent like places, {ENOUGH} are needed: chance "
        "cannot be told",
    )


__all__ = [
    "Footprint",
    "Ground",
    "Lowered",
    "Pool",
    "both",
    "by_error",
    "cells_under",
    "chance_of",
    "footprint_of",
    "laid",
    "lowered",
    "lowering",
    "pool_of",
]
