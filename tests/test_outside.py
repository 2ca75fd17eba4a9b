"""The part of a polygon outside the licences: only what lies out beyond all error of position."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely import box
from shapely.geometry.base import BaseGeometry

from tests.ground_worlds import CRS, FOUR, batch_of, pair, texture, write
from tests.make import licence, square
from yanhu_satcheck.evidence import Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.outside import Outside, outside_of
from yanhu_satcheck.survey import survey

DAY = date(2022, 11, 12)
POLYGON: BaseGeometry = square(0, 0, 100)
SIDE = 240  # cells of 10 m
SHRUB, ROCK = (0.05, 0.08, 0.07, 0.28), (0.24, 0.27, 0.30, 0.33)


def ground(left: int, top: int, right: int, bottom: int) -> BaseGeometry:
    """A rectangle of the made pair, by its cells."""
    return box(
        500_000 + 10 * left, 3_900_000 - 10 * bottom, 500_000 + 10 * right, 3_900_000 - 10 * top
    )


PARTS = {"P1": ground(90, 90, 110, 140), "P2": ground(110, 90, 120, 140)}


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


@pytest.fixture(scope="module")
def quarry(tmp_path_factory: pytest.TempPathFactory) -> Measurement:
    """Shrub with three equal parts of one polygon: licensed, dug and licensed, dug and not."""
    folder, random = tmp_path_factory.mktemp("quarry"), np.random.default_rng(4)
    before = np.array(SHRUB)[:, None, None] * np.exp(0.12 * texture((SIDE, SIDE), 6))
    after = before.copy()
    rough = np.exp(0.2 * texture((SIDE, SIDE), 7, rough=0.6))
    after[:, 100:130, 110:130] = (np.array(ROCK)[:, None, None] * rough)[:, 100:130, 110:130]
    stacks = [
        np.clip((one + 0.003 * random.standard_normal(one.shape)) * 1e4, 1, 9999)
        for one in (before, after)
    ]
    paths = [
        write(folder / f"{n}.tif", one.astype(np.uint16))
        for n, one in zip(("before", "after"), stacks, strict=True)
    ]
    scene = replace(pair(paths[0], paths[1], FOUR, scale=1e-4), position_sigma_m=1.0)
    polygon = ground(100, 100, 130, 130)
    own, next_ = (licence(n, part) for n, part in PARTS.items())
    batch = replace(batch_of([scene], [polygon]), permits=(own, next_))
    fit = survey(scene, [polygon], CRS)
    (one, _), *rest = measure(batch, [fit], folder / "chips")
    assert not rest
    return one


def test_measure_tells_what_lies_outside_two_licences(quarry: Measurement) -> None:
    """A third of the polygon is in neither; margins push the licences into it by their errors."""
    out, view = quarry.outside, quarry.scene
    assert out is not None
    assert view is not None
    assert view.shift_px is not None
    margin = 1.96 * np.hypot(1.0, view.cell_m * view.shift_px.sigma)
    assert out.margin_m == pytest.approx(margin)
    assert out.area_m2 == pytest.approx((100 - margin) * 300, rel=1e-6)
    assert out.share == pytest.approx((100 - margin) / 300)
    assert out.permits == ("P1", "P2")


def test_only_the_part_outside_is_measured_there(quarry: Measurement) -> None:
    """Two thirds of the polygon were dug, and all of what lies outside."""
    out, whole = quarry.outside, quarry.change
    assert out is not None
    assert out.change is not None
    assert whole is not None
    assert whole.bare_gain.value == pytest.approx(2 / 3, abs=0.05)
    assert out.change.bare_gain.value == pytest.approx(1.0, abs=0.05)
    assert out.change.bare_gain.n == pytest.approx(out.area_m2 / 100, abs=1)
    assert out.cause is not None
    assert out.cause.told == "mining"
    assert out.chance is not None
    assert out.terrain is None
