from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.ground_worlds import CRS, FOUR, moved_by, pair, real_pair, real_root, texture, write
from yanhu_satcheck.scene import ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.consensus import largest, tilted


def world(tmp_path: Path, x: float, y: float, size: int = 640, noise: float = 0.1) -> ScenePair:
    """Four bands of one textured field, the after one moved by x, y, with noise and new ground."""
    field, random = texture((size, size), 7), np.random.default_rng(3)
    bands = [
        field * k + 0.3 * texture((size, size), 10 + i) for i, k in enumerate((1, 1.1, 1.2, -0.6))
    ]
    before = np.stack([b + noise * random.standard_normal(b.shape) for b in bands])
    after = np.stack([moved_by(b, x, y) + noise * random.standard_normal(b.shape) for b in bands])
    after[:, : size // 4, : size // 3] = 2 * texture((size // 4, size // 3), 99)  # really changed
    one, two = (np.clip(1500 + 250 * s, 1, 9999).astype(np.uint16) for s in (before, after))
    return pair(
        write(tmp_path / "before.tif", one), write(tmp_path / "after.tif", two), FOUR, scale=1e-4
    )


@pytest.mark.parametrize(("x", "y"), [(0.37, -0.62), (-0.8, 0.25), (-2.4, -3.1), (5.3, 4.6)])
def test_planted_shifts_of_each_sign_are_found(tmp_path: Path, x: float, y: float) -> None:
    fit = survey(world(tmp_path, x, y), [], CRS)
    assert fit.refused is None
    assert fit.shift_px is not None
    assert fit.shift_px[0].value == pytest.approx(x, abs=0.05)
    assert fit.shift_px[1].value == pytest.approx(y, abs=0.05)
    assert fit.windows_kept >= 12
    assert 0 < fit.shift_px[0].sigma < 0.05


def test_unrelated_images_are_refused_with_numbers(tmp_path: Path) -> None:
    stacks = [
        np.clip(1500 + 250 * np.stack([texture((640, 640), s + i) for i in range(4)]), 1, 9999)
        for s in (20, 40)
    ]
    one, two = (
        write(tmp_path / f"{i}.tif", stack.astype(np.uint16)) for i, stack in enumerate(stacks)
    )
    fit = survey(pair(one, two, FOUR, scale=1e-4), [], CRS)
    assert fit.shift_px is None
    assert fit.model is None
    assert fit.refused is not None
    assert "of 25 windows" in fit.refused.en
    assert "25 个窗口" in fit.refused.zh


def test_images_that_miss_each_other_are_refused(tmp_path: Path) -> None:
    flat = np.full((4, 64, 64), 9, np.uint8)
    one = write(tmp_path / "before.tif", flat)
    two = write(tmp_path / "after.tif", flat, origin=(900_000.0, 3_900_000.0))
    assert survey(pair(one, two), [], CRS).refused is not None


def test_agreement_is_not_moved_by_a_few_wrong_windows() -> None:
    right = [(0.4 + 0.01 * i, -0.2) for i in range(-10, 11)]
    shifts = np.array([*right, (9.0, 3.0), (-4.0, 8.0)]).T
    assert largest(shifts).tolist() == list(range(21))


def test_windows_that_lie_on_one_plane_agree_though_their_shifts_differ() -> None:
    random = np.random.default_rng(2)
    places = random.uniform(-1, 1, (2, 40))
    shifts = np.array([[0.5, 2.0, 0.5], [0.1, -0.5, 3.0]]) @ np.vstack([np.ones(40), places])
    shifts[:, :8] = random.uniform(-30, 30, (2, 8))
    assert set(range(8, 40)) <= set(tilted(shifts, places).tolist())
    assert len(largest(shifts)) < 20


def test_unchanged_real_pairs_are_not_refused() -> None:
    for name, more in REAL:
        fit = survey(real_pair(name, **more), [], "EPSG:4326")  # type: ignore[arg-type]
        assert fit.refused is None, name
        assert fit.shift_px is not None
        assert all(abs(axis.value) < 1.5 for axis in fit.shift_px), name


REAL: list[tuple[str, dict[str, object]]] = [
    ("landsat_taizhou_2000_2003", {}),
    ("landsat_pa_jul_nov_2002", {}),
    ("brumadinho_damfailure_2019", {"scale": 2.75e-5, "offset": -0.2}),
]


@pytest.mark.parametrize(("right", "down"), [(-2, 3)])
def test_a_real_pair_moved_by_whole_cells_is_found_moved(
    tmp_path: Path, right: int, down: int
) -> None:
    name = "landsat_taizhou_2000_2003"
    plain = survey(real_pair(name), [], CRS).shift_px
    moved = survey(_rolled(real_root() / name, tmp_path, right, down), [], CRS).shift_px
    assert plain is not None
    assert moved is not None
    assert moved[0].value - plain[0].value == pytest.approx(right, abs=0.1)
    assert moved[1].value - plain[1].value == pytest.approx(down, abs=0.1)


def _rolled(folder: Path, tmp_path: Path, right: int, down: int) -> ScenePair:
    with rasterio.open(folder / "after.tif") as file:
        after = np.roll(file.read(), (down, right), axis=(1, 2))
        about = {**file.profile}
    with rasterio.open(tmp_path / "after.tif", "w", **about) as file:
        file.write(after)
    six = ("blue", "green", "red", "nir", "swir1", "swir2")
    return pair(folder / "before.tif", tmp_path / "after.tif", six)
