"""HEIC photographs are read where the extra is there, and say what is lacking where it is not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_photos_pairs import rocks
from yanhu_satcheck import heif
from yanhu_satcheck.photos.pairs import Shot, pair_answer
from yanhu_satcheck.photos.picture import Unreadable, decode, digest, distance, print_of
from yanhu_satcheck.read.look import look


def view() -> Image.Image:
    return Image.fromarray(rocks(1, 640, 480, 900)).convert("RGB")


def photograph(orientation: int = 1) -> bytes:
    pytest.importorskip("pillow_heif", reason="the extra [heif] is not installed")
    assert heif.readable()
    exif = Image.Exif()
    exif[271], exif[272], exif[274] = "Apple", "iPhone 14", orientation
    exif.get_ifd(0x8769)[36867] = "2022:12:05 10:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 1.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0)})
    held = io.BytesIO()
    view().save(held, "HEIF", exif=exif.tobytes(), quality=85)
    return held.getvalue()


def test_one_is_read_with_its_record(tmp_path: Path) -> None:
    content = photograph()
    exif, fault = look(content)
    assert fault is None
    assert exif.camera.model == "iPhone 14"
    assert exif.lonlat == pytest.approx((111.0, 35.0167), abs=1e-4)
    assert exif.taken_at is not None
    (tmp_path / "a.heic").write_bytes(content)
    view().save(tmp_path / "b.png")
    told, plain = (
        print_of(tmp_path / name, digest(tmp_path / name), tmp_path) for name in ("a.heic", "b.png")
    )
    assert distance(told.fingerprint, plain.fingerprint) <= 8


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (640, 480)), (6, (480, 640)), (3, (640, 480))]
)
def test_it_is_turned_upright_once(tmp_path: Path, orientation: int, size: tuple[int, int]) -> None:
    (tmp_path / "a.heic").write_bytes(photograph(orientation))
    upright = decode(tmp_path / "a.heic")
    assert upright.size == size
    turns = {1: 0, 3: 2, 6: 3}[orientation]
    wanted = np.rot90(np.asarray(view(), np.int16), turns)
    assert np.abs(np.asarray(upright, np.int16) - wanted).mean() < 8


def test_a_jpeg_of_the_same_exposure_is_the_same_view(tmp_path: Path) -> None:
    """As an iPhone's photograph and what a chat made of it; they are compared by their files."""
    (tmp_path / "a.heic").write_bytes(photograph())
    view().save(tmp_path / "b.jpg", quality=90)
    shots = [
        Shot(path.name, path, seen.reduced, (seen.width, seen.height), seen.fingerprint)
        for path in (tmp_path / "a.heic", tmp_path / "b.jpg")
        for seen in [print_of(path, digest(path), tmp_path)]
    ]
    for pair in (shots, shots[::-1]):
        assert pair_answer(*pair).kind in ("copy", "view")


@pytest.mark.parametrize("kept", [20, 300, -5])
def test_one_cut_short_is_named(kept: int, tmp_path: Path) -> None:
    content = photograph()[:kept]
    assert look(content)[1] is not None
    (tmp_path / "a.heic").write_bytes(content)
    with pytest.raises(Unreadable):
        decode(tmp_path / "a.heic")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heif, "readable", lambda: False)
    _, fault = look(b"\0\0\0\x1cftypheic\0\0\0\0" + bytes(2000))
    assert fault == heif.MISSING
    assert "[heif]" in fault.zh
    assert "[heif]" in fault.en


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(photograph())
    assert decode(tmp_path / "a.jpg").size == (640, 480)
