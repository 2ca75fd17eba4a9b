"""OUT is there whole or not at all: written beside its place, moved in when it is complete."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yanhu_satcheck.errors import ReportError

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


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """Give an empty folder beside `out`; move it to `out` if the block ends well, else remove it.

    Raises:
        ReportError: `out` is no place of ours, is open elsewhere, or the disk refuses.
    """
    out = Path(os.path.abspath(out))
    fresh, former = _beside(out, "writing"), _beside(out, "former")
    try:
        _recover(out, fresh, former)
        _refuse_foreign(out)
        fresh.mkdir(parents=True)
    except OSError as cause:
        raise ReportError(_refused(out, cause)) from cause
    try:
        yield fresh
        for name in KEPT:
            if (out / name).is_dir():
                shutil.copytree(out / name, fresh / name)
        _swap(out, fresh, former)
    except OSError as cause:
        raise ReportError(_refused(out, cause)) from cause
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    shutil.rmtree(former, ignore_errors=True)


def is_ours(out: Path) -> bool:
    """Whether a folder is an OUT that this tool wrote: its audit.json says so."""
    try:
        said = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(said, dict) and said.get("tool") == "satcheck"


def _beside(out: Path, what: str) -> Path:
    """Name a neighbour, always the same one, so that the next run clears up after a killed one."""
    return out.with_name(f".{out.name[:60]}.{what}")


def _recover(out: Path, fresh: Path, former: Path) -> None:
    """Undo what a run that was killed left behind."""
    if former.exists() and not out.exists():
        former.rename(out)
    for left in (fresh, former):
        if left.exists():
            shutil.rmtree(left)


def _refuse_foreign(out: Path) -> None:
    if not os.path.lexists(out):
        return
    if not out.is_dir() or out.is_symlink():
        raise ReportError(f"{out.name}: this is not a folder; name a new or an empty folder")
    names = sorted(entry.name for entry in out.iterdir())
    for name in names:
        if name.startswith(OPEN_MARKS) and "ledger" in name:
            raise ReportError(
                f"{out.name}: ledger is open in WPS, Excel or LibreOffice; close it and run again"
                f" (if it is not open, delete {name})"
            )
    foreign = [name for name in names if name not in OURS | LITTER | set(KEPT)]
    if foreign or (names and not is_ours(out)):
        first = (foreign or names)[0]
        raise ReportError(
            f"{out.name}: holds files that satcheck did not write ({first});"
            " name a new or an empty folder"
        )


def _swap(out: Path, fresh: Path, former: Path) -> None:
    """Put the new folder in the old one's place; on failure the old one stays."""
    if out.exists():
        out.rename(former)
    try:
        fresh.rename(out)
    except OSError:
        if former.exists():
            former.rename(out)
        raise


def _refused(out: Path, cause: OSError) -> str:
    name = Path(cause.filename).name if cause.filename else out.name
    if isinstance(cause, PermissionError):
        return (
            f"{out.name}: {name} may not be written; close it in WPS, Excel or QGIS,"
            " or choose a folder that you may write to"
        )
    return f"{out.name}: {name}: {cause.strerror or cause}; nothing was changed"
