"""Two finished audits held against each other: which findings are new, gone, still there, back.

Findings are the same where one rule says them of the same ground; a number tells nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import shapely

from yanhu_satcheck.archive.plane import shared
from yanhu_satcheck.changes import Change, Difference, Side, Turn
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Problem
from yanhu_satcheck.places import SAME_GROUND
from yanhu_satcheck.terms import Status, Words

_DUG = ("CL01", "CL02", "CL03", "CL04", "LM02", "LM03", "LM05", "LE03", "RL05")
"""Rules whose accusation says that a place was worked on: on closed ground it is a relapse."""
_NOT_ISSUED = Words(
    "该处本期没有下发，未再核查，不能视为已解决",
    "not issued this time, so nobody looked: not settled",
)
_NOT_JUDGED = Words(
    "该规则本期没有运行或无法判定，不能视为已解决",
    "the rule could not judge or was not run: not settled",
)
_UNSURE_NOW = Words("本期无法判定，不能视为已解决", "it cannot be judged this time: not settled")
_UNSURE_THEN = Words("上期无法判定", "it could not be judged the last time")
_NO_OUTLINE = Words(
    "没有可用图形，无法与另一期对应", "without an outline it cannot be matched with the other audit"
)
_NOT_ISSUED_THEN = Words("该处上期没有下发", "its ground was not issued the last time")
_NOT_JUDGED_THEN = Words(
    "该规则上期没有运行或无法判定", "the rule could not judge or was not run the last time"
)
_CLOSED = Words("该处上期台账已销号", "its ground was closed in the earlier ledger")
_Grounds = Mapping[str, frozenset[str]]  # of each polygon now, those of before on its ground


def compare(one: Side, two: Side) -> Difference:
    """Tell what became of every finding from one audit to another."""
    ground = _grounds(one, two)
    changes = [*_after(one, two, ground), *_gone(one, two, ground)]
    order = list(Turn)
    changes.sort(
        key=lambda c: (
            order.index(c.turn),
            -c.problem.finding.status,
            c.problem.finding.rule,
            c.problem.finding.id,
        )
    )
    return Difference(one.finished, two.finished, tuple(changes), tuple(_notes(one, two)))


def _grounds(one: Side, two: Side) -> _Grounds:
    names, shapes = [*one.outlines], [*one.outlines.values()]
    tree = shapely.STRtree(shapes)
    found: dict[str, frozenset[str]] = {}
    for id, shape in two.outlines.items():
        there = (int(at) for at in tree.query(shape))
        met = [(names[at], shared(shape, shapes[at])) for at in there]
        found[id] = frozenset(
            name for name, g in met if g is not None and g.share >= SAME_GROUND and not g.sliver
        )
    return found


def _after(one: Side, two: Side, ground: _Grounds) -> Iterator[Change]:
    by_rule = _by_rule(one.finished.ledger.problems)
    closed = _closed(one)
    for problem in two.finished.ledger.problems:
        now = problem.finding
        before = tuple(old for old in by_rule[now.rule] if _same(old.finding, now, ground))
        told = max((old.finding.status for old in before), default=None)
        if told is not None and (told > Status.UNASSESSABLE or now.status is Status.UNASSESSABLE):
            unsure = now.status is Status.UNASSESSABLE and told > now.status
            yield Change(Turn.STILL, before, problem, _UNSURE_NOW if unsure else Words("", ""))
            continue
        was = {id for member in now.polygon_ids for id in ground.get(member, ())}
        if now.status is Status.INCONSISTENT and now.rule in _DUG and was & closed:
            yield Change(Turn.RELAPSED, before, problem, _CLOSED)
        elif now.status is Status.INCONSISTENT and now.rule == "RL05":
            yield Change(Turn.RELAPSED, before, problem)
        else:
            yield Change(Turn.NEW, before, problem, _why_new(now, bool(before), was, (one, two)))


def _why_new(now: Finding, unsure: bool, was: set[str], sides: tuple[Side, Side]) -> Words:
    """Say where “new” may only mean that nobody looked before."""
    one, two = sides
    if unsure:
        return _UNSURE_THEN
    if now.polygon_ids and not was:
        return _NOT_ISSUED_THEN if _drawn(now, two) else _NO_OUTLINE
    return Words("", "") if now.rule in one.judged else _NOT_JUDGED_THEN


def _drawn(finding: Finding, side: Side) -> bool:
    return any(id in side.outlines for id in finding.polygon_ids)


def _gone(one: Side, two: Side, ground: _Grounds) -> Iterator[Change]:
    by_rule = _by_rule(two.finished.ledger.problems)
    issued = {id for was in ground.values() for id in was}
    for problem in one.finished.ledger.problems:
        old = problem.finding
        if any(_same(old, now.finding, ground) for now in by_rule[old.rule]):
            continue
        why = Words("", "")
        if old.polygon_ids and not issued & {*old.polygon_ids}:
            why = _NOT_ISSUED if _drawn(old, one) else _NO_OUTLINE
        elif old.rule not in two.judged:
            why = _NOT_JUDGED
        yield Change(Turn.GONE, (problem,), None, why)


def _by_rule(problems: Sequence[Problem]) -> Mapping[str, list[Problem]]:
    found: dict[str, list[Problem]] = defaultdict(list)
    for one in problems:
        found[one.finding.rule].append(one)
    return found


def _same(old: Finding, now: Finding, ground: _Grounds) -> bool:
    """Whether two findings of one rule are of the same ground, or of the same things without any.

    The id of a finding holds batch, polygons and things: within one batch it is the same anyhow.
    """
    if old.id == now.id:
        return True
    if old.polygon_ids and now.polygon_ids:
        whom = {*old.polygon_ids}
        return any(whom & ground.get(member, frozenset()) for member in now.polygon_ids)
    if old.polygon_ids or now.polygon_ids:
        return False
    return _things(old) == _things(now)


def _things(finding: Finding) -> set[tuple[str, str]]:
    return {(one.kind, one.id) for one in finding.related if one.kind != "batch"}


def _closed(one: Side) -> set[str]:
    """Name the polygons whose row of the ledger was closed by the time of the audit."""
    finished = one.finished
    return {
        line.polygon_id
        for line in finished.ledger.rectification
        if line.closed
        and line.batch == finished.batch
        and (line.closed_date is None or line.closed_date <= finished.as_of)
    }


def _notes(one: Side, two: Side) -> Iterator[Words]:
    first, second = one.finished, two.finished
    if (first.batch, first.as_of) > (second.batch, second.as_of):
        yield Words(
            f"前一个结果（{first.batch}）晚于后一个（{second.batch}）：新增与消失的方向相反",
            f"the first OUT ({first.batch}) is later than the second ({second.batch}): what is"
            " called new is old",
        )
    if first.region != second.region:
        yield Words(
            f"两个结果的行政区不同（{first.region}、{second.region}）",
            f"the two are of different districts ({first.region}, {second.region})",
        )
    if len({*one.outlines}) < len(first.ledger.entries) or len(two.outlines) < len(
        second.ledger.entries
    ):
        yield Words(
            "有图斑没有可用图形，无法按位置对应", "polygons without an outline cannot be matched"
        )
