"""Days of things that are said to have happened, and lie far ahead of the day of judging.

Nothing is changed or left out for that: 2033 may be 2023 mistyped, and only people can tell.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.terms import Words

AHEAD = timedelta(days=366)
"""A filing may be written after the day of judging, by weeks or months; not by a year."""
NAMED = 5
"""Rows named one by one; the rest is counted."""

HAPPENED = {
    "polygons": {"before_date": "前时相", "after_date": "后时相"},
    "submission": {"field_date": "核查时间", "filed_date": "填报日期", "disaster_date": "灾害时间"},
    "rectification": {"closed_date": "销号日期", "verify_date": "验收时间"},
    "patrols": {"date": "巡查日期"},
    "lookback": {"date": "回头看日期"},
}
"""Columns whose days are past; deadlines and terms may lie ahead."""


def name_ahead(
    tables: Mapping[str, Sequence[Any]], files: Mapping[str, str], as_of: date, misreads: Misreads
) -> None:
    """Name the days that lie more than a year after the day of judging, once a column."""
    for name, columns in HAPPENED.items():
        late: dict[str, list[tuple[int, date]]] = defaultdict(list)
        for row in tables.get(name, ()):
            for column in columns:
                day = getattr(row, column)
                if day is not None and day - as_of > AHEAD:
                    late[column].append((row.row, day))
        for column, found in sorted(late.items()):
            what = _words(found, as_of)
            remedy = Words(
                "请核对年份；在此之前按所写日期判断",
                "check the year; until then it is taken as written",
            )
            misreads.add(files[name], what, remedy, row=found[0][0], column=columns[column])


def _words(found: Sequence[tuple[int, date]], as_of: date) -> Words:
    zh = "、".join(f"第 {number} 行 {day}" for number, day in found[:NAMED])
    en = ", ".join(f"row {number}: {day}" for number, day in found[:NAMED])
    more = "…" * (len(found) > NAMED)
    return Words(
        f"{len(found)} 个日期晚于核查基准日 {as_of} 一年以上：{zh}{more}",
        f"{len(found)} days lie over a year after {as_of}, the day of judging: {en}{more}",
    )
