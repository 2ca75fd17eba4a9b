"""The lines of one table or layer, and the CRS of one that does not say it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from pyproj import CRS

from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read.draft.images import Raster
from yanhu_satcheck.read.draft.lines import Line, entry, said
from yanhu_satcheck.read.draft.parts import Part
from yanhu_satcheck.read.draft.roles import Chosen, polygon_numbers
from yanhu_satcheck.read.draft.walk import SHEETS
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.polygons import settle_layer
from yanhu_satcheck.read.tables import find_header
from yanhu_satcheck.read.values import text
from yanhu_satcheck.terms import Words, fold

_MOST_OTHERS = 5


def table_lines(
    name: str, chosen: Chosen, hint: CRS | None, region: str, rasters: Sequence[Raster]
) -> list[Line]:
    """Write one table or layer."""
    part = chosen.part
    why = _others(name, chosen)
    lines = [Line(f"[{name}]"), entry("path", part.file, why)]
    if part.shown and part.layer is not None:
        lines.append(entry("layer", part.layer))
    if part.shown and part.sheet is not None:
        lines.append(entry("sheet", part.sheet))
    fields = {column: guess.header for column, guess in chosen.fields.items()}
    if fields:
        whys = [f"{g.header}：{g.why.zh}" for g in chosen.fields.values()]
        en = [f"{g.header}: {g.why.en}" for g in chosen.fields.values()]
        lines.append(entry("fields", fields, Words("；".join(whys), "; ".join(en))))
    lines += _header_row(name, part, fields)
    if part.drawn and not part.table.crs:
        lines += _crs(name, part, hint, region, rasters)
    named = 0 if why is None else 1  # by the doubt itself
    for other in chosen.others[named:_MOST_OTHERS]:
        rows = len(other.table.rows)
        told = Words(f"也可能是 {other.place}（{rows} 行）", f"could be this one, {rows} rows")
        lines.append(Line("", note=told))
    return lines


def missing_polygons() -> list[Line]:
    """Write [polygons] where no layer was found."""
    asked = Words(
        "没有找到图斑图层（.shp 或 .gpkg，带图斑编号），请放入本文件夹并写路径",
        "no layer of polygons was found: put it here and give its path",
    )
    return [Line("[polygons]"), entry("path", "", asked, blank=True)]


def _others(name: str, chosen: Chosen) -> Words | None:
    """Say what else could be meant; sheets that share no number are parts and no versions."""
    if not chosen.others or not chosen.close:
        return None
    other = chosen.others[0]
    one, two = _numbers(name, chosen.part), _numbers(name, other)
    if one and two and not one & two:
        return Words(
            f"{other.place} 也是这种表而图斑不同：若都要，请合并为一张",
            f"{other.place} is one too, with other polygons: put both on one sheet if both count",
        )
    return Words(
        f"还有 {other.place}（{len(other.table.rows)} 行）也像：确认用哪一份",
        f"{other.place} looks like it too: which is it",
    )


def _numbers(name: str, part: Part) -> frozenset[str]:
    if name == "polygons":
        return polygon_numbers(Chosen(part))
    index = part.meant(name).get("polygon_id")
    return (
        frozenset(fold(text(c)) for c in part.column(index)) if index is not None else frozenset()
    )


def _header_row(name: str, part: Part, fields: Mapping[str, str]) -> list[Line]:
    """Write the row of the headers where the reader would take another for it."""
    row = part.table.header_row
    if row is None or not part.file.lower().endswith(tuple(SHEETS)):
        return []
    # The rows above hold titles only; the reader would find the same row, or none.
    grid = [[""]] * (row - 1) + [[*part.table.headers]]
    found = find_header(name, grid, None, fields)
    return [] if found == row - 1 else [entry("header_row", row)]


def _crs(
    name: str, part: Part, hint: CRS | None, region: str, rasters: Sequence[Raster]
) -> list[Line]:
    """Guess the CRS by the numbers; where the images speak for another, both are given."""
    table, areal = replace(part.table, name=name), part.drawn == "area"
    readings: list[tuple[str, Words]] = []
    places = {raster.about.grid.crs for raster in rasters if raster.about.grid.crs}
    for wkt in sorted(places):
        if _falls_on(part, wkt, [r for r in rasters if r.about.grid.crs == wkt]):
            code = CRS(wkt).to_epsg()
            words = Words(
                "文件没有坐标系；与影像的范围吻合", "none is given; it falls on the images"
            )
            readings.append((f"EPSG:{code}" if code else wkt, words))
    for by in (hint, None):
        try:
            settled = settle_layer(table, None, by, region, Misreads(), areal=areal)
        except Unreadable:
            continue
        code = settled.crs.to_epsg()
        words = Words("文件没有坐标系；按坐标数值推断", "none is given; guessed by the numbers")
        readings.append((f"EPSG:{code}" if code else settled.crs.to_wkt(), words))
    if not readings:
        asked = Words("坐标系，如 EPSG:4546", "its CRS, like EPSG:4546")
        return [entry("crs", "", asked, blank=True)]
    (first, words), *more = readings
    others = dict.fromkeys(code for code, _ in more if not _is_same(code, first))
    note = Words("另一种可能", "the other reading")
    return [
        entry("crs", first, words),
        *(Line(f"# crs = {said(code)}", note=note) for code in others),
    ]


def _is_same(one: str, other: str) -> bool:
    """Whether two codes put numbers in one place: the same one, or degrees on the same datum."""
    first, second = CRS(one), CRS(other)
    degrees = first.is_geographic and second.is_geographic
    return one == other or (degrees and crses.is_same_datum(first) and crses.is_same_datum(second))


def _falls_on(part: Part, wkt: str, rasters: Sequence[Raster]) -> bool:
    """Whether most shapes fall on images, read in the images' own CRS."""
    middles = [row.shape.centroid for row in part.table.rows if row.shape is not None]
    points = np.array([[p.x, p.y] for p in middles if not p.is_empty])
    inside = np.zeros(len(points), dtype=bool)
    for raster in rasters:
        a, _, c, _, e, f = raster.about.grid.transform
        x1, y1 = c + a * raster.about.grid.width, f + e * raster.about.grid.height
        across = (points[:, 0] - c) * (points[:, 0] - x1) <= 0
        inside |= across & ((points[:, 1] - f) * (points[:, 1] - y1) <= 0)
    return bool(inside.mean() > 0.5) if len(points) else False


def stated_crs(parts: Sequence[Part]) -> CRS | None:
    """Give the first projected CRS that a layer states, as a hint for those that state none."""
    for part in parts:
        try:
            crs = crses.parse(part.table.crs) if part.table.crs else None
        except Unreadable:
            continue
        if crs is not None and crs.is_projected:
            return crs
    return None
