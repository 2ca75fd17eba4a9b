"""What named people answered in the ledger of an OUT (复核意见), read back from its workbook."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from yanhu_satcheck.past import Answer
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import is_blank
from yanhu_satcheck.read.workbooks import refuse_hostile
from yanhu_satcheck.terms import Words

_SHEETS = {"更正台账": ("polygon", "图斑编号"), "问题清单": ("finding", "id")}
_REVIEW = ("复核意见", "复核人", "复核日期")


def read_answers(workbook: Path) -> tuple[Answer, ...]:
    """Give every answered row of ledger.xlsx; rows that nobody answered are left out.

    Raises:
        Unreadable: The workbook cannot be opened, or lacks the sheets or columns it was made with.
    """
    try:
        content = workbook.read_bytes()
    except OSError as cause:
        why = cause.strerror or str(cause)
        raise Unreadable(
            Words(f"不可读：{why}", f"it cannot be read: {why}"),
            Words("请关闭或恢复该文件", "close it, or put it back"),
        ) from None
    refuse_hostile(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        grids = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in book.sheet_names
            if name in _SHEETS
        }
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as cause:  # a panic in the reader is no Exception
        raise Unreadable(
            Words("工作簿损坏，无法打开", f"the workbook cannot be opened ({str(cause)[:80]})"),
            Words("请用 Excel 或 WPS 打开后另存", "open it in Excel or WPS and save it again"),
        ) from None
    return tuple(answer for name in _SHEETS for answer in _answers(name, grids.get(name, [])))


def _answers(sheet: str, grid: list[list[Any]]) -> Iterator[Answer]:
    kind, named_by = _SHEETS[sheet]
    header = [str(cell).strip() for cell in grid[0]] if grid else []
    lacks = [name for name in (named_by, *_REVIEW) if name not in header]
    if lacks:
        raise Unreadable(
            Words(f"工作表“{sheet}”缺少 {lacks[0]}", f"the sheet “{sheet}” lacks {lacks[0]}"),
            Words("请恢复原来的表头", "put its header back as it was"),
        )
    # The filing may have columns of these names, which come first; ours are the last.
    last = len(header) - 1
    about = header.index(named_by)
    opinion, by, on = (last - header[::-1].index(name) for name in _REVIEW)
    for row in grid[1:]:
        if not is_blank(row[opinion]) and not is_blank(row[about]):
            cells = (row[about], row[opinion], row[by], row[on])
            yield Answer(kind, *(_text(cell) for cell in cells))


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
