"""Small scenes of one sensor and season learn together; others keep to themselves."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from shapely import box
from shapely.geometry.base import BaseGeometry

from tests.ground_worlds import CRS, FOUR, SIX, batch_of, image, real_root, texture, write
from yanhu_satcheck.evidence import Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.scene import ImageFile, SceneFit, ScenePair, Warp
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.pooling import RIM, pooled
from yanhu_satcheck.terms import Words

SIDE = 60
SUMMER, AUTUMN = date(2022, 7, 1), date(2022, 10, 20)
DUG = 3  # the chip in which somebody dug


def chip(folder: Path, number: int, days: tuple[date, date] = (SUMMER, AUTUMN)) -> ScenePair:
    """Woods and fields that dry by autumn; in one of them somebody dug a pit of 5 × 5 cells."""
    green = texture((SIDE, SIDE), number, 1.0)
    noise = [texture((SIDE, SIDE), 900 + 10 * number + i, 0.3) for i in range(8)]
    look = np.clip(0.5 + 0.15 * green, 0.1, 0.9)
    before = np.stack([0.09 - 0.05 * look, 0.11 - 0.03 * look, 0.14 - 0.1 * look, 0.1 + 0.4 * look])
    after = before + np.array([0.005, 0.005, 0.02, -0.04])[:, None, None] * look
    if number == DUG:
        rows, cols = slice(28, 33), slice(28, 33)
        after[:, rows, cols] = np.array([0.18, 0.22, 0.27, 0.30])[:, None, None]
    stacks = before, after
    files: list[ImageFile] = []
    for when, stack, day, some in zip(
        ("before", "after"), stacks, days, (noise[:4], noise[4:]), strict=True
    ):
        pixels = ((stack + 0.003 * np.stack(some)) * 10_000).astype(np.uint16)
        origin = (500_000.0 + 2000 * number, 3_900_000.0)
        path = write(folder / f"{when}{number}-{day}.tif", pixels, origin=origin)
        files.append(image(path, day, FOUR, scale=1e-4))
    return ScenePair(f"scene-{number}", files[0], files[1])


def pit(number: int) -> BaseGeometry:
    x, y = 500_000 + 2000 * number + 280, 3_900_000 - 330
    return box(x, y, x + 50, y + 50)


def surveyed(scenes: Sequence[ScenePair], shapes: Sequence[BaseGeometry]) -> list[SceneFit]:
    fits = [survey(scene, shapes, CRS) for scene in scenes]
    assert all(fit.model is not None for fit in fits)
    return fits


def measured(
    scenes: Sequence[ScenePair],
    fits: Sequence[SceneFit],
    shapes: Sequence[BaseGeometry],
    where: Path,
) -> list[Measurement]:
    cases = [m for m, _ in measure(batch_of(scenes, shapes), fits, where)]
    return sorted(cases, key=lambda case: case.polygon_id)


def test_chips_together_hold_enough_ground_to_tell_a_pit_by(tmp_path: Path) -> None:
    scenes = [chip(tmp_path, i) for i in range(12)]
    shapes = [pit(i) for i in range(12)]
    fits = surveyed(scenes, shapes)
    alone = measured(scenes, fits, shapes, tmp_path)
    assert all(case.chance is not None and case.chance.p is None for case in alone)
    together = measured(scenes, pooled(fits, shapes, CRS), shapes, tmp_path)
    chance = together[DUG].chance
    assert chance is not None
    assert chance.p is not None
    assert chance.p <= 1 / 400
    assert chance.says.en.endswith(f"0 of {chance.places} like places in 12 scenes changed as much")
    rest = [case.chance.p for i, case in enumerate(together) if i != DUG and case.chance]
    assert len(rest) == 11
    assert min(p for p in rest if p is not None) > 0.01


def test_a_member_keeps_its_own_shift_radiometry_and_sky(tmp_path: Path) -> None:
    scenes = [chip(tmp_path, i) for i in range(3)]
    fits = surveyed(scenes, [])
    joined = pooled(fits, [], CRS)
    for own, new in zip(fits, joined, strict=True):
        assert new.pair == own.pair
        assert (new.shift_px, new.gains, new.refused) == (own.shift_px, own.gains, own.refused)
        assert (new.model.gains, new.model.sky) == (own.model.gains, own.model.sky)
        assert new.model.scenes == 3
        assert new.radiometry is not None
        assert "3 small scenes" in new.radiometry.en
    assert joined[0].model.likes is joined[2].model.likes
    assert [plot.grid for plot in joined[0].model.plots] == [s.before.grid for s in scenes]


def test_a_chip_with_a_borrowed_shift_learns_and_teaches(tmp_path: Path) -> None:
    """Its look is taken with the shift that it borrowed, and its words stay."""
    fits = surveyed([chip(tmp_path, i) for i in range(3)], [])
    apart = Measured(3.0, 0.2, 12, "px"), Measured(0.0, 0.2, 12, "px")
    warp = Warp((3.0, 0.0), cov=(((0.04,),), ((0.04,),)))
    one = replace(fits[1], shift_px=apart, warp=warp, borrowed=Words("借用", "borrowed"))
    joined = pooled([fits[0], one, fits[2]], [], CRS)
    assert [fit.model.scenes for fit in joined] == [3, 3, 3]
    assert (joined[1].borrowed, joined[1].shift_px, joined[1].warp) == (one.borrowed, apart, warp)
    there, exact = joined[0].model.plots[1], pooled(fits, [], CRS)[0].model.plots[1]
    assert not there.usable[:, -3:].any()  # read three cells further right, beyond the image
    assert exact.usable[:, -3:].all()


def test_ground_that_two_chips_show_counts_once(tmp_path: Path) -> None:
    scenes = [chip(tmp_path, i) for i in range(2)]
    fits = surveyed([*scenes, scenes[0]], [])
    plots = pooled(fits, [], CRS)[0].model.plots
    assert plots[0].usable.all()
    assert plots[1].usable.all()
    assert not plots[2].usable[1:-1, 1:-1].any()


def test_chips_side_by_side_share_no_ground(tmp_path: Path) -> None:
    one = chip(tmp_path, 0)
    east, half = (_beside(one, tmp_path, cells) for cells in (SIDE, SIDE // 2))
    plots = pooled(surveyed([one, east], []), [], CRS)[0].model.plots
    assert all(plot.usable.all() for plot in plots)
    plots = pooled(surveyed([one, half], []), [], CRS)[0].model.plots
    assert not plots[1].usable[RIM:-RIM, : SIDE // 2 - RIM].any()
    assert plots[1].usable[:, SIDE // 2 :].all()


def _beside(one: ScenePair, folder: Path, cells: int) -> ScenePair:
    """The same images, said to lie so many cells further east."""
    files = []
    for own in (one.before, one.after):
        with rasterio.open(own.path) as file:
            pixels = file.read()
        origin = (own.grid.transform[2] + 10 * cells, own.grid.transform[5])
        path = write(folder / f"{own.path.stem}-{cells}.tif", pixels, origin=origin)
        files.append(image(path, own.date, FOUR, scale=1e-4))
    return ScenePair(f"{one.id}-{cells}", files[0], files[1])


def test_issued_ground_of_every_member_is_kept_out(tmp_path: Path) -> None:
    scenes, shapes = [chip(tmp_path, i) for i in range(3)], [pit(1)]
    plots = pooled(surveyed(scenes, shapes), shapes, CRS)[0].model.plots
    assert not plots[1].usable[28:33, 28:33].any()
    assert plots[0].usable[28:33, 28:33].all()


def other(fit: SceneFit, **changes: object) -> SceneFit:
    """The same fit of a pair whose after image differs so."""
    return replace(fit, pair=replace(fit.pair, after=replace(fit.pair.after, **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"date": date(2023, 1, 20)},
        {"date": date(2023, 10, 20)},
        {"scale": 2e-4},
        {"dtype": "int16"},
    ],
    ids=["another season", "another year apart", "another scale", "another type"],
)
def test_unlike_scenes_do_not_learn_together(tmp_path: Path, changes: dict[str, object]) -> None:
    one, two = surveyed([chip(tmp_path, i) for i in range(2)], [])
    assert pooled([one, two], [], CRS)[0].model.scenes == 2
    strange = other(two, **changes)
    kept = pooled([one, strange], [], CRS)
    assert kept[0] is one
    assert kept[1] is strange


def test_days_of_the_year_are_compared_round_its_turn(tmp_path: Path) -> None:
    days = (date(2022, 1, 5), date(2022, 6, 1)), (date(2022, 12, 20), date(2023, 6, 1))
    fits = surveyed([chip(tmp_path, i, own) for i, own in enumerate(days)], [])
    assert pooled(fits, [], CRS)[0].model.scenes == 2


def test_a_scene_that_could_not_be_fitted_stays_as_it_is(tmp_path: Path) -> None:
    fits = surveyed([chip(tmp_path, i) for i in range(3)], [])
    blind = replace(fits[1], model=None)
    joined = pooled([fits[0], blind, fits[2]], [], CRS)
    assert joined[1] is blind
    assert joined[0].model.scenes == joined[2].model.scenes == 2


def test_real_chips_of_one_product_learn_together() -> None:
    """Patches of forest and of mines, thousands of kilometres apart, from one sensor and year."""
    text = (real_root() / "s2_amazon_patches" / "index.csv").read_text(encoding="utf-8")
    wanted = ("natural_nochange", "no_mine_visible", "mining_ongoing")
    scenes = []
    for row in csv.DictReader(text.splitlines()):
        if row["review_label"] in wanted:
            folder = real_root() / "s2_amazon_patches" / row["sample_id"]
            before = image(folder / "before.tif", date(2018, 7, 1), SIX, scale=1e-4)
            after = image(folder / "after.tif", date(2021, 7, 1), SIX, scale=1e-4)
            scenes.append(ScenePair(row["sample_id"], before, after))
    fits = [survey(scene, [], "EPSG:4326") for scene in scenes[:16]]
    joined = pooled(fits, [], "EPSG:4326")
    members = sum(fit.model is not None for fit in fits)
    assert members >= 14
    assert {fit.model.scenes for fit in joined if fit.model is not None} == {members}
