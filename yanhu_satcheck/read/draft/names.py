"""What names tell: days, terms, and which of two versions of a file is the later."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple
from unicodedata import normalize

from yanhu_satcheck.read.draft.hints import hints, holds

_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:[-_./年]?)(0[1-9]|1[0-2]|[1-9](?=[-_./月]))(?:[-_./月]?)"
    r"(0[1-9]|[12]\d|3[01]|[1-9](?=日))日?(?!\d)"
)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(0[1-9]|1[0-2])(?!\d)|年(\d{1,2})月)")
_OLD_LANDSAT = re.compile(r"L[COTEM][4-9]\d{6}((?:19|20)\d\d)([0-3]\d\d)", re.IGNORECASE)
_DIGITS = str.maketrans("一二三四", "1234")
_QUARTERS = (
    re.compile(r"((?:19|20)\d\d)\s*年?\s*度?\s*第?\s*([1-4])\s*季"),
    re.compile(r"((?:19|20)\d\d)\s*[-_年]?\s*q([1-4])(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)([1-4])(?![\d\-_./年月])"),  # 20224
)
_MONTHLY = re.compile(r"((?:19|20)\d\d)\s*年\s*(\d{1,2})\s*月(?!\s*\d)")
_YEARLY = re.compile(r"((?:19|20)\d\d)\s*年度")
_VERSION = re.compile(r"(?:最终版?|定稿|终稿|v|版本?|\(|_)\s*(\d{1,2})\)?\s*$")


class Said(NamedTuple):
    """A day that a name says; of a month alone its first and its last day."""

    first: date
    last: date

    @property
    def exact(self) -> bool:
        """Whether the very day is told."""
        return self.first == self.last


class Term(NamedTuple):
    """The quarter, month or year that a batch is of."""

    year: int
    month: int  # its first
    months: int = 3

    @property
    def id(self) -> str:
        """The id of its batch; ids of one kind sort by time."""
        if self.months == 3:
            return f"{self.year}Q{(self.month + 2) // 3}"
        return f"{self.year}-{self.month:02d}" if self.months == 1 else str(self.year)

    @property
    def period(self) -> tuple[date, date]:
        """Its first and last day."""
        last = self.month + self.months - 1
        end = date(self.year, last, monthrange(self.year, last)[1])
        return date(self.year, self.month, 1), end

    def meets(self, other: "Term") -> bool:
        """Whether two terms have a day in common."""
        (start, end), (first, last) = self.period, other.period
        return start <= last and first <= end


def day_in(text: str) -> Said | None:
    """Find the first day that a name holds, else the first month.

    Names of satellite products say the day of the image first and that of processing after it.
    """
    plain = normalize("NFKC", text)
    for found in _DAY.finditer(plain):
        if day := _day(*map(int, found.groups())):
            return Said(day, day)
    if old := _OLD_LANDSAT.search(plain):
        day = date(int(old[1]), 1, 1) + timedelta(days=int(old[2]) - 1)
        return Said(day, day)
    for found in _MONTH.finditer(plain):
        year, month = int(found[1]), int(found[2] or found[3])
        if 1 <= month <= 12:
            last = monthrange(year, month)[1]
            return Said(date(year, month, 1), date(year, month, last))
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def term_in(text: str) -> Term | None:
    """Find the term that a name or a title says, like 2022Q4, 2022年第四季度 or 2022年10月."""
    plain = normalize("NFKC", text).lower().translate(_DIGITS)
    for form in _QUARTERS:
        if found := form.search(plain):
            return Term(int(found[1]), 3 * int(found[2]) - 2)
    if (found := _MONTHLY.search(plain)) and 1 <= int(found[2]) <= 12:
        return Term(int(found[1]), int(found[2]), 1)
    if found := _YEARLY.search(plain):
        return Term(int(found[1]), 1, 12)
    return None


def quarter_of(day: date) -> Term:
    """Give the quarter in which a day lies."""
    return Term(day.year, (day.month - 1) // 3 * 3 + 1)


def version(stem: str) -> float:
    """Say how much a file's name speaks for its being the one to use; 0 says nothing."""
    words = hints()["versions"]
    plain = normalize("NFKC", stem).lower()
    score = 0.6 * holds(stem, words["final"]) - 1.5 * holds(stem, words["stale"])
    if found := _VERSION.search(plain):
        score += 0.05 * min(int(found[1]), 10)
    return score
