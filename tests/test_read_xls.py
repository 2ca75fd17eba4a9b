"""Old workbooks (.xls, .et): read, measured first, and told from what only bears their name."""

import io
import struct
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlwt

from tests.read_batches import batch_folder, only, workbook
from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.biff import OLE, refuse_hostile_biff
from yanhu_satcheck.read.misreads import Unreadable

ROWS: list[list[Any]] = [
    ["附件 2"],
    ["图斑编号", "合法性判定", "填报日期", "动用方量"],
    ["A1", "合法", date(2022, 12, 5), 1234.5],
]


def _xls(rows: Sequence[Sequence[Any]], places: Sequence[tuple[int, int]] = ()) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("封面")
    sheet = book.add_sheet("填报")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            style = day if isinstance(cell, date) else xlwt.Style.default_style
            sheet.write(number, column, cell, style)
    for number, column in places:
        sheet.write(number, column, "x")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _filed(folder: Path, content: bytes, name: str = "填报.xls", more: str = "") -> Batch:
    batch_folder(folder, more=f'[submission]\npath = "{name}"\n{more}')
    (folder / name).write_bytes(content)
    return read_batch(folder)


def _refused(folder: Path, content: bytes, name: str = "填报.xls") -> Misread:
    misread = only(_filed(folder, content, name).misreads)
    assert misread.whole
    return misread


@pytest.mark.parametrize("name", ["填报.xls", "填报.et", "填报.xlsx"])
def test_an_old_workbook_is_read_under_any_name(tmp_path: Path, name: str) -> None:
    batch = _filed(tmp_path, _xls(ROWS), name, 'sheet = "填报"')
    assert batch.misreads == ()
    filing = batch.submissions[0]
    assert (filing.polygon_id, filing.legality, filing.row) == ("A1", "合法", 3)
    assert (filing.filed_date, filing.extracted_volume_m3) == (date(2022, 12, 5), 1234.5)


def test_a_new_workbook_called_xls_is_read(tmp_path: Path) -> None:
    workbook(tmp_path / "new.xlsx", {"填报": [row[:2] for row in ROWS[1:]]})
    batch = _filed(tmp_path, (tmp_path / "new.xlsx").read_bytes())
    assert [filing.polygon_id for filing in batch.submissions] == ["A1"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<html><body><table><tr><td>图斑编号".encode("gb18030"), "HTML"),
        ("\ufeff<!DOCTYPE html><html>".encode(), "HTML"),
        (b"\xff\xfe" + "<table>".encode("utf-16-le"), "HTML"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "MHT"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "XML",
        ),
        ("图斑编号\t合法性判定\r\nA1\t合法\r\n".encode("gb18030"), "文本表格"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "不是有效的 .xls"),
        (b"", "不是有效的 .xls"),
    ],
)
def test_what_only_bears_the_name_is_said_to_be_what_it_is(
    tmp_path: Path, content: bytes, says: str
) -> None:
    misread = _refused(tmp_path, content)
    assert says in misread.what.zh
    assert "另存为 .xlsx" in misread.remedy.zh


def _with_record(content: bytes, kind: int, body: bytes, instead_of: int = 0x200) -> bytes:
    """The first record of a kind, replaced by another as long."""
    start = content.index(struct.pack("<HH", instead_of, len(body)), 512)
    return (
        content[:start]
        + struct.pack("<HH", kind, len(body))
        + body
        + content[start + 4 + len(body) :]
    )


@pytest.mark.parametrize(
    "claimed", [(0, 0xFFFFFFF0, 0, 256, 0), (5, 2, 0, 2, 0), (0, 10, 0, 65535, 0)]
)
def test_a_sheet_that_claims_a_terabyte_is_refused(
    tmp_path: Path, claimed: tuple[int, ...]
) -> None:
    """The reader sets aside what is claimed, and the first two of these abort the process."""
    content = _with_record(_xls(ROWS), 0x200, struct.pack("<IIHHH", *claimed))
    assert ".xls" in _refused(tmp_path, content).what.zh + _refused(tmp_path, content).remedy.zh


def test_cells_far_apart_are_refused() -> None:
    content = _xls(ROWS, [(65_535, 255)])
    with pytest.raises(Unreadable, match="span 65536 rows × 256 columns"):
        refuse_hostile_biff(content, 5_000_000)
    refuse_hostile_biff(content, 65_536 * 256)


def test_a_password_is_said(tmp_path: Path) -> None:
    locked = _with_record(_xls(ROWS), 0x2F, bytes(2), instead_of=0x42)  # the code page's place
    assert "有密码" in _refused(tmp_path, locked).what.zh


def test_a_container_without_a_workbook_is_said(tmp_path: Path) -> None:
    names = _xls(ROWS).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    assert "Word" in _refused(tmp_path, names).what.zh


@pytest.mark.parametrize("kept", [8, 600, 3000])
def test_half_an_old_workbook_is_named(tmp_path: Path, kept: int) -> None:
    content = _xls(ROWS)[:kept]
    assert content.startswith(OLE)
    assert _refused(tmp_path, content).rule == "DQ08"


def test_an_xlsx_may_hold_no_shapefile(tmp_path: Path) -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("a.shp", b"")
    assert "a.shp" in _refused(tmp_path, written.getvalue()).what.zh
