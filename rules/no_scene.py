"""No scene pair covers the polygon, so its ground was not looked at.

查什么：所提供的影像没有一对覆盖该图斑。
What it finds: a polygon that none of the supplied scene pairs reaches.

为何要紧：没有影像就谈不上变化；沉默不等于没有问题。
Why it matters: what was not looked at must not be read as found in order.

何时会看错：坐标系声明错误会使影像与图斑错开，参见 DQ04。
When it misleads: a wrongly declared CRS moves scenes away from their polygons; see DQ04.

什么能说清：补充覆盖该图斑的前后时相影像。
What clears it: supply a pair of scenes that covers it.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.rule import Answer, Rule, Unsure
from yanhu_satcheck.terms import Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name every polygon that no scene shows."""
    for case in dossier.cases:
        if case.scene is None:
            says = Words("没有一对影像覆盖该图斑", "no pair of scenes covers the polygon")
            yield Unsure((case.polygon_id,), says)


RULE = Rule(
    code="DQ01",
    slug="no-scene",
    title=Words("没有影像覆盖", "no scene covers it"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=NoLimits(),
    needs=frozenset({"scenes"}),
    concerns=lambda case, limits: case.polygon.footprint is not None,
    check=check,
)
