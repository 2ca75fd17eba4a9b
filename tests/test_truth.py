"""The samples' truth against their audits: planted problems are found, the honest left alone."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from benchmarks.truth import Sum, read, scores, without_photographs
from tests.conftest import EARLIER, SAMPLE, Run, satcheck
from yanhu_satcheck.changes import Turn
from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.wayback import diff


class Both(NamedTuple):
    """The two quarters, audited one after the other."""

    first: Path
    second: Path


@pytest.fixture(scope="module")
def looked_back(tmp_path_factory: pytest.TempPathFactory) -> Both:
    where = tmp_path_factory.mktemp("both")
    both, archive = Both(where / "2022Q3", where / "2022Q4"), where / "archive.sqlite"
    assert satcheck("audit", EARLIER, "-o", both.first).code == 1
    assert satcheck("archive", "add", both.first, "--archive", archive).code == 0
    assert satcheck("audit", SAMPLE, "-o", both.second, "--archive", archive).code == 1
    return both


def test_every_planted_problem_is_found(sample_audit: Run) -> None:
    truth, findings = read(SAMPLE, sample_audit.out)
    missed = {one.rule: one.missed for one in scores(truth, findings) if one.missed}
    assert missed == {}


def test_no_honest_polygon_is_accused(sample_audit: Run) -> None:
    truth, findings = read(SAMPLE, sample_audit.out)
    accused = {one.rule: one.false_alarms for one in scores(truth, findings) if one.false_alarms}
    assert accused == {}


def test_the_summer_quarter_is_audited_as_its_truth_has_it(looked_back: Both) -> None:
    truth, findings = read(EARLIER, looked_back.first)
    found = scores(truth, findings)
    assert {one.rule: one.missed for one in found if one.missed} == {}
    assert {one.rule: one.false_alarms for one in found if one.false_alarms} == {}


def test_with_the_summer_in_the_archive_the_autumn_shows_more(looked_back: Both) -> None:
    truth, findings = read(SAMPLE, looked_back.second)
    if lacking := sorted({"LE02", "LE03"} - {rule.code for rule in rulebook({})}):
        pytest.skip(f"not in the rule book yet: {', '.join(lacking)}")
    found = scores(truth, findings, archive=True)
    assert {one.rule: one.missed for one in found if one.missed} == {}
    assert {one.rule: one.false_alarms for one in found if one.false_alarms} == {}


def test_ground_that_stays_bare_without_growth_is_only_doubtful(looked_back: Both) -> None:
    truth, findings = read(SAMPLE, looked_back.second)
    old = {name for name, told in truth["polygons"].items() if told["ground"] == "old_working"}
    told = [f for f in findings if f["rule"] == "LE03" and old & {*f["polygon_ids"]}]
    if "LE03" not in {rule.code for rule in rulebook({})}:
        pytest.skip("not in the rule book yet: LE03")
    assert len(told) == len(old) == 2
    assert {finding["status"] for finding in told} == {"doubtful"}


def test_ground_that_was_closed_and_dug_again_is_told_as_a_relapse(looked_back: Both) -> None:
    """Found in one quarter, closed in its ledger with nothing left to say, and found in the next.

    The two OUTs are whole audits of images, ledgers and filings; no side of it is made up.
    """
    truth, _ = read(SAMPLE, looked_back.second)
    dug_again = {
        name
        for name, told in truth["polygons"].items()
        if "RL05" in told.get("with_archive", {}).get("must_fire", ())
    }
    told = diff(looked_back.first, looked_back.second)
    back = [one for one in told.changes if one.turn is Turn.RELAPSED]
    assert {id for one in back for id in one.problem.finding.polygon_ids} == dug_again != set()
    # Its rule says so by itself; what says that the ground was dug is set beside the closed row.
    assert {one.problem.finding.rule for one in back} == {"CL03", "RL05"}
    assert [one.why.zh for one in back] == ["该处上期台账已销号"] * len(back)
    assert all(one.before == () for one in back)  # nothing was found there in the summer
    closed = [line for line in told.one.ledger.rectification if line.closed]
    assert closed  # the summer's own row, read back from its OUT
    assert {line.polygon_id for line in closed}.isdisjoint(dug_again)  # matched by ground alone


TOLD: dict[str, Any] = {"rule": "CL01", "status": "doubtful", "related": []}


def test_the_truth_can_tell_a_miss_and_a_false_alarm() -> None:
    truth = {
        "polygons": {
            "A": {"must_fire": ["CL01"], "may_fire": []},
            "B": {"must_fire": [], "may_fire": ["CL01"]},
            "C": {"must_fire": [], "may_fire": []},
            "D": {"must_fire": [], "may_fire": [], "known_false_alarms": ["CL01"]},
        },
        "batch_must_fire": [{"rule": "DQ08", "related": "lookback.csv"}],
    }
    unsure = {**TOLD, "status": "unassessable"}
    findings = [{**TOLD, "polygon_ids": ["B", "C", "D"]}, {**unsure, "polygon_ids": ["A"]}]
    one, of_batch = scores(truth, findings)
    assert (one.missed, one.honest, one.false_alarms) == (("A",), 2, ("C",))
    assert (one.known, one.accused) == (("D",), ())
    assert (of_batch.planted, of_batch.missed) == (("lookback.csv",), ("lookback.csv",))
    worse = [{**TOLD, "status": "inconsistent", "polygon_ids": ["B", "C"]}]
    assert scores(truth, worse)[0].accused == ("C",)


def test_what_is_planted_for_the_whole_batch_is_summed_with_the_rest() -> None:
    gap = {"kind": "patrol", "id": "乡/甲镇/2022-11", "polygon_id": None, "batch": None}
    said = {"rule": "SV01", "status": "unsupported", "polygon_ids": [], "related": [gap]}
    planted = [{"rule": "SV01", "related": id} for id in ("乡/甲镇/2022-11", "乡/乙镇/2022-11")]
    (one,) = scores({"polygons": {}, "batch_must_fire": planted}, [said])
    assert (len(one.planted), one.missed, one.honest) == (2, ("乡/乙镇/2022-11",), 0)
    total = Sum().plus(one).plus(one)
    assert (total.hit, total.planted) == (2, 4)


def test_what_rests_on_a_photograph_is_not_planted_without_any() -> None:
    polygons = {
        "A": {"must_fire": ["CL03", "PH01", "RL06"], "may_fire": []},
        "B": {"must_fire": ["CL01", "RL06"], "may_fire": []},
        "C": {"must_fire": [], "may_fire": [], "with_archive": {"must_fire": ["PH01", "RL06"]}},
    }
    planted = [{"rule": "PH04", "related": "x.jpg"}, {"rule": "DQ08", "related": "a.tif"}]
    bare = without_photographs({"polygons": polygons, "batch_must_fire": planted})
    assert {n: told["must_fire"] for n, told in bare["polygons"].items()} == {
        "A": ["CL03"],
        "B": ["CL01", "RL06"],
        "C": [],
    }
    assert bare["polygons"]["C"]["with_archive"]["must_fire"] == []
    assert bare["batch_must_fire"] == planted[1:]


def test_what_the_archive_adds_counts_only_with_it() -> None:
    related = [{"kind": "polygon", "id": "then", "polygon_id": None, "batch": "2022Q3"}]
    added = {"must_fire": ["CL01"], "may_fire": []}
    truth = {
        "polygons": {"A": {"must_fire": [], "may_fire": [], "with_archive": added}},
        "with_archive": {
            "batch_must_fire": [{"rule": "RL01", "related": "gone"}],
            "batch_quiet": [{"rule": "RL01", "related": "then"}],
        },
    }
    findings = [
        {**TOLD, "polygon_ids": ["A"]},
        {"rule": "RL01", "status": "unsupported", "polygon_ids": [], "related": related},
    ]
    alone, ledger = scores(truth, findings)
    assert (alone.planted, alone.false_alarms) == ((), ("A",))
    assert (ledger.planted, ledger.missed) == ((), ())
    alone, ledger = scores(truth, findings, archive=True)
    assert (alone.planted, alone.false_alarms) == (("A",), ())
    assert (ledger.missed, ledger.false_alarms, ledger.honest) == (("gone",), ("then",), 2)
