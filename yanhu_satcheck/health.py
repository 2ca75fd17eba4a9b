"""Whether this machine can audit: libraries, drivers, codecs, disk, encoding, fonts, children."""

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from enum import IntEnum
from functools import partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

import yanhu_satcheck
from yanhu_satcheck import heif
from yanhu_satcheck.terms import Words

LIBRARIES = {
    "numpy": "numpy",
    "scipy": "scipy",
    "shapely": "shapely",
    "pyproj": "pyproj",
    "pyogrio": "pyogrio",
    "geopandas": "geopandas",
    "rasterio": "rasterio",
    "pyarrow": "pyarrow",
    "pillow": "PIL",
    "opencv-python-headless": "cv2",
    "python-calamine": "python_calamine",
    "xlsxwriter": "xlsxwriter",
    "jinja2": "jinja2",
    "olefile": "olefile",
    "psutil": "psutil",
    "click": "click",
}
"""What an audit loads: the name it is installed by, and the one it is imported by."""
_DRIVERS = ("GPKG", "ESRI Shapefile", "OpenFileGDB", "GeoJSON")
_CODECS = {"jpg": "JPEG", "zlib": "PNG", "libtiff": "TIFF"}
_FONTS = ("微软雅黑", "Microsoft YaHei", "宋体", "SimSun")
_WINDOWS_FONTS = ("msyh.ttc", "msyh.ttf", "simsun.ttc")
_GB = 1024**3
_FREE, _LEAST = 5.0, 0.5  # GB of disk that a large quarter takes; below which nothing is written
_MEMORY = 4.0  # GB
_YANHU = (499_817.46, 3_876_257.01), (110.998, 35.015)  # EPSG:4546 and degrees of one place


class Level(IntEnum):
    """How well one thing is."""

    GOOD = 0
    POOR = 1  # an audit runs, with something worse or missing
    BAD = 2  # no audit runs


class Check(NamedTuple):
    """One thing that was looked at."""

    name: Words
    level: Level
    says: Words


def checks(here: Path, child: Callable[[], bool]) -> Iterator[Check]:
    """Look at everything, one thing after another; `child` tells whether a worker can be started.

    `here` is a folder whose disk is looked at beside that of temporary files.
    """
    for look in (_python, _libraries, _drivers, _projection, _foreign, _codecs, _sqlite):
        yield _kept(look)
    yield _kept(
        partial(_folder, Words("临时文件夹", "temporary files"), Path(tempfile.gettempdir()))
    )
    yield _kept(partial(_folder, Words("当前文件夹", "this folder"), here))
    yield _kept(_memory)
    yield _kept(_encoding)
    yield _kept(_fonts)
    yield _kept(partial(_children, child))


def _kept(look: Callable[[], Check]) -> Check:
    """Look, and say it if looking itself fails."""
    try:
        return look()
    except Exception as cause:  # whatever a broken library may raise
        name = getattr(look, "func", look).__name__.strip("_")
        said = f"{type(cause).__name__}: {cause}"
        return Check(Words(name, name), Level.BAD, Words(f"检查失败（{said}）", f"failed: {said}"))


def _python() -> Check:
    bits = 8 * struct.calcsize("P")
    said = f"{sys.version.split()[0]}，{bits} 位", f"{sys.version.split()[0]}, {bits} bit"
    fine = sys.version_info >= (3, 11) and bits == 64
    return Check(Words("Python", "Python"), Level.GOOD if fine else Level.BAD, Words(*said))


def _libraries() -> Check:
    name, broken, told = Words("程序库", "libraries"), [], []
    for package, module in LIBRARIES.items():
        try:
            import_module(module)
            told.append(f"{package} {version(package)}")
        except (ImportError, PackageNotFoundError, OSError) as cause:
            broken.append(f"{package}（{cause}）")
    if broken:
        said = "；".join(broken)
        return Check(
            name,
            Level.BAD,
            Words(f"缺少或损坏：{said}；请重新安装", f"missing or broken: {said}; install again"),
        )
    return Check(name, Level.GOOD, Words("、".join(told), ", ".join(told)))


def _drivers() -> Check:
    import pyogrio
    import rasterio

    held = pyogrio.list_drivers()
    lacks = [one for one in _DRIVERS if one not in held]
    if "w" not in held.get("GPKG", ""):
        lacks.append("GPKG (w)")
    versions = f"{'.'.join(map(str, pyogrio.__gdal_version__))} / {rasterio.__gdal_version__}"
    if lacks:
        said = Words(f"缺少驱动 {'、'.join(lacks)}", f"drivers lacking: {', '.join(lacks)}")
        return Check(Words("GDAL", "GDAL"), Level.BAD, said)
    kml = "LIBKML" in held or "KML" in held
    said = Words(
        versions if kml else f"{versions}，不能读 KML", versions + ("" if kml else ", no KML")
    )
    return Check(Words("GDAL", "GDAL"), Level.GOOD if kml else Level.POOR, said)


def _projection() -> Check:
    """Carry one place from a working CRS to degrees, which needs PROJ's own database."""
    from pyproj import Transformer, proj_version_str

    turn = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
    lon, lat = turn.transform(*_YANHU[0])
    name = Words("坐标系", "coordinate systems")
    if max(abs(lon - _YANHU[1][0]), abs(lat - _YANHU[1][1])) > 1e-4:
        said = f"{lon:.5f}, {lat:.5f}"
        return Check(name, Level.BAD, Words(f"转换结果有误：{said}", f"carried to {said}"))
    return Check(name, Level.GOOD, Words(f"PROJ {proj_version_str}", f"PROJ {proj_version_str}"))


def _foreign() -> Check:
    name = Words("环境变量", "environment")
    if not yanhu_satcheck.FOREIGN:
        return Check(
            name, Level.GOOD, Words("没有外来的 PROJ、GDAL 设置", "no foreign PROJ or GDAL")
        )
    said = "、".join(sorted(yanhu_satcheck.FOREIGN))
    return Check(
        name,
        Level.GOOD,
        Words(f"已忽略其他软件设置的 {said}", f"set by other programs, left aside: {said}"),
    )


def _codecs() -> Check:
    from PIL import features

    name = Words("图像格式", "picture formats")
    lacks = [told for key, told in _CODECS.items() if not features.check(key)]
    if lacks:
        said = "、".join(lacks)
        return Check(name, Level.BAD, Words(f"不能解码 {said}", f"cannot decode {said}"))
    held = "、".join(_CODECS.values())
    zh, en = ("；HEIC 不能读取", "; no HEIC") if not heif.readable() else ("、HEIC", ", HEIC")
    return Check(name, Level.GOOD, Words(f"{held}{zh}", f"{held.replace('、', ', ')}{en}"))


def _sqlite() -> Check:
    import sqlite3

    name = Words("历史档案", "the archive")
    try:
        with closing(sqlite3.connect(":memory:")) as base:
            base.execute("CREATE VIRTUAL TABLE one USING rtree (id, a, b)")
    except sqlite3.Error as cause:
        said = Words(
            f"SQLite 没有空间索引（{cause}），档案不能用", f"SQLite has no R-tree: {cause}"
        )
        return Check(name, Level.POOR, said)
    held = f"SQLite {sqlite3.sqlite_version}"
    return Check(name, Level.GOOD, Words(held, held))


def _folder(name: Words, folder: Path) -> Check:
    """Write a file with a Chinese name, and see how much room is left."""
    try:
        with tempfile.TemporaryDirectory(prefix="核查-", dir=folder) as made:
            file = Path(made) / "图斑.txt"
            file.write_text("盐湖", encoding="utf-8")
            if [one.name for one in Path(made).iterdir()] != ["图斑.txt"]:
                said = Words("中文文件名会变样", "Chinese file names are changed")
                return Check(name, Level.BAD, said)
    except (OSError, UnicodeError) as cause:
        said = Words(f"{folder} 不能写入（{cause}）", f"{folder} cannot be written ({cause})")
        return Check(name, Level.BAD, said)
    free = shutil.disk_usage(folder).free / _GB
    level = Level.BAD if free < _LEAST else Level.POOR if free < _FREE else Level.GOOD
    zh, en = f"{folder}，剩余 {free:.1f} GB", f"{folder}, {free:.1f} GB free"
    if level is not Level.GOOD:
        zh, en = f"{zh}，不足 {_FREE:g} GB", f"{en}, less than {_FREE:g} GB"
    return Check(name, level, Words(zh, en))


def _memory() -> Check:
    import psutil

    held, cores = psutil.virtual_memory().total / _GB, os.cpu_count() or 1
    level = Level.GOOD if held >= _MEMORY else Level.POOR
    zh, en = f"{held:.1f} GB，{cores} 核", f"{held:.1f} GB, {cores} cores"
    if level is Level.POOR:
        zh, en = f"{zh}；大幅影像可能不够", f"{en}; large scenes may not fit"
    return Check(Words("内存", "memory"), level, Words(zh, en))


def _encoding() -> Check:
    name = Words("编码", "encoding")
    out, files = (sys.stdout.encoding or "?"), sys.getfilesystemencoding()
    said = Words(f"控制台 {out}，文件名 {files}", f"console {out}, file names {files}")
    try:
        "核查".encode(out)
        "核查".encode(files)
    except (LookupError, UnicodeEncodeError):
        more = Words(
            f"{said.zh}；不能显示中文，请设 PYTHONUTF8=1",
            f"{said.en}; no Chinese, set PYTHONUTF8=1",
        )
        return Check(name, Level.POOR, more)
    return Check(name, Level.GOOD, said)


def _fonts() -> Check:
    """Look for the fonts that the workbooks name; another Chinese font takes their place."""
    name, held = Words("字体", "fonts"), _chinese_fonts()
    if any(one in held for one in _FONTS):
        return Check(name, Level.GOOD, Words("微软雅黑或宋体", "微软雅黑 or 宋体"))
    if held:
        first = sorted(held)[0]
        return Check(
            name,
            Level.GOOD,
            Words(f"没有微软雅黑，以 {first} 代替", f"no 微软雅黑; {first} takes its place"),
        )
    return Check(
        name,
        Level.POOR,
        Words(
            "没有中文字体：台账在本机显示和打印会成方块", "no Chinese font: prints show boxes here"
        ),
    )


def _chinese_fonts() -> set[str]:
    if sys.platform == "win32":
        folder = Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts"
        return {_FONTS[0] for one in _WINDOWS_FONTS if (folder / one).exists()}
    command = shutil.which("fc-list")
    if command is None:
        return set()
    done = subprocess.run(
        [command, ":lang=zh-cn", "family"], capture_output=True, check=False, timeout=30
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return {family.strip() for line in lines for family in line.split(",") if family.strip()}


def _children(child: Callable[[], bool]) -> Check:
    name = Words("子进程", "worker processes")
    if child():
        return Check(name, Level.GOOD, Words("可以启动", "can be started"))
    return Check(name, Level.BAD, Words("不能启动，无法读取文件", "cannot be started"))
