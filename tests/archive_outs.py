"""Small finished OUTs for tests of the archive, and how to meddle with a file."""

import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

from tests.test_report_audit import small_audit
from yanhu_satcheck import report
from yanhu_satcheck.batch import LedgerRow
from yanhu_satcheck.ledger import Audit

Change = Callable[[Audit], Audit]


def finished(
    folder: Path,
    batch: str = "2022Q4",
    change: Change | None = None,
    rows: Sequence[LedgerRow] = (),
) -> Path:
    """Write the OUT of a small audit of six polygons, as a batch of any name."""
    audit = small_audit(folder / f"{batch} scratch")
    found = tuple(replace(one, batch=batch) for one in audit.judgement.findings)
    problems = zip(audit.ledger.problems, found, strict=True)
    ledger = replace(
        audit.ledger,
        batch=batch,
        problems=tuple(problem._replace(finding=one) for problem, one in problems),
    )
    audit = replace(
        audit,
        batch=replace(audit.batch, id=batch, ledger=tuple(rows)),
        judgement=replace(audit.judgement, findings=found),
        ledger=ledger,
    )
    out = folder / f"{batch} OUT"
    shutil.rmtree(out, ignore_errors=True)  # its answers are carried by the audit, not read
    report.write(change(audit) if change else audit, out)
    return out


def reworded(audit: Audit) -> Audit:
    """Change one word of the filing, as a county does that files again."""
    first, *others = audit.cases
    assert first.filing is not None
    told = replace(first, filing=replace(first.filing, legality="伪变化"))
    return replace(audit, cases=(told, *others))


def answer(out: Path, sheet: str, about: str, opinion: str) -> None:
    """Answer a row of an OUT's ledger as a person does in a spreadsheet."""
    book = openpyxl.load_workbook(out / "ledger.xlsx")
    page = book[sheet]
    header = [cell.value for cell in page[1]]
    (at,) = [row[0].row for row in page.iter_rows(min_row=2) if str(row[0].value) == about]
    for name, value in (("复核意见", opinion), ("复核人", "王五"), ("复核日期", "2023-01-05")):
        page.cell(at, len(header) - header[::-1].index(name), value)
    book.save(out / "ledger.xlsx")


def meddle(path: Path, *statements: str) -> None:
    """Change an archive behind its back: its own triggers taken off, and put back after."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        triggers = base.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            base.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            base.execute(statement)
        for _, sql in kept:
            base.execute(sql)
