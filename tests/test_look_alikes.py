"""What looks like digging and is not, in one small scene of fields and scrub: all of it quiet."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely import box
from shapely.geometry.base import BaseGeometry

from tests.ground_worlds import CRS, SIX, batch_of, image, moved_by, texture, write
from yanhu_satcheck.evidence import Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.scene import ImageFile, ScenePair
from yanhu_satcheck.survey import survey

SIZE, CELL = 240, 10.0
LEFT, TOP = 500_000.0, 3_900_000.0
Bands = NDArray[np.float64]
SPECTRA = {  # blue, green, red, near infrared, short-wave infrared 1 and 2
    "crop": (0.04, 0.07, 0.05, 0.38, 0.20, 0.10),
    "young": (0.05, 0.08, 0.08, 0.26, 0.22, 0.14),
    "stubble": (0.08, 0.12, 0.16, 0.24, 0.32, 0.26),
    "shrub": (0.04, 0.07, 0.06, 0.28, 0.18, 0.10),
    "rock": (0.20, 0.25, 0.31, 0.36, 0.42, 0.38),
    "char": (0.045, 0.05, 0.055, 0.09, 0.17, 0.19),
    "water": (0.08, 0.10, 0.09, 0.06, 0.02, 0.01),
    "snow": (0.30, 0.31, 0.31, 0.29, 0.04, 0.03),
    "film": (0.26, 0.27, 0.27, 0.30, 0.28, 0.24),
    "net": (0.10, 0.16, 0.10, 0.14, 0.20, 0.17),
}


class Place(NamedTuple):
    """A polygon: where (column, row, columns, rows), and its cover before and after."""

    at: tuple[int, int, int, int]
    before: str
    after: str


PLACES = {
    "pit": Place((150, 20, 11, 9), "shrub", "rock"),
    "harvest": Place((24, 24, 12, 12), "crop", "stubble"),
    "double crop": Place((24, 48, 12, 12), "stubble", "crop"),
    "fire": Place((190, 40, 14, 12), "shrub", "char"),
    "flood": Place((150, 60, 12, 10), "shrub", "water"),
    "greenhouse": Place((48, 96, 10, 12), "crop", "film"),
    "patch of snow": Place((190, 80, 12, 10), "shrub", "snow"),
    "net over rock": Place((150, 100, 11, 10), "rock", "net"),
    "scrub": Place((190, 120, 12, 12), "shrub", "shrub"),
    "shaded": Place((150, 140, 12, 12), "shrub", "shrub"),
    "old pit": Place((190, 160, 12, 10), "rock", "rock"),
}


def shapes() -> list[BaseGeometry]:
    return [
        box(LEFT + c * CELL, TOP - (r + h) * CELL, LEFT + (c + w) * CELL, TOP - r * CELL)
        for (c, r, w, h), *_ in PLACES.values()
    ]


def grounds(later: bool = False) -> list[Bands]:
    """Before and after: fields in the west, three in ten of them harvested; scrub in the east.

    `later`, and a third: the pit lies bare still, harvested fields are green again.
    """
    random = np.random.default_rng(6)
    light = np.exp(0.10 * texture((SIZE, SIZE), 41, 0.7))
    field = np.kron(random.random((20, 20)) < 0.3, np.ones((12, 12))).astype(bool)
    west = np.arange(SIZE)[None] < 132
    stacks = []
    for when in range(3 if later else 2):
        cover = np.where(west, "crop", "shrub").astype(object)
        cover = np.broadcast_to(cover, (SIZE, SIZE)).copy()
        cover[west & field] = ("crop", "stubble", "young")[when]
        for place in PLACES.values():
            c, r, w, h = place.at
            wanted = (place.before, place.after, place.after)[when]
            if when == 2 and wanted == "stubble":
                wanted = "young"
            cover[r : r + h, c : c + w] = wanted
        stack = np.zeros((6, SIZE, SIZE))
        for name, spectrum in SPECTRA.items():
            own = cover == name
            rough = np.exp(0.2 * texture((SIZE, SIZE), 50, 0.4)) if name == "rock" else 1.0
            stack += own * np.array(spectrum)[:, None, None] * light * rough
        if when:
            c, r, w, h = PLACES["shaded"].at
            stack[:, r : r + h, c : c + w] *= 0.45
        stacks.append(stack + 0.003 * random.standard_normal(stack.shape))
    return stacks


def written(folder: Path, name: str, stack: Bands, day: date, bands: tuple[str, ...]) -> ImageFile:
    pixels = np.clip(stack[[SIX.index(b) for b in bands]] * 1e4, 1, 9999).astype(np.uint16)
    path = write(folder / f"{name}.tif", pixels, cell=CELL, origin=(LEFT, TOP))
    return image(path, day, bands, scale=1e-4)


DAYS = (date(2022, 8, 21), date(2022, 11, 12), date(2023, 8, 20))


def found(
    folder: Path,
    stacks: list[Bands],
    bands: tuple[str, ...] = SIX,
) -> dict[str, Measurement]:
    files = [
        written(folder, f"{i}", stack, day, bands)
        for i, (stack, day) in enumerate(zip(stacks, DAYS, strict=False))
    ]
    pair = ScenePair("scene-1", files[0], files[1], tuple(files[2:]))
    fit = survey(pair, shapes(), CRS)
    fit = replace(fit, later=tuple(survey(one, shapes(), CRS) for one in pair.followed))
    by_id = {m.polygon_id: m for m, _ in measure(batch_of([pair], shapes()), [fit], folder)}
    return {name: by_id[f"T{i:03}"] for i, name in enumerate(PLACES)}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measurement]:
    return found(tmp_path_factory.mktemp("six"), grounds(later=True))


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measurement]:
    return found(tmp_path_factory.mktemp("four"), grounds(), SIX[:4])


def mining(one: Measurement) -> float:
    return one.cause.of("mining") if one.cause else 0.0


def figure(one: Measurement, name: str) -> float:
    assert one.change is not None
    return one.change.others[name].value


QUIET = [name for name in PLACES if name != "pit"]


def test_a_pit_is_mining(plain: dict[str, Measurement], four: dict[str, Measurement]) -> None:
    assert mining(plain["pit"]) > 0.5
    assert mining(four["pit"]) > 0.5
    assert figure(plain["pit"], "burnt") < 0.05
    assert figure(plain["pit"], "working_like") > 0.5


@pytest.mark.parametrize("name", QUIET)
def test_what_only_looks_like_it_is_not(
    name: str, plain: dict[str, Measurement], four: dict[str, Measurement]
) -> None:
    """White film on level ground is the nearest thing to rock without elevation."""
    limit = 0.5 if name == "greenhouse" else 0.3
    assert mining(plain[name]) < limit
    assert mining(four[name]) < limit


def test_each_figure_shows_its_own(plain: dict[str, Measurement]) -> None:
    assert figure(plain["fire"], "burnt") > 0.9
    assert figure(plain["flood"], "water_gain") > 0.9
    assert figure(plain["net over rock"], "fake_green") > 0.9
    assert figure(plain["old pit"], "working_like") > 0.5
    for name in ("scrub", "harvest", "double crop"):
        for wrong in ("burnt", "water_gain", "fake_green", "snow"):
            assert abs(figure(plain[name], wrong)) < 0.05, (name, wrong)


def test_a_net_is_no_greenery(plain: dict[str, Measurement], four: dict[str, Measurement]) -> None:
    for case in (plain["net over rock"], four["net over rock"]):
        assert case.change is not None
        assert case.change.green_gain.value < 0.1
        assert figure(case, "fake_green") > 0.9


def test_four_bands_say_what_they_cannot(four: dict[str, Measurement]) -> None:
    change = four["pit"].change
    assert change is not None
    assert "nbr_beyond" not in change.others
    assert "ndvi_beyond" in change.others
    assert figure(four["fire"], "burnt") > 0.9


def test_colour_pictures_degrade_and_say_so(tmp_path: Path) -> None:
    cases = found(tmp_path, grounds(), ("blue", "green", "red"))
    pit = cases["pit"]
    assert pit.cause is not None
    assert any("近红外" in words.zh for words in pit.cause.lacking)
    assert "fake_green" not in (pit.change.others if pit.change else {})
    assert max(mining(cases[name]) for name in ("scrub", "harvest", "old pit")) < 0.5


def test_one_pixel_of_misregistration_accuses_nobody(tmp_path: Path) -> None:
    before, after = grounds()
    after = np.stack([moved_by(band, 0.9, -0.7) for band in after])
    cases = found(tmp_path, [before, after])
    assert mining(cases["pit"]) > 0.5
    assert max(mining(cases[name]) for name in QUIET) < 0.5


def test_haze_over_half_the_scene_accuses_nobody(tmp_path: Path) -> None:
    before, after = grounds()
    veil = np.array([0.07, 0.05, 0.035, 0.02, 0.005, 0.0])[:, None, None]
    after = after + veil * (np.arange(SIZE)[None, :, None] > 80)
    cases = found(tmp_path, [before, after])
    assert max(mining(cases[name]) for name in QUIET) < 0.5


def test_a_year_later_the_pit_is_bare_and_the_field_is_green(plain: dict[str, Measurement]) -> None:
    (pit,), (field,) = plain["pit"].later, plain["harvest"].later
    assert pit.date == date(2023, 8, 20)
    assert pit.clear_share == pytest.approx(1)
    assert pit.still_bare is not None
    assert pit.still_bare.value > 0.95
    assert pit.growth.value < 0.05
    assert field.bare.value < 0.05
    assert field.still_bare is not None
    assert field.still_bare.value < 0.05


def test_a_later_image_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    before, after = grounds()
    fog = 0.5 + 0.01 * np.random.default_rng(1).standard_normal(after.shape)
    cases = found(tmp_path, [before, after, fog])
    scene = cases["pit"].scene
    assert scene is not None
    assert cases["pit"].later == ()
    assert len(scene.later_refused) == 1
    assert "2023-08-20" in scene.later_refused[0].zh


def test_haze_over_all_of_it_does_not_turn_earth_grey(
    plain: dict[str, Measurement], tmp_path: Path
) -> None:
    """Blue raised by a third over the whole after image: the pit is as red as it was."""
    stacks = grounds()
    stacks[1][SIX.index("blue")] *= 4 / 3
    hazy = found(tmp_path, stacks)
    assert figure(hazy["pit"], "tint") == pytest.approx(figure(plain["pit"], "tint"), abs=0.05)


def test_colour_alone_is_not_asked_for_water(tmp_path: Path) -> None:
    """In colour, woods in the shade are as dark as water; what is missing is named."""
    pit = found(tmp_path, grounds(), SIX[:3])["pit"]
    assert pit.change is not None
    assert not {"water_gain", "from_water", "river_share"} & set(pit.change.others)
    assert pit.cause is not None
    assert any("近红外" in words.zh for words in pit.cause.lacking)
