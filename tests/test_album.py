"""`satcheck photos`: a folder of photographs is compared, drawn and tabled, and nothing else."""

from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from PIL import Image

from tests.conftest import satcheck
from tests.test_photos_pairs import rocks
from yanhu_satcheck.errors import ReportError
from yanhu_satcheck.report.album import GROUPS, PLACES, refuse_album


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photographs, one of them again cut and mirrored, and one that is broken."""
    folder = tmp_path_factory.mktemp("album") / "某镇 照片"
    (folder / "P1").mkdir(parents=True)
    (folder / "P2").mkdir()
    Image.fromarray(rocks(1)).save(folder / "P1" / "a.jpg", quality=92)
    Image.fromarray(rocks(1)[60:560, 90:820][:, ::-1]).save(folder / "P2" / "b.jpg", quality=80)
    Image.fromarray(rocks(2)).save(folder / "P2" / "c.jpg", quality=92)
    (folder / "P2" / "d.jpg").write_bytes((folder / "P1" / "a.jpg").read_bytes()[:4000])
    return folder


@pytest.mark.parametrize(
    ("lang", "said", "shown"),
    [
        ("zh", "照片 4 张，可读 3 张", "两张拼成一张"),
        ("en", "4 photographs, 3 readable", "Both in one"),
    ],
)
def test_a_folder_is_looked_through(
    folder: Path, tmp_path: Path, lang: str, said: str, shown: str
) -> None:
    out = tmp_path / "OUT"
    done = satcheck("photos", folder, "-o", out, "--lang", lang)
    assert (done.code, done.stderr) == (1, "")
    assert said in done.stdout
    assert "P1/a.jpg" in done.stdout
    page = (out / "reports" / "index.html").read_text("utf-8")
    assert shown in page
    pictures = [part.split('"')[0] for part in page.split('src="')[1:]]
    assert all((out / "reports" / one).is_file() for one in pictures)
    book = openpyxl.load_workbook(out / "photos.xlsx")
    groups, places = (list(book[name].values) for name in ("相同照片", "时间地点"))
    assert groups[0] == GROUPS
    assert [row[1:3] for row in groups[1:]] == [
        ("同一次拍摄" if lang == "zh" else "one exposure", "P1/a.jpg\nP2/b.jpg")
    ]
    assert places[0] == tuple(one.zh for one in PLACES)
    assert [row[:2] for row in places[1:]] == [
        ("P1/a.jpg", "1"),
        ("P2/b.jpg", "1"),
        ("P2/c.jpg", None),
        ("P2/d.jpg", None),
    ]
    assert places[4][-1]
    again = satcheck("photos", folder, "-o", out, "--lang", lang)  # what is ours is replaced
    assert again.code == 1
    assert (out / "reports" / "index.html").read_text("utf-8") == page


def test_without_out_nothing_is_written_and_no_photograph_is_said(tmp_path: Path) -> None:
    done = satcheck("photos", tmp_path)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert "没有照片" in done.stdout


def test_somebody_s_own_files_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", "utf-8")
    with pytest.raises(ReportError, match=r"note\.txt"):
        refuse_album(tmp_path)
