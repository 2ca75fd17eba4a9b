"""What a plan or a licence says."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from unicodedata import normalize

from yanhu_satcheck.batch import Approval
from yanhu_satcheck.evidence import Case
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.terms import Call, Words

PART = 0.1
"""Share of a polygon from which a paper lies on it; less is edges, as for LM02 (contract)."""
TABLES = {
    "permits": ("permit", Words("采矿许可证", "licence")),
    "projects": ("project", Words("项目", "project")),
    "restoration": ("restoration", Words("修复方案", "plan")),
}


class Lapsed(NamedTuple):
    """A paper on a polygon that ran out before the after date."""

    table: str
    ref: str
    ended: date

    @property
    def kind(self) -> str:
        """What a finding calls it among the things that it is about."""
        return TABLES[self.table][0]

    @property
    def says(self) -> Words:
        """Say that the ground may have changed while it was in force."""
        name = TABLES[self.table][1]
        return Words(
            f"{name.zh} {self.ref} 于 {self.ended} 到期，变化可能发生在到期之前",
            f"{name.en} {self.ref} ran out on {self.ended}, and the ground may have changed "
            "before that",
        )

    @property
    def figure(self) -> Figure:
        """Give its last day as a line of evidence."""
        return stated(f"valid_to {self.ref}", f"{self.ended}", self.table, "day")


def methods(text: str, open_pit: Sequence[str], underground: Sequence[str]) -> frozenset[str]:
    """Read which methods of mining a cell names; both, one or none that is known."""
    folded = normalize("NFKC", text)
    words = {"open_pit": open_pit, "underground": underground}
    return frozenset(name for name, any_of in words.items() if any(w in folded for w in any_of))


def in_term(paper: Approval, day: date | None) -> bool | None:
    """Whether a plan or project was in force on a day. `None`: not known."""
    if day is None or (paper.valid_from is None and paper.valid_to is None):
        return None
    return (paper.valid_from or date.min) <= day <= (paper.valid_to or date.max)


def lapsed(case: Case, first: date) -> tuple[Lapsed, ...]:
    """Give the papers on a tenth of a polygon or more that were in force on a day after `first`.

    Those in force at the after date are no part of it. A paper that the filing names and that has
    no outline may lie on the place, too.
    """
    return tuple(
        one
        for named, share, one in _out_of_force(case)
        if (named if share is None else share >= PART)
        and case.after_date
        and first < one.ended < case.after_date
    )


def _out_of_force(case: Case) -> Iterator[tuple[bool, float | None, Lapsed]]:
    """Give each paper with a last day that is not in force at the after date, and how it lies."""
    for licence in case.licences:
        permit = licence.permit
        if permit.valid_to and permit.valid_on(case.after_date) is False:
            one = Lapsed("permits", permit.permit_no, permit.valid_to)
            yield licence.named, licence.share_inside, one
    for link in case.approvals:
        paper = link.approval
        asked = link.table == "projects" or case.call is Call.OTHER
        if asked and paper.valid_to and in_term(paper, case.after_date) is False:
            one = Lapsed(link.table, paper.ref, paper.valid_to)
            yield link.named, link.share_inside, one
