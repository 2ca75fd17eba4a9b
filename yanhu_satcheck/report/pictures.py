"""Pictures of the pages: chips inside the page, reduced photographs in OUT/photos."""

import math
import shutil
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.evidence import Chip, PhotoEvidence

_ORDER = ("before", "after", "later", "change", "relief")


class Picture(NamedTuple):
    """A chip as the page shows it: its pixels as text, the polygon's outline over them."""

    chip: Chip
    uri: str
    outline: str  # SVG path in the chip's pixels
    bar_px: float
    bar_m: int | float


def copy_photos(photos: Iterable[PhotoEvidence], folder: Path) -> None:
    """Keep one reduced copy a file, named by the hash of the original."""
    folder.mkdir()
    for photo in photos:
        if photo.sha256 and photo.reduced:
            target = folder / f"{photo.sha256}.jpg"
            if not target.exists():
                shutil.copyfile(photo.reduced, target)


def pictures(chips: Iterable[Chip]) -> list[Picture]:
    """Give a polygon's chips, before and after first."""

    def rank(chip: Chip) -> tuple[int, str, str]:
        known = _ORDER.index(chip.kind) if chip.kind in _ORDER else len(_ORDER)
        return known, chip.kind, str(chip.date)

    return [_picture(chip) for chip in sorted(chips, key=rank)]


def _picture(chip: Chip) -> Picture:
    pixels = chip.path.read_bytes()
    kind = "png" if pixels.startswith(b"\x89PNG") else "jpeg"
    uri = f"data:image/{kind};base64,{b64encode(pixels).decode()}"
    bar_m = round_length(chip.metres / 4)
    bar_px = round(bar_m / chip.metres * chip.width, 1) if chip.metres > 0 else 0.0
    return Picture(chip, uri, path_of(chip.outline), bar_px, bar_m)


def path_of(rings: Iterable[Iterable[tuple[float, float]]], digits: int = 1) -> str:
    """Write rings as an SVG path."""
    drawn = []
    for ring in rings:
        points = [f"{x:.{digits}f} {y:.{digits}f}" for x, y in ring]
        if points:
            drawn.append(f"M{'L'.join(points)}Z")
    return "".join(drawn)


def round_length(about: float) -> int | float:
    """Give 1, 2 or 5 times a power of ten, at most `about`."""
    if not (math.isfinite(about) and about > 0):
        return 0
    power = 10.0 ** math.floor(math.log10(about))
    length = next(step * power for step in (5, 2, 1) if step * power <= about * 1.000001)
    return int(length) if length >= 1 else length
