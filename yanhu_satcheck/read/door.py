"""The one door: what is checked of every file before a library may touch it.

It lies in the batch, every link followed; it is an ordinary file, of a size that its kind may
have; and it begins as its name claims. Nothing here decodes anything: a few bytes are looked at.
"""

import re
import stat
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.raster import DRIVERS
from yanhu_satcheck.read.archives import refuse_archive
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.signs import HEAD, TEXT, really
from yanhu_satcheck.terms import Words

_FOREIGN = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|/|~|//)")
_MB = 1 << 20


class Form(NamedTuple):
    """What a name claims that its file is."""

    words: Words
    starts: tuple[bytes, ...]  # what its first bytes may be; none: it is text
    largest: int = 2048 * _MB  # bytes


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_SHAPES = b"\0\0\x27\x0a"  # 9994
RASTER = Form(
    Words("GeoTIFF、.img 或 .jp2 影像", "GeoTIFF, .img or .jp2 raster"), (*DRIVERS,), _MB << 20
)
_WORKBOOK = Form(Words("Excel 工作簿（.xlsx）", "workbook (.xlsx)"), (_ZIP, _OLE), 200 * _MB)
# What an .xls really is, its reader says: web systems “export to Excel” pages and texts.
_OLD_WORKBOOK = Form(Words("旧版 Excel 工作簿（.xls）", "old workbook (.xls)"), (b"",), 200 * _MB)
_KML = Form(Words("KML 文件", "KML file"), (b"",), 300 * _MB)  # its reader knows UTF-16, and KMZ
_JSON = Form(Words("GeoJSON 文件", "GeoJSON file"), (), 300 * _MB)
_CSV = Form(Words("CSV 文本文件", "CSV text file"), (), 300 * _MB)
FORMS = {
    ".gpkg": Form(Words("GeoPackage", "GeoPackage"), (b"SQLite format 3\0",)),
    ".shp": Form(Words("Shapefile 的 .shp", ".shp of a shapefile"), (_SHAPES,)),
    ".shx": Form(Words("Shapefile 的 .shx", ".shx of a shapefile"), (_SHAPES,)),
    ".kmz": _KML,
    ".ovkmz": _KML,
    ".kml": _KML,
    ".ovkml": _KML,
    ".geojson": _JSON,
    ".json": _JSON,
    ".xlsx": _WORKBOOK,
    ".xlsm": _WORKBOOK,
    ".xls": _OLD_WORKBOOK,
    ".et": _OLD_WORKBOOK,
    ".csv": _CSV,
    ".txt": _CSV,
    ".toml": Form(Words("TOML 文件", "TOML file"), (), 4 * _MB),
}
"""By ending. A file of another ending is only measured; who reads it says what it should be."""
_OTHER = Form(Words("", ""), (b"",))


def inside(text: object) -> str:
    """Give what batch.toml names as a path below the batch folder, with forward slashes.

    Raises:
        Unreadable: It is no relative path, leaves the folder, or is no local file at all.
    """
    remedy = Words(
        "请写批次文件夹内的相对路径，如 scenes/before.tif",
        "write a path relative to the batch folder, like scenes/before.tif",
    )
    if not isinstance(text, str) or not text.strip():
        raise Unreadable(Words("没有写路径", "no path is given"), remedy)
    path = text.replace("\\", "/").strip()
    if any(mark in path for mark in "<>\n\r\0") or "://" in path or path.startswith("/vsi"):
        what = Words(f"{text} 不是本地文件", f"{text} is not a local file")
        raise Unreadable(what, remedy)
    if _FOREIGN.match(path) or ".." in PurePosixPath(path).parts:
        what = Words(f"{text} 在批次文件夹之外", f"{text} lies outside the batch folder")
        raise Unreadable(what, remedy)
    return path


def ordinary(path: Path, text: object) -> None:
    """Let a file or folder in that is one; a pipe or a device would hang its reader, or never end.

    Raises:
        Unreadable: It is absent, or neither.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        raise Unreadable(
            Words(f"找不到 {text}", f"{text} is not there"),
            Words(
                "请补上该文件，或在 batch.toml 中改正路径",
                "supply the file, or mend its path in batch.toml",
            ),
        ) from None
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise Unreadable(
            Words(f"{text} 不是普通文件", f"{text} is no ordinary file"),
            Words("请换成普通文件", "supply an ordinary file"),
        )


def admit(path: Path, form: Form | None = None) -> None:
    """Let a file in that is no larger than its kind may be and begins as its name claims.

    Raises:
        Unreadable: It is not; the message says what it really is.
    """
    if form is None:
        refuse_archive(path)
    claimed = form or FORMS.get(path.suffix.lower(), _OTHER)
    size = path.stat().st_size
    if size > claimed.largest:
        raise Unreadable(
            Words(
                f"文件有 {size // _MB} MB，超过 {claimed.largest // _MB} MB 的上限",
                f"it has {size // _MB} MB; {claimed.largest // _MB} MB may be read",
            ),
            Words("请只保留需要的内容", "keep only what is needed in it"),
        )
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as cause:
        why = by_system(cause)
        raise Unreadable(
            Words(f"无法打开（{why.zh}）", f"it cannot be opened ({why.en})"),
            Words("请检查读取权限", "see that it may be read"),
        ) from None
    if claimed is not _OTHER and not _fits(head, claimed):
        raise _not(claimed.words, really(head))


def _fits(head: bytes, claimed: Form) -> bool:
    if claimed.starts:
        return head.startswith(claimed.starts)
    return bool(head) and b"\0" not in head and really(head) is TEXT


def _not(claimed: Words, found: Words) -> Unreadable:
    return Unreadable(
        Words(f"不是{claimed.zh}，实为{found.zh}", f"it is no {claimed.en} but {found.en}"),
        Words(
            f"请提供真正的{claimed.zh}；改后缀并不改变格式",
            f"supply a real {claimed.en}; another ending does not make one",
        ),
    )
