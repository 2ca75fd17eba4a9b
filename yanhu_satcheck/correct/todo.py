"""What is left to do once the answers are carried out: of each polygon, finding by finding."""

from collections.abc import Iterator, Sequence

from yanhu_satcheck.correct.answered import Answers
from yanhu_satcheck.final import Left, Outcome, Task, Verdict
from yanhu_satcheck.ledger import Entry
from yanhu_satcheck.review import ACCEPTED, TO_FIELD
from yanhu_satcheck.terms import Call, Status


def todo(entries: Sequence[Entry], verdicts: Sequence[Verdict], answers: Answers) -> Iterator[Left]:
    """Give every finding without a valid answer, and what an answer leaves to be done.

    One answer settles no other finding of its polygon, unless it was given to the polygon.
    """
    told = {one.polygon_id: one for one in verdicts}
    left = [one for entry in entries for one in _left(entry, told[entry.polygon_id], answers)]
    for task in Task:
        yield from (one for one in left if one.task is task)


def _left(entry: Entry, verdict: Verdict, answers: Answers) -> Iterator[Left]:
    said = [(one, answers.effective(entry.polygon_id, one)) for one in entry.findings]
    field = tuple(one for one, review in said if review and review.opinion == TO_FIELD)
    if field or (verdict.outcome is Outcome.TO_FIELD and not entry.findings):
        yield Left(Task.TO_FIELD, entry.polygon_id, field)
    mute = [one for one, review in said if not review and one.status is Status.UNASSESSABLE]
    if open_ := tuple(one for one, review in said if not review and one not in mute):
        yield Left(Task.ANSWER, entry.polygon_id, open_)
    if mute:
        yield Left(Task.SUPPLY, entry.polygon_id, tuple(mute))
    taken = tuple(
        one
        for one, review in said
        if review and review.opinion == ACCEPTED and one.status is Status.INCONSISTENT
    )
    if taken and verdict.outcome is Outcome.ACCEPTED and _undecided(entry, verdict):
        yield Left(Task.DECIDE, entry.polygon_id, taken)


def _undecided(entry: Entry, verdict: Verdict) -> bool:
    """Whether an accepted contradiction leaves the call as it was filed, and nobody said which."""
    if entry.filed is Call.ILLEGAL:
        return False
    return all(
        one.proposed is None or one.proposed.words.zh != verdict.filed for one in entry.findings
    )
