"""The corrected ledger keeps what was filed, adds what was found, and loses nobody."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.make import batch, filing, polygon, row
from yanhu_satcheck.correct import correct
from yanhu_satcheck.finding import Finding, Judgement, Suppression
from yanhu_satcheck.ledger import families
from yanhu_satcheck.rule import Related
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words


def finding(
    rule: str, *polygon_ids: str, status: Status = Status.INCONSISTENT, **more: Any
) -> Finding:
    said = Words(f"{rule}的话", f"what {rule} says")
    sure = (Severity.HIGH, Confidence.LIKELY, said)
    return Finding("2022Q4", rule, "slug", polygon_ids, status, *sure, **more)


def ledger_of(there: Any, *findings: Finding) -> Any:
    return correct(Judgement(findings), there, {})


def test_every_issued_polygon_has_one_row_in_order_filed_or_not() -> None:
    there = batch(polygon("B"), polygon("A"), submissions=(filing("A"), filing("Z")))
    told = ledger_of(there)
    assert [(e.polygon_id, e.cells, e.status) for e in told.entries] == [
        ("A", ("A", "合法"), None),
        ("B", (), None),
    ]


def test_a_group_finding_shows_on_each_member_and_the_worst_decides() -> None:
    there = batch(polygon("A"), polygon("B"), submissions=(filing("A"), filing("B")))
    doubt = finding("DQ06", "A", status=Status.DOUBTFUL)
    told = ledger_of(there, finding("PH01", "A", "B"), doubt)
    assert [e.status for e in told.entries] == [Status.INCONSISTENT, Status.INCONSISTENT]
    assert told.entries[0].grounds.zh == "PH01 PH01的话\nDQ06 DQ06的话"
    assert told.count(Status.INCONSISTENT) == 2


def test_the_filed_call_stays_and_the_proposal_stands_beside_it() -> None:
    there = batch(polygon("A"), submissions=(filing("A", Call.PSEUDO_CHANGE),))
    told = ledger_of(there, finding("CL01", "A", proposed=Call.ILLEGAL)).entries[0]
    assert told.cells == ("A", "实地伪变化")
    assert told.proposed is Call.ILLEGAL


def test_duties_come_from_the_countys_ledger_and_are_never_invented() -> None:
    there = batch(
        polygon("A"), polygon("B"), ledger=(row("Ａ", extended_deadline=date(2023, 6, 1)),)
    )
    first, second = ledger_of(there).entries
    assert (first.responsible_unit, first.deadline) == ("甲镇政府", date(2023, 6, 1))
    assert (second.responsible_unit, second.deadline, second.responsible_person) == ("", None, "")


def test_what_this_audit_contradicts_must_enter_the_ledger_once() -> None:
    there = batch(polygon("A"), polygon("B"), polygon("C"), ledger=(row("B"),))
    told = ledger_of(
        there,
        finding("CL01", "A"),
        finding("PH01", "A", "B"),
        finding("PH04", "C", status=Status.UNSUPPORTED),
    )
    assert [(r.polygon_id, r.standing) for r in told.rectification] == [
        ("B", "在册"),
        ("A", "应纳入"),
    ]
    assert told.rectification[1].problem == "CL01的话\nPH01的话"


def test_a_row_that_names_another_batch_does_not_answer_for_this_one() -> None:
    there = batch(polygon("A"), ledger=(row("A", batch="2022Q2"),))
    told = ledger_of(there, finding("CL01", "A"))
    assert [(r.batch, r.standing) for r in told.rectification] == [
        ("2022Q2", "在册"),
        ("2022Q4", "应纳入"),
    ]


def test_ledger_rows_of_polygons_not_issued_here_carry_their_findings() -> None:
    late = finding("RL03", related=(Related("ledger", "X9"),))
    told = ledger_of(batch(polygon("A"), ledger=(row("X9"),)), late)
    assert told.rectification[0].findings == (late.id,)


def test_duty_list_puts_lines_without_a_unit_first_and_counts_what_is_open() -> None:
    there = batch(
        polygon("A"),
        ledger=(
            row("A", deadline=date(2022, 12, 1)),
            row("B", deadline=date(2022, 12, 31)),
            row("C", closed=True, closed_date=date(2022, 12, 30)),
            row("D", closed=True, closed_date=date(2023, 1, 2)),
            row("E", responsible_unit=""),
        ),
    )
    nobody, unit = ledger_of(there).duties
    assert (nobody.responsible_unit, nobody.polygons, nobody.blanks) == ("", ("E",), 1)
    # Due on the day itself is not overdue; a closing after the day is still open.
    assert (unit.open, unit.overdue, unit.closed, unit.blanks) == (3, 1, 1, 0)


def test_townships_count_what_the_audit_contradicts_and_what_is_overdue() -> None:
    there = batch(
        polygon("A", township="甲镇"),
        polygon("B", township="乙镇"),
        polygon("C", township="乙镇"),
        ledger=(row("B", source="群众举报", deadline=date(2022, 12, 1)),),
    )
    told = ledger_of(there, finding("CL01", "B")).townships
    assert [(t.township, t.issued, t.inconsistent, t.overdue, t.sources) for t in told] == [
        ("乙镇", 2, 1, 1, (("群众举报", 1),)),
        ("甲镇", 1, 0, 0, ()),
    ]


def test_two_of_the_eight_are_counted_and_the_others_are_left_to_people() -> None:
    there = batch(
        polygon("A"),
        submissions=(filing("A", Call.ILLEGAL), filing("Z", Call.ILLEGAL)),
        ledger=(row("A", closed=True),),
    )
    assert [one.count for one in ledger_of(there).eight] == [
        1,
        1,
        None,
        None,
        None,
        None,
        None,
        None,
    ]


def test_correcting_twice_changes_nothing() -> None:
    there = batch(polygon("A"), submissions=(filing("A"),))
    found = finding("CL01", "A")
    assert ledger_of(there, found) == ledger_of(there, found)


def test_townships_are_ranked_by_polygons_first_and_each_count_has_its_place() -> None:
    there = batch(
        *(polygon(name, township="甲镇") for name in "ABC"),
        *(polygon(name, township="乙镇") for name in "DEF"),
        polygon("G", township="丙镇"),
    )
    told = ledger_of(
        there,
        finding("CL01", "D"),
        finding("RL05", "G"),
        finding("RL05", "A", status=Status.DOUBTFUL),
    ).townships
    assert [(t.township, t.issued, t.inconsistent, t.relapsed, t.ranks) for t in told] == [
        ("乙镇", 3, 1, 0, (1, 1, None, None)),
        ("甲镇", 3, 0, 0, (1, None, None, None)),
        ("丙镇", 1, 1, 1, (3, 1, None, 1)),
    ]
    assert [t.may_have_relapsed for t in told] == [0, 1, 0]


def test_leads_are_counted_by_kind_once_a_polygon() -> None:
    rows = [
        ("A", "省督查组交办"),
        ("A", "专项督导"),
        ("B", "群众举报"),
        ("C", "网络舆情"),
        ("C", "例行巡查"),
    ]
    there = batch(
        *(polygon(name, township="甲镇") for name in "ABC"),
        ledger=tuple(row(name, source=source) for name, source in rows),
    )
    (told,) = ledger_of(there).townships
    assert told.leads == (("督查", 1), ("举报", 1), ("舆情", 1), ("其他", 1))


def test_a_unit_is_told_what_is_left_what_is_late_and_what_must_enter() -> None:
    there = batch(
        polygon("A"),
        polygon("B"),
        polygon("C"),
        ledger=(
            row("A", deadline=date(2022, 12, 1), transfer="移送公安〔2022〕3号"),
            row("B", deadline=date(2023, 3, 1)),
        ),
    )
    nobody, unit = ledger_of(there, finding("CL01", "C")).duties
    assert (nobody.entering, nobody.left, nobody.next_due) == (1, ("C",), None)
    assert (unit.left, unit.late, unit.transferred) == (("A", "B"), ("A",), 1)
    assert unit.next_due == date(2022, 12, 1)


def test_what_another_rule_said_of_a_polygon_is_not_said_again() -> None:
    def said(rule: str, zh: str, en: str, *ids: str) -> Finding:
        sure = (Severity.HIGH, Confidence.LIKELY, Words(zh, en))
        return Finding("2022Q4", rule, "slug", ids or ("A",), Status.INCONSISTENT, *sure)

    there = batch(polygon("A"), polygon("B"))
    told = ledger_of(
        there,
        said("CL04", "没有许可证；新增裸地占 0.44；（甲；乙）", "no licence; bare ground grew"),
        said("LE03", "下发 2 次；新增裸地占 0.44；（甲；丙）", "issued twice; bare ground grew"),
        said("PH01", "用于 2 个图斑：A、B；文件相同", "serves A and B; same file", "A", "B"),
        said("PH01", "用于 2 个图斑：A、C；文件相同", "serves A and C; same file"),
        said("RL06", "新增裸地占 0.44", "bare ground grew"),
    )
    zh = told.entries[0].grounds.zh.split("\n")
    assert zh == [
        "CL04 没有许可证；新增裸地占 0.44；（甲；乙）",
        "LE03 下发 2 次；（甲；丙）",
        "PH01 用于 2 个图斑：A、B；文件相同",
        "PH01 用于 2 个图斑：A、C；文件相同",  # one rule, two things: each is said whole
        "RL06 新增裸地占 0.44",  # nothing else would be left
    ]
    assert told.entries[0].grounds.en.split("\n")[1] == "LE03 issued twice"
    # Where it is listed it stands whole, and of B nothing was left out.
    assert told.problems[1].finding.message.zh.startswith("下发 2 次；新增裸地占 0.44")
    assert told.entries[1].grounds.zh == "PH01 用于 2 个图斑：A、B；文件相同"


def eight_of(there: Any, *findings: Finding) -> list[Any]:
    return [one.count for one in ledger_of(there, *findings).eight[:2]]


def test_only_closed_rows_of_this_batch_that_nothing_speaks_against_count_as_rectified() -> None:
    done: dict[str, Any] = {"closed": True, "closed_date": date(2022, 12, 20)}
    there = batch(
        polygon("A"),
        polygon("B"),
        ledger=(
            row("A", **done),
            row("B", **done),
            row("C", batch="2022Q3", **done),
            row("D"),
        ),
    )
    doubt = finding("RL04", "B", status=Status.UNSUPPORTED, related=(Related("ledger", "B", None),))
    assert eight_of(there)[0] == 2
    assert eight_of(there, doubt)[0] == 1
    assert "另有 1 行" in ledger_of(there, doubt).eight[0].note.zh
    accepted = replace(doubt, suppressed=Suppression("验收人已补", "李四", "2023-12-31"))
    assert eight_of(there, accepted)[0] == 2


def test_a_polygon_that_was_split_counts_once_as_struck() -> None:
    parts = (
        polygon("A"),
        polygon("A-1", parent_polygon_id="Ａ"),
        polygon("A-1-1", parent_polygon_id="A-1"),
        polygon("C", parent_polygon_id="2022S3"),
        polygon("D", parent_polygon_id="2022S3"),
        polygon("E"),
    )
    filed = tuple(filing(one.id, Call.ILLEGAL) for one in parts)
    there = batch(*parts, submissions=filed)
    assert eight_of(there)[1] == 3
    assert "只计一次" in ledger_of(there).eight[1].note.zh
    assert families({"A": "B", "B": "A"}).keys() == {"A", "B"}  # a circle ends
