"""Two photographs laid on each other: everything the answer rests on, and no answer yet."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import cv2
import numpy as np

from yanhu_satcheck.photos.align import (
    Alignment,
    Mapping3,
    align,
    area_scale,
    carried,
    corners,
    inverse,
)
from yanhu_satcheck.photos.dense import Laid, lay
from yanhu_satcheck.photos.features import Features, Gray8, Mask, points, rooted
from yanhu_satcheck.photos.frame import Framing, framing
from yanhu_satcheck.photos.noted import read_points, write_points
from yanhu_satcheck.photos.overlay import Overlay, overlay_of
from yanhu_satcheck.photos.still import Stillness, lens, sectors, stillness
from yanhu_satcheck.photos.template import laid_over

WORKING_PX = 1000
"""Long edge at which pictures are compared; smaller ones are never enlarged."""
HELD = 32


class Picture(NamedTuple):
    """One photograph as it is compared."""

    gray: Gray8
    overlay: Overlay
    masked: Mask
    features: Features

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.gray.shape[1], self.gray.shape[0]


class Compared(NamedTuple):
    """What two photographs show together. `None`: it could not be measured."""

    points: tuple[int, int]  # that either has outside its overlays
    sizes: tuple[tuple[int, int], tuple[int, int]]  # width and height as compared
    aligned: Alignment | None
    laid: Laid | None = None
    swapped: bool = False  # the second picture is the finer one
    plain: Stillness | None = None
    lens: Stillness | None = None  # after one radial term
    frames: tuple[Framing, Framing] | None = None  # the first's in the second, the second's
    sectors: tuple[int, int] = (0, 0)  # of either that hold still cells
    overlays: tuple[Overlay, Overlay] = (Overlay(), Overlay())

    @property
    def mapping(self) -> Mapping3 | None:
        """From the first picture's pixels to the second's."""
        if self.laid is None:
            return self.aligned.mapping if self.aligned else None
        return inverse(self.laid.mapping) if self.swapped else self.laid.mapping

    @property
    def scale(self) -> float:
        """How much larger the first shows things than the second."""
        if self.mapping is None:
            return 1.0
        middle = np.array([[self.sizes[0][0] / 2, self.sizes[0][1] / 2]])
        return 1.0 / max(area_scale(self.mapping, middle), 1e-6)

    def off_frame(self) -> float:
        """How far the frames' corners lie from each other at most, in pixels of the first.

        The first's corners may come to lie on any of the second's: a turned or mirrored picture
        has the same frame.
        """
        if self.mapping is None:
            return float("inf")
        back = carried(inverse(self.mapping), corners(self.sizes[1]))
        apart = np.hypot(*(back[:, None] - corners(self.sizes[0])[None]).transpose(2, 0, 1))
        return float(apart.min(axis=1).max())


def picture(gray: Gray8, template: bytes = b"", noted: Path | None = None) -> Picture:
    """Prepare a grey picture, reduced to its working size.

    Its points are read from the file `noted`, or written there.
    """
    gray = working(gray)
    over = overlay_of(gray)
    masked = over.mask(gray.shape)
    if template:
        masked |= laid_over(template, gray.shape)
    found = read_points(noted) if noted else None
    if found is None:
        found = points(gray, masked)
        if noted:
            write_points(noted, found)
    return Picture(gray, over, masked, rooted(found))


def working(gray: Gray8, long: int = WORKING_PX) -> Gray8:
    """Reduce a picture to a long edge; smaller ones stay as they are."""
    scale = long / max(gray.shape)
    if scale >= 1:
        return gray
    size = max(round(gray.shape[1] * scale), 1), max(round(gray.shape[0] * scale), 1)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def compare(one: Picture, two: Picture, least: int = 0) -> Compared:
    """Lay two pictures on each other and measure how they lie.

    Where fewer than `least` points align them nothing more is measured.
    """
    count = len(one.features.xy), len(two.features.xy)
    found = Compared(count, (one.size, two.size), None, overlays=(one.overlay, two.overlay))
    aligned = align(one.features, one.size, two.features, two.size)
    if aligned is None:
        return found
    found = found._replace(aligned=aligned)
    if aligned.inliers < least:
        return found
    swapped = area_scale(aligned.mapping, np.array([[one.size[0] / 2, one.size[1] / 2]])) > 1
    fine, coarse = (two, one) if swapped else (one, two)
    mapping = inverse(aligned.mapping) if swapped else aligned.mapping
    laid = lay(fine.gray, coarse.gray, mapping, (fine.masked, coarse.masked))
    if laid is None:
        return found
    found = found._replace(laid=laid, swapped=swapped)
    in_fine = sectors(laid.cells, inverse(laid.mapping), fine.size)
    in_coarse = sectors(laid.cells, None, coarse.size)
    through = lens(laid, (coarse.size[0] / 2, coarse.size[1] / 2))
    # The finer picture's frame is looked for in the coarser where the lens has bent it to.
    of_fine = framing(laid.mapping, fine.size, coarse.gray, through.shift)
    of_coarse = framing(inverse(laid.mapping), coarse.size, fine.gray)
    return found._replace(
        plain=stillness(laid),
        lens=stillness(laid, through),
        frames=(of_coarse, of_fine) if swapped else (of_fine, of_coarse),
        sectors=(in_coarse, in_fine) if swapped else (in_fine, in_coarse),
    )


def load(path: Path, template: bytes = b"") -> Picture:
    """Prepare a reduced copy; the last few are held, for one picture meets several.

    `template` is its device's overlay, packed. The points found are noted beside the copy, where
    the next process that meets it reads them: finding them takes longer than all the rest.
    """
    about = path.stat()
    return _loaded(str(path), template, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=HELD)
def _loaded(path: str, template: bytes, changed: int, size: int) -> Picture:
    # Never `imread`: it cannot open a Chinese path on Windows.
    gray = np.asarray(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
    about = f"{changed:x}-{size:x}-{crc32(template):x}"
    return picture(gray, template, Path(path).with_suffix(f".{about}.points"))
