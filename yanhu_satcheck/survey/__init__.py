"""A scene pair as a whole: registration, radiometry, clear sky, look-alikes. Once a scene."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import cache

import numpy as np
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.pair import PairPixels, PairReader, common_roles, open_pair
from yanhu_satcheck.raster.window import Window, moved
from yanhu_satcheck.scene import SceneFit, ScenePair
from yanhu_satcheck.survey.elevation import survey_elevation
from yanhu_satcheck.survey.model import scene_model
from yanhu_satcheck.survey.registration import Registration, register
from yanhu_satcheck.survey.sample import Sample
from yanhu_satcheck.survey.scaling import rescaled, stretched
from yanhu_satcheck.survey.windows import plots, shared_window, tiles
from yanhu_satcheck.terms import Words

__all__ = ["modelled", "survey", "survey_elevation"]


def survey(pair: ScenePair, keep_out: Sequence[BaseGeometry], crs: str, seed: int = 0) -> SceneFit:
    """Fit what holds for a scene pair as a whole, from samples of it.

    Args:
        pair: Before and after; extents, cell sizes and CRSs may differ.
        keep_out: Issued polygons and licences in `crs`: never taken for unchanged ground.
        crs: The batch's working CRS.
        seed: Of the sample windows; the same seed gives the same fit.

    Raises:
        RasterError: An image or mask cannot be read.
    """
    guessed = pair.before.mask is None or pair.after.mask is None
    blank = SceneFit(pair, mask_estimated=guessed)
    if not common_roles(pair):
        return replace(blank, refused=NO_BANDS)
    with open_pair(pair) as reader:
        area = shared_window(reader.grid, pair.after.grid)
        views = [reader.read(window) for window in tiles(area, seed)] if area else []
        roles = reader.roles
    if area is None:
        return replace(blank, refused=NO_OVERLAP)
    found = _registered(pair, views)
    pair, said = _understood(pair, views, roles)
    fit = replace(
        blank,
        pair=pair,
        radiometry=said,
        shift_px=found.shift,
        windows_kept=found.kept,
        windows_tried=found.tried,
        refused=found.refused,
        warp=found.warp,
        local_px=found.local_px,
    )
    return fit if found.warp is None else modelled(fit, keep_out, crs, seed)


def modelled(fit: SceneFit, keep_out: Sequence[BaseGeometry], crs: str, seed: int = 0) -> SceneFit:
    """Fit radiometry and look-alikes to a pair whose shift is known; arguments as `survey`'s.

    Raises:
        RasterError: An image or mask cannot be read.
    """
    with open_pair(fit.pair, fit.undone) as reader:
        area = shared_window(reader.grid, fit.pair.after.grid)
        assert area is not None, "images that miss one another have no shift"
        away = [moved(shape, crs, reader.grid.crs) for shape in keep_out if not shape.is_empty]
        return _fitted(
            fit, reader, Sample(reader, plots(area, reader.grid, away, seed), away), seed
        )


def _understood(
    pair: ScenePair, views: Sequence[PairPixels], roles: tuple[str, ...]
) -> tuple[ScenePair, Words | None]:
    """The pair as its numbers must be read, and what there is to say of them."""
    some = [view for view in views if view.seen.any()]
    if not some:
        return pair, None
    before = np.hstack([view.before[:, view.seen] for view in some])
    after = np.hstack([view.after[:, view.seen] for view in some])
    mended = rescaled(pair, before, after, roles)
    return mended.pair, mended.says or stretched(pair, some)


def _registered(pair: ScenePair, views: Sequence[PairPixels]) -> Registration:
    known = {view.window: view for view in views}
    with ExitStack() as stack:

        @cache
        def at(shift: tuple[int, int]) -> PairReader:
            return stack.enter_context(open_pair(pair, shift))

        def read(window: Window, shift: tuple[int, int]) -> PairPixels:
            return known[window] if shift == (0, 0) else at(shift).read(window)

        return register(list(known), read)


def _fitted(fit: SceneFit, reader: PairReader, sample: Sample, seed: int) -> SceneFit:
    """Add radiometry and look-alikes, or say that too little ground is clear for them."""
    calibrated = fit.pair.before.scale is not None and fit.pair.after.scale is not None
    result = scene_model(sample, reader.roles, calibrated, seed)
    if result is None:
        return replace(fit, radiometry=_both(fit.radiometry, TOO_CLOUDY))
    model, says = result
    gains = dict(zip(model.roles, model.gains, strict=True))
    return replace(fit, gains=gains, radiometry=_both(fit.radiometry, says), model=model)


def _both(first: Words | None, second: Words) -> Words:
    return (
        second if first is None else Words(f"{first.zh}；{second.zh}", f"{first.en}; {second.en}")
    )


NO_BANDS = Words("前后影像没有共同波段", "the two images have no band in common")
NO_OVERLAP = Words("前后影像互不重叠", "the two images do not overlap")
TOO_CLOUDY = Words(
    "晴空像元过少，无法了解本景地表的常态变化",
    "too little of the scene is clear to know how its ground changes",
)
