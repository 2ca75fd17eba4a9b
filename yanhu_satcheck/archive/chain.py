"""The chain over everything stored: each row's hash rests on the row's before it.

Whoever changes, drops or moves a row breaks the chain there. Whoever writes the whole chain anew
from that row on, or cuts off the newest revisions, leaves a chain that is sound in itself: only the
head hash, written down elsewhere when the revision was added, tells.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from yanhu_satcheck.archive.schema import COLUMNS, PICTURES, Row

START = bytes(32)


def mark(kind: str, id: int, values: Sequence[object]) -> bytes:
    """Hash one row in a form that no other row has."""
    return sha256(_canonical([kind, id, *map(_plain, values)])).digest()


def link(before: bytes, mark: bytes) -> bytes:
    """Give the chain's hash at a row."""
    return sha256(before + mark).digest()


def content(rows: Iterable[tuple[str, Row]]) -> str:
    """Hash what a revision says, whatever its place in the archive; pictures are named by it."""
    whole = sha256()
    for kind, values in rows:
        if kind not in PICTURES:
            whole.update(_canonical([kind, *map(_plain, values)]) + b"\n")
    return whole.hexdigest()


def head(base: sqlite3.Connection, revision: int | None = None) -> bytes:
    """Give the chain's hash at the end of a revision, or of the archive."""
    where, what = ("", ()) if revision is None else ("WHERE revision = ?", (revision,))
    row = base.execute(f"SELECT hash FROM chain {where} ORDER BY seq DESC LIMIT 1", what).fetchone()
    return bytes(row[0]) if row else START


def append(base: sqlite3.Connection, revision: int, rows: Iterable[tuple[str, int, Row]]) -> bytes:
    """Write rows of one revision, each with its place in the chain; give the new head."""
    (seq,) = base.execute("SELECT coalesce(max(seq), 0) FROM chain").fetchone()
    last = head(base)
    for kind, id, values in rows:
        columns = ("id", *COLUMNS[kind])
        places = ", ".join("?" * len(columns))
        names = ", ".join(columns)
        base.execute(f"INSERT INTO {kind} ({names}) VALUES ({places})", (id, *values))
        own = mark(kind, id, values)
        last, seq = link(last, own), seq + 1
        base.execute(
            "INSERT INTO chain (seq, revision, kind, row, mark, hash) VALUES (?, ?, ?, ?, ?, ?)",
            (seq, revision, kind, id, own, last),
        )
    return last


def stored(base: sqlite3.Connection, kind: str, id: int) -> Row | None:
    """Give one row's values as the chain knows them."""
    names = ", ".join(COLUMNS[kind])
    row = base.execute(f"SELECT {names} FROM {kind} WHERE id = ?", (id,)).fetchone()
    return None if row is None else tuple(row)


def links(base: sqlite3.Connection) -> Iterator[tuple[int, int, str, int, bytes, bytes]]:
    """Give the chain in its order: seq, revision, kind, row, mark, hash."""
    yield from base.execute("SELECT seq, revision, kind, row, mark, hash FROM chain ORDER BY seq")


def _plain(value: object) -> object:
    return {"sha256": sha256(value).hexdigest()} if isinstance(value, bytes) else value


def _canonical(values: list[object]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")
