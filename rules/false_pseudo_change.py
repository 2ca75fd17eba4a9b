"""A polygon is filed as 实地伪变化 (no real change), but the ground changed as mining changes it.

查什么：填报为实地伪变化的图斑，新增裸地超出同类地面的变化，或两期高程显示地面明显升降，成因指向采
矿，且偶然变化的可能已排除。
What it finds: a pseudo-change call where bare ground grew beyond what ground like it did, or two
elevations show that it fell or rose, where mining explains it best, and where chance is ruled out.

为何要紧：伪变化不计入违法，也不进整改台账；2021年公开通报的平果、织金等地，都有明显开采填报为伪变
化的。
Why it matters: a pseudo-change is not counted as illegal and enters no ledger; in the cases
published in 2021 (Pingguo, Zhijin) plain mining had been filed as one.

何时会看错：翻耕、收割、施工也使地面裸露，故须规模够大、成因指向采矿、偶然变化已排除，缺一项或成因
难以判断的至多存疑。原已裸露的老采场只看有无新增面积或地面是否降低；没有新增的，不作认定；
新增无法测量的，列存疑。两期高程显示的升降超过庄稼灌木高度（默认 3 米；原已裸露的，降低 0.2 米）即
为新动土，不论影像如何；原来和后来都不裸露的可能是伐木，只列存疑。两期高程离影像日期过远的，
降低的时间不明，也只列存疑。像元粗于限值（默认 5 米）的影像分不清采矿、建设与造林整地，没有高程证实
挖填的只列存疑。
When it misleads: ploughing, harvest and building bare the ground too, so cause, size and chance
must all speak; lacking one, or where the cause cannot be told, it is at most a doubt. Ground
already open is held to its growth alone, in area or below its old floor; an old working that did
not grow is an honest pseudo-change, and doubtful only where growth could not be measured, or where
the elevations lie too far from the images to date a lower floor. Ground that fell or rose by more
than crops and scrub stand (3 m; where it was open, 0.2 m down) was moved lately whatever the images
show; where it lies open on neither date, trees may have been felled, and it is a doubt. Images of
cells beyond the limit (5 m) cannot tell digging from building, or from ground cleared for planting:
without elevations that show a cut or a heap they raise a doubt and no more.

什么能说清：后续影像上返绿而未扩大的是季节变化，不作认定（地面降低的列存疑）；仍然裸露的更为可信。
绿色而无植被光谱特征的覆盖（如防尘网）会写明。有效采矿许可证范围内的由有证矿山规则判断；备注特殊用
地的不判；现场照片和说明可以解释季节变化。
What clears it: ground that is green again at a follow-up date and did not grow is a season and is
not spoken of (a doubt where the floor is lower); ground that is bare still is the surer. Cover that
is green without the spectrum of plants, like a dust net, is mentioned. Inside a valid licence the
LM rules speak instead; a remark of special use is not judged; photographs and a note from the field
explain a season.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Grown,
    Since,
    Sizes,
    Speaks,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    contradicted,
    dated,
    deeper,
    fake_green,
    grain,
    grown,
    joined,
    later_figures,
    lead,
    newly_bare,
    relief_figures,
    shows,
    since,
    speaks,
    then,
    why,
)


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """How much change is too much for “no change”."""

    cell_m: float = grain()
    odds: float = lead()
    shows_m: float = shows()
    still_bare: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )
    fake_green: float = limit(
        0.1, unit="share", low=0.02, high=0.9, why="小于此为误差 less is noise of the bands"
    )
    special_use: tuple[str, ...] = limit(
        ("特殊用地",), unit="in the remark", why="2024年通知：军事用地填伪变化并备注 2024 notice"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a pseudo-change call where bare ground grew and mining explains it."""
    for case in dossier.cases:
        if says := _unseen(case, limits):
            yield Unsure((case.polygon_id,), says)
        elif case.scene and case.change:
            yield from _judged(dossier, case, case.scene, case.change, limits)


def _unseen(case: Case, limits: Limits) -> Words | None:
    """Say why the ground cannot be judged, if it cannot."""
    remark = case.filing.remark if case.filing else ""
    if any(word in remark for word in limits.special_use):
        return Words(f"备注为“{remark}”，不作判断", f"the remark says “{remark}”; not judged")
    if says := unseen(case.scene, limits.clear_share):
        return says
    if case.change is None:
        return Words("该图斑的地面变化未能测得", "its change could not be measured")
    return None


def _judged(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Iterator[Answer]:
    told = case.p_value is not None
    recent = dated(dossier, view, limits)
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits, limits.shows_m)
    cause = speaks(case.cause, limits.p_mining, limits.odds)
    after = since(case.later, change, limits.still_bare, limits.growth, limits.clear_share)
    if dug.answer is False or _is_season(case, after, limits):
        return  # nothing grew
    if cause is Speaks.OTHER and not (recent and contradicted(case, limits)):
        return  # something other than mining explains it
    if cause is Speaks.UNCLEAR and (case.p_value or 0.0) > dossier.policy.fdr:
        return  # neither cause nor chance speaks
    unclear = coarse(view, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
    sure = bool(dug.answer) and cause is Speaks.MINING and not after.season and not unclear
    lasts = bool(after.bare or after.grew)
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure and (lasts or not dug.near) else Confidence.HINT,
        _says(dossier, case, view, change, dug, cause, after, unclear, limits),
        _figures(case, view, change, limits),
        proposes=proposal(dossier, case),
    )


def _is_season(case: Case, after: Since, limits: Limits) -> bool:
    """Whether it is green again without having grown, and no lower floor tells otherwise."""
    return after.season and not deeper(case.terrain, case.drawn_area_m2, limits.deeper_m)


def _says(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    dug: Grown,
    cause: Speaks,
    after: Since,
    unclear: Words | None,
    limits: Limits,
) -> Words:
    zh, en = newly_bare(change, dug.of_rest)
    if dug.moved:
        by = by_how_much(dossier, dug.moved)
        zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
    if dug.near:
        zh, en = f"{zh}（误差范围触及限值，把握较低）", f"{en} (within its error of the limit)"
    if dug.answer is None:
        untold = Words("降低的时间不明", "when it was lowered is not known")
        if dug.moved is None:
            untold = Words("是否新增无法测量", "growth could not be measured")
        zh, en = f"{zh}，{untold.zh}", f"{en}, and {untold.en}"
    parts = [why(case.cause, case.chance), *then(after)]
    if cause in (Speaks.UNCLEAR, Speaks.OTHER):
        parts.insert(1, Words("成因难以判断", "the evidence cannot tell its cause"))
    if unclear:
        parts.append(unclear)
    if fake := fake_green(change, limits.fake_green):
        zh_fake = f"{fake} 呈绿色而无植被光谱特征（可能为防尘网等覆盖）"
        parts.append(Words(zh_fake, f"{fake} of it is green without the spectrum of plants"))
    said = joined(parts)
    return Words(
        f"填报为实地伪变化；{view.before_date} 至 {view.after_date} 影像显示{zh}；{said.zh}",
        f"filed as pseudo-change; from {view.before_date} to {view.after_date} {en}; {said.en}",
    )


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> tuple[Figure, ...]:
    figures = [*change_figures(change, view.scene, limits)]
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    figures += relief_figures(case.terrain, "net_m3", "floor_change")
    figures += later_figures(case, limits.still_bare, limits.growth)
    if fake := change.others.get("fake_green"):
        figures.append(fake.held_to(limits.fake_green, "fake_green", view.scene))
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
