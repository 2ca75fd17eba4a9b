"""The committed summer quarter lies in the autumn's district, and the two agree in time."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from python_calamine import CalamineWorkbook
from shapely.geometry.base import BaseGeometry

from tests.conftest import satcheck
from yanhu_satcheck.sample import QUARTERS, fine, layers
from yanhu_satcheck.sample.case import cases
from yanhu_satcheck.sample.district import FINE
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.lobes import Lobe
from yanhu_satcheck.sample.plan_summer import SUMMER_CASES, SUMMER_NUMBERS
from yanhu_satcheck.sample.quarter import Quarter
from yanhu_satcheck.sample.regrowth import Regrowth
from yanhu_satcheck.sample.summer import summer
from yanhu_satcheck.sample.terms import AUTUMN, SPRING, SUMMER

TILES = Path(__file__).parent.parent / "data/sample_tiles"
EARLIER, LATER = (TILES / name for name in QUARTERS)


def truth(batch: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((batch / "truth.json").read_text("utf-8"))
    return told


def manifest(batch: Path) -> dict[str, Any]:
    return tomllib.loads((batch / "batch.toml").read_text("utf-8"))


def outlines(batch: Path) -> dict[str, BaseGeometry]:
    """Outlines by case."""
    frame = gpd.read_file(batch / "polygons.gpkg", layer="tb").set_index("图斑编号")
    told = truth(batch)["polygons"]
    return {told[str(name)]["case"]: shape for name, shape in frame.geometry.items()}


def table(batch: Path, name: str, header: int) -> list[dict[str, Any]]:
    rows = CalamineWorkbook.from_path(batch / name).get_sheet_by_index(0).to_python()[header - 1 :]
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("stem", ["", "west_", "fine_"])
def test_the_autumn_s_earlier_images_are_the_summer_s_later_ones(stem: str) -> None:
    then, now = EARLIER / f"scenes/{stem}after.tif", LATER / f"scenes/{stem}before.tif"
    assert then.read_bytes() == now.read_bytes()
    first = {pair["after"]["path"]: pair["after"]["date"] for pair in manifest(EARLIER)["scenes"]}
    second = {pair["before"]["path"]: pair["before"]["date"] for pair in manifest(LATER)["scenes"]}
    assert first[f"scenes/{stem}after.tif"] == second[f"scenes/{stem}before.tif"]


def test_the_summer_s_elevations_are_the_autumn_s_earlier_ones() -> None:
    then, now = (batch / "dem/before.tif" for batch in (EARLIER, LATER))
    assert then.read_bytes() == now.read_bytes()


def test_dates_stand_in_order() -> None:
    said = manifest(EARLIER)
    opens, ends = (date.fromisoformat(day) for day in said["batch"]["period"])
    for pair in said["scenes"]:
        before, after = (date.fromisoformat(pair[when]["date"]) for when in ("before", "after"))
        assert before < opens <= after <= ends
    assert said["batch"]["as_of"] == ends.isoformat() < manifest(LATER)["batch"]["period"][0]
    frame = gpd.read_file(EARLIER / "polygons.gpkg", layer="tb")
    assert {*frame["后时相"]} == {"20220821", "20220819"}


def test_truth_and_layer_and_filing_name_the_same_polygons() -> None:
    numbers = {*truth(EARLIER)["polygons"]}
    frame = gpd.read_file(EARLIER / "polygons.gpkg", layer="tb")
    assert numbers == {*frame["图斑编号"]} == {*SUMMER_NUMBERS.values()}
    assert len(table(EARLIER, "submission.xlsx", 3)) == len(numbers) == len(SUMMER_CASES)
    assert 30 <= len(numbers) <= 40


def test_only_meant_polygons_of_the_two_quarters_share_ground() -> None:
    """`then_x` lies on x, and what is drawn against a polygon on that one; nothing else does."""
    met: dict[str, dict[str, float]] = {}
    for then, one in outlines(EARLIER).items():
        for now, two in outlines(LATER).items():
            if two.is_valid and one.intersects(two):
                share = one.intersection(two).area / min(one.area, two.area)
                met.setdefault(then, {})[now] = share
    for case in SUMMER_CASES:
        how, _, what = case.how.partition(":")
        meant = {*what.split("+")} if how != "fields" else set()
        assert {*met.get(case.key, {})} == meant
    assert 0.1 < met["then_overlay"]["overlay"] < 0.3
    assert met["beside"]["houses"] < 0.02
    others = [met[key][key.removeprefix("then_")] for key in met if key.startswith("then_")]
    assert min(share for share in others if share > 0.3) > 0.7


def test_each_way_of_looking_back_is_planted() -> None:
    told = truth(LATER)
    must = [
        (rule, entry["case"])
        for entry in told["polygons"].values()
        for rule in entry.get("with_archive", {}).get("must_fire", ())
    ]
    assert sorted(must) == [
        ("LE02", "false2"),
        ("LE02", "nonumber"),
        ("LE02", "overlay"),
        ("LE02", "unledgered"),
        ("LE03", "dug"),
        ("LE03", "expired"),
        ("LE03", "old1"),
        ("LE03", "old2"),
        ("PH01", "fallow"),
        ("RL01", "expired"),
        ("RL05", "disguised"),
        ("RL06", "fallow"),
    ]
    numbers = truth(EARLIER)["polygons"]
    of_batch = (told["with_archive"][key] for key in ("batch_must_fire", "batch_quiet"))
    [gone], [answered] = ([one for one in all_ if one["rule"] == "RL01"] for all_ in of_batch)
    assert numbers[gone["related"]]["must_fire"] == ["PH01"]
    assert numbers[answered["related"]]["must_fire"] == ["PH01"]
    rows = {row["图斑编号"]: row for row in table(LATER, "rectification.xlsx", 2)}
    assert gone["related"] not in rows
    assert rows[answered["related"]]["批次"] == "2022Q3"


def test_what_documents_a_change_of_call_is_on_paper() -> None:
    rows = {row["图斑编号"]: row for row in table(LATER, "rectification.xlsx", 2)}
    closed = rows[SUMMER_NUMBERS["then_restored2"]]
    assert (closed["整改状态"], closed["是否销号"], closed["佐证"] != "") == ("已完成", "是", True)
    filed = date(2022, 9, 30)
    later = gpd.read_file(LATER / "projects.gpkg").set_index("name")["valid_from"]
    then = gpd.read_file(EARLIER / "projects.gpkg").set_index("name")["valid_from"]
    assert {*later.index} - {*then.index} == {"槐泉物流园一期工程"}
    assert date.fromisoformat(str(later["槐泉物流园一期工程"])[:10]) > filed
    renewals = [
        {
            row["许可证号"]: row["延续受理"]
            for _, row in gpd.read_file(batch / "permits.shp", encoding="GB18030").iterrows()
            if isinstance(row["延续受理"], str)  # a blank is None or NaN, as the library likes
        }
        for batch in (EARLIER, LATER)
    ]
    gained = [now[:10] for number, now in renewals[1].items() if now != renewals[0].get(number)]
    assert len(gained) == 1
    assert date.fromisoformat(gained[0]) > filed
    frame = gpd.read_file(LATER / "polygons.gpkg", layer="tb").set_index("图斑编号")
    cases_of = {name: told["case"] for name, told in truth(LATER)["polygons"].items()}
    children = frame.index[frame["父图斑编号"] == SUMMER_NUMBERS["whole"]]
    assert {cases_of[str(name)] for name in children} == {"kid1", "kid2"}


def test_a_photograph_of_the_summer_is_handed_in_again_far_away_and_on_its_own_ground() -> None:
    told = truth(LATER)
    shapes = [
        gpd.read_file(batch / "polygons.gpkg", layer="tb").set_index("图斑编号").geometry
        for batch in (EARLIER, LATER)
    ]
    then = {f.read_bytes(): f.name for f in (EARLIER / "photos").iterdir()}
    met = {
        file.name.partition("_")[0]: then[file.read_bytes()].partition("_")[0]
        for file in (LATER / "photos").iterdir()
        if file.read_bytes() in then
    }
    assert met == told["with_archive"]["photos"]
    gaps = {
        told["polygons"][now]["case"]: shapes[1][now].distance(shapes[0][was])
        for now, was in met.items()
    }
    assert gaps["fallow"] > 2000
    assert gaps["extended"] == 0


def test_two_metre_images_are_what_they_say() -> None:
    for batch, when in ((EARLIER, "before"), (EARLIER, "after"), (LATER, "after")):
        with rasterio.open(batch / f"scenes/fine_{when}.tif") as scene:
            assert scene.descriptions == fine.BANDS
            assert (scene.res, scene.shape, scene.dtypes[0]) == ((2.0, 2.0), (500, 500), "uint16")
            assert scene.compression.value == "DEFLATE"
            shown = scene.read() * 1e-4
        assert 0.01 < np.percentile(shown, 1) < np.percentile(shown, 99) < 0.6


def test_the_two_metre_pictures_show_the_small_pit() -> None:
    """Its bare floor stands out from the slope around it, as it did not in summer."""
    pit = outlines(LATER)["pocket"]
    assert 1200 < pit.area < 2500
    seen = []
    for when in ("before", "after"):
        with rasterio.open(LATER / f"scenes/fine_{when}.tif") as scene:
            red, nir = scene.read(3) * 1.0, scene.read(4) * 1.0
        green = (nir - red) / (nir + red)
        x, y = FINE.xy()
        away = np.hypot(x - pit.centroid.x, y - pit.centroid.y)
        seen.append(float(green[(away > 45) & (away < 80)].mean() - green[away < 12].mean()))
    assert seen[0] < 0.1 < seen[1]


def test_the_seed_still_gives_these_polygons(made: Quarter, tmp_path: Path) -> None:
    layers.polygons(summer(made), tmp_path)
    again = (tmp_path / "polygons.gpkg").read_bytes()
    assert again == (EARLIER / "polygons.gpkg").read_bytes()


def test_weeds_stand_in_spring_only_and_move_no_ground() -> None:
    lobe = Lobe(30.0, 30.0, 15.0)
    for when, covered in ((SPRING, True), (SUMMER, False), (AUTUMN, False)):
        grid = FINE.around(30.0, 30.0, 30.0, 2.0)
        kinds, flat = np.zeros(grid.shape, np.uint8), np.zeros(grid.shape)
        land = Land(grid, when, flat.copy(), kinds, kinds.copy(), flat.copy(), flat + 1.0)
        Regrowth(lobe, 0).do(land)
        assert (land.z == 0).all()
        assert bool(land.share[15, 15] > 0.3) is covered


def test_a_plan_marks_what_is_known_to_be_wrong() -> None:
    plan = "a pit hole hill 1\n  违法 | ILLEGAL LEGAL | CL01 | !CL02 CL03 | LE02 | !LE03\n  Why.\n"
    (one,) = cases(plan)
    assert (one.must, one.may, one.wrong) == (("CL01",), ("CL03",), ("CL02",))
    assert (one.then_must, one.then_may, one.then_wrong) == (("LE02",), (), ("LE03",))


def test_a_sample_is_not_written_over_a_folder(tmp_path: Path) -> None:
    (tmp_path / "2022Q4").mkdir()
    for words in ((tmp_path,), (tmp_path / "2022Q4", "--quarter", "2022Q3")):
        run = satcheck("sample", *words)
        assert run.code == 2
        assert f"{tmp_path / '2022Q4'} is there already" in run.stderr
    assert [*tmp_path.iterdir()] == [tmp_path / "2022Q4"]
