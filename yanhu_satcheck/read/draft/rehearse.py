"""What `check` would say of a draft, without the photographs and without hashing a file."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from filecmp import cmp
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME
from yanhu_satcheck.read.manifest import understood
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.read.toml import parse
from yanhu_satcheck.read.whole import read_declared_batch


class _Unhashed(Folder):
    """A batch folder of which no file is recorded: images may be gigabytes."""

    def record(self, path: Path, content: bytes | None = None) -> None:
        """Record nothing."""

    def same(self, one: Path, other: Path) -> bool:
        """Whether two files hold the same bytes; those of other sizes are not opened."""
        return cmp(one, other, shallow=False)


def rehearse(root: Path, text: str) -> tuple[Misread, ...]:
    """Read a folder as a draft says; give what could not be read as meant.

    What the draft itself leaves blank is not said again.
    """
    folder, misreads = _Unhashed(root), Misreads()
    parsed = parse(text.encode())
    said = replace(understood(folder, parsed, misreads), photos=None)
    with suppress(NothingToAudit):
        read_declared_batch(folder, said, misreads)
    blank = {*_blanks(parsed, "")}
    return tuple(m for m in misreads.all() if m.file != NAME or m.column not in blank)


def _blanks(value: Any, place: str) -> Iterator[str]:
    """Name every key that is left blank, as the readers name it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _blanks(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value, 1):
            yield from _blanks(inner, f"{place}[{number}]")
    elif value in ("", [], ["", ""]):
        yield place
