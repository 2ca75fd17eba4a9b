"""Ground was dug outside the licence's boundary or below its licensed depth.

查什么：有证矿山的图斑（未填报为违法，有效采矿许可证盖住 10% 以上或由填报写明）：在全部有效许可证范
围之外、超出全部位置误差的部分有新挖（规模够大、成因指向采矿，且偶然变化的可能已排除）；或坑底（图
斑内最低的十分之一）低于许可证的下限标高，超出全部高程误差。
What it finds: a polygon of a licensed mine (not filed as illegal; a licence in force holds a tenth
of it or is named) with new digging outside every licence in force, beyond all error of position
(large enough, explained by mining, and with chance ruled out); or with a floor, its lowest tenth,
below the licensed lower elevation, beyond all error of height.

为何要紧：许可证是立体的空间，越界和超层都在范围之外。
Why it matters: a licence is a space. What lies beside it or below it is outside of it.

何时会看错：界址点、影像、高程都有误差；许可证坐标系存疑的不判边界，高程基准未声明、为椭球高或未声
明高程误差的不判深度。像元粗于限值（默认 5 米）的影像，没有高程证实挖填的只列存疑。范围外原有的老采
坑没有新增的不作认定；低于标高而坑底未测得本期降低、或成因未指向采矿的，只列存疑；图斑内另有有效许
可证允许该深度的，不作认定（本证盖住 90% 以上的列存疑）。高程的误差是整体偏差，取平均不会变小。
填报为伪变化、修复、灾害的，许可证盖住 90% 以上才由本规则判断，其余由 CL01–CL03 判断。
When it misleads: corners, images and elevations all err. Where the CRS of the licences is in doubt
no boundary is judged; where the height system is not declared or is the ellipsoid's, or an
elevation's error is not declared, no depth is. Images of cells beyond the limit (5 m) raise a doubt
alone where no elevation shows a cut. Old workings outside that did not grow are not spoken of; a
floor too low that was not measured to go down lately, or that mining does not explain, is a doubt.
Where another licence in force, also in the polygon, allows that depth nothing is said (a doubt
where the first covers 90 %). The error of a height system is one offset for all cells: averaging
does not reduce it. Calls of pseudo-change, restoration and disaster are judged here where licences
cover 90 %, else by CL01–CL03.

什么能说清：新的界址坐标或变更批复；实测的坑底标高；盖住范围外部分的工程建设批准（与许可证合计盖
住 90%）。
What clears it: new corner coordinates or an approved change, a surveyed elevation of the floor, an
approved project that covers the part outside (90 % of the polygon together with the licence).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot

from yanhu_satcheck.evidence import Case, Dossier, LicenceLink, OutsideEvidence
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, proposal, unseen
from yanhu_satcheck.terms import BENIGN, Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    SURE,
    Grown,
    Sizes,
    Speaks,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    dated,
    deeper,
    grain,
    grown,
    joined,
    lead,
    newly_bare,
    other,
    relief_figures,
    shows,
    speaks,
    why,
)

OWN_RULE = frozenset({Call.PSEUDO_CHANGE, Call.RESTORATION, Call.DISASTER})
"""What these call is put to CL01–CL03 unless a licence covers it."""
SHARE = 0.1
"""Share of a polygon from which a licence reaches it; less is edges (fixed by the contract)."""


DEEPER = Words(
    "图斑内另有有效许可证允许该深度", "another licence in force, also in it, allows that depth"
)


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """How much digging outside is enough, and how far height systems may lie apart."""

    cell_m: float = grain()
    odds: float = lead()
    shows_m: float = shows()
    area_m2: float = limit(
        400.0, unit="m²", low=50.0, high=10_000.0, why="更小的部分量不准 less cannot be measured"
    )
    datum_m: float = limit(
        0.5, unit="m", low=0.0, high=3.0, why="EGM 与 1985 高程相差数分米 EGM and 1985 lie apart"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt what was dug outside its licence, and what lies below its licensed elevation."""
    if dossier.cases and (said := _not_supplied(dossier)):
        yield Unsure((), said)
    for case in dossier.cases:
        whom, links = (case.polygon_id,), _in_force(case)
        if (case.approved_share or 0.0) >= COVERS:
            continue  # an approved project covers it
        if "scenes" not in dossier.not_supplied and "permits" not in dossier.batch.crs_in_doubt:
            partly = case.outside is not None or 0.0 < (case.licensed_share or 0.0) < COVERS
            if partly and (says := unseen(case.scene, limits.clear_share)):
                yield Unsure(whom, says)
            elif case.outside and not _approved(case, case.outside):
                yield from _beside(dossier, case, case.outside, limits)
        for link in links:
            rest = [one.permit.bottom_elev for one in links if one is not link]
            spare = min((one for one in rest if one is not None), default=None)
            yield from _below(dossier, case, link, spare, limits)


def _approved(case: Case, part: OutsideEvidence) -> bool:
    """Whether a project in force covers the part outside, and the polygon with the licence."""
    project = case.approved_share or 0.0
    both = (case.licensed_share or 0.0) + project >= COVERS
    return both and project >= COVERS * part.share


def _not_supplied(dossier: Dossier) -> Words | None:
    """Name the half that cannot be judged of the whole batch."""
    said, batch, relief = [], dossier.batch, dossier.batch.elevation
    if "scenes" in dossier.not_supplied:
        said.append(Words("未提供影像，边界未判断", "no scenes: boundaries were not judged"))
    if "permits" in batch.crs_in_doubt:
        zh = "采矿权数据的坐标系存疑，边界未判断"
        said.append(Words(zh, "the CRS of the licences is in doubt: boundaries were not judged"))
    if all(link.permit.bottom_elev is None for one in dossier.cases for link in one.licences):
        return joined(said) if said else None  # no licensed depth to judge
    if relief.before is None or relief.after is None:
        zh = "没有两期高程，深度未判断"
        said.append(Words(zh, "no elevation of two dates: depths were not judged"))
    elif relief.vertical in (None, "ellipsoid"):
        zh = "高程基准未声明或为椭球高，深度未判断"
        said.append(Words(zh, "the height system is not declared, or the ellipsoid's: no depths"))
    elif _offset(dossier) is None:
        zh = "未声明高程误差，深度未判断"
        said.append(Words(zh, "an elevation's error is not declared: depths were not judged"))
    return joined(said) if said else None


def _in_force(case: Case) -> list[LicenceLink]:
    """Give the licences in force that reach the polygon or that its filing names, each once."""
    rows = [
        link
        for link in case.licences
        if link.permit.valid_on(case.after_date)
        and ((link.share_inside or 0.0) >= SHARE or link.named)
    ]
    most = sorted(rows, key=lambda one: (one.share_inside or 0.0, -one.permit.row))
    return [*{link.permit.key: link for link in most}.values()]  # the part it lies in most


def _beside(
    dossier: Dossier, case: Case, part: OutsideEvidence, limits: Limits
) -> Iterator[Answer]:
    """Doubt new digging in the part of a polygon outside every licence in force."""
    whom, about = (case.polygon_id,), _permits(part.permits)
    if part.area_m2 < limits.area_m2:
        return
    if part.change is None:
        zh = f"许可证范围外有 {part.area_m2:.0f} 平方米，其变化未能测得"
        en = f"{part.area_m2:.0f} m² lie outside the licence, and their change is not known"
        yield Unsure(whom, Words(zh, en), related=about)
        return
    told = part.chance is not None and part.chance.p is not None
    recent = dated(dossier, case.scene, limits)
    dug = grown(part.change, part.terrain, part.area_m2, told, recent, limits, limits.shows_m)
    cause, p = (
        speaks(part.cause, limits.p_mining, limits.odds),
        part.chance.p if part.chance else None,
    )
    vague = cause is Speaks.UNCLEAR and (p or 0.0) > dossier.policy.fdr
    if dug.answer is False or cause is Speaks.OTHER or vague:
        return
    unclear = coarse(case.scene, part.terrain, part.area_m2, limits.cell_m, limits)
    sure = bool(dug.answer) and cause is Speaks.MINING and not unclear
    yield Doubt(
        whom,
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure and not dug.near else Confidence.HINT,
        joined([_outside_says(dossier, case, part, dug, cause), *([unclear] if unclear else [])]),
        _outside_figures(case, part, limits),
        about,
        proposes=proposal(dossier, case),
        claim=_claim(case),
    )


def _outside_says(
    dossier: Dossier, case: Case, part: OutsideEvidence, dug: Grown, cause: Speaks
) -> Words:
    numbers = "、".join(part.permits)
    zh, en = "", ""
    if part.change:
        bared = newly_bare(part.change, dug.of_rest)
        zh, en = f"该部分{bared.zh}", f"in that part {bared.en}"
    if dug.moved:
        by = by_how_much(dossier, dug.moved)
        zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
    parts = [Words(zh, en), why(part.cause, part.chance)]
    if cause is Speaks.UNCLEAR:
        parts.append(Words("成因难以判断", "the evidence cannot tell its cause"))
    if dug.answer is None:
        parts.append(Words("是否本期新挖无法判断", "whether it is new could not be measured"))
    said = joined(parts)
    call, area, err = case.call.words, f"{part.area_m2:.0f}", f"{part.margin_m:.1f}"
    return Words(
        f"填报为{call.zh}；采矿许可证 {numbers} 范围外（已扣除 {err} 米误差）有 {area} 平方米，"
        f"占图斑 {part.share:.0%}，{said.zh}",
        f"filed as {call.en}; {area} m², {part.share:.0%} of it, lie outside licence {numbers} by "
        f"more than the {err} m that positions may err; {said.en}",
    )


def _outside_figures(case: Case, part: OutsideEvidence, limits: Limits) -> tuple[Figure, ...]:
    scene = case.scene.scene if case.scene else "scenes"
    figures = [
        Figure("outside_m2", part.area_m2, None, None, "m2", limits.area_m2, "permits"),
        Figure("outside_share", part.share, None, None, "share", None, "permits"),
        Figure("margin_m", part.margin_m, None, None, "m", None, "permits"),
    ]
    if part.change:
        figures += change_figures(part.change, scene, limits)
    figures += cause_figures(part.cause, part.chance, scene, limits.p_mining)
    figures += relief_figures(part.terrain, "net_m3", "floor_change")
    return tuple(figures)


def _below(
    dossier: Dossier, case: Case, link: LicenceLink, spare: float | None, limits: Limits
) -> Iterator[Answer]:
    """Doubt a floor below the licensed lower elevation, beyond all that heights may err."""
    bottom, floor = link.permit.bottom_elev, other(case.terrain, "floor_after")
    offset = _offset(dossier)
    if bottom is None or offset is None or not link.share_inside:
        return
    about = (Related("permit", link.permit.permit_no), Related("file", _model(dossier)))
    if floor is None:
        says = Words("坑底标高未能测得", "the elevation of its floor could not be measured")
        yield Unsure((case.polygon_id,), says, related=about)
        return
    sigma = hypot(max(floor.sigma, offset), _datum(dossier, limits))
    if bottom - floor.value <= SURE * sigma:
        return
    # The lowest ground may lie in another licence's part of the polygon, which allows that depth.
    allowed = spare is not None and spare - floor.value <= SURE * sigma
    if allowed and link.share_inside < COVERS:
        return
    cause = speaks(case.cause, limits.p_mining, limits.odds)
    recent = dated(dossier, case.scene, limits)
    low = deeper(case.terrain, case.drawn_area_m2, limits.deeper_m)
    # A net volume gone is not enough: the lowest ground may be a slope below the pit, as it was.
    fell = low is not None and low is other(case.terrain, "floor_change")
    sure = cause is Speaks.MINING and recent and fell and not allowed
    yield Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.LIKELY if sure else Confidence.HINT,
        joined(
            [
                _below_says(dossier, case, link, floor._replace(sigma=sigma), bottom),
                *_since_then(dossier, case, bottom, low if fell and recent else None),
                why(case.cause, case.chance),
                *[DEEPER] * allowed,
            ]
        ),
        _below_figures(case, floor._replace(sigma=sigma), bottom, limits),
        about,
        proposes=proposal(dossier, case),
        claim=_claim(case),
    )


def _offset(dossier: Dossier) -> float | None:
    """Give the error that all cells share, in metres; `None`: heights cannot be compared.

    Both declared sigmas, since the after model was moved onto the before one. A floor's own error
    should hold them; it is never taken for less.
    """
    relief = dossier.batch.elevation
    if relief.vertical in (None, "ellipsoid") or not (relief.before and relief.after):
        return None
    one, two = relief.before.sigma_m, relief.after.sigma_m
    return None if one is None or two is None else hypot(one, two)


def _datum(dossier: Dossier, limits: Limits) -> float:
    return 0.0 if dossier.batch.elevation.vertical == "1985" else limits.datum_m


def _model(dossier: Dossier) -> str:
    relief = dossier.batch.elevation
    return relief.after.name if relief.after else ""


def _below_says(
    dossier: Dossier, case: Case, link: LicenceLink, floor: Measured, bottom: float
) -> Words:
    """Word how far below its licence the floor lies, and on which day."""
    by, model = bottom - floor.value, dossier.batch.elevation.after
    zh_on, en_on = (f"{model.date} ", f" on {model.date}") if model else ("", "")
    zh = (
        f"填报为{case.call.words.zh}；{zh_on}最低一成地面平均 {floor.value:.1f} ± "
        f"{floor.sigma:.1f} 米，低于采矿许可证 {link.permit.permit_no} 下限标高 {bottom:.1f} 米"
        f"达 {by:.1f} 米"
    )
    en = (
        f"filed as {case.call.words.en}; the lowest tenth of its ground, at {floor.value:.1f} ± "
        f"{floor.sigma:.1f} m on average{en_on}, lies {by:.1f} m below {bottom:.1f} m, the lower "
        f"elevation of licence {link.permit.permit_no}"
    )
    return Words(zh, en)


def _since_then(
    dossier: Dossier, case: Case, bottom: float, fell: Measured | None
) -> Iterator[Words]:
    """Say where that ground lay at the first elevation: only what it fell since is new."""
    was, model = other(case.terrain, "floor_before"), dossier.batch.elevation.before
    if was and model:
        zh = f"{model.date} 时为 {was.value:.1f} ± {was.sigma:.1f} 米"
        en = f"on {model.date} it lay at {was.value:.1f} ± {was.sigma:.1f} m"
        if was.value < bottom:
            zh, en = f"{zh}，当时已低于下限", f"{en}, below that already"
        yield Words(zh, en)
    if fell is None:
        yield Words("未测得本期降低", "that it was lowered lately was not measured")
        return
    by = by_how_much(dossier, fell)
    only = was is not None and was.value < bottom
    zh, en = ("，其后新挖的只有这一部分", ": no more than that is new since") if only else ("", "")
    yield Words(f"{by.zh}{zh}", f"{by.en}{en}")


def _below_figures(
    case: Case, floor: Measured, bottom: float, limits: Limits
) -> tuple[Figure, ...]:
    scene = case.scene.scene if case.scene else "scenes"
    figures = [
        floor.held_to(bottom, "floor_after", "dem"),
        stated("bottom_elev", bottom, "permits", "m"),
    ]
    figures += relief_figures(case.terrain, "floor_before", "floor_change", "net_m3")
    figures += cause_figures(case.cause, case.chance, scene, limits.p_mining)
    return tuple(figures)


def _permits(numbers: tuple[str, ...]) -> tuple[Related, ...]:
    return tuple(Related("permit", number) for number in numbers)


def _claim(case: Case) -> dict[str, str]:
    return {"permit_no": case.filing.permit_no} if case.filing else {}


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether a licence in force holds a part of it, and its call says that all is well.

    Ground that CL01–CL03 judge is left to them unless a licence covers it.
    """
    if case.call not in BENIGN or case.call is Call.SPECIAL_USE or not _in_force(case):
        return False
    covered = case.licensed_share is not None and case.licensed_share >= COVERS
    return case.call not in OWN_RULE or covered


def _chance(case: Case, limits: Limits) -> float | None:
    """Give the chance of the part outside, where that may have been dug; else the polygon's own."""
    part = case.outside
    if part is None or part.change is None or part.area_m2 < limits.area_m2:
        return case.p_value
    p = part.chance.p if part.chance else None
    dug = grown(
        part.change, part.terrain, part.area_m2, p is not None, True, limits, limits.shows_m
    )
    return case.p_value if dug.answer is False else p


RULE = Rule(
    code="LM02",
    slug="outside-licence",
    title=Words("超出采矿权范围或深度", "dug outside the licence or below its depth"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：有证矿山批后监管",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"permits", "submission"}),
    concerns=_concerns,
    chance=_chance,
    check=check,
)
