"""The ledger as audit.json holds it: all that `finalize` and the next audit of the batch need.

OUT may travel without its batch folder, so the filing's rows stand here too, their types kept.
`read.finished` reads it back.
"""

from datetime import date, datetime
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.ledger import Audit, Entry, Rectification
from yanhu_satcheck.report.columns import grounds_of
from yanhu_satcheck.report.names import cell_text
from yanhu_satcheck.report.sheets import Sheet, all_sheets
from yanhu_satcheck.review import Filled, Outdated, Stood, mark


def record(audit: Audit) -> dict[str, Any]:
    """Give the ledger in what JSON holds."""
    ledger, batch = audit.ledger, audit.batch
    grounds = grounds_of(audit)
    keys = {one.id: one.key for one in batch.polygons}
    return {
        "filing": {
            "columns": list(batch.filing_columns),
            "call": batch.filing_call,
            "above": [[_cell(c) for c in row] for row in batch.filing_above],
            "rows": [[one.key, [_cell(c) for c in one.cells]] for one in batch.submissions],
        },
        "entries": [
            _entry(one, keys[one.polygon_id], grounds[one.polygon_id]) for one in ledger.entries
        ],
        "rectification": [_line(one) for one in ledger.rectification],
        "eight": [
            {"name": one.name, "count": one.count, "note": list(one.note)} for one in ledger.eight
        ],
        "filled": [filled(one) for one in ledger.filled],
        "outdated": [_outdated(one) for one in ledger.outdated],
        "sheets": {one.name: _marked(one, at) for at, one in enumerate(all_sheets(audit))},
        "answered": sum(any(one.review) for one in ledger.entries)
        + sum(any(one.review) for one in ledger.problems),
    }


def _cell(cell: Cell) -> Any:
    """Keep a cell's type: a date is told from the text that looks like one."""
    if isinstance(cell, datetime):
        return {"datetime": cell.replace(tzinfo=None).isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, float) and not -1e300 < cell < 1e300:
        return str(cell)
    return cell


def _entry(one: Entry, key: str, grounds: str) -> dict[str, Any]:
    return {
        "polygon_id": one.polygon_id,
        "key": key,
        "township": one.township,
        "status": one.status.name.lower() if one.status else None,
        "proposed": one.proposed.value if one.proposed else None,
        "grounds": grounds,
        "responsible_unit": one.responsible_unit,
        "measure": one.measure,
        "deadline": _cell(one.deadline),
        "responsible_person": one.responsible_person,
    }


def _line(one: Rectification) -> dict[str, Any]:
    return {
        name: list(cell) if isinstance(cell, tuple) else _cell(cell)
        for name, cell in one._asdict().items()
    }


def filled(one: Filled) -> dict[str, Any]:
    """Give a cell that a person filled in, in what JSON holds."""
    return {name: _cell(cell) for name, cell in one._asdict().items()}


def _outdated(one: Outdated) -> dict[str, Any]:
    return {
        "answer": list(one.answer),
        "stood": _stood(one.stood),
        "polygon_ids": list(one.polygon_ids),
        "now": _stood(one.now) if one.now else None,
    }


def _stood(one: Stood) -> dict[str, Any]:
    return {
        "status": one.status.name.lower() if one.status else None,
        "proposed": one.proposed.value if one.proposed else None,
        "findings": list(one.findings),
    }


def _marked(sheet: Sheet, place: int) -> dict[str, Any]:
    """Mark every row, so that a cell which a person changed is found whatever sheet it is on."""
    header = [cell_text(name) for name in sheet.header]
    rows = [
        mark(sheet.name, header, [cell_text(c) if isinstance(c, str) else c for c in cells])
        for cells in sheet.rows
    ]
    cells = [[_cell(cell) for cell in cells] for cells in sheet.rows]
    kept = {"cells": cells, "filed": sheet.filed, "place": place}
    return {"header": header, "rows": rows, **kept}
