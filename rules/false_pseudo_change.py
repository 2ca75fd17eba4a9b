"""A polygon is filed as 实地伪变化 (no real change), but the ground changed as mining changes it.

查什么：填报为实地伪变化的图斑，新增裸地超出同类地面的变化，成因指向采矿，且偶然变化的可能已排除。
What it finds: a pseudo-change call where bare ground grew beyond what ground like it did, where
mining explains it best, and where chance is ruled out.

为何要紧：伪变化一经认定即不再统计和核查，违法开采最容易藏在这里。
Why it matters: a pseudo-change leaves the count at once and is not visited again, so it is where
illegal digging hides most easily.

何时会看错：翻耕、收割、施工也使地面裸露，故须成因、规模、偶然性三项同时成立，缺一项至多存疑。
原已裸露的老采场只看有无新增；没有新增的，不作认定；新增无法测量的，列存疑。
When it misleads: ploughing, harvest and building bare the ground too, so cause, size and chance
must all speak; lacking one it is at most a doubt. Ground already open is held to its growth alone;
an old working that did not grow is an honest pseudo-change, and doubtful only where growth could
not be measured.

什么能说清：有效采矿许可证范围内的由有证矿山规则判断；备注特殊用地的不判；
现场照片和说明可以解释季节变化。
What clears it: inside a valid licence the LM rules speak instead; a remark of special use is not
judged; photographs and a note from the field explain a season.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How much change is too much for “no change”."""

    bare_gain: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="小于此难与季节区分 less is like a season"
    )
    growth: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="原已裸露处只看新增 open ground: growth alone"
    )
    growth_cells: int = limit(
        20, unit="cells", low=5, high=1000, why="余下像元太少则测不出新增 fewer cannot show growth"
    )
    already_open: float = limit(
        0.5, unit="share", low=0.2, high=0.95, why="过半裸露即为原已裸露 most of it was bare"
    )
    shows_m: float = limit(
        5.0,
        unit="m",
        low=0.2,
        high=30.0,
        why="高程差分不出更小的平均挖深即视为未测 coarser elevations tell nothing",
    )
    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="采矿比其他成因更可能 likelier than all others"
    )
    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )
    special_use: tuple[str, ...] = limit(
        ("特殊用地",), unit="in the remark", why="2024年通知：军事用地填伪变化并备注 2024 notice"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a pseudo-change call where bare ground grew and mining explains it."""
    for case in dossier.cases:
        if why := _unseen(case, limits):
            yield Unsure((case.polygon_id,), why)
        elif case.scene and case.change:
            yield from _judged(dossier, case, case.scene, case.change, limits)


def _unseen(case: Case, limits: Limits) -> Words | None:
    """Say why the ground cannot be judged, if it cannot."""
    remark = case.filing.remark if case.filing else ""
    if any(word in remark for word in limits.special_use):
        return Words(f"备注为“{remark}”，不作判断", f"the remark says “{remark}”; not judged")
    if why := unseen(case.scene, limits.clear_share):
        return why
    if case.change is None:
        return Words("该图斑的地面变化未能测得", "its change could not be measured")
    return None


def _judged(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Iterator[Answer]:
    was_open = change.bare_before.value >= limits.already_open
    sized = _growth(case, change, limits) if was_open else _newly_bare(case, change, limits)
    if sized is False or (case.cause is not None and case.cause.of("mining") < limits.p_mining):
        return  # nothing grew, or something other than mining explains it
    sure = sized and case.cause is not None
    size, least = (
        (change.growth_share, limits.growth) if was_open else (change.bare_gain, limits.bare_gain)
    )
    near = size.value - size.sigma < least and not _lowered(case)
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure and not near else Confidence.HINT,
        _says(case, view, change, was_open, sized is None, near),
        _figures(case, view, change, limits),
        proposes=proposal(dossier, case),
    )


def _newly_bare(case: Case, change: ChangeEvidence, limits: Limits) -> bool:
    return _beyond(case, change.bare_gain, limits.bare_gain)


def _growth(case: Case, change: ChangeEvidence, limits: Limits) -> bool | None:
    """Whether open ground grew: in area, or below its old floor. `None`: nobody can tell.

    A lower floor counts only where ground was open before; elsewhere felled trees lower it too.
    """
    told = change.growth_share.n >= limits.growth_cells
    if _lowered(case) or (told and _beyond(case, change.growth_share, limits.growth)):
        return True
    shows = case.terrain.detectable_m if case.terrain else None
    return False if told or (shows is not None and shows <= limits.shows_m) else None


def _lowered(case: Case) -> Measured | None:
    """Give the net volume, where more is gone than the elevations may err."""
    net = case.terrain.net_m3 if case.terrain else None
    return net if net and net.value < -1.96 * net.sigma else None


def _beyond(case: Case, one: Measured, least: float) -> bool:
    """At or past its limit; where chance cannot be told, also more than its own error.

    The error holds how far places of like ground differ, which is what chance is made of: asking
    for both would ask the same thing twice.
    """
    return one.value >= least and (case.p_value is not None or one.value > 1.96 * one.sigma)


def _says(
    case: Case, view: SceneView, change: ChangeEvidence, was_open: bool, untold: bool, near: bool
) -> Words:
    zh, en = _grew(case, change) if was_open else _bared(change)
    if near:
        zh, en = f"{zh}（误差范围触及限值，把握较低）", f"{en} (within its error of the limit)"
    if untold:
        zh, en = f"{zh}，是否新增无法测量", f"{en}, and growth could not be measured"
    zh_why, en_why = "成因未能衡量", "its cause could not be weighed"
    if case.cause:
        share = case.cause.of("mining")
        zh_why = f"成因指向采矿的份额为 {share:.2f}"
        en_why = f"mining explains it with a share of {share:.2f}"
    if case.chance:
        zh_why, en_why = f"{zh_why}；{case.chance.says.zh}", f"{en_why}; {case.chance.says.en}"
    return Words(
        f"填报为实地伪变化；{view.before_date} 至 {view.after_date} 影像显示{zh}；{zh_why}",
        f"filed as pseudo-change; from {view.before_date} to {view.after_date} {en}; {en_why}",
    )


def _bared(change: ChangeEvidence) -> Words:
    gain = change.bare_gain
    return Words(f"新增裸地占 {gain}", f"bare ground grew by {gain} of the polygon")


def _grew(case: Case, change: ChangeEvidence) -> Words:
    before, growth = change.bare_before, change.growth_share
    zh = f"原已裸露 {before}，其余部分新增裸地占 {growth}"
    en = f"{before} was bare before, of the rest {growth} became bare"
    if net := _lowered(case):
        zh = f"{zh}，挖填净量 {net.value:.0f} ± {net.sigma:.0f} 立方米"
        en = f"{en}, and the net volume is {net.value:.0f} ± {net.sigma:.0f} m³"
    return Words(zh, en)


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> tuple[Figure, ...]:
    figures = [
        change.bare_gain.held_to(limits.bare_gain, "bare_gain", view.scene),
        change.bare_before.held_to(limits.already_open, "bare_before", view.scene),
        change.bare_after.held_to(None, "bare_after", view.scene),
        change.growth_share.held_to(limits.growth, "growth_share", view.scene),
    ]
    if case.cause:
        share = stated("p_mining", case.cause.of("mining"), view.scene, "share")
        figures.append(share._replace(threshold=limits.p_mining))
    if case.chance:
        count, places = case.chance.exceedances, case.chance.places
        figures.append(Figure("exceedances", count, None, places, "count", None, view.scene))
    if case.terrain and case.terrain.net_m3:
        figures.append(case.terrain.net_m3.held_to(None, "net_m3", "dem"))
    return tuple(figures)


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether it is called pseudo-change, and no valid licence covers it: else the LM rules."""
    licensed = case.licensed_share is not None and case.licensed_share >= COVERS
    return case.call is Call.PSEUDO_CHANGE and not licensed


RULE = Rule(
    code="CL01",
    slug="false-pseudo-change",
    title=Words("疑似开采填报为实地伪变化", "mining-like change filed as pseudo-change"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)", "2024年度卫片执法通知：特殊用地"),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"scenes", "submission"}),
    concerns=_concerns,
    check=check,
)
