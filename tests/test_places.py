"""What size decides: how places differ, what a fall proves alone; and water without a scale."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure.chance import by_error
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.measure.spectral.seen import Seen
from yanhu_satcheck.measure.spectral.surface import water
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.spectra import Cover
from yanhu_satcheck.survey.model import PLACES, places, squares
from yanhu_satcheck.terms import Words

FEW = Chance(None, 0, 30, 30.0, Words("过少", "too few"))


def net(fall_m: float, sigma_m: float, area_m2: float = 10_000.0) -> Measured:
    return Measured(-fall_m * area_m2, sigma_m * area_m2, 2500, "m³")


def test_places_of_every_size_are_the_squares_of_that_size() -> None:
    random = np.random.default_rng(5)
    layers = random.normal(size=(2, 200, 150)).astype(np.float32)
    usable = random.random((200, 150)) < 0.9
    for side, means in zip(PLACES, places(list(layers), usable), strict=True):
        assert np.sort(means) == pytest.approx(np.sort(squares(layers, usable, side)), abs=1e-5)


@pytest.mark.parametrize(("side", "sd"), [(4, 0.4), (8, 0.4), (16, 0.2), (24, 3.2 / 24), (90, 0.1)])
def test_a_figure_errs_as_places_of_the_polygons_size_do(side: int, sd: float) -> None:
    """Places of 8, 16, 32 cells differ by 0.4, 0.2, 0.1: one over the side; flat outside."""
    cells = cells_of(np.ones((side, side), np.float32), np.ones((side, side), dtype=bool))
    model = SimpleNamespace(
        place_sd={"lost": np.array([[0.4], [0.2], [0.1]])}, place_px=(8.0, 16.0, 32.0)
    )
    look = SimpleNamespace(kind=np.zeros((side, side), np.uint8))
    seen = SimpleNamespace(model=model, look=look, cells=cells)
    told = Seen.place_sd(cast(Seen, seen), "lost")
    assert told == pytest.approx(sd, rel=1e-6)


def test_where_places_are_few_a_fall_of_metres_proves_itself_by_its_error() -> None:
    told = by_error(FEW, net(8.0, 0.2), 10_000.0)
    assert told is not None
    assert told.p == pytest.approx(1 / (1 + 25**2))  # 5 m beyond what plants would leave
    assert "25" in told.says.en


@pytest.mark.parametrize("fell", [net(2.9, 0.01), net(-8.0, 0.2), None])
def test_what_plants_would_leave_and_what_rose_prove_nothing(fell: Measured | None) -> None:
    assert by_error(FEW, fell, 10_000.0) == FEW


def test_stable_ground_is_asked_where_there_is_enough_of_it() -> None:
    asked = Chance(0.4, 10, 24, 300.0, Words("", "by places"))
    assert by_error(asked, net(8.0, 0.2), 10_000.0) == asked
    assert by_error(None, net(8.0, 0.2), 10_000.0) is None


@pytest.mark.parametrize(
    ("name", "green", "infrared", "wet"),
    [
        ("a pond", 0.08, 0.03, True),
        ("woods in the shade", 0.06, 0.12, False),
        ("rock in the shade", 0.07, 0.10, False),
        ("a dust net", 0.12, 0.13, False),
    ],
)
def test_in_numbers_without_a_scale_water_is_darker_than_a_summers_darkest_land(
    name: str, green: float, infrared: float, wet: bool
) -> None:
    """The least infrared of a green summer scene is its land's: 0.12, twice its least green."""
    cover = Cover(("green", "red", "nir"), (0.06, 0.05, 0.12), 0.3, 0.38, 0.20, False)
    stack = np.array([green, 0.07, infrared], np.float32)[:, None, None]
    assert bool(water(stack, cover)[0, 0]) is wet, name
