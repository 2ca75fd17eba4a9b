"""What holds for any rule: two rounds, chance made into q, caps, books, clauses, ids."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yanhu_satcheck.batch import Batch, IssuedPolygon, Submission
from yanhu_satcheck.errors import AccountingError, RuleError
from yanhu_satcheck.evidence import Case, Chance, Dossier
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.judge import adjusted, judge
from yanhu_satcheck.policy import NoLimits, Provision
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words

SAYS = Words("如此", "so it is")
Check = Callable[[Dossier, NoLimits], Iterable[Answer]]


def rule(check: Check, **about: Any) -> Rule[NoLimits]:
    given: dict[str, Any] = {
        "code": "ZZ01",
        "slug": "any-doubt",
        "title": Words("某题", "some title"),
        "basis": (),
        "severity": Severity.HIGH,
        "limits": NoLimits(),
        "concerns": lambda case, limits: True,
        "check": check,
    }
    return Rule(**(given | about))


def answers(*given: Answer) -> Check:
    return lambda dossier, limits: given


def doubt(*ids: str, **about: Any) -> Doubt:
    given: dict[str, Any] = {
        "status": Status.INCONSISTENT,
        "confidence": Confidence.LIKELY,
        "says": SAYS,
    }
    return Doubt(ids, **(given | about))


def case(id: str, p: float | None = None, **about: Any) -> Case:
    filed = Submission(id, id, 2, (), "实地伪变化", Call.PSEUDO_CHANGE)
    chance = Chance(p, 0, 100, 100, SAYS)
    return Case(IssuedPolygon(id, id, 2, None, **about), filed, chance=chance)


def dossier(*cases: Case, **about: Any) -> Dossier:
    period = date(2022, 10, 1), date(2022, 12, 31)
    polygons = tuple(one.polygon for one in cases)
    given: dict[str, Any] = {"polygons": polygons, "as_of": period[1], "period": period}
    batch = Batch("2022Q4", Path(), "140802", crs="EPSG:4546", **(given | about))
    return Dossier(batch, cases)


def only(finding: tuple[Finding, ...]) -> Finding:
    [one] = finding
    return one


def test_chance_is_corrected_over_the_polygons_that_have_one() -> None:
    q = adjusted({"a": 0.01, "b": 0.04, "c": None, "d": 0.03})
    assert q == pytest.approx({"a": 0.03, "b": 0.04, "c": None, "d": 0.04})


@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.floats(0, 1), min_size=1))
def test_q_is_never_below_p_never_above_one_and_keeps_the_order(p: dict[str, float]) -> None:
    q = adjusted(p)
    told = [(p[key], value) for key, value in q.items() if value is not None]
    assert all(one <= value <= 1 for one, value in told)
    assert [v for _, v in sorted(told)] == sorted(v for _, v in told)


def test_an_accusation_from_change_needs_chance_past_its_limit() -> None:
    judged = dossier(case("P1", 0.02), case("P2", 0.05), case("P3", 0.9), case("P4"))
    findings = judge(judged, [rule(answers(*map(doubt, ["P1", "P2", "P3", "P4"])))]).findings
    assert [f.status.name for f in findings] == ["DOUBTFUL"] * 4  # q of P1: 0.02 × 3 / 1 = 0.06
    assert [f.q_value for f in findings] == pytest.approx([0.06, 0.075, 0.9, None])
    assert "q = 0.06 > 0.05" in findings[0].message.en
    assert "chance cannot be told" in findings[3].message.en
    likelier = dossier(case("P1", 0.01), case("P2", 0.9))
    assert only(judge(likelier, [rule(answers(doubt("P1")))]).findings).status.name == (
        "INCONSISTENT"
    )


def test_only_the_polygons_that_the_rule_judges_are_corrected_over() -> None:
    judged = dossier(case("P1", 0.04), case("P2", 0.9))
    mine = rule(answers(doubt("P1")), concerns=lambda case, limits: case.polygon_id == "P1")
    assert only(judge(judged, [mine]).findings).q_value == pytest.approx(0.04)


def test_a_rule_that_looks_at_a_part_is_judged_by_the_chance_of_that_part() -> None:
    judged = dossier(case("P1", 0.5), case("P2", 0.001))
    part = {"P1": 0.02, "P2": 0.6}
    looks = rule(answers(doubt("P1"), doubt("P2")), chance=lambda case, _: part[case.polygon_id])
    findings = judge(judged, [looks]).findings
    assert [(f.p_value, f.q_value) for f in findings] == [(0.02, 0.04), (0.6, 0.6)]
    assert [f.status.name for f in findings] == ["INCONSISTENT", "DOUBTFUL"]


def test_what_does_not_rest_on_change_needs_no_chance() -> None:
    one = only(judge(dossier(case("P1")), [rule(answers(doubt("P1", on_change=False)))]).findings)
    assert (one.status, one.p_value, one.q_value) == (Status.INCONSISTENT, None, None)


@pytest.mark.parametrize("status", [Status.DOUBTFUL, Status.UNSUPPORTED])
def test_what_is_no_accusation_is_not_lowered_for_want_of_chance(status: Status) -> None:
    one = only(judge(dossier(case("P1")), [rule(answers(doubt("P1", status=status)))]).findings)
    assert (one.status, one.message) == (status, SAYS)


def test_a_group_takes_the_chance_of_its_worst_member() -> None:
    judged = dossier(case("P1", 0.01), case("P2", 0.02), case("P3"))
    both = only(judge(judged, [rule(answers(doubt("P2", "P1")))]).findings)
    assert (both.polygon_ids, both.p_value) == (("P1", "P2"), 0.02)
    assert both.status is Status.INCONSISTENT
    untold = only(judge(judged, [rule(answers(doubt("P1", "P3")))]).findings)
    assert (untold.p_value, untold.status) == (None, Status.DOUBTFUL)


def test_severity_and_confidence_are_capped() -> None:
    given: list[Answer] = [
        doubt("P1", on_change=False),
        doubt("P2", status=Status.DOUBTFUL),
        Unsure(("P3",), SAYS),
        doubt("P4", on_change=False, severity=Severity.LOW),
    ]
    findings = judge(
        dossier(*map(case, ["P1", "P2", "P3", "P4"])), [rule(answers(*given))]
    ).findings
    assert [f.severity.name for f in findings] == ["HIGH", "MEDIUM", "LOW", "LOW"]
    assert findings[2].confidence is Confidence.HINT
    low = rule(answers(doubt("P1", on_change=False, severity=Severity.HIGH)), severity=Severity.LOW)
    assert only(judge(dossier(case("P1")), [low]).findings).severity is Severity.LOW


def test_only_what_contradicts_the_filing_proposes_a_call() -> None:
    judged = dossier(case("P1", 0.01), case("P2"))
    given = [doubt("P1", proposes=Call.ILLEGAL), doubt("P2", proposes=Call.ILLEGAL)]
    findings = judge(judged, [rule(answers(*given))]).findings
    assert [f.proposed for f in findings] == [Call.ILLEGAL, None]


def test_what_a_rule_needs_and_the_batch_lacks_is_said_once_and_nothing_is_checked() -> None:
    def never(dossier: Dossier, limits: NoLimits) -> Iterable[Answer]:
        raise AssertionError

    judged = dossier(case("P1"), case("P2"), not_supplied=frozenset({"permits"}))
    judgement = judge(judged, [rule(never, needs=frozenset({"permits", "scenes"}))])
    one = only(judgement.findings)
    assert (one.polygon_id, one.status.name) == (None, "UNASSESSABLE")
    assert "采矿权" in one.message.zh
    assert "影像" not in one.message.zh
    assert judgement.accounts[0].mute == one.message
    assert judgement.accounts[0].answered == ()


@pytest.mark.parametrize(
    "lacking", [{"blank_columns": {"submission.mineral"}}, {"not_supplied": {"submission"}}]
)
def test_a_column_that_is_blank_throughout_is_not_supplied(lacking: dict[str, set[str]]) -> None:
    judged = dossier(case("P1"), **{name: frozenset(one) for name, one in lacking.items()})
    mute = rule(answers(doubt("P1")), needs=frozenset({"submission.mineral"}))
    assert "填报表的“实际开采矿种”列" in only(judge(judged, [mute]).findings).message.zh


def seconds(dossier: Dossier, limits: NoLimits) -> Iterable[Answer]:
    for found in dossier.found:
        yield doubt(*found.polygon_ids, related=(Related("finding", found.rule),), on_change=False)


def test_the_second_round_sees_the_first_whatever_the_order_of_the_book() -> None:
    later = rule(seconds, code="RL06", slug="later", after=True)
    first = rule(answers(doubt("P2", on_change=False)))
    judgement = judge(dossier(case("P1"), case("P2")), [later, first])
    assert [(f.polygon_id, f.rule) for f in judgement.findings] == [("P2", "RL06"), ("P2", "ZZ01")]
    assert [account.rule for account in judgement.accounts] == ["RL06", "ZZ01"]
    assert judgement.status("P2") is Status.INCONSISTENT
    assert judgement.status("P1") is None


def test_the_second_round_knows_what_was_not_asked_for_and_tells_nothing_of_it() -> None:
    later = rule(seconds, code="RL06", slug="later", after=True)
    first = rule(answers(doubt("P2", on_change=False)))
    judgement = judge(dossier(case("P1"), case("P2")), [later], {}, [later, first])
    assert [(f.polygon_id, f.rule) for f in judgement.findings] == [("P2", "RL06")]
    assert [account.rule for account in judgement.accounts] == ["RL06"]


@pytest.mark.parametrize(("p", "left"), [(0.01, Status.INCONSISTENT), (0.5, Status.UNSUPPORTED)])
def test_where_chance_is_silent_the_paper_still_speaks(p: float, left: Status) -> None:
    given = doubt("P1", unproven=Status.UNSUPPORTED, proposes=Call.ILLEGAL)
    finding = only(judge(dossier(case("P1", p)), [rule(answers(given))]).findings)
    assert finding.status is left
    assert ("偶然性未排除" in finding.message.zh) is (left is Status.UNSUPPORTED)
    assert (finding.proposed is None) is (left is Status.UNSUPPORTED)


def broken(dossier: Dossier, limits: NoLimits) -> Iterable[Answer]:
    raise KeyError("slope")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (rule(broken), r"KeyError\('slope'\)"),
        (rule(answers(doubt("P1"), doubt("P1"))), "answers twice"),
        (rule(answers(doubt("P9"))), r"speaks of \['P9'\], which it does not judge"),
        (
            rule(answers(doubt("P1", on_change=False)), worst=Status.UNSUPPORTED),
            "INCONSISTENT, and UNSUPPORTED is the worst",
        ),
    ],
)
def test_a_rule_that_breaks_is_named(wrong: Rule[NoLimits], told: str) -> None:
    with pytest.raises(RuleError, match=rf"^rule ZZ01 failed: .*{told}.*no verdict was formed"):
        judge(dossier(case("P1")), [wrong])


def test_every_issued_polygon_is_accounted_for() -> None:
    judged = dossier(case("P1"), case("P2"))
    lost = replace(judged, cases=judged.cases[:1])
    with pytest.raises(AccountingError, match="P2"):
        judge(lost, [rule(answers())])


def test_the_books_tell_in_order_from_not_judged() -> None:
    mine = rule(answers(Unsure(("P2",), SAYS)), concerns=lambda case, _: case.polygon_id != "P3")
    [account] = judge(dossier(*map(case, ["P3", "P2", "P1"])), [mine]).accounts
    assert account == ("ZZ01", ("P1", "P2"), ("P2",), None, ())


def test_the_books_tell_who_is_left_unjudged_for_what_the_batch_lacks() -> None:
    three = dossier(*map(case, ["P1", "P2", "P3"]))
    given: list[Answer] = [Unsure((), SAYS, left=("P1", "P2")), doubt("P2")]
    [account] = judge(three, [rule(answers(*given))]).accounts
    assert (account.unjudged, account.passed_over, account.in_order) == (
        ("P1", "P2"),
        ("P1",),
        ("P3",),
    )
    [account] = judge(three, [rule(answers(Unsure((), SAYS)))]).accounts
    assert (account.unjudged, account.in_order) == (("P1", "P2", "P3"), ())
    [account] = judge(three, [rule(answers(Unsure((), SAYS, left=())))]).accounts
    assert (account.unjudged, account.in_order) == ((), ("P1", "P2", "P3"))
    with pytest.raises(RuleError, match="P9"):
        judge(three, [rule(answers(Unsure((), SAYS, left=("P9",))))])


def test_a_rule_that_the_batch_mutes_finds_nobody_in_order() -> None:
    lacking = dossier(case("P1"), not_supplied=frozenset({"permits"}))
    mine = rule(answers(), needs=frozenset({"permits"}))
    [account] = judge(lacking, [mine]).accounts
    assert (account.unjudged, account.in_order) == (("P1",), ())


def test_the_whole_batch_comes_first_then_polygon_rule_and_id() -> None:
    given: list[Answer] = [doubt("P2"), doubt("P1"), Unsure((), SAYS)]
    findings = judge(dossier(case("P1"), case("P2")), [rule(answers(*given))]).findings
    assert [f.polygon_id for f in findings] == [None, "P1", "P2"]


def test_the_claim_repeats_the_filing() -> None:
    unfiled = replace(case("P3"), filing=None)
    given: list[Answer] = [
        doubt("P1", claim={"permit_no": "C1"}),
        doubt("P1", "P2"),
        doubt("P3"),
        Unsure((), SAYS),
    ]
    batch, group, single, blank = sorted(
        (f.claim for f in judge(dossier(case("P1"), case("P2"), unfiled), [rule(answers(*given))])
         .findings),
        key=len,
    )  # fmt: skip
    assert batch == {}
    assert group == {"P1": "实地伪变化", "P2": "实地伪变化"}
    assert single == {"polygon_id": "P3", "legality": "未填", "call": None}
    assert blank == {
        "polygon_id": "P1",
        "legality": "实地伪变化",
        "call": "PSEUDO_CHANGE",
        "permit_no": "C1",
    }


def test_related_things_stand_in_order_and_once() -> None:
    photos = Related("photo", "b", "P1"), Related("photo", "a", None), Related("photo", "b", "P1")
    told = doubt("P1", related=(*photos, Related("batch", "2022Q3")))
    one = only(judge(dossier(case("P1")), [rule(answers(told))]).findings)
    assert [(r.kind, r.id) for r in one.related] == [
        ("batch", "2022Q3"),
        ("photo", "a"),
        ("photo", "b"),
    ]


def test_an_id_holds_no_measured_number() -> None:
    told = [
        doubt("P1", figures=(stated("n", value, "x"),), says=Words(f"{value}", ""))
        for value in (1, 2)
    ]
    one, two = (
        only(judge(dossier(case("P1", p)), [rule(answers(d))]).findings)
        for d, p in zip(told, (0.01, 0.5), strict=True)
    )
    assert one.id == two.id


SWITCH = date(2025, 7, 1)
LAW = {
    "ZZ01": (
        Provision(Words("旧法", "old"), None, SWITCH, "源"),
        Provision(Words("新法", "new"), SWITCH, None, "源"),
        Provision(Words("条例", "regulation"), None, None, "源"),
    )
}


@pytest.mark.parametrize(
    ("before", "after", "as_of", "laws", "both"),
    [
        ((2022, 8, 1), (2022, 11, 1), (2022, 12, 31), ["旧法", "条例"], False),
        ((2025, 3, 1), (2025, 6, 30), (2025, 6, 30), ["旧法", "条例"], False),
        ((2025, 3, 1), (2025, 6, 30), (2025, 9, 30), ["旧法", "新法", "条例"], True),
        ((2025, 3, 1), (2025, 7, 1), (2025, 9, 30), ["旧法", "新法", "条例"], True),
        ((2025, 7, 1), (2025, 8, 1), (2025, 9, 30), ["新法", "条例"], False),
        (None, None, (2022, 12, 31), ["旧法", "条例"], False),
    ],
)
def test_clauses_follow_the_date_of_the_act(
    before: Any, after: Any, as_of: Any, laws: list[str], both: bool
) -> None:
    days: dict[str, Any] = {
        n: date(*d) if d else None for n, d in [("before_date", before), ("after_date", after)]
    }
    judged = dossier(case("P1", **days), as_of=date(*as_of))
    clauses = only(judge(judged, [rule(answers(doubt("P1")))], LAW).findings).provisions
    assert [words.zh[:2] for words in clauses] == laws
    assert all("可能涉及条款，供核查参考" in words.zh for words in clauses)
    assert ["从旧兼从轻" in words.zh for words in clauses[:-1]] == [both] * (len(laws) - 1)
    assert "从旧兼从轻" not in clauses[-1].zh


@pytest.mark.parametrize(
    ("land", "said"), [("耕地", ["农"]), ("林地", []), ("", ["若"]), ("堆场", ["若"])]
)
def test_a_clause_on_farmland_follows_the_land_class_as_filed(land: str, said: list[str]) -> None:
    perhaps = Words("若占", "if it is")
    clause = Provision(Words("农地", "fields"), None, None, "源", ("耕地",), ("林地",), perhaps)
    filed = case("P1")
    assert filed.filing is not None
    filed = replace(filed, filing=replace(filed.filing, subclass=land))
    one = only(judge(dossier(filed), [rule(answers(doubt("P1")))], {"ZZ01": (clause,)}).findings)
    assert [words.zh[0] for words in one.provisions] == said


def test_what_cannot_be_judged_is_held_to_no_clause() -> None:
    one = only(judge(dossier(case("P1")), [rule(answers(Unsure(("P1",), SAYS)))], LAW).findings)
    assert one.provisions == ()
