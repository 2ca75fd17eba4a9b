"""ledger.xlsx and ledger.csv written anew from what OUT holds of them, with people's entries."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Finished
from yanhu_satcheck.past import Answer
from yanhu_satcheck.report.names import csv_text
from yanhu_satcheck.report.sheets import Sheet
from yanhu_satcheck.report.workbook import Heading, write_sheets
from yanhu_satcheck.review import (
    DUTY,
    NAMED_BY,
    POLYGONS,
    PROBLEMS,
    REVIEW,
    TO_ENTER,
    TO_RECTIFY,
    TRANSFER,
    Filled,
    Marked,
    Written,
    by_cell,
    line_of,
)

_KINDS = {POLYGONS: "polygon", PROBLEMS: "finding"}
_Cells = Mapping[tuple[str, str, str], Filled]


def write_workbook_again(finished: Finished, written: Written, path: Path) -> None:
    """Write ledger.xlsx: to the byte as the audit did, but for what people wrote into it since.

    Raises:
        ReportError: The disk is full.
    """
    answers = {(one.answer.kind, one.answer.about): one.answer for one in written.answers}
    # Where a ledger was read, an answer that is not in it was taken back.
    told = answers if written.sha256 else None
    filled = by_cell(written.filled)
    sheets = [
        Sheet(
            name,
            one.header,
            tuple(_rows(name, one, told, filled)),
            one.filed,
            call=finished.call_at if one.filed else None,
        )
        for name, one in finished.sheets.items()
    ]
    heading = Heading(finished.batch, finished.as_of, finished.lang)
    write_sheets(sheets, path, heading)


def write_csv_again(finished: Finished, path: Path) -> None:
    """Write ledger.csv to the byte as the audit did."""
    sheet = finished.sheets[POLYGONS]
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for cells in (sheet.header, *sheet.cells):
            writer.writerow([csv_text(cell) for cell in cells])


def _rows(
    name: str, sheet: Marked, answers: Mapping[tuple[str, str], Answer] | None, filled: _Cells
) -> Iterator[tuple[Cell, ...]]:
    """Give a sheet's rows with what people wrote; their columns come behind the filing's own."""
    header = sheet.header
    last = {column: len(header) - 1 - header[::-1].index(column) for column in header}
    for cells in sheet.cells:
        row = [*cells]
        about = str(row[header.index(NAMED_BY[name])]) if name in NAMED_BY else ""
        if answers is not None and name in _KINDS:
            review = _review(answers.get((_KINDS[name], about)))
            for column, cell in zip(REVIEW, review, strict=True):
                row[last[column]] = cell
        for column, at in last.items():
            one = filled.get(_place(name, about, column, row, last))
            if one:
                row[at] = one.value
        yield tuple(row)


def _review(answer: Answer | None) -> tuple[Cell, Cell, Cell]:
    if answer is None:
        return None, None, None
    on: Cell = answer.on or None
    with suppress(ValueError):
        on = date.fromisoformat(answer.on)
    return answer.opinion or None, answer.by or None, on


def _place(
    name: str, about: str, column: str, row: list[Cell], last: Mapping[str, int]
) -> tuple[str, str, str]:
    """Say where a cell of people's is kept: 整改清单 repeats the duties of 更正台账."""
    if name == TO_RECTIFY and column == TRANSFER:
        return TO_RECTIFY, line_of(about, str(row[last["批次"]] or "")), TRANSFER
    if name == TO_RECTIFY and column in DUTY:
        standing = row[last["在册情况"]]
        return (POLYGONS, about, column) if standing == TO_ENTER else ("", "", "")
    return name, about, column
