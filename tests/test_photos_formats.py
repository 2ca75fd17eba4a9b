"""Photographs as cameras, scanners and chats leave them; and what only pretends to be one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_photos_pairs import rocks
from yanhu_satcheck.photos import picture as pictures
from yanhu_satcheck.photos.picture import Print, Unreadable, decode, digest, distance, print_of
from yanhu_satcheck.workers import Pool

Save = Callable[[Image.Image, Path], None]
FORMATS: dict[str, Save] = {
    "plain.jpg": lambda p, path: p.save(path, quality=90),
    "progressive.jpg": lambda p, path: p.save(path, quality=90, progressive=True),
    "cmyk.jpg": lambda p, path: p.convert("CMYK").save(path, quality=90),
    "grey.jpg": lambda p, path: p.convert("L").save(path, quality=90),
    "several.jpg": lambda p, path: p.save(path, "MPO", save_all=True, append_images=[p.copy()]),
    "alpha.png": lambda p, path: p.convert("RGBA").save(path),
    "palette.png": lambda p, path: p.convert("P", palette=Image.Palette.ADAPTIVE).save(path),
    "lossless.webp": lambda p, path: p.save(path, lossless=True),
    "scan.tif": lambda p, path: p.save(path, compression="tiff_lzw"),
    "old.bmp": lambda p, path: p.save(path),
}


def seen(path: Path) -> Print:
    return print_of(path, digest(path), path.parent)


def view() -> Image.Image:
    return Image.fromarray(rocks(1, 640, 480, 900)).convert("RGB")


@pytest.mark.parametrize("name", FORMATS)
def test_one_view_in_any_format_has_one_fingerprint(tmp_path: Path, name: str) -> None:
    view().save(tmp_path / "reference.png")
    FORMATS[name](view(), tmp_path / name)
    reference, told = seen(tmp_path / "reference.png"), seen(tmp_path / name)
    assert (told.width, told.height) == (640, 480)
    assert distance(told.fingerprint, reference.fingerprint) <= 8
    assert told.marks is not None
    assert len(told.marks.words) > 200


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_odd_orientation_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    view().save(tmp_path / "a.png", exif=exif)
    upright = decode(tmp_path / "a.png")
    assert upright.size == ((640, 480) if orientation < 5 else (480, 640))
    assert np.asarray(upright).std() == pytest.approx(np.asarray(view()).std())


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (7, 5), (100, 80)])
def test_a_tiny_picture_is_no_error(tmp_path: Path, size: tuple[int, int]) -> None:
    view().resize(size).save(tmp_path / "a.png")
    told = seen(tmp_path / "a.png")
    assert (told.width, told.height) == size


def test_a_blank_picture_has_no_mark(tmp_path: Path) -> None:
    Image.new("RGB", (800, 600), (90, 90, 90)).save(tmp_path / "a.jpg")
    told = seen(tmp_path / "a.jpg")
    assert (told.fingerprint, told.marks, told.questions) == ("", None, ())


def test_more_pixels_than_pillow_warns_of_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones take 200 million; Pillow's own limit is 90. Both are lowered here to be quick."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100_000)
    view().save(tmp_path / "a.jpg")
    assert decode(tmp_path / "a.jpg").size == (640, 480)
    monkeypatch.setattr(pictures, "LARGEST_PIXELS", 200_000)
    with pytest.raises(Unreadable):
        decode(tmp_path / "a.jpg")


def test_a_phone_s_200_megapixels_stay_within_a_worker_s_memory(tmp_path: Path) -> None:
    """Turned by EXIF too: three and a half times the pixels' bytes would end the worker."""
    small, exif, path = view().resize((2040, 1530)), Image.Exif(), tmp_path / "phone.jpg"
    exif[274] = 6
    small.resize((16_320, 12_240), Image.Resampling.NEAREST).save(path, quality=60, exif=exif)
    with Pool(1) as pool:
        told = pool.run(print_of, path, "0" * 64, tmp_path, size=path.stat().st_size)
    assert (told.width, told.height) == (12_240, 16_320)
    small.save(tmp_path / "small.png", exif=exif)
    assert distance(told.fingerprint, seen(tmp_path / "small.png").fingerprint) <= 8


def test_what_is_no_picture_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"GIF89a" + bytes(60))
    with pytest.raises(Unreadable):
        decode(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"")
    with pytest.raises(Unreadable):
        decode(tmp_path / "b.jpg")
