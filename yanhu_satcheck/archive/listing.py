"""What the archive holds, for people: its revisions, and one batch in figures."""

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.archive import chain
from yanhu_satcheck.archive.errors import believed, no_archive
from yanhu_satcheck.archive.store import reading
from yanhu_satcheck.past import Kept


class Shelf(NamedTuple):
    """One revision, as `list` shows it."""

    kept: Kept
    newest: bool
    polygons: int
    findings: int
    photos: int
    answers: int


class Shown(NamedTuple):
    """One batch, as `show` shows it."""

    shelves: tuple[Shelf, ...]  # every revision, oldest first; the rest is of the newest
    region: str
    period: tuple[str, str]
    versions: dict[str, str]
    calls: dict[str, int]
    statuses: dict[str, int]  # findings by status
    rules: dict[str, int]  # findings by rule
    opinions: dict[str, int]


def shelves(path: Path, batch: str | None = None) -> tuple[Shelf, ...]:
    """Give every revision, or those of one batch, by batch and number.

    Raises:
        ArchiveError: The file cannot be opened as an archive.
    """
    with reading(path) as base:
        query = "SELECT id, batch, number FROM revision ORDER BY batch, number"
        held = [row for row in base.execute(query) if batch in (None, row[1])]
        newest = {name: number for _, name, number in held}

        def count(table: str, id: int) -> int:
            query = f"SELECT count(*) FROM {table} WHERE revision = ?"
            return int(base.execute(query, (id,)).fetchone()[0])

        return tuple(
            Shelf(
                Kept(name, number, chain.head(base, id).hex()),
                number == newest[name],
                *(count(table, id) for table in ("polygon", "finding", "photo", "answer")),
            )
            for id, name, number in held
        )


def show(path: Path, batch: str) -> Shown:
    """Give one batch in figures, those of its newest revision.

    Raises:
        ArchiveError: The file cannot be opened as an archive, or has no such batch.
    """
    held = shelves(path, batch)
    if not held:
        raise no_archive(path, f"没有批次 {batch}", f"there is no batch {batch}")
    with believed(path), reading(path) as base:
        query = "SELECT id, account FROM revision WHERE batch = ? AND number = ?"
        id, account = base.execute(query, (batch, held[-1].kept.revision)).fetchone()
        said = json.loads(account)

        def counted(table: str, column: str) -> dict[str, int]:
            query = (
                f"SELECT {column}, count(*) FROM {table} WHERE revision = ? GROUP BY 1 ORDER BY 1"
            )
            return dict(base.execute(query, (id,)).fetchall())

        query = "SELECT facts FROM polygon WHERE revision = ?"
        filed = (json.loads(facts)["filing"] for (facts,) in base.execute(query, (id,)))
        calls = Counter(one["call"] if one else "UNFILLED" for one in filed)
        return Shown(
            held,
            said["batch"]["region"],
            tuple(said["batch"]["period"]),
            said["versions"],
            dict(sorted(calls.items())),
            counted("finding", "status"),
            counted("finding", "rule"),
            counted("answer", "opinion"),
        )
