"""A polygon filed as illegal has no row in the rectification ledger (整治整改工作台账).

查什么：填报为违法的图斑，在本批次的整改台账中没有对应的行。
What it finds: a polygon filed ILLEGAL without a row of this batch in the ledger.

为何要紧：查出的问题必须纳入台账，否则无人负责整改。
Why it matters: what was found must enter the ledger, or nobody answers for putting it right.

何时会看错：台账可能另册登记，或图斑编号写错；其他批次的行不能代替本批次的行。
When it misleads: the row may be in another book, or carry a mistyped number. A row that names
another batch does not answer for this one.

什么能说清：在台账中补登该图斑，或更正编号、批次。
What clears it: enter the polygon, or correct its number or batch. What this audit itself
contradicts could not be there yet; it is listed in 整改清单 as 应纳入.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words, fold


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name every polygon filed as illegal that no ledger row of this batch holds."""
    here = {"", fold(dossier.batch.id)}
    for case in dossier.cases:
        rows = [row for row in dossier.batch.ledger if row.key == case.polygon.key]
        if not any(fold(row.batch) in here for row in (*rows, *case.ledger)):
            others = sorted({row.batch for row in rows})
            zh = f"；台账中只有其他批次（{'、'.join(others)}）的同号行" if others else ""
            en = f"; its rows there are of batch {', '.join(others)}" if others else ""
            yield Doubt(
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


RULE = Rule(
    code="RL01",
    slug="not-in-ledger",
    title=Words(
        "填报为违法的图斑未纳入整治整改工作台账", "filed illegal, not in the rectification ledger"
    ),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：必须纳入整治整改工作台账",),
    severity=Severity.HIGH,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"rectification", "submission"}),
    concerns=lambda case, limits: case.call is Call.ILLEGAL,
    check=check,
)
