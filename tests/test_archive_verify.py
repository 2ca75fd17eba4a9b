"""Whatever is altered, deleted, slipped in or moved in the archive is named."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.archive_outs import finished, meddle
from tests.make import row
from tests.test_report_audit import IDS
from yanhu_satcheck.archive import add, verify
from yanhu_satcheck.archive.schema import COLUMNS
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.past import Answer


@pytest.fixture(scope="module")
def two_quarters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """An archive of two batches, and its head after each."""
    folder = tmp_path_factory.mktemp("archive")
    path = folder / "a.sqlite"
    told = [Answer("polygon", IDS[0], "不采纳", "王五", "2023-01-05")]
    outs = [finished(folder, batch, rows=[row(IDS[1])]) for batch in ("2022Q3", "2022Q4")]
    return path, [add(out, path, told).head for out in outs]


@pytest.fixture
def copy(two_quarters: tuple[Path, list[str]], tmp_path: Path) -> Path:
    return Path(shutil.copy(two_quarters[0], tmp_path / "a.sqlite"))


def fault(path: Path, head: str = "") -> str:
    said = verify(path, head).fault
    return said.en if said else ""


def test_an_untouched_archive_is_sound(copy: Path, two_quarters: tuple[Path, list[str]]) -> None:
    first, last = two_quarters[1]
    verdict = verify(copy, first)
    assert (verdict.revisions, verdict.head, verdict.fault) == (2, last, None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE polygon SET facts = replace(facts, 'LEGAL', 'OTHER') WHERE id = 3", "0140802003"),
        ("UPDATE finding SET status = 'doubtful' WHERE rule = 'CL01' AND revision = 2", "CL01"),
        ("UPDATE answer SET opinion = '采纳'", "answer to 0140802001 of 2022Q3/1"),
        ("UPDATE ledger SET line = '{}' WHERE revision = 2", "ledger row of 0140802002"),
        ("UPDATE picture SET jpeg = x'ffd8' WHERE id = 1", "picture of photograph"),
        ("UPDATE photo SET fingerprint = NULL WHERE id = 1", "a/1.jpg of 2022Q3/1"),
        ("UPDATE photo SET path = CAST(x'e4b8' AS TEXT) WHERE id = 3", "photograph"),
        ("UPDATE revision SET batch = '2021Q4' WHERE id = 1", "batch 2021Q4/1"),
        ("UPDATE chip SET kind = 'after' WHERE id = 1", "image of polygon 0140802001/after"),
        ("UPDATE chip_picture SET jpeg = x'ffd8' WHERE id = 1", "image file"),
        ("UPDATE photo_marks SET points = x'00' WHERE id = 1", "marks of photograph"),
        ("UPDATE revision SET account = '{}' WHERE id = 2", "batch 2022Q4/1"),
    ],
)
def test_an_altered_row_is_named(copy: Path, change: str, named: str) -> None:
    meddle(copy, change)
    said = fault(copy)
    assert "altered" in said
    assert named in said


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_deleted_row_is_named(copy: Path, kind: str) -> None:
    meddle(copy, f"DELETE FROM {kind} WHERE id = (SELECT max(id) FROM {kind})")
    assert f"({kind} " in fault(copy)
    assert "was deleted" in fault(copy)


def test_two_rows_that_change_places_are_named(copy: Path) -> None:
    meddle(
        copy,
        "UPDATE finding SET id = -1 WHERE id = 1",
        "UPDATE finding SET id = 1 WHERE id = 2",
        "UPDATE finding SET id = 2 WHERE id = -1",
    )
    assert "altered" in fault(copy)


def test_links_that_change_places_are_named(copy: Path) -> None:
    meddle(
        copy,
        "UPDATE chain SET seq = -1 WHERE seq = 4",
        "UPDATE chain SET seq = 4 WHERE seq = 5",
        "UPDATE chain SET seq = 5 WHERE seq = -1",
    )
    assert "row 4 (" in fault(copy)
    assert "not where it was" in fault(copy)


def test_a_row_deleted_with_its_link_is_missed(copy: Path) -> None:
    link = "DELETE FROM chain WHERE kind = 'finding' AND row = 2"
    meddle(copy, "DELETE FROM finding WHERE id = 2", link)
    assert "of the chain is gone" in fault(copy)


def test_the_last_row_deleted_with_its_link_is_missed(copy: Path) -> None:
    meddle(
        copy,
        "DELETE FROM chip_picture WHERE id = (SELECT max(id) FROM chip_picture)",
        "DELETE FROM chain WHERE seq = (SELECT max(seq) FROM chain)",
    )
    assert "2022Q4, revision 1" in fault(copy)


def test_a_row_slipped_in_is_named(copy: Path) -> None:
    meddle(copy, "INSERT INTO answer VALUES (9, 2, 'polygon', 'X', '不采纳', '王五', '')")
    assert fault(copy) == "answer to X of 2022Q4/1 was slipped in"


@pytest.mark.parametrize(
    "change",
    ["DELETE FROM footprint WHERE id = 1", "UPDATE footprint SET west = 0, east = 1 WHERE id = 2"],
)
def test_a_place_taken_from_the_index_is_named(copy: Path, change: str) -> None:
    meddle(copy, change)
    assert "index of places" in fault(copy)


def test_a_trigger_taken_away_is_named(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as base:
        base.execute("DROP TRIGGER answer_keeps_DELETE")
    assert "layout was changed: trigger answer_keeps_DELETE" in fault(copy)


def test_a_newest_revision_cut_off_shows_against_the_head_alone(
    copy: Path, two_quarters: tuple[Path, list[str]]
) -> None:
    first, last = two_quarters[1]
    tables = [kind for kind in COLUMNS if kind != "revision"]
    meddle(
        copy,
        "DELETE FROM footprint WHERE id IN (SELECT id FROM polygon WHERE revision = 2)",
        *(f"DELETE FROM {kind} WHERE revision = 2" for kind in ("chain", *tables)),
        "DELETE FROM revision WHERE id = 2",
    )
    assert fault(copy) == ""
    assert fault(copy, first) == ""
    assert "cut short" in fault(copy, last)


def test_nothing_can_be_changed_by_way_of_sql(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as base:
        for change in ("DELETE FROM chain", "UPDATE polygon SET facts = '{}'"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                base.execute(change)


def test_a_byte_changed_anywhere_is_noticed_or_changes_nothing_stored(
    two_quarters: tuple[Path, list[str]], tmp_path: Path
) -> None:
    """A byte in unused space, or in a count that nobody reads, may change and be missed."""
    content = two_quarters[0].read_bytes()
    path = tmp_path / "a.sqlite"
    path.write_bytes(content)
    meant = dump(path)
    rng = random.Random(5)
    noticed = 0
    for _ in range(120):
        at = rng.randrange(len(content))
        changed = bytearray(content)
        changed[at] ^= 1 << rng.randrange(8)
        path.write_bytes(changed)
        try:
            sound = verify(path).fault is None
        except ArchiveError:
            sound = False
        noticed += not sound
        assert not sound or dump(path) == meant, f"byte {at}"
    assert noticed > 30


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as base:
        kinds = (*COLUMNS, "chain", "footprint")
        return [str(base.execute(f"SELECT * FROM {kind}").fetchall()) for kind in kinds]
