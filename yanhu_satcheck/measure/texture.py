"""How the ground looks beside its colour: disorder, straight edges, rows, terraces, roads.

All of it is taken from the logarithm of brightness, so that light and sensor drop out, and all of
it needs cells smaller than what it looks for: at 10 m a house and a crop row are not seen, and the
figures say so by their spread. Grey-level co-occurrence (Haralick 1973) was left out: on log
brightness its contrast is the local spread that `disorder` already takes, its homogeneity the
same turned about; it would bring a dependency and no other answer.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from yanhu_satcheck.measure.figures import Cells, mean_of
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.ground import Look, SceneModel
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import brightness

NEAR = 3  # cells from earlier bare ground within which new bare ground counts as its growth
FEWEST = 40  # cells below which no pattern is looked for
STEP = 0.05  # log brightness a cell that an edge must have to count: about 5 %
LONG = 8  # cells that a road is long at least
SQUARE = np.ones((3, 3), bool)


def texture(
    before: Floats, after: Floats, look: Look, ring: Bools, cells: Cells, model: SceneModel
) -> dict[str, Measured]:
    """The patterns of a polygon, and whether its state after looks like a working."""
    tones = [tone(stack, model) for stack in (before, after)]
    rough = [roughness(one) for one in tones]
    out = {"disorder": mean_of(rough[1] - rough[0], cells, "log ratio")}
    out |= _growth(look, cells)
    out |= patterns(tones[1], cells)
    if cells.mask.sum() >= FEWEST:
        inside = roads(tones[1], look.clear) & ~look.bare[0] & (look.green[1] < look.green[0])
        out["road_share"] = mean_of(inside, cells, "share")
    if ring.sum() >= 20:
        out["working_like"] = mean_of(_working(look, rough[1], ring), cells, "share")
        around = Cells(ring, ring[ring].astype(np.float32), np.zeros(int(ring.sum()), int), 0.0)
        grid = patterns(tones[0], around)
        out |= {"ring_grid": grid["right_angles"]} if "right_angles" in grid else {}
    return out


def tone(stack: Floats, model: SceneModel) -> Floats:
    """Log of brightness (h, w), softened near zero; dark where the image shows nothing."""
    mean = np.maximum(np.nan_to_num(brightness(stack, model.roles)), 0)
    return np.asarray(np.log(mean + model.likes.soft.mean()), dtype=np.float32)


def roughness(light: Floats) -> Floats:
    """Log of the local spread of log brightness (h, w), over 3 × 3 cells."""
    local = ndimage.uniform_filter(light, 3)
    spread = ndimage.uniform_filter(light**2, 3) - local**2
    return np.asarray(0.5 * np.log(np.maximum(spread, 1e-6)), dtype=np.float32)


def _working(look: Look, rough: Floats, ring: Bools) -> Floats:
    """How much each cell looks like a working now, whatever it was before (0–1).

    Bare, and rougher than the ground around: half of it for bareness alone, since a field in
    winter is bare and smooth. An ongoing mine shows no change, and shows here. Accuses nobody.
    """
    usual = float(np.median(rough[ring]))
    return np.asarray(look.bare[1] * (0.5 + 0.5 * np.clip((rough - usual) / 0.7, 0, 1)))


def _growth(look: Look, cells: Cells) -> dict[str, Measured]:
    """The share of new bare ground that touches what was bare before."""
    new = look.bare[1] & ~look.bare[0] & look.clear
    inside = new & cells.mask
    if inside.sum() < 5:
        return {}
    old = ndimage.binary_opening(look.bare[0] & look.clear, SQUARE)
    near = ndimage.binary_dilation(old, SQUARE, iterations=NEAR)
    touch = float(near[inside].mean())
    sigma = float(np.sqrt(max(touch * (1 - touch), 0.01) * 9 / inside.sum()))
    return {"edge_share": Measured(touch, sigma, int(inside.sum()), "share")}


def patterns(light: Floats, cells: Cells) -> dict[str, Measured]:
    """Edges at right angles (buildings, fields), parallel lines (terraces), repeats (rows).

    Directions are those of the brightness gradient, each weighted by its size. `right_angles` is
    the length of the mean of exp(4iθ): 1 where all edges keep to two directions at right angles,
    0 where they point anywhere; `parallel` the same of exp(2iθ): one direction alone.
    """
    core = ndimage.binary_erosion(cells.mask, SQUARE)
    if core.sum() < FEWEST:
        return {}
    down, across = (ndimage.sobel(light, axis) / 8 for axis in (0, 1))
    size, angle = np.hypot(down, across)[core].astype(float), np.arctan2(down, across)[core]
    size = np.where(size > STEP, size, 0)
    out = {}
    if (size > 0).sum() >= FEWEST:
        count = float(size.sum() ** 2 / (size**2).sum())
        noise = float(np.sqrt(4 / count))  # neighbouring gradients share cells
        for name, fold in (("right_angles", 4), ("parallel", 2)):
            length = float(abs((size * np.exp(1j * fold * angle)).sum()) / size.sum())
            out[name] = Measured(length, min(1.0, noise), round(count), "share")
    repeats = regularity(light, core)
    if repeats is not None:
        n = int(core.sum())
        out["regularity"] = Measured(repeats, min(1.0, 3 / n**0.5), n, "share")
    return out


def regularity(light: Floats, inside: Bools) -> float | None:
    """How strongly brightness repeats at a fixed distance: rows, planting (0–1).

    The highest peak of the autocorrelation beyond its first trough, over shifts of 2 to 12 cells
    inside the mask. Random ground falls off and stays down. `None`: too small for a shift.
    """
    rows, cols = np.nonzero(inside)
    box = slice(rows.min(), rows.max() + 1), slice(cols.min(), cols.max() + 1)
    mask = inside[box].astype(float)
    part = np.where(inside[box], light[box] - _plane(light[box], inside[box]), 0.0)
    if min(mask.shape) < 8:
        return None
    size = [2 * n for n in mask.shape]
    pairs = np.fft.irfft2(np.abs(np.fft.rfft2(mask, size)) ** 2, size)
    alike = np.fft.irfft2(np.abs(np.fft.rfft2(part, size)) ** 2, size)
    if alike[0, 0] <= 1e-9:
        return 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(pairs > 0.3 * mask.sum(), alike / pairs / (alike[0, 0] / pairs[0, 0]), 0)
    reach = min(12, min(mask.shape) - 2)
    best = 0.0
    for turn in np.radians(np.arange(0, 180, 15)):
        far = np.arange(1, reach + 1)
        line = at[np.rint(far * np.sin(turn)).astype(int), np.rint(far * np.cos(turn)).astype(int)]
        trough = int(np.argmax(np.diff(line) > 0)) if (np.diff(line) > 0).any() else reach
        if trough < reach and line[trough] < 0:
            best = max(best, float(line[trough:].max()))
    return min(1.0, best)


def _plane(light: Floats, inside: Bools) -> NDArray[np.float64]:
    """The plane that fits the brightness of the cells inside: a slope is no pattern."""
    rows, cols = np.nonzero(inside)
    design = np.column_stack([np.ones(len(rows)), rows, cols]).astype(float)
    fit, *_ = np.linalg.lstsq(design, light[inside].astype(float), rcond=None)
    down, across = np.indices(light.shape)
    return np.asarray(fit[0] + fit[1] * down + fit[2] * across)


def roads(light: Floats, clear: Bools) -> Bools:
    """Cells (h, w) of narrow lines that are brighter than both their sides, eight cells or longer.

    A line is what a 3 × 3 opening takes away (white top-hat, Serra 1982) by more than 15 %.
    """
    thin = (light - ndimage.grey_opening(light, 3) > 0.15) & clear
    labels, count = ndimage.label(thin, SQUARE)
    if count == 0:
        return np.zeros(thin.shape, dtype=bool)
    long = np.zeros(count + 1, dtype=bool)
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        long[i] = max(s.stop - s.start for s in box) >= LONG
    return np.asarray(long[labels])
