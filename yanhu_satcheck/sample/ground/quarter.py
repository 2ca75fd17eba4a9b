"""A made quarter on the ground: its window, what happened in it, and what was drawn."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from shapely import affinity
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from yanhu_satcheck.sample.digitising import digitised, largest
from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.happenings import Happening
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.noise import Field, salt_of, stream
from yanhu_satcheck.sample.works import Track, Work

from .builders import Digger, fields_of, happened
from .conditions import FIRST, Conditions
from .cover import Cover, green
from .gullies import Country, country
from .plan import Case, cases
from .sites import WIDE, Sites, sites

LEAST = 0.22  # hectares: what is drawn smaller is not issued
CROSSED = 0.06  # share under the new haul road of another polygon, beyond which it is not issued
TRIES = 8  # places that are tried for a case


class Change(NamedTuple):
    """How the share of green changed between the dates, before anything was done, and its most."""

    green: Field
    most: Field


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued polygon: what the interpreter drew, what is true, and what made it so."""

    case: Case
    polygon_id: str
    outline: Polygon
    happening: Happening


@dataclass(frozen=True, slots=True)
class Quarter:
    """All that the batch is made from. `lands` are the dates' ground with all that was done."""

    conditions: Conditions
    country: Country
    grid: Grid  # of the ground that is rendered
    cover: Cover
    lands: tuple[Land, ...]
    issued: tuple[Issued, ...]
    left_out: tuple[str, ...]  # cases for which there was no place, or none in full view


def quarter(conditions: Conditions, side: float | None = None) -> Quarter:
    """The quarter that a seed's conditions are drawn for, on a square of `side` metres."""
    seed = FIRST + conditions.seed
    made = country(seed)
    salt = salt_of(seed, "cover")
    cell = conditions.sensor.own
    ground = sites(made, cell, salt, side or WIDE[cell])
    grid, district = ground.window, made.district
    x, y = grid.xy()
    gully = district.grid.sample(made.gully, x, y)
    cover = Cover.of(grid, district.site(grid), gully, salt)
    lands = tuple(cover.dress(season) for season in conditions.seasons)
    done, left_out = _happenings(conditions, ground, made, cover, lands)
    issued = _issued(conditions, done, grid)
    left_out = (*left_out, *sorted({*done} - {one.case.key for one in issued}))
    for number, (season, land) in enumerate(zip(conditions.seasons, lands, strict=True)):
        for work in (w for one in done.values() for w in one[1].works):
            _do(work, land, number)
        cover.snow(land, season)
    return Quarter(conditions, made, grid, cover, lands, issued, left_out)


def _do(work: Work, land: Land, number: int) -> None:
    """Carry out a work on the land of a date, if it was done by then."""
    part = land.part(work.bounds()) if work.since <= number else None
    if part is not None:
        work.do(part)


def _happenings(
    conditions: Conditions, ground: Sites, made: Country, cover: Cover, lands: tuple[Land, ...]
) -> tuple[dict[str, tuple[Case, Happening]], tuple[str, ...]]:
    """Find a place for every case, the large ones first, where it touches no other."""
    seed = FIRST + conditions.seed
    before, after = (green(*one) for one in zip(lands[:2], conditions.seasons, strict=False))
    change = Change(after - before, np.maximum(before, after))
    done, left_out, held = dict[str, tuple[Case, Happening]](), list[str](), list[BaseGeometry]()
    sized = {case.key: _size(case, conditions) for case in cases()}
    for case in sorted(cases(), key=lambda one: -sized[one.key]):
        hectares = sized[case.key]
        for _ in range(TRIES):
            try:
                spot = ground.find(case.zone, 110.0 + 90.0 * float(np.sqrt(hectares)))
            except ValueError:
                break
            digger = Digger(made.district, spot, hectares, salt_of(seed, case.key), made.gully)
            one = _happening(case, digger, cover, change)
            own = touched(one)
            if not any(own.intersects(other) for other in held):
                done[case.key] = case, one
                held.append(own)
                break
            ground.taken.pop()
        if case.key not in done:
            left_out.append(case.key)
    return done, tuple(left_out)


def _happening(case: Case, digger: Digger, cover: Cover, change: Change) -> Happening:
    """What the plan says, at the digger's place; of fields, which ones."""
    what, _, want = case.how.partition(":")
    if what != "fields":
        return happened(digger, case.how)
    spot, label = digger.spot, cover.plots.label
    shape = fields_of(change.green, label, change.most, cover.grid, spot, digger.hectares, want)
    return Happening((), shape, spot.x, spot.y)


def touched(one: Happening) -> BaseGeometry:
    """All ground that a happening changes, its haul road left out, with some room about it."""
    lobes = [work.lobe.ring() for work in one.works if not isinstance(work, Track)]
    return unary_union([one.outline, *lobes]).buffer(12.0)


def crossed(key: str, outline: Polygon, done: dict[str, tuple[Case, Happening]]) -> float:
    """Share of a polygon that lies under new roads of others."""
    roads = [
        LineString(work.line).buffer(work.width)
        for other, (_, one) in done.items()
        for work in one.works
        if other != key and isinstance(work, Track) and work.since > 0
    ]
    return float(outline.intersection(unary_union(roads)).area / outline.area) if roads else 0.0


def _size(case: Case, conditions: Conditions) -> float:
    """Hectares, spread evenly over the logarithm; a coarse sensor is given larger ones."""
    rng = stream(FIRST + conditions.seed, f"size {case.key}")
    times = 2.5 if conditions.sensor.cell > 20 else 1.0
    low, high = case.low * times, min(case.high * times, 8.0)
    return float(np.exp(rng.uniform(np.log(low), np.log(max(high, 1.05 * low)))))


def _issued(
    conditions: Conditions, done: dict[str, tuple[Case, Happening]], grid: Grid
) -> tuple[Issued, ...]:
    """Draw and number what lies in the window, from north to south."""
    frame = box(*grid.bounds).buffer(-25.0)
    drawn = {key: _drawn(conditions, key, one) for key, (_, one) in done.items()}
    kept = [
        key
        for key, ring in drawn.items()
        if ring.area > LEAST * 1e4 and frame.contains(ring) and crossed(key, ring, done) < CROSSED
    ]
    kept.sort(key=lambda key: (-drawn[key].centroid.y, key))
    numbers = {key: f"M{conditions.seed:04d}{n:04d}" for n, key in enumerate(kept, 1)}
    return tuple(Issued(done[k][0], numbers[k], drawn[k], done[k][1]) for k in kept)


def _drawn(conditions: Conditions, key: str, one: Happening) -> Polygon:
    """What an interpreter drew: vertices off by a few metres, all of it off by some more."""
    salt = salt_of(FIRST + conditions.seed, f"outline {key}")
    rng, cell = stream(salt, "hand"), conditions.sensor.cell
    error = float(np.clip(0.25 * cell, 1.2, 6.0))
    loose = float(rng.choice((1.0, 2.5, 14.0), p=(0.5, 0.3, 0.2)))
    if one.works or key.startswith(("scrub", "shade", "cold")):
        whole = one.outline.buffer(loose)
    else:
        whole = one.outline.buffer(min(loose, 2.5))
    ring = digitised(whole, salt, error, float(np.clip(2 * cell, 14.0, 40.0)))
    moved = affinity.translate(ring, *(float(v) for v in rng.normal(0, 0.6 * error + 1.0, 2)))
    return largest(affinity.translate(moved.buffer(0)))
