"""A licensed mine was checked only by overlaying imagery (仅作影像套合), not in the field.

查什么：有证矿山的核查方式仅为影像套合；或缺少核查时间、核查人员、实际开采方式、实际开采矿种、
储量动态核查中的内容，或写明未核查；或三个以上许可证的核查描述除矿名、编号、日期外几乎相同。
What it finds: a licensed mine whose check is imagery overlay alone, or lacks its date, its person,
the method, the mineral or the reserves, or says that they were not looked at; or nearly one text
filed for three licences or more.

为何要紧：越界以外的问题，如擅自改变开采方式、开采矿种和储量动态，影像套合看不出来。
Why it matters: an overlay shows a boundary crossed. A changed method, another mineral or unreported
reserves only a visit shows.

何时会看错：现场记录可能另有纸质存档；模板化的用语并不等于没有到现场，因此记录齐全的雷同描述至多存
疑。本批次和档案中用于非矿山图斑三次以上的语句视为填报模板，不参与比较；各自另有不同内容的，
即使套用同一段话也不算雷同。记录各项只要求填报为合法的图斑；填了动用方量的视为核查了储量。
整列空白的，整批说明一次。
When it misleads: the record may be on paper elsewhere; a template is not proof that nobody went, so
like words beside complete records are at most doubtful. Clauses that three filings about something
else than a mine use, in this batch or the archive, are the form's and left out; and texts that each
say something of their own are two, however much they share. The record is asked of calls of 合法
alone, and a volume that was filed stands for the reserves. A column blank in the whole filing is
said once for the batch.

什么能说清：补充注明日期、人员和开采方式、矿种、储量核查结果的现场记录。
What clears it: a dated field record with a name, and what was found of method, mineral, reserves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import normalize

from yanhu_satcheck.evidence import Case, Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, connected
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words, fold

# What a field check states, by the filing's column.
STATED = {
    "field_date": Words("核查时间", "date"),
    "inspector": Words("核查人员", "person"),
    "mining_method": Words("实际开采方式", "method"),
    "mineral": Words("实际开采矿种", "mineral"),
    "reserves_check": Words("储量动态核查", "reserves"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What counts as no more than an overlay, and as the same words."""

    overlay: tuple[str, ...] = limit(
        ("影像套合", "套合", "叠加", "套核"), unit="in 核查方式", why="四(四) 仅作影像套合"
    )
    field: tuple[str, ...] = limit(
        ("实地", "现场", "外业", "踏勘", "踏查", "野外", "井下", "实测", "测量", "取样", "走访"),
        unit="in 核查方式",
        why="到现场 on site",
    )
    unchecked: tuple[str, ...] = limit(
        ("未核查", "未检查", "未查", "未测", "未核实", "否", "不详"),
        unit="in the field record",
        why="写明未核查等于空白 says itself that it was not looked at",
    )
    licences: int = limit(
        3, unit="licences", low=2, high=50, why="三个以上为多 three or more are many"
    )
    same_words: float = limit(
        0.9, unit="share", low=0.7, high=1.0, why="去除矿名、编号、日期后 names and numbers masked"
    )
    shortest: int = limit(
        8, unit="characters", low=2, high=200, why="短语难免相同 short phrases are alike anyway"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name the checks that lack the field, and the words that serve many mines."""
    blank = dossier.batch.blank_columns
    untold = {name: words for name, words in STATED.items() if f"submission.{name}" in blank}
    if dossier.cases and (untold or "submission.check_method" in blank):
        yield _untold([*untold.values()], "submission.check_method" in blank)
    lacking = {case.polygon_id: _lacking(case, untold, limits) for case in dossier.cases}
    for case in dossier.cases:
        if _overlay_alone(case, limits) or lacking[case.polygon_id]:
            yield _no_field(case, lacking[case.polygon_id], _overlay_alone(case, limits))
    for group in _twins(dossier, limits):
        complete = not any(
            lacking[case.polygon_id] or _overlay_alone(case, limits) for case in group
        )
        yield _same_words(group, complete and not untold, limits)


def _untold(columns: list[Words], method: bool) -> Unsure:
    names = [*columns, *([Words("核查方式", "way of checking")] if method else [])]
    return Unsure(
        (),
        Words(
            f"填报表的{'、'.join(one.zh for one in names)}整列空白，视为未提供，不逐个图斑判断",
            f"blank in the whole filing and so not supplied: {', '.join(one.en for one in names)}",
        ),
    )


def _overlay_alone(case: Case, limits: Limits) -> bool:
    method = normalize("NFKC", case.filing.check_method) if case.filing else ""
    overlay, field = (
        any(word in method for word in words) for words in (limits.overlay, limits.field)
    )
    return overlay and not field


def _lacking(case: Case, untold: dict[str, Words], limits: Limits) -> list[Words]:
    """List what the field record leaves blank, beyond what the whole filing leaves blank.

    Only a LEGAL call says that somebody mines there; of an idle place no method is asked.
    """
    filing = case.filing
    if case.call is not Call.LEGAL:
        return []
    return [
        words
        for name, words in STATED.items()
        if name not in untold
        and not _told(getattr(filing, name), limits)
        and not (name == "reserves_check" and filing and filing.extracted_volume_m3 is not None)
    ]


def _told(cell: object, limits: Limits) -> bool:
    """Whether a cell of the record says something, and not that nobody looked."""
    text = normalize("NFKC", cell).strip() if isinstance(cell, str) else cell
    return bool(text) and text not in limits.unchecked


def _no_field(case: Case, lacking: list[Words], overlay: bool) -> Doubt:
    method = case.filing.check_method if case.filing else ""
    zh, en = "、".join(one.zh for one in lacking), ", ".join(one.en for one in lacking)
    parts = [Words(f"核查方式仅为“{method}”", f"checked by “{method}” alone")] if overlay else []
    parts += [Words(f"现场核查记录缺{zh}", f"the field record lacks its {en}")] if lacking else []
    figures = [stated("check_method", method, "submission")]
    figures += [stated(one.en, None, "submission") for one in lacking]
    return Doubt(
        (case.polygon_id,),
        Status.UNSUPPORTED,
        Confidence.CERTAIN if overlay else Confidence.LIKELY,
        Words(
            f"有证矿山的现场核查不足：{'；'.join(one.zh for one in parts)}",
            "the licensed mine was not fully checked in the field: "
            f"{'; '.join(one.en for one in parts)}",
        ),
        tuple(figures),
        _permits(case),
        on_change=False,
        claim={"check_method": method},
    )


def _twins(dossier: Dossier, limits: Limits) -> list[list[Case]]:
    """Group the filings whose descriptions are the same once names, numbers, dates are masked."""
    cases = {case.polygon_id: case for case in dossier.cases}
    pairs = [
        one.polygon_ids
        for one in dossier.text_twins
        if one.share >= limits.same_words and one.length >= limits.shortest
    ]
    groups = [[cases[id] for id in sorted({*cases} & group)] for group in connected(pairs)]
    many = [g for g in groups if len({_licence(case) for case in g} - {""}) >= limits.licences]
    return sorted(many, key=lambda group: group[0].polygon_id)


def _licence(case: Case) -> str:
    """Name the licence that a filing is about: the one it names, else the one it lies in."""
    if case.filing and case.filing.permit_no:
        return fold(case.filing.permit_no)
    return max(
        ((link.share_inside or 0, link.permit.key) for link in case.licences), default=("", "")
    )[1]


def _same_words(group: list[Case], complete: bool, limits: Limits) -> Doubt:
    n = len({_licence(case) for case in group} - {""})
    text = min(case.filing.field_description for case in group if case.filing)
    return Doubt(
        tuple(case.polygon_id for case in group),
        Status.DOUBTFUL if complete else Status.UNSUPPORTED,
        Confidence.LIKELY,
        Words(
            f"{n} 个采矿许可证的现场核查描述雷同（已去除矿名、编号、日期）：“{text}”",
            f"one field description for {n} licences, names, numbers and dates masked: “{text}”",
        ),
        (Figure("licences", n, None, len(group), "", limits.licences, "submission"),),
        tuple(one for case in group for one in _permits(case)),
        on_change=False,
    )


def _permits(case: Case) -> tuple[Related, ...]:
    named = [link.permit.permit_no for link in case.licences]
    return tuple(Related("permit", number, case.polygon_id) for number in named)


def _concerns(case: Case, limits: Limits) -> bool:
    """Whether a filed polygon is called LEGAL, or is in a supplied licence."""
    inside = any(link.named or (link.share_inside or 0) >= COVERS for link in case.licences)
    return case.filing is not None and (case.call is Call.LEGAL or inside)


RULE = Rule(
    code="LM01",
    slug="overlay-only",
    title=Words("有证矿山仅作影像套合", "licensed mine checked by overlay only"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=Limits(),
    needs=frozenset({"submission"}),
    concerns=_concerns,
    check=check,
)
