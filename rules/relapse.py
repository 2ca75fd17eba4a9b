"""A place that was closed in the ledger (销号) or restored is mined again (死灰复燃).

查什么：本批次台账或往期台账已销号、已整改完成，或往期填报为生态修复治理的地块，此后又出现新增裸地
或新挖，成因指向采矿，且偶然变化的可能已排除。
What it finds: ground that a ledger of this batch or an earlier one has closed or calls done, or
that was filed as restored earlier, and on which bare ground or digging is new since; mining
explains it and chance is ruled out.

为何要紧：销号以后少有人再去看，死灰复燃最不容易被发现。
Why it matters: few go there once it is closed, and where it starts again it is least likely to be
noticed.

何时会看错：按地块位置对应，从不按编号。变化须发生在销号之后：销号日期在两期影像（只凭降低的，
在两期高程）之间或不明的，至多存疑；销号在后时相之后的，只看后续影像。只有裸露而没有新增的至多存
疑；像元粗于限值（默认 5 米）而没有高程证实挖填的，也是如此。本期仍填报为修复治理而未销号的，
由 CL02 判断。本次已如实填报为违法的，只提示曾经销号，列存疑。
When it misleads: places are matched by footprint, never by number. The change must come after the
closing: where that lies between the images (between the elevations, if a lower floor alone tells),
or its day is not known, it is at most a doubt; where it lies after the later image, only follow-up
dates speak. Bareness without growth is at most a doubt, and so are images of cells beyond the limit
(5 m) without elevations that show a cut. Restoration that goes on, closed by no ledger, is CL02's.
Ground that is now truthfully filed as illegal is named as closed before, a doubt only.

什么能说清：现有有效的采矿许可证或项目批准覆盖该图斑（90% 以上的不作认定；两期之间才到期的列存
疑）；现场核查和照片。
What clears it: a licence or project in force that covers it (from 90 % nothing is said; one that
ran out between the dates leaves a doubt), a visit and photographs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.evidence import (
    Case,
    ChangeEvidence,
    Dossier,
    EarlierOverlap,
    LedgerRow,
    SceneView,
)
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import DONE, Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Grown,
    Since,
    Sizes,
    Speaks,
    beyond,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    dated,
    dug_since,
    grain,
    grown,
    joined,
    lapsed,
    later_figures,
    lead,
    leads,
    lowered_before,
    newly_bare,
    relief_figures,
    since,
    speaks,
    then,
    why,
)

HONEST = ("restoration", "season", "construction", "water", "slide", "flow", "fire")
"""Causes that leave ground bare without anybody mining it."""


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """What one place is, and when it is mined again."""

    cell_m: float = grain()
    odds: float = lead()
    share: float = limit(
        0.1, unit="share of the smaller", low=0.02, high=0.9, why="小于此为边界出入 less is edges"
    )
    still_bare: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )


class Ended(NamedTuple):
    """What says that a place was put right, and when."""

    day: date | None
    says: Words
    about: Related
    restored: bool  # by its call alone; no ledger closed it


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each place that was put right and where digging is new since."""
    for case in dossier.cases:
        ended = _ended(dossier, case, limits)
        papers = (case.licensed_share or 0.0) + (case.approved_share or 0.0)
        if not ended or papers >= COVERS:
            continue
        about = tuple(one.about for one in ended)
        if says := unseen(case.scene, limits.clear_share):
            yield Unsure((case.polygon_id,), says, related=about)
        elif case.change is None:
            says = Words("该图斑的地面变化未能测得", "its change could not be measured")
            yield Unsure((case.polygon_id,), says, related=about)
        elif case.scene:
            yield from _judged(dossier, case, case.scene, case.change, ended, limits)


def _ended(dossier: Dossier, case: Case, limits: Limits) -> list[Ended]:
    """List what says that this place was put right, of this batch and of earlier ones."""
    found = [
        _closing(row, case.polygon_id, row.batch or dossier.batch.id, None)
        for row in case.ledger
        if _done(row, dossier.as_of)
    ]
    for met in case.earlier:
        if _one_place(met, limits):
            found += _of_earlier(met, dossier.as_of)
    # Restoration that goes on is no relapse: what was dug under its name is CL02's.
    goes_on = case.call is Call.RESTORATION and all(one.restored for one in found)
    return [] if goes_on else found


def _one_place(met: EarlierOverlap, limits: Limits) -> bool:
    return met.share >= limits.share and not met.sliver


def _of_earlier(met: EarlierOverlap, as_of: date) -> Iterator[Ended]:
    one = met.polygon
    rows = [row for row in one.ledger if _done(row, as_of)]
    for row in rows:
        yield _closing(row, one.polygon_id, one.batch, one.filed_date)
    if not rows and one.call is Call.RESTORATION and not one.contradicted:
        zh = f"{one.batch} 的图斑 {one.polygon_id} 填报为生态修复治理"
        says = Words(zh, f"{one.polygon_id} of {one.batch} was filed as restoration")
        day = one.after_date or one.filed_date
        yield Ended(day, says, Related("polygon", one.polygon_id, None, one.batch), True)


def _done(row: LedgerRow, as_of: date = date.max) -> bool:
    """Whether a row says, by the day of judging, that the work is done."""
    told = row.closed is None and any(word in row.status for word in DONE)
    return told or not row.open_on(as_of)


def _closing(row: LedgerRow, number: str, batch: str, filed: date | None) -> Ended:
    day = row.closed_date or row.verify_date or filed
    on = Words(f"于 {day} ", f" on {day}") if day else Words("", "")
    says = Words(
        f"{batch} 的图斑 {number} {on.zh}已销号或整改完成", f"{number} of {batch} was closed{on.en}"
    )
    return Ended(day, says, Related("ledger", number, None, batch), False)


def _judged(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    ended: list[Ended],
    limits: Limits,
) -> Iterator[Answer]:
    told, recent = case.p_value is not None, dated(dossier, view, limits)
    dug = grown(change, case.terrain, case.drawn_area_m2, told, recent, limits)
    after = since(case.later, change, limits.still_bare, limits.growth, limits.clear_share)
    cause = speaks(case.cause, limits.p_mining, limits.odds)
    known = [one for one in ended if one.day is None or one.day < view.after_date]
    again = _grew_since(after, ended)
    mined = bool(known) and dug.answer and cause is not Speaks.OTHER and not after.season
    if cause is Speaks.UNCLEAR and (case.p_value or 0.0) > dossier.policy.fdr:
        mined = False
    bare = bool(known) and _bare(case, change, after, limits)
    if not (mined or bare or again):
        return
    # The last closing counts: what came before it may be what it closed.
    unclear = coarse(view, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
    first = dug_since(dossier, view, change, told, limits)
    whole = all(one.day is not None and one.day <= first for one in known)
    sure = bool(mined) and whole and cause is Speaks.MINING and not unclear
    ran_out = lapsed(case, first) if mined else ()
    sure = sure and case.call is not Call.ILLEGAL and not ran_out
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure and not dug.near else Confidence.HINT,
        joined(
            [
                _says(dossier, case, view, change, ended, dug, bool(mined), bare, after),
                *(_before(dossier, known, dug, whole) if mined else ()),
                *(paper.says for paper in ran_out),
                *([unclear] if unclear and mined else []),
            ]
        ),
        _figures(case, view, change, ended, limits),
        tuple(one.about for one in ended),
        proposes=proposal(dossier, case),
    )


def _before(dossier: Dossier, known: list[Ended], dug: Grown, whole: bool) -> Iterator[Words]:
    """Say what of it may be older than the closing."""
    if not whole:
        zh = "销号日期不明，或在所依据的两期影像、高程之间，变化是否在其后无法确定"
        yield Words(zh, "whether that came after the closing is not known")
    days = [one.day for one in known]
    last = None if None in days else max(day for day in days if day)
    if dug.moved and (says := lowered_before(dossier, last)):
        yield says


def _grew_since(after: Since, ended: list[Ended]) -> bool:
    """Whether a follow-up date shows growth after a closing."""
    days = [one.day for one in ended if one.day is not None]
    return any(grew.date > day for grew in after.grew for day in days)


def _bare(case: Case, change: ChangeEvidence, after: Since, limits: Limits) -> bool:
    """Whether it lies bare at both dates, and neither a field nor new plants explain that."""
    always = min(change.bare_before.value, change.bare_after.value) >= limits.already_open
    honest = leads(case.cause, HONEST)
    return always and not (honest or after.greened or beyond(change.green_gain))


def _says(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    ended: list[Ended],
    dug: Grown,
    mined: bool,
    bare: bool,
    after: Since,
) -> Words:
    parts = [*dict.fromkeys(one.says for one in ended)]
    span = Words(
        f"{view.before_date} 至 {view.after_date} ",
        f"from {view.before_date} to {view.after_date} ",
    )
    if mined:
        bared = newly_bare(change, dug.of_rest)
        zh, en = f"{span.zh}{bared.zh}", f"{span.en}{bared.en}"
        if dug.moved:
            by = by_how_much(dossier, dug.moved)
            zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
        parts += [Words(zh, en), why(case.cause, case.chance)]
    elif bare:
        parts.append(Words(f"{span.zh}仍裸露，未见新增", f"{span.en}it lay bare, without growth"))
    said = joined([*parts, *then(after)])
    call = case.call.words
    return Words(f"{said.zh}；本期填报为{call.zh}", f"{said.en}; now filed as {call.en}")


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, ended: list[Ended], limits: Limits
) -> tuple[Figure, ...]:
    figures = [
        stated(
            f"ended {one.about.batch} {one.about.id}",
            one.day.isoformat() if one.day else None,
            "archive" if one.restored else "rectification",
            "date",
        )
        for one in dict.fromkeys(ended)
    ]
    figures += change_figures(change, view.scene, limits)
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    figures += relief_figures(case.terrain, "net_m3", "floor_change")
    figures += later_figures(case, limits.still_bare, limits.growth)
    return tuple(figures)


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether a ledger has closed its place, or an earlier filing called it restored."""
    return any(map(_done, case.ledger)) or any(
        one.polygon.call is Call.RESTORATION or any(map(_done, one.polygon.ledger))
        for one in case.earlier
        if _one_place(one, limits)
    )


RULE = Rule(
    code="RL05",
    slug="relapse",
    title=Words("死灰复燃", "closed or restored, and mined again"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(三)：清零销号，严防死灰复燃",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"scenes", "submission"}),
    concerns=_concerns,
    check=check,
)
