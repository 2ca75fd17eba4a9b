"""The shape every rule has: its name, what it rests on, whom it concerns, how it decides."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.evidence import Case, Dossier, SceneView
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words

L = TypeVar("L")


class Related(NamedTuple):
    """A photograph, licence, ledger row or other thing that an answer is about."""

    kind: str  # photo, permit, hazard, restoration, project, …, file: the contract's kinds
    id: str
    polygon_id: str | None = None
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule's answer: the filing says something that the evidence does not bear out."""

    polygon_ids: tuple[str, ...]
    status: Status
    confidence: Confidence
    says: Words
    figures: tuple[Figure, ...] = ()
    related: tuple[Related, ...] = ()
    proposes: Call | None = None  # a proposal only, until a person confirms it
    on_change: bool = True  # then chance, too, must speak against the filing
    severity: Severity | None = None  # lower than the rule's own, never higher
    claim: Mapping[str, str] = field(default_factory=dict)  # what the filing says, beyond the call
    unproven: Status = Status.DOUBTFUL  # what is left of it where chance does not speak against it


@dataclass(frozen=True, slots=True)
class Unsure:
    """A rule's answer: it cannot tell. Silence must never look like a clean bill."""

    polygon_ids: tuple[str, ...]  # empty: said of the whole batch
    says: Words
    figures: tuple[Figure, ...] = ()
    related: tuple[Related, ...] = ()
    left: tuple[str, ...] | None = None
    """Said of the whole batch: whom that leaves unjudged, () for a mere remark; `None`: all."""


COVERS = 0.9
"""Share of a polygon from which a paper covers it; fixed by the contract, no county moves it."""


def proposal(dossier: Dossier, case: Case) -> Call | None:
    """Propose ILLEGAL only where permits and projects are supplied and none covers the polygon."""
    shares = case.licensed_share, case.approved_share
    if {"permits", "projects"} & dossier.not_supplied or None in shares:
        return None
    return Call.ILLEGAL if sum(one or 0 for one in shares) < COVERS else None


def unseen(view: SceneView | None, clear_share: float) -> Words | None:
    """Say why a scene does not show a polygon well enough to judge its ground, if it does not."""
    if view is None:
        return Words("没有影像覆盖该图斑，或图形不可用", "no scene shows it, or it has no outline")
    if view.refused is not None:
        zh, en = view.refused
        return Words(f"两期影像未能配准：{zh}", f"the dates could not be registered: {en}")
    if min(view.clear_share, view.coverage) < clear_share:
        seen = view.clear_share * view.coverage
        return Words(f"影像只看得清该图斑的 {seen:.0%}", f"the scene shows only {seen:.0%} of it")
    return None


N = TypeVar("N", bound=Hashable)


def connected(pairs: Iterable[tuple[N, N]]) -> list[frozenset[N]]:
    """Give the groups whose members pairs join, directly or by way of others."""
    groups: list[frozenset[N]] = []
    for pair in pairs:
        touched = [group for group in groups if group & {*pair}]
        groups = [group for group in groups if group not in touched]
        groups.append(frozenset(pair).union(*touched))
    return groups


def unread(dossier: Dossier, tells: Callable[[Misread], bool]) -> Iterator[Unsure]:
    """Answer once for each file of which something was misread that the rule is to tell."""
    judged = {case.polygon_id for case in dossier.cases}
    told = [one for one in dossier.batch.misreads if tells(one)]
    for name in sorted({one.file for one in told}):
        mine = [one for one in told if one.file == name]
        touched = {id for one in mine for id in one.polygon_ids} & judged
        zh = sorted({f"{one.what.zh}；{one.remedy.zh}" for one in mine})
        en = sorted({f"{one.what.en}; {one.remedy.en}" for one in mine})
        says = Words(f"{name}：{'；'.join(zh)}", f"{name}: {'; '.join(en)}")
        yield Unsure(tuple(sorted(touched)), says, related=(Related("file", name),))


Answer = Doubt | Unsure
Check = Callable[[Dossier, L], Iterable[Answer]]


def _own_chance(case: Case, limits: object) -> float | None:
    return case.p_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[L]):
    """One thing that the audit looks for. Its page is the docstring of the module it lives in."""

    code: str
    slug: str  # names the wrongdoing, so that “allow {slug}” reads as a sentence
    title: Words
    basis: tuple[str, ...]
    severity: Severity
    limits: L
    concerns: Callable[[Case, L], bool] = field(repr=False)
    check: Check[L] = field(repr=False)  # sees only the cases that it concerns
    # The p that a polygon is judged by: its own, where the rule does not look at a part of it.
    chance: Callable[[Case, L], float | None] = field(default=_own_chance, repr=False)
    needs: frozenset[str] = frozenset()  # supplies, or "table.column", without which it is mute
    after: bool = False  # runs in the second round and sees what the first one found
    worst: Status = Status.INCONSISTENT  # the worst that it may say; beyond it is a broken rule
