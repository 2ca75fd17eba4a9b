"""One place is issued again and again, called harmless each time, and still bare or growing.

查什么：在两个以上批次中下发、每次都填报为合规（合法、伪变化、修复、灾害等，即非违法），而影像上仍
然裸露或仍在扩大的同一地块。
What it finds: a place that was issued in two or more batches, was called harmless each time
(anything but illegal), and is still bare or growing in the images.

为何要紧：公开通报的织金案例（自然资办函〔2021〕1881号）中，10 处违法开采有 7 处曾多次作为图斑下
发。
Why it matters: in the published case of Zhijin, 7 of 10 places that were mined had been issued
several times.

何时会看错：只有本期影像上确有新挖（新增裸地，原已裸露的为扩大或挖深）、成因指向采矿、影像分得清采
矿与建设（像元不粗于 5 米，或高程证实挖填），且偶然变化的可能已排除时，才认定不一致；只有裸露而未扩
大的，至多存疑，且须前后时相和往期测得的后时相都裸露，因为翻耕、收割也使地面裸露。后续影像上已返绿
的不作认定。滑坡体、老采场长期裸露而未扩大，可能如实；灾害判定的裸露不扩大的不作认定。地块正在变绿
的、有效的采矿许可证或项目覆盖的，不作认定，两期之间才到期的至多存疑；备注或判定为特殊用地的不判断；填报为合法而无采矿权数
据、填报为工程建设而无项目数据的，无法判定。往期填报过违法的地块不属此类，未填报的期次不计。
母子图斑不算重复下发。
When it misleads: it contradicts a filing only where this batch's images show new digging (newly
bare ground, or where it was open before, wider or deeper), mining explains it, the cells can tell
digging from building (5 m at most, unless elevations show a cut), and chance is ruled out. Bareness
without growth is a doubt at most, for fields lie bare too: it must have lain bare at both dates
and, as far as it was measured then, at the later image of every earlier batch. What is green again
since is not spoken of. A slide's scar and an old working may honestly stay bare, so a disaster that
does not grow is not spoken of. Nor is ground that greens, or that a licence or project in force
covers; one that ran out between the dates leaves a doubt. Special use is not judged, nor a call of
合法 without the licences, or of 工程建设 without the projects. Ground once called illegal is
LE02's; a parent and its children are not one place
issued twice.

什么能说清：现场核查和历次照片，说明为何长期裸露；或更正判定并纳入台账。
What clears it: a visit and the photographs of each quarter that say why it lies bare; or a
corrected call and a row of the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, EarlierOverlap
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import (
    COVERS,
    Answer,
    Doubt,
    Related,
    Rule,
    Unsure,
    connected,
    unseen,
)
from yanhu_satcheck.terms import BENIGN, NO_CALL, Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Grown,
    Lapsed,
    Since,
    Sizes,
    Speaks,
    beyond,
    by_how_much,
    cause_figures,
    coarse,
    dated,
    dug_since,
    grain,
    grown,
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


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """What still bare and growing are, and what makes two polygons one place."""

    cell_m: float = grain()
    batches: int = limit(2, unit="batches", low=2, high=12, why="两次以上 this one counts as one")
    share: float = limit(
        0.1, unit="share of the smaller", low=0.02, high=0.9, why="小于此为边界出入 less is edges"
    )
    still_bare: float = limit(
        0.5, unit="share", low=0.2, high=0.95, why="前后时相过半裸露 most of it, at both dates"
    )
    not_green: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )
    greening: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="变绿达此即在恢复 as much green is recovery"
    )
    special_use: tuple[str, ...] = limit(
        ("特殊用地",), unit="in the remark", why="2024年通知：军事用地填伪变化并备注 2024 notice"
    )


class Again(NamedTuple):
    """A polygon here, the earlier ones on its ground, and what the images show of it."""

    case: Case
    met: tuple[EarlierOverlap, ...]
    change: ChangeEvidence
    grew: Grown | None  # `None`: it lies bare and did not grow
    sure: bool  # it grew, and mining explains that
    after: Since  # what follow-up dates show
    lapsed: tuple[Lapsed, ...] = ()  # papers that may have been in force when it grew

    @property
    def batches(self) -> set[str]:
        """The earlier batches that issued the place."""
        return {one.polygon.batch for one in self.met}


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each group of places issued again, always called harmless, and bare or growing."""
    found: dict[str, Again] = {}
    for case in dossier.cases:
        met = _before(case, limits)
        if why := _unjudged(dossier, case, limits) if met else None:
            yield Unsure((case.polygon_id,), why)
        elif met and case.change and (one := _bare(dossier, case, met, case.change, limits)):
            found[case.polygon_id] = one
    for sure in (True, False):
        mine = {id: again for id, again in found.items() if again.sure is sure}
        ends = (
            (("", id), (one.polygon.batch, one.polygon.polygon_id))
            for id, again in mine.items()
            for one in again.met
        )
        for group in sorted(map(sorted, connected(ends))):
            yield _doubt(dossier, [mine[id] for batch, id in group if not batch], limits)


def _before(case: Case, limits: Limits) -> tuple[EarlierOverlap, ...]:
    """Give the earlier polygons on its ground, if enough batches called them harmless, and all."""
    met = tuple(
        one
        for one in case.earlier
        if one.share >= limits.share and not (one.sliver or one.family)
        if one.polygon.call not in NO_CALL
    )
    enough = len({one.polygon.batch for one in met}) + 1 >= limits.batches
    return met if enough and all(one.polygon.call in BENIGN for one in met) else ()


def _unjudged(dossier: Dossier, case: Case, limits: Limits) -> Words | None:
    """Say why a place that was issued again cannot be judged, if it cannot."""
    remark = case.filing.remark if case.filing else ""
    if case.call is Call.SPECIAL_USE or any(word in remark for word in limits.special_use):
        return Words("特殊用地，不作判断", "land of special use; not judged")
    table = {Call.LEGAL: "permits", Call.CONSTRUCTION: "projects"}.get(case.call, "")
    if table in dossier.not_supplied:
        zh = "多次下发；依据所在的表未提供，无法判断是否在批准范围内"
        return Words(zh, "issued again; the table of its papers is not supplied")
    if why := unseen(case.scene, limits.clear_share):
        return Words(f"多次下发；{why.zh}", f"issued again; {why.en}")
    if case.change is None:
        return Words("多次下发；地面变化未能测得", "issued again; its change could not be measured")
    return None


def _bare(
    dossier: Dossier,
    case: Case,
    met: tuple[EarlierOverlap, ...],
    change: ChangeEvidence,
    limits: Limits,
) -> Again | None:
    """Tell whether a place still lies bare or grows, and nothing honest explains it."""
    covered = (case.licensed_share or 0.0) + (case.approved_share or 0.0)
    after = since(case.later, change, limits.not_green, limits.growth, limits.clear_share)
    if covered >= COVERS or change.green_gain.value >= limits.greening or after.season:
        return None
    cause, told = speaks(case.cause, limits.p_mining), case.p_value is not None
    recent = dated(dossier, case.scene, limits)
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits)
    if (dug.answer and cause in (Speaks.MINING, Speaks.UNTOLD)) or _widened(change, cause, limits):
        unclear = coarse(case.scene, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
        ran_out: tuple[Lapsed, ...] = ()
        if case.scene:
            ran_out = lapsed(case, dug_since(dossier, case.scene, change, told, limits))
        sure = bool(dug.answer) and cause is Speaks.MINING and not (unclear or ran_out)
        return Again(case, met, change, dug, sure, after, ran_out)
    once = [one.polygon.bare_after for one in met if one.polygon.bare_after is not None]
    always = min(change.bare_before.value, change.bare_after.value, *once) >= limits.still_bare
    scarred = case.call is Call.DISASTER
    return Again(case, met, change, None, False, after) if always and not scarred else None


def _widened(change: ChangeEvidence, cause: Speaks, limits: Limits) -> bool:
    """Whether the part that was not bare became so, however little was bare before."""
    size = change.growth_share
    counted = size.n >= limits.growth_cells and size.value >= limits.growth and beyond(size)
    return counted and cause in (Speaks.MINING, Speaks.UNTOLD)


def _doubt(dossier: Dossier, group: list[Again], limits: Limits) -> Doubt:
    earlier = {(o.polygon.batch, o.polygon.polygon_id): o.polygon for one in group for o in one.met}
    batches = set().union(*(one.batches for one in group))
    calls = [
        Words(f"{batch} 的 {id} 填报为{one.call.words.zh}", f"{id} of {batch} {one.call.words.en}")
        for (batch, id), one in sorted(earlier.items())
    ]
    said = joined([*calls, *(_state(dossier, one) for one in group)])
    sure = group[0].sure
    grew = [one.grew for one in group if one.grew]
    return Doubt(
        tuple(one.case.polygon_id for one in group),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if grew and not any(one.near for one in grew) else Confidence.HINT,
        Words(
            f"同一地块在 {len(batches) + 1} 个批次中下发，历次均填报为合规：{said.zh}",
            f"one place was issued in {len(batches) + 1} batches and called harmless each time: "
            f"{said.en}",
        ),
        (
            stated("batches", len(batches) + 1, "archive", threshold=str(limits.batches)),
            *(figure for one in group for figure in _figures(one, len(group) > 1, limits)),
        ),
        tuple(Related("polygon", id, None, batch) for batch, id in earlier),
        on_change=sure,
    )


def _state(dossier: Dossier, one: Again) -> Words:
    """Word how a place is called now, and what the images show of it."""
    after, call = one.change.bare_after, one.case.call.words
    zh, en = "未见扩大", "without growth"
    if one.grew:
        # Where little was bare before, it may be its growth alone that told.
        zh, en = newly_bare(one.change, one.grew.of_rest or not one.grew.answer)
        if one.grew.moved:
            by = by_how_much(dossier, one.grew.moved)
            zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
    told = Words(
        f"本期 {one.case.polygon_id} 填报为{call.zh}，裸露 {after}，{zh}",
        f"{one.case.polygon_id} now {call.en}, {after} bare, {en}",
    )
    grew = [why(one.case.cause, one.case.chance), *then(one.after)] if one.grew else []
    return joined([told, *grew, *(paper.says for paper in one.lapsed)])


def _figures(one: Again, many: bool, limits: Limits) -> Iterator[Figure]:
    scene = one.case.scene.scene if one.case.scene else ""
    of = f" {one.case.polygon_id}" if many else ""
    for name, size, least in (
        ("bare_before", one.change.bare_before, limits.still_bare),
        ("bare_after", one.change.bare_after, limits.still_bare),
        ("bare_gain", one.change.bare_gain, limits.bare_gain),
        ("growth_share", one.change.growth_share, limits.growth),
        ("green_gain", one.change.green_gain, limits.greening),
    ):
        yield size.held_to(least, f"{name}{of}", scene)
    for earlier in one.met:
        polygon, bare = earlier.polygon, earlier.polygon.bare_after
        if bare is not None:
            name = f"bare_after {polygon.batch} {polygon.polygon_id}{of}"
            yield Figure(name, bare, None, None, "share", limits.still_bare, "archive")
    if one.grew:
        yield from cause_figures(one.case.cause, one.case.chance, scene, limits.p_mining)
        yield from relief_figures(one.case.terrain, "net_m3", "floor_change")
        yield from later_figures(one.case, None, limits.growth)


RULE = Rule(
    code="LE03",
    slug="reissued-benign",
    title=Words("多次下发均填报为合规", "issued again, called harmless again"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",
        "四(三)：回头看",
    ),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"archive", "scenes", "submission"}),
    concerns=lambda case, limits: case.call in BENIGN,
    check=check,
)
