"""Stored rows become nouns again."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import shapely

from yanhu_satcheck.batch import Camera, LedgerRow
from yanhu_satcheck.past import EarlierFinding, EarlierPhoto, EarlierPolygon, KeptChip
from yanhu_satcheck.terms import Breach, Call, Status, Words

_DAYS = ("deadline", "extended_deadline", "closed_date", "verify_date")


def polygon(batch: str, outline: bytes | None, facts: str) -> EarlierPolygon:
    """Give a stored polygon as it was issued and filed."""
    said = json.loads(facts)
    filing: Mapping[str, Any] = said["filing"] or {}
    return EarlierPolygon(
        batch=batch,
        polygon_id=said["polygon_id"],
        key=said["key"],
        lonlat=None if outline is None else shapely.from_wkb(outline),
        call=_call(filing.get("call")),
        breach=_breach(filing.get("breach")),
        legality=filing.get("legality", ""),
        filed_date=day(filing.get("filed_date")),
        after_date=day(said["after_date"]),
        permit_no=filing.get("permit_no", ""),
        approval_no=filing.get("approval_no", ""),
        restoration_plan_no=filing.get("restoration_plan_no", ""),
        prev_polygon_id=said.get("prev_polygon_id", ""),
        parent_polygon_id=said.get("parent_polygon_id", ""),
        field_description=filing.get("field_description", ""),
    )


Answers = Mapping[tuple[str, str], str]
"""What people answered in one revision, by kind and what it is about."""


def answers(base: sqlite3.Connection, revision: int) -> Answers:
    """Give what people answered in one revision."""
    query = "SELECT kind, about, opinion FROM answer WHERE revision = ?"
    return {(kind, about): opinion for kind, about, opinion in base.execute(query, (revision,))}


def findings(
    base: sqlite3.Connection, revision: int, answers: Answers
) -> dict[str, tuple[EarlierFinding, ...]]:
    """Give what one revision found, by polygon, with the answers that people gave to it."""
    told: dict[str, list[EarlierFinding]] = defaultdict(list)
    query = "SELECT line FROM finding WHERE revision = ? ORDER BY id"
    for (line,) in base.execute(query, (revision,)):
        said = json.loads(line)
        for name in said["polygon_ids"]:
            # Where a finding is answered, that goes before the polygon's answer.
            opinion = answers.get(("finding", said["id"]), answers.get(("polygon", name), ""))
            told[name].append(
                EarlierFinding(
                    said["id"],
                    said["rule"],
                    Status[said["status"].upper()],
                    Words(**said["message"]),
                    said["suppressed"] is not None,
                    opinion,
                )
            )
    return {name: tuple(found) for name, found in told.items()}


def ledger_row(line: str) -> LedgerRow:
    """Give a stored row of the county's ledger."""
    said = json.loads(line)
    known = {one.name: said[one.name] for one in fields(LedgerRow) if one.name in said}
    return LedgerRow(**{**known, **{name: day(said.get(name)) for name in _DAYS}})


def photo(batch: str, facts: str, how: str, bits: int) -> EarlierPhoto:
    """Give a stored photograph and how it is like the one at hand."""
    said = json.loads(facts)
    taken = said.get("taken_at")
    return EarlierPhoto(
        batch=batch,
        id=said["path"],
        polygon_id=said.get("polygon_id"),
        sha256=said["sha256"],
        how=how,
        bits=bits,
        lonlat=(said["lon"], said["lat"]) if "lon" in said and "lat" in said else None,
        taken_at=datetime.fromisoformat(taken) if taken else None,
        camera=Camera(*(said.get(name, "") for name in ("make", "model", "serial"))),
        size=(said.get("width", 0), said.get("height", 0)),
    )


def chip(facts: str) -> KeptChip:
    """Give a stored picture's particulars."""
    said = json.loads(facts)
    rings = tuple(tuple((x, y) for x, y in ring) for ring in said["outline"])
    known = {name: said[name] for name in KeptChip._fields}
    return KeptChip(**{**known, "date": day(said["date"]), "outline": rings})


def day(text: str | None) -> date | None:
    """Read a stored day."""
    return date.fromisoformat(text[:10]) if text else None


def _call(text: str | None) -> Call:
    if text is None:
        return Call.UNFILLED
    return Call(text) if text in set(Call) else Call.UNKNOWN


def _breach(text: str | None) -> Breach | None:
    if text is None:
        return None
    return Breach(text) if text in set(Breach) else Breach.OTHER
