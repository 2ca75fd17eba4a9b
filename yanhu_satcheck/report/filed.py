"""What was issued and filed, in words that programs know: the ledger keeps the county's own."""

from typing import Any

from yanhu_satcheck.batch import IssuedPolygon, Submission
from yanhu_satcheck.evidence import Case
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import outline_hash
from yanhu_satcheck.report.jsonl import plain

_ISSUED = (
    *("key", "district_code", "township", "village", "before_date", "after_date", "area_m2"),
    *("mark", "prev_polygon_id", "parent_polygon_id"),
)
_FILED = (
    *("legality", "call", "breach", "subclass", "permit_no", "project_name", "approval_no"),
    *("restoration_plan_no", "disaster_ref", "field_date", "filed_date", "field_description"),
)


def polygons(audit: Audit) -> list[dict[str, Any]]:
    """Give each issued polygon, in the ledger's order, which is also that of ledger.gpkg."""
    cases = {case.polygon_id: case for case in audit.cases}
    return [_polygon(cases[entry.polygon_id]) for entry in audit.ledger.entries]


def _polygon(case: Case) -> dict[str, Any]:
    return {
        "polygon_id": case.polygon_id,
        **_some(case.polygon, _ISSUED),
        "outline": outline_hash(case.polygon.footprint),
        "filing": _some(case.filing, _FILED) if case.filing else None,
    }


def _some(noun: IssuedPolygon | Submission, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: plain(getattr(noun, name)) for name in names}
