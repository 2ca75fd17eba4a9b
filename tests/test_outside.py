"""The part of a polygon outside the licences: only what lies out beyond all error of position."""

from datetime import date

import pytest
from shapely.geometry.base import BaseGeometry

from tests.make import licence, square
from yanhu_satcheck.measure.outside import Outside, outside_of

DAY = date(2022, 11, 12)
POLYGON: BaseGeometry = square(0, 0, 100)


def found(*permits: object, image: float = 0.0, slip: float = 0.0) -> Outside | None:
    return outside_of(POLYGON, permits, DAY, image, slip)  # type: ignore[arg-type]


def test_half_a_polygon_lies_outside_a_licence_that_covers_the_other_half() -> None:
    out = found(licence("C1", square(-100, 0, 150, 100)))
    assert out is not None
    assert out.share == pytest.approx(0.5)
    assert out.margin_m == 0
    assert out.permits == ("C1",)


def test_errors_of_position_push_the_licence_out() -> None:
    own = licence("C1", square(-100, -100, 150, 300), position_sigma=3.0)
    out = found(own, image=4.0)
    assert out is not None
    assert out.margin_m == pytest.approx(1.96 * 5)
    assert out.ground.area == pytest.approx((50 - 9.8) * 100)
    assert found(own, image=20.0, slip=20.0) is None  # 55 m: nothing is surely outside


def test_licences_of_different_error_are_pushed_out_each_by_its_own() -> None:
    left = licence("L", square(-100, -100, 130, 300))
    right = licence("R", square(70, -100, 130, 300), position_sigma=5.0)
    out = found(left, right)
    assert out is not None
    assert out.ground.area == pytest.approx((40 - 9.8) * 100)
    assert out.permits == ("L", "R")


def test_no_licence_no_outside() -> None:
    assert found() is None
    assert found(licence("far", square(500, 0))) is None
    assert found(licence("drawn nowhere")) is None


def test_a_licence_that_had_run_out_covers_nothing_and_one_without_dates_might() -> None:
    old = {"valid_from": date(2010, 1, 1), "valid_to": date(2020, 1, 1)}
    assert found(licence("old", square(-100, 0, 150, 100), **old)) is None
    undated = {"valid_from": None, "valid_to": None}
    assert found(licence("?", square(-100, 0, 150, 100), **undated)) is not None
