"""A square kilometre as a two-metre satellite shows it: four bands sharpened with a grey one."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .frame import Grid
from .imagery import HAZE, radiance
from .noise import Field, stream
from .quarter import Quarter
from .terms import AUTUMN, SPRING, SUMMER

BANDS = ("blue", "green", "red", "nir")
MOMENTS = {
    SPRING: datetime(2022, 5, 20, 11, 31), SUMMER: datetime(2022, 8, 19, 11, 26),
    AUTUMN: datetime(2022, 11, 9, 11, 29),
}  # fmt: skip
# Metres east and south by which the scene lies wrong: without ground control, a pixel or two.
OFF = {SPRING: (-2.3, 1.7), SUMMER: (0.6, -0.9), AUTUMN: (3.1, 1.4)}
MARGIN = 60.0  # metres beyond the window that light and blur reach in from
COLOUR = 4  # pixels of the grey band to one of the colour bands
GREY_BLUR, COLOUR_BLUR = 1.1, 3.6  # metres, 1-sigma of the optics
GREY_NOISE, COLOUR_NOISE = 0.012, 0.006  # of the signal
STEP = 0.0010  # reflectance: ten bits over the range


def picture(quarter: Quarter, when: int) -> NDArray[np.uint16]:
    """Digital numbers of a season (reflectance × 10000)."""
    rng = stream(quarter.seed, f"fine {when}")
    grid = quarter.ground.fine
    side = round(MARGIN / grid.cell)
    corner = grid.west - MARGIN, grid.north + MARGIN
    own = Grid(*corner, grid.cell, grid.rows + 2 * side, grid.cols + 2 * side)
    land = quarter.district.look(own, when)
    true = radiance(quarter.district, land, MOMENTS[when])[: len(BANDS)]
    haze = HAZE[: len(BANDS), None, None]
    true = true * (1 - 0.8 * haze) + haze
    sharp = sharpened(true, own, grid, OFF[when], rng)
    numbers = np.rint(np.clip(sharp, STEP, None) / STEP) * round(STEP * 1e4)
    return np.asarray(np.clip(numbers, 1, 65535), np.uint16)


def sharpened(
    true: Field, own: Grid, grid: Grid, off: tuple[float, float], rng: np.random.Generator
) -> Field:
    """Colour at eight metres times the grey band's detail at two (Brovey), with noise in both."""
    x, y = grid.xy()
    grey = read(true.mean(axis=0), own, GREY_BLUR, x + off[0], y - off[1])
    grey *= 1 + GREY_NOISE * rng.standard_normal(grey.shape)
    rough = Grid(grid.west, grid.north, grid.cell * COLOUR, *(n // COLOUR for n in grid.shape))
    u, v = rough.xy()
    smooth = ndimage.gaussian_filter(grey, COLOUR_BLUR / grid.cell)
    bands = []
    for band in true:
        colour = read(band, own, COLOUR_BLUR, u + off[0], v - off[1])
        colour *= 1 + COLOUR_NOISE * rng.standard_normal(colour.shape)
        bands.append(rough.sample(colour, x, y) * grey / np.maximum(smooth, 1e-3))
    return np.stack(bands)


def read(band: Field, own: Grid, blur: float, x: Field, y: Field) -> Field:
    """A band through the optics, at positions."""
    return own.sample(ndimage.gaussian_filter(band, blur / own.cell), x, y)
