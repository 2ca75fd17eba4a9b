"""The small tables."""

from datetime import date, timedelta
from pathlib import Path

from .tables import comma
from .terms import Term
from .words import TOWNS, VILLAGES


def patrols(term: Term, folder: Path) -> None:
    """Patrols without a gap: the district a quarter, towns a month, villages a week."""
    last = term.ends.month
    rows = [["区", "盐湖区", date(2022, last - 1, 8).isoformat()]]
    for month in (last - 2, last - 1, last):
        for i, (town, _) in enumerate(TOWNS):
            rows.append(["乡", town, date(2022, month, 9 + 4 * i).isoformat()])
    opening = date(2022, last - 2, 1)
    monday = opening + timedelta(days=-opening.weekday() % 7)
    for week in range(12):
        day = monday + timedelta(days=7 * week)
        for number, village in enumerate(VILLAGES[:3]):
            rows.append(["村", village, (day + timedelta(days=(week + number) % 5)).isoformat()])
    comma(folder / "patrols.csv", ["巡查级别", "巡查区域", "巡查日期"], rows)


def blacklist(folder: Path) -> None:
    """Firms and a person that nothing in this quarter names."""
    rows = [["运城市金石采矿服务有限公司", "2021-05-18"], ["晋南顺达工程机械租赁部", "2022-03-02"]]
    comma(folder / "blacklist.csv", ["name", "since"], [*rows, ["赵铁柱", "2020-11-30"]])
