"""What SQLite says, in words that tell a person what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shapely.errors import ShapelyError

from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.foreign import by_system

_SAID = {
    sqlite3.SQLITE_BUSY: ("正被其他程序使用；请稍后再试", "in use by another program; try again"),
    sqlite3.SQLITE_LOCKED: ("正被其他程序使用；请稍后再试", "in use by another program; try again"),
    sqlite3.SQLITE_READONLY: ("文件只读，不能写入", "it is read-only and cannot be written"),
    sqlite3.SQLITE_CORRUPT: ("文件已损坏；请用备份恢复", "it is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: ("不是档案文件，或已损坏", "it is no archive, or damaged"),
    sqlite3.SQLITE_FULL: ("磁盘已满，未做改动", "the disk is full; nothing was changed"),
    sqlite3.SQLITE_CANTOPEN: ("无法打开；请检查文件夹权限", "cannot be opened; check its folder"),
    sqlite3.SQLITE_IOERR: ("磁盘读写出错", "the disk refuses"),
}


def no_archive(path: Path, zh: str, en: str) -> ArchiveError:
    """Say what is wrong with the archive's file."""
    return ArchiveError(f"档案 {path.name}：{zh}", f"archive {path.name}: {en}")


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say inside the block into an `ArchiveError`."""
    try:
        yield
    except sqlite3.Error as cause:
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        zh, en = _SAID.get(code & 0xFF, (f"出错（{cause}）", "it failed"))
        raise no_archive(path, zh, f"{en} ({cause})") from cause
    except UnicodeDecodeError as cause:  # SQLite repeats a damaged name in what it says
        zh, en = _SAID[sqlite3.SQLITE_CORRUPT]
        raise no_archive(path, zh, en) from cause
    except OSError as cause:
        why = by_system(cause)
        raise no_archive(path, f"无法使用：{why.zh}", f"cannot be used: {why.en}") from cause


@contextmanager
def believed(path: Path) -> Iterator[None]:
    """Like `said`, where stored rows are read: one that cannot be read was not written by us."""
    with said(path):
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, ShapelyError) as cause:
            raise no_archive(
                path,
                "存储的内容被改动，无法读取；请运行 satcheck archive verify",
                "what it holds was altered and cannot be read; run satcheck archive verify",
            ) from cause
