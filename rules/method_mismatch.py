"""The method of mining is not the one that the licence allows.

查什么：现场核查记录的开采方式与采矿许可证不同；或地下开采的许可证范围内出现露天采坑的痕迹。
What it finds: a field record whose method is not the licence's; or the traces of an open pit under
a licence for underground mining.

为何要紧：擅自改变开采方式是山西专项行动列明的违法行为之一，影像套合看不出来。
Why it matters: a changed method is one of the acts that Shanxi's campaign names, and an overlay of
outlines does not show it.

何时会看错：现场记录可能填错，或用语不在词表中：用语无法识别的无法判定，写明未开采、停产的不比较。
工业场地、堆场和塌陷都不是露天采坑。须高程上有坑，测得坡形的还须有陡壁或台阶；没有高程，或挖深小于
可探测深度的，至多存疑。高程足够精细而未见坑的，不作认定。两期高程离影像日期过远的，至多存疑。
When it misleads: a record may be mistaken; words that the tables do not know cannot be judged, and
an idle mine has no method to compare. Yards, dumps and subsidence are no open pit. It takes a pit
in the elevation, with steep faces or benches where these were measured; without elevation, or where
the cut is shallower than the elevations can show, it is at most a doubt, and so is a pit that the
elevations do not date. Where a fine elevation shows no pit, nothing is said.

什么能说清：变更开采方式的批准；现场核查记录更正；塌陷调查资料。
What clears it: an approved change of method, a corrected field record, a survey of the subsidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, LicenceLink, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import BENIGN, Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Sizes,
    Speaks,
    beyond,
    by_heights,
    cause_figures,
    change_figures,
    cut_depth,
    dated,
    grown,
    is_cut,
    joined,
    lead,
    methods,
    other,
    relief_figures,
    shows,
    speaks,
    why,
)

RELIEF = ("cut_m3", "net_m3", "depression_m", "steep_faces", "benches", "flat_floor")


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """What the words for a method are, and what an open pit looks like."""

    odds: float = lead()
    shows_m: float = shows()
    open_pit: tuple[str, ...] = limit(
        ("露天",), unit="in 开采方式", why="许可证用语 the licence's word for open pits"
    )
    underground: tuple[str, ...] = limit(
        ("地下", "井工", "井下", "硐采", "洞采", "坑采", "平硐", "竖井", "斜井"),
        unit="in 开采方式",
        why="许可证和现场的用语 words of licences and of the field",
    )
    idle: tuple[str, ...] = limit(
        ("未开采", "未生产", "停采", "停产", "无开采", "未动工"),
        unit="in 实际开采方式",
        why="没有开采即无方式可比 nothing mined has no method",
    )
    steep_faces: float = limit(
        0.05, unit="share", low=0.01, high=0.5, why="塌陷没有陡壁 subsidence has no steep faces"
    )
    benches: float = limit(0.3, unit="share", low=0.05, high=1.0, why="与 CL03 相同 as for CL03")
    no_pit_m: float = limit(
        2.0,
        unit="m",
        low=0.2,
        high=10.0,
        why="高程细到此而无坑即不是露天 finer models would show it",
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a method that the field record or the ground shows and the licence does not."""
    blind = "scenes" in dossier.not_supplied
    under = [one for one in dossier.cases if _underground(_relied_on(one), limits)]
    if blind and under:
        left = tuple(case.polygon_id for case in under)
        zh = "未提供影像，地下开采许可证内的地面未判断"
        en = "no scenes: ground under underground licences was not judged"
        yield Unsure((), Words(zh, en), left=left)
    for case in dossier.cases:
        links = _relied_on(case)
        said = [*_record(case, links, limits)]
        yield from said
        settled = any(isinstance(one, Doubt) for one in said)
        if settled or blind or not _underground(links, limits):
            continue
        about = _related(links)
        if says := unseen(case.scene, limits.clear_share):
            yield Unsure((case.polygon_id,), says, related=about)
        elif case.change is None:
            says = Words("该图斑的地面变化未能测得", "its change could not be measured")
            yield Unsure((case.polygon_id,), says, related=about)
        elif case.scene:
            yield from _ground(dossier, case, case.scene, case.change, limits)


def _relied_on(case: Case) -> list[LicenceLink]:
    """Give the licences that its filing names, else those that it lies in."""
    named = [link for link in case.licences if link.named]
    return named or [link for link in case.licences if (link.share_inside or 0.0) >= COVERS]


def _record(case: Case, links: list[LicenceLink], limits: Limits) -> Iterator[Answer]:
    """Hold the method of the field record to the licence's: a paper against a paper."""
    filed = case.filing.mining_method if case.filing else ""
    licences = [link.permit for link in links if link.permit.method]
    if not filed or not licences or any(word in filed for word in limits.idle):
        return
    allowed, does = [_named(one.method, limits) for one in licences], _named(filed, limits)
    if (does and does <= frozenset().union(*allowed)) or any(
        one.method == filed for one in licences
    ):
        return
    licensed = "、".join(sorted({one.method for one in licences}))
    figures = (
        stated("mining_method", filed, "submission", threshold=licensed),
        *(stated(f"method {one.permit_no}", one.method, "permits") for one in licences),
    )
    call = case.call.words
    zh = f"填报为{call.zh}；现场核查记录的开采方式为“{filed}”"
    en = f"filed as {call.en}; the field record says “{filed}”"
    if not does or not all(allowed):
        zh = f"{zh}，采矿许可证为“{licensed}”，用语无法识别，不能比较"
        en = f"{en}, and the licence “{licensed}”: words that cannot be compared"
        yield Unsure((case.polygon_id,), Words(zh, en), figures)
        return
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT,
        Confidence.CERTAIN,
        Words(f"{zh}，采矿许可证为“{licensed}”", f"{en}, and the licence “{licensed}”"),
        figures,
        _related(links),
        on_change=False,
        claim={"mining_method": filed},
    )


def _named(method: str, limits: Limits) -> frozenset[str]:
    return methods(method, limits.open_pit, limits.underground)


def _underground(links: list[LicenceLink], limits: Limits) -> bool:
    """Whether every licence it relies on is for underground mining alone."""
    methods = [_named(link.permit.method, limits) for link in links]
    return bool(methods) and all(one == {"underground"} for one in methods)


def _ground(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Iterator[Answer]:
    told, recent = case.p_value is not None, dated(dossier, view, limits)
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits, limits.shows_m)
    cause, pit = speaks(case.cause, limits.p_mining, limits.odds), _pit(case, limits)
    vague = cause is Speaks.UNCLEAR and (case.p_value or 0.0) > dossier.policy.fdr
    if dug.answer is False or cause is Speaks.OTHER or vague or _no_pit(case, limits):
        return
    sure = bool(dug.answer) and pit and recent and cause is Speaks.MINING
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure else Confidence.HINT,
        _says(dossier, case, view, change, pit, recent),
        _figures(case, view, change, limits),
        _related(_relied_on(case)),
        proposes=proposal(dossier, case),
    )


def _hollow(case: Case) -> bool:
    """Whether the ground is cut, or a closed hollow new, by more than the elevations could miss."""
    hollow, shows = (
        other(case.terrain, "depression_m"),
        case.terrain.detectable_m if case.terrain else None,
    )
    closed = hollow is not None and shows is not None and beyond(hollow) and hollow.value >= shows
    return closed or is_cut(case.terrain, case.drawn_area_m2)


def _pit(case: Case, limits: Limits) -> bool:
    """Whether it is a pit: a hollow, with steep faces or benches where these were measured."""
    faces = [
        (figure, least)
        for name, least in (("steep_faces", limits.steep_faces), ("benches", limits.benches))
        if (figure := other(case.terrain, name))
    ]
    return _hollow(case) and (not faces or any(one.value >= least for one, least in faces))


def _no_pit(case: Case, limits: Limits) -> bool:
    """Whether elevations fine enough to show a pit show none: a yard, a dump."""
    shows = case.terrain.detectable_m if case.terrain else None
    return shows is not None and shows <= limits.no_pit_m and not _hollow(case)


def _says(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    pit: bool,
    recent: bool,
) -> Words:
    gain = change.bare_gain
    parts = [Words(f"新增裸地占 {gain}", f"bare ground grew by {gain}"), *_relief(dossier, case)]
    if _hollow(case) and not pit:
        parts.append(Words("未见采坑的陡壁", "without the steep faces of a pit"))
    if _hollow(case) and not recent:
        zh = "两期高程离影像日期过远，挖损时间不明"
        parts.append(Words(zh, "the elevations lie too far from the images to date it"))
    said = joined([*parts, why(case.cause, case.chance)])
    return Words(
        f"填报为{case.call.words.zh}；采矿许可证为地下开采；{view.before_date} 至 "
        f"{view.after_date}：{said.zh}",
        f"filed as {case.call.words.en}; the licence is for underground mining; from "
        f"{view.before_date} to {view.after_date}: {said.en}",
    )


def _relief(dossier: Dossier, case: Case) -> Iterator[Words]:
    """Say what the elevations show of a pit."""
    depth, shows = (
        cut_depth(case.terrain, case.drawn_area_m2),
        case.terrain.detectable_m if case.terrain else None,
    )
    if hollow := other(case.terrain, "depression_m"):
        deep = f"{hollow.value:.1f} ± {hollow.sigma:.1f}"
        says = Words(f"新出现深 {deep} 米的封闭凹坑", f"a closed hollow of {deep} m is new")
        yield by_heights(dossier, says)
    if depth is not None and shows is not None:
        zh = f"平均挖深 {depth:.1f} 米（可探测 {shows:.1f} 米）"
        en = f"it was cut {depth:.1f} m deep on average ({shows:.1f} m would show)"
        yield by_heights(dossier, Words(zh, en))
    elif not hollow:
        yield Words("没有两期高程，不能确认有坑", "no elevation of two dates shows a pit")


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> tuple[Figure, ...]:
    figures = [*change_figures(change, view.scene, limits)]
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    if (depth := cut_depth(case.terrain, case.drawn_area_m2)) is not None and case.terrain:
        shows = case.terrain.detectable_m
        figures.append(Figure("mean_cut", depth, None, None, "m", shows, "dem"))
    figures += relief_figures(case.terrain, *RELIEF)
    return tuple(figures)


def _related(links: list[LicenceLink]) -> tuple[Related, ...]:
    return tuple(Related("permit", link.permit.permit_no) for link in links)


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether its call says that all is well, and it relies on a licence."""
    return case.call in BENIGN and case.call is not Call.SPECIAL_USE and bool(_relied_on(case))


RULE = Rule(
    code="LM03",
    slug="method-mismatch",
    title=Words("开采方式与采矿许可证不符", "a method of mining that the licence does not allow"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：核查开采方式",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"permits", "permits.method", "submission"}),
    concerns=_concerns,
    check=check,
)
