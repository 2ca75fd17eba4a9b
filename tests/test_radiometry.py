from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.ground_worlds import CRS, FOUR, pair, texture, write
from yanhu_satcheck.raster import Window, open_pair
from yanhu_satcheck.raster.ground import view
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.radiometry import line, relate

Floats = NDArray[np.float32]
GAIN, OFFSET = 1.08, -0.012  # what the after sensor does to every band


def fields(harvested: float, n: int = 20_000) -> tuple[Floats, Floats]:
    """Soil, rock and crops (p, n) on two dates; a share of the crops is harvested in between."""
    random = np.random.default_rng(5)
    soil = np.array([0.08, 0.11, 0.15, 0.22])[:, None] * random.uniform(0.6, 1.6, n // 4)
    crop = np.array([0.03, 0.06, 0.04, 0.40])[:, None] * random.uniform(0.8, 1.2, n - n // 4)
    bare = np.array([0.07, 0.10, 0.13, 0.20])[:, None] * random.uniform(0.8, 1.2, n - n // 4)
    gone = random.random(n - n // 4) < harvested
    before, after = np.hstack([soil, crop]), np.hstack([soil, np.where(gone, bare, crop)])
    noise = [0.002 * random.standard_normal(before.shape) for _ in range(2)]
    return (before + noise[0]).astype(np.float32), ((after + noise[1]) * GAIN + OFFSET).astype(
        np.float32
    )


@pytest.mark.parametrize("harvested", [0.0, 0.5, 1.0])
def test_the_harvest_is_not_taken_for_haze(harvested: float) -> None:
    before, after = fields(harvested)
    level = relate(before, after, FOUR, calibrated=True)
    assert level.fitted
    for gain, offset in level.gains:
        assert gain == pytest.approx(1 / GAIN, abs=0.05)
        assert offset == pytest.approx(-OFFSET / GAIN, abs=0.01)


def test_without_the_guard_on_green_the_same_fit_would_lock_onto_the_crop() -> None:
    before, after = fields(1.0)
    gain, *_ = line(after[3].astype(float), before[3].astype(float))
    assert abs(gain * GAIN - 1) > 0.3


def test_too_little_stable_ground_leaves_the_image_as_it_is_and_says_so() -> None:
    before, after = (stack[:, -9000:] for stack in fields(0.0))  # crops only
    level = relate(before, after, FOUR, calibrated=True)
    assert not level.fitted
    assert set(level.gains) == {(1.0, 0.0)}
    assert "stable cells" in level.says.en
    assert "稳定像元" in level.says.zh


def test_a_gain_that_no_atmosphere_makes_is_not_applied() -> None:
    before, _ = fields(0.0)
    after = (before * 3).astype(np.float32)
    after[3] = after[2] * 1.2  # low green on this date, too
    assert not relate(before, after, FOUR, calibrated=True).fitted


def test_digital_numbers_of_an_orthophoto_are_levelled_band_by_band(tmp_path: Path) -> None:
    base = np.stack(
        [110 + 25 * texture((400, 400), 60) + 6 * texture((400, 400), i) for i in range(3)]
    )
    after = base * np.array([0.8, 0.9, 1.1])[:, None, None] + np.array([20, 5, -10])[:, None, None]
    one, two = (np.clip(np.rint(s), 1, 253).astype(np.uint8) for s in (base, after))
    scene = pair(
        write(tmp_path / "before.tif", one, cell=0.8),
        write(tmp_path / "after.tif", two, cell=0.8),
        ("red", "green", "blue"),
    )
    fit = survey(scene, [], CRS)
    assert fit.gains["red"][0] == pytest.approx(1 / 0.8, abs=0.03)
    assert fit.gains["green"][0] == pytest.approx(1 / 0.9, abs=0.03)
    assert fit.gains["blue"][0] == pytest.approx(1 / 1.1, abs=0.03)
    assert fit.mask_estimated


def test_where_nothing_can_be_levelled_change_is_still_told_from_its_like(tmp_path: Path) -> None:
    """Crops only: the fit is refused, the after image stays brighter, and the pit still shows."""
    light = np.exp(0.12 * texture((300, 300), 8))
    crop = np.array([0.03, 0.06, 0.04, 0.40])[:, None, None] * light
    rock = np.array([0.22, 0.25, 0.28, 0.31])[:, None, None] * light
    noise = 0.003 * np.random.default_rng(1).standard_normal((2, 4, 300, 300))
    before, after = crop + noise[0], crop * 1.15 + 0.02 + noise[1]
    after[:, 100:130, 60:90] = (rock * 1.15 + 0.02)[:, 100:130, 60:90]
    files = [
        write(tmp_path / f"{i}.tif", np.rint(s * 1e4).astype(np.uint16))
        for i, s in enumerate((before, after))
    ]
    scene = pair(files[0], files[1], FOUR, scale=1e-4)
    fit = survey(scene, [], CRS)
    assert fit.radiometry is not None
    assert "no relative radiometric correction" in fit.radiometry.en
    with open_pair(scene, fit.undone) as reader:
        *_, seen = view(reader, Window(0, 0, 300, 300), fit.model)
    pit = np.zeros((300, 300), bool)
    pit[102:128, 62:88] = True
    assert seen.changed[pit].mean() > 0.8
    assert seen.bare[1][pit].mean() > 0.99
    around = np.ones((300, 300), bool)
    around[95:135, 55:95] = False
    assert seen.changed[around].mean() < 0.02
    assert seen.newly_bare[around].mean() < 0.01
