"""Two audits held against each other: by ground and rule, never by number."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from shapely import box
from shapely.geometry.base import BaseGeometry

from tests.archive_outs import finished
from tests.conftest import satcheck
from tests.test_correct import finding
from tests.test_report_audit import small_audit
from yanhu_satcheck.archive import compare
from yanhu_satcheck.changes import Change, Side, Turn
from yanhu_satcheck.cli.outs import _changes
from yanhu_satcheck.final import Finished
from yanhu_satcheck.finding import Finding, Suppression
from yanhu_satcheck.ledger import Audit, Entry, Ledger, Problem, Rectification
from yanhu_satcheck.rule import Related
from yanhu_satcheck.terms import Severity, Status, Words
from yanhu_satcheck.wayback import diff

RULES = frozenset({"CL01", "PH01", "RL05", "LE01"})
STEP = 0.01  # degrees: about a kilometre


def ground(place: int, off: float = 0.0) -> BaseGeometry:
    """A square of 100 m; `off` moves it by a share of its side."""
    west = 111.0 + place * STEP + off * 0.001
    return box(west, 35.0, west + 0.001, 35.001)


def side(
    batch: str,
    outlines: dict[str, BaseGeometry],
    *findings: Finding,
    closed: Sequence[str] = (),
    judged: frozenset[str] = RULES,
) -> Side:
    lines = tuple(
        Rectification(id, batch, "在册", "", closed=True, closed_date=date(2022, 9, 1))
        for id in closed
    )
    entries = tuple(Entry(id, (), None) for id in outlines)
    told = tuple(Problem(replace(one, batch=batch), Words("题", "title")) for one in findings)
    ledger = Ledger(batch, (), entries, told, lines)
    done = Finished(batch, "140802", date(2022, 12, 31), "zh", ledger)
    return Side(done, outlines, judged)


def turns(one: Side, two: Side) -> list[tuple[str, str, str]]:
    return [(c.turn.value.en, c.problem.finding.rule, c.why.zh) for c in compare(one, two).changes]


def test_the_same_ground_under_another_number_is_still_there() -> None:
    one = side("1", {"A": ground(0)}, finding("CL01", "A"))
    two = side("2", {"Z": ground(0, 0.3)}, finding("CL01", "Z"))
    assert turns(one, two) == [("still there", "CL01", "")]


def test_the_same_number_on_other_ground_is_new_and_the_old_one_is_not_settled() -> None:
    one = side("1", {"A": ground(0)}, finding("CL01", "A"))
    two = side("2", {"A": ground(5)}, finding("CL01", "A"))
    assert turns(one, two) == [
        ("new", "CL01", "该处上期没有下发"),
        ("gone", "CL01", "该处本期没有下发，未再核查，不能视为已解决"),
    ]


def test_an_edge_that_two_hands_drew_is_no_common_ground() -> None:
    one = side("1", {"A": ground(0)}, finding("CL01", "A"))
    for off, turn in ((0.95, "new"), (0.85, "still there")):
        two = side("2", {"B": ground(0, off)}, finding("CL01", "B"))
        assert turns(one, two)[0][0] == turn


def test_gone_is_said_plainly_only_where_the_rule_looked_at_the_ground_again() -> None:
    one = side("1", {"A": ground(0)}, finding("CL01", "A"))
    looked, mute = side("2", {"B": ground(0)}), side("2", {"B": ground(0)}, judged=frozenset())
    assert turns(one, looked) == [("gone", "CL01", "")]
    assert turns(one, mute) == [("gone", "CL01", "该规则本期没有运行或无法判定，不能视为已解决")]


def test_what_cannot_be_judged_any_more_is_still_there_and_says_so() -> None:
    sure = finding("CL01", "A")
    unsure = finding("CL01", "A", status=Status.UNASSESSABLE)
    one, two = side("1", {"A": ground(0)}, sure), side("2", {"A": ground(0)}, unsure)
    assert turns(one, two) == [("still there", "CL01", "本期无法判定，不能视为已解决")]
    assert turns(two, one) == [("new", "CL01", "上期无法判定")]


def test_signs_of_mining_on_closed_ground_are_a_relapse_and_paper_is_not() -> None:
    one = side("1", {"A": ground(0)}, closed=("A",))
    two = side("2", {"B": ground(0)}, finding("CL01", "B"), finding("PH01", "B"))
    assert turns(one, two) == [("relapsed", "CL01", "该处上期台账已销号"), ("new", "PH01", "")]
    doubt = side("2", {"B": ground(0)}, finding("CL01", "B", status=Status.DOUBTFUL))
    assert turns(one, doubt) == [("new", "CL01", "")]
    elsewhere = side("2", {"A": ground(3)}, finding("CL01", "A"))
    assert turns(one, elsewhere)[0][0] == "new"


def test_what_rl05_contradicts_is_a_relapse_by_itself() -> None:
    one = side("1", {"A": ground(0)})
    assert turns(one, side("2", {"B": ground(0)}, finding("RL05", "B")))[0][0] == "relapsed"


def test_findings_of_the_whole_batch_are_matched_by_what_they_are_about() -> None:
    def whole(name: str) -> Finding:
        return finding("DQ08", status=Status.UNASSESSABLE, related=(Related("file", name),))

    one = side("1", {}, whole("a.csv"), whole("b.csv"))
    two = side("2", {}, whole("b.csv"), whole("c.csv"))
    assert [turn for turn, *_ in turns(one, two)] == ["new", "still there", "gone"]


def test_a_group_is_still_there_while_one_of_its_members_is() -> None:
    one = side("1", {"A": ground(0), "B": ground(1)}, finding("PH01", "A", "B"))
    two = side("2", {"C": ground(1), "D": ground(2)}, finding("PH01", "C", "D"))
    assert [turn for turn, *_ in turns(one, two)] == ["still there"]


def test_only_what_came_anew_and_nobody_accepted_makes_it_worse() -> None:
    one = side("1", {"A": ground(0)})
    accepted = replace(finding("CL01", "A"), suppressed=Suppression("x", "y", "2023-01-01"))
    assert compare(one, side("2", {"A": ground(0)}, finding("CL01", "A"))).worse(Severity.HIGH)
    assert not compare(one, side("2", {"A": ground(0)}, accepted)).worse(Severity.LOW)
    assert not compare(side("2", {"A": ground(0)}, accepted), one).worse(Severity.LOW)


def test_what_is_still_there_tells_what_was_accepted_since() -> None:
    accepted = replace(finding("CL01", "A"), suppressed=Suppression("x", "y", "2023-01-01"))
    bare = side("1", {"A": ground(0)}, finding("CL01", "A"), finding("PH01", "A"))
    held = side("2", {"A": ground(0)}, accepted, finding("PH01", "A"))
    there, back = compare(bare, held), compare(held, bare)
    assert [one.problem.finding.rule for one in there.pardoned] == ["CL01"]
    assert [one.problem.finding.rule for one in back.unpardoned] == ["CL01"]
    assert there.unpardoned == back.pardoned == ()
    assert "仍在 2，其中新登记例外 1" in "\n".join(_changes(there, None, "zh"))


def test_the_wrong_way_round_and_lost_outlines_are_said() -> None:
    one, two = side("2", {"A": ground(0)}), side("1", {"A": ground(0)})
    assert "晚于后一个" in compare(one, two).notes[0].zh
    lost = replace(two, outlines={})
    assert "没有可用图形" in compare(lost, one).notes[-1].zh


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("outs")
    return finished(folder, "2022Q3"), finished(folder, "2022Q4", without("CL01"))


def without(rule: str) -> Callable[[Any], Any]:
    def change(audit: Any) -> Any:
        left = tuple(one for one in audit.judgement.findings if one.rule != rule)
        problems = tuple(one for one in audit.ledger.problems if one.finding.rule != rule)
        return replace(
            audit,
            judgement=replace(audit.judgement, findings=left),
            ledger=replace(audit.ledger, problems=problems),
        )

    return change


def test_the_command_says_counts_and_writes_all_of_it(
    outs: tuple[Path, Path], tmp_path: Path
) -> None:
    one, two = outs
    book, table = tmp_path / "d.xlsx", tmp_path / "d.csv"
    run = satcheck("diff", one, two, "-o", book)
    assert (run.code, run.stderr) == (0, "")
    assert "2022Q3 → 2022Q4" in run.stdout
    told = diff(one, two)
    assert f"仍在 {told.count()[Turn.STILL]}" in run.stdout
    gone = [(c.problem.finding.rule, c.why.en) for c in told.changes if c.turn is Turn.GONE]
    # Of the polygon that was never drawn nobody can say whether it was issued again.
    lost = "without an outline it cannot be matched with the other audit"
    assert gone == [("CL01", ""), ("DQ02", lost)]
    assert satcheck("diff", one, two, "-o", table, "--lang", "en").code == 0
    rows = list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))
    sheet = openpyxl.load_workbook(book)["变化"]
    assert len(rows) == len(told.changes) == sheet.max_row - 1
    assert {row["变化"] for row in rows} == {"新增", "仍在", "消失"}
    worse = satcheck("diff", two, one, "--fail-on", "high")
    assert worse.code == 1
    assert satcheck("diff", one, two, "--fail-on", "high").code == 0


def test_what_is_on_no_polygon_is_told_by_what_it_says(
    outs: tuple[Path, Path], tmp_path: Path
) -> None:
    told = (change.problem.finding for change in diff(*outs).changes)
    (whole,) = (one for one in told if not one.polygon_ids)
    lacking = finished(tmp_path, "2022Q4", without(whole.rule))
    for lang in ("zh", "en"):
        run = satcheck("diff", outs[0], lacking, "--lang", lang)
        assert getattr(whole.message, lang) in run.stdout


def test_a_file_that_is_there_and_an_out_that_is_none_are_refused(
    outs: tuple[Path, Path], tmp_path: Path
) -> None:
    one, two = outs
    (tmp_path / "d.csv").write_text("mine", "utf-8")
    there = satcheck("diff", one, two, "-o", tmp_path / "d.csv")
    assert (there.code, "已存在" in there.stderr) == (2, True)
    assert (tmp_path / "d.csv").read_text("utf-8") == "mine"
    assert satcheck("diff", one, two, "-o", tmp_path / "d.doc").code == 2
    none = satcheck("diff", tmp_path, two)
    assert (none.code, "不是审核结果文件夹" in none.stderr) == (2, True)
    assert "nothing was audited" not in none.stderr


def closed(audit: Audit) -> Audit:
    """The place of CL01 was put right: its row is closed, and nothing is found there any more."""
    (id,) = {i for one in audit.judgement.findings if one.rule == "CL01" for i in one.polygon_ids}
    line = Rectification(id, audit.batch.id, "在册", "", closed=True, closed_date=audit.batch.as_of)
    done: Audit = without("CL01")(audit)
    return replace(done, ledger=replace(done.ledger, rectification=(line,)))


def test_found_then_gone_then_found_again_over_three_quarters(tmp_path: Path) -> None:
    found, gone = finished(tmp_path, "2022Q2"), finished(tmp_path, "2022Q3", closed)
    again = finished(tmp_path, "2022Q4")

    def turn(one: Path, two: Path) -> list[tuple[Turn, str]]:
        told = diff(one, two).changes
        return [(c.turn, c.why.zh) for c in told if c.problem.finding.rule == "CL01"]

    assert turn(found, gone) == [(Turn.GONE, "")]
    assert turn(gone, again) == [(Turn.RELAPSED, "该处上期台账已销号")]
    # Without the quarter between, nobody can tell that it was ever gone.
    assert turn(found, again) == [(Turn.STILL, "")]
    assert "复发" in satcheck("diff", gone, again).stdout


def test_the_same_audit_twice_differs_in_nothing(tmp_path: Path) -> None:
    out = finished(tmp_path, "2022Q4")
    told = diff(out, out)
    assert {one.turn for one in told.changes} == {Turn.STILL}
    assert len(told.changes) == len(small_audit(tmp_path / "again").judgement.findings)
    assert all(isinstance(one, Change) and not one.why.zh for one in told.changes)
