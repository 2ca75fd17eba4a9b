"""Is one file the other, saved again? Done once more, a copy comes out the same to the last bit.

The question is put as copies are made: take A, give it B's size and tones, encode it with B's own
quantisation tables. If B is A saved again, wherever nothing was drawn over it, B *is* this
re-enactment, at whatever quality: the same numbers were rounded the same way. A second exposure of
the same view has its own sensor noise, which falls to other sides of the rounding. So what is left
between B and the re-enactment is held to what the encoding itself changes.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin
from scipy.optimize import isotonic_regression

from yanhu_satcheck import heif
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
RHO, RHO_POOR = 0.3, 0.1
"""Copies leave 0.00, of altered tones 0.07–0.31; a next shot with noise of only 0.3 grey levels
leaves 0.49 (quality 50, half the size), 0.62 (60) and more; at quality 30 it leaves 0.41."""
QUALITY, QUALITY_POOR = 50, 30
"""Below the second the encoding rounds nearly everything to nothing, of any exposure."""
CLIPPED = 0.2
"""Cells with more burnt-out or black pixels say nothing: brightening clips them."""
WINDOW = (2048, 1536)
"""So much of a large picture is looked at; blocks of 8 × 8 are encoded each by itself."""
MCU = 16
GUESSES = 3

Rgb = NDArray[np.uint8]
Cells = NDArray[np.bool_]


class Turn(NamedTuple):
    """How one picture must be turned to lie as another: mirrored first, then turned."""

    mirrored: bool = False
    quarters: int = 0  # against the clock


UPRIGHT = Turn()


class Likeness(NamedTuple):
    """How two pictures of one frame lie on each other."""

    cells: int  # textured in both
    still: float  # share of them that correlate at rest
    rho: float | None  # what a re-enactment leaves, over what it changes; `None`: cannot be told
    quality: int | None  # JPEG quality of the poorer file

    @property
    def same_view(self) -> bool:
        """One camera position and direction, whether one exposure or several."""
        return self.cells >= FEWEST_CELLS and self.still >= 0.9

    @property
    def proven(self) -> bool:
        """Nothing but encoding lies between the two, wherever nothing was drawn over."""
        if self.rho is None or self.quality is None or self.quality < QUALITY_POOR:
            return False
        return self.rho <= (RHO if self.quality >= QUALITY else RHO_POOR)

    @property
    def same_exposure(self) -> bool:
        """The one is the other, saved again."""
        return self.same_view and self.proven


class _Encoding(NamedTuple):
    tables: dict[int, list[int]]
    sampling: int
    quality: int


def likeness(one: Path, two: Path, turn: Turn = UPRIGHT) -> Likeness:
    """Compare two picture files that show one whole frame, the first one `turn`ed.

    Raises:
        Unreadable: One of them cannot be decoded.
    """
    a, b = np.asarray(decode(one)), np.asarray(decode(two))
    made_a, made_b = _encoding(one), _encoding(two)
    told = [made.quality for made in (made_a, made_b) if made is not None]
    forth = _Pair(turned(a, turn), b)
    found, count = forth.alike, int(forth.seen.sum())
    if not found.any() or count < FEWEST_CELLS:
        return Likeness(count, 0.0, None, None)
    rho = _rho(forth, made_b) if made_b else None
    if made_a and (rho is None or rho > RHO_POOR):  # the first may be the copy
        back = _rho(_Pair(unturned(b, turn), a), made_a)
        rho = back if rho is None or (back is not None and back < rho) else rho
    return Likeness(count, float(found.sum()) / count, rho, min(told, default=None))


def turned(image: NDArray[Any], turn: Turn) -> NDArray[Any]:
    """Mirror and turn a picture."""
    if turn == UPRIGHT:
        return image
    return np.ascontiguousarray(np.rot90(image[:, ::-1] if turn.mirrored else image, turn.quarters))


def unturned(image: NDArray[Any], turn: Turn) -> NDArray[Any]:
    """Undo a turn."""
    back = np.rot90(image, -turn.quarters)
    return np.ascontiguousarray(back[:, ::-1] if turn.mirrored else back)


class _Pair:
    """A picture that may be the original, and the one that may have been made of it."""

    def __init__(self, original: Rgb, copy: Rgb) -> None:
        height, width = copy.shape[:2]
        self._window = _window(width, height)
        self.copy = copy[self._window]
        self.luma = _luma(self.copy)
        self._original, self._size = original, (width, height)
        self._same = original.shape == copy.shape

    def originals(self) -> Iterator[Rgb]:
        """Give the original in the copy's size, in each way that programs reduce pictures."""
        if self._same:
            yield self._original[self._window]
        elif self._original.size > self.copy.size and self._original.shape[0] >= self._size[1]:
            picture = Image.fromarray(self._original)
            for way in (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BOX):
                yield np.asarray(picture.resize(self._size, way))[self._window]
            for how in (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC):
                smaller = cv2.resize(self._original, self._size, interpolation=how)
                yield np.asarray(smaller, np.uint8)[self._window]

    @cached_property
    def laid(self) -> Gray:
        """The original's grey levels in the copy's size, enlarged where it is smaller."""
        if self._same:
            return _luma(self._original[self._window])
        size = cv2.resize(self._original, self._size, interpolation=cv2.INTER_AREA)
        return _luma(np.asarray(size, np.uint8)[self._window])

    @cached_property
    def seen(self) -> Cells:
        """Which cells have texture in both."""
        return _seen(self.laid) & _seen(self.luma)

    @cached_property
    def alike(self) -> Cells:
        """Which of them show the same in both."""
        if not len(self.seen):
            return np.zeros(0, bool)
        return self.seen & (_each(_correlation, self.laid, self.luma) >= STILL)


def _window(width: int, height: int) -> tuple[slice, slice]:
    """Give the middle of a picture, on the grid of its blocks."""
    wide, high = min(width, WINDOW[0]), min(height, WINDOW[1])
    left, top = (width - wide) // 2 // MCU * MCU, (height - high) // 2 // MCU * MCU
    return slice(top, top + high), slice(left, left + wide)


def _luma(rgb: Rgb) -> Gray:
    return gray(Image.fromarray(rgb))


def _rho(pair: _Pair, made: _Encoding) -> float | None:
    """What the best re-enactment leaves, over what it changes: median over still cells."""
    alike = pair.alike
    if alike.sum() < FEWEST_CELLS:
        return None
    best = None
    for tried in _tries(pair, made):
        again = _luma(_encoded(tried, made))
        left, changed = (_each(_rms, again, x)[alike] for x in (pair.luma, _luma(tried)))
        # Rounding to whole grey levels alone changes 0.29.
        rho = float(np.median(left / np.maximum(changed, 0.29)))
        best = rho if best is None else min(best, rho)
        if best <= RHO_POOR:
            break
    return best


def _tries(pair: _Pair, made: _Encoding) -> Iterator[Rgb]:
    """Give what may have been encoded: the original in every size as it is, then in other tones.

    Most copies were only made smaller; a way of reducing that fails as it is costs one encoding
    then, not four.
    """
    given = []
    for original in pair.originals():
        given.append(original)
        yield original
    for original in given:
        yield from _toned(original, pair.copy, pair.alike, made)


def _toned(a: Rgb, b: Rgb, alike: Cells, made: _Encoding) -> Iterator[Rgb]:
    """Give A with the tones of B, colour by colour, ever nearer.

    The tones come from the cells that are alike. Encoding shrinks what is darkest and brightest:
    what the last guess's encoding shows too dark is brightened in the next.
    """
    rows, columns = a.shape[0] // CELL_PX, a.shape[1] // CELL_PX
    inside = alike.reshape(rows, columns).repeat(CELL_PX, axis=0).repeat(CELL_PX, axis=1)
    here = np.s_[: rows * CELL_PX, : columns * CELL_PX]
    levels = [a[here][..., colour][inside] for colour in range(3)]
    wanted = [_means(levels[c], b[here][..., c][inside]) for c in range(3)]
    curves = [_rising(mean, levels[c]) for c, mean in enumerate(wanted)]
    for _ in range(GUESSES):
        guess = [np.clip(np.rint(curve), 0, 255).astype(np.uint8) for curve in curves]
        tried = np.stack([guess[c][a[..., c]] for c in range(3)], axis=2)
        yield tried
        again = _encoded(tried, made)[here]
        for c in range(3):
            shown = _means(levels[c], again[..., c][inside])
            off = np.nan_to_num(wanted[c] - shown)
            curves[c] = _rising(np.where(np.isnan(wanted[c]), np.nan, curves[c] + off), levels[c])


def _means(level: NDArray[np.uint8], tone: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean tone at each of 256 levels; NaN where there is none."""
    count = np.bincount(level, minlength=256)
    total = np.bincount(level, weights=tone, minlength=256)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _rising(mean: NDArray[np.float64], level: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The curve nearest to the means that never falls, shape (256,)."""
    held = np.flatnonzero(~np.isnan(mean))
    weights = np.bincount(level, minlength=256)[held]
    rising = isotonic_regression(mean[held], weights=np.maximum(weights, 1)).x
    curve: NDArray[np.float64] = np.interp(np.arange(256), held, rising)
    return curve


def _encoded(rgb: Rgb, made: _Encoding) -> Rgb:
    """Encode a picture as another was, and decode it."""
    picture, file = Image.fromarray(rgb), BytesIO()
    if len(made.tables) == 1:
        picture.convert("L").save(file, "JPEG", qtables=[made.tables[0]])
    else:
        tables = [made.tables[number] for number in sorted(made.tables)]
        picture.save(file, "JPEG", qtables=tables, subsampling=made.sampling)
    with Image.open(file, formats=("JPEG",)) as again:
        return np.asarray(again.convert("RGB"))


def _encoding(path: Path) -> _Encoding | None:
    """How a JPEG of one or three colours was encoded; `None` for any other file."""
    with Image.open(path, formats=heif.formats(FORMATS)) as picture:
        if not isinstance(picture, JpegImagePlugin.JpegImageFile) or picture.mode == "CMYK":
            return None
        tables = {number: list(table) for number, table in picture.quantization.items()}
        sampling = JpegImagePlugin.get_sampling(picture)
    if not tables or 0 not in tables:
        return None
    return _Encoding(tables, sampling, _quality(tables[0]))


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


_STANDARD_SUM = 3692
"""Sum of the luminance table of JPEG (ITU-T T.81, annex K.1), which quality 50 uses unscaled."""


def _quality(table: list[int]) -> int:
    """The IJG quality whose table has about this sum."""
    scale = 100.0 * sum(table) / _STANDARD_SUM
    quality = (200.0 - scale) / 2.0 if scale <= 100.0 else 5000.0 / scale
    return round(min(100.0, max(1.0, quality)))
