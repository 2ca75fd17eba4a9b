"""A harmless call in a watched village was checked by fewer than two people.

查什么：位于重点村、填报为合规、而核查人员少于规定人数的图斑。
What it finds: polygons in a watched village that are called harmless, and whose check names fewer
people than asked for.

为何要紧：重点村历年反复出现盗采，一个人的判断容易受到干扰。
Why it matters: digging recurs in these villages, and one person alone is easily leant on.

何时会看错：第二人可能只写在纸质记录上；姓名之间没有分隔的，数不出来。
When it misleads: the second name may stand on paper alone; names run together count as one.

什么能说清：补填另一名核查人员。
What clears it: the other person's name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Rule, Unsure
from yanhu_satcheck.terms import BENIGN, Confidence, Severity, Status, Words

BETWEEN = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True, slots=True)
class Limits:
    """Which villages are watched, and how many people are asked for."""

    villages: tuple[str, ...] = limit(("南岭村", "白土崖村"), unit="村", why="镇政府 2022 年名单")
    people: int = limit(2, unit="people", low=1, high=5, why="镇政府要求两人同去")


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name each harmless call in a watched village that too few people checked."""
    for case in dossier.cases:
        named = case.filing.inspector if case.filing else ""
        people = len({one for one in BETWEEN.split(named) if one})
        if not people:
            says = Words("未填核查人员，人数不明", "nobody is named: how many went is not known")
            yield Unsure((case.polygon_id,), says)
        elif people < limits.people:
            yield Doubt(
                (case.polygon_id,),
                Status.UNSUPPORTED,
                Confidence.CERTAIN,
                Words(
                    f"重点村 {case.polygon.village} 的图斑只有 {people} 人核查，"
                    f"应不少于 {limits.people} 人",
                    f"{people} checked it in {case.polygon.village}; {limits.people} are asked for",
                ),
                (Figure("people", people, None, None, "people", limits.people, "submission"),),
                on_change=False,
            )


def concerns(case: Case, limits: Limits) -> bool:
    """Whether it lies in a watched village and is called harmless."""
    return case.polygon.village in limits.villages and case.call in BENIGN


RULE = Rule(
    code="JZ01",
    slug="watched-village",
    title=Words("重点村核查人数不足", "too few people checked a watched village"),
    basis=("解州镇打击私挖滥采工作制度（示例）",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=Limits(),
    needs=frozenset({"submission", "submission.inspector"}),
    concerns=concerns,
    check=check,
)
