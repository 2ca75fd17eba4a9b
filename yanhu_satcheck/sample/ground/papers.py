"""What the county hands in with a made quarter: filing, licences, plans, projects, ledger."""

import csv
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import pyogrio
from shapely import affinity
from shapely.geometry import Polygon, box

from yanhu_satcheck.sample.frame import CRS
from yanhu_satcheck.sample.layers import FIXED
from yanhu_satcheck.sample.licences import ORE

from .heights import volumes
from .quarter import Issued, Quarter

CALLS = {
    "PSEUDO_CHANGE": "实地伪变化", "RESTORATION": "生态修复治理", "DISASTER": "自然灾害",
    "LEGAL": "合法（采矿）", "ILLEGAL": "违法-无证开采", "CONSTRUCTION": "工程建设",
    "AGRI_FACILITY": "设施农用地", "LAND_LEVELLING": "土地平整",
}  # fmt: skip
SEEN = {
    "PSEUDO_CHANGE": "现场未见采矿活动，影像变化为季节或光照引起。",
    "RESTORATION": "按批准方案实施治理。", "DISASTER": "坡体失稳或洪水、火灾所致，无机械作业。",
    "LEGAL": "矿山在批准范围内生产，现场实测采面坐标。",
    "ILLEGAL": "无采矿许可证开采，已责令停止。",
    "CONSTRUCTION": "项目施工，与批准红线一致。", "AGRI_FACILITY": "设施农用地，已备案。",
    "LAND_LEVELLING": "平整土地，土方未外运。",
}  # fmt: skip
MINES = ("inside", "outside", "below", "underground", "over")
STRIPPING, DENSITY = 0.3, ORE["石灰岩"]


def numbered(at: int) -> str:
    """A licence number of the register's form."""
    return f"C14080220170{1 + at % 9}71301{at:05d}"


def dates_of(made: Quarter) -> tuple[date, date, date]:
    """The dates before and after, and the end of the quarter that the later one lies in."""
    before, after = (season.day for season in made.conditions.seasons[:2])
    month = 3 * ((after.month - 1) // 3) + 3
    ends = date(after.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return before, after, ends


def polygons(made: Quarter, folder: Path) -> None:
    """The issued polygons."""
    before, after, _ = dates_of(made)
    rows = [
        {
            "polygon_id": one.polygon_id, "district_code": "140802",
            "before_date": before.isoformat(), "after_date": after.isoformat(),
            "area_m2": round(one.outline.area, 1),
        }
        for one in made.issued
    ]  # fmt: skip
    _layer(rows, [one.outline for one in made.issued], folder / "polygons.gpkg")


def submission(made: Quarter, folder: Path) -> None:
    """The filing, one row a polygon."""
    _, _, ends = dates_of(made)
    rows, visit = [], ends + timedelta(days=6)
    licences = {one.polygon_id: numbered(n) for n, one in enumerate(mines(made))}
    for one in made.issued:
        mine = one.case.paper in MINES
        method = ("地下" if one.case.paper == "underground" else "露天") if mine else ""
        ref = one.polygon_id if one.case.paper in ("plan", "closed", "project") else ""
        rows.append({
            "polygon_id": one.polygon_id, "legality": CALLS[one.case.filed],
            "permit_no": licences.get(one.polygon_id, ""),
            "project_name": f"项目{ref}" if one.case.paper == "project" else "",
            "approval_no": f"批{ref}" if one.case.paper == "project" else "",
            "restoration_plan_no": f"修{ref}" if one.case.paper == "plan" else "",
            "disaster_ref": f"灾{one.polygon_id}" if one.case.filed == "DISASTER" else "",
            "field_description": f"{one.polygon_id}：{SEEN[one.case.filed]}",
            "field_date": visit.isoformat(), "inspector": "卫国栋、景红霞",
            "check_method": "实地测量" if mine else "实地核查", "mining_method": method,
            "mineral": "石灰岩" if mine else "", "reserves_check": "已核查动用量" if mine else "",
            "filed_date": (visit + timedelta(days=4)).isoformat(), "unit": "槐泉镇自然资源所",
        })  # fmt: skip
    _table(rows, folder / "submission.csv")


def mines(made: Quarter) -> list[Issued]:
    """The polygons with a licence of their own."""
    return [one for one in made.issued if one.case.paper in MINES]


def permits(made: Quarter, folder: Path) -> None:
    """Licences whose boundary, depth, method or use the plan's case keeps to or breaks."""
    rows, shapes = [], []
    before, after, _ = dates_of(made)
    days = (after - before).days
    for number, one in enumerate(mines(made)):
        net = _net(made, one)
        times = 0.3 if one.case.paper == "over" else 1.3
        used = round(max(0.4, times * net * DENSITY / (1 + STRIPPING) / 1e4 * 365 / days), 2)
        floor = one.happening.floor or 500.0
        opening = round(14 * used + 60, 2)
        rows.append({
            "permit_no": numbered(number), "holder": f"石料{number}公司",
            "mine_name": f"石料{number}矿", "mineral": "石灰岩",
            "method": "地下开采" if one.case.paper == "underground" else "露天开采",
            "valid_from": "2017-01-10", "valid_to": "2027-01-09", "renewal_accepted": "",
            "top_elev": round(floor + 150, -1),
            "bottom_elev": round(floor + 14.0 if one.case.paper == "below" else floor - 25.0),
            "annual_capacity": max(10.0, round(1.3 * used)), "opening_reserves": opening,
            "used_reserves": used, "reserve_changes": 0.0,
            "closing_reserves": round(opening - used, 2), "density": DENSITY,
            "stripping_ratio": STRIPPING, "position_sigma": 0.5,
        })  # fmt: skip
        shapes.append(boundary(one))
    _layer(rows, shapes, folder / "permits.gpkg")


def _net(made: Quarter, one: Issued) -> float:
    cut, fill = volumes(made.lands[0], made.lands[1], one.outline)
    return max(cut - fill, 0.0)


def boundary(one: Issued) -> Polygon:
    """Corners about the working; across it where it lies partly outside."""
    west, south, east, north = one.outline.bounds
    if one.case.paper == "outside":
        third = east - 0.45 * (east - west)
        return affinity.rotate(box(west - 150, south - 90, third, north + 90), 7.0)
    return affinity.rotate(box(west - 80, south - 80, east + 80, north + 80), 12.0)


def approvals(made: Quarter, folder: Path) -> None:
    """Restoration plans and projects in force, a little wider than their polygons."""
    before, after, _ = dates_of(made)
    terms = {
        "valid_from": (before - timedelta(days=200)).isoformat(),
        "valid_to": (after + timedelta(days=500)).isoformat(),
    }
    for paper, sign, name in (("plan", "修", "restoration"), ("project", "批", "projects")):
        mine = [one for one in made.issued if one.case.paper == paper]
        rows = [
            {"ref": f"{sign}{o.polygon_id}", "name": f"项目{o.polygon_id}", **terms} for o in mine
        ]
        shapes = [one.outline.buffer(25, join_style="mitre").simplify(8) for one in mine]
        _layer(rows, shapes, folder / f"{name}.gpkg")


def ledger(made: Quarter, folder: Path) -> None:
    """The ledger: rows of what is filed as illegal, and of what was closed before."""
    before, _, ends = dates_of(made)
    rows = []
    for one in made.issued:
        closed = one.case.paper == "closed"
        if not closed and one.case.filed != "ILLEGAL":
            continue
        day = (before - timedelta(days=30)).isoformat() if closed else ""
        rows.append({
            "polygon_id": one.polygon_id, "problem": "无证开采",
            "responsible_unit": "槐泉镇人民政府", "measure": "回填复绿",
            "deadline": (ends + timedelta(days=90)).isoformat(),
            "responsible_person": "樊俊杰", "status": "已销号" if closed else "整改中",
            "closed": "是" if closed else "否", "closed_date": day,
            "verifier": "薛志强" if closed else "", "verify_date": day,
            "evidence_ref": "验收单" if closed else "",
        })  # fmt: skip
    _table(rows, folder / "rectification.csv")


def _table(rows: list[dict[str, str]], path: Path) -> None:
    if not rows:
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _layer(rows: Sequence[Mapping[str, object]], shapes: list[Polygon], path: Path) -> None:
    """A GeoPackage whose bytes do not depend on the day."""
    if not rows:
        return
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=CRS)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED})
    pyogrio.write_dataframe(frame, path, layer="made", driver="GPKG")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
