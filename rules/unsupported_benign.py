"""A call of 合法, 工程建设, 设施农用地, 土地平整 or 其他 that no paper in force covers.

查什么：填报为“合法”“工程建设”“设施农用地”“土地平整”或“其他”的图斑，后时相当日有效的采矿许可证、
项目或批准合计盖不住 90%；地面又有采矿特征变化的，为与填报不一致。
What it finds: such a call where, at the polygon's after date, no licence, project or approval in
force covers 90 % of it, several adjoining ones together; and where the ground has changed as mining
changes it as well, a call that the evidence contradicts.

为何要紧：公开通报的平定案例，以“园区平台建设”“国道改线”等说明填报为合法；陵川等地把“设施农用地养
殖”等列为违法采矿的常见名义。没有覆盖该地、该时的批准，名义就没有依据。
Why it matters: in the published case of Pingding mining was filed as legal, as platform building or
a road's new course; Lingchuan lists sheds for livestock among its disguises. A name without an
approval for that place and time stands on nothing.

何时会看错：所提供的采矿权和项目数据可能不全，设施农用地备案等未必在项目表中；批准图形与图斑数字化有
出入；项目尚在报批。批准没有图形的、许可证没有起止日期的、图斑后时相不明的，无法判定。有效许可证盖住
一部分（10% 以上）的由 LM02 判断；各项批准的面积相加，只会从宽。只有成因指向采矿、影像分得清采矿与建
设（像元不粗于 5 米，或高程证实挖填），且偶然变化的可能已排除时，才认定不一致；否则只是举证缺失（列
为中）。许可证、项目或批准在前时相之后（须凭高程才能认定的，在前期高程之后）才到期的，变化可能发生在到
期之前，只列举证缺失，并写明到期日。没有采矿权数据时“合法”不判断，没有项目数据时其余几种判定不判断，整批说明一次。备注为特殊用地
的不判断。
When it misleads: the layers that were supplied may lack a paper (records of farm facilities often
stand elsewhere), outlines differ by the hand that drew them, an approval may be under way. An
approval without an outline, a licence without dates, a polygon without an after date cannot be
judged; where a licence in force covers a part (10 % or more), LM02 speaks. Shares of several papers
are added up, which errs to the mild side. The ground contradicts a call only where mining explains
it, the images can tell digging from building (cells of 5 m at most, unless elevations show a cut or
a heap), and chance is ruled out; otherwise the paper alone is missing, at medium severity. So it is
where a paper ran out after the before image (after the first elevation, where that has to speak):
the ground may have changed while it was in force, and the day it ran out is told. Without
licences calls of 合法, and without projects the rest, are not judged, which is said once. Nor is
special use.

什么能说清：补充覆盖该图斑、在后时相有效的许可证、项目批准或备案及其范围。
What clears it: the licence, approval or record that covers the place and was in force, with its
outline.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Grown,
    Lapsed,
    Sizes,
    Speaks,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    dated,
    dug_since,
    grain,
    grown,
    in_term,
    joined,
    lapsed,
    later_figures,
    newly_bare,
    relief_figures,
    since,
    speaks,
    then,
    why,
)

CALLS = frozenset(
    {Call.LEGAL, Call.CONSTRUCTION, Call.AGRI_FACILITY, Call.LAND_LEVELLING, Call.OTHER}
)
PART = 0.1
"""Share of a polygon from which a licence in force makes it LM02's; overlaps count from here."""


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """When the ground, too, speaks against such a call."""

    cell_m: float = grain()
    still_bare: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )
    special_use: tuple[str, ...] = limit(
        ("特殊用地",), unit="in the remark", why="2024年通知：军事用地填伪变化并备注 2024 notice"
    )


class Ground(NamedTuple):
    """What the images show of a polygon that no paper covers."""

    dug: Grown
    says: Words
    figures: tuple[Figure, ...]
    lapsed: tuple[Lapsed, ...]  # papers that may have been in force when it was dug


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name each harmless call that no paper covers; where the ground was dug, doubt it."""
    lacking = {"permits", "projects"} & dossier.not_supplied
    told = {case.polygon_id for case in dossier.cases if _table(case) in lacking}
    if told or (dossier.cases and len(lacking) == 2):
        yield _not_supplied(lacking, tuple(sorted(told)) if len(lacking) == 1 else None)
    if len(lacking) == 2:
        return
    for case in dossier.cases:
        papers = _covered(case)
        if papers >= COVERS or (case.licensed_share or 0.0) >= PART:
            continue
        if case.polygon_id in told:
            continue
        if says := _untold(case, limits):
            yield Unsure((case.polygon_id,), says)
        else:
            yield _doubt(dossier, case, papers, _ground(dossier, case, limits))


def _table(case: Case) -> str:
    return "permits" if case.call is Call.LEGAL else "projects"


def _not_supplied(lacking: set[str] | frozenset[str], left: tuple[str, ...] | None) -> Unsure:
    said = {
        "permits": Words(
            "未提供采矿权，填报为合法的图斑是否有许可证未判断",
            "no licences supplied: calls of 合法 were not judged",
        ),
        "projects": Words(
            "未提供工程建设项目，工程建设、设施农用地、土地平整、其他等判定是否有批准未判断",
            "no projects supplied: calls that rest on an approval were not judged",
        ),
    }
    return Unsure((), joined([said[name] for name in sorted(lacking)]), left=left)


def _covered(case: Case) -> float:
    """Share that papers in force cover; shares are added up, which errs to the mild side."""
    plans = sum(
        link.share_inside or 0.0
        for link in case.approvals
        if link.table == "restoration" and in_term(link.approval, case.after_date)
    )
    shares = (case.licensed_share or 0.0) + (case.approved_share or 0.0)
    return shares + (plans if case.call is Call.OTHER else 0.0)


def _untold(case: Case, limits: Limits) -> Words | None:
    """Say why it cannot be told whether a paper covers a polygon, if it cannot."""
    remark = case.filing.remark if case.filing else ""
    if any(word in remark for word in limits.special_use):
        return Words(f"备注为“{remark}”，不作判断", f"the remark says “{remark}”; not judged")
    if case.polygon.footprint is None:
        return Words("图形不可用，不能与批准范围比对", "no usable outline to compare with papers")
    if case.after_date is None:
        return Words("后时相不明，无法判断批准是否有效", "no after date to hold the papers to")
    undrawn = [
        link
        for link in case.approvals
        if link.named
        and link.share_inside is None
        and in_term(link.approval, case.after_date) is not False
    ]
    unbound = [
        link
        for link in case.licences
        if link.named and link.share_inside is None and link.permit.valid_on(case.after_date)
    ]
    if undrawn or unbound:
        return Words("所填批准没有可用的图形", "the approval that is filed has no usable outline")
    if any(
        link.permit.valid_on(case.after_date) is None and (link.share_inside or 0.0) >= PART
        for link in case.licences
    ):
        return Words("所在许可证的起止日期不明", "the licence that it lies in has no dates")
    return None


def _ground(dossier: Dossier, case: Case, limits: Limits) -> Ground | None:
    """Tell what was dug; `None` where nothing was, or it cannot be told from something else."""
    view, change = case.scene, case.change
    if view is None or change is None or unseen(view, limits.clear_share):
        return None
    told = case.p_value is not None
    recent = dated(dossier, view, limits)
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits)
    after = since(case.later, change, limits.still_bare, limits.growth, limits.clear_share)
    unclear = coarse(view, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
    mining = speaks(case.cause, limits.p_mining) is Speaks.MINING
    if not dug.answer or not mining or after.season or unclear:
        return None
    parts = [_changed(dossier, view, change, dug), why(case.cause, case.chance), *then(after)]
    figures = [*change_figures(change, view.scene, limits)]
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    figures += relief_figures(case.terrain, "net_m3", "floor_change")
    figures += later_figures(case, limits.still_bare, limits.growth)
    ran_out = lapsed(case, dug_since(dossier, view, change, told, limits))
    figures += [one.figure for one in ran_out]
    parts += [one.says for one in ran_out]
    return Ground(dug, joined(parts), tuple(figures), ran_out)


def _changed(dossier: Dossier, view: SceneView, change: ChangeEvidence, dug: Grown) -> Words:
    bared = newly_bare(change, dug.of_rest)
    zh = f"{view.before_date} 至 {view.after_date} {bared.zh}"
    en = f"from {view.before_date} to {view.after_date} {bared.en}"
    if dug.moved:
        by = by_how_much(dossier, dug.moved)
        zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
    return Words(zh, en)


def _doubt(dossier: Dossier, case: Case, papers: float, ground: Ground | None) -> Doubt:
    day, call = case.after_date, case.call.words
    some = Words("", "")
    if papers:
        zh = f"有效批准只盖住图斑的 {papers:.0%}；"
        some = Words(zh, f"papers in force cover only {papers:.0%}; ")
    parts = [
        Words(
            f"填报为{call.zh}；{some.zh}{day} 时没有有效的许可证、项目或批准覆盖该图斑",
            f"filed as {call.en}; {some.en}on {day} no licence, project or approval in force "
            "covers the polygon",
        )
    ]
    parts += [ground.says] if ground else []
    ran_out = ground.lapsed if ground else ()
    dug = ground is not None and not ran_out  # while no paper was in force
    share = Figure("covered_share", papers, None, None, "share", COVERS, "permits, projects")
    return Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if dug else Status.UNSUPPORTED,
        Confidence.LIKELY if dug and ground and not ground.dug.near else Confidence.HINT,
        joined(parts),
        (share, *(ground.figures if ground else ())),
        tuple(dict.fromkeys([*_papers(case), *(Related(one.kind, one.ref) for one in ran_out)])),
        proposes=proposal(dossier, case),
        on_change=dug,
        severity=None if dug else Severity.MEDIUM,
        claim=_claim(case),
        unproven=Status.UNSUPPORTED,
    )


def _papers(case: Case) -> tuple[Related, ...]:
    """Relate the papers that are named, in force or not."""
    licences = {link.permit.permit_no for link in case.licences if link.named}
    projects = {
        link.approval.ref for link in case.approvals if link.named and link.table == "projects"
    }
    permits = [Related("permit", number) for number in sorted(licences)]
    return tuple(permits + [Related("project", ref) for ref in sorted(projects)])


def _claim(case: Case) -> dict[str, str]:
    filing = case.filing
    told = {"permit_no": filing.permit_no, "project_name": filing.project_name} if filing else {}
    told |= {"approval_no": filing.approval_no} if filing else {}
    return {name: text for name, text in told.items() if text}


RULE = Rule(
    code="CL04",
    slug="unsupported-benign",
    title=Words("填报名义没有许可、项目或批准覆盖", "a harmless call that no paper covers"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",
        "自然资办函〔2021〕1880号（平定）",
    ),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"submission"}),
    concerns=lambda case, limits: case.call in CALLS,
    check=check,
)
