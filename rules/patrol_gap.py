"""A district, township or village went a whole quarter, month or week without a patrol (网格化).

查什么：巡查记录中出现过的区、乡、村，在核查期内某个完整的季度（区）、月（乡）或自然周（村）没有一
次巡查；以及属于方案所列重点区域、而巡查记录从未提及的区域。
What it finds: a place that the patrol record names, and that within the batch's period was not
visited in some whole calendar quarter (区), month (乡) or ISO week (村); and key areas of the kinds
that the plan names which no patrol mentions.

为何要紧：方案要求区级每季、乡级每月、村级每周巡查；没有人去的那段时间，偷采最不容易被发现。
Why it matters: the plan has the district patrolled by quarter, townships by month and villages by
week. Where nobody comes, digging is least likely to be noticed.

何时会看错：记录可能漏登；只巡查过一次的地点也按其级别逐期要求；从未出现在记录中的乡村无从得知。
名称写法不同的视为两地。只看完全落在核查期内、且在基准日前结束的周期，首尾不完整的周不算；
周期内任何一天的巡查都算。重点区域按名称与巡查地点比对，名称不同不等于没有巡查，故只列为无法判定。
When it misleads: a patrol may have gone unrecorded; a place that was visited once is asked about in
every period of its level, and a village that no row names is not known at all. Two spellings are
two places. Only units that lie wholly in the period and ended by the day of judging count, and any
day in a unit will do. Key areas are looked for by name among the places, and a name that is not
there is no proof: they are listed as not judged.

什么能说清：补登巡查记录，或说明当期由哪一级代为巡查。
What clears it: the missing record, or a word on who patrolled instead.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from unicodedata import normalize

from yanhu_satcheck.evidence import Dossier, Patrol
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

EVERY = {
    "quarter": Words("季度", "quarter"),
    "month": Words("月", "month"),
    "week": Words("周", "week"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """Which key areas must be patrolled; how often is the policy's to say."""

    kinds: tuple[str, ...] = limit(
        (
            "私挖滥采易发频发区",
            "整合关闭矿山核定实施区",
            "有证保留矿山批准设置区",
            "各类涉矿工程项目施工区",
            "废弃关闭矿井点位风险区",
            "问题隐患台账整治集中区",
        ),
        unit="kind of key area",
        why="方案列出六类，第七类未见原文，县可补充 the plan prints six of seven kinds",
    )


class Unit(NamedTuple):
    """A calendar unit: its name and its first and last day."""

    name: str
    first: date
    last: date


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name the places of the patrol record, and the units of the period in which nobody came."""
    rows: dict[tuple[str, str], list[Patrol]] = defaultdict(list)
    for patrol in dossier.batch.patrols:
        if patrol.place:
            rows[patrol.level, _folded(patrol.place)].append(patrol)
    intervals = dossier.policy.patrol_intervals
    for (level, _), mine in sorted(rows.items()):
        seen = {one.date for one in mine if one.date is not None}
        if level in intervals and seen:
            yield from _gaps(dossier, level, min(one.place for one in mine), seen, intervals)
    yield from _unnamed_areas(dossier, {place for _, place in rows}, limits)


def _folded(name: str) -> str:
    return "".join(normalize("NFKC", name).split())


def _gaps(
    dossier: Dossier, level: str, place: str, seen: set[date], intervals: Mapping[str, str]
) -> Iterator[Doubt]:
    every = intervals[level]
    asked = _units(every, dossier.batch.period, dossier.as_of)
    missed = [u for u in asked if not any(u.first <= day <= u.last for day in seen)]
    if not missed:
        return
    names, unit = "、".join(one.name for one in missed), EVERY[every]
    yield Doubt(
        (),
        Status.UNSUPPORTED,
        Confidence.CERTAIN,
        Words(
            f"{level}级巡查：{place} 有 {len(missed)} 个{unit.zh}没有巡查记录（{names}）；"
            f"核查期内应查 {len(asked)} 个{unit.zh}",
            f"{place} ({level}) has no patrol in {len(missed)} of {len(asked)} {unit.en}s: "
            f"{', '.join(one.name for one in missed)}",
        ),
        (
            Figure("units_without_patrol", len(missed), None, len(asked), every, 0, "patrols"),
            stated("patrols", len(seen), "patrols"),
        ),
        tuple(Related("patrol", f"{level}/{place}/{one.name}") for one in missed),
        on_change=False,
    )


def _units(every: str, period: tuple[date, date], as_of: date) -> list[Unit]:
    """List the units that lie wholly in a period and were over by the day of judging."""
    unit = {"quarter": _quarter, "month": _month, "week": _week}[every]
    found, day = [], period[0]
    while day <= period[1]:
        one = unit(day)
        if one.first >= period[0] and one.last <= min(period[1], as_of):
            found.append(one)
        day = one.last + timedelta(days=1)
    return found


def _week(day: date) -> Unit:
    monday = day - timedelta(days=day.weekday())
    year, week, _ = day.isocalendar()
    return Unit(f"{year}-W{week:02d}", monday, monday + timedelta(days=6))


def _month(day: date) -> Unit:
    first = day.replace(day=1)
    return Unit(f"{first:%Y-%m}", first, _before_month(first.year, first.month + 1))


def _quarter(day: date) -> Unit:
    number = (day.month - 1) // 3
    first = date(day.year, 3 * number + 1, 1)
    return Unit(f"{day.year}Q{number + 1}", first, _before_month(day.year, first.month + 3))


def _before_month(year: int, month: int) -> date:
    """Give the last day before a month begins; month 13 is the next year's first."""
    return date(year + (month > 12), (month - 1) % 12 + 1, 1) - timedelta(days=1)


def _unnamed_areas(dossier: Dossier, places: set[str], limits: Limits) -> Iterator[Unsure]:
    """List the key areas of the plan's kinds that the patrol record never mentions."""
    wanted = {_folded(kind) for kind in limits.kinds}
    names = sorted(
        {
            area.name
            for area in dossier.batch.key_areas
            if area.name and _folded(area.kind) in wanted
        }
    )
    missing = [name for name in names if not any(_folded(name) in place for place in places)]
    if missing:
        says = Words(
            f"重点区域 {'、'.join(missing)} 未出现在巡查记录中，是否巡查无法判定",
            f"no patrol names the key areas {', '.join(missing)}; did anybody go",
        )
        yield Unsure((), says, related=tuple(Related("key_area", name) for name in missing))


RULE = Rule(
    code="SV01",
    slug="patrol-gap",
    title=Words("网格化巡查有缺口", "a place without its patrol"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案：网格化巡查，区级季度、乡级月、村级周",
        "运盐政办函〔2022〕25号",
    ),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=Limits(),
    needs=frozenset({"patrols"}),
    concerns=lambda case, limits: False,  # it judges places, not polygons
    check=check,
)
