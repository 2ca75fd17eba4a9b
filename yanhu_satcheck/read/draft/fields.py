"""Columns whose headers nobody recognises, guessed by what stands in them."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any, NamedTuple
from unicodedata import normalize

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.calls import called
from yanhu_satcheck.read.draft.parts import Part
from yanhu_satcheck.read.draft.walk import PICTURES
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import image_day, text
from yanhu_satcheck.terms import Call, Words, fold

_MOST = 0.6  # share of a column's cells that must speak for a guess
_LOOKED_AT = 500  # rows
_LICENCE = re.compile(r"C\d{22}")
_NUMBER_ENDS = ("编号", "编码", "号", "bh", "标识码", "number", "code")
_WORDLESS = frozenset({"序号", "行号", "fid", "objectid", "id"})


class Guess(NamedTuple):
    """A header that is taken for a column, and why."""

    at: int  # the place of the column
    header: str
    why: Words


def guess(table: str, part: Part, numbers: frozenset[str]) -> dict[str, Guess]:
    """Guess columns of a table that its headers do not name; what nothing speaks for is left out.

    `numbers` are the polygons' numbers, folded.
    """
    meant = part.meant(table)
    free = [i for i, h in enumerate(part.table.headers) if h and i not in meant.values()]
    found = _near_misses(table, part, free, meant)
    for column, fits in _tests(table, numbers).items():
        used = {one.at for one in found.values()}
        if column in meant or column in found:
            continue
        shares = [(_share(part, index, fits.test), index) for index in free if index not in used]
        best, index = max(shares, key=lambda one: (one[0], -one[1]), default=(0.0, 0))
        if best >= _MOST:
            found[column] = Guess(index, part.table.headers[index], fits.why)
    if table == "polygons" and "polygon_id" not in meant and "polygon_id" not in found:
        found |= _looks_like_numbers(part, free)
    return found


class _Test(NamedTuple):
    test: Callable[[Any], bool]
    why: Words


def _tests(table: str, numbers: frozenset[str]) -> dict[str, _Test]:
    tests: dict[str, _Test] = {}
    columns = heads.schema(table)
    if "polygon_id" in columns and numbers:
        why = Words("列内是图斑编号", "its cells are numbers of polygons")
        tests["polygon_id"] = _Test(lambda cell: fold(text(cell)) in numbers, why)
    if "legality" in columns:
        why = Words("列内是判定用语", "its cells are calls")
        tests["legality"] = _Test(_is_call, why)
    if "permit_no" in columns:
        why = Words("列内是采矿许可证号", "its cells are numbers of licences")
        tests["permit_no"] = _Test(_is_licence, why)
    if table == "photos":
        why = Words("列内是照片文件名", "its cells name photographs")
        tests["file"] = _Test(_is_picture, why)
    return tests


def _share(part: Part, index: int, test: Callable[[Any], bool]) -> float:
    cells = part.column(index)[:_LOOKED_AT]
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _is_call(cell: Any) -> bool:
    if not isinstance(cell, str) or cell.isascii():
        return False
    return called(cell, None, date.max)[0] not in (Call.UNKNOWN, Call.UNFILLED)


def _is_licence(cell: Any) -> bool:
    return _LICENCE.fullmatch(fold(text(cell))) is not None


def _is_picture(cell: Any) -> bool:
    return isinstance(cell, str) and cell.lower().endswith(tuple(PICTURES))


def _near_misses(
    table: str, part: Part, free: Sequence[int], meant: dict[str, int]
) -> dict[str, Guess]:
    """Take a header for the column whose name it almost is, if the column is not there."""
    known = {
        heads.plain(header)[0]: column.name
        for column in heads.schema(table).values()
        if column.name not in meant
        for header in (column.name, *column.headers)
    }
    found: dict[str, Guess] = {}
    for index in free:
        header = part.table.headers[index]
        near = get_close_matches(heads.plain(header)[0], known, 1, 0.8)
        if near and not _sure_enough(table, header, known[near[0]]):
            continue
        if near and known[near[0]] not in found and _readable(table, part, index, known[near[0]]):
            words = heads.schema(table)[known[near[0]]].words
            why = Words(f"列名与“{words}”相近", f"its name is almost {words}")
            found[known[near[0]]] = Guess(index, header, why)
    return found


def _sure_enough(table: str, header: str, name: str) -> bool:
    """Whether a near miss is worth a guess; of initials only where nothing goes without it.

    One letter makes 乡镇名称 (XZMC) of 行政区名称 (XZQMC).
    """
    column = heads.schema(table)[name]
    return not header.isascii() or column.required or column.needed


def _readable(table: str, part: Part, index: int, name: str) -> bool:
    """Whether a column holds what it would be: days, where a day is asked for."""
    if not heads.schema(table)[name].kind.endswith("date"):
        return True
    return _share(part, index, _is_day) >= _MOST or not part.column(index)


def _is_day(cell: Any) -> bool:
    try:
        return image_day(cell, last=False) is not None
    except Unreadable:
        return False


def _looks_like_numbers(part: Part, free: Sequence[int]) -> dict[str, Guess]:
    """Take the first column that is called a number and holds no cell twice."""
    for index in free:
        header = normalize("NFKC", part.table.headers[index]).lower()
        cells = [text(cell) for cell in part.column(index)]
        full = len(cells) == len(part.table.rows) == len(set(cells))
        if full and header.endswith(_NUMBER_ENDS) and header not in _WORDLESS:
            why = Words("列内各不相同，像是图斑编号", "no cell twice: it looks like the number")
            return {"polygon_id": Guess(index, part.table.headers[index], why)}
    return {}
