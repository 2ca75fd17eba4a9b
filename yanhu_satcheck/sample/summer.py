"""The summer quarter in the same district: what was issued then, mostly about the same places."""

from copy import deepcopy

import numpy as np
from shapely import unary_union
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from .case import Case
from .digitising import digitised, largest
from .happenings import rings
from .lobes import Lobe
from .noise import salt_of
from .parcels import enough
from .placing import APART, follow
from .plan_summer import SUMMER_CASES, SUMMER_NUMBERS
from .quarter import Issued, Quarter
from .regrowth import Regrowth
from .siting import Survey
from .terms import SPRING, SUMMER_TERM
from .works import Cut, Heap, Work

FOLLOWED = ("overlap", "sliver")


def standing(one: Issued) -> tuple[Lobe, ...]:
    """The pit, and its dump, that lay at a place before the autumn."""
    return tuple(w.lobe for w in one.works if isinstance(w, Cut | Heap) and w.since == 0)


def summer(autumn: Quarter) -> Quarter:
    """The quarter before: its polygons, and the weeds that stood on idle workings in spring."""
    ground = deepcopy(autumn.ground)
    found: list[Issued] = []
    weeds: list[Work] = []
    for case in SUMMER_CASES:
        shape = shape_of(case, autumn, ground)
        drawn = unary_union([one.outline for one in found])
        if case.how.startswith("fields") and shape.buffer(APART).intersects(drawn):
            shape = shape_of(case, autumn, ground, drawn.buffer(2 * APART))
        sliver = case.how.startswith("sliver")
        outline = largest(shape) if sliver else retraced(shape, case, autumn.seed)
        if outline.is_empty:
            raise ValueError(f"no ground is left for {case.key} in the quarter before")
        at = outline.representative_point()
        number = SUMMER_NUMBERS[case.key]
        found.append(Issued(case, number, outline, float(at.x), float(at.y), None))
        if case.ground == "reopened":
            origin = autumn.of(case.how.partition(":")[2])
            weeds += [Regrowth(lobe, 0) for lobe in standing(origin)]
    district = autumn.district.with_works((*autumn.district.works, *weeds))
    return Quarter(autumn.seed, district, tuple(found), ground, SUMMER_TERM)


def retraced(shape: BaseGeometry, case: Case, seed: int) -> Polygon:
    """Another interpreter's hand."""
    return digitised(shape, salt_of(seed, f"outline {case.key}"))


def shape_of(
    case: Case, autumn: Quarter, ground: Survey, busy: BaseGeometry | None = None
) -> BaseGeometry:
    """The ground that a polygon of the summer is about; fields are sought beside what is `busy`."""
    how, _, what = case.how.partition(":")
    if how == "fields":
        apart = 200.0 if "-fine" in case.zone else 330.0 + 60.0 * float(np.sqrt(case.hectares))
        return enough(autumn.district, ground, case.zone, apart, case.hectares, what, SPRING, busy)
    named = [autumn.of(key) for key in what.split("+")]
    if how in FOLLOWED:
        return follow(case, {}, {what: named[0].outline})
    if how == "old":
        return rings(*standing(named[0])).buffer(1.5)
    if how == "around":
        return largest(unary_union([one.outline for one in named]).convex_hull.buffer(2.0))
    return named[0].outline.buffer(0.5)
