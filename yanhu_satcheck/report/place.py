"""OUT is there whole or not at all: written beside its place, moved in when it is complete."""

import json
import os
import shutil
from collections.abc import Callable, Container, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import file_digest
from pathlib import Path
from tempfile import mkdtemp

from yanhu_satcheck.errors import ReportError
from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.report.lock import MARK, alone, held

SCHEMA_VERSION = 1

# What an OUT holds. Anything else at its top is somebody's own file, and OUT is not replaced.
OURS = frozenset(
    {
        "ledger.xlsx",
        "ledger.csv",
        "ledger.gpkg",
        "findings.jsonl",
        "evidence.parquet",
        "photos.parquet",
        "photo_marks.parquet",
        "audit.json",
        "reports",
        "photos",
    }
)
KEPT = ("final",)  # what people made of it with `finalize`: carried over, never deleted
# QGIS leaves these beside a geopackage, the file managers of Windows and macOS the others.
LITTER = frozenset(
    {"ledger.gpkg-wal", "ledger.gpkg-shm", "Thumbs.db", "desktop.ini", ".DS_Store", ".directory"}
)
OPEN_MARKS = ("~$", ".~")  # Excel; WPS and LibreOffice, while a workbook is open
FRESH, FORMER = "fresh", "former"  # in the folder beside OUT: what comes in, what was there

Guard = Callable[[Path], None]
"""Raises ReportError where the OUT that stands there holds what must not be replaced."""


def whole(out: Path, guard: Guard) -> AbstractContextManager[Path]:
    """Give an empty folder beside OUT; move it to OUT if the block ends well, else remove it.

    Raises:
        ReportError: `out` is no place of ours, is open elsewhere, or the disk refuses.
    """
    return in_place(out, lambda there: check(there, guard))


@contextmanager
def in_place(out: Path, admit: Guard) -> Iterator[Path]:
    """Give an empty folder beside `out`; move it to `out` if the block ends well, else remove it.

    The folder beside is each run's own: of two runs into one place, both are whole, and the later
    one replaces the earlier or is refused.

    Raises:
        ReportError: `admit` refuses what stands there, before or after, or the disk does.
    """
    out = Path(os.path.abspath(out))
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _recover(out)
        admit(out)
        beside = Path(mkdtemp(prefix=_prefix(out), dir=out.parent))
    except OSError as cause:
        raise _refused(out, cause) from cause
    try:
        with held(beside / MARK):
            (beside / FRESH).mkdir()
            yield beside / FRESH
            admit(out)  # again: somebody may have answered, or audited, meanwhile
            for name in KEPT:
                if (out / name).is_dir():
                    shutil.copytree(out / name, beside / FRESH / name)
            _swap(out, beside)
    except OSError as cause:
        raise _refused(out, cause) from cause
    finally:
        _clear(out, beside)


def check(out: Path, guard: Guard) -> None:
    """Refuse an OUT that is not ours, is open elsewhere, or that the guard keeps."""
    names = names_in(out)
    half = tuple(_prefix(out / name) for name in KEPT)  # what a killed `finalize` leaves
    foreign = [
        name
        for name in names
        if name not in OURS | LITTER | set(KEPT) and not name.startswith(half)
    ]
    if foreign or (names and not is_ours(out)):
        first = (foreign or names)[0]
        raise refusal(
            out,
            f"其中有不是 satcheck 写出的文件（{first}）；请用 -o 另选一个新的或空的文件夹",
            f"holds files that satcheck did not write ({first}); name a new or an empty folder",
        )
    if names:
        guard(out)


def names_in(folder: Path) -> list[str]:
    """Name what a folder holds; refuse one that is none, or whose workbook is open elsewhere.

    Raises:
        ReportError: It is a file or a link, or somebody has a workbook of it open.
    """
    if not os.path.lexists(folder):
        return []
    if not folder.is_dir() or folder.is_symlink():
        raise refusal(
            folder,
            "这不是文件夹；请用 -o 另选一个新的或空的文件夹",
            "this is not a folder; name a new or an empty folder",
        )
    names = sorted(entry.name for entry in folder.iterdir())
    for name in names:
        if name.startswith(OPEN_MARKS) and ("ledger" in name or ".xlsx" in name):
            book = name.lstrip("~$.").removeprefix("lock.").removesuffix("#")
            raise refusal(
                folder,
                f"{book} 正在 WPS、Excel 或 LibreOffice 中打开；请关闭后重新运行"
                f"（如果并未打开，请删除 {name}）",
                f"{book} is open in WPS, Excel or LibreOffice; close it and run again"
                f" (if it is not open, delete {name})",
            )
    return names


def refusal(out: Path, zh: str, en: str) -> ReportError:
    """Say in both languages why OUT cannot be written, a line each."""
    return ReportError(f"{out.name}：{zh}\n{out.name}: {en}")


def is_ours(out: Path) -> bool:
    """Whether a folder is an OUT that this tool wrote: its audit.json says so."""
    return stored(out).get("tool") == "satcheck"


def stored(out: Path) -> dict[str, object]:
    """Read the audit.json of an OUT; empty where there is none that can be read."""
    try:
        said = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def lost(out: Path, free: Container[str] = ()) -> tuple[str, ...]:
    """Name the files of an OUT that are gone or not as they were written, but for those free."""
    files = stored(out).get("files")
    named = sorted(files.items()) if isinstance(files, dict) else []
    return tuple(
        name
        for name, said in named
        if name not in free and _digest(out / name) != said.get("sha256")
    )


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _prefix(out: Path) -> str:
    return f".{out.name[:60]}.writing-"


def _recover(out: Path) -> None:
    """Undo what killed runs left: only folders with our mark, whose lock nobody holds."""
    for left in sorted(out.parent.glob(f"{_literal(_prefix(out))}*")):
        with alone(left / MARK) as ours:
            if ours:
                if (left / FORMER).is_dir() and not out.exists():
                    (left / FORMER).rename(out)
                shutil.rmtree(left / FRESH, ignore_errors=True)
        if ours:
            shutil.rmtree(left, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _swap(out: Path, beside: Path) -> None:
    """Put the new folder in the old one's place; on failure the old one stays."""
    fresh, former = beside / FRESH, beside / FORMER
    if out.exists():
        out.rename(former)
    try:
        fresh.rename(out)
    except OSError:
        if former.exists() and not out.exists():
            former.rename(out)
        raise


def _clear(out: Path, beside: Path) -> None:
    """Remove the folder beside, unless it holds the only copy of what stood in OUT."""
    if out.exists() or not (beside / FORMER).exists():
        shutil.rmtree(beside, ignore_errors=True)


def _refused(out: Path, cause: OSError) -> ReportError:
    name = Path(cause.filename).name if cause.filename else out.name
    if name.startswith(_prefix(out)):  # no folder beside OUT can be made
        name = out.parent.name
    if isinstance(cause, PermissionError):
        return refusal(
            out,
            f"{name} 无法写入；请在 WPS、Excel 或 QGIS 中关闭它，或换一个可以写入的文件夹",
            f"{name} may not be written; close it in WPS, Excel or QGIS,"
            " or choose a folder that you may write to",
        )
    why = by_system(cause)
    return refusal(
        out, f"{name} 无法写出（{why.zh}）；没有改动", f"{name}: {why.en}; nothing was changed"
    )
