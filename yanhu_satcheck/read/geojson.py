"""GeoJSON, parsed by ourselves: one bad feature costs only itself, and no link is followed."""

import json
from pathlib import Path
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape as as_shape
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.read.crs import say_crs
from yanhu_satcheck.read.encodings import decode
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table
from yanhu_satcheck.terms import Words

_REPAIR = Words("请重新导出为 GeoJSON", "export it as GeoJSON again")


class _Object(dict[str, Any]):
    """A JSON object, and the keys that stand in it twice."""

    twice: tuple[str, ...] = ()


def read_geojson(
    name: str, path: Path, file: str, encoding: str | None, misreads: Misreads
) -> Table:
    """Read a FeatureCollection.

    Raises:
        Unreadable: It is no JSON, or no collection of features.
    """
    try:
        text = decode(path.read_bytes(), encoding)
        found = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as cause:
        raise Unreadable(
            Words(
                f"GeoJSON 第 {cause.lineno} 行有误",
                f"line {cause.lineno}, column {cause.colno}: {cause.msg}",
            ),
            _REPAIR,
        ) from None
    except RecursionError:
        raise Unreadable(Words("GeoJSON 嵌套过深", "it is nested too deep"), _REPAIR) from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise Unreadable(
            Words("不是要素集合（FeatureCollection）", "it is no FeatureCollection"), _REPAIR
        )
    kept = [(n, f) for n, f in enumerate(features, 1) if _is_feature(f, n, file, misreads)]
    headers: dict[str, None] = {}
    for _, feature in kept:
        headers |= dict.fromkeys(feature.get("properties") or {})
    rows = tuple(_row(n, feature, tuple(headers), file, misreads) for n, feature in kept)
    crs = _crs(found, name, file, misreads)
    if "crs" not in found and all(row.shape is None or _in_degrees(row.shape) for row in rows):
        crs = "EPSG:4326"  # what the standard says of a file that says nothing (RFC 7946, 4)
    return Table(name, file, tuple(headers), rows, spatial=True, crs=crs)


def _in_degrees(shape: BaseGeometry) -> bool:
    west, south, east, north = shape.bounds if not shape.is_empty else (0, 0, 0, 0)
    return bool(-180 <= west <= east <= 180 and -90 <= south <= north <= 90)


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = tuple(sorted({key for key in keys if keys.count(key) > 1}))
    return found


def _is_feature(feature: Any, number: int, file: str, misreads: Misreads) -> bool:
    properties = feature.get("properties") if isinstance(feature, dict) else 0
    if isinstance(properties, dict | None) and feature.get("type") == "Feature":
        return True
    misreads.add(
        file,
        Words(f"第 {number} 个要素不是 Feature", f"item {number} is no Feature"),
        _REPAIR,
        row=number,
        rule="DQ05",
    )
    return False


def _row(
    number: int, feature: _Object, headers: tuple[str, ...], file: str, misreads: Misreads
) -> Row:
    properties = feature.get("properties") or _Object()
    for twice in (*getattr(properties, "twice", ()), *feature.twice):
        misreads.add(
            file,
            Words(f"属性“{twice}”出现两次", f"the property “{twice}” stands there twice"),
            Words("以后一个为准；请改正文件", "the last one counts; mend the file"),
            row=number,
            column=twice,
        )
    cells = tuple(_cell(properties.get(header)) for header in headers)
    shape, fault = _shape(feature.get("geometry"))
    return Row(number, cells, shape, fault)


def _cell(value: Any) -> Cell:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    cell: Cell = value
    return cell


def _shape(geometry: Any) -> tuple[BaseGeometry | None, Words | None]:
    if geometry is None:
        return None, None
    try:
        if not _rings_close(geometry):
            return None, Words("边界环没有闭合", "a ring is not closed")
        return as_shape(geometry), None
    except (
        ShapelyError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
    ):
        return None, Words("图形坐标无法读取", "its coordinates cannot be read")


def _rings_close(geometry: dict[str, Any]) -> bool:
    drawn: Any = geometry.get("coordinates", [])
    parts = {"Polygon": [drawn], "MultiPolygon": drawn}.get(geometry["type"], [])
    rings = [ring for part in parts for ring in part]
    return all(ring[0] == ring[-1] for ring in rings)


def _crs(found: dict[str, Any], name: str, file: str, misreads: Misreads) -> str | None:
    crs = found.get("crs")
    if not isinstance(crs, dict):
        return None
    about = crs.get("properties")
    if crs.get("type") == "name" and isinstance(about, dict) and isinstance(about.get("name"), str):
        return str(about["name"])
    misreads.add(
        file,
        Words("坐标系写成链接，未采用", "its CRS is given as a link, which is not followed"),
        say_crs(name),
        rule="DQ04",
    )
    return None
