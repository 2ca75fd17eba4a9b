"""What people wrote into the ledger of an OUT: told from what the audit wrote there itself."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Finished
from yanhu_satcheck.ledger import Entry, Rectification
from yanhu_satcheck.read.answers import KINDS, Book, answers_in, header_of, open_book
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import day, is_blank, text
from yanhu_satcheck.read.workbooks import column_letters
from yanhu_satcheck.review import (
    ABOUT,
    BATCH_NAMED,
    BY_HAND,
    COUNT,
    DUTY,
    EIGHT,
    POLYGONS,
    THIS_AUDIT,
    TO_ENTER,
    TO_RECTIFY,
    TRANSFER,
    Filled,
    Marked,
    Written,
    by_cell,
    line_of,
    mark,
    plain,
    same,
)
from yanhu_satcheck.terms import Words, fold

_Row = tuple[int, Mapping[str, Any]]  # its number, and its cells by column
_Cells = dict[tuple[str, str, str], Cell]  # by sheet, row and column
_DUE = "整改时限"


def read_written(workbook: Path, finished: Finished) -> Written:
    """Read what people wrote into ledger.xlsx since the audit wrote it.

    Raises:
        Unreadable: It cannot be opened, is another batch's, or lacks the sheets or columns it was
            made with.
    """
    book = open_book(workbook)
    _of_this_batch(book, finished)
    answers = answers_in(book)
    rows, strange = dict[str, list[_Row]](), [*_beside(book)]
    for sheet, grid in book.grids.items():
        if sheet in finished.sheets:
            rows[sheet] = []
            strange += _told(sheet, grid, finished.sheets[sheet], rows[sheet])
        elif any(not is_blank(cell) for row in grid for cell in row):
            strange.append(Words(f"工作表“{sheet}”", f"the sheet “{sheet}”"))
    filled = _filled(rows, finished, strange)
    return Written(book.sha256, answers, filled, tuple(strange))


def _of_this_batch(book: Book, finished: Finished) -> None:
    """Refuse the ledger of another batch: its answers would all be left out, unsaid.

    It says itself whose it is; where that sheet is gone, its polygons tell.
    """
    said = [row[2] for row in book.grids.get(ABOUT, ()) if len(row) > 2 and _names_batch(row)]
    batch = text(said[0]) if said else ""
    rows = [text(row[0]) for row in book.grids.get(POLYGONS, ()) if row and not is_blank(row[0])]
    known = {fold(one.polygon_id) for one in finished.ledger.entries}
    stranger = not batch and len(rows) > 1 and not any(fold(one) in known for one in rows)
    if stranger or fold(batch or finished.batch) != fold(finished.batch):
        zh = f"是批次 {batch} 的台账" if batch else "是另一批次的台账"
        en = f"it is the ledger of batch {batch}" if batch else "it is another batch's ledger"
        raise Unreadable(
            Words(f"{zh}，不是批次 {finished.batch} 的", f"{en}, not of {finished.batch}"),
            Words("请放回本批次的 ledger.xlsx", "put this batch's own ledger.xlsx back"),
        )


def _names_batch(row: list[Any]) -> bool:
    return plain(row[0]) == plain(THIS_AUDIT) and plain(row[1]) in map(plain, BATCH_NAMED)


def _beside(book: Book) -> Iterator[Words]:
    if book.notes:
        cells = "、".join(book.notes[:5])
        yield Words(f"批注（{cells}）", f"notes ({', '.join(book.notes[:5])})")
    if book.pictures:
        yield Words("插入的图片或图表", "pictures or charts")


def _told(sheet: str, grid: list[list[Any]], marked: Marked, rows: list[_Row]) -> Iterator[Words]:
    """Collect a sheet's rows, and name all that the audit did not write there."""
    at = header_of(grid, marked.header)
    if at is None:
        if sheet in KINDS:
            raise Unreadable(
                Words(f"工作表“{sheet}”的表头被改动", f"the header of “{sheet}” was changed"),
                Words("请恢复原来的表头", "put its header back as it was"),
            )
        yield Words(f"{sheet} 的表头", f"the header of {sheet}")
        return
    for number in range(at):
        if any(not is_blank(cell) for cell in grid[number]):
            yield _place(sheet, number + 1)
    places = _places(grid[at], marked.header)
    for extra in sorted(set(range(len(grid[at]))) - set(places)):
        if any(not is_blank(row[extra]) for row in grid[at:]):
            name = text(grid[at][extra]) or column_letters(extra)
            yield Words(f"{sheet} 的“{name}”列", f"the column “{name}” of {sheet}")
    left = Counter(marked.rows)
    for number, row in enumerate(grid[at + 1 :], at + 2):
        cells = [row[place] for place in places]
        if all(map(is_blank, cells)) or (not marked.rows and plain(cells[0]).startswith("无")):
            continue
        rows.append((number, dict(zip(marked.header, cells, strict=True))))
        own = mark(sheet, marked.header, cells)
        if left[own]:
            left[own] -= 1
        else:
            yield _place(sheet, number)


def _place(sheet: str, number: int) -> Words:
    return Words(f"{sheet} 第 {number} 行", f"{sheet} row {number}")


def _places(row: list[Any], header: tuple[str, ...]) -> list[int]:
    """Find each column, wherever it was moved; of two of one name the first comes first."""
    there = [plain(cell) for cell in row]
    found: list[int] = []
    for name in header:
        found.append(next(i for i, n in enumerate(there) if n == plain(name) and i not in found))
    return found


def _filled(
    rows: Mapping[str, list[_Row]], finished: Finished, strange: list[Words]
) -> tuple[Filled, ...]:
    """Compare people's cells with what stood there when the ledger was written."""
    wrote, machine = _wrote(finished), by_cell(finished.ledger.filled)
    found: dict[tuple[str, str, str], Filled] = {}
    for key, value, number in _cells(rows, finished):
        sheet, about, column = key
        if key not in wrote or same(value, wrote[key]):
            continue
        own = sheet == EIGHT or column == TRANSFER
        cell = (sheet if own else POLYGONS, about, column)
        before = machine[cell].now if cell in machine else wrote[key]
        if cell in found and not same(found[cell].value, value):
            strange.append(
                Words(
                    f"{sheet} 第 {number} 行的{column}（与更正台账所填不同）",
                    f"{column} in {sheet} row {number} (更正台账 says otherwise)",
                )
            )
            continue
        found[cell] = Filled(*cell, value, over=before, now=before)
    return tuple(found[cell] for cell in sorted(found))


def _cells(
    rows: Mapping[str, list[_Row]], finished: Finished
) -> Iterator[tuple[tuple[str, str, str], Cell, int]]:
    """Give people's cells, 更正台账 first, which counts where 整改清单 says otherwise."""
    ids = {fold(one.polygon_id): one.polygon_id for one in finished.ledger.entries}
    for sheet in (POLYGONS, TO_RECTIFY):
        for number, row in rows.get(sheet, ()):
            about = ids.get(fold(text(row["图斑编号"])))
            if about and (sheet == POLYGONS or row["在册情况"] == TO_ENTER):
                for column in DUTY:
                    yield (sheet, about, column), _value(row[column], column), number
    for number, row in rows.get(TO_RECTIFY, ()):
        if TRANSFER in row:  # a ledger of before there was one
            about = line_of(text(row["图斑编号"]), text(row["批次"]))
            yield (TO_RECTIFY, about, TRANSFER), _value(row[TRANSFER], TRANSFER), number
    for number, row in rows.get(EIGHT, ()):
        said = row[COUNT]
        count = None if plain(said) in map(plain, BY_HAND) else said
        yield (EIGHT, text(row["事项"]), COUNT), _value(count, COUNT), number


def _value(cell: Any, column: str) -> Cell:
    if is_blank(cell):
        return None
    if column == _DUE:
        try:
            return day(cell)
        except Unreadable:
            return text(cell)
    if column == COUNT and isinstance(cell, int | float):
        return int(cell) if cell == int(cell) else cell
    return cell.date().isoformat() if isinstance(cell, datetime) else text(cell)


def _wrote(finished: Finished) -> _Cells:
    """Give people's cells as the audit wrote them, with what people had filled in before."""
    said: _Cells = {}
    ledger = finished.ledger
    for one in ledger.entries:
        said |= _duty(POLYGONS, one)
    for line in ledger.rectification:
        if line.standing == TO_ENTER:
            said |= _duty(TO_RECTIFY, line)
        said[TO_RECTIFY, line_of(line.polygon_id, line.batch), TRANSFER] = line.transfer
    return said | {(EIGHT, one.name, COUNT): one.count for one in ledger.eight}


def _duty(sheet: str, one: Entry | Rectification) -> _Cells:
    due: date | str | None = one.deadline
    cells = (one.responsible_unit, one.measure, due, one.responsible_person)
    return {(sheet, one.polygon_id, name): cell for name, cell in zip(DUTY, cells, strict=True)}
