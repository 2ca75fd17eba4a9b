"""The sample's truth against the audit: what is planted is found, and the honest are left alone."""

from benchmarks.truth import batch_missed, read, scores
from tests.conftest import SAMPLE, Run


def test_every_planted_problem_is_found(sample_audit: Run) -> None:
    truth, findings = read(SAMPLE, sample_audit.out)
    missed = {one.rule: one.missed for one in scores(truth, findings) if one.missed}
    assert missed == {}
    assert batch_missed(truth, findings) == []


def test_no_honest_polygon_is_accused(sample_audit: Run) -> None:
    truth, findings = read(SAMPLE, sample_audit.out)
    accused = {one.rule: one.false_alarms for one in scores(truth, findings) if one.false_alarms}
    assert accused == {}


def test_the_truth_can_tell_a_miss_and_a_false_alarm() -> None:
    truth = {
        "polygons": {
            "A": {"must_fire": ["CL01"], "may_fire": []},
            "B": {"must_fire": [], "may_fire": ["CL01"]},
            "C": {"must_fire": [], "may_fire": []},
        },
        "batch_must_fire": [{"rule": "DQ08", "related": "lookback.csv"}],
    }
    told = {"rule": "CL01", "status": "doubtful", "related": []}
    unsure = {"rule": "CL01", "status": "unassessable", "related": []}
    findings = [{**told, "polygon_ids": ["B", "C"]}, {**unsure, "polygon_ids": ["A"]}]
    (one,) = scores(truth, findings)
    assert (one.missed, one.honest, one.false_alarms) == (("A",), 1, ("C",))
    assert batch_missed(truth, findings) == ["DQ08 lookback.csv"]
