"""The papers beside the filing: licences, ledger, plans, hazards, patrols, lists."""

from datetime import date
from pathlib import Path

import pytest

from tests.read_batches import batch_folder, feature, layer, only, square, workbook
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.read import read_batch


def test_licences(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[permits]\npath = "permits.geojson"')
    permit = feature(
        square(),
        采矿许可证号="c1408022019",
        采矿权人="某矿业公司",
        开采方式="地下",
        有效期起="2019-08-07",
        有效期止="2022年8月7日",
        延续受理="是",
        **{"生产规模(吨/年)": 300000, "开采上限标高": "+1523", "剥采比": "2.5"},
    )
    layer(tmp_path / "permits.geojson", [permit])
    batch = read_batch(tmp_path)
    (licence,) = batch.permits
    assert (licence.permit_no, licence.key) == ("c1408022019", "C1408022019")
    assert (licence.valid_from, licence.valid_to) == (date(2019, 8, 7), date(2022, 8, 7))
    assert licence.renewal_accepted is True
    assert licence.annual_capacity == 30
    assert licence.top_elev == 1523
    assert licence.stripping_ratio == 2.5
    assert licence.density is None
    assert licence.footprint is not None
    assert licence.footprint.area == pytest.approx(10_000)
    assert batch.misreads == ()


def test_licences_whose_place_had_to_be_guessed_are_remembered(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[permits]\npath = "p.geojson"\n[projects]\npath = "q.geojson"')
    paper = feature(square(), 采矿许可证号="C1", 有效期止="2025-01-01")
    layer(tmp_path / "p.geojson", [paper], "EPSG:4490")  # which its coordinates contradict
    layer(tmp_path / "q.geojson", [feature(square(), 项目编号="Q1")])
    assert read_batch(tmp_path).crs_in_doubt == {"permits"}


def test_a_renewal_may_be_a_date(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[permits]\npath = "p.csv"')
    (tmp_path / "p.csv").write_text(
        "采矿许可证号,延续受理\nC1,2022-07-01\nC2,否\nC3,\n", encoding="utf-8"
    )
    accepted = [licence.renewal_accepted for licence in read_batch(tmp_path).permits]
    assert accepted == [date(2022, 7, 1), False, None]


def _ledger(folder: Path, *rows: list[str]) -> Batch:
    batch_folder(folder, more='[rectification]\npath = "l.xlsx"')
    headers = ["图斑编号", "责任单位", "整改时限", "延期至", "是否销号", "销号日期"]
    headers += ["整改措施", "整改责任人"]
    workbook(folder / "l.xlsx", {"台账": [headers, *rows]})
    return read_batch(folder)


def test_ledger_rows(tmp_path: Path) -> None:
    batch = _ledger(
        tmp_path,
        ["A1", "某局", "2022-11-30", "2022-12-30", "是", "2022-12-01"],
        ["a1", "", "尽快", "", "否", ""],
    )
    first, second = batch.ledger
    assert first.due_on == date(2022, 12, 30)
    assert (first.closed, first.closed_date) == (True, date(2022, 12, 1))
    assert (second.key, second.deadline, second.closed) == ("A1", None, False)
    assert only(batch.misreads).row == 3


def test_a_ledger_row_without_number_is_said_and_left_out(tmp_path: Path) -> None:
    batch = _ledger(tmp_path, ["", "某局", "", "", "", ""], ["A1", "", "", "", "", ""])
    assert len(batch.ledger) == 1
    assert (only(batch.misreads).row, only(batch.misreads).column) == (2, "图斑编号")


def test_plans_hazards_and_key_areas(tmp_path: Path) -> None:
    more = "".join(
        f'[{name}]\npath = "{name}.geojson"\n'
        for name in ("restoration", "projects", "hazards", "key_areas")
    )
    batch_folder(tmp_path, more=more)
    plan = feature(square(), 文号="运修[2022]1号", 项目名称="修复", 有效期止="2023-01-01")
    point = {"type": "Point", "coordinates": [500_000, 3_876_000]}
    hazard = {"type": "Feature", "properties": {"编号": "H1", "类型": "滑坡"}, "geometry": point}
    layer(tmp_path / "restoration.geojson", [plan])
    layer(tmp_path / "projects.geojson", [plan])
    layer(tmp_path / "hazards.geojson", [hazard])
    layer(tmp_path / "key_areas.geojson", [feature(square(), 名称="盐湖", 类型="湿地")])
    batch = read_batch(tmp_path)
    assert batch.misreads == ()
    assert batch.restoration[0].valid_to == date(2023, 1, 1)
    assert batch.restoration == batch.projects
    assert (batch.hazards[0].ref, batch.hazards[0].type) == ("H1", "滑坡")
    assert not {"hazards.ref", "hazards.lon"} & batch.blank_columns
    assert batch.hazards[0].footprint is not None
    assert batch.hazards[0].footprint.centroid.x == pytest.approx(500_000)
    assert (batch.key_areas[0].name, batch.key_areas[0].kind) == ("盐湖", "湿地")


def test_hazards_of_a_table_are_points(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[hazards]\npath = "h.csv"')
    (tmp_path / "h.csv").write_text("编号,类型,经度,纬度\nH1,滑坡,111,35\n", encoding="utf-8")
    (hazard,) = read_batch(tmp_path).hazards
    assert hazard.footprint is not None
    assert hazard.footprint.centroid.x == pytest.approx(500_000)


def test_patrols_lists_and_lookbacks(tmp_path: Path) -> None:
    more = "".join(f'[{n}]\npath = "{n}.csv"\n' for n in ("patrols", "blacklist", "lookback"))
    batch_folder(tmp_path, more=more)
    texts = {
        "patrols": "级别,地点,日期\n乡镇,解州镇,2022-10-05\n村,某村,2022/10/6\n",
        "blacklist": "名称,列入日期\n某公司,2021-01-01\n",
        "lookback": "图斑编号,批次,日期,核查人\nb1,2022Q3,2022-12-01,王某\n",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert batch.misreads == ()
    assert [(p.level, p.place) for p in batch.patrols] == [("乡", "解州镇"), ("村", "某村")]
    assert (batch.blacklist[0].name, batch.blacklist[0].since) == ("某公司", date(2021, 1, 1))
    assert (batch.lookback[0].key, batch.lookback[0].batch) == ("B1", "2022Q3")


def test_a_broken_licence_keeps_its_paper_and_loses_its_footprint(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[permits]\npath = "p.geojson"')
    x, y = square()[0]
    bowtie = [[x, y], [x + 100, y + 100], [x + 100, y], [x, y + 100], [x, y]]
    paper = {"有效期止": "2025-01-01"}
    drawn = [
        feature(bowtie, 采矿许可证号="C1", **paper),
        feature(square(), 采矿许可证号="C2", **paper),
    ]
    layer(tmp_path / "p.geojson", drawn)
    batch = read_batch(tmp_path)
    assert [licence.footprint is None for licence in batch.permits] == [True, False]
    assert (only(batch.misreads).rule, only(batch.misreads).row) == ("DQ05", 1)


@pytest.mark.parametrize(
    ("table", "header", "row", "missing"),
    [
        ("permits", "采矿许可证号,矿山名称", "C1,某矿", "有效期止"),
        (
            "rectification",
            "图斑编号,责任单位,整改措施,整改责任人,是否销号",
            "A1,甲,乙,丙,否",
            "整改时限",
        ),
    ],
)
def test_a_column_that_its_rules_need_is_named_when_it_is_not_there(
    tmp_path: Path, table: str, header: str, row: str, missing: str
) -> None:
    batch_folder(tmp_path, more=f'[{table}]\npath = "t.csv"')
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    batch = read_batch(tmp_path)
    misread = only(batch.misreads)
    assert (misread.column, misread.row, misread.whole) == (missing, 1, False)
    assert f"[{table}]" in misread.remedy.zh
    assert table not in batch.not_supplied
