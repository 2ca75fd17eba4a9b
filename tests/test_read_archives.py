"""Archives under any name: said to be one, with what is in them, and never unpacked."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from tests.read_batches import batch_folder, only
from yanhu_satcheck.batch import Misread
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.archives import archive_in, refuse_archive
from yanhu_satcheck.read.misreads import Unreadable


def _zip(*names: str, encoding: str = "gb18030", flag: int = 0) -> bytes:
    """A zip whose names are written as a program does that does not say how."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(f"{number:x}" * len(name.encode(encoding)), b"")
    content = written.getvalue()
    for number, name in enumerate(names):
        raw = name.encode(encoding)
        content = content.replace(f"{number:x}".encode() * len(raw), raw)
    if flag:
        at = content.index(b"PK\1\2")
        content = content[: at + 8] + struct.pack("<H", flag) + content[at + 10 :]
    return content


def _misread(folder: Path, name: str, content: bytes) -> Misread:
    batch_folder(folder, more=f'[permits]\npath = "{name}"\n')
    (folder / name).write_bytes(content)
    return only(read_batch(folder).misreads)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize(
    "name", ["采矿权.zip", "采矿权.shp", "采矿权.xlsx", "采矿权.gpkg", "采矿权.csv"]
)
def test_what_a_zip_holds_is_listed_in_its_own_letters(
    tmp_path: Path, name: str, encoding: str
) -> None:
    content = _zip("采矿权.shp", "采矿权.dbf", encoding=encoding)
    misread = _misread(tmp_path, name, content)
    assert "zip 压缩包" in misread.what.zh
    assert "采矿权.shp、采矿权.dbf" in misread.what.zh
    assert "如 采矿权.shp" in misread.remedy.zh
    assert misread.whole


@pytest.mark.parametrize(
    ("name", "member", "kind"),
    [
        ("采矿权.ods", "content.xml", ".ods"),
        ("采矿权.xlsb", "xl/workbook.bin", ".xlsb"),
        ("采矿权.xlsx", "xl/workbook.bin", ".xlsb"),
        ("采矿权.docx", "word/document.xml", ".docx"),
    ],
)
def test_a_document_that_is_a_zip_is_not_to_be_unpacked(
    tmp_path: Path, name: str, member: str, kind: str
) -> None:
    """People were told to unpack their .ods."""
    misread = _misread(tmp_path, name, _zip("mimetype", member))
    assert kind in misread.what.zh
    assert misread.remedy.zh == "请将其中的表格另存为 .xlsx"


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_a_part_of_a_shapefile_is_told_which_part_to_name(tmp_path: Path, suffix: str) -> None:
    misread = _misread(tmp_path, f"采矿权{suffix}", b"\0\0\x27\x0a" + bytes(64))
    assert "采矿权.shp" in misread.remedy.zh


def test_the_geodatabase_in_a_zip_is_what_to_name(tmp_path: Path) -> None:
    inside = ("a/矿权.gdb/gdb", "a/矿权.gdb/timestamps", *(f"a/矿权.gdb/{i}" for i in range(9)))
    misread = _misread(tmp_path, "p.gdb.zip", _zip(*inside))
    assert "等 11 个文件" in misread.what.zh
    assert misread.remedy.zh.endswith("如 a/矿权.gdb")


def test_a_locked_zip_is_said_to_be_locked(tmp_path: Path) -> None:
    assert "有密码" in _misread(tmp_path, "p.zip", _zip("a.shp", flag=1)).what.zh


def test_names_cannot_turn_the_line_round(tmp_path: Path) -> None:
    misread = _misread(tmp_path, "p.zip", _zip("a\u202egpj.exe", "b\x1b[2Jc", encoding="utf-8"))
    assert "a?gpj.exe、b?[2Jc" in misread.what.zh


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("p.rar", b"Rar!\x1a\7\0", "rar"),
        ("p.7z", b"", "7z"),
        ("p.shp", b"7z\xbc\xaf\x27\x1c", "7z"),
        ("p.tar.gz", b"\x1f\x8b", "gz"),
    ],
)
def test_other_archives_are_said(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    misread = _misread(tmp_path, name, content)
    assert f"{kind} 压缩包" in misread.what.zh
    assert "解压" in misread.remedy.zh


def test_half_a_zip_is_said_to_be_damaged(tmp_path: Path) -> None:
    assert "已损坏" in _misread(tmp_path, "p.zip", _zip("a.shp")[:-9]).what.zh


def test_a_directory_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    content = bytearray(_zip("a.shp"))
    at = content.index(b"PK\5\6")
    content[at + 12 : at + 16] = struct.pack("<I", 1 << 31)
    assert "过大" in _misread(tmp_path, "p.zip", bytes(content)).what.zh


def test_workbooks_pass_and_so_does_what_is_none(tmp_path: Path) -> None:
    for name, content in (
        ("a.xlsx", _zip("xl/workbook.xml")),
        ("a.kmz", _zip("doc.kml")),
        ("a.csv", b"PKW,1"),
        ("a.shp", b""),
    ):
        (tmp_path / name).write_bytes(content)
        assert archive_in(tmp_path / name) is None
        refuse_archive(tmp_path / name)


def test_an_empty_name_in_a_zip_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(_zip("a").replace(b"a" * 1 + b"PK\5\6", b"PK\5\6"))
    with pytest.raises(Unreadable):
        refuse_archive(tmp_path / "a.zip")


def test_a_zip_among_the_photographs_is_named_with_what_it_holds(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[photos]\ndir = "photos"\n')
    (tmp_path / "photos" / "A1").mkdir(parents=True)
    (tmp_path / "photos" / "A1" / "照片.zip").write_bytes(_zip("东.jpg", "西.jpg"))
    misread = only(read_batch(tmp_path).misreads)
    assert "东.jpg、西.jpg" in misread.what.zh
    assert (misread.rule, misread.polygon_ids) == ("PH04", ("A1",))
    assert "解压" in misread.remedy.zh
