"""How the archive's file is laid out, and the numbered steps that brought it there."""

from collections.abc import Mapping
from typing import Any

APPLICATION_ID = 0x59485343  # "YHSC": tells an archive from any other SQLite file
Row = tuple[Any, ...]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    # The batch's audit.json stands in `account`; `content` is the hash of the rows that follow.
    "revision": ("batch", "number", "rows", "content", "account"),
    "polygon": ("revision", "polygon_id", "key", "outline", "facts"),
    "evidence": ("revision", "polygon_id", "figures"),
    "finding": ("revision", "finding_id", "rule", "status", "line"),
    "ledger": ("revision", "key", "batch", "line"),
    "answer": ("revision", "kind", "about", "opinion", "person", "day"),
    "photo": ("revision", "path", "polygon_id", "sha256", "pixel_hash", "fingerprint", "facts"),
    "picture": ("revision", "sha256", "jpeg"),
    "chip": ("revision", "polygon_id", "kind", "sha256", "facts"),
    "chip_picture": ("revision", "sha256", "jpeg"),
    "photo_marks": ("revision", "sha256", "codebook", "width", "height", "points", "template"),
}
"""What the chain vouches for, table by table: a column that is added later stands outside it."""

PICTURES = ("picture", "chip_picture")
"""Tables of JPEGs: each is stored once, by the first revision that brings it."""

_FIRST = """
CREATE TABLE revision (id INTEGER PRIMARY KEY, batch TEXT NOT NULL, number INTEGER NOT NULL,
  rows INTEGER NOT NULL, content TEXT NOT NULL, account TEXT NOT NULL, UNIQUE (batch, number));
CREATE TABLE polygon (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  polygon_id TEXT NOT NULL, key TEXT NOT NULL, outline BLOB, facts TEXT NOT NULL);
CREATE TABLE evidence (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  polygon_id TEXT NOT NULL, figures TEXT NOT NULL);
CREATE TABLE finding (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  finding_id TEXT NOT NULL, rule TEXT NOT NULL, status TEXT NOT NULL, line TEXT NOT NULL);
CREATE TABLE ledger (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  key TEXT NOT NULL, batch TEXT NOT NULL, line TEXT NOT NULL);
CREATE TABLE answer (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  kind TEXT NOT NULL, about TEXT NOT NULL, opinion TEXT NOT NULL, person TEXT NOT NULL,
  day TEXT NOT NULL);
CREATE TABLE photo (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  path TEXT NOT NULL, polygon_id TEXT, sha256 TEXT, pixel_hash TEXT, fingerprint BLOB,
  facts TEXT NOT NULL);
CREATE TABLE picture (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  sha256 TEXT NOT NULL UNIQUE, jpeg BLOB NOT NULL);
CREATE TABLE chain (seq INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  kind TEXT NOT NULL, row INTEGER NOT NULL, mark BLOB NOT NULL, hash BLOB NOT NULL);
CREATE VIRTUAL TABLE footprint USING rtree (id, west, east, south, north);
CREATE INDEX polygon_of ON polygon (revision, polygon_id);
CREATE INDEX polygon_numbered ON polygon (key);
CREATE INDEX evidence_of ON evidence (revision, polygon_id);
CREATE INDEX finding_of ON finding (revision, finding_id);
CREATE INDEX ledger_of ON ledger (key);
CREATE INDEX answer_of ON answer (revision);
CREATE INDEX photo_of ON photo (revision);
CREATE INDEX photo_file ON photo (sha256);
CREATE INDEX photo_pixels ON photo (pixel_hash);
CREATE INDEX chain_of ON chain (revision, seq);
CREATE UNIQUE INDEX chain_row ON chain (kind, row);
"""

_SECOND = """
CREATE TABLE chip (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  polygon_id TEXT NOT NULL, kind TEXT NOT NULL, sha256 TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE chip_picture (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  sha256 TEXT NOT NULL UNIQUE, jpeg BLOB NOT NULL);
CREATE INDEX chip_of ON chip (revision, polygon_id);
"""

_THIRD = """
CREATE TABLE photo_marks (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL REFERENCES revision,
  sha256 TEXT NOT NULL, codebook INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
  points BLOB NOT NULL, template BLOB NOT NULL);
CREATE INDEX photo_marks_of ON photo_marks (sha256, codebook);
"""


def _kept(*tables: str) -> str:
    """Refuse every change of what is stored: a correction is a new revision."""
    return "".join(
        f"CREATE TRIGGER {table}_keeps_{verb} BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'the archive only grows'); END;\n"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


MIGRATIONS: tuple[str, ...] = (
    _FIRST
    + _kept("revision", "polygon", "evidence", "finding", "ledger", "answer", "photo", "picture")
    + _kept("chain"),
    _SECOND + _kept("chip", "chip_picture"),
    _THIRD + _kept("photo_marks"),
)
"""Step n brings a file from version n to n + 1. A released step is never edited."""


def version() -> int:
    """Give the version that this program writes."""
    return len(MIGRATIONS)
