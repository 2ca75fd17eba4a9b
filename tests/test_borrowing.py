"""A chip with too few windows borrows its product's shift, with that product's scatter as error."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from shapely import box

from tests.ground_worlds import CRS, FOUR, SIX, batch_of, image, moved_by, real_root, texture, write
from yanhu_satcheck.measure import measure
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.scene import SceneFit, ScenePair, Warp
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.borrowing import Loan, borrowed, heard, lent, scatter
from yanhu_satcheck.survey.pooling import pooled
from yanhu_satcheck.terms import Words

SIDE = 48
SHIFT = (0.3, -0.2)
DAYS = date(2021, 7, 1), date(2022, 7, 1)
CHANGED = 12  # number of the chip whose upper half became something else
ELSEWHERE = 13  # number of the chip whose after image shows another place
LOAN = Loan((0.1, 0.0), (0.2, 0.2), 40, 0.1)


def chip(folder: Path, number: int) -> ScenePair:
    """Ground of 480 m with its after image shifted as its product is."""
    big = (SIDE + 32, SIDE + 32)
    stacks = []
    for when in (0, 1):
        layers = []
        for band in range(4):
            field = texture(big, 100 * number + band, 0.8)
            other = texture(big, 100 * number + band + 50, 0.8)
            if when and number == CHANGED:
                field = np.where(np.arange(big[0])[:, None] < 46, other, field)
            if when and number == ELSEWHERE:
                field = other
            field = moved_by(field, *SHIFT) if when else field
            noise = np.random.default_rng(7000 + 100 * number + 10 * when + band)
            field = field + 0.25 * noise.standard_normal(big)
            layers.append(0.2 + 0.02 * field[16:-16, 16:-16])
        stacks.append((np.stack(layers) * 10_000).astype(np.uint16))
    files = []
    for name, stack, day in zip(("before", "after"), stacks, DAYS, strict=True):
        origin = (500_000.0 + 2000 * number, 3_900_000.0)
        path = write(folder / f"{name}{number}.tif", stack, origin=origin)
        files.append(image(path, day, FOUR, scale=1e-4))
    return ScenePair(f"scene-{number}", files[0], files[1])


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> list[SceneFit]:
    folder = tmp_path_factory.mktemp("chips")
    return [survey(chip(folder, i), [], CRS) for i in range(14)]


def test_a_chip_whose_ground_mostly_changed_takes_the_shift_of_its_product(
    fits: list[SceneFit],
) -> None:
    own, new = fits[CHANGED], borrowed(fits, [], CRS)[CHANGED]
    assert own.refused is not None
    assert own.model is None
    assert new.refused is None
    assert new.shift_px is not None
    for told, truth in zip(new.shift_px, SHIFT, strict=True):
        assert abs(told.value - truth) < 1.96 * told.sigma
        assert told.n == 12
    assert new.warp is not None
    assert new.warp.shift == tuple(m.value for m in new.shift_px)
    assert new.borrowed is not None
    assert new.borrowed.zh.startswith("本片窗口不足，借用同类 12 景的位移：右 0.30 ± ")
    assert new.model is not None
    assert borrowed(fits, [], CRS)[CHANGED].shift_px == new.shift_px


def test_contents_of_another_place_stay_refused_and_the_rest_as_it_was(
    fits: list[SceneFit],
) -> None:
    new = borrowed(fits, [], CRS)
    wrong, old = new[ELSEWHERE], fits[ELSEWHERE].refused
    assert wrong.warp is None
    assert wrong.refused is not None
    assert old is not None
    assert wrong.refused.en.startswith(old.en)
    assert wrong.refused.en.endswith("it is not borrowed")
    assert all(one is two for one, two in zip(new[:CHANGED], fits[:CHANGED], strict=True))


def test_another_product_lends_nothing(fits: list[SceneFit]) -> None:
    one = fits[CHANGED]
    after = replace(one.pair.after, scale=2e-4)
    strange = replace(one, pair=replace(one.pair, after=after))
    assert borrowed([*fits[:CHANGED], strange], [], CRS)[CHANGED] is strange


def test_eleven_scenes_are_too_few_to_lend(fits: list[SceneFit]) -> None:
    assert borrowed(fits[1:], [], CRS)[CHANGED - 1] is fits[CHANGED]


def test_follow_up_images_borrow_among_themselves(fits: list[SceneFit]) -> None:
    whole = [replace(fit, later=(fit,)) for fit in fits]
    later = borrowed(whole, [], CRS)[CHANGED].later
    assert [one.refused for one in later] == [None]


def test_the_borrowed_error_reaches_the_figures(fits: list[SceneFit], tmp_path: Path) -> None:
    """A wider scatter of the product widens the error of every share along the outline."""
    there = box(500_200 + 2000 * CHANGED, 3_899_600, 500_300 + 2000 * CHANGED, 3_899_700)
    sigmas, edges = [], []
    for wide in (0.0, 0.35):
        moved = [_moved(fit, wide * (-1) ** i) for i, fit in enumerate(fits)]
        new = borrowed(moved, [there], CRS)
        batch = batch_of([fit.pair for fit in new], [there])
        case, _ = next(iter(measure(batch, pooled(new, [there], CRS), tmp_path / str(wide))))
        assert case.scene is not None
        assert case.scene.borrowed == new[CHANGED].borrowed
        assert case.scene.shift_px is not None
        assert case.change is not None
        sigmas.append(case.scene.shift_px.sigma)
        edges.append(case.change.changed_share.sigma)
    assert sigmas[1] > sigmas[0] + 0.1
    assert edges[1] > edges[0]


def _moved(fit: SceneFit, by: float) -> SceneFit:
    if fit.shift_px is None:
        return fit
    x, y = fit.shift_px
    told = Measured(x.value + by, x.sigma, x.n, "px")
    return replace(fit, shift_px=(told, y), warp=Warp((told.value, y.value)))


def lenders(fits: Sequence[SceneFit], shifts: Sequence[tuple[float, float]]) -> list[SceneFit]:
    """Scenes of one product that registered at these shifts."""
    out = []
    for x, y in shifts:
        told = Measured(x, 0.1, 9, "px"), Measured(y, 0.1, 9, "px")
        out.append(replace(fits[0], shift_px=told, warp=Warp((x, y))))
    return out


def test_groups_that_only_look_sure_lend_nothing(fits: list[SceneFit]) -> None:
    random = np.random.default_rng(1)
    near = [(float(x), float(y)) for x, y in random.normal(0, 0.1, (15, 2))]
    assert isinstance(lent(lenders(fits, near)), Loan)
    few = lent([*lenders(fits, near), *[fits[ELSEWHERE]] * 31])
    assert isinstance(few, Words)
    assert few.en.startswith("only 15 of 46 scenes")
    apart = lent(lenders(fits, [(6 * x, y) for x, y in near]))
    assert isinstance(apart, Words)
    assert "scatter" in apart.en
    shaded = lent(lenders(fits, [(x, y - 0.9) for x, y in near]))
    assert isinstance(shaded, Words)
    assert "low sun" in shaded.en


@pytest.mark.parametrize("n", [12, 40])
def test_the_scatter_holds_one_more_scene(n: int) -> None:
    random, held = np.random.default_rng(n), 0
    for _ in range(3000):
        shifts = random.normal(0.2, 0.3, (n + 1, 2))
        sigma = np.array(scatter(shifts[:n]))
        held += int((np.abs(shifts[n] - np.median(shifts[:n], axis=0)) < 1.96 * sigma).sum())
    assert 0.94 < held / 6000 < 0.965


def test_windows_are_heard_for_and_against() -> None:
    own = np.array([[0.1, 0.5, 3.0, 3.2, -6.0], [0.0, 0.1, 2.0, 2.1, 4.0]])
    near, against, spread = heard(own, LOAN)
    assert (near, against) == (2, 2)
    assert spread == pytest.approx(1.4826 * 0.2)
    assert heard(own[:, 4:], LOAN) == (0, 1, 0.0)
    assert heard(own[:, :0], LOAN) == (0, 0, 0.0)


def test_real_chips_borrow_what_they_bear_out_and_swapped_ones_do_not(tmp_path: Path) -> None:
    """Forty patches; then the refused ones with the after image of the next of them."""
    root = real_root() / "s2_amazon_patches"
    text = (root / "index.csv").read_text(encoding="utf-8")
    names = [row["sample_id"] for row in csv.DictReader(text.splitlines())][:40]
    pairs = [_patch(root, name, root / name / "after.tif") for name in names]
    fits = [survey(pair, [], "EPSG:4326") for pair in pairs]
    refused = [i for i, fit in enumerate(fits) if fit.refused is not None]
    lending = [fit for fit in fits if fit.refused is None]
    assert len(lending) >= 20
    new = borrowed(fits, [], "EPSG:4326")
    took = [i for i in refused if new[i].refused is None]
    assert 3 <= len(took) < len(refused)
    for i in took:
        shift = new[i].shift_px
        assert shift is not None
        assert all(0.1 < m.sigma < 0.4 for m in shift)
    swapped = []
    for i, j in zip(refused, [*refused[1:], refused[0]], strict=True):
        path = tmp_path / f"{names[i]}.tif"
        with rasterio.open(root / names[i] / "after.tif") as own:
            profile = own.profile
        with rasterio.open(root / names[j] / "after.tif") as other:
            content = other.read()
        with rasterio.open(path, "w", **profile) as file:
            file.write(content)
        swapped.append(survey(_patch(root, names[i], path), [], "EPSG:4326"))
    still = borrowed([*lending, *swapped], [], "EPSG:4326")[len(lending) :]
    assert all(fit.refused is not None for fit in still)


def _patch(root: Path, name: str, after: Path) -> ScenePair:
    one = image(root / name / "before.tif", date(2018, 7, 1), SIX, scale=1e-4)
    return ScenePair(name, one, image(after, date(2021, 7, 1), SIX, scale=1e-4))
