"""One place is issued again and again, called harmless each time, and still bare or growing.

查什么：在两个以上批次中下发、每次都填报为合规，而影像上仍然裸露或仍在扩大的同一地块。
What it finds: a place that was issued in two or more batches, was called harmless each time, and is
still bare or growing in the images.

为何要紧：反复下发、反复填报为合规，是隐蔽开采最常见的样子。
Why it matters: issued again and again and called harmless each time is what hidden mining looks
like most often.

何时会看错：本规则目前只看判定、位置和裸露，最多列存疑。翻耕、收割也使地面裸露，故扩大的须成因指向采矿，
未扩大的须前后时相和往期测得的后时相都裸露。滑坡体、老采场长期裸露而未扩大，可能如实；
灾害判定的裸露不扩大的不作认定。修复地块正在变绿的、有效采矿许可证或在建项目覆盖的，不作认定；
备注或判定为特殊用地的不判断；合法、工程建设等判定的依据所在的表未提供的，无法判定。
往期违法或未填报的地块不属此类。母子图斑不算重复下发。
When it misleads: it looks at calls, places and bareness, and says doubtful at most. Fields lie bare
too: growth counts where mining explains it best, and bareness where it lay bare at both dates and,
as far as it was measured then, at the later image of every earlier batch. A slide's scar
and an old working may honestly stay bare, so a disaster that does not grow is not spoken of. Nor is
ground that greens, or that a licence or project in force covers. Special use is not judged, nor a
call whose papers stand in a table that is not supplied. Ground once called illegal is LE02's; a
parent and its children are not one place issued twice.

什么能说清：现场核查和历次照片，说明为何长期裸露；或更正判定并纳入台账。
What clears it: a visit and the photographs of each quarter that say why it lies bare; or a
corrected call and a row of the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, EarlierOverlap
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What still bare and growing are, and what makes two polygons one place."""

    batches: int = limit(2, unit="batches", low=2, high=12, why="两次以上 this one counts as one")
    share: float = limit(
        0.1, unit="share of the smaller", low=0.02, high=0.9, why="小于此为边界出入 less is edges"
    )
    still_bare: float = limit(
        0.5, unit="share", low=0.2, high=0.95, why="前后时相过半裸露 most of it, at both dates"
    )
    growth: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="与 CL01 相同 what grows for CL01"
    )
    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="与 CL01 相同 likelier than all others"
    )
    growth_cells: int = limit(
        20, unit="cells", low=5, high=1000, why="余下像元太少则测不出新增 fewer cannot show growth"
    )
    greening: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="变绿达此即在恢复 as much green is recovery"
    )
    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )
    special_use: tuple[str, ...] = limit(
        ("特殊用地",), unit="in the remark", why="2024年通知：军事用地填伪变化并备注 2024 notice"
    )


class Again(NamedTuple):
    """A polygon here, the earlier ones on its ground, and what the images show of it."""

    case: Case
    met: tuple[EarlierOverlap, ...]
    change: ChangeEvidence
    grew: Measured | None  # the share that is newly bare; `None`: it lies bare and did not grow

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
        elif met and case.change and (one := _bare(case, met, case.change, limits)):
            found[case.polygon_id] = one
    ends = (
        (("", id), (one.polygon.batch, one.polygon.polygon_id))
        for id, again in found.items()
        for one in again.met
    )
    for group in sorted(map(sorted, connected(ends))):
        yield _doubt([found[id] for batch, id in group if not batch], limits)


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
    case: Case, met: tuple[EarlierOverlap, ...], change: ChangeEvidence, limits: Limits
) -> Again | None:
    """Tell whether a place still lies bare or grows, and nothing honest explains it."""
    covered = (case.licensed_share or 0.0) + (case.approved_share or 0.0)
    if covered >= COVERS or change.green_gain.value >= limits.greening:
        return None
    told = change.growth_share.n >= limits.growth_cells
    sizes = [change.bare_gain, *([change.growth_share] if told else [])]
    grew = max(sizes, key=lambda size: size.value)
    mining = case.cause is None or case.cause.of("mining") >= limits.p_mining
    if mining and grew.value >= limits.growth and grew.value > 1.96 * grew.sigma:
        return Again(case, met, change, grew)
    then = [one.polygon.bare_after for one in met if one.polygon.bare_after is not None]
    always = min(change.bare_before.value, change.bare_after.value, *then) >= limits.still_bare
    scarred = case.call is Call.DISASTER
    return Again(case, met, change, None) if always and not scarred else None


def _doubt(group: list[Again], limits: Limits) -> Doubt:
    then = {(o.polygon.batch, o.polygon.polygon_id): o.polygon for one in group for o in one.met}
    zh = [f"{batch} 的 {id} 填报为{one.call.words.zh}" for (batch, id), one in sorted(then.items())]
    en = [f"{id} of {batch} {one.call.words.en}" for (batch, id), one in sorted(then.items())]
    for one in group:
        after, call = one.change.bare_after, one.case.call.words
        zh_state = f"新增裸地占 {one.grew}" if one.grew else "未见扩大"
        en_state = f"{one.grew} of it newly bare" if one.grew else "without growth"
        zh.append(f"本期 {one.case.polygon_id} 填报为{call.zh}，裸露 {after}，{zh_state}")
        en.append(f"{one.case.polygon_id} now {call.en}, {after} bare, {en_state}")
    batches = set().union(*(one.batches for one in group))
    figures = [stated("batches", len(batches) + 1, "archive", threshold=str(limits.batches))]
    for one in group:
        scene = one.case.scene.scene if one.case.scene else ""
        for name, size, least in (
            ("bare_before", one.change.bare_before, limits.still_bare),
            ("bare_after", one.change.bare_after, limits.still_bare),
            ("bare_gain", one.change.bare_gain, limits.growth),
            ("growth_share", one.change.growth_share, limits.growth),
            ("green_gain", one.change.green_gain, limits.greening),
        ):
            of = f" {one.case.polygon_id}" if len(group) > 1 else ""
            figures.append(_figure(size, least, f"{name}{of}", scene))
    return Doubt(
        tuple(one.case.polygon_id for one in group),
        Status.DOUBTFUL,
        Confidence.LIKELY if any(one.grew for one in group) else Confidence.HINT,
        Words(
            f"同一地块在 {len(batches) + 1} 个批次中下发，历次均填报为合规：{'；'.join(zh)}",
            f"one place was issued in {len(batches) + 1} batches and called harmless each time: "
            f"{'; '.join(en)}",
        ),
        tuple(figures),
        tuple(Related("polygon", id, None, batch) for batch, id in then),
    )


def _figure(size: Measured, least: float, name: str, scene: str) -> Figure:
    return size.held_to(least, name, scene)


RULE = Rule(
    code="LE03",
    slug="reissued-benign",
    title=Words("多次下发均填报为合规", "issued again, called harmless again"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",
        "四(三)：回头看",
    ),
    severity=Severity.HIGH,
    worst=Status.DOUBTFUL,
    limits=Limits(),
    needs=frozenset({"archive", "scenes", "submission"}),
    concerns=lambda case, limits: case.call in BENIGN,
    check=check,
)
