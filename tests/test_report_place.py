"""OUT is there whole or not at all, and nothing of somebody else is touched."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.test_report_audit import small_audit
from yanhu_satcheck import report
from yanhu_satcheck.errors import AccountingError, ReportError
from yanhu_satcheck.ledger import Audit


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(tmp_path_factory.mktemp("audit"))


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
    (tmp_path / "OUT").rename(tmp_path / ".OUT.former")
    (tmp_path / ".OUT.writing").mkdir()
    report.write(audit, tmp_path / "OUT")
    assert [one.name for one in tmp_path.iterdir()] == ["OUT"]


def test_a_polygon_without_a_row_stops_the_report(audit: Audit, tmp_path: Path) -> None:
    fewer = replace(audit.ledger, entries=audit.ledger.entries[1:])
    with pytest.raises(AccountingError, match="0140802001"):
        report.write(replace(audit, ledger=fewer), tmp_path / "OUT")
    assert not list(tmp_path.iterdir())
