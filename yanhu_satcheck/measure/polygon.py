"""Measure one polygon: read its window once, look at it, and hand out every figure and picture."""

from collections.abc import Iterator
from math import hypot
from pathlib import Path

import numpy as np

from yanhu_satcheck.evidence import (
    Chip,
    LaterEvidence,
    Measurement,
    OutsideEvidence,
    SceneView,
    TerrainEvidence,
)
from yanhu_satcheck.measure.cause import cause_of
from yanhu_satcheck.measure.chance import both, by_error, chance_of, footprint_of
from yanhu_satcheck.measure.chips import chips_of
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.measure.later import later_of, refusals, usable
from yanhu_satcheck.measure.outside import outside_of
from yanhu_satcheck.measure.plan import Task
from yanhu_satcheck.measure.room import SceneRoom
from yanhu_satcheck.measure.spectral import Seen, change_of
from yanhu_satcheck.measure.terrain import terrain_of
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.ground import Look, levelled, view
from yanhu_satcheck.raster.pair import common_roles
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, cell_m, moved
from yanhu_satcheck.scene import SceneFit


def measured(task: Task, room: SceneRoom, scratch: Path) -> tuple[Measurement, tuple[Chip, ...]]:
    """All figures and pictures of one polygon that some pair covers."""
    shape = task.polygon.footprint
    assert shape is not None
    relief = room.relief
    terrain = terrain_of(shape, room.crs, relief, room.heights) if relief else None
    if not common_roles(task.fit.pair):
        view_ = _scene_view(task, room, 0.0, _area_cells(task), ())
        return Measurement(task.polygon.id, view_, terrain=terrain), ()
    grid = room.reader.grid
    weights = cell_weights(task.footprint, task.window.transform(grid), task.window.shape)
    if room.model is None or task.fit.refused is not None:
        return _unseen(task, room, weights, terrain, scratch)
    before, after, seen, look = view(room.reader, task.window, room.model)
    clear = _clear_share(task, weights, look.clear)
    scene = _scene_view(task, room, clear, _area_cells(task), room.reader.roles)
    chips = chips_of(task, grid, room.reader.roles, before, after, look, scratch)
    cells = cells_of(weights, look.clear)
    if not cells.mask.any():
        return Measurement(task.polygon.id, scene, terrain=terrain), chips
    shift, ring = scene.shift_px.sigma if scene.shift_px else 0.0, look.clear & (weights == 0)
    pixels = Seen(before, after, seen, look, cells, room.model, shift, ring)
    change = change_of(pixels)
    slope = terrain.slope_deg.value if terrain and terrain.slope_deg else None
    name = f"{task.polygon.id}|{task.fit.pair.id}"
    footprint = footprint_of(task.footprint, grid, room.model, look, cells, slope)
    fell = by_error(room.fall(shape, name), terrain.net_m3 if terrain else None, shape.area)
    chance = both(chance_of(footprint, room.pool, name), fell)
    later = tuple(_later(task, room, weights, look))
    cause = cause_of(change, terrain, chance, shape, later, scene.cell_m)
    outside = _outside(task, room, pixels, scene)
    return Measurement(
        task.polygon.id, scene, change, terrain, chance, cause, later, outside
    ), chips


def _later(task: Task, room: SceneRoom, weights: Floats, look: Look) -> Iterator[LaterEvidence]:
    """What each usable follow-up image shows of a polygon, by date."""
    for fit in task.fit.later:
        if usable(fit) is None:
            found = later_of(fit, room.following(fit), task.window, weights, look)
            if found is not None:
                yield found


def _outside(task: Task, room: SceneRoom, pixels: Seen, scene: SceneView) -> OutsideEvidence | None:
    """The same figures over the part of a polygon that lies outside all licences."""
    shape, pair = task.polygon.footprint, task.fit.pair
    if shape is None or not room.permits:
        return None
    slip = scene.cell_m * (scene.shift_px.sigma if scene.shift_px else 0.0)
    image = scene.cell_m if pair.position_sigma_m is None else pair.position_sigma_m
    day = task.polygon.after_date or pair.after.date
    found = outside_of(shape, room.permits, day, image, slip)
    if found is None:
        return None
    plain = OutsideEvidence(found.ground.area, found.share, found.margin_m, found.permits)
    part = task._replace(footprint=moved(found.ground, room.crs, room.reader.grid.crs))
    affine = task.window.transform(room.reader.grid)
    cells = cells_of(cell_weights(part.footprint, affine, task.window.shape), pixels.look.clear)
    if cells.weight.sum() < 1:
        return plain
    change = change_of(pixels._replace(cells=cells))
    relief, grid = room.relief, room.reader.grid
    terrain = terrain_of(found.ground, room.crs, relief, room.heights) if relief else None
    slope = terrain.slope_deg.value if terrain and terrain.slope_deg else None
    name = f"{task.polygon.id}|{pair.id}|outside"
    footprint = footprint_of(part.footprint, grid, pixels.model, pixels.look, cells, slope)
    net, area = terrain.net_m3 if terrain else None, found.ground.area
    fell = by_error(room.fall(found.ground, name), net, area)
    chance = both(chance_of(footprint, room.pool, name), fell)
    cause = cause_of(change, terrain, chance, found.ground, cell_m=scene.cell_m)
    return plain._replace(change=change, terrain=terrain, chance=chance, cause=cause)


def _unseen(
    task: Task, room: SceneRoom, weights: Floats, terrain: TerrainEvidence | None, scratch: Path
) -> tuple[Measurement, tuple[Chip, ...]]:
    """A pair that must not be compared cell by cell can still be shown."""
    pixels = room.reader.read(task.window)
    roles = room.reader.roles
    clear = _clear_share(task, weights, pixels.clear)
    gains = tuple(task.fit.gains.get(role, (1.0, 0.0)) for role in roles)
    after = levelled(pixels.after, gains)
    chips = chips_of(task, room.reader.grid, roles, pixels.before, after, None, scratch)
    scene = _scene_view(task, room, clear, _area_cells(task), roles)
    return Measurement(task.polygon.id, scene, terrain=terrain), chips


def _clear_share(
    task: Task, weights: Floats, clear: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> float:
    """The share of the covered cells that can be looked at; the covered share itself is apart."""
    whole = float(weights.sum()) * max(task.coverage, 1e-9)
    return float(min(1.0, weights[clear].sum() / whole)) if whole > 0 else 0.0


def _area_cells(task: Task) -> float:
    """The polygon's size in cells, fractional at its edge, covered or not."""
    a, _, _, _, e, _ = task.fit.pair.before.grid.transform
    return float(task.footprint.area / abs(a * e)) if a and e else 0.0


def _scene_view(
    task: Task, room: SceneRoom, clear: float, n_px: float, roles: tuple[str, ...]
) -> SceneView:
    pair = task.fit.pair
    return SceneView(
        pair.id,
        pair.before.date,
        pair.after.date,
        task.coverage,
        clear,
        n_px,
        cell_m(pair.before.grid),
        roles,
        _length(task.fit, task.window),
        task.fit.refused,
        task.fit.mask_estimated,
        tuple(refusals(task.fit)),
        task.fit.borrowed,
    )


def _length(fit: SceneFit, window: Window) -> Measured | None:
    """How far the dates lie apart here, and how well that is known: fit and local distortion."""
    if fit.shift_px is None:
        return None
    middle = window.col + window.width / 2, window.row + window.height / 2
    x, y = fit.undone.at(*middle, fit.windows_kept)
    size, local = hypot(x.value, y.value), fit.local_px or 0.0
    if size < 1e-9:
        return Measured(0.0, hypot(x.sigma, y.sigma, local), x.n, "px")
    sigma = hypot(x.value * x.sigma, y.value * y.sigma) / size
    return Measured(size, hypot(sigma, local), x.n, "px")
