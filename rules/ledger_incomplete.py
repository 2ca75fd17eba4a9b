"""A ledger row names no responsible unit, measure, deadline or responsible person.

查什么：整改台账的行缺责任单位、整改措施、整改时限或整改责任人；时限不是日期的，视为空白。
What it finds: ledger rows where 责任单位, 整改措施, 整改时限 or 整改责任人 is blank; a deadline
that is no date counts as blank.

为何要紧：没有责任单位、措施、时限和责任人，整改就无从落实和检查。
Why it matters: without a unit, a measure, a day and a name, nobody can be asked whether it is done.

何时会看错：内容可能写在备注或附件里。本工具不代填责任单位和责任人。
When it misleads: the particulars may stand in a remark or an annex. The tool never fills in a unit
or a name.

什么能说清：在台账中补齐。已销号的行也要齐全，但列为低。
What clears it: fill in the row. Closed rows are held to the same, at low severity.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier, LedgerRow
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

# What a row must hold, by the attribute of the row.
REQUIRED = {
    "responsible_unit": Words("责任单位", "unit"),
    "measure": Words("整改措施", "measure"),
    "due_on": Words("整改时限", "deadline"),
    "responsible_person": Words("整改责任人", "person"),
}


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name what each polygon's rows leave blank; rows of polygons not issued here, too."""
    lacking: dict[tuple[tuple[str, ...], str], list[LedgerRow]] = {}
    for row in dossier.batch.ledger:
        if _blank(row):
            lacking.setdefault((_whose(dossier, row), row.key), []).append(row)
    for (whom, _), rows in sorted(lacking.items()):
        is_open = any(row.open_on(dossier.as_of) for row in rows)
        yield _doubt(whom, sorted(rows, key=lambda row: row.row), is_open)


def _blank(row: LedgerRow) -> list[Words]:
    return [words for name, words in REQUIRED.items() if not getattr(row, name)]


def _whose(dossier: Dossier, row: LedgerRow) -> tuple[str, ...]:
    """Give the polygons, issued in this batch, that a row of the ledger speaks of."""
    if not dossier.batch.owns(row):
        return ()
    return tuple(case.polygon_id for case in dossier.cases if case.polygon.key == row.key)


def _doubt(whom: tuple[str, ...], rows: list[LedgerRow], is_open: bool) -> Doubt:
    related = [
        Related("ledger", row.polygon_id, min(whom, default=None), row.batch or None)
        for row in rows
    ]
    return Doubt(
        whom,
        Status.UNSUPPORTED,
        Confidence.CERTAIN,
        _says(rows),
        tuple(
            stated(f"row {row.row}: {words.en}", None, "rectification")
            for row in rows
            for words in _blank(row)
        ),
        tuple(related),
        on_change=False,
        severity=None if is_open else Severity.LOW,
    )


def _says(rows: list[LedgerRow]) -> Words:
    number = rows[0].polygon_id
    zh = [f"第 {row.row} 行缺{'、'.join(one.zh for one in _blank(row))}" for row in rows]
    en = [f"row {row.row} lacks its {', '.join(one.en for one in _blank(row))}" for row in rows]
    return Words(f"整改台账 {number}：{'；'.join(zh)}", f"ledger {number}: {'; '.join(en)}")


RULE = Rule(
    code="RL02",
    slug="ledger-incomplete",
    title=Words("台账责任单位、措施、时限、责任人不全", "ledger row without its responsibilities"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(三)：明确责任",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"rectification"}),
    concerns=lambda case, limits: bool(case.ledger),
    check=check,
)
