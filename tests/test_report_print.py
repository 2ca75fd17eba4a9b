"""The printed workbook: on paper that can be read, no row cut off, whose polygon it is on each."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from openpyxl.utils import range_boundaries  # type: ignore[import-untyped]

from tests.conftest import Run
from yanhu_satcheck.batch import Cell
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Problem
from yanhu_satcheck.report.columns import clauses
from yanhu_satcheck.report.fit import A3, A4, Fit, Need, fitted
from yanhu_satcheck.report.names import number_form
from yanhu_satcheck.report.sheets import PROBLEM_HEADER, Sheet, problem_row
from yanhu_satcheck.report.workbook import Heading, write_sheets
from yanhu_satcheck.report.wrap import wrapped
from yanhu_satcheck.rule import Related
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

LEAST_PT = 7.0
INCH_MM, CHAR_MM, MARGINS_MM = 25.4, 7.4 / 96 * 25.4, 2 * 0.3 * 25.4
PAPER_MM = {A3: 420.0, A4: 297.0}
GROUNDS = "CL04 填报为合法；没有有效的许可证、项目或批准覆盖该图斑；新增裸地占 0.44 ± 0.15；" * 12


def widths(page: Any) -> list[float]:
    """The columns' widths as a program draws them, 0 where one is folded away."""
    told = [0.0] * page.max_column
    for one in page.column_dimensions.values():
        for at in range(one.min, min(one.max, page.max_column) + 1):
            told[at - 1] = 0.0 if one.hidden else one.width
    return told


def keys(page: Any) -> int:
    """How many columns stand on every sheet of paper."""
    return int(range_boundaries(page.print_title_cols)[2]) if page.print_title_cols else 0


def printed_pt(page: Any) -> float:
    """The size that 10 pt text comes to on paper, by the widest of the sheets side by side."""
    _, _, last, _ = range_boundaries(str(page.print_area).partition("!")[2].replace("$", ""))
    each = widths(page)[:last]
    across = int(page.page_setup.fitToWidth or 1)
    total = sum(each) + (across - 1) * sum(each[: keys(page)])
    room = PAPER_MM[int(page.page_setup.paperSize)] - MARGINS_MM
    return min(10.0, 10.0 * across * room / (total * CHAR_MM))


def test_every_sheet_of_the_sample_prints_large_enough_and_whole(sample_audit: Run) -> None:
    for page in openpyxl.load_workbook(sample_audit.out / "ledger.xlsx"):
        assert printed_pt(page) >= LEAST_PT, page.title
        assert page.page_setup.orientation == "landscape"
        assert (page.print_title_rows, keys(page) >= 1) == ("$1:$1", True), page.title
        each = widths(page)
        for row in page.iter_rows(min_row=2):
            high = page.row_dimensions[row[0].row].height
            shown = [c for c in row if isinstance(c.value, str) and each[c.column - 1]]
            # The link stands for a longer text than it shows, and does not print.
            lines = [
                wrapped(c.value, each[c.column - 1]) for c in shown if not c.value.startswith("=")
            ]
            assert high >= 14 * max(lines, default=1), (page.title, row[0].row)


def test_the_ledger_s_second_sheet_of_paper_says_whose_and_filed_as_what(
    sample_audit: Run,
) -> None:
    page = openpyxl.load_workbook(sample_audit.out / "ledger.xlsx")["更正台账"]
    header = [cell.value for cell in page[1]]
    assert page.page_setup.fitToWidth == 2
    assert header[: keys(page)][-1] == "合法性判定"
    each = widths(page)
    ours = header.index("建议填报")
    filed, told = sum(each[:ours]), sum(each[: keys(page)]) + sum(each[ours:-1])
    assert filed == pytest.approx(told, abs=1.0)  # so that every program parts it there
    shown = {name for name, width in zip(header, each, strict=True) if width}
    assert {"序号", "填报_图斑编号"}.isdisjoint(shown)
    assert {"现场核查描述", "更正依据", "审核状态", "复核意见"} <= shown
    assert not str(page.print_area).endswith(page.cell(1, len(header)).column_letter)


def book_of(sheet: Sheet, path: Path) -> Any:
    write_sheets([sheet], path, Heading("2022Q4", date(2022, 12, 31), "zh"))
    return openpyxl.load_workbook(path)[sheet.name]


def test_what_says_nothing_is_folded_and_keeps_its_cells(tmp_path: Path) -> None:
    header = ("图斑编号", "序号", "填报_图斑编号", "判定", "灾害时间", "备注", "审核状态")
    rows: tuple[tuple[Cell, ...], ...] = (
        ("A1", 1, "Ａ１ ", "合法", None, None, "一致"),
        ("A2", 2, "a2", "合法", "", "见附件", "一致"),
    )
    page = book_of(Sheet("更正台账", header, rows, 5, call=2), tmp_path / "b.xlsx")
    hidden = [not width for width in widths(page)]
    assert hidden == [False, True, True, False, True, False, False]
    assert [cell.value for cell in page[2]] == ["A1", 1, "Ａ１ ", "合法", None, None, "一致"]
    assert keys(page) == 4
    other = (*rows, ("A3", 3, "B9", "合法", None, None, "一致"))
    page = book_of(Sheet("更正台账", header, other, 5, call=2), tmp_path / "c.xlsx")
    assert widths(page)[2] > 0  # it says something after all


def test_a_table_that_fits_a4_is_printed_on_it_and_a_wide_one_on_a3() -> None:
    few = fitted(("乡镇", "下发图斑"), [("解州镇", 12), ("东郭镇", 3)])
    assert (few.paper, few.across) == (A4, 1)
    wide = fitted(("id", *"甲乙丙丁"), [("A", *(GROUNDS,) * 4)] * 5)
    assert (wide.paper, wide.across) == (A3, 1)
    assert sum(wide.widths) <= 292


def lay(filed: int) -> Fit:
    header = ("图斑编号", *(f"列{n}" for n in range(filed)), "更正依据", "审核状态")
    row = ("2022S41408020001", *("实地核查，未见异常",) * filed, GROUNDS, "不一致")
    needs = [Need(least=11.0) for _ in header]
    return fitted(header, [row] * 9, needs, part=filed + 1)


def test_rows_become_no_towers_for_the_sake_of_one_sheet_across() -> None:
    few, many, far_too_many = lay(4), lay(20), lay(40)
    assert (few.across, many.across) == (1, 2)
    assert max(many.heights) < 18 * 16.5
    filed, told = sum(many.widths[:21]), many.widths[0] + sum(many.widths[21:])
    assert filed + 21 * 5 / 7 == pytest.approx(told + 3 * 5 / 7)
    assert far_too_many.across > 1
    assert max(far_too_many.heights) < 409


def test_a_filing_of_a_hundred_columns_is_laid_out_all_the_same() -> None:
    assert lay(150).across > 3


def test_nothing_at_all_is_laid_out() -> None:
    assert fitted(("类别", "名称"), []).across == 1
    blank = fitted(("", "名称"), [(None, None), ("", "")])  # a filing's header may be blank
    assert min(blank.widths) >= 4


def test_numbers_and_dates_have_the_width_that_they_need() -> None:
    rows: list[tuple[Cell, ...]] = [(1, date(2022, 1, 1), datetime(2022, 1, 1, 8, 30), 12.5)]
    number, day, moment, measure = fitted(("序号", "日", "时", "亩"), rows).widths
    assert (day, moment, number >= 2, measure >= 5) == (11.0, 20.0, True, True)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("未见不符", 9, 1),
        ("未见不符", 5, 2),  # hanzi part anywhere
        ("2022-08-21 至 2022-11-12", 12, 3),  # dates do not
        ("2022-08-21 至 2022-11-12", 14, 2),
        ("C1408022011097130117402", 13, 2),  # but for one that no line holds
        ("scenes/south_after.tif", 17, 2),
        ("一\n二\n三", 20, 3),
        ("", 5, 1),
    ],
)
def test_wrapped_lines_are_counted_as_programs_wrap_them(
    text: str, width: float, lines: int
) -> None:
    assert wrapped(text, width) == lines


def test_what_provisions_have_in_common_is_said_once() -> None:
    may = "（可能涉及条款，供核查参考）"
    assert clauses([f"甲法第三条：无证开采{may}"]) == f"甲法第三条：无证开采{may}"
    told = clauses([f"甲法（2009年修正）第三条{may}", f"乙法第四十条{may}"])
    assert told == "甲法（2009年修正）第三条\n乙法第四十条\n（以上 2 条可能涉及条款，供核查参考）"
    both = "（可能涉及条款，供核查参考；从旧兼从轻）"
    assert clauses([f"甲{may}", f"乙{both}"]) == f"甲{may}\n乙{both}"
    english = clauses(["Law A (may apply; for reference)", "Law B (may apply; for reference)"])
    assert english == "Law A\nLaw B\n(the 2 above may apply; for reference)"
    assert (clauses([]), clauses(["丙"]), clauses(["丙", "丁"])) == ("", "丙", "丙\n丁")


def test_a_row_names_the_first_things_of_many_and_says_how_many() -> None:
    photos = tuple(Related("photo", f"P{n:02d}_1.jpg", f"P{n:02d}") for n in range(30))
    other = Related("photo", "IMG_1.jpg", "P77")
    cell = dict(zip(PROBLEM_HEADER, row_of(other, *photos), strict=True))["关联对象"]
    assert isinstance(cell, str)
    first, last = cell.split("\n")
    assert first.startswith("照片 IMG_1.jpg（图斑 P77）、P00_1.jpg、P01_1.jpg")
    assert last == "共 31 项，全部见 findings.jsonl"
    few = dict(zip(PROBLEM_HEADER, row_of(Related("batch", "2022Q3")), strict=True))
    assert few["关联对象"] == "批次 2022Q3"


def row_of(*related: Related) -> tuple[Cell, ...]:
    found = Finding(
        "2022Q4", "PH01", "photo-reuse", ("P00",), Status.INCONSISTENT, Severity.HIGH,
        Confidence.LIKELY, Words("同一张照片", "one photograph"), related=related,
    )  # fmt: skip
    return problem_row(Problem(found, Words("一图多用", "photo reuse")), "zh")


def test_a_filing_that_stands_last_goes_onto_the_second_sheet_of_paper(tmp_path: Path) -> None:
    filed = 20
    header = ("图斑编号", "最终填报", "更正依据", "可能涉及条款", *(f"列{n}" for n in range(filed)))
    row = ("2022S41408020001", "违法", GROUNDS * 2, GROUNDS, *("实地核查，未见异常",) * filed)
    sheet = Sheet("更正台账", header, (row,) * 5, filed, settled=True, filed_from=4)
    page = book_of(sheet, tmp_path / "b.xlsx")
    each = widths(page)
    assert page.page_setup.fitToWidth == 2
    assert sum(each[:4]) == pytest.approx(each[0] + sum(each[4:]), abs=1.0)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (187200, "0"),
        (187200.0, "0"),
        (-3, "0"),
        (0.05, "0.00"),
        (52.34, "0.00"),
        (140802198001, "0"),
        (3.2e-09, "General"),
        (1 / 3, "General"),
        (float("nan"), "General"),
    ],
)
def test_a_number_prints_as_it_is(value: float, form: str) -> None:
    assert number_form(value) == form


def test_a_column_is_as_wide_as_its_numbers() -> None:
    """187200 stood in a column of 7.7 and printed as 2E+05."""
    rows = [("A", 187200, 140802198001, 1 / 3)]
    widths = fitted(("编号", "动用方量", "代码", "份额"), rows).widths
    assert widths[1] >= len("187200") + 2
    assert widths[2] >= len("140802198001") + 2
    assert widths[3] < 15
