"""The archive keeps what finds a photograph a year later, and an old archive learns to keep it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.archive_outs import finished
from tests.make import batch, polygon, square
from tests.test_photos_earlier import DISGUISED
from tests.test_photos_pairs import rocks
from yanhu_satcheck.archive import add, open_past, schema, verify
from yanhu_satcheck.batch import Photo
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import Past
from yanhu_satcheck.photos import Examined, examine
from yanhu_satcheck.photos.codebook import VERSION
from yanhu_satcheck.report.place import OURS

MARKS = "photo_marks.parquet"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three photographs of a summer, and what an autumn made of the second one."""
    folder = tmp_path_factory.mktemp("photos")
    for n, seed in enumerate((4, 5, 6)):
        Image.fromarray(rocks(seed)).save(folder / f"then{n}.jpg", quality=92)
    for n, (_, disguise) in enumerate(DISGUISED.values()):
        altered = np.asarray(np.ascontiguousarray(disguise(rocks(5))), np.uint8)
        Image.fromarray(altered).save(folder / f"now{n}.jpg", quality=85)
    return folder


def seen(folder: Path, names: dict[str, str], scratch: Path, past: Past | None = None) -> Examined:
    scratch.mkdir()
    issued = (polygon("P1", square(0, 0)), polygon("P2", square(4000, 0)))
    photos = tuple(
        Photo(f"{name}.jpg", folder / f"{name}.jpg", of, listed=True) for name, of in names.items()
    )
    return examine(replace(batch(*issued, photos=photos), root=folder), scratch, past=past)


def with_photos(of: Examined, audit: Audit) -> Audit:
    return replace(audit, photos=of[0])


SUMMER = {"then0": "P1", "then1": "P2", "then2": "P1"}


@pytest.fixture(scope="module")
def out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The OUT of the summer."""
    where = tmp_path_factory.mktemp("out")
    summer = seen(folder, SUMMER, where / "scratch")
    return finished(where, "2022Q3", partial(with_photos, summer))


def test_a_year_later_every_disguise_is_found_by_one_index(
    folder: Path, out: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    names = {f"now{n}": "P1" for n in range(len(DISGUISED))}
    with open_past(path) as past:
        _, groups, misreads = seen(folder, names, tmp_path / "scratch", past)
    twins = {group.kind: {twin.photo.id for twin in group.earlier} for group in groups}
    assert twins["exposure"] == twins["view"] == {"then1.jpg"}
    found = {id for group in groups if group.earlier for id in group.photos}
    assert found == {f"{name}.jpg" for name in names}
    assert misreads == ()


def test_what_is_kept_comes_back_as_it_was_taken(folder: Path, out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    photos, _, _ = seen(folder, SUMMER, tmp_path / "scratch")
    kept = sorted(photo.marks for photo in photos if photo.marks)
    with open_past(path) as past:
        assert list(past.marks("2022Q4")) == kept
        assert past.marks("2022Q3") == ()
    assert all(len(one.points) <= 12 * 400 and one.codebook == VERSION for one in kept)


def test_marks_are_kept_once_a_batch_and_again_by_another(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    assert not add(out, path).new
    assert count(path) == 3
    assert verify(path).fault is None


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as base:
        return int(base.execute("SELECT count(*) FROM photo_marks").fetchone()[0])


@contextmanager
def version_2() -> Iterator[None]:
    """Work as the program did before marks were kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        patch.delitem(schema.COLUMNS, "photo_marks")
        yield


def test_an_archive_of_before_marks_takes_them_once_it_is_audited_again(
    folder: Path, out: Path, tmp_path: Path
) -> None:
    """Until then it is said that an altered copy would not be found."""
    path = tmp_path / "a.sqlite"
    summer = seen(folder, SUMMER, tmp_path / "s0")
    bare = tuple(replace(photo, marks=None) for photo in summer[0])
    old = finished(tmp_path, "2022Q3", partial(with_photos, (bare, (), ())))
    add(old, path)
    assert count(path) == 0
    with open_past(path) as past:
        _, groups, (said,) = seen(folder, {"now3": "P1"}, tmp_path / "s1", past)
    assert ([one for one in groups if one.earlier], said.rule) == ([], "PH01")
    again = add(out, path)
    assert (again.new, again.kept.revision, count(path)) == (True, 2, 3)
    assert verify(path, again.head).fault is None
    with open_past(path) as past:
        _, groups, misreads = seen(folder, {"now3": "P1"}, tmp_path / "s2", past)
    assert ([len(one.earlier) for one in groups], misreads) == ([1], ())


def test_the_layout_of_version_2_is_brought_up_to_date(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    plain = finished(tmp_path, "2022Q2")
    (plain / MARKS).unlink()
    forget(plain, MARKS)
    with version_2():
        head = add(plain, path).head
        assert verify(path).fault is None
    added = add(out, path)
    assert verify(path, head).fault is None
    assert (added.kept.revision, count(path)) == (1, 3)
    with version_2():
        assert verify(path.with_name("a.sqlite.v2.backup"), head).fault is None


def forget(out: Path, name: str) -> None:
    """Make an OUT as versions before wrote it: audit.json knows nothing of a file."""
    said = json.loads((out / "audit.json").read_text("utf-8"))
    del said["files"][name]
    (out / "audit.json").write_text(json.dumps(said), "utf-8")


def test_the_file_is_one_of_ours(out: Path) -> None:
    assert MARKS in OURS
    assert (out / MARKS).is_file()
