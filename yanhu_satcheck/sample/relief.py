"""The bare shape of the district: a plain, loess terraces, and a mountain front cut by valleys."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .erosion import channels, erode
from .frame import Grid, slope_of
from .noise import Field, fractal, smooth, stream

MARGIN = 30  # coarse cells beyond the district: water leaves the model there
COARSE = 20.0  # metres; rivers are cut on this grid, detail is added on the fine one
PLAIN = 372.0  # metres above the 1985 datum
TERRACE = 2.4  # metres between one loess terrace and the next


@dataclass(frozen=True, slots=True)
class Relief:
    """What the ground was like before anybody worked it."""

    z: Field
    front: Field  # metres inside the mountains, negative on the plain
    flow: Field  # hectares drained through each cell
    terraced: Field  # share 0-1
    level: Field  # terraces counted from sea level, with fractions


def stretched(field: Field, shape: tuple[int, int]) -> Field:
    """The field drawn out to a shape by cubic splines."""
    axes = [np.linspace(0, old - 1, new) for old, new in zip(field.shape, shape, strict=True)]
    at = np.meshgrid(*axes, indexing="ij")
    out: Field = ndimage.map_coordinates(field, at, order=3, mode="nearest")
    return out


def front_of(grid: Grid, seed: int) -> Field:
    """Metres south-east of the mountain front, whose line winds."""
    x, y = grid.xy()
    along = (x - grid.west) * 0.34 + (grid.north - y) * 0.94
    bend = stretched(fractal(stream(seed, "front"), (24, 30), 1.5), grid.shape)
    return along - 3750.0 + 300.0 * bend


def mountains(grid: Grid, inside: Field, seed: int) -> tuple[Field, Field]:
    """Elevation and drained area on the coarse grid."""
    apron = PLAIN + 92.0 * np.exp(np.minimum(inside, 0.0) / 1150.0)
    rough = fractal(stream(seed, "rough"), grid.shape, 1.7)
    hard = np.exp(0.35 * fractal(stream(seed, "hard"), grid.shape, 1.4))
    uplift = 2.2 * smooth(-80.0, 700.0, inside)
    range_ = np.maximum(inside, 0.0) ** 0.9 * 0.36
    z = apron + range_ + rough * (2.5 + 42.0 * smooth(-150.0, 700.0, inside))
    rising = smooth(-500.0, 100.0, inside)
    z = erode(z, grid.cell, uplift, 110, (0.004 + 0.09 * rising) / hard)
    z = apron + 0.6 * (ndimage.gaussian_filter(z, 0.7, mode="nearest") - apron)
    return z, channels(z) * grid.cell**2 / 1e4


def terraces(z: Field, inside: Field, seed: int, cell: float) -> tuple[Field, Field, Field]:
    """The apron stepped into level fields with risers, where it is so, and which step it is."""
    steep = slope_of(ndimage.gaussian_filter(z, 8.0), cell)
    share = smooth(-1900.0, -1300.0, inside) * (1 - smooth(60.0, 260.0, inside))
    share = share * smooth(0.015, 0.03, steep) * (1 - smooth(0.16, 0.24, steep))
    sway = 0.5 * fractal(stream(seed, "terrace"), z.shape, 1.6)
    step = (ndimage.gaussian_filter(z, 3.0) + sway) / TERRACE
    stepped = TERRACE * (np.floor(step) + smooth(0.72, 1.0, step - np.floor(step))) - sway
    return z + 0.9 * share * (stepped - z), share, step


def valleys(grid: Grid, seed: int) -> tuple[Field, Field, Field]:
    """Elevation, front and drained area of the eroded mountains, with their margin cut off."""
    across = round(grid.cols * grid.cell / COARSE) + 2 * MARGIN
    down = round(grid.rows * grid.cell / COARSE) + 2 * MARGIN
    west, north = grid.west - MARGIN * COARSE, grid.north + MARGIN * COARSE
    wide = Grid(west, north, COARSE, down, across)
    inside = front_of(wide, seed)
    z, drained = mountains(wide, inside, seed)
    x, y = grid.xy()
    flow = np.exp(wide.sample(np.log(drained), x, y))
    return wide.sample(z, x, y, order=3), wide.sample(inside, x, y, order=3), flow


def carve(grid: Grid, seed: int) -> Relief:
    """The relief on the fine grid."""
    z, inside, flow = valleys(grid, seed)
    steep = slope_of(ndimage.gaussian_filter(z, 3.0), grid.cell)
    detail = fractal(stream(seed, "detail"), grid.shape, 1.7, low=1 / 40)
    ridged = 1.0 - np.abs(fractal(stream(seed, "rills"), grid.shape, 1.5, low=1 / 26))
    z = z + smooth(0.1, 0.6, steep) * (2.0 * detail + 1.6 * ridged)
    z = z + 0.12 * fractal(stream(seed, "ground"), grid.shape, 1.2, low=1 / 30)
    z, terraced, level = terraces(z, inside, seed, grid.cell)
    return Relief(z, inside, flow, terraced, level)
