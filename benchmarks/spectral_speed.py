"""How much the whole spectral job costs, told in passes over the same pair.

    python benchmarks/spectral_speed.py                 # 10 980², four bands, 500 polygons
    python benchmarks/spectral_speed.py --size 2745 --polygons 60

Makes a pair in a temporary folder (or in --keep DIR, where a second run finds it): fields, some
harvested, hills, a shift of (0.37, -0.62) cells, another gain, polygons of 0.3–25 ha of which a
third changed. Then, each in a process of its own: one plain pass (read both, difference vector),
survey and measure without chance, and both with it. CPU seconds, the ratio to the plain pass, and
each process's peak memory are printed.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
import psutil
import rasterio
from rasterio.transform import Affine
from rasterio.windows import Window as Cut
from shapely import Point, from_wkt
from shapely.affinity import rotate, scale
from shapely.geometry.base import BaseGeometry

import yanhu_satcheck.measure.polygon as by_polygon
from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.evidence import Chance
from yanhu_satcheck.measure import measure
from yanhu_satcheck.raster import header
from yanhu_satcheck.scene import ImageFile, ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.terms import Words

CRS, CELL, LEFT, TOP = "EPSG:32649", 10.0, 400_000.0, 3_900_000.0
BANDS = ("blue", "green", "red", "nir")
TILE = 512
SPECTRA = np.array(  # crop, stubble, shrub, rock; reflectance × 10⁴
    [
        [400, 700, 500, 3800],
        [800, 1200, 1600, 2400],
        [500, 800, 700, 2800],
        [2000, 2300, 2600, 2900],
    ],
    np.float32,
)
JOBS = ("pass", "without", "with")


def texture(size: int, rough: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    radius[0, 0] = 1
    field = np.fft.irfft2(np.fft.rfft2(random.standard_normal((size, size))) * radius**-rough)
    return (field / field.std()).astype(np.float32)


def outlines(size: int, count: int) -> list[BaseGeometry]:
    random = np.random.default_rng(5)
    shapes = []
    for _ in range(count):
        area = np.exp(random.uniform(np.log(3_000), np.log(250_000)))
        x, y = random.uniform(0.02, 0.98, 2) * size * CELL
        stretch = random.uniform(1, 2)
        disc = scale(Point(LEFT + x, TOP - y).buffer(np.sqrt(area / np.pi)), stretch, 1 / stretch)
        shapes.append(rotate(disc, random.uniform(0, 180)))
    return shapes


def made(folder: Path, size: int, count: int) -> None:
    """Write both images tile by tile, and the outlines."""
    period = 1024
    # One field for both dates, the later one's content moved by the shift, exactly.
    base = [texture(period, 1.1, i) for i in range(2)]
    f = np.fft.fftfreq(period)[:, None], np.fft.rfftfreq(period)[None]
    phase = np.exp(-2j * np.pi * (f[1] * 0.37 + f[0] * -0.62))
    later = [np.fft.irfft2(np.fft.rfft2(b) * phase).astype(np.float32) for b in base]
    random = np.random.default_rng(1)
    plots = -(-size // 24) + 1
    crop = random.random((plots, plots)) < 0.6
    harvested = crop & (random.random((plots, plots)) < 0.5)
    shapes = outlines(size, count)
    (folder / "outlines.json").write_text(json.dumps([s.wkt for s in shapes]), encoding="utf-8")
    worked = shapes[::3]
    options: dict[str, Any] = {"driver": "GTiff", "width": size, "height": size, "count": 4}
    options |= {"dtype": "uint16", "crs": CRS, "transform": Affine(CELL, 0, LEFT, 0, -CELL, TOP)}
    options |= {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "interleave": "pixel"}
    with (
        rasterio.open(folder / "before.tif", "w", **options) as one,
        rasterio.open(folder / "after.tif", "w", **options) as two,
    ):
        for cut in tiles(size):
            rows = np.arange(cut.row_off, cut.row_off + cut.height)
            cols = np.arange(cut.col_off, cut.col_off + cut.width)
            place = np.ix_(rows // 24, cols // 24)
            ground = np.where(crop[place], 0, 2)
            new = np.where(harvested[place], 1, ground)
            new[burnt_in(worked, cut)] = 3
            for file, kind, fields, gain in ((one, ground, base, 1.0), (two, new, later, 1.06)):
                light = np.exp(0.12 * fields[0][np.ix_(rows % period, cols % period)])
                own = 40 * fields[1][np.ix_(rows % period, cols % period)]
                noise = 25 * random.standard_normal((4, *kind.shape), np.float32)
                stack = (SPECTRA[kind].transpose(2, 0, 1) * light + own + noise) * gain
                file.write(np.clip(stack, 1, 9999).astype(np.uint16), window=cut)


def burnt_in(shapes: list[BaseGeometry], cut: Cut) -> np.ndarray:
    from shapely import box

    from yanhu_satcheck.raster.shapes import burnt

    x, y = LEFT + cut.col_off * CELL, TOP - cut.row_off * CELL
    frame = box(x, y - cut.height * CELL, x + cut.width * CELL, y)
    near = [s for s in shapes if s.intersects(frame)]
    return burnt(near, Affine(CELL, 0, x, 0, -CELL, y), (int(cut.height), int(cut.width)))


def tiles(size: int) -> Iterator[Cut]:
    for row in range(0, size, TILE):
        for col in range(0, size, TILE):
            yield Cut(col, row, min(TILE, size - col), min(TILE, size - row))


def plain_pass(folder: Path) -> dict[str, Any]:
    """Read both images once and take the length of the difference vector."""
    total = 0.0
    with (
        rasterio.Env(GDAL_CACHEMAX=64),
        rasterio.open(folder / "before.tif") as one,
        rasterio.open(folder / "after.tif") as two,
    ):
        for cut in tiles(one.width):
            before, after = (file.read(window=cut).astype(np.float32) for file in (one, two))
            total += float(np.sqrt(((after - before) ** 2).sum(axis=0)).sum())
    return {"mean": total}


def whole_job(folder: Path, chance: bool) -> dict[str, Any]:
    """Survey and measure all polygons, as an audit does."""
    shapes = [from_wkt(t) for t in json.loads((folder / "outlines.json").read_text("utf-8"))]
    polygons = tuple(IssuedPolygon(f"P{i:04}", f"P{i:04}", i, s) for i, s in enumerate(shapes))
    images = [
        ImageFile(p, p.name, day, header(p).grid, BANDS, "uint16", scale=1e-4)
        for p, day in (
            (folder / "before.tif", date(2022, 6, 1)),
            (folder / "after.tif", date(2022, 9, 1)),
        )
    ]
    pair = ScenePair("scene-1", images[0], images[1])
    quarter = (date(2022, 10, 1), date(2022, 12, 31))
    batch = Batch("2022Q4", folder, "140802", quarter, quarter[1], CRS, polygons, scenes=(pair,))
    if not chance:
        nothing = Chance(None, 0, 0, 0.0, Words("未算", "left out"))
        vars(by_polygon)["chance_of"] = lambda *_: nothing
    start = process_time()
    fit = survey(pair, shapes, CRS)
    surveyed = process_time()
    with TemporaryDirectory() as scratch:
        done = sum(m.change is not None for m, _ in measure(batch, [fit], Path(scratch)))
    shift = [] if fit.shift_px is None else [round(axis.value, 4) for axis in fit.shift_px]
    spent = {"survey": surveyed - start, "measure": process_time() - surveyed}
    return {"measured": done, "shift": shift, **spent}


def job(name: str, folder: Path) -> None:
    """Do one job and print its figures."""
    before = process_time()
    told = plain_pass(folder) if name == "pass" else whole_job(folder, name == "with")
    about = psutil.Process().memory_info()
    peak = getattr(about, "peak_wset", None)
    if peak is None:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cpu": process_time() - before, "peak_mb": peak / 1e6, **told}))


def run(folder: Path, count: int) -> None:
    """Run every job in a process of its own and print the table."""
    told = {}
    for name in JOBS:
        command = [sys.executable, __file__, "--job", name, "--keep", str(folder)]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        told[name] = json.loads(answer.stdout.splitlines()[-1])
    base = told["pass"]["cpu"]
    for name, one in told.items():
        parts = " ".join(f"{k} {one[k]:.1f} s" for k in ("survey", "measure") if k in one)
        print(
            f"{name:8} {one['cpu']:7.1f} CPU-s {one['cpu'] / base:5.1f}× "
            f"{one['peak_mb']:5.0f} MB {parts}"
        )
    each = (told["with"]["measure"] - told["without"]["measure"]) / count * 1000
    print(
        f"chance {each:.0f} ms a polygon; {told['with']['measured']} of {count} measured; "
        f"shift {told['with']['shift']} of [0.37, -0.62]"
    )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--size", type=int, default=10_980)
    words.add_argument("--polygons", type=int, default=500)
    words.add_argument("--keep", type=Path)
    words.add_argument("--job", choices=JOBS)
    asked = words.parse_args()
    if asked.job:
        job(asked.job, asked.keep)
        return
    with TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "outlines.json").exists():
            made(folder, asked.size, asked.polygons)
        run(folder, asked.polygons)


if __name__ == "__main__":
    main()
