"""Elevation models of two dates, with the errors of real ones, and the true volumes."""

from pathlib import Path

import numpy as np
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from .district import MAIN, WORLD
from .frame import Grid
from .imagery import write
from .noise import Field, stream
from .quarter import Quarter

MODEL = Grid(MAIN.west, MAIN.north, 5.0, 1200, 1300)
SIGMA = 0.5  # metres: half of the variance is white, half correlated over about 30 m
OFFSET = (1.5, -1.0, 0.45)  # metres east, north and up by which the later model lies wrong
STEP = 1 / 16  # metres: what the values are rounded to, exactly a float's


def surfaces(quarter: Quarter) -> tuple[Field, Field]:
    """The true ground of both dates on the district's cells."""
    return quarter.district.look(WORLD, 0).z, quarter.district.look(WORLD, 1).z


def erred(z: Field, when: int, seed: int) -> Field:
    """A model's elevations."""
    rng = stream(seed, f"elevation {when}")
    x, y = MODEL.xy()
    east, north, up = OFFSET if when else (0.0, 0.0, 0.0)
    seen = WORLD.sample(z, x - east, y - north, order=1) + up
    rough = ndimage.gaussian_filter(rng.standard_normal(MODEL.shape), 3.0)
    noise = rough / rough.std() + rng.standard_normal(MODEL.shape)
    rounded: Field = np.rint((seen + SIGMA * noise / np.sqrt(2)) / STEP) * STEP
    return rounded


def models(
    quarter: Quarter, ground: tuple[Field, Field], folder: Path, names: tuple[str, ...]
) -> None:
    """The elevation files: before and after, or before alone."""
    (folder / "dem").mkdir()
    for when, name in enumerate(names):
        z = erred(ground[when], when, quarter.seed).astype(np.float32)[None]
        path = folder / f"dem/{name}.tif"
        write(path, MODEL, z, ("elevation",), predictor=3, nodata=-9999.0)


def volumes(ground: tuple[Field, Field], outline: BaseGeometry) -> tuple[float, float]:
    """True cut and fill inside an outline, in cubic metres."""
    down, across = WORLD.window(outline.bounds)
    west = WORLD.west + across.start * WORLD.cell
    north = WORLD.north - down.start * WORLD.cell
    rise = ground[1][down, across] - ground[0][down, across]
    fine = np.repeat(np.repeat(rise, 5, 0), 5, 1)
    own = Grid(west, north, WORLD.cell / 5, *fine.shape)
    valid = outline.buffer(0)
    within = rasterize([valid], out_shape=fine.shape, transform=own.transform) == 1
    cell = own.cell**2
    cut, fill = -fine[within & (fine < 0)].sum() * cell, fine[within & (fine > 0)].sum() * cell
    return float(cut), float(fill)
