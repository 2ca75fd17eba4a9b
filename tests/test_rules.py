"""Every rule answers its case file: fires, on the threshold, looks guilty but is not, unsure."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, datetime
from inspect import isfunction
from pathlib import Path
from types import MethodType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yanhu_satcheck.finding import Finding
from yanhu_satcheck.judge import judge
from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.terms import Confidence, Severity, Status

from .rule_cases import dossier, ground

ROOT = Path(__file__).parent.parent
BOOK = {rule.code: rule for rule in rulebook()}
FILES = {f.stem: tomllib.loads(f.read_text("utf-8")) for f in ROOT.glob("tests/cases/*.toml")}
KINDS = {"fires", "threshold", "look-alike", "unsure", "known-miss"}


def said(finding: Finding) -> str:
    """Word a finding as case files do; “, low” where it is milder than its rule and status."""
    usual = min(BOOK[finding.rule].severity, Severity.MEDIUM)
    mild = finding.status is not Status.UNASSESSABLE and finding.severity < usual
    proposed = f" → {finding.proposed}" if finding.proposed else ""
    whom = " ".join(finding.polygon_ids) or "batch"
    return f"{finding.status.name.lower()} {whom}{proposed}{', low' * mild}"


def every_case() -> Iterator[Any]:
    for code, file in sorted(FILES.items()):
        for kind in sorted(KINDS & {*file}):
            for sentence, told in file[kind].items():
                yield pytest.param(code, told, id=f"{code} {kind}: {sentence}")


@pytest.mark.parametrize(("code", "told"), [*every_case()])
def test_answers(code: str, told: dict[str, Any]) -> None:
    rule = next(r for r in rulebook({"rules": {code: told.get("limits", {})}}) if r.code == code)
    findings = judge(dossier(told, FILES[code].get("default", {})), [rule]).findings
    assert sorted(map(said, findings)) == sorted(told.get("says", []))


@pytest.mark.parametrize("code", BOOK)
def test_every_rule_has_every_kind_of_case(code: str) -> None:
    assert {"fires", "threshold", "look-alike", "unsure"} <= {*FILES[code]} <= KINDS | {"default"}


class Watched:
    """Limits that remember which of them were asked for."""

    def __init__(self, limits: Any) -> None:
        self.limits, self.read = limits, set[str]()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        asked = getattr(type(self.limits), name, None)
        # What limits answer by a method they read themselves.
        return MethodType(asked, self) if isfunction(asked) else getattr(self.limits, name)


@pytest.mark.parametrize("code", BOOK)
def test_a_rule_reads_every_limit_that_its_page_offers(code: str) -> None:
    watched = Watched(BOOK[code].limits)
    rule = replace(BOOK[code], limits=watched)
    for kind in KINDS & {*FILES[code]}:
        for told in FILES[code][kind].values():
            judge(dossier(told, FILES[code].get("default", {})), [rule])
    assert {one.name for one in fields(watched.limits)} <= watched.read


def all_findings() -> Iterator[Finding]:
    for code, file in sorted(FILES.items()):
        for kind in sorted(KINDS & {*file}):
            for told in file[kind].values():
                yield from judge(dossier(told, file.get("default", {})), [BOOK[code]]).findings


def test_every_finding_speaks_both_languages_and_of_no_person() -> None:
    for finding in all_findings():
        zh, en = finding.message
        assert zh
        assert en
        assert not any(word in zh for word in ("违法行为", "虚报", "弄虚作假", "造假"))
        assert all(figure.source for figure in finding.evidence), finding


def test_an_earlier_conclusion_that_nobody_reviewed_is_said_to_be_so() -> None:
    def said(opinion: str) -> Finding:
        found = [{"rule": "CL01", "opinion": opinion}]
        told = {"P1": {"call": "LEGAL"}, "contradicted": [{"id": "E1", "findings": found}]}
        [finding] = judge(dossier(told, {}), [BOOK["RL01"]]).findings
        return finding

    assert "复核已采纳" in said("采纳").message.zh
    assert said("采纳").confidence is Confidence.CERTAIN
    for opinion in ("", "需外业"):
        assert "请先复核" in said(opinion).message.zh
        assert said(opinion).confidence is Confidence.LIKELY


def test_where_the_files_say_they_were_taken_is_said_of_every_polygon() -> None:
    told = {"P1": {"photos": ["a"]}, "P2": {"photos": ["b"]}, "groups": [["exposure", "a", "b"]]}
    far = dossier(told | {"recorded": {"P1": 3950.0, "P2": 12.0}}, {})
    near = dossier(told | {"recorded": {"P1": 250.0, "P2": 12.0}}, {})
    [said], [quiet] = (judge(one, [BOOK["PH01"]]).findings for one in (far, near))
    assert said.message.zh.endswith("；文件自身记录的拍摄位置，距 P2 12 米、P1 4.0 公里")
    assert "the files record a place P2 12 m, P1 4.0 km away" in said.message.en
    assert "文件自身记录" not in quiet.message.zh  # one view may show both


def test_every_photograph_of_the_exposure_is_named_with_its_polygon() -> None:
    told = {
        "P1": {"photos": ["a", "c"]},
        "P2": {"photos": ["b"]},
        "loose": [{"id": "x", "named": "X9"}, {"id": "y"}],
        "groups": [["exposure", "a", "b", "x", "y"]],
    }
    [finding] = judge(dossier(told, {}), [BOOK["PH01"]]).findings
    related = [(one.id, one.polygon_id) for one in finding.related]
    assert related == [("a", "P1"), ("b", "P2"), ("x", "X9"), ("y", None)]


AFTERWARDS = [  # whom a finding names; P1 itself is contradicted; it may be another one
    (("CL01", "P1"), True, False),
    (("LE01", "P1", "P2"), False, True),
    (("PH01", "P1"), False, True),  # shared with polygons of an earlier batch
    (("LM05", "P1", "P2"), False, True),
]


@pytest.mark.parametrize(("found", "own", "several"), AFTERWARDS)
def test_of_a_group_nobody_is_said_to_be_the_wrong_one(
    found: tuple[str, ...], own: bool, several: bool
) -> None:
    rule, *ids = found
    told = {"as_of": date(2023, 3, 31), "P1": {}, "P2": {}, "found": [[rule, "INCONSISTENT", *ids]]}
    finding = judge(dossier(told, {}), [BOOK["RL06"]]).findings[0]
    zh, en = finding.message
    assert (f"本图斑的填报与证据不一致（{rule}）" in zh, f"contradicted ({rule})" in en) == (
        own,
        own,
    )
    assert ("哪一个填报有误尚待查明" in zh, "need not be this one" in en) == (several, several)
    assert all(id in zh and id in en for id in ids) or own


def test_a_blank_column_finds_nobody_in_order() -> None:
    filed = {"P1": {"call": "RESTORATION"}, "P2": {"call": "DISASTER", "disaster_ref": "DZ-1"}}
    filed["P3"] = {"call": "RESTORATION"}
    batch = {"blank": ["submission.restoration_plan_no"], "hazard_points": ["DZ-1"]}
    told = dossier(filed | batch, {})
    [book] = judge(told, [BOOK["CL05"]]).accounts
    assert (book.in_order, book.unjudged) == (("P2",), ("P1", "P3"))


def test_a_group_of_many_is_counted() -> None:
    ids = [f"P{n}" for n in range(1, 10)]
    told: dict[str, Any] = {id: {} for id in ids}
    told |= {"found": [["PH01", "INCONSISTENT", *ids]]}
    first, *_ = judge(dossier(told | {"as_of": date(2023, 3, 31)}, {}), [BOOK["RL06"]]).findings
    assert "P1、P2、P3、P4、P5、P6 等 9 个图斑" in first.message.zh
    assert "P6 and 3 more polygons" in first.message.en


@pytest.mark.parametrize(("gain", "sure"), [(0.35, Confidence.LIKELY), (0.25, Confidence.HINT)])
def test_a_change_within_its_error_of_the_limit_is_a_hint(gain: float, sure: Confidence) -> None:
    told = {"P1": {"call": "PSEUDO_CHANGE", "gain": gain, "sigma": 0.1, "p": 0.001}}
    [finding] = judge(dossier(told, {}), [BOOK["CL01"]]).findings
    assert (finding.status, finding.confidence) == (Status.INCONSISTENT, sure)


def test_a_finding_is_recognised_after_re_measuring() -> None:
    told = {"P1": {"call": "PSEUDO_CHANGE", "gain": 0.5, "mining": 0.9, "p": 0.001}}
    again = {"P1": {**told["P1"], "gain": 0.6, "p": 0.002}}
    [one], [two] = (judge(dossier(t, {}), [BOOK["CL01"]]).findings for t in (told, again))
    assert one.id == two.id
    assert one != two


ids = st.lists(st.sampled_from(["P1", "P2", "P3", "P4"]), unique=True, min_size=1)
seventh = st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9])
PIT = {"gain": 0.6, "mining": 0.9, "net": -90_000.0, "shows": 1.0, "p": 0.001}
C1 = {"no": "C1", "method": "地下", "used_reserves": 1.0, "density": 2.5, "valid_to": date.max}
C2 = {"no": "C2", "method": "露天", "used_reserves": 1.0, "density": 2.5, "bottom_elev": 500.0}
CLOSED = {"id": "E2", "ledger": [{"closed": True, "closed_date": date(2022, 8, 1)}]}
polygons = st.fixed_dictionaries(
    {
        "call": st.sampled_from(
            ["PSEUDO_CHANGE", "DISASTER", "RESTORATION", "LEGAL", "ILLEGAL", "UNKNOWN"]
        ),
        "gain": seventh,
        "bare": seventh,
        "growth": seventh,
        "mining": seventh,
        "clear": st.sampled_from([0.5, 1.0]),
        "p": st.none() | st.sampled_from([0.001, 0.04, 0.5]),
    },
    optional={
        "net": st.sampled_from([-90_000.0, -300.0, 0.0, 9000.0]),
        "floor": st.sampled_from([-6.0, -0.3, 0.0, 3.0]),
        "floor_after": st.sampled_from([480.0, 499.0, 520.0]),
        "shows": st.sampled_from([0.5, 3.0, 18.0]),
        "hollow": st.sampled_from([0.0, 4.0]),
        "benches": seventh,
        "faces": seventh,
        "dipole": seventh,
        "slope": st.sampled_from([5.0, 14.5, 30.0]),
        "fake": seventh,
        "drawn": st.just(10_000.0),
        "licensed": seventh,
        "licences": st.sampled_from([[C1], [C2], [C2 | {"valid_to": date.max}], [C1, C2]]),
        "papers": st.sampled_from([[{"ref": "S1", "to": date(2021, 1, 1)}], [{"ref": "S2"}]]),
        "earlier": st.just([CLOSED]),
        "outside": st.sampled_from([PIT, PIT | {"p": None}, {"gain": 0.1, "area": 300.0}]),
        "photos": st.fixed_dictionaries(
            {
                "metres": st.sampled_from([0.0, 90.0, 320.0, 900.0, 5000.0]),
                "GCJ02": st.sampled_from([20.0, 240.0, 4000.0]),
                "off": st.sampled_from([0.0, 80.0, 140.0, 179.0]),
                "own": st.sampled_from([0.0, 240.0, 4000.0]),
                "taken": st.sampled_from([datetime(2022, 8, d, 9) for d in (1, 19, 21)]),
            }
        ).map(lambda one: [one | {"id": "a"}]),
        "later": st.fixed_dictionaries(
            {
                "on": st.sampled_from([date(2023, 3, 2), date(2023, 6, 2)]),
                "still": seventh,
                "green": seventh,
                "growth": seventh,
            }
        ).map(lambda one: [one]),
    },
)
batches = ids.flatmap(lambda names: st.fixed_dictionaries(dict.fromkeys(names, polygons)))


@settings(max_examples=40, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_filing_order_does_not_matter(told: dict[str, Any], random: Any) -> None:
    extra = {
        "overlaps": [{"of": ["P1", "P2"], "share": 0.5}] if {"P1", "P2"} <= {*told} else [],
        "groups": [["exposure", "a", "b"]],
    }
    for n, one in zip("abcd", sorted(told), strict=False):
        told[one]["photos"] = [n]
    filed = dossier(told | extra, {})
    shuffled = replace(filed, cases=tuple(random.sample(filed.cases, len(filed.cases))))
    assert judge(filed, [*BOOK.values()]) == judge(shuffled, [*BOOK.values()])


STRICTER = [  # rule, limit, a value that accuses more, one that accuses less
    ("CL01", "bare_gain", 0.1, 0.5),
    ("CL01", "growth", 0.1, 0.5),
    ("CL01", "p_mining", 0.3, 0.9),
    ("CL01", "still_bare", 0.9, 0.5),
    ("CL01", "fake_green", 0.05, 0.5),
    ("CL01", "cell_m", 60.0, 2.0),
    ("CL02", "bare_gain", 0.1, 0.5),
    ("CL02", "deeper_m", 0.0, 5.0),
    ("CL02", "p_mining", 0.3, 0.9),
    ("CL02", "still_bare", 0.9, 0.5),
    ("CL02", "fake_green", 0.05, 0.5),
    ("CL02", "growing_from", 2, 7),
    ("CL02", "growing_to", 12, 6),
    ("CL03", "bare_gain", 0.1, 0.5),
    ("CL03", "p_mining", 0.3, 0.9),
    ("CL03", "signs", 1, 4),
    ("CL03", "dipole", 0.9, 0.1),
    ("CL03", "benches", 0.1, 0.9),
    ("CL03", "gentle_deg", 25.0, 5.0),
    ("CL03", "elev_days", 4000, 30),
    ("CL04", "bare_gain", 0.1, 0.5),
    ("CL04", "p_mining", 0.3, 0.9),
    ("CL04", "cell_m", 60.0, 2.0),
    ("LM02", "area_m2", 50.0, 9000.0),
    ("LM02", "bare_gain", 0.1, 0.5),
    ("LM02", "p_mining", 0.3, 0.9),
    ("LM02", "datum_m", 0.0, 3.0),
    ("LM03", "bare_gain", 0.1, 0.5),
    ("LM03", "growth", 0.1, 0.5),
    ("LM03", "p_mining", 0.3, 0.9),
    ("LM03", "steep_faces", 0.01, 0.5),
    ("LM03", "no_pit_m", 0.2, 10.0),
    ("LM05", "closes", 0.0, 5.0),
    ("LM05", "capacity", 1.0, 2.0),
    ("LM05", "p_mining", 0.3, 0.9),
    ("RL04", "bare_gain", 0.1, 0.5),
    ("RL04", "cell_m", 60.0, 2.0),
    ("RL04", "p_mining", 0.3, 0.9),
    ("RL05", "share", 0.05, 0.4),
    ("RL05", "bare_gain", 0.1, 0.5),
    ("RL05", "growth", 0.1, 0.5),
    ("RL05", "p_mining", 0.3, 0.9),
    ("RL05", "still_bare", 0.9, 0.5),
    ("LE01", "share", 0.05, 0.4),
    ("LE02", "share", 0.05, 0.4),
    ("LE03", "still_bare", 0.2, 0.9),
    ("LE03", "growth", 0.05, 0.6),
    ("LE03", "batches", 2, 3),
    ("PH02", "max_distance_m", 100.0, 3000.0),
    ("PH02", "surely_m", 500.0, 9000.0),
    ("PH02", "datum_m", 50.0, 500.0),
    ("PH02", "position_error_m", 5.0, 300.0),
    ("PH02", "compass_deg", 20.0, 150.0),
    ("PH03", "slack_days", 0, 30),
    ("LE03", "bare_gain", 0.1, 0.5),
    ("LE03", "not_green", 0.9, 0.5),
    ("LE03", "p_mining", 0.3, 0.9),
    ("PH04", "min_photos", 3, 1),
    ("DQ02", "clear_share", 0.9, 0.4),
    ("DQ03", "n_px", 400, 5),
]


@settings(max_examples=100, deadline=None)
@given(batches, seventh, st.sampled_from(STRICTER))
def test_a_stricter_limit_never_clears_a_doubt(
    told: dict[str, Any], shared: float, limit: tuple[str, str, float, float]
) -> None:
    code, name, strict, lax = limit
    pair = [{"of": ["P1", "P2"], "share": shared}] if {"P1", "P2"} <= {*told} else []
    filed = dossier(told | {"overlaps": pair}, {})
    again = ground({"id": "E1", "share": shared, "call": "PSEUDO_CHANGE"})
    cases = tuple(replace(one, earlier=(*one.earlier, again)) for one in filed.cases)
    filed = replace(filed, cases=cases)
    few, many = (
        {f.id for f in judge(filed, rulebook({"rules": {code: {name: at}}})).findings}
        for at in (lax, strict)
    )
    assert few <= many


MAY = {"quantity", "evidence", "policy", "rule", "terms", "traces"}
SHUT = {"io", "os", "pathlib", "sqlite3", "socket", "urllib", "numpy", "pandas", "shapely"}


@pytest.mark.parametrize("file", sorted(ROOT.glob("rules/*.py")), ids=lambda file: file.stem)
def test_a_rule_only_reasons(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for top, _, rest in (name.partition(".") for name in names):
            assert top not in SHUT
            assert top != "yanhu_satcheck" or rest in MAY
