"""The ledger of an OUT as people left it: opened without harm, and the answers in it (复核意见)."""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.past import Answer
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import day, folded, is_blank, text
from yanhu_satcheck.read.workbooks import refuse_hostile
from yanhu_satcheck.review import NAMED_BY, OPINIONS, POLYGONS, PROBLEMS, REVIEW, Told, plain
from yanhu_satcheck.terms import Words

KINDS = {POLYGONS: "polygon", PROBLEMS: "finding"}
_NOTE = re.compile(rb"<(?:\w+:)?(?:comment|threadedComment)\b[^>]*?\sref=\"([A-Z]+\d+)\"")
_TOP = 20  # rows in which a header is looked for


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook's cells by sheet; its notes (批注) by cell, and whether it holds pictures."""

    sha256: str
    grids: Mapping[str, list[list[Any]]]
    notes: tuple[str, ...] = ()
    pictures: bool = False


def read_answers(workbook: Path) -> tuple[Answer, ...]:
    """Give every answered row of ledger.xlsx; rows that nobody answered are left out.

    Raises:
        Unreadable: The workbook cannot be opened, or lacks the sheets or columns it was made with.
    """
    return tuple(one.answer for one in read_told(workbook) if one.answer.opinion)


def read_told(workbook: Path) -> tuple[Told, ...]:
    """Give every row of ledger.xlsx that anything was answered in, with its place.

    Raises:
        Unreadable: The workbook cannot be opened, or lacks the sheets or columns it was made with.
    """
    return answers_in(open_book(workbook))


def open_book(workbook: Path) -> Book:
    """Open a ledger.xlsx that people worked on.

    Raises:
        Unreadable: It cannot be opened.
    """
    try:
        content = workbook.read_bytes()
    except OSError as cause:
        why = by_system(cause)
        raise Unreadable(
            Words(f"不可读：{why.zh}", f"it cannot be read: {why.en}"),
            Words("请关闭或恢复该文件", "close it, or put it back"),
        ) from None
    refuse_hostile(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = {
            one.name: _grid(book.get_sheet_by_name(one.name))
            if one.typ == SheetTypeEnum.WorkSheet
            else [[one.name]]  # a chart on a sheet of its own
            for one in book.sheets_metadata
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as cause:  # a panic in the reader is no Exception
        raise Unreadable(
            Words("工作簿损坏，无法打开", f"the workbook cannot be opened ({str(cause)[:80]})"),
            Words("请用 Excel 或 WPS 打开后另存", "open it in Excel or WPS and save it again"),
        ) from None
    return Book(sha256(content).hexdigest(), grids, *_beside(content))


def _grid(sheet: CalamineSheet) -> list[list[Any]]:
    """Give the cells; those of an area that was merged down all say what its first one says."""
    grid: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if left == right and top < len(grid) and left < len(grid[top]):
            for row in grid[top + 1 : bottom + 1]:
                row[left] = grid[top][left]
    return grid


def _beside(content: bytes) -> tuple[tuple[str, ...], bool]:
    """Find what stands in no cell, and would be lost with the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        written = [parts.read(one) for one in names if "omments" in one and one.endswith(".xml")]
    notes = {found.decode() for part in written for found in _NOTE.findall(part)}
    return tuple(sorted(notes)), any(one.startswith(("xl/media/", "xl/charts/")) for one in names)


def answers_in(book: Book) -> tuple[Told, ...]:
    """Give every row of which a review cell is filled, with its place.

    Raises:
        Unreadable: A sheet or a header that the answers stand in is not there.
    """
    return tuple(one for sheet in KINDS for one in _answers(sheet, book.grids.get(sheet, [])))


def _answers(sheet: str, grid: list[list[Any]]) -> Iterator[Told]:
    wanted = (NAMED_BY[sheet], *REVIEW)
    found = header_of(grid, wanted)
    if found is None:
        top = {str(cell).strip() for row in grid[:_TOP] for cell in row}
        lacks = next((name for name in wanted if name not in top), wanted[0])
        raise Unreadable(
            Words(f"工作表“{sheet}”缺少 {lacks}", f"the sheet “{sheet}” lacks {lacks}"),
            Words("请恢复原来的表头", "put its header back as it was"),
        )
    header = [str(cell).strip() for cell in grid[found]]
    # The filing may have columns of these names, which come first; ours are the last.
    last = len(header) - 1
    about = header.index(NAMED_BY[sheet])
    places = [last - header[::-1].index(name) for name in REVIEW]
    for number, row in enumerate(grid[found + 1 :], found + 2):
        cells = [row[at] for at in places]
        if not all(map(is_blank, cells)) and not is_blank(row[about]):
            where = Words(f"{sheet} 第 {number} 行", f"{sheet} row {number}")
            yield Told(answer(KINDS[sheet], text(row[about]), *cells), where)


def header_of(grid: list[list[Any]], wanted: tuple[str, ...]) -> int | None:
    """Find the row that holds these names; somebody may have put a title above it."""
    names = Counter(map(plain, wanted))
    rows = (Counter(map(plain, row)) for row in grid[:_TOP])
    return next((at for at, row in enumerate(rows) if names <= row), None)


def answer(kind: str, about: str, opinion: Any, by: Any, on: Any) -> Answer:
    """Read the three cells of an answer; a date that is none stays as it was written."""
    said = folded(opinion) if not is_blank(opinion) else ""
    return Answer(kind, about, said if said in OPINIONS else text(opinion), text(by), _day(on))


def _day(cell: Any) -> str:
    try:
        when = day(cell)
    except Unreadable:
        return text(cell)
    return when.isoformat() if when else ""
