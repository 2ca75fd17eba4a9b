"""What can be asked of a finished OUT: is it as it was written, can its ledger be made again."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.archive_outs import answer
from tests.conftest import satcheck
from tests.read_batches import batch_folder
from tests.test_report_audit import IDS, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.errors import ReportError
from yanhu_satcheck.health import Check, Level, checks
from yanhu_satcheck.ledger import Audit, Review
from yanhu_satcheck.outcheck import OutVerdict, verify_out
from yanhu_satcheck.pipeline import audit as run
from yanhu_satcheck.wayback import finalize, rebuild


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """A small audit whose books balance, as an audit's do, and that nobody has answered."""
    made = small_audit(tmp_path_factory.mktemp("audit"))
    judged = made.judgement
    order = sorted(judged.findings, key=lambda f: (f.polygon_id or "", f.rule, f.id))
    problems = {one.finding.id: one for one in made.ledger.problems}
    entries = tuple(
        replace(one, review=Review(), status=judged.status(one.polygon_id))
        for one in made.ledger.entries
    )
    ledger = replace(
        made.ledger, entries=entries, problems=tuple(problems[one.id] for one in order)
    )
    return replace(made, judgement=replace(judged, findings=tuple(order)), ledger=ledger)


@pytest.fixture(scope="module")
def written(audit: Audit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "OUT"
    report.write(audit, folder)
    return folder


@pytest.fixture
def out(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / "OUT")


def faults(out: Path, batch: Path | None = None) -> list[str]:
    return [one.en for one in verify_out(out, batch).faults]


def digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def sealed(out: Path, name: str, change: Callable[[str], str]) -> None:
    """Change a file, and write its new hash into audit.json, as a careful hand would."""
    path = out / name
    path.write_text(change(path.read_text("utf-8")), "utf-8", newline="\n")
    account = json.loads((out / "audit.json").read_text("utf-8"))
    account["files"][name]["sha256"] = digest(path)
    (out / "audit.json").write_text(json.dumps(account), "utf-8")


def test_an_out_is_sound_as_it_was_written_and_after_a_visit(out: Path) -> None:
    told = verify_out(out)
    assert (told.faults, told.notes) == ((), ())
    answer(out, "更正台账", IDS[0], "采纳")
    with closing(sqlite3.connect(out / "ledger.gpkg")) as base:  # as QGIS does on opening
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("CREATE TABLE qgis_was_here (a)")
        base.commit()
    told = verify_out(out)
    assert told.faults == ()
    assert [one.en.split(" was")[0] for one in told.notes] == ["ledger.xlsx", "ledger.gpkg"]
    run = satcheck("verify", out)
    assert (run.code, "完好：批次 2022Q4" in run.stdout) == (0, True)
    assert "复核意见 1 条" in run.stdout


@pytest.mark.parametrize(
    ("meddle", "told"),
    [
        (lambda out: (out / "findings.jsonl").write_text(""), "findings.jsonl was changed"),
        (lambda out: (out / "reports" / f"{IDS[1]}.html").unlink(), f"{IDS[1]}.html is gone"),
        (lambda out: (out / "ledger.csv").write_text("x"), "ledger.csv was changed"),
        (lambda out: (out / "photos.parquet").unlink(), "photos.parquet is gone"),
        (lambda out: (out / "reports" / "x.html").write_text("x"), "reports/x.html is none"),
        (lambda out: (out / "ledger.xlsx").write_bytes(b"x"), "ledger.xlsx"),
        (lambda out: (out / "ledger.xlsx").unlink(), "ledger.xlsx is gone"),
        (lambda out: (out / "ledger.gpkg").write_bytes(b"x"), "ledger.gpkg"),
    ],
)
def test_every_meddling_is_named(out: Path, meddle: Callable[[Path], object], told: str) -> None:
    meddle(out)
    assert any(told in one for one in faults(out))
    assert satcheck("verify", out).code == 1


def test_a_figure_changed_in_the_workbook_is_told_from_an_answer(out: Path) -> None:
    answer(out, "问题清单", _first(out), "不采纳")
    book = openpyxl.load_workbook(out / "ledger.xlsx")
    book["更正台账"]["C2"].value = "合法，无疑"
    book.save(out / "ledger.xlsx")
    told = verify_out(out)
    assert [one.en for one in told.faults] == ["ledger.xlsx: 更正台账 row 2 was changed"]
    assert "answers 1" in told.notes[0].en


def _first(out: Path) -> str:
    return str(openpyxl.load_workbook(out / "ledger.xlsx")["问题清单"]["A2"].value)


def test_a_careful_hand_is_caught_by_what_does_not_agree(out: Path) -> None:
    def lighter(text: str) -> str:
        return text.replace('"inconsistent"', '"doubtful"')

    sealed(out, "findings.jsonl", lighter)
    said = faults(out)
    assert "counts and findings differ" in said
    assert any("its state is not the worst of its findings" in one for one in said)


def test_a_finding_whose_id_is_not_its_own_is_named(out: Path) -> None:
    id = json.loads((out / "findings.jsonl").read_text("utf-8").splitlines()[1])["id"]
    sealed(out, "findings.jsonl", lambda text: text.replace(id, id[:4] + "0" * 12))
    assert any("is not its id" in one for one in faults(out))


def test_inputs_are_held_to_their_hashes_where_the_batch_is_there(tmp_path: Path) -> None:
    folder, out = batch_folder_at(tmp_path / "2022Q4"), tmp_path / "OUT"
    run(folder, out)
    assert faults(out, folder) == []
    (folder / "polygons.geojson").write_text("{}", "utf-8")
    assert faults(out, folder) == ["input polygons.geojson was changed"]
    assert satcheck("verify", out, "--batch", folder, "--lang", "en").code == 1


def batch_folder_at(folder: Path) -> Path:
    folder.mkdir()
    return batch_folder(folder, "A1", "A2")


def test_a_final_of_an_earlier_audit_is_noted_and_an_edited_one_is_a_fault(
    out: Path, audit: Audit
) -> None:
    finalize(out)
    assert verify_out(out) == OutVerdict("2022Q4", verify_out(out).files, (), ())
    account = json.loads((out / "audit.json").read_text("utf-8"))
    (out / "audit.json").write_text(json.dumps(account), "utf-8")
    assert "earlier audit" in verify_out(out).notes[0].en
    (out / "final" / "上报表.xlsx").write_bytes(b"x")
    assert any("finalize did not write" in one for one in faults(out))


def test_what_is_no_out_cannot_be_verified_nor_reported(tmp_path: Path) -> None:
    for command in ("verify", "report"):
        run = satcheck(command, tmp_path)
        assert run.code == 2
        assert "不是审核结果文件夹" in run.stderr
        assert "nothing was audited" not in run.stderr


@pytest.mark.parametrize("name", ["counts", "polygons"])
def test_an_audit_json_that_says_nonsense_is_said_to_be_changed(out: Path, name: str) -> None:
    account = json.loads((out / "audit.json").read_text("utf-8"))
    (out / "audit.json").write_text(json.dumps(account | {name: {"a": 1}}), "utf-8")
    with pytest.raises(ReportError, match=r"audit.json 在审核之后被改动"):
        verify_out(out)


def test_an_audit_json_without_its_files_knows_none_of_them(out: Path) -> None:
    account = json.loads((out / "audit.json").read_text("utf-8"))
    (out / "audit.json").write_text(json.dumps(account | {"files": {}}), "utf-8")
    assert "ledger.csv is none that the audit wrote" in faults(out)


# The ledger made again


def test_a_lost_ledger_is_made_again_to_the_byte(out: Path) -> None:
    before = {name: digest(out / name) for name in ("ledger.xlsx", "ledger.csv")}
    for name in before:
        (out / name).unlink()
    run = satcheck("report", out)
    assert (run.code, run.stderr) == (0, "")
    assert {name: digest(out / name) for name in before} == before


def test_answers_stand_again_and_those_taken_back_do_not(out: Path, audit: Audit) -> None:
    answer(out, "更正台账", IDS[0], "采纳")
    answer(out, "问题清单", _first(out), "不采纳")
    told = rebuild(out)
    assert (told.answers, told.lost) == (2, ())
    book = openpyxl.load_workbook(out / "ledger.xlsx")
    assert book["问题清单"]["A2"].value == _first(out)
    final = finalize(out)
    assert sum(bool(one.review.opinion) for one in final.ledger.entries) == 1
    assert final.ledger.entries[0].review.by == "王五"
    for sheet, about in (("更正台账", IDS[0]), ("问题清单", _first(out))):
        page = book[sheet]
        header = [cell.value for cell in page[1]]
        (row,) = [r[0].row for r in page.iter_rows(min_row=2) if r[0].value == about]
        for name in ("复核意见", "复核人", "复核日期"):
            page.cell(row, len(header) - header[::-1].index(name)).value = None
    book.save(out / "ledger.xlsx")
    assert rebuild(out).answers == 0
    assert finalize(out).ledger.entries[0].review == Review()


def test_filled_cells_stand_again_where_they_were(out: Path) -> None:
    book = openpyxl.load_workbook(out / "ledger.xlsx")
    for sheet, column, text in (
        ("更正台账", "整改措施", "覆土复绿"),
        ("整改清单", "移送", "已移送"),
    ):
        page = book[sheet]
        header = [cell.value for cell in page[1]]
        (row,) = [r[0].row for r in page.iter_rows(min_row=2) if r[0].value == IDS[0]]
        page.cell(row, len(header) - header[::-1].index(column)).value = text
    book.save(out / "ledger.xlsx")
    rebuild(out)
    assert verify_out(out).faults == ()
    again = openpyxl.load_workbook(out / "ledger.xlsx")["整改清单"]
    header = [cell.value for cell in again[1]]
    (line,) = [r for r in again.iter_rows(min_row=2, values_only=True) if r[0] == IDS[0]]
    said = dict(zip(header, line, strict=True))
    # 整改清单 repeats what 更正台账 says of a line that must enter.
    assert (said["整改措施"], said["移送"]) == ("覆土复绿", "已移送")


def test_a_damaged_ledger_and_strange_cells_are_not_written_over(out: Path) -> None:
    (out / "ledger.xlsx").write_bytes(b"damaged")
    with pytest.raises(ReportError, match="请先移走"):
        rebuild(out)
    assert (out / "ledger.xlsx").read_bytes() == b"damaged"


def test_lost_pages_are_named_and_end_with_1(out: Path) -> None:
    page = next(iter(sorted((out / "reports").glob("*.html"))))
    page.unlink()
    run = satcheck("report", out, "--lang", "en")
    assert run.code == 1
    assert f"reports/{page.name}" in run.stdout
    assert "only an audit makes them" in run.stdout


def test_what_is_not_made_anew_is_said_and_counted(out: Path) -> None:
    files = json.loads((out / "audit.json").read_text("utf-8"))["files"]
    with closing(sqlite3.connect(out / "ledger.gpkg")) as base:  # as QGIS does on opening
        base.execute("CREATE TABLE qgis_was_here (a)")
        base.commit()
    run = satcheck("report", out)
    said = f"未重新生成：reports/ 各页、ledger.gpkg、量测数据和照片；其中 {len(files) - 2} 个文件"
    assert (run.code, said in run.stdout) == (0, True)
    (out / "ledger.gpkg").write_bytes(b"x")
    told = rebuild(out)
    assert (told.lost, told.sound) == (("ledger.gpkg",), len(files) - 3)
    help = satcheck("report", "--help").stdout
    assert "只重新生成" in help
    assert "ledger.gpkg (the outlines stand in it alone)" in " ".join(help.split())


# The machine


def test_this_machine_can_audit_and_every_line_is_said(tmp_path: Path) -> None:
    run = satcheck("doctor")
    assert run.code in (0, 1)  # a machine without a Chinese font is no worse for its tests
    lines = run.stdout.splitlines()
    assert sum(line[0] in "✓!" for line in lines) == 13
    assert "✓ 子进程：可以启动" in lines
    assert not set("：，、；（）") & set(satcheck("doctor", "--lang", "en").stdout)


def told(here: Path, name: str, child: bool = True) -> Check:
    return next(one for one in checks(here, lambda: child) if one.name.en == name)


def test_what_an_audit_cannot_do_without_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(tmp_path / "gone", "this folder").level is Level.BAD
    assert told(tmp_path, "worker processes", child=False).level is Level.BAD
    monkeypatch.setitem(
        __import__("yanhu_satcheck.health", fromlist=["LIBRARIES"]).LIBRARIES, "nolib", "nolib"
    )
    broken = told(tmp_path, "libraries")
    assert (broken.level, "nolib" in broken.says.zh) == (Level.BAD, True)


def test_little_room_and_no_font_are_said_and_do_not_stop_an_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 2 * 1024**3

    monkeypatch.setattr("yanhu_satcheck.health.shutil.disk_usage", lambda _: Usage)
    monkeypatch.setattr("yanhu_satcheck.health.shutil.which", lambda _: None)
    assert told(tmp_path, "this folder").level is Level.POOR
    assert told(tmp_path, "fonts").level is Level.POOR


def test_a_lost_ledger_gets_back_what_the_last_finalize_of_this_audit_read(out: Path) -> None:
    answer(out, "更正台账", IDS[0], "采纳")
    answer(out, "更正台账", IDS[1], "同意")  # no valid answer, and still somebody's words
    finalize(out)
    before = digest_of_cells(out)
    (out / "ledger.xlsx").unlink()
    run = satcheck("report", out)
    assert run.code == 0
    assert "保留复核意见 2 条" in run.stdout
    assert "意见取自上次定稿" in run.stdout
    assert digest_of_cells(out) == before


def digest_of_cells(out: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(out / "ledger.xlsx")
    return [
        tuple(str(cell).removesuffix(" 00:00:00") for cell in row)
        for page in book
        for row in page.values
    ]


def test_a_lost_ledger_whose_answers_cannot_be_taken_over_says_where_they_lie(out: Path) -> None:
    answer(out, "更正台账", IDS[0], "采纳")
    finalize(out)
    seal = out / "final" / "final.json"
    said = json.loads(seal.read_text("utf-8"))
    seal.write_text(json.dumps({**said, "audit": "another"}), "utf-8")
    (out / "ledger.xlsx").unlink()
    run = satcheck("report", out)
    assert "保留复核意见" not in run.stdout
    assert "无法恢复" in run.stdout
    assert "final/ledger.xlsx" in run.stdout
