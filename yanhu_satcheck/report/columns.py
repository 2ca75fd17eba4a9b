"""The 更正台账: the filing's own columns, then ours, the same in workbook, CSV and geopackage."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.ledger import Audit, Entry, Ledger, Review
from yanhu_satcheck.report.names import csv_text, page_link
from yanhu_satcheck.report.standing import grounds, standings
from yanhu_satcheck.review import DUTY, LINK, REVIEW
from yanhu_satcheck.terms import CONSISTENT, Status, Words

ID = "图斑编号"
STATUS = "审核状态"
ADDED = ("建议填报", "更正依据", STATUS, "可能涉及条款", *DUTY, *REVIEW, LINK)
CLASH = "填报_"


def headers(filing_columns: tuple[str, ...], added: tuple[str, ...] = ADDED) -> tuple[str, ...]:
    """Give the ledger's column names; one of the filing's that clashes with ours gets `填报_`."""
    taken = {name.casefold() for name in (ID, *added)}
    own = []
    for column in filing_columns:
        while column.strip().casefold() in taken:
            column = CLASH + column.strip()
        own.append(column)
    return (ID, *own, *added)


def distinct(names: tuple[str, ...], *reserved: str) -> tuple[str, ...]:
    """Tell columns of one name apart, for formats that need it: blank ones are numbered."""
    taken = {name.casefold() for name in reserved}
    told = []
    for at, name in enumerate(names, start=1):
        base = name = name.strip() or f"列{at}"
        again = 1
        while name.casefold() in taken:
            again += 1
            name = f"{base}_{again}"
        taken.add(name.casefold())
        told.append(name)
    return tuple(told)


def rows(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """Give every issued polygon's row under `headers`."""
    why = grounds_of(audit)
    for entry in audit.ledger.entries:
        yield row(entry, audit.ledger, why[entry.polygon_id], audit.lang)


def grounds_of(audit: Audit) -> dict[str, str]:
    """Give every polygon's 更正依据 in the language of the report."""
    told = standings(audit)
    return {
        one.polygon_id: grounds(one, told[one.polygon_id], audit) for one in audit.ledger.entries
    }


def row(entry: Entry, ledger: Ledger, why: str, lang: str) -> tuple[Cell, ...]:
    """Give one issued polygon's row; `why` is its 更正依据."""
    return (
        entry.polygon_id,
        *own_cells(entry, ledger),
        entry.proposed.words.zh if entry.proposed else None,  # a word to file, so always Chinese
        why,
        state(entry.status),
        clauses(say(one, lang) for one in entry.provisions),
        entry.responsible_unit,
        entry.measure,
        entry.deadline,
        entry.responsible_person,
        *reviewed(entry.review),
        page_link(entry.polygon_id),
    )


def clauses(provisions: Iterable[str]) -> str:
    """Give provisions a line each; what they all end in, that they only may apply, is said once."""
    told: dict[str, list[str]] = {}
    for one in provisions:
        left, bracket, ending = one.rpartition("（" if one.endswith("）") else " (")
        told.setdefault(bracket + ending, []).append(left)
    lines: list[str] = []
    for ending, names in told.items():
        above = f"（以上 {len(names)} 条" if ending[:1] == "（" else f"(the {len(names)} above "
        several = [*names, above + ending.lstrip("（ (")]
        lines += several if ending and len(names) > 1 else [name + ending for name in names]
    return "\n".join(lines)


def own_cells(entry: Entry, ledger: Ledger) -> tuple[Cell, ...]:
    """Give the filing's own cells of a polygon; blank ones where no row was filed."""
    count = len(ledger.filing_columns)
    return (*entry.cells, *(None,) * count)[:count]


def reviewed(review: Review) -> tuple[Cell, Cell, Cell]:
    """Give the three cells that a person fills in."""
    return review.opinion or None, review.by or None, review.on


def state(status: Status | None) -> str:
    """Give the 审核状态 in the ledger's own words."""
    return status.words.zh if status else CONSISTENT.zh


def say(words: Words | None, lang: str) -> str:
    """Say words in the language of the report."""
    return "" if words is None else str(getattr(words, lang))


def write_csv(audit: Audit, path: Path) -> None:
    """Write the 更正台账 as CSV that Excel and WPS open as UTF-8."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for cells in (headers(audit.ledger.filing_columns), *rows(audit)):
            writer.writerow([csv_text(cell) for cell in cells])
