"""Overlaps, neighbours, families, papers: each in numbers that can be done in the head."""

from datetime import date

import pytest

from tests.make import batch, filing, licence, polygon, square
from yanhu_satcheck.batch import Approval, Hazard
from yanhu_satcheck.relate import relate


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
