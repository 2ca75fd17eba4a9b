"""A folder of photographs looked through alone: what is one picture, where and when each was taken.

No polygon is known here, so nothing is judged: who filed which picture for what decides that.
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.photos import examine
from yanhu_satcheck.read import read_album
from yanhu_satcheck.report import refuse_album, write_album
from yanhu_satcheck.workers import Pool


class Album(NamedTuple):
    """What was found in a folder of photographs."""

    batch: Batch
    photos: tuple[PhotoEvidence, ...]
    groups: tuple[PhotoGroup, ...]
    broken: tuple[Misread, ...]

    def of(self, kind: str) -> tuple[PhotoGroup, ...]:
        """Give the groups of one kind."""
        return tuple(group for group in self.groups if group.kind == kind)


def look_through(
    folder: Path,
    out: Path | None = None,
    lang: str = "zh",
    progress: Callable[[str, int, int], None] = lambda stage, done, total: None,
) -> Album:
    """Compare all photographs of a folder; write what was found into `out`, where one is named.

    Raises:
        ReportError: `out` holds somebody else's files, or cannot be written.
    """
    if out is not None:
        refuse_album(out)
    with Pool() as pool, TemporaryDirectory(prefix="satcheck-") as scratch:
        progress("read", 0, 1)
        batch = read_album(folder, pool)
        total = len(batch.photos)
        photos, groups, broken = examine(
            batch, Path(scratch), lambda done: progress("photos", done, total), pool
        )
        if out is not None:
            progress("report", 0, 1)
            write_album(batch, photos, groups, out, lang)
        return Album(batch, photos, groups, (*batch.misreads, *broken))
