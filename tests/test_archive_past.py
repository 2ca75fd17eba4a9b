"""What the archive answers about earlier batches."""

import json
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from shapely import Point, Polygon, difference, transform, union_all
from shapely.geometry.base import BaseGeometry

from tests.archive_outs import answer, finished, meddle
from tests.conftest import SAMPLE, satcheck
from tests.make import row
from tests.test_report_audit import IDS, small_audit
from yanhu_satcheck.archive import Archive, add, open_past, plane
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import Past
from yanhu_satcheck.pipeline import keep
from yanhu_satcheck.terms import Call, Status

ONE, TWO, THREE = IDS[:3]


def lonlat(footprint: BaseGeometry | None) -> BaseGeometry:
    assert footprint is not None
    turn = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
    return transform(footprint, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, BaseGeometry]:
    """The outlines of the small audit, in metres."""
    cases = small_audit(tmp_path_factory.mktemp("drawn")).cases
    return {c.polygon_id: c.polygon.footprint for c in cases if c.polygon.footprint is not None}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three quarters; the second one came twice, and the second time without a suspicion."""
    folder = tmp_path_factory.mktemp("archive")
    path = folder / "a.sqlite"
    add(finished(folder, "2022Q2", rows=[row(TWO, deadline=date(2022, 9, 1))]), path)
    add(finished(folder, "2022Q3"), path)
    add(finished(folder, "2022Q3", cleared), path)
    later = [
        row(TWO, batch="2022Q2", closed=True, closed_date=date(2022, 12, 1)),
        row("not issued here", batch="2022Q2"),
    ]
    add(finished(folder, "2022Q4", rows=later), path)
    return path


def cleared(audit: Audit) -> Audit:
    judged = replace(audit.judgement, findings=())
    return replace(audit, judgement=judged)


def asked(path: Path, before: str, outline: BaseGeometry) -> list[tuple[str, str, float, bool]]:
    with open_past(path) as past:
        found = past.overlapping(lonlat(outline), before)
    return [(o.polygon.batch, o.polygon.polygon_id, round(o.share, 3), o.sliver) for o in found]


def test_earlier_are_those_that_sort_before(path: Path) -> None:
    with open_past(path) as archive:
        past: Past = archive
        told = {before: past.earlier(before) for before in ("2022Q1", "2022Q3", "2022Q4", "2023Q1")}
    assert told["2022Q1"] == ()
    assert [(k.batch, k.revision) for k in told["2022Q4"]] == [("2022Q2", 1), ("2022Q3", 2)]
    assert [k.batch for k in told["2023Q1"]] == ["2022Q2", "2022Q3", "2022Q4"]
    assert told["2022Q3"] == told["2023Q1"][:1]


def test_the_same_ground_is_found_in_earlier_batches_alone(
    path: Path, drawn: dict[str, BaseGeometry]
) -> None:
    assert asked(path, "2022Q2", drawn[ONE]) == []
    assert asked(path, "2022Q3", drawn[ONE]) == [("2022Q2", ONE, 1.0, False)]
    found = asked(path, "2022Q4", drawn[ONE])
    assert found == [("2022Q2", ONE, 1.0, False), ("2022Q3", ONE, 1.0, False)]


def test_a_share_is_of_the_smaller_and_an_edge_is_a_sliver(
    path: Path, drawn: dict[str, BaseGeometry]
) -> None:
    one = drawn[ONE]
    inside = Point(one.centroid).buffer(20)
    assert asked(path, "2022Q3", inside) == [("2022Q2", ONE, 1.0, False)]
    _, south, east, north = one.bounds
    reach = Polygon(
        [(east - 1.2, south), (east + 400, south), (east + 400, north), (east - 1.2, north)]
    )
    ((_, _, share, sliver),) = asked(path, "2022Q3", reach)
    assert (share < 0.01, sliver) == (True, True)
    beside = Polygon([(east + 5, south), (east + 40, south), (east + 40, north)])
    assert asked(path, "2022Q3", beside) == []


def test_areas_on_the_ground_are_those_of_the_working_crs(drawn: dict[str, BaseGeometry]) -> None:
    for one in drawn.values():
        turned = lonlat(one)
        assert plane.plane(turned, turned).area == pytest.approx(one.area, rel=2e-4)


def test_an_earlier_polygon_says_what_was_filed_and_found(
    path: Path, drawn: dict[str, BaseGeometry]
) -> None:
    with open_past(path) as past:
        (one,) = past.overlapping(lonlat(drawn[ONE]), "2022Q3")
    told = one.polygon
    assert (told.call, told.legality) == (Call.PSEUDO_CHANGE, "实地伪变化")
    assert (told.after_date, told.key) == (date(2022, 11, 12), ONE)
    assert [(f.rule, f.status) for f in told.findings] == [
        ("CL01", Status.INCONSISTENT),
        ("PH01", Status.INCONSISTENT),
    ]
    assert told.status is Status.INCONSISTENT
    assert one.area_m2 == pytest.approx(drawn[ONE].area, rel=2e-4)


def test_the_newest_revision_counts(path: Path) -> None:
    with open_past(path) as past:
        told = {(one.batch, one.polygon_id) for one in past.contradicted("2022Q4")}
    assert told == {("2022Q2", ONE), ("2022Q2", TWO)}


def test_every_earlier_polygon_is_known_and_none_of_this_batch_or_later(path: Path) -> None:
    with open_past(path) as past:
        told = {batch: past.issued_before(batch) for batch in ("2022Q2", "2022Q3")}
    assert told["2022Q2"] == ()
    known = {(one.batch, one.polygon_id) for one in told["2022Q3"]}
    assert {("2022Q2", ONE), ("2022Q2", TWO)} <= known
    first = next(one for one in told["2022Q3"] if one.polygon_id == ONE)
    assert (first.legality, first.after_date, first.lonlat) == (
        "实地伪变化",
        date(2022, 11, 12),
        None,
    )


def test_ledgers_of_later_batches_speak_of_an_earlier_polygon(path: Path) -> None:
    with open_past(path) as past:
        before = {b: past.contradicted(b) for b in ("2022Q4", "2023Q1")}
    (early,) = (one for one in before["2022Q4"] if one.polygon_id == TWO)
    assert [(r.closed, r.deadline) for r in early.ledger] == [(None, date(2022, 9, 1))]
    late = next(one for one in before["2023Q1"] if (one.batch, one.polygon_id) == ("2022Q2", TWO))
    assert [(r.closed, r.closed_date) for r in late.ledger] == [
        (None, None),
        (True, date(2022, 12, 1)),
    ]


def test_a_row_that_names_no_batch_means_the_latest_with_that_number(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    add(finished(tmp_path, "2022Q1"), path)
    add(finished(tmp_path, "2022Q2"), path)
    add(finished(tmp_path, "2022Q3", renumbered, rows=[row(ONE, problem="越界")]), path)
    with open_past(path) as past:
        told = {(p.batch, p.polygon_id): p.ledger for p in past.contradicted("2022Q4")}
    assert told["2022Q1", ONE] == ()
    assert [r.problem for r in told["2022Q2", ONE]] == ["越界"]


def renumbered(audit: Audit) -> Audit:
    """Give the first polygon another number: so its old one is not issued in this batch."""
    first, *others = audit.cases
    told = replace(first, polygon=replace(first.polygon, key="OTHER"))
    return replace(audit, cases=(told, *others))


@pytest.mark.parametrize(
    ("answers", "left"),
    [
        ({}, {ONE, TWO}),
        ({("更正台账", ONE): "不采纳"}, {TWO}),
        ({("更正台账", ONE): "采纳"}, {ONE, TWO}),
        ({("更正台账", ONE): "不采纳", ("问题清单", "PH01"): "采纳"}, {ONE, TWO}),
        ({("问题清单", "PH01"): "不采纳"}, {ONE}),
        ({("问题清单", "PH01"): "不采纳", ("问题清单", "CL01"): "不采纳"}, set()),
    ],
)
def test_what_people_refused_no_longer_contradicts(
    tmp_path: Path, answers: dict[tuple[str, str], str], left: set[str]
) -> None:
    out, path = finished(tmp_path, "2022Q3"), tmp_path / "a.sqlite"
    lines = (out / "findings.jsonl").read_text("utf-8").splitlines()
    ids = {line.split('"')[3][:4]: line.split('"')[3] for line in lines}
    for (sheet, about), opinion in answers.items():
        answer(out, sheet, ids.get(about, about), opinion)
    keep(out, path)
    with open_past(path) as past:
        assert {one.polygon_id for one in past.contradicted("2022Q4")} == left


def marks(path: Path, before: str, **what: str) -> list[tuple[str, str, str, int]]:
    with open_past(path) as past:
        return [(one.batch, one.id, one.how, one.bits) for one in past.photos(before, **what)]


def test_photographs_are_known_again_by_file_pixels_and_fingerprint(path: Path) -> None:
    # In the small audit both photographs have one content, one pixel hash and one fingerprint.
    both = ["a/1.jpg", "b/2.jpg"]
    assert marks(path, "2022Q2", pixel_hash="aa" * 8) == []
    found = marks(path, "2022Q3", pixel_hash="aa" * 8, fingerprint="f" * 64)
    assert found == [("2022Q2", one, "pixels", 0) for one in both]
    off = f"{(1 << 256) - 1 - ((1 << 31) - 1):064x}"
    assert marks(path, "2022Q3", fingerprint=off) == [
        ("2022Q2", one, "fingerprint", 31) for one in both
    ]
    assert marks(path, "2022Q3", fingerprint=f"{(1 << 256) - 1 - ((1 << 32) - 1):064x}") == []
    assert marks(path, "2022Q3", sha256="00" * 32) == []
    assert marks(path, "2022Q3") == []


def test_a_photograph_keeps_its_place_time_camera_and_picture(path: Path) -> None:
    with open_past(path) as past:
        one, _ = past.photos("2022Q3", fingerprint="f" * 64)
        assert (one.lonlat, one.polygon_id) == ((110.98765, 35.01234), ONE)
        assert one.taken_at == datetime(2022, 11, 20, 10, 5, 3)
        assert (one.camera.make, one.camera.serial) == ("HUAWEI", "S123")
        kept = past.picture(one.sha256)
        assert kept is not None
        assert kept.startswith(b"\xff\xd8")
        assert past.picture("00" * 32) is None
        again = past.photos("2022Q3", sha256=one.sha256)
        assert {other.how for other in again} == {"file"}


def test_what_is_added_meanwhile_is_not_seen(path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path / "a.sqlite"))
    with open_past(copy) as past:
        before = past.earlier("2030Q1")
        add(finished(tmp_path, "2023Q1"), copy)
        assert past.earlier("2030Q1") == before
        assert {one.batch for one in past.contradicted("2030Q1")} <= {k.batch for k in before}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE polygon SET facts = '{}'",
        "UPDATE polygon SET outline = x'00'",
        "UPDATE finding SET line = '[]'",
        "UPDATE ledger SET line = 'nonsense'",
    ],
)
def test_rows_that_cannot_be_read_are_the_archive_s_fault(
    path: Path, tmp_path: Path, change: str, drawn: dict[str, BaseGeometry]
) -> None:
    copy = Path(shutil.copy(path, tmp_path / "a.sqlite"))
    meddle(copy, change)
    with open_past(copy) as past, pytest.raises(ArchiveError, match="archive verify"):
        past.overlapping(lonlat(drawn[TWO]), "2023Q1")


def test_what_fails_while_an_archive_is_open_keeps_its_own_name(path: Path) -> None:
    with pytest.raises(FileNotFoundError), open_past(path):
        raise FileNotFoundError("of the caller")


def test_an_audit_with_an_archive_end_to_end(tmp_path: Path) -> None:
    """The first quarter makes the archive; the second one sees it; its own copy is left out."""
    out, path = tmp_path / "out" / "2022Q4", tmp_path / "档案" / "yanhu.sqlite"
    alone = satcheck("audit", SAMPLE, "-o", out, "--archive", path)
    assert (alone.code, "yanhu.sqlite 还不存在" in alone.stdout) == (1, True)
    assert not path.exists()
    first = hashes(out)
    assert satcheck("archive", "add", out).code == 0
    assert path.exists()
    satcheck("audit", SAMPLE, "-o", out, "--archive", path)
    assert hashes(out) == first
    assert "nothing changed" in satcheck("archive", "add", out, "--lang", "en").stdout

    batch = shutil.copytree(SAMPLE, tmp_path / "2023Q1")
    text = (batch / "batch.toml").read_text("utf-8")
    (batch / "batch.toml").write_text(text.replace('"2022Q4"', '"2023Q1"', 1), "utf-8")
    later = satcheck("audit", batch, "-o", tmp_path / "later", "--archive", path, "--lang", "en")
    assert later.code == 1
    assert "the archive" not in later.stdout
    assert "is not there yet" not in later.stdout
    lines = (tmp_path / "later" / "findings.jsonl").read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    asked = {one["rule"] for one in told for r in one["related"] if r["batch"] == "2022Q4"}
    assert {"PH01", "LE03", "RL01"} <= asked
    page = (tmp_path / "later" / "reports" / "2022S41408020043.html").read_text("utf-8")
    assert 'class="rounds"' in page
    path.write_bytes(path.read_bytes()[:-5000])
    broken = satcheck("audit", batch, "-o", tmp_path / "never", "--archive", path)
    assert broken.code == 2
    assert "cut off" in broken.stderr
    assert not (tmp_path / "never").exists()


def hashes(out: Path) -> dict[str, bytes]:
    return {str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file()}


def test_the_archive_is_a_past() -> None:
    told: type[Past] = Archive
    assert told is Archive


def test_what_was_found_is_read_only_where_ground_is_shared(
    path: Path, drawn: dict[str, BaseGeometry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every finding of a batch was read wherever bounds met, ground or no ground."""
    near = union_all([*drawn.values()]).convex_hull
    around = difference(near.buffer(900), near.buffer(5))
    with open_past(path) as past:

        def read(*_: object) -> None:
            raise AssertionError("findings were read")

        monkeypatch.setattr(past, "_found", read)
        assert past.overlapping(lonlat(around), "2099") == ()
        with pytest.raises(AssertionError):
            past.overlapping(lonlat(near), "2099")
