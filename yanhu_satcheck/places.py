"""A place: the same ground issued again and again, whatever number it went by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.batch import LedgerRow
from yanhu_satcheck.past import Answer, EarlierPolygon, Kept, KeptChip
from yanhu_satcheck.review import ACCEPTED
from yanhu_satcheck.terms import BENIGN, Status

SAME_GROUND = 0.1
"""Share of the smaller outline from which two of them are one place (the contract's overlap)."""


class LookedBack(NamedTuple):
    """A row of a look-back table (回头看) that covers an issue."""

    date: date | None
    by: str
    batch: str  # whose table it stands in


class Tabled(NamedTuple):
    """A row of the county's ledger about an issue."""

    issued: str  # the batch of the issue that it speaks of
    table: str  # the batch whose ledger it stands in
    row: LedgerRow


@dataclass(frozen=True, slots=True)
class Issue:
    """One polygon of one batch, as the archive holds it."""

    polygon: EarlierPolygon
    township: str = ""
    village: str = ""
    before_date: date | None = None
    area_m2: float | None = None
    bare_before: float | None = None  # share of bare ground, as measured then
    answers: tuple[Answer, ...] = ()  # signed, to the polygon and to its findings
    lookbacks: tuple[LookedBack, ...] = ()
    chips: tuple[KeptChip, ...] = ()
    ledger: tuple[Tabled, ...] = ()  # what any ledger says of it, oldest first

    @property
    def waved_through(self) -> bool:
        """Whether it was called harmless and nobody corrected that."""
        corrected = any(
            one.status is Status.INCONSISTENT and one.opinion == ACCEPTED
            for one in self.polygon.findings
        )
        return self.polygon.call in BENIGN and not corrected

    @property
    def checked(self) -> bool:
        """Whether a named person looked at it again: by look-back, or to accept its rectification.

        That it was issued again is no look-back, nor is an answer that was given at a desk.
        """
        accepted = any(row.verifier and row.verify_date for row in self.polygon.ledger)
        return bool(self.lookbacks or accepted)


@dataclass(frozen=True, slots=True)
class Place:
    """All issues of one place since the look-back's day, oldest first."""

    issues: tuple[Issue, ...]
    older: tuple[str, ...] = ()  # the batches before that day that issued the same ground

    @property
    def batches(self) -> tuple[str, ...]:
        """The batches that issued it since the day."""
        return tuple(dict.fromkeys(one.polygon.batch for one in self.issues))

    @property
    def ever(self) -> tuple[str, ...]:
        """All batches of the archive that issued it."""
        return (*self.older, *self.batches)

    @property
    def waved_through(self) -> tuple[str, ...]:
        """The batches in which it was called harmless."""
        waved = (one.polygon.batch for one in self.issues if one.waved_through)
        return tuple(dict.fromkeys(waved))

    @property
    def contradicted(self) -> tuple[str, ...]:
        """The batches in which an audit contradicted its filing."""
        told = (one.polygon.batch for one in self.issues if one.polygon.contradicted)
        return tuple(dict.fromkeys(told))

    @property
    def namesake(self) -> Issue:
        """The issue whose number stands for it: the latest waved through, else the latest.

        A polygon of the same ground that was filed as illegal lends no name to what was waved on.
        """
        return next((i for i in reversed(self.issues) if i.waved_through), self.issues[-1])

    @property
    def checked(self) -> bool:
        """Whether anybody looked at any of its issues again."""
        return any(one.checked for one in self.issues)

    @property
    def ledger(self) -> tuple[Tabled, ...]:
        """The ledger rows about it, each once."""
        return tuple(dict.fromkeys(row for one in self.issues for row in one.ledger))

    @property
    def strip(self) -> tuple[tuple[Issue, KeptChip], ...]:
        """Its pictures by date, one a date: the after of one quarter may be the next one's before.

        Of several of a day the one of the latest issue counts.
        """
        shown = {}
        for issue in self.issues:
            for chip in issue.chips:
                shown[chip.date or (issue.polygon.batch, chip.kind)] = (issue, chip)
        return tuple(sorted(shown.values(), key=lambda one: (str(one[1].date), one[1].kind)))


@dataclass(frozen=True, slots=True)
class History:
    """Every place that the archive knows since a day, those most often waved through first."""

    since: date
    kept: tuple[Kept, ...]  # the batches that were looked through
    places: tuple[Place, ...] = field(repr=False)
    tables: tuple[str, ...] = ()  # the batches whose look-back table is known

    @property
    def unchecked(self) -> tuple[Place, ...]:
        """The places that nobody ever looked at again."""
        return tuple(one for one in self.places if not one.checked)


def in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    """Sort by how often a place was waved through, then issued, then contradicted."""

    def rank(place: Place) -> tuple[int, int, int, str, str]:
        first = place.issues[0].polygon
        counts = (len(place.waved_through), len(place.batches), len(place.contradicted))
        return (-counts[0], -counts[1], -counts[2], first.batch, first.polygon_id)

    return tuple(sorted(places, key=rank))
