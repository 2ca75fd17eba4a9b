"""[batch]: which quarter, which region, which period."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import median_low
from typing import NamedTuple

from yanhu_satcheck.read.draft.lines import Line, entry
from yanhu_satcheck.read.draft.names import Term, quarter_of, term_in
from yanhu_satcheck.read.draft.pairs import Known
from yanhu_satcheck.read.draft.parts import Part
from yanhu_satcheck.read.draft.roles import Chosen
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import day, folded, image_day, text
from yanhu_satcheck.terms import Words

_PROVINCES = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)]
)
_REGION = re.compile(r"(?<!\d)(\d{6})(?!\d)")
_NUMBER = re.compile(r"(?:20\d\d[A-Z]\d)?(\d{6})")  # 2022S4 may stand before the region
_LICENCE = re.compile(r"C(\d{6})\d{16}")
_PERIOD = Words("本期起止日期，如 2022-10-01、2022-12-31", "the first and last day of the quarter")


class Head(NamedTuple):
    """The lines of [batch], and what later ones rest on."""

    lines: list[Line]
    region: str
    has_period: bool


def term_of_batch(root: Path, parts: Sequence[Part]) -> Term | None:
    """Give the quarter that the folder's name says, else the names and titles of its files."""
    own = term_in(root.resolve().name)
    if own is not None:
        return own
    terms = [part.term for part in parts if part.term is not None]
    said = Counter([term for term in terms if term.months == 3] or terms)
    best = max(said.values(), default=0)
    return max((q for q, times in said.items() if times == best), default=None)


def known_days(chosen: Mapping[str, Chosen], term: Term | None) -> Known:
    """Give the commonest days of the polygons' two date columns."""
    days = {end: _days(chosen, "polygons", f"{end}_date", end) for end in ("before", "after")}
    cells = [c for end in days for c in _column(chosen, "polygons", f"{end}_date")]
    return Known(
        _commonest(days["before"]),
        _commonest(days["after"]),
        agree=all(len(set(said)) <= 1 for said in days.values()),
        exact=all(map(_is_exact, cells)),
        end=term.period[1] if term else None,
    )


def _is_exact(cell: object) -> bool:
    """Whether a cell says the very day, not the month alone."""
    try:
        return day(cell) is not None
    except Unreadable:
        return False


def _commonest(days: Sequence[date]) -> date | None:
    return max(sorted(set(days)), key=days.count, default=None)


def head_lines(root: Path, term: Term | None, chosen: Mapping[str, Chosen], known: Known) -> Head:
    """Write [batch]."""
    name = root.resolve().name
    doubt = None
    if term is None:
        term, doubt = _by_days(chosen, known)
    elif term_in(name) is None:
        doubt = Words("期次取自表名或标题", "the term is from a file's name or title")
    if term is not None and doubt is None:
        doubt = _contradicted(term, chosen)
    region, unsure = _region(name, chosen)
    lines = [Line("[batch]")]
    if term is None:
        unnamed = Words("批次名，按时间排序，如 2022Q4", "a name that sorts by time, like 2022Q4")
        lines.append(entry("id", name, unnamed))
    else:
        lines.append(entry("id", term.id, doubt))
    if region:
        lines.append(entry("region", region, unsure))
    else:
        asked = Words("行政区代码，六位，如 140802", "the region's code, six digits")
        lines.append(entry("region", "", asked, blank=True))
    if term is None:
        lines.append(entry("period", ["", ""], _PERIOD, blank=True))
    else:
        lines.append(entry("period", [*term.period]))
    end = term.period[1].isoformat() if term else "2022-12-31"
    note = Words(
        "整改时限以此日为准；不写即本期末日", "deadlines are judged at it; default: period end"
    )
    lines.append(Line(f'# as_of = "{end}"', note=note))
    return Head(lines, region, term is not None)


def _contradicted(term: Term, chosen: Mapping[str, Chosen]) -> Words | None:
    """Say where the polygons or the filing are of another term than the folder."""
    for name in ("polygons", "submission"):
        said = chosen[name].part.term if name in chosen else None
        if said is not None and not said.meets(term):
            file = chosen[name].part.place
            return Words(f"{file} 写的是 {said.id}", f"{file} says {said.id}")
    return None


def _by_days(chosen: Mapping[str, Chosen], known: Known) -> tuple[Term | None, Words | None]:
    if known.after is not None:
        return quarter_of(known.after), Words(
            "期次由图斑后时相推断", "the term is that of the polygons' later image"
        )
    for column in ("field_date", "filed_date"):
        if days := _days(chosen, "submission", column, "after"):
            return quarter_of(median_low(days)), Words(
                "期次由核查、填报日期推断", "the term is that of the filing's days"
            )
    return None, None


def _days(chosen: Mapping[str, Chosen], table: str, column: str, end: str) -> list[date]:
    days = []
    for cell in _column(chosen, table, column):
        try:
            said = image_day(cell, last=end == "after") if table == "polygons" else day(cell)
        except Unreadable:
            continue
        days += [said] if said is not None else []
    return days


def _column(chosen: Mapping[str, Chosen], table: str, column: str) -> list[object]:
    if table not in chosen:
        return []
    part = chosen[table].part
    guess = chosen[table].fields.get(column)
    index = guess.at if guess else part.meant(table).get(column)
    return [] if index is None else part.column(index)


def _region(name: str, chosen: Mapping[str, Chosen]) -> tuple[str, Words | None]:
    """Give the region's code, from the surest place that holds one, and why it is not sure."""
    told = [folded(text(cell))[:6] for cell in _column(chosen, "polygons", "district_code")]
    if codes := Counter(filter(_is_region, told)).most_common(1):
        return codes[0][0], None
    for found in _REGION.finditer(name):
        if _is_region(found[1]):
            return found[1], Words("取自文件夹名", "from the folder's name")
    numbers = [folded(text(cell)) for cell in _column(chosen, "polygons", "polygon_id")]
    starts = {said[1] if (said := _NUMBER.match(number)) else "" for number in numbers}
    if len(numbers) > 1 and len(starts) == 1 and _is_region(min(starts)):
        return min(starts), Words("取自图斑编号", "from the polygon numbers")
    held = (_LICENCE.match(folded(text(c))) for c in _column(chosen, "permits", "permit_no"))
    local = Counter(one[1] for one in held if one and _is_region(one[1]) and one[1][4:] != "00")
    if local:
        return local.most_common(1)[0][0], Words("取自采矿许可证号", "from the licences' numbers")
    return "", None


def _is_region(code: str) -> bool:
    return (
        len(code) == 6 and code.isdecimal() and int(code[:2]) in _PROVINCES and code[2:] != "0000"
    )
