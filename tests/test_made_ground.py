"""Made ground is the same for one seed, and what its truth says is what was made."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from yanhu_satcheck.sample.ground import DEVELOPMENT, SCORED, make
from yanhu_satcheck.sample.ground.conditions import HEIGHTS, SENSORS, drawn
from yanhu_satcheck.sample.ground.cover import kinds_of
from yanhu_satcheck.sample.ground.heights import KINDS, shows, volumes
from yanhu_satcheck.sample.ground.plan import JUDGED, cases
from yanhu_satcheck.sample.ground.quarter import Quarter, quarter
from yanhu_satcheck.sample.ground.seasons import DOUBLE, NAMES, PAIRS, SINGLE

SIDE = 1800.0
SEED = 4  # 30 m, elevations of two dates


class Made(NamedTuple):
    """A small made quarter on disk."""

    folder: Path
    truth: Mapping[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Made:
    where = tmp_path_factory.mktemp("made") / "one"
    make(where, SEED, SIDE)
    return Made(where, json.loads((where / "truth.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def ground() -> Quarter:
    return quarter(drawn(SEED), SIDE)


def test_one_seed_gives_the_same_bytes(folder: Made, tmp_path: Path) -> None:
    make(tmp_path / "again", SEED, SIDE)
    files = sorted(p.relative_to(folder.folder) for p in folder.folder.rglob("*") if p.is_file())
    assert len(files) >= 8
    changed = [
        file
        for file in files
        if (folder.folder / file).read_bytes() != (tmp_path / "again" / file).read_bytes()
    ]
    assert changed == []


def test_scored_seeds_are_not_developed_on() -> None:
    assert set(DEVELOPMENT).isdisjoint(SCORED)
    assert (len(SCORED), SCORED[0]) == (30, 101)


def test_the_scored_seeds_draw_every_condition() -> None:
    told = [drawn(seed) for seed in SCORED]
    assert {one.sensor.name for one in told} == set(SENSORS)
    assert {one.heights for one in told} == set(HEIGHTS)
    assert len({one.pair for one in told}) >= 0.7 * len(PAIRS)
    assert {one.follow_up for one in told} == {True, False}
    assert any(season.snow for one in told for season in one.seasons)
    assert any(sky.clouds for one in told for sky in one.skies)
    assert any(any(sight.drift) for one in told for sight in one.sights)


def test_dates_follow_one_another() -> None:
    for seed in SCORED:
        days = [season.day for season in drawn(seed).seasons]
        assert days == sorted(set(days))


def test_every_field_is_in_one_state_at_every_date() -> None:
    for table in (DOUBLE, SINGLE):
        assert set(table) == set(NAMES)
        for states in table.values():
            tops = [top for top, *_ in states]
            assert tops == sorted(set(tops))
            assert tops[-1] == 1.0
    kinds = kinds_of(np.linspace(0, 0.999, 50), np.zeros(50))
    assert np.array_equal(sum(one.astype(int) for one in kinds.values()), np.ones(50, int))


def test_the_plan_asks_only_for_rules_it_can_judge() -> None:
    for case in cases():
        asked = {entry.partition("@")[0] for entry in case.must}
        assert asked | {*case.may} | {*case.unsure} <= {*JUDGED, "RL04"}
        assert {need for entry in case.must for need in entry.split("@")[1:]} <= {
            "heights",
            "datum",
            "infrared",
        }
    assert sum(case.honest for case in cases()) >= 30
    assert len({case.key for case in cases()}) == len(cases())


def test_the_folder_holds_what_it_declares(folder: Made) -> None:
    said = tomllib.loads((folder.folder / "batch.toml").read_text("utf-8"))
    (pair,) = said["scenes"]
    files = [pair[when]["path"] for when in ("before", "after")]
    files += [said["dem"][when]["path"] for when in ("before", "after")]
    files += [said[part]["path"] for part in ("polygons", "submission", "permits", "projects")]
    assert [file for file in files if not (folder.folder / file).exists()] == []
    with rasterio.open(folder.folder / files[0]) as scene:
        assert list(scene.descriptions) == pair["bands"]
        assert scene.res == (30.0, 30.0)


def test_truth_and_layer_and_filing_name_the_same_polygons(folder: Made) -> None:
    layer = gpd.read_file(folder.folder / "polygons.gpkg")
    filed = (folder.folder / "submission.csv").read_text("utf-8").splitlines()[1:]
    assert set(layer["polygon_id"]) == set(folder.truth["polygons"])
    assert {line.split(",")[0] for line in filed} == set(folder.truth["polygons"])
    assert layer.geometry.is_valid.all()
    assert layer.geometry.area.min() > 2000
    keys = {case.key for case in cases()}
    found = {told["case"] for told in folder.truth["polygons"].values()}
    assert found <= keys
    assert found.isdisjoint(folder.truth["left_out"])


def test_pits_are_dug_and_seasons_move_no_ground(ground: Quarter) -> None:
    dug, still = 0, 0
    for one in ground.issued:
        cut, fill = volumes(ground.lands[0], ground.lands[1], one.outline)
        if one.case.how in ("pit", "hole", "growing", "deepening"):
            assert cut > 0.5 * one.outline.area, one.case.key
            dug += 1
        elif one.case.how.startswith(("fields", "scrub", "gully")):
            # A haul road lays dust and moves nothing.
            assert cut + fill < 0.05 * one.outline.area, one.case.key
            still += 1
    assert dug >= 3
    assert still >= 3


def test_what_shows_needs_two_dates_and_good_ones() -> None:
    assert [kind for kind in KINDS if shows(kind, 1e4) is None] == ["one", "none"]
    uav, stereo = shows("uav", 1e4), shows("stereo", 1e4)
    assert uav is not None
    assert stereo is not None
    assert uav < 0.2 < stereo
    small = shows("stereo", 3e3)
    assert small is not None
    assert small >= stereo
