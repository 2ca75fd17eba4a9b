"""The way back: what people wrote into a ledger, in the next audit and in what is filed."""

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pyogrio
import pytest

from tests.conftest import satcheck
from tests.read_batches import batch_folder, workbook
from tests.test_report_audit import BATCH, COLUMNS, IDS, NASTY, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.archive import add, show
from yanhu_satcheck.cli.summary import summary
from yanhu_satcheck.correct import carry
from yanhu_satcheck.errors import ReportError
from yanhu_satcheck.final import Final, Outcome
from yanhu_satcheck.ledger import Audit, EightOf, Review
from yanhu_satcheck.past import Answer
from yanhu_satcheck.pipeline import audit as run
from yanhu_satcheck.read import read_answers, read_finished, read_written
from yanhu_satcheck.terms import Call, Status, Words
from yanhu_satcheck.wayback import finalize, former

SOFFICE = shutil.which("soffice")
DAY = date(2023, 1, 5)
YES = {"复核意见": "采纳", "复核人": "王五", "复核日期": DAY}
NO = {"复核意见": "不采纳", "复核人": "赵六"}


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """A small audit that nobody has answered."""
    made = small_audit(tmp_path_factory.mktemp("audit"))
    entries = tuple(
        replace(one, review=Review(), responsible_unit="", deadline=None)
        for one in made.ledger.entries
    )
    eight = (EightOf("打击一批非法违法行为", 0, Words("", "")), *made.ledger.eight[1:])
    return replace(made, ledger=replace(made.ledger, entries=entries, eight=eight))


@pytest.fixture(scope="module")
def written(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "OUT"
    report.write(audit, folder)
    return folder


@pytest.fixture
def out(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "OUT")


def again(audit: Audit, out: Path) -> Audit:
    """Audit into the same OUT, as the pipeline does."""
    before = former(out, BATCH)
    assert before is not None
    audit = replace(audit, ledger=carry(audit.ledger, before))
    report.write(audit, out)
    return audit


def edit(path: Path, change: Callable[[Any], None]) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


def answer(out: Path, sheet: str, about: str, **cells: Any) -> None:
    """Fill in cells of a row, as a person does in a spreadsheet."""

    def change(book: Any) -> None:
        page = book[sheet]
        header = [cell.value for cell in page[1]]
        (row,) = [row[0].row for row in page.iter_rows(min_row=2) if row[0].value == about]
        for name, value in cells.items():
            page.cell(row, len(header) - header[::-1].index(name)).value = value

    edit(out / "ledger.xlsx", change)


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    page = openpyxl.load_workbook(path)[sheet]
    header, *rows = [[cell.value for cell in row] for row in page.iter_rows()]
    return [dict(zip(header, row, strict=True)) for row in rows]


def row(path: Path, sheet: str, about: str) -> dict[str, Any]:
    return next(one for one in table(path, sheet) if about in list(one.values())[:1])


def finding(audit: Audit, rule: str) -> str:
    return next(one.id for one in audit.judgement.findings if one.rule == rule)


def hashes(folder: Path) -> dict[str, str]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}


def outcomes(final: Final) -> dict[str, Outcome]:
    return {one.polygon_id: one.outcome for one in final.verdicts}


def judged(audit: Audit, rule: str, **more: Any) -> Audit:
    """The same audit, where one rule found otherwise; `None` for its status: found nothing."""
    if "status" in more and more["status"] is None:
        found = tuple(one for one in audit.judgement.findings if one.rule != rule)
    else:
        found = tuple(
            replace(one, **more) if one.rule == rule else one for one in audit.judgement.findings
        )
    judgement = replace(audit.judgement, findings=found)
    entries = tuple(
        replace(
            one,
            findings=judgement.of(one.polygon_id),
            status=judgement.status(one.polygon_id),
            proposed=next((f.proposed for f in judgement.of(one.polygon_id) if f.proposed), None),
        )
        for one in audit.ledger.entries
    )
    problems = tuple(p for p in audit.ledger.problems if p.finding.rule != rule)
    problems += tuple(
        p._replace(finding=f)
        for p in audit.ledger.problems
        for f in found
        if p.finding.rule == f.rule == rule and p.finding.id == f.id
    )
    ledger = replace(audit.ledger, entries=entries, problems=problems)
    return replace(audit, judgement=judgement, ledger=ledger)


# What was written is read back


def test_an_out_gives_back_the_ledger_it_was_written_from(audit: Audit, written: Path) -> None:
    told = read_finished(written)
    assert told.ledger.rectification == audit.ledger.rectification
    assert told.ledger.eight == audit.ledger.eight
    assert [one.cells for one in told.ledger.entries] == [one.cells for one in audit.ledger.entries]
    assert [one.finding.id for one in told.ledger.problems] == [
        one.finding.id for one in audit.ledger.problems
    ]
    assert (told.call_at, told.as_of) == (1, audit.batch.as_of)
    read = read_written(written / "ledger.xlsx", told)
    assert (read.answers, read.filled, read.strange) == ((), (), ())


# Answers stand again


def test_what_people_wrote_stands_again_everywhere(audit: Audit, out: Path) -> None:
    duty = {"责任单位": "解州镇政府", "整改时限": "2023年3月31日", "整改措施": "复绿"}
    answer(out, "更正台账", IDS[0], **YES, **duty)
    answer(out, "问题清单", finding(audit, "PH01"), 复核意见=" 不采纳　", 复核人="赵六")
    answer(out, "更正台账", IDS[3], 复核意见="同意", 复核日期="下周", 整改时限="三月底")
    answer(out, "八个一批", "曝光一批", 数量=3)
    told = again(audit, out)
    assert (told.ledger.outdated, len(told.ledger.filled)) == ((), 5)
    stands = row(out / "ledger.xlsx", "更正台账", IDS[0])
    assert (stands["复核意见"], stands["复核日期"]) == ("采纳", datetime(2023, 1, 5))
    assert (stands["责任单位"], stands["整改时限"]) == ("解州镇政府", datetime(2023, 3, 31))
    odd = row(out / "ledger.xlsx", "更正台账", IDS[3])
    assert (odd["复核意见"], odd["复核日期"], odd["整改时限"]) == ("同意", "下周", "三月底")
    assert row(out / "ledger.xlsx", "问题清单", finding(audit, "PH01"))["复核意见"] == "不采纳"
    assert row(out / "ledger.xlsx", "八个一批", "曝光一批")["数量"] == 3
    entering = [
        one for one in table(out / "ledger.xlsx", "整改清单") if one["在册情况"] == "应纳入"
    ]
    assert [one["责任单位"] for one in entering] == ["解州镇政府"]
    header, *rows = csv.reader((out / "ledger.csv").read_text("utf-8-sig").splitlines())
    assert dict(zip(header, rows[0], strict=True))["复核人"] == "王五"
    layer = pyogrio.read_dataframe(out / "ledger.gpkg", layer="更正台账")
    assert next(iter(layer["责任单位"])) == "解州镇政府"
    page = (out / "reports" / f"{IDS[0]}.html").read_text("utf-8")
    assert "采纳（王五 2023-01-05）" in page
    assert "不采纳（赵六）" in page


def test_auditing_again_and_again_changes_nothing(audit: Audit, out: Path) -> None:
    answer(out, "更正台账", IDS[0], **YES, 责任单位="解州镇政府")
    again(audit, out)
    first = hashes(out)
    again(audit, out)
    assert hashes(out) == first


def test_a_filled_cell_is_a_persons_until_it_says_what_the_data_say(
    audit: Audit, out: Path
) -> None:
    answer(out, "更正台账", IDS[0], 责任单位="甲局")
    again(audit, out)
    said = tuple(
        replace(one, responsible_unit="乙局" if one.polygon_id == IDS[0] else "")
        for one in audit.ledger.entries
    )
    moved = replace(audit, ledger=replace(audit.ledger, entries=said))
    told = again(moved, out)
    (one,) = told.ledger.filled
    assert (one.value, one.over, one.now) == ("甲局", "", "乙局")
    assert row(out / "ledger.xlsx", "更正台账", IDS[0])["责任单位"] == "甲局"
    about = [one["内容"] for one in table(out / "ledger.xlsx", "说明") if one["类别"] == "人工填写"]
    assert len(about) == 1
    assert "乙局" in about[0]
    answer(out, "更正台账", IDS[0], 责任单位="乙局")
    assert again(moved, out).ledger.filled == ()


def test_a_cell_that_a_person_emptied_stays_empty(tmp_path: Path) -> None:
    made = small_audit(tmp_path / "audit")
    entries = tuple(replace(one, review=Review()) for one in made.ledger.entries)
    made = replace(made, ledger=replace(made.ledger, entries=entries))
    report.write(made, tmp_path / "OUT")
    answer(tmp_path / "OUT", "更正台账", IDS[0], 责任单位=None)
    again(made, tmp_path / "OUT")
    assert row(tmp_path / "OUT" / "ledger.xlsx", "更正台账", IDS[0])["责任单位"] is None


@pytest.mark.parametrize("change", [{"proposed": None}, {"status": None}], ids=["proposal", "gone"])
def test_an_answer_that_no_longer_fits_is_shown_and_not_applied(
    audit: Audit, out: Path, change: dict[str, Any]
) -> None:
    one = finding(audit, "CL01")
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "问题清单", one, **YES)
    answer(out, "更正台账", IDS[2], **YES)
    other = judged(audit, "CL01", **change)
    for _ in range(2):  # it stays listed
        told = again(other, out)
        lost = [(o.answer.kind, o.answer.about) for o in told.ledger.outdated]
        assert lost == [("finding", one), ("polygon", IDS[0])]
        assert row(out / "ledger.xlsx", "更正台账", IDS[0])["复核意见"] is None
        assert row(out / "ledger.xlsx", "更正台账", IDS[2])["复核意见"] == "采纳"
        listed = [r for r in table(out / "ledger.xlsx", "说明") if r["类别"] == "不再适用的意见"]
        assert len(listed) == 2
        assert "采纳（王五 2023-01-05）；针对：不一致，建议填报 违法" in listed[1]["内容"]
        assert "不再适用的意见" in (out / "reports" / f"{IDS[0]}.html").read_text("utf-8")
        assert "不再适用的意见" not in (out / "reports" / f"{IDS[2]}.html").read_text("utf-8")
    final = finalize(out)
    assert outcomes(final)[IDS[0]] is Outcome.OPEN
    assert sum(u.answer is not None and u.answer.by == "王五" for u in final.unapplied) == 2
    # What it was given to is there again: the answer is, too.
    told = again(audit, out)
    assert told.ledger.outdated == ()
    assert row(out / "ledger.xlsx", "问题清单", one)["复核意见"] == "采纳"


def test_a_polygons_answer_fits_while_its_state_proposal_and_findings_are_the_same(
    audit: Audit, out: Path
) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "更正台账", IDS[4], **YES)
    answer(out, "问题清单", finding(audit, "CL01"), **YES)
    # PH01 is inconsistent too, so the polygon as a whole stands as it did; the finding does not.
    told = again(judged(audit, "CL01", status=Status.DOUBTFUL), out)
    assert [one.answer.kind for one in told.ledger.outdated] == ["finding"]
    told = again(judged(audit, "DQ02", status=Status.DOUBTFUL), out)
    assert [one.answer.about for one in told.ledger.outdated] == [IDS[4]]
    (one,) = told.ledger.outdated
    assert one.now is not None
    assert (one.stood.status, one.now.status) == (Status.UNASSESSABLE, Status.DOUBTFUL)


def test_an_answer_anew_takes_the_place_of_the_old_one(audit: Audit, out: Path) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    other = judged(audit, "CL01", proposed=None)
    assert len(again(other, out).ledger.outdated) == 1
    answer(out, "更正台账", IDS[0], **NO)
    told = again(other, out)
    assert told.ledger.outdated == ()
    assert told.ledger.entries[0].review.opinion == "不采纳"


def test_what_the_next_audit_has_no_row_for_is_listed(audit: Audit, out: Path) -> None:
    answer(out, "更正台账", IDS[4], **YES, 责任单位="甲局")
    fewer = replace(
        audit,
        cases=audit.cases[:4] + audit.cases[5:],
        batch=replace(audit.batch, polygons=audit.batch.polygons[:4] + audit.batch.polygons[5:]),
        ledger=replace(audit.ledger, entries=audit.ledger.entries[:4] + audit.ledger.entries[5:]),
    )
    again(fewer, out)
    about = [(r["类别"], r["名称"]) for r in table(out / "ledger.xlsx", "说明")]
    assert ("不再适用的意见", f"图斑 {IDS[4]}") in about
    assert ("人工填写", f"{IDS[4]} 责任单位") in about
    told = again(audit, out)
    assert (told.ledger.entries[4].review.opinion, told.ledger.outdated) == ("采纳", ())
    assert told.ledger.entries[4].responsible_unit == "甲局"


def test_rows_and_columns_may_be_moved_and_cells_merged(audit: Audit, out: Path) -> None:
    def change(book: Any) -> None:
        page = book["更正台账"]
        page.insert_rows(1)
        page["A1"] = ""
        cells = [[(c.value, c.number_format) for c in row] for row in page.iter_rows(min_row=2)]
        header, *rows = cells
        rows.reverse()
        order = [*range(1, len(header)), 0]
        for number, said in enumerate([header, *rows], 2):
            for at, source in enumerate(order, 1):
                cell = page.cell(number, at)
                cell.value, cell.number_format = said[source]
                cell.data_type = "s" if cell.data_type == "f" else cell.data_type
        opinion, by = (
            next(c.column for c in page[2] if c.value == name) for name in ("复核意见", "复核人")
        )
        page.cell(3, opinion, "采纳")
        page.cell(4, opinion, "采纳")
        page.cell(3, by, "王五")
        page.merge_cells(start_row=3, end_row=4, start_column=by, end_column=by)

    edit(out / "ledger.xlsx", change)
    told = again(audit, out)
    said = {one.polygon_id: one.review for one in told.ledger.entries if any(one.review)}
    assert said == {IDS[5]: Review("采纳", "王五"), IDS[4]: Review("采纳", "王五")}


# What would be lost is refused


def add_sheet(book: Any) -> None:
    book.create_sheet("我的表")["B2"] = "记录"


def add_column(book: Any) -> None:
    book["问题清单"].cell(1, 30, "经办意见")
    book["问题清单"].cell(3, 30, "已电话联系")


def add_row(book: Any) -> None:
    book["更正台账"].cell(40, 2, "以上情况属实")


def add_note(book: Any) -> None:
    from openpyxl.comments import Comment  # type: ignore[import-untyped]

    book["更正台账"]["C3"].comment = Comment("核实过", "王五")


def add_chart(book: Any) -> None:
    from openpyxl.chart import BarChart, Reference  # type: ignore[import-untyped]

    chart = BarChart()
    chart.add_data(Reference(book["乡镇统计"], min_col=2, min_row=1, max_row=3))
    book["乡镇统计"].add_chart(chart, "M2")


def add_chart_sheet(book: Any) -> None:
    book.create_chartsheet("柱状图")


def change_cell(book: Any) -> None:
    book["更正台账"]["D2"].value = "现场有新挖痕迹"


def change_count(book: Any) -> None:
    book["乡镇统计"]["B2"].value = 99


def lose_header(book: Any) -> None:
    book["更正台账"].delete_rows(1)


def rename_column(book: Any) -> None:
    next(c for c in book["问题清单"][1] if c.value == "p值").value = "概率"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (add_sheet, "我的表"),
        (add_column, "经办意见"),
        (add_row, "更正台账 第 40 行"),
        (add_note, r"批注（C3）"),
        (add_chart, "图表"),
        (add_chart_sheet, "柱状图"),
        (change_cell, "更正台账 第 2 行"),
        (change_count, "乡镇统计 第 2 行"),
        (lose_header, "表头|缺少"),
        (rename_column, "问题清单.*表头"),
    ],
)
def test_what_another_audit_would_lose_is_named_and_refused(
    out: Path, change: Callable[[Any], None], named: str
) -> None:
    edit(out / "ledger.xlsx", change)
    before = hashes(out)
    with pytest.raises(ReportError, match=named) as told:
        former(out, BATCH)
    zh, en = str(told.value).split("\n")
    assert "没有改动" in zh
    assert "nothing was changed" in en
    assert "choose another folder" in en
    assert hashes(out) == before


@pytest.mark.parametrize("mark", ["~$ledger.xlsx", ".~lock.ledger.xlsx#", "~$上报表.xlsx"])
def test_an_open_workbook_is_refused(out: Path, mark: str) -> None:
    (out / mark).write_bytes(b"")
    for either in (lambda: former(out, BATCH), lambda: finalize(out)):
        with pytest.raises(ReportError, match=r"ledger|上报表") as told:
            either()
        assert "close it" in str(told.value)
        assert mark.strip("~$.#").split("lock.")[-1] in str(told.value)


def test_an_unreadable_workbook_is_refused(out: Path) -> None:
    (out / "ledger.xlsx").write_bytes(b"locked with a password")
    before = hashes(out)
    for either in (lambda: former(out, BATCH), lambda: finalize(out)):
        with pytest.raises(ReportError, match=r"no valid \.xlsx"):
            either()
    assert hashes(out) == before


def test_an_out_of_another_version_or_batch(audit: Audit, out: Path) -> None:
    with pytest.raises(ReportError, match="batch 2022Q4, not of 2023Q1"):
        former(out, "2023Q1")
    said = json.loads((out / "audit.json").read_text("utf-8"))
    del said["ledger"]
    (out / "audit.json").write_text(json.dumps(said), "utf-8")
    assert former(out, BATCH) is None  # nobody wrote in it
    with pytest.raises(ReportError, match="older version"):
        finalize(out)
    answer(out, "更正台账", IDS[0], **YES)
    with pytest.raises(ReportError, match=r"older version.*choose another folder"):
        former(out, BATCH)


# What is filed


def test_a_call_is_replaced_where_a_named_person_accepted_it_and_nowhere_else(
    audit: Audit, out: Path
) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "更正台账", IDS[1], **NO)
    answer(out, "更正台账", IDS[2], 复核意见="需外业", 复核人="赵六")
    answer(out, "更正台账", IDS[3], **YES)
    answer(out, "更正台账", IDS[4], 复核意见="同意", 复核人="赵六")
    answer(out, "更正台账", IDS[5], 复核意见="采纳")
    final = finalize(out)
    assert list(outcomes(final).values()) == [
        Outcome.CORRECTED,
        Outcome.OPEN,  # it shares its only finding with the first, which is answered otherwise
        Outcome.TO_FIELD,
        Outcome.ACCEPTED,
        Outcome.OPEN,
        Outcome.OPEN,
    ]
    page = openpyxl.load_workbook(out / "final" / "上报表.xlsx")["上报表"]
    header, *rows = [[cell.value for cell in one] for one in page.iter_rows()]
    assert header == list(COLUMNS)
    assert [one[0] for one in rows] == list(IDS[:5])  # text, with its leading zero
    filed = [one.filing.cells for one in audit.cases if one.filing]
    assert [one[1] for one in rows] == ["违法", *(cells[1] for cells in filed[1:])]
    assert rows[0][3] == datetime(2022, 11, 20)
    assert (rows[0][4], rows[0][2]) == (1250.5, NASTY[0])
    types = {cell.data_type for one in page.iter_rows() for cell in one if cell.value is not None}
    assert types == {"s", "n", "d"}  # no formula
    (change,) = table(out / "final" / "ledger.xlsx", "更正清单")
    assert (change["图斑编号"], change["上报表行号"], change["原填报"]) == (IDS[0], 2, "实地伪变化")
    assert (change["最终填报"], change["复核人"]) == ("违法", "王五")
    stands = row(out / "final" / "ledger.xlsx", "更正台账", IDS[0])
    assert (stands["合法性判定"], stands["最终填报"]) == ("实地伪变化", "违法")
    left = {one["图斑编号或问题 id"]: one for one in table(out / "final" / "ledger.xlsx", "未采用")}
    assert "同意" in left[IDS[4]]["未采用的原因"]
    assert "没有复核人" in left[IDS[5]]["未采用的原因"]
    assert left[IDS[5]]["位置"] == "更正台账 第 7 行"
    to_do = {one["图斑编号"]: one["类别"] for one in table(out / "final" / "ledger.xlsx", "待办")}
    others = {IDS[2]: "需外业", IDS[4]: "待补材料", IDS[5]: "待补材料"}
    assert to_do == others | dict.fromkeys((IDS[0], IDS[1]), "待复核")


def left_to_do(out: Path) -> dict[tuple[str, str], str | None]:
    """The ids of what is left to do, by kind and polygon."""
    rows = table(out / "final" / "ledger.xlsx", "待办")
    return {(one["类别"], one["图斑编号"]): one["相关问题"] for one in rows}


def test_the_forms_rows_over_its_header_stand_in_what_is_filed(
    audit: Audit, tmp_path: Path
) -> None:
    title = ("2022年第四季度填报表", *[None] * (len(COLUMNS) - 1))
    form = replace(audit, batch=replace(audit.batch, filing_above=(title, ("填报说明", "甲"))))
    out = tmp_path / "OUT"
    report.write(form, out)
    answer(out, "更正台账", IDS[0], **YES)
    (change,) = finalize(out).changes
    page = openpyxl.load_workbook(out / "final" / "上报表.xlsx")["上报表"]
    rows = [[cell.value for cell in one] for one in page.iter_rows()]
    assert rows[0][0] == title[0]
    assert rows[1][:2] == ["填报说明", "甲"]
    assert rows[2] == list(COLUMNS)
    assert rows[change.row - 1][:2] == [IDS[0], "违法"]


def test_what_is_left_to_do_is_each_finding_without_an_answer(audit: Audit, out: Path) -> None:
    """One answered finding took its whole polygon from the list, or left its text standing there.

    The first polygon has CL01, and PH01 together with the second.
    """
    cl01, ph01 = finding(audit, "CL01"), finding(audit, "PH01")
    answer(out, "问题清单", cl01, **YES)
    final = finalize(out)
    assert outcomes(final)[IDS[0]] is Outcome.CORRECTED
    assert left_to_do(out)["待复核", IDS[0]] == ph01
    answer(out, "问题清单", cl01, 复核意见=None, 复核人=None, 复核日期=None)
    answer(out, "问题清单", ph01, **NO)
    finalize(out)
    assert left_to_do(out)["待复核", IDS[0]] == cl01
    (said,) = (
        one["问题"]
        for one in table(out / "final" / "ledger.xlsx", "待办")
        if (one["类别"], one["图斑编号"]) == ("待复核", IDS[0])
    )
    assert said.startswith("CL01")
    assert "PH01" not in said
    assert ("待复核", IDS[1]) not in left_to_do(out)


def test_a_finding_whose_polygons_are_answered_otherwise_is_not_applied(
    audit: Audit, out: Path
) -> None:
    ph01 = finding(audit, "PH01")
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "更正台账", IDS[1], **NO)
    final = finalize(out)
    (torn,) = (one for one in final.unapplied if one.about == ph01)
    assert torn.says == f"{IDS[0]} 采纳（王五）；{IDS[1]} 不采纳（赵六）"
    assert all(ph01 not in line.findings for line in final.ledger.rectification)
    assert left_to_do(out)["待复核", IDS[1]] == ph01
    answer(out, "问题清单", ph01, **NO)  # its own answer settles it
    final = finalize(out)
    assert ("待复核", IDS[1]) not in left_to_do(out)
    assert all(one.about != ph01 for one in final.unapplied)


def test_an_accepted_contradiction_without_a_proposal_asks_for_the_call(
    audit: Audit, written: Path, tmp_path: Path
) -> None:
    """Ten metres below the licence, accepted, and filed as 合法 without a word."""
    assert written
    dug = judged(audit, "CL01", proposed=None)
    out = tmp_path / "dug"
    report.write(dug, out)
    answer(out, "更正台账", IDS[0], **YES)
    assert outcomes(finalize(out))[IDS[0]] is Outcome.ACCEPTED
    asked = left_to_do(out)["请确定填报", IDS[0]]
    assert asked is not None
    assert finding(dug, "CL01") in asked
    illegal = replace(
        dug,
        cases=tuple(
            replace(one, filing=replace(one.filing, call=Call.ILLEGAL)) if one.filing else one
            for one in dug.cases
        ),
    )
    report.write(illegal, tmp_path / "illegal")
    answer(tmp_path / "illegal", "更正台账", IDS[0], **YES)
    finalize(tmp_path / "illegal")
    assert ("请确定填报", IDS[0]) not in left_to_do(tmp_path / "illegal")


def test_an_answer_to_a_polygon_without_findings_accepts_nothing(
    audit: Audit, tmp_path: Path
) -> None:
    calm = judged(audit, "DQ02", status=None)
    whom, *_ = (one.polygon_id for one in calm.ledger.entries if not one.findings)
    out = tmp_path / "calm"
    report.write(calm, out)
    answer(out, "更正台账", whom, **YES)
    assert outcomes(finalize(out))[whom] is Outcome.FINE
    answer(out, "更正台账", whom, **NO)
    final = finalize(out)
    assert outcomes(final)[whom] is Outcome.FINE
    assert [one.about for one in final.unapplied] == [whom]


def test_a_findings_answer_goes_before_its_polygons(audit: Audit, out: Path) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "问题清单", finding(audit, "CL01"), **NO)
    final = finalize(out)
    assert final.changes == ()
    assert outcomes(final)[IDS[0]] is Outcome.ACCEPTED  # PH01 is: it proposes nothing
    answer(out, "更正台账", IDS[0], **NO)
    answer(out, "问题清单", finding(audit, "CL01"), **YES)
    (change,) = finalize(out).changes
    assert (change.polygon_id, change.to) == (IDS[0], (finding(audit, "CL01"),))


def test_what_must_enter_the_ledger_enters_it_once_it_is_accepted(out: Path) -> None:
    def entering() -> list[tuple[Any, ...]]:
        lines = table(out / "final" / "ledger.xlsx", "整改清单")
        return [
            (one["图斑编号"], one["责任单位"], one["整改时限"])
            for one in lines
            if one["在册情况"] == "应纳入"
        ]

    duty = {"责任单位": "解州镇政府", "整改时限": date(2023, 3, 31)}
    answer(out, "更正台账", IDS[0], **duty)
    final = finalize(out)
    assert (entering(), len(final.pending)) == ([], 1)
    answer(out, "更正台账", IDS[0], **YES)
    final = finalize(out)
    assert (entering(), final.pending) == ([(IDS[0], "解州镇政府", datetime(2023, 3, 31))], ())
    assert row(out / "final" / "ledger.xlsx", "责任清单", "解州镇政府")["缺项行数"] == 1
    assert row(out / "final" / "ledger.xlsx", "八个一批", "打击一批非法违法行为")["数量"] == 1
    answer(out, "更正台账", IDS[0], **NO)
    final = finalize(out)
    assert (entering(), final.pending) == ([], ())


def test_duties_may_be_filled_in_in_either_sheet_but_not_differently(
    audit: Audit, out: Path
) -> None:
    answer(out, "整改清单", IDS[0], 责任单位="甲局")
    assert again(audit, out).ledger.entries[0].responsible_unit == "甲局"
    answer(out, "整改清单", IDS[0], 责任单位="乙局")
    answer(out, "更正台账", IDS[0], 责任单位="丙局")
    with pytest.raises(ReportError, match="整改清单 第 3 行的责任单位"):
        former(out, BATCH)
    assert finalize(out).ledger.entries[0].responsible_unit == "丙局"


def test_accepted_findings_that_propose_different_calls_change_nothing(
    audit: Audit, out: Path, tmp_path: Path
) -> None:
    torn = judged(audit, "PH01", proposed=Call.OTHER)
    report.write(torn, tmp_path / "torn")
    for rule in ("CL01", "PH01"):
        answer(tmp_path / "torn", "问题清单", finding(torn, rule), **YES)
    final = finalize(tmp_path / "torn")
    assert [one.polygon_id for one in final.changes] == [IDS[1]]  # PH01 alone is about it
    assert any(one.about == IDS[0] and "不同" in one.why.zh for one in final.unapplied)


def test_every_row_of_a_number_is_changed_and_strays_are_kept(audit: Audit, tmp_path: Path) -> None:
    first = audit.batch.submissions[0]
    stray = replace(first, key="X9", polygon_id="X9", cells=("X9", *first.cells[1:]))
    batch = replace(audit.batch, submissions=(*audit.batch.submissions, stray, first))
    report.write(replace(audit, batch=batch), tmp_path / "OUT")
    answer(tmp_path / "OUT", "更正台账", IDS[0], **YES)
    final = finalize(tmp_path / "OUT")
    assert [one.row for one in final.changes] == [2, 8]
    assert [one.cells[1] for one in final.filing][-2:] == ["实地伪变化", "违法"]
    assert any("X9" in one.zh for one in final.notes)
    assert any(IDS[0] in one.zh for one in final.notes)


def test_a_filing_without_a_call_is_left_as_it_is(audit: Audit, tmp_path: Path) -> None:
    report.write(replace(audit, batch=replace(audit.batch, filing_call=None)), tmp_path / "OUT")
    answer(tmp_path / "OUT", "更正台账", IDS[0], **YES)
    final = finalize(tmp_path / "OUT")
    assert final.changes == ()
    assert any("no column of the call" in one.why.en for one in final.unapplied)


def test_the_same_answers_give_the_same_bytes_and_out_is_all_it_takes(
    out: Path, tmp_path: Path
) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    finalize(out)
    first = hashes(out / "final")
    finalize(out)
    assert hashes(out / "final") == first
    elsewhere = out.rename(tmp_path / "U 盘")
    shutil.rmtree(elsewhere / "final")
    finalize(elsewhere)
    assert hashes(elsewhere / "final") == first
    assert not [one.name for one in elsewhere.iterdir() if "writing" in one.name]


def test_a_final_that_somebody_edited_is_kept(out: Path) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    finalize(out)
    edit(out / "final" / "上报表.xlsx", lambda book: book["上报表"].cell(2, 7, "补充说明"))
    before = hashes(out)
    with pytest.raises(ReportError, match=r"上报表.xlsx.*\n.*rename the folder final"):
        finalize(out)
    assert hashes(out) == before
    (out / "final").rename(out.parent / "final 旧")
    finalize(out)
    (out / "final" / "批示.docx").write_bytes(b"")
    with pytest.raises(ReportError, match="批示"):
        finalize(out)


def test_a_final_that_cannot_be_written_leaves_the_old_one(
    audit: Audit, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finalize(out)
    answer(out, "更正台账", IDS[0], **YES)
    before = hashes(out)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("yanhu_satcheck.report.final._write_filing", full)
    with pytest.raises(ReportError, match="No space left"):
        finalize(out)
    assert hashes(out) == before
    assert not list(out.glob(".final*"))
    # What a killed run leaves is in nobody's way, and gone with the next audit.
    (out / ".final.writing-x" / "fresh").mkdir(parents=True)
    again(audit, out)
    assert not list(out.glob(".final*"))


def test_altered_findings_are_refused(out: Path) -> None:
    path = out / "findings.jsonl"
    path.write_text(path.read_text("utf-8").replace("inconsistent", "doubtful"), "utf-8")
    with pytest.raises(ReportError, match=r"findings.jsonl was changed.*audit again"):
        finalize(out)
    assert not (out / "final").exists()


def test_an_altered_cell_of_the_filing_is_named_and_not_filed(out: Path) -> None:
    edit(out / "ledger.xlsx", change_cell)
    final = finalize(out)
    assert final.filing[0].cells[2] == NASTY[0]
    assert [one.where.zh for one in final.unapplied] == ["更正台账 第 2 行"]


def test_a_new_audit_keeps_final_and_the_archive_reads_the_answers(
    audit: Audit, out: Path, tmp_path: Path
) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    finalize(out)
    before = hashes(out / "final")
    again(audit, out)
    assert hashes(out / "final") == before
    told = read_answers(out / "ledger.xlsx")
    assert told == (Answer("polygon", IDS[0], "采纳", "王五", "2023-01-05"),)
    path = tmp_path / "a.sqlite"
    assert add(out, path, told).new
    assert show(path, BATCH).opinions == {"采纳": 1}
    again(audit, out)
    assert not add(out, path, read_answers(out / "ledger.xlsx")).new


# Decisions beside the ledger


def decide(path: Path, *lines: str, encoding: str = "utf-8-sig") -> Path:
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_decisions_go_before_the_ledger(
    audit: Audit, out: Path, tmp_path: Path, encoding: str
) -> None:
    answer(out, "更正台账", IDS[0], **NO)
    answer(out, "更正台账", IDS[1], **NO)
    cl01 = finding(audit, "CL01")
    path = decide(
        tmp_path / "意见.csv",
        "监测图斑编号,问题编号,复核意见,复核人员,复核时间",
        f"{IDS[0]},,采纳,王五,2023/1/5",
        f",{cl01.lower()},采纳,王五,",
        f"{IDS[1]},,,,",
        "X-404,,采纳,王五,",
        f"{IDS[2]},,采纳,,",
        encoding=encoding,
    )
    final = finalize(out, path)
    assert [one.polygon_id for one in final.changes] == [IDS[0]]
    said = {(one.about, one.where.zh): one.why.zh for one in final.unapplied}
    assert "意见.csv 第 2 行" in said[IDS[0], "更正台账 第 2 行"]
    assert "没有这个图斑" in said["X-404", "意见.csv 第 5 行"]
    assert "没有复核人" in said[IDS[2], "意见.csv 第 6 行"]
    assert outcomes(final)[IDS[1]] is Outcome.OPEN
    assert "互相矛盾" in said[finding(audit, "PH01"), f"图斑 {IDS[0]}"]


def test_ledger_csv_is_a_table_of_decisions(out: Path) -> None:
    lines = (out / "ledger.csv").read_text("utf-8-sig").splitlines()
    header, first = next(csv.reader(lines[:1])), next(csv.reader(lines[1:2]))
    for name, value in (("复核意见", "采纳"), ("复核人", "王五")):
        first[header.index(name)] = value
    with (out / "mine.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, first])
    path = (out / "mine.csv").rename(out.parent / "mine.csv")
    assert [one.polygon_id for one in finalize(out, path).changes] == [IDS[0]]


def test_decisions_of_another_out_are_refused_whole(out: Path, tmp_path: Path) -> None:
    path = decide(tmp_path / "d.csv", "图斑编号,复核意见,复核人", "Z1,采纳,王五", "Z2,采纳,王五")
    with pytest.raises(ReportError, match=r"Z1, Z2.*\n.*right file"):
        finalize(out, path)
    assert not (out / "final").exists()


@pytest.mark.parametrize(
    "lines",
    [("图斑编号,意思", "0140802001,采纳"), ("编码甲,复核意见", "x,采纳"), ("",), ("\0",)],
)
def test_decisions_that_cannot_be_read_are_refused(
    out: Path, tmp_path: Path, lines: tuple[str, ...]
) -> None:
    with pytest.raises(ReportError, match=r"d\.csv"):
        finalize(out, decide(tmp_path / "d.csv", *lines))


def test_two_rows_that_differ_are_both_left_out(out: Path, tmp_path: Path) -> None:
    path = decide(
        tmp_path / "d.csv",
        "图斑编号,复核意见,复核人",
        f"{IDS[0]},采纳,王五",
        f"{IDS[0]},不采纳,赵六",
        f"{IDS[1]},不采纳,赵六",
        f"{IDS[1]},不采纳,赵六",
    )
    final = finalize(out, path)
    assert [one.where.en for one in final.unapplied] == ["d.csv row 3", "d.csv row 2"]
    assert outcomes(final)[IDS[1]] is Outcome.KEPT


# The whole way round, from a batch folder

HEADS = ("图斑编号", "合法性判定", "填报日期", "备注")


def county(folder: Path, *calls: str) -> Path:
    """A batch without images: A1, A2, … filed with these calls, one overlapping the next."""
    folder.mkdir(exist_ok=True)
    rows = [(f"A{n}", call, date(2022, 12, 5), "00123") for n, call in enumerate(calls, 1)]
    workbook(folder / "submission.xlsx", {"填报": [HEADS, *rows]})
    batch_folder(folder, *(f"A{n}" for n in range(1, 3)), more=SUBMISSION)
    return folder


SUBMISSION = '[submission]\npath = "submission.xlsx"\n'


def test_from_a_batch_to_what_is_filed_and_back_again(tmp_path: Path) -> None:
    out, folder = tmp_path / "OUT", county(tmp_path / "2022Q4", "无法辨认的词", "伪变化")
    run(folder, out)
    answer(out, "更正台账", "A1", **YES, 责任单位="甲镇")
    final = finalize(out)
    assert outcomes(final)["A1"] is Outcome.ACCEPTED
    again = run(folder, out)
    assert again.ledger.entries[0].review == Review("采纳", "王五", DAY)
    assert again.ledger.entries[0].responsible_unit == "甲镇"
    # The county files again: what was answered no longer fits.
    other = run(county(folder, "伪变化", "伪变化"), out)
    assert [one.answer.about for one in other.ledger.outdated] == ["A1"]
    said = summary(other, out)
    assert "不再适用的复核意见 1 条" in said
    assert "final 文件夹是上一次核查的定稿" in said
    back = run(county(folder, "无法辨认的词", "伪变化"), out)
    assert back.ledger.entries[0].review == Review("采纳", "王五", DAY)
    assert "沿用台账中的复核意见 1 条、人工填写 1 处" in summary(back, out)
    finalize(out)
    page = openpyxl.load_workbook(out / "final" / "上报表.xlsx")["上报表"]
    rows = [[cell.value for cell in one] for one in page.iter_rows(min_row=2)]
    assert rows == [
        ["A1", "无法辨认的词", datetime(2022, 12, 5), "00123"],
        ["A2", "伪变化", datetime(2022, 12, 5), "00123"],
    ]


# The command


def test_the_command_says_what_was_applied_and_what_not(out: Path, tmp_path: Path) -> None:
    answer(out, "更正台账", IDS[0], **YES)
    answer(out, "更正台账", IDS[1], 复核意见="采纳")
    told = satcheck("finalize", out)
    assert (told.code, told.stderr) == (0, "")
    assert "  已更正 1" in told.stdout.splitlines()
    assert f"  {IDS[0]} 合法性判定：实地伪变化 → 违法（王五）" in told.stdout.splitlines()
    assert "未采用 1 处" in told.stdout
    assert str(out / "final" / "上报表.xlsx") in told.stdout
    (out / "final" / "ledger.xlsx").write_bytes(b"mine")
    told = satcheck("finalize", out, "--lang", "en")
    assert (told.code, told.stdout) == (2, "")
    assert told.stderr.startswith("未定稿：final：")
    assert "nothing was finalized: final: " in told.stderr


# Another program


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_the_round_trip_through_libreoffice(audit: Audit, out: Path, tmp_path: Path) -> None:
    def saved() -> None:
        profile = (tmp_path / "profile").as_uri()
        command = [str(SOFFICE), "--headless", f"-env:UserInstallation={profile}"]
        command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path)]
        subprocess.run([*command, str(out / "ledger.xlsx")], check=True, capture_output=True)
        shutil.move(tmp_path / "ledger.xlsx", out / "ledger.xlsx")

    saved()
    told = read_written(out / "ledger.xlsx", read_finished(out))
    assert (told.answers, told.filled, told.strange) == ((), (), ())
    answer(out, "更正台账", IDS[0], **YES, 整改时限=date(2023, 3, 31), 责任单位="解州镇政府")
    saved()
    finalize(out)
    first = hashes(out / "final")
    del first["final.json"]  # it names the audit it rests on
    again(audit, out)
    assert row(out / "ledger.xlsx", "更正台账", IDS[0])["整改时限"] == datetime(2023, 3, 31)
    finalize(out)
    now = hashes(out / "final")
    del now["final.json"]
    assert now == first


def test_a_transfer_is_written_into_the_list_and_stands_again(audit: Audit, out: Path) -> None:
    """移送 is people's own on every line, also on those of the county's ledger."""
    answer(out, "整改清单", IDS[2], 移送="移送公安机关 2023-01-09 盐自然资移〔2023〕1号")
    told = again(audit, out).ledger
    assert [one.transfer[:6] for one in told.rectification] == ["移送公安机关", ""]
    assert row(out / "ledger.xlsx", "整改清单", IDS[2])["移送"].startswith("移送公安机关")
    final = finalize(out)
    assert not final.unapplied
    lines = table(out / "final" / "ledger.xlsx", "整改清单")
    assert [one["移送"] is not None for one in lines] == [True]
    assert row(out / "final" / "ledger.xlsx", "责任清单", "（未明确）")["已移送"] == 1


@pytest.mark.parametrize("said", [True, False])
def test_the_ledger_of_another_batch_is_refused_by_name(
    audit: Audit, out: Path, tmp_path: Path, said: bool
) -> None:
    """It was finalized: every answer was left out, and the command ended with 0."""
    entries = tuple(
        replace(one, polygon_id=f"0240802{at:03}") for at, one in enumerate(audit.ledger.entries)
    )
    cases = tuple(
        replace(one, polygon=replace(one.polygon, id=entry.polygon_id))
        for one, entry in zip(audit.cases, entries, strict=True)
    )
    there = replace(audit.batch, id="2023Q1", polygons=tuple(one.polygon for one in cases))
    notes = ((Words("批次", "batch"), "2023Q1"),)
    ledger = replace(audit.ledger, entries=entries, notes=notes if said else ())
    report.write(replace(audit, batch=there, cases=cases, ledger=ledger), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "ledger.xlsx", out / "ledger.xlsx")
    run = satcheck("finalize", out)
    assert run.code == 2
    named = "批次 2023Q1 的台账" if said else "另一批次的台账"
    assert run.stderr.splitlines()[0].startswith("未定稿：OUT：ledger.xlsx 是" + named)
    assert "another batch's ledger" in run.stderr or "ledger of batch 2023Q1" in run.stderr
    assert not (out / "final").exists()
    with pytest.raises(ReportError, match="不是批次 2022Q4 的"):
        former(out, BATCH)
