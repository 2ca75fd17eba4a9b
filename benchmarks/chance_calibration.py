"""Hold chance against real and made pairs in which nobody dug.

    python benchmarks/chance_calibration.py [--pair NAME ...]

Outlines are laid on each pair as if they had been issued, and chance is told for each: rectangles
at random; then segments of the greenness difference, which follow the edges of fields and woods as
issued outlines do; then only the tenth of those segments that lost most green, which is the worst
that a detector of change can choose. Each with places as they fell, and with places free to move
a little to where they changed most. Printed: how many got a p, the distance of those from uniform
(KS: the side on which p is too small, with its probability), rejection rates with 95 % intervals
(Clopper–Pearson), exceedance of q = 0.05 in batches, and milliseconds a polygon.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import shapes as outlines_of
from scipy import ndimage, stats
from shapely import box
from shapely.affinity import rotate, translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.judge import adjusted
from yanhu_satcheck.measure.chance import chance_of, footprint_of, pool_of
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.raster import header, open_pair
from yanhu_satcheck.raster.ground import view
from yanhu_satcheck.raster.pair import PairReader
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, moved, window_of
from yanhu_satcheck.scene import ImageFile, SceneFit, ScenePair
from yanhu_satcheck.survey import survey

ROOT = Path(__file__).resolve().parents[1]
PAIRS = ROOT.parent / "shared" / "data" / "pairs"
SIX = ("blue", "green", "red", "nir", "swir1", "swir2")
LEVELS = (0.001, 0.01, 0.05)
BATCH = 60  # outlines that are issued together
AWAY = 3


class Pair(NamedTuple):
    """A pair without mining: its files, bands, and the sizes of outlines to lay there."""

    name: str
    before: str
    after: str
    bands: tuple[str, ...]
    cells: tuple[int, int]  # fewest and most of an outline
    scale: float | None = None
    days: tuple[date, date] = (date(2021, 7, 15), date(2021, 11, 20))


KNOWN = (
    Pair("landsat_pa_jul_nov_2002", "before.tif", "after.tif", SIX, (9, 60)),
    Pair(
        "naip_wet_2014_2015", "before.tif", "after.tif", ("red", "green", "blue", "nir"), (60, 600)
    ),
    Pair(
        "bc06_wildfire_recovery_2002_2010", "series/2002.tif", "series/2003.tif", SIX, (9, 30), 1.0
    ),
)


def image(path: Path, day: date, bands: Sequence[str], scale: float | None) -> ImageFile:
    about = header(path)
    nodata = about.nodata
    return ImageFile(path, path.name, day, about.grid, tuple(bands), about.dtype, nodata, scale)


def random_outlines(grid: Any, count: int, cells: tuple[int, int], seed: int) -> list[BaseGeometry]:
    """Rectangles of any bearing, one to three times as long as wide."""
    random, (a, _, x, _, e, y) = np.random.default_rng(seed), grid.transform
    out = []
    for _ in range(count):
        area = float(np.exp(random.uniform(*np.log(cells)))) * abs(a * e)
        length = (area * random.uniform(1, 3)) ** 0.5
        one = rotate(
            box(-length / 2, -area / length / 2, length / 2, area / length / 2),
            random.uniform(0, 180),
        )
        at = random.uniform(0.03, 0.97, 2)
        out.append(translate(one, x + at[0] * grid.width * a, y + at[1] * grid.height * e))
    return out


def segments(
    reader: PairReader, area: Window, cells: tuple[int, int]
) -> list[tuple[BaseGeometry, float]]:
    """Pieces of ground that changed alike, and how much green each lost (standardised)."""
    pixels = reader.read(area)
    roles = reader.roles

    def green(stack: NDArray[np.float32]) -> NDArray[np.float32]:
        nir, red = stack[roles.index("nir")], stack[roles.index("red")]
        return np.nan_to_num((nir - red) / np.maximum(nir + red, 1e-6))

    loss = ndimage.gaussian_filter(green(pixels.before) - green(pixels.after), 0.8)
    good = pixels.clear
    edges = np.quantile(loss[good], np.linspace(0, 1, 9)[1:-1])
    level = np.digitize(loss, edges) + 1
    out = []
    for k in range(1, 9):
        label, n = ndimage.label((level == k) & good)
        size = np.bincount(label.ravel())
        keep = np.flatnonzero((size >= cells[0]) & (size <= cells[1]))
        keep = keep[keep > 0]
        if not len(keep):
            continue
        means = ndimage.mean(loss, label, keep)
        mean = dict(zip(keep.tolist(), means.tolist(), strict=True))
        chosen = np.where(np.isin(label, keep), label, 0).astype(np.int32)
        for drawn, value in outlines_of(chosen, chosen > 0, transform=area.transform(reader.grid)):
            out.append((shape(drawn), mean[int(value)]))
    return out


def chances(
    pair: ScenePair, shapes: Sequence[BaseGeometry], crs: str, free: bool
) -> tuple[list[float | None], float, list[float]]:
    fit = survey(pair, shapes, crs)
    if fit.model is None or fit.shift_px is None:
        print("   refused", fit.refused, fit.radiometry)
        return [], 0.0, []
    told: list[float | None] = []
    eff = []
    with open_pair(pair, (fit.shift_px[0].value, fit.shift_px[1].value)) as reader:
        pool = pool_of(fit.model, None)
        spent = 0.0
        for i, one in enumerate(shapes):
            window = window_of(one.bounds, reader.grid, 3)
            *_, look = view(reader, window, fit.model)
            weights = cell_weights(one, window.transform(reader.grid), window.shape)
            cells = cells_of(weights, look.clear)
            if not cells.mask.any() or weights[look.clear].sum() < 0.8 * weights.sum():
                continue
            footprint = footprint_of(one, reader.grid, fit.model, look, cells, None)
            began = process_time()
            c = chance_of(footprint, pool, f"{i}|{pair.id}", free)
            told.append(c.p)
            eff.append(c.effective)
            spent += process_time() - began
    return told, spent, eff, pool.patch_px


def show(name: str, told: Sequence[float | None], batches, spent: float, eff, patch) -> None:
    ps = np.array([p for p in told if p is not None])
    if len(ps) < 10:
        print(f"{name:48} {len(ps)}/{len(told)} told; effective {np.median(eff):.0f} patch {patch:.0f}")
        return
    ks = stats.kstest(ps, "uniform", alternative="greater")
    rates = "  ".join(f"{(ps <= a).mean():.3f}" for a in LEVELS)
    false = sum(
        any(q is not None and q <= 0.05 for q in adjusted({str(i): p for i, p in enumerate(b)}).values())
        for b in batches
    )
    print(
        f"{name:48} {len(ps):4}/{len(told):4} KS+ {ks.statistic:.3f} (p {ks.pvalue:.2g})  {rates}  "
        f"≤.1 {(ps <= 0.1).mean():.3f} ≤.5 {(ps <= 0.5).mean():.3f} batches {false}/{len(batches)}  eff {np.median(eff):.0f} patch {patch:.0f} {1000 * spent / len(told):.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pair", action="append")
    parser.add_argument("-n", type=int, default=4)
    asked = parser.parse_args()
    for pair in KNOWN:
        if asked.pair and pair.name not in asked.pair:
            continue
        folder = PAIRS / pair.name
        scene = ScenePair(
            pair.name,
            image(folder / pair.before, pair.days[0], pair.bands, pair.scale),
            image(folder / pair.after, pair.days[1], pair.bands, pair.scale),
        )
        grid, crs = scene.before.grid, scene.before.grid.crs
        with open_pair(scene) as reader:
            parts = segments(reader, Window(0, 0, grid.height, grid.width), pair.cells)
        random = np.random.default_rng(5)
        some = [parts[i][0] for i in random.permutation(len(parts))]
        lost = sorted(parts, key=lambda one: -one[1])[: max(30, len(parts) // 10)]
        worst = [lost[i][0] for i in random.permutation(len(lost))]
        print(pair.name, len(parts), "segments")
        kinds = {
            "random": random_outlines(grid, asked.n * BATCH, pair.cells, 1),
            "edges": some[: asked.n * BATCH],
            "worst": worst[: asked.n * BATCH],
        }
        for kind, shapes in kinds.items():
            for free in (False, True):
                told, batches, spent, eff, patch = [], [], 0.0, [], 0
                for i in range(0, len(shapes), BATCH):
                    ps, s, e, patch = chances(scene, shapes[i : i + BATCH], crs, free)
                    told += ps
                    eff += e
                    batches.append(ps)
                    spent += s
                show(f"  {kind} {'free' if free else 'as fell'}", told, batches, spent, eff, patch)


if __name__ == "__main__":
    main()
