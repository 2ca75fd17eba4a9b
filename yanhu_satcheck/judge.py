"""Puts every rule to the batch, in two rounds, and makes chance into q."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from yanhu_satcheck.errors import AccountingError, RuleError
from yanhu_satcheck.evidence import Case, Dossier, Found
from yanhu_satcheck.finding import Account, Finding, Judgement
from yanhu_satcheck.policies import printed
from yanhu_satcheck.policy import Provision
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import SUPPLIES, Call, Confidence, Severity, Status, Words

Chances = Mapping[str, float | None]
Clauses = Mapping[str, Sequence[Provision]]


def judge(
    dossier: Dossier,
    rules: Sequence[Rule[Any]],
    provisions: Clauses = MappingProxyType({}),
    book: Sequence[Rule[Any]] = (),
) -> Judgement:
    """Judge a batch: first the rules that look, then those that look at what was found.

    Where only some rules are asked for, the rest of the `book` is heard for what those of the
    second round must know, and nothing that it says is told.
    """
    bench = _Bench(dossier, provisions)
    heard = {rule.code: bench.hear(rule) for rule in rules if not rule.after}
    seen = [one for findings, _ in heard.values() for one in findings]
    if any(rule.after for rule in rules):
        unasked = [rule for rule in book if not rule.after and rule.code not in heard]
        seen += [one for rule in unasked for one in bench.hear(rule)[0]]
    found = sorted((f.rule, f.polygon_ids, f.status, f.id) for f in seen)
    known = (*dossier.found, *(Found(*one) for one in found))
    bench = _Bench(replace(dossier, found=known), provisions)
    heard |= {rule.code: bench.hear(rule) for rule in rules if rule.after}
    findings = [one for findings, _ in heard.values() for one in findings]
    findings.sort(key=lambda f: (f.polygon_id or "", f.rule, f.id))  # the whole batch comes first
    _account_for_all(dossier, findings)
    return Judgement(tuple(findings), tuple(heard[rule.code][1] for rule in rules))


def adjusted(p: Chances) -> dict[str, float | None]:
    """Make chances into q values (Benjamini and Hochberg 1995); an untold chance is no test."""
    told = sorted((value, key) for key, value in p.items() if value is not None)
    q: dict[str, float | None] = dict.fromkeys(p)
    least = 1.0
    for rank, (value, key) in reversed(list(enumerate(told, 1))):
        q[key] = least = min(least, value * (len(told) / rank))
    return q


@dataclass(frozen=True, slots=True)
class _Bench:
    """One round: the dossier as the rules of that round may see it."""

    dossier: Dossier
    provisions: Clauses

    def hear(self, rule: Rule[Any]) -> tuple[list[Finding], Account]:
        """Ask one rule, and keep its books."""
        try:
            mine = [case for case in self.dossier.cases if rule.concerns(case, rule.limits)]
            mine.sort(key=lambda case: case.polygon_id)
            mute = _mute(rule, self.dossier)
            answers = [Unsure((), mute)] if mute else [*self._ask(rule, mine)]
            findings = list(self._findings(rule, mine, answers))
            if len({one.id for one in findings}) < len(findings):
                raise ValueError("it answers twice about the same polygons and things")
            concerned = tuple(case.polygon_id for case in mine)
            left = _left(answers, concerned)
        except Exception as cause:
            raise RuleError(rule.code, cause) from cause
        named = {id for one in findings for id in one.polygon_ids}
        answered = tuple(id for id in concerned if id in named)
        return findings, Account(rule.code, concerned, answered, mute, left)

    def _ask(self, rule: Rule[Any], mine: list[Case]) -> Iterable[Answer]:
        return rule.check(replace(self.dossier, cases=tuple(mine)), rule.limits)

    def _findings(
        self, rule: Rule[Any], mine: list[Case], answers: Iterable[Answer]
    ) -> Iterator[Finding]:
        cases = {case.polygon_id: case for case in mine}
        p = {case.polygon_id: rule.chance(case, rule.limits) for case in mine}
        q = adjusted(p)
        for answer in answers:
            if strangers := set(answer.polygon_ids) - set(cases):
                raise ValueError(f"it speaks of {sorted(strangers)}, which it does not judge")
            told = _Chance(p, q, self.dossier.policy.fdr)
            whom = [cases[id] for id in sorted(set(answer.polygon_ids))]
            finding = _finding(rule, self.dossier.batch.id, whom, answer, told)
            yield replace(finding, provisions=self._clauses(finding, whom))

    def _clauses(self, finding: Finding, whom: Sequence[Case]) -> tuple[Words, ...]:
        """Name the clauses that may apply to what the finding doubts, by the date of the act."""
        if finding.status is Status.UNASSESSABLE:  # nothing is held against the filing
            return ()
        batch = self.dossier.batch
        acts = [
            (
                case.polygon.before_date,
                case.after_date or batch.period[1],
                case.filing.subclass if case.filing else "",
            )
            for case in whom
        ]
        said = [
            words
            for clause in self.provisions.get(finding.rule, ())
            for first, last, land in acts or [(None, batch.period[1], "")]
            if (one := clause.on(land)) is not None
            if (words := _clause(one, first or last, last, batch.as_of)) is not None
        ]
        return tuple(dict.fromkeys(said))


@dataclass(frozen=True, slots=True)
class _Chance:
    """What chance says of each polygon that one rule judges."""

    p: Chances
    q: Chances
    fdr: float

    def of(self, polygon_ids: Collection[str]) -> tuple[float | None, float | None]:
        """Give a group the chance of its worst member; one that cannot be told is the worst."""
        p, q = ([chances[id] for id in polygon_ids] for chances in (self.p, self.q))
        return _worst(p), _worst(q)


def _left(answers: Iterable[Answer], concerned: tuple[str, ...]) -> tuple[str, ...]:
    """Give the polygons that something said of the whole batch leaves unjudged."""
    whole = [one for one in answers if isinstance(one, Unsure) and not one.polygon_ids]
    left = {id for one in whole for id in (concerned if one.left is None else one.left)}
    if strangers := left - {*concerned}:
        raise ValueError(f"it leaves {sorted(strangers)} unjudged, which it does not judge")
    return tuple(id for id in concerned if id in left)


def _worst(chances: list[float | None]) -> float | None:
    told = [one for one in chances if one is not None]
    return max(told) if told and len(told) == len(chances) else None


def _mute(rule: Rule[Any], dossier: Dossier) -> Words | None:
    """Say which of the things that a rule cannot do without the batch does not supply."""
    missing = [need for need in sorted(rule.needs) if _lacks(dossier, need)]
    if not missing:
        return None
    zh, en = zip(*map(_supply, missing), strict=True)
    return Words(
        f"本批次未提供{'、'.join(zh)}，“{rule.title.zh}”一项无法判定",
        f"the batch does not supply {', '.join(en)}; “{rule.title.en}” was not looked for",
    )


def _lacks(dossier: Dossier, need: str) -> bool:
    table = need.partition(".")[0]
    return table in dossier.not_supplied or need in dossier.batch.blank_columns


def _supply(need: str) -> Words:
    table, _, column = need.partition(".")
    zh, en = SUPPLIES.get(table, Words(table, table))
    if not column:
        return Words(zh, en)
    return Words(f"{zh}的“{printed(table, column)}”列", f"column {column} of {en}")


def _finding(
    rule: Rule[Any], batch: str, whom: Sequence[Case], answer: Answer, chance: _Chance
) -> Finding:
    ids = tuple(case.polygon_id for case in whom)
    related = tuple(sorted(set(answer.related), key=_place))
    if isinstance(answer, Unsure):
        answer = Doubt(
            ids, Status.UNASSESSABLE, Confidence.HINT, answer.says, answer.figures, on_change=False
        )
    p, q = chance.of(ids) if answer.on_change else (None, None)
    status, says = _within_chance(answer, q, chance.fdr)
    if status > rule.worst:
        raise ValueError(f"it says {status.name}, and {rule.worst.name} is the worst it may say")
    severity, confidence = _graded(rule, answer, status)
    return Finding(
        batch,
        rule.code,
        rule.slug,
        ids,
        status,
        severity,
        confidence,
        says,
        claim=_claim(whom) | dict(answer.claim),
        evidence=answer.figures,
        related=related,
        # Only what contradicts the filing may propose another call.
        proposed=answer.proposes if status is Status.INCONSISTENT else None,
        p_value=p,
        q_value=q,
    )


def _place(one: Related) -> tuple[str, ...]:
    return one.kind, one.id, one.polygon_id or "", one.batch or ""


def _within_chance(answer: Doubt, q: float | None, fdr: float) -> tuple[Status, Words]:
    """Lower an accusation that rests on change to a doubt, unless chance speaks against it too."""
    beyond_chance = q is not None and q <= fdr
    if answer.status is not Status.INCONSISTENT or not answer.on_change or beyond_chance:
        return answer.status, answer.says
    if answer.unproven > Status.DOUBTFUL:  # it stands on paper as well
        zh = "地面变化的偶然性未排除，只按依据不足列出"
        en = "chance is not ruled out for the ground, so only what the papers lack is held"
        return answer.unproven, Words(f"{answer.says.zh}；{zh}", f"{answer.says.en}; {en}")
    zh, en = "偶然变化的可能无法衡量", "chance cannot be told"
    if q is not None:
        zh = f"偶然变化的可能未排除（q = {q:.3g} > {fdr:g}）"
        en = f"chance is not ruled out (q = {q:.3g} > {fdr:g})"
    return Status.DOUBTFUL, Words(
        f"{answer.says.zh}；{zh}，仅列存疑", f"{answer.says.en}; {en}, so this is only a doubt"
    )


def _graded(rule: Rule[Any], answer: Doubt, status: Status) -> tuple[Severity, Confidence]:
    if status is Status.UNASSESSABLE:
        return Severity.LOW, Confidence.HINT
    severity = min(rule.severity, answer.severity or rule.severity)
    cap = Severity.MEDIUM if status is Status.DOUBTFUL else Severity.HIGH
    return min(severity, cap), answer.confidence


def _claim(whom: Sequence[Case]) -> dict[str, object]:
    """Repeat what the filing says of each polygon, as it is written there."""
    if len(whom) == 1:
        case = whom[0]
        call = case.filing.call.value if case.filing else None
        return {"polygon_id": case.polygon_id, "legality": _legality(case), "call": call}
    return {case.polygon_id: _legality(case) for case in whom}


def _legality(case: Case) -> str:
    return (case.filing.legality if case.filing else "") or Call.UNFILLED.words.zh


def _clause(one: Provision, first: date, last: date, as_of: date) -> Words | None:
    """Word a clause for an act seen between two days; `None` where it cannot apply.

    An act ended before a new law is judged by the old one, unless the new one is lighter
    (行政处罚法 37). So both are named where the images straddle the change of law, and where the
    new law was in force by the time of judging.
    """
    ended_under = (one.since is None or one.since <= last) and (
        one.until is None or last < one.until
    )
    replaced = one.until is not None and first < one.until <= last
    lighter = one.since is not None and last < one.since <= as_of
    straddles = one.since is not None and first < one.since <= last
    succeeded = one.until is not None and last < one.until <= as_of
    if not (ended_under or replaced or lighter):
        return None
    both = replaced or lighter or straddles or succeeded
    zh = "；新旧法均可能适用时从旧兼从轻" if both else ""
    en = "; where old and new law may both hold, the old one unless the new is lighter"
    return Words(
        f"{one.words.zh}（可能涉及条款，供核查参考{zh}）",
        f"{one.words.en} (may apply; for reference in checking{en if both else ''})",
    )


def _account_for_all(dossier: Dossier, findings: Iterable[Finding]) -> None:
    """Refuse to close the books while an issued polygon was put to no rule and is in no finding."""
    asked = {case.polygon_id for case in dossier.cases}
    named = {id for one in findings for id in one.polygon_ids}
    if lost := [one.id for one in dossier.batch.polygons if one.id not in asked | named]:
        raise AccountingError(
            f"issued polygons {', '.join(lost)} were put to no rule; no verdict was formed"
        )
