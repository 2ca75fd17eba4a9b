"""The mineral that the field record found is not the one that the licence allows (开采矿种).

查什么：填报的实际开采矿种，不在所依据的采矿许可证矿种之内，也不是其同物异名或通常共生、
伴生的矿种。
What it finds: a field record whose mineral is not that of the licence it relies on, nor another
name of it, nor one that usually occurs with it.

为何要紧：不按批准的矿种开采，影像套合看不出来，只有现场记录能说明。
Why it matters: an overlay cannot show that another mineral is taken; only the field record can.

何时会看错：共生、伴生矿种的综合开采不属此类，对照表可由县里增补；同一矿种名称写法很多，凡一名包含
另一名的，视为同一矿种；废石、剥离物、土石等不是矿种，只列存疑；写明与许可证一致、未开采或停产的不
比对。许可证矿种或填报矿种为空的不作认定：前者无法判定，后者由 LM01 说明。填报为违法的不再指出。
填报了多个许可证的，合乎其中一个即可。
When it misleads: taking the minerals that occur with it (共生、伴生) is allowed, by a table that a
county may add to. One mineral has many names; where one name holds the other they count as the
same. Waste rock, overburden and earth are no mineral and only a doubt; a record that says “as
licensed” or idle is not compared. A licence without a mineral is not judged, a filing without one
is LM01's, and what is filed as illegal is as filed. Of several licences any one will do.

什么能说清：矿石化验或储量报告说明为共生、伴生矿；变更登记；更正现场记录。
What clears it: an assay or the reserve report that shows an associated mineral, the registration of
a change, or a corrected record.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from yanhu_satcheck.evidence import Case, Dossier, LicenceLink
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import BENIGN, Call, Confidence, Severity, Status, Words

BETWEEN = re.compile(r"[、,;/+\s()〔〕\[\]和及与]+")
"""What stands between two minerals in one cell, after NFKC."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which names are one mineral, which minerals come together, and which words are none."""

    same: tuple[str, ...] = limit(
        (
            "石灰岩 石灰石 灰岩 建筑石料用灰岩 水泥用灰岩 制灰用灰岩",
            "铝土矿 铝矿 铝矾土 铝土",
            "耐火黏土 耐火粘土 硬质黏土 硬质粘土 铁矾土",
            "黏土 粘土 砖瓦用黏土 砖瓦用粘土 砖瓦黏土 陶粒用黏土",
            "石膏 硬石膏",
            "芒硝 无水芒硝 钙芒硝",
            "盐 岩盐 湖盐 石盐",
            "铜 铜矿",
            "金 金矿 岩金 砂金",
            "煤 煤炭 原煤 焦煤",
            "花岗岩 建筑用花岗岩 饰面用花岗岩",
            "石英岩 石英砂岩 硅石 脉石英",
            "砂石 砂石料 建筑用砂 建筑石料 建筑用石料 河砂",
        ),
        unit="names of one mineral, by row",
        why="常见写法，县可补充 how it is written; add to it",
    )
    associated: tuple[str, ...] = limit(
        (
            "铝土矿：耐火黏土 硬质耐火黏土 铁矿 山西式铁矿 镓 锂 稀土 石灰岩 黏土",
            "石灰岩：白云岩 泥灰岩 大理岩 黏土 建筑石料 砂石",
            "白云岩：石灰岩 大理岩 砂石",
            "铜：金 银 钼 钴 硫铁矿 铁矿",
            "金：银 铜 铅 锌 硫铁矿",
            "铁矿：铜 钴 硫铁矿 磷",
            "铅：锌 银 金 铜",
            "锌：铅 银 金 铜",
            "芒硝：白钠镁矾 盐 镁盐 石膏 钾盐",
            "盐：芒硝 镁盐 白钠镁矾 钾盐",
            "煤：煤层气 铝土矿 高岭土 硫铁矿 黏土 油页岩 耐火黏土",
            "石膏：石灰岩 黏土 泥灰岩",
            "石英岩：长石 砂石",
        ),
        unit="licensed：those that come with it",
        why="共生伴生，据矿床常识列，县以储量报告为准 usual company; the reserve report decides",
    )
    no_mineral: tuple[str, ...] = limit(
        ("废石", "剥离", "弃渣", "土石", "渣", "覆盖层", "废渣", "矸石", "表土"),
        unit="in 实际开采矿种",
        why="废石等不是矿种，须核实 waste is no mineral",
    )
    as_licensed: tuple[str, ...] = limit(
        ("一致", "同证", "同许可", "相符", "同上", "未开采", "停产"),
        unit="in 实际开采矿种",
        why="说明与许可证相同或未开采 says it is as licensed, or idle",
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each record whose mineral no licence that it relies on allows."""
    for case in dossier.cases:
        found, links = _minerals(case.filing.mineral if case.filing else "", limits), _relied(case)
        if not found or not links:
            continue
        allowed = [name for link in links for name in _minerals(link.permit.mineral, limits)]
        if not allowed:
            says = Words(
                "许可证未载明开采矿种，无法比对", "its licence names no mineral to compare with"
            )
            yield Unsure((case.polygon_id,), says, related=_permits(links))
        elif strange := [one for one in found if not _may(one, allowed, limits)]:
            yield _doubt(case, links, strange, limits)


def _relied(case: Case) -> list[LicenceLink]:
    """Give the licences that the filing names; where it names none, those that it lies in."""
    if case.filing and case.filing.permit_no:
        return [link for link in case.licences if link.named]
    return [link for link in case.licences if (link.share_inside or 0.0) >= COVERS]


def _minerals(cell: str, limits: Limits) -> list[str]:
    """List the minerals that a cell names; none where it says “as licensed”."""
    text = normalize("NFKC", cell)
    if any(word in text for word in limits.as_licensed):
        return []
    return [one for one in BETWEEN.split(text) if one]


def _may(mineral: str, allowed: Sequence[str], limits: Limits) -> bool:
    mine = _names(mineral, limits)
    company: set[str] = set()
    for row in limits.associated:
        main, _, others = normalize("NFKC", row).partition(":")
        if any(_one(name, _names(main, limits)) for name in allowed):
            company |= {name for other in others.split() for name in _names(other, limits)}
    return any(_one(name, mine) for name in [*allowed, *company])


def _names(mineral: str, limits: Limits) -> set[str]:
    """Give every name of a mineral: those of its row, and its own."""
    rows = [set(normalize("NFKC", row).split()) for row in limits.same]
    return {mineral}.union(*(row for row in rows if _one(mineral, row)))


def _one(name: str, names: set[str]) -> bool:
    """Whether a name is, holds or is held by one of some names; short ones must be the same."""
    return any(
        name == other or (min(len(name), len(other)) > 1 and (name in other or other in name))
        for other in names
    )


def _doubt(case: Case, links: Sequence[LicenceLink], strange: list[str], limits: Limits) -> Doubt:
    waste = all(any(word in one for word in limits.no_mineral) for one in strange)
    licensed = "；".join(f"{link.permit.permit_no} 为{link.permit.mineral}" for link in links)
    english = "; ".join(f"{link.permit.permit_no}: {link.permit.mineral}" for link in links)
    zh, en = ("（不是矿种，须核实）", " (no mineral; to be checked)") if waste else ("", "")
    written = case.filing.mineral if case.filing else ""
    return Doubt(
        (case.polygon_id,),
        Status.DOUBTFUL if waste else Status.INCONSISTENT,
        Confidence.HINT if waste else Confidence.LIKELY,
        Words(
            f"现场记录的开采矿种为{'、'.join(strange)}{zh}，采矿许可证 {licensed}，"
            "也不在共生、伴生矿种之列",
            f"the field record names {', '.join(strange)}{en}; the licence allows {english}, and "
            "it is none that occurs with it",
        ),
        (
            stated("mineral", written, "submission"),
            *(
                stated(f"mineral {link.permit.permit_no}", link.permit.mineral, "permits")
                for link in links
            ),
        ),
        _permits(links),
        on_change=False,
        claim={"mineral": written},
    )


def _permits(links: Sequence[LicenceLink]) -> tuple[Related, ...]:
    return tuple(Related("permit", link.permit.permit_no) for link in links)


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether a harmless call relies on a supplied licence and its record names a mineral."""
    plain = case.call in BENIGN and case.call is not Call.SPECIAL_USE
    return plain and bool(_relied(case))


RULE = Rule(
    code="LM04",
    slug="mineral-mismatch",
    title=Words("实际开采矿种与许可证不符", "the record's mineral is not the licence's"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：开采矿种",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"permits", "permits.mineral", "submission", "submission.mineral"}),
    concerns=_concerns,
    check=check,
)
