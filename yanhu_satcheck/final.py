"""A finished audit as its OUT tells it, and what becomes of it once people have answered."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Ledger, Rectification, Review
from yanhu_satcheck.past import Answer
from yanhu_satcheck.review import Marked, Written
from yanhu_satcheck.terms import Words


class FiledRow(NamedTuple):
    """One row of the county's filing, issued or not."""

    key: str  # its polygon's number, folded
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished audit, read back from its OUT: what the machine wrote, and nobody else."""

    batch: str
    region: str
    as_of: date
    lang: str
    ledger: Ledger = field(repr=False)
    filing: tuple[FiledRow, ...] = field(default=(), repr=False)  # in the county's order
    call_at: int | None = None  # which of the filing's columns holds the call
    sheets: Mapping[str, Marked] = field(default_factory=dict, repr=False)
    above: tuple[tuple[Cell, ...], ...] = ()  # what the form says over its header


class Former(NamedTuple):
    """The audit that stands in OUT, with what people wrote into its ledger."""

    finished: Finished
    written: Written


class Outcome(Enum):
    """What became of a polygon's filing."""

    CORRECTED = Words("已更正", "corrected")
    ACCEPTED = Words("已采纳，填报不变", "accepted, filing unchanged")
    KEPT = Words("不采纳，维持原填报", "rejected, filing kept")
    TO_FIELD = Words("需外业", "field check needed")
    OPEN = Words("待复核", "not answered yet")
    FINE = Words("一致", "consistent")


class Task(Enum):
    """What is left to do of a polygon, the most pressing first."""

    TO_FIELD = Words("需外业", "field check needed")
    DECIDE = Words("请确定填报", "decide the filing")
    ANSWER = Words("待复核", "not answered yet")
    SUPPLY = Words("待补材料", "material wanted")


class Left(NamedTuple):
    """Something that is left to do of one polygon."""

    task: Task
    polygon_id: str
    findings: tuple[Finding, ...]  # those that ask for it; () the polygon as a whole


class Verdict(NamedTuple):
    """One issued polygon after the review."""

    polygon_id: str
    outcome: Outcome
    filed: str  # the call as filed; "" where no row was filed
    final: str  # the call to file
    review: Review  # the answer that decided
    to: tuple[str, ...] = ()  # ids of the findings that it was given to; () the polygon as a whole


class Change(NamedTuple):
    """One cell of the filing that was replaced."""

    polygon_id: str
    row: int  # of 上报表, as a spreadsheet counts: its title rows too
    column: str
    filed: Cell
    final: str
    review: Review
    to: tuple[str, ...]


class Unapplied(NamedTuple):
    """Something a person wrote that changed nothing, and why."""

    where: Words
    about: str
    says: str
    why: Words
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """What people decided, carried out."""

    finished: Finished
    ledger: Ledger  # with answers and filled cells; 整改清单 without what nobody accepted
    verdicts: tuple[Verdict, ...]
    changes: tuple[Change, ...]
    filing: tuple[FiledRow, ...]  # ready to file
    pending: tuple[Rectification, ...] = ()  # to be entered, once somebody accepts it
    unapplied: tuple[Unapplied, ...] = ()
    notes: tuple[Words, ...] = ()  # what else must be known before it is filed
    todo: tuple[Left, ...] = ()  # besides what is pending

    def count(self) -> Counter[Outcome]:
        """How many polygons came to what."""
        return Counter(one.outcome for one in self.verdicts)
