"""Overlaps, neighbours, families, papers: each in numbers that can be done in the head."""

from datetime import date
from typing import Any

import pytest
from shapely.geometry.base import BaseGeometry

from tests.make import NoPast, batch, filing, licence, polygon, row, square
from yanhu_satcheck.batch import Approval, Hazard
from yanhu_satcheck.correct import correct
from yanhu_satcheck.finding import Finding, Judgement
from yanhu_satcheck.past import EarlierOverlap, EarlierPolygon
from yanhu_satcheck.relate import relate
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words, fold


def test_an_overlap_is_told_by_its_area_and_its_share_of_the_smaller() -> None:
    (told,) = relate(
        batch(polygon("A", square(0, 0)), polygon("B", square(50, 0, 100, 50)))
    ).overlaps
    assert (told.polygon_ids, told.sliver) == (("A", "B"), False)
    assert told.area_m2 == pytest.approx(2500)
    assert told.share == pytest.approx(0.5)


@pytest.mark.parametrize(("width", "sliver"), [(1.9, True), (2.1, False)])
def test_two_metres_are_the_hand_that_drew_them(width: float, sliver: bool) -> None:
    told = relate(batch(polygon("A", square(0, 0)), polygon("B", square(100 - width, 0)))).overlaps
    assert [o.sliver for o in told] == [sliver]


def test_touching_is_no_overlap_and_a_neighbour() -> None:
    told = relate(batch(polygon("A", square(0, 0)), polygon("B", square(100, 0))))
    assert told.overlaps == ()
    assert told.neighbours == {("A", "B")}


@pytest.mark.parametrize(("gap", "near"), [(300, True), (301, False)])
def test_neighbours_end_at_300_metres(gap: float, near: bool) -> None:
    told = relate(batch(polygon("A", square(0, 0)), polygon("B", square(100 + gap, 0))))
    assert (("A", "B") in told.neighbours) is near


def test_parent_and_children_are_family_however_far() -> None:
    told = relate(
        batch(
            polygon("A", square(0, 0)),
            polygon("B", square(5000, 0), parent_polygon_id="ａ"),
            polygon("C", square(0, 9000), parent_polygon_id="A"),
        )
    )
    assert told.neighbours == {("A", "B"), ("A", "C"), ("B", "C")}


def test_licences_in_force_cover_together_and_others_do_not() -> None:
    permits = (
        licence("C1", square(0, 0, 50, 100)),
        licence("C2", square(50, 0, 30, 100)),
        licence("C3", square(0, 0, 100), valid_to=date(2022, 6, 30)),
    )
    there = batch(
        polygon("A", square(0, 0), after_date=date(2022, 11, 12)),
        permits=permits,
        submissions=(filing("A", permit_no=" c3 "),),
    )
    told = relate(there)
    assert told.licensed_share["A"] == pytest.approx(0.8)
    links = {link.permit.permit_no: (link.share_inside, link.named) for link in told.licences["A"]}
    assert links == {"C1": (0.5, False), "C2": (pytest.approx(0.3), False), "C3": (1.0, True)}


def test_a_layer_that_is_not_supplied_leaves_the_share_unknown() -> None:
    there = batch(polygon("A", square(0, 0)), not_supplied=frozenset({"permits"}))
    assert "A" not in relate(there).licensed_share


def test_a_project_counts_within_its_term() -> None:
    project = Approval("P1", "P1", "公路", date(2022, 1, 1), date(2022, 12, 1), square(0, 0), 2)
    ground = square(0, 0)
    there = batch(
        polygon("A", ground, after_date=date(2022, 12, 1)),
        polygon("B", ground, after_date=date(2022, 12, 2)),
        projects=(project,),
    )
    assert relate(there).approved_share == {"A": 1.0, "B": 0.0}


def test_hazard_points_come_nearest_first_and_end_at_a_kilometre() -> None:
    points = tuple(
        Hazard(ref, "滑坡", square(100 + away, 0, 1), 2)
        for ref, away in (("far", 1001), ("near", 10), ("edge", 1000))
    )
    told = relate(batch(polygon("A", square(0, 0)), hazards=points)).hazards["A"]
    assert [(ref, round(away)) for ref, away in told] == [("near", 10), ("edge", 1000)]


def test_areas_are_geodesic_and_agree_with_the_plane_to_a_thousandth() -> None:
    told = relate(batch(polygon("A", square(0, 0, 1000)))).area_m2
    assert told["A"] == pytest.approx(1e6, rel=1e-3)


def test_a_polygon_without_an_outline_is_left_out_and_not_lost() -> None:
    told = relate(
        batch(polygon("A"), permits=(licence("C1"),), submissions=(filing("A", permit_no="C1"),))
    )
    assert [(link.named, link.share_inside) for link in told.licences["A"]] == [(True, None)]
    assert told.area_m2 == {}


def test_one_cell_may_name_several_licences() -> None:
    permits = (licence("C1"), licence("C2"), licence("C3"))
    there = batch(polygon("A"), permits=permits, submissions=(filing("A", permit_no="C1、c3"),))
    assert [link.permit.permit_no for link in relate(there).licences["A"]] == ["C1", "C3"]


class Remembers(NoPast):
    """A past that holds what it is told, and counts what it is asked."""

    def __init__(self, *polygons: EarlierPolygon) -> None:
        self.polygons, self.asked = polygons, 0

    def overlapping(self, lonlat: BaseGeometry, before: str) -> tuple[EarlierOverlap, ...]:
        self.asked += 1
        return tuple(EarlierOverlap(one, 5000.0, 0.5, False) for one in self.polygons)

    def contradicted(self, before: str) -> tuple[EarlierPolygon, ...]:
        return self.polygons

    def latest(self, key: str, before: str) -> str | None:
        return max((one.batch for one in self.polygons if one.key == key), default=None)


def then(number: str, batch_id: str = "2022Q3", **more: Any) -> EarlierPolygon:
    return EarlierPolygon(batch_id, number, fold(number), square(0, 0), Call.ILLEGAL, **more)


def test_the_past_is_asked_once_a_polygon_that_has_an_outline() -> None:
    past = Remembers(then("E1"))
    told = relate(batch(polygon("A", square(0, 0)), polygon("B", square(9, 0)), polygon("C")), past)
    assert past.asked == 2
    assert {id: [o.polygon.polygon_id for o in met] for id, met in told.earlier.items()} == {
        "A": ["E1"],
        "B": ["E1"],
    }
    assert relate(batch(polygon("A", square(0, 0)))).earlier == {}


@pytest.mark.parametrize(
    ("here", "earlier", "family"),
    [
        ({}, {"number": "E1"}, False),
        ({"parent_polygon_id": "ｅ1"}, {"number": "E1"}, True),
        ({}, {"number": "E1", "parent_polygon_id": "a"}, True),
        ({"prev_polygon_id": "E1"}, {"number": "E1"}, False),  # it is E1 again, not its child
        ({"prev_polygon_id": "E0"}, {"number": "E1", "parent_polygon_id": "E0"}, True),
        ({"prev_polygon_id": "E2"}, {"number": "E1"}, True),  # E2, below, is a child of E1
        ({"parent_polygon_id": "X"}, {"number": "E1", "parent_polygon_id": "X"}, False),
    ],
)
def test_parents_and_children_are_known_across_batches(
    here: dict[str, str], earlier: dict[str, str], family: bool
) -> None:
    child = then("E2", parent_polygon_id="E1")
    past = Remembers(then(**earlier), child)
    told = relate(batch(polygon("A", square(0, 0), **here)), past).earlier["A"]
    assert told[0].family is family


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"number": "E1", "batch": "2022q3 "}, ["2022Q3"]),
        ({"number": "E1", "batch": "2022Q2"}, ["2022Q2"]),
        ({"number": "E1"}, ["2022Q3"]),  # blank: the latest earlier batch with that number
        ({"number": "E1", "batch": "2022Q4"}, []),  # this batch
        ({"number": "A"}, []),  # issued here: this batch
        ({"number": "other"}, []),
    ],
)
def test_rows_of_this_ledger_that_speak_of_earlier_polygons(
    told: dict[str, str], known: list[str]
) -> None:
    past = Remembers(then("E1", "2022Q2"), then("E1"), then("A"))
    there = batch(polygon("A", square(0, 0)), ledger=(row(**told),))
    found = relate(there, past)
    for polygons in (found.contradicted, [one.polygon for one in found.earlier["A"]]):
        assert [one.batch for one in polygons if one.ledger] == known


def test_an_earlier_ledger_s_rows_stay_and_come_first() -> None:
    past = Remembers(then("E1", ledger=(row("E1", problem="then"),)))
    there = batch(polygon("A"), ledger=(row("E1", batch="2022Q3", problem="now"),))
    (one,) = relate(there, past).contradicted
    assert [r.problem for r in one.ledger] == ["then", "now"]


@pytest.mark.parametrize(
    ("written", "own"), [("", 1), (" 2022q4", 1), ("２０２２Ｑ４", 1), ("2022Q3", 0)]
)
def test_a_row_is_of_this_batch_however_it_writes_it(written: str, own: int) -> None:
    """What names this batch in lower case or full width was taken for another batch's row."""
    there = batch(polygon("A"), ledger=(row("A", batch=written),))
    assert len(there.own_rows().get("A", ())) == own
    (line, *_) = correct(Judgement(()), there, {}).rectification
    assert line.standing == "在册"
    assert [line.polygon_id for line in correct(judged(), there, {}).rectification] == (
        ["A"] if own else ["A", "A"]
    )


def judged() -> Judgement:
    """A contradiction of polygon A: it must enter the ledger where it has no row."""
    says = Words("不符", "not so")
    grade = (Status.INCONSISTENT, Severity.HIGH, Confidence.LIKELY)
    return Judgement((Finding("2022Q4", "CL01", "x", ("A",), *grade, says),))


@pytest.mark.parametrize(
    "written",
    ["运政土批（2022）88号", "运政土批〔2022〕88号", "运政土批[2022] 88", "甲、运政土批(2022)88号"],
)
def test_an_approval_is_known_whatever_its_brackets(written: str) -> None:
    one = polygon("A1", square(0, 0))
    project = Approval("运政土批（2022）88号", "x", "", None, None, square(0, 0), 2)
    made = batch(
        one,
        submissions=(filing("A1", Call.CONSTRUCTION, approval_no=written),),
        projects=(project,),
    )
    [link] = relate(made).approvals["A1"]
    assert link.named
