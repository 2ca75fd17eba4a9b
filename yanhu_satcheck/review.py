"""What people write into a finished ledger, and what they wrote it to.

OUT/ledger.xlsx is worked on by people. Here stands which of its cells are theirs, and the nouns by
which what they wrote finds its way back: into the next audit of the batch, and into what is filed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import sha256
from typing import NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.past import ACCEPTED as ACCEPTED
from yanhu_satcheck.past import REFUSED, Answer
from yanhu_satcheck.terms import Call, Status, Words

POLYGONS, PROBLEMS, TO_RECTIFY, EIGHT = "更正台账", "问题清单", "整改清单", "八个一批"
TO_FIELD = "需外业"
OPINIONS = (ACCEPTED, REFUSED, TO_FIELD)
REVIEW = ("复核意见", "复核人", "复核日期")
DUTY = ("责任单位", "整改措施", "整改时限", "整改责任人")
COUNT = "数量"
TRANSFER = "移送"
ABOUT, THIS_AUDIT = "说明", "本次核查"
BATCH_NAMED = Words("批次", "batch")
"""How 说明 says whose ledger it is: the kind of the row, and its name."""
BY_HAND = Words("待人工填写", "to be filled in by hand")
LINK = "报告"
STANDING, TO_ENTER = "在册", "应纳入"
NAMED_BY = {POLYGONS: "图斑编号", PROBLEMS: "id", TO_RECTIFY: "图斑编号", EIGHT: "事项"}
"""The sheets that people write in, and the column that says what a row is about."""

_FIRST_DAY = date(1900, 3, 1)  # before it a workbook holds dates as text
_EXACT = 10**15  # beyond it a workbook holds numbers as text


class Stood(NamedTuple):
    """What stood in the ledger where somebody answered."""

    status: Status | None  # `None` is 一致
    proposed: Call | None
    findings: tuple[str, ...] = ()  # of a polygon: the ids of its findings, sorted


class Told(NamedTuple):
    """An answer, and where it was read."""

    answer: Answer
    where: Words


class Outdated(NamedTuple):
    """An answer that no longer fits: it is shown and not applied, until somebody answers anew."""

    answer: Answer
    stood: Stood  # what it was given to
    polygon_ids: tuple[str, ...] = ()
    now: Stood | None = None  # what stands there now; `None`: nothing


class Filled(NamedTuple):
    """A cell that a person filled in or changed."""

    sheet: str  # POLYGONS, EIGHT, or TO_RECTIFY for what is there alone
    about: str
    column: str
    value: Cell
    over: Cell = None  # what the machine said when it was filled in
    now: Cell = None  # what the machine says now
    gone: bool = False  # there is no such row any more


class Marked(NamedTuple):
    """A sheet as it was written: header, rows, and a mark a row of all but people's cells."""

    header: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...] = ()  # as the audit wrote them; () in an older OUT
    filed: int = 0  # how many columns are the filing's own


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote into one ledger.xlsx."""

    sha256: str  # of the workbook
    answers: tuple[Told, ...] = ()  # rows with a review cell that is filled
    filled: tuple[Filled, ...] = ()  # cells of theirs that differ from what was written
    strange: tuple[Words, ...] = ()  # what another audit would lose: each named with its place


def peoples(sheet: str, standing: Cell = None) -> tuple[str, ...]:
    """Name the columns of a row that are people's; `standing` is its 在册情况."""
    if sheet == TO_RECTIFY:
        return (*DUTY, TRANSFER) if standing == TO_ENTER else (TRANSFER,)
    return {POLYGONS: (*DUTY, *REVIEW), PROBLEMS: REVIEW, EIGHT: (COUNT,)}.get(sheet, ())


def line_of(polygon_id: str, batch: str) -> str:
    """Name a line of the 整改清单: a number alone may stand there for several batches."""
    return f"{polygon_id} {batch}".strip()


def mark(sheet: str, header: Iterable[str], cells: Iterable[Cell]) -> str:
    """Mark a row so that a change to any cell but people's own shows.

    A spreadsheet program may change how a cell is stored, so only what it says counts.
    """
    named = [(name, cell) for name, cell in zip(header, cells, strict=True)]
    free = {LINK, *peoples(sheet, next((c for n, c in named if n == "在册情况"), None))}
    said = "\x1f".join(plain(cell) for name, cell in named if name not in free)
    return sha256(said.encode(errors="replace")).hexdigest()[:12]


def plain(cell: object) -> str:
    """Say a cell as every spreadsheet program gives it back: without spaces, to 12 digits."""
    if isinstance(cell, bool):
        cell = int(cell)
    if isinstance(cell, (int, float)) and abs(cell) < _EXACT:
        return f"{cell:.12g}"
    if isinstance(cell, datetime) and cell.date() >= _FIRST_DAY:
        whole = cell.replace(microsecond=0, tzinfo=None)
        return str(whole.date()) if whole.time() == time() else whole.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else "".join(str(cell).split())


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same."""
    return plain(one) == plain(other)


def by_cell(filled: Iterable[Filled]) -> Mapping[tuple[str, str, str], Filled]:
    """Find what people filled in by sheet, row and column."""
    return {(one.sheet, one.about, one.column): one for one in filled}
