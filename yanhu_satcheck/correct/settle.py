"""What people answered is carried out: the calls to file, the 整改清单, and what changed nothing.

A filed call is replaced where a named person accepted a proposal, and nowhere else.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.correct.answered import Answers, sift
from yanhu_satcheck.correct.carry import stood, with_answers, with_filled
from yanhu_satcheck.correct.eight import rectified, struck
from yanhu_satcheck.correct.rows import duties
from yanhu_satcheck.correct.todo import todo
from yanhu_satcheck.final import (
    Change,
    FiledRow,
    Final,
    Finished,
    Outcome,
    Unapplied,
    Verdict,
)
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import EightOf, Entry, Ledger, Rectification, Review
from yanhu_satcheck.past import REFUSED
from yanhu_satcheck.review import ACCEPTED, TO_ENTER, TO_FIELD, Told, Written, by_cell
from yanhu_satcheck.terms import Call, Words, fold


class _Call(NamedTuple):
    """The call that a polygon is to be filed as, by whose answer, to which findings."""

    call: Call | None
    review: Review = Review()
    to: tuple[str, ...] = ()
    torn: bool = False  # two accepted findings propose different calls


def settle(finished: Finished, written: Written, decisions: Sequence[Told] = ()) -> Final:
    """Carry out what people answered in the ledger, and in a table of decisions beside it.

    The table goes before the ledger, and a finding's answer before its polygon's.
    """
    answers = sift(finished, written, decisions)
    filled = tuple(by_cell((*finished.ledger.filled, *written.filled)).values())
    ledger = with_filled(with_answers(finished.ledger, answers.valid), filled)
    decided = {one.polygon_id: _call(one, answers) for one in ledger.entries}
    changes, filing, undone = _filing(finished, ledger, decided)
    corrected = {one.polygon_id for one in changes}
    verdicts = tuple(
        _verdict(one, decided[one.polygon_id], answers, corrected, finished)
        for one in ledger.entries
    )
    lines, pending = _to_rectify(ledger, answers)
    ledger = replace(
        ledger,
        rectification=lines,
        duties=tuple(duties(lines, finished.as_of)),
        eight=tuple(_eight(ledger, verdicts, answers, finished.as_of)),
    )
    return Final(
        finished=finished,
        ledger=ledger,
        verdicts=verdicts,
        changes=changes,
        filing=filing,
        pending=pending,
        todo=tuple(todo(ledger.entries, verdicts, answers)),
        unapplied=(*answers.unapplied, *undone),
        notes=tuple(_notes(finished, changes)),
    )


def of_another(finished: Finished, decisions: Sequence[Told]) -> bool:
    """Whether a table of decisions names no polygon and no finding of this audit."""
    known = {(kind, fold(about)) for kind, about in stood(finished.ledger)}
    said = ((one.answer.kind, fold(one.answer.about)) for one in decisions)
    return bool(decisions) and not any(one in known for one in said)


def _call(entry: Entry, answers: Answers) -> _Call:
    """Say which proposal was accepted: a finding's own answer goes before the polygon's."""
    proposing = [one for one in entry.findings if one.proposed]
    own = {one.id: answers.of(one.id) for one in proposing}
    taken = [
        (one, review) for one in proposing if (review := own[one.id]) and review.opinion == ACCEPTED
    ]
    to = tuple(one.id for one, _ in taken)
    calls = dict.fromkeys(one.proposed for one, _ in taken)
    if len(calls) > 1:
        return _Call(None, torn=True, to=to)
    if taken:
        first, review = taken[0]
        return _Call(first.proposed, review, to)
    whole = answers.of_polygon(entry.polygon_id)
    left = any(
        own[one.id] is None and one.proposed == entry.proposed and one.id not in answers.torn
        for one in proposing
    )
    if whole and whole.opinion == ACCEPTED and left:
        return _Call(entry.proposed, whole)
    return _Call(None)


def _filing(
    finished: Finished, ledger: Ledger, decided: Mapping[str, _Call]
) -> tuple[tuple[Change, ...], tuple[FiledRow, ...], tuple[Unapplied, ...]]:
    """Put the accepted calls into the filing's rows; say where there is none to put it into."""
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in ledger.entries:
        by_key[entry.key].append(entry)
    rows: dict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(finished.filing):
        rows[row.key].append(at)
    top = len(finished.above) + 2  # the first row below the header
    filing, changes, undone = list(finished.filing), list[Change](), list[Unapplied]()
    for entry in ledger.entries:
        one = decided[entry.polygon_id]
        wanted = {decided[other.polygon_id].call for other in by_key[entry.key]}
        why = _hindrance(one, finished, rows[entry.key], wanted)
        if why:
            undone.append(_undone(entry, one, why))
        elif one.call:
            for at in rows[entry.key]:
                cells, word = filing[at].cells, one.call.words.zh
                filed = cells[finished.call_at or 0]
                if filed == word:
                    continue
                filing[at] = FiledRow(entry.key, _put(cells, finished.call_at or 0, word))
                column = finished.ledger.filing_columns[finished.call_at or 0]
                changes.append(
                    Change(entry.polygon_id, at + top, column, filed, word, one.review, one.to)
                )
    return tuple(changes), tuple(filing), tuple(undone)


def _hindrance(
    one: _Call, finished: Finished, rows: list[int], wanted: set[Call | None]
) -> Words | None:
    """Say why an accepted call cannot be put into the filing; `None`: it can, or there is none."""
    if one.torn:
        return Words(
            "采纳的几条问题建议的判定不同，未更正；请只采纳其中一种",
            "accepted findings propose different calls; accept only one of them",
        )
    if one.call is None:
        return None
    if finished.call_at is None:
        return Words("填报表没有合法性判定列，无处可改", "the filing has no column of the call")
    if not rows:
        return Words("填报表中没有该图斑，无行可改", "the filing has no row of this polygon")
    if len(wanted) > 1:
        return Words(
            "同一编号下发了多个图斑，采纳的结论不同，填报只有一个编号；请人工处理",
            "several polygons of this number were issued and decided differently;"
            " the filing knows them by one number",
        )
    return None


def _undone(entry: Entry, one: _Call, why: Words) -> Unapplied:
    where = Words(f"图斑 {entry.polygon_id}", f"polygon {entry.polygon_id}")
    by = f"（{one.review.by}）" if one.review.by else ""
    return Unapplied(where, entry.polygon_id, f"{ACCEPTED}{by}", why)


def _put(cells: tuple[Cell, ...], at: int, cell: Cell) -> tuple[Cell, ...]:
    return (*cells[:at], cell, *cells[at + 1 :])


def _verdict(
    entry: Entry, one: _Call, answers: Answers, corrected: set[str], finished: Finished
) -> Verdict:
    at = finished.call_at
    filed = "" if at is None or at >= len(entry.cells) else str(entry.cells[at] or "")
    if entry.polygon_id in corrected and one.call:
        return Verdict(
            entry.polygon_id, Outcome.CORRECTED, filed, one.call.words.zh, one.review, one.to
        )
    said = [(f.id, answers.effective(entry.polygon_id, f)) for f in entry.findings]
    outcome = _outcome(entry, [review for _, review in said], answers)
    wanted = {Outcome.TO_FIELD: TO_FIELD, Outcome.KEPT: REFUSED, Outcome.ACCEPTED: ACCEPTED}
    opinion = wanted.get(outcome)
    whole = answers.of_polygon(entry.polygon_id)
    if opinion is None or (whole and whole.opinion == opinion):
        return Verdict(entry.polygon_id, outcome, filed, filed, whole or Review())
    to = tuple(id for id, review in said if review and review.opinion == opinion)
    by = next(review for _, review in said if review and review.opinion == opinion)
    return Verdict(entry.polygon_id, outcome, filed, filed, by, to)


def _outcome(entry: Entry, said: Sequence[Review | None], answers: Answers) -> Outcome:
    whole = answers.of_polygon(entry.polygon_id)
    opinions = {one.opinion for one in said if one}
    if not entry.findings and whole is None:
        return Outcome.FINE
    if whole and not entry.findings:  # there is nothing to accept or to reject
        return Outcome.TO_FIELD if whole.opinion == TO_FIELD else Outcome.FINE
    if TO_FIELD in opinions:
        return Outcome.TO_FIELD
    if None in said:
        return Outcome.OPEN
    return Outcome.ACCEPTED if ACCEPTED in opinions else Outcome.KEPT


def _to_rectify(
    ledger: Ledger, answers: Answers
) -> tuple[tuple[Rectification, ...], tuple[Rectification, ...]]:
    """Keep what stands in the county's 整改台账, and of what must enter it what was accepted."""
    findings = {one.finding.id: one.finding for one in ledger.problems}
    kept, pending = [], []
    for line in ledger.rectification:
        if line.standing != TO_ENTER:
            kept.append(line)
            continue
        grounds = [findings[id] for id in line.findings if id in findings]
        said = [(one, answers.effective(line.polygon_id, one)) for one in grounds]
        taken = [one for one, review in said if review and review.opinion == ACCEPTED]
        if taken:
            kept.append(line._replace(problem=_problem(taken), findings=_ids(taken)))
        elif left := [one for one, review in said if not review or review.opinion != REFUSED]:
            pending.append(line._replace(problem=_problem(left), findings=_ids(left)))
    return tuple(kept), tuple(pending)


def _problem(findings: Iterable[Finding]) -> str:
    return "；".join(dict.fromkeys(one.message.zh for one in findings))


def _ids(findings: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(one.id for one in findings)


def _eight(
    ledger: Ledger, verdicts: Sequence[Verdict], answers: Answers, as_of: date
) -> Iterable[EightOf]:
    """Count anew, by the calls as decided and without the doubts that were rejected.

    A number that a person wrote stands.
    """
    by_hand = {one.about for one in ledger.filled}
    told = {one.polygon_id: one for one in verdicts}
    illegal = [one.family for one in ledger.entries if _illegal(one, told[one.polygon_id])]
    disputed = {
        finding.id
        for finding in (one.finding for one in ledger.problems)
        if finding.suppressed is None and not _rejected(finding, answers)
    }
    fresh = (rectified(ledger.rectification, ledger.batch, as_of, disputed), struck(illegal))
    counted = {one.name: one for one in fresh}
    for one in ledger.eight:
        free = one.name not in by_hand and isinstance(one.count, int)
        yield counted.get(one.name, one) if free else one


def _rejected(finding: Finding, answers: Answers) -> bool:
    """Whether a person rejected it, of every polygon that it is said of."""
    own = answers.of(finding.id)
    if own or not finding.polygon_ids:
        return own is not None and own.opinion == REFUSED
    said = (answers.effective(id, finding) for id in finding.polygon_ids)
    return all(one is not None and one.opinion == REFUSED for one in said)


def _illegal(entry: Entry, verdict: Verdict) -> bool:
    """Whether a polygon is filed as illegal in the end."""
    if verdict.outcome is Outcome.CORRECTED:
        return verdict.final == Call.ILLEGAL.words.zh
    return entry.filed is Call.ILLEGAL


def _notes(finished: Finished, changes: Sequence[Change]) -> Iterable[Words]:
    count = len(changes)
    if count:
        yield Words(
            f"上报表中只改了合法性判定（{count} 处）；同一行的分类、许可证号等其他列请人工核对",
            f"only the call was replaced ({count} cells); check the other columns of these rows",
        )
    issued = {one.key for one in finished.ledger.entries}
    if strays := [row.key or "—" for row in finished.filing if row.key not in issued]:
        yield Words(
            f"上报表中有未下发的图斑，原样保留：{'、'.join(strays[:10])}（共 {len(strays)} 行）",
            "rows of polygons that were not issued stay as filed:"
            f" {', '.join(strays[:10])} ({len(strays)} in all)",
        )
    twice = [key for key, n in Counter(row.key for row in finished.filing).items() if n > 1 and key]
    if twice:
        yield Words(
            f"填报表中有重复编号：{'、'.join(sorted(twice)[:10])}",
            f"numbers that the filing holds more than once: {', '.join(sorted(twice)[:10])}",
        )
