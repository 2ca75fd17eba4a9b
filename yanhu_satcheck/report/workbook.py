"""ledger.xlsx: filled in on screen, printed on A4 or A3, signed."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Outcome
from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import state
from yanhu_satcheck.report.fit import Fit, Need, fitted
from yanhu_satcheck.report.names import NUMBER_FORMS, cell_text, number_form, page_link
from yanhu_satcheck.report.place import refusal
from yanhu_satcheck.report.sheets import OUTCOME, Sheet, all_sheets
from yanhu_satcheck.review import LINK, OPINIONS, REVIEW, peoples
from yanhu_satcheck.terms import Status, fold

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
_DATES = frozenset(
    {"整改时限", "延期至", "销号日期", "复核日期"}
)  # filled in later where they are blank
_TO_WRITE, _TO_SIGN, _TO_DATE = 9.0, 8.0, 11.0  # characters that somebody's hand needs
_KEYS = 3  # columns that may be repeated on every sheet of paper
_COUNTS = frozenset({"序号"})  # the filing's own count of its rows
_FIRST_DAY = date(1900, 3, 1)  # before it workbooks count days wrongly
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
    numbers: Mapping[str, Any]  # by number format
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

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
        # The default font's digits are the unit of all widths, and not every machine has Calibri.
        "default_format_properties": {name: _FONT[name] for name in ("font_name", "font_size")},
    }
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
        numbers={
            # Indented, to be clear of the text in the next column.
            form: make(num_format=form, align="right", indent=1)
            for form in NUMBER_FORMS
        },
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
    folded = _folded(sheet)
    needs = [_need(sheet, at, at in folded) for at in range(len(sheet.header))]
    keys = _keys(sheet, folded)
    fit = fitted(sheet.header, sheet.rows, needs, _part(sheet), keys)
    for at, (name, width) in enumerate(zip(sheet.header, fit.widths, strict=True)):
        page.write_string(0, at, cell_text(name), look.heads[_kind(sheet, at)])
        fold = {"level": 1, "hidden": True} if at in folded else {}
        after = {"collapsed": True} if at - 1 in folded and at not in folded else {}
        page.set_column(at, at, width, None, {**fold, **after})
    for number, height in enumerate(fit.heights):
        page.set_row(number, height)
    for number, cells in enumerate(sheet.rows, start=1):
        for at, cell in enumerate(cells):
            _write_cell(page, number, at, cell, sheet, look)
    if not sheet.rows:
        page.write_string(1, 0, "无" if heading.lang == "zh" else "无 none", look.none)
    last = max(len(sheet.rows), 1)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, last, len(sheet.header) - 1)
    if REVIEW[0] in sheet.header and sheet.rows and not sheet.settled:
        _drop_down(page, sheet.header.index(REVIEW[0]), last)
    _print_setup(page, sheet, heading, last, fit, keys)


def _part(sheet: Sheet) -> int | None:
    """Give where the filing's own columns end or, where they stand last, begin."""
    if not sheet.filed:
        return None
    return sheet.filed_from if sheet.filed_from > 1 else sheet.filed_from + sheet.filed


def _keys(sheet: Sheet, folded: frozenset[int]) -> int:
    """Count the first columns that every sheet of paper repeats: the number, the filed call."""
    if sheet.call is None or sheet.filed_from != 1:
        return 1
    last = sheet.filed_from + sheet.call
    shown = [at for at in range(last + 1) if at not in folded]
    return last + 1 if len(shown) <= _KEYS else 1


def _folded(sheet: Sheet) -> frozenset[int]:
    """Name the filing's columns that say nothing more: blank, its copy of the number, its count.

    They stand where they stood, folded away under a + above them, and do not print.
    """
    own = range(sheet.filed_from, sheet.filed_from + sheet.filed)
    if not sheet.rows:
        return frozenset()

    def idle(row: tuple[Cell, ...], at: int) -> bool:
        cell = row[at]
        return cell is None or cell == "" or fold(str(cell)) == fold(str(row[0]))

    def counts(at: int) -> bool:
        return sheet.header[at].strip() in _COUNTS

    return frozenset(at for at in own if counts(at) or all(idle(row, at) for row in sheet.rows))


def _need(sheet: Sheet, at: int, folded: bool) -> Need:
    name, kind = sheet.header[at], _kind(sheet, at)
    if folded or (kind == "ours" and name == LINK):
        return Need(_TO_SIGN, fixed=True, printed=False)
    if kind != "filed" and name in _DATES:
        return Need(_TO_DATE)  # filled in later where it is blank
    if kind == "review":
        return Need(_TO_SIGN if name in REVIEW else _TO_WRITE)
    return Need(torn=kind == "filed")


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
        page.write_number(row, at, cell, look.numbers[number_form(cell)])
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


def _print_setup(page: Any, sheet: Sheet, heading: Heading, last: int, fit: Fit, keys: int) -> None:
    set_paper(page, fit)
    page.repeat_columns(0, keys - 1)
    # A link is of no use on paper.
    printed = len(sheet.header) - (sheet.header[-1] == LINK)
    page.print_area(0, 0, last, printed - 1)
    print_heads(page, sheet.name, heading)


def set_paper(page: Any, fit: Fit) -> None:
    """Print a sheet on the paper that it was laid out for, its head on every page."""
    page.set_landscape()
    page.set_paper(fit.paper)
    page.repeat_rows(0)
    page.fit_to_pages(fit.across, 0)


def print_heads(page: Any, name: str, heading: Heading) -> None:
    """Set what stands above and below every printed page, and its margins."""
    batch = heading.batch[:40].replace("&", "&&")
    page.set_margins(left=0.3, right=0.3, top=0.8, bottom=0.8)
    title = f"{heading.title} · {name}"
    steady = {"scale_with_doc": False}
    until = f"{heading.until} {heading.as_of}"
    page.set_header(f'&L{heading.about} {batch}&C&"微软雅黑,Bold"&14{title}&R&10{until}', steady)
    # Under every page, so that each can be signed, and no row of the sheet is anything but data.
    page.set_footer(
        "&L核查人：__________  复核人：__________  日期：__________&R第 &P / &N 页", steady
    )
