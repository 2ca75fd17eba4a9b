"""The quarter on the ground: the district with all its works, and the issued polygons."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from .case import Case
from .digitising import digitised, largest
from .district import District, settle
from .happenings import Builder, Happening
from .noise import salt_of
from .parcels import enough, shade, shaded, stream_bed
from .plan import CASES, FINE_CASES, MAIN_CASES
from .plan_summer import SUMMER_NUMBERS
from .siting import Survey, survey
from .terms import AUTUMN_TERM, Term
from .works import Work

AFTER = datetime(2022, 11, 12, 11, 12)
THEN = "then_"
"""What the summer's polygon of an autumn case is called."""
SPLIT = ("kid1", "kid2")
"""The children of one polygon of the summer."""
SHADOW_OF = ("overlap", "neighbour", "sliver", "beside", "part")


@dataclass(frozen=True, slots=True)
class Issued:
    """An issued polygon with the plan's case and where its middle of interest lies."""

    case: Case
    polygon_id: str
    outline: Polygon
    x: float
    y: float
    floor: float | None
    parent: str = ""
    previous: str = ""  # the quarter before's number of the same place, where the form has it
    works: tuple[Work, ...] = ()

    @property
    def place(self) -> str:
        """The autumn's case that it is about."""
        return self.case.key.removeprefix(THEN)


@dataclass(frozen=True, slots=True)
class Quarter:
    """All that the batch is made from."""

    seed: int
    district: District
    issued: tuple[Issued, ...]
    ground: Survey  # where there is room left
    term: Term = AUTUMN_TERM

    def of(self, key: str) -> Issued:
        """The polygon of a case."""
        return next(one for one in self.issued if one.case.key == key)


def happen(case: Case, ground: Survey, seed: int, shade_mask: object) -> Happening:
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
        drawn = enough(district, ground, case.zone, apart, case.hectares, what)
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


def outlines(seed: int, done: dict[str, Happening]) -> dict[str, Polygon]:
    """What the interpreters drew."""
    drawn: dict[str, Polygon] = {}
    for case in CASES:
        how = case.how.partition(":")[0]
        salt = salt_of(seed, f"outline {case.key}")
        if how == "part":
            continue
        if how in SHADOW_OF:
            loose = 0.0 if how == "sliver" else 1.2
            drawn[case.key] = digitised(follow(case, done, drawn), salt, loose)
            continue
        shape = done[case.key].outline
        if case.key == "parent":
            box = shape.bounds
            field = Polygon(
                [
                    (box[2] - 60, box[1]),
                    (box[2] + 75, box[1] + 6),
                    (box[2] + 70, box[3] - 4),
                    (box[2] - 60, box[3]),
                ]
            )
            shape = shape.union(field).buffer(4).buffer(-4)
        drawn[case.key] = digitised(shape.buffer(1.5), salt)
        if how == "bowtie":
            drawn[case.key] = crossed(drawn[case.key])
    drawn["parent-1"], drawn["parent-2"] = halves(drawn["parent"], done["parent"].outline)
    return drawn


def crossed(ring: Polygon) -> Polygon:
    """The ring with two of its corners exchanged, so that it crosses itself."""
    a, b, c, d = list(largest(ring.minimum_rotated_rectangle).exterior.coords)[:4]
    e = (0.75 * d[0] + 0.25 * c[0], 0.75 * d[1] + 0.25 * c[1])
    f = (0.75 * c[0] + 0.25 * d[0], 0.75 * c[1] + 0.25 * d[1])
    return Polygon([(round(x, 2), round(y, 2)) for x, y in (a, b, e, f)])


def issue(seed: int) -> Quarter:
    """The whole autumn quarter from its seed."""
    ground = survey(settle(seed))
    mask = shaded(ground.district, AFTER)
    done: dict[str, Happening] = {}
    for plan in (MAIN_CASES, FINE_CASES):
        if plan is FINE_CASES:
            ground.place_fine()
        for case in sorted(plan, key=lambda one: -one.hectares):
            if case.how.partition(":")[0] not in SHADOW_OF:
                done[case.key] = happen(case, ground, seed, mask)
    works = tuple(work for case in CASES if case.key in done for work in done[case.key].works)
    drawn = outlines(seed, done)
    top = [case for case in CASES if not case.how.startswith("part:")]
    top.sort(key=lambda case: ("-fine" in case.zone, -drawn[case.key].centroid.y))
    number = {case.key: f"{AUTUMN_TERM.prefix}{i:04d}" for i, case in enumerate(top, 1)}
    issued = []
    for case in sorted(CASES, key=lambda one: number[one.key.partition("-")[0]] + one.key):
        root, _, child = case.key.partition("-")
        name = number[root] + (f"-{child}" if child else "")
        at = done.get(case.key)
        x, y = (at.x, at.y) if at else (drawn[case.key].centroid.x, drawn[case.key].centroid.y)
        floor = at.floor if at else None
        parent = number[root] if child else SUMMER_NUMBERS["whole"] if root in SPLIT else ""
        previous, done_here = SUMMER_NUMBERS.get(THEN + case.key, ""), at.works if at else ()
        issued.append(Issued(case, name, drawn[case.key], x, y, floor, parent, previous, done_here))
    return Quarter(seed, ground.district.with_works(works), tuple(issued), ground)
