"""What was filed as illegal, or contradicted before, has no row in the ledger (整治整改工作台账).

查什么：填报为违法的图斑，在本批次的整改台账中没有对应的行；以及往期核查结论为与填报不一致、
复核未予否定的图斑（未经复核采纳的会写明），在已知的各期整改台账中都没有对应的行。
What it finds: a polygon filed ILLEGAL without a row of this batch in the ledger; and a polygon of
an earlier batch whose audit contradicted its filing, which nobody refused (where nobody accepted it
either, that is said), without a row in any ledger known. Without an archive it looks at this batch
alone.

为何要紧：查出的问题必须纳入台账，否则无人负责整改。
Why it matters: what was found must enter the ledger, or nobody answers for putting it right.

何时会看错：台账可能另册登记，或图斑编号写错；其他批次的行不能代替本批次的行。往期图斑从轻认定：
往期台账、本期台账中写明该批次的行，以及未写批次、该编号最近一次在该批次下发的行都算；
本批次同一地块的图斑已纳入台账的也算。已复核为不采纳或登记例外的结论不再计入。台账中编号无人下发的行，提示核对。
When it misleads: the row may be in another book, or carry a mistyped number. A row that names
another batch does not answer for this one. For an earlier polygon every row that may mean it
counts: of earlier ledgers, of this one where it names that batch, or names none and the number was
last issued in that batch; and a row of a polygon issued here on the same ground. A conclusion that
was refused (不采纳) or accepted as an exception counts no more. A row whose number nobody issued is
named, to be checked.

什么能说清：在台账中补登该图斑，或更正编号、批次。
What clears it: enter the polygon, or correct its number or batch. What this audit itself
contradicts could not be there yet; it is listed in 整改清单 as 应纳入.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from yanhu_satcheck.evidence import Case, Dossier, EarlierPolygon
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words

REVIEWED = Words("复核已采纳", "a reviewer accepted it")
UNREVIEWED = Words(
    "往期结论未经复核采纳，请先复核", "no reviewer has accepted that yet: review it first"
)
SHARE = 0.1
"""Share of the smaller from which two polygons lie on one place; fixed by the contract."""


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name what was filed as illegal, or contradicted earlier, and stands in no ledger."""
    for case in dossier.cases:
        if case.call is Call.ILLEGAL and not case.ledger:
            yield _filed(dossier, case)
    told: dict[tuple[tuple[str, ...], str], list[EarlierPolygon]] = defaultdict(list)
    for polygon in dossier.contradicted:
        here = [case for case in dossier.cases if _lies_on(case, polygon)]
        if not polygon.ledger and not any(case.ledger for case in here):
            told[tuple(case.polygon_id for case in here), polygon.polygon_id].append(polygon)
    for (whom, _), polygons in sorted(told.items()):  # one number may stand in two batches
        yield _contradicted(whom, polygons)
    yield from _strays(dossier)


def _filed(dossier: Dossier, case: Case) -> Doubt:
    rows = [row for row in dossier.batch.ledger if row.key == case.polygon.key]
    others = sorted({row.batch for row in rows})
    zh = f"；台账中只有其他批次（{'、'.join(others)}）的同号行" if others else ""
    en = f"; its rows there are of batch {', '.join(others)}" if others else ""
    return Doubt(
        (case.polygon_id,),
        Status.UNSUPPORTED,
        Confidence.CERTAIN,
        Words(
            f"填报为违法，但本批次整改台账中没有该图斑{zh}",
            f"filed as illegal, but the rectification ledger has no row for it{en}",
        ),
        (stated("ledger_rows", 0, "rectification", threshold="1"),),
        tuple(Related("ledger", case.polygon_id, None, one) for one in others),
        on_change=False,
    )


def _lies_on(case: Case, polygon: EarlierPolygon) -> bool:
    """Whether an earlier polygon was issued again here: by its footprint, never by its number."""
    about = polygon.batch, polygon.polygon_id
    return any(
        (one.polygon.batch, one.polygon.polygon_id) == about
        and one.share >= SHARE
        and not one.sliver
        for one in case.earlier
    )


def _contradicted(whom: Sequence[str], polygons: Sequence[EarlierPolygon]) -> Doubt:
    rules = "、".join(dict.fromkeys(one.rule for two in polygons for one in two.contradicted))
    number = polygons[0].polygon_id
    batches = "、".join(one.batch for one in polygons)
    again = "、".join(whom)
    reviewed = all(one.accepted for two in polygons for one in two.contradicted)
    say = REVIEWED if reviewed else UNREVIEWED
    zh = f"；本批次同一地块的图斑 {again} 也没有" if whom else ""
    en = f", nor one for {again}, issued on that ground now" if whom else ""
    return Doubt(
        tuple(whom),
        Status.UNSUPPORTED,
        Confidence.CERTAIN if reviewed else Confidence.LIKELY,
        Words(
            f"{batches} 的图斑 {number} 核查结论为与填报不一致（{rules}，{say.zh}），"
            f"历次整改台账中均没有该图斑{zh}",
            f"{number} of {batches} was found inconsistent with its filing ({rules}; {say.en}),"
            f" and no rectification ledger has a row for it{en}",
        ),
        (
            stated("ledger_rows", 0, "rectification", threshold="1"),
            *(
                stated("call_then", one.legality or one.call.words.zh, "archive")
                for one in polygons
            ),
        ),
        tuple(Related("polygon", number, None, one.batch) for one in polygons),
        on_change=False,
    )


def _strays(dossier: Dossier) -> Iterator[Unsure]:
    """Name the rows of this batch, or of none, whose number nobody issued."""
    issued = {polygon.key for polygon in dossier.batch.polygons}
    issued |= {one.key for one in dossier.issued_before}
    rows = {row.key: row for row in reversed(dossier.batch.ledger) if dossier.batch.owns(row)}
    for key in sorted({*rows} - issued - {""}):
        number, place = rows[key].polygon_id, rows[key].row
        says = Words(
            f"台账第 {place} 行的图斑 {number} 不在已知下发的图斑中，请核对编号和批次",
            f"{number}, in row {place} of the ledger, was issued in no batch known; check its "
            "number and batch",
        )
        if "archive" in dossier.not_supplied:
            says = Words(f"{says.zh}（未提供档案）", f"{says.en} (no archive)")
        yield Unsure((), says, related=(Related("ledger", number),), left=())


def _concerns(case: Case, limits: NoLimits) -> bool:
    """Whether it is filed as illegal, or on ground whose earlier filing was contradicted."""
    return case.call is Call.ILLEGAL or any(
        one.polygon.contradicted and one.share >= SHARE and not one.sliver for one in case.earlier
    )


RULE = Rule(
    code="RL01",
    slug="not-in-ledger",
    title=Words(
        "填报违法或往期核查不一致的图斑未纳入整治整改工作台账",
        "filed illegal or contradicted before, not in the rectification ledger",
    ),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：必须纳入整治整改工作台账",),
    severity=Severity.HIGH,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"rectification", "submission"}),
    concerns=_concerns,
    check=check,
)
