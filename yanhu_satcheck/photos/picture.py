"""A photograph decoded once: its pixels upright, what identifies them, a reduced copy."""

import hashlib
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy.fft import dctn

from yanhu_satcheck import heif
from yanhu_satcheck.photos.marks import Marks, Question, marked
from yanhu_satcheck.photos.overlay import overlay_of
from yanhu_satcheck.photos.template import edges

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
"""What may be opened, by content: never EPS or the other forty that Pillow would try."""
LARGEST_PIXELS = 250_000_000
"""Phones take 200 million; a picture that claims more is a bomb."""
REDUCED_PX = 1000
ROWS = 64
"""Rows of a picture that are hashed at once: more than a cache holds take twice as long."""

Gray = NDArray[np.float32]


class Unreadable(Exception):
    """The file is no picture that can be decoded; the message says why."""


class Print(NamedTuple):
    """What identifies one file's picture."""

    sha256: str
    pixel_hash: str  # sha256 of the upright RGB pixels and their size
    fingerprint: str  # 256-bit DCT hash, hex; "" where the picture is blank
    width: int
    height: int
    reduced: Path
    marks: Marks | None = None  # by which others find it
    questions: tuple[Question, ...] = ()  # by which it finds others
    edges: bytes = b""  # by which what its device burns in is known


def digest(path: Path) -> str:
    """The file's sha256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def decode(path: Path) -> Image.Image:
    """Decode a picture wholly and turn it upright by its EXIF orientation.

    Raises:
        Unreadable: It is no picture of a known format, is cut short or claims to be immense.
    """
    picture = _decoded(path, small=False)
    # In place: a phone's 200 million pixels are 600 MB, which need not be there twice.
    ImageOps.exif_transpose(picture, in_place=True)
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def try_to_decode(path: Path) -> None:
    """Decode a picture to its end, at an eighth of its size where its format allows that.

    Raises:
        Unreadable: As `decode` would.
    """
    _decoded(path, small=True)


def _decoded(path: Path, *, small: bool) -> Image.Image:
    # Pillow by itself warns at 90 million pixels, which phones pass.
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, LARGEST_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=heif.formats(FORMATS)) as picture:
                if picture.width * picture.height > LARGEST_PIXELS:
                    raise Unreadable(f"{picture.width} × {picture.height} pixels")
                if small:
                    picture.draft("RGB", (max(picture.width // 8, 1), max(picture.height // 8, 1)))
                picture.load()
                return picture
    except (Unreadable, MemoryError):
        raise
    except Exception as cause:  # decoders fail in a dozen ways, and each is the file's fault
        raise Unreadable(str(cause) or type(cause).__name__) from cause
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def print_of(path: Path, sha256: str, scratch: Path) -> Print:
    """Decode a picture and write its reduced copy into the scratch folder.

    Raises:
        Unreadable: The picture cannot be decoded.
    """
    picture = decode(path)
    reduced = scratch / f"{sha256}.jpg"
    share = min(1.0, REDUCED_PX / max(picture.size))
    size = max(round(picture.width * share), 1), max(round(picture.height * share), 1)
    # Not `thumbnail`, which takes a copy: of 200 million pixels that is 800 MB more.
    small = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.save(reduced, "JPEG", quality=85)
    asked = np.asarray(small.convert("L"), np.uint8)
    mark = fingerprint(asked.astype(np.float32))
    marks, questions = marked(asked, overlay_of(asked).parts) if mark else (None, ())
    hashed = pixel_hash(picture)
    return Print(sha256, hashed, mark, *picture.size, reduced, marks, questions, edges(asked))


def pixel_hash(picture: Image.Image) -> str:
    """The sha256 of an upright picture's size and RGB pixels, hex."""
    width, height = picture.size
    digest = hashlib.sha256(f"{width}x{height}:".encode())
    for top in range(0, height, ROWS):
        digest.update(picture.crop((0, top, width, min(top + ROWS, height))).tobytes())
    return digest.hexdigest()


def gray(picture: Image.Image) -> Gray:
    """Luminance, 0–255, shape (height, width)."""
    return np.asarray(picture.convert("L"), dtype=np.float32)


def fingerprint(image: Gray) -> str:
    """256 bits of an image's coarse structure, hex; "" for a blank one.

    The signs of the 16 × 16 lowest frequencies of a 64 × 64 reduction against their median, as in
    pHash (Zauner 2010), without the constant term. It finds candidates and proves nothing: two
    shots from a tripod agree in every bit.
    """
    square = Image.fromarray(image).resize((64, 64), Image.Resampling.BOX)
    low = dctn(np.asarray(square, dtype=np.float64), norm="ortho")[1:17, 1:17]
    if np.abs(low).max() < 1.0:
        return ""
    return np.packbits(low > np.median(low)).tobytes().hex()


def turned_fingerprints(mark: str) -> tuple[str, ...]:
    """Give the fingerprints that the picture's eight flips and turns would have.

    Mirroring changes the sign of every second frequency, a quarter turn swaps rows and columns:
    nothing is decoded again. Bits are signs about a median close to 0, so a few differ.
    """
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(mark), np.uint8)).reshape(16, 16).astype(bool)
    odd = np.arange(1, 17) % 2 == 1
    across, down = bits ^ odd[None, :], bits ^ odd[:, None]
    both = across ^ odd[:, None]
    ways = (bits, across, down, both)
    turned = (*ways, *(way.T for way in ways))
    return tuple(np.packbits(way).tobytes().hex() for way in turned)


def distance(one: str, two: str) -> int:
    """In how many of 256 bits two fingerprints differ."""
    return (int(one, 16) ^ int(two, 16)).bit_count()
