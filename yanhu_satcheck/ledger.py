"""The corrected ledger: what people will file, sign and print. Plain rows, ready to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from yanhu_satcheck.batch import Batch, Cell, Misread
from yanhu_satcheck.evidence import Case, Chip, PhotoEvidence, PhotoGroup
from yanhu_satcheck.finding import Finding, Judgement
from yanhu_satcheck.past import ArchiveUsed, KeptChip
from yanhu_satcheck.policy import Policy
from yanhu_satcheck.review import Filled, Outdated
from yanhu_satcheck.scene import DemFit, SceneFit
from yanhu_satcheck.terms import Call, Status, Words


class Review(NamedTuple):
    """What a named person answered: 采纳, 不采纳 or 需外业."""

    opinion: str = ""
    by: str = ""
    on: date | str | None = None  # as it was written, where that is no date


@dataclass(frozen=True, slots=True)
class Entry:
    """One issued polygon in the 更正台账."""

    polygon_id: str
    cells: tuple[
        Cell, ...
    ]  # the filing's own, in `Ledger.filing_columns`; () where no row was filed
    status: Status | None  # `None` is 一致
    proposed: Call | None = None
    grounds: Words = Words("", "")  # rule codes and figures
    provisions: tuple[Words, ...] = ()
    responsible_unit: str = ""
    measure: str = ""
    deadline: date | str | None = None
    responsible_person: str = ""
    review: Review = Review()
    township: str = ""
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    key: str = ""  # the polygon's number folded, by which its filing is found
    filed: Call | None = None  # the call as the filing was read; `None` where no row was filed
    family: str = ""  # the folded number of the polygon that it was split from, or its own


class Problem(NamedTuple):
    """One finding in the 问题清单."""

    finding: Finding
    title: Words  # of the rule
    township: str = ""
    review: Review = Review()


class Rectification(NamedTuple):
    """One line of the 整改清单: a ledger row as it stands, or what must enter the ledger."""

    polygon_id: str
    batch: str
    standing: str  # 在册, 应纳入
    problem: str
    responsible_unit: str = ""
    measure: str = ""
    deadline: date | str | None = None  # as it was written, where that is no date
    extended_deadline: date | None = None
    responsible_person: str = ""
    status: str = ""
    closed: bool | None = None
    closed_date: date | None = None
    source: str = ""
    findings: tuple[str, ...] = ()  # ids of what the audit says of it
    transfer: str = ""  # 移送: to whom, when, by which number


class Duty(NamedTuple):
    """One responsible unit in the 责任清单."""

    responsible_unit: str  # "" where nobody was named
    polygons: tuple[str, ...]
    open: int
    overdue: int
    closed: int
    blanks: int  # rows that lack a required field
    persons: tuple[str, ...]
    entering: int = 0  # rows that must enter the county's ledger
    transferred: int = 0
    next_due: date | None = None  # the first deadline of what is open
    late: tuple[str, ...] = ()  # polygons that are overdue
    left: tuple[str, ...] = ()  # polygons that are open


class TownshipCount(NamedTuple):
    """One township in the 乡镇统计."""

    township: str
    issued: int
    consistent: int
    inconsistent: int
    unsupported: int
    doubtful: int
    unassessable: int
    overdue: int
    sources: tuple[tuple[str, int], ...] = ()  # 线索来源 of its ledger rows
    relapsed: int = 0  # polygons closed or restored before and dug again (RL05)
    may_have_relapsed: int = 0  # of which RL05 only doubts it
    leads: tuple[tuple[str, int], ...] = ()  # polygons by kind of lead: 督查, 举报, 舆情, 其他
    ranks: tuple[int | None, ...] = ()  # its place by issued, inconsistent, overdue, relapsed


@dataclass(frozen=True, slots=True)
class EightOf:
    """One of the 八个一批; `count` is `None` where only people can fill it."""

    name: str
    count: int | str | None
    note: Words


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every sheet of the workbook, as rows."""

    batch: str
    filing_columns: tuple[str, ...]
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    rectification: tuple[Rectification, ...] = ()
    duties: tuple[Duty, ...] = ()
    townships: tuple[TownshipCount, ...] = ()
    eight: tuple[EightOf, ...] = ()
    unjudged: tuple[Finding, ...] = ()  # unassessable, of polygons and of the batch
    misreads: tuple[Misread, ...] = ()
    notes: tuple[tuple[Words, str], ...] = ()  # 说明: name and value
    filled: tuple[Filled, ...] = ()  # what people filled in, which stands in the rows above
    outdated: tuple[Outdated, ...] = ()  # answers that no longer fit
    read: str = ""  # sha256 of the ledger.xlsx whose answers stand here

    def count(self, status: Status | None) -> int:
        """How many polygons have this 审核状态."""
        return sum(entry.status is status for entry in self.entries)


def families(parents: Mapping[str, str]) -> dict[str, str]:
    """Give the polygon that each was split from, and that one from; its own number elsewhere.

    `parents`: the folded number of each polygon's parent by its own; "" where it has none.
    """
    found = {}
    for key in parents:
        root, seen = key, {key}
        while (above := parents.get(root, "")) and above not in seen:
            root = above
            seen.add(root)
        found[key] = root
    return found


class Former(NamedTuple):
    """A picture that the archive kept of an earlier polygon, brought into the scratch folder."""

    chip: KeptChip
    path: Path


@dataclass(frozen=True, slots=True)
class Audit:
    """One finished audit: all that the report renders. `former`: by earlier batch and number."""

    batch: Batch
    cases: tuple[Case, ...] = field(repr=False)
    judgement: Judgement = field(repr=False)
    ledger: Ledger = field(repr=False)
    photos: tuple[PhotoEvidence, ...] = field(default=(), repr=False)
    photo_groups: tuple[PhotoGroup, ...] = field(default=(), repr=False)
    chips: tuple[Chip, ...] = field(default=(), repr=False)
    fits: tuple[SceneFit, ...] = field(default=(), repr=False)
    titles: Mapping[str, Words] = field(default_factory=dict)  # of every rule in the book
    thresholds: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # rule code: limits
    policy: Policy = field(default_factory=Policy)  # what held for the audit as a whole
    versions: Mapping[str, str] = field(default_factory=dict)  # satcheck and every library
    lang: str = "zh"
    only: tuple[str, ...] = ()  # the rules that were run alone; () where the whole book was
    archive: ArchiveUsed | None = None  # `None`: the audit was given none
    former: Mapping[tuple[str, str], tuple[Former, ...]] = field(default_factory=dict, repr=False)
    dem: DemFit | None = None  # how the elevation models of two dates were compared

    @property
    def bare(self) -> bool:
        """Whether no polygon has a scene, a filing or a photograph that it could be checked by."""
        return not any(
            case.filing
            or (case.scene and case.scene.refused is None)
            or any(photo.pixel_hash for photo in case.photos)
            for case in self.cases
        )
