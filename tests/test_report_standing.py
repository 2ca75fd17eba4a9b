"""一致 never looks like more than it is: what could not be judged, or was not run, stands by it."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import pytest

from tests.conftest import Run
from tests.test_report_audit import IDS, TITLES, entry, finding, findings, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.batch import Misread
from yanhu_satcheck.cli.summary import summary
from yanhu_satcheck.evidence import Case
from yanhu_satcheck.finding import Account, Judgement
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report.cures import _cures, cure
from yanhu_satcheck.report.figures import figure_name
from yanhu_satcheck.report.sheets import all_sheets
from yanhu_satcheck.report.standing import grounds, partly, planned, standings
from yanhu_satcheck.rule import Related
from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.terms import Status, Words

OVERCLAIMS = ("适用的规则均已核查", "适用的规则均已判定")


def calm(root: Path, lang: str = "zh", **more: Any) -> Audit:
    """Make an audit that doubts nobody, in which two rules could not judge."""
    audit = small_audit(root, lang)
    lost = finding("DQ08", (), Status.UNASSESSABLE, Words("找不到 lookback.csv", "not there"))
    judged = Judgement(
        (findings()[0], lost),
        (
            Account("CL01", IDS[:2], ()),
            Account("PH01", IDS, ()),
            Account("LE02", (), (), Words("没有历史档案", "no archive")),
            Account("DQ08", IDS, (), None, IDS),
        ),
    )
    entries = tuple(entry(one, judged) for one in audit.cases)
    ledger = replace(
        audit.ledger, entries=entries, problems=(), unjudged=judged.findings, misreads=()
    )
    titles = {**TITLES, "DQ08": Words("声明的材料无法读取", "unreadable")}
    return replace(audit, **{"judgement": judged, "ledger": ledger, "titles": titles, **more})


def page(out: Path, polygon_id: str = IDS[0]) -> str:
    return (out / "reports" / f"{polygon_id}.html").read_text(encoding="utf-8")


def cell(out: Path, column: str, at: int = 0) -> str:
    with (out / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))[at][column]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("place") / "OUT"
    report.write(calm(tmp_path_factory.mktemp("audit")), folder)
    return folder


def test_a_consistent_page_says_what_could_not_be_judged(out: Path) -> None:
    text = page(out)
    assert "已能判定的 2 条规则未见不符；另有 2 条因缺少材料未能判定" in text
    assert not any(said in text for said in OVERCLAIMS)
    in_order, not_judged = text.split("<h2>已核查、未见不符</h2>")[1].split("<h2>未能判定</h2>")
    not_judged = not_judged.split("</section>")[0]
    assert [code in in_order for code in ("CL01", "PH01", "LE02", "DQ08")] == [True, True, 0, 0]
    assert "找不到 lookback.csv" in not_judged
    assert "没有历史档案" in not_judged


def test_the_remark_stands_beside_every_badge_and_in_the_ledger(out: Path) -> None:
    index = (out / "reports" / "index.html").read_text(encoding="utf-8")
    assert index.count("另有 2 条规则未能判定") == len(IDS)
    assert "已能判定的规则未见不符" in index
    assert page(out).count("另有 2 条规则未能判定") == 1
    assert (
        cell(out, "更正依据")
        == "未见不符；未能判定：LE02 与历史判定不一致、DQ08 声明的材料无法读取"
    )
    assert cell(out, "审核状态") == "一致"


def test_a_rule_is_open_for_those_alone_whom_it_leaves_unjudged(tmp_path: Path) -> None:
    says = Words("填报表的修复方案文号整列空白", "blank in the whole filing: plan number")
    judged = Judgement(
        (finding("CL05", (), Status.UNASSESSABLE, says),),
        (Account("PH01", IDS, ()), Account("CL05", IDS[:3], (), None, IDS[:2])),
    )
    audit = calm(tmp_path / "audit", judgement=judged)
    entries = tuple(entry(one, judged) for one in audit.cases)
    audit = replace(audit, ledger=replace(audit.ledger, entries=entries, unjudged=judged.findings))
    told = standings(audit)
    assert [told[id].codes for id in IDS[:4]] == [("CL05",), ("CL05",), (), ()]
    assert [told[id].in_order for id in IDS[:3]] == [("PH01",), ("PH01",), ("PH01", "CL05")]
    assert partly(audit) == 2
    screen = summary(audit, tmp_path)
    assert f"一致 {len(IDS)}（其中 2 个另有规则未能判定" in screen
    assert "填报表的修复方案文号整列空白（未判断图斑 2 个）" in screen
    about = {row[1]: str(row[2]) for row in all_sheets(audit)[-1].rows}
    assert about["一致"].endswith("其中 2 个另有规则未能判定")
    [book] = [said for name, said in about.items() if str(name).startswith("CL05")]
    assert book.endswith("未见不符 1 个，因本批缺少材料未判断 2 个")
    report.write(audit, tmp_path / "OUT")
    assert cell(tmp_path / "OUT", "更正依据") == "未见不符；未能判定：CL05"
    assert cell(tmp_path / "OUT", "更正依据", 2) == ""


def test_where_every_rule_judged_nothing_stands_beside_the_count(tmp_path: Path) -> None:
    judged = Judgement((), (Account("PH01", IDS, ()),))
    audit = calm(tmp_path, judgement=judged)
    assert partly(audit) == 0
    assert f"  一致 {len(IDS)}\n" in summary(audit, tmp_path)


def test_a_polygon_without_a_filing_row_is_not_called_checked(out: Path) -> None:
    text = page(out, "%43ON")
    assert "填报表中没有本图斑，与填报内容有关的规则未核查" in text
    assert "不适用于本图斑" not in text
    assert cell(out, "更正依据", 5).endswith("；填报表中没有本图斑，与填报内容有关的规则未核查")


def test_a_finding_keeps_its_own_grounds(tmp_path: Path) -> None:
    report.write(small_audit(tmp_path / "audit"), tmp_path / "OUT")
    assert cell(tmp_path / "OUT", "更正依据").startswith("CL01 填报为实地伪变化")


def test_rules_run_alone_are_named_everywhere(tmp_path: Path) -> None:
    judged = Judgement((), (Account("PH01", IDS, ()),))
    alone = calm(tmp_path / "audit", only=("PH01",), judgement=judged)
    report.write(alone, tmp_path / "OUT")
    said = "本次只运行了 PH01，其余规则均未运行"
    index = (tmp_path / "OUT/reports/index.html").read_text(encoding="utf-8")
    assert said in index
    assert "没有整批无法判定的规则" not in index
    assert page(tmp_path / "OUT").count(said) == 2
    assert said in [row[2] for row in all_sheets(alone)[-1].rows]
    assert cell(tmp_path / "OUT", "更正依据") == "未见不符；仅运行 PH01"
    account = json.loads((tmp_path / "OUT/audit.json").read_text(encoding="utf-8"))
    assert account["only"] == ["PH01"]


def test_next_to_nothing_to_check_by_is_said_first(tmp_path: Path, out: Path) -> None:
    audit = calm(tmp_path / "audit")
    bare = replace(audit, cases=tuple(Case(one.polygon) for one in audit.cases))
    assert bare.bare
    assert not audit.bare
    report.write(bare, tmp_path / "OUT")
    index = (tmp_path / "OUT/reports/index.html").read_text(encoding="utf-8")
    assert index.index("本批次几乎没有可核查的材料") < index.index('class="tiles"')
    assert "本批次几乎没有可核查的材料" not in (out / "reports/index.html").read_text("utf-8")


def test_rules_that_are_not_there_yet_are_named(out: Path, tmp_path: Path) -> None:
    said = "本版本尚未包含：PH02 照片位置或方向不符、"
    assert said in page(out)
    about = openpyxl.load_workbook(out / "ledger.xlsx")["说明"]
    told = [row[2].value for row in about.iter_rows() if str(row[2].value).startswith(said)]
    assert len(told) == 1
    assert "CL02 生态修复名义虚报" in told[0]
    assert "PH01" not in told[0]
    whole = calm(tmp_path / "audit", titles=dict(planned()))
    report.write(whole, tmp_path / "OUT")
    assert "本版本尚未包含" not in page(tmp_path / "OUT")


def test_the_plan_knows_every_rule_of_the_book() -> None:
    assert {rule.code for rule in rulebook()} <= planned().keys()
    families = {"PH": 4, "LE": 5, "CL": 5, "LM": 6, "RL": 6, "SV": 3, "DQ": 8}
    assert list(planned()) == [
        f"{k}{n:02}" for k, last in families.items() for n in range(1, last + 1)
    ]


def test_limits_are_said_in_words(tmp_path: Path) -> None:
    limits = {
        "words": ("特殊用地", "军事"),
        "days": (date(2022, 12, 31),),
        "units": MappingProxyType({"区": "quarter"}),
    }
    about = all_sheets(calm(tmp_path, thresholds={"CL01": limits}))[-1].rows
    (said,) = (row[2] for row in about if row[0] == "阈值")
    assert said == "words = 特殊用地、军事；days = 2022-12-31；units = 区 quarter"


# The sample quarter


def test_every_figure_of_the_sample_has_a_chinese_name(sample_audit: Run) -> None:
    lines = (sample_audit.out / "findings.jsonl").read_text("utf-8").splitlines()
    names = {one["name"] for line in lines for one in json.loads(line)["evidence"]}
    columns = pq.read_table(sample_audit.out / "evidence.parquet").column_names[2:]
    names |= {name for name in columns if not name.endswith("_sigma")}
    assert "days_late" in names
    raw = [name for name in sorted(names) if figure_name(name, "zh").startswith(name.split()[0])]
    assert raw == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("row 4: measure", "第 4 行：整改措施"),
        ("row 4: person", "第 4 行：整改责任人"),
        ("hazard DZ-07", "距地质灾害点 DZ-07"),
        ("overlap_share A × B", "重叠比例 A × B"),
        ("p_mining", "采矿"),
        ("unheard_of", "unheard_of"),
    ],
)
def test_figures_that_carry_a_number_are_named(name: str, said: str) -> None:
    assert figure_name(name, "zh") == said


def test_dates_fit_their_columns(sample_audit: Run) -> None:
    for sheet in openpyxl.load_workbook(sample_audit.out / "ledger.xlsx"):
        for column in sheet.iter_cols(min_row=2):
            if (
                any(one.is_date for one in column)
                or sheet.cell(1, column[0].column).value == "延期至"
            ):
                width = sheet.column_dimensions[column[0].column_letter].width
                assert width >= 11, (sheet.title, column[0].column_letter)


def test_the_ledger_tells_undeclared_from_unusable(sample_audit: Run) -> None:
    about = openpyxl.load_workbook(sample_audit.out / "ledger.xlsx")["说明"]
    told = {row[1].value: row[2].value for row in about.iter_rows()}
    assert told["本批次未提供"].startswith("历史档案")
    assert told["已声明但无法使用"].startswith("重点区域")


def test_a_file_that_cannot_be_used_is_named_and_no_bare_code_stands_on_every_row(
    tmp_path: Path,
) -> None:
    audit = calm(tmp_path)
    found = tuple(
        replace(one, related=(Related("file", "lookback.csv"),)) if one.rule == "DQ08" else one
        for one in audit.judgement.findings
    )
    told = replace(audit, judgement=replace(audit.judgement, findings=found))
    (why, *_) = (
        grounds(one, standings(told)[one.polygon_id], told)
        for one in told.ledger.entries
        if one.status is None
    )
    assert why == "未见不符；未能判定：LE02 与历史判定不一致；本批次未能使用的文件：lookback.csv"


def test_every_row_of_what_could_not_be_judged_says_what_clears_it(tmp_path: Path) -> None:
    lost = Misread("lookback.csv", Words("找不到", "gone"), Words("请补上", "add it"))
    absent = Words("本批次未提供历史档案、回头看记录，“x”一项无法判定", "does not supply")
    file = (Related("file", "lookback.csv"),)
    for said, related, rule, mend in (
        (absent, (), "SV02", "补充回头看记录、历史档案后重新审核"),
        (Words("找不到 lookback.csv", "not there"), file, "DQ08", "请补上"),
        (Words("只看得清 0%", "0 %"), (), "CL01", "补充两期均能看清该图斑的影像"),
        (Words("特殊用地，不作判断", "special"), (), "LE03", "附特殊用地的证明材料"),
        (Words("不明", "unknown"), (), "XX99", "按“原因”补充材料后重新审核"),
    ):
        one = replace(finding(rule, (), Status.UNASSESSABLE, said), related=related)
        assert cure(one, (lost,), "zh").startswith(mend)


def test_every_rule_of_the_book_says_what_clears_it() -> None:
    codes = {rule.code for rule in rulebook({})} - {"LE05", "RL06"}  # never unsure
    assert codes <= set(_cures())
