"""What `check` would say of a draft, without the photographs and without hashing a file."""

from dataclasses import replace
from filecmp import cmp
from pathlib import Path

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read.folder import Folder
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
    """Read a folder as a draft says; give what could not be read as meant."""
    folder, misreads = _Unhashed(root), Misreads()
    said = replace(understood(folder, parse(text.encode()), misreads), photos=None)
    try:
        return read_declared_batch(folder, said, misreads).misreads
    except NothingToAudit:
        return misreads.all()
