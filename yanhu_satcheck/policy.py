"""What a county may decide, each with its unit, its range and the reason for its default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from unicodedata import normalize

from yanhu_satcheck.terms import Words


def limit(default: Any, *, unit: str, why: str, low: Any = None, high: Any = None) -> Any:
    """Declare a number, a date or words that a county may move in its satcheck.toml."""
    about = {"unit": unit, "why": why, "low": low, "high": high}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class NoLimits:
    """For a rule with nothing to move."""


class Provision(NamedTuple):
    """A clause that may apply to acts that ended on days from `since` up to before `until`."""

    words: Words
    since: date | None
    until: date | None
    source: str
    land: tuple[str, ...] = ()  # words of the land class that it speaks of; (): of any land
    other_land: tuple[str, ...] = ()  # words of the classes that it does not speak of
    perhaps: Words | None = None  # how it is named where the class is not told

    def on(self, land: str) -> "Provision | None":
        """Give it as it may apply to a land class as filed; `None`: the class is another one.

        A word of another class may hold one of its own (非耕地), so these are taken out first.
        """
        said = rest = normalize("NFKC", land)
        for word in self.other_land:
            rest = rest.replace(word, "")
        if not self.land or any(word in rest for word in self.land):
            return self
        if rest != said:
            return None
        return self._replace(words=self.perhaps or self.words)


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for the audit as a whole."""

    fdr: float = limit(0.05, unit="share", low=0.001, high=0.2, why="one accusation in twenty")
    stage_ends: tuple[date, ...] = limit(
        (date(2022, 12, 31),), unit="day", why="plan 四(四): the first stage ends December 2022"
    )
    lookback_since: date = limit(
        date(2022, 1, 1), unit="day", low=date(2010, 1, 1), high=date(2030, 12, 31), why="四(三)"
    )
    patrol_intervals: Mapping[str, str] = limit(
        MappingProxyType({"区": "quarter", "乡": "month", "村": "week"}),
        unit="calendar unit",
        why="plan: district by quarter, township by month, village by week",
    )
