"""Is one file the other, saved again? Two shots of one view differ by more than their encoding.

The question is put as photos are made: take A, give it B's tones, encode it with B's own
quantisation tables. If B differs from A by no more than this re-enactment does, B may be A saved
again; a second exposure also differs by its sensor noise, which no re-encoding of A explains.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import isotonic_regression

from yanhu_satcheck.photos.picture import FORMATS, Gray, decode, gray

CELL_PX = 32
BAND = 8
"""Rows of cells that are measured at once."""
FEWEST_CELLS = 20
"""With fewer textured cells nothing can be said of a pair."""
TEXTURED = 2.0
"""A cell's least standard deviation, grey levels."""
STILL = 0.8
"""A cell's least correlation at rest to count as the same view."""
RHO = 1.4
"""Re-saves reached 1.01, re-saves with altered tones 1.29, a fixed camera's next shot 1.72."""
QUALITY = 85
"""Below this the encoding's own error hides the sensor noise that would tell two shots apart."""


CLIPPED = 0.2
"""Cells with more burnt-out or black pixels say nothing: brightening clips them."""
BLURS = (0.6, 1.0, 1.5, 2.2)
"""Deviations, in pixels, of the blurs that a re-enactment may need."""


class Turn(NamedTuple):
    """How one picture must be turned to lie as another: mirrored first, then turned."""

    mirrored: bool = False
    quarters: int = 0  # against the clock


UPRIGHT = Turn()


class Likeness(NamedTuple):
    """How two pictures of one size lie on each other."""

    cells: int  # textured in both
    still: float  # share of them that correlate at rest
    rho: float | None  # unexplained difference over re-enactment; `None`: cannot be told
    quality: int | None  # JPEG quality of the poorer file

    @property
    def same_view(self) -> bool:
        """One camera position and direction, whether one exposure or several."""
        return self.cells >= FEWEST_CELLS and self.still >= 0.9

    @property
    def same_exposure(self) -> bool:
        """The one is the other, saved again."""
        if self.rho is None or self.quality is None:
            return False
        return self.same_view and self.rho <= RHO and self.quality >= QUALITY


def likeness(one: Path, two: Path, turn: Turn = UPRIGHT) -> Likeness:
    """Compare two picture files that show one whole frame, the first one `turn`ed.

    Of two sizes the larger is reduced to the smaller as programs do, and may then be its original.
    """
    a, b = turned(gray(decode(one)), turn), gray(decode(two))
    tables = [_luma_table(path) for path in (one, two)]
    told = [_quality(table) for table in tables if table is not None]
    if a.size < b.size:
        a, b, tables = b, a, tables[::-1]
    resized = a.shape != b.shape
    if resized:
        a = _reduced(a, b)
    seen = _seen(a) & _seen(b)
    count = int(seen.sum())
    if count < FEWEST_CELLS:
        return Likeness(count, 0.0, None, None)
    alike = seen & (_each(_correlation, a, b) >= STILL)
    # A reduced picture may be the copy of a larger one, never the other way.
    ways = ((a, b, tables[1]),) if resized else ((a, b, tables[1]), (b, a, tables[0]))
    rhos = [_rho(x, y, table, alike) for x, y, table in ways if table is not None]
    rho = min((rho for rho in rhos if rho is not None), default=None)
    return Likeness(count, float(alike.sum()) / count, rho, min(told, default=None))


def turned(image: Gray, turn: Turn) -> Gray:
    """Mirror and turn a picture."""
    if turn == UPRIGHT:
        return image
    return np.ascontiguousarray(np.rot90(image[:, ::-1] if turn.mirrored else image, turn.quarters))


def _reduced(a: Gray, b: Gray) -> Gray:
    """Reduce a picture to the size of another, by the way that comes nearest to it."""
    size = b.shape[1], b.shape[0]
    ways = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BILINEAR)
    tried = [np.asarray(Image.fromarray(a).resize(size, way), np.float32) for way in ways]
    tried.append(np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_AREA), np.float32))
    tried.append(np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_CUBIC), np.float32))
    tried.append(np.asarray(cv2.resize(a, size, interpolation=cv2.INTER_LINEAR), np.float32))
    return min(tried, key=lambda one: float(np.median(_each(_rms, _toned(one, b), b))))


def _seen(image: Gray) -> NDArray[np.bool_]:
    """Which cells have texture, and keep it through a change of exposure."""
    clipped = _each(_clipped, image)
    seen: NDArray[np.bool_] = (_each(_spread, image) >= TEXTURED) & (clipped <= CLIPPED)
    return seen


def _clipped(cells: Gray) -> NDArray[np.float32]:
    clipped: NDArray[np.float32] = ((cells >= 254.5) | (cells <= 0.5)).mean(axis=(1, 2))
    return clipped


def _each(measure: Callable[..., NDArray[np.float32]], *images: Gray) -> NDArray[np.float32]:
    """Measure every cell of images that lie on each other, a band of cells at a time.

    All cells at once are a second copy of each picture, and every step of a measure a further one.
    """
    rows = images[0].shape[0] // CELL_PX
    bands = [
        measure(*(_cells(image[row * CELL_PX : (row + BAND) * CELL_PX]) for image in images))
        for row in range(0, max(rows, 1), BAND)
    ]
    return np.concatenate(bands)


def _cells(image: NDArray[Any]) -> NDArray[Any]:
    rows, columns = image.shape[0] // CELL_PX, image.shape[1] // CELL_PX
    cut = image[: rows * CELL_PX, : columns * CELL_PX]
    cells = cut.reshape(rows, CELL_PX, columns, CELL_PX).swapaxes(1, 2)
    return cells.reshape(-1, CELL_PX, CELL_PX)


def _spread(cells: Gray) -> NDArray[np.float32]:
    spread: NDArray[np.float32] = cells.std(axis=(1, 2))
    return spread


def _correlation(a: Gray, b: Gray) -> NDArray[np.float32]:
    a, b = (x - x.mean(axis=(1, 2), keepdims=True) for x in (a, b))
    spread = np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
    product: NDArray[np.float32] = (a * b).sum(axis=(1, 2)) / np.maximum(spread, 1e-6)
    return product


def _rms(a: Gray, b: Gray) -> NDArray[np.float32]:
    rms: NDArray[np.float32] = np.sqrt(np.square(a - b).mean(axis=(1, 2)))
    return rms


def _rho(a: Gray, b: Gray, table: list[int], alike: NDArray[np.bool_]) -> float | None:
    """How far B lies from toned A, over how far the re-enactment does: median over still cells."""
    if not alike.any():
        return None
    toned = _toned(a, b, alike)
    # What was drawn over a cell that still correlates must not bend the tones of the others.
    apart = _each(_rms, toned, b)
    alike = alike & (apart <= 2 * np.median(apart[alike]))
    toned = _blurred(_toned(a, b, alike), b, alike)
    unexplained, explained = (_each(_rms, x, toned) for x in (b, _encoded(toned, table)))
    # Rounding to whole grey levels alone leaves 0.29.
    return float(np.median(unexplained[alike] / np.maximum(explained[alike], 0.29)))


def _blurred(toned: Gray, b: Gray, alike: NDArray[np.bool_]) -> Gray:
    """Blur a picture as much as brings it nearest to the other; mostly not at all."""
    least, best = float(np.median(_each(_rms, toned, b)[alike])), toned
    for sigma in BLURS:
        tried = np.asarray(cv2.GaussianBlur(toned, (0, 0), sigma), np.float32)
        apart = float(np.median(_each(_rms, tried, b)[alike]))
        if apart >= least:
            break
        least, best = apart, tried
    return best


def _toned(a: Gray, b: Gray, alike: NDArray[np.bool_] | None = None) -> Gray:
    """Give A the tones of B: for each grey level of A the mean of B there, made monotone.

    The tones are taken from the cells that are alike.
    """
    level = np.clip(np.rint(a), 0, 255).astype(np.uint8)
    of_level, of_tone = level.ravel(), b.ravel()
    if alike is not None:
        of_level = _cells(level)[alike].ravel()
        of_tone = _cells(b)[alike].ravel()
    count = np.bincount(of_level, minlength=256)
    total = np.bincount(of_level, weights=of_tone, minlength=256)
    held = np.flatnonzero(count)
    rising = isotonic_regression(total[held] / count[held], weights=count[held]).x
    curve = np.interp(np.arange(256), held, rising)
    toned: Gray = curve.astype(np.float32)[level]
    return toned


def _encoded(image: Gray, table: list[int]) -> Gray:
    """Encode and decode a grey picture with a quantisation table."""
    file = BytesIO()
    picture = Image.fromarray(np.clip(np.rint(image), 0, 255).astype(np.uint8))
    picture.save(file, "JPEG", qtables=[table])
    return gray(Image.open(file, formats=("JPEG",)))


def _luma_table(path: Path) -> list[int] | None:
    with Image.open(path, formats=FORMATS) as picture:
        tables = getattr(picture, "quantization", None)
    return list(tables[0]) if tables else None


_STANDARD_SUM = 3692
"""Sum of the luminance table of JPEG (ITU-T T.81, annex K.1), which quality 50 uses unscaled."""


def _quality(table: list[int]) -> int:
    """The IJG quality whose table has about this sum."""
    scale = 100.0 * sum(table) / _STANDARD_SUM
    quality = (200.0 - scale) / 2.0 if scale <= 100.0 else 5000.0 / scale
    return round(min(100.0, max(1.0, quality)))
