"""OUT/final: the ledger with what people decided carried out, and the filing ready to file."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Final
from yanhu_satcheck.past import Answer
from yanhu_satcheck.report.final_sheets import final_sheets
from yanhu_satcheck.report.fit import Fit, fitted
from yanhu_satcheck.report.names import GENERAL, NUMBER_FORMS, cell_text, number_form
from yanhu_satcheck.report.place import LITTER, in_place, names_in, refusal
from yanhu_satcheck.report.record import filled
from yanhu_satcheck.report.workbook import Heading, new_book, set_paper, write_sheets
from yanhu_satcheck.report.wrap import wrapped
from yanhu_satcheck.review import Filled, Told, Written
from yanhu_satcheck.terms import Words

FOLDER, LEDGER, FILING, SEAL = "final", "ledger.xlsx", "上报表.xlsx", "final.json"
_LINE = 16.5  # points that one line of text is high
_TITLE = "矿产卫片执法图斑复核定稿"


def write_final(final: Final, out: Path, written: Written | None = None) -> Path:
    """Write OUT/final whole or not at all; one that nobody edited since is replaced.

    What was `written` into ledger.xlsx is kept beside it, from which a lost ledger is made anew.

    Raises:
        ReportError: OUT/final was edited by hand, is open elsewhere, or cannot be written.
    """
    finished = final.finished
    with in_place(out / FOLDER, unedited) as folder:
        heading = Heading(finished.batch, finished.as_of, finished.lang, _TITLE)
        write_sheets(final_sheets(final), folder / LEDGER, heading)
        _write_filing(final, folder / FILING)
        _seal(final, folder, out / "audit.json", written or Written(""))
    return out / FOLDER


def unedited(folder: Path) -> None:
    """Refuse a final/ that holds what `finalize` did not write.

    Raises:
        ReportError: A file is not ours, was edited since, or is open elsewhere.
    """
    names = [name for name in names_in(folder) if name not in LITTER]
    if not names:
        return
    files = _sealed(folder)
    for name in names:
        if name != SEAL and (name not in files or _hash(folder / name) != files[name]):
            raise refusal(
                folder,
                f"{name} 不是 finalize 写出的，或写出之后有人改动；没有改动，"
                "请把 final 文件夹改名或移走后重新运行",
                f"finalize did not write {name}, or somebody edited it since; nothing was"
                " changed, rename the folder final or move it away, and run again",
            )


def sealed_answers(out: Path) -> Written | None:
    """Give what people had written into ledger.xlsx when final/ was made of this very audit.

    `None`: there is no final/, it is of another audit, or an older version made it.
    """
    try:
        said = json.loads((out / FOLDER / SEAL).read_text(encoding="utf-8"))
        if said["audit"] != _hash(out / "audit.json"):
            return None
        told = said["written"]
        where = Words(f"{FOLDER}/{SEAL}", f"{FOLDER}/{SEAL}")
        return Written(
            str(told["sha256"]),
            tuple(Told(Answer(*one), where) for one in told["answers"]),
            tuple(Filled(**{name: _read(one[name]) for name in one}) for one in told["filled"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _read(said: Any) -> Any:
    if isinstance(said, dict):
        return date.fromisoformat(said["date"]) if "date" in said else None
    return said


def _sealed(folder: Path) -> dict[str, str]:
    try:
        said = json.loads((folder / SEAL).read_text(encoding="utf-8"))
        return {name: str(hash) for name, hash in said["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _seal(final: Final, folder: Path, audit: Path, written: Written) -> None:
    """Note the hash of each file, by which an edited one is known, and of the audit it rests on."""
    said = {
        "tool": "satcheck",
        "batch": final.finished.batch,
        "audit": _hash(audit),
        "files": {name: _hash(folder / name) for name in (LEDGER, FILING)},
        "written": {
            "sha256": written.sha256,
            "answers": [list(one.answer) for one in written.answers],
            "filled": [filled(one) for one in written.filled],
        },
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1)
    (folder / SEAL).write_text(text + "\n", encoding="utf-8", newline="\n")


def _hash(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _write_filing(final: Final, path: Path) -> None:
    """Write the filing's own columns in their order, and nothing beside them: it is handed in."""
    finished = final.finished
    header = finished.ledger.filing_columns
    rows = tuple(_fit(row.cells, len(header)) for row in final.filing)
    fit = fitted(header, rows)
    with new_book(path, f"上报表 {finished.batch}", finished.as_of) as book:
        page, look = book.add_worksheet("上报表"), _formats(book)
        top = len(finished.above)
        for at, (name, width) in enumerate(zip(header, fit.widths, strict=True)):
            page.set_column(at, at, width, look["text"])
            page.write_string(top, at, cell_text(name), look["head"])
        for number, cells in enumerate(finished.above):
            _write_above(page, number, _fit(cells, len(header)), fit, look)
        for number, height in enumerate(fit.heights):
            page.set_row(top + number, height)
        for number, row in enumerate(rows, start=top + 1):
            for at, cell in enumerate(row):
                _write(page, number, at, cell, look)
        page.freeze_panes(top + 1, 0)
        set_paper(page, fit)
        page.repeat_rows(0, top)


def _write_above(
    page: Any, row: int, cells: Sequence[Cell], fit: Fit, look: dict[str, Any]
) -> None:
    """Write a row over the header as it was filed; a lone text, which is a title, runs across."""
    said = {str(cell) for cell in cells if cell not in (None, "")}
    if len(said) != 1 or len(cells) < 2:
        for at, cell in enumerate(cells):
            _write(page, row, at, cell, look)
        return
    (text,) = said
    page.set_row(row, _LINE * wrapped(text, sum(fit.widths)) + 6)
    page.merge_range(row, 0, row, len(cells) - 1, None, look["head" if row == 0 else "text"])
    page.write_string(row, 0, cell_text(text), look["head" if row == 0 else "text"])


def _formats(book: Any) -> dict[str, Any]:
    def make(**more: Any) -> Any:
        plain = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter"}
        return book.add_format({**plain, "text_wrap": True, **more})

    return {
        "head": make(bold=True, align="center"),
        "text": make(num_format="@"),  # else a number of a polygon loses its zeros when retyped
        **{form: make(num_format=form) for form in NUMBER_FORMS},
        "day": make(num_format="yyyy-mm-dd", align="left"),
        "moment": make(num_format="yyyy-mm-dd hh:mm:ss", align="left"),
    }


def _fit(cells: Sequence[Cell], count: int) -> tuple[Cell, ...]:
    return (*cells, *(None,) * count)[:count]


def _write(page: Any, row: int, at: int, cell: Cell, look: dict[str, Any]) -> None:
    if cell is None or cell == "":
        page.write_blank(row, at, None, look["text"])
    elif isinstance(cell, datetime) and cell.year >= 1901 and cell.time() != time():
        page.write_datetime(row, at, cell.replace(tzinfo=None), look["moment"])
    elif isinstance(cell, date) and cell.year >= 1901:  # before it workbooks count days wrongly
        when = cell if isinstance(cell, datetime) else datetime.combine(cell, time())
        page.write_datetime(row, at, when.replace(tzinfo=None), look["day"])
    elif isinstance(cell, bool):
        page.write_boolean(row, at, cell, look[GENERAL])
    elif isinstance(cell, (int, float)) and abs(cell) < 10**15:
        page.write_number(row, at, cell, look[number_form(cell)])
    else:
        page.write_string(row, at, cell_text(str(cell)), look["text"])
