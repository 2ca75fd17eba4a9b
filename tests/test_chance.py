from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import Polygon, box
from shapely.affinity import rotate, translate

from tests.ground_worlds import batch_of, real_pair, texture
from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.chance import STOP, Footprint, Pool, chance_of, thin
from yanhu_satcheck.scene import ScenePair
from yanhu_satcheck.survey import survey


def pool(side: int = 300, patch: float = 9.0, kinds: int = 2) -> Pool:
    """One window of ground in two classes, left and right, whose score is a smooth field."""
    kind = np.zeros((side, side), np.uint8)
    kind[:, side // 2 :] = 1
    score = texture((side, side), 4, rough=0.8).astype(np.float32)
    centres = tuple(np.flatnonzero(kind == k) for k in range(kinds))
    whole = np.ones(side * side, bool)
    one = np.array([side])
    return Pool(kind.ravel(), score.ravel(), whole, None, np.array([0]), one, one, centres, patch)


def footprint(score: float, side: int = 5, mix: Sequence[float] = (1, 0)) -> Footprint:
    rows, cols = (a.ravel() - side // 2 for a in np.mgrid[:side, :side])
    return Footprint(rows, cols, side * side, np.array(mix, np.float32), score, None)


def test_more_change_never_has_a_greater_chance() -> None:
    ground = pool()
    ps = [chance_of(footprint(score), ground, "T001|scene-1").p for score in (-1, 0, 0.5, 1, 3)]
    told = [p for p in ps if p is not None]
    assert len(told) == 5
    assert told == sorted(told, reverse=True)
    assert told[0] > 0.5
    assert told[-1] < 0.002


def test_the_words_say_how_many_places_changed_as_much() -> None:
    chance = chance_of(footprint(9.0), pool(), "T001|scene-1")
    assert chance.exceedances == 0
    assert chance.says.en == f"0 of {chance.places} like places changed as much"
    assert chance.p == pytest.approx(1 / (1 + chance.places))


def test_looking_ends_once_ten_places_changed_as_much() -> None:
    chance = chance_of(footprint(-5.0), pool(), "T001|scene-1")
    assert (chance.exceedances, chance.places) == (STOP, STOP)


def test_the_same_polygon_and_scene_get_the_same_places() -> None:
    ground = pool()
    one, again, other = (chance_of(footprint(0.6), ground, n) for n in ("a|s", "a|s", "b|s"))
    assert one == again
    assert one.p != other.p


def test_a_scene_too_small_for_199_independent_places_tells_no_chance() -> None:
    chance = chance_of(footprint(9.0, side=25), pool(), "T001|scene-1")
    assert chance.p is None
    assert chance.effective < 199
    assert "199" in chance.says.en
    assert "无法判断" in chance.says.zh
    assert chance_of(footprint(9.0), pool(patch=400.0), "T001|scene-1").p is None


def test_places_of_unlike_ground_do_not_count() -> None:
    ground = pool()
    ground.score.reshape(300, 300)[:, 160:] += 100  # the other class changed a great deal
    assert chance_of(footprint(9.0), ground, "T001|scene-1").exceedances == 0
    assert chance_of(footprint(9.0, mix=(0, 1)), ground, "T001|scene-1").exceedances == STOP


def test_a_large_footprint_is_thinned_evenly() -> None:
    rows, cols = (a.ravel() for a in np.mgrid[:64, :64])
    kept, _ = thin(rows, cols)
    assert len(kept) <= 256
    assert abs(kept.mean() - rows.mean()) < 2


def test_chance_is_calibrated_on_real_ground_left_alone() -> None:
    """Outlines laid at random on a pair four months apart, in which no mining took place."""
    scene = real_pair("landsat_pa_jul_nov_2002")
    shapes = outlines(scene, 110, seed=2)
    fit = survey(scene, shapes[:25], "EPSG:32618")
    found = measured_chances(scene, shapes, fit)
    ps = np.array([c.p for c in found if c.p is not None])
    assert len(ps) > 80
    assert (ps <= 0.01).mean() <= 0.03
    assert (ps <= 0.1).mean() <= 0.15
    assert 0.3 <= (ps <= 0.5).mean() <= 0.65


def measured_chances(scene: ScenePair, shapes: Sequence[Polygon], fit: object) -> list[Chance]:
    from pathlib import Path
    from tempfile import TemporaryDirectory

    batch = batch_of([scene], shapes, "EPSG:32618")
    with TemporaryDirectory() as folder:
        cases = [m for m, _ in measure(batch, [fit], Path(folder))]  # type: ignore[list-item]
    return [m.chance for m in cases if m.chance is not None]


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
