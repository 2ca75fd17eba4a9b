"""KML and KMZ, parsed by ourselves: one bad placemark costs only itself, no link is followed."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

import numpy as np
from shapely.errors import ShapelyError
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.archives import BAD_ZIP, member_name
from yanhu_satcheck.read.markup import MAX_BYTES, parse_xml
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table
from yanhu_satcheck.terms import Words

SUFFIXES = (".kml", ".kmz", ".ovkml", ".ovkmz")
MAX_MEMBERS = 20_000
MAX_PARTS = 10_000  # shapes of one placemark
_WGS84 = frozenset({"", "wgs84", "cgcs2000"})
# The column that a placemark's name stands in for, where no field of its own does.
_NAMED = {"polygons": "polygon_id", "permits": "permit_no"}
_GEOMETRIES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_UNDRAWN = ("Track", "MultiTrack", "Model")
_SPACED = re.compile(r"\s,|,\s")
_AGAIN = Words("请重新导出为 KML", "export it as KML again")


class _Fault(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


class _Placemark(NamedTuple):
    number: int
    fields: dict[str, str]
    names: dict[str, str]  # field → the name that it is shown under
    shape: BaseGeometry | None
    fault: Words | None


def read_kml(name: str, path: Path, file: str, encoding: str | None, misreads: Misreads) -> Table:
    """Read every placemark of a KML or KMZ, in folders however deep.

    Its fields come from ExtendedData; its own name counts as the number that the table needs
    where no field does. Of a MultiGeometry with polygons the points are labels and left out.

    Raises:
        Unreadable: It is no KML, or its coordinates are shifted (GCJ-02, BD-09).
    """
    content = path.read_bytes()
    if content[:4] == b"PK\3\4":
        content = _unzipped(content, file, misreads)
    root = parse_xml(content, encoding)
    if root.tag not in ("kml", "Document", "Folder", "Placemark"):
        raise Unreadable(Words("不是 KML 文件", "it is no KML"), _AGAIN)
    _refuse_shifted(root)
    _name_links(root, file, misreads)
    titles = _titles(root)
    found = [
        _placemark(number, element, titles, file, misreads)
        for number, element in enumerate(root.iter("Placemark"), 1)
    ]
    headers: dict[str, str] = {}
    for placemark in found:
        for header in placemark.fields:
            headers[header] = placemark.names.get(header) or headers.get(header, "")
    names = _names(name, headers)
    rows = tuple(
        Row(p.number, tuple(p.fields.get(h) for h in headers), p.shape, p.fault) for p in found
    )
    return Table(name, file, tuple(headers), rows, names=names, spatial=True, crs="EPSG:4326")


def _unzipped(content: bytes, file: str, misreads: Misreads) -> bytes:
    """Give the KML of a KMZ: doc.kml, else the first, as the format has it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.infolist() if member_name(m).lower().endswith(".kml")]
            members.sort(key=lambda member: member.filename.lower() != "doc.kml")
            if not members or len(archive.infolist()) > MAX_MEMBERS:
                raise Unreadable(Words("KMZ 中没有 KML", "there is no KML in the KMZ"), _AGAIN)
            main, *others = members
            if main.flag_bits & 1:
                raise Unreadable(
                    Words("KMZ 有密码", "the KMZ is locked with a password"),
                    Words("请提供没有密码的文件", "supply it without a password"),
                )
            with archive.open(main) as opened:
                kml = opened.read(MAX_BYTES + 1)
    except BAD_ZIP:
        raise Unreadable(Words("KMZ 损坏，无法打开", "the KMZ cannot be opened"), _AGAIN) from None
    for other in others:
        misreads.add(
            file,
            Words(
                f"KMZ 中另有 {member_name(other)}，未读取",
                f"{member_name(other)} in the KMZ was not read",
            ),
            Words("请合并为一个 KML", "put all placemarks into one KML"),
        )
    return kml


def _refuse_shifted(root: Element) -> None:
    """Refuse what 奥维 exports in a shifted datum: half a kilometre off, and it says so."""
    for element in root.iter("OvCoordType"):
        said = (element.text or "").strip()
        if re.sub(r"[\s_-]", "", said).lower() not in _WGS84:
            raise Unreadable(
                Words(
                    f"坐标是 {said}（奥维导出），与实地相差数百米",
                    f"its coordinates are {said}, hundreds of metres off the ground",
                ),
                Words(
                    "请在奥维中以 CGCS2000 或 WGS84 坐标导出（.shp 或 .kml）",
                    "export it in CGCS2000 or WGS84, as .shp or .kml",
                ),
                "DQ04",
            )


def _name_links(root: Element, file: str, misreads: Misreads) -> None:
    for link in root.iter("NetworkLink"):
        where = next((href.text or "" for href in link.iter("href")), "").strip()[:80]
        misreads.add(
            file,
            Words(f"网络链接 {where} 未读取", f"the network link {where} is not followed"),
            Words("请把其中的图形存入本文件", "save what it shows into this file"),
        )


def _titles(root: Element) -> dict[str, str]:
    """Give the names that a schema shows its fields under."""
    return {
        field.get("name", ""): (field.findtext("displayName") or "").strip()
        for field in root.iter("SimpleField")
    }


def _placemark(
    number: int, element: Element, titles: dict[str, str], file: str, misreads: Misreads
) -> _Placemark:
    fields: dict[str, str] = {}
    names: dict[str, str] = {}
    for header, value, title in _fields(element, titles):
        if header in fields and fields[header] != value:
            misreads.add(
                file,
                Words(f"属性“{header}”出现两次", f"the field “{header}” stands there twice"),
                Words("以后一个为准；请改正文件", "the last one counts; mend the file"),
                row=number,
                column=header,
            )
        fields[header], names[header] = value, title
    for header in ("name", "description"):
        said = (element.findtext(header) or "").strip()
        if said:
            fields.setdefault(header, said)
    try:
        return _Placemark(number, fields, names, _shape(element), None)
    except _Fault as fault:
        return _Placemark(number, fields, names, None, fault.words)
    except (ShapelyError, ValueError, OverflowError):
        unread = Words("图形坐标无法读取", "its coordinates cannot be read")
        return _Placemark(number, fields, names, None, unread)


def _fields(element: Element, titles: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for extended in element.iter("ExtendedData"):
        for data in extended.iter("Data"):
            title = (data.findtext("displayName") or "").strip()
            yield data.get("name", ""), (data.findtext("value") or "").strip(), title
        for simple in extended.iter("SimpleData"):
            header = simple.get("name", "")
            yield header, (simple.text or "").strip(), titles.get(header, "")


def _names(table: str, headers: dict[str, str]) -> tuple[str, ...]:
    """Give each header's second spelling: what it is shown as, or what the name stands in for."""
    column = _NAMED.get(table)
    meant = {heads.meaning(table, said) for pair in headers.items() for said in pair}
    if column is not None and "name" in headers and column not in meant:
        return tuple(column if h == "name" else shown for h, shown in headers.items())
    return tuple(headers.values())


def _shape(element: Element) -> BaseGeometry | None:
    parts = [part for drawn in element if drawn.tag in _GEOMETRIES for part in _parts(drawn)]
    if not parts:
        if undrawn := next((e.tag for e in element.iter() if e.tag in _UNDRAWN), ""):
            raise _Fault(f"图形是 {undrawn}，不能读取", f"it is a {undrawn}, which is not read")
        return None
    if len(parts) > MAX_PARTS:
        raise _Fault(f"图形过多（{len(parts)} 个）", f"it has too many parts ({len(parts)})")
    areas = [part for part in parts if isinstance(part, Polygon)]
    lines = [part for part in parts if isinstance(part, LineString)]
    points = [part for part in parts if isinstance(part, Point)]
    if areas and lines:
        return GeometryCollection(parts)
    if areas:
        return areas[0] if len(areas) == 1 else MultiPolygon(areas)
    if lines:
        return GeometryCollection(parts) if points else _one(lines, MultiLineString(lines))
    return _one(points, MultiPoint(points))


def _one(parts: Sequence[BaseGeometry], all_of_them: BaseGeometry) -> BaseGeometry:
    return parts[0] if len(parts) == 1 else all_of_them


def _parts(element: Element) -> Iterator[BaseGeometry]:
    match element.tag:
        case "MultiGeometry":
            for drawn in element:
                yield from _parts(drawn)
        case "Point":
            yield Point(_points(element)[0])
        case "LineString" | "LinearRing":
            yield LineString(_points(element))
        case "Polygon":
            yield Polygon(_ring(element, "outerBoundaryIs")[0], _ring(element, "innerBoundaryIs"))


def _ring(polygon: Element, side: str) -> list[np.ndarray]:
    rings = [_points(r) for boundary in polygon.iter(side) for r in boundary.iter("LinearRing")]
    if side == "outerBoundaryIs" and len(rings) != 1:
        raise _Fault("面没有外边界", "a polygon has no outer boundary, or several")
    if any((ring[0] != ring[-1]).any() for ring in rings):
        raise _Fault("边界环没有闭合", "a ring is not closed")
    return rings


def _points(element: Element) -> np.ndarray:
    """Give longitude and latitude of every vertex, a row each; heights are left out."""
    text = (element.findtext("coordinates") or "").strip()
    if _SPACED.search(text):
        text = re.sub(r"\s*,\s*", ",", text)
    if not text:
        raise _Fault("图形没有坐标", "it has no coordinates")
    points = np.array([[float(number) for number in said.split(",")[:2]] for said in text.split()])
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(text[:80])
    if not np.isfinite(points).all():
        raise _Fault("坐标不是可用的数", "its coordinates are no usable numbers")
    return points
