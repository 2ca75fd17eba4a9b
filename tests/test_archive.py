"""The archive only grows: what is added, what a second time changes, what it refuses."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.archive_outs import answer, finished, reworded
from tests.conftest import satcheck
from tests.test_report_audit import IDS
from yanhu_satcheck.archive import add, schema, shelves, show, store, verify
from yanhu_satcheck.cli.main import exit_code
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.past import Answer
from yanhu_satcheck.pipeline import keep
from yanhu_satcheck.read import read_answers


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return finished(tmp_path_factory.mktemp("out"))


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as base:
        return base.execute(query).fetchall()


def test_the_same_out_twice_changes_nothing(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "新 folder" / "a.sqlite"
    first = add(out, path)
    content = path.read_bytes()
    again = add(out, path)
    assert (first.new, again.new) == (True, False)
    assert (first.head, first.kept) == (again.head, again.kept)
    assert path.read_bytes() == content
    assert [one.name for one in path.parent.iterdir()] == ["a.sqlite"]


def test_a_changed_out_is_a_new_revision_and_the_older_stays(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    changed = add(finished(tmp_path, change=reworded), path)
    assert (changed.new, changed.kept.revision) == (True, 2)
    held = shelves(path)
    assert [(one.kept.revision, one.newest) for one in held] == [(1, False), (2, True)]
    query = "SELECT count(*), count(DISTINCT facts) FROM polygon WHERE polygon_id = '0140802001'"
    assert rows(path, query) == [(2, 2)]
    # What counted before counts again when it is added anew.
    assert add(out, path).kept.revision == 3


def test_an_answer_makes_a_new_revision(out: Path, tmp_path: Path) -> None:
    path, answered = tmp_path / "a.sqlite", tmp_path / "OUT"
    shutil.copytree(out, answered)
    add(answered, path, read_answers(answered / "ledger.xlsx"))
    answer(answered, "更正台账", IDS[0], "不采纳")
    told = read_answers(answered / "ledger.xlsx")
    # The small audit carries one answer of its own.
    assert set(told) == {
        Answer("polygon", IDS[0], "不采纳", "王五", "2023-01-05"),
        Answer("polygon", IDS[1], "采纳", "王五", "2023-01-05"),
    }
    assert add(answered, path, told).kept.revision == 2
    assert show(path, "2022Q4").opinions == {"不采纳": 1, "采纳": 1}


def test_everything_of_an_out_is_held(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    (shelf,) = shelves(path)
    assert (shelf.polygons, shelf.findings, shelf.photos) == (6, 7, 4)
    assert rows(path, "SELECT count(*) FROM evidence") == [(6,)]
    # One polygon has no outline; both photographs that were read have one reduced copy each.
    assert rows(path, "SELECT count(*) FROM footprint") == [(5,)]
    kept = rows(path, "SELECT sha256, jpeg FROM picture ORDER BY sha256")
    assert kept == [(one.stem, one.read_bytes()) for one in sorted((out / "photos").iterdir())]
    shown = show(path, "2022Q4")
    assert shown.calls["PSEUDO_CHANGE"] == shown.calls["UNFILLED"] == 1
    assert shown.rules["DQ02"] == 2


def test_where_the_archive_lies_is_no_part_of_what_was_found(out: Path, tmp_path: Path) -> None:
    path, moved = tmp_path / "a.sqlite", tmp_path / "OUT"
    add(out, path)
    shutil.copytree(out, moved)
    account = json.loads((moved / "audit.json").read_text("utf-8"))
    assert account["archive"] is None
    before = {"batch": "2022Q3", "revision": 1, "head": "00" * 32}
    for file, seen, new in (
        ("../a.sqlite", [], False),
        ("../a.sqlite", [before], True),
        ("../../b.sqlite", [before], False),
    ):
        told = {**account, "archive": {"file": file, "seen": seen}}
        (moved / "audit.json").write_text(json.dumps(told), "utf-8")
        assert add(moved, path).new is new


@pytest.mark.parametrize("name", ["findings.jsonl", "photos.parquet", "evidence.parquet"])
def test_an_out_that_was_changed_since_is_refused(out: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(out, tmp_path / "OUT")
    with (tmp_path / "OUT" / name).open("ab") as file:
        file.write(b" ")
    with pytest.raises(ArchiveError, match=f"{name} .*被改动.*{name} was changed"):
        add(tmp_path / "OUT", tmp_path / "a.sqlite")
    assert not (tmp_path / "a.sqlite").exists()


def test_an_outline_that_was_moved_since_is_refused(out: Path, tmp_path: Path) -> None:
    shutil.copytree(out, tmp_path / "OUT")
    layer = tmp_path / "OUT" / "ledger.gpkg"
    with closing(sqlite3.connect(layer, isolation_level=None)) as base:
        base.execute("DROP TRIGGER IF EXISTS rtree_更正台账_geom_update1")
        for (name,) in base.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND sql LIKE '%UPDATE%'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("PRAGMA user_version")  # opening it is no change
        add(tmp_path / "OUT", tmp_path / "a.sqlite")
        base.execute(
            'UPDATE "更正台账" SET geom = (SELECT geom FROM "更正台账" WHERE fid = 2) WHERE fid = 1'
        )
    with pytest.raises(ArchiveError, match="0140802001"):
        add(tmp_path / "OUT", tmp_path / "a.sqlite")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [("polygons", None, "older version"), ("polygons", [{}], "changed"), ("batch", {}, "changed")],
)
def test_an_account_that_lacks_what_is_needed_is_refused(
    out: Path, tmp_path: Path, key: str, value: object, said: str
) -> None:
    shutil.copytree(out, tmp_path / "OUT")
    account = json.loads((out / "audit.json").read_text("utf-8"))
    account = {**account, key: value} if value is not None else account
    if value is None:
        del account[key]
    (tmp_path / "OUT" / "audit.json").write_text(json.dumps(account), "utf-8")
    with pytest.raises(ArchiveError, match=said):
        add(tmp_path / "OUT", tmp_path / "a.sqlite")


def test_a_folder_that_is_no_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"audit\.json"):
        add(tmp_path, tmp_path / "a.sqlite")


@pytest.mark.parametrize("keep", [0, 50, 4096, -1, -4096, -50_000])
def test_a_truncated_archive_is_named_as_such(out: Path, tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    content = path.read_bytes()
    path.write_bytes(content[:keep])
    for work in (lambda: add(out, path), lambda: verify(path), lambda: shelves(path)):
        with pytest.raises(ArchiveError, match=r"备份.*backup"):
            work()


def test_a_file_of_something_else_is_left_alone(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    for content in (b"\x89PNG" * 100, (out / "ledger.gpkg").read_bytes()):
        path.write_bytes(content)
        with pytest.raises(ArchiveError, match="no archive"):
            add(out, path)
        assert path.read_bytes() == content


def test_what_is_left_of_a_lost_archive_is_not_played_into_a_new_one(
    out: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.sqlite-wal").write_bytes(b"of an archive that somebody deleted")
    with pytest.raises(ArchiveError, match="-wal is left"):
        add(out, tmp_path / "a.sqlite")
    assert not (tmp_path / "a.sqlite").exists()


def test_a_locked_archive_is_waited_for_and_then_named(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArchiveError, match="in use by another program"):
            add(out, path, wait_s=0.05)
        assert len(shelves(path)) == 1  # who only reads is not kept waiting
        other.execute("ROLLBACK")
    assert not add(out, path, wait_s=0.05).new


def test_a_newer_archive_is_refused(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA user_version = 99")
    with pytest.raises(ArchiveError, match=r"升级 satcheck.*99 is newer"):
        shelves(path)


def test_an_older_archive_is_brought_up_to_date_with_a_copy_beside_it(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    head = add(out, path).head
    was = schema.version()
    more = (*schema.MIGRATIONS, "ALTER TABLE photo ADD COLUMN features BLOB;\n")
    monkeypatch.setattr(schema, "MIGRATIONS", more)
    assert verify(path).fault is None
    assert verify(path, head).head == head
    assert rows(path, "PRAGMA user_version") == [(was + 1,)]
    spare = tmp_path / f"a.sqlite.v{was}.backup"
    assert rows(spare, "PRAGMA user_version") == [(was,)]
    assert rows(spare, "SELECT count(*) FROM photo") == [(4,)]
    assert {one.name for one in tmp_path.iterdir()} == {path.name, spare.name}


def test_a_migration_that_fails_leaves_the_archive_as_it_was(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    bad = "ALTER TABLE photo ADD COLUMN features BLOB;\nALTER TABLE nowhere ADD COLUMN x;\n"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, bad))
        with pytest.raises(ArchiveError, match="no such table"):
            shelves(path)
    assert verify(path).fault is None


def test_a_read_only_archive_answers_and_refuses_to_grow(out: Path, tmp_path: Path) -> None:
    """As another user, since root may write anywhere."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    add(out, folder / "a.sqlite")
    changed = finished(tmp_path, change=reworded)
    told = (
        "import os, sys; from pathlib import Path\n"
        "from yanhu_satcheck.archive import add, verify\n"
        "from yanhu_satcheck.errors import ArchiveError\n"
        "import pyogrio, pyarrow.parquet, pyproj, yanhu_satcheck.archive.verify\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "out, path = map(Path, sys.argv[1:])\n"
        "print(verify(path).fault)\n"
        "try: add(out, path)\n"
        "except ArchiveError as why: print(why)\n"
    )
    if not hasattr(os, "geteuid"):
        pytest.skip("needs another user")
    for one in (tmp_path, *tmp_path.parents[:3]):
        one.chmod(one.stat().st_mode | 0o555)
    (folder / "a.sqlite").chmod(0o444)
    folder.chmod(0o555)
    command = [sys.executable, "-c", told, str(changed), str(folder / "a.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    folder.chmod(0o755)
    fault, why = done.stdout.splitlines() or [done.stderr, ""]
    assert fault == "None"
    assert "文件只读" in why
    assert "read-only" in why


def test_an_address_of_a_server_is_refused_in_words(out: Path) -> None:
    with pytest.raises(ArchiveError, match="not supported yet"):
        store.connect(Path("postgresql://host/base"))


def test_the_commands_add_list_show_and_verify(out: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    added = satcheck("archive", "add", out, "--archive", path, "--lang", "en")
    assert (added.code, added.stderr) == (0, "")
    head = added.stdout.split("head ")[1].split()[0]
    assert "2022Q4" in satcheck("archive", "list", "--archive", path).stdout
    shown = satcheck("archive", "show", "2022Q4", "--archive", path)
    calls, states = shown.stdout.splitlines()[2:4]
    assert "实地伪变化 1" in calls
    assert "未填 1" in calls
    assert "不一致" in states
    assert not re.search("[a-zA-Z]", calls + states)
    told = satcheck("archive", "show", "2022Q4", "--archive", path, "--lang", "en").stdout
    assert "pseudo-change 1" in told
    proved = satcheck("archive", "verify", "--archive", path, "--head", head)
    assert (proved.code, head in proved.stdout) == (0, True)
    assert satcheck("archive", "show", "1999Q1", "--archive", path).code == 2
    assert satcheck("archive", "list", "--archive", tmp_path / "none").code == 2


def test_without_a_known_archive_add_asks_for_one(out: Path) -> None:
    run = satcheck("archive", "add", out)
    assert run.code == 2
    assert "--archive" in run.stderr


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def cut(path: Path) -> AbstractContextManager[None]:
    path.write_bytes(path.read_bytes()[:-5000])
    return nullcontext()


def foreign(path: Path) -> AbstractContextManager[None]:
    path.write_bytes(b"\x89PNG" * 100)
    return nullcontext()


def newer(path: Path) -> AbstractContextManager[None]:
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA user_version = 99")
    return nullcontext()


@pytest.mark.parametrize(
    ("state", "zh", "en"),
    [
        (locked, "正被其他程序使用", "in use by another program"),
        (cut, "文件不完整", "it is cut off"),
        (foreign, "不是档案文件", "it is no archive"),
        (newer, "请升级 satcheck", "update satcheck"),
    ],
)
def test_an_archive_that_cannot_be_used_ends_the_command_with_2_in_both_languages(
    out: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    state: Callable[[Path], AbstractContextManager[None]],
    zh: str,
    en: str,
) -> None:
    path = tmp_path / "a.sqlite"
    add(out, path)
    with state(path):
        assert exit_code(lambda: add(out, path, wait_s=0.05)) == 2
    said = capsys.readouterr().err
    assert zh in said
    assert en in said
    assert "a.sqlite" in said


def test_only_answers_that_count_are_kept(tmp_path: Path) -> None:
    """An unsigned answer and a word that is none were counted beside the others."""
    there = finished(tmp_path)
    path = tmp_path / "a.sqlite"
    keep(there, path)
    before = show(path, "2022Q4").opinions
    answer(there, "更正台账", IDS[0], "不采纳")
    answer(there, "更正台账", IDS[1], "同意")
    answer(there, "更正台账", IDS[3], "采纳")
    book = openpyxl.load_workbook(there / "ledger.xlsx")
    page = book["更正台账"]
    (at,) = [row[0].row for row in page.iter_rows(min_row=2) if row[0].value == IDS[3]]
    header = [cell.value for cell in page[1]]
    page.cell(at, len(header) - header[::-1].index("复核人")).value = None
    book.save(there / "ledger.xlsx")
    keep(there, path)
    now = show(path, "2022Q4").opinions
    assert "同意" not in now
    told = rows(path, "SELECT opinion, person FROM answer WHERE about = '0140802001'")
    assert ("不采纳", "王五") in told
    unsigned = "SELECT count(*) FROM answer WHERE person = '' OR opinion = ''"
    assert rows(path, unsigned) == [(0,)]
    assert now.get("采纳", 0) <= before.get("采纳", 0)


def test_a_batch_folder_is_told_from_a_finished_audit(tmp_path: Path) -> None:
    (tmp_path / "batch.toml").write_text("", "utf-8")
    run = satcheck("archive", "add", tmp_path, "--archive", tmp_path / "a.sqlite")
    assert run.code == 2
    assert "是批次文件夹" in run.stderr
    assert "satcheck audit" in run.stderr
