"""What a satellite makes of the district: light, air, blur, a small shift, noise, one cloud."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry import Polygon

from .district import MAIN, WORLD, District
from .frame import CRS, Grid
from .land import Land
from .lobes import Lobe
from .noise import Field, fbm, fractal, smooth, stream
from .quarter import AFTER, Quarter
from .sky import brightness, sun
from .spectra import BANDS

BEFORE = datetime(2022, 8, 21, 11, 12)
MOMENTS = (BEFORE, AFTER)
DIRECT = np.array([0.70, 0.77, 0.83, 0.90, 0.96, 0.97])  # share of sunlight, blue to short-wave
HAZE = np.array([0.020, 0.013, 0.009, 0.004, 0.001, 0.0005])  # path radiance left after correction
SHIFTS = ((0.0, 0.0), (0.37, -0.28))  # pixels east and south by which the scene lies wrong
BLUR = 4.2  # metres, 1-sigma of the optics


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud and where its shadow falls."""

    lobe: Lobe
    east: float
    north: float

    def shadow(self) -> Lobe:
        """The same outline on the ground."""
        one = self.lobe
        x, y = one.x + self.east, one.y + self.north
        return Lobe(x, y, one.radius, one.stretch, one.turn, one.salt, one.rough)


def cloud_over(quarter: Quarter) -> Cloud:
    """A cloud over its polygon, as high as it must be to leave all others in the clear."""
    azimuth, height = sun(AFTER)
    case = quarter.of("clouded")
    others = [one.outline.buffer(40) for one in quarter.issued if one is not case]
    size = max(
        120.0, 0.62 * float(np.hypot(*np.ptp(np.array(case.outline.exterior.coords), axis=0)))
    )
    for above in range(260, 1600, 20):
        for turn in np.arange(0.0, 3.1, 0.4):
            lobe = Lobe(case.x, case.y, size, 1.25, float(turn), above, 0.08)
            far = above / np.tan(np.radians(height))
            east = -far * np.sin(np.radians(azimuth))
            north = -far * np.cos(np.radians(azimuth))
            cloud = Cloud(lobe, float(east), float(north))
            if _harmless(cloud, others) and lobe.ring().contains(case.outline.buffer(8)):
                return cloud
    raise ValueError("no cloud covers its polygon and leaves the others in the clear")


def _harmless(cloud: Cloud, others: list[Polygon]) -> bool:
    both = cloud.lobe.ring().union(cloud.shadow().ring()).buffer(30)
    return not any(both.intersects(one) for one in others)


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


def main_scene(quarter: Quarter, when: int, cloud: Cloud) -> NDArray[np.uint16]:
    """Digital numbers of one date of the main pair (reflectance × 10000 + 1000)."""
    district, rng = quarter.district, stream(quarter.seed, f"scene {when}")
    land = district.look(WORLD, when)
    picture = seen(radiance(district, land, MOMENTS[when]), WORLD, MAIN, SHIFTS[when])
    thick = 1.0 + 0.35 * fractal(rng, MAIN.shape, 2.2)
    haze = HAZE[:, None, None] * (0.7 + 0.5 * when) * np.clip(thick, 0.1, None)
    if when:
        picture = clouded(picture, cloud)
    picture = picture * (1 - 0.8 * haze) + haze
    grain = np.hypot(0.0006, 0.0045 * picture)
    picture = picture + grain * rng.standard_normal(picture.shape)
    numbers = np.clip(2 * np.rint(picture * 5e3 + 500), 2, 65535)
    return np.asarray(numbers, np.uint16)


def clouded(picture: Field, cloud: Cloud) -> Field:
    """The cloud with its shadow."""
    x, y = MAIN.xy()
    rag = 16 * fbm(x, y, 90.0, 4, 5)
    dark = 0.62 * smooth(-25.0, 25.0, cloud.shadow().inside(x, y) + rag)
    cover = smooth(-22.0, 30.0, cloud.lobe.inside(x, y) + rag)
    white = np.array([0.62, 0.60, 0.60, 0.64, 0.42, 0.31])[:, None, None]
    white = white * (1 + 0.12 * fbm(x, y, 120.0, 4, 9))
    return picture * (1 - dark) * (1 - cover) + white * cover


def cloud_mask(cloud: Cloud) -> NDArray[np.uint8]:
    """0 clear, 1 cloud, 2 shadow, drawn generously."""
    x, y = MAIN.xy()
    mask = np.where(cloud.shadow().inside(x, y) > -40.0, 2, 0)
    return np.where(cloud.lobe.inside(x, y) > -40.0, 1, mask).astype(np.uint8)


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


def small_grid(outline: Polygon) -> Grid:
    """300 × 300 pixels of 2 m about a polygon."""
    x, y = outline.centroid.x, outline.centroid.y
    return Grid(round(x / 10) * 10 - 300.0, round(y / 10) * 10 + 300.0, 2.0, 300, 300)


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


def scenes(quarter: Quarter, folder: Path) -> None:
    """All scene files."""
    (folder / "scenes").mkdir()
    cloud = cloud_over(quarter)
    for when, name in enumerate(("before", "after")):
        numbers = main_scene(quarter, when, cloud)
        write(folder / f"scenes/{name}.tif", MAIN, numbers, BANDS, nodata=0)
    write(folder / "scenes/clouds.tif", MAIN, cloud_mask(cloud)[None], ("cloud",), predictor=1)
    rgb = ("red", "green", "blue")
    for key, stem in (("colour", "west"), ("snowed", "south")):
        grid = small_grid(quarter.of(key).outline)
        before, after = orthophoto(quarter, grid, 0), orthophoto(quarter, grid, 1)
        after = snowed(quarter, grid) if key == "snowed" else after
        write(folder / f"scenes/{stem}_before.tif", grid, before, rgb, nodata=0)
        write(folder / f"scenes/{stem}_after.tif", grid, after, rgb, nodata=0)
