"""The memory of quarters: one SQLite file that only grows. It answers what `Past` asks."""

from yanhu_satcheck.archive.add import Added, add
from yanhu_satcheck.archive.compare import compare
from yanhu_satcheck.archive.listing import Shelf, Shown, shelves, show
from yanhu_satcheck.archive.out import audited_with, judged_by, outlines_of
from yanhu_satcheck.archive.places import history
from yanhu_satcheck.archive.recall import Archive, open_past
from yanhu_satcheck.archive.strips import strips
from yanhu_satcheck.archive.verify import Verdict, verify

__all__ = [
    "Added",
    "Archive",
    "Shelf",
    "Shown",
    "Verdict",
    "add",
    "audited_with",
    "compare",
    "history",
    "judged_by",
    "open_past",
    "outlines_of",
    "shelves",
    "show",
    "strips",
    "verify",
]
