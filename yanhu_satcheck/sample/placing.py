"""Where a case happens, what is drawn against it, and that no two are on one ground by accident."""

from itertools import combinations

import numpy as np
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from shapely.ops import split, unary_union

from .case import Case
from .digitising import largest
from .frame import Grid
from .happenings import Builder, Happening
from .noise import salt_of
from .parcels import enough, shade, stream_bed
from .plan import CASES
from .siting import Survey

SHADOW_OF = ("overlap", "neighbour", "sliver", "beside", "part")
ALONE = ("neighbour",)
"""Of these, the ways that lie against another polygon without sharing any of its ground."""
PICTURED = ("colour", "snowed")
"""Cases with an orthophoto of their own, which no other scene may show."""
UNSEEN = "nowhere"
"""The case that no scene shows."""
TURNS = 25
"""How often another place is sought for a case."""
APART = 3.0
"""Metres that the ground of two cases has to lie apart."""


def placed(
    case: Case, ground: Survey, seed: int, mask: object, done: dict[str, Happening]
) -> Happening:
    """What happened at a place where the case is on nobody else's ground, nor in others' images.

    Raises:
        ValueError: The district has no such place.
    """
    busy = None
    for _ in range(TURNS):
        kept = len(ground.taken)
        made = happen(case, ground, seed, mask, busy)
        if not _trespasses(case, made, done):
            return made
        del ground.taken[kept:]
        busy = unary_union([one.outline for one in done.values()]).buffer(2 * APART)
    raise ValueError(f"no ground is left for {case.key} alone")


def _trespasses(case: Case, made: Happening, done: dict[str, Happening]) -> bool:
    """Whether a case, or what is drawn against it, lies on another's ground or in its images."""
    rough = made.outline.buffer(APART)
    for other in CASES:
        if other.how.endswith(f":{case.key}") and other.how.startswith(ALONE):
            rough = rough.union(follow(other, {}, {case.key: largest(rough)}))
    pictures = [done[key] for key in PICTURED if key in done and case.key == UNSEEN]
    shown = [box(*Grid.small(one.x, one.y).bounds) for one in pictures]
    return any(rough.intersects(one) for one in (*shown, *(one.outline for one in done.values())))


def apart(drawn: dict[str, Polygon]) -> None:
    """Refuse polygons on one ground that no case means to lie there."""
    meant = {
        frozenset((case.key, case.how.partition(":")[2]))
        for case in CASES
        if case.how.startswith(SHADOW_OF) and not case.how.startswith(ALONE)
    }
    whole = {key: one.buffer(0) for key, one in drawn.items() if "-" not in key}
    for (a, one), (b, two) in combinations(whole.items(), 2):
        if frozenset((a, b)) not in meant and one.intersects(two):
            raise ValueError(f"{a} and {b} were drawn onto each other")


def happen(
    case: Case, ground: Survey, seed: int, shade_mask: object, busy: BaseGeometry | None = None
) -> Happening:
    """Find a place for a case, and do there what the case says."""
    how, _, what = case.how.partition(":")
    district, salt = ground.district, salt_of(seed, case.key)
    apart = 800.0 if "-west" in case.zone else 330.0 + 60.0 * float(np.sqrt(case.hectares))
    apart = 220.0 if "-fine" in case.zone else apart
    inside = None
    if how == "shade":
        inside = np.asarray(shade_mask, bool)
    if how == "stream_bed":
        x, y = _reach(ground)
        return Happening((), stream_bed(district, x, y, case.hectares), x, y)
    if how in ("fields", "bowtie"):
        drawn = enough(district, ground, case.zone, apart, case.hectares, what, busy=busy)
        return Happening((), drawn, drawn.centroid.x, drawn.centroid.y)
    spot = ground.find(case.zone, apart, inside)
    if how != "shade":
        return build(Builder(district, spot, case.hectares, salt), how, what)
    drawn = shade(district, np.asarray(inside), spot.x, spot.y, case.hectares)
    return Happening((), drawn, drawn.centroid.x, drawn.centroid.y)


def build(builder: Builder, how: str, what: str) -> Happening:
    """The builder's method that a case names."""
    if how == "built":
        return builder.built(*what.split("/"))
    if how == "sheds":
        return builder.sheds(what == "new")
    simple = {
        "pit": builder.pit, "growing": builder.growing, "old_pit": builder.old_pit,
        "slide": builder.slide, "restored": builder.restored, "dug_restored": builder.dug_restored,
        "stockpile": builder.stockpile, "cleared": builder.cleared,
        "scrub": builder.scrub, "hole": builder.hole,
    }  # fmt: skip
    return simple[how]()


def _reach(ground: Survey) -> tuple[float, float]:
    """A place on the stream below the hills."""
    d = ground.district
    row, col = np.unravel_index(
        int(np.argmin(np.abs(d.relief.front + 420.0) + 30.0 * d.river)), d.river.shape
    )
    x = d.grid.west + (float(col) + 0.5) * d.grid.cell
    y = d.grid.north - (float(row) + 0.5) * d.grid.cell
    ground.taken.append((x, y, 260.0))
    return x, y


def follow(case: Case, done: dict[str, Happening], drawn: dict[str, Polygon]) -> BaseGeometry:
    """The outline of a polygon that lies against another one."""
    how, _, key = case.how.partition(":")
    other, size = drawn[key], float(np.sqrt(case.hectares * 1e4))
    x, y = other.centroid.x, other.centroid.y
    west, south, east, north = other.bounds
    if how == "beside":  # the same pit, drawn again over one half
        half = Polygon(
            [
                (x - 9, south - 60),
                (east + 18, south - 60),
                (east + 18, north + 60),
                (x - 9, north + 60),
            ]
        )
        return other.buffer(7).intersection(half)
    patch = affinity.rotate(Polygon([(-0.7, -0.45), (0.75, -0.5), (0.68, 0.5), (-0.72, 0.42)]), 12)
    patch = affinity.scale(patch, size, size, origin=(0, 0))
    if how == "neighbour":
        gap = 24.0
        return affinity.translate(patch, east + gap + 0.75 * size, y)
    if how == "overlap":
        moved = affinity.translate(patch, west - 0.75 * size, y)
        for step in range(200):
            moved = affinity.translate(patch, west - 0.75 * size + step, y)
            if moved.intersection(other).area > 0.2 * min(moved.area, other.area):
                break
        return moved
    if how == "sliver":
        moved = affinity.translate(patch, west - 0.25 * size, y)
        return largest(moved.difference(other).buffer(-0.2)).buffer(0.9, join_style="mitre")
    raise ValueError(f"{case.key}: {case.how} is no way to draw a polygon")


def halves(whole: Polygon, pit: BaseGeometry) -> tuple[Polygon, Polygon]:
    """The whole cut in two, first the part that holds the pit, second the rest."""
    x, y = pit.centroid.x, pit.centroid.y
    edge = pit.bounds[2] + 3.0
    line = LineString([(edge, whole.bounds[1] - 50), (edge + 6, whole.bounds[3] + 50)])
    parts = sorted(split(whole, line).geoms, key=lambda part: part.distance(Point(x, y)))
    return largest(parts[0]), largest(parts[-1])
