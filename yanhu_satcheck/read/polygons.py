"""The issued polygons: numbers, dates, areas, and footprints carried into the working CRS."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from yanhu_satcheck.batch import IssuedPolygon
from yanhu_satcheck.foreign import by_geos, shape_type
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Record, Records, Row, Table
from yanhu_satcheck.read.values import UNITS
from yanhu_satcheck.terms import Words, fold

MAX_COORDINATE = 1e10
MAX_VERTICES = 200_000  # beyond, one polygon alone stops a geometry engine for minutes
_REDRAW = Words("请重新绘制该图形后再提供", "draw it again and supply it anew")
_MU = UNITS["m2"]["亩"]
_PLAIN = [
    "district_code",
    "township",
    "village",
    "before_date",
    "after_date",
    "mark",
    "prev_polygon_id",
    "parent_polygon_id",
]


def fault_of(row: Row, *, areal: bool) -> Words | None:
    """Say what is wrong with a geometry as drawn; it is never repaired.

    One bow-tie has three areas, depending on who repairs it.
    """
    shape = row.shape
    if shape is None or shape.is_empty:
        return row.fault or Words("没有图形", "it has no geometry")
    if areal and shape.geom_type not in ("Polygon", "MultiPolygon"):
        kind = shape_type(shape.geom_type)
        return Words(f"图形是{kind.zh}，不是面", f"it is a {kind.en}, no polygon")
    vertices = int(shapely.get_num_coordinates(shape))
    if vertices > MAX_VERTICES:
        return Words(f"顶点过多（{vertices} 个）", f"it has too many vertices ({vertices})")
    coordinates = shapely.get_coordinates(shape)
    if not (np.abs(coordinates) < MAX_COORDINATE).all():  # nor is NaN less than anything
        return Words("坐标不是可用的数", "its coordinates are no usable numbers")
    if not shape.is_valid:
        why = by_geos(shapely.is_valid_reason(shape))
        return Words(f"图形无效（{why.zh}）", f"its geometry is invalid ({why.en})")
    if areal and shape.area <= 0:
        return Words("图形面积为零", "its area is zero")
    return None


def settle_layer(
    table: Table,
    declared: str | None,
    hint: CRS | None,
    region: str,
    misreads: Misreads,
    *,
    areal: bool,
) -> crses.Settled:
    """Settle the CRS of a layer by all its usable shapes; what was assumed is noted.

    Raises:
        Unreadable: There is no usable shape, or no CRS that can be told.
    """
    good = [row.shape for row in table.rows if fault_of(row, areal=areal) is None]
    if not good:
        raise Unreadable(Words("没有可用的图形", "no geometry of it can be used"), _REDRAW, "DQ05")
    bounds = shapely.bounds(good)
    # One stray shape must not decide for all: the middle half of the layer speaks.
    points = np.vstack([bounds[:, :2], bounds[:, 2:]])
    low, high = np.quantile(points, [0.25, 0.75], axis=0, method="nearest")
    settled = crses.settle(np.vstack([low, high]), table.crs, declared, hint, region, table.name)
    if settled.assumed is not None:
        right = crses.say_crs(table.name)
        misreads.add(
            table.file,
            settled.assumed,
            Words(f"如不对，{right.zh}", f"if that is wrong, {right.en}"),
            rule="DQ04",
        )
    return settled


def centre(table: Table, settled: crses.Settled) -> tuple[float, float]:
    """Give the middle of a layer in degrees."""
    lon, lat = np.median(_places(table, settled), axis=0)
    return float(lon), float(lat)


def _places(table: Table, settled: crses.Settled) -> np.ndarray:
    good = [row.shape for row in table.rows if fault_of(row, areal=False) is None]
    bounds = shapely.bounds(good)
    points = (bounds[:, :2] + bounds[:, 2:]) / 2
    places = crses.to_degrees(settled.crs)(points[:, ::-1] if settled.swapped else points)
    return places[np.isfinite(places).all(axis=1)]  # type: ignore[no-any-return]


def route_of(records: Records, settled: crses.Settled, work: CRS) -> crses.Route:
    """Give the way of a layer's shapes into the working CRS."""
    lon = _places(records.table, settled)[:, 0]
    middle = float(np.median(lon))
    # Only where most of a layer lies in one zone can a shape be told to carry another.
    local = np.quantile(np.abs(lon - middle), 0.8, method="nearest") <= 1.5
    return crses.Route(settled, work, middle if local else None)


def issued(
    records: Records, settled: crses.Settled, work: CRS, misreads: Misreads
) -> tuple[IssuedPolygon, ...]:
    """Make the issued polygons; numbers issued again get ~2, ~3 in file order."""
    names, route = _names(records, misreads), route_of(records, settled, work)
    polygons = []
    for record, name in zip(records.rows, names, strict=True):
        shape, fault = record.row.shape, fault_of(record.row, areal=True)
        remedy, rule = _REDRAW, "DQ05"
        drawn = None
        if fault is None and shape is not None:
            try:
                drawn = route.carry(shape)
            except Unreadable as cause:
                fault, remedy, rule = cause.what, cause.remedy, cause.rule
        if fault is not None:
            misreads.add(
                records.table.file,
                Words(f"图斑 {name}：{fault.zh}", f"polygon {name}: {fault.en}"),
                remedy,
                row=record.row.number,
                rule=rule,
                polygon_ids=(name,),
            )
        number = str(record.values["polygon_id"])
        plain = {column: record.values[column] for column in _PLAIN}
        polygons.append(
            IssuedPolygon(
                name, fold(number) or fold(name), record.row.number, drawn, fault, **plain
            )
        )
    return _with_areas(polygons, records, misreads)


def _names(records: Records, misreads: Misreads) -> list[str]:
    seen: Counter[str] = Counter()
    taken = {fold(str(record.values["polygon_id"])) for record in records.rows}
    names = []
    for record in records.rows:
        number = str(record.values["polygon_id"]).strip()
        if not number:
            number = f"未编号-{record.row.number}"
            misreads.add(
                records.table.file,
                Words("没有图斑编号", "it has no polygon number"),
                Words("请补充图斑编号", "supply its number"),
                row=record.row.number,
                polygon_ids=(number,),
            )
        key = fold(number)
        seen[key] += 1
        while seen[key] > 1 and fold(f"{number}~{seen[key]}") in taken:
            seen[key] += 1  # somebody issued “A~2” in earnest
        names.append(number if seen[key] == 1 else f"{number}~{seen[key]}")
    return names


def _with_areas(
    polygons: list[IssuedPolygon], records: Records, misreads: Misreads
) -> tuple[IssuedPolygon, ...]:
    factor = _undeclared_unit(polygons, records, misreads)
    done = []
    for polygon, record in zip(polygons, records.rows, strict=True):
        done.append(replace(polygon, area_m2=_area(record, factor)))
    return tuple(done)


def _area(record: Record, factor: float | None) -> float | None:
    said: Mapping[str, Any] = record.values
    if said["area_m2"] is not None:
        return float(said["area_m2"])
    if said["area_mu"] is not None:
        return float(said["area_mu"]) * _MU
    if said["area"] is not None and factor is not None:
        return float(said["area"]) * factor
    return None


def _undeclared_unit(
    polygons: list[IssuedPolygon], records: Records, misreads: Misreads
) -> float | None:
    """Tell m² from 亩 by the drawn areas, where the column does not say; they differ 667-fold."""
    place = records.places.get("area")
    if place is None or place.unit:
        return 1.0
    ratios = [
        record.values["area"] / polygon.footprint.area
        for polygon, record in zip(polygons, records.rows, strict=True)
        if polygon.footprint is not None and record.values["area"]
    ]
    if not ratios:
        return None
    ratio = median(ratios)
    for unit in (1.0, _MU):
        if 0.5 <= ratio * unit <= 2:
            return unit
    misreads.add(
        records.table.file,
        Words(f"“{place.header}”没有单位，与图形面积也对不上", f"“{place.header}” has no unit"),
        Words(
            "请在表头写明单位，如 监测面积(亩)",
            "write it in the header, like 监测面积(亩); it fits neither m² nor 亩 as drawn",
        ),
        row=records.table.header_row,
        column=place.header,
    )
    return None
