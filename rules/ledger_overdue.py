"""A ledger row is past its deadline and still open.

查什么：到核查基准日，整改时限（有延期的按延期）已过而未销号的台账行。
What it finds: rows whose deadline, the extended one where there is one, lies before the day of
judging, and which are not closed.

为何要紧：要求是按期清零；逾期未销号，即整改没有到位。
Why it matters: every problem is to be cleared by its day; an open one past it has not been.

何时会看错：已完成但未登记销号的，列存疑；当日到期不算逾期；基准日之后才销号的，仍算未销号。
没有时限的由 RL02 说明，此处无法判定。
When it misleads: work done but not entered as closed is only doubted; what is due on the day itself
is not overdue; a closing after the day does not count yet. Without a deadline nothing can be told.

什么能说清：登记销号日期，或登记批准的延期。
What clears it: enter the day of closing, or the extension that was granted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from yanhu_satcheck.evidence import Dossier, LedgerRow
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import DONE, Confidence, Severity, Status, Words

TELLS = ("closed", "closed_date", "status")  # columns that tell an open row from a closed one


@dataclass(frozen=True, slots=True)
class Limits:
    """Which words in 整改状态 say that the work is done."""

    done: tuple[str, ...] = limit(
        DONE,
        unit="in 整改状态",
        why="状态已完成而销号栏空白 done, and 是否销号 left blank",
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name every open row past its day; rows of polygons not issued here, too."""
    if {f"rectification.{name}" for name in TELLS} <= dossier.batch.blank_columns:
        says = "整改台账的是否销号、销号日期、整改状态整列空白，无法判断是否逾期"
        yield Unsure((), Words(says, "no ledger row says whether it is open or closed"))
        return
    still_open: dict[tuple[tuple[str, ...], str], list[LedgerRow]] = {}
    for row in dossier.batch.ledger:
        if row.open_on(dossier.as_of):
            still_open.setdefault((_whose(dossier, row), row.key), []).append(row)
    for (whom, _), rows in sorted(still_open.items()):
        yield from _answer(whom, sorted(rows, key=lambda row: row.row), dossier.as_of, limits)


def _whose(dossier: Dossier, row: LedgerRow) -> tuple[str, ...]:
    """Give the polygons, issued in this batch, that a row of the ledger speaks of."""
    if not dossier.batch.owns(row):
        return ()
    return tuple(case.polygon_id for case in dossier.cases if case.polygon.key == row.key)


def _done(row: LedgerRow, as_of: date, limits: Limits) -> bool:
    """Whether 是否销号 is blank, but another column says that the work is done."""
    dated = row.closed_date is not None and row.closed_date <= as_of
    return row.closed is None and (dated or any(word in row.status for word in limits.done))


def _answer(
    whom: tuple[str, ...], rows: list[LedgerRow], as_of: date, limits: Limits
) -> Iterator[Answer]:
    """Give one answer for all the open rows of one polygon: the worst that can be said."""
    late = [row for row in rows if row.due_on is not None and row.due_on < as_of]
    sure = [row for row in late if not _done(row, as_of, limits)]
    undated = [row for row in rows if row.due_on is None and not _done(row, as_of, limits)]
    if late:
        yield _overdue(whom, sure or late, as_of, bool(sure))
    elif undated:
        says = Words(
            f"台账 {undated[0].polygon_id} 未销号且没有整改时限，无法判断是否逾期",
            f"ledger {undated[0].polygon_id} is open and has no deadline to be held to",
        )
        yield Unsure(whom, says, related=_related(whom, undated))


def _overdue(whom: tuple[str, ...], rows: list[LedgerRow], as_of: date, sure: bool) -> Doubt:
    due = min(row.due_on for row in rows if row.due_on)
    late, number = (as_of - due).days, rows[0].polygon_id
    zh, en = ("", "") if sure else ("；但另有栏目记为已完成", "; yet another column calls it done")
    return Doubt(
        whom,
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.CERTAIN if sure else Confidence.HINT,
        Words(
            f"台账 {number} 的整改时限为 {due}，至 {as_of} 已逾期 {late} 天，尚未销号{zh}",
            f"ledger {number} was due on {due}; on {as_of} it was {late} days late and open{en}",
        ),
        (
            stated("due_on", due.isoformat(), "rectification", "day", threshold=as_of.isoformat()),
            Figure("days_late", late, None, None, "day", 0, "rectification"),
        ),
        _related(whom, rows),
        on_change=False,
    )


def _related(whom: tuple[str, ...], rows: list[LedgerRow]) -> tuple[Related, ...]:
    first = min(whom, default=None)
    return tuple(Related("ledger", row.polygon_id, first, row.batch or None) for row in rows)


RULE = Rule(
    code="RL03",
    slug="ledger-overdue",
    title=Words("整改逾期未销号", "past its deadline and open"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(三)：清零",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"rectification"}),
    concerns=lambda case, limits: bool(case.ledger),
    check=check,
)
