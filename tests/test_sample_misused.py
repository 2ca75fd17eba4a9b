"""The samples' photographs that prove nothing of their polygon, and honest ones that look alike."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer
from python_calamine import CalamineWorkbook
from shapely.geometry import Point

from yanhu_satcheck.sample import QUARTERS
from yanhu_satcheck.sample.disguises import DISGUISES
from yanhu_satcheck.sample.misused import ASKED, COPIES, MOMENTS, REDATED, asked_of

TILES = Path(__file__).parent.parent / "data/sample_tiles"
BATCHES = {name: TILES / name for name in QUARTERS}
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:4546", always_xy=True)


def truth(batch: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((batch / "truth.json").read_text("utf-8"))
    return told


def numbers(batch: Path) -> dict[str, str]:
    return {one["case"]: name for name, one in truth(batch)["polygons"].items()}


def index(batch: Path) -> dict[str, list[Any]]:
    rows = CalamineWorkbook.from_path(batch / "photos.xlsx").get_sheet_by_index(0).to_python()
    return {str(row[0]): row for row in rows[1:]}


def outlines(batch: Path) -> Any:
    return gpd.read_file(batch / "polygons.gpkg", layer="tb").set_index("图斑编号").geometry


def test_every_disguise_is_worn_once_between_the_two_quarters() -> None:
    worn = [how for batch in BATCHES.values() for _, _, how in truth(batch)["photo_disguises"]]
    assert sorted(worn) == sorted(DISGUISES)
    assert len(worn) == 10


@pytest.mark.parametrize("name", QUARTERS)
def test_a_disguised_copy_serves_a_place_far_from_its_own(name: str) -> None:
    batch = BATCHES[name]
    shapes, told = outlines(batch), truth(batch)
    for source, copy, how in told["photo_disguises"]:
        owners = [file.rpartition("_")[0] for file in (source, copy)]
        assert shapes[owners[0]].distance(shapes[owners[1]]) > 600, how
        assert all("PH01" in told["polygons"][owner]["must_fire"] for owner in owners)
        with (
            Image.open(batch / "photos" / source) as one,
            Image.open(batch / "photos" / copy) as two,
        ):
            assert one.tobytes() != two.tobytes()


@pytest.mark.parametrize("name", QUARTERS)
def test_the_truth_asks_for_what_was_planted(name: str) -> None:
    told = truth(BATCHES[name])["polygons"]
    for entry in told.values():
        assert asked_of(entry["case"], name) <= {*entry["must_fire"]}
    planted = {case: rule for case, rule in ASKED[name].items()}
    cases = {entry["case"] for entry in told.values()}
    assert {*planted} <= cases
    assert {copy.target for copy in COPIES[name]} <= cases


def test_times_and_places_are_wrong_as_meant() -> None:
    for name, batch in BATCHES.items():
        rows, called = index(batch), numbers(batch)
        for case, moment in MOMENTS.items():
            if case in called:
                assert datetime.fromisoformat(rows[f"{called[case]}_1.jpg"][2]) == moment
        for case, rule in ASKED[name].items():
            if rule == "PH02" and case in ("nobody", "fine1"):
                row = rows[f"{called[case]}_1.jpg"]
                place = Point(*TO_METRES.transform(row[3], row[4]))
                assert outlines(batch)[called[case]].distance(place) > 2500
    film = numbers(BATCHES["2022Q4"])["film"]
    with Image.open(BATCHES["2022Q4"] / "photos" / f"{film}_1.jpg") as picture:
        own = picture.getexif().get_ifd(0x8769)[36867]
    assert own == f"{REDATED['film']:%Y:%m:%d %H:%M:%S}"


def test_one_phone_s_positions_are_off_by_one_vector() -> None:
    """Half a kilometre to the east: an honest phone whose app writes a map service's positions."""
    batch, off = BATCHES["2022Q4"], []
    shapes = outlines(batch)
    for file, row in index(batch).items():
        path = batch / "photos" / file
        try:
            with Image.open(path) as picture:
                model = picture.getexif().get(272)
        except OSError:
            continue
        if model == "2201123C" and row[1] in shapes.index and shapes[row[1]].is_valid:
            middle = shapes[row[1]].centroid
            x, y = TO_METRES.transform(row[3], row[4])
            off.append((x - middle.x, y - middle.y))
    assert len(off) >= 15
    assert np.median(off, axis=0) == pytest.approx((527, -88), abs=60)
