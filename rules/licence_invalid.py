"""The licence that the filing relies on was not in force when the image was taken.

查什么：判定为合法或填写了采矿许可证号的图斑，后时相当日该证已过期或尚未生效；或所填证号不在所提供
的采矿权数据中。
What it finds: a licence that had expired, or had not begun, at the polygon's after date; or a
number that the supplied licences do not hold.

为何要紧：过期或未生效的许可证不能作为合法的依据。
Why it matters: a licence out of force is no ground for calling the digging legal.

何时会看错：采矿权数据可能不是最新；证号抄错一位即查无此证（列为中）。另有有效许可证覆盖该图斑的只
列存疑；许可证起止日期或后时相不明的，无法判定。
When it misleads: the supplied licences may be out of date, and one mistyped digit makes a number
that no table holds (medium). Where another licence in force covers the polygon it is a doubt;
without the licence's term or an after date nothing can be told.

什么能说清：延续申请已受理的视为有效；同号的另一期许可证有效的不作认定；补充许可证扫描件。
What clears it: an accepted renewal keeps a licence in force, and so does another term of the same
number; a copy of the licence.
"""

from collections.abc import Iterator
from datetime import date

from yanhu_satcheck.evidence import Case, Dossier, LicenceLink
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import BENIGN, Call, Confidence, Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Doubt a call whose licence was not in force at the after date, or is not to be found."""
    for case in dossier.cases:
        links = _relied_on(case)
        terms = [link.permit.valid_on(case.after_date) for link in links]
        if not links and case.filing and case.filing.permit_no:
            yield _not_held(case, case.filing.permit_no)
        elif not links or True in terms:
            continue
        elif None in terms:
            says = Words(
                "许可证起止日期或图斑后时相不明，无法判断是否在有效期内",
                "the licence's term or the polygon's after date is not known",
            )
            yield Unsure((case.polygon_id,), says, related=_related(links))
        else:
            yield _out_of_force(case, links)


def _relied_on(case: Case) -> list[LicenceLink]:
    """Give the licences that the filing names; where it names none, those that it lies in."""
    if case.filing and case.filing.permit_no:
        return [link for link in case.licences if link.named]
    return [link for link in case.licences if (link.share_inside or 0) >= COVERS]


def _not_held(case: Case, number: str) -> Doubt:
    return Doubt(
        (case.polygon_id,),
        Status.UNSUPPORTED,
        Confidence.LIKELY,
        Words(
            f"填报的采矿许可证号 {number} 不在所提供的采矿权数据中",
            f"the licence number filed, {number}, is not among the supplied licences",
        ),
        (stated("permit_no", number, "submission"),),
        (Related("permit", number),),
        on_change=False,
        severity=Severity.MEDIUM,
        claim={"permit_no": number},
    )


def _out_of_force(case: Case, links: list[LicenceLink]) -> Doubt:
    day = case.after_date
    named = bool(case.filing and case.filing.permit_no)
    elsewhere = case.licensed_share is not None and case.licensed_share >= COVERS
    terms = [(link.permit.permit_no, _term(link)) for link in links]
    zh_terms = "、".join(f"{number}（{term}）" for number, term in terms)
    en_terms = ", ".join(f"{number} ({term})" for number, term in terms)
    zh = "；但另有有效许可证覆盖该图斑" if elsewhere else ""
    en = "; yet another licence in force covers the polygon" if elsewhere else ""
    return Doubt(
        (case.polygon_id,),
        Status.DOUBTFUL if elsewhere else Status.INCONSISTENT,
        Confidence.CERTAIN if named else Confidence.LIKELY,
        Words(
            f"填报为{case.call.words.zh}；后时相 {day} 时，采矿许可证 {zh_terms}不在有效期内{zh}",
            f"filed as {case.call.words.en}; on {day}, the after date, licence {en_terms} was not "
            f"in force{en}",
        ),
        tuple(figure for link in links for figure in _figures(link, day)),
        _related(links),
        on_change=False,
        claim={"permit_no": case.filing.permit_no} if case.filing and named else {},
    )


def _term(link: LicenceLink) -> str:
    return f"{link.permit.valid_from or '…'}–{link.permit.valid_to or '…'}"


def _figures(link: LicenceLink, day: date | None) -> Iterator[Figure]:
    for name, end in [("valid_from", link.permit.valid_from), ("valid_to", link.permit.valid_to)]:
        value = end.isoformat() if end else None
        figure = stated(f"{name} {link.permit.permit_no}", value, "permits", "day")
        yield figure._replace(threshold=day.isoformat() if day else None)


def _related(links: list[LicenceLink]) -> tuple[Related, ...]:
    return tuple(Related("permit", link.permit.permit_no) for link in links)


def _concerns(case: Case, limits: NoLimits) -> bool:
    """Whether the call relies on a licence: it is LEGAL, or benign and names a number."""
    names = bool(case.filing and case.filing.permit_no)
    lies_in = any((link.share_inside or 0) >= COVERS for link in case.licences)
    return case.call in BENIGN and (names or (case.call is Call.LEGAL and lies_in))


RULE = Rule(
    code="LM06",
    slug="licence-invalid",
    title=Words("采矿许可证不在有效期或查无此证", "licence out of force, or not to be found"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：有证矿山批后监管",),
    severity=Severity.HIGH,
    limits=NoLimits(),
    needs=frozenset({"permits", "submission"}),
    concerns=_concerns,
    check=check,
)
