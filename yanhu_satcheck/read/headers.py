"""Which header means which column: the alias table, and matching against it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any
from unicodedata import normalize

from yanhu_satcheck.policies import columns
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.terms import Words

_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_CUT = 9  # a DBF holds 10 bytes of a name; a cut character may leave 9


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column: how its cells are read, and the headers that mean it."""

    name: str
    kind: str
    headers: tuple[str, ...]
    unit: str = ""
    end: str = ""  # of an image date: which end of a month it stands for
    required: bool = False  # without it the rows mean nothing
    needed: bool = False  # without it the rows' own rules are mute
    undeclared: bool = False  # its unit is told by the header or not at all

    @property
    def words(self) -> str:
        """The column as forms print it."""
        return self.headers[0] if self.headers else self.name


@dataclass(frozen=True, slots=True)
class Place:
    """Where a canonical column stands in a table."""

    index: int
    header: str
    unit: str  # as the header's brackets say


@cache
def schema(table: str) -> Mapping[str, Column]:
    """Give the canonical columns of a table, from the alias table."""
    rows: Mapping[str, Any] = columns().get(table, {})
    return {
        name: Column(name, **{**row, "headers": tuple(row["headers"])})
        for name, row in rows.items()
    }


def plain(header: str) -> tuple[str, str]:
    """Fold a header; give it without brackets, and what stood in the last of them."""
    folded = normalize("NFKC", header).replace("\u200b", "").replace("\ufeff", "")
    inside = [next(filter(None, found), "") for found in _BRACKETS.findall(folded)]
    bare = re.sub(r"[\s*:]+", "", _BRACKETS.sub("", folded)).lower()
    whole = re.sub(r"[\s*:()\[\]【】]+", "", folded).lower()
    return bare or whole, inside[-1].strip() if inside and bare else ""


@cache
def _aliases(table: str) -> Mapping[str, str]:
    # Canonical names go in last: no alias of another column may take one.
    columns = schema(table).values()
    known: dict[str, str] = {}
    for column in columns:
        for header in column.headers:
            known.setdefault(_whole(header), column.name)
            known.setdefault(plain(header)[0], column.name)
    return known | {column.name.lower(): column.name for column in columns}


def _whole(header: str) -> str:
    return re.sub(r"[\s*:()\[\]【】]+", "", normalize("NFKC", header)).lower()


def meaning(table: str, header: str, *, cut_names: bool = False) -> str | None:
    """Say which canonical column a header means; a DBF's header may be cut at ten bytes."""
    known = _aliases(table)
    bare = plain(header)[0]
    if not bare:
        return None
    for spelt in (_whole(header), bare):
        if spelt in known:
            return known[spelt]
    if cut_names and any(len(bare.encode(e, "replace")) >= _CUT for e in ("utf-8", "gb18030")):
        meant = {name for alias, name in known.items() if alias.startswith(bare)}
        if len(meant) == 1:
            return meant.pop()
    return None


def recognised(table: str, row: Sequence[object]) -> int:
    """Count the different canonical columns that a row of cells names."""
    return len({meaning(table, cell) for cell in row if isinstance(cell, str)} - {None})


def match(
    table: str,
    file: str,
    headers: Sequence[str],
    fields: Mapping[str, str],
    misreads: Misreads,
    *,
    row: int | None = None,
    names: Sequence[str] = (),
    cut_names: bool = False,
) -> dict[str, Place]:
    """Find the canonical columns among a table's headers; what is doubtful is noted.

    `names` gives another spelling of each header, as a geodatabase has beside the alias.
    `fields` of the manifest wins over the alias table. Of two headers for one column the one that
    the forms print counts, else the first; the other keeps its cells in the filing and is named.
    """
    names = names or headers
    places = _as_declared(table, file, headers, names, fields, misreads, row)
    taken = {place.index for place in places.values()}
    meant = [
        meaning(table, header, cut_names=cut_names) or meaning(table, other, cut_names=cut_names)
        for header, other in zip(headers, names, strict=True)
    ]
    for index in sorted(range(len(headers)), key=lambda i: not _is_printed(table, headers[i])):
        name, header = meant[index], headers[index]
        if name is None or index in taken:
            continue
        if name in places:
            if name in fields:
                continue
            misreads.add(
                file,
                Words(
                    f"“{places[name].header}”与“{header}”都是{schema(table)[name].words}",
                    f"both “{places[name].header}” and “{header}” mean {name}",
                ),
                Words(
                    f"以“{places[name].header}”为准；如不对，请在 batch.toml 的 [{table}] 下写 "
                    f'fields = {{ {name} = "{header}" }}',
                    "the former counts; if that is wrong, write "
                    f'fields = {{ {name} = "{header}" }} under [{table}] in batch.toml',
                ),
                row=row,
                column=header,
            )
            continue
        places[name] = Place(index, header, plain(header)[1])
    asked = _name_near_misses(table, file, headers, places, misreads, row)
    _name_missing(table, file, headers, places, misreads, row, asked | set(fields))
    return places


def _is_printed(table: str, header: str) -> bool:
    return any(
        _whole(header) in (column.name, _whole(column.words)) for column in schema(table).values()
    )


def _as_declared(
    table: str,
    file: str,
    headers: Sequence[str],
    names: Sequence[str],
    fields: Mapping[str, str],
    misreads: Misreads,
    row: int | None,
) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for name, header in fields.items():
        said = _whole(str(header))
        found = [
            i
            for i, both in enumerate(zip(headers, names, strict=True))
            if said in map(_whole, both)
        ]
        if name in schema(table) and found:
            places[name] = Place(found[0], headers[found[0]], plain(headers[found[0]])[1])
        elif name not in schema(table):
            near = get_close_matches(name, schema(table), 1)
            hint = near[0] if near else ", ".join(schema(table))
            misreads.add(
                "batch.toml",
                Words(f"[{table}] fields 中没有 {name} 这一列", f"{table} has no column {name}"),
                Words(f"是否为 {hint}？", f"did you mean {hint}?"),
                column=f"{table}.fields.{name}",
            )
        else:
            misreads.add(
                file,
                Words(
                    f"batch.toml 指定的列“{header}”不在表头中",
                    f"the header “{header}”, which batch.toml names, is not there",
                ),
                Words(f"表头有：{_listed(headers, '、')}", f"there are: {_listed(headers, ', ')}"),
                row=row,
                column=str(header),
            )
    return places


def _name_near_misses(
    table: str,
    file: str,
    headers: Sequence[str],
    places: Mapping[str, Place],
    misreads: Misreads,
    row: int | None,
) -> set[str]:
    known, asked = _aliases(table), set()
    taken = {place.index for place in places.values()}
    for index, header in enumerate(headers):
        near = [] if index in taken else get_close_matches(plain(header)[0], known, 1, 0.8)
        if near and known[near[0]] not in places:
            asked.add(known[near[0]])
            words = schema(table)[known[near[0]]].words
            misreads.add(
                file,
                Words(f"列“{header}”无法识别", f"the column “{header}” is not recognised"),
                Words(f"是否为“{words}”？", f"did you mean “{words}” ({known[near[0]]})?"),
                row=row,
                column=header,
            )
    return asked


def _name_missing(
    table: str,
    file: str,
    headers: Sequence[str],
    places: Mapping[str, Place],
    misreads: Misreads,
    row: int | None,
    asked: set[str],
) -> None:
    for column in schema(table).values():
        if column.name in places:
            continue
        if column.required or (column.needed and column.name not in asked):
            misreads.add(
                file,
                Words(f"缺少“{column.words}”列", f"the column {column.name} is missing"),
                Words(
                    f"表头有：{_listed(headers, '、')}；请改表头，"
                    f"或在 batch.toml 的 [{table}] 下写 "
                    f'fields = {{ {column.name} = "表中的列名" }}',
                    f"there are: {_listed(headers, ', ')}; rename one, or write "
                    f'fields = {{ {column.name} = "its header" }} under [{table}] in batch.toml',
                ),
                row=row,
                column=column.words,
                whole=column.required,
            )


def _listed(headers: Sequence[str], comma: str) -> str:
    return comma.join(header for header in headers if header) or "—"
