"""Cloud, shadow, nodata or the scene's edge hides too much of the polygon.

查什么：图斑在两期影像上同时清晰可见的比例，或被影像覆盖的比例，低于限值。
What it finds: a polygon of which too little is inside both images, or is clear on both dates.

为何要紧：看不清的部分可能正是变化所在，不能据此说没有变化。
Why it matters: the hidden part may be the one that changed.

何时会看错：没有云掩膜时，云和阴影由像元估计，亮沙地和深水可能被误认。
When it misleads: without a mask, cloud and shadow are guessed from the pixels; bright sand and deep
water may be taken for them.

什么能说清：另提供一期清晰的影像，或附云掩膜。
What clears it: a clearer date, or a mask that comes with the scene.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Rule, Unsure
from yanhu_satcheck.terms import Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a polygon must be seen."""

    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )
    coverage: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数在影像内 a majority is inside both images"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name every polygon that the scene shows too little of."""
    for case in dossier.cases:
        view = case.scene
        if view is None or (
            view.clear_share >= limits.clear_share and view.coverage >= limits.coverage
        ):
            continue
        zh, en = (
            ("（云影由像元估计）", " (guessed from the pixels)")
            if view.mask_estimated
            else ("", "")
        )
        says = Words(
            f"影像覆盖图斑的 {view.coverage:.0%}，其中两期均清晰的占 {view.clear_share:.0%}{zh}",
            f"{view.coverage:.0%} of it is inside both images, {view.clear_share:.0%} of that is "
            f"clear on both dates{en}",
        )
        clear = Figure(
            "clear_share", view.clear_share, None, None, "share", limits.clear_share, view.scene
        )
        inside = Figure("coverage", view.coverage, None, None, "share", limits.coverage, view.scene)
        yield Unsure((case.polygon_id,), says, (clear, inside))


RULE = Rule(
    code="DQ02",
    slug="cloud-hidden",
    title=Words("云、阴影或无数据遮挡", "hidden by cloud, shadow or nodata"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=Limits(),
    needs=frozenset({"scenes"}),
    concerns=lambda case, limits: case.scene is not None,
    check=check,
)
