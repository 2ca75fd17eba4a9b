"""The area on paper and the area of the drawn outline disagree.

查什么：下发面积与图形的椭球面积相差，既超过相对限值，又超过绝对限值。
What it finds: an issued area that differs from the outline's geodesic area by more than a share and
by more than so many square metres.

为何要紧：面积不符说明图形与表格可能不是同一版本，后面的判断可能说的不是同一块地。
Why it matters: outline and table may be of different versions, and speak of different ground.

何时会看错：平面面积与椭球面积、平方米与亩的换算有小的出入；拆分图斑的面积可能仍是拆分前的。
When it misleads: plane and geodesic areas differ a little, and so does rounding to mu; a split
polygon may still carry its parent's area.

什么能说清：核对单位（1 亩 = 666.67 平方米）和图形版本。
What clears it: check the unit (1 mu = 666.67 m²) and the version of the outline.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How far the two areas may lie apart; both must be passed."""

    relative: float = limit(
        0.05,
        unit="share of the drawn area",
        low=0.005,
        high=0.5,
        why="投影与取整 projection, rounding",
    )
    absolute_m2: float = limit(
        100.0, unit="m²", low=1, high=5000, why="小图斑的取整误差 rounding of small polygons"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each polygon whose two areas lie apart beyond both limits."""
    for case in dossier.cases:
        paper, drawn, whom = case.polygon.area_m2, case.drawn_area_m2, (case.polygon_id,)
        if paper is None or drawn is None:
            yield Unsure(whom, Words("没有可用的图形与面积相比", "no outline to hold the area to"))
            continue
        apart = abs(paper - drawn)
        if apart > limits.absolute_m2 and apart > limits.relative * drawn:
            yield Doubt(
                whom,
                Status.DOUBTFUL,
                Confidence.LIKELY,
                Words(
                    f"下发面积 {paper:.1f} 平方米，图形面积 {drawn:.1f} 平方米，"
                    f"相差 {apart:.1f} 平方米",
                    f"{paper:.1f} m² on paper, {drawn:.1f} m² drawn, {apart:.1f} m² apart",
                ),
                (
                    Figure("area_m2", paper, None, None, "m²", None, "polygons"),
                    Figure("drawn_area_m2", drawn, None, None, "m²", None, "polygons"),
                    Figure("apart_m2", apart, None, None, "m²", limits.absolute_m2, "polygons"),
                    Figure("apart", apart / drawn, None, None, "share", limits.relative, "polygons")
                    if drawn
                    else Figure("apart", None, None, None, "share", limits.relative, "polygons"),
                ),
                on_change=False,
            )


RULE = Rule(
    code="DQ06",
    slug="area-disagrees",
    title=Words("面积与图形不符", "area and outline disagree"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.DOUBTFUL,
    limits=Limits(),
    concerns=lambda case, limits: case.polygon.area_m2 is not None,
    check=check,
)
