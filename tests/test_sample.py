"""The committed autumn quarter is what its plan says, and the generator still makes it."""

import json
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from PIL import Image
from python_calamine import CalamineWorkbook
from rasterio.features import rasterize
from shapely.geometry import box

from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.sample import elevation, layers
from yanhu_satcheck.sample.filing import STRAY, TWICE
from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.licences import MINES
from yanhu_satcheck.sample.plan import CASES
from yanhu_satcheck.sample.quarter import Quarter
from yanhu_satcheck.sample.tables import full_width

BATCH = Path(__file__).parent.parent / "data/sample_tiles/2022Q4"
TRUTH: dict[str, Any] = json.loads((BATCH / "truth.json").read_text("utf-8"))
POLYGONS: dict[str, dict[str, Any]] = TRUTH["polygons"]
MEANT_TO_OVERLAP = (
    {"conflict1", "conflict2"},
    {"ledgered", "sliver"},
    {"dueday", "dueday2"},
    {"parent", "parent-1"},
    {"parent", "parent-2"},
    {"parent-1", "parent-2"},
)
FINE = {"pocket", "kid1", "kid2", "stubble", "terraces", "sham"}


def manifest() -> dict[str, Any]:
    return tomllib.loads((BATCH / "batch.toml").read_text("utf-8"))


def layer() -> gpd.GeoDataFrame:
    return gpd.read_file(BATCH / "polygons.gpkg", layer="tb").set_index("图斑编号")


def table(name: str, header: int) -> list[dict[str, Any]]:
    rows = CalamineWorkbook.from_path(BATCH / name).get_sheet_by_index(0).to_python()[header - 1 :]
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_fits_in_a_checkout() -> None:
    both = BATCH.parent
    assert sum(f.stat().st_size for f in both.rglob("*") if f.is_file()) <= 30 * 2**20


def test_every_rule_is_planted() -> None:
    fired = {rule for entry in POLYGONS.values() for rule in entry["must_fire"]}
    of_batch = {entry["rule"] for entry in TRUTH["batch_must_fire"]}
    assert of_batch == {"DQ04", "DQ08", "LE04", "PH04", "SV01"}
    then = {entry["rule"] for entry in TRUTH["with_archive"]["batch_must_fire"]}
    for entry in POLYGONS.values():
        then |= {*entry.get("with_archive", {}).get("must_fire", ())}
    assert then == {"LE02", "LE03", "PH01", "RL01", "RL05", "RL06", "SV02"}
    unplanted = {"PH02", "PH03"}
    assert {rule.code for rule in rulebook()} - unplanted <= fired | of_batch | then


def test_truth_and_layer_and_filing_name_the_same_polygons() -> None:
    filed = [row["图斑编号"] for row in table("submission.xlsx", 3)]
    wide = {full_width(name): name for name in POLYGONS}
    numbers = [wide.get(name, name) for name in filed]
    assert set(layer().index) == set(POLYGONS) == {*numbers} - {STRAY}
    assert len(layer()) == len(CASES)
    again = [name for name in POLYGONS if numbers.count(name) > 1]
    assert [POLYGONS[name]["case"] for name in again] == [TWICE]
    assert any(name in wide for name in filed)  # and some were typed full-width


def test_what_is_declared_is_there() -> None:
    said = manifest()
    paths = [part["path"] for part in said.values() if isinstance(part, dict) and "path" in part]
    paths += [pair[when]["path"] for pair in said["scenes"] for when in ("before", "after")]
    paths += [said["dem"]["before"]["path"], said["dem"]["after"]["path"], said["photos"]["index"]]
    assert [path for path in paths if not (BATCH / path).exists()] == []


def test_only_meant_polygons_overlap() -> None:
    case = {name: entry["case"] for name, entry in POLYGONS.items()}
    shapes = [(case[name], shape) for name, shape in layer().geometry.items() if shape.is_valid]
    found = [{a, b} for (a, one), (b, two) in combinations(shapes, 2) if one.overlaps(two)]
    assert [pair for pair in found if pair not in MEANT_TO_OVERLAP] == []


def test_only_planted_areas_disagree() -> None:
    frame = layer()
    wrong = []
    for name, row in frame.iterrows():
        filed, drawn = row["监测面积(亩)"] * 2000 / 3, row.geometry.area
        if abs(filed - drawn) > max(0.1 * drawn, 67):
            wrong.append(POLYGONS[str(name)]["case"])
    assert wrong == ["fallow"]


def test_which_polygons_the_scenes_show() -> None:
    frame, hidden = layer().geometry, {}
    pairs = [BATCH / pair["after"]["path"] for pair in manifest()["scenes"]]
    frames = []
    for path in pairs:
        with rasterio.open(path) as scene:
            frames.append(box(*scene.bounds))
    for name, shape in frame.items():
        hidden[POLYGONS[str(name)]["case"]] = [f.contains(shape) for f in frames]
    assert [case for case, seen in hidden.items() if not any(seen)] == ["nowhere"]
    assert all(sum(seen) <= 1 for seen in hidden.values())
    small = [{case for case, seen in hidden.items() if seen[at]} for at in (1, 2, 3)]
    assert small == [{"colour"}, {"snowed"}, FINE]


def test_the_cloud_hides_its_polygon_and_no_other() -> None:
    with rasterio.open(BATCH / "scenes/clouds.tif") as file:
        mask, transform = file.read(1), file.transform
    clouded = []
    for name, shape in layer().geometry.items():
        inside = rasterize([shape.buffer(0)], out_shape=mask.shape, transform=transform) == 1
        if inside.any() and (mask[inside] != 0).any():
            clouded.append((POLYGONS[str(name)]["case"], float((mask[inside] != 0).mean())))
    assert clouded == [("clouded", 1.0)]


def test_pits_are_dug_and_fields_are_not() -> None:
    for entry in POLYGONS.values():
        if entry["case"] in FINE:  # no elevation reaches them
            assert entry["cut_m3"] is None
        elif entry["ground"] in ("new_pit", "growing_pit", "restoration_that_digs"):
            assert entry["cut_m3"] > 10_000 or entry["case"] == "parent-1"
        elif entry["ground"] in ("ploughed", "fallow", "shadow", "old_working", "greenhouse"):
            assert entry["cut_m3"] + entry["fill_m3"] < 300
        elif entry["ground"] == "landslide":
            assert entry["fill_m3"] / entry["cut_m3"] == pytest.approx(1.1, abs=0.1)


def test_field_loss_is_no_smaller_than_a_pit_s() -> None:
    """Harvest must not be told from digging by lost green alone."""
    green = []
    for when in ("before", "after"):
        with rasterio.open(BATCH / f"scenes/{when}.tif") as scene:
            assert scene.descriptions == ("blue", "green", "red", "nir", "swir1", "swir2")
            red, nir = (scene.read(band) * 1e-4 - 0.1 for band in (3, 4))
            transform = scene.transform
        green.append((nir - red) / (nir + red))
    loss: dict[str, float] = {}
    for name, shape in layer().geometry.items():
        inside = rasterize([shape.buffer(0)], out_shape=green[0].shape, transform=transform) == 1
        if inside.any():
            loss[POLYGONS[str(name)]["case"]] = float(np.mean((green[0] - green[1])[inside]))
    assert loss["harvest1"] > loss["false1"] > 0.2
    assert loss["restored1"] < 0 < loss["fallow"]


def test_photographs_are_listed_readable_and_placed() -> None:
    rows = table("photos.xlsx", 1)
    listed = {row["文件名"] for row in rows}
    present = {file.name for file in (BATCH / "photos").iterdir()}
    absent, unlisted = listed - present, present - listed
    cases = {POLYGONS[row["图斑编号"]]["case"] for row in rows if row["文件名"] in absent}
    assert cases == {"old2"}
    planted = [one for one in TRUTH["batch_must_fire"] if one["rule"] == "PH04"]
    assert unlisted == {one["related"] for one in planted}
    torn, bare = [], []
    for row in rows:
        if row["文件名"] in absent:
            continue
        try:
            with Image.open(BATCH / "photos" / row["文件名"]) as picture:
                picture.load()
                place = picture.getexif().get_ifd(0x8825)
        except OSError:
            torn.append(POLYGONS[row["图斑编号"]]["case"])
            continue
        if not place:
            bare.append(POLYGONS[row["图斑编号"]]["case"])
            continue
        assert place[16] in ("T", "M")
        assert 0 <= float(place[17]) < 360
        if POLYGONS[row["图斑编号"]]["case"] != "false1":
            degrees, minutes, seconds = (float(part) for part in place[2])
            assert degrees + minutes / 60 + seconds / 3600 == pytest.approx(row["lat"], abs=1e-5)
    assert (torn, bare) == (["ploughed"], ["overlay"])
    photographed = {POLYGONS[row["图斑编号"]]["case"] for row in rows}
    assert {case.key for case in CASES} - photographed == {"harvest5"}


def test_one_exposure_is_one_picture() -> None:
    for first, second in TRUTH["photo_groups"]:
        pictures = []
        for name in (first, second):
            with Image.open(BATCH / "photos" / name) as picture:
                pictures.append(np.asarray(picture.convert("L"), np.float64))
        assert pictures[0].shape == pictures[1].shape
        assert float(np.abs(pictures[0] - pictures[1]).mean()) < 1.5


def test_licences_are_gbk_and_do_not_say_so() -> None:
    assert not (BATCH / "permits.cpg").exists()
    frame = gpd.read_file(BATCH / "permits.shp", encoding="GB18030")
    assert frame["许可证号"].str.match(r"^C\d{6}(19|20)\d{2}(0[1-9]|1[0-2])\d\d{2}\d{7}$").all()
    assert set(frame["开采方式"]) == {"露天", "露天开采", "地下开采"}
    closing = frame["年初保有"] - frame["动用储量"] + frame["储量增减"]
    astray = frame["许可证号"][(closing - frame["年末保有"]).abs() > 0.02]
    assert [*astray] == [MINES["expired"].permit_no]


def test_the_seed_still_gives_these_polygons(made: Quarter, tmp_path: Path) -> None:
    layers.polygons(made, tmp_path)
    again = gpd.read_file(tmp_path / "polygons.gpkg", layer="tb").set_index("图斑编号")
    assert (
        (again.drop(columns="geometry") == layer().drop(columns="geometry"))
        .where(layer().drop(columns="geometry").notna(), True)
        .all(axis=None)
    )
    assert (again.geometry.to_wkb() == layer().geometry.to_wkb()).all()
    assert (tmp_path / "polygons.gpkg").read_bytes() == (BATCH / "polygons.gpkg").read_bytes()


def test_the_elevations_lie_where_the_pits_do(made: Quarter) -> None:
    with (
        rasterio.open(BATCH / "dem/before.tif") as before,
        rasterio.open(BATCH / "dem/after.tif") as after,
    ):
        rise = after.read(1) - before.read(1)
        transform = before.transform
    pit = made.of("extended")
    inside = rasterize([pit.outline], out_shape=rise.shape, transform=transform) == 1
    cut = -float((rise[inside] - np.median(rise)).sum()) * elevation.MODEL.cell**2
    truth = POLYGONS[pit.polygon_id]
    assert cut == pytest.approx(truth["cut_m3"] - truth["fill_m3"], rel=0.08)


def test_a_work_that_one_row_of_cells_touches_is_left_out() -> None:
    """A window that cuts a pit so thin gives no slope; the seed decides whether it happens."""
    kinds, plain = np.zeros((9, 9), np.uint8), np.zeros((9, 9))
    land = Land(Grid(0.0, 9.0, 1.0, 9, 9), 0, plain, kinds, kinds, plain, plain)
    assert land.part((0.0, 8.5, 9.0, 30.0)) is None
    assert land.part((0.0, 7.5, 9.0, 30.0)) is not None
