"""How many polygons each rule spoke of: counted once, for the screen and the overview alike."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from yanhu_satcheck.finding import Finding
from yanhu_satcheck.terms import Status


class Tally(NamedTuple):
    """What one rule said: each polygon once a state, whatever the number of findings."""

    rule: str
    polygons: Mapping[Status, int]
    loose: Mapping[Status, int]  # findings that fall on no polygon of the batch


def tallies(findings: Iterable[Finding]) -> tuple[Tally, ...]:
    """Count every rule that spoke, in the order of the codes.

    That a rule could not judge the whole batch is told elsewhere, with the reason: it counts
    neither a polygon nor an answer.
    """
    spoke = dict[str, list[Finding]]()
    for one in findings:
        if one.polygon_ids or one.status is not Status.UNASSESSABLE:
            spoke.setdefault(one.rule, []).append(one)
    return tuple(_tally(rule, told) for rule, told in sorted(spoke.items()))


def _tally(rule: str, findings: Iterable[Finding]) -> Tally:
    told = tuple(findings)
    whom = {(one.status, id) for one in told for id in one.polygon_ids}
    return Tally(
        rule,
        Counter(status for status, _ in whom),
        Counter(one.status for one in told if not one.polygon_ids),
    )
