"""How alike the field descriptions of licensed mines are, once names, numbers and dates are masked.

What everybody writes is taken out first: a clause that stands in several filings about something
else than a mine, of this batch or the archive, says nothing of a mine. And two texts that each hold
a part of their own, unlike the other's, are two descriptions however much of a form they share.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from unicodedata import normalize

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.evidence import Case, EarlierPolygon, TextTwin
from yanhu_satcheck.rule import COVERS
from yanhu_satcheck.terms import Call, fold

FORMS = 3
"""A clause of so many filings about other things is part of the form."""
LEAST = 0.7
"""Texts less alike than this are not named; no county may ask for less."""
SAME_CLAUSE = 0.75
"""Two clauses so alike say one thing."""
OWN = 4
"""Characters from which a part of its own says something."""

_ENDS = re.compile(r"[,.;:!?()\[\]{}“”‘’\"'、。；，：！？（）【】《》〈〉\s]+")
_FIGURES = re.compile(r"[\d\W_〇零一二三四五六七八九十百千万两]+")
Clauses = tuple[str, ...]


def text_twins(
    batch: Batch, cases: Sequence[Case], before: Iterable[EarlierPolygon] = ()
) -> tuple[TextTwin, ...]:
    """Give pairs of filings about licensed mines whose descriptions are nearly the same.

    Of a set of equal texts neighbours alone are paired: they join to the same group.
    """
    names = _names(batch)
    form = _form(cases, before, names)
    told: dict[Clauses, list[str]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: case.polygon_id):
        if case.filing and is_licensed(case):
            own = [*names, case.polygon_id, case.filing.inspector, case.filing.project_name]
            kept = tuple(
                one for one in _clauses(case.filing.field_description, own) if one not in form
            )
            if kept:
                told[kept].append(case.polygon_id)
    same = [
        TextTwin(pair, 1.0, len("".join(text)))
        for text, ids in told.items()
        for pair in pairwise(ids)
    ]
    return tuple(sorted([*same, *_near(told)]))


def is_licensed(case: Case) -> bool:
    """Whether a polygon is called LEGAL, names a supplied licence, or lies in one."""
    inside = any(link.named or (link.share_inside or 0) >= COVERS for link in case.licences)
    return case.call is Call.LEGAL or inside


def _near(told: dict[Clauses, list[str]]) -> Iterator[TextTwin]:
    """Pair texts that differ; from 0 to 1, the order of clauses aside."""
    from rapidfuzz import fuzz  # 20 ms that only a batch with descriptions pays

    for one, two in combinations(sorted(told), 2):
        plain = fuzz.ratio("".join(one), "".join(two), score_cutoff=100 * LEAST)
        moved = fuzz.ratio("".join(sorted(one)), "".join(sorted(two)), score_cutoff=100 * LEAST)
        share = max(plain, moved) / 100
        if share >= LEAST and not (_speaks(one, two) and _speaks(two, one)):
            first, second = sorted((told[one][0], told[two][0]))
            length = min(len("".join(one)), len("".join(two)))
            yield TextTwin((first, second), share, length)


def _speaks(one: Clauses, other: Clauses) -> bool:
    """Whether a text says something that the other does not say."""
    from rapidfuzz import fuzz

    alone = (
        clause
        for clause in one
        if max((fuzz.ratio(clause, told) for told in other), default=0.0) < 100 * SAME_CLAUSE
    )
    return len("".join(alone)) >= OWN


def _form(
    cases: Sequence[Case], before: Iterable[EarlierPolygon], names: Sequence[str]
) -> frozenset[str]:
    """Learn which clauses are the form's: they serve things that are no mine."""
    texts = [
        case.filing.field_description for case in cases if case.filing and not is_licensed(case)
    ]
    texts += [one.field_description for one in before if one.call is not Call.LEGAL]
    seen = Counter(clause for text in texts for clause in {*_clauses(text, names)})
    return frozenset(clause for clause, times in seen.items() if times >= FORMS)


def _names(batch: Batch) -> list[str]:
    """Give the names and numbers of the batch that a description may hold."""
    named = {one for p in batch.permits for one in (p.mine_name, p.holder, p.permit_no)}
    named |= {one for p in batch.polygons for one in (p.id, p.township, p.village)}
    return [*named]


def _clauses(text: str, names: Iterable[str]) -> Clauses:
    """Cut a description into clauses, its names, numbers and dates masked."""
    masked = fold(text)
    for name in sorted({fold(one) for one in names} - {""}, key=lambda one: (-len(one), one)):
        masked = masked.replace(name, "")
    parts = (_FIGURES.sub("", one) for one in _ENDS.split(normalize("NFKC", masked)))
    return tuple(one for one in parts if one)
