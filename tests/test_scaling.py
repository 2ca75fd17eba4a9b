"""Numbers that were shifted or stretched before they came: recognised, and haze is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.ground_worlds import CRS, SIX, pair, texture, write
from yanhu_satcheck.scene import SceneFit, ScenePair
from yanhu_satcheck.survey import survey

SIZE = 240
SOIL = np.array([0.08, 0.11, 0.15, 0.22, 0.28, 0.24])
CROP = np.array([0.03, 0.06, 0.04, 0.40, 0.20, 0.10])
WATER = np.array([0.02, 0.02, 0.01, 0.008, 0.004, 0.003])
HAZE = np.array([0.10, 0.08, 0.06, 0.03, 0.01, 0.005])  # path radiance of a thick aerosol


def land(harvested: bool) -> NDArray[np.float64]:
    """Reflectance (6, h, w): fields, some bare, a lake; detail that both dates share."""
    soil = np.kron(np.random.default_rng(2).random((15, 15)) < 0.3, np.ones((16, 16))) > 0
    ground = np.where(soil, SOIL[:, None, None], (SOIL if harvested else CROP)[:, None, None])
    ground = ground * np.exp(0.15 * texture((SIZE, SIZE), 11))
    ground[:, 100:150, 40:120] = WATER[:, None, None]
    return np.asarray(ground)


def scene(
    folder: Path,
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    offsets: tuple[float, float],
) -> ScenePair:
    """Both dates as Sentinel-2 stores them; `offsets` are those declared."""
    noise = np.random.default_rng(3).standard_normal((2, 6, SIZE, SIZE)) * 0.002
    files = [
        write(folder / f"{i}.tif", np.clip(np.rint((s + n) * 1e4), 1, 20000).astype(np.uint16))
        for i, (s, n) in enumerate(zip((first, second), noise, strict=True))
    ]
    made = pair(files[0], files[1], SIX, scale=1e-4)
    one, two = (
        replace(image, offset=offset)
        for image, offset in zip((made.before, made.after), offsets, strict=True)
    )
    return ScenePair("scene-1", one, two)


def offsets(fit: SceneFit) -> tuple[float, float]:
    return fit.pair.before.offset, fit.pair.after.offset


@pytest.mark.parametrize("harvested", [False, True])
@pytest.mark.parametrize("later", [False, True])
def test_an_undeclared_offset_of_a_thousand_is_taken_off_the_date_that_has_it(
    tmp_path: Path, later: bool, harvested: bool
) -> None:
    first, second = land(False) + 0.1 * (not later), land(harvested) + 0.1 * later
    fit = survey(scene(tmp_path, first, second, (0.0, 0.0)), [], CRS)
    assert offsets(fit) == pytest.approx((-0.1 * (not later), -0.1 * later))
    assert fit.radiometry is not None
    assert "+1000" in fit.radiometry.en
    assert ("after" if later else "before") in fit.radiometry.en
    assert "未声明" in fit.radiometry.zh
    for gain, offset in fit.gains.values():
        assert gain == pytest.approx(1, abs=0.05)
        assert offset == pytest.approx(0, abs=0.01)


def test_an_offset_declared_where_there_is_none_is_undone(tmp_path: Path) -> None:
    fit = survey(scene(tmp_path, land(False), land(True), (0.0, -0.1)), [], CRS)
    assert offsets(fit) == pytest.approx((0.0, 0.0))
    assert fit.radiometry is not None
    assert "undone" in fit.radiometry.en


@pytest.mark.parametrize("kind", ["declared", "haze", "fog", "none", "bright"])
def test_what_only_looks_like_it_is_left_as_declared(tmp_path: Path, kind: str) -> None:
    first, second, declared = land(False), land(True), (0.0, 0.0)
    if kind == "declared":
        second, declared = second + 0.1, (0.0, -0.1)
    elif kind == "haze":
        second = second * 0.85 + HAZE[:, None, None]
    elif kind == "fog":  # the same in every band, but it takes contrast away
        second = second * 0.6 + 0.1
    elif kind == "bright":  # no dark ground on the later date: the lake is dry and white
        second[:, 100:150, 40:120] = 0.3
        second = np.maximum(second, 0.05)
    fit = survey(scene(tmp_path, first, second, declared), [], CRS)
    assert offsets(fit) == declared
    assert fit.radiometry is None or "1000" not in fit.radiometry.en


def numbers(contrast: float, floor: float) -> NDArray[np.uint8]:
    field = np.stack([texture((SIZE, SIZE), 60 + i) + texture((SIZE, SIZE), 50) for i in range(3)])
    return np.clip(np.rint(field * contrast + floor), 0, 255).astype(np.uint8)


def test_a_picture_stretched_for_display_is_noticed_and_an_ordinary_one_is_not(
    tmp_path: Path,
) -> None:
    plain = write(tmp_path / "plain.tif", numbers(14, 110), nodata=None)
    cut = write(tmp_path / "cut.tif", np.maximum(numbers(75, 128), 1))
    gaps = write(tmp_path / "gaps.tif", (numbers(7, 60) * 2).astype(np.uint8))
    bands = ("red", "green", "blue")
    for other, there in ((cut, True), (gaps, True), (plain, False)):
        fit = survey(pair(plain, other, bands), [], CRS)
        assert fit.radiometry is not None
        assert ("stretched for display (after)" in fit.radiometry.en) == there
        assert ("显示拉伸" in fit.radiometry.zh) == there
