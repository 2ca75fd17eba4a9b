"""Spreadsheets and CSV files, bounded before anything opens them."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.archives import BAD_ZIP
from yanhu_satcheck.read.biff import OLE, refuse_hostile_biff
from yanhu_satcheck.read.encodings import decode
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table, find_header, tidy
from yanhu_satcheck.read.values import folded, is_blank
from yanhu_satcheck.terms import Words

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".et")
MAX_FILE = 100 << 20  # bytes
MAX_MEMBER = 200 << 20  # bytes of one sheet, unpacked
MAX_UNPACKED = 500 << 20  # bytes of all its parts
MAX_CELLS = 5_000_000  # of the rectangle that a sheet's cells span
MAX_ROWS = 1_048_576
# The last group tells a tag that closes at once, which holds nothing; whatever else follows counts.
_REFERENCE = re.compile(
    rb"<(?:\w+:)?(?:row|c)\b[^<]*?\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']"
    rb"((?:\s+[\w:]+\s*=\s*[\"'][\w.:]*[\"'])*\s*/>)?"
)
# What stands below a table: sums and signatures, not rows.
_FOOTER = re.compile(r"(?:合计|总计|小计)$|(?:(?:填表|填报|制表|审核|复核|负责)人?|注|备注|说明):")
_TABS = {"\t": "\t", ";": ";", "；": "；"}


class Wanted(NamedTuple):
    """What batch.toml says of a table beside its path."""

    sheet: str | None = None
    header_row: int | None = None
    encoding: str | None = None
    fields: Mapping[str, str] = {}
    layer: str | None = None


def read_workbook(name: str, path: Path, file: str, wanted: Wanted, misreads: Misreads) -> Table:
    """Read the sheet of a workbook that `sheet` names, or whose header fits the table best."""
    return _choose(name, file, read_sheets(path), wanted, misreads)


def read_sheets(path: Path) -> dict[str, list[list[Any]]]:
    """Read every sheet of a workbook, by name: its rows of cells.

    Its bytes tell an .xlsx from an old .xls (WPS: .et), whatever it is called.

    Raises:
        Unreadable: It is hostile, damaged or no workbook.
    """
    content = _bounded(path)
    if content.startswith(OLE):
        refuse_hostile_biff(content, MAX_CELLS)
    elif path.suffix.lower() in (".xls", ".et") and not content.startswith(b"PK"):
        raise _no_workbook(content)
    else:
        refuse_hostile(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return {
            about.name: _grid(book.get_sheet_by_name(about.name))
            for about in book.sheets_metadata
            if about.typ == SheetTypeEnum.WorkSheet
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as cause:  # a panic in the reader is no Exception
        raise Unreadable(
            Words("工作簿损坏，无法打开", f"the workbook cannot be opened ({str(cause)[:80]})"),
            Words(
                "请用 Excel 或 WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save it again"
            ),
        ) from None


def _bounded(path: Path) -> bytes:
    if (size := path.stat().st_size) > MAX_FILE:
        raise Unreadable(
            Words(f"工作簿过大（{size >> 20} MB）", f"it is too large ({size >> 20} MB)"),
            Words("请拆分，或删去图片和空表", "split it, or take out pictures and empty sheets"),
        )
    return path.read_bytes()


def _no_workbook(content: bytes) -> Unreadable:
    """Say what an .xls is that no Excel wrote; web systems “export to Excel” such files."""
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip().lower()
    if head.startswith(b"mime-version:"):
        what = Words(
            "是网页存档（MHT），不是 Excel 文件", "it is a web archive (MHT), no Excel file"
        )
    elif b"schemas-microsoft-com:office:spreadsheet" in head:
        what = Words(
            "是 XML 表格，不是 Excel 工作簿", "it is an XML spreadsheet, no Excel workbook"
        )
    elif b"<table" in head or b"<html" in head or head.startswith(b"<!doctype html"):
        what = Words("是网页（HTML）表格，不是 Excel 文件", "it is an HTML table, no Excel file")
    elif head and all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        what = Words("是文本表格，不是 Excel 文件", "it is a table in plain text, no Excel file")
    else:
        what = Words("不是有效的 .xls 文件", "it is no valid .xls file")
    return Unreadable(
        what,
        Words(
            "请用 Excel 或 WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save it as .xlsx"
        ),
    )


def read_csv(name: str, path: Path, file: str, wanted: Wanted, misreads: Misreads) -> Table:
    """Read a .csv in UTF-8 or GB18030; rows count as a spreadsheet would count them."""
    return _choose(name, file, {"": csv_grid(path, wanted.encoding)}, wanted, misreads)


def csv_grid(path: Path, encoding: str | None = None) -> list[list[Any]]:
    """Read the rows of a .csv.

    Raises:
        Unreadable: It is no text, or no table.
    """
    text = decode(path.read_bytes(), encoding)
    if "\0" in text:
        raise Unreadable(
            Words("不是文本文件", "it is no text file"),
            Words("请另存为 CSV（UTF-8）", "save it as CSV (UTF-8)"),
        )
    head = "\n".join(text.splitlines()[:20])
    comma = "," if "," in head else next((tab for tab in _TABS if tab in head), ",")
    csv.field_size_limit(1 << 20)
    try:
        return [*csv.reader(io.StringIO(text, newline=""), delimiter=comma)]
    except csv.Error as cause:
        raise Unreadable(
            Words("CSV 格式有误", f"the CSV is malformed ({cause})"),
            Words("请用 Excel 或 WPS 另存为 CSV", "save it as CSV from Excel or WPS"),
        ) from None


def refuse_hostile(content: bytes) -> None:
    """Refuse a workbook whose cells span more than a reader can hold.

    Two cells at opposite corners make a 4 KB file that no reader survives, so the references
    are measured before one is tried.

    Raises:
        Unreadable: It is no .xlsx, or it spans or unpacks to too much.
    """
    remedy = Words(
        "请另存为普通的 .xlsx，删去空行空列", "save it as an ordinary .xlsx, without stray cells"
    )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            left = MAX_UNPACKED
            for member in archive.infolist():
                left -= member.file_size
                if member.file_size > MAX_MEMBER or left < 0:
                    what = f"{member.filename}: {member.file_size >> 20} MB"
                    raise Unreadable(
                        Words(f"工作簿过大（{what}）", f"it unpacks too far ({what})"), remedy
                    )
                _refuse_far_cells(archive.read(member), remedy)
    except BAD_ZIP as cause:
        raise Unreadable(
            Words("不是有效的 .xlsx 文件", f"it is no valid .xlsx file ({cause})"),
            Words("请用 Excel 或 WPS 另存为 .xlsx", "save it as .xlsx from Excel or WPS"),
        ) from None


def _refuse_far_cells(sheet: bytes, remedy: Words) -> None:
    if sheet[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Unreadable(Words("工作表编码异常", "a sheet is written in UTF-16"), remedy)
    rows, columns = 0, 0
    for letters, digits, empty in _REFERENCE.findall(sheet):
        if empty:
            continue
        rows = max(rows, int(digits[:9]))
        columns = max(columns, column_number(letters.decode()))
    if rows > MAX_ROWS or rows * columns > MAX_CELLS:
        raise Unreadable(
            Words(
                f"单元格散布于 {rows} 行 × {columns} 列，超出可读范围",
                f"its cells span {rows} rows × {columns} columns, more than can be read",
            ),
            remedy,
        )


def column_number(letters: str) -> int:
    """Give a column's number: A is 1, XFD is 16384."""
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(index: int) -> str:
    """Give a column's letters: 0 is A."""
    letters, number = "", index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _grid(sheet: CalamineSheet) -> list[list[Any]]:
    grid: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    # Every cell of a merged area says what its first one says; the others are stored empty.
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if (bottom - top) * (right - left) > 10_000 or top >= len(grid) or left >= len(grid[top]):
            continue
        for row in grid[top + 1 : bottom + 1] if left == right else ():
            row[left] = grid[top][left]
    return grid


def _choose(
    name: str,
    file: str,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    wanted: Wanted,
    misreads: Misreads,
) -> Table:
    if wanted.sheet is not None and "" not in sheets and wanted.sheet not in sheets:
        raise Unreadable(
            Words(f"没有名为“{wanted.sheet}”的工作表", f"there is no sheet “{wanted.sheet}”"),
            Words(f"工作表有：{'、'.join(sheets)}", f"there are: {', '.join(sheets)}"),
        )
    if wanted.sheet in sheets:
        sheets = {str(wanted.sheet): sheets[str(wanted.sheet)]}
    found = {
        title: (start, heads.recognised(name, grid[start]))
        for title, grid in sheets.items()
        if (start := find_header(name, grid, wanted.header_row, wanted.fields)) is not None
    }
    if not found:
        raise _no_header(name, sheets, wanted)
    title = max(found, key=lambda sheet: found[sheet][1])  # the first of equals
    table = _cut(name, file, sheets[title], found[title][0])
    for other, (start, score) in found.items():
        # Rows on a second sheet of the same form would be lost without a word.
        if (
            other != title
            and score == found[title][1]
            and _cut(name, file, sheets[other], start).rows
        ):
            misreads.add(
                file,
                Words(
                    f"工作表“{other}”与“{title}”表头相同，未读取",
                    f"the sheet “{other}” has the same headers as “{title}” and was not read",
                ),
                Words(
                    '请合并到一张工作表，或在 batch.toml 写 sheet = "…"',
                    'put all rows on one sheet, or say sheet = "…" in batch.toml',
                ),
            )
    return table


def _no_header(name: str, sheets: Mapping[str, Any], wanted: Wanted) -> Unreadable:
    columns = [column.words for column in heads.schema(name).values()][:4]
    if not any(any(not is_blank(c) for c in row) for grid in sheets.values() for row in grid):
        what = Words("表是空的，没有数据行", "the table is empty: it has no rows")
    elif wanted.header_row is not None:
        what = Words(f"没有第 {wanted.header_row} 行", f"there is no row {wanted.header_row}")
    else:
        what = Words("找不到表头行", "no row of headers is recognised")
    return Unreadable(
        what,
        Words(
            f"表头应含：{'、'.join(columns)} 等；或在 batch.toml 写 header_row 和 fields",
            f"headers like {', '.join(columns)} are expected; or give header_row and fields",
        ),
    )


def _is_footer(row: Row) -> bool:
    first = next(folded(cell) for cell in row.cells if not is_blank(cell))
    return _FOOTER.match(first) is not None


def _cut(name: str, file: str, grid: Sequence[Sequence[Any]], start: int) -> Table:
    width = max(len(row) for row in grid)
    below = [tidy(row, width) for row in grid[start + 1 :]]
    titles = ["" if is_blank(h) else str(h).strip() for h in tidy(grid[start], width)]
    used = [
        index
        for index, title in enumerate(titles)
        if title or any(not is_blank(row[index]) for row in below)
    ]
    headers = tuple(titles[i] or f"列{column_letters(i)}" for i in used)
    rows = [
        Row(number, tuple(row[i] for i in used))
        for number, row in enumerate(below, start + 2)
        if any(not is_blank(row[i]) for i in used) and [row[i] for i in used] != [*headers]
    ]
    while rows and _is_footer(rows[-1]):
        rows.pop()
    top = (tidy(row, width) for row in grid[:start])
    above = tuple(tuple(row[i] for i in used) for row in top)
    return Table(name, file, headers, tuple(rows), header_row=start + 1, above=above)
