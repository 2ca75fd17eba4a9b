"""What stands behind a state: which rules looked at a polygon, which could not, which were not run.

一致 is said of a polygon that no rule doubts. It is no clean bill while a rule could not judge, so
whatever shows the state shows this beside it.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.ledger import Audit, Entry
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import Status, Words


class Open(NamedTuple):
    """One reason why a rule could not judge."""

    rule: str
    why: Words
    files: tuple[str, ...] = ()  # those that it is said of


class Standing(NamedTuple):
    """One polygon's rules, in the order of the rule book."""

    in_order: tuple[str, ...]  # looked, and found nothing
    open: tuple[Open, ...]  # could not judge it, for what the batch as a whole lacks
    idle: int  # do not concern it
    filed: bool  # or the filing as a whole is not supplied, which its rules say themselves

    @property
    def codes(self) -> tuple[str, ...]:
        """The rules that could not judge, each once."""
        return tuple(dict.fromkeys(one.rule for one in self.open))


def standings(audit: Audit) -> dict[str, Standing]:
    """Tell the rules of every polygon apart by the books that were kept of each."""
    open_ = _open(audit)
    books = [
        (one.rule, frozenset(one.in_order), frozenset(one.concerned))
        for one in audit.judgement.accounts
        if one.mute is None
    ]
    unfiled = "submission" in audit.batch.not_supplied
    return {
        case.polygon_id: Standing(
            tuple(rule for rule, good, _ in books if case.polygon_id in good),
            tuple(one for one, whom in open_ if whom is None or case.polygon_id in whom),
            sum(case.polygon_id not in whom for _, _, whom in books),
            unfiled or case.filing is not None,
        )
        for case in audit.cases
    }


def partly(audit: Audit) -> int:
    """Count the polygons that are 一致 while some rule could not judge them."""
    told = standings(audit)
    calm = [one.polygon_id for one in audit.ledger.entries if one.status is None]
    return sum(bool(told[id].codes) for id in calm if id in told)


def _open(audit: Audit) -> tuple[tuple[Open, frozenset[str] | None], ...]:
    """Give what could not be judged for the batch as a whole, and of whom; `None`: of anybody.

    A mute rule judges no polygon. What another rule says of the whole batch leaves those unjudged
    that its books name.
    """
    whole: dict[str, list[Open]] = {}
    for finding in audit.judgement.findings:
        if not finding.polygon_ids and finding.status is Status.UNASSESSABLE:
            files = tuple(one.id for one in finding.related if one.kind == "file")
            open_ = Open(finding.rule, finding.message, files)
            whole.setdefault(finding.rule, []).append(open_)
    found: list[tuple[Open, frozenset[str] | None]] = []
    for one in audit.judgement.accounts:
        reasons = [Open(one.rule, one.mute)] if one.mute else whole.get(one.rule, [])
        whom = None if one.mute else frozenset(one.unjudged)
        found += [(reason, whom) for reason in reasons]
    return tuple(found)


def headline(entry: Entry, standing: Standing, audit: Audit) -> str:
    """Say what 一致 rests on, in the sentence that a page opens with."""
    return sentences(audit.lang)["semicolon"].join(_headline(entry, standing, audit))


def _headline(entry: Entry, standing: Standing, audit: Audit) -> Iterator[str]:
    text = sentences(audit.lang)
    if standing.in_order:
        yield text["judged_in_order"].format(count=len(standing.in_order))
    else:
        yield text["judged_by_none"]
    if standing.codes:
        yield text["judged_not"].format(count=len(standing.codes))
    if not standing.filed:
        yield text["no_filing_row"]
    if audit.only:
        yield only_says(audit)


def remark(entry: Entry, standing: Standing, audit: Audit) -> str:
    """Give the few words beside 一致 that keep it from looking wholly checked; "" elsewhere."""
    text = sentences(audit.lang)
    if entry.status is not None:
        return ""
    said = [text["badge_open"].format(count=len(standing.codes))] if standing.codes else []
    said += [] if standing.filed else [text["badge_unfiled"]]
    said += [text["badge_only"].format(rules=_listed(audit.only, audit.lang))] if audit.only else []
    return text["semicolon"].join(said)


def grounds(entry: Entry, standing: Standing, audit: Audit) -> str:
    """Give the 更正依据: of a row without a finding, what could not be judged of it."""
    text = sentences(audit.lang)
    if entry.status is not None or not remark(entry, standing, audit):
        return str(getattr(entry.grounds, audit.lang))
    said = [text["nothing_against"]]
    said += _unjudged(standing, audit)
    if not standing.filed:
        said.append(text["no_filing_row"])
    if audit.only:
        said.append(text["badge_only"].format(rules=_listed(audit.only, audit.lang)))
    return text["semicolon"].join(said)


def _unjudged(standing: Standing, audit: Audit) -> Iterator[str]:
    """Name the rules that could not judge a polygon, in words; of files, which could not be used.

    That a file cannot be used is said by its name: as a code it would look like a doubt of every
    polygon.
    """
    text = sentences(audit.lang)
    rules = dict.fromkeys(one.rule for one in standing.open if not one.files)
    if rules:
        titles = ((rule, audit.titles.get(rule, Words("", ""))) for rule in rules)
        named = [f"{rule} {getattr(title, audit.lang)}".strip() for rule, title in titles]
        yield text["cell_open"].format(rules=_listed(named, audit.lang))
    files = dict.fromkeys(file for one in standing.open for file in one.files)
    if files:
        yield text["cell_files"].format(files=_listed([*files], audit.lang))


def notices(audit: Audit) -> tuple[str, ...]:
    """Give what must be read before anything else: next to nothing to check by, rules left out."""
    text = sentences(audit.lang)
    said = (text["bare_batch"] if audit.bare else "", only_says(audit))
    return tuple(one for one in said if one)


def only_says(audit: Audit) -> str:
    """Say which rules were run alone; "" where the whole book was."""
    if not audit.only:
        return ""
    text = sentences(audit.lang)["only_says"]
    return text.format(rules=_listed(audit.only, audit.lang))


@cache
def planned() -> Mapping[str, Words]:
    """Give every rule that the plan asks for, built or not."""
    text = Path(__file__).with_name("planned.toml").read_text(encoding="utf-8")
    return {code: Words(**said) for code, said in tomllib.loads(text).items()}


def absent_says(audit: Audit) -> str:
    """Name the rules that this version does not have yet; "" where it has them all."""
    missing = [
        f"{code} {getattr(words, audit.lang)}"
        for code, words in planned().items()
        if code not in audit.titles
    ]
    if not missing:
        return ""
    return sentences(audit.lang)["absent_says"].format(rules=_listed(missing, audit.lang))


def _listed(names: list[str] | tuple[str, ...], lang: str) -> str:
    return sentences(lang)["comma"].join(names)
