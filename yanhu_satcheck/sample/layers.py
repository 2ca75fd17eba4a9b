"""Vector layers: issued polygons, licences in GBK, projects, plans, hazards, key areas."""

from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely.geometry import Point, Polygon, box

from .filing import town_of
from .frame import CRS
from .licences import Licence
from .noise import stream
from .quarter import Issued, Quarter
from .terms import SUMMER_TERM
from .words import DISASTERS, HILLS, OTHER_HAZARDS, PLANS, PROJECTS, TOWNS, VILLAGES

MU = 2000 / 3  # square metres
FIXED = "2022-12-31T00:00:00.000Z"
XIAN80 = "EPSG:2382"


def village_of(one: Issued, quarter: Quarter) -> str:
    """The nearest village, or a hamlet of the hills."""
    d = quarter.district
    if d.grid.at(d.relief.front, one.x, one.y) > 250:
        return HILLS[int(one.x / 900) % len(HILLS)]
    away = [Point(one.x, one.y).distance(Point(v.x, v.y)) for v in d.villages]
    return VILLAGES[away.index(min(away))]


def seen_fine(one: Issued, quarter: Quarter) -> bool:
    """Whether the two-metre images show it."""
    return bool(box(*quarter.ground.fine.bounds).contains(one.outline))


def filed_area(one: Issued) -> float:
    """Hectares as the form has them: mu to one decimal, one polygon a third too small."""
    area = one.outline.buffer(0).area if one.case.key != "bowtie" else one.outline.area
    return round(float(area) * (0.68 if one.case.key == "fallow" else 1.0) / MU, 1)


def polygons(quarter: Quarter, folder: Path) -> None:
    """The issued polygons; only the autumn's form names those of the quarter before."""
    rows = []
    for number, one in enumerate(quarter.issued):
        images = quarter.term.fine if seen_fine(one, quarter) else quarter.term.images
        before, after = (f"{day:%Y%m%d}" for day in images)
        links = {"父图斑编号": one.parent or None, "上期图斑号": one.previous or None}
        rows.append({
            "图斑编号": one.polygon_id, "行政区代码": "140802", "乡镇": TOWNS[town_of(one)][0],
            "村": village_of(one, quarter), "前时相": before, "后时相": after,
            "监测面积(亩)": filed_area(one),
            "关注级别": ("1004", "1002", "1004", "1001")[number % 4],
            **({} if quarter.term is SUMMER_TERM else links),
        })  # fmt: skip
    frame = gpd.GeoDataFrame(rows, geometry=[one.outline for one in quarter.issued], crs=CRS)
    _write(frame, folder / "polygons.gpkg", "tb")


def permits(rows: list[Licence], folder: Path) -> None:
    """The licence layer as an old office program exports it: GBK, and no word of that."""
    frame = gpd.GeoDataFrame([r.row() for r in rows], geometry=[r.boundary for r in rows], crs=CRS)
    path = folder / "permits.shp"
    pyogrio.write_dataframe(
        frame, path, driver="ESRI Shapefile", encoding="CP936",
        layer_options={"DBF_DATE_LAST_UPDATE": "2022-12-31"},
    )  # fmt: skip
    path.with_suffix(".cpg").unlink(missing_ok=True)


def papers(quarter: Quarter, known: date, folder: Path) -> None:
    """Projects approved by a day and restoration plans, a little wider than their polygons."""
    project, plan = [], []
    for key, (name, ref, start, stop) in PROJECTS.items():
        if date.fromisoformat(start) > known:
            continue
        area = quarter.of(key).outline.buffer(22, join_style="mitre").simplify(8)
        project.append(
            {"ref": ref, "name": name, "valid_from": start, "valid_to": stop, "geometry": area}
        )
    for key, (ref, name) in PLANS.items():
        area = quarter.of(key).outline.buffer(30, join_style="mitre").simplify(8)
        plan.append({
            "ref": ref, "name": name, "valid_from": f"{ref[3:7]}-04-01", "valid_to": "2024-03-31",
            "geometry": area,
        })  # fmt: skip
    _write(gpd.GeoDataFrame(project, crs=CRS), folder / "projects.gpkg", "projects")
    _write(gpd.GeoDataFrame(plan, crs=CRS), folder / "restoration.gpkg", "restoration")


def hazards(quarter: Quarter, folder: Path) -> None:
    """Registered hazard points, in degrees."""
    rng, rows = stream(quarter.seed, "hazards"), []
    for key, (ref, kind, _) in DISASTERS.items():
        one, away = quarter.of(key), 420.0 if key == "disguised" else 45.0
        x, y = one.x + away * rng.uniform(0.6, 1), one.y + away * rng.uniform(-1, 1)
        rows.append({"ref": ref, "type": kind, "geometry": Point(x, y)})
    for ref, kind in OTHER_HAZARDS:
        x, y = rng.uniform(498_500, 503_500), rng.uniform(3_871_900, 3_874_500)
        rows.append({"ref": ref, "type": kind, "geometry": Point(x, y)})
    frame = gpd.GeoDataFrame(rows, crs=CRS).to_crs("EPSG:4326")
    options = {"COORDINATE_PRECISION": "7", "RFC7946": "YES"}
    path = folder / "hazards.geojson"
    pyogrio.write_dataframe(frame, path, driver="GeoJSON", layer_options=options)


def key_areas(quarter: Quarter, folder: Path) -> None:
    """A reserve drawn in the Xi'an 80 system, which no formula carries over."""
    west, south, _, _ = quarter.district.grid.bounds
    areas: list[Polygon] = [box(west + 5200, south + 150, west + 7300, south + 1500)]
    frame = gpd.GeoDataFrame(
        [{"name": "中条山水源涵养区", "kind": "自然保护地"}], geometry=areas, crs=XIAN80
    )
    options = {"DBF_DATE_LAST_UPDATE": "2022-12-31"}
    path = folder / "key_areas.shp"
    pyogrio.write_dataframe(
        frame, path, driver="ESRI Shapefile", encoding="UTF-8", layer_options=options
    )


def _write(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """A GeoPackage whose bytes do not depend on the day."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED})
    pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
