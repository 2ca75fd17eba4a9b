"""What a satellite makes of the district: light, air, blur, a small shift and noise."""

from datetime import datetime
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy import ndimage

from .cloud import Cloud, clouded
from .district import MAIN, WORLD, District
from .frame import CRS, Grid
from .land import Land
from .noise import Field, fractal, stream
from .quarter import AFTER, Quarter
from .sky import brightness, sun
from .terms import AUTUMN, SPRING, SUMMER

MOMENTS = {
    SPRING: datetime(2022, 5, 18, 11, 12), SUMMER: datetime(2022, 8, 21, 11, 12), AUTUMN: AFTER,
}  # fmt: skip
DIRECT = np.array([0.70, 0.77, 0.83, 0.90, 0.96, 0.97])  # share of sunlight, blue to short-wave
HAZE = np.array([0.020, 0.013, 0.009, 0.004, 0.001, 0.0005])  # path radiance left after correction
# Pixels east and south by which the scene lies wrong, and how thick its air is.
SHIFTS = {SPRING: (-0.24, 0.33), SUMMER: (0.0, 0.0), AUTUMN: (0.37, -0.28)}
AIR = {SPRING: 0.9, SUMMER: 0.7, AUTUMN: 1.2}
BLUR = 4.2  # metres, 1-sigma of the optics


def radiance(district: District, land: Land, moment: datetime) -> Field:
    """Reflectance as delivered (not corrected for slope), at the land's own cells."""
    azimuth, height = sun(moment)
    beam, sky = brightness(land.z, land.grid, azimuth, height)
    light = DIRECT[:, None, None] * beam + (1 - DIRECT[:, None, None]) * sky
    return land.reflectance() * light


def seen(field: Field, own: Grid, grid: Grid, shift: tuple[float, float]) -> Field:
    """Bands blurred by the optics and read at the pixels' true positions."""
    x, y = grid.xy()
    x, y = x + shift[0] * grid.cell, y - shift[1] * grid.cell
    blur = max(BLUR * grid.cell / 10.0, 0.5 * own.cell) / own.cell
    return np.stack([own.sample(ndimage.gaussian_filter(b, blur), x, y) for b in field])


def main_scene(quarter: Quarter, when: int, cloud: Cloud | None = None) -> NDArray[np.uint16]:
    """Digital numbers of the main scene of a season (reflectance × 10000 + 1000)."""
    district, rng = quarter.district, stream(quarter.seed, f"scene {when}")
    land = district.look(WORLD, when)
    picture = seen(radiance(district, land, MOMENTS[when]), WORLD, MAIN, SHIFTS[when])
    thick = 1.0 + 0.35 * fractal(rng, MAIN.shape, 2.2)
    haze = HAZE[:, None, None] * AIR[when] * np.clip(thick, 0.1, None)
    if cloud is not None:
        picture = clouded(picture, cloud)
    picture = picture * (1 - 0.8 * haze) + haze
    grain = np.hypot(0.0006, 0.0045 * picture)
    picture = picture + grain * rng.standard_normal(picture.shape)
    numbers = np.clip(2 * np.rint(picture * 5e3 + 500), 2, 65535)
    return np.asarray(numbers, np.uint16)


def orthophoto(quarter: Quarter, grid: Grid, when: int) -> NDArray[np.uint8]:
    """Red, green and blue of a small area as a county's orthophoto shows them."""
    rng = stream(quarter.seed, f"ortho {grid.west} {when}")
    land = quarter.district.look(grid, when)
    picture = seen(
        radiance(quarter.district, land, MOMENTS[when]), grid, grid, (0.25 * when, 0.2 * when)
    )
    colour = np.clip(picture[[2, 1, 0]] + 0.01, 0, None) / 0.36
    colour = 255 * colour**0.65 + 2.0 * rng.standard_normal(colour.shape)
    return np.clip(np.rint(colour), 1, 255).astype(np.uint8)


def snowed(quarter: Quarter, grid: Grid) -> NDArray[np.uint8]:
    """The same area under snow and drifting fog: nothing of the ground shows."""
    rng = stream(quarter.seed, "snow")
    drift = fractal(rng, grid.shape, 1.1)
    fog = fractal(rng, grid.shape, 2.0)
    grey = 205 + 14 * drift + 16 * fog
    colour = np.stack([grey, grey + 1, grey + 5]) + 2.0 * rng.standard_normal((3, *grid.shape))
    return np.clip(np.rint(colour), 1, 255).astype(np.uint8)


def write(
    path: Path, grid: Grid, bands: NDArray[np.generic], names: tuple[str, ...], **more: object
) -> None:
    """A tiled, compressed GeoTIFF with named bands."""
    profile = dict(
        driver="GTiff", width=grid.cols, height=grid.rows, count=len(bands), dtype=bands.dtype,
        crs=CRS, transform=grid.transform, tiled=True, blockxsize=256, blockysize=256,
        compress="deflate", zlevel=9, predictor=2, interleave="band",
    )  # fmt: skip
    with rasterio.open(path, "w", **(profile | more)) as out:
        out.write(bands)
        out.descriptions = names
