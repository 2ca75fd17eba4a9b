"""Old Excel workbooks (.xls, WPS .et): measured before a reader holds all that they claim."""

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_ROWS, MAX_COLUMNS = 65_536, 256
# Records of [MS-XLS] 2.3.2 (and of BIFF5) that hold one cell, or a run of cells in one row.
_CELLS = {0x06, 0xFD, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xD6, 0x206, 0x406}
_DIMENSIONS, _SHEET, _FILEPASS = 0x200, {0x09, 0x209, 0x409, 0x809}, 0x2F
_SAVE = Words(
    "请用 Excel 或 WPS 打开后另存为 .xlsx", "open it in Excel or WPS and save it as .xlsx"
)


class _Span(NamedTuple):
    rows: int
    columns: int


def refuse_hostile_biff(content: bytes, most: int) -> None:
    """Refuse an old workbook whose cells span more than `most`, or that needs a password.

    A reader sets aside what the records claim; three kilobytes of them can claim a terabyte.

    Raises:
        Unreadable: It is damaged, locked, or spans too much.
    """
    cells = 0
    for span in _spans(_stream(content)):
        cells += span.rows * span.columns
        if span.rows > MAX_ROWS or span.columns > MAX_COLUMNS or cells > most:
            raise Unreadable(
                Words(
                    f"单元格散布于 {span.rows} 行 × {span.columns} 列，超出可读范围",
                    f"its cells span {span.rows} rows × {span.columns} columns, "
                    "more than can be read",
                ),
                Words(
                    "请另存为普通的 .xlsx，删去空行空列", "save it as .xlsx, without stray cells"
                ),
            )


def _stream(content: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            if ole.exists("EncryptedPackage"):
                raise _locked()
            for name in ("Workbook", "Book"):
                if ole.exists(name):
                    with ole.openstream(name) as opened:
                        return bytes(opened.read())
    except Unreadable:
        raise
    except Exception:  # whatever a broken container makes of a parser
        raise Unreadable(Words(".xls 文件损坏", "the .xls is damaged"), _SAVE) from None
    raise Unreadable(
        Words("不是 Excel 工作簿（可能是 Word 或其他文件）", "it holds no workbook"), _SAVE
    )


def _locked() -> Unreadable:
    return Unreadable(
        Words("工作簿有密码", "the workbook is locked with a password"),
        Words("请去掉密码后另存", "take the password off and save it again"),
    )


def _spans(stream: bytes) -> Iterator[_Span]:
    """Give the rectangle of each sheet's cells, and the one that each sheet claims."""
    low, high, at = [MAX_ROWS, MAX_COLUMNS], [-1, -1], 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _FILEPASS:
            raise _locked()
        if kind in _SHEET:
            yield _span(low, high)
            low, high = [MAX_ROWS, MAX_COLUMNS], [-1, -1]
        elif kind in _CELLS and size >= 4:
            place = struct.unpack_from("<HH", body)
            # A run of cells says its last column last.
            last = struct.unpack_from("<H", body, size - 2)[0] if kind == 0xBD else place[1]
            low = [min(low[0], place[0]), min(low[1], place[1])]
            high = [max(high[0], place[0]), max(high[1], last)]
        elif kind == _DIMENSIONS and size >= 10:
            yield from _impossible(body)
    yield _span(low, high)


def _span(low: list[int], high: list[int]) -> _Span:
    return _Span(max(high[0] - low[0] + 1, 0), max(high[1] - low[1] + 1, 0))


def _impossible(body: bytes) -> Iterator[_Span]:
    """Give what a sheet claims to span, where no sheet can; the rest is told by its cells."""
    if len(body) >= 14:
        first, last, left, right = struct.unpack_from("<IIHH", body)
    else:
        first, last, left, right = struct.unpack_from("<HHHH", body)
    if last < first or right < left:
        raise Unreadable(Words(".xls 文件损坏", "the .xls is damaged"), _SAVE)
    claimed = _Span(last - first, right - left)
    if claimed.rows > MAX_ROWS or claimed.columns > MAX_COLUMNS:
        yield claimed
