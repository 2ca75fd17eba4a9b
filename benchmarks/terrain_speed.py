"""A 5 000 × 5 000 pair of elevation models with 500 polygons: all volumes, against a peer's fit.

    python -m benchmarks.terrain_speed [--peer PYTHON] [--size 5000]

PYTHON is an interpreter that has xdem (https://xdem.readthedocs.io); nothing is installed here.
Both run in a process of their own, one after the other: ours surveys the pair and measures every
polygon, xdem fits and applies `NuthKaab` and no more. Printed are processor seconds (start of the
interpreter and imports included), peak memory, their ratio, the shifts found, and how many of the
true volumes lie within ±1.96σ. Needs the shared test data (SATCHECK_SHARED).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

OURS = """
import json, sys
from pathlib import Path
from benchmarks.terrain_speed import run
print(json.dumps(run(Path(sys.argv[1]))))
"""
PEER = """
import sys, warnings
warnings.simplefilter("ignore")
import xdem, geopandas
folder = sys.argv[1]
one, two = xdem.DEM(folder + "/before.tif"), xdem.DEM(folder + "/after.tif")
stay = ~geopandas.read_file(folder + "/polygons.gpkg").pipe(
    lambda f: __import__("geoutils").Vector(f)
).create_mask(one)
fit = xdem.coreg.NuthKaab()
fit.fit(one, two, inlier_mask=stay, random_state=1)
moved = fit.apply(two)
import json
out = fit.meta["outputs"]["affine"]
print(json.dumps({"shift": [-out["shift_x"], -out["shift_y"]], "version": xdem.__version__}))
"""
SHIFT = (2.6, -1.6)  # metres


def make(folder: Path, size: int) -> None:
    """Write the pair, its polygons and the truth."""
    import geopandas
    import numpy as np

    from tests.height_worlds import CRS, Error, sites_on, world

    kinds, cell = ("pit", "dump", "bowl", "slide", "none"), 2.0
    spacing = size * cell / 23
    every = list(sites_on((size, size), cell, kinds, (18, 45, 80), (0.5, 3, 12), spacing))[:500]
    error = Error(0.42, 54, SHIFT, 2.4)
    made = world(folder, every, (size, size), (cell, cell), error, 1)
    outlines = [site.outline for site in made.sites]
    geopandas.GeoDataFrame(geometry=outlines, crs=CRS).to_file(folder / "polygons.gpkg")
    np.save(folder / "net.npy", made.fill - made.cut)


def run(folder: Path) -> dict[str, Any]:
    """Survey the pair and measure every polygon."""
    from datetime import date

    import numpy as np
    from pyogrio import read_dataframe

    from yanhu_satcheck.measure.terrain import hold, terrain_of
    from yanhu_satcheck.raster import header
    from yanhu_satcheck.raster.heights import open_heights
    from yanhu_satcheck.raster.relief import open_relief
    from yanhu_satcheck.scene import ElevationFile, ElevationPair
    from yanhu_satcheck.survey import survey_elevation

    table = read_dataframe(folder / "polygons.gpkg")
    shapes, crs = list(table.geometry), table.crs.to_string()
    files = [
        ElevationFile(path, path.name, date(2021, 1, 1), header(path).grid)
        for path in (folder / "before.tif", folder / "after.tif")
    ]
    fit = survey_elevation(ElevationPair(*files), shapes, crs)
    assert fit.shift_m is not None
    z = []
    with open_relief(files[0], crs) as before, open_heights(fit, before) as reader:
        for shape, net in zip(shapes, np.load(folder / "net.npy"), strict=True):
            hold(shape, crs, reader)
            found = terrain_of(shape, crs, before, reader)
            if found is not None and found.net_m3 is not None:
                z.append((found.net_m3.value - net) / found.net_m3.sigma)
    within = float(np.mean(np.abs(z) < 1.96))
    return {"shift": [m.value for m in fit.shift_m], "measured": len(z), "within": within}


def cost(command: list[str]) -> tuple[dict[str, Any], float, float, float]:
    """Run a process: what it printed, its processor seconds, seconds and peak megabytes."""
    start = perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} failed")
    peak = used.ru_maxrss / (1024.0 if sys.platform == "linux" else 1024.0**2)
    last = json.loads(said.strip().splitlines()[-1])
    return last, used.ru_utime + used.ru_stime, perf_counter() - start, peak


def main() -> None:
    """Make the pair, run both, print the ratio."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    words.add_argument("--peer", help="a Python that has xdem")
    words.add_argument("--size", type=int, default=5000)
    asked = words.parse_args()
    with TemporaryDirectory() as scratch:
        make_it = "import sys; from pathlib import Path; from benchmarks.terrain_speed import make;"
        make_it += " make(Path(sys.argv[1]), int(sys.argv[2]))"
        subprocess.run([sys.executable, "-c", make_it, scratch, str(asked.size)], check=True)
        ours = cost([sys.executable, "-c", OURS, scratch])
        tell("ours, all volumes", ours)
        if asked.peer:
            peer = cost([asked.peer, "-c", PEER, scratch])
            tell("xdem, fit and apply", peer)
            print(f"ours / xdem: {ours[1] / peer[1]:.2f} of its processor time")


def tell(name: str, one: tuple[dict[str, Any], float, float, float]) -> None:
    """Print one line."""
    said, cpu, wall, peak = one
    print(f"{name}: {cpu:.1f} CPU-s, {wall:.1f} s, {peak:.0f} MB, {said}; truth {SHIFT}")


if __name__ == "__main__":
    main()
