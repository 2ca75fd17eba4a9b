"""What became of findings from one finished audit to another, ground by ground."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.final import Finished
from yanhu_satcheck.ledger import Problem
from yanhu_satcheck.terms import Severity, Words


class Turn(Enum):
    """What became of a finding."""

    RELAPSED = Words("复发", "relapsed")
    NEW = Words("新增", "new")
    STILL = Words("仍在", "still there")
    GONE = Words("消失", "gone")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two audits."""

    finished: Finished
    outlines: Mapping[str, BaseGeometry] = field(repr=False)  # CGCS2000 degrees, by polygon
    judged: frozenset[str] = frozenset()  # the rules that were run and not mute


class Change(NamedTuple):
    """One finding of the later audit with what it was before, or one that is there no more."""

    turn: Turn
    before: tuple[Problem, ...]  # of the same rule, on the same ground
    after: Problem | None
    why: Words = Words("", "")  # what must be known to read it rightly

    @property
    def problem(self) -> Problem:
        """The finding as it is now, or was last."""
        return self.after or self.before[0]


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes from one audit to another, by turn and rule."""

    one: Finished
    two: Finished
    changes: tuple[Change, ...]
    notes: tuple[Words, ...] = ()

    def count(self) -> Counter[Turn]:
        """How many findings came to what."""
        return Counter(one.turn for one in self.changes)

    @property
    def pardoned(self) -> tuple[Change, ...]:
        """The findings that are still there, and that somebody accepted since the first audit."""
        return tuple(one for one in self.changes if _accepted(one) == (False, True))

    @property
    def unpardoned(self) -> tuple[Change, ...]:
        """The findings that are still there, and are accepted no longer."""
        return tuple(one for one in self.changes if _accepted(one) == (True, False))

    def worse(self, least: Severity) -> bool:
        """Whether a finding that nobody accepted came anew, at or above a severity."""
        return any(
            one.turn in (Turn.NEW, Turn.RELAPSED)
            and one.problem.finding.suppressed is None
            and one.problem.finding.severity >= least
            for one in self.changes
        )


def _accepted(one: Change) -> tuple[bool, bool] | None:
    """Whether a finding that is still there was accepted in the first audit, and in the second."""
    if one.turn is not Turn.STILL or one.after is None:
        return None
    before = all(old.finding.suppressed is not None for old in one.before)
    return before, one.after.finding.suppressed is not None
