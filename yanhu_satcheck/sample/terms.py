"""When the district is looked at, and the two quarters that come of it."""

from dataclasses import dataclass
from datetime import date, datetime

SPRING, SUMMER, AUTUMN = -1, 0, 1
SEASONS = (SPRING, SUMMER, AUTUMN)
"""Late May, late August and mid-November; a work `since` SUMMER stood in spring already."""


@dataclass(frozen=True, slots=True)
class Term:
    """A quarter: its two looks at the ground, and the days on which things were done."""

    batch: str
    prefix: str  # of its polygons' numbers
    title: str
    before: int
    after: int
    images: tuple[date, date]
    fine: tuple[date, date]  # of the two-metre images
    first_visit: date
    light: datetime  # in which far hills stand on its photographs
    ends: date


SUMMER_TERM = Term(
    batch="2022Q3", prefix="2022S3140802", title="第三季度",
    before=SPRING, after=SUMMER,
    images=(date(2022, 5, 18), date(2022, 8, 21)), fine=(date(2022, 5, 20), date(2022, 8, 19)),
    first_visit=date(2022, 9, 5), light=datetime(2022, 9, 8, 11, 0), ends=date(2022, 9, 30),
)  # fmt: skip
AUTUMN_TERM = Term(
    batch="2022Q4", prefix="2022S4140802", title="第四季度",
    before=SUMMER, after=AUTUMN,
    images=(date(2022, 8, 21), date(2022, 11, 12)), fine=(date(2022, 8, 19), date(2022, 11, 9)),
    first_visit=date(2022, 12, 1), light=datetime(2022, 12, 5, 11, 0), ends=date(2022, 12, 31),
)  # fmt: skip
TERMS = {term.batch: term for term in (SUMMER_TERM, AUTUMN_TERM)}
