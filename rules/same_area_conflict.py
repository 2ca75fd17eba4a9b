"""Overlapping polygons of one batch carry different legality calls (相同区域合法性判定不一致).

查什么：同一批次中，面积重叠达到较小图斑一定比例的图斑，合法性判定互不相同。
What it finds: polygons of one batch that share ground, and are called differently.

为何要紧：同一块地不能既合法又违法；判定不一，至少有一处没有如实填报。
Why it matters: one piece of ground cannot be both legal and illegal; at least one call is wrong.

何时会看错：数字化造成的细碎重叠（处处不宽于 2 米）不算；拆分的母子图斑不比较；违法的细类不同
不算冲突；特殊用地按要求填报为伪变化，不算冲突。同一地块先后两次变化而判定确实不同的，仍会列出，
需人工说明。
When it misleads: digitising slivers, nowhere wider than 2 m, do not count; a polygon is compared
neither with its parent nor its children; sub-types of one call do not conflict, and special-use
land filed as pseudo-change is as the notice asks. Two honest changes of one place within a batch
are still named.

什么能说清：说明哪一个判定有依据，并更正另一个。
What clears it: say which call has its grounds, and correct the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, Dossier, Overlap
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Rule, Unsure, connected
from yanhu_satcheck.terms import ALIKE, NO_CALL, Confidence, Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How much shared ground makes two polygons one area."""

    share: float = limit(
        0.1, unit="share of the smaller", low=0.02, high=0.9, why="小于此为边界出入 less is edges"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each connected group of polygons that share ground and differ in their calls."""
    cases = {case.polygon_id: case for case in dossier.cases}
    conflicts = [one for one in dossier.overlaps if _conflict(one, cases, limits)]
    for group in sorted(map(sorted, connected(one.polygon_ids for one in conflicts))):
        yield _doubt(
            group, [one for one in conflicts if one.polygon_ids[0] in group], cases, limits
        )
    for case in dossier.cases:
        if case.polygon.footprint is None:
            says = Words("图形不可用，不能比对重叠", "no usable outline to compare with others")
            yield Unsure((case.polygon_id,), says)


def _conflict(one: Overlap, cases: dict[str, Case], limits: Limits) -> bool:
    if one.sliver or one.family or one.share < limits.share or not {*one.polygon_ids} <= {*cases}:
        return False
    calls = {cases[id].call for id in one.polygon_ids}
    return len(calls) > 1 and calls != ALIKE


def _doubt(
    group: list[str], conflicts: list[Overlap], cases: dict[str, Case], limits: Limits
) -> Doubt:
    calls = [(id, cases[id].call.words) for id in group]
    figures: list[Figure] = []
    for one in sorted(conflicts):
        pair = " × ".join(one.polygon_ids)
        share = Figure(f"overlap_share {pair}", one.share, None, None, "share", limits.share, "")
        area = Figure(f"overlap_area {pair}", one.area_m2, None, None, "m²", None, "")
        figures += [share._replace(source="polygons"), area._replace(source="polygons")]
    most = max(one.share for one in conflicts)
    repaired = any(cases[id].polygon.fault for id in group)
    return Doubt(
        tuple(group),
        Status.INCONSISTENT,
        Confidence.LIKELY if repaired else Confidence.CERTAIN,
        Words(
            f"相互重叠的图斑判定不一致："
            f"{'；'.join(f'{id} 填报为{call.zh}' for id, call in calls)}；"
            f"重叠最多占较小图斑的 {most:.0%}",
            f"polygons that share ground are called differently: "
            f"{'; '.join(f'{id} {call.en}' for id, call in calls)}; "
            f"up to {most:.0%} of the smaller is shared",
        ),
        tuple(figures),
        on_change=False,
    )


RULE = Rule(
    code="LE01",
    slug="same-area-conflict",
    title=Words("相同区域合法性判定不一致", "different calls for one area"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"submission"}),
    concerns=lambda case, limits: case.call not in NO_CALL,
    check=check,
)
