"""The relief a polygon lies on: slope, fall line, curvature, height above its surroundings."""

from math import atan2, degrees, hypot

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import TerrainEvidence
from yanhu_satcheck.measure.figures import Cells, cells_of, mean_of
from yanhu_satcheck.measure.plan import AROUND_M, around
from yanhu_satcheck.measure.terrain.forms import forms_of
from yanhu_satcheck.measure.terrain.picture import shown_around
from yanhu_satcheck.measure.terrain.volumes import lot_of, volumes_of
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.heights import HeightReader
from yanhu_satcheck.raster.relief import ReliefReader, gradient, slope_deg
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, moved, part_of, together, window_of
from yanhu_satcheck.scene import Grid

STRIP = 512  # rows of elevation that are held at once
LARGE = 4_000_000  # cells of a window beyond which a shape is left alone
EDGE, EDGE_SHARE = 8, 0.2  # cells around an outline, or this share of its side: a pit's own rim


def terrain_of(
    shape: BaseGeometry, crs: str, reader: ReliefReader, pair: HeightReader | None = None
) -> TerrainEvidence | None:
    """Slope, position and volumes of a footprint in `crs`; None where no elevation shows it.

    Args:
        shape: An outline in `crs`.
        crs: Its CRS.
        reader: The earlier elevation model, or the only one.
        pair: Both models aligned, over the same reader; None leaves the volumes unmeasured.
    """
    own = moved(shape, crs, reader.grid.crs)
    window = around(own, reader.grid, AROUND_M)._replace(step=1)
    if window.height * window.width > LARGE:
        return None
    elevation = reader.read(window) if pair is None else pair.earlier(window)
    weights = cell_weights(own, window.transform(reader.grid), window.shape)
    known = np.isfinite(elevation)
    if not (known & (weights > 0)).any() or weights[known].sum() < 0.5 * weights.sum():
        return None
    east, north = gradient(elevation, reader.grid)
    steep = slope_deg(east, north)
    cells = cells_of(weights, known & np.isfinite(steep))
    if not cells.mask.any():
        return None
    one = TerrainEvidence(
        slope_deg=_median(steep, cells),
        position=_position(elevation, cells, weights, reader.file.sigma_m),
        others=_downslope(own, east, north, cells) | _curved(elevation, cells, reader.grid),
    )
    return one if pair is None else _changed(one, own, window, weights, pair)


def hold(shape: BaseGeometry | None, crs: str, pair: HeightReader | None) -> None:
    """Read once what volumes, chance and picture of a shape in `crs` will ask of both models."""
    if pair is None:
        return
    if shape is None or shape.is_empty:
        pair.hold(None, None)
        return
    own = moved(shape, crs, pair.grid.crs)
    wide, shown = around(own, pair.grid, AROUND_M)._replace(step=1), shown_around(own, pair.grid)
    large = max(wide.height * wide.width, shown.height * shown.width) > LARGE
    pair.hold(*((None, None) if large else (together(wide, shown), shown)))


def _changed(
    one: TerrainEvidence,
    own: BaseGeometry,
    window: Window,
    shares: Floats,
    pair: HeightReader,
) -> TerrainEvidence:
    """Add what the second date tells; nothing where it does not show the outline.

    `shares` is how much of each cell of `window` lies inside.
    """
    tight = window_of(own.bounds, pair.grid)
    margin = max(EDGE, int(EDGE_SHARE * max(tight.height, tight.width)))
    near = window_of(own.bounds, pair.grid, margin)
    weights = part_of(shares, window, near)
    if weights is None:
        weights = cell_weights(own, near.transform(pair.grid), near.shape)
    heights = pair.near(near)
    lot = lot_of(heights, weights, near, pair)
    if lot is None:
        return one
    found = volumes_of(lot)
    return one._replace(
        cut_m3=found.cut,
        fill_m3=found.fill,
        net_m3=found.net,
        detectable_m=found.detectable_m,
        others={**one.others, **forms_of(lot, found)},
    )


def _median(steep: Floats, cells: Cells) -> Measured:
    """The median slope; its spread is that of the mean over pieces, which is no smaller."""
    mean = mean_of(steep, cells, "deg")
    return Measured(float(np.median(steep[cells.mask])), mean.sigma, cells.n, "deg")


def _position(
    elevation: Floats, cells: Cells, weights: Floats, sigma_m: float | None
) -> Measured | None:
    """Mean height above the ring of ground around; one cell's declared error counts in full."""
    ring = np.isfinite(elevation) & (weights == 0)
    if ring.sum() < 20:
        return None
    inside = mean_of(elevation, cells, "m", sigma_m or 0.0)
    outside = float(elevation[ring].mean())
    return inside._replace(value=inside.value - outside)


def _downslope(own: BaseGeometry, east: Floats, north: Floats, cells: Cells) -> dict[str, Measured]:
    """The angle between the outline's long axis and the fall line, where both are plain."""
    fall_x, fall_y = (
        -float(np.average(g[cells.mask], weights=cells.weight)) for g in (east, north)
    )
    axis, ratio = long_axis(own)
    if hypot(fall_x, fall_y) < 0.02 or ratio < 1.2:
        return {}
    angle = abs(degrees(atan2(fall_y, fall_x) - axis)) % 180
    angle = min(angle, 180 - angle)
    return {"axis_angle": Measured(angle, 45.0 / ratio / max(cells.n, 1) ** 0.25, cells.n, "deg")}


def _curved(elevation: Floats, cells: Cells, grid: Grid) -> dict[str, Measured]:
    """Mean curvature in metres a hundred metres squared: hollows above 0, crests below."""
    a, e = grid.transform[0], grid.transform[4]
    level = np.pad(elevation, 1, mode="edge")
    bent = (level[1:-1, 2:] + level[1:-1, :-2] - 2 * elevation) / np.float32(a * a)
    bent = bent + (level[2:, 1:-1] + level[:-2, 1:-1] - 2 * elevation) / np.float32(e * e)
    if not np.isfinite(bent[cells.mask]).all():
        return {}
    return {"curvature": mean_of(bent * np.float32(1e4), cells, "m/ha")}


def long_axis(shape: BaseGeometry) -> tuple[float, float]:
    """The bearing of a shape's longer side (radians from east) and length over width."""
    points = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    if len(points) < 4:  # a line or a point has no width
        return 0.0, 1.0
    sides = np.diff(points[:3], axis=0)
    lengths = np.hypot(*sides.T)
    x, y = sides[int(lengths.argmax())]
    return atan2(y, x), float(lengths.max() / max(float(lengths.min()), 1e-9))


def slopes_on(window: Window, grid: Grid, reader: ReliefReader) -> Floats:
    """The slope at each cell taken of a pair's window (h, w); NaN where there is no elevation."""
    affine, (rows, cols) = window.transform(grid), window.shape
    x, y = np.meshgrid(
        affine.c + (np.arange(cols) + 0.5) * affine.a, affine.f + (np.arange(rows) + 0.5) * affine.e
    )
    points = moved(
        shapely.MultiPoint(np.column_stack([x.ravel(), y.ravel()])), grid.crs, reader.grid.crs
    )
    xs, ys = shapely.get_coordinates(points).T
    a, _, c, _, e, f = reader.grid.transform
    col, row = (xs - c) / a - 0.5, (ys - f) / e - 0.5
    top, left = int(np.floor(row.min())) - 2, int(np.floor(col.min())) - 2
    height, width = int(np.ceil(row.max())) - top + 3, int(np.ceil(col.max())) - left + 3
    out = np.full(len(row), np.nan, dtype=np.float32)
    for start in range(0, height, STRIP):  # fine elevation below a wide window, piece by piece
        high = min(STRIP, height - start)
        here = np.flatnonzero((row >= top + start) & (row < top + start + high))
        if here.size:
            piece = reader.read(Window(top + start - 1, left, high + 2, width))
            steep = slope_deg(*gradient(piece, reader.grid))
            i, j = row[here] - (top + start - 1), col[here] - left
            out[here] = steep[np.rint(i).astype(int), np.rint(j).astype(int)]
    return out.reshape(rows, cols)
