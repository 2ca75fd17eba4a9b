"""Answers in a table of their own: a CSV that somebody filled in beside the ledger."""

from pathlib import Path
from unicodedata import normalize

from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.read.answers import answer
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import read_columns
from yanhu_satcheck.read.workbooks import Wanted, read_csv
from yanhu_satcheck.review import Told
from yanhu_satcheck.terms import Words

TABLE = "decisions"
_FORMULA = frozenset("=+-@\t\r\n")


def read_decisions(path: Path) -> tuple[Told, ...]:
    """Read a CSV of decisions (UTF-8 or GB18030); rows without any answer are left out.

    A row with an `id` answers that finding, one with 图斑编号 alone the polygon. ledger.csv of an
    OUT is such a table too.

    Raises:
        Unreadable: It cannot be read, or has no column to know a row by, or none of the answer.
    """
    misreads = Misreads()
    try:
        table = read_csv(TABLE, path, path.name, Wanted(), misreads)
    except OSError as cause:
        why = by_system(cause)
        raise Unreadable(
            Words(f"不可读：{why.zh}", f"it cannot be read: {why.en}"),
            Words("请检查路径，并关闭该文件", "check its path, and close it"),
        ) from None
    records = read_columns(table, {}, misreads)
    there = records.places.keys()
    if "opinion" not in there or not there & {"polygon_id", "finding_id"}:
        raise Unreadable(
            Words(
                f"表头应含 图斑编号 或 id，以及 复核意见；表中有：{'、'.join(table.headers)}",
                "the header must hold 图斑编号 or id, and 复核意见;"
                f" it holds {', '.join(table.headers)}",
            ),
            Words("请改表头后重新运行", "name the columns so, and run again"),
        )
    told = []
    for record in records.rows:
        said = record.values
        cells = [said.get(name) for name in ("opinion", "by", "on")]
        if not any(cells):
            continue
        finding, polygon = (_bare(said.get(name) or "") for name in ("finding_id", "polygon_id"))
        kind = "finding" if finding else "polygon"
        number = record.row.number
        where = Words(f"{path.name} 第 {number} 行", f"{path.name} row {number}")
        told.append(Told(answer(kind, finding or polygon, *cells), where))
    return tuple(told)


def _bare(number: str) -> str:
    """Take off the quote by which a CSV keeps a text from being a formula."""
    bare = number.removeprefix("'")
    return bare if normalize("NFKC", bare[:1]) in _FORMULA else number
