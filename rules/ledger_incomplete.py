"""A ledger row names no responsible unit, measure, deadline or responsible person.

查什么：整改台账的行缺责任单位、整改措施、整改时限或整改责任人；时限不是日期的，视为空白。
What it finds: ledger rows where 责任单位, 整改措施, 整改时限 or 整改责任人 is blank; a deadli
ne that
is no date counts as blank.

为何要紧：没有责任单位、措施、时限和责任人，整改就无从落实和检查。
Why it matters: without a unit, a measure, a day and a name, nobody can be asked whether it is
 done.

何时会看错：内容可能写在备注或附件里。本工具不代填责任单位和责任人。
When it misleads: the particulars may stand in a remark or an annex. The tool never fills in a unit
or a name.

什么能说清：在台账中补齐。已销号的行也要齐全，但列为低。
What clears it: fill in the row. Closed rows are held to the same, at low severity.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
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
    issued: dict[str, list[str]] = {}
    for case in dossier.cases:
        issued.setdefault(case.polygon.key, []).append(case.polygon_id)
    lacking: dict[tuple[bool, str], list[tuple[int, list[str]]]] = {}
    related: dict[tuple[bool, str], list[Related]] = {}
    still_open: set[tuple[bool, str]] = set()
    for row in dossier.batch.ledger:
        blanks = [name for name in REQUIRED if not getattr(row, name)]
        if blanks:
            here = row.key in issued and row.batch in ("", dossier.batch.id)
            key = here, row.key
            lacking.setdefault(key, []).append((row.row, blanks))
            whose = issued[row.key][0] if here else None
            related.setdefault(key, []).append(
                Related("ledger", row.polygon_id, whose, row.batch or None)
            )
            if row.open_on(dossier.as_of):
                still_open.add(key)
    for key, rows in sorted(lacking.items()):
        yield Doubt(
            tuple(issued[key[1]]) if key[0] else (),
            Status.UNSUPPORTED,
            Confidence.CERTAIN,
            _says(related[key][0].id, rows),
            tuple(
                stated(f"row {row}: {REQUIRED[name].en}", None, "rectification")
                for row, blanks in sorted(rows)
                for name in blanks
            ),
            tuple(dict.fromkeys(related[key])),
            on_change=False,
            severity=None if key in still_open else Severity.LOW,
        )


def _says(number: str, rows: list[tuple[int, list[str]]]) -> Words:
    zh = [f"第 {n} 行缺{'、'.join(REQUIRED[one].zh for one in blank)}" for n, blank in sorted(rows)]
    en = [
        f"row {n} lacks {', '.join(REQUIRED[one].en for one in blank)}" for n, blank in sorted(rows)
    ]
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
