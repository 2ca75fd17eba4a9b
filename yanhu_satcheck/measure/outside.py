"""Which part of a polygon lies outside every licence, beyond all error of position."""

from collections.abc import Sequence
from datetime import date
from math import hypot
from typing import NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Licence

SURE = 1.96  # standard errors by which ground must lie outside: 95 %


class Outside(NamedTuple):
    """Ground of a polygon that no licence in force covers, in the batch's CRS."""

    ground: BaseGeometry
    share: float  # of the polygon
    margin_m: float
    permits: tuple[str, ...]


def outside_of(
    shape: BaseGeometry,
    permits: Sequence[Licence],
    day: date,
    position_sigma_m: float,
    registration_sigma_m: float,
) -> Outside | None:
    """The part of a polygon outside the licences that reach it; `None`: none does, or all is in.

    A licence counts if it was in force on the day; one without dates may have been, and counts
    too, so that nothing is held to be outside for want of a date. Its outline is pushed out by
    1.96 · √(image² + licence² + registration²); a licence whose error is not declared has none.
    """
    near = [
        one
        for one in permits
        if one.footprint is not None
        and one.valid_on(day) is not False
        and one.footprint.intersects(shape)
    ]
    if not near or shape.area <= 0:
        return None
    margins = [
        SURE * hypot(position_sigma_m, one.position_sigma or 0.0, registration_sigma_m)
        for one in near
    ]
    grown = [
        shapely.make_valid(one.footprint).buffer(margin)
        for one, margin in zip(near, margins, strict=True)
    ]
    ground = shape.difference(shapely.union_all(grown))
    if ground.is_empty or ground.area <= 0:
        return None
    names = tuple(sorted({one.permit_no for one in near}))
    return Outside(ground, float(ground.area / shape.area), max(margins), names)
