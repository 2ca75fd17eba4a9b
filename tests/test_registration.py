from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.ground_worlds import (
    CRS,
    FOUR,
    Array,
    moved_by,
    pair,
    real_pair,
    real_root,
    texture,
    write,
)
from yanhu_satcheck.raster import PairPixels, Window, open_pair
from yanhu_satcheck.scene import ScenePair
from yanhu_satcheck.survey import _registered, survey
from yanhu_satcheck.survey.consensus import largest, tilted
from yanhu_satcheck.survey.phase import cross_of
from yanhu_satcheck.survey.registration import agree
from yanhu_satcheck.survey.windows import tiles


def world(
    tmp_path: Path, x: float, y: float, size: int = 512, noise: float = 0.1, seed: int = 0
) -> ScenePair:
    """Four bands of one field, the after one moved by x, y exactly, with noise.

    Three tenths of the ground really changed, and cloud lies over a tenth on either date.
    """
    field, random = texture((size, size), 100 * seed + 7), np.random.default_rng(seed)
    before = np.stack(
        [
            field * k + 0.3 * texture((size, size), 100 * seed + 10 + i)
            for i, k in enumerate((1, 1.1, 1.2, -0.6))
        ]
    )
    after = np.stack([moved_by(band, x, y) for band in before])
    for share, number, stacks in ((0.3, 50, [after]), (0.1, 70, [before]), (0.1, 71, [after])):
        where = texture((size, size), 100 * seed + number, rough=1.8)
        mask = where > np.quantile(where, 1 - share)
        for stack in stacks:
            new = texture((size, size), 100 * seed + number + 5)
            stack[:, mask] = (2 * new if number == 50 else 6 + 0.2 * new)[mask]
    before = before + noise * random.standard_normal(before.shape)
    after = after + noise * random.standard_normal(after.shape)
    one, two = (np.clip(1500 + 250 * s, 1, 9999).astype(np.uint16) for s in (before, after))
    return pair(
        write(tmp_path / "before.tif", one), write(tmp_path / "after.tif", two), FOUR, scale=1e-4
    )


@pytest.mark.parametrize(
    ("x", "y"), [(0.0, 0.0), (0.37, -0.62), (-0.8, 0.25), (-2.4, -3.1), (4.9, 4.6)]
)
def test_planted_shifts_are_found_through_noise_change_and_cloud(
    tmp_path: Path, x: float, y: float
) -> None:
    scene = world(tmp_path, x, y, seed=round(10 * abs(x)))
    with open_pair(scene) as reader:
        windows = tiles(Window(0, 0, 512, 512), 0)
        views = [reader.read(window) for window in windows]
    found = _registered(scene, views)
    assert found.refused is None
    assert found.shift is not None
    assert found.warp is not None
    assert found.warp.plain
    for axis, truth in zip(found.shift, (x, y), strict=True):
        assert axis.value == pytest.approx(truth, abs=0.02)
        assert abs(axis.value - truth) < 3 * axis.sigma
        assert 0 < axis.sigma < 0.02
    assert found.kept >= 0.6 * found.tried
    assert found.tried == len(windows)


def test_the_standard_error_covers_the_truth_in_nineteen_of_twenty(tmp_path: Path) -> None:
    """Forty axes of twenty small noisy scenes: fewer than 33 inside has a chance below 1 %."""
    inside, errors = 0, []
    for seed in range(20):
        random = np.random.default_rng(seed)
        x, y = random.uniform(-0.5, 0.5, 2)
        field = texture((256, 256), 500 + seed, rough=1.4)
        stacks = [
            s + 0.15 * random.standard_normal((2, 256, 256)) for s in (field, moved_by(field, x, y))
        ]
        cells = [s.astype(np.float32) for s in stacks]
        seen = np.ones((256, 256), bool)
        crosses = []
        for w in tiles(Window(0, 0, 256, 256), 0):
            cut = np.s_[..., w.row : w.row + w.height, w.col : w.col + w.width]
            crosses.append(
                cross_of(PairPixels(w, cells[0][cut], cells[1][cut], seen[cut], seen[cut]))
            )
        found = agree(crosses)
        assert found.shift is not None
        for axis, truth in zip(found.shift, (x, y), strict=True):
            errors.append(axis.value - truth)
            inside += abs(errors[-1]) < 1.96 * axis.sigma
    assert inside >= 35
    assert np.std(errors) < 0.02


def waves(tilt: Array, size: int = 560) -> Array:
    """A field of plane waves, its content displaced by an affine of place: exact everywhere."""
    random = np.random.default_rng(1)
    rows, cols = np.mgrid[:size, :size] + 0.5
    u, v = cols - size / 2, rows - size / 2
    x, y = (
        place - (t[0] + t[1] * u + t[2] * v) for place, t in zip((cols, rows), tilt, strict=True)
    )
    out = np.zeros((size, size))
    for _ in range(150):
        f, turn = np.exp(random.uniform(np.log(0.02), np.log(0.35))), random.uniform(0, 2 * np.pi)
        along = x * np.cos(turn) + y * np.sin(turn)
        out += f**-0.3 * np.cos(2 * np.pi * f * along + random.uniform(0, 6.3))
    return np.asarray(out / out.std())


@pytest.mark.parametrize(
    "tilt",
    [
        [[0.4, 1e-3, -5e-4], [-0.7, 3e-4, 8e-4]],
        [[2.3, 6e-3, -2e-3], [-1.2, 2e-3, 6e-3]],  # a scale and a turn of several cells
        [[0.3, 0.0, 0.0], [0.2, 0.0, 0.0]],
    ],
)
def test_a_shift_that_varies_is_fitted_where_the_windows_ask_for_it(
    tmp_path: Path, tilt: list[list[float]]
) -> None:
    random, planted = np.random.default_rng(0), np.array(tilt)
    one, two = (
        np.clip(1500 + 250 * (s + 0.1 * random.standard_normal((3, *s.shape))), 1, 9999)
        for s in (waves(0 * planted), waves(planted))
    )
    two[:, :150, :300] = 1500 + 250 * texture((150, 300), 5)
    files = [write(tmp_path / f"{i}.tif", s.astype(np.uint16)) for i, s in enumerate((one, two))]
    scene = pair(files[0], files[1], ("blue", "green", "red"), scale=1e-4)
    with open_pair(scene) as reader:
        views = [reader.read(window) for window in tiles(Window(0, 0, 560, 560), 0)]
    found = _registered(scene, views)
    assert found.warp is not None
    assert found.warp.plain == (not planted[:, 1:].any())
    for col, row in ((280, 280), (80, 500), (540, 40)):
        for axis, t in zip(found.warp.at(col, row), planted, strict=True):
            truth = float(t @ (1, col - 280, row - 280))
            assert axis.value == pytest.approx(truth, abs=0.02 if col == 280 else 0.05)
    with open_pair(scene, found.warp) as reader:
        pixels = reader.read(Window(250, 250, 250, 250))
    off = np.nanstd(pixels.after - pixels.before) / np.nanstd(pixels.before)
    assert off < 0.16  # two noises of 0.1 each leave 0.14


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
    assert "of 64 windows" in fit.refused.en
    assert "64 个窗口" in fit.refused.zh


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
