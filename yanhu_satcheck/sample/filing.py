"""The county's filing and its ledger, as they were typed."""

from datetime import date, timedelta
from pathlib import Path

from . import words, words_summer
from .elevation import volumes
from .licences import MINES
from .noise import Field, stream
from .plan_summer import SUMMER_NUMBERS
from .quarter import Issued, Quarter
from .tables import Cell, full_width, typed, workbook
from .terms import AUTUMN_TERM, SUMMER_TERM
from .words import BORROWED, DISASTERS, MISTYPED, PEOPLE, PLANS, PROJECTS, UNITS

HEADER = [
    "序号", "图斑编号", "合法性判定", "分类", "采矿许可证号", "项目名称", "批准文号",
    "现场核查描述",
    "核查时间", "核查人员", "核查方式", "实际开采方式", "实际开采矿种", "填报日期", "储量动态核查",
    "动用方量", "灾害时间", "灾害依据", "修复方案文号", "填报单位", "备注",
]  # fmt: skip
LEDGER_HEADER = [
    "图斑编号", "批次", "存在问题", "责任单位", "整改措施", "整改时限", "延期至", "线索来源",
    "整改责任人", "整改状态", "是否销号", "销号日期", "验收人", "验收时间", "佐证",
]  # fmt: skip
SUBCLASS = {
    "ILLEGAL": "采矿用地", "LEGAL": "采矿用地", "RESTORATION": "生态修复用地",
    "DISASTER": "灾毁地块",
    "CONSTRUCTION": "工矿商服", "AGRI_FACILITY": "设施农用地", "LAND_LEVELLING": "土地整治",
    "PSEUDO_CHANGE": "耕地", "UNKNOWN": "堆场", "UNFILLED": "", "SPECIAL_USE": "特殊用地",
}  # fmt: skip
FOUND = {"inside1": "石灰石", "renewed": "铝土矿、耐火黏土", "outside": "石英岩"}
"""Minerals as the field record words them: another name, one that occurs with it, another one."""
WOODED = {"shadow", "nowhere", "snowed", "old1", "old2", "riverbed", "false2", "special"}
SEEN = words.SEEN | words_summer.SEEN
REMARKS = words.REMARKS | words_summer.REMARKS


def town_of(one: Issued) -> int:
    """Which of the three towns a polygon lies in."""
    return 0 if one.x < 499_700 else 1 if one.x < 501_900 else 2


def checked_on(one: Issued, quarter: Quarter) -> date:
    """The day of the visit: a town's officers see four polygons a working day."""
    mine = [other for other in quarter.issued if town_of(other) == town_of(one)]
    return quarter.term.first_visit + timedelta(days=mine.index(one) // 4)


def inspectors(one: Issued, seed: int) -> tuple[str, str]:
    """Two officers of the town."""
    first = int(stream(seed, f"who {one.case.key}").integers(0, 2)) + 2 * town_of(one)
    return PEOPLE[first], PEOPLE[(first + 3) % len(PEOPLE)]


def paper_of(one: Issued) -> str:
    """The case whose licence, project or plan the filing names, if its call rests on one."""
    rests = one.case.filed in ("LEGAL", "RESTORATION", "LAND_LEVELLING")
    return one.place if rests or one.place == one.case.key else ""


def number_as_typed(key: str) -> str:
    """The licence number as it stands in the filing."""
    if key not in MINES:
        return "无" if key in ("ledgered", "nobody", "overdue") else ""
    number = MINES[key].permit_no
    if key == "inside1":
        return full_width(number)
    if key == "renewed":
        return number.lower()
    return number[:-2] + "09" if key == "nonumber" else number


def mining(one: Issued, ground: tuple[Field, Field] | None) -> list[Cell]:
    """Method, mineral, reserves checked and volume, of the mines that were visited."""
    key = paper_of(one)
    if key not in MINES or key == "overlay":
        return ["", "", "", ""]
    mineral, method = FOUND.get(key, MINES[key].mineral), MINES[key].method
    method = "露天" if "露天" in method else "地下"
    if ground is None:  # nobody flew in summer
        return [method, mineral, "已核查动用量与台账", ""]
    cut, fill = volumes(ground, one.outline)
    return [method, mineral, "已核查动用量与年报", round((cut - fill) * 0.97, -2)]


def filed_row(
    number: int, one: Issued, quarter: Quarter, ground: tuple[Field, Field] | None
) -> list[Cell]:
    """One row of the form."""
    key, visit, paper = one.case.key, checked_on(one, quarter), paper_of(one)
    project = PROJECTS.get(paper, BORROWED.get(paper, ("", "")))
    method, mineral, reserves, volume = mining(one, ground)
    way = "影像套合" if key == "overlay" else "实地测量" if paper in MINES else "实地核查"
    kind = SUBCLASS[one.case.filed]
    kind = "林地" if one.place in WOODED and kind == "耕地" else kind
    filed = visit + timedelta(days=3 + number % 4)
    polygon_id = full_width(one.polygon_id) if number % 17 == 5 else one.polygon_id
    when = "" if key == "overlay" else typed(visit, number)
    who = "" if key == "overlay" else "、".join(inspectors(one, quarter.seed))
    ref, _, disaster = DISASTERS.get(paper, ("", "", ""))
    return [
        float(number), polygon_id, one.case.call, kind, number_as_typed(paper), *project[:2],
        SEEN[key], when, who, way, method, mineral, typed(filed, number + 3), reserves, volume,
        disaster, MISTYPED.get(paper, ref), PLANS.get(paper, ("",))[0], UNITS[town_of(one)],
        REMARKS.get(key, ""),
    ]  # fmt: skip


TWICE = "levelled"
"""Filed again further down, with another call."""
STRAY = "2022S41408020099"
"""Filed, and never issued."""


def submission(quarter: Quarter, ground: tuple[Field, Field] | None, folder: Path) -> None:
    """The workbook that the county filed."""
    rows = [filed_row(n, one, quarter, ground) for n, one in enumerate(quarter.issued, 1)]
    if quarter.term is AUTUMN_TERM:
        doubled(rows, quarter)
    title = f"2022年{quarter.term.title}矿产卫片执法检查图斑填报表"
    note = "填报说明：图斑编号不得改动；日期按年月日填写；无此项内容的填“无”或留空。"
    workbook(folder / "submission.xlsx", "填报表", HEADER, rows, (title, note))


def doubled(rows: list[list[Cell]], quarter: Quarter) -> None:
    """Add a polygon's row once more with another call, and one of a number never issued."""
    number = HEADER.index("图斑编号")
    call = HEADER.index("合法性判定")
    [again] = [row for row, one in zip(rows, quarter.issued, strict=True) if one.case.key == TWICE]
    for more, changed in (({number: STRAY}, again), ({call: "合法"}, again)):
        rows.append([more.get(at, cell) for at, cell in enumerate(changed)])
        rows[-1][0] = float(len(rows))


def rectification(quarter: Quarter, folder: Path) -> None:
    """The ledger of rectification; the autumn's holds rows of the summer's. Some are closed."""
    rows: list[list[Cell]] = []
    ledger = words.LEDGER if quarter.term is AUTUMN_TERM else words_summer.LEDGER
    for turn, (key, entry) in enumerate(ledger.items()):
        unit, measure, due, longer, person, state, *closing = entry
        one = quarter.of(key)
        polygon_id = full_width(one.polygon_id) if key == "overdue" else one.polygon_id
        batch = quarter.term.batch if turn % 2 else ""
        rows.append([
            polygon_id, batch, "未经批准采挖矿产资源", unit, measure, due, longer, "卫片下发",
            person, state, *(closing or ("否", "", "", "", "")),
        ])  # fmt: skip
    carried = words_summer.CARRIED if quarter.term is AUTUMN_TERM else {}
    for key, told in carried.items():
        rows.append([SUMMER_NUMBERS[key], SUMMER_TERM.batch, *told])
    workbook(folder / "rectification.xlsx", "整改台账", LEDGER_HEADER, rows, ("卫片执法整改台账",))
