"""How polygons and papers stand to one another in place. It measures and decides nothing."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import (
    Approval,
    Batch,
    Hazard,
    IssuedPolygon,
    LedgerRow,
    Licence,
    Submission,
)
from yanhu_satcheck.evidence import (
    NEIGHBOURS_M,
    ApprovalLink,
    LicenceLink,
    Overlap,
    Relations,
)
from yanhu_satcheck.past import (
    EarlierOverlap,
    EarlierPolygon,
    Past,
    is_sliver,
    kin,
    polygons_of,
)
from yanhu_satcheck.terms import fold, reference

BETWEEN = re.compile(r"[、,，;；/\s]+")
"""What people put between two numbers in one cell."""
HAZARD_M = 1000.0
"""A hazard point farther off than this is no context of a polygon."""

InForce = Callable[[Batch, date | None], list[BaseGeometry]]
Rows = Mapping[tuple[str, str], Sequence[LedgerRow]]
"""Rows of this batch's ledger that speak of earlier polygons, by folded batch and number."""
_ELLIPSOID = Geod(ellps="GRS80")  # CGCS2000 uses GRS80 to within 0.1 mm


class Drawn(NamedTuple):
    """An issued polygon with an outline that can be used."""

    polygon: IssuedPolygon
    footprint: BaseGeometry


def relate(batch: Batch, past: Past | None = None) -> Relations:
    """Relate every issued polygon to the others, to the papers, and to those of earlier batches."""
    drawn = [Drawn(p, p.footprint) for p in batch.polygons if p.footprint is not None]
    filed = batch.filed()
    families = _families(batch.polygons)
    overlaps = tuple(_overlaps(drawn, families))
    told = _rows_of_earlier(batch, past) if past else {}
    return Relations(
        overlaps=overlaps,
        neighbours=frozenset(_neighbours(drawn, families)),
        licences={p.id: _licences(p, batch.permits, filed.get(p.key)) for p in batch.polygons},
        approvals={p.id: _approvals(p, batch, filed.get(p.key)) for p in batch.polygons},
        hazards={one.polygon.id: _hazards(one, batch.hazards) for one in drawn},
        licensed_share=_shares(drawn, batch, "permits", _licences_in_force),
        approved_share=_shares(drawn, batch, "projects", _projects_in_force),
        area_m2=_areas(drawn, batch.crs),
        earlier=_earlier(drawn, batch, past, told) if past else {},
        contradicted=tuple(_with_rows(one, told) for one in past.contradicted(batch.id))
        if past
        else (),
        issued_before=past.issued_before(batch.id) if past else (),
        looked_before=past.looked_again(batch.id) if past else frozenset(),
    )


def _pair(one: IssuedPolygon, two: IssuedPolygon) -> tuple[str, str]:
    return (min(one.id, two.id), max(one.id, two.id))


def _families(polygons: Sequence[IssuedPolygon]) -> frozenset[tuple[str, str]]:
    """Pairs of parent and child, and of children of one parent."""
    members: dict[str, list[IssuedPolygon]] = defaultdict(list)
    for one in polygons:
        if one.parent_polygon_id:
            members[fold(one.parent_polygon_id)].append(one)
    for one in polygons:
        if one.key in members:
            members[one.key].append(one)
    return frozenset(
        _pair(one, two) for kin in members.values() for one in kin for two in kin if one.id < two.id
    )


def _near_pairs(drawn: Sequence[Drawn], metres: float) -> Iterator[tuple[Drawn, Drawn]]:
    if not drawn:
        return
    shapes = [one.footprint for one in drawn]
    ones, twos = STRtree(shapes).query(shapes, predicate="dwithin", distance=metres)
    for one, two in sorted(zip(ones.tolist(), twos.tolist(), strict=True)):
        if one < two:
            yield drawn[one], drawn[two]


def _overlaps(drawn: Sequence[Drawn], families: frozenset[tuple[str, str]]) -> Iterator[Overlap]:
    for one, two in _near_pairs(drawn, 0.0):
        shared = shapely.intersection(one.footprint, two.footprint)
        if shared.area > 0:
            smaller = min(one.footprint.area, two.footprint.area)
            thin = is_sliver(shared)
            pair = _pair(one.polygon, two.polygon)
            share = min(1.0, shared.area / smaller)
            yield Overlap(pair, shared.area, share, thin, pair in families)


def _neighbours(
    drawn: Sequence[Drawn], families: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    yield from (_pair(a.polygon, b.polygon) for a, b in _near_pairs(drawn, NEIGHBOURS_M))
    yield from families


def _inside(footprint: BaseGeometry | None, area: BaseGeometry | None) -> float | None:
    """Share of a footprint that lies in an area; `None` where either has no usable outline."""
    if footprint is None or area is None or not footprint.area:
        return None
    return float(min(1.0, shapely.intersection(footprint, area).area / footprint.area))


def _licences(
    polygon: IssuedPolygon, permits: Sequence[Licence], filing: Submission | None
) -> tuple[LicenceLink, ...]:
    numbers = _numbers(filing.permit_no) if filing else set()
    links = (
        LicenceLink(permit, _inside(polygon.footprint, permit.footprint), permit.key in numbers)
        for permit in permits
    )
    return tuple(link for link in links if link.named or link.share_inside)


def _numbers(cell: str) -> set[str]:
    return {fold(one) for one in BETWEEN.split(cell) if one}


def _references(cell: str) -> set[str]:
    """Numbers of approvals in a cell: the whole cell, too, for blanks may stand within one."""
    return {reference(one) for one in (cell, *BETWEEN.split(cell)) if one}


def _approvals(
    polygon: IssuedPolygon, batch: Batch, filing: Submission | None
) -> tuple[ApprovalLink, ...]:
    numbers = {
        "restoration": _references(filing.restoration_plan_no) if filing else set(),
        "projects": _references(filing.approval_no) if filing else set(),
    }
    links = (
        ApprovalLink(
            table,
            approval,
            _inside(polygon.footprint, approval.footprint),
            reference(approval.ref) in numbers[table],
        )
        for table, approvals in (("restoration", batch.restoration), ("projects", batch.projects))
        for approval in approvals
    )
    return tuple(link for link in links if link.named or link.share_inside)


def _hazards(one: Drawn, hazards: Sequence[Hazard]) -> tuple[tuple[str, float], ...]:
    away = (
        (hazard.ref, float(shapely.distance(one.footprint, hazard.footprint)))
        for hazard in hazards
        if hazard.footprint is not None
    )
    return tuple(sorted((pair for pair in away if pair[1] <= HAZARD_M), key=lambda p: (p[1], p[0])))


def _licences_in_force(batch: Batch, day: date | None) -> list[BaseGeometry]:
    return [p.footprint for p in batch.permits if p.footprint is not None and p.valid_on(day)]


def _in_term(approval: Approval, day: date | None) -> bool:
    if day is None:
        return False
    since, until = approval.valid_from or date.min, approval.valid_to or date.max
    return since <= day <= until


def _projects_in_force(batch: Batch, day: date | None) -> list[BaseGeometry]:
    return [p.footprint for p in batch.projects if p.footprint is not None and _in_term(p, day)]


def _shares(
    drawn: Sequence[Drawn], batch: Batch, table: str, in_force: InForce
) -> Mapping[str, float]:
    """Share of each polygon that several papers in force cover together at its after date."""
    if table in batch.not_supplied:
        return {}
    shares = {}
    for polygon, footprint in drawn:
        there = in_force(batch, polygon.after_date or batch.period[1])
        near = [area for area in there if area.intersects(footprint)]
        shares[polygon.id] = _inside(footprint, shapely.union_all(near)) or 0.0
    return shares


def _areas(drawn: Sequence[Drawn], crs: str) -> Mapping[str, float]:
    """Geodesic areas in m² on GRS80; a plane's area is up to 0.04 % off in a 3-degree zone."""
    return {
        one.polygon.id: abs(_ELLIPSOID.geometry_area_perimeter(degrees)[0])
        for one, degrees in zip(drawn, _in_degrees(drawn, crs), strict=True)
    }


def _in_degrees(drawn: Sequence[Drawn], crs: str) -> list[BaseGeometry]:
    """Turn outlines into CGCS2000 degrees, longitude first."""
    to_lonlat = Transformer.from_crs(crs, "EPSG:4490", always_xy=True)

    def lonlat(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_lonlat.transform(xy[:, 0], xy[:, 1]))

    return [shapely.transform(one.footprint, lonlat) for one in drawn]


def _earlier(
    drawn: Sequence[Drawn], batch: Batch, past: Past, told: Rows
) -> Mapping[str, tuple[EarlierOverlap, ...]]:
    """Give the earlier polygons on the ground of each polygon, the archive asked once for each."""
    found = {}
    for (here, _), degrees in zip(drawn, _in_degrees(drawn, batch.crs), strict=True):
        outline = polygons_of(degrees)
        met = past.overlapping(outline, batch.id) if outline is not None else ()
        formers = [one.polygon for one in met]
        found[here.id] = tuple(
            one._replace(
                polygon=_with_rows(one.polygon, told), family=kin(here, one.polygon, formers)
            )
            for one in met
        )
    return found


def _rows_of_earlier(batch: Batch, past: Past) -> Rows:
    """Find the rows of this batch's ledger that speak of polygons of earlier batches.

    A row that names no batch means this one, else the latest earlier one with that number.
    """
    issued = {polygon.key for polygon in batch.polygons}
    rows: dict[tuple[str, str], list[LedgerRow]] = defaultdict(list)
    for row in batch.ledger:
        if not batch.owns(row):
            rows[fold(row.batch), row.key].append(row)
        elif not fold(row.batch) and row.key not in issued:
            rows[fold(past.latest(row.key, batch.id) or ""), row.key].append(row)
    return rows


def _with_rows(one: EarlierPolygon, told: Rows) -> EarlierPolygon:
    more = told.get((fold(one.batch), one.key), ())
    return replace(one, ledger=(*one.ledger, *more)) if more else one
