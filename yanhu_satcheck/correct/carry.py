"""What people wrote into a former ledger stands again in the new one, as far as it still fits.

An answer fits while what it was given to is still there: the finding with the same status and
proposal; of a polygon the same 审核状态, proposal and findings. One that does not is kept beside
the ledger and shown, and stands again by itself once the ledger says the same as then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import Former
from yanhu_satcheck.ledger import Ledger, Review
from yanhu_satcheck.past import Answer
from yanhu_satcheck.review import (
    COUNT,
    DUTY,
    EIGHT,
    POLYGONS,
    TO_ENTER,
    TO_RECTIFY,
    TRANSFER,
    Filled,
    Outdated,
    Stood,
    by_cell,
    line_of,
    same,
)

Key = tuple[str, str]  # kind of an answer, and what it is about

_NOTHING = Stood(None, None)


def carry(ledger: Ledger, former: Former) -> Ledger:
    """Let answers and filled cells of a former audit of the batch stand in the ledger."""
    finished, written = former
    answers, outdated = _sorted_out(ledger, former)
    filled = tuple(_still_filled(ledger, (*finished.ledger.filled, *written.filled)))
    told = with_filled(with_answers(ledger, answers), filled)
    return replace(told, outdated=outdated, read=written.sha256)


def stood(ledger: Ledger) -> dict[Key, Stood]:
    """Say what there is to be answered, and how it stands."""
    polygons = {
        ("polygon", one.polygon_id): Stood(
            one.status, one.proposed, tuple(sorted(f.id for f in one.findings))
        )
        for one in ledger.entries
    }
    findings = {
        ("finding", one.finding.id): Stood(one.finding.status, one.finding.proposed)
        for one in ledger.problems
    }
    return polygons | findings


def with_answers(ledger: Ledger, answers: Mapping[Key, Answer]) -> Ledger:
    """Set the answers into their rows."""
    said = {key: review_of(answer) for key, answer in answers.items()}
    return replace(
        ledger,
        entries=tuple(
            replace(one, review=said.get(("polygon", one.polygon_id), one.review))
            for one in ledger.entries
        ),
        problems=tuple(
            one._replace(review=said.get(("finding", one.finding.id), one.review))
            for one in ledger.problems
        ),
    )


def with_filled(ledger: Ledger, filled: tuple[Filled, ...]) -> Ledger:
    """Set what people filled in into its rows; what must enter the 整改台账 says it too."""
    cells = {key: one.value for key, one in by_cell(filled).items()}
    entries = []
    for one in ledger.entries:
        old = (one.responsible_unit, one.measure, one.deadline, one.responsible_person)
        unit, measure, due, person = (
            cells.get((POLYGONS, one.polygon_id, name), cell)
            for name, cell in zip(DUTY, old, strict=True)
        )
        entries.append(
            replace(
                one,
                responsible_unit=_text(unit),
                measure=_text(measure),
                deadline=_day(due),
                responsible_person=_text(person),
            )
        )
    duties = {one.polygon_id: one for one in entries}
    lines = []
    for line in ledger.rectification:
        place = (TO_RECTIFY, line_of(line.polygon_id, line.batch), TRANSFER)
        line = line._replace(transfer=_text(cells.get(place, line.transfer)))
        at = duties.get(line.polygon_id) if line.standing == TO_ENTER else None
        lines.append(
            line._replace(
                responsible_unit=at.responsible_unit,
                measure=at.measure,
                deadline=at.deadline,
                responsible_person=at.responsible_person,
            )
            if at
            else line
        )
    eight = (replace(one, count=_count(cells, one.name, one.count)) for one in ledger.eight)
    return replace(
        ledger,
        entries=tuple(entries),
        rectification=tuple(lines),
        eight=tuple(eight),
        filled=filled,
    )


def review_of(answer: Answer) -> Review:
    """Give an answer as a row holds it."""
    return Review(answer.opinion, answer.by, _day(answer.on))


def _sorted_out(ledger: Ledger, former: Former) -> tuple[dict[Key, Answer], tuple[Outdated, ...]]:
    old = former.finished.ledger
    before, now = stood(old), stood(ledger)
    members = {("finding", p.finding.id): p.finding.polygon_ids for p in old.problems}
    given = {(one.answer.kind, one.answer.about): one.answer for one in former.written.answers}
    waiting = [
        Outdated(answer, before.get(key, _NOTHING), members.get(key, key[1:]))
        for key, answer in given.items()
    ]
    anew = {key for key, answer in given.items() if answer.opinion}
    waiting += [one for one in old.outdated if one.answer[:2] not in anew]
    fits: dict[Key, Answer] = {}
    outdated = []
    for one in waiting:
        key = one.answer.kind, one.answer.about
        if key in now and now[key] == one.stood and key not in fits:
            fits[key] = one.answer
        else:
            outdated.append(one._replace(now=now.get(key)))
    return fits, tuple(sorted(outdated, key=lambda one: one.answer))


def _still_filled(ledger: Ledger, filled: Iterable[Filled]) -> Iterable[Filled]:
    """Keep what differs from what the machine says by itself; the later of two counts."""
    machine = _machine(ledger)
    for key, one in sorted(by_cell(filled).items()):
        if key not in machine:
            yield one._replace(now=None, gone=True)
        elif not same(one.value, machine[key]):
            yield one._replace(now=machine[key], gone=False)


def _machine(ledger: Ledger) -> dict[tuple[str, str, str], Cell]:
    said: dict[tuple[str, str, str], Cell] = {}
    for one in ledger.entries:
        duty = (one.responsible_unit, one.measure, one.deadline, one.responsible_person)
        said |= {
            (POLYGONS, one.polygon_id, name): cell for name, cell in zip(DUTY, duty, strict=True)
        }
    said |= {
        (TO_RECTIFY, line_of(one.polygon_id, one.batch), TRANSFER): one.transfer
        for one in ledger.rectification
    }
    return said | {(EIGHT, eight.name, COUNT): eight.count for eight in ledger.eight}


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _day(cell: Cell) -> date | str | None:
    """Give a date, or what somebody wrote in its place."""
    if isinstance(cell, date) or cell in (None, ""):
        return cell if isinstance(cell, date) else None
    try:
        return date.fromisoformat(str(cell))
    except ValueError:
        return str(cell)


def _count(
    cells: Mapping[tuple[str, str, str], Cell], name: str, count: int | str | None
) -> int | str | None:
    value = cells.get((EIGHT, name, COUNT), count)
    if value is None or value == "":
        return None
    return int(value) if isinstance(value, (int, float)) and value == int(value) else str(value)
