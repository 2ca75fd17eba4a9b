"""Real relief with pits, dumps, slides and levelling of known volume carved into it, on two dates.

The relief is one real SRTM model drawn out to a smooth surface, so that it can be sampled anywhere;
what is carved, the shift, height and tilt of the later model and the noise of both are known.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine
from scipy import ndimage
from scipy.interpolate import RectBivariateSpline
from shapely import Point
from shapely.geometry.base import BaseGeometry

from tests.shared import shared_data
from yanhu_satcheck.raster import header
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.scene import ElevationFile, ElevationPair

CRS = "EPSG:32611"
TILE = 1250  # cells of noise that repeat in a larger world
Field = NDArray[np.float64]


class Relief(NamedTuple):
    """A surface that can be asked for its height anywhere."""

    spline: RectBivariateSpline
    transform: Affine

    def at(self, x: Field, y: Field) -> Field:
        """Heights at places (n,), or on a grid's columns and rows (h, w)."""
        col, row = ~self.transform @ (x, y)
        if x.ndim == 2:
            return np.asarray(self.spline(row[:, 0] - 0.5, col[0] - 0.5))
        return np.asarray(self.spline.ev(row - 0.5, col - 0.5))

    @property
    def corner(self) -> tuple[float, float]:
        """A place a good way inside, where worlds begin."""
        x, y = self.transform @ (150, 60)
        return float(x), float(y)


@cache
def relief() -> Relief:
    with rasterio.open(shared_data("dem", "bigtujunga_srtm_single", "dem.tif")) as file:
        z = file.read(1).astype(float)
        z[z == file.nodata] = np.median(z)
        rows, cols = np.arange(z.shape[0]), np.arange(z.shape[1])
        return Relief(RectBivariateSpline(rows, cols, z), file.transform)


class Site(NamedTuple):
    """One place, its outline, and what was done there."""

    kind: str
    outline: BaseGeometry
    x: float
    y: float
    radius: float
    depth: float


class World(NamedTuple):
    """Two models on disc, and the true volumes of its sites."""

    pair: ElevationPair
    sites: tuple[Site, ...]
    cut: Field
    fill: Field


class Error(NamedTuple):
    """How a pair of models errs: one cell of each, and the later one as a whole."""

    sigma: float = 0.5  # of each model; half the variance is a cell's own
    range_m: float = 30.0  # 1/e distance of the other half
    shift: tuple[float, float] = (0.0, 0.0)  # metres east, north
    height: float = 0.0
    tilt: tuple[float, float] = (0.0, 0.0)  # metres a metre


def world(
    folder: Path,
    sites: Sequence[Site],
    size: tuple[int, int],
    cell: tuple[float, float],
    error: Error,
    seed: int,
    south_up: bool = False,
    declared: float | None = None,
) -> World:
    """Write both models (h, w) of some place with sites done to it."""
    left, top = relief().corner
    h, w = size
    steps = left + (np.arange(w) + 0.5) * cell[0], top - (np.arange(h) + 0.5) * cell[1]
    x, y = np.meshgrid(*steps)
    before, after = relief().at(x, y), worked(x - error.shift[0], y - error.shift[1], sites)
    true = worked(x, y, sites) - before
    affine = Affine(cell[0], 0, left, 0, -cell[1], top)
    cut, fill = zip(*(_volumes(true, site.outline, affine) for site in sites), strict=True)
    after += error.height + error.tilt[0] * (x - x.mean()) + error.tilt[1] * (y - y.mean())
    noise = [noise_of(size, cell, error, seed + i) for i in (0, 1)]
    files = []
    for name, z in (("before", before + noise[0]), ("after", after + noise[1])):
        path = folder / f"{name}.tif"
        _write(path, z, affine, south_up and name == "before")
        about = header(path)
        day = date(2021, 10, 2) if name == "before" else date(2022, 11, 20)
        files.append(ElevationFile(path, path.name, day, about.grid, declared, about.nodata))
    return World(ElevationPair(files[0], files[1]), tuple(sites), np.array(cut), np.array(fill))


def worked(x: Field, y: Field, sites: Sequence[Site]) -> Field:
    """The later ground: each site's shape laid on the relief."""
    z = relief().at(x, y)
    for site in sites:
        rows = np.flatnonzero(np.abs(y[:, 0] - site.y) < 2.5 * site.radius)
        cols = np.flatnonzero(np.abs(x[0] - site.x) < 2.5 * site.radius)
        if not (rows.size and cols.size):
            continue
        cut = slice(rows[0], rows[-1] + 1), slice(cols[0], cols[-1] + 1)
        z[cut] = SHAPES[site.kind](site, x[cut], y[cut], z[cut])
    return z


def _disc(site: Site, share: float) -> tuple[Field, Field]:
    """Heights before on a disc, and how far out: the same however the world is sampled."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, 61) * share * site.radius] * 2)
    far = np.hypot(x, y)
    inside = far <= share * site.radius
    return relief().at(site.x + x[inside], site.y + y[inside]), far[inside]


def _pit(site: Site, x: Field, y: Field, z: Field) -> Field:
    """A level floor below the lowest rim, faces of 50 degrees."""
    away = np.hypot(x - site.x, y - site.y)
    floor = float(_disc(site, 0.75)[0].min()) - site.depth
    face = floor + np.maximum(away - 0.6 * site.radius, 0) * 1.2
    return np.where(away < site.radius, np.minimum(z, face), z)


def _bowl(site: Site, x: Field, y: Field, z: Field) -> Field:
    """Dug to one depth below the old surface, whatever its slope."""
    away = np.hypot(x - site.x, y - site.y)
    return z - site.depth * np.clip((site.radius - away) / (0.3 * site.radius), 0, 1)


def _dump(site: Site, x: Field, y: Field, z: Field) -> Field:
    away = np.hypot(x - site.x, y - site.y)
    return z + np.clip((site.radius - away) * 0.7, 0, site.depth)


def _slide(site: Site, x: Field, y: Field, z: Field) -> Field:
    """A scar above and a tongue of the same volume below, along the fall line."""
    step = site.radius / 2
    e = relief().at(site.x + np.array([step, -step]), site.y + np.zeros(2))
    n = relief().at(site.x + np.zeros(2), site.y + np.array([step, -step]))
    fall = -np.array([e[0] - e[1], n[0] - n[1]])
    fall /= max(float(np.hypot(*fall)), 1e-9)
    down = (x - site.x) * fall[0] + (y - site.y) * fall[1]
    side = (x - site.x) * fall[1] - (y - site.y) * fall[0]
    wide = np.exp(-((side / (0.35 * site.radius)) ** 2))
    head = np.exp(-(((down + 0.45 * site.radius) / (0.3 * site.radius)) ** 2))
    toe = np.exp(-(((down - 0.45 * site.radius) / (0.3 * site.radius)) ** 2))
    return np.asarray(z + 2 * site.depth * wide * (toe - head))


def _levelled(site: Site, x: Field, y: Field, z: Field) -> Field:
    """Brought half-way to a level field: what is cut above is filled below."""
    away = np.hypot(x - site.x, y - site.y)
    share = np.clip((site.radius - away) / (0.2 * site.radius), 0, 1)
    inner, far = _disc(site, 1.0)
    own = np.clip((site.radius - far) / (0.2 * site.radius), 0, 1)
    mean = float((inner * own).sum() / own.sum())
    return z + 0.5 * share * (mean - z)


def _untouched(site: Site, x: Field, y: Field, z: Field) -> Field:
    return z


SHAPES: dict[str, Callable[[Site, Field, Field, Field], Field]] = {
    "pit": _pit,
    "bowl": _bowl,
    "dump": _dump,
    "slide": _slide,
    "levelled": _levelled,
    "none": _untouched,
}


def sites_on(
    size: tuple[int, int],
    cell: float,
    kinds: Sequence[str],
    radii: Sequence[float],
    depths: Sequence[float],
    spacing: float,
) -> Iterator[Site]:
    """Sites on a chessboard that fills a world, all combinations in turn."""
    left, top = relief().corner
    number = 0
    for i in range(int(size[0] * cell / spacing)):
        for j in range(int(size[1] * cell / spacing)):
            kind = kinds[number % len(kinds)]
            radius = radii[number // len(kinds) % len(radii)]
            depth = depths[number // len(kinds) // len(radii) % len(depths)]
            # Off the grid's own lines, so that edges cut cells
            x = left + (j + 0.5) * spacing + 1.7 * (number % 7)
            y = top - (i + 0.5) * spacing - 1.3 * (number % 5)
            reach = 1.35 if kind == "slide" else 1.08
            outline = Point(x, y).buffer(reach * radius, quad_segs=5)
            yield Site(kind, outline, x, y, radius, depth)
            number += 1


def noise_of(size: tuple[int, int], cell: tuple[float, float], error: Error, seed: int) -> Field:
    """Half white, half alike over a range."""
    if max(size) > TILE:  # a large world repeats its noise
        part = noise_of((TILE, TILE), cell, error, seed)
        times = -(-size[0] // TILE), -(-size[1] // TILE)
        return np.asarray(np.tile(part, times)[: size[0], : size[1]])
    random = np.random.default_rng(seed)
    # A Gaussian filter of width s gives a correlation that falls to 1/e at 2 s.
    width = error.range_m / 2 / cell[1], error.range_m / 2 / cell[0]
    rough = ndimage.gaussian_filter(random.standard_normal(size), width, mode="wrap")
    alike: Field = rough / rough.std()
    white = random.standard_normal(size)
    return np.asarray(error.sigma * np.sqrt(0.5) * (alike + white))


def _volumes(true: Field, outline: BaseGeometry, affine: Affine) -> tuple[float, float]:
    col, row = ~affine @ (outline.bounds[0], outline.bounds[3])
    last_col, last_row = ~affine @ (outline.bounds[2], outline.bounds[1])
    top, left = max(int(row) - 1, 0), max(int(col) - 1, 0)
    part = true[top : int(last_row) + 2, left : int(last_col) + 2]
    if not part.size:
        return 0.0, 0.0
    weight = cell_weights(outline, affine @ Affine.translation(left, top), part.shape)
    area = abs(affine.determinant)
    cut, fill = np.minimum(part, 0), np.maximum(part, 0)
    return float(-(cut * weight).sum() * area), float((fill * weight).sum() * area)


def _write(path: Path, z: Field, affine: Affine, south_up: bool) -> None:
    options = {"width": z.shape[1], "height": z.shape[0], "count": 1, "dtype": "float32"}
    if south_up:
        z = z[::-1]
        affine = affine @ Affine.translation(0, z.shape[0]) @ Affine.scale(1, -1)
    with rasterio.open(path, "w", driver="GTiff", crs=CRS, transform=affine, **options) as file:
        file.write(z.astype(np.float32), 1)
