"""Whether two aligned pictures lie still on each other, cell by cell.

Two exposures from two places differ by parallax, relief, lens and rolling shutter. So small cells
of the one are looked for in the other, which was laid on it; where each is found says the rest.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from yanhu_satcheck.photos.align import (
    Mapping3,
    area_scale,
    carried,
    inverse,
    plausible,
    polished,
)
from yanhu_satcheck.photos.features import Floats, Gray8, Mask

CELL = 36
SEARCH = 8
SEARCH_AGAIN = 3
"""How far a cell is looked for, first and once the mapping was fitted to the cells."""
GOOD = 0.8
"""A cell's least correlation to count as found."""
STILL_PX = 1.0
ENOUGH = 12
"""Cells from which a mapping can be polished: three times what fixes it."""
TEXTURE, SPREAD = 0.35, 2.0
"""Least smaller eigenvalue of a cell's structure tensor, and least deviation in grey levels."""
CLIPPED = 0.2
"""A cell with more burnt-out or black pixels moves with its exposure."""


class Cells(NamedTuple):
    """The cells of the coarser picture, each where it was found in the finer one."""

    at: NDArray[np.float64]  # middles, shape (n, 2), pixels of the coarser picture
    shift: NDArray[np.float64]  # shape (n, 2), pixels of the coarser picture
    peak: NDArray[np.float64]  # correlation where it fits best
    grid: NDArray[np.int64]  # row and column of each cell, shape (n, 2)

    @property
    def good(self) -> Mask:
        """Which cells were found."""
        return np.asarray(self.peak > GOOD)

    @property
    def still(self) -> Mask:
        """Which cells were found where they should be."""
        return np.asarray(self.good & (np.hypot(*self.shift.T) <= STILL_PX))


class Laid(NamedTuple):
    """A pair laid on each other for good."""

    mapping: Mapping3  # from the finer picture's pixels to the coarser's, fitted to the cells
    scale: float  # pixels of the finer picture in one of the coarser
    cells: Cells


def lay(fine: Gray8, coarse: Gray8, mapping: Mapping3, unseen: tuple[Mask, Mask]) -> Laid | None:
    """Measure every textured cell, and fit the mapping to the cells, twice.

    `mapping` leads from the finer picture to the coarser; `unseen` are their overlays.
    `None`: the pictures share no cell.
    """
    size = coarse.shape[1], coarse.shape[0]
    scale = 1.0 / max(_scale(mapping, fine, coarse), 1e-6)
    shrunk, shrink = _shrunk(fine, scale)
    hidden = cv2.resize(
        unseen[0].astype(np.uint8), shrunk.shape[::-1], interpolation=cv2.INTER_NEAREST
    )
    flipped = bool(np.linalg.det(mapping[:2, :2]) < 0)
    soft = _softened(coarse)
    still = soft, _textured(soft), _clipped(soft)
    laid: Laid | None = None
    for turn in range(3):
        to = mapping @ inverse(shrink)
        warped = np.asarray(cv2.warpPerspective(shrunk, to, size, flags=cv2.INTER_CUBIC), np.uint8)
        inside = cv2.warpPerspective(1 - hidden, to, size, flags=cv2.INTER_NEAREST).astype(bool)
        if laid is not None:
            warped = _toned(warped, coarse, laid.cells)
        reach = SEARCH if turn == 0 else SEARCH_AGAIN
        cells = _measured(still, _softened(warped), inside & ~unseen[1], inside, reach)
        if cells is None:
            return laid
        laid = Laid(mapping, max(scale, 1.0), cells)
        if turn < 2:
            better = _fitted(cells)
            frame = fine.shape[1], fine.shape[0]
            if better is None or not plausible(better @ mapping, frame, flipped):
                return laid
            mapping = better @ mapping
    return laid


def _softened(picture: Gray8) -> Floats:
    return np.asarray(cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8), np.float32)


def _toned(warped: Gray8, like: Gray8, cells: Cells) -> Gray8:
    """Give a picture the tones of the one it lies on, by the cells that are still.

    Gamma moves what a correlation takes for the middle of an edge.
    """
    still = cells.at[cells.still].astype(int)
    if len(still) < 8:
        return warped
    half = CELL // 2
    at = [np.s_[y - half + 1 : y + half + 1, x - half + 1 : x + half + 1] for x, y in still]
    level, tone = (np.stack([image[here] for here in at]) for image in (warped, like))
    curve = _curve(level, tone)
    # What was drawn over a cell that still correlates must not bend the tones of the others.
    apart = np.abs(curve[level] - tone).mean(axis=(1, 2))
    kept = apart <= 2 * np.median(apart)
    curve = _curve(level[kept], tone[kept])
    return np.asarray(np.clip(np.rint(curve), 0, 255), np.uint8)[warped]


def _curve(level: Gray8, tone: Gray8) -> NDArray[np.float64]:
    """Give the mean tone at each of 256 levels, by steps of eight, made monotone."""
    step = level.ravel() // 8
    count = np.bincount(step, minlength=32)
    # Of a step that few pixels have, one stray tone would lift all those above.
    held = count >= max(64, level.size // 2000)
    mean = [np.bincount(step, weights=of.ravel(), minlength=32)[held] for of in (level, tone)]
    x, y = (total / count[held] for total in mean)
    levels = np.arange(256.0)
    if len(x) < 2:
        return levels
    y = isotonic_regression(y, weights=count[held]).x
    told: NDArray[np.float64] = np.interp(levels, x, y)
    told += np.minimum(levels - x[0], 0) + np.maximum(levels - x[-1], 0)
    return told


def _scale(mapping: Mapping3, fine: Gray8, coarse: Gray8) -> float:
    """How long a pixel of the finer picture is in the coarser, in the middle of what they share."""
    back = inverse(mapping)
    h, w = coarse.shape
    grid = np.stack(np.meshgrid(np.linspace(0, w, 9), np.linspace(0, h, 9)), -1).reshape(-1, 2)
    there = carried(back, grid)
    inside = np.all((there >= 0) & (there <= [fine.shape[1], fine.shape[0]]), axis=1)
    middle = there[inside].mean(axis=0) if inside.any() else np.array(fine.shape[::-1]) / 2
    return area_scale(mapping, middle[None])


def _shrunk(fine: Gray8, scale: float) -> tuple[Gray8, Mapping3]:
    """Shrink the finer picture to the coarser one's pixels, and how its pixels were moved."""
    if scale < 1.05:
        return fine, np.eye(3)
    h, w = fine.shape
    size = max(round(w / scale), 1), max(round(h / scale), 1)
    x, y = size[0] / w, size[1] / h
    moved = np.array([[x, 0, (x - 1) / 2], [0, y, (y - 1) / 2], [0, 0, 1]])
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8), moved


def _measured(
    still: tuple[Floats, Mask, Mask], b: Floats, seen: Mask, in_b: Mask, reach: int
) -> Cells | None:
    """Find each cell of the coarser picture in `b`, which was laid on it.

    `still` is the coarser picture, where it has texture, and where it is clipped; `seen` is where
    both are seen, `in_b` where `b` is.
    """
    a, has_texture, is_clipped = still
    rows, columns = ((n - 2 * SEARCH) // CELL for n in a.shape)
    if rows < 1 or columns < 1:
        return None
    textured = has_texture | _textured(b)
    bad = (is_clipped | _clipped(b)).astype(np.float32)
    at, shift, peak, grid = [], [], [], []
    for row in range(rows):
        for column in range(columns):
            top, left = SEARCH + row * CELL, SEARCH + column * CELL
            here = np.s_[top : top + CELL, left : left + CELL]
            around = np.s_[top - SEARCH : top + CELL + SEARCH, left - SEARCH : left + CELL + SEARCH]
            if not textured[top + CELL // 2, left + CELL // 2] or not in_b[around].all():
                continue
            if not seen[here].all() or bad[here].mean() > CLIPPED:
                continue
            wide = b[top - reach : top + CELL + reach, left - reach : left + CELL + reach]
            (dx, dy), height = _found(wide, a[here], reach)
            at.append((left + (CELL - 1) / 2, top + (CELL - 1) / 2))
            shift.append((dx, dy))
            peak.append(height)
            grid.append((row, column))
    if not at:
        return None
    return Cells(np.array(at), np.array(shift), np.array(peak), np.array(grid))


def _found(wide: Floats, cell: Floats, reach: int) -> tuple[tuple[float, float], float]:
    if np.ptp(cell) < 1e-3 or np.ptp(wide) < 1e-3:
        return (0.0, 0.0), 0.0
    fit = cv2.matchTemplate(wide, cell, cv2.TM_CCOEFF_NORMED)
    y, x = divmod(int(fit.argmax()), fit.shape[1])
    height = float(fit[y, x])
    if not np.isfinite(height) or not (0 < x < 2 * reach and 0 < y < 2 * reach):
        return (float(x - reach), float(y - reach)), 0.0
    dx = _vertex(fit[y, x - 1], fit[y, x], fit[y, x + 1])
    dy = _vertex(fit[y - 1, x], fit[y, x], fit[y + 1, x])
    return (x + dx - reach, y + dy - reach), height


def _vertex(left: float, middle: float, right: float) -> float:
    """Give where the parabola through three values at −1, 0, 1 is highest."""
    bend = left - 2 * middle + right
    return float((left - right) / (2 * bend)) if bend < 0 else 0.0


def _textured(image: Floats) -> Mask:
    """Whether the cell around each pixel has edges in two directions."""
    gx = cv2.Sobel(image, cv2.CV_32F, 1, 0) / 8
    gy = cv2.Sobel(image, cv2.CV_32F, 0, 1) / 8
    xx, yy, xy, m, mm = (
        cv2.boxFilter(values, -1, (CELL, CELL))
        for values in (gx * gx, gy * gy, gx * gy, image, image * image)
    )
    smaller = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy * xy)
    textured: Mask = (smaller >= TEXTURE) & (mm - m * m >= SPREAD * SPREAD)
    return textured


def _clipped(image: Floats) -> Mask:
    clipped: Mask = (image >= 253.5) | (image <= 1.5)
    return clipped


def _fitted(cells: Cells) -> Mapping3 | None:
    good = cells.good
    if good.sum() < 8:
        return None
    there, here = (cells.at + cells.shift)[good], cells.at[good]
    better, inside = cv2.findHomography(
        there.astype(np.float32),
        here.astype(np.float32),
        cv2.USAC_MAGSAC,
        1.0,
        maxIters=2000,
        confidence=0.999,
    )
    if better is None:
        return None
    held = inside.ravel().astype(bool)
    enough = held.sum() >= ENOUGH
    return polished(there[held], here[held]) if enough else np.asarray(better, np.float64)
