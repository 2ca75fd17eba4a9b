"""Images and elevation models: dates, bands, grids, and what cannot be used."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio

from tests.read_batches import EAST, NORTH, batch_folder, only
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.scenes import role

BEFORE = 'before = { path = "b.tif", date = "2022-08-21" }\n'
AFTER = 'after = { path = "a.tif", date = 2022-11-12 }\n'


def image(
    path: Path,
    bands: Sequence[str] = ("blue", "green", "red", "nir"),
    crs: str | None = "EPSG:4546",
    dtype: str = "uint16",
    west: float = EAST,
    size: float = 10.0,
) -> None:
    grid = {"transform": rasterio.Affine(size, 0, west, 0, -size, NORTH + 30)} if size else {}
    shape = {"width": 3, "height": 3, "count": len(bands), "dtype": dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, **grid, **shape) as file:
        file.write(np.full((len(bands), 3, 3), ord(path.name[0]), dtype))  # no two files alike
        file.descriptions = tuple(band or None for band in bands)


def _batch(folder: Path, more: str) -> Batch:
    return read_batch(batch_folder(folder, more=more))


def test_a_pair_says_what_its_files_and_the_manifest_say(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif", "l.tif"):
        image(tmp_path / name)
    image(tmp_path / "m.tif", ["mask"], dtype="uint8")
    more = f"[[scenes]]\nscale = 0.0001\nposition_sigma = 3\n{BEFORE}"
    more += 'after = { path = "a.tif", date = "2022-11-12", offset = -0.1 }\n'
    more += 'later = [{ path = "l.tif", date = "2023-03-02" }]\n'
    more += 'mask = { path = "m.tif", clear = [0, 1] }\n'
    batch = _batch(tmp_path, more)
    assert batch.misreads == ()
    (pair,) = batch.scenes
    assert (pair.id, pair.position_sigma_m) == ("scene-1", 3)
    assert pair.before.bands == ("blue", "green", "red", "nir")
    assert (pair.before.scale, pair.before.offset, pair.after.offset) == (0.0001, 0.0, -0.1)
    assert (pair.before.name, pair.before.dtype) == ("b.tif", "uint16")
    assert [later.name for later in pair.later] == ["l.tif"]
    assert pair.after.mask is not None
    assert pair.after.mask.clear == (0, 1)
    assert {"a.tif", "b.tif", "l.tif", "m.tif"} <= {file.name for file in batch.inputs}
    assert "scenes" not in batch.not_supplied


@pytest.mark.parametrize(
    ("band", "expected"),
    [
        *(("B2", "blue"), ("蓝", "blue"), ("B08", "nir"), ("近红外", "nir"), ("SWIR 1", "swir1")),
        *(("Near-Infrared", "nir"), ("B9", ""), ("", "")),
    ],
)
def test_bands_have_many_names(band: str, expected: str) -> None:
    assert role(band) == expected


def test_a_picture_of_bytes_is_red_green_blue(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name, ["", "", ""], dtype="uint8")
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    assert batch.scenes[0].before.bands == ("red", "green", "blue")
    assert batch.misreads == ()


def test_bands_nobody_names_are_said(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name, ["", ""])
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    assert batch.scenes[0].before.bands == ("", "")
    assert {m.column for m in batch.misreads} == {"scenes[1].before.bands", "scenes[1].after.bands"}


def test_bands_that_are_too_many_are_said(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name, ["blue", "green"])
    bands = 'bands = ["blue", "green", "red"]\n'
    batch = _batch(tmp_path, f"[[scenes]]\n{bands}{BEFORE}{AFTER}")
    assert batch.scenes[0].before.bands == ("blue", "green")
    assert len(batch.misreads) == 2


@pytest.mark.parametrize("day", ["2022-08-21", "2022-08-01"])
def test_an_after_image_that_is_not_after_is_left_out(tmp_path: Path, day: str) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name)
    batch = _batch(tmp_path, f'[[scenes]]\n{BEFORE}after = {{ path = "a.tif", date = "{day}" }}')
    assert batch.scenes == ()
    assert day in only(batch.misreads).what.en
    assert "scenes" in batch.not_supplied


def test_the_same_pair_twice_counts_once(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name)
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}" * 2)
    assert [pair.id for pair in batch.scenes] == ["scene-1"]
    assert only(batch.misreads).column == "scenes[2]"


@pytest.mark.parametrize("after", ["b.tif", "copy.tif"])
def test_one_file_for_both_dates_is_no_pair(tmp_path: Path, after: str) -> None:
    image(tmp_path / "b.tif")
    shutil.copy(tmp_path / "b.tif", tmp_path / "copy.tif")
    said = f'after = {{ path = "{after}", date = "2022-11-12" }}\n'
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{said}")
    misread = only(batch.misreads)
    assert (misread.file, misread.rule, misread.whole) == (after, "DQ08", True)
    assert "同一个文件" in misread.what.zh
    assert "2022-11-12" in misread.remedy.zh
    assert batch.scenes == ()
    assert "scenes" in batch.not_supplied


def test_a_later_image_or_elevation_that_is_a_copy_is_left_out(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name)
    later = 'later = [{ path = "b.tif", date = "2023-03-02" }]\n'
    dem = f'[dem]\n{BEFORE}after = {{ path = "b.tif", date = "2022-11-20" }}\n'
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}{later}{dem}")
    assert [pair.later for pair in batch.scenes] == [()]
    assert batch.elevation.after is None
    assert [m.column for m in batch.misreads] == ["dem.after", "scenes[1].later[1]"]


def test_an_unreadable_image_costs_its_pair(tmp_path: Path) -> None:
    image(tmp_path / "b.tif")
    (tmp_path / "a.tif").write_text("<VRTDataset/>", encoding="utf-8")
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    misread = only(batch.misreads)
    assert (misread.file, misread.rule, misread.whole) == ("a.tif", "DQ08", True)
    assert batch.scenes == ()


def test_an_image_without_date_is_said(tmp_path: Path) -> None:
    image(tmp_path / "a.tif")
    image(tmp_path / "b.tif")
    batch = _batch(tmp_path, f'[[scenes]]\n{BEFORE}after = {{ path = "a.tif" }}')
    assert only(batch.misreads).column == "scenes[1].after.date"


def test_an_image_without_crs_is_read_where_it_fits_and_left_out_where_not(tmp_path: Path) -> None:
    image(tmp_path / "b.tif")
    image(tmp_path / "a.tif", crs=None)
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    assert batch.scenes[0].after.grid.crs == "EPSG:4546"
    assert (only(batch.misreads).rule, only(batch.misreads).whole) == ("DQ04", False)
    image(tmp_path / "a.tif", crs=None, west=EAST + 90_000)
    batch = read_batch(tmp_path)
    assert batch.scenes == ()
    assert (only(batch.misreads).rule, only(batch.misreads).whole) == ("DQ04", True)


def test_an_image_in_degrees_is_kept_and_named(tmp_path: Path) -> None:
    image(tmp_path / "b.tif")
    image(tmp_path / "a.tif", crs="EPSG:4326", west=111, size=0.0001)
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    assert len(batch.scenes) == 1
    assert (only(batch.misreads).rule, only(batch.misreads).file) == ("DQ04", "a.tif")


def test_an_image_on_an_old_datum_is_left_out(tmp_path: Path) -> None:
    image(tmp_path / "b.tif")
    image(tmp_path / "a.tif", crs="EPSG:2382")
    batch = _batch(tmp_path, f"[[scenes]]\n{BEFORE}{AFTER}")
    assert batch.scenes == ()
    assert only(batch.misreads).whole


def test_elevation_at_two_dates_or_one(tmp_path: Path) -> None:
    for name in ("a.tif", "b.tif"):
        image(tmp_path / name, ["dem"], dtype="float32")
    more = (
        '[dem]\nvertical = "1985"\nbefore = { path = "b.tif", date = "2021-10-02", sigma = 0.5 }\n'
    )
    pair = _batch(tmp_path, more + AFTER).elevation
    assert pair.before is not None
    assert pair.after is not None
    assert (pair.before.sigma_m, pair.after.sigma_m, pair.vertical) == (0.5, None, "1985")
    alone = _batch(tmp_path, more)
    assert alone.elevation.after is None
    assert alone.misreads == ()
    assert "dem" not in alone.not_supplied


def test_a_height_system_nobody_knows_is_said(tmp_path: Path) -> None:
    image(tmp_path / "b.tif", ["dem"], dtype="float32")
    batch = _batch(tmp_path, f'[dem]\nvertical = "1956"\n{BEFORE}')
    assert batch.elevation.vertical is None
    assert only(batch.misreads).column == "dem.vertical"
