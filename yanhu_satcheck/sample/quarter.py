"""The quarter on the ground: the district with all its works, and the issued polygons."""

from dataclasses import dataclass
from datetime import datetime

from shapely.geometry import Polygon

from .case import Case
from .digitising import digitised, largest
from .district import District, settle
from .happenings import Happening
from .noise import salt_of
from .parcels import shaded
from .placing import PICTURED, SHADOW_OF, UNSEEN, apart, follow, halves, placed
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
    """The whole autumn quarter from its seed.

    Raises:
        ValueError: The district has no ground for one of the cases.
    """
    ground = survey(settle(seed))
    mask = shaded(ground.district, AFTER)
    done: dict[str, Happening] = {}
    for plan in (MAIN_CASES, FINE_CASES):
        if plan is FINE_CASES:
            ground.place_fine([done[key].outline.buffer(10.0) for key in (UNSEEN, *PICTURED)])
        for case in sorted(plan, key=lambda one: -one.hectares):
            if case.how.partition(":")[0] not in SHADOW_OF:
                done[case.key] = placed(case, ground, seed, mask, done)
    works = tuple(work for case in CASES if case.key in done for work in done[case.key].works)
    drawn = outlines(seed, done)
    apart(drawn)
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
