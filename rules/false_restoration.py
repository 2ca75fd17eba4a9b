"""A polygon is filed as 生态修复治理 (restoration), but was dug, bared, or is outside its plan.

查什么：填报为生态修复治理的图斑：地面比修复前更低且成因指向采矿；或在生长季仍然比原来更裸露；
或看似绿色而无植被光谱；或填报的修复方案在后时相时已过期，或方案范围盖不住图斑的 90%。
What it finds: a restoration call where the floor is lower than before and mining explains it; where
the ground is barer than before and is so in the growing season; where green is not the green of
plants; where the plan that is filed had expired by the after date, or holds less than 90 % of the
polygon.

为何要紧：以修复名义开采，是方案四(四)点名的做法；自然资办发〔2024〕39号（河南文件引
作〔2025〕39号，年份待核）要求不得借修复之名采矿、严控新的开挖。修复后底面不低于修复前、采坑底部不
再新挖，是豫自然资规〔2025〕13号的规定，在山西仅作参照。
Why it matters: mining under the name of restoration is what plan 四(四) names.
自然资办发〔2024〕39号 (Henan cites it as of 2025; the year is to be checked) forbids that, and
holds new digging down. That a restored floor is not below the old one, and nothing new is dug in
it, is Henan's rule (豫自然资规〔2025〕13号), in Shanxi a reference alone.

何时会看错：刚平整、刚栽植的地面在第一个夏天同样裸露，所以在取得后续生长季影像之前，单凭裸露只列存
疑；高程显示填高的不作认定。新栽地面上覆盖的防尘网、无纺布也呈绿色而无植被光谱，看得出只凭现场。
削坡会运走剩余土石，故底面未降低而只有净挖的列存疑。有效采矿许可证范围内可以开采，至多存疑。
高程离影像日期过远、高程过粗、成因难以判断的，也至多存疑。像元粗于限值（默认 5 米）的影像，
没有高程证实挖填的，单凭裸露至多存疑。工程在方案期满前完工、只是后时相晚于期满的，也会列为已过期，
凭验收材料说明；填报未写明的方案、尚未开始的方案，或另有有效方案覆盖的，只列存疑。方案重叠时各方案
所占比例相加，只会从宽。
When it misleads: fresh levelling and ground scraped for saplings are bare in their first summer
too, so bareness alone is a doubt until a follow-up image of the growing season shows it bare still,
and nothing where elevation shows a fill. Nets and fleece laid over new planting are green without
plants, too; only a visit tells them from a disguise. Cutting a slope back carries rock away: a net
cut above a floor that is not lower is a doubt. Inside a licence in force digging is allowed: a
doubt at most. So is what elevations too far from the images, or a cause that cannot be told, would
show, and bareness in images of cells beyond the limit (5 m) without elevations that show a cut.
Work that was finished in its plan's term and imaged after it counts as expired until its acceptance
is shown; a plan that the filing does not name, one that had not begun, or another in force that
covers the place leaves a doubt. Shares of several plans are added up, which errs to the mild side.

什么能说清：竣工验收材料，生长季的影像或照片，延期或变更的方案批复。
What clears it: the acceptance of the work, an image or photographs of the growing season, a plan
that was extended or changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yanhu_satcheck.evidence import ApprovalLink, Case, ChangeEvidence, Dossier, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Since,
    Sizes,
    Speaks,
    beyond,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    contradicted,
    dated,
    deeper,
    fake_green,
    floor_known,
    grain,
    in_term,
    joined,
    later_figures,
    leads,
    other,
    relief_figures,
    since,
    speaks,
    then,
    why,
    widened,
)

ITS_OWN = 0.1
"""Share of a polygon from which a plan that the filing does not name may be the one it means."""


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """When ground that is said to be restored was dug, or is too bare."""

    cell_m: float = grain()
    still_bare: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )
    fake_green: float = limit(
        0.1, unit="share", low=0.02, high=0.9, why="小于此为误差 less is noise of the bands"
    )
    growing_from: int = limit(
        5, unit="month", low=1, high=12, why="当地植被生长季起始月 plants are green from this month"
    )
    growing_to: int = limit(
        9, unit="month", low=1, high=12, why="当地植被生长季结束月 and up to the end of this one"
    )


class Ground(NamedTuple):
    """What the images and elevations show of one restoration."""

    lower: Measured | None  # the floor, or a net volume
    floor: bool  # it is the floor that is lower, as far as the floor is known
    recent: bool  # the elevations date a lowering
    barer: bool
    fake: Measured | None
    late: bool  # a follow-up image of the growing season shows it bare
    grows: bool  # an image of the growing season shows it, the later date's own or a follow-up
    after: Since

    @property
    def firm(self) -> bool:
        """Whether a lower floor can be held against the filing."""
        return self.lower is not None and self.floor and self.recent


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt a restoration call by its ground and by its plan, each by itself."""
    if dossier.cases and (said := _not_supplied(dossier)):
        yield Unsure((), said)
    for case in dossier.cases:
        if "restoration" not in dossier.not_supplied:
            yield from _plan(case)
        if "scenes" in dossier.not_supplied:
            continue
        if says := unseen(case.scene, limits.clear_share):
            yield Unsure((case.polygon_id,), says)
        elif case.change is None:
            says = Words("该图斑的地面变化未能测得", "its change could not be measured")
            yield Unsure((case.polygon_id,), says)
        elif case.scene:
            yield from _ground(dossier, case, case.scene, case.change, limits)


def _not_supplied(dossier: Dossier) -> Words | None:
    """Name the half that cannot be judged of the whole batch."""
    halves = {
        "scenes": Words("未提供影像，地面未判断", "no scenes: the ground was not judged"),
        "restoration": Words(
            "未提供生态修复项目，是否在批准方案内未判断",
            "no restoration plans: whether it lies in its plan was not judged",
        ),
    }
    lacking = [words for name, words in halves.items() if name in dossier.not_supplied]
    return joined(lacking) if lacking else None


def _plan(case: Case) -> Iterator[Answer]:
    """Doubt what its plan, in force at the after date, does not hold; the missing one is CL05's."""
    plans = [link for link in case.approvals if link.table == "restoration"]
    named = [link for link in plans if link.named]
    mine = named or [link for link in plans if (link.share_inside or 0.0) >= ITS_OWN]
    terms = [in_term(link.approval, case.after_date) for link in mine]
    valid = [link for link, term in zip(mine, terms, strict=True) if term]
    if not mine or _held(valid) >= COVERS:
        return
    about = tuple(Related("restoration", link.approval.ref) for link in mine)
    if None in terms or any(link.share_inside is None for link in valid):
        zh = "修复方案的起止日期、范围或图斑后时相不明，无法判断"
        says = Words(zh, "the plan's term or outline, or the after date, is not known")
        yield Unsure((case.polygon_id,), says, related=about)
        return
    elsewhere = _held([one for one in plans if in_term(one.approval, case.after_date)]) >= COVERS
    says, ahead = _lacks(case, mine, valid)
    half = Words("；但另有有效方案覆盖该图斑", "; yet another plan in force covers it")
    plain = bool(named) and not ahead and not elsewhere
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if plain else Status.DOUBTFUL,
        Confidence.CERTAIN if plain else Confidence.HINT,
        Words(says.zh + half.zh * elsewhere, says.en + half.en * elsewhere),
        tuple(figure for link in mine for figure in _paper_figures(link)),
        about,
        on_change=False,
        claim={"restoration_plan_no": case.filing.restoration_plan_no} if case.filing else {},
    )


def _held(plans: Sequence[ApprovalLink]) -> float:
    return sum(link.share_inside or 0.0 for link in plans)


def _lacks(
    case: Case, plans: Sequence[ApprovalLink], valid: Sequence[ApprovalLink]
) -> tuple[Words, bool]:
    """Word what its plans lack, and whether it is only that they had not begun yet."""
    day, papers = case.after_date, [link.approval for link in plans]
    terms = [(one.ref, f"{one.valid_from or '…'}–{one.valid_to or '…'}") for one in papers]
    zh = f"修复方案 {'、'.join(f'{ref}（{term}）' for ref, term in terms)}"
    en = f"plan {', '.join(f'{ref} ({term})' for ref, term in terms)}"
    ahead = not valid and all(day and one.valid_from and one.valid_from > day for one in papers)
    if valid:
        held = _held(valid)
        zh, en = f"{zh}只盖住图斑的 {held:.0%}", f"{en} holds only {held:.0%} of the polygon"
    elif ahead:
        zh, en = f"{zh}在后时相 {day} 时尚未开始", f"{en} had not begun on {day}, the after date"
    else:
        zh, en = f"{zh}在后时相 {day} 时已过期", f"{en} had expired on {day}, the after date"
    return Words(f"填报为生态修复治理；{zh}", f"filed as restoration; {en}"), ahead


def _paper_figures(link: ApprovalLink) -> Iterator[Figure]:
    ref, ends = link.approval.ref, (link.approval.valid_from, link.approval.valid_to)
    for name, end in zip(("valid_from", "valid_to"), ends, strict=True):
        yield stated(f"{name} {ref}", end.isoformat() if end else None, "restoration", "day")
    share = link.share_inside
    yield Figure(f"share_inside {ref}", share, None, None, "share", COVERS, "restoration")


def _ground(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Iterator[Answer]:
    seen = _seen(dossier, case, view, change, limits)
    cause = speaks(case.cause, limits.p_mining)
    vague = cause is Speaks.UNCLEAR and (case.p_value or 0.0) > dossier.policy.fdr
    if not (_dug(case, seen, cause, limits) or (_bare(case, seen, cause) and not vague)):
        return
    licensed = (case.licensed_share or 0.0) >= COVERS
    level = seen.lower is None and floor_known(case.terrain)
    # Ground scraped for planting is bare in its first summer; green that is none is so at once.
    unclear = coarse(view, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
    bare = (seen.late and seen.barer) or (seen.grows and seen.fake)
    bare = bare and not (level or unclear or seen.after.season)
    sure = cause is Speaks.MINING and not licensed and bool(seen.firm or bare)
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure else Confidence.HINT,
        joined(
            [
                _says(dossier, case, view, change, seen, licensed),
                *([unclear] if unclear and cause is Speaks.MINING and not seen.firm else []),
            ]
        ),
        _figures(case, view, change, limits),
        proposes=proposal(dossier, case),
    )


def _seen(
    dossier: Dossier, case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> Ground:
    lower = deeper(case.terrain, case.drawn_area_m2, limits.deeper_m)
    floor = other(case.terrain, "floor_change")
    after = since(case.later, change, limits.still_bare, limits.growth, limits.clear_share)
    barer = bool(widened(change, case.p_value is not None, limits))
    late = any(_grows(one.date.month, limits) for one in after.bare)
    return Ground(
        lower,
        # A net cut above a floor that is known not to be lower is a slope that was cut back.
        not floor_known(case.terrain) or lower is floor,
        dated(dossier, view, limits),
        barer,
        fake_green(change, limits.fake_green),
        late,
        late or _grows(view.after_date.month, limits),
        after,
    )


def _grows(month: int, limits: Limits) -> bool:
    first, last = limits.growing_from, limits.growing_to
    return first <= month <= last if first <= last else month >= first or month <= last


def _dug(case: Case, seen: Ground, cause: Speaks, limits: Limits) -> bool:
    """Whether the ground is lower, and neither nature nor a fill with plants explains it."""
    natural = leads(case.cause, ("slide", "flow", "water")) and not contradicted(case, limits)
    honest = _filled(case) and cause is Speaks.OTHER
    return seen.lower is not None and not (natural or honest)


def _bare(case: Case, seen: Ground, cause: Speaks) -> bool:
    """Whether it is barer, or green in looks alone, and neither plants nor a fill explain it."""
    explained = cause is Speaks.OTHER or seen.after.season or _filled(case)
    return seen.fake is not None or (seen.barer and not explained)


def _filled(case: Case) -> bool:
    fill = case.terrain.net_m3 if case.terrain else None
    return fill is not None and beyond(fill)


def _says(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    seen: Ground,
    licensed: bool,
) -> Words:
    parts = []
    if low := seen.lower:
        parts.append(by_how_much(dossier, low))
    if low and not seen.floor:
        zh = "底面未见降低，可能为削坡"
        parts.append(Words(zh, "its floor is not lower: a slope may have been cut back"))
    elif low and not seen.recent:
        zh = "两期高程离影像日期过远，降低的时间不明"
        parts.append(Words(zh, "the elevations lie too far from the images to date it"))
    parts += _shown(view, change, seen)
    if (seen.barer or seen.fake) and not (seen.late or seen.firm or (seen.fake and seen.grows)):
        en = "no image of a growing season after the work yet"
        parts.append(Words("施工后尚无生长季影像", en))
    if licensed:
        zh = "有效采矿许可证覆盖该图斑"
        parts.append(Words(zh, "a licence in force covers it, inside which digging is allowed"))
    said = joined([*parts, why(case.cause, case.chance), *then(seen.after)])
    return Words(f"填报为生态修复治理；{said.zh}", f"filed as restoration; {said.en}")


def _shown(view: SceneView, change: ChangeEvidence, seen: Ground) -> Iterator[Words]:
    """Say what the images show, between their own dates."""
    zh, en = f"{view.before_date} 至 {view.after_date}", f"{view.before_date} to {view.after_date}"
    if seen.barer:
        gain = change.bare_gain
        yield Words(f"{zh} 影像新增裸地占 {gain}", f"from {en} bare ground grew by {gain}")
    if seen.fake:
        yield Words(
            f"{zh} 影像上 {seen.fake} 呈绿色而无植被光谱特征（可能为防尘网等覆盖）",
            f"from {en} {seen.fake} is green without the spectrum of plants",
        )


def _figures(
    case: Case, view: SceneView, change: ChangeEvidence, limits: Limits
) -> tuple[Figure, ...]:
    figures = [*change_figures(change, view.scene, limits)]
    figures.append(change.green_gain.held_to(None, "green_gain", view.scene))
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    figures += relief_figures(case.terrain, "floor_change", "net_m3", "net_gross")
    figures += later_figures(case, limits.still_bare, limits.growth)
    if fake := change.others.get("fake_green"):
        figures.append(fake.held_to(limits.fake_green, "fake_green", view.scene))
    return tuple(figures)


RULE = Rule(
    code="CL02",
    slug="false-restoration",
    title=Words("疑似开采填报为生态修复治理", "mining-like change filed as restoration"),
    basis=(
        "盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",
        "自然资办发〔2024〕39号；豫自然资规〔2025〕13号（参照）",
    ),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"submission"}),
    concerns=lambda case, limits: case.call is Call.RESTORATION,
    check=check,
)
