"""The look-back: one place is the same ground, however it was numbered; who looked at it again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl  # type: ignore[import-untyped]
import pytest
from shapely import affinity

from tests.archive_outs import finished
from tests.conftest import satcheck
from tests.make import row
from tests.test_report_audit import IDS
from yanhu_satcheck.archive import add, history, open_past
from yanhu_satcheck.batch import Lookback
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import Answer, EarlierFinding, EarlierPolygon
from yanhu_satcheck.places import History, Issue, Place, in_order
from yanhu_satcheck.report.lookback import write_lookback
from yanhu_satcheck.terms import Call, Status, Words, fold

SINCE = date(2022, 1, 1)


def renumbered(lead: str) -> Callable[[Audit], Audit]:
    """The same ground under other numbers, each outline a little off."""

    def change(audit: Audit) -> Audit:
        cases = []
        for one in audit.cases:
            moved = one.polygon.footprint and affinity.translate(one.polygon.footprint, 3.0, 2.0)
            id = f"{lead}{one.polygon_id}"
            polygon = replace(one.polygon, id=id, key=fold(id), footprint=moved)
            cases.append(replace(one, polygon=polygon))
        chips = tuple(
            one._replace(polygon_id=f"{lead}{one.polygon_id}", date=one.date and date(2023, 2, 1))
            for one in audit.chips
        )
        entries = tuple(
            replace(one, polygon_id=f"{lead}{one.polygon_id}") for one in audit.ledger.entries
        )
        return replace(
            audit,
            cases=tuple(cases),
            chips=chips,
            judgement=replace(audit.judgement, findings=()),
            ledger=replace(audit.ledger, entries=entries, problems=()),
            batch=replace(
                audit.batch,
                period=(date(2023, 1, 1), date(2023, 3, 31)),
                polygons=tuple(one.polygon for one in cases),
                not_supplied=audit.batch.not_supplied - {"lookback"},
                lookback=(
                    Lookback(IDS[1], fold(IDS[1]), "", date(2023, 2, 2), "赵六", 2),
                    Lookback(IDS[2], fold(IDS[2]), "2021Q1", date(2023, 2, 2), "赵六", 3),
                ),
            ),
        )

    return change


def tableless(audit: Audit) -> Audit:
    return replace(audit, batch=replace(audit.batch, not_supplied=frozenset({"lookback"})))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quarters of one district; the second one numbers everything anew."""
    folder = tmp_path_factory.mktemp("archive")
    path = folder / "a.sqlite"
    add(
        finished(folder, "2022Q4", tableless),
        path,
        [Answer("polygon", IDS[0], "采纳", "王五", "2023-01-05")],
    )
    closed = row(IDS[3], batch="2022Q4", closed=True, verifier="钱七", verify_date=date(2023, 3, 1))
    add(finished(folder, "2023Q1", renumbered("N"), [closed]), path)
    return path


@pytest.fixture(scope="module")
def told(path: Path) -> History:
    with open_past(path) as past:
        return history(past, SINCE)


def by_first(told: History) -> dict[str, Place]:
    return {one.issues[0].polygon.polygon_id: one for one in told.places}


def test_a_place_is_known_by_its_ground_and_never_by_a_number(told: History) -> None:
    places = by_first(told)
    for id in IDS[:5]:
        assert [one.polygon.polygon_id for one in places[id].issues] == [id, f"N{id}"]
        assert places[id].batches == ("2022Q4", "2023Q1")
    # The last one was drawn in neither quarter: nothing says that the two are one place.
    assert [one.polygon.polygon_id for one in places[IDS[5]].issues] == [IDS[5]]
    assert [one.polygon.polygon_id for one in places[f"N{IDS[5]}"].issues] == [f"N{IDS[5]}"]


def test_who_looked_again_is_told_by_look_back_and_acceptance(told: History) -> None:
    places = by_first(told)
    assert [one.by for one in places[IDS[1]].issues[0].lookbacks] == ["赵六"]
    assert [one.by for one in places[IDS[0]].issues[0].answers] == ["王五"]
    assert [one.row.verifier for one in places[IDS[3]].ledger] == ["钱七"]
    # The row speaks of a polygon of the autumn and stands in the winter's ledger.
    assert [one[:2] for one in places[IDS[3]].ledger] == [("2022Q4", "2023Q1")]
    checked = {id for id in IDS[:5] if places[id].checked}
    # A look-back row that names another batch covers nothing here.
    # An answer that was given at a desk, as to IDS[0], is no look at the place.
    assert checked == {IDS[1], IDS[3]}
    assert {one.issues[0].polygon.polygon_id for one in told.unchecked} >= {IDS[2], IDS[4]}
    assert told.tables == ("2023Q1",)


def test_only_batches_since_the_day_are_looked_through(path: Path) -> None:
    with open_past(path) as past:
        assert [k.batch for k in history(past, date(2023, 1, 1)).kept] == ["2023Q1"]
        assert [k.batch for k in history(past, date(2022, 12, 31)).kept] == ["2022Q4", "2023Q1"]
        assert history(past, date(2024, 1, 1)).places == ()


def test_what_was_issued_before_the_day_is_counted_and_not_listed(path: Path) -> None:
    with open_past(path) as past:
        places = by_first(history(past, date(2023, 1, 1)))
        assert all(one.older == () for one in history(past, SINCE).places)
    place = places[f"N{IDS[0]}"]
    assert (place.batches, place.older) == (("2023Q1",), ("2022Q4",))
    assert place.ever == ("2022Q4", "2023Q1")
    assert places[f"N{IDS[5]}"].older == ()  # never drawn, so nothing says that it was there before


def test_pictures_stand_by_date_each_date_once(told: History) -> None:
    strip = by_first(told)[IDS[0]].strip
    dates = [chip.date for _, chip in strip]
    assert dates == sorted({date(2022, 8, 21), date(2022, 11, 12), date(2023, 2, 1)})


def issue(batch: str, call: Call, status: Status | None = None, opinion: str = "") -> Issue:
    found = (
        (EarlierFinding("CL01x", "CL01", status, Words("", ""), False, opinion),) if status else ()
    )
    return Issue(EarlierPolygon(batch, f"{batch}{call}", "", None, call, findings=found))


def test_what_was_waved_through_most_often_comes_first() -> None:
    accused = Place((issue("1", Call.ILLEGAL), issue("2", Call.ILLEGAL), issue("3", Call.ILLEGAL)))
    twice = Place((issue("1", Call.PSEUDO_CHANGE), issue("2", Call.RESTORATION)))
    doubted = Place((issue("1", Call.PSEUDO_CHANGE), issue("2", Call.OTHER, Status.INCONSISTENT)))
    put_right = Place((issue("1", Call.PSEUDO_CHANGE, Status.INCONSISTENT, "采纳"),))
    assert put_right.waved_through == ()
    refused = issue("1", Call.PSEUDO_CHANGE, Status.INCONSISTENT, "不采纳")
    assert refused.waved_through
    assert in_order([put_right, accused, twice, doubted]) == (doubted, twice, accused, put_right)


def test_a_place_waved_through_goes_by_a_number_that_was() -> None:
    waved, illegal = issue("2", Call.PSEUDO_CHANGE), issue("2", Call.ILLEGAL)
    first = issue("1", Call.DISASTER)
    assert Place((first, waved, illegal)).namesake is waved
    assert Place((issue("1", Call.ILLEGAL), illegal)).namesake is illegal


def test_places_without_a_picture_and_no_place_at_all_are_written(
    told: History, tmp_path: Path
) -> None:
    bare = tuple(
        Place(tuple(replace(issue, chips=()) for issue in one.issues)) for one in told.places
    )
    for name, places in (("bare", bare), ("none", ())):
        write_lookback(
            replace(told, places=places), lambda _: None, tmp_path / f"{name}.xlsx", "en"
        )
        sheet = openpyxl.load_workbook(tmp_path / f"{name}.xlsx")["影像"]
        assert sheet.max_row == 1 + len(places)
        assert all(row[1].value == "no images kept" for row in sheet.iter_rows(min_row=2))


def rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    header, *cells = book[sheet].iter_rows(values_only=True)
    return [dict(zip(header, one, strict=True)) for one in cells]


def test_the_command_writes_a_workbook_once(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "lookback.xlsx"
    run = satcheck("archive", "lookback", "--archive", path, "--since", "2022-01-01", "-o", to)
    assert (run.code, run.stderr) == (0, "")
    assert "下发两次及以上 5 个，从未复查 5 个" in run.stdout
    assert "最新影像" in openpyxl.load_workbook(to)["地点"].oddHeader.right.text
    book = openpyxl.load_workbook(to)
    assert book.sheetnames == ["地点", "影像", "历次下发", "整改台账", "从未复查", "说明"]
    first = rows(book, "地点")[0]
    assert (first["下发次数（2022-01-01起）"], first["其中放行"]) == (2, 2)
    assert (first["下发次数（档案全部）"], first["首次下发"]) == (2, "2022Q4")
    assert len(rows(book, "从未复查")) == 5
    assert not any("复核" in (one["复查情况"] or "") for one in rows(book, "地点"))
    told = [(one["图斑批次"], one["台账批次"], one["验收人"]) for one in rows(book, "整改台账")]
    assert told == [("2022Q4", "2023Q1", "钱七")]
    about = [one["内容"] for one in rows(book, "说明") if one["类别"] == "批次"]
    assert [one.endswith("；有回头看记录表") for one in about] == [False, True]
    with ZipFile(to) as parts:
        assert sum(name.startswith("xl/media/") for name in parts.namelist()) >= 2
    before = to.read_bytes()
    again = satcheck("archive", "lookback", "--archive", path, "-o", to, "--lang", "en")
    assert (again.code, "is there already" in again.stderr) == (2, True)
    assert to.read_bytes() == before
    other = tmp_path / "other.xlsx"
    satcheck("archive", "lookback", "--archive", path, "--since", "2022-01-01", "-o", other)
    assert other.read_bytes() == before


def test_a_later_day_counts_less_and_says_both(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "later.xlsx"
    words = ("archive", "lookback", "--archive", path, "--since", "2023-01-01", "-o", to)
    assert satcheck(*words).code == 0
    told = {one["图斑编号"]: one for one in rows(openpyxl.load_workbook(to), "地点")}
    first = told[f"N{IDS[0]}"]
    assert (first["下发次数（2023-01-01起）"], first["下发次数（档案全部）"]) == (1, 2)
    assert (first["首次下发"], first["最近下发"]) == ("2022Q4", "2023Q1")


def test_an_archive_that_is_not_there_and_a_folder_that_is_not(path: Path, tmp_path: Path) -> None:
    none = satcheck(
        "archive", "lookback", "--archive", tmp_path / "no.sqlite", "-o", tmp_path / "x"
    )
    assert (none.code, "没有这个档案文件" in none.stderr) == (2, True)
    nowhere = satcheck("archive", "lookback", "--archive", path, "-o", tmp_path / "no" / "x.xlsx")
    assert (nowhere.code, "无法写出" in nowhere.stderr) == (2, True)
    assert [*tmp_path.iterdir()] == []
