"""A page shows a pair of photographs side by side, the matched squares drawn on both."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_photos import batch
from tests.test_photos_pairs import rocks
from tests.test_report_audit import IDS, small_audit
from yanhu_satcheck import report
from yanhu_satcheck.evidence import PairAnswer, PairCell, PhotoGroup
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.photos import examine
from yanhu_satcheck.photos.overlaid import SQUARES, overlaid
from yanhu_satcheck.photos.picture import decode
from yanhu_satcheck.report.side_by_side import pairs
from yanhu_satcheck.terms import Words

HALF = (0.5, 0, 0, 0, 0.5, 0, 0, 0, 1)
"""From the first's pixels to those of the second, which is half as large."""
CELLS = (
    PairCell(20, 20, True, 0.01),
    PairCell(60, 20, True, 2.5),
    PairCell(60, 60, False, 0.0),
    PairCell(20, 60, True, 0.3),
)


def made(folder: Path, lang: str = "zh") -> Audit:
    """The small audit, its two photographs an exposure of which the cells are known."""
    audit = small_audit(folder, lang)
    both = folder / "both.pair.jpg"
    Image.new("RGB", (200, 150)).save(both)
    how = Words("同一次拍摄", "one exposure")
    answer = PairAnswer(
        "copy", ("a/1.jpg", "b/2.jpg"), how, (), {}, HALF, 1, 36.0, CELLS, overlaid=both
    )
    group = PhotoGroup("exposure", ("a/1.jpg", "b/2.jpg"), how, pairs=(answer,))
    return replace(audit, photo_groups=(group,))


def test_squares_are_drawn_on_one_and_carried_to_the_other(tmp_path: Path) -> None:
    audit = made(tmp_path / "x")
    photos = {one.id: one for one in audit.photos}
    (pair,) = pairs(["a/1.jpg"], audit.photo_groups[0], photos, "en")
    one, two = pair.sides
    assert (one.name, one.whose, two.name) == ("a/1.jpg", f"Polygon {IDS[0]}", "b/2.jpg")
    assert pair.says == "2 of 4 squares lie at the very same place in both photographs"
    assert dict(two.squares)["moved"] == "M44 4L76 4L76 36L44 36Z"
    assert dict(one.squares)["moved"] == "M88 8L152 8L152 72L88 72Z"
    assert one.frame == "M0.0 0.0L800.0 0.0L800.0 600.0L0.0 600.0Z"
    (other,) = pairs(["b/2.jpg"], audit.photo_groups[0], photos, "en")
    assert [side.name for side in other.sides] == ["b/2.jpg", "a/1.jpg"]


@pytest.mark.parametrize(("lang", "words"), [("zh", "两张拼成一张"), ("en", "Both in one")])
def test_a_page_shows_the_pair_and_keeps_its_pictures(
    tmp_path: Path, lang: str, words: str
) -> None:
    report.write(made(tmp_path / "x", lang), tmp_path / "OUT")
    pages = tmp_path / "OUT" / "reports"
    for id in IDS[:2]:
        page = (pages / f"{id}.html").read_text("utf-8")
        drawn = page[page.index('class="pair"') : page.index('class="key"')]
        assert words in drawn
        assert drawn.count('class="still"') == drawn.count('class="lost"') == 2
        shown = [part.split('"')[0] for part in drawn.split('src="')[1:]]
        assert len(shown) == 3
        assert all((pages / one).is_file() for one in shown)
    assert 'class="pair"' not in (pages / f"{IDS[2]}.html").read_text("utf-8")


def test_every_second_square_is_the_other_photograph_s(tmp_path: Path) -> None:
    for name, level, size in (("a", 40, (400, 320)), ("b", 200, (200, 160))):
        Image.new("RGB", size, (level,) * 3).save(tmp_path / f"{name}.png")
    pair = PairAnswer("copy", ("a", "b"), Words("", ""), (), {}, HALF, 1)
    target = overlaid(pair, tmp_path / "a.png", tmp_path / "b.png", tmp_path / "out.jpg")
    seen = np.asarray(decode(target).convert("L"))
    side = 200 // SQUARES
    middles = seen[side // 2 :: side, side // 2 :: side].astype(int)
    odd = np.add.outer(*map(np.arange, middles.shape)) % 2 == 1
    assert np.abs(middles - np.where(odd, 40, 200)).max() <= 2


def test_an_examined_copy_comes_with_its_picture(tmp_path: Path) -> None:
    Image.fromarray(rocks(1)).save(tmp_path / "a.jpg", quality=92)
    Image.fromarray(rocks(1)[60:560, 90:820]).save(tmp_path / "b.jpg", quality=85)
    (tmp_path / "scratch").mkdir()
    _, (group,), _ = examine(batch(tmp_path, a="T1", b="T2"), tmp_path / "scratch")
    (pair,) = group.pairs
    assert pair.overlaid is not None
    base = decode(tmp_path / pair.photos[pair.drawn_on])
    assert decode(pair.overlaid).size == base.size
