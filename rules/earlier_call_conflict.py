"""One piece of ground is called otherwise than in an earlier batch, with no documented reason.

查什么：与往期批次图斑重叠达到一定比例、合法性判定与往期不同，且没有整改完成、延续受理或新批准
等依据说明为何改变的图斑。
What it finds: polygons that share ground with those of an earlier batch and are called otherwise,
where no paper says what changed: no finished rectification, no accepted renewal, no new approval.

为何要紧：往期填报为违法、本期改填为合规而没有整改依据，问题就从台账里消失了。
Why it matters: called illegal then and harmless now, with nothing put right, a problem is gone from
the books and not from the ground.

何时会看错：两期之间情况确实可能改变，因此从轻处理：
违法的判定有效，直到有依据说明已经改正，不论隔了几期；其他判定只与最近一期比较。
往期合规、本期如实填报为违法：台账中有记录的不算冲突，没有的只列存疑（RL01 另行指出）。
伪变化说的是当期没有活动，因此与其他合规判定之间：有效的许可证、方案或项目覆盖的不算冲突，
没有的只列存疑。两种合规判定之间，依据在往期已经有效的，列存疑。
依据所在的表（整改台账、采矿权、修复方案、项目）未提供，销号缺日期和佐证，批准只覆盖一部分或没有
起始日期，或者同期另有重叠更多且判定相同的图斑的，都只列存疑。往期没有填报日期的，以其后时相为准。
未填报或无法识别的判定不算判定；母子图斑、细碎重叠、违法细类不同、特殊用地填报为伪变化不比较。
When it misleads: things do change between two batches, so the rule leans towards silence. An
illegal call stands until a paper says it was put right, however many batches ago; any other call is
held to the newest earlier batch alone. Ground called harmless then and truthfully illegal now is no
conflict with a ledger row and a doubt without (RL01 says the rest). Pseudo-change says that nothing
happened in that quarter: beside another harmless call it is no conflict where a licence, plan or
project in force covers the place, and a doubt elsewhere. Between two harmless calls a paper that
was in force before leaves a doubt. So does a table that is not supplied, a closing without date or
proof, an approval that covers a part or has no first day, and a polygon of that batch that shares
more ground and has the same call. An earlier filing without a date counts as made at its later
image. No call, parents and children, slivers, sub-types of illegal, and special use filed as
pseudo-change are not compared.

什么能说清：在整改台账中补全销号日期和佐证，提供新批准或延续受理的文件，或更正其中一期的判定。
What clears it: the closing's date and proof in the ledger, the new approval or the acceptance of
the renewal, or a corrected call.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, Dossier, EarlierOverlap, LedgerRow
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, connected
from yanhu_satcheck.terms import (
    ALIKE,
    DONE,
    NO_CALL,
    SUPPLIES,
    Call,
    Confidence,
    Severity,
    Status,
    Words,
)

# Where the paper stands that would document each call.
PAPERS = {Call.LEGAL: "permits", Call.RESTORATION: "restoration"} | dict.fromkeys(
    (Call.CONSTRUCTION, Call.AGRI_FACILITY, Call.LAND_LEVELLING, Call.OTHER), "projects"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much shared ground makes two polygons one area."""

    share: float = limit(
        0.1, unit="share of the smaller", low=0.02, high=0.9, why="小于此为边界出入 less is edges"
    )


class Conflict(NamedTuple):
    """A polygon here and an earlier one on its ground that is called otherwise."""

    case: Case
    then: EarlierOverlap
    half: Words | None  # what speaks for the change without proving it; `None`: nothing does

    @property
    def ends(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both polygons, by batch and number; the one here has no batch."""
        return ("", self.case.polygon_id), (self.then.polygon.batch, self.then.polygon.polygon_id)


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each connected group of polygons here and earlier that differ in their calls."""
    found = [one for case in dossier.cases for one in _conflicts(dossier, case, limits)]
    plain = [one for one in found if one.half is None]
    accused = {one.case.polygon_id for one in plain}
    milder = [one for one in found if one.half and one.case.polygon_id not in accused]
    for conflicts in (plain, milder):
        for group in sorted(map(sorted, connected(one.ends for one in conflicts))):
            mine = [one for one in conflicts if one.ends[0] in group]
            yield _doubt(sorted(mine, key=lambda one: one.ends), limits)
    for case in dossier.cases:
        if case.polygon.footprint is None:
            says = Words(
                "图形不可用，不能与往期比对", "no usable outline to compare with earlier ones"
            )
            yield Unsure((case.polygon_id,), says)


def _conflicts(dossier: Dossier, case: Case, limits: Limits) -> Iterator[Conflict]:
    met = [one for one in case.earlier if _counts(one, limits)]
    newest = max((one.polygon.batch for one in met), default="")
    for one in met:
        then = one.polygon
        superseded = then.call is not Call.ILLEGAL and then.batch != newest
        if then.call is case.call or {then.call, case.call} == ALIKE or superseded:
            continue
        main = max((o for o in met if o.polygon.batch == then.batch), key=lambda o: o.area_m2)
        half = _half(dossier, case, one, met)
        if main.polygon.call is case.call and half is None:
            half = Words(
                "该期主要重叠的图斑判定相同", "the polygon it mostly lies on had the same call"
            )
        if half != SETTLED:
            yield Conflict(case, one, half)


def _counts(one: EarlierOverlap, limits: Limits) -> bool:
    plain = not one.sliver and not one.family and one.share >= limits.share
    return plain and one.polygon.call not in NO_CALL


SETTLED = Words("有依据", "documented")


def _half(
    dossier: Dossier, case: Case, one: EarlierOverlap, met: Sequence[EarlierOverlap]
) -> Words | None:
    """Say what speaks for a change of call: `SETTLED` where it is documented, `None` nothing."""
    then, others = one.polygon, [o.polygon for o in met if o is not one]
    rows = [*case.ledger, *(row for other in others for row in other.ledger)]
    if case.call is Call.ILLEGAL:
        if then.ledger or rows:
            return SETTLED
        return Words("但整改台账中尚无记录", "but the rectification ledger has no row for it")
    since = then.filed_date or then.after_date
    told = [
        _rectified(then.ledger, rows, since, dossier.as_of),
        _approved(case, one, since),
        _struck(case, then.call, since),
        _untold(dossier, case, then.call),
    ]
    return SETTLED if SETTLED in told else next((words for words in told if words), None)


def _rectified(
    own: Sequence[LedgerRow], others: Sequence[LedgerRow], since: date | None, as_of: date
) -> Words | None:
    """Look for a closed row of the earlier polygon, or of another on its ground closed since."""
    closed = [row for row in own if not row.open_on(as_of)]
    proven = [r for r in closed if r.closed_date or r.verify_date or r.verifier or r.evidence_ref]
    later = [row for row in others if not row.open_on(as_of)]
    if proven or any(r.closed_date and since and r.closed_date > since for r in later):
        return SETTLED
    if closed or later or any(word in row.status for row in (*own, *others) for word in DONE):
        zh = "台账记为已整改，但缺销号日期和佐证"
        return Words(zh, "the ledger calls it done, without the date or proof of a closing")
    return None


def _approved(case: Case, one: EarlierOverlap, since: date | None) -> Words | None:
    """Look for papers that reach the place: new ones, and ones that were in force before."""
    papers = [*_papers(case, since)]
    new = sum(inside for fresh, inside in papers if fresh)
    covered = sum(inside for _, inside in papers) >= COVERS
    lawful = one.polygon.call is not Call.ILLEGAL
    of_a_quarter = lawful and Call.PSEUDO_CHANGE in (case.call, one.polygon.call)
    if new >= COVERS or (of_a_quarter and covered):
        return SETTLED
    if new or any(fresh is None and inside for fresh, inside in papers):
        zh = "有批准或延续，但只覆盖一部分或没有起始日期"
        return Words(zh, "an approval reaches it, but covers a part or has no first day")
    if of_a_quarter:
        return Words("伪变化只说明当期没有活动", "pseudo-change speaks of one quarter only")
    if covered and lawful:
        zh = "现有批准在往期填报时已经有效"
        return Words(zh, "the paper that covers it was in force before")
    return None


def _papers(case: Case, since: date | None) -> Iterator[tuple[bool | None, float]]:
    """Give each paper in force: whether it is newer than a day, and the share that it covers."""
    day = case.after_date
    for licence in case.licences:
        permit = licence.permit
        if permit.valid_on(day) is not False:
            accepted = permit.renewal_accepted
            renewed = accepted if isinstance(accepted, date) else None
            fresh = _newer(renewed, since) or _newer(permit.valid_from, since)
            undated = accepted is True and not fresh
            yield None if undated else fresh, _reach(licence.share_inside, licence.named)
    for link in case.approvals:
        paper = link.approval
        begun = day is None or paper.valid_from is None or paper.valid_from <= day
        if begun and (day is None or paper.valid_to is None or day <= paper.valid_to):
            yield _newer(paper.valid_from, since), _reach(link.share_inside, link.named)


def _newer(first: date | None, since: date | None) -> bool | None:
    return None if first is None or since is None else first > since


def _reach(share: float | None, named: bool) -> float:
    """Give the share that a paper covers; one that is named and has no outline counts whole."""
    return (1.0 if named else 0.0) if share is None else share


def _struck(case: Case, then: Call, since: date | None) -> Words | None:
    """Look for a disaster dated since; its reference, too, must be there, and nothing to undo."""
    filing = case.filing
    if case.call is not Call.DISASTER or filing is None or since is None:
        return None
    if filing.disaster_date is None or filing.disaster_date <= since:
        return None
    if filing.disaster_ref and then is not Call.ILLEGAL:
        return SETTLED
    zh = f"填报灾害发生于 {filing.disaster_date}，依据不足"
    return Words(zh, f"a disaster of {filing.disaster_date} is filed, with too little to show it")


def _untold(dossier: Dossier, case: Case, then: Call) -> Words | None:
    """Name the table where the reason would stand, if the batch does not supply it."""
    wanted = {PAPERS.get(case.call), "rectification" if then is Call.ILLEGAL else None}
    lacking = [SUPPLIES[name] for name in sorted(filter(None, wanted & dossier.not_supplied))]
    if not lacking:
        return None
    zh, en = "、".join(one.zh for one in lacking), ", ".join(one.en for one in lacking)
    return Words(f"未提供{zh}，依据无从查证", f"{en} not supplied, where the reason would stand")


def _doubt(conflicts: list[Conflict], limits: Limits) -> Doubt:
    here = {one.case.polygon_id: one.case for one in conflicts}
    then = {one.ends[1]: one.then.polygon for one in conflicts}
    figures: list[Figure] = []
    for one in conflicts:
        pair = f"{one.case.polygon_id} × {' '.join(one.ends[1])}"
        share, area = one.then.share, one.then.area_m2
        figures.append(
            Figure(f"overlap_share {pair}", share, None, None, "share", limits.share, "archive")
        )
        figures.append(Figure(f"overlap_area {pair}", area, None, None, "m²", None, "archive"))
    zh = [f"{batch} 的 {number} 填报为{one.call.words.zh}" for (batch, number), one in then.items()]
    en = [f"{number} of {batch} {one.call.words.en}" for (batch, number), one in then.items()]
    zh += [f"本期 {id} 填报为{case.call.words.zh}" for id, case in here.items()]
    en += [f"{id} now {case.call.words.en}" for id, case in here.items()]
    halves = list(dict.fromkeys(one.half for one in conflicts if one.half))
    why = Words(
        "；".join(one.zh for one in halves) or "未见整改完成、延续受理或新批准",
        "; ".join(one.en for one in halves) or "no rectification, renewal or approval says why",
    )
    drawn = any(case.polygon.fault for case in here.values())
    certain = Confidence.LIKELY if drawn else Confidence.CERTAIN
    return Doubt(
        tuple(here),
        Status.DOUBTFUL if halves else Status.INCONSISTENT,
        Confidence.HINT if halves else certain,
        Words(
            f"同一地块与往期判定不一致：{'；'.join(zh)}；{why.zh}",
            f"one place is called otherwise than before: {'; '.join(en)}; {why.en}",
        ),
        tuple(figures),
        tuple(Related("polygon", number, None, batch) for batch, number in then),
        on_change=False,
    )


RULE = Rule(
    code="LE02",
    slug="earlier-call-conflict",
    title=Words("与往期判定不一致", "called otherwise than in an earlier batch"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：相同区域合法性判定不一致",
        "四(三)：回头看",
    ),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"archive", "submission"}),
    concerns=lambda case, limits: case.call not in NO_CALL,
    check=check,
)
