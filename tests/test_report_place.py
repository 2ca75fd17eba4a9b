"""OUT is there whole or not at all, and nothing of somebody else is touched."""

import errno
import shutil
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.test_report_audit import BATCH, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.errors import AccountingError, ReportError
from yanhu_satcheck.ledger import Audit, Review
from yanhu_satcheck.report import place
from yanhu_satcheck.report.answers import keeps_answers
from yanhu_satcheck.report.lock import MARK
from yanhu_satcheck.report.place import whole
from yanhu_satcheck.report.workbook import new_book


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    made = small_audit(tmp_path_factory.mktemp("audit"))
    entries = tuple(replace(one, review=Review()) for one in made.ledger.entries)
    return replace(made, ledger=replace(made.ledger, entries=entries))


def hashes(folder: Path) -> dict[str, str]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(f.relative_to(folder)): sha256(f.read_bytes()).hexdigest() for f in files}


def test_a_failure_half_way_leaves_the_old_out(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.write(audit, tmp_path / "OUT")
    before = hashes(tmp_path / "OUT")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("yanhu_satcheck.report.pages.write_pages", full)
    with pytest.raises(ReportError, match="No space left"):
        report.write(audit, tmp_path / "OUT")
    with pytest.raises(ReportError, match="No space left"):
        report.write(audit, tmp_path / "new")
    assert hashes(tmp_path / "OUT") == before
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


def test_a_folder_that_is_held_open_is_said(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report.write(audit, tmp_path / "OUT")
    before = hashes(tmp_path / "OUT")
    rename = Path.rename

    def held(path: Path, target: Path) -> Path:
        if path.name == "OUT":
            raise PermissionError(13, "in use", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(ReportError, match="close it in WPS"):
        report.write(audit, tmp_path / "OUT")
    assert hashes(tmp_path / "OUT") == before
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


def test_an_out_of_ours_is_replaced_and_what_people_made_is_kept(
    audit: Audit, tmp_path: Path
) -> None:
    out = tmp_path / "OUT"
    report.write(audit, out)
    (out / "reports" / "old.html").write_text("", encoding="utf-8")
    (out / "final").mkdir()
    (out / "final" / "ledger.xlsx").write_bytes(b"signed")
    report.write(audit, out)
    assert not (out / "reports" / "old.html").exists()
    assert (out / "final" / "ledger.xlsx").read_bytes() == b"signed"
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


@pytest.mark.parametrize("name", ["holiday.jpg", "ledger.xlsx"])
def test_somebody_else_s_folder_is_refused(audit: Audit, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"mine")
    with pytest.raises(ReportError, match=name):
        report.write(audit, tmp_path)
    assert (tmp_path / name).read_bytes() == b"mine"


def test_an_open_workbook_is_said(audit: Audit, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "OUT")
    (tmp_path / "OUT" / "~$ledger.xlsx").write_bytes(b"")
    with pytest.raises(ReportError, match="close it"):
        report.write(audit, tmp_path / "OUT")


def test_the_folder_that_takes_no_new_one_is_named(
    audit: Audit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was named was a folder of ours that could not be made, and that nobody knows."""

    def denied(prefix: str, dir: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", str(dir / f"{prefix}x"))

    monkeypatch.setattr(place, "mkdtemp", denied)
    with pytest.raises(ReportError) as refused:
        report.write(audit, tmp_path / "OUT")
    assert str(refused.value).startswith(f"OUT：{tmp_path.name} 无法写入")
    assert f"OUT: {tmp_path.name} may not be written" in str(refused.value)


def test_a_workbook_that_the_system_refuses_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ReportError, match=r"文件不存在.*\n.*No such file"),
        new_book(tmp_path / "gone" / "a.xlsx", "a", date(2022, 12, 31)) as book,
    ):
        book.add_worksheet("a")


def test_a_file_in_the_way_is_refused(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "OUT").write_bytes(b"")
    with pytest.raises(ReportError, match="not a folder"):
        report.write(audit, tmp_path / "OUT")


def test_an_empty_folder_will_do(audit: Audit, tmp_path: Path) -> None:
    (tmp_path / "OUT").mkdir()
    report.write(audit, tmp_path / "OUT")
    assert (tmp_path / "OUT" / "audit.json").is_file()


def test_a_killed_run_is_undone_by_the_next(audit: Audit, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "OUT")
    left, keep = tmp_path / ".OUT.writing-abc", keeps_answers(BATCH)
    with whole(tmp_path / "other", keep) as fresh:
        shutil.copytree(fresh.parent, left)  # what a run leaves that ends between two renames
    shutil.rmtree(tmp_path / "other")
    before = hashes(tmp_path / "OUT")
    (tmp_path / "OUT").rename(left / "former")
    other = replace(audit, batch=replace(audit.batch, id="2023Q1"))
    with pytest.raises(ReportError, match="batch 2022Q4"):  # it is there again
        report.write(other, tmp_path / "OUT")
    assert hashes(tmp_path / "OUT") == before
    report.write(audit, tmp_path / "OUT")
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


def test_only_what_is_certainly_ours_and_dead_is_cleared(audit: Audit, tmp_path: Path) -> None:
    somebody = tmp_path / ".OUT.writing-mine"
    somebody.mkdir()
    (somebody / MARK).write_text("not the words of satcheck", encoding="utf-8")
    keep = keeps_answers(BATCH)
    with whole(tmp_path / "OUT", keep) as alive:
        report.write(audit, tmp_path / "OUT")
        assert alive.is_dir()
        (alive / "audit.json").write_bytes((tmp_path / "OUT" / "audit.json").read_bytes())
    assert sorted(one.name for one in tmp_path.iterdir()) == [somebody.name, "OUT"]
    assert [one.name for one in (tmp_path / "OUT").iterdir()] == ["audit.json"]


def test_a_run_that_comes_second_does_not_replace_another_batch(
    audit: Audit, tmp_path: Path
) -> None:
    with pytest.raises(ReportError, match=BATCH), whole(tmp_path / "OUT", keeps_answers("2023Q1")):
        report.write(audit, tmp_path / "OUT")
    assert (tmp_path / "OUT" / "ledger.xlsx").is_file()
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


# What people answered


def answered(path: Path, sheet: str, column: str, value: object, row: int = 3) -> None:
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    at = next(cell.column for cell in page[1] if cell.value == column)
    page.cell(row, at).value = value
    book.save(path)


@pytest.mark.parametrize(
    ("sheet", "column", "value"),
    [
        ("更正台账", "复核意见", "采纳"),
        ("更正台账", "复核人", "赵六"),
        ("问题清单", "复核日期", date(2023, 1, 9)),
    ],
)
def test_answers_are_not_written_over(
    audit: Audit, tmp_path: Path, sheet: str, column: str, value: object
) -> None:
    out = tmp_path / "OUT"
    report.write(audit, out)
    answered(out / "ledger.xlsx", sheet, column, value, row=4)
    before = hashes(out)
    with pytest.raises(ReportError, match=r"复核意见.*-o.*\n.*review answers.*choose another"):
        report.write(audit, out)
    with pytest.raises(ReportError, match="review answers"):
        report.refuse(out, BATCH, read="")
    assert hashes(out) == before
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


def test_answers_that_the_new_ledger_read_are_not_in_the_way(audit: Audit, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    report.write(audit, out)
    answered(out / "ledger.xlsx", "更正台账", "复核意见", "采纳")
    read = sha256((out / "ledger.xlsx").read_bytes()).hexdigest()
    report.refuse(out, BATCH, read)
    answered(out / "ledger.xlsx", "更正台账", "复核人", "王五")  # while the audit was running
    held = replace(audit, ledger=replace(audit.ledger, read=read))
    with pytest.raises(ReportError, match="run again"):
        report.write(held, out)
    read = sha256((out / "ledger.xlsx").read_bytes()).hexdigest()
    report.write(replace(audit, ledger=replace(audit.ledger, read=read)), out)


def test_answers_that_stood_there_already_must_be_read_too(tmp_path: Path) -> None:
    made = small_audit(tmp_path / "audit")  # one of its polygons is answered
    report.write(made, tmp_path / "OUT")
    with pytest.raises(ReportError, match="not read"):
        report.write(made, tmp_path / "OUT")


def test_a_csv_that_somebody_edited_is_kept(audit: Audit, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "OUT")
    with (tmp_path / "OUT" / "ledger.csv").open("a", encoding="utf-8") as file:
        file.write("我的备注\r\n")
    with pytest.raises(ReportError, match="move ledger\\.csv away"):
        report.write(audit, tmp_path / "OUT")


def test_a_ledger_that_cannot_be_read_is_kept(audit: Audit, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "OUT")
    (tmp_path / "OUT" / "ledger.xlsx").write_bytes(b"locked with a password")
    with pytest.raises(ReportError, match="review answers"):
        report.write(audit, tmp_path / "OUT")


def test_another_batch_is_kept(audit: Audit, tmp_path: Path) -> None:
    report.write(audit, tmp_path / "OUT")
    before = hashes(tmp_path / "OUT")
    other = replace(audit, batch=replace(audit.batch, id="2023Q1"))
    with pytest.raises(ReportError, match=r"批次 2022Q4.*\n.*batch 2022Q4, not of 2023Q1"):
        report.write(other, tmp_path / "OUT")
    assert hashes(tmp_path / "OUT") == before


def test_a_polygon_without_a_row_stops_the_report(audit: Audit, tmp_path: Path) -> None:
    fewer = replace(audit.ledger, entries=audit.ledger.entries[1:])
    with pytest.raises(AccountingError, match="0140802001"):
        report.write(replace(audit, ledger=fewer), tmp_path / "OUT")
    assert not list(tmp_path.iterdir())
