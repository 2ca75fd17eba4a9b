"""Rows of the batch's papers become their nouns: licences, ledger rows, plans, patrols."""

from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from pyproj import CRS
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import (
    Approval,
    Blacklisted,
    Hazard,
    KeyArea,
    LedgerRow,
    Licence,
    Lookback,
    Patrol,
    Submission,
)
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read.calls import called
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.polygons import fault_of, route_of, settle_layer
from yanhu_satcheck.read.tables import Record, Records
from yanhu_satcheck.read.values import is_blank
from yanhu_satcheck.terms import Words, fold

_Noun = TypeVar("_Noun", LedgerRow, Lookback, Blacklisted)
_AREAL = frozenset({"permits", "restoration", "projects"})
_NUMBERED = {"submission": "polygon_id", "permits": "permit_no", "rectification": "polygon_id"}
_NUMBERED |= {"lookback": "polygon_id", "blacklist": "name", "patrols": "level"}
_LEVELS = {"区": "区", "县": "区", "区级": "区", "县级": "区", "区县": "区", "区县级": "区"}
_LEVELS |= {"乡": "乡", "镇": "乡", "乡级": "乡", "镇级": "乡", "乡镇": "乡", "乡镇级": "乡"}
_LEVELS |= {"街道": "乡", "村": "村", "村级": "村"}


def submissions(records: Records, day: date, misreads: Misreads) -> tuple[Submission, ...]:
    """Make the filing's rows; none is left out, issued or not, once, twice or without number."""
    rows = []
    _numbered(records, misreads)
    for record in records.rows:
        said = dict(record.values)
        call, breach = called(said["legality"], said["subclass"], day)
        rows.append(
            Submission(
                key=fold(said["polygon_id"]),
                row=record.row.number,
                cells=record.row.cells,
                call=call,
                breach=breach,
                **said,
            )
        )
    return tuple(rows)


def shapes(
    records: Records, declared: str | None, work: CRS, region: str, misreads: Misreads
) -> list[BaseGeometry | None]:
    """Carry a layer's shapes into the working CRS; a table of lon and lat gives points.

    Raises:
        Unreadable: The layer's CRS cannot be told or used.
    """
    table = records.table
    if not table.spatial:
        route = crses.Route(crses.Settled(CRS(crses.CGCS2000)), work, None)
        return [_point(records, record, route, misreads) for record in records.rows]
    areal = table.name in _AREAL
    settled = settle_layer(table, declared, work, region, misreads, areal=areal)
    route = route_of(records, settled, work)
    return [_drawn(records, record, route, areal, misreads) for record in records.rows]


def _drawn(
    records: Records,
    record: Record,
    route: crses.Route,
    areal: bool,
    misreads: Misreads,
) -> BaseGeometry | None:
    fault, rule = fault_of(record.row, areal=areal), "DQ05"
    remedy = Words("请重新绘制该图形", "draw it again; it is left out until then")
    if fault is None and record.row.shape is not None:
        try:
            return route.carry(record.row.shape)
        except Unreadable as cause:
            fault, remedy, rule = cause.what, cause.remedy, cause.rule
    misreads.add(
        records.table.file,
        fault or Words("没有图形", "it has no geometry"),
        remedy,
        row=record.row.number,
        rule=rule,
    )
    return None


def _point(
    records: Records, record: Record, route: crses.Route, misreads: Misreads
) -> BaseGeometry | None:
    lon, lat = record.values.get("lon"), record.values.get("lat")
    if lon is None or lat is None:
        return None
    try:
        if abs(lon) <= 180 and abs(lat) <= 90:
            return route.carry(Point(lon, lat))
    except Unreadable:
        pass
    misreads.add(
        records.table.file,
        Words(f"经纬度 {lon}, {lat} 不在国内", f"{lon}, {lat} is no place in China"),
        Words("请填以度计的经纬度，如 111.0, 35.0", "give degrees, like 111.0, 35.0"),
        row=record.row.number,
        column=records.places["lon"].header,
        rule="DQ04",
    )
    return None


def licences(
    records: Records, drawn: list[BaseGeometry | None], misreads: Misreads
) -> tuple[Licence, ...]:
    """Make the mining licences."""
    kept = {id(record) for record in _numbered(records, misreads)}
    return tuple(
        Licence(key=fold(r.values["permit_no"]), row=r.row.number, footprint=shape, **r.values)
        for r, shape in zip(records.rows, drawn, strict=True)
        if id(r) in kept
    )


def approvals(
    records: Records, drawn: list[BaseGeometry | None], misreads: Misreads
) -> tuple[Approval, ...]:
    """Make the restoration plans or construction projects."""
    return tuple(
        Approval(key=fold(r.values["ref"]), row=r.row.number, footprint=shape, **r.values)
        for r, shape in zip(records.rows, drawn, strict=True)
    )


def hazards(
    records: Records, drawn: list[BaseGeometry | None], misreads: Misreads
) -> tuple[Hazard, ...]:
    """Make the hazard points."""
    return tuple(
        Hazard(r.values["ref"], r.values["type"], shape, r.row.number)
        for r, shape in zip(records.rows, drawn, strict=True)
    )


def key_areas(
    records: Records, drawn: list[BaseGeometry | None], misreads: Misreads
) -> tuple[KeyArea, ...]:
    """Make the key areas."""
    return tuple(
        KeyArea(r.values["name"], r.values["kind"], shape, r.row.number)
        for r, shape in zip(records.rows, drawn, strict=True)
    )


def ledger(records: Records, misreads: Misreads) -> tuple[LedgerRow, ...]:
    """Make the ledger's rows."""
    return _plain(LedgerRow, records, misreads)


def lookbacks(records: Records, misreads: Misreads) -> tuple[Lookback, ...]:
    """Make the look-backs."""
    return _plain(Lookback, records, misreads)


def blacklisted(records: Records, misreads: Misreads) -> tuple[Blacklisted, ...]:
    """Make the blacklist."""
    return _plain(Blacklisted, records, misreads)


def patrols(records: Records, misreads: Misreads) -> tuple[Patrol, ...]:
    """Make the patrols; a level is 区, 乡 or 村, however it is written."""
    rows = []
    for record in _numbered(records, misreads):
        said = dict(record.values)
        level = _LEVELS.get(said["level"])
        if level is None:
            misreads.add(
                records.table.file,
                Words(
                    f"级别“{said['level']}”无法识别", f"the level “{said['level']}” is not known"
                ),
                Words("请填区、乡或村", "write 区, 乡 or 村"),
                row=record.row.number,
                column=records.places["level"].header,
            )
        said["level"] = level or said["level"]
        rows.append(Patrol(row=record.row.number, **said))
    return tuple(rows)


def _plain(noun: type[_Noun], records: Records, misreads: Misreads) -> tuple[_Noun, ...]:
    rows = []
    for record in _numbered(records, misreads):
        said: dict[str, Any] = dict(record.values)
        if any(field.name == "key" for field in fields(noun)):
            said["key"] = fold(said["polygon_id"])
        rows.append(noun(row=record.row.number, **said))
    return tuple(rows)


def _numbered(records: Records, misreads: Misreads) -> list[Record]:
    column = _NUMBERED[records.table.name]
    kept = []
    for record in records.rows:
        if record.values[column]:
            kept.append(record)
            continue
        place = records.places[column]
        if not is_blank(record.row.cells[place.index]):
            continue  # there is one that cannot be read; it is named already
        header = place.header
        misreads.add(
            records.table.file,
            Words(f"“{header}”为空", f"“{header}” is blank"),
            Words("请补充，否则该行无法使用", "fill it in, or the row cannot be used"),
            row=record.row.number,
            column=header,
        )
    return kept
