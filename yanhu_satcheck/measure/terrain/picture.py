"""The picture of what was dug and heaped: red lower, blue higher, over the shaded ground."""

from hashlib import sha256
from io import BytesIO
from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Chip
from yanhu_satcheck.measure.terrain.volumes import lot_of
from yanhu_satcheck.raster.heights import HeightReader, Heights
from yanhu_satcheck.raster.relief import gradient
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.shapes import rings
from yanhu_satcheck.raster.window import Window, cell_m, moved, window_of
from yanhu_satcheck.scene import Grid
from yanhu_satcheck.terms import Words

WIDTH, MOST = 400, 1000  # pixels: at least and at most
MARGIN = 0.4  # of the outline's longer side, around it
QUALITY = 85
SUN = np.array([-0.5, 0.5, 0.7071])  # from the north-west, 45° high
LOWER, HIGHER = np.array([200, 30, 30.0]), np.array([30, 70, 200.0])


def relief_chip(
    polygon_id: str,
    shape: BaseGeometry | None,
    crs: str,
    reader: HeightReader | None,
    folder: Path,
) -> tuple[Chip, ...]:
    """Write the picture of one polygon's height change; () where the models do not show it."""
    if reader is None or shape is None or shape.is_empty:
        return ()
    own = moved(shape, crs, reader.grid.crs)
    window = shown_around(own, reader.grid)
    if max(window.height, window.width) > 2 * MOST:
        return ()
    heights = reader.near(window)
    lot = lot_of(heights, np.ones_like(heights.rise), window, reader) or lot_of(
        heights, heights.known.astype(np.float32), window, reader
    )
    if lot is None:
        return ()
    full = _full(heights, lot.sigma)
    pixels = _painted(heights, heights.rise * (lot.lower | lot.higher) / np.float32(full), reader)
    times = max(1, ceil(WIDTH / window.width))
    shrink = min(1.0, MOST / max(window.shape))
    size = tuple(max(1, int(n * times * shrink)) for n in (window.width, window.height))
    affine = window.transform(reader.grid)
    outline = rings(own, affine @ type(affine).scale(window.width / size[0]))
    after = reader.fit.pair.after
    assert after is not None
    return (
        Chip(
            polygon_id,
            "relief",
            _written(pixels, (size[0], size[1]), folder),
            after.date,
            size[0],
            size[1],
            window.width * abs(affine.a),
            outline,
            _caption(reader, full),
        ),
    )


def shown_around(own: BaseGeometry, grid: Grid) -> Window:
    """What the picture of a shape shows; no other figure asks both models for more."""
    tight = window_of(own.bounds, grid)
    margin = ceil(max(MARGIN * max(tight.height, tight.width), 60 / cell_m(grid), 4))
    return window_of(own.bounds, grid, margin)


def _full(heights: Heights, sigma: Floats) -> float:
    """The change that is painted in full colour, rounded to 1, 2 or 5 of a power of ten."""
    rise = heights.rise[heights.known]
    least = 4 * float(np.median(sigma[heights.known]))
    about = max(float(np.percentile(np.abs(rise), 99)), least)
    power = 10.0 ** np.floor(np.log10(about))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= about * 0.999))


def _painted(heights: Heights, part: Floats, reader: HeightReader) -> np.ndarray:
    east, north = gradient(heights.after, reader.grid)
    steep = np.stack([-east, -north, np.ones_like(east)])
    light = np.tensordot(SUN, steep, 1) / np.sqrt((steep**2).sum(axis=0)) / np.linalg.norm(SUN)
    grey = 70 + 170 * np.clip(np.nan_to_num(light, nan=0.5), 0, 1)[..., None]
    share = (0.25 + 0.6 * np.clip(np.abs(np.nan_to_num(part)), 0, 1)) * (np.nan_to_num(part) != 0)
    colour = np.where(part[..., None] < 0, LOWER, HIGHER)
    mixed = (1 - share[..., None]) * grey + share[..., None] * colour
    return np.asarray(np.rint(np.clip(mixed, 0, 255)), dtype=np.uint8)


def _written(pixels: np.ndarray, size: tuple[int, int], folder: Path) -> Path:
    """Write a JPEG named by the hash of its pixels and size; one that is there already is kept."""
    made_of = f"relief {pixels.shape} {size} {QUALITY}".encode() + pixels.tobytes()
    path = folder / f"{sha256(made_of).hexdigest()}.jpg"
    if not path.exists():
        file = BytesIO()
        picture = Image.fromarray(pixels).resize(size, Image.Resampling.NEAREST)
        picture.save(file, "JPEG", quality=QUALITY)
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.getvalue())
    return path


def _caption(reader: HeightReader, full: float) -> Words:
    pair = reader.fit.pair
    assert pair.before is not None
    since = pair.before.date.isoformat()
    return Words(
        f"自 {since} 的高程变化（红：降低，蓝：升高，最深色 {full:g} 米及以上；灰：在误差以内）",
        f"height change since {since} (red lower, blue higher, darkest at {full:g} m and more; "
        "grey: within its error)",
    )
