"""Chance: uniform where nothing changed, fine enough to accuse, silent where ground lacks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from rasterio.transform import Affine
from scipy.stats import kstest
from shapely import Polygon, box
from shapely.affinity import rotate, translate

from tests.ground_worlds import CRS, batch_of, real_pair, texture
from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.judge import adjusted
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.chance import (
    ENOUGH,
    PLACES,
    STOP,
    Footprint,
    Ground,
    Pool,
    both,
    chance_of,
    laid,
    lowered,
    lowering,
)
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.raster.ground import NONE
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.scene import Grid, ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.terms import Words

Field = NDArray[np.float32]


def field(side: int, seed: int = 4, rough: float = 0.5) -> Field:
    """Correlated noise, in patches of a few cells."""
    return texture((side, side), seed, rough).astype(np.float32)


def halves(score: Field, scenes: int = 1) -> Pool:
    """One window of ground in two classes, left and right."""
    kind = np.zeros(score.shape, np.uint8)
    kind[:, score.shape[1] // 2 :] = 1
    return laid([Ground(score, np.ones(score.shape, bool), kind)], 2, scenes)


def square(score: float, side: int = 5, mix: Sequence[float] = (1, 0)) -> Footprint:
    rows, cols = (a.ravel() - side // 2 for a in np.mgrid[:side, :side])
    return Footprint(rows, cols, np.array(mix, np.float32), score)


def issued(score: Field, count: int, seed: int, side: int = 5) -> list[Footprint]:
    """Squares at random places of the left half of a field, each with the score it has there."""
    random, (height, width) = np.random.default_rng(seed), score.shape
    corners = np.column_stack(
        [random.integers(height - side, size=count), random.integers(width // 2 - side, size=count)]
    )
    return [square(float(score[r : r + side, c : c + side].mean()), side) for r, c in corners]


def told(footprints: Sequence[Footprint], ground: Pool) -> list[float]:
    ps = [chance_of(one, ground, f"T{i}|scene-1").p for i, one in enumerate(footprints)]
    return [p for p in ps if p is not None]


def test_more_change_never_has_a_greater_chance() -> None:
    ground = halves(field(400))
    found = [chance_of(square(score), ground, "T001|scene-1").p for score in (-1, 0.3, 0.6, 5)]
    ps = [p for p in found if p is not None]
    assert len(ps) == 4
    assert ps == sorted(ps, reverse=True)
    assert ps[0] > 0.5
    assert ps[-1] < 0.002


def test_without_change_p_is_never_too_small() -> None:
    """Uniform or larger: the null may be moved to where it changed most, the polygon may not."""
    ps = []
    for seed in range(2):
        score = field(400, seed)
        ps += told(issued(score, 80, seed), halves(score))
    assert len(ps) == 160
    assert kstest(ps, "uniform", alternative="greater").pvalue > 0.01
    assert (np.array(ps) <= 0.05).mean() <= 0.06


class Fixed(Footprint):
    """A footprint whose places stay where they fell."""

    @property
    def reach(self) -> int:
        return 0


def test_at_places_that_stay_where_they_fell_p_is_uniform() -> None:
    ps = []
    for seed in range(3):
        score = field(400, seed)
        fixed = [Fixed(f.rows, f.cols, f.mix, f.score) for f in issued(score, 80, seed)]
        ps += told(fixed, halves(score))
    assert kstest(ps, "uniform").pvalue > 0.01


def test_outlines_drawn_where_most_changed_are_not_taken_for_more_than_they_are() -> None:
    """Drawn at the best of nine spots, as an outline that follows a field's edge is."""
    score, side = field(400, 7), 5
    random = np.random.default_rng(7)
    best = []
    for row, col in zip(random.integers(2, 390, 100), random.integers(2, 190, 100), strict=True):
        spots = [(row + a, col + b) for a in (-1, 0, 1) for b in (-1, 0, 1)]
        best.append(max(float(score[r : r + side, c : c + side].mean()) for r, c in spots))
    ground = halves(score)
    free = np.array(told([square(s) for s in best], ground))
    fixed = [Fixed(f.rows, f.cols, f.mix, f.score) for f in map(square, best)]
    stay = np.array(told(fixed, ground))
    assert kstest(free, "uniform", alternative="greater").pvalue > 0.01
    assert kstest(stay, "uniform", alternative="greater").pvalue < 0.01


def test_batches_without_change_are_not_accused_more_often_than_promised() -> None:
    """Six batches of fifty; with q ≤ 0.05 one accused batch in twenty is what is promised."""
    score = field(500, 11)
    ground, accused = halves(score), 0
    for seed in range(6):
        ps = told(issued(score, 50, seed), ground)
        q = adjusted({str(i): p for i, p in enumerate(ps)})
        accused += any(one is not None and one <= 0.05 for one in q.values())
    assert accused <= 1


def test_one_unmistakable_case_among_three_hundred_can_be_accused() -> None:
    score = field(1500, 3)
    case = chance_of(square(9.0, 6), halves(score), "T001|scene-1")
    assert case.p is not None
    assert case.exceedances == 0
    assert 6000 <= case.places <= PLACES
    rest = {f"T{i}": float(p) for i, p in enumerate(np.linspace(0.01, 1, 299))}
    q = adjusted({"case": case.p} | rest)
    assert q["case"] is not None
    assert q["case"] <= 0.05
    assert sum(one is not None and one <= 0.05 for one in q.values()) == 1


def test_the_words_say_how_many_places_changed_as_much_and_in_how_many_scenes() -> None:
    score = field(400)
    chance = chance_of(square(9.0), halves(score), "T001|scene-1")
    assert chance.exceedances == 0
    assert chance.says.en == f"0 of {chance.places} like places changed as much"
    assert chance.p == pytest.approx(1 / (1 + chance.places))
    chance = chance_of(square(9.0), halves(score, scenes=37), "T001|scene-1")
    assert chance.says.en == f"0 of {chance.places} like places in 37 scenes changed as much"
    assert "37 景" in chance.says.zh


def test_looking_ends_once_ten_places_changed_as_much() -> None:
    chance = chance_of(square(-5.0), halves(field(400)), "T001|scene-1")
    assert (chance.exceedances, chance.places) == (STOP, STOP)


def test_the_same_name_gets_the_same_places_whoever_else_is_asked() -> None:
    score = field(400)
    some = issued(score, 12, 2)
    ground = halves(score)
    names = [f"T{i}|scene-1" for i in range(len(some))]
    one = [chance_of(f, ground, n) for f, n in zip(some, names, strict=True)]
    other = [chance_of(f, ground, n) for f, n in reversed(list(zip(some, names, strict=True)))]
    assert one == other[::-1]
    assert chance_of(square(0.6), ground, "a").p != chance_of(square(0.6), ground, "b").p


def test_too_little_ground_for_199_independent_places_tells_no_chance() -> None:
    chance = chance_of(square(9.0, side=25), halves(field(300)), "T001|scene-1")
    assert chance.p is None
    assert chance.effective < ENOUGH
    assert "199" in chance.says.en
    assert "无法判断" in chance.says.zh


def test_ground_that_changes_in_large_patches_holds_fewer_independent_places() -> None:
    fine, coarse = halves(field(400, rough=0.3)), halves(field(400, rough=2.0))
    assert coarse.patch_px > 4 * fine.patch_px
    one, two = (chance_of(square(9.0), ground, "T001|s") for ground in (fine, coarse))
    assert two.effective < one.effective / 2


def test_no_more_places_count_than_the_ground_holds() -> None:
    """300 × 150 cells of like ground; moved about, a square of 5 × 5 needs 7 × 7."""
    chance = chance_of(square(9.0), halves(field(300, rough=0.3)), "T001|scene-1")
    assert chance.places <= 300 * 150 / 49 * 1.1
    assert chance.p is not None
    assert chance.p >= 49 / (300 * 150 * 1.1)


def test_places_of_unlike_ground_do_not_count() -> None:
    score, usable, kind = field(400), np.ones((400, 400), bool), np.zeros((400, 400), np.uint8)
    kind[:, 200:] = 1
    score[:, 200:] += 100  # the other class changed a great deal
    usable[:, 195:205] = False
    ground = laid([Ground(score, usable, kind)], 2)
    assert chance_of(square(9.0), ground, "T001|scene-1").exceedances == 0
    assert chance_of(square(9.0, mix=(0, 1)), ground, "T001|scene-1").exceedances == STOP


def test_issued_and_hidden_ground_is_never_a_place() -> None:
    score, usable = field(400), np.ones((400, 400), bool)
    score[100:200] += 100
    usable[100:200] = False
    kind = np.zeros(score.shape, np.uint8)
    kind[300:] = NONE
    score[300:] += 100
    ground = laid([Ground(score, usable, kind)], 1)
    assert chance_of(square(20.0, mix=(1,)), ground, "T001|scene-1").exceedances == 0


def test_a_footprint_is_moved_within_its_own_window_only() -> None:
    """Two windows side by side in memory: the second changed, the first is never told so."""
    still, moving = np.zeros((400, 60), np.float32), np.full((400, 60), 9, np.float32)
    whole = np.ones((400, 60), bool)
    kinds = np.zeros((400, 60), np.uint8), np.ones((400, 60), np.uint8)
    pool = laid([Ground(still, whole, kinds[0]), Ground(moving, whole, kinds[1])], 2)
    assert chance_of(square(1.0), pool, "T001|scene-1").exceedances == 0


@dataclass(frozen=True)
class Hill:
    """A window of elevation difference on a slope."""

    dh: Field
    usable: NDArray[np.bool_]
    slope: Field


def hills(drop: float = 0.0) -> list[Hill]:
    """A gentle and a steep window whose heights differ by noise; the steep one fell by `drop`."""
    whole = np.ones((300, 300), bool)
    flat, steep = np.full((300, 300), 3, np.float32), np.full((300, 300), 35, np.float32)
    return [
        Hill(0.3 * field(300, 1, 0.5), whole, flat),
        Hill(0.3 * field(300, 2, 0.5) - drop, whole, steep),
    ]


def fallen(metres: float, degrees: float) -> Footprint:
    """A square of 5 × 5 cells that fell so far, on so steep a slope."""
    shape, grid = box(50, 50, 100, 100), Grid(CRS, (10, 0, 0, 0, -10, 150), 15, 15)
    dh, slope = np.full((15, 15), -metres, np.float32), np.full((15, 15), degrees, np.float32)
    cells = cells_of(cell_weights(shape, Affine(*grid.transform), (15, 15)), dh < np.inf)
    return lowered(shape, grid, 1, dh, slope, cells)


def test_a_lowering_is_compared_with_stable_ground_of_like_slope() -> None:
    ground = lowering(hills(drop=5.0))
    gentle = chance_of(fallen(3.0, 3.0), ground, "T001|dem")
    assert gentle.exceedances == 0
    assert gentle.p is not None
    assert gentle.p < 0.002
    assert chance_of(fallen(3.0, 35.0), ground, "T001|dem").exceedances == STOP
    assert chance_of(fallen(0.0, 3.0), ground, "T001|dem").exceedances == STOP


def test_cells_without_height_are_no_ground() -> None:
    one, two = hills()
    holes = one.dh.copy()
    holes[:, ::2] = np.nan
    ground = lowering([Hill(holes, one.usable, one.slope), two])
    assert chance_of(fallen(3.0, 3.0), ground, "T001|dem").p is None


def test_of_two_witnesses_the_stronger_speaks_at_twice_its_chance() -> None:
    def chance(p: float | None, over: int = 3) -> Chance:
        return Chance(p, over, 999, 999.0, Words("三处", "three places"))

    images, elevation = chance(0.004, 3), chance(0.001, 0)
    told = both(images, elevation)
    assert told is not None
    assert told.p == pytest.approx(0.002)
    assert told.exceedances == 0
    assert told.says.en.startswith("by the elevation")
    assert "doubled" in told.says.en
    alone = both(images, chance(None))
    assert alone is not None
    assert alone.p == 0.004
    assert alone.says.en == "by the images, three places"
    assert both(None, None) is None
    silent = both(chance(None), None)
    assert silent is not None
    assert silent.p is None
    whole = both(chance(0.7), chance(0.9))
    assert whole is not None
    assert whole.p == 1.0


def test_chance_is_calibrated_on_real_ground_left_alone(tmp_path: Path) -> None:
    """Outlines laid at random on a pair four months apart, in which no mining took place."""
    scene = real_pair("landsat_pa_jul_nov_2002")
    shapes = outlines(scene, 110, seed=2, area=30_000)
    fit = survey(scene, shapes, "EPSG:32618")
    cases = [m for m, _ in measure(batch_of([scene], shapes, "EPSG:32618"), [fit], tmp_path)]
    ps = np.array([m.chance.p for m in cases if m.chance is not None and m.chance.p is not None])
    assert len(ps) > 80
    assert kstest(ps, "uniform", alternative="greater").pvalue > 0.01
    assert (ps <= 0.01).mean() <= 0.02
    assert (ps <= 0.1).mean() <= 0.12
    q = adjusted({str(i): float(p) for i, p in enumerate(ps)})
    assert not any(one is not None and one <= 0.05 for one in q.values())


def outlines(scene: ScenePair, count: int, seed: int, area: float = 45_000) -> list[Polygon]:
    """Rectangles of any bearing and 1 to 3 times as long as wide, inside the scene."""
    random, grid = np.random.default_rng(seed), scene.before.grid
    a, _, x, _, e, y = grid.transform
    places: NDArray[np.float64] = random.uniform(0.05, 0.95, (count, 2))
    out = []
    for across, down in places:
        length = (area * random.uniform(1, 3)) ** 0.5
        shape = box(-length / 2, -area / length / 2, length / 2, area / length / 2)
        shape = rotate(shape, random.uniform(0, 180))
        out.append(translate(shape, x + across * grid.width * a, y + down * grid.height * e))
    return out
