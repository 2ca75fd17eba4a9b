"""Measure one polygon: read its window once, look at it, and hand out every figure and picture."""

from contextlib import ExitStack
from functools import cached_property
from math import hypot
from pathlib import Path
from types import TracebackType

import numpy as np

from yanhu_satcheck.evidence import Chip, Measurement, SceneView, TerrainEvidence
from yanhu_satcheck.measure.cause import cause_of
from yanhu_satcheck.measure.chance import Pool, chance_of, footprint_of, pool_of
from yanhu_satcheck.measure.chips import chips_of
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.measure.plan import Task
from yanhu_satcheck.measure.spectral import Seen, change_of
from yanhu_satcheck.measure.terrain import slopes_on, terrain_of
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.ground import SceneModel, levelled, view
from yanhu_satcheck.raster.heights import HeightReader
from yanhu_satcheck.raster.pair import PairReader, common_roles, open_pair
from yanhu_satcheck.raster.relief import ReliefReader
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, cell_m
from yanhu_satcheck.scene import Grid, SceneFit


class Pools:
    """Ground left alone, end to end; that of scenes that learnt together is laid so only once."""

    def __init__(self) -> None:
        self._shared: dict[int, Pool] = {}  # by the identity of the plots, which the fits keep

    def of(self, model: SceneModel, grid: Grid, relief: ReliefReader | None) -> Pool:
        """A scene's sample windows, with their slope where there is elevation."""
        kept = self._shared.get(id(model.plots))
        if kept is not None:
            return kept
        slopes = None
        if relief is not None:
            slopes = [slopes_on(p.window, p.grid or grid, relief) for p in model.plots]
        made = pool_of(model, slopes)
        if model.scenes > 1:
            self._shared[id(model.plots)] = made
        return made


class SceneRoom:
    """What all polygons of one pair share while it is open: the reader, the null, the relief."""

    def __init__(
        self,
        fit: SceneFit,
        crs: str,
        relief: ReliefReader | None,
        pools: Pools,
        heights: HeightReader | None = None,
    ) -> None:
        self.fit, self.crs, self.relief = fit, crs, relief
        self.heights, self._pools = heights, pools
        self.model: SceneModel | None = fit.model
        self._stack = ExitStack()

    def __enter__(self) -> "SceneRoom":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @cached_property
    def reader(self) -> PairReader:
        """The pair, its fitted shift undone."""
        return self._stack.enter_context(open_pair(self.fit.pair, self.fit.undone))

    @cached_property
    def pool(self) -> Pool:
        """The ground left alone that its polygons are compared with."""
        assert self.model is not None
        return self._pools.of(self.model, self.reader.grid, self.relief)


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
    shift = scene.shift_px.sigma if scene.shift_px else 0.0
    change = change_of(Seen(before, after, seen, look, weights, cells, room.model, shift))
    slope = terrain.slope_deg.value if terrain and terrain.slope_deg else None
    chance = chance_of(
        footprint_of(task.footprint, grid, room.model, look, cells, slope),
        room.pool,
        f"{task.polygon.id}|{task.fit.pair.id}",
    )
    infrared = "nir" in room.reader.roles
    cause = cause_of(change, terrain, chance, shape, infrared)
    return Measurement(task.polygon.id, scene, change, terrain, chance, cause), chips


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
