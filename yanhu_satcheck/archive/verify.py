"""Whether the archive still says what was added to it; if not, where it first differs."""

import sqlite3
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import shapely

from yanhu_satcheck.archive import chain, schema
from yanhu_satcheck.archive.schema import COLUMNS
from yanhu_satcheck.archive.store import reading
from yanhu_satcheck.terms import Words

_NAMED_BY = {
    "revision": ("batch", "number"),
    "polygon": ("polygon_id",),
    "evidence": ("polygon_id",),
    "finding": ("finding_id",),
    "ledger": ("key",),
    "answer": ("about",),
    "photo": ("path",),
    "picture": ("sha256",),
    "chip": ("polygon_id", "kind"),
    "chip_picture": ("sha256",),
    "photo_marks": ("sha256",),
}
_TABLES = {
    "revision": Words("批次", "batch"),
    "polygon": Words("图斑", "polygon"),
    "evidence": Words("量测数据", "figures of polygon"),
    "finding": Words("问题", "finding"),
    "ledger": Words("整改台账行", "ledger row of"),
    "answer": Words("复核意见", "answer to"),
    "photo": Words("照片", "photograph"),
    "picture": Words("照片缩略图", "picture of photograph"),
    "chip": Words("图斑影像", "image of polygon"),
    "chip_picture": Words("图斑影像文件", "image file"),
    "photo_marks": Words("照片特征", "marks of photograph"),
}


class Verdict(NamedTuple):
    """What `verify` found. `fault` is `None` where all is as it was added."""

    revisions: int
    rows: int
    head: str
    fault: Words | None


class _Broken(Exception):
    """The first place where the archive is not what was added."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


def verify(path: Path, head: str = "") -> Verdict:
    """Recompute everything that the chain vouches for.

    `head` is a head hash noted earlier: the archive must still hold all that it stood for.

    Raises:
        ArchiveError: The file cannot be opened as an archive.
    """
    with reading(path) as base:
        # A text that was altered need not be UTF-8 any more; it must be named all the same.
        base.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        base.execute("BEGIN")  # one state of the file, whoever adds meanwhile
        (revisions,) = base.execute("SELECT count(*) FROM revision").fetchone()
        (rows,) = base.execute("SELECT count(*) FROM chain").fetchone()
        fault = None
        try:
            _sound(base)
            _linked(base, head.strip().lower())
            _whole(base)
            _footprints(base)
        except _Broken as broken:
            fault = broken.words
        return Verdict(revisions, rows, chain.head(base).hex(), fault)


def _sound(base: sqlite3.Connection) -> None:
    for check in ("PRAGMA integrity_check(1)", "SELECT rtreecheck('footprint')"):
        (said,) = base.execute(check).fetchone()
        if said != "ok":
            raise _Broken(f"文件内部损坏：{said}", f"the file is damaged inside: {said}")
    layout = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"
    with sqlite3.connect(":memory:", isolation_level=None) as meant:
        for step in schema.MIGRATIONS:
            meant.executescript(step)
        odd = {*base.execute(layout)} ^ {*meant.execute(layout)}
    meant.close()
    for kind, name, *_ in sorted(odd, key=str):
        raise _Broken(f"文件结构被改动：{kind} {name}", f"its layout was changed: {kind} {name}")


def _linked(base: sqlite3.Connection, head: str) -> None:
    """Follow the chain; name the first row that is not as it was."""
    last, expected, met = chain.START, 1, head in ("", chain.START.hex())
    for seq, _revision, kind, id, mark, hash in chain.links(base):
        if seq != expected or kind not in COLUMNS:
            raise _Broken(f"链条第 {expected} 环缺失", f"link {expected} of the chain is gone")
        values = chain.stored(base, kind, id)
        if values is None:
            zh, en = _TABLES[kind]
            raise _Broken(
                f"第 {seq} 行（{zh}表第 {id} 号）被删除", f"row {seq} ({kind} {id}) was deleted"
            )
        if chain.mark(kind, id, values) != mark:
            zh, en = _named(base, kind, id)
            raise _Broken(f"第 {seq} 行（{zh}）被改动", f"row {seq} ({en}) was altered")
        last, expected = chain.link(last, mark), seq + 1
        if last != hash:
            zh, en = _named(base, kind, id)
            raise _Broken(
                f"第 {seq} 行（{zh}）不在原来的位置", f"row {seq} ({en}) is not where it was"
            )
        met = met or last.hex() == head
    if not met:
        raise _Broken(
            f"记下的校验值 {head[:16]}… 不在链条中：档案被截短、改写，或不是同一个档案",
            f"the head {head[:16]}… that was noted is not in the chain: the archive was cut short,"
            " written anew, or is another one",
        )


def _named(base: sqlite3.Connection, kind: str, id: int) -> Words:
    """Name a row by what people know it by, as it now says, and by its batch."""
    names = ", ".join(_NAMED_BY[kind])
    about = base.execute(f"SELECT {names} FROM {kind} WHERE id = ?", (id,)).fetchone()
    of = ()
    if kind != "revision":
        query = f"SELECT batch, number FROM revision WHERE id = (SELECT revision FROM {kind}"
        of = base.execute(f"{query} WHERE id = ?)", (id,)).fetchone() or ()
    what, where = ("/".join(map(str, one)) for one in (about, of))
    zh, en = _TABLES[kind]
    return Words(f"{zh} {what} {where}".strip(), f"{en} {what}{where and f' of {where}'}")


def _whole(base: sqlite3.Connection) -> None:
    """Look for rows that were slipped in, and for revisions that lost their last rows."""
    for kind in COLUMNS:
        query = f"SELECT min(id) FROM {kind} WHERE id NOT IN (SELECT row FROM chain WHERE kind = ?)"
        (id,) = base.execute(query, (kind,)).fetchone()
        if id is not None:
            zh, en = _named(base, kind, id)
            raise _Broken(f"{zh} 是后来塞入的", f"{en} was slipped in")
    counts = Counter(revision for _, revision, *_ in chain.links(base))
    for id, batch, number, rows in base.execute("SELECT id, batch, number, rows FROM revision"):
        if counts[id] != rows + 1:  # its own row stands in the chain too
            raise _Broken(
                f"批次 {batch} 第 {number} 版应有 {rows} 行，现有 {counts[id] - 1} 行",
                f"batch {batch}, revision {number}: {counts[id] - 1} of {rows} rows are there",
            )


def _footprints(base: sqlite3.Connection) -> None:
    """Hold the index of places to the outlines: a place dropped from it would never be asked."""
    query = (
        "SELECT p.id, p.polygon_id, p.outline, f.west, f.south, f.east, f.north"
        " FROM polygon p LEFT JOIN footprint f ON f.id = p.id ORDER BY p.id"
    )
    for _, name, outline, *indexed in base.execute(query):
        if not _bounded(outline, indexed):
            raise _Broken(
                f"图斑 {name} 的空间索引与图形不符", f"the index of places is wrong at {name}"
            )
    (strays,) = base.execute(
        "SELECT count(*) FROM footprint WHERE id NOT IN (SELECT id FROM polygon)"
    ).fetchone()
    if strays:
        raise _Broken("空间索引中有多余的项", "the index of places holds what no polygon has")


def _bounded(outline: bytes | None, indexed: list[float | None]) -> bool:
    if outline is None:
        return indexed == [None] * 4
    if None in indexed:
        return False
    # The index keeps single precision, rounded outwards: up to 2e-5 degrees.
    outward = (-1.0, -1.0, 1.0, 1.0)
    bounds = shapely.from_wkb(outline).bounds
    off = (s * (a - b) for s, a, b in zip(outward, indexed, bounds, strict=True) if a is not None)
    return all(0.0 <= one < 1e-4 for one in off)
