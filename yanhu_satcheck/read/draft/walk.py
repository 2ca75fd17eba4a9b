"""Which files of a folder may be part of the batch, and why the others are not looked at."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.read.archives import archive_in
from yanhu_satcheck.read.draft.hints import hints
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME, SETTINGS, SUPPRESSIONS
from yanhu_satcheck.read.vectors import SUFFIXES
from yanhu_satcheck.read.workbooks import SPREADSHEETS
from yanhu_satcheck.terms import Words

MAX_DEPTH = 8
MAX_FILES = 100_000
SHEETS = frozenset({*SPREADSHEETS, ".csv"})
LAYERS = frozenset(SUFFIXES)
RASTERS = frozenset({".tif", ".tiff"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".heic", ".heif"})
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", NAME})


@dataclass(slots=True)
class Found:
    """The files of a folder by what they may be, each list by name."""

    sheets: list[Path] = field(default_factory=list)
    layers: list[Path] = field(default_factory=list)
    rasters: list[Path] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    settings: bool = False
    unused: dict[str, Words] = field(default_factory=dict)  # path in the folder → why


def walk(folder: Folder) -> Found:
    """Look at the names of every file below a folder."""
    found, seen = Found(), 0
    waiting = [(folder.root, 0)]
    while waiting and seen <= MAX_FILES:
        where, depth = waiting.pop()
        for path in _entries(where, folder, found):
            seen += 1
            name = folder.name(path)
            if seen > MAX_FILES or depth > MAX_DEPTH:
                why = Words("文件过多或层数过深，其余未查看", "too many or too deep: not looked at")
                found.unused[name] = why
                break
            if not folder.holds(path) or not name.isprintable():
                why = Words("指向文件夹之外或文件名异常", "it leads elsewhere, or its name is odd")
                found.unused[name] = why
            elif path.suffix.lower() == ".gdb" and path.is_dir():
                _place(path, name, found)
            elif path.is_dir() and (path / "audit.json").is_file():
                found.unused[name] = Words("审核结果文件夹", "a folder that an audit wrote")
            elif path.is_dir() and not path.is_symlink():
                waiting.append((path, depth + 1))
            elif path.is_file():
                _place(path, name, found)
    for paths in (found.sheets, found.layers, found.rasters, found.pictures):
        paths.sort(key=folder.name)
    return found


def _entries(where: Path, folder: Folder, found: Found) -> list[Path]:
    try:
        names = sorted(os.listdir(where))
    except OSError:
        found.unused[folder.name(where)] = Words("文件夹无法打开", "it cannot be opened")
        return []
    return [
        where / name
        for name in names
        if not name.startswith((".", "~$")) and name.lower() not in _LITTER
    ]


def _place(path: Path, name: str, found: Found) -> None:
    suffix = path.suffix.lower()
    kinds = ((SHEETS, found.sheets), (LAYERS, found.layers), (RASTERS, found.rasters))
    for suffixes, paths in (*kinds, (PICTURES, found.pictures)):
        if suffix in suffixes:
            paths.append(path)
            return
    if name == SETTINGS:
        found.settings = True
    elif name == SUPPRESSIONS:
        return  # read without being declared
    elif suffix not in hints()["files"]["silent"] or _alone(path):
        found.unused[name] = _why(path, suffix)


def _archive(path: Path) -> Words | None:
    try:
        return archive_in(path)
    except OSError as cause:
        why = by_system(cause)
        return Words(f"无法打开（{why.zh}）", f"it cannot be opened ({why.en})")


def _alone(path: Path) -> bool:
    """Whether a table of a shapefile lies there without its drawing."""
    beside = (path.with_suffix(".shp"), path.with_suffix(".SHP"))
    return path.suffix.lower() == ".dbf" and not any(shp.is_file() for shp in beside)


def _why(path: Path, suffix: str) -> Words:
    if suffix == ".dbf":
        return Words("只有 .dbf，缺少 .shp", "a .dbf without its .shp")
    for suffixes, (zh, en) in hints()["files"]["why"].items():
        if suffix in suffixes.split():
            return Words(zh, en)
    return _archive(path) or Words(
        f"不读取 {suffix or '没有后缀的'} 文件", f"{suffix or 'such'} files are not read"
    )
