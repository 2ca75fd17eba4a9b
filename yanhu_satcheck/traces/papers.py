"""What a plan or a licence says."""

from collections.abc import Sequence
from datetime import date
from unicodedata import normalize

from yanhu_satcheck.batch import Approval


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
