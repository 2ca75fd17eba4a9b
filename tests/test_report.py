"""What OUT holds, that it repeats to the byte, and that it is there whole or not at all."""

import csv
import json
import sqlite3
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pyogrio
import pytest

from tests.test_report_audit import COLUMNS, IDS, NASTY, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.errors import ReportError
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report import workbook
from yanhu_satcheck.report.figures import measures
from yanhu_satcheck.report.geopackage import write_geopackage
from yanhu_satcheck.report.names import csv_text
from yanhu_satcheck.report.words import words

CONTRACT = [
    "polygon_id",
    "scene",
    "coverage",
    "clear_share",
    "n_px",
    "shift_px",
    "changed_share",
    "bare_before",
    "bare_after",
    "green_loss",
    "green_gain",
    "slope_deg",
    "cut_m3",
    "fill_m3",
    "net_m3",
    "net_m3_sigma",
    "detectable_m",
    "p_value",
    "p_mining",
    "p_slide",
    "p_restoration",
    "p_season",
    "p_construction",
]
KEYS = [
    "id",
    "rule",
    "slug",
    "polygon_id",
    "polygon_ids",
    "status",
    "severity",
    "confidence",
    "message",
    "claim",
    "evidence",
    "related",
    "p_value",
    "q_value",
    "proposed",
    "provisions",
    "suppressed",
]
OURS = [
    "建议填报",
    "更正依据",
    "审核状态",
    "可能涉及条款",
    "责任单位",
    "整改措施",
    "整改时限",
    "整改责任人",
    "复核意见",
    "复核人",
    "复核日期",
    "报告",
]


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(tmp_path_factory.mktemp("audit"))


@pytest.fixture(scope="module")
def out(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "OUT"
    report.write(audit, folder)
    return folder


@pytest.fixture(scope="module")
def book(out: Path) -> Any:
    return openpyxl.load_workbook(out / "ledger.xlsx")


def hashes(folder: Path) -> dict[str, str]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}


def test_out_holds_what_the_contract_names(out: Path) -> None:
    assert {one.name for one in out.iterdir()} == {
        "ledger.xlsx", "ledger.gpkg", "ledger.csv", "findings.jsonl", "evidence.parquet",
        "photos.parquet", "photo_marks.parquet", "reports", "photos", "audit.json",
    }  # fmt: skip
    assert [one.name for one in out.parent.iterdir()] == ["OUT"]


def test_the_same_audit_gives_the_same_bytes(audit: Audit, out: Path, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(out)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_writes_in_either_language(tmp_path: Path, lang: str) -> None:
    report.write(small_audit(tmp_path / "audit", lang), tmp_path / "OUT")
    index = (tmp_path / "OUT/reports/index.html").read_text(encoding="utf-8")
    assert ("图斑分布" in index) == (lang == "zh")


def test_every_sentence_has_both_languages() -> None:
    for key, said in words().items():
        assert said.zh, key
        assert said.en, key
        assert said.zh.count("{") == said.en.count("{"), key


# Workbook


def test_sheets_and_columns_of_the_workbook(book: Any) -> None:
    assert book.sheetnames == [
        "更正台账",
        "问题清单",
        "整改清单",
        "责任清单",
        "乡镇统计",
        "八个一批",
        "无法判定",
        "说明",
    ]
    header = [cell.value for cell in book["更正台账"][1]]
    own = [{"图斑编号": "填报_图斑编号", "审核状态": "填报_审核状态"}.get(c, c) for c in COLUMNS]
    assert header == ["图斑编号", *own, *OURS]
    assert book["更正台账"].freeze_panes == "B2"
    assert book["更正台账"].auto_filter.ref
    assert book["更正台账"].page_setup.paperSize == 9  # few and short columns: A4 holds them


def test_a_row_a_polygon_with_its_cells_as_filed(book: Any) -> None:
    sheet = book["更正台账"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in rows] == list(IDS)  # text, with its leading zero
    first = dict(zip([c.value for c in sheet[1]], rows[0], strict=True))
    assert str(first["核查时间"]) == "2022-11-20 00:00:00"
    assert first["动用方量"] == 1250.5
    assert first["现场核查描述"] == NASTY[0]
    assert first["建议填报"] == "违法"
    assert first["审核状态"] == "不一致"
    assert first["复核意见"] is None


def test_no_formula_but_the_links(book: Any) -> None:
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    assert cell.value.startswith('=HYPERLINK("reports/')
                    assert cell.column_letter == "T"
                assert cell.hyperlink is None
    assert book["更正台账"]["T7"].value == '=HYPERLINK("reports/%2543ON.html","打开报告")'


def test_review_cells_have_a_drop_down(book: Any) -> None:
    for name in ("更正台账", "问题清单"):
        sheet = book[name]
        (choice,) = sheet.data_validations.dataValidation
        assert choice.formula1 == '"采纳,不采纳,需外业"'
        column = next(c.column_letter for c in sheet[1] if c.value == "复核意见")
        assert str(choice.sqref) == f"{column}2:{column}{sheet.max_row}"


def test_control_characters_are_marked(book: Any) -> None:
    assert book["更正台账"]["D4"].value == "\ufffdbell\ufffd"


def test_a_cell_that_is_too_long_says_so(audit: Audit, tmp_path: Path) -> None:
    entry = replace(audit.ledger.entries[0], cells=(IDS[0], "长" * 40_000))
    entries = (entry, *audit.ledger.entries[1:])
    long = replace(audit, ledger=replace(audit.ledger, entries=entries))
    workbook.write_workbook(long, tmp_path / "ledger.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "ledger.xlsx")["更正台账"]["C2"].value
    assert len(cell) == 32_767
    assert "截断" in cell


def test_empty_sheets_say_none(audit: Audit, tmp_path: Path) -> None:
    bare = replace(audit.ledger, problems=(), duties=(), unjudged=(), misreads=())
    workbook.write_workbook(replace(audit, ledger=bare), tmp_path / "ledger.xlsx")
    book = openpyxl.load_workbook(tmp_path / "ledger.xlsx")
    assert [book[name]["A2"].value for name in ("问题清单", "责任清单", "无法判定")] == ["无"] * 3


# CSV, geopackage


def test_csv_is_the_ledger_and_inert(out: Path, book: Any) -> None:
    raw = (out / "ledger.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 1 + len(IDS)
    header, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert header == [cell.value for cell in book["更正台账"][1]]
    assert rows[0][3] == "'" + NASTY[0]
    assert rows[0][0] == IDS[0]
    assert rows[0][4] == "2022-11-20"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\uff1d1", "\uff20a"])
def test_csv_text_begins_no_formula(text: str) -> None:
    assert csv_text(text) == f"'{text}"


def test_csv_leaves_numbers_and_plain_text() -> None:
    assert [csv_text(one) for one in (-2.5, "a=b", None, "")] == ["-2.5", "a=b", "", ""]


def test_geopackage_layers(out: Path) -> None:
    path = out / "ledger.gpkg"
    ledger = pyogrio.read_dataframe(path, layer="更正台账")
    assert list(ledger["图斑编号"]) == list(IDS)
    assert [shape is None for shape in ledger.geometry] == [False] * 5 + [True]
    problems = pyogrio.read_dataframe(path, layer="问题清单")
    shared = problems[problems["规则"] == "PH01"].geometry.iloc[0]
    assert len(shared.geoms) == 2
    assert pyogrio.read_info(path, layer="更正台账")["crs"] == "EPSG:4546"


def test_geopackage_opens_coloured(out: Path) -> None:
    base = sqlite3.connect(out / "ledger.gpkg")
    rows = base.execute("select f_table_name, styleQML, useAsDefault from layer_styles").fetchall()
    assert [row[0] for row in rows][:3] == ["更正台账", "问题清单", "测量数据"]
    assert all("<qgis" in row[1] and row[2] == 1 for row in rows)
    assert all('attr="审核状态"' in row[1] for row in rows[:2])
    assert base.execute("pragma user_version").fetchone() == (10200,)
    base.close()


# Findings and evidence


def test_findings_have_the_contract_s_keys(out: Path, audit: Audit) -> None:
    text = (out / "findings.jsonl").read_text(encoding="utf-8")
    said = [json.loads(line) for line in text.splitlines()]
    assert all(list(one) == KEYS for one in said)
    assert [one["id"] for one in said] == [one.id for one in audit.judgement.findings]
    assert said[0]["polygon_id"] is None
    assert (said[1]["status"], said[1]["severity"]) == ("inconsistent", "high")
    assert said[1]["evidence"][0]["value"] == 0.613457
    assert said[1]["proposed"] == {"legality": "ILLEGAL"}
    assert said[1]["claim"]["filed_date"] == "2022-12-01"
    assert "实地伪变化" in text


def test_evidence_columns_and_units(out: Path) -> None:
    table = pq.read_table(out / "evidence.parquet")
    assert table.column_names[: len(CONTRACT)] == CONTRACT
    assert {"bare_gain", "bare_gain_sigma", "ndvi_after", "position_m"} <= set(table.column_names)
    assert table.column("polygon_id").to_pylist() == list(IDS)
    assert table.schema.field("cut_m3").metadata[b"unit"] == b"m3"
    assert table.column("cut_m3").to_pylist() == [18250.0, None, 18250.0, None, None, None]
    assert table.column("net_m3_sigma").to_pylist()[0] == 950.0


def test_photos_table(out: Path) -> None:
    table = pq.read_table(out / "photos.parquet").to_pylist()
    assert [one["path"] for one in table] == ["a/1.jpg", "b/2.jpg", "c/3.jpg", "c/4.jpg"]
    assert table[0]["taken_at"] == "2022-11-20T10:05:03"
    assert (out / "photos" / f"{table[0]['sha256']}.jpg").is_file()
    assert table[3]["sha256"] is None


def test_audit_json_balances_and_names_no_place(out: Path, audit: Audit) -> None:
    text = (out / "audit.json").read_text(encoding="utf-8")
    said = json.loads(text)
    polygons = said["counts"]["polygons"]
    assert polygons.pop("issued") == sum(polygons.values()) == len(IDS)
    for one in said["rules"].values():
        if "concerned" in one:
            assert one["concerned"] == one["answered"] + one["in_order"] + one["unjudged"]
    assert str(audit.batch.root) not in text
    assert {**said["files"], "audit.json": None}.keys() == {
        k.replace("\\", "/") for k in hashes(out)
    }
    assert said["policy"]["fdr"] == 0.05


# Figures


def test_measures_stand_in_the_contract_s_order() -> None:
    order = [name for name in CONTRACT[2:] if name != "net_m3_sigma"]
    assert list(measures())[: len(order)] == order


def test_what_gdal_says_is_said_in_chinese_in_the_chinese_line(
    audit: Audit, tmp_path: Path
) -> None:
    """The Chinese line held GDAL's English."""
    odd = replace(audit, batch=replace(audit.batch, crs="EPSG:999999"))
    with pytest.raises(ReportError) as refused:
        write_geopackage(odd, tmp_path / "ledger.gpkg")
    zh, en = str(refused.value).split("\n")
    assert zh == "ledger.gpkg：无法写出（坐标系无法识别）；没有改动"
    assert "Could not set CRS" in en
