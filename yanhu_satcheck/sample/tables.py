"""Tables as offices keep them: workbooks with titles, CSV in GB18030, dates typed by hand."""

import csv
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

MADE = datetime(2022, 12, 30, 9, 0)
Cell = str | float | date | None


def full_width(text: str) -> str:
    """Latin letters and digits as a Chinese keyboard may type them."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def typed(day: date, turn: int) -> Cell:
    """A date in one of the ways that people type it; every seventh is a real one."""
    forms = (
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        full_width(day.isoformat()),
    )
    return day if turn % 7 == 6 else forms[turn % 7]


def workbook(
    path: Path, sheet: str, header: list[str], rows: list[list[Cell]], above: tuple[str, ...] = ()
) -> None:
    """One sheet; the lines above its header are merged across it."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE})
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "border": 1})
        title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, line in enumerate(above):
            page.merge_range(
                number, 0, number, len(header) - 1, line, title if not number else None
            )
        top = len(above)
        page.write_row(top, 0, header, bold)
        for number, row in enumerate(rows, top + 1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(number, column, value, day)
                elif isinstance(value, str):
                    page.write_string(number, column, value)
                elif value is not None:
                    page.write_number(number, column, value)
        page.set_column(0, len(header) - 1, 14)


def comma(path: Path, header: list[str], rows: list[list[str]], encoding: str = "gb18030") -> None:
    """A CSV as an office suite saves it."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header, *rows])
