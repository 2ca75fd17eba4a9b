"""The archive's file: made whole, opened with care, written in one step or not at all."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from yanhu_satcheck.archive import schema
from yanhu_satcheck.archive.disk import move_in, on_network
from yanhu_satcheck.archive.errors import no_archive, said

WAIT_S = 20.0
"""How long one attempt waits for another writer; adding a large quarter takes some seconds."""
_RETRIES = 3

T = TypeVar("T")


def connect(path: Path, *, write: bool = False, wait_s: float = WAIT_S) -> sqlite3.Connection:
    """Open an archive that is there, of this program's version or older.

    Raises:
        ArchiveError: It is not there, no archive, cut off, newer than this program, or locked.
    """
    if "://" in str(path) or ":/" in str(path)[2:]:
        raise no_archive(path, "暂不支持数据库地址", "an address of a server is not supported yet")
    with said(path):
        if not path.is_file():
            raise no_archive(path, "没有这个档案文件", "there is no such file")
        _refuse_cut(path)
        held = _open(path, wait_s)
        try:
            if _checked(held, path) < schema.version():
                held.close()
                with _writable(path):
                    _migrate(path, wait_s)
                held = _open(path, wait_s)
            held.execute(f"PRAGMA query_only = {not write}")
        except BaseException:
            held.close()
            raise
    return held


def make(path: Path) -> None:
    """Make an empty archive; one that is there, or that another process makes now, stays.

    It is built beside its place and moved in whole, so that nobody meets half a file.
    """
    if path.exists():
        return
    with said(path):
        if _size(path.with_name(path.name + "-wal")):  # it would be played into the new file
            raise no_archive(
                path,
                f"文件不在，却留有 {path.name}-wal；请恢复档案文件，或移走后者",
                f"it is gone, but {path.name}-wal is left; restore the one or move the other away",
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name[:60]}.{uuid4().hex[:8]}.making")
        try:
            with closing(sqlite3.connect(fresh, isolation_level=None)) as base:
                base.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
                for step in range(schema.version()):
                    _step(base, step)
                if not on_network(path):  # shared memory does not reach other machines
                    base.execute("PRAGMA journal_mode = WAL")
            move_in(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)


def write(path: Path, work: Callable[[sqlite3.Connection], T], wait_s: float = WAIT_S) -> T:
    """Do some work on an archive as one step that is kept whole or not at all.

    The lock is taken before anything is read (`BEGIN IMMEDIATE`): a step that began by reading
    would fail at once, without waiting, where another process wrote in between.
    """
    for attempt in range(1, _RETRIES + 1):
        with said(path), closing(connect(path, write=True, wait_s=wait_s)) as base:
            try:
                base.execute("BEGIN IMMEDIATE")
                try:
                    done = work(base)
                    base.execute("COMMIT")
                except BaseException:
                    if base.in_transaction:
                        base.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as cause:
                if attempt < _RETRIES and _busy(cause):
                    continue
                raise
            return done
    raise AssertionError("the last attempt returns or raises")


def _busy(cause: sqlite3.OperationalError) -> bool:
    return cause.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _open(path: Path, wait_s: float) -> sqlite3.Connection:
    # To read, too, it is opened to write where that is allowed: the last one to close a file with a
    # write-ahead log folds the log into it, which a mere reader may not.
    held = _connected(path, "mode=rw", wait_s)
    try:
        _careful(held)
    except sqlite3.DatabaseError as cause:
        held.close()
        waiting = path.with_name(path.name + "-wal")
        barred = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if cause.sqlite_errorcode & 0xFF not in barred or _size(waiting):
            raise
        # In a folder that nobody may write to, no other process writes either.
        held = _connected(path, "mode=ro&immutable=1", wait_s)
        _careful(held)
    return held


def _careful(base: sqlite3.Connection) -> None:
    """Trust nothing in the file, lose nothing to a power cut; the first look at it is here."""
    for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "synchronous = FULL"):
        base.execute(f"PRAGMA {pragma}")
    base.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _connected(path: Path, how: str, wait_s: float) -> sqlite3.Connection:
    where = Path(os.path.abspath(path)).as_posix()
    lead = "//" if where.startswith("//") else "" if where.startswith("/") else "/"
    name = f"file:{lead}{quote(where)}?{how}"
    return sqlite3.connect(name, uri=True, isolation_level=None, timeout=wait_s)


def _refuse_cut(path: Path) -> None:
    """Refuse a file that is shorter than its own header says, before anything else is tried."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        empty = path.stat().st_size == 0
        zh = "文件是空的" if empty else "不是档案文件，或已损坏"
        en = "the file is empty" if empty else "it is no archive, or damaged"
        raise no_archive(path, f"{zh}；请用备份恢复", f"{en}; restore it from a backup")
    page = int.from_bytes(header[16:18], "big")
    meant = int.from_bytes(header[28:32], "big") * (65536 if page == 1 else page)
    if path.stat().st_size < meant and not _size(path.with_name(path.name + "-wal")):
        raise no_archive(
            path,
            f"文件不完整：只有 {path.stat().st_size} 字节，应有 {meant}；请用备份恢复",
            f"it is cut off: {path.stat().st_size} of {meant} bytes; restore it from a backup",
        )


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _checked(base: sqlite3.Connection, path: Path) -> int:
    (mark,) = base.execute("PRAGMA application_id").fetchone()
    (version,) = base.execute("PRAGMA user_version").fetchone()
    if mark != schema.APPLICATION_ID:
        raise no_archive(path, "是别的 SQLite 文件，不是档案", "another SQLite file, no archive")
    if version > schema.version():
        raise no_archive(
            path,
            f"版本 {version} 比本程序（{schema.version()}）新；请升级 satcheck",
            f"version {version} is newer than this program's {schema.version()}; update satcheck",
        )
    return int(version)


def _migrate(path: Path, wait_s: float) -> None:
    """Bring an older archive up to date, after a copy of it is made beside it."""
    with closing(_open(path, wait_s)) as base:
        base.execute("BEGIN IMMEDIATE")  # nobody writes between the copy and the first step
        version = _checked(base, path)
        if version == schema.version():
            base.execute("ROLLBACK")
            return
        spare = path.with_name(f"{path.name}.v{version}.backup")
        partial = spare.with_name(spare.name + ".making")
        partial.unlink(missing_ok=True)
        with closing(_open(path, wait_s)) as now, closing(sqlite3.connect(partial)) as copy:
            now.backup(copy)
        partial.replace(spare)
        try:
            for step in range(version, schema.version()):
                _step(base, step)
            base.execute("COMMIT")
        except BaseException:
            if base.in_transaction:
                base.execute("ROLLBACK")
            raise


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    """Say that an older archive must be brought up to date, where it may not be written."""
    barred = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
    try:
        yield
    except (sqlite3.OperationalError, PermissionError) as cause:
        code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_READONLY)
        if code & 0xFF not in barred:
            raise
        raise no_archive(
            path,
            "由旧版本生成，要先升级才能使用，但文件或文件夹只读；请复制到可写的文件夹再用",
            "an older version made it and it must be brought up to date, but the file or its folder"
            " is read-only; copy it to a folder that may be written",
        ) from cause


def _step(base: sqlite3.Connection, step: int) -> None:
    """Run one migration inside the caller's transaction (`executescript` would end it)."""
    statement = ""
    for line in schema.MIGRATIONS[step].splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            base.execute(statement)
            statement = ""
    base.execute(f"PRAGMA user_version = {step + 1}")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open an archive to read, and close it; what SQLite says on the way becomes an answer."""
    with said(path), closing(connect(path)) as base:
        yield base
