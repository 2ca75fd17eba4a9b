"""A copy is found among many photographs by the points it keeps, turned into twelve bytes each."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from tests.test_photos import batch
from tests.test_photos_pairs import Pixels, rocks, shot
from yanhu_satcheck.photos import examine
from yanhu_satcheck.photos.codebook import VERSION, codebook
from yanhu_satcheck.photos.index import Index
from yanhu_satcheck.photos.marks import marked, unpacked

CROWD = [rocks(seed, 640, 480, 900) for seed in range(1, 9)]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index([marked(pixels)[0] for pixels in CROWD])


def found(index: Index, pixels: Pixels, *parts: tuple[int, int, int, int]) -> set[int]:
    questions = marked(np.ascontiguousarray(pixels), parts)[1]
    return {one.number for question in questions for one in index.candidates(question)}


def test_a_copy_finds_its_original_alone(index: Index) -> None:
    assert found(index, CROWD[3]) == {3}
    assert found(index, CROWD[3][60:420, 80:600]) == {3}
    assert found(index, CROWD[3][:, ::-1]) == {3}


def test_a_stranger_finds_nobody(index: Index) -> None:
    assert found(index, rocks(77, 640, 480, 900)) == set()


def test_the_parts_of_a_collage_are_asked_for(index: Index) -> None:
    four = np.block([[CROWD[0], CROWD[1]], [CROWD[2], rocks(77, 640, 480, 900)]])
    parts = [(x, y, x + 640, y + 480) for x in (0, 640) for y in (0, 480)]
    assert found(index, four, *parts) == {0, 1, 2}


def test_a_picture_without_points_asks_nothing(index: Index) -> None:
    assert found(index, np.full((480, 640), 99, np.uint8)) == set()
    assert found(Index([]), CROWD[0]) == set()


def test_marks_come_back_as_they_were_kept() -> None:
    marks, _ = marked(CROWD[0])
    kept = marks.packed()
    assert len(kept) == 12 * len(marks.words) <= 12 * 400
    again = unpacked(VERSION, marks.size, kept)
    assert again.words.tolist() == marks.words.tolist()
    assert again.signatures.tolist() == marks.signatures.tolist()
    assert again.places.tolist() == marks.places.tolist()


def test_the_codebook_is_the_one_that_was_numbered() -> None:
    shipped = files("yanhu_satcheck.photos").joinpath("codebook-1.npz").read_bytes()
    assert sha256(shipped).hexdigest().startswith("ca95525e3b40fc13"), (
        "a new one needs a new number"
    )
    book = codebook()
    assert (book.version, book.words.shape) == (VERSION, (8192, 128))
    assert np.abs(book.projection.T @ book.projection - np.eye(64)).max() < 0.02


def kinds(folder: Path, **pictures: Pixels) -> list[tuple[str, str]]:
    for name, pixels in pictures.items():
        shot(folder, name, pixels)
    (folder / "scratch").mkdir()
    _, groups, broken = examine(batch(folder, **dict.fromkeys(pictures, "T1")), folder / "scratch")
    assert broken == ()
    return [(g.kind, " ".join(id.removesuffix(".jpg") for id in g.photos)) for g in groups]


def test_a_batch_is_searched_for_disguised_copies(tmp_path: Path) -> None:
    """Two cuts of one photograph and their original are one; a view that shows more is a place."""
    seen = kinds(
        tmp_path,
        a=rocks(1)[:, :840],
        b=rocks(1)[50:600, 60:700][:, ::-1],
        c=rocks(1)[:, 200:],
        d=rocks(2),
    )
    assert seen == [("exposure", "a b"), ("place", "a b c")]


def test_a_batch_of_one_picture_is_one_exposure(tmp_path: Path) -> None:
    same = dict.fromkeys([f"n{number}" for number in range(12)], CROWD[0])
    assert kinds(tmp_path, **same) == [("exposure", " ".join(sorted(same)))]
