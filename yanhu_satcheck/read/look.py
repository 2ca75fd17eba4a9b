"""A photograph looked at without being decoded: which file it is, what it says, whether it ends."""

import hashlib
import io
import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from yanhu_satcheck import heif
from yanhu_satcheck.read.exif import Exif, read_exif
from yanhu_satcheck.read.signs import HEAD, PICTURES, really
from yanhu_satcheck.terms import Words

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")  # MPO comes through JPEG
MAX_PIXELS = 250_000_000
MAX_BYTES = 300 << 20


class Look(NamedTuple):
    """What a look at a photograph's file gives."""

    sha256: str
    bytes: int
    exif: Exif
    fault: Words | None  # why it cannot be read


def look_at(path: Path) -> Look:
    """Hash a photograph and open its header; say why it cannot be read.

    The decoder is not run: that costs a second a photograph and belongs to those who compare them.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        what = Words("照片文件过大", f"it is larger than {MAX_BYTES >> 20} MB")
        return Look(sha256, size, Exif(), what)
    content = path.read_bytes()
    return Look(hashlib.sha256(content).hexdigest(), len(content), *look(content))


def look(content: bytes) -> tuple[Exif, Words | None]:
    """Give what a photograph's header says, and why it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, MAX_PIXELS
        try:
            with Image.open(io.BytesIO(content), formats=heif.formats(FORMATS)) as image:
                fault = None
                if image.format in ("JPEG", "MPO") and _lies(content, image.size):
                    size = f"{image.width} × {image.height}"
                    fault = Words(
                        f"文件太小，不可能有其自称的 {size} 像素",
                        f"the file is too small for the {size} pixels that it claims",
                    )
                elif not _ends(content, str(image.format)):
                    fault = Words("照片文件不完整", "the photograph is cut off")
                return read_exif(image), fault
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            return Exif(), Words("照片像素过多", "it claims more pixels than any camera has")
        except Exception as cause:
            known = heif.is_heic(content)
            if known and not heif.readable():
                return Exif(), heif.MISSING
            found = really(content[:HEAD])
            if known or found in PICTURES:
                return Exif(), Words(
                    "照片损坏，无法打开", f"it is damaged ({type(cause).__name__})"
                )
            return Exif(), Words(f"不是照片，实为{found.zh}", f"it is no photograph but {found.en}")
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _lies(content: bytes, size: tuple[int, int]) -> bool:
    # The emptiest block of 8 × 8 takes a bit; a decoder makes grey of what is not there.
    return len(content) < size[0] * size[1] // 1000


def _ends(content: bytes, form: str) -> bool:
    # Decoders fill a missing rest with grey and say nothing; the end mark tells.
    if form in ("JPEG", "MPO"):
        start = _scan_of(content)
        return start is not None and content.find(b"\xff\xd9", start) >= 0
    if form == "PNG":
        return b"IEND" in content
    if form == "HEIF":
        return heif.ends(content)
    if form == "WEBP":
        return len(content) >= int.from_bytes(content[4:8], "little") + 8
    return True


def _scan_of(content: bytes) -> int | None:
    """Find where a JPEG's picture starts, past any thumbnail with an end mark of its own."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            at += 1
        elif content[at + 1] == 0xDA:
            return at
        elif content[at + 1] == 0xFF:
            at += 1
        elif content[at + 1] == 0x01 or 0xD0 <= content[at + 1] <= 0xD9:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None
