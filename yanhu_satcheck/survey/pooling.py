"""Small scenes learn together: chips of one sensor and season share look-alikes and sample ground.

A chip of 480 m around its polygon holds a handful of places of like ground, and chance needs
hundreds. Pairs of the same bands, cell size and coding, taken within a season of one another and
about as long apart, show the same kinds of ground doing the same things. Each keeps its own shift,
radiometry and sky; bare lines, classes and what is usual in each are learnt from all of them, and
every member is given the sample ground of all. Where chips overlap, as those around neighbouring
polygons do, their common ground counts once, or it would pass for twice as many independent places.

Ground that changed a great deal stays among it: around a mine it may be a working that nobody
issued, and then chance is larger than it should be, never smaller.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.ground import SceneModel, levelled
from yanhu_satcheck.raster.pair import PairPixels, open_pair
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.window import cell_m, moved, outline_of
from yanhu_satcheck.scene import Grid, ImageFile, SceneFit
from yanhu_satcheck.survey.cover import covers
from yanhu_satcheck.survey.model import learnt, with_plots
from yanhu_satcheck.survey.sample import MARGIN, MOST, Sample
from yanhu_satcheck.survey.windows import WHOLE
from yanhu_satcheck.terms import Words

SMALL = 45_000  # cells: 199 places of one hectare at 10 m, with room to be moved about in
SEASON = 45  # days of the year that two images of one season lie apart at most
RIM = MARGIN + 1  # cells that members may share: those beside a kept-out outline are left out, too
SPANS = 2.0  # how many times as long a member's dates may lie apart as another's


class _Member(NamedTuple):
    """One small scene as read again: its windows, levelled, and what of them may teach."""

    grid: Grid
    pixels: list[PairPixels]
    clear: list[Bools]
    free: list[Bools]


def pooled(
    fits: Sequence[SceneFit], keep_out: Sequence[BaseGeometry], crs: str, seed: int = 0
) -> tuple[SceneFit, ...]:
    """Give every small scene what it and all small scenes like it teach together.

    Args:
        fits: One a scene pair, from `survey`; those that are not small, could not be fitted, or
            have nobody like them come back as they are.
        keep_out: The same that `survey` was given, in `crs`.
        crs: The batch's working CRS.
        seed: Of the classes.

    Raises:
        RasterError: An image or mask cannot be read.
    """
    out = list(fits)
    for group in _groups(fits):
        new = _refitted([fits[i] for i in group], keep_out, crs, seed)
        for i, fit in zip(group, new, strict=True):
            out[i] = fit
    return tuple(out)


def _groups(fits: Sequence[SceneFit]) -> list[list[int]]:
    """Which small scenes learn together, by number: every two of a group are alike."""
    groups: list[list[int]] = []
    sizes: list[int] = []
    for i, fit in enumerate(fits):
        size = _cells(fit)
        if not 0 < size < SMALL:
            continue
        for number, group in enumerate(groups):
            if sizes[number] + size <= WHOLE and all(_like(fits[j], fit) for j in group):
                group.append(i)
                sizes[number] += size
                break
        else:
            groups.append([i])
            sizes.append(size)
    return [group for group in groups if len(group) > 1]


def _cells(fit: SceneFit) -> int:
    """How many cells of a scene stand for ground left alone; 0 where it has no model."""
    model: SceneModel | None = fit.model
    return sum(int(plot.usable.sum()) for plot in model.plots) if model is not None else 0


def _like(one: SceneFit, two: SceneFit) -> bool:
    """Whether two pairs are of one sensor and season, and as long apart."""
    if one.model.roles != two.model.roles or one.mask_estimated != two.mask_estimated:
        return False
    days = []
    for a, b in ((one.pair.before, two.pair.before), (one.pair.after, two.pair.after)):
        if _coding(a) != _coding(b) or _apart(a.date, b.date) > SEASON:
            return False
        if abs(cell_m(a.grid) / cell_m(b.grid) - 1) > 0.01:
            return False
    days = sorted(abs((fit.pair.after.date - fit.pair.before.date).days) + 1 for fit in (one, two))
    return days[1] <= SPANS * days[0]


def _coding(image: ImageFile) -> tuple[object, ...]:
    return image.dtype, image.scale, image.offset, image.mask is None


def _apart(one: date, two: date) -> int:
    """Days between two days of the year, round the turn of the year if that is shorter."""
    days = abs(one.timetuple().tm_yday - two.timetuple().tm_yday)
    return min(days, 365 - days)


def _refitted(
    fits: Sequence[SceneFit], keep_out: Sequence[BaseGeometry], crs: str, seed: int
) -> list[SceneFit]:
    """The fits of one group with what they teach together; shift, gains and sky stay their own."""
    members = list[_Member]()
    for fit in fits:
        seen_before = [_inner(one.grid, crs) for one in members]
        members.append(_member(fit, [*keep_out, *seen_before], crs))
    before, after = _taught(members)
    models: list[SceneModel] = [fit.model for fit in fits]
    first, same = models[0], tuple((1.0, 0.0) for _ in models[0].roles)
    level = all(model.gains != same for model in models)
    cover = covers(before[:, None], after[:, None], first.roles, first.cover[0].calibrated, level)
    likes = learnt(before, after, cover, seed)
    blank = replace(first, gains=same, cover=cover, likes=likes, scenes=len(fits))
    joined = _joined(blank, members)
    return [
        replace(
            fit,
            radiometry=_said(fit.radiometry, len(fits)),
            model=replace(joined, gains=model.gains, sky=model.sky),
        )
        for fit, model in zip(fits, models, strict=True)
    ]


def _inner(grid: Grid, crs: str) -> BaseGeometry:
    """The outline of a member without its rim: ground that another member shows must count once."""
    a, b, c, d, e, f = grid.transform
    x, y = c + RIM * (a + b), f + RIM * (d + e)
    width, height = max(grid.width - 2 * RIM, 1), max(grid.height - 2 * RIM, 1)
    return outline_of(Grid(grid.crs, (a, b, x, d, e, y), width, height), crs)


def _said(radiometry: Words | None, scenes: int) -> Words:
    zh = f"地表常态变化由同传感器、同季节的 {scenes} 景小幅影像合并得出"
    en = f"how its ground changes was learnt from {scenes} small scenes of one sensor and season"
    if radiometry is None:
        return Words(zh, en)
    return Words(f"{radiometry.zh}；{zh}", f"{radiometry.en}; {en}")


def _member(fit: SceneFit, keep_out: Sequence[BaseGeometry], crs: str) -> _Member:
    model: SceneModel = fit.model
    with open_pair(fit.pair, fit.undone) as reader:
        away = [moved(shape, crs, reader.grid.crs) for shape in keep_out if not shape.is_empty]
        sample = Sample(reader, [plot.window for plot in model.plots], away)
        clear = sample.clear(model.roles, model.sky)
        level = [p._replace(after=levelled(p.after, model.gains)) for p in sample.pixels]
        return _Member(reader.grid, level, clear, sample.free)


def _taught(members: Sequence[_Member]) -> tuple[Floats, Floats]:
    """Before and after (p, n) over all that may teach, every so-manieth cell of too many."""
    masks = [c & f for one in members for c, f in zip(one.clear, one.free, strict=True)]
    every = max(1, -(-sum(int(mask.sum()) for mask in masks) // MOST))
    pixels = [p for one in members for p in one.pixels]
    before = [p.before[:, mask][:, ::every] for p, mask in zip(pixels, masks, strict=True)]
    after = [p.after[:, mask][:, ::every] for p, mask in zip(pixels, masks, strict=True)]
    return np.hstack(before), np.hstack(after)


def _joined(blank: SceneModel, members: Sequence[_Member]) -> SceneModel:
    """Look at all members' windows under what all of them taught."""
    pixels = [p for one in members for p in one.pixels]
    free = [f for one in members for f in one.free]
    model = with_plots(blank, pixels, free, [c for one in members for c in one.clear])
    grids = [one.grid for one in members for _ in one.pixels]
    plots = [replace(plot, grid=grid) for plot, grid in zip(model.plots, grids, strict=True)]
    return replace(model, plots=tuple(plots))
