"""What all polygons of one pair share while it is open: readers, the null, relief, licences."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType

from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Licence
from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure.chance import Pool, pool_of
from yanhu_satcheck.measure.fall import Falls
from yanhu_satcheck.measure.terrain import slopes_on
from yanhu_satcheck.raster.ground import SceneModel
from yanhu_satcheck.raster.heights import HeightReader
from yanhu_satcheck.raster.pair import PairReader, open_pair
from yanhu_satcheck.raster.relief import ReliefReader
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
        falls: Falls | None = None,
        permits: Sequence[Licence] = (),
    ) -> None:
        self.fit, self.crs, self.permits = fit, crs, permits
        self.relief, self.heights, self._falls = relief, heights, falls
        self._pools, self._followed = pools, dict[str, PairReader]()
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

    def following(self, fit: SceneFit) -> PairReader:
        """The before image with one of its follow-up images, that fit's shift undone."""
        if fit.pair.id not in self._followed:
            self._followed[fit.pair.id] = self._stack.enter_context(open_pair(fit.pair, fit.undone))
        return self._followed[fit.pair.id]

    def fall(self, shape: BaseGeometry, name: str) -> Chance | None:
        """The chance of a shape's fall in elevation, where two models show it."""
        return self._falls.of(shape, self.crs, name) if self._falls else None

    @cached_property
    def pool(self) -> Pool:
        """The ground left alone that its polygons are compared with."""
        assert self.model is not None
        return self._pools.of(self.model, self.reader.grid, self.relief)
