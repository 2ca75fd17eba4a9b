"""What the audit says: one rule's answer with the rule's name on it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Related
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words


class Suppression(NamedTuple):
    """A finding that a named person accepted, why and until when."""

    reason: str
    by: str
    until: str


class Lapsed(NamedTuple):
    """An exception that accepts nothing: it expired, or there is no such finding any more."""

    key: str
    pardon: Suppression
    why: Words


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of findings.jsonl."""

    batch: str
    rule: str
    slug: str
    polygon_ids: tuple[str, ...]  # issued in this batch, sorted
    status: Status
    severity: Severity
    confidence: Confidence
    message: Words
    claim: Mapping[str, object] = field(default_factory=dict)
    evidence: tuple[Figure, ...] = ()
    related: tuple[Related, ...] = ()  # sorted by kind, id, polygon_id
    proposed: Call | None = None
    p_value: float | None = None
    q_value: float | None = None
    provisions: tuple[Words, ...] = ()
    suppressed: Suppression | None = None

    @property
    def polygon_id(self) -> str | None:
        """The first of its polygons; `None` where it is said of the whole batch."""
        return min(self.polygon_ids, default=None)

    @property
    def exception(self) -> Words:
        """What to say behind its message where somebody accepted it; "" elsewhere."""
        one = self.suppressed
        if one is None:
            return Words("", "")
        return Words(
            f"（已登记例外：{one.reason}；{one.by}，至 {one.until}）",
            f" (accepted exception: {one.reason}; {one.by}, until {one.until})",
        )

    @property
    def id(self) -> str:
        """Stay the same after re-measuring: no measured number goes in."""
        about = [self.batch, self.rule, [*self.polygon_ids], [one.id for one in self.related]]
        return self.rule + sha256(json.dumps(about).encode()).hexdigest()[:12]


class Account(NamedTuple):
    """One rule's books: whom it judged, whom it said something of, why it was mute."""

    rule: str
    concerned: tuple[str, ...]
    answered: tuple[str, ...]  # of those concerned: doubted or unsure; the others were in order
    mute: Words | None = None  # what the batch does not supply
    unjudged: tuple[str, ...] = ()  # of those concerned: the batch lacks what they are judged by

    @property
    def in_order(self) -> tuple[str, ...]:
        """Those that the rule looked at whole, and found in order."""
        told = {*self.answered, *self.unjudged}
        return tuple(one for one in self.concerned if one not in told)

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Those that stay unjudged, and of whom nothing else was said."""
        return tuple(one for one in self.unjudged if one not in self.answered)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rule book says about one batch."""

    findings: tuple[Finding, ...]
    accounts: tuple[Account, ...] = ()  # in the order of the rule book
    lapsed: tuple[Lapsed, ...] = ()  # exceptions that accept nothing

    @property
    def suppressed(self) -> tuple["Finding", ...]:
        """The findings that somebody accepted."""
        return tuple(f for f in self.findings if f.suppressed is not None)

    def of(self, polygon_id: str) -> tuple[Finding, ...]:
        """Every finding that a polygon is a member of."""
        return tuple(f for f in self.findings if polygon_id in f.polygon_ids)

    def status(self, polygon_id: str) -> Status | None:
        """Give the polygon's 审核状态, the worst of its findings; `None` is 一致."""
        return max((f.status for f in self.of(polygon_id)), default=None)
