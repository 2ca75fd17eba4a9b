"""Elevation models of the made ground, with the errors of five kinds of survey."""

from dataclasses import dataclass

import numpy as np
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.sample.frame import Grid, slope_of
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.noise import Field, fractal, stream
from yanhu_satcheck.sample.spectra import G, P

from .conditions import FIRST, Conditions

TALL = {
    "maize": 2.3,
    "wheat": 0.6,
    "orchard": 3.0,
    "shrub": 1.3,
    "conifer": 4.5,
    "grass": 0.3,
    "reeds": 1.6,
}
ROOFS = {"brick_roof": 4.0, "blue_roof": 7.0, "plastic": 2.6}


@dataclass(frozen=True, slots=True)
class Survey:
    """How well one elevation model knows the ground. Metres."""

    cell: float
    sigma: float  # of one cell on level ground; half of its variance is correlated
    canopy: float  # share of the plants' height that is taken for ground
    shift: float  # 1-sigma, horizontal
    bias: float  # 1-sigma of the height of all of it
    tilt: float  # 1-sigma, metres from edge to edge
    smooth: float = 0.0  # 1-sigma over which the ground is smoothed


UAV = Survey(2.0, 0.08, 0.75, 0.15, 0.06, 0.08)
STEREO = Survey(5.0, 0.9, 0.6, 2.0, 1.2, 0.8, 3.0)
MAP = Survey(5.0, 1.1, 0.0, 1.5, 0.4, 0.3, 6.0)
KINDS = {
    "uav": (UAV, UAV), "stereo": (STEREO, STEREO), "map": (MAP, UAV), "one": (MAP,), "none": (),
}  # fmt: skip


def canopy(land: Land) -> Field:
    """Height of plants and roofs above the ground, in metres."""
    high = np.zeros(land.z.shape)
    for name, tall in TALL.items():
        here = land.plant == P[name]
        thick = (
            np.clip((land.share[here] - 0.35) / 0.5, 0, 1)
            if name in ("maize", "wheat")
            else land.share[here]
        )
        high[here] = tall * thick
    for name, tall in ROOFS.items():
        high[land.ground == G[name]] = tall
    return high


def modelled(conditions: Conditions, number: int, land: Land) -> tuple[Grid, Field, Survey]:
    """The model of a date: its grid, its elevations, and what it is."""
    kind = KINDS[conditions.heights][number]
    rng = stream(FIRST + conditions.seed, f"heights {number}")
    own = land.grid
    cell = max(kind.cell, own.cell)
    grid = Grid(
        own.west, own.north, cell, int(own.rows * own.cell / cell), int(own.cols * own.cell / cell)
    )
    x, y = grid.xy()
    east, north = rng.normal(0, kind.shift, 2)
    surface = land.z + kind.canopy * canopy(land)
    soft = ndimage.gaussian_filter(surface, max(kind.smooth, 0.4 * cell) / own.cell)
    seen = own.sample(soft, x - float(east), y - float(north))
    return grid, seen + _errors(kind, grid, seen, rng), kind


def _errors(kind: Survey, grid: Grid, z: Field, rng: np.random.Generator) -> Field:
    """White noise, noise over tens and hundreds of metres, a tilt, a dome; more on steep ground."""
    near = ndimage.gaussian_filter(rng.standard_normal(grid.shape), 30.0 / grid.cell)
    wide = fractal(rng, grid.shape, 2.2)
    noise = 0.7 * rng.standard_normal(grid.shape) + 0.58 * near / near.std() + 0.41 * wide
    steep = np.clip(slope_of(ndimage.gaussian_filter(z, 15.0 / grid.cell), grid.cell), 0, 1.2)
    u = (np.arange(grid.cols) / grid.cols - 0.5)[None, :]
    v = (np.arange(grid.rows) / grid.rows - 0.5)[:, None]
    a, b, c = rng.normal(0, kind.tilt, 3)
    plane = a * u + b * v + 0.5 * c * (u**2 + v**2)
    return np.asarray(kind.sigma * noise * (1 + 1.2 * steep) + plane + rng.normal(0, kind.bias))


def volumes(before: Land, after: Land, outline: BaseGeometry) -> tuple[float, float]:
    """True cut and fill inside an outline, in cubic metres, on quarters of cells."""
    grid = before.grid
    down, across = grid.window(outline.bounds)
    rise = (after.z - before.z)[down, across]
    fine = np.repeat(np.repeat(rise, 4, 0), 4, 1)
    west, north = grid.west + across.start * grid.cell, grid.north - down.start * grid.cell
    own = Grid(west, north, grid.cell / 4, *fine.shape)
    within = rasterize([outline.buffer(0)], out_shape=fine.shape, transform=own.transform) == 1
    cell = own.cell**2
    cut = float(-fine[within & (fine < 0)].sum()) * cell
    return cut, float(fine[within & (fine > 0)].sum()) * cell


def shows(kind: str, area: float) -> float | None:
    """Metres of mean depth that elevations of a kind show over an area; nothing without two.

    1.96 times the error of the mean, with noise correlated over 30 m and over all of the polygon.
    """
    pair = KINDS[kind]
    if len(pair) < 2:
        return None
    one = float(np.sqrt(sum(s.sigma**2 for s in pair)))
    independent = max(area / (4 * np.pi * 30.0**2), 1.0)
    return 1.96 * one * float(np.sqrt(0.34 / independent + 0.17))
