"""The sheets of final/ledger.xlsx: what was decided, what it changed, what is left to do."""

from collections import Counter
from collections.abc import Iterator, Mapping

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Change, Final, Left, Outcome, Task, Unapplied, Verdict
from yanhu_satcheck.ledger import Entry, Rectification
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import clauses, own_cells, reviewed, say, state
from yanhu_satcheck.report.sheets import (
    CURE,
    DUTY_HEADER,
    EIGHT_HEADER,
    LISTED,
    OUTCOME,
    PROBLEM_HEADER,
    RECTIFICATION_HEADER,
    UNJUDGED,
    Sheet,
    duty_row,
    eight_row,
    problem_row,
    rectification_row,
)
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.review import DUTY, EIGHT, POLYGONS, PROBLEMS, REVIEW, STANDING, TO_RECTIFY

FINAL = "最终填报"
GIVEN_TO = "意见针对"
FILED = "原填报"
_DECIDED = (
    *("乡镇", columns.STATUS, FILED, "建议填报", FINAL, OUTCOME, *REVIEW, GIVEN_TO),
    *("更正依据", "可能涉及条款", *DUTY),
)
_TO_DO = (
    *("类别", columns.ID, "乡镇", columns.STATUS, "建议填报", "问题", "还需做什么"),
    "相关问题",
)


def final_sheets(final: Final) -> tuple[Sheet, ...]:
    """Give the sheets in the order in which they are read."""
    lang = final.finished.lang
    ledger = final.ledger
    problems = tuple(problem_row(one, lang) for one in ledger.problems)
    eight = tuple(eight_row(one, lang) for one in ledger.eight)
    lines = tuple(rectification_row(one) for one in ledger.rectification)
    return (
        Sheet("汇总", ("类别", "事项", "数量", "说明"), tuple(_overview(final)), settled=True),
        _corrected(final),
        _changes(final),
        Sheet("待办", _TO_DO, tuple(_to_do(final)), settled=True),
        Sheet(PROBLEMS, PROBLEM_HEADER, problems, settled=True),
        Sheet(TO_RECTIFY, RECTIFICATION_HEADER, lines, settled=True),
        Sheet("责任清单", DUTY_HEADER, tuple(duty_row(one) for one in ledger.duties)),
        _townships(final),
        Sheet(EIGHT, EIGHT_HEADER, eight, settled=True),
        _unapplied(final),
    )


def _overview(final: Final) -> Iterator[tuple[Cell, ...]]:
    lang, counts = final.finished.lang, final.count()
    text = sentences(lang)
    yield ("批次", final.finished.batch, None, text["final_says"])
    yield (columns.ID, text["final_issued"], len(final.verdicts), None)
    for outcome in Outcome:
        yield (OUTCOME, outcome.value.zh, counts[outcome], text[f"final_{outcome.name.lower()}"])
    moved = Counter((one.filed, one.final) for one in final.changes)
    for (filed, now), count in sorted(moved.items(), key=str):
        yield ("更正", f"{filed or '（空）'} → {now}", count, None)
    stands = sum(one.standing == STANDING for one in final.ledger.rectification)
    more = len(final.ledger.rectification) - stands
    yield (TO_RECTIFY, text["final_standing"], stands, None)
    yield (TO_RECTIFY, text["final_entering"], more, text["final_entering_says"])
    yield (TO_RECTIFY, text["final_pending"], len(final.pending), text["final_pending_says"])
    yield ("未采用", text["final_unapplied"], len(final.unapplied), text["final_unapplied_says"])
    for note in final.notes:
        yield ("注意", None, None, say(note, lang))


def _corrected(final: Final) -> Sheet:
    ledger, told = final.ledger, {one.polygon_id: one for one in final.verdicts}
    first, *filing = columns.headers(ledger.filing_columns, _DECIDED)[: -len(_DECIDED)]
    at = _DECIDED.index(FINAL) + 1
    changed = frozenset(
        (number, at)
        for number, one in enumerate(ledger.entries)
        if told[one.polygon_id].outcome is Outcome.CORRECTED
    )
    return Sheet(
        POLYGONS,
        (first, *_DECIDED, *filing),
        tuple(_row(one, told[one.polygon_id], final) for one in ledger.entries),
        filed=len(filing),
        settled=True,
        changed=changed,
        filed_from=len(_DECIDED) + 1,
    )


def _row(entry: Entry, verdict: Verdict, final: Final) -> tuple[Cell, ...]:
    lang = final.finished.lang
    whole = sentences(lang)["final_whole"] if any(verdict.review) else None
    return (
        entry.polygon_id,
        entry.township,
        state(entry.status),
        verdict.filed or None,
        entry.proposed.words.zh if entry.proposed else None,
        verdict.final or None,
        verdict.outcome.value.zh,
        *reviewed(verdict.review),
        LISTED.join(verdict.to) or whole,
        say(entry.grounds, lang),
        clauses(say(one, lang) for one in entry.provisions),
        entry.responsible_unit,
        entry.measure,
        entry.deadline,
        entry.responsible_person,
        *own_cells(entry, final.ledger),
    )


def _changes(final: Final) -> Sheet:
    header = (columns.ID, "上报表行号", "列", FILED, FINAL, *REVIEW, GIVEN_TO)

    def line(one: Change) -> tuple[Cell, ...]:
        to = LISTED.join(one.to) or sentences(final.finished.lang)["final_whole"]
        return (
            one.polygon_id,
            one.row,
            one.column,
            one.filed,
            one.final,
            *reviewed(one.review),
            to,
        )

    rows = tuple(line(one) for one in final.changes)
    return Sheet("更正清单", header, rows, settled=True)


def _to_do(final: Final) -> Iterator[tuple[Cell, ...]]:
    """Give what is left: findings that want something done, lines to enter undecided."""
    text = sentences(final.finished.lang)
    entries = {one.polygon_id: one for one in final.ledger.entries}
    cures = _cures(final)
    for left in final.todo:
        yield _left(left, entries[left.polygon_id], cures, final.finished.lang)
    for line in final.pending:
        yield _undecided(line, entries, text["final_do_pending"])


def _cures(final: Final) -> dict[str, str]:
    """Give what clears a finding that could not be judged, as the audit wrote it, by its id."""
    sheet = final.finished.sheets.get(UNJUDGED)
    if sheet is None or CURE not in sheet.header:
        return {}
    at, id = sheet.header.index(CURE), sheet.header.index("id")
    return {str(row[id]): str(row[at]) for row in sheet.cells if row[id] and row[at]}


def _left(left: Left, entry: Entry, cures: Mapping[str, str], lang: str) -> tuple[Cell, ...]:
    text = sentences(lang)
    proposed = next((one.proposed.words.zh for one in left.findings if one.proposed), None)
    said = "\n".join(
        f"{one.rule} {say(one.message, lang)}{say(one.exception, lang)}" for one in left.findings
    )
    remedy = text[f"final_do_{left.task.name.lower()}"]
    if left.task is Task.SUPPLY:
        told = dict.fromkeys(cures[one.id] for one in left.findings if one.id in cures)
        remedy = "\n".join([*told, remedy])
    return (
        left.task.value.zh,
        entry.polygon_id,
        entry.township,
        state(entry.status),
        proposed,
        said or None,
        remedy,
        LISTED.join(one.id for one in left.findings) or None,
    )


def _undecided(line: Rectification, entries: Mapping[str, Entry], remedy: str) -> tuple[Cell, ...]:
    entry = entries.get(line.polygon_id)
    beside = (entry.township, state(entry.status)) if entry else (None, None)
    ids = LISTED.join(line.findings) or None
    return ("应纳入整改台账", line.polygon_id, *beside, None, line.problem, remedy, ids)


def _townships(final: Final) -> Sheet:
    towns = {one.polygon_id: one.township for one in final.ledger.entries}
    counts: dict[str, Counter[Outcome]] = {}
    for one in final.verdicts:
        counts.setdefault(towns[one.polygon_id], Counter())[one.outcome] += 1
    order = sorted(
        counts.items(),
        key=lambda item: (-item[1][Outcome.CORRECTED], -item[1][Outcome.OPEN], item[0]),
    )
    rows: list[tuple[Cell, ...]] = [
        (town or "（未写明）", count.total(), *(count[one] for one in Outcome))
        for town, count in order
    ]
    if rows:
        total = final.count()
        rows.append(("合计", total.total(), *(total[one] for one in Outcome)))
    return Sheet("乡镇统计", ("乡镇", "下发图斑", *(one.value.zh for one in Outcome)), tuple(rows))


def _unapplied(final: Final) -> Sheet:
    lang = final.finished.lang

    def line(one: Unapplied) -> tuple[Cell, ...]:
        return (say(one.where, lang), one.about, one.says, say(one.why, lang))

    header = ("位置", "图斑编号或问题 id", "所填内容", "未采用的原因")
    return Sheet("未采用", header, tuple(line(one) for one in final.unapplied))
