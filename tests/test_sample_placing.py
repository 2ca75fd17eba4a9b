"""A case is planted on ground of its own, shown by the images meant for it, or not at all."""

from copy import deepcopy

import pytest
from shapely.geometry import Point, box

from yanhu_satcheck.sample import parcels, placing
from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.happenings import Happening
from yanhu_satcheck.sample.plan import CASES
from yanhu_satcheck.sample.quarter import Quarter

CASE = {one.key: one for one in CASES}


def at(x: float, y: float, radius: float = 40.0) -> Happening:
    return Happening((), Point(x, y).buffer(radius), x, y)


def test_the_two_metre_window_leaves_out_what_it_may_not_show(made: Quarter) -> None:
    ground = deepcopy(made.ground)
    ground.place_fine()
    best = ground.fine
    inside = Point(best.west + 500.0, best.north - 100.0).buffer(30.0)
    ground.place_fine([inside])
    assert ground.fine != best
    assert not box(*ground.fine.bounds).intersects(inside)
    with pytest.raises(ValueError, match="no two-metre window"):
        ground.place_fine([Point(best.west + 500.0, best.north).buffer(1e4)])


def test_no_case_is_put_on_another_s_ground() -> None:
    done = {"stubble": at(0.0, 0.0)}
    assert placing._trespasses(CASE["terraces"], at(79.0, 0.0), done)
    assert placing._trespasses(CASE["terraces"], at(82.0, 0.0), done)  # hands are not that steady
    assert not placing._trespasses(CASE["terraces"], at(84.0, 0.0), done)
    # What is drawn beside a case needs its room as well: kid2 lies east of kid1.
    assert placing._trespasses(CASE["kid1"], at(-110.0, 0.0), done)
    assert not placing._trespasses(CASE["kid1"], at(110.0, 0.0), done)


def test_no_orthophoto_shows_what_no_scene_may() -> None:
    done = {"colour": at(0.0, 0.0)}
    west = Grid.small(0.0, 0.0).bounds[0]
    assert placing._trespasses(CASE["nowhere"], at(west - 30.0, 0.0), done)
    assert not placing._trespasses(CASE["nowhere"], at(west - 60.0, 0.0), done)
    assert not placing._trespasses(CASE["snowed"], at(west - 30.0, 0.0), done)


def test_polygons_that_were_not_meant_to_overlap_are_refused() -> None:
    drawn = {"kid1": box(0, 0, 50, 50), "stubble": box(40, 0, 90, 50)}
    with pytest.raises(ValueError, match="kid1 and stubble were drawn onto each other"):
        placing.apart(drawn)
    placing.apart({"conflict1": drawn["kid1"], "conflict2": drawn["stubble"]})
    placing.apart({"kid1": drawn["kid1"], "kid2": box(60, 0, 90, 50)})


def test_a_case_that_is_small_on_purpose_stays_so(made: Quarter) -> None:
    area = made.of("tiny").outline.area
    few = [
        parcels.fields(made.district, one.x, one.y, 0.12, "maize", "stubble|ploughed").area
        for one in made.issued
        if one.case.how.startswith("fields:maize") and "fine" not in one.case.zone
    ]
    assert all(1.15 * 1200.0 >= one > 0 for one in few)
    assert area < 20 * 100.0


def test_fields_leave_out_what_is_busy(made: Quarter) -> None:
    one = made.of("harvest1")
    busy = Point(one.x, one.y).buffer(60.0)
    free = parcels.fields(made.district, one.x, one.y, 2.4, "maize", "stubble|ploughed")
    rest = parcels.fields(made.district, one.x, one.y, 2.4, "maize", "stubble|ploughed", busy=busy)
    assert free.intersection(busy).area > 1000.0
    assert rest.intersection(busy).area < 0.1 * free.intersection(busy).area


def test_a_district_without_such_fields_says_so(made: Quarter) -> None:
    ground = deepcopy(made.ground)
    taken = list(ground.taken)
    with pytest.raises(ValueError, match=r"nowhere are 900\.0 ha of maize"):
        parcels.enough(made.district, ground, "field", 1.0, 900.0, "maize/stubble")
    assert ground.taken == taken
