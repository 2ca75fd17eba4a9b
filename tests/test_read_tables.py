"""Spreadsheets and CSV files as counties make them, and as an attacker would."""

import io
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.read_batches import batch_folder, filed, only, workbook
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.workbooks import column_letters, column_number, refuse_hostile
from yanhu_satcheck.terms import Call

HEADERS = ["图斑编号", "合法性判定", "核查时间"]


def test_headers_are_found_below_title_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["2022年第四季度矿产卫片图斑填报表"],
        [],
        HEADERS,
        ["A1", "伪变化", "2022-12-05"],
    ]
    batch = filed(tmp_path, rows)
    row = batch.submissions[0]
    assert (row.row, row.polygon_id, row.call) == (4, "A1", Call.PSEUDO_CHANGE)
    assert row.field_date == date(2022, 12, 5)
    assert batch.filing_columns == tuple(HEADERS)
    assert row.cells == ("A1", "伪变化", "2022-12-05")
    assert batch.misreads == ()


def test_a_declared_header_row_is_kept_to(tmp_path: Path) -> None:
    rows = [HEADERS, HEADERS, ["A1", "合法", ""]]
    batch = filed(tmp_path, rows, "header_row = 2")
    assert [row.row for row in batch.submissions] == [3]


def test_the_filing_keeps_columns_nobody_knows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["序号", "图斑编号", "合法性判定", "县里自己的列"],
        [1, "A1", "合法", "随手写的"],
    ]
    batch = filed(tmp_path, rows)
    assert batch.filing_columns == ("序号", "图斑编号", "合法性判定", "县里自己的列")
    assert batch.submissions[0].cells == (1, "A1", "合法", "随手写的")
    assert batch.misreads == ()


def test_numbers_stay_what_they_are(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADERS,
        ["007", "合法", ""],
        [1408020001.0, "合法", ""],
        [" a１ ", "合法", ""],
    ]
    batch = filed(tmp_path, rows)
    assert [row.polygon_id for row in batch.submissions] == ["007", "1408020001", "a１"]
    assert [row.key for row in batch.submissions] == ["007", "1408020001", "A1"]
    assert batch.submissions[1].cells[0] == 1408020001


def test_a_number_beyond_fifteen_digits_is_lost_and_said(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, [140802000123456789, "合法", ""], ["A1", "合法", ""]])
    assert [row.polygon_id for row in batch.submissions] == ["", "A1"]
    assert only(batch.misreads).row == 2
    assert "15" in only(batch.misreads).what.zh


def test_a_row_without_number_stays_in_the_filing_and_is_named(tmp_path: Path) -> None:
    rows = [HEADERS, ["", "合法", ""], ["A1", "合法", ""], ["无", "违法", ""]]
    batch = filed(tmp_path, rows)
    assert [(row.row, row.key) for row in batch.submissions] == [(2, ""), (3, "A1"), (4, "")]
    assert [(m.row, m.column) for m in batch.misreads] == [(2, "图斑编号"), (4, "图斑编号")]


def test_filed_twice_and_filed_but_not_issued_both_stay(tmp_path: Path) -> None:
    rows = [HEADERS, ["A1", "合法", ""], ["A1", "违法", ""], ["Z9", "合法", ""]]
    assert [row.polygon_id for row in filed(tmp_path, rows).submissions] == ["A1", "A1", "Z9"]


def test_a_bad_cell_is_named_by_row_and_header_and_costs_only_itself(tmp_path: Path) -> None:
    rows = [["标题"], HEADERS, ["A1", "合法", "昨天"]]
    batch = filed(tmp_path, rows)
    misread = only(batch.misreads)
    assert (misread.file, misread.row, misread.column) == ("submission.xlsx", 3, "核查时间")
    assert "昨天" in misread.what.zh
    assert "2022-12-05" in misread.remedy.zh
    assert batch.submissions[0].call is Call.LEGAL


def test_real_dates_of_the_spreadsheet(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, ["A1", "合法", datetime(2022, 12, 5)]])
    assert batch.submissions[0].field_date == date(2022, 12, 5)


def test_unknown_words_are_no_misread(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, ["A1", "大概合法", "2022-12-05"], ["A1", "待补", ""]])
    assert [row.call for row in batch.submissions] == [Call.UNKNOWN, Call.UNFILLED]
    assert [row.legality for row in batch.submissions] == ["大概合法", ""]
    assert batch.misreads == ()


def test_units_in_headers(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["图斑编号", "动用方量（万m³）"], ["A1", 1.5]])
    assert batch.submissions[0].extracted_volume_m3 == 15000


def test_a_unit_nobody_knows_spoils_its_column_and_is_named_once(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["图斑编号", "合法性判定", "动用方量（车）"], ["A1", "", 1.5]])
    assert batch.submissions[0].extracted_volume_m3 is None
    assert "车" in only(batch.misreads).what.zh


def test_a_near_miss_of_a_header_is_asked_about(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["图斑编号", "合法性判断"], ["A1", "合法"]])
    misread = only(batch.misreads)
    assert (misread.column, misread.row) == ("合法性判断", 1)
    assert "合法性判定" in misread.remedy.zh
    assert batch.submissions[0].cells == ("A1", "合法")


def test_of_two_headers_for_one_column_the_first_counts(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["图斑编号", "合法性判定", "判定结果"], ["A1", "合法", "违法"]])
    assert batch.submissions[0].call is Call.LEGAL
    assert only(batch.misreads).column == "判定结果"


def test_the_header_that_forms_print_wins_over_a_loose_one(tmp_path: Path) -> None:
    rows = [["图斑编号", "合法性判定", "开采方式", "实际开采方式"], ["A1", "", "地下", "露天"]]
    batch = filed(tmp_path, rows)
    assert batch.submissions[0].mining_method == "露天"
    assert only(batch.misreads).column == "开采方式"


def test_the_manifest_wins_over_the_alias_table(tmp_path: Path) -> None:
    rows = [["图斑编号", "合法性判定", "复核判定"], ["A1", "合法", "违法"]]
    batch = filed(tmp_path, rows, 'fields = { legality = "复核判定" }')
    assert batch.submissions[0].call is Call.ILLEGAL
    assert batch.misreads == ()


def test_a_field_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, ["A1", "合法", ""]], 'fields = { remark = "附言" }')
    misread = only(batch.misreads)
    assert misread.column == "附言"
    assert "核查时间" in misread.remedy.zh


def test_a_missing_required_column_is_named_with_the_headers_there_are(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["地块", "合法性判定"], ["A1", "合法"]])
    misread = only(batch.misreads)
    assert misread.whole
    assert "图斑编号" in misread.what.zh
    assert "地块" in misread.remedy.zh
    assert "submission" in batch.not_supplied


def test_a_filing_without_a_call_names_the_headers_and_how_to_map_one(tmp_path: Path) -> None:
    batch = filed(tmp_path, [["图斑编号", "甲乙丙"], ["A1", "合法"], ["A2", "违法"]])
    misread = only(batch.misreads)
    assert (misread.row, misread.column, misread.whole) == (1, "合法性判定", False)
    for remedy in (misread.remedy.zh, misread.remedy.en):
        assert "甲乙丙" in remedy
        assert "[submission]" in remedy
        assert "fields = { legality = " in remedy
    assert len(batch.submissions) == 2


def test_a_call_column_asked_about_otherwise_is_not_named_twice(tmp_path: Path) -> None:
    rows = [["图斑编号", "甲乙丙"], ["A1", "合法"]]
    batch = filed(tmp_path, rows, 'fields = { legality = "丙乙甲" }')
    assert only(batch.misreads).column == "丙乙甲"


@pytest.mark.parametrize(("key", "part"), [("sheet", "工作表"), ("layer", "图层")])
def test_a_sheet_or_layer_of_a_format_without_is_named(tmp_path: Path, key: str, part: str) -> None:
    batch_folder(tmp_path, more=f'[submission]\npath = "s.csv"\n{key} = "表一"\n')
    (tmp_path / "s.csv").write_text("图斑编号,合法性判定\nA1,合法\n", encoding="utf-8")
    batch = read_batch(tmp_path)
    misread = only(batch.misreads)
    assert (misread.file, misread.column) == ("batch.toml", f"submission.{key}")
    assert part in misread.what.zh
    assert len(batch.submissions) == 1


def test_a_wrong_sheet_is_named_with_the_sheets_there_are(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, ["A1", "合法", ""]], 'sheet = "汇总"')
    misread = only(batch.misreads)
    assert misread.whole
    assert "填报" in misread.remedy.zh


def test_the_sheet_with_the_fitting_header_is_found(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xlsx"')
    sheets = {"说明": [["填表说明"], ["逐条填写"]], "表": [HEADERS, ["A1", "合法", ""]]}
    workbook(tmp_path / "s.xlsx", sheets)
    batch = read_batch(tmp_path)
    assert len(batch.submissions) == 1
    assert batch.misreads == ()


def test_rows_on_a_second_sheet_of_the_same_form_are_not_lost_silently(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xlsx"')
    rows = [HEADERS, ["A1", "合法", ""]]
    workbook(tmp_path / "s.xlsx", {"一": rows, "二": rows})
    assert "二" in only(read_batch(tmp_path).misreads).what.zh


@pytest.mark.parametrize("rows", [[], [HEADERS]])
def test_an_empty_table_is_said(tmp_path: Path, rows: list[list[str]]) -> None:
    batch = filed(tmp_path, rows)
    misread = only(batch.misreads)
    assert misread.whole
    assert "没有数据行" in misread.what.zh
    assert "submission" in batch.not_supplied


def test_a_merged_cell_speaks_for_all_its_rows(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xlsx"')
    with xlsxwriter.Workbook(tmp_path / "s.xlsx") as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((HEADERS, ["A1"], ["A2"])):
            sheet.write_row(number, 0, row)
        sheet.merge_range("B2:B3", "违法")
    assert {row.call for row in read_batch(tmp_path).submissions} == {Call.ILLEGAL}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.csv"')
    text = '填报表,,\n图斑编号,合法性判定,备注\nA1,伪变化,"甲,乙"\n007,合法,\n'
    (tmp_path / "s.csv").write_bytes(text.encode(encoding))
    batch = read_batch(tmp_path)
    assert [row.polygon_id for row in batch.submissions] == ["A1", "007"]
    assert batch.submissions[0].remark == "甲,乙"
    assert batch.submissions[0].row == 3
    assert batch.misreads == ()


def test_decimal_commas_are_not_taken_for_thousands(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[hazards]\npath = "h.csv"')
    (tmp_path / "h.csv").write_text('编号,经度,纬度\nH1,"112,5","35,1"\n', encoding="utf-8")
    batch = read_batch(tmp_path)
    assert batch.hazards[0].footprint is None
    assert [m.column for m in batch.misreads] == ["纬度", "经度"]


def test_an_old_workbook_is_asked_for_in_the_new_form(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xls"')
    (tmp_path / "s.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    misread = only(read_batch(tmp_path).misreads)
    assert ".xlsx" in misread.remedy.zh
    assert misread.whole


def _xlsx(sheet: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return held.getvalue()


@pytest.mark.parametrize(
    "sheet",
    [
        '<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>',
        "<x:sheetData><x:c s='1' r='XFD1048576'><x:v>1</x:v></x:c></x:sheetData>",
        '<sheetData><c t=">" r="XFD1048576"><v>1</v></c></sheetData>',
        '<sheetData><c r="XFD1048576" t="/>"><v>1</v></c></sheetData>',
        '<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row><row r="9999"><c><v>1</v></c></row>',
    ],
)
def test_cells_at_opposite_corners_are_refused_before_a_reader_sees_them(sheet: str) -> None:
    with pytest.raises(Unreadable, match="span"):
        refuse_hostile(_xlsx(sheet))


def test_an_empty_styled_cell_far_out_is_harmless() -> None:
    refuse_hostile(_xlsx('<sheetData><row r="1"><c r="A1"/><c r="XFD1048576" s="1"/></row>'))


def test_what_is_no_workbook_is_said(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xlsx"')
    (tmp_path / "s.xlsx").write_bytes(b"not a zip")
    misread = only(read_batch(tmp_path).misreads)
    assert misread.whole
    assert misread.rule == "DQ08"


def test_columns_have_their_letters() -> None:
    assert (column_number("A"), column_number("XFD")) == (1, 16384)
    assert [column_letters(n) for n in (0, 25, 26, 16383)] == ["A", "Z", "AA", "XFD"]


def test_sums_and_signatures_below_a_table_are_no_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        HEADERS,
        ["A1", "合法", ""],
        ["合计", 1, ""],
        ["填报人：王某", "", "审核人：李某"],
    ]
    batch = filed(tmp_path, rows)
    assert [row.polygon_id for row in batch.submissions] == ["A1"]
    assert batch.misreads == ()


def test_headers_repeated_on_every_page_are_no_rows(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, ["A1", "合法", ""], HEADERS, ["A2", "合法", ""]])
    assert [row.row for row in batch.submissions] == [2, 4]


def test_two_tables_on_sheets_of_one_workbook_fail_each_alone(tmp_path: Path) -> None:
    more = '[submission]\npath = "b.xlsx"\nsheet = "填报"\n'
    more += '[lookback]\npath = "b.xlsx"\nsheet = "回头看"\n'
    batch_folder(tmp_path, more=more)
    sheets: dict[str, Any] = {
        "填报": [HEADERS, ["A1", "合法", ""]],
        "回头看": [["批次"], ["2022Q3"]],
    }
    workbook(tmp_path / "b.xlsx", sheets)
    batch = read_batch(tmp_path)
    assert len(batch.submissions) == 1
    assert "submission" not in batch.not_supplied
    assert "lookback" in batch.not_supplied


def test_a_number_that_the_spreadsheet_took_for_a_date_is_said(tmp_path: Path) -> None:
    batch = filed(tmp_path, [HEADERS, [datetime(2022, 1, 2), "合法", ""], ["A1", "合法", ""]])
    assert any("日期" in m.what.zh and m.row == 2 for m in batch.misreads)


def test_declared_fields_find_the_row_of_headers_too(tmp_path: Path) -> None:
    rows = [["备注"], ["地块", "结论甲"], ["A1", "合法"]]
    batch = filed(tmp_path, rows, 'fields = { polygon_id = "地块", legality = "结论甲" }')
    assert [(row.row, row.call) for row in batch.submissions] == [(3, Call.LEGAL)]
    assert batch.misreads == ()
