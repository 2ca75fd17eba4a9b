"""ledger.xlsx: filled in on screen, printed on A3, signed."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Outcome
from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import state
from yanhu_satcheck.report.names import cell_text, page_link
from yanhu_satcheck.report.place import refusal
from yanhu_satcheck.report.sheets import OUTCOME, Sheet, all_sheets
from yanhu_satcheck.review import LINK, OPINIONS, REVIEW, peoples
from yanhu_satcheck.terms import Status

_FONT = {"font_name": "微软雅黑", "font_size": 10, "valign": "top", "text_wrap": True}
_GRID = {"border": 1, "border_color": "#C5CCD6"}
# Pale to dark, and bold or slanted, so that states can be told apart on a grey print too.
_STATES: Mapping[Status | None, dict[str, Any]] = {
    Status.INCONSISTENT: {"bg_color": "#B42318", "font_color": "#FFFFFF", "bold": True},
    Status.UNSUPPORTED: {"bg_color": "#F0A868", "bold": True},
    Status.DOUBTFUL: {"bg_color": "#FBE7A1"},
    Status.UNASSESSABLE: {"bg_color": "#E4E7EC", "italic": True},
    None: {"bg_color": "#FFFFFF", "font_color": "#1A6B42"},
}
_OUTCOMES: Mapping[Outcome, dict[str, Any]] = {
    Outcome.CORRECTED: {"bg_color": "#1A6B42", "font_color": "#FFFFFF", "bold": True},
    Outcome.ACCEPTED: {"bg_color": "#DCEFE3"},
    Outcome.TO_FIELD: {"bg_color": "#FBE7A1"},
    Outcome.OPEN: {"bg_color": "#F0A868", "bold": True},
}
_HEADS = {"filed": "#E4E7EC", "ours": "#D6E4F0", "review": "#FFF2CC"}
_WIDE = {
    "更正依据": 40,
    "核查说明": 48,
    "证据数据": 40,
    "关联对象": 34,
    "可能涉及条款": 30,
    "原因": 60,
    "补救办法": 44,
    "内容": 90,
    "说明": 80,
    "问题": 40,
    "未销号图斑": 54,
    "已销号图斑": 54,
    "历次填报": 32,
    "复查情况": 24,
    "台账情况": 20,
}
_WIDEST, _WIDEST_FILED, _NARROWEST = 26, 18, 6
_DAY, _MOMENT = 11.5, 20.0  # characters that a date and a time need
_DATES = frozenset(
    {"整改时限", "延期至", "销号日期", "复核日期"}
)  # filled in later where they are blank
_TO_WRITE = 14.0  # characters that a cell needs in which somebody writes
_FIRST_DAY = date(1900, 3, 1)  # before it workbooks count days wrongly
_PRINTED = 300.0  # characters of an A3 sheet's width that can still be read
_EXACT = 10**15  # beyond it a workbook's numbers lose their last digits


class Heading(NamedTuple):
    """What stands at the head and foot of every printed sheet."""

    batch: str
    as_of: date
    lang: str
    title: str = "矿产卫片执法图斑核查"
    about: str = "批次"  # what `batch` is
    until: str = "截止"  # what `as_of` is


class Look(NamedTuple):
    """The formats of one workbook."""

    text: Any
    number: Any
    day: Any
    moment: Any
    link: Any
    none: Any
    review: Any
    review_day: Any
    changed: Any
    heads: Mapping[str, Any]
    states: Mapping[str, Any]


def write_workbook(audit: Audit, path: Path) -> None:
    """Write the eight sheets.

    Raises:
        ReportError: The disk is full.
    """
    heading = Heading(audit.batch.id, audit.batch.as_of, audit.lang)
    write_sheets(all_sheets(audit), path, heading)


def write_sheets(sheets: Iterable[Sheet], path: Path, heading: Heading) -> None:
    """Write a workbook of these sheets.

    Raises:
        ReportError: The disk is full.
    """
    with new_book(path, f"矿产卫片核查台账 {heading.batch}", heading.as_of) as book:
        look = look_of(book)
        for sheet in sheets:
            write_sheet(book.add_worksheet(sheet.name), sheet, look, heading)


@contextmanager
def new_book(path: Path, title: str, as_of: date) -> Iterator[Any]:
    """Give a workbook that takes no text for a formula, and write it when the block ends.

    Raises:
        ReportError: The disk is full.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    # The clock would make the same audit give other bytes.
    created = datetime.combine(as_of, time())
    book.set_properties({"title": title, "created": created})
    yield book
    try:
        book.close()
    except FileCreateError as cause:
        why = by_system(cause.args[0])  # it holds what the system said
        zh, en = f"无法写出（{why.zh}）；没有改动", f"{why.en}; nothing was changed"
        raise refusal(path, zh, en) from cause


def look_of(book: Any) -> Look:
    """Make the formats of a workbook."""

    def make(**more: Any) -> Any:
        return book.add_format({**_FONT, **_GRID, **more})

    yellow = {"bg_color": "#FFFBEA", "locked": False}
    return Look(
        text=make(),
        number=make(),
        day=make(num_format="yyyy-mm-dd", align="left"),
        moment=make(num_format="yyyy-mm-dd hh:mm:ss", align="left"),
        link=make(font_color="#1D4E89", underline=1),
        none=make(italic=True, font_color="#667085"),
        review=make(**yellow),
        review_day=make(num_format="yyyy-mm-dd", align="left", **yellow),
        changed=make(bold=True, bg_color="#DCEFE3"),
        heads={
            kind: make(bold=True, bg_color=colour, valign="vcenter", align="center")
            for kind, colour in _HEADS.items()
        },
        states={state(status): make(**how) for status, how in _STATES.items()}
        | {outcome.value.zh: make(**how) for outcome, how in _OUTCOMES.items()},
    )


def write_sheet(page: Any, sheet: Sheet, look: Look, heading: Heading) -> None:
    """Write a sheet of rows, ready to be filtered and printed."""
    widths = [_width(sheet, at) for at in range(len(sheet.header))]
    for at, (name, width) in enumerate(zip(sheet.header, widths, strict=True)):
        page.write_string(0, at, cell_text(name), look.heads[_kind(sheet, at)])
        page.set_column(at, at, width)
    page.set_row(0, _height(sheet.header, widths) + 6)
    for number, cells in enumerate(sheet.rows, start=1):
        shown = (*cells[:-1], None) if sheet.header[-1] == LINK else cells
        page.set_row(number, _height(shown, widths))
        for at, cell in enumerate(cells):
            _write_cell(page, number, at, cell, sheet, look)
    if not sheet.rows:
        page.write_string(1, 0, "无" if heading.lang == "zh" else "无 none", look.none)
    last = max(len(sheet.rows), 1)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, len(sheet.header) - 1)
    if REVIEW[0] in sheet.header and sheet.rows and not sheet.settled:
        _drop_down(page, sheet.header.index(REVIEW[0]), last)
    _print_setup(page, sheet, heading, last, widths)


def _kind(sheet: Sheet, at: int) -> str:
    if sheet.filed_from <= at < sheet.filed_from + sheet.filed:
        return "filed"
    people = () if sheet.settled else peoples(sheet.name)
    return "review" if sheet.header[at] in people else "ours"


def _write_cell(page: Any, row: int, at: int, cell: Cell, sheet: Sheet, look: Look) -> None:
    name, kind = sheet.header[at], _kind(sheet, at)
    form = look.review if kind == "review" else look.text
    if kind == "ours" and name == LINK:
        _write_link(page, row, at, str(sheet.rows[row - 1][0]), look)
    elif cell is None or cell == "":
        day = kind == "review" and name in _DATES
        page.write_blank(row, at, None, look.review_day if day else form)
    elif isinstance(cell, date):
        _write_day(page, row, at, cell, look.review_day if kind == "review" else look.day, look)
    elif isinstance(cell, (int, float)) and abs(cell) < _EXACT:  # not so for NaN
        page.write_number(row, at, cell, look.number)
    else:
        form = look.changed if (row - 1, at) in sheet.changed else form
        shown = look.states.get(str(cell), form) if name in (columns.STATUS, OUTCOME) else form
        page.write_string(row, at, cell_text(str(cell)), shown)


def _write_day(page: Any, row: int, at: int, cell: date, form: Any, look: Look) -> None:
    moment = isinstance(cell, datetime) and cell.time() != time()
    if (cell.date() if isinstance(cell, datetime) else cell) < _FIRST_DAY:
        page.write_string(row, at, cell.isoformat(), look.text)
    elif isinstance(cell, datetime):
        page.write_datetime(row, at, cell.replace(tzinfo=None), look.moment if moment else form)
    else:
        page.write_datetime(row, at, datetime.combine(cell, time()), form)


def _write_link(page: Any, row: int, at: int, polygon_id: str, look: Look) -> None:
    """Write the one formula there is: Excel turns slashes round in its own kind of link."""
    link = page_link(polygon_id)
    if len(link) > 250:  # a text inside a formula holds 255
        page.write_string(row, at, cell_text(link), look.text)
    else:
        page.write_formula(row, at, f'=HYPERLINK("{link}","打开报告")', look.link, "打开报告")


def _drop_down(page: Any, at: int, last: int) -> None:
    page.data_validation(
        1,
        at,
        last,
        at,
        {
            "validate": "list",
            "source": list(OPINIONS),
            "input_title": "复核意见",
            "input_message": "采纳 / 不采纳 / 需外业",
            "error_title": "复核意见",
            "error_message": "请选择：采纳、不采纳 或 需外业",
        },
    )


def _height(cells: tuple[Cell, ...], widths: list[float]) -> float:
    """Make a row high enough for its wrapped texts: not every program does so by itself."""
    lines = 1
    for cell, width in zip(cells, widths, strict=True):
        if isinstance(cell, str):
            spans = (_span(line) for line in cell.split("\n"))
            lines = max(lines, sum(max(1, math.ceil(span / (width - 1))) for span in spans))
    return min(16.5 * lines + 2, 409)


def _width(sheet: Sheet, at: int) -> float:
    """Fit most of a column's texts; what is longer wraps."""
    name = sheet.header[at]
    kind = _kind(sheet, at)
    head = min(_span(name), 12)
    if (kind == "review" and name in REVIEW) or name == LINK:
        return 11.0
    if kind == "filed":
        widest = _WIDEST_FILED
    elif name in _WIDE:
        return _WIDE[name] if any(_cell(row, at) for row in sheet.rows) else max(12, head)
    else:
        widest = _WIDEST
    spans = sorted(_span(_cell(row, at)) for row in sheet.rows)
    usual = spans[int(len(spans) * 0.9)] if spans else 0
    least = max((_unwrapped(row[at]) for row in sheet.rows), default=0.0)
    least = max(
        least,
        _TO_WRITE if kind == "review" else 0,
        _DAY if kind != "filed" and name in _DATES else 0,
    )
    return float(max(_NARROWEST, head + 1, min(usual + 1, widest), least))


def fitted(sheet: Sheet) -> tuple[list[float], list[float]]:
    """Give widths that fit most of each column, and heights that hold what wraps."""
    widths = [_width(sheet, at) for at in range(len(sheet.header))]
    return widths, [_height(cells, widths) for cells in (sheet.header, *sheet.rows)]


def pages_wide(widths: Sequence[float]) -> int:
    """Say on how many A3 sheets side by side a sheet can still be read."""
    return max(1, math.ceil(sum(widths) / _PRINTED))


def _unwrapped(cell: Cell) -> float:
    """Give the width below which a program shows ### for a date or a number."""
    if isinstance(cell, datetime) and cell.time() != time():
        return _MOMENT
    if isinstance(cell, date):
        return _DAY
    return float(min(_span(str(cell)) + 1, _DAY)) if isinstance(cell, (int, float)) else 0.0


def _cell(row: tuple[Cell, ...], at: int) -> str:
    cell = row[at]
    return "" if cell is None else str(cell)


def _span(text: str) -> int:
    """Count columns of the screen; a hanzi takes two."""
    return max(
        (sum(2 if east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n")),
        default=0,
    )


def _print_setup(page: Any, sheet: Sheet, heading: Heading, last: int, widths: list[float]) -> None:
    page.set_landscape()
    page.set_paper(8)  # A3
    # A filing of twenty columns on one sheet could not be read: let it run over two or three.
    page.fit_to_pages(pages_wide(widths), 0)
    page.repeat_rows(0)
    page.repeat_columns(0)
    page.print_area(0, 0, last, len(sheet.header) - 1)
    print_heads(page, sheet.name, heading)


def print_heads(page: Any, name: str, heading: Heading) -> None:
    """Set what stands above and below every printed page, and its margins."""
    batch = heading.batch[:40].replace("&", "&&")
    page.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.8)
    title = f"{heading.title} · {name}"
    steady = {"scale_with_doc": False}
    until = f"{heading.until} {heading.as_of}"
    page.set_header(f'&L{heading.about} {batch}&C&"微软雅黑,Bold"&14{title}&R&10{until}', steady)
    # Under every page, so that each can be signed, and no row of the sheet is anything but data.
    page.set_footer(
        "&L核查人：__________  复核人：__________  日期：__________&R第 &P / &N 页", steady
    )
