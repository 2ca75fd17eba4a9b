"""Everything that could not be read as meant, collected on the way and told all at once."""

from typing import Any

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.terms import Words


class Unreadable(Exception):
    """A value or a file that cannot be read as meant: what is wrong, and what would be right."""

    def __init__(self, what: Words, remedy: Words, rule: str = "DQ08") -> None:
        # All of it goes to the base: an exception that crosses processes is made again from that.
        super().__init__(what, remedy, rule)
        self.what = what
        self.remedy = remedy
        self.rule = rule

    def __str__(self) -> str:
        return self.what.en


def in_chinese(misread: Misread) -> str:
    """Give a misread as one line in Chinese; its `str` is the one in English."""
    row = f" 第 {misread.row} 行" if misread.row else ""
    column = f" {misread.column}" if misread.column else ""
    return f"{misread.file}{row}{column}：{misread.what.zh}；{misread.remedy.zh}"


def nothing_to_audit(where: str, why: Words, misreads: tuple[Misread, ...]) -> NothingToAudit:
    """Give the end of a batch: why, and every misread, all in Chinese and then all in English."""
    zh = [f"{where}：{why.zh}", *(f"  {in_chinese(one)}" for one in misreads)]
    en = [f"{where}: {why.en}", *(f"  {one}" for one in misreads)]
    return NothingToAudit("\n".join([*zh, *en]))


class Misreads:
    """Collects misreads; gives them in an order that depends on nothing but the batch."""

    def __init__(self) -> None:
        self._found: set[Misread] = set()

    def add(self, file: str, what: Words, remedy: Words, **where: Any) -> None:
        """Note what is wrong with a file of the batch and what to do about it."""
        self._found.add(Misread(file, what, remedy, **where))

    def note(self, file: str, fault: Unreadable, **where: Any) -> None:
        """Note a fault that was raised on the way."""
        self._found.add(Misread(file, fault.what, fault.remedy, **{"rule": fault.rule} | where))

    def keep(self, misread: Misread) -> None:
        """Keep what another process noted."""
        self._found.add(misread)

    def all(self) -> tuple[Misread, ...]:
        """Give them by file, row and column."""
        return tuple(
            sorted(
                self._found,
                key=lambda m: (m.file, m.row or 0, m.column or "", m.rule, m.what, m.polygon_ids),
            )
        )
