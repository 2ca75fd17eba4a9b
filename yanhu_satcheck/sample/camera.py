"""A height-field camera: what a phone or a drone sees of the ground from where it stands."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .land import Land
from .noise import Cells, Field, fbm, smooth, value_noise
from .plots import SKEW
from .sky import brightness, sun
from .spectra import GREEN, GROUND, PLANTS, G, P, ground_table, plant_table

Picture = NDArray[np.uint8]
TALL = {
    "maize": 0.10, "wheat": 0.05, "orchard": 0.8, "shrub": 0.45, "conifer": 0.7, "grass": 0.16,
    "reeds": 0.9,
}  # fmt: skip
ROUGH = {
    "fresh_limestone": 0.10, "bauxite": 0.10, "weathered_limestone": 0.14, "spoil": 0.07,
    "gravel": 0.05, "red_soil": 0.04,
}  # fmt: skip
TILLED = (G["loess"], G["moist_loess"])
SOWN = (P["maize"], P["wheat"], P["grass"])
STRATA = ("fresh_limestone", "bauxite", "weathered_limestone", "old_floor", "loess")


@dataclass(frozen=True, slots=True)
class View:
    """Where a camera stands and looks; `horizon` is the horizon's row as a share of the height."""

    x: float
    y: float
    eye: float  # metres above the datum
    azimuth: float
    f35: float
    width: int
    height: int
    horizon: float

    @property
    def focal(self) -> float:
        """Focal length in pixels (35 mm equivalents go by the diagonal)."""
        return self.f35 / 43.27 * float(np.hypot(self.width, self.height))

    def bearings(self) -> tuple[Field, Field]:
        """Azimuth of every column in radians, and cosine of its angle off the axis."""
        off = np.arctan((np.arange(self.width) - self.width / 2 + 0.5) / self.focal)
        return np.radians(self.azimuth) + off, np.cos(off)


@dataclass(frozen=True, slots=True)
class Scenery:
    """The ground about a place at fine cells, and the whole district behind it."""

    near: Land
    far: Land
    near_light: Field  # light on the ground relative to level ground in the sun
    far_light: Field

    def within(self, x: Field, y: Field, margin: float = 2.0) -> NDArray[np.bool_]:
        """Whether the fine ground covers a position."""
        west, south, east, north = self.near.grid.bounds
        inside = (x > west + margin) & (x < east - margin) & (y > south + margin)
        return inside & (y < north - margin)

    def height(self, x: Field, y: Field) -> Field:
        """Elevation of the ground."""
        fine = self.near.grid.sample(self.near.z, x, y)
        return np.where(self.within(x, y), fine, self.far.grid.sample(self.far.z, x, y))


def light_on(land: Land, moment: datetime) -> Field:
    """Sunlight and skylight together."""
    beam, sky = brightness(land.z, land.grid, *sun(moment))
    return 0.80 * beam + 0.34 * sky


def cells(land: Land, x: Field, y: Field) -> tuple[Cells, Cells]:
    """The nearest cells."""
    row = np.clip((land.grid.north - y) / land.grid.cell, 0, land.grid.rows - 1).astype(np.int64)
    col = np.clip((x - land.grid.west) / land.grid.cell, 0, land.grid.cols - 1).astype(np.int64)
    return row, col


def bristle(scenery: Scenery, x: Field, y: Field) -> Field:
    """Rubble, tufts, bushes and trees standing above the fine ground."""
    at = cells(scenery.near, *astray(x, y))
    tall = np.array([TALL[name] for name in PLANTS])[scenery.near.plant[at]]
    rough = np.array([ROUGH.get(name, 0.02) for name in GROUND])[scenery.near.ground[at]]
    share = scenery.near.share[at]
    stones = rough * (value_noise(x, y, 0.9, 13) + 0.6 * value_noise(x, y, 0.3, 14))
    return tall * tufts(x, y, share) + stones * (1 - share)


def tufts(x: Field, y: Field, share: Field) -> Field:
    """1 in the middle of a tuft or crown, 0 on the bare ground between."""
    bush = value_noise(x, y, 1.25, 11) + 0.7 * value_noise(x, y, 0.5, 12)
    return smooth(-0.25, 0.9, bush + 3.2 * (share - 0.5))


def astray(x: Field, y: Field) -> tuple[Field, Field]:
    """Positions moved by up to a metre or so, so that borders of cells do not show as steps."""
    east = 0.5 * value_noise(x, y, 1.6, 71) + 0.25 * value_noise(x, y, 0.4, 72)
    north = 0.5 * value_noise(x, y, 1.6, 73) + 0.25 * value_noise(x, y, 0.4, 74)
    return x + east, y + north


def march(scenery: Scenery, view: View) -> tuple[Field, Field, Field]:
    """Distances, and the picture row of the ground at each distance of each column."""
    bearing, cosine = view.bearings()
    count = 620
    far = 1.3 * (7000.0 / 1.3) ** (np.arange(count) / (count - 1))
    x = view.x + far[None, :] * np.sin(bearing)[:, None]
    y = view.y + far[None, :] * np.cos(bearing)[:, None]
    z = scenery.height(x, y)
    close = int(np.searchsorted(far, 170.0))
    rise = bristle(scenery, x[:, :close], y[:, :close])
    z[:, :close] += (
        rise * scenery.within(x[:, :close], y[:, :close]) * smooth(3.0, 14.0, far[:close])
    )
    drop = far**2 / (2 * 6.371e6)  # the earth's curve
    depth = far[None, :] * cosine[:, None]
    rows = view.horizon * view.height - view.focal * (z - drop - view.eye) / depth
    return far, rows, cosine


def hits(far: Field, rows: Field, view: View) -> Field:
    """Distance of what each pixel shows, infinite in the sky; rows × columns."""
    line = np.minimum.accumulate(rows, axis=1)
    wanted = np.arange(view.height) + 0.5
    out = np.full((view.height, view.width), np.inf)
    for col in range(view.width):
        first = np.searchsorted(-line[col], -wanted)
        seen = first < len(far)
        k = first[seen]
        before = np.maximum(k - 1, 0)
        top, base = rows[col, k], rows[col, before]
        part = np.clip((base - wanted[seen]) / np.maximum(base - top, 1e-6), 0, 1)
        open_ = (base <= line[col, before] + 1e-9) & (k > 0)
        start = np.where(open_, far[before], far[k])
        out[seen, col] = start + part * (far[k] - start)
    return out


def texture(x: Field, y: Field, z: Field, size: Field, rock: Field) -> Field:
    """Relief too fine for the ground model: grains and clods, or strata and joints on rock."""
    total = np.zeros(x.shape)
    lean = 0.35 * value_noise(x, y, 9.0, 21)
    u, v = 0.8 * x + 0.6 * y, 2.6 * (z + lean)
    x, y = x + 0.7 * z, y - 0.6 * z
    for number, wave in enumerate((0.012, 0.035, 0.1, 0.3, 0.9, 2.7, 8.0)):
        fade = smooth(1.3, 3.5, wave / size)
        for part, a, b, stretch, salt in ((1 - rock, x, y, 1.0, 22), (1.5 * rock, u, v, 1.5, 32)):
            on = (fade * part) > 0.02
            if on.any():
                grain = value_noise(a[on], b[on], stretch * wave, salt + number)
                total[on] += (fade * part)[on] * grain
    return total


def furrows(x: Field, y: Field, size: Field) -> Field:
    """Drill rows and furrows of the fields, along the blocks' skew."""
    across = y * np.cos(SKEW) - x * np.sin(SKEW) + 0.05 * value_noise(x, y, 3.0, 81)
    return np.asarray(np.cos(2 * np.pi * across / 0.62) * smooth(2.0, 5.0, 0.62 / size))


def colours(scenery: Scenery, view: View, distance: Field) -> Field:
    """Colour of the ground in each pixel, before the air between."""
    bearing, cosine = view.bearings()
    d = np.where(np.isfinite(distance), distance, 100.0)
    x, y = view.x + d * np.sin(bearing), view.y + d * np.cos(bearing)
    rows = np.arange(view.height)[:, None] + 0.5
    z = view.eye + (view.horizon * view.height - rows) / view.focal * d * cosine
    size = d / view.focal
    out = np.zeros((*d.shape, 3))
    inside = scenery.within(x, y)
    near, far = (scenery.near, scenery.near_light), (scenery.far, scenery.far_light)
    for (land, light), here in ((near, inside), (far, ~inside)):
        if here.any():
            out[here] = _surface(land, light, x[here], y[here], z[here], size[here])
    return out


def _surface(land: Land, light: Field, x: Field, y: Field, z: Field, size: Field) -> Field:
    """Ground and plants with their grain, in the light of the moment."""
    at = cells(land, *astray(x, y))
    rgb = [2, 1, 0]
    stony = np.array([1.0 if name in STRATA else 0.0 for name in GROUND])[land.ground[at]]
    down, across = np.gradient(land.z, land.grid.cell)
    steep = land.grid.sample(np.hypot(down, across), x, y)
    grain = texture(x, y, z, size, stony * smooth(0.35, 0.8, steep))
    bare = ground_table()[land.ground[at]][:, rgb] * land.tone[at][:, None]
    leaf = plant_table(land.when)[land.plant[at]][:, rgb]
    share = land.share[at]
    sharp = tufts(x, y, share) * (1 + 0.3 * value_noise(x, y, 0.12, 61))
    blend = np.clip(share + smooth(2.0, 6.0, 0.9 / size) * (sharp - share), 0, 1)[:, None]
    tilled = np.isin(land.ground[at], TILLED) & np.isin(land.plant[at], SOWN) & (steep < 0.3)
    row = furrows(x, y, size) * tilled
    blend = np.clip(blend * (1 + 0.9 * row[:, None]), 0, 1)
    lit = land.grid.sample(light, x, y)
    lit = lit * np.clip(1 + 0.12 * grain + 0.16 * row, 0.25, 1.9)
    warm = np.array([1.03, 1.0, 0.93])
    mixed: Field = (bare * (1 - blend) + 1.25 * leaf * blend) * lit[:, None] * warm
    return mixed


def heaven(view: View, salt: int) -> Field:
    """A winter sky: pale at the horizon, thin cloud."""
    bearing, _ = view.bearings()
    rows = np.repeat(np.arange(view.height, dtype=np.float64)[:, None], view.width, axis=1)
    up: Field = (view.horizon * view.height - rows) / view.focal
    low, high = np.array([0.80, 0.83, 0.86]), np.array([0.36, 0.52, 0.78])
    blue = smooth(-0.02, 0.75, up)[..., None]
    veil = fbm(bearing[None, :] * 6 + 0 * up, 14 * up / (0.35 + np.abs(up)), 1.0, 4, salt)
    white = 0.45 * smooth(0.1, 1.9, veil)[..., None]
    clear: Field = low * (1 - blue) + high * blue
    return clear * (1 - white) + np.array([0.88, 0.89, 0.90]) * white


def shoot(scenery: Scenery, view: View, rng: np.random.Generator) -> Picture:
    """The photograph."""
    far, rows, _ = march(scenery, view)
    distance = hits(far, rows, view)
    ground = 1.5 * colours(scenery, view, distance)
    sky = heaven(view, int(rng.integers(1 << 20)))
    clear = np.exp(-np.where(np.isfinite(distance), distance, 1e9) / 7500.0)[..., None]
    air = np.array([0.74, 0.78, 0.83])
    land = ground * clear + air * (1 - clear)
    light = np.where(np.isfinite(distance)[..., None], land, sky)
    gain = 0.26 / max(float(np.median(ground[np.isfinite(distance)])), 0.05)
    light = light * np.clip(gain**0.6, 0.6, 1.6)
    return developed(light, rng)


def developed(light: Field, rng: np.random.Generator) -> Picture:
    """Lens, sensor and tone curve."""
    high, wide, _ = light.shape
    v, u = np.mgrid[-1 : 1 : high * 1j, -1 : 1 : wide * 1j]
    light = light * (1 - 0.16 * (u**2 + v**2) / 2)[..., None]
    light = ndimage.gaussian_filter(light, (0.7, 0.7, 0))
    light = light + rng.standard_normal(light.shape) * (
        0.003 + 0.006 * np.sqrt(np.clip(light, 0, 1))
    )
    curve = np.clip(light, 0, None)
    curve = 1.25 * curve / (curve + 0.30)
    return np.clip(np.rint(255 * np.clip(curve, 0, 1) ** 0.95), 0, 255).astype(np.uint8)


assert set(TALL) == set(GREEN)
