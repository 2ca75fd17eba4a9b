"""Hold chance against real and made pairs in which nobody dug.

    python benchmarks/chance_calibration.py [--outlines N]

Outlines are laid on each pair as if they had been issued, and chance is told for each: rectangles
at random; pieces of the difference in greenness, which follow the edges of fields and woods as
issued outlines do; and of those only the tenth that lost most green, the worst that a detector of
change can choose. Each with places that stay where they fell, and as it is, with places moved to
where they changed most. Chips are a pair cut into squares of 48 cells that borrow its shift, and
patches labelled as left alone. For each: how many got a p; KS+, the distance from uniform on the
side on which p is too small, and its probability; the share at or below .001, .01 and .05 with 95 %
intervals (Clopper and Pearson); batches in which q ≤ 0.05 accused somebody; milliseconds of CPU
a polygon.
Then made worlds: batches of 300 without change, with one unmistakable case, and the time taken on
the sample of a full scene.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import shapes as traced
from scipy import ndimage, stats
from shapely import box
from shapely.affinity import rotate, translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.judge import adjusted
from yanhu_satcheck.measure.chance import (
    Footprint,
    Ground,
    Pool,
    chance_of,
    footprint_of,
    laid,
    pool_of,
)
from yanhu_satcheck.measure.figures import cells_of
from yanhu_satcheck.raster import header, open_pair
from yanhu_satcheck.raster.ground import view
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.window import Window, moved, window_of
from yanhu_satcheck.scene import ImageFile, SceneFit, ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.borrowing import borrowed as lent
from yanhu_satcheck.survey.model import scene_model
from yanhu_satcheck.survey.pooling import pooled
from yanhu_satcheck.survey.sample import Sample

PAIRS = Path(__file__).resolve().parents[2] / "shared" / "data" / "pairs"
SIX = ("blue", "green", "red", "nir", "swir1", "swir2")
RED_FIRST = ("red", "green", "blue", "nir")
LEVELS = (0.001, 0.01, 0.05)
BATCH = 60  # outlines that are issued together
CHIP = 48
CHIP_CELLS = (9, 25)
DEGREES = "EPSG:4326"
QUIET = {"natural_nochange", "no_mine_visible", "seasonal_greenup", "natural_change"}


class Fixed(Footprint):
    """A footprint whose places stay where they fell."""

    @property
    def reach(self) -> int:
        """Nowhere."""
        return 0


class Tally(NamedTuple):
    """What came of the outlines of one kind: each batch's chances, and the CPU spent."""

    batches: list[list[float | None]]
    effective: list[float]
    seconds: float


def image(path: Path, day: date, bands: Sequence[str], scale: float | None) -> ImageFile:
    """An image as a batch would declare it."""
    about = header(path)
    return ImageFile(
        path, path.name, day, about.grid, tuple(bands), about.dtype, about.nodata, scale
    )


def scene(
    folder: Path, bands: Sequence[str], files: Sequence[str], scale: float | None = None
) -> ScenePair:
    """A pair of one summer and autumn."""
    days = date(2021, 7, 15), date(2021, 11, 20)
    one, two = (image(folder / f, d, bands, scale) for f, d in zip(files, days, strict=True))
    return ScenePair(folder.name, one, two)


def rectangles(pair: ScenePair, many: int, cells: tuple[int, int], seed: int) -> list[BaseGeometry]:
    """Outlines of any bearing, one to three times as long as wide, at random places."""
    random, (a, _, x, _, e, y) = np.random.default_rng(seed), pair.before.grid.transform
    out: list[BaseGeometry] = []
    for _ in range(many):
        area = float(np.exp(random.uniform(*np.log(cells)))) * abs(a * e)
        half, turn = (area * random.uniform(1, 3)) ** 0.5 / 2, random.uniform(0, 180)
        one = rotate(box(-half, -area / half / 4, half, area / half / 4), turn)
        across, down = random.uniform(0.05, 0.95, 2)
        grid = pair.before.grid
        out.append(translate(one, x + across * grid.width * a, y + down * grid.height * e))
    return out


def pieces(pair: ScenePair, cells: tuple[int, int]) -> list[BaseGeometry]:
    """Outlines of ground that changed alike, those that lost most green first."""
    with open_pair(pair) as reader:
        window = window_of(box(*_bounds(pair)).bounds, reader.grid)
        pixels, roles = reader.read(window), reader.roles
        affine = window.transform(reader.grid)
    greens = []
    for stack in (pixels.before, pixels.after):
        nir, red = stack[roles.index("nir")], stack[roles.index("red")]
        greens.append(np.nan_to_num((nir - red) / np.maximum(nir + red, 1e-6)))
    loss = ndimage.gaussian_filter(greens[0] - greens[1], 0.8)
    level = np.digitize(loss, np.quantile(loss[pixels.clear], np.linspace(0, 1, 9)[1:-1])) + 1
    out = []
    for k in range(1, 9):
        label, _ = ndimage.label((level == k) & pixels.clear)
        size = np.bincount(label.ravel())
        good = np.isin(label, np.flatnonzero((size >= cells[0]) & (size <= cells[1]))) & (label > 0)
        mean = ndimage.mean(loss, label, np.arange(len(size)))
        for drawn, value in traced(label.astype(np.int32), good, transform=affine):
            out.append((-float(mean[int(value)]), shape(drawn)))
    return [one for _, one in sorted(out, key=lambda entry: entry[0])]


def _bounds(pair: ScenePair) -> tuple[float, float, float, float]:
    a, _, x, _, e, y = pair.before.grid.transform
    grid = pair.before.grid
    return x, y + e * grid.height, x + a * grid.width, y


def footprints(
    fit: SceneFit, shapes: Sequence[BaseGeometry], crs: str, fixed: bool
) -> Iterator[Footprint]:
    """Those of the shapes that can be seen, measured as the pipeline would."""
    if fit.model is None or fit.shift_px is None:
        return
    with open_pair(fit.pair, (fit.shift_px[0].value, fit.shift_px[1].value)) as reader:
        for one in shapes:
            own = moved(one, crs, reader.grid.crs)
            window = window_of(own.bounds, reader.grid, 3)
            *_, look = view(reader, window, fit.model)
            weights = cell_weights(own, window.transform(reader.grid), window.shape)
            if weights[look.clear].sum() >= 0.8 * weights.sum():
                cells = cells_of(weights, look.clear)
                made = footprint_of(own, reader.grid, fit.model, look, cells, None)
                yield Fixed(*_parts(made)) if fixed else made


def _parts(one: Footprint) -> tuple[Any, ...]:
    return one.rows, one.cols, one.mix, one.score, one.slope


def tally(
    batches: Sequence[tuple[Sequence[SceneFit], Sequence[Sequence[BaseGeometry]]]],
    crs: str,
    fixed: bool,
) -> Tally:
    """Tell the chance of every outline, batch by batch."""
    told: list[list[float | None]] = []
    effective, seconds = [], 0.0
    for fits, shapes in batches:
        pools: dict[int, Pool] = {}
        told.append([])
        for fit, own in zip(fits, shapes, strict=True):
            for i, footprint in enumerate(footprints(fit, own, crs, fixed)):
                key = id(fit.model.plots)
                pools[key] = pools.get(key) or pool_of(fit.model, None)
                began = process_time()
                chance = chance_of(footprint, pools[key], f"{i}|{fit.pair.id}")
                seconds += process_time() - began
                told[-1].append(chance.p)
                effective.append(chance.effective)
    return Tally(told, effective, seconds)


def show(name: str, found: Tally) -> None:
    """Print one line."""
    every = [p for batch in found.batches for p in batch]
    ps = np.array([p for p in every if p is not None])
    middle = f"effective {np.median(found.effective):.0f}" if found.effective else ""
    if len(ps) < 10:
        print(f"{name:34} {len(ps):3}/{len(every):3} told; {middle}")
        return
    ks = stats.kstest(ps, "uniform", alternative="greater")
    rates = "  ".join(rate(int((ps <= level).sum()), len(ps)) for level in LEVELS)
    hit = sum(accused(batch) > 0 for batch in found.batches)
    pace = 1000 * found.seconds / len(every)
    print(
        f"{name:34} {len(ps):3}/{len(every):3}  KS+ {ks.statistic:.3f} (p {ks.pvalue:.2g})  {rates}"
        f"  batches {hit}/{len(found.batches)}  {middle}  {pace:.0f} ms",
        flush=True,
    )


def rate(hits: int, of: int) -> str:
    """A share in per cent with its exact 95 % interval."""
    low = stats.beta.ppf(0.025, hits, of - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, of - hits) if hits < of else 1.0
    return f"{100 * hits / of:.1f} [{100 * low:.1f}–{100 * high:.1f}]"


def accused(ps: Sequence[float | None]) -> int:
    """How many of a batch have q ≤ 0.05."""
    q = adjusted({str(i): p for i, p in enumerate(ps)})
    return sum(one is not None and one <= 0.05 for one in q.values())


def whole_pairs(many: int) -> None:
    """One scene with many outlines."""
    for name, bands, files, cells in (
        ("landsat_pa_jul_nov_2002", SIX, ("before.tif", "after.tif"), (9, 40)),
        ("naip_wet_2014_2015", RED_FIRST, ("before.tif", "after.tif"), (60, 400)),
        ("landsat_taizhou_2000_2003", SIX, ("before.tif", "after.tif"), (9, 40)),
    ):
        pair = scene(PAIRS / name, bands, files)
        crs = pair.before.grid.crs
        drawn, random = pieces(pair, cells), np.random.default_rng(5)
        worst = drawn[: max(30, len(drawn) // 10)]
        kinds = {
            "at random": rectangles(pair, 3 * many, cells, 1),
            "along edges": [drawn[i] for i in random.permutation(len(drawn))[: 3 * many]],
            "that lost most": [worst[i] for i in random.permutation(len(worst))[: 3 * many]],
        }
        if (PAIRS / name / "mask.tif").exists() and "taizhou" in name:
            kinds = {k: unchanged(PAIRS / name / "mask.tif", s) for k, s in kinds.items()}
        print(f"\n{name}: {len(drawn)} pieces of {cells[0]}–{cells[1]} cells")
        for kind, shapes in kinds.items():
            issued = [shapes[i : i + BATCH] for i in range(0, min(len(shapes), many), BATCH)]
            batches = [([survey(pair, own, crs)], [own]) for own in issued]
            show(f"  {kind}, places as they fell", tally(batches, crs, True))
            show(f"  {kind}", tally(batches, crs, False))


def unchanged(labels: Path, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Those mostly on cells labelled as unchanged, and on none labelled as changed."""
    with rasterio.open(labels) as file:
        label, affine = file.read(1), file.transform
    keep = []
    for one in shapes:
        inside = cell_weights(one, affine, label.shape) > 0.5
        if inside.any() and not (label[inside] == 1).any() and (label[inside] == 0).mean() > 0.5:
            keep.append(one)
    return keep


def chips_of(pair: ScenePair, where: Path) -> list[ScenePair]:
    """A pair cut into squares, each a pair of its own."""
    out, grid = [], pair.before.grid
    for top in range(0, grid.height - CHIP + 1, CHIP):
        for left in range(0, grid.width - CHIP + 1, CHIP):
            files = []
            for old, when in ((pair.before, "before"), (pair.after, "after")):
                path = where / f"{pair.id}-{top}-{left}-{when}.tif"
                with rasterio.open(old.path) as file:
                    window = rasterio.windows.Window(left, top, CHIP, CHIP)
                    profile = file.profile | {
                        "width": CHIP,
                        "height": CHIP,
                        "transform": file.window_transform(window),
                        "tiled": False,
                    }
                    for key in ("blockxsize", "blockysize"):
                        profile.pop(key, None)
                    with rasterio.open(path, "w", **profile) as new:
                        new.write(file.read(window=window))
                files.append(image(path, old.date, old.bands, old.scale))
            out.append(ScenePair(f"{pair.id}-{top}-{left}", *files))
    return out


def borrowed(chip: ScenePair, whole: SceneFit, away: Sequence[BaseGeometry]) -> SceneFit:
    """A chip's fit with the shift of the pair that it was cut from: alone most are refused."""
    assert whole.shift_px is not None
    x, y = whole.shift_px
    with open_pair(chip, (x.value, y.value)) as reader:
        sample = Sample(reader, [Window(0, 0, CHIP, CHIP)], away)
        found = scene_model(sample, reader.roles, False, 0)
    fit = SceneFit(chip, shift_px=whole.shift_px)
    return replace(fit, model=found[0], radiometry=found[1]) if found else fit


CUT = (
    ("landsat_pa_jul_nov_2002", SIX),
    ("landsat_taizhou_2000_2003", SIX),
    ("naip_wet_2014_2015", RED_FIRST),
)


def cut_pair(name: str, bands: Sequence[str], where: Path) -> None:
    """A pair cut into chips, two outlines in each, pooled."""
    pair = scene(PAIRS / name, bands, ("before.tif", "after.tif"))
    crs, chips = pair.before.grid.crs, chips_of(pair, where)
    whole = survey(pair, [], crs)
    print(f"\n{pair.id} cut into {len(chips)} chips of {CHIP} cells")
    drawn, random = pieces(pair, CHIP_CELLS), np.random.default_rng(7)
    lost = drawn[: len(drawn) // 5]
    for kind in ("at random", "along edges", "that lost most"):
        shapes: list[list[BaseGeometry]] = []
        for i, chip in enumerate(chips):
            inner = box(*_bounds(chip))
            there = [s for s in (drawn if "edges" in kind else lost) if s.within(inner)]
            if kind == "at random":
                there = rectangles(chip, 2, CHIP_CELLS, i)
            some = random.permutation(len(there))[:2]
            shapes.append([there[j] for j in some])
        flat = [one for own in shapes for one in own]
        fits = pooled([borrowed(chip, whole, flat) for chip in chips], flat, crs)
        show(f"  {kind}", tally([(fits, shapes)], crs, False))


def patches() -> None:
    """Patches by eye left alone, pooled with all others, mines among them."""
    folder = PAIRS / "s2_amazon_patches"
    rows = list(csv.DictReader((folder / "index.csv").read_text(encoding="utf-8").splitlines()))
    chips = []
    for row in rows:
        files = []
        for when, days in (("before", row["t0"]), ("after", row["t1"])):
            first, last = (date.fromisoformat(day) for day in days.split("/"))
            path = folder / row["sample_id"] / f"{when}.tif"
            files.append(image(path, first + (last - first) / 2, SIX, 1e-4))
        chips.append(ScenePair(row["sample_id"], *files))
    batches = []
    for round_ in range(2):
        shapes = [
            [moved(one, chip.before.grid.crs, DEGREES) for one in rectangles(chip, 2, (9, 40), s)]
            for chip, s in zip(chips, count(1000 * round_), strict=False)
        ]
        flat = [one for own in shapes for one in own]
        fits = lent([survey(c, flat, DEGREES) for c in chips], flat, DEGREES)
        took = sum(fit.borrowed is not None for fit in fits)
        fits = pooled(fits, flat, DEGREES)
        quiet = [
            own if row["review_label"] in QUIET else []
            for own, row in zip(shapes, rows, strict=True)
        ]
        batches.append((fits, quiet))
    members = max((fit.model.scenes for fit in batches[0][0] if fit.model), default=0)
    print(
        f"\ns2_amazon_patches: {members} of {len(chips)} chips pooled, {took} with a borrowed shift"
    )
    show("  left alone, at random", tally(batches, DEGREES, False))


def field(side: int, random: np.random.Generator, width: float) -> NDArray[np.float32]:
    """Noise that is correlated over so many cells, with a long tail."""
    noise = ndimage.gaussian_filter(random.standard_normal((side, side)), width, mode="wrap")
    return np.asarray(np.exp(noise / noise.std()), dtype=np.float32)


def made_worlds() -> None:
    """Batches of 300 on made ground: without change, and with one unmistakable case."""
    random, told, cases = np.random.default_rng(3), [], []
    seconds = 0.0
    for world in range(8):
        score = field(1500, random, 1.0)
        whole, kind = np.ones(score.shape, bool), np.zeros(score.shape, np.uint8)
        pool, side = laid([Ground(score, whole, kind)], 1), 6
        rows, cols = (a.ravel() - 3 for a in np.mgrid[:side, :side])
        batch: list[float | None] = []
        for i, (r, c) in enumerate(random.integers(0, 1500 - side, (300, 2))):
            mean = float(score[r : r + side, c : c + side].mean())
            one = Footprint(rows, cols, np.ones(1, np.float32), mean)
            began = process_time()
            batch.append(chance_of(one, pool, f"{world}|{i}").p)
            seconds += process_time() - began
        told.append(batch)
        sure = Footprint(rows, cols, np.ones(1, np.float32), 1e3)
        cases.append(chance_of(sure, pool, f"{world}|case").p)
    print("\nmade worlds, batches of 300")
    show("  without change", Tally(told, [], seconds))
    found = sum(
        (adjusted({str(i): p for i, p in enumerate([case, *batch[1:]])})["0"] or 1) <= 0.05
        for case, batch in zip(cases, told, strict=True)
    )
    print(f"  one unmistakable case accused in {found} of {len(cases)}")


def full_scene() -> None:
    """Milliseconds a polygon on 64 windows of 192 cells in 14 classes, a tenth of them changed."""
    random, windows = np.random.default_rng(0), []
    for _ in range(64):
        kinds = np.clip(np.log(field(192, random, 6.0)) * 3 + 7, 0, 13).astype(np.uint8)
        windows.append(Ground(field(192, random, 1.0), np.ones((192, 192), bool), kinds))
    pool = laid(windows, 14)
    spent = []
    for i in range(200):
        side = int(random.integers(4, 16))
        rows, cols = (a.ravel() - side // 2 for a in np.mgrid[:side, :side])
        window, (r, c) = windows[random.integers(64)], random.integers(0, 192 - side, 2)
        own = window.kind[r : r + side, c : c + side].ravel()
        mix = (np.bincount(own, minlength=14) / len(own)).astype(np.float32)
        mean = float(window.score[r : r + side, c : c + side].mean())
        began = process_time()
        chance_of(Footprint(rows, cols, mix, 1e3 if i % 10 == 0 else mean), pool, str(i))
        spent.append(process_time() - began)
    sure = np.arange(200) % 10 == 0
    per = 1000 * np.array(spent)
    print(
        f"\na full scene: {per.mean():.0f} ms a polygon; {per[sure].mean():.0f} where nothing like "
        f"it is found, {per[~sure].mean():.0f} elsewhere"
    )


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outlines", type=int, default=120, help="of each kind on a whole pair")
    asked = parser.parse_args()
    made_worlds()
    full_scene()
    print("told / asked; share ≤ .001, .01, .05 in %, with 95 % intervals")
    if PAIRS.exists():
        with TemporaryDirectory() as where:
            for name, bands in CUT:
                cut_pair(name, bands, Path(where))
        patches()
        whole_pairs(asked.outlines)
    else:
        print(f"no real pairs at {PAIRS}")


if __name__ == "__main__":
    main()
