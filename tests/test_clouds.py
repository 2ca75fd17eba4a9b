"""Cloud throws a shadow; new roofs and new water must not be taken for cloud and shadow."""

from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from scipy import ndimage

from tests.ground_worlds import SIX, real_pair, real_root, texture
from yanhu_satcheck.raster import Window, open_pair
from yanhu_satcheck.raster.spectra import Sky, hidden
from yanhu_satcheck.survey.cover import confirmed, sky

Floats = NDArray[np.float32]
SIZE, CELL = 300, 30.0
LAND = np.array([70.0, 55.0, 50.0, 80.0, 75.0, 50.0])


def ground() -> NDArray[np.float64]:
    """Digital numbers (6, h, w) of an 8-bit sensor."""
    return np.asarray(LAND[:, None, None] * np.exp(0.08 * texture((SIZE, SIZE), 21)))


def blobs(seed: int, share: float, rough: float = 2.2) -> NDArray[np.bool_]:
    field = texture((SIZE, SIZE), seed, rough)
    return np.asarray(field > np.quantile(field, 1 - share))


def lines(stack: NDArray[np.float64]) -> tuple[Floats, Sky]:
    numbers = np.clip(np.rint(stack), 1, 255).astype(np.float32)
    first = sky(numbers.reshape(6, 1, -1), SIX, False)
    return numbers, confirmed(first, [numbers], [np.ones((SIZE, SIZE), bool)], SIX, CELL)


def test_clouds_that_throw_shadows_are_hidden_with_them() -> None:
    stack, cloud = ground(), blobs(5, 0.06)
    shadow = ndimage.shift(cloud, (-22, -31), order=0) & ~cloud
    stack[:, shadow] *= 0.4
    stack[:, cloud] = 210
    numbers, line = lines(stack)
    assert line.clouds
    out = hidden(numbers, SIX, line)
    assert out[cloud].mean() > 0.97
    assert out[shadow].mean() > 0.9
    assert out[~cloud & ~shadow].mean() < 0.2  # their torn edges


def test_new_roofs_stay_in_view_though_as_bright_and_white() -> None:
    stack, random = ground(), np.random.default_rng(7)
    roofs = np.zeros((SIZE, SIZE), bool)
    for row, col in random.integers(0, SIZE - 20, (40, 2)):
        roofs[row : row + 9, col : col + 14] = True
    stack[:, roofs] = 210
    numbers, line = lines(stack)
    assert not line.clouds
    assert not hidden(numbers, SIX, line)[roofs].any()


def test_new_water_stays_in_view_and_dark_slopes_do_not() -> None:
    stack = ground()
    stack[:, 40:90, 40:120] = np.array([68, 52, 45, 14, 10, 8])[:, None, None]
    stack[:, 200:240, 40:120] = np.array([40, 25, 20, 18, 10, 6])[:, None, None]
    numbers, line = lines(stack)
    out = hidden(numbers, SIX, line)
    assert not out[40:90, 40:120].any()
    assert out[201:239, 41:119].all()


def test_a_chip_too_small_for_a_shadow_hides_only_what_is_larger_than_buildings() -> None:
    for side, there in ((4, False), (16, True)):
        stack = ground()[:, :50, :50]
        stack[:, 10 : 10 + side, 10 : 10 + side] = 210
        numbers = np.clip(stack, 1, 255).astype(np.float32)
        line = sky(numbers.reshape(6, 1, -1), SIX, False)
        line = confirmed(line, [numbers], [np.ones((50, 50), bool)], SIX, 20.0)
        assert hidden(numbers, SIX, line)[12, 12] == there
        assert line.clouds  # it might have some: what is dark stays hidden


REAL: list[tuple[str, dict[str, Any], tuple[float, float], tuple[float, float]]] = [
    ("landsat_taizhou_2000_2003", {}, (0.0, 0.005), (0.0, 0.005)),
    ("landsat_pa_jul_nov_2002", {}, (0.03, 0.3), (0.0, 0.05)),
    ("brumadinho_damfailure_2019", {"scale": 2.75e-5, "offset": -0.2}, (0.01, 0.06), (0.01, 0.06)),
]


@pytest.mark.parametrize(("name", "more", "first", "second"), REAL, ids=[r[0] for r in REAL])
def test_real_skies(
    name: str, more: dict[str, Any], first: tuple[float, float], second: tuple[float, float]
) -> None:
    with open_pair(real_pair(name, **more)) as reader:
        pixels = reader.read(Window(0, 0, reader.grid.height, reader.grid.width))
        cell = reader.cell_m
    for stack, (low, high) in ((pixels.before, first), (pixels.after, second)):
        line = sky(stack[:, pixels.seen][:, None], SIX, bool(more))
        line = confirmed(line, [stack], [pixels.seen], SIX, cell)
        out = hidden(np.nan_to_num(stack), SIX, line)
        assert low <= out[pixels.seen].mean() <= high
        if name.startswith("landsat_taizhou"):
            with rasterio.open(real_root() / name / "mask.tif") as file:
                assert not out[file.read(1) == 1].any()
