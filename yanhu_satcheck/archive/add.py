"""Adding a finished OUT: whole or not at all, once however often it is asked for."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.archive import chain
from yanhu_satcheck.archive.out import Out, read_out
from yanhu_satcheck.archive.schema import COLUMNS, PICTURES, Row
from yanhu_satcheck.archive.store import WAIT_S, make, write
from yanhu_satcheck.past import Answer, Kept


class Added(NamedTuple):
    """What `add` did. `head` is worth noting elsewhere: it tells a shortened archive."""

    kept: Kept  # the revision that holds this OUT
    new: bool  # False: the newest revision of this batch says the same already
    head: str


def add(out: Path, path: Path, answers: Iterable[Answer] = (), wait_s: float = WAIT_S) -> Added:
    """Add a finished OUT to the archive at `path`, which is made where there is none.

    Raises:
        ArchiveError: OUT is none or was changed; the archive is damaged, read-only or locked.
    """
    return shelve(read_out(out, answers), path, wait_s)


def shelve(finished: Out, path: Path, wait_s: float = WAIT_S) -> Added:
    """Add an OUT that was read.

    Raises:
        ArchiveError: The archive is damaged, read-only or locked.
    """
    make(path)
    return write(path, lambda base: _added(base, finished), wait_s)


def _added(base: sqlite3.Connection, out: Out) -> Added:
    # Marks are named in what the revision says: they are all that a newer program may add to it.
    named = (("photo_marks", marks[:2]) for marks in out.marks)
    content = chain.content([("revision", (out.batch, out.account)), *out.rows, *named])
    newest = base.execute(
        "SELECT id, number, content FROM revision WHERE batch = ? ORDER BY number DESC LIMIT 1",
        (out.batch,),
    ).fetchone()
    if newest and newest[2] == content:
        kept = Kept(out.batch, newest[1], chain.head(base, newest[0]).hex())
        return Added(kept, False, chain.head(base).hex())
    (last,) = base.execute("SELECT coalesce(max(id), 0) FROM revision").fetchone()
    number = newest[1] + 1 if newest else 1
    fresh = [(kind, one) for kind in PICTURES for one in _not_held(base, kind, out)]
    marks = _unmarked(base, out)
    about = (out.batch, number, len(out.rows) + len(fresh) + len(marks), content, out.account)
    rows = _numbered(base, last + 1, out, fresh, marks)
    head = chain.append(base, last + 1, ((k, i, v) for k, i, v in _chain(last + 1, about, rows)))
    _place(base, last + 1, out)
    return Added(Kept(out.batch, number, head.hex()), True, head.hex())


def _chain(
    revision: int, about: Row, rows: Iterable[tuple[str, int, Row]]
) -> Iterator[tuple[str, int, Row]]:
    yield "revision", revision, about
    yield from rows


def _not_held(base: sqlite3.Connection, kind: str, out: Out) -> list[str]:
    """Name the pictures that no earlier revision brought."""
    held = {sha256 for (sha256,) in base.execute(f"SELECT sha256 FROM {kind}")}
    return [one for one in out.pictures_of(kind) if one not in held]


def _unmarked(base: sqlite3.Connection, out: Out) -> list[Row]:
    """Give the marks that no revision of this batch brought.

    Another batch's may hold the same file, but an audit sees earlier batches alone.
    """
    query = (
        "SELECT sha256, codebook FROM photo_marks WHERE revision IN"
        " (SELECT id FROM revision WHERE batch = ?)"
    )
    held = set(base.execute(query, (out.batch,))) if out.marks else set()
    return [marks for marks in out.marks if marks[:2] not in held]


def _numbered(
    base: sqlite3.Connection,
    revision: int,
    out: Out,
    fresh: Iterable[tuple[str, str]],
    marks: Iterable[Row],
) -> Iterator[tuple[str, int, Row]]:
    """Give every row its id; pictures are read one at a time."""
    next_id = {
        kind: base.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {kind}").fetchone()[0]
        for kind in COLUMNS
    }
    pictures = ((kind, (sha256, out.picture(kind, sha256))) for kind, sha256 in fresh)
    for kind, values in (*out.rows, *(("photo_marks", one) for one in marks), *pictures):
        yield kind, next_id[kind], (revision, *values)
        next_id[kind] += 1


def _place(base: sqlite3.Connection, revision: int, out: Out) -> None:
    """Enter the outlines' bounds into the index of places."""
    rows = base.execute("SELECT id, polygon_id FROM polygon WHERE revision = ?", (revision,))
    base.executemany(
        "INSERT INTO footprint (id, west, east, south, north) VALUES (?, ?, ?, ?, ?)",
        [
            (id, west, east, south, north)
            for id, name in rows.fetchall()
            if name in out.bounds
            for west, south, east, north in (out.bounds[name],)
        ],
    )
