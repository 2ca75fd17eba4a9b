"""One exposure is told from two shots of one view: by file, by pixels, by what re-saving does."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.shared import shared_data
from yanhu_satcheck.batch import Batch, IssuedPolygon, Photo
from yanhu_satcheck.photos import examine
from yanhu_satcheck.photos.picture import Unreadable, decode, digest, distance, print_of
from yanhu_satcheck.photos.resaved import likeness


def scene(seed: int, noise: float = 2.0) -> Image.Image:
    """A textured view; the seed is the exposure's noise, the view stays the same."""
    view = np.random.default_rng(1).normal(0, 1, (60, 80)).cumsum(0).cumsum(1)
    view = 40 + 170 * (view - view.min()) / np.ptp(view)
    big = np.asarray(Image.fromarray(view.astype(np.float32)).resize((640, 480)))
    big = big + 14 * np.sin(np.arange(640) / 3)[None, :] * np.cos(np.arange(480) / 4)[:, None]
    shot = big + np.random.default_rng(seed).normal(0, noise, big.shape)
    return Image.fromarray(np.clip(shot, 0, 255).astype(np.uint8)).convert("RGB")


def batch(folder: Path, **polygon_of: str | None) -> Batch:
    photos = tuple(
        Photo(f"{name}.jpg", folder / f"{name}.jpg", polygon, listed=True)
        for name, polygon in polygon_of.items()
    )
    issued = tuple(
        IssuedPolygon(n, n, 2, None) for n in sorted({*filter(None, polygon_of.values())})
    )
    day = date(2022, 12, 31)
    return Batch("2022Q4", folder, "140802", (day, day), day, "EPSG:4546", issued, photos=photos)


def groups_of(folder: Path, *names: str) -> list[tuple[str, str]]:
    scratch = folder / "scratch"
    scratch.mkdir()
    _, groups, _ = examine(batch(folder, **dict.fromkeys(names, "T1")), scratch)
    return [
        (group.kind, " ".join(id.removesuffix(".jpg") for id in group.photos)) for group in groups
    ]


def test_the_same_file_and_the_same_pixels_are_one_exposure(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=90)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    again = Image.open(tmp_path / "a.jpg")
    again.save(tmp_path / "c.jpg", quality="keep", comment=b"other metadata")
    scene(1).transpose(Image.Transpose.ROTATE_90).save(tmp_path / "d.jpg", quality=90)
    # The turned one was made from what the camera saw, not from the file: its own encoding differs.
    groups = groups_of(tmp_path, "a", "b", "c", "d")
    assert groups == [("exposure", "a b c"), ("view", "a b c d")]


def test_a_copied_file_is_said_to_be_that_and_nothing_more(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=90)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    (tmp_path / "scratch").mkdir()
    _, (group,), _ = examine(batch(tmp_path, a="T1", b="T1"), tmp_path / "scratch")
    assert group.how.zh == "文件完全相同"


@pytest.mark.parametrize("quality", [40, 60, 88, 97])
def test_saved_again_is_one_exposure(tmp_path: Path, quality: int) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=95)
    Image.open(tmp_path / "a.jpg").save(tmp_path / "b.jpg", quality=quality)
    assert groups_of(tmp_path, "a", "b") == [("exposure", "a b")]


def test_the_next_shot_of_a_fixed_camera_is_one_view_and_no_more(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=92)
    scene(2).save(tmp_path / "b.jpg", quality=92)
    assert groups_of(tmp_path, "a", "b") == [("view", "a b")]


def test_saved_too_poorly_to_tell_is_no_exposure(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=92)
    Image.open(tmp_path / "a.jpg").save(tmp_path / "b.jpg", quality=20)
    ((kind, names),) = groups_of(tmp_path, "a", "b")
    assert (kind in {"view", "doubtful"}, names) == (True, "a b")


def test_a_view_takes_every_copy_of_the_exposure_that_it_meets(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=92)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    scene(2).save(tmp_path / "c.jpg", quality=92)
    assert groups_of(tmp_path, "a", "b", "c") == [("exposure", "a b"), ("view", "a b c")]


def test_blank_pictures_are_not_taken_for_each_other(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480), (90, 90, 90)).save(tmp_path / "a.jpg", quality=92)
    Image.new("RGB", (640, 480), (120, 110, 90)).save(tmp_path / "b.jpg", quality=92)
    assert groups_of(tmp_path, "a", "b") == []


def test_a_picture_cut_short_is_named_not_fatal(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=90)
    whole = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "scratch").mkdir()
    photos, groups, misreads = examine(batch(tmp_path, a="T1"), tmp_path / "scratch")
    assert photos[0].fault is not None
    assert photos[0].pixel_hash is None
    assert [(m.file, m.rule, m.polygon_ids) for m in misreads] == [("a.jpg", "PH04", ("T1",))]
    assert groups == ()


def test_a_postscript_in_a_photographs_clothes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    with pytest.raises(Unreadable):
        decode(tmp_path / "a.jpg")


def test_no_two_real_photographs_of_one_scene_are_called_one_exposure(tmp_path: Path) -> None:
    """279 photographs by other hands, nine scenes of honest near-duplicates among them."""
    files = sorted(shared_data("photos").glob("*.jpg"))
    prints = {path: print_of(path, digest(path), tmp_path) for path in files}
    marked = [(path, p) for path, p in prints.items() if p.fingerprint]
    near = [
        (one, two)
        for n, (one, a) in enumerate(marked)
        for two, b in marked[n + 1 :]
        if distance(a.fingerprint, b.fingerprint) <= 60
        and (a.width, a.height) == (b.width, b.height)
    ]
    assert len(marked) >= 278
    assert near, "the bracketed pair is close enough to be compared"
    assert [pair for pair in near if likeness(*pair).same_exposure] == []


def test_a_batch_of_one_photograph_again_and_again_is_one_group(tmp_path: Path) -> None:
    names = [f"a{n}" for n in range(40)]
    scene(1).save(tmp_path / "a0.jpg", quality=90)
    for name in names[1:]:
        (tmp_path / f"{name}.jpg").write_bytes((tmp_path / "a0.jpg").read_bytes())
    assert groups_of(tmp_path, *names) == [("exposure", " ".join(sorted(names)))]


def test_one_file_listed_for_two_polygons_is_an_exposure_of_both(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "a.jpg", quality=90)
    (tmp_path / "scratch").mkdir()
    there = batch(tmp_path, a="T1")
    twice = (*there.photos, replace(there.photos[0], polygon_id="T2"))
    photos, groups, _ = examine(replace(there, photos=twice), tmp_path / "scratch")
    assert [photo.polygon_id for photo in photos] == ["T1", "T2"]
    assert [(group.kind, group.photos) for group in groups] == [("exposure", ("a.jpg",))]
