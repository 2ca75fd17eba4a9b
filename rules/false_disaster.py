"""A polygon is filed as 自然灾害 (a natural disaster), but its traces are mining's.

查什么：填报为自然灾害的图斑，地面痕迹的成因指向采矿而非滑坡、崩塌、泥石流。高程显示的挖损须有两种
以上采矿痕迹：挖走的土石未堆在下方、新出现的封闭凹坑、台阶、原地形平缓、后续影像上继续扩大。
What it finds: a disaster call where the traces on the ground speak for mining, not for a slide or a
flow. A cut that the elevations show needs two signs of mining or more: what was cut does not lie
below it, a new closed hollow, benches, a gentle slope before, growth at a follow-up date.

为何要紧：以灾害名义填报，会使开采痕迹不被查处。
Why it matters: under the name of a disaster, the traces of digging are not looked into.

何时会看错：没有前后两期高程，或挖深小于可探测深度时，采矿与滑坡难以区分，至多存疑。挖深不超过庄稼
灌木高度（默认 3 米）的，可能只是植被烧毁或被掩埋，至多存疑。挖填平衡不能单独说明问题；沿坡上挖下填
的形态像滑坡，至多存疑。方量只在图斑之内计算：滑坡的堆积体落在图斑以外时，看上去也像土石已被运走。
两期高程离影像日期过远的，挖损时间不明，至多存疑。
When it misleads: without elevations of both dates, or where the cut is shallower than the
elevations can show, mining and a slide look alike: at most a doubt. So it is for a cut no deeper
than crops and scrub stand (3 m): plants that burnt or were buried leave one, too. A balance of cut
and fill alone tells nothing; a cut above with a fill below it along the slope looks like a slide,
and is at most a doubt. Volumes are measured inside the outline alone: a slide whose deposit lies
beyond it looks as if what fell had been taken away. Nor can elevations that lie too far from the
images date the cut.

什么能说清：灾害调查报告、专家认定意见，图斑以外堆积体的照片或范围。附近有无登记的灾害点只作参考，
既不证明也不否定。
What clears it: the report of the disaster, an expert's finding, a photograph or outline of the
deposit beyond the polygon. A registered hazard point nearby, or none, is context and neither clears
nor accuses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Since,
    Sizes,
    Speaks,
    beyond,
    by_heights,
    cause_figures,
    contradicted,
    cut_depth,
    dated,
    grown,
    heaped,
    is_cut,
    joined,
    later_figures,
    moved_by,
    other,
    relief_figures,
    shows,
    since,
    speaks,
    then,
    why,
)

RELIEF = (
    *("cut_m3", "fill_m3", "net_m3", "floor_change", "net_gross", "dipole", "depression_m"),
    *("benches", "slope_deg", "flat_floor", "steep_faces"),
)


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """How clearly the traces must be mining's."""

    shows_m: float = shows()
    signs: int = limit(
        2, unit="signs", low=1, high=4, why="单一痕迹滑坡也会有 a slide may leave any one of them"
    )
    no_deposit: float = limit(
        -0.7, unit="net/gross", low=-1.0, high=-0.3, why="土石已运走 what was cut is gone"
    )
    dipole: float = limit(
        0.4,
        unit="correlation",
        low=0.1,
        high=0.9,
        why="上挖下填沿坡相连即像滑坡 above and below: a slide",
    )
    benches: float = limit(
        0.4, unit="share", low=0.05, high=1.0, why="台阶状陡缓相间 steep and level by turns"
    )
    gentle_deg: float = limit(
        15.0, unit="deg", low=5.0, high=25.0, why="滑坡多发于15°以上 Barlow 2003: slides need 15°"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a disaster call where mining explains the traces; accuse only with elevations."""
    for case in dossier.cases:
        near = tuple(Related("hazard", ref) for ref, _ in case.hazards)
        if says := _unseen(case, limits):
            yield Unsure((case.polygon_id,), says, related=near)
        elif case.scene and case.change:
            yield from _judged(dossier, case, case.scene, case.change, limits)


def _unseen(case: Case, limits: Limits) -> Words | None:
    """Say why the traces cannot be judged, if they cannot."""
    if says := unseen(case.scene, limits.clear_share):
        return says
    if case.change is None or case.cause is None:
        return Words("变化或其成因未能测得", "its change or the cause could not be measured")
    return None


def _judged(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Iterator[Answer]:
    cause = speaks(case.cause, limits.p_mining)
    cut, recent = is_cut(case.terrain, case.drawn_area_m2), dated(dossier, view, limits)
    vague = (case.p_value or 0.0) > dossier.policy.fdr
    told = case.p_value is not None and not vague
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits, limits.shows_m)
    heap = heaped(case.terrain, case.drawn_area_m2, limits.plants_m)
    if not (cut or heap or dug.answer is not False):
        return
    lost = heap or _gone(case, limits)  # a slide moves ground, too; but what it took is there
    if cause is Speaks.OTHER and not (recent and lost and contradicted(case, limits)):
        return
    slides, shallow = _slides(case, limits), _shallow(case, limits)
    if cause is Speaks.UNCLEAR and (vague or slides or shallow):
        return  # the cause cannot be told, and chance, shape or depth speaks for the filing
    after = since(case.later, change, 0.6, limits.growth, limits.clear_share)
    signs = _signs(case, after, limits)
    plain = cut and recent and not (slides or shallow)
    sure = plain and cause is Speaks.MINING and len(signs) >= limits.signs
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure else Confidence.HINT,
        _says(dossier, case, view, signs, after, recent or not cut, slides),
        _figures(case, view, change, limits),
        tuple(Related("hazard", ref) for ref, _ in case.hazards),
        proposes=proposal(dossier, case),
    )


def _slides(case: Case, limits: Limits) -> bool:
    """Whether cut and fill lie above one another along the fall line, as a slide leaves them.

    A pit in a hillside is deepest uphill, too; but nothing of it lies below.
    """
    dipole = other(case.terrain, "dipole")
    return dipole is not None and dipole.value >= limits.dipole and not _gone(case, limits)


def _shallow(case: Case, limits: Limits) -> bool:
    """Whether the elevations show no more than plants that burnt or were buried would leave."""
    terrain, area = case.terrain, case.drawn_area_m2
    shows, depth = terrain.detectable_m if terrain else None, cut_depth(terrain, area)
    if terrain is None or shows is None or depth is None or shows > limits.plants_m:
        return False
    return depth < limits.plants_m and moved_by(terrain, area, limits, was_open=False) is None


def _gone(case: Case, limits: Limits) -> bool:
    left = other(case.terrain, "net_gross")
    return left is not None and left.value <= limits.no_deposit


def _signs(case: Case, after: Since, limits: Limits) -> tuple[Words, ...]:
    """List the traces that mining leaves and a slide or flow does not."""
    relief, found = case.terrain, list[Words]()
    left = other(relief, "net_gross")
    if left and _gone(case, limits):
        zh = f"两期高程间挖走的土石不在下方（净量与总量之比 {left.value:.2f}）"
        en = f"what was cut between the elevations is gone (net over gross {left.value:.2f})"
        found.append(Words(zh, en))
    hollow, shows = other(relief, "depression_m"), relief.detectable_m if relief else None
    if hollow and beyond(hollow) and shows is not None and hollow.value >= shows:
        zh = f"两期高程间新出现深 {hollow.value:.1f} 米的封闭凹坑"
        found.append(Words(zh, f"a closed hollow of {hollow.value:.1f} m new between elevations"))
    benches = other(relief, "benches")
    if benches and benches.value >= limits.benches:
        found.append(Words("台阶", "benches"))
    slope = relief.slope_deg if relief else None
    if slope and slope.value + slope.sigma < limits.gentle_deg:
        zh = f"原坡度仅 {slope.value:.0f}°"
        found.append(Words(zh, f"a slope of only {slope.value:.0f}° before"))
    if after.grew:
        found.append(Words("后续影像上继续扩大", "growth at a follow-up date"))
    return tuple(found)


def _says(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    signs: tuple[Words, ...],
    after: Since,
    recent: bool,
    slides: bool,
) -> Words:
    shares = case.cause.shares if case.cause else {}
    slide, flow = shares.get("slide", 0.0), shares.get("flow", 0.0)
    parts = [
        why(case.cause, case.chance),
        Words(f"滑坡 {slide:.2f}、泥石流 {flow:.2f}", f"a slide {slide:.2f}, a flow {flow:.2f}"),
        _depth(dossier, case),
    ]
    if not recent:
        parts.append(Words("两期高程离影像日期过远，挖损时间不明", "the elevations date no cut"))
    if slides:
        parts.append(Words("上挖下填的形态像滑坡", "cut above and fill below look like a slide"))
    if signs:
        zh, en = "、".join(one.zh for one in signs), ", ".join(one.en for one in signs)
        parts.append(Words(f"采矿痕迹：{zh}", f"signs of mining: {en}"))
    said = joined([*parts, *then(after)])
    return Words(
        f"填报为自然灾害；{view.before_date} 至 {view.after_date} 的痕迹{said.zh}",
        f"filed as a natural disaster; of the traces from {view.before_date} to "
        f"{view.after_date}: {said.en}",
    )


def _depth(dossier: Dossier, case: Case) -> Words:
    """Word the depth of the cut, with the dates between which all that elevations tell lies."""
    depth, shows = (
        cut_depth(case.terrain, case.drawn_area_m2),
        case.terrain.detectable_m if case.terrain else None,
    )
    if depth is None or shows is None:
        return Words(
            "高程变化未能测得，不能与滑坡区分",
            "no height change was measured that tells it from a slide",
        )
    zh = f"平均挖深 {depth:.1f} 米（可探测 {shows:.1f} 米）"
    en = f"it was cut {depth:.1f} m deep on average ({shows:.1f} m would show)"
    return by_heights(dossier, Words(zh, en))


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> tuple[Figure, ...]:
    figures = [*cause_figures(case.cause, case.chance, view.scene, limits.p_mining)]
    figures.append(change.bare_gain.held_to(limits.bare_gain, "bare_gain", view.scene))
    if (depth := cut_depth(case.terrain, case.drawn_area_m2)) is not None and case.terrain:
        shows = case.terrain.detectable_m
        figures.append(Figure("mean_cut", depth, None, None, "m", shows, "dem"))
    held = {
        "net_gross": limits.no_deposit,
        "dipole": limits.dipole,
        "benches": limits.benches,
        "slope_deg": limits.gentle_deg,
    }
    figures += (
        one._replace(threshold=held.get(one.name)) for one in relief_figures(case.terrain, *RELIEF)
    )
    figures += (Figure(f"hazard {r}", m, None, None, "m", None, "hazards") for r, m in case.hazards)
    figures += later_figures(case, None, limits.growth)
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
