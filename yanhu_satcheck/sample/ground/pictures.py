"""What a sensor makes of the made ground: light, air, optics, place, noise, numbers."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.imagery import DIRECT, HAZE
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.lobes import Lobe
from yanhu_satcheck.sample.noise import Field, fbm, fractal, smooth, stream
from yanhu_satcheck.sample.sky import facing, sun, sunlit

from .conditions import FIRST, Conditions, Sensor, Sight, Sky
from .cover import reflectance

REACH = 420.0  # metres that shadows are followed
WHITE = np.array([0.62, 0.60, 0.60, 0.64, 0.42, 0.31])
QUALITY = 88  # of the JPEG that an orthophoto has been before it was a TIFF


@dataclass(frozen=True, slots=True)
class Picture:
    """One image, what hides the ground in it, and the mask that comes with it."""

    grid: Grid
    numbers: NDArray[np.generic]
    hidden: Field  # share of the ground's light that is lost or replaced, on the picture's grid
    mask: NDArray[np.uint8]


def picture(conditions: Conditions, number: int, land: Land) -> Picture:
    """The image of a date."""
    sensor, sight, sky = conditions.sensor, conditions.sights[number], conditions.skies[number]
    season = conditions.seasons[number]
    seed = FIRST + conditions.seed
    count = 6 if sensor.cell > 20 else 4
    moment = datetime.combine(season.day, time(11, 15)) + timedelta(minutes=sky.minutes)
    light = lit(land, moment, count)
    ground = reflectance(land, season, seed, count) * light
    grid = _grid(land.grid, sensor, sight)
    rng = stream(seed, f"picture {number}")
    x, y = placed(grid, sensor, sight, rng)
    shown = _optics(ground, land.grid, sensor, x, y, rng)
    shown, hidden, dark = _air(shown, grid, sky, moment, rng)
    return Picture(grid, _numbers(shown, conditions, number, rng), hidden, masked(hidden, dark))


def _grid(own: Grid, sensor: Sensor, sight: Sight) -> Grid:
    """The picture's grid inside the ground's, off by a part of a cell."""
    trim = 2 if any(sight.origin) else 1
    west = own.west + (trim + sight.origin[0]) * sensor.cell
    north = own.north - (trim + sight.origin[1]) * sensor.cell
    _, south, east, _ = own.bounds
    rows, cols = int((north - south) / sensor.cell) - 1, int((east - west) / sensor.cell) - 1
    return Grid(west, north, sensor.cell, rows, cols)


def lit(land: Land, moment: datetime, bands: int) -> Field:
    """Light on every cell relative to level ground in the open, by band."""
    azimuth, height = sun(moment)
    step = max(1, round(5.0 / land.grid.cell))
    rough = land.z[::step, ::step]
    own = Grid(land.grid.west, land.grid.north, land.grid.cell * step, *rough.shape)
    cast = sunlit(rough, own, azimuth, height, REACH)
    if step > 1:
        x, y = land.grid.xy()
        cast = own.sample(cast, x, y)
    level = np.sin(np.radians(height))
    beam = np.clip(facing(land.z, land.grid.cell, azimuth, height), 0, None) / level
    beam = np.clip(beam * cast, 0, 2.2)
    scattered = 0.6 + 0.4 * np.clip(facing(land.z, land.grid.cell, 0.0, 90.0), 0, 1)
    direct = DIRECT[:bands, None, None]
    return np.asarray(direct * beam + (1 - direct) * scattered)


def placed(
    grid: Grid, sensor: Sensor, sight: Sight, rng: np.random.Generator
) -> tuple[Field, Field]:
    """Where on the ground each cell really looks: shift, affine drift, ripples of the relief."""
    x, y = grid.xy()
    u = (np.arange(grid.cols) / grid.cols - 0.5)[None, :]
    v = (np.arange(grid.rows) / grid.rows - 0.5)[:, None]
    a, b, c, d = sight.drift
    ripple = [sight.ripple * fractal(rng, grid.shape, 2.0) for _ in range(2)]
    east = sight.shift[0] + a * u + b * v + ripple[0]
    south = sight.shift[1] + c * u + d * v + ripple[1]
    return x + east * sensor.cell, y - south * sensor.cell


def _optics(
    ground: Field, own: Grid, sensor: Sensor, x: Field, y: Field, rng: np.random.Generator
) -> Field:
    """Bands blurred and read at the cells' true positions; colour of two metres is sharpened."""
    blur = sensor.blur / own.cell
    if sensor.name != "fine":
        return np.stack([own.sample(ndimage.gaussian_filter(b, blur), x, y) for b in ground])
    grey = own.sample(ndimage.gaussian_filter(ground.mean(axis=0), blur), x, y)
    grey *= 1 + 0.01 * rng.standard_normal(grey.shape)
    soft = np.maximum(ndimage.gaussian_filter(grey, 3.6 / own.cell), 1e-3)
    colour = [own.sample(ndimage.gaussian_filter(b, 3.8 / own.cell), x, y) for b in ground]
    return np.stack([band * grey / soft for band in colour])


def _air(
    shown: Field, grid: Grid, sky: Sky, moment: datetime, rng: np.random.Generator
) -> tuple[Field, Field, Field]:
    """Haze, thin cloud, clouds and their shadows; also what they hide, and the shadow alone."""
    bands = len(shown)
    thick = np.clip(1.0 + 0.4 * fractal(rng, grid.shape, 2.2), 0.1, None)
    haze = HAZE[:bands, None, None] * sky.haze * thick
    veil = sky.veil * smooth(-0.3, 1.8, fractal(rng, grid.shape, 2.4))
    cover, dark = np.zeros(grid.shape), np.zeros(grid.shape)
    for _ in range(sky.clouds):
        one, shade = _cloud(grid, moment, rng)
        cover, dark = np.maximum(cover, one), np.maximum(dark, shade)
    white = WHITE[:bands, None, None]
    total = 1 - (1 - cover) * (1 - veil)
    shown = shown * (1 - 0.62 * dark)
    shown = shown * (1 - total) + white * total
    shown = shown * (1 - 0.8 * haze) + haze
    return shown, np.asarray(np.maximum(total, dark)), dark


def _cloud(grid: Grid, moment: datetime, rng: np.random.Generator) -> tuple[Field, Field]:
    """The opacity of one cloud somewhere, and of its shadow."""
    azimuth, height = sun(moment)
    west, south, east, north = grid.bounds
    at = float(rng.uniform(west, east)), float(rng.uniform(south, north))
    size, above = float(rng.uniform(0.02, 0.06)) * (east - west), float(rng.uniform(400, 1500))
    lobe = Lobe(*at, size, 1.4, float(rng.uniform(0, 3.1)), int(rng.integers(1 << 30)), 0.1)
    far = above / np.tan(np.radians(height))
    to_sun = far * np.sin(np.radians(azimuth)), far * np.cos(np.radians(azimuth))
    return _cast(lobe, grid, (0.0, 0.0)), _cast(lobe, grid, to_sun)


def _cast(lobe: Lobe, grid: Grid, off: tuple[float, float]) -> Field:
    """A cloud's opacity where the ground looks so far past it, on a whole picture."""
    out = np.zeros(grid.shape)
    west, south, east, north = lobe.bounds(120.0)
    down, across = grid.window((west - off[0], south - off[1], east - off[0], north - off[1]))
    x, y = (part[down, across] for part in grid.xy())
    if x.size:
        x, y = x + off[0], y + off[1]
        ragged = 18 * fbm(x, y, 90.0, 3, lobe.salt)
        out[down, across] = smooth(-25.0, 35.0, lobe.inside(x, y) + ragged)
    return out


def masked(hidden: Field, dark: Field) -> NDArray[np.uint8]:
    """0 clear, 1 cloud, 2 shadow, as producers draw it: generous, and blind to what is thin."""
    cloud = ndimage.binary_dilation((hidden > 0.35) & (dark <= 0.35), iterations=2)
    shadow = ndimage.binary_dilation(dark > 0.4, iterations=2)
    return np.where(cloud, 1, np.where(shadow, 2, 0)).astype(np.uint8)


def _numbers(
    shown: Field, conditions: Conditions, number: int, rng: np.random.Generator
) -> NDArray[np.generic]:
    """What is stored: reflectance as declared, digital numbers, or a stretched photograph."""
    sensor, sight = conditions.sensor, conditions.sights[number]
    gain = np.array(sight.gain[: len(shown)])[:, None, None]
    offset = np.array(sight.offset[: len(shown)])[:, None, None]
    seen = shown * gain + offset
    seen = seen + np.hypot(0.0008, sensor.grain * seen) * rng.standard_normal(seen.shape)
    seen = seen * (1 + 0.002 * rng.standard_normal((len(seen), 1, seen.shape[2])))  # detectors
    if sensor.name == "ortho":
        return _photograph(seen[[2, 1, 0]], sight.gamma)
    if sensor.scale is None:
        return np.asarray(np.clip(np.rint(seen * 2600.0), 1, 2047), np.uint16)
    stored = np.rint((seen - sensor.offset) / sensor.scale)
    return np.asarray(np.clip(stored, 1, 65535), np.uint16)


def _photograph(colour: Field, gamma: float) -> NDArray[np.uint8]:
    """Each band stretched between its own percentiles, then saved as a JPEG."""
    low, high = np.percentile(colour, (1, 99), axis=(1, 2), keepdims=True)
    stretched = np.clip((colour - low) / (high - low), 0, 1) ** gamma
    raw = np.moveaxis(np.rint(1 + 254 * stretched).astype(np.uint8), 0, -1)
    file = BytesIO()
    Image.fromarray(raw).save(file, "JPEG", quality=QUALITY)
    with Image.open(file) as saved:
        return np.moveaxis(np.clip(np.asarray(saved), 1, 255).astype(np.uint8), -1, 0)
