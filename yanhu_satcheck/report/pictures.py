"""Pictures of the pages: chips inside the page, reduced photographs in OUT/photos."""

import math
import shutil
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.evidence import Chip
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import KeptChip

CHIP_PX = 480  # long edge of the copies that are kept
CHIP_QUALITY = 80
KEPT_KINDS = ("before", "after")
_ORDER = ("before", "after", "later", "change", "relief")


class Picture(NamedTuple):
    """A chip as the page shows it: its pixels as text, the polygon's outline over them."""

    chip: Chip
    uri: str
    outline: str  # SVG path in the chip's pixels
    bar_px: float
    bar_m: int | float


def copy_photos(audit: Audit, folder: Path) -> None:
    """Keep one reduced copy a file, named by the hash of the original; earlier twins, too."""
    twins = [twin for group in audit.photo_groups for twin in group.earlier]
    copies = [(photo.sha256, photo.reduced) for photo in audit.photos]
    copies += [(twin.photo.sha256, twin.reduced) for twin in twins]
    keep_photos(copies, folder)


def keep_photos(copies: Iterable[tuple[str | None, Path | None]], folder: Path) -> None:
    """Keep reduced copies in a new folder, each named by the hash of its original."""
    folder.mkdir()
    for name, reduced in copies:
        if name and reduced and not (folder / f"{name}.jpg").exists():
            shutil.copyfile(reduced, folder / f"{name}.jpg")


def keep_chips(audit: Audit, folder: Path) -> tuple[KeptChip, ...]:
    """Keep small copies of each polygon's before and after, named by their own hash.

    They are what the archive stores and a later page shows. Pictures of earlier batches that this
    audit's pages show lie beside them.
    """
    shown = [chip for chip in audit.chips if chip.kind in KEPT_KINDS]
    strips = [one for strip in audit.former.values() for one in strip]
    if shown or strips:
        folder.mkdir(parents=True)
    kept = [_small(chip, folder) for chip in shown]
    for former in strips:
        target = folder / f"{former.chip.sha256}.jpg"
        if not target.exists():
            shutil.copyfile(former.path, target)
    return tuple(sorted(kept, key=lambda one: (one.polygon_id, one.kind != "before")))


def _small(chip: Chip, folder: Path) -> KeptChip:
    from PIL import Image

    pixels = chip.path.read_bytes()
    with Image.open(chip.path) as picture:
        if picture.format != "JPEG" or max(picture.size) > CHIP_PX:
            small = picture.convert("RGB")
            small.thumbnail((CHIP_PX, CHIP_PX), Image.Resampling.LANCZOS)
            file = BytesIO()
            small.save(file, "JPEG", quality=CHIP_QUALITY)
            pixels, size = file.getvalue(), small.size
        else:
            size = picture.size
    name = sha256(pixels).hexdigest()
    (folder / f"{name}.jpg").write_bytes(pixels)
    scale = size[0] / chip.width, size[1] / chip.height
    outline = tuple(
        tuple((round(x * scale[0], 1), round(y * scale[1], 1)) for x, y in ring)
        for ring in chip.outline
    )
    return KeptChip(chip.polygon_id, chip.kind, chip.date, *size, chip.metres, outline, name)


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
