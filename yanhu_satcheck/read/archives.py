"""Archives under any name: what is inside is named, nothing is ever unpacked."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

SUFFIXES = (".zip", ".rar", ".7z", ".gz", ".tgz", ".tar")
_MAGIC = {
    b"PK\3\4": ".zip",
    b"PK\5\6": ".zip",
    b"Rar!\x1a\7": ".rar",
    b"7z\xbc\xaf\x27\x1c": ".7z",
    b"\x1f\x8b": ".gz",
}
# What is a zip by design, and the member that shows it.
_ZIPPED = dict.fromkeys((".xlsx", ".xlsm", ".xls", ".et"), "xl/")
_ZIPPED |= dict.fromkeys((".kmz", ".kml", ".ovkmz", ".ovkml"), ".kml")
# Documents that are zips too and are not read, by a member that shows which.
_DOCUMENTS = {
    "xl/workbook.bin": Words("Excel 二进制工作簿（.xlsb）", "a binary workbook (.xlsb)"),
    "content.xml": Words("LibreOffice 文档（如 .ods）", "a LibreOffice document (like .ods)"),
    "word/document.xml": Words("Word 文档（.docx）", "a Word document (.docx)"),
}
_READ = (".shp", ".gpkg", ".geojson", ".kml", ".kmz", ".xlsx", ".xls", ".csv")
BAD_ZIP: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError),
    *(OSError, EOFError, ValueError),
)
MAX_DIRECTORY = 32 << 20  # bytes of a zip's list of members
_SHOWN = 8


class _Listing(NamedTuple):
    names: tuple[str, ...]
    locked: bool  # needs a password


def refuse_archive(path: Path) -> None:
    """Refuse an archive, by its bytes or its name, and say what it holds.

    A workbook or KMZ, which is a zip by design, passes where it holds what makes it one.

    Raises:
        Unreadable: It is an archive.
    """
    if (what := archive_in(path)) is not None:
        raise Unreadable(what, _remedy(path))


def archive_in(path: Path) -> Words | None:
    """Say what an archive holds; `None` where a file is none."""
    suffix, kind = path.suffix.lower(), _kind(path)
    if kind is None and suffix not in SUFFIXES:
        return None
    if kind != ".zip":
        kind = (kind or suffix).removeprefix(".")
        return Words(
            f"是 {kind} 压缩包，不能直接读取", f"it is a {kind} archive, which is not read"
        )
    listing = _list(path)
    if listing is None:
        damaged = Words(
            "是 zip 压缩包，但已损坏或过大", "it is a zip archive, damaged or too large"
        )
        return None if suffix in _ZIPPED else damaged
    if document := _document(listing):
        return Words(f"是{document.zh}，不能直接读取", f"it is {document.en}, which is not read")
    if suffix in _ZIPPED and any(_ZIPPED[suffix] in name.lower() for name in listing.names):
        return None
    zh, en = _told(listing.names)
    locked = Words("，有密码", ", locked with a password") if listing.locked else Words("", "")
    return Words(
        f"是 zip 压缩包{locked.zh}，不是 {suffix or '普通'} 文件；内有：{zh}"
        if suffix not in SUFFIXES
        else f"是 zip 压缩包{locked.zh}，不能直接读取；内有：{zh}",
        f"it is a zip archive{locked.en}, which is not read; in it: {en}",
    )


def member_name(info: zipfile.ZipInfo) -> str:
    """Give a member's name as its writer meant it; Windows writes GBK and does not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _kind(path: Path) -> str | None:
    with path.open("rb") as opened:
        head = opened.read(8)
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), None)


def _list(path: Path) -> _Listing | None:
    try:
        with path.open("rb") as opened:
            opened.seek(0, 2)
            opened.seek(max(opened.tell() - 66_000, 0))
            end = opened.read()
            at = end.rfind(b"PK\5\6")
            if at < 0 or struct.unpack("<I", end[at + 12 : at + 16])[0] > MAX_DIRECTORY:
                return None
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except BAD_ZIP:
        return None
    return _Listing(
        tuple(member_name(member) for member in members if not member.filename.endswith("/")),
        any(member.flag_bits & 1 for member in members),
    )


def _document(listing: _Listing) -> Words | None:
    return next((words for name, words in _DOCUMENTS.items() if name in listing.names), None)


def _told(names: tuple[str, ...]) -> tuple[str, str]:
    if not names:
        return "（空）", "nothing"
    # No letter that turns the line round or moves the cursor.
    clean = ["".join(c if c.isprintable() else "?" for c in name)[:60] for name in names[:_SHOWN]]
    more = len(names) - len(clean)
    return (
        "、".join(clean) + (f" 等 {len(names)} 个文件" if more else ""),
        ", ".join(clean) + (f" and {more} more" if more else ""),
    )


def _remedy(path: Path) -> Words:
    listing = _list(path) if _kind(path) == ".zip" else None
    if listing and _document(listing):
        return Words("请将其中的表格另存为 .xlsx", "save the table in it as .xlsx")
    names = listing.names if listing else ()
    read = next((name for name in names if name.lower().endswith(_READ)), "")
    inside = next((name for name in names if ".gdb/" in name.lower()), "")
    wanted = inside[: inside.lower().find(".gdb/") + 4] if inside else read
    clean = "".join(c if c.isprintable() else "?" for c in wanted)[:60]
    return Words(
        "请解压到批次文件夹，在 batch.toml 写解压后的路径" + (f"，如 {clean}" if clean else ""),
        "unpack it into the batch folder and name what was in it"
        + (f", like {clean}" * bool(clean)),
    )
