"""A polygon is filed as 自然灾害 (a natural disaster), but its traces are mining's.

查什么：填报为自然灾害的图斑，地面痕迹的成因指向采矿而非滑坡崩塌。
What it finds: a disaster call where the traces on the ground speak for mining, not for a slide.

为何要紧：以灾害名义填报，会使开采痕迹不被查处。
Why it matters: under the name of a disaster, the traces of digging are not looked into.

何时会看错：没有前后两期高程，或挖深小于可探测深度时，采矿与滑坡难以区分，至多存疑。
挖填平衡不能单独说明问题。
When it misleads: without elevations of both dates, or where the cut is shallower than shows,
mining and a slide look alike: at most a doubt. A balance of cut and fill alone tells nothing.

什么能说清：灾害调查报告、专家认定意见。附近有无登记的灾害点只作参考，既不证明也不否定。
What clears it: the report of the disaster, an expert's finding. A registered hazard point nearby,
or none, is context and neither clears nor accuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How clearly the traces must be mining's."""

    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="采矿比其他成因更可能 likelier than all others"
    )
    bare_gain: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="小于此难与季节区分 less is like a season"
    )
    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a disaster call where mining explains the traces; accuse only with elevations."""
    for case in dossier.cases:
        whom, view, cause = (case.polygon_id,), case.scene, case.cause
        near = tuple(Related("hazard", ref) for ref, _ in case.hazards)
        if why := _unseen(case, limits):
            yield Unsure(whom, why, related=near)
        elif (
            view
            and cause
            and cause.of("mining") >= limits.p_mining
            and (_grew(case, limits) or _deep(case))
        ):
            yield Doubt(
                whom,
                Status.INCONSISTENT if _deep(case) else Status.DOUBTFUL,
                Confidence.LIKELY if _deep(case) else Confidence.HINT,
                _says(case, view),
                _figures(case, view, limits),
                near,
                proposes=proposal(dossier, case),
            )


def _unseen(case: Case, limits: Limits) -> Words | None:
    """Say why the traces cannot be judged, if they cannot."""
    if why := unseen(case.scene, limits.clear_share):
        return why
    if case.change is None or case.cause is None:
        return Words("变化或其成因未能测得", "its change or the cause could not be measured")
    return None


def _grew(case: Case, limits: Limits) -> bool:
    gain = case.change.bare_gain if case.change else None
    return gain is not None and gain.value >= limits.bare_gain and gain.value > 1.96 * gain.sigma


def _depth(case: Case) -> float | None:
    """Mean depth that was cut, in metres."""
    cut = case.terrain.cut_m3 if case.terrain else None
    return cut.value / case.drawn_area_m2 if cut and case.drawn_area_m2 else None


def _deep(case: Case) -> bool:
    """Whether the elevations show a cut deeper than they could miss."""
    depth, shows = _depth(case), case.terrain.detectable_m if case.terrain else None
    return depth is not None and shows is not None and depth >= shows


def _says(case: Case, view: SceneView) -> Words:
    shares = case.cause.shares if case.cause else {}
    mining, slide = shares.get("mining", 0.0), shares.get("slide", 0.0)
    depth, shows = _depth(case), case.terrain.detectable_m if case.terrain else None
    zh, en = (
        "高程变化未能测得，不能与滑坡区分",
        "no height change was measured that tells it from a slide",
    )
    if depth is not None and shows is not None:
        zh = f"平均挖深 {depth:.1f} 米（可探测 {shows:.1f} 米）"
        en = f"it was cut {depth:.1f} m deep on average ({shows:.1f} m would show)"
    return Words(
        f"填报为自然灾害；{view.before_date} 至 {view.after_date} 的痕迹成因指向采矿 {mining:.2f}、"
        f"滑坡 {slide:.2f}；{zh}",
        f"filed as a natural disaster; the traces from {view.before_date} to {view.after_date} "
        f"speak for mining {mining:.2f}, for a slide {slide:.2f}; {en}",
    )


def _figures(case: Case, view: SceneView, limits: Limits) -> tuple[Figure, ...]:
    figures = [
        stated(f"p_{cause}", share, view.scene, "share")
        for cause, share in sorted((case.cause.shares if case.cause else {}).items())
    ]
    figures = [
        one._replace(threshold=limits.p_mining if one.name == "p_mining" else None)
        for one in figures
    ]
    if case.change:
        figures.append(case.change.bare_gain.held_to(limits.bare_gain, "bare_gain", view.scene))
    if case.terrain and case.terrain.cut_m3:
        figures.append(case.terrain.cut_m3.held_to(None, "cut_m3", "dem"))
    if (depth := _depth(case)) is not None and case.terrain:
        figures.append(
            Figure("cut_depth", depth, None, None, "m", case.terrain.detectable_m, "dem")
        )
    figures += [stated(f"hazard {ref}", metres, "hazards", "m") for ref, metres in case.hazards]
    return tuple(figures)


RULE = Rule(
    code="CL03",
    slug="false-disaster",
    title=Words("明显开采迹象填报为自然灾害", "traces of mining filed as a natural disaster"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"scenes", "submission"}),
    concerns=lambda case, limits: case.call is Call.DISASTER,
    check=check,
)
