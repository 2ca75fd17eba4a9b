from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from shapely import Point, Polygon, box
from shapely.affinity import scale, translate
from shapely.geometry.base import BaseGeometry

from tests.ground_worlds import CRS, FOUR, batch_of, image, pair, texture, write
from yanhu_satcheck.evidence import ChangeEvidence, Chip, Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.cause import CAUSES, cause_of, table
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster import header
from yanhu_satcheck.raster.spectra import split
from yanhu_satcheck.scene import ElevationFile, SceneFit, ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.terms import Words

CELL, SIZE = 4.0, 600
LEFT, TOP = 500_000.0, 3_900_000.0
SPECTRA = {  # blue, green, red, near infrared
    "crop": (0.04, 0.07, 0.05, 0.38),
    "stubble": (0.08, 0.12, 0.16, 0.24),
    "shrub": (0.05, 0.08, 0.07, 0.28),
    "autumn": (0.05, 0.08, 0.08, 0.24),
    "rock": (0.24, 0.27, 0.30, 0.33),
    "debris": (0.13, 0.17, 0.21, 0.27),
}
PLACES: dict[str, BaseGeometry] = {
    "pit": Polygon([(0, 0), (90, 20), (140, 90), (110, 170), (40, 150), (-30, 80)]),
    "field": box(0, 0, 48, 48),
    "slide": box(-25, -85, 25, 85),
    "restored": Polygon([(0, 0), (100, 10), (110, 90), (20, 110)]),
    "old pit": Polygon([(0, 0), (90, 20), (110, 90), (30, 120)]),
    "quiet": Polygon([(0, 0), (100, 20), (90, 110), (10, 80)]),
}
AT = {  # cells from the upper left corner
    "pit": (420, 90),
    "field": (96, 300),
    "slide": (480, 480),
    "restored": (400, 250),
    "old pit": (470, 300),
    "quiet": (560, 200),
}
Bands = NDArray[np.float64]


def shapes() -> dict[str, BaseGeometry]:
    return {
        name: translate(
            scale(shape, 0.4, 0.4) if name != "field" else shape,
            LEFT + AT[name][0] * CELL,
            TOP - AT[name][1] * CELL,
        )
        for name, shape in PLACES.items()
    }


def paint(stack: Bands, mask: NDArray[np.bool_], what: str, rough: float, seed: int) -> None:
    light = np.exp(rough * texture((SIZE, SIZE), seed, rough=0.6))
    stack[:, mask] = np.array(SPECTRA[what])[:, None] * light[mask]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScenePair, ElevationFile]:
    """Fields in the west, half of them harvested; shrub in the east; a slope in the south-east."""
    from rasterio.transform import Affine

    from yanhu_satcheck.raster.shapes import burnt

    folder, random = tmp_path_factory.mktemp("world"), np.random.default_rng(8)
    before, after = np.zeros((4, SIZE, SIZE)), np.zeros((4, SIZE, SIZE))
    everywhere = np.ones((SIZE, SIZE), bool)
    west = everywhere & (np.arange(SIZE) < 360)[None]
    paint(before, everywhere, "shrub", 0.15, 31)
    paint(after, everywhere, "autumn", 0.15, 31)
    paint(before, west, "crop", 0.06, 32)
    harvested = np.kron(random.random((50, 50)) < 0.5, np.ones((12, 12))).astype(bool)
    harvested[300 - 12 : 312, 96:108] = True
    paint(after, west & harvested, "stubble", 0.06, 33)
    paint(after, west & ~harvested, "crop", 0.06, 32)
    transform = Affine(CELL, 0, LEFT, 0, -CELL, TOP)
    masks = {n: burnt([s], transform, (SIZE, SIZE)) for n, s in shapes().items()}
    paint(after, masks["pit"], "rock", 0.25, 34)
    paint(after, masks["slide"], "debris", 0.12, 35)
    paint(before, masks["restored"], "rock", 0.2, 36)
    paint(after, masks["restored"], "crop", 0.1, 37)
    for stack in (before, after):
        paint(stack, masks["old pit"], "rock", 0.2, 38)
    noise = [0.004 * random.standard_normal(before.shape) for _ in range(2)]
    one, two = (
        np.clip((s + n) * 1e4, 1, 9999).astype(np.uint16)
        for s, n in zip((before, after), noise, strict=True)
    )
    place: dict[str, Any] = {"cell": CELL, "origin": (LEFT, TOP)}
    scene = pair(
        write(folder / "before.tif", one, **place),
        write(folder / "after.tif", two, **place),
        FOUR,
        scale=1e-4,
    )
    rows, cols = np.mgrid[:SIZE, :SIZE]
    steep = np.clip(rows - 400, 0, None) * (cols > 380) * CELL * -np.tan(np.radians(27))
    steep += np.clip(cols - 380, 0, None) * (rows < 390) * CELL * np.tan(np.radians(15))
    dem = write(folder / "dem.tif", (900 + steep)[None].astype(np.float32), **place)
    about = header(dem)
    return scene, ElevationFile(dem, "dem.tif", date(2021, 10, 2), about.grid, 0.5, about.nodata)


@pytest.fixture(scope="module")
def fit(world: tuple[ScenePair, ElevationFile]) -> SceneFit:
    return survey(world[0], list(shapes().values()), CRS)


Result = dict[str, tuple[Measurement, tuple[Chip, ...]]]


@pytest.fixture(scope="module")
def found(
    world: tuple[ScenePair, ElevationFile], fit: SceneFit, tmp_path_factory: pytest.TempPathFactory
) -> Result:
    batch = batch_of([world[0]], list(shapes().values()), elevation=world[1])
    results = measure(batch, [fit], tmp_path_factory.mktemp("chips"))
    by_id = {m.polygon_id: (m, chips) for m, chips in results}
    return {name: by_id[f"T{i:03}"] for i, name in enumerate(PLACES)}


LEADS = {
    "pit": "mining",
    "field": "season",
    "slide": "slide",
    "restored": "restoration",
    "quiet": "none",
    "old pit": "none",
}


@pytest.mark.parametrize(("name", "cause"), LEADS.items())
def test_each_change_is_put_down_to_its_cause(found: Result, name: str, cause: str) -> None:
    weighed = found[name][0].cause
    assert weighed is not None
    assert max(weighed.shares, key=weighed.of) == cause, weighed
    assert sum(weighed.shares.values()) == pytest.approx(1)
    assert weighed.reasons


def test_a_new_pit_is_bare_bright_and_changes_like_nothing_else(found: Result) -> None:
    case = found["pit"][0]
    assert case.change is not None
    assert case.chance is not None
    assert case.change.bare_gain.value > 0.8
    assert case.change.growth_share.value > 0.8
    assert case.change.brightness.value > 0.5
    assert case.chance.p is not None
    assert case.chance.p < 0.01


def test_a_harvested_field_is_bare_but_like_ground_did_the_same(found: Result) -> None:
    case = found["field"][0]
    assert case.change is not None
    assert case.chance is not None
    assert case.change.bare_after.value > 0.9
    assert case.change.changed_share.value < 0.1
    assert case.chance.p is not None
    assert case.chance.p > 0.02  # outlines of whole fields beat places laid across fields


def test_an_old_pit_did_not_grow(found: Result) -> None:
    case = found["old pit"][0]
    assert case.change is not None
    assert case.change.bare_before.value > 0.9
    assert abs(case.change.bare_gain.value) < 0.1


def test_every_figure_carries_a_spread_that_is_no_naive_standard_error(found: Result) -> None:
    case = found["pit"][0]
    assert case.change is not None
    figures = [*case.change[:-1], *case.change.others.values()]
    assert all(figure.sigma >= 0 for figure in figures)
    assert all(figure.n > 0 for figure in figures)
    gain = case.change.bare_gain
    assert gain.sigma > (gain.value * (1 - gain.value) / gain.n) ** 0.5


def test_slope_and_position_come_from_the_elevation(found: Result) -> None:
    slide, field = found["slide"][0].terrain, found["field"][0].terrain
    assert slide is not None
    assert field is not None
    assert slide.slope_deg is not None
    assert slide.slope_deg.value == pytest.approx(27, abs=0.5)
    assert slide.others["axis_angle"].value == pytest.approx(0, abs=2)
    assert field.slope_deg is not None
    assert field.slope_deg.value == pytest.approx(0, abs=0.1)
    assert field.position is not None
    assert field.position.value == pytest.approx(0, abs=0.1)
    assert slide.cut_m3 is None


def test_before_and_after_pictures_share_one_frame(found: Result) -> None:
    _, chips = found["pit"]
    before, after, change = chips
    assert [chip.kind for chip in chips] == ["before", "after", "change"]
    assert before[4:8] == after[4:8] == change[4:8]  # width, height, metres, outline
    assert before.width >= 400
    with Image.open(before.path) as picture:
        assert picture.size == (before.width, before.height)
    assert before.path.name == f"{before.path.stem}.jpg"
    assert len(before.path.stem) == 64
    xs = [x for x, _ in before.outline[0]]
    assert (max(xs) - min(xs)) / before.width * before.metres == pytest.approx(68, abs=1)
    assert "2022-08-21" in before.caption.zh
    assert "真彩色" in before.caption.zh


def test_the_order_of_polygons_changes_nothing(
    world: tuple[ScenePair, ElevationFile], fit: SceneFit, found: Result, tmp_path: Path
) -> None:
    batch = batch_of([world[0]], list(shapes().values()), elevation=world[1])
    turned = batch_of([world[0]], [], elevation=world[1])
    object.__setattr__(turned, "polygons", batch.polygons[::-1])
    again = {m.polygon_id: (m, chips) for m, chips in measure(turned, [fit], tmp_path)}
    for case, chips in found.values():
        other, pictures = again[case.polygon_id]
        assert other == case
        assert [p.path.name for p in pictures] == [c.path.name for c in chips]
        assert [p.path.read_bytes() for p in pictures] == [c.path.read_bytes() for c in chips]


def test_polygons_without_footprint_or_scene_are_handed_back_unmeasured(
    world: tuple[ScenePair, ElevationFile], fit: SceneFit, tmp_path: Path
) -> None:
    far = box(LEFT - 9000, TOP, LEFT - 8900, TOP + 100)
    half = box(LEFT - 100, TOP - 300, LEFT + 100, TOP - 100)
    done: list[int] = []
    batch = batch_of([world[0]], [None, far, half])
    found = [m for m, _ in measure(batch, [fit], tmp_path, done.append)]
    assert [m.polygon_id for m in found] == ["T000", "T001", "T002"]
    assert found[0] == Measurement("T000")
    assert found[1].scene is None
    assert found[2].scene is not None
    assert found[2].scene.coverage == pytest.approx(0.5)
    assert found[2].scene.clear_share == pytest.approx(1, abs=0.05)
    assert done == [1, 2, 3]


def test_a_refused_pair_shows_pictures_but_tells_no_change(
    world: tuple[ScenePair, ElevationFile], tmp_path: Path
) -> None:
    refused = SceneFit(world[0], refused=Words("配准不可靠", "no registration"))
    ((case, chips),) = measure(batch_of([world[0]], [shapes()["pit"]]), [refused], tmp_path)
    assert case.change is None
    assert case.chance is None
    assert case.scene is not None
    assert case.scene.refused == refused.refused
    assert [chip.kind for chip in chips] == ["before", "after"]


def test_of_equal_pairs_the_one_nearest_in_date_is_used(
    world: tuple[ScenePair, ElevationFile], fit: SceneFit, tmp_path: Path
) -> None:
    from dataclasses import replace

    scene = world[0]
    late = replace(
        scene, id="scene-2", after=image(scene.after.path, date(2023, 3, 1), FOUR, scale=1e-4)
    )
    fits = [fit, replace(fit, pair=late)]
    days = [date(2022, 11, 1), date(2023, 2, 20), None]
    batch = batch_of([scene, late], [shapes()["quiet"]] * 3, dates=days)
    used = {m.polygon_id: m.scene.scene for m, _ in measure(batch, fits, tmp_path) if m.scene}
    assert used == {"T000": "scene-1", "T001": "scene-2", "T002": "scene-1"}


def test_the_table_of_causes_is_whole() -> None:
    held = table()
    assert set(held.base) == set(CAUSES)
    assert {row.needs for row in held.scales} - {""} == set(held.needs)
    for row in held.scales:
        assert row.says.zh.format(value=0.5)
        assert row.says.en.format(value=0.5)
        assert row.points
        for ramp in row.points.values():
            assert len(ramp.at) == len(ramp.give)
            assert list(ramp.at) == sorted(ramp.at)
            assert max(map(abs, ramp.give)) <= 3
            steps = np.diff(ramp.give)
            assert (steps >= 0).all() or (steps <= 0).all(), row.name


def test_two_groups_are_split_between_them() -> None:
    values = np.concatenate([np.full(500, 0.1), np.full(300, 0.7)])
    assert 0.1 < split(values) < 0.7


def test_a_ribbon_is_a_road_before_it_is_a_pit() -> None:
    """The same figures, once over a patch and once over a strip 20 m wide and 2 km long."""
    half = Measured(0.5, 0.1, 100, "share")
    none = Measured(0.0, 0.1, 100, "share")
    others = {"mining_like": half}
    change = ChangeEvidence(half, none, half, half, half, none, half, half, others)
    patch, strip = (
        cause_of(change, None, None, outline)
        for outline in (Point(0, 0).buffer(110), box(0, 0, 20, 2000))
    )
    assert patch.of("mining") > patch.of("construction")
    assert strip.of("construction") > strip.of("mining")
