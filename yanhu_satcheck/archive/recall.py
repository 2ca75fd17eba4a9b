"""The archive answers: `Past` over one SQLite file, as it stood when it was opened."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.archive import chain, rows
from yanhu_satcheck.archive.errors import believed
from yanhu_satcheck.archive.plane import shared
from yanhu_satcheck.archive.prints import Prints, away, prints
from yanhu_satcheck.archive.store import connect
from yanhu_satcheck.batch import LedgerRow
from yanhu_satcheck.past import (
    Answer,
    EarlierFinding,
    EarlierOverlap,
    EarlierPhoto,
    EarlierPolygon,
    Kept,
    KeptChip,
    KeptMarks,
)
from yanhu_satcheck.terms import fold

EVERY = "\U0010ffff"  # sorts behind any batch's id
_HOW = ("file", "pixels", "fingerprint")


class Archive:
    """`Past` over one file. Rows are never changed, so no lock is held between two questions."""

    def __init__(self, base: sqlite3.Connection, path: Path) -> None:
        self._base, self._path = base, path
        query = "SELECT batch, number, id FROM revision ORDER BY batch, number"
        newest = {batch: (number, id) for batch, number, id in base.execute(query)}
        self._kept = {
            id: Kept(batch, number, chain.head(base, id).hex())
            for batch, (number, id) in newest.items()
        }
        self._findings: dict[int, dict[str, tuple[EarlierFinding, ...]]] = {}
        self._answers: dict[int, rows.Answers] = {}
        self._signed: dict[int, tuple[Answer, ...]] = {}
        self._prints: dict[str, Prints] = {}

    @property
    def path(self) -> Path:
        """The file that answers."""
        return self._path

    def earlier(self, batch_id: str) -> tuple[Kept, ...]:
        """Give the batches that sort before this one, in their order."""
        return tuple(kept for kept in self._kept.values() if kept.batch < batch_id)

    def overlapping(self, lonlat: BaseGeometry, before: str) -> tuple[EarlierOverlap, ...]:
        """Give the earlier polygons that share ground with an outline in CGCS2000 degrees."""
        if lonlat.is_empty:
            return ()
        west, south, east, north = lonlat.bounds
        query = (
            "SELECT p.revision, p.outline, p.facts FROM footprint f JOIN polygon p ON p.id = f.id"
            " WHERE f.west <= ? AND f.east >= ? AND f.south <= ? AND f.north >= ?"
        )
        with believed(self._path):
            met = self._base.execute(query, (east, west, north, south)).fetchall()
            found = []
            for revision, outline, facts in met:
                if self._seen(revision, before) and outline is not None:
                    # Bounds meet far more often than ground; findings are read where ground does.
                    ground = shared(lonlat, shapely.from_wkb(outline))
                    if ground is not None:
                        one = self._polygon(revision, outline, facts, before)
                        found.append(EarlierOverlap(one, *ground))
        return tuple(sorted(found, key=lambda o: (o.polygon.batch, o.polygon.polygon_id)))

    def photos(
        self,
        before: str,
        sha256: str | None = None,
        pixel_hash: str | None = None,
        fingerprint: str | None = None,
    ) -> tuple[EarlierPhoto, ...]:
        """Give the earlier photographs with one of these marks; fingerprints up to 31 bits off."""
        with believed(self._path):
            # The strongest likeness of a photograph comes first and is kept.
            hows: dict[int, str] = {}
            for column, value, how in (("sha256", sha256, 0), ("pixel_hash", pixel_hash, 1)):
                query = f"SELECT id FROM photo WHERE {column} = ?"
                for (id,) in self._base.execute(query, (value,)) if value else ():
                    hows.setdefault(id, _HOW[how])
            for id, _ in self._printed(before).near(fingerprint) if fingerprint else ():
                hows.setdefault(id, _HOW[2])
            found = [self._photo(id, how, fingerprint, before) for id, how in hows.items()]
        told = [one for one in found if one is not None]
        return tuple(sorted(told, key=lambda one: (one.batch, one.id, one.polygon_id or "")))

    def marks(self, before: str) -> tuple[KeptMarks, ...]:
        """Give what is kept of every earlier photograph, each file once, by its sha256.

        Of one that two codebooks marked, the newer one's marks are given.
        """
        found: dict[str, KeptMarks] = {}
        earlier = "SELECT id FROM revision WHERE batch < ?"
        with believed(self._path):
            query = "SELECT revision, sha256, fingerprint FROM photo WHERE pixel_hash NOT NULL"
            for revision, sha256, print_ in self._base.execute(query):
                if sha256 and self._seen(revision, before):
                    found[sha256] = KeptMarks(sha256, print_.hex() if print_ else "")
            query = (
                "SELECT sha256, codebook, width, height, points, template FROM photo_marks"
                f" WHERE revision IN ({earlier}) ORDER BY codebook, id"
            )
            for sha256, codebook, width, height, *blobs in self._base.execute(query, (before,)):
                if sha256 in found:
                    points, template = map(bytes, blobs)
                    print_ = found[sha256].fingerprint
                    size = width, height
                    found[sha256] = KeptMarks(sha256, print_, codebook, size, points, template)
        return tuple(found[name] for name in sorted(found))

    def picture(self, sha256: str) -> bytes | None:
        """Give the reduced copy (JPEG) of the photograph with this hash, where one is kept."""
        return self._jpeg("picture", sha256)

    def chip(self, sha256: str) -> bytes | None:
        """Give the JPEG of a kept picture of a polygon."""
        return self._jpeg("chip_picture", sha256)

    def chips(self, batch: str, polygon_id: str, before: str) -> tuple[KeptChip, ...]:
        """Give the pictures kept of a polygon of an earlier batch, by date and kind."""
        query = "SELECT facts FROM chip WHERE revision = ? AND polygon_id = ?"
        with believed(self._path):
            found = [
                rows.chip(facts)
                for id, kept in self._kept.items()
                if kept.batch == batch < before
                for (facts,) in self._base.execute(query, (id, polygon_id)).fetchall()
            ]
        return tuple(sorted(found, key=lambda one: (str(one.date), one.kind != "before")))

    def _jpeg(self, table: str, sha256: str) -> bytes | None:
        with believed(self._path):
            query = f"SELECT jpeg FROM {table} WHERE sha256 = ?"
            row = self._base.execute(query, (sha256,)).fetchone()
        return bytes(row[0]) if row else None

    def issued_before(self, before: str) -> tuple[EarlierPolygon, ...]:
        """Give every earlier polygon as it was issued and filed, bare of outline and findings."""
        query = "SELECT facts FROM polygon WHERE revision = ? ORDER BY polygon_id, id"
        with believed(self._path):
            return tuple(
                rows.polygon(kept.batch, None, facts)
                for revision, kept in self._kept.items()
                if kept.batch < before
                for (facts,) in self._base.execute(query, (revision,)).fetchall()
            )

    def looked_again(self, before: str) -> frozenset[tuple[str, str]]:
        """Give what the look-backs of earlier batches cover, by folded batch and number.

        A row that names no batch means the latest before its own with that number.
        """
        found = set()
        for _, kept, account in self.revisions():
            for row in account.get("lookback", ()) if kept.batch < before else ():
                batch = row.get("batch", "") or self.latest(row["key"], kept.batch) or ""
                found.add((fold(batch), row["key"]))
        return frozenset(found)

    def contradicted(self, before: str) -> tuple[EarlierPolygon, ...]:
        """Give the earlier polygons with an `inconsistent` finding that stands."""
        found: list[EarlierPolygon] = []
        with believed(self._path):
            for revision, kept in self._kept.items():
                if kept.batch < before:
                    for name, told in sorted(self._found(revision).items()):
                        if any(finding.contradicts for finding in told):
                            found += self._named(revision, name, before)
        return tuple(found)

    def polygon(self, batch: str, polygon_id: str, before: str) -> EarlierPolygon | None:
        """Give one polygon of an earlier batch, by its number as OUT wrote it."""
        ids = (id for id, kept in self._kept.items() if kept.batch == batch < before)
        with believed(self._path):
            return next((one for id in ids for one in self._named(id, polygon_id, before)), None)

    def latest(self, key: str, before: str) -> str | None:
        """Give the latest earlier batch that issued a number, by its folded form."""
        with believed(self._path):
            return max((one for one in self._issued(key) if one < before), default=None)

    def revisions(self) -> Iterator[tuple[int, Kept, Mapping[str, Any]]]:
        """Give the newest revision of every batch, by batch: its id, and its audit.json."""
        query = "SELECT account FROM revision WHERE id = ?"
        for id, kept in self._kept.items():
            with believed(self._path):
                (account,) = self._base.execute(query, (id,)).fetchone()
                said = json.loads(account)
            yield id, kept, said

    def issued(self, revision: int) -> Iterator[tuple[EarlierPolygon, Mapping[str, Any]]]:
        """Give every polygon of a revision, by number, and what else is stored of it.

        What later ledgers and answers say of it is told, too: nothing lies ahead of a look-back.
        """
        query = "SELECT outline, facts FROM polygon WHERE revision = ? ORDER BY polygon_id, id"
        for outline, facts in self._base.execute(query, (revision,)).fetchall():
            with believed(self._path):
                one = self._polygon(revision, outline, facts, EVERY)
                said = json.loads(facts)
            yield one, said

    def figures(self, revision: int, polygon_id: str) -> Mapping[str, float]:
        """Give what was measured of a polygon then."""
        with believed(self._path):
            return self._figures(revision, polygon_id)

    def answers(self, revision: int) -> tuple[Answer, ...]:
        """Give what people answered in one revision."""
        if revision not in self._signed:
            query = "SELECT kind, about, opinion, person, day FROM answer WHERE revision = ?"
            with believed(self._path):
                told = self._base.execute(f"{query} ORDER BY id", (revision,)).fetchall()
            self._signed[revision] = tuple(Answer(*one) for one in told)
        return self._signed[revision]

    def _seen(self, revision: int, before: str) -> bool:
        """Whether a revision is the newest of its batch, and its batch an earlier one."""
        return revision in self._kept and self._kept[revision].batch < before

    def _found(self, revision: int) -> dict[str, tuple[EarlierFinding, ...]]:
        if revision not in self._findings:
            self._answers[revision] = rows.answers(self._base, revision)
            told = rows.findings(self._base, revision, self._answers[revision])
            self._findings[revision] = told
        return self._findings[revision]

    def _named(self, revision: int, name: str, before: str) -> Iterator[EarlierPolygon]:
        query = "SELECT outline, facts FROM polygon WHERE revision = ? AND polygon_id = ?"
        for outline, facts in self._base.execute(query, (revision, name)).fetchall():
            yield self._polygon(revision, outline, facts, before)

    def _polygon(
        self, revision: int, outline: bytes | None, facts: str, before: str
    ) -> EarlierPolygon:
        batch = self._kept[revision].batch
        bare = rows.polygon(batch, outline, facts)
        found = self._found(revision).get(bare.polygon_id, ())
        return replace(
            bare,
            findings=found,
            ledger=tuple(row for _, row in self._ledger(bare.key, batch, before)),
            opinion=self._answers[revision].get(("polygon", bare.polygon_id), ""),
            bare_after=self._figures(revision, bare.polygon_id).get("bare_after"),
        )

    def _figures(self, revision: int, name: str) -> dict[str, float]:
        query = "SELECT figures FROM evidence WHERE revision = ? AND polygon_id = ?"
        row = self._base.execute(query, (revision, name)).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def ledger(self, key: str, batch: str) -> tuple[tuple[str, LedgerRow], ...]:
        """Give the rows of any ledger about a polygon, each with the batch whose ledger it is."""
        with believed(self._path):
            return self._ledger(key, batch, EVERY)

    def _ledger(self, key: str, batch: str, before: str) -> tuple[tuple[str, LedgerRow], ...]:
        """Give what earlier ledgers say of a polygon: its own batch's, then later ones'.

        A row that names no batch means its own, else the latest earlier one with that number.
        """
        query = "SELECT revision, batch, line FROM ledger WHERE key = ? ORDER BY id"
        told = defaultdict[str, list[LedgerRow]](list)
        for revision, named, line in self._base.execute(query, (key,)).fetchall():
            if self._seen(revision, before):
                of = self._kept[revision].batch
                if named == fold(batch) or (not named and self._meant(key, of) == batch):
                    told[of].append(rows.ledger_row(line))
        return tuple((of, row) for of in sorted(told) for row in told[of])

    def _meant(self, key: str, of: str) -> str | None:
        """Give the batch that a ledger row of a batch means when it names none."""
        return max((one for one in self._issued(key) if one <= of), default=None)

    def _issued(self, key: str) -> Iterator[str]:
        """Give the batches that issued a number."""
        query = "SELECT DISTINCT revision FROM polygon WHERE key = ?"
        for (id,) in self._base.execute(query, (key,)).fetchall():
            if id in self._kept:
                yield self._kept[id].batch

    def _printed(self, before: str) -> Prints:
        if before not in self._prints:
            query = "SELECT id, revision, fingerprint FROM photo WHERE fingerprint IS NOT NULL"
            seen = [(i, f) for i, r, f in self._base.execute(query) if self._seen(r, before)]
            self._prints[before] = prints(seen)
        return self._prints[before]

    def _photo(
        self, id: int, how: str, fingerprint: str | None, before: str
    ) -> EarlierPhoto | None:
        query = "SELECT revision, fingerprint, facts FROM photo WHERE id = ?"
        revision, print_, facts = self._base.execute(query, (id,)).fetchone()
        if not self._seen(revision, before):
            return None
        bits = away(bytes.fromhex(fingerprint), print_) if fingerprint and print_ else 0
        return rows.photo(self._kept[revision].batch, facts, how, bits)


@contextmanager
def open_past(path: Path) -> Iterator[Archive]:
    """Open an archive to ask it about earlier batches.

    Raises:
        ArchiveError: It is not there, damaged, newer than this program, or locked.
    """
    with closing(connect(path)) as base:
        with believed(path):
            archive = Archive(base, path)
        yield archive  # what goes wrong in the caller's block is not the archive's doing
