"""The small tables."""

from datetime import date, timedelta
from pathlib import Path

from .plan_summer import SUMMER_NUMBERS
from .tables import comma
from .terms import AUTUMN_TERM, SUMMER_TERM, Term
from .words import PEOPLE, TOWNS, VILLAGES

NO_PATROL = (TOWNS[2][0], VILLAGES[1])
"""A town without its November and a village without its eighth week."""
GAPS = (f"乡/{NO_PATROL[0]}/2022-11", f"村/{NO_PATROL[1]}/2022-W47")
NOT_LOOKED_AT = ("rest3", "maize2")
"""Of the summer's places: the one has no row, the other's names another batch."""


def patrols(term: Term, folder: Path) -> None:
    """Patrols of the district by quarter, towns by month, villages by week; two gaps in autumn."""
    last = term.ends.month
    rows = [["区", "盐湖区", date(2022, last - 1, 8).isoformat()]]
    for month in (last - 2, last - 1, last):
        for i, (town, _) in enumerate(TOWNS):
            if (term, town, month) != (AUTUMN_TERM, NO_PATROL[0], 11):
                rows.append(["乡", town, date(2022, month, 9 + 4 * i).isoformat()])
    opening = date(2022, last - 2, 1)
    monday = opening + timedelta(days=-opening.weekday() % 7)
    for week in range(12):
        day = monday + timedelta(days=7 * week)
        for number, village in enumerate(VILLAGES[:3]):
            if (term, village, week) != (AUTUMN_TERM, NO_PATROL[1], 7):
                rows.append(
                    ["村", village, (day + timedelta(days=(week + number) % 5)).isoformat()]
                )
    comma(folder / "patrols.csv", ["巡查级别", "巡查区域", "巡查日期"], rows)


def blacklist(folder: Path) -> None:
    """A firm that one filing names; others that none does, or that were listed after it."""
    rows = [["运城市金石采矿服务有限公司", "2021-05-18"], ["晋南顺达工程机械租赁部", "2022-03-02"]]
    rows += [["白土崖采石厂", "2020-06-01"], ["运城市宏岩建材有限公司", "2023-02-10"]]
    rows += [["王建", "2019-08-20"], ["赵铁柱", "2020-11-30"]]
    comma(folder / "blacklist.csv", ["name", "since"], rows)


def lookback(folder: Path) -> None:
    """The look-back over the summer: one place left out, one with a row of another batch."""
    rows = []
    for turn, (key, number) in enumerate(SUMMER_NUMBERS.items()):
        if key in NOT_LOOKED_AT[:1]:
            continue
        batch = "2022Q2" if key in NOT_LOOKED_AT[1:] else ("", SUMMER_TERM.batch)[turn % 2]
        day = date(2022, 10, 10 + turn // 4).isoformat()
        rows.append([number, batch, day, PEOPLE[turn % len(PEOPLE)]])
    comma(folder / "lookback.csv", ["图斑编号", "批次", "回头看日期", "核查人"], rows)
