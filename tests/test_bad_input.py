"""Bad input, from folder to finding: each thing gets one clear line, and nothing is lost."""

import csv
import json
import random
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyogrio.raw import write

from tests.read_batches import EAST, HEAD, NORTH, POLYGONS, feature, layer, square, workbook
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.errors import SettingError
from yanhu_satcheck.pipeline import audit
from yanhu_satcheck.read import read_batch

X, Y = EAST + 20_000, NORTH


def ring(*points: tuple[float, float]) -> list[list[float]]:
    return [[X + x, Y + y] for x, y in (*points, points[0])]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [*rings]}


RANDOM = random.Random(1)
SCRIBBLE = ring(*((RANDOM.uniform(0, 100), RANDOM.uniform(0, 100)) for _ in range(3000)))
# What cannot be used, and what is said of it.
UNUSABLE = {
    "bowtie": (polygon(ring((0, 0), (100, 100), (100, 0), (0, 100))), "Self-intersection"),
    "scribble": (polygon(SCRIBBLE), "Self-intersection"),
    "spike": (
        polygon(ring((0, 0), (100, 0), (100, 100), (50, 100), (50, 300), (50, 100), (0, 100))),
        "Self-intersection",
    ),
    "empty": ({"type": "Polygon", "coordinates": []}, "no geometry"),
    "nothing": (None, "no geometry"),
    "line": ({"type": "LineString", "coordinates": square(20)}, "no polygon"),
    "twice": (
        {"type": "MultiPolygon", "coordinates": [[square(20)], [square(20, east=EAST + 50)]]},
        "Self-intersection",
    ),
    "no-height": (polygon([[*p, None] for p in square(20)]), "cannot be read"),
}
USABLE = {
    "repeated": (polygon(ring((0, 0), (0, 0), (100, 0), (100, 0), (100, 100), (0, 100))), 1e4),
    "two-parts": ({"type": "MultiPolygon", "coordinates": [[square(21)], [square(23)]]}, 2e4),
    "with-height": (polygon([[*p, 730.5] for p in square(25)]), 1e4),
    "hole": (
        polygon(
            ring((0, 0), (100, 0), (100, 100), (0, 100)),
            ring((20, 20), (20, 80), (80, 80), (80, 20)),
        ),
        6400,
    ),
}


def issued(folder: Path, shapes: dict[str, Any], more: str = "", **properties: Any) -> Path:
    drawn = [feature(square(), 图斑编号="A1"), feature(square(1), 图斑编号="A2")]
    drawn += [
        {"type": "Feature", "properties": {"图斑编号": name, **properties}, "geometry": shape}
        for name, shape in shapes.items()
    ]
    layer(folder / "polygons.geojson", drawn)
    (folder / "batch.toml").write_text(HEAD + POLYGONS + more, encoding="utf-8")
    return folder


def lines(batch: Batch, number: str) -> list[str]:
    return [str(one) for one in batch.misreads if number in one.polygon_ids]


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_shape_that_cannot_be_used_is_said_once_and_kept(tmp_path: Path, name: str) -> None:
    shape, why = UNUSABLE[name]
    batch = read_batch(issued(tmp_path, {name: shape}))
    one = {polygon.id: polygon for polygon in batch.polygons}[name]
    assert one.footprint is None
    [line] = lines(batch, name)
    assert why in line
    assert "row 3" in line


@pytest.mark.parametrize("name", USABLE)
def test_a_shape_that_is_only_odd_is_used_as_it_is(tmp_path: Path, name: str) -> None:
    shape, area = USABLE[name]
    batch = read_batch(issued(tmp_path, {name: shape}))
    one = {polygon.id: polygon for polygon in batch.polygons}[name]
    assert one.footprint is not None
    assert one.footprint.area == pytest.approx(area)
    assert not one.footprint.has_z
    assert batch.misreads == ()


def test_arcs_are_drawn_as_lines(tmp_path: Path) -> None:
    issued(tmp_path, {})
    # A whole circle of radius 50 m, as a WKB curve polygon of one circular string.
    ends = [(X, Y), (X + 50, Y + 50), (X + 100, Y), (X + 50, Y - 50), (X, Y)]
    arcs = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<2d", *end) for end in ends)
    curve = b"GP" + struct.pack("<BBi", 0, 1, 4546) + struct.pack("<BII", 1, 10, 1) + arcs
    plain = shapely.to_wkb([shapely.box(EAST, NORTH, EAST + 100, NORTH + 100)] * 2)
    file = tmp_path / "polygons.gpkg"
    names = [np.array(["A1", "arc"], object)]
    about = {"geometry_type": "Unknown", "crs": "EPSG:4546", "driver": "GPKG"}
    write(file, plain, names, ["图斑编号"], layer_options={"SPATIAL_INDEX": "NO"}, **about)
    with closing(sqlite3.connect(file)) as base, base:
        base.execute("UPDATE polygons SET geom = ? WHERE fid = 2", (curve,))
    text = (tmp_path / "batch.toml").read_text("utf-8").replace(".geojson", ".gpkg")
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    arc = read_batch(tmp_path).polygons[1]
    assert arc.footprint is not None
    assert arc.footprint.area == pytest.approx(7854, rel=0.01)


def test_a_shape_across_the_date_line_is_named(tmp_path: Path) -> None:
    east = [[110.998, 35.015], [110.999, 35.015], [110.999, 35.016], [110.998, 35.016]]
    across = [[179.99, 35.0], [-179.99, 35.0], [-179.99, 35.01], [179.99, 35.01], [179.99, 35.0]]
    issued(tmp_path, {})
    drawn = [feature([*east, east[0]], 图斑编号=name) for name in ("A1", "A2")]
    layer(tmp_path / "polygons.geojson", [*drawn, feature(across, 图斑编号="far")], "EPSG:4490")
    batch = read_batch(tmp_path)
    assert [one.footprint is None for one in batch.polygons] == [False, False, True]
    [line] = lines(batch, "far")
    assert "outside the CRS" in line


FILING = ["图斑编号", "合法性判定", "核查时间", "填报日期", "采矿许可证号"]


def told(folder: Path, rows: Sequence[Sequence[Any]]) -> Batch:
    issued(folder, {}, '[submission]\npath = "submission.xlsx"\n')
    workbook(folder / "submission.xlsx", {"填报": [FILING, *rows]})
    return read_batch(folder)


def test_days_in_three_forms_are_days(tmp_path: Path) -> None:
    batch = told(
        tmp_path,
        [
            ["A1", "合法", "2022年11月5日", "20221206", "C1"],
            ["A2", "合法", "2022/11/5", 44901, "C1"],
        ],
    )
    days = {(one.field_date, one.filed_date) for one in batch.submissions}
    assert {str(day) for pair in days for day in pair} == {"2022-11-05", "2022-12-06"}
    assert batch.misreads == ()


def test_days_far_ahead_are_named_once_and_taken_as_written(tmp_path: Path) -> None:
    rows = [
        ["A1", "合法", "2032-11-05", "2022-12-06", "C1"],
        ["A2", "合法", "2032-11-06", "", "C1"],
    ]
    batch = told(tmp_path, rows)
    [line] = [str(one) for one in batch.misreads]
    assert "核查时间" in line
    assert "2 days lie over a year after 2022-12-31" in line
    assert [str(one.field_date) for one in batch.submissions] == ["2032-11-05", "2032-11-06"]


def test_a_day_within_a_year_of_judging_is_nobodys_business(tmp_path: Path) -> None:
    batch = told(tmp_path, [["A1", "合法", "2023-02-05", "2023-12-31", "C1"]])
    assert batch.misreads == ()


def test_a_whole_audit_loses_nothing(tmp_path: Path) -> None:
    more = "".join(
        f'[{name}]\npath = "{name}.{ending}"\n'
        for name, ending in (
            ("submission", "xlsx"),
            ("rectification", "xlsx"),
            ("permits", "geojson"),
        )
    )
    shapes = {name: shape for name, (shape, _) in (UNUSABLE | USABLE).items()}
    shapes |= {"ring1": polygon(square(30)), "ring2": polygon(square(31))}
    (tmp_path / "batch").mkdir()
    folder = issued(tmp_path / "batch", shapes, more)
    text = json.loads((folder / "polygons.geojson").read_text("utf-8"))
    parents = {"ring1": "ring2", "ring2": "RING1"}
    for one in text["features"]:
        one["properties"]["父图斑编号"] = parents.get(one["properties"]["图斑编号"])
    layer(folder / "polygons.geojson", text["features"])
    everyone = ["A1", "A2", *shapes]
    rows = [[name, "合法", "2022-11-05", "2022-12-06", "C1"] for name in everyone]
    workbook(folder / "submission.xlsx", {"填报": [FILING, *rows]})
    ledger = [["图斑编号", "责任单位", "整改措施", "整改时限", "整改责任人"]]
    ledger += [
        ["A1", "所", "回填", "2023-03-01", "张"],
        ["nobody", "所", "回填", "2023-03-01", "张"],
    ]
    workbook(folder / "rectification.xlsx", {"台账": ledger})
    permits = [feature(square(), 许可证号="C1", 有效期止="2030-01-01")]
    permits.append(feature(None, 许可证号="C2", 有效期止="2030-01-01"))
    layer(folder / "permits.geojson", permits)
    done = audit(folder, tmp_path / "out")
    with (tmp_path / "out" / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        rows_out = list(csv.reader(file))
    assert [row[0] for row in rows_out[1:]] == [e.polygon_id for e in done.ledger.entries]
    assert {e.polygon_id for e in done.ledger.entries} == {*everyone}
    found = done.judgement.findings
    for name in UNUSABLE:
        assert any(f.rule == "DQ05" and name in f.polygon_ids for f in found), name
    [ring_] = [f for f in found if f.rule == "LE04" and "ring1" in f.polygon_ids]
    assert ring_.polygon_ids == ("ring1", "ring2")
    [stray] = [f for f in found if f.rule == "RL01" and not f.polygon_ids]
    assert [one.id for one in stray.related] == ["nobody"]
    [undrawn] = [one for one in done.batch.misreads if one.file == "permits.geojson"]
    assert undrawn.row == 2


def test_a_limit_with_a_typo_stops_before_anything_is_written(tmp_path: Path) -> None:
    folder = issued(tmp_path, {}, '[settings]\npath = "satcheck.toml"\n')
    (folder / "satcheck.toml").write_text("[rules.CL01]\nbare_gian = 0.3\n", encoding="utf-8")
    with pytest.raises(SettingError, match="did you mean bare_gain"):
        audit(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
