"""What people answered in a ledger.xlsx that stands there: it must not be written over unread."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from yanhu_satcheck.ledger import Ledger
from yanhu_satcheck.report.columns import REVIEW, reviewed
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.place import Guard, refusal, stored

Answer = tuple[str, ...]  # the first cell of its row, then the three review cells
_NAMED = 3  # answers that the refusal names


def keeps_answers(batch: str, ledger: Ledger | None = None) -> Guard:
    """Give a guard of another batch's OUT, and of answers that `ledger` does not hold."""
    carried = set() if ledger is None else set(_carried(ledger))

    def guard(out: Path) -> None:
        _refuse_another_batch(out, batch)
        _refuse_answered(out, carried)

    return guard


def _refuse_another_batch(out: Path, batch: str) -> None:
    said = stored(out).get("batch")
    there = said.get("id") if isinstance(said, dict) else None
    if there != batch:
        raise refusal(
            out,
            f"其中是批次 {there} 的核查结果，不是批次 {batch} 的；没有改动，请用 -o 另选一个文件夹",
            f"holds the audit of batch {there}, not of {batch}; nothing was changed,"
            " choose another folder with -o",
        )


def _refuse_answered(out: Path, carried: set[Answer]) -> None:
    book = out / "ledger.xlsx"
    if not book.exists():
        return
    answers = _answers(book)
    if answers is None:
        raise refusal(
            out,
            "ledger.xlsx 无法读取，其中可能有复核意见；没有改动，请用 -o 另选一个文件夹",
            "ledger.xlsx cannot be read and may hold review answers; nothing was changed,"
            " choose another folder with -o",
        )
    lost = sorted({one[0] for one in answers if one not in carried})
    if lost:
        more = len(lost) > _NAMED
        ids = lost[:_NAMED]
        raise refusal(
            out,
            f"ledger.xlsx 中已填写复核意见（{'、'.join(ids)}{' 等' if more else ''}，共"
            f" {len(lost)} 行），重写会丢失；没有改动，请用 -o 另选一个文件夹",
            f"ledger.xlsx holds review answers ({', '.join(ids)}{', …' if more else ''};"
            f" rows: {len(lost)}) that would be lost; nothing was changed,"
            " choose another folder with -o",
        )


def _carried(ledger: Ledger) -> Iterator[Answer]:
    for entry in ledger.entries:
        yield (entry.polygon_id, *map(_said, reviewed(entry.review)))
    for problem in ledger.problems:
        yield (problem.finding.id, *map(_said, reviewed(problem.review)))


def _answers(book: Path) -> list[Answer] | None:
    """Read every row with a review cell that is filled; `None` where it is no workbook."""
    from python_calamine import CalamineError, CalamineWorkbook

    found: list[Answer] = []
    try:
        with CalamineWorkbook.from_path(str(book)) as held:
            for name in held.sheet_names:
                found += _answered(held.get_sheet_by_name(name).to_python())
    except (CalamineError, OSError):
        return None
    return found


def _answered(rows: Sequence[Sequence[object]]) -> Iterator[Answer]:
    """Find the review columns by their header, which may have been moved."""
    places: list[int] = []
    for row in rows:
        cells = [_said(cell) for cell in row]
        if set(REVIEW) <= set(cells):
            places = [cells.index(name) for name in REVIEW]
        elif any(cells[at] for at in places):
            yield (cells[0], *(cells[at] for at in places))


def _said(cell: object) -> str:
    if cell is None:
        return ""
    return day(cell) if isinstance(cell, date) else str(cell).strip()
