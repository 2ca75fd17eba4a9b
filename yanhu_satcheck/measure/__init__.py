"""One polygon after another: what changed, on what relief, by what chance and cause. No verdict."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.evidence import Chip, Measurement
from yanhu_satcheck.measure.fall import Falls
from yanhu_satcheck.measure.plan import tasks
from yanhu_satcheck.measure.polygon import measured
from yanhu_satcheck.measure.room import Pools, SceneRoom
from yanhu_satcheck.measure.terrain import hold, relief_chip, terrain_of
from yanhu_satcheck.raster.heights import HeightReader, open_heights
from yanhu_satcheck.raster.relief import ReliefReader, open_relief
from yanhu_satcheck.scene import DemFit, SceneFit


def _silent(done: int) -> None:
    """Say nothing of progress."""


def measure(
    batch: Batch,
    fits: Sequence[SceneFit],
    scratch: Path,
    progress: Callable[[int], None] = _silent,
    dem: DemFit | None = None,
) -> Iterator[tuple[Measurement, tuple[Chip, ...]]]:
    """Measure every issued polygon, scene by scene and block by block of its file.

    Args:
        batch: Its polygons' footprints stand in `batch.crs`.
        fits: One a scene pair, from `survey`.
        scratch: Where the pictures are written.
        progress: Called with the number of polygons done so far.
        dem: From `survey_elevation`; without it, or refused, no volume is measured.

    Raises:
        RasterError: An image, mask or elevation model cannot be read.
    """
    groups, without = tasks(batch, fits)
    done, pools = 0, Pools()
    with ExitStack() as stack:
        relief = _relief(batch, stack)
        heights = _heights(dem, relief, batch.crs, stack)
        falls = Falls(heights) if heights else None
        for polygon in without:
            shape = polygon.footprint
            hold(shape, batch.crs, heights)
            terrain = terrain_of(shape, batch.crs, relief, heights) if relief and shape else None
            chips = relief_chip(polygon.id, shape, batch.crs, heights, scratch)
            done += 1
            progress(done)
            yield Measurement(polygon.id, terrain=terrain), chips
        for fit, group in zip(fits, groups, strict=True):
            if not group:
                continue
            with SceneRoom(fit, batch.crs, relief, pools, heights, falls, batch.permits) as room:
                for task in group:
                    shape = task.polygon.footprint
                    hold(shape, batch.crs, heights)
                    one, chips = measured(task, room, scratch)
                    more = relief_chip(one.polygon_id, shape, batch.crs, heights, scratch)
                    done += 1
                    progress(done)
                    yield one, (*chips, *more)


def _relief(batch: Batch, stack: ExitStack) -> ReliefReader | None:
    file = batch.elevation.before or batch.elevation.after
    return stack.enter_context(open_relief(file, batch.crs)) if file else None


def _heights(
    dem: DemFit | None, relief: ReliefReader | None, crs: str, stack: ExitStack
) -> HeightReader | None:
    if dem is None or dem.model is None or relief is None:
        return None
    return stack.enter_context(open_heights(dem, relief))
