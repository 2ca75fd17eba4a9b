"""Each hostile file is named with its reason, and the rest of its batch reads as if without it."""

import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import hostile
from tests.read_batches import batch_folder, feature, layer, square, workbook
from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.photos import examine, undecodable
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.workers import Pool

MORE = """
[submission]
path = "submission.xlsx"
[permits]
path = "permits.geojson"
[photos]
dir = "photos"
[[scenes]]
before = { path = "b.tif", date = "2022-08-21" }
after = { path = "a.tif", date = "2022-11-12" }
[dem]
before = { path = "dem.tif", date = "2021-10-02" }
"""
Make = Callable[[Path], Any] | bytes


class Case(NamedTuple):
    """A file of the batch made hostile: what is said of it, and what else may change by it."""

    file: str
    make: Make
    says: str
    touches: frozenset[str]


def case(file: str, make: Make, says: str, *touches: str) -> Any:
    name = f"{file}-{says}".replace(" ", "-")
    return pytest.param(Case(file, make, says, frozenset(touches)), id=name)


def photo(make: Make, says: str) -> Any:
    return case("photos/A1-x.jpg", make, says, "photos")


def scene(make: Make, says: str) -> Any:
    return case("b.tif", make, says, "scenes")


def filing(make: Make, says: str) -> Any:
    return case("submission.xlsx", make, says, "submissions", "filing_columns")


def permits(make: Make, says: str) -> Any:
    return case("permits.geojson", make, says, "permits")


POSIX = [
    photo(hostile.fifo, "no ordinary file"),
    photo(hostile.link_out, "out of the batch folder"),
    scene(hostile.fifo, "no ordinary file"),
    scene(hostile.link_out, "out of the batch folder"),
    filing(hostile.fifo, "no ordinary file"),
    permits(hostile.link_out, "out of the batch folder"),
]
CASES = [
    *([] if sys.platform == "win32" else POSIX),
    photo(hostile.lying_jpeg(), "too small for the 13000 × 13000"),
    photo(hostile.huge_png(), "more pixels than any camera has"),
    photo(hostile.jpeg()[:900], "cut off"),
    photo(hostile.HTML, "a web page (HTML)"),
    photo(hostile.VRT, "a virtual raster (VRT)"),
    photo(b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
    photo(b"GIF89a" + bytes(99), "a GIF picture"),
    photo(b"", "an empty file"),
    scene(hostile.VRT, "a virtual raster (VRT)"),
    scene(hostile.HTML, "a web page (HTML)"),
    scene(hostile.jpeg(), "a JPEG picture"),
    scene(hostile.truncated_raster, "it is cut off"),
    scene(hostile.corrupt_raster, "cannot be opened"),
    scene(lambda path: hostile.sparse_raster(path, 400_000), "400000 × 400000 × 1 cells"),
    scene(hostile.giant_block_raster, "one block of it is 381 MB"),
    case("dem.tif", lambda path: hostile.sparse_raster(path, 8192), "never written", "elevation"),
    filing(hostile.two_corners, "1048576 rows"),
    filing(hostile.overlapping_zip, "it is a zip archive"),
    filing(hostile.OLE, "the .xls is damaged"),
    filing(hostile.HTML, "a web page (HTML)"),
    permits(hostile.OGR_VRT, "a virtual layer (VRT)"),
    permits(hostile.linked_crs(), "its CRS is given as a link"),
    permits(hostile.deep_json(), "nested too deep"),
    permits(hostile.nested_collections(), "its shape is nested too deep"),
    permits(hostile.scribble(), "its geometry is invalid"),
    permits(hostile.collection() + b"\0", "not recognised"),
    permits(b"\xff\xfe" + "编号".encode("utf-16-le"), "text in UTF-16"),
    permits(b"PK\3\4" + bytes(99), "it is a zip archive"),
]


def good_batch(folder: Path) -> Path:
    batch_folder(folder, "A1", "A2", "A3", more=MORE)
    rows = [["图斑编号", "合法性判定"], ["A1", "合法"], ["A2", "违法"], ["A3", "合法"]]
    workbook(folder / "submission.xlsx", {"填报": rows})
    layer(folder / "permits.geojson", [feature(square(), **hostile.TERM, 采矿许可证号="C1")])
    (folder / "photos").mkdir()
    for seed, number in enumerate(("A1", "A2", "A3")):
        (folder / "photos" / f"{number}.jpg").write_bytes(hostile.jpeg(seed))
    for seed, name in enumerate(("a.tif", "b.tif", "dem.tif")):
        hostile.raster(folder / name, seed, count=1 if name == "dem.tif" else 3)
    return folder


def put(folder: Path, file: str, make: Make) -> None:
    if isinstance(make, bytes):
        (folder / file).write_bytes(make)
    else:
        make(folder / file)


RECORDED = {
    "root",
    "inputs",
    "misreads",
    "not_supplied",
    "unusable",
    "blank_columns",
    "filing_call",
}


def read_of(batch: Batch, touched: frozenset[str]) -> dict[str, Any]:
    """What was read of a batch, without the places where it lies."""
    found = {
        field.name: getattr(batch, field.name)
        for field in fields(batch)
        if field.name not in RECORDED | touched
    }
    found["photos"] = [
        (photo.id, photo.polygon_id, photo.fault)
        for photo in batch.photos
        if photo.id != "A1-x.jpg"
    ]
    found["crs_in_doubt"] = batch.crs_in_doubt - touched
    for name in ("scenes", "elevation"):
        if name in found:
            found[name] = repr(found[name]).replace(str(batch.root), "")
    return found


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory, pool: Pool) -> Batch:
    batch = read_batch(good_batch(tmp_path_factory.mktemp("honest")), pool)
    assert batch.misreads == ()
    assert len(batch.photos) == 3
    assert len(batch.scenes) == 1
    assert batch.elevation.before is not None
    return batch


@pytest.mark.parametrize("one", CASES)
def test_a_hostile_file_is_named_and_costs_only_itself(
    tmp_path: Path, pool: Pool, honest: Batch, one: Case
) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    good_batch(folder)
    put(folder, one.file, one.make)
    batch = read_batch(folder, pool)
    named = [m for m in (*batch.misreads, *undecodable(batch, pool)) if m.file == one.file]
    assert any(one.says in f"{m.what.en}" for m in named), "\n".join(map(str, batch.misreads))
    assert {m.file for m in batch.misreads} <= {one.file}
    assert read_of(batch, one.touches) == read_of(honest, one.touches)


def test_a_deep_shape_of_a_geopackage_is_named(tmp_path: Path, pool: Pool) -> None:
    folder = good_batch(tmp_path)
    hostile.deep_geopackage(folder / "permits.gpkg")
    text = (folder / "batch.toml").read_text("utf-8")
    (folder / "batch.toml").write_text(text.replace("permits.geojson", "permits.gpkg"), "utf-8")
    batch = read_batch(folder, pool)
    assert "permits.gpkg" in {m.file for m in batch.misreads}
    assert len(batch.polygons) == 3


def test_no_overview_of_another_place_is_looked_at(tmp_path: Path, pool: Pool) -> None:
    folder = tmp_path / "batch"
    folder.mkdir()
    good_batch(folder)
    hostile.raster_with_foreign_overviews(folder / "b.tif", tmp_path / "foreign.tif")
    (misread,) = read_batch(folder, pool).misreads
    assert "outside the batch folder: foreign.tif" in misread.what.en


def test_all_at_once_leave_the_polygons(tmp_path: Path, pool: Pool) -> None:
    """Every photograph of a batch hostile at the same time: each is named, in the audit too."""
    folder, scratch = tmp_path / "batch", tmp_path / "scratch"
    folder.mkdir()
    scratch.mkdir()
    good_batch(folder)
    made = {
        "lying": hostile.lying_jpeg(),
        "cut": hostile.jpeg()[:900],
        "page": hostile.HTML,
        "bits": hostile.jpeg()[:300] + bytes(200) + hostile.jpeg()[500:],
    }
    for name, content in made.items():
        put(folder, f"photos/A2-{name}.jpg", content)
    batch = read_batch(folder, pool)
    evidence, _, broken = examine(batch, scratch, runner=pool)
    faults = {photo.id: photo.fault for photo in evidence if photo.fault is not None}
    assert set(faults) >= {"A2-lying.jpg", "A2-cut.jpg", "A2-page.jpg"}
    named = {Path(m.file).name for m in (*batch.misreads, *broken)}
    assert named == set(faults)
    assert {photo.id for photo in evidence if photo.pixel_hash} >= {"A1.jpg", "A2.jpg", "A3.jpg"}


def test_a_pool_reads_what_this_process_reads(tmp_path: Path, pool: Pool) -> None:
    folder = good_batch(tmp_path)
    assert read_batch(folder, pool) == read_batch(folder)


def words_of(misreads: tuple[Misread, ...]) -> list[str]:
    return [f"{m.what.zh}{m.what.en}{m.remedy.en}" for m in misreads]


def test_no_message_says_where_the_batch_lies(tmp_path: Path, pool: Pool) -> None:
    folder = good_batch(tmp_path)
    hostile.corrupt_raster(folder / "a.tif")
    put(folder, "b.tif", b"II*\0" + bytes(500))
    put(folder, "permits.geojson", b"{")
    said = words_of(read_batch(folder, pool).misreads)
    assert len(said) >= 3
    assert not [line for line in said if str(tmp_path) in line]
