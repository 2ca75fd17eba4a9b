"""Pictures of each polygon are kept; an archive of before they were is brought up to date."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from PIL import Image

from tests.archive_outs import finished
from tests.test_archive_crash import adder, go
from tests.test_report_audit import IDS, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.archive import add, open_past, schema, shelves, strips, verify
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.past import Answer, EarlierOverlap, EarlierPolygon
from yanhu_satcheck.terms import Call

ONE = IDS[0]
VERSION_1 = "5cfd050353386fed"
"""How the hash of the first released layout begins: a released step is never edited."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(tmp_path_factory.mktemp("out"), "2022Q3")


def without_chips(out: Path, target: Path) -> Path:
    """Make an OUT as versions before wrote it."""
    shutil.copytree(out, target)
    shutil.rmtree(target / "reports" / "chips")
    (target / "photo_marks.parquet").unlink()
    said = json.loads((target / "audit.json").read_text("utf-8"))
    del said["chips"]
    later = ("reports/chips/", "photo_marks")
    said["files"] = {n: v for n, v in said["files"].items() if not n.startswith(later)}
    (target / "audit.json").write_text(json.dumps(said), "utf-8")
    return target


@contextmanager
def version_1() -> Iterator[None]:
    """Work as the program did when version 1 was all there was."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        for later in ("chip", "chip_picture", "photo_marks"):
            patch.delitem(schema.COLUMNS, later)
        patch.setattr(sys.modules["yanhu_satcheck.archive.add"], "PICTURES", ("picture",))
        yield


@pytest.fixture
def old(out: Path, tmp_path: Path) -> Path:
    """An archive of version 1 that holds an OUT of its time."""
    path = tmp_path / "old" / "a.sqlite"
    with version_1():
        add(without_chips(out, tmp_path / "old OUT"), path)
        assert verify(path).fault is None
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (1,)
    return path


def count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as base:
        return int(base.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_the_released_layout_is_never_edited() -> None:
    assert sha256(schema.MIGRATIONS[0].encode()).hexdigest().startswith(VERSION_1)


def test_before_and_after_of_each_polygon_lie_in_out_by_their_hash(out: Path) -> None:
    said = json.loads((out / "audit.json").read_text("utf-8"))
    kept = [(one["polygon_id"], one["kind"], one["date"], one["metres"]) for one in said["chips"]]
    days = (("before", "2022-08-21"), ("after", "2022-11-12"))
    assert kept == [(id, *day, 480.0) for id in sorted(IDS[:5]) for day in days]
    for one in said["chips"]:
        path = out / "reports" / "chips" / f"{one['sha256']}.jpg"
        assert sha256(path.read_bytes()).hexdigest() == one["sha256"]
        assert said["files"][f"reports/chips/{path.name}"]["sha256"] == one["sha256"]


def test_a_large_picture_is_kept_small_with_its_outline(tmp_path: Path) -> None:
    audit = small_audit(tmp_path / "x")
    big = tmp_path / "big.png"
    Image.linear_gradient("L").resize((960, 640)).save(big)
    square = (((0.0, 0.0), (960.0, 0.0), (960.0, 640.0)),)
    chip = audit.chips[0]._replace(path=big, width=960, height=640, outline=square)
    report.write(replace(audit, chips=(chip,)), tmp_path / "OUT")
    (one,) = json.loads((tmp_path / "OUT" / "audit.json").read_text("utf-8"))["chips"]
    assert (one["width"], one["height"], one["outline"][0][2]) == (480, 320, [480.0, 320.0])
    with Image.open(tmp_path / "OUT" / "reports" / "chips" / f"{one['sha256']}.jpg") as kept:
        assert (kept.format, kept.size) == ("JPEG", (480, 320))


def test_the_archive_gives_them_back(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    with open_past(path) as past:
        chips = past.chips("2022Q3", ONE, "2022Q4")
        assert [(one.kind, str(one.date)) for one in chips] == [
            ("before", "2022-08-21"),
            ("after", "2022-11-12"),
        ]
        for one in chips:
            file = out / "reports" / "chips" / f"{one.sha256}.jpg"
            assert past.chip(one.sha256) == file.read_bytes()
        assert past.chips("2022Q3", ONE, "2022Q3") == ()  # not earlier
        assert past.chips("2022Q3", "nobody", "2022Q4") == ()
        assert past.chip("00" * 32) is None
        then = EarlierPolygon("2022Q3", ONE, ONE, None, Call.LEGAL)
        strip = strips(past, [then, then], "2022Q4", tmp_path)["2022Q3", ONE]
    assert [former.chip for former in strip] == list(chips)
    assert all(former.path.stat().st_size for former in strip)


def test_a_picture_is_stored_once(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    pictures, chips = count(path, "chip_picture"), count(path, "chip")
    add(out, path, [Answer("polygon", ONE, "采纳", "王五", "2023-01-05")])
    assert (count(path, "chip_picture"), count(path, "chip")) == (pictures, 2 * chips)
    assert verify(path).fault is None


def test_a_picture_that_was_changed_is_refused(out: Path, tmp_path: Path) -> None:
    changed = Path(shutil.copytree(out, tmp_path / "OUT"))
    first = min((changed / "reports" / "chips").iterdir())
    first.write_bytes(first.read_bytes() + b" ")
    with pytest.raises(ArchiveError, match=f"{first.name} .*被改动.*{first.name} was changed"):
        add(changed, tmp_path / "a.sqlite")


def test_an_out_without_pictures_is_added_all_the_same(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    assert add(without_chips(out, tmp_path / "OUT"), path).new
    with open_past(path) as past:
        assert past.chips("2022Q3", ONE, "2022Q4") == ()
    assert add(out, path).kept.revision == 2  # now with its pictures


def test_an_archive_of_version_1_keeps_all_it_held(out: Path, old: Path, tmp_path: Path) -> None:
    before = old.read_bytes()
    again = add(tmp_path / "old OUT", old)
    assert not again.new
    with closing(sqlite3.connect(old)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (schema.version(),)
    spare = old.with_name("a.sqlite.v1.backup")
    with closing(sqlite3.connect(spare)) as base:
        assert base.execute("PRAGMA user_version").fetchone() == (1,)
        assert base.execute("SELECT count(*) FROM polygon").fetchone() == (6,)
    assert before[:16] == spare.read_bytes()[:16]
    assert {one.name for one in old.parent.iterdir()} == {old.name, spare.name}
    assert verify(old, again.head).fault is None
    assert add(out, old).kept.revision == 2
    assert verify(old, again.head).fault is None
    with version_1():  # what was kept beside it is an archive of its time
        assert verify(spare, again.head).fault is None


def test_two_that_meet_a_version_1_archive_at_once(out: Path, old: Path, tmp_path: Path) -> None:
    outs = [finished(tmp_path, name) for name in ("2022Q4", "2023Q1")]
    running = [adder(old, [one]) for one in outs]
    for one in running:
        go(one)
    told = [one.communicate(timeout=120) for one in running]
    assert [err for _, err in told] == ["", ""]
    assert [one.kept.batch for one in shelves(old)] == ["2022Q3", "2022Q4", "2023Q1"]
    assert verify(old).fault is None


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="needs another user")
def test_a_version_1_archive_that_may_not_be_written_says_what_to_do(old: Path) -> None:
    told = (
        "import os, sys; from pathlib import Path\n"
        "from yanhu_satcheck.archive import shelves\n"
        "from yanhu_satcheck.errors import ArchiveError\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: shelves(Path(sys.argv[1]))\n"
        "except ArchiveError as why: print(why)\n"
    )
    with TemporaryDirectory() as folder:  # of its own: each run of pytest shuts the common one
        path = Path(shutil.copy(old, folder))
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        command = [sys.executable, "-c", told, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        Path(folder).chmod(0o755)
    assert "请复制到可写的文件夹" in done.stdout, done.stderr
    assert "copy it to a folder that may be written" in done.stdout


@pytest.mark.parametrize(("lang", "words"), [("zh", "历次"), ("en", "Earlier batches")])
def test_a_page_shows_the_place_through_time(
    out: Path, tmp_path: Path, lang: str, words: str
) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    audit = small_audit(tmp_path / "x", lang)
    first, *others = audit.cases
    with open_past(path) as past:
        then = past.polygon("2022Q3", ONE, "2022Q4")
        assert then is not None
        former = strips(past, [then], "2022Q4", tmp_path)
    met = (
        EarlierOverlap(then, 9000.0, 0.87, False),
        EarlierOverlap(replace(then, polygon_id="a sliver"), 9.0, 0.01, True),
    )
    told = replace(first, earlier=met)
    report.write(replace(audit, cases=(told, *others), former=former), tmp_path / "OUT")
    pages = tmp_path / "OUT" / "reports"
    page = (pages / f"{ONE}.html").read_text("utf-8")
    strip = page[page.index('class="rounds"') :].split("</section>")[0]
    assert words in strip
    assert "2022Q3" in strip
    assert "87" in strip
    assert "a sliver" not in strip
    shown = [part.split('"')[0] for part in strip.split('src="')[1:]]
    assert len(shown) == 4
    assert all((pages / one).is_file() for one in shown)
    assert 'class="rounds"' not in (pages / f"{IDS[1]}.html").read_text("utf-8")
