"""Small pictures of a polygon before and after, cut from the window that it was measured in."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from yanhu_satcheck.evidence import Chip
from yanhu_satcheck.measure.plan import Task
from yanhu_satcheck.raster.ground import Look
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.shapes import rings
from yanhu_satcheck.raster.window import Window, cell_m, window_of
from yanhu_satcheck.scene import Grid, ImageFile
from yanhu_satcheck.terms import Words

WIDTH = 400  # pixels that a picture has at least
MOST = 1000
MARGIN = 0.4  # of the polygon's longer side, around it
QUALITY = 85
COLOURS = (  # the first that a pair has: red, green and blue of the picture
    (("red", "green", "blue"), Words("真彩色", "natural colour")),
    (("nir", "red", "green"), Words("标准假彩色", "near infrared, red, green")),
    (("swir1", "nir", "red"), Words("短波红外假彩色", "short-wave infrared, near infrared, red")),
)

Bytes = NDArray[np.uint8]


class Frame(NamedTuple):
    """The part of a measured window that the pictures show, and how large."""

    rows: slice
    cols: slice
    window: Window  # the same part on the pair's grid
    width: int  # of the picture, pixels
    height: int
    metres: float


def chips_of(
    task: Task,
    grid: Grid,
    roles: tuple[str, ...],
    before: Floats,
    after: Floats,
    look: Look | None,
    folder: Path,
) -> tuple[Chip, ...]:
    """Write the pictures of one polygon; before and after share frame, bands and stretch."""
    frame = _frame(task, grid)
    names, words = _colours(roles)
    picked = [roles.index(name) for name in names]
    cut = [stack[:, frame.rows, frame.cols][picked] for stack in (before, after)]
    clear = None if look is None else look.clear[frame.rows, frame.cols]
    low, high = _stretch(np.stack(cut, axis=1), clear)
    pair = task.fit.pair
    images = [_bytes(stack, low, high) for stack in cut]
    shown: list[tuple[str, Bytes, ImageFile]] = [
        ("before", images[0], pair.before),
        ("after", images[1], pair.after),
    ]
    if look is not None:
        changed = look.changed[frame.rows, frame.cols]
        shown.append(("change", _tinted(images[1], changed), pair.after))
    return tuple(_chips(task, grid, frame, shown, words, folder))


def _chips(
    task: Task,
    grid: Grid,
    frame: Frame,
    shown: list[tuple[str, Bytes, ImageFile]],
    words: Words,
    folder: Path,
) -> Iterator[Chip]:
    scale = frame.window.width / frame.width, frame.window.height / frame.height
    transform = frame.window._replace(step=1).transform(grid)
    outline = rings(task.footprint, transform @ type(transform).scale(*scale))
    for kind, pixels, image in shown:
        path = _written(pixels, frame, kind == "change", folder)
        caption = _caption(kind, image.date, words)
        yield Chip(
            task.polygon.id,
            kind,
            path,
            image.date,
            frame.width,
            frame.height,
            frame.metres,
            outline,
            caption,
        )


def _frame(task: Task, grid: Grid) -> Frame:
    """The polygon and some ground around it, within the window that was read."""
    left, bottom, right, top = task.footprint.bounds
    tight = window_of(task.footprint.bounds, grid)
    margin = ceil(max(MARGIN * max(tight.height, tight.width), 60 / cell_m(grid), 4))
    wide, read = window_of((left, bottom, right, top), grid, margin), task.window
    step = read.step
    first_row = max(0, (wide.row - read.row) // step)
    first_col = max(0, (wide.col - read.col) // step)
    last_row = min(read.shape[0], -(-(wide.row + wide.height - read.row) // step))
    last_col = min(read.shape[1], -(-(wide.col + wide.width - read.col) // step))
    rows, cols = last_row - first_row, last_col - first_col
    window = Window(
        read.row + first_row * step, read.col + first_col * step, rows * step, cols * step, step
    )
    times = min(max(1, ceil(WIDTH / cols)), max(1, ceil(2 * WIDTH / rows)))
    shrink = min(1.0, MOST / max(rows, cols))
    size = (cols * times, rows * times) if shrink == 1 else (int(cols * shrink), int(rows * shrink))
    return Frame(
        slice(first_row, last_row),
        slice(first_col, last_col),
        window,
        max(size[0], 1),
        max(size[1], 1),
        cols * step * cell_m(grid),
    )


def _colours(roles: tuple[str, ...]) -> tuple[tuple[str, ...], Words]:
    for names, words in COLOURS:
        if all(name in roles for name in names):
            return names, words
    return (roles[0],) * 3, Words(f"单波段 {roles[0]}", f"one band, {roles[0]}")


def _stretch(both: Floats, clear: Bools | None) -> tuple[Floats, Floats]:
    """The 1 and 99 % marks of each band over both dates (3,): one stretch, not ruled by cloud."""
    low, high = np.zeros(3, np.float32), np.ones(3, np.float32)
    for i, band in enumerate(both):
        shown = np.isfinite(band) & (True if clear is None or not clear.any() else clear)
        known = band[shown]
        if known.size:
            low[i], high[i] = np.percentile(known, (1, 99))
    return low, np.maximum(high, low + 1e-6)


def _bytes(stack: Floats, low: Floats, high: Floats) -> Bytes:
    part = (stack - low[:, None, None]) / (high - low)[:, None, None]
    grey = np.where(np.isfinite(part), np.clip(part, 0, 1) * 255, 128)
    return np.ascontiguousarray(np.rint(grey).astype(np.uint8).transpose(1, 2, 0))


def _tinted(image: Bytes, changed: Bools) -> Bytes:
    """The after picture in grey, ground that changed beyond its like in red."""
    grey = np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    red = np.array([220, 40, 30], float)
    out = np.where(changed[..., None], 0.4 * grey + 0.6 * red, grey)
    return np.rint(out).astype(np.uint8)


def _written(pixels: Bytes, frame: Frame, plain: bool, folder: Path) -> Path:
    """Write a JPEG named by the hash of its pixels and size; one that is there already is kept."""
    size = frame.width, frame.height
    made_of = f"{pixels.shape} {size} {plain} {QUALITY}".encode() + pixels.tobytes()
    path = folder / f"{sha256(made_of).hexdigest()}.jpg"
    if not path.exists():
        grown = plain or frame.width > 4 * pixels.shape[1]
        how = Image.Resampling.NEAREST if grown else Image.Resampling.BILINEAR
        file = BytesIO()
        Image.fromarray(pixels).resize(size, how).save(file, "JPEG", quality=QUALITY)
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue())
    return path


def _caption(kind: str, day: date, words: Words) -> Words:
    zh = {"before": "前时相", "after": "后时相", "change": "变化（红色：超出同类地表）"}[kind]
    en = {"before": "before", "after": "after", "change": "change (red: beyond its like)"}[kind]
    return Words(f"{zh} {day.isoformat()} {words.zh}", f"{en}, {day.isoformat()}, {words.en}")
