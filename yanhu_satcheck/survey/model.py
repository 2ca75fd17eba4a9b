"""From sample windows to what a scene's own ground does."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.ground import (
    Look,
    LookAlikes,
    Plot,
    SceneModel,
    levelled,
    look,
)
from yanhu_satcheck.raster.pair import PairPixels
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import VISIBLE, Cover, bare_ground, greenness
from yanhu_satcheck.survey.alikes import classify, shares
from yanhu_satcheck.survey.cover import covers
from yanhu_satcheck.survey.irmad import irmad
from yanhu_satcheck.survey.radiometry import relate
from yanhu_satcheck.survey.sample import Sample
from yanhu_satcheck.terms import Words

Doubles = NDArray[np.float64]

FEWEST = 1000  # clear sample cells below which a scene teaches nothing of its ground
PLACES = (8, 16, 32, 64)  # cells along places: what is issued has so many, whatever the cells
ENOUGH = 12  # places of one size, fewer than which do not tell how places differ
STRIP = 4 * PLACES[-1]  # rows that are looked at together
FIGURES = ("newly_bare", "lost", "greened", "brighter", "changed")


def scene_model(
    sample: Sample, roles: tuple[str, ...], calibrated: bool, seed: int
) -> tuple[SceneModel, Words] | None:
    """Fit the model and say what was done to the radiometry; None: too little clear ground."""
    if sum(int(mask.sum()) for mask in sample.seen()) < FEWEST:
        return None
    skies = sample.skies(roles, calibrated)
    clear = sample.clear(roles, skies)
    usable = [one & two for one, two in zip(clear, sample.free, strict=True)]
    before, after = sample.cells(usable)
    if before.shape[1] < FEWEST:
        return None
    level = relate(before, after, roles, calibrated)
    after = levelled(after[:, None], level.gains)[:, 0]
    cover = covers(before[:, None], after[:, None], roles, calibrated, level.fitted)
    likes = learnt(before, after, cover, seed)
    model = SceneModel(
        roles,
        level.gains,
        skies,
        cover,
        likes,
        (),
        alteration=irmad(before, after),
    )
    return with_plots(model, sample.pixels, sample.free, clear), level.says


def learnt(before: Floats, after: Floats, cover: tuple[Cover, Cover], seed: int) -> LookAlikes:
    """Classes of ground, and how often each turned bare, lost its green, grew green, brightened."""
    likes, kind = classify(before, after, seed)
    one, two, count = before[:, None], after[:, None], len(likes.centres)
    greens = greenness(one, cover[0]), greenness(two, cover[1])
    bare = bare_ground(one, cover[0], greens[0])[0], bare_ground(two, cover[1], greens[1])[0]
    green = greens[0][0] > cover[0].green, greens[1][0] > cover[1].green
    rows = [i for i, r in enumerate(cover[0].roles) if r in VISIBLE] or list(range(len(before)))
    soft = likes.soft[rows].mean()
    was, now = (np.log(np.maximum(s[rows], 0).mean(axis=0) + soft) for s in (before, after))
    mean = np.bincount(kind, now - was, count) / np.maximum(np.bincount(kind, minlength=count), 1)
    return replace(
        likes,
        newly=shares(bare[1], ~bare[0], kind, count),
        lost=shares(~green[1], green[0], kind, count),
        greened=shares(green[1], ~green[0], kind, count),
        brighter=mean.astype(np.float32),
    )


def with_plots(
    model: SceneModel, windows: Sequence[PairPixels], free: Sequence[Bools], clear: Sequence[Bools]
) -> SceneModel:
    """Look at every sample window, keep what chance needs of it, and how places differ.

    `free` says which cells of each window lie outside all issued ground, `clear` which can be seen.
    """
    plots: list[Plot] = []
    count, parts = len(model.likes.centres), list[list[tuple[Doubles, Doubles]]]()
    for pixels, seen, own in zip(windows, clear, free, strict=True):
        usable = seen & own
        views = list(_strips(model, pixels, seen))
        for start, view in zip(range(0, len(seen), STRIP), views, strict=True):
            layers = [getattr(view, name).astype(np.float32) for name in FIGURES]
            kinds = [(view.kind == k).astype(np.float32) for k in range(count)]
            part = usable[start : start + STRIP]
            parts.append([(m[:-count], m[-count:]) for m in places([*layers, *kinds], part)])
        kind = np.concatenate([view.kind for view in views])
        plots.append(Plot(pixels.window, usable, kind, np.concatenate([v.score for v in views])))
    sizes = [
        tuple(np.hstack(each) for each in zip(*size, strict=True))
        for size in zip(*parts, strict=True)
    ]
    kept = [i for i, (means, _) in enumerate(sizes) if i == 0 or means.shape[1] >= ENOUGH]
    spread = np.stack([_spread(*sizes[i]) for i in kept], axis=1)
    step = windows[0].window.step if windows else 1
    return replace(
        model,
        plots=tuple(plots),
        patch_px=patch_px(plots),
        place_sd=dict(zip(FIGURES, spread, strict=True)),
        place_px=tuple(float(PLACES[i] * step) for i in kept),
    )


def _strips(model: SceneModel, pixels: PairPixels, seen: Bools) -> Iterator[Look]:
    """Look at a window strip by strip, which keeps the memory of a whole scene small."""
    for start in range(0, len(seen), STRIP):
        rows = slice(start, start + STRIP)
        after = levelled(pixels.after[:, rows], model.gains)
        yield look(pixels.before[:, rows], after, seen[rows], model.cover, model.likes)


def _spread(means: NDArray[np.float64], mixes: NDArray[np.float64]) -> Floats:
    """How far whole places (m) of each class differ from what is expected of it (f, k)."""
    weight = mixes.sum(axis=1)
    if means.shape[1] < 4:
        return np.full((len(means), len(mixes)), 0.1, dtype=np.float32)
    overall = (means**2).mean(axis=1, keepdims=True)
    squared = means**2 @ mixes.T + overall
    return np.asarray(np.sqrt(squared / (weight + 1)), dtype=np.float32)


def patch_px(plots: Sequence[Plot]) -> float:
    """Cells that change together: how much the score's squares of 8 × 8 cells vary beyond chance.

    The variance of a mean over n cells is variance × patch / n, whatever the shape of the
    correlation, once n is large against the patch (integral range, Lantuéjoul 1991).
    """
    means = np.hstack([squares(plot.score[None], plot.usable, 8) for plot in plots])[0]
    cells = np.concatenate([plot.score[plot.usable] for plot in plots])
    if len(means) < 8 or cells.var() == 0:
        return 64.0
    return float(np.clip(means.var() / cells.var() * 64, 1.0, 64.0))


def places(layers: Sequence[Floats], usable: Bools) -> list[Doubles]:
    """Means (f, m) over the squares of a window, a size of `PLACES` each; see `squares`."""
    side = PLACES[0]
    rows, cols = (n // side for n in usable.shape)
    cut = usable[: rows * side, : cols * side].reshape(rows, side, cols, side)
    count = cut.sum(axis=(1, 3), dtype=float)
    total = np.zeros((len(layers), rows, cols))
    for layer, own in zip(layers, total, strict=True):
        inner = np.where(usable, layer, 0)[: rows * side, : cols * side]
        own[:] = inner.reshape(rows, side, cols, side).sum(axis=(1, 3), dtype=float)
    out = []
    for side in PLACES:
        if side > PLACES[0]:  # four squares of the size before make one
            count, total = _four(count[None])[0], _four(total)
        full = count >= 0.75 * side * side
        out.append(total[:, full] / count[full])
    return out


def _four(sums: Doubles) -> Doubles:
    """Sums (f, r, c) over squares, of twice the side."""
    rows, cols = sums.shape[1] // 2, sums.shape[2] // 2
    cut = sums[:, : rows * 2, : cols * 2]
    return np.asarray(cut.reshape(len(sums), rows, 2, cols, 2).sum(axis=(2, 4)))


def squares(layers: Floats | Bools, usable: Bools, side: int) -> NDArray[np.float64]:
    """Means (f, m) over the squares of a window that are three quarters usable."""
    rows, cols = usable.shape[0] // side, usable.shape[1] // side
    if rows == 0 or cols == 0:
        return np.zeros((len(layers), 0))
    cut = usable[: rows * side, : cols * side].reshape(rows, side, cols, side)
    count = cut.sum(axis=(1, 3))
    inner = np.where(usable, layers, 0)[:, : rows * side, : cols * side]
    total = inner.reshape(len(layers), rows, side, cols, side).sum(axis=(2, 4), dtype=float)
    full = count >= 0.75 * side * side
    return np.asarray(total[:, full] / count[full])
