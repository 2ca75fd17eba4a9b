"""Is made ground as hard as real ground? Statistics of image pairs, made and real, side by side.

    python -m benchmarks.accuracy_realism SHARED_PAIRS [SEED ...]

Of every pair: the spread of the change of NDVI (its 5th, 50th and 95th percentile and the distance
of its quartiles), how like a cell is to the cell 1, 3 and 10 cells on in that change, the slope of
the red band's power over frequency (a steeper one has less texture), and how like the dates are in
red. Cells without data are left out. Where a pair has no near infrared, red is taken for NDVI.
Made pairs differ by season, so they are to be held against the real ones of their kind: two dates
of one season (Amazon, Taizhou), two seasons (Pennsylvania, Wet Mountains), haze (Brumadinho).
"""

import json
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray

from yanhu_satcheck.sample.ground import make

Field = NDArray[np.float64]
REAL = {  # pair, band numbers of red and near infrared, scale and offset
    "landsat_taizhou_2000_2003": (3, 4, 1.0, 0.0),
    "landsat_pa_jul_nov_2002": (3, 4, 1.0, 0.0),
    "coldsprings_fire_2016": (3, 4, 1e-4, 0.0),
    "brumadinho_damfailure_2019": (3, 4, 2.75e-5, -0.2),
    "naip_wet_2014_2015": (1, 4, 1.0, 0.0),
}
AMAZON = "s2_amazon_patches"
LAGS = (1, 3, 10)


class Texture(NamedTuple):
    """What one pair is like."""

    low: float  # percentiles of the change of NDVI
    middle: float
    high: float
    spread: float
    alike: tuple[float, ...]  # at LAGS
    slope: float
    dates: float  # correlation of red between the dates

    def __str__(self) -> str:
        alike = " ".join(f"{one:5.2f}" for one in self.alike)
        change = f"{self.low:6.2f} {self.middle:6.2f} {self.high:6.2f} {self.spread:6.2f}"
        return f"{change} | {alike} | {self.slope:6.2f} {self.dates:6.2f}"


def texture(before: Field, after: Field) -> Texture:
    """Measure a pair; the arrays hold red and near infrared (or red twice), NaN without data."""
    change = index(after) - index(before)
    low, quarter, middle, most, high = np.nanpercentile(change, (5, 25, 50, 75, 95))
    red = before[0], after[0]
    both = np.isfinite(red[0]) & np.isfinite(red[1])
    dates = float(np.corrcoef(red[0][both], red[1][both])[0, 1])
    alike = tuple(lagged(change, lag) for lag in LAGS if min(change.shape) > 3 * lag)
    return Texture(low, middle, high, most - quarter, alike, fall(red[1]), dates)


def index(bands: Field) -> Field:
    """NDVI, or red over its own spread where there is nothing past it."""
    red, near = bands
    if np.array_equal(red, near, equal_nan=True):
        return np.asarray(red / (4 * np.nanstd(red)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.clip((near - red) / (near + red), -1, 1))


def lagged(change: Field, lag: int) -> float:
    """Correlate a field with itself so many cells on, across and down."""
    pairs = ((change[:, lag:], change[:, :-lag]), (change[lag:], change[:-lag]))
    found = []
    for one, two in pairs:
        both = np.isfinite(one) & np.isfinite(two)
        found.append(np.corrcoef(one[both], two[both])[0, 1])
    return float(np.mean(found))


def fall(band: Field) -> float:
    """Slope of log power over log frequency, between 1/32 and 1/3 cycles a cell."""
    side = min(256, *band.shape)
    part = np.nan_to_num(band[:side, :side], nan=float(np.nanmean(band)))
    window = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.fft2((part - part.mean()) * window)) ** 2
    radius = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    edges = np.geomspace(1 / 32, 1 / 3, 9)
    rings = [(radius >= a) & (radius < b) for a, b in pairwise(edges)]
    means = [np.log(power[ring].mean()) for ring in rings]
    return float(np.polyfit(np.log((edges[1:] * edges[:-1]) ** 0.5), means, 1)[0])


def bands(path: Path, red: int, near: int, scale: float, offset: float) -> Field:
    """Read two bands of an image, with NaN where it has no data."""
    with rasterio.open(path) as file:
        read = file.read([red, near]).astype(float)
        empty = (read == (0 if file.nodata is None else file.nodata)).any(axis=0)
    read = read * scale + offset
    read[:, empty] = np.nan
    return read


def real(home: Path) -> Iterator[tuple[str, Texture]]:
    """Measure the real pairs; those of several patches are one line of medians."""
    for name, (red, near, scale, offset) in REAL.items():
        told = [bands(home / name / f"{when}.tif", red, near, scale, offset) for when in TWO]
        rows, cols = (min(one.shape[k] for one in told) for k in (1, 2))
        yield name, texture(*(one[:, :rows, :cols] for one in told))
    patches = []
    for folder in sorted(p for p in (home / AMAZON).iterdir() if p.is_dir()):
        told = [bands(folder / f"{when}.tif", 3, 4, 1e-4, 0.0) for when in TWO]
        if np.isfinite(np.stack(told)).mean() > 0.9:
            patches.append(texture(*told))
    columns = [np.median([p[k] for p in patches]) for k in (0, 1, 2, 3, 5, 6)]
    alike = tuple(float(v) for v in np.median([p.alike for p in patches], axis=0))
    yield f"{AMAZON} ({len(patches)})", Texture(*columns[:4], alike, *columns[4:])


TWO = ("before", "after")


def made(seeds: list[int]) -> Iterator[tuple[str, Texture]]:
    """Measure made pairs."""
    for seed in seeds:
        with TemporaryDirectory() as where:
            folder = Path(where) / "made"
            make(folder, seed)
            truth = json.loads((folder / "truth.json").read_text("utf-8"))
            red, near = {"ortho": (1, 1)}.get(truth["sensor"], (3, 4))
            scale = {"s2": (1e-4, -0.1), "landsat": (2.75e-5, -0.2)}.get(
                truth["sensor"], (1.0, 0.0)
            )
            told = [bands(folder / f"scenes/{when}.tif", red, near, *scale) for when in TWO]
            rows, cols = (min(one.shape[k] for one in told) for k in (1, 2))
            name = f"made {seed} {truth['sensor']} {truth['pair']} haze {truth['haze'][:2]}"
            yield name, texture(*(one[:, :rows, :cols] for one in told))


def main() -> None:
    home, seeds = Path(sys.argv[1]), [int(one) for one in sys.argv[2:]] or [1, 2, 3, 4]
    print(f"{'':44} {'5 %':>6} {'50 %':>6} {'95 %':>6} {'IQR':>6} | lag {LAGS} | slope  dates")
    for source in (real(home), made(seeds)):
        for name, one in source:
            print(f"{name:44} {one}")


if __name__ == "__main__":
    main()
