"""The legality call is blank, or a word that the tables of calls do not hold.

查什么：填报表中该图斑的合法性判定为空，或所填词语不在判定词表中。
What it finds: a filed row whose call is blank, or written in a word that no table knows.

为何要紧：没有判定就没有结论，统计和后续核查都会漏掉它。
Why it matters: without a call there is nothing to check, and counts pass over the polygon.

何时会看错：平台更换下拉词语后，词表可能尚未收录；此时应补充词表，而不是改填报。
When it misleads: a platform may bring new words before the alias table has them; then the table
needs a row, not the filing.

什么能说清：按表内词语补填判定。未填报的图斑由 LE04 说明。
What clears it: fill in a call from the form. Polygons without a filed row are LE04's.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from yanhu_satcheck.evidence import Case, Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Rule
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name every filed row whose call says nothing."""
    for case in dossier.cases:
        if case.call is Call.UNFILLED:
            says = Words("填报表中未填合法性判定", "the filing leaves the legality call blank")
            yield _doubt(case, Confidence.CERTAIN, says)
        elif case.call is Call.UNKNOWN:
            yield _doubt(case, Confidence.LIKELY, _unknown(case))


def _unknown(case: Case) -> Words:
    word = case.filing.legality if case.filing else ""
    near = get_close_matches(word, [call.words.zh for call in Call], n=1)
    return Words(
        f"合法性判定“{word}”不在判定词表中" + "".join(f"，是否为“{one}”" for one in near),
        f"the call “{word}” is on no table of calls" + "".join(f"; is “{n}” meant?" for n in near),
    )


def _doubt(case: Case, confidence: Confidence, says: Words) -> Doubt:
    figure = stated("legality", case.filing.legality if case.filing else "", "submission")
    whom = (case.polygon_id,)
    return Doubt(whom, Status.UNSUPPORTED, confidence, says, (figure,), on_change=False)


RULE = Rule(
    code="LE05",
    slug="call-unknown",
    title=Words("合法性判定未填或无法识别", "legality call blank or not recognised"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：如实填报",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"submission"}),
    concerns=lambda case, limits: case.filing is not None,
    check=check,
)
