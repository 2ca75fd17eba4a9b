"""Hold borrowed shifts against what is known of them.

    python benchmarks/borrowing_calibration.py

Real scenes are cut into chips of 48 cells. Of each scene: how many chips register by themselves;
what they would lend, or why not; how often one that is held out lies within ±1.96σ of what the
others lend; how far the whole scene's shift lies from it; how many refused chips take it. Then the
Amazon patches, of which there is no whole scene; and every patch with the after image of another,
several times over, none of which may take anything.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
from rasterio.windows import Window

from benchmarks.chance_calibration import CHIP, DEGREES, PAIRS, RED_FIRST, SIX, image, scene
from yanhu_satcheck.scene import SceneFit, ScenePair
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.borrowing import Loan, borrowed, lent, scatter

CUT = (
    ("landsat_taizhou_2000_2003", SIX, None, CHIP),
    ("brumadinho_damfailure_2019", SIX, 2.75e-5, CHIP),
    ("coldsprings_fire_2016", SIX, 1e-4, CHIP // 2),
    ("landsat_pa_jul_nov_2002", SIX, None, CHIP // 2),
    ("naip_wet_2014_2015", RED_FIRST, None, CHIP),
)
ROUNDS = 3


def chips(pair: ScenePair, step: int, where: Path) -> Iterator[ScenePair]:
    """Squares of the before image, every so many cells, and the same ground of the after image."""
    grid = pair.before.grid
    a, _, x, _, e, y = grid.transform
    for top in range(0, grid.height - CHIP + 1, step):
        for left in range(0, grid.width - CHIP + 1, step):
            files = []
            for old, when in ((pair.before, "before"), (pair.after, "after")):
                path = where / f"{pair.id}-{top}-{left}-{when}.tif"
                with rasterio.open(old.path) as file:
                    col, row = ~file.transform @ (x + left * a, y + top * e)
                    window = Window(round(col), round(row), CHIP, CHIP)
                    keys = ("driver", "dtype", "count", "crs", "nodata")
                    profile = {key: file.profile[key] for key in keys}
                    profile |= {"width": CHIP, "height": CHIP}
                    profile["transform"] = file.window_transform(window)
                    with rasterio.open(path, "w", **profile) as new:
                        new.write(file.read(window=window, boundless=True, fill_value=0))
                files.append(image(path, old.date, old.bands, old.scale))
            yield ScenePair(f"{pair.id}-{top}-{left}", *files)


def shifts(fits: Sequence[SceneFit]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The shifts (n, 2) of those that registered by themselves."""
    return np.array([[m.value for m in fit.shift_px] for fit in fits if fit.shift_px])


def show(name: str, fits: Sequence[SceneFit], crs: str, whole: SceneFit | None) -> None:
    """One scene's lines."""
    own, loan = shifts(fits), lent(fits)
    print(f"\n{name}: {len(own)} of {len(fits)} chips register by themselves")
    middle, sigma = np.median(own, axis=0), np.array(scatter(own))
    held = []
    for i in range(len(own)):
        rest = np.delete(own, i, axis=0)
        held.append((own[i] - np.median(rest, axis=0)) / np.array(scatter(rest)))
    inside = (np.abs(held) < 1.96).mean()
    print(f"  middle {middle.round(2)}, σ {sigma.round(2)}; held out: {inside:.3f} within ±1.96σ")
    if whole is not None and whole.shift_px is not None:
        truth = np.array([m.value for m in whole.shift_px])
        print(f"  whole scene {truth.round(2)}: {((truth - middle) / sigma).round(2)} σ off")
    if not isinstance(loan, Loan):
        print(f"  lends nothing: {loan.en if loan else 'too few'}")
        return
    took = sum(fit.borrowed is not None for fit in borrowed(fits, [], crs))
    print(f"  {took} of {len(fits) - len(own)} refused chips take the shift")


def patches(where: Path) -> None:
    """The Amazon patches as they are, then each with the after image of another."""
    folder = PAIRS / "s2_amazon_patches"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())

    def patch(name: str, after: Path) -> ScenePair:
        one = image(folder / name / "before.tif", date(2018, 7, 1), SIX, 1e-4)
        return ScenePair(name, one, image(after, date(2021, 7, 1), SIX, 1e-4))

    fits = [survey(patch(name, folder / name / "after.tif"), [], DEGREES) for name in names]
    show("s2_amazon_patches", fits, DEGREES, None)
    lending = [fit for fit in fits if fit.shift_px]
    random, own, took, tried = np.random.default_rng(11), 0, 0, 0
    for round_ in range(ROUNDS):
        wrong = []
        for name, other in zip(names, random.permutation(names), strict=True):
            if name == other:
                continue
            path = where / f"{round_}-{name}.tif"
            with rasterio.open(folder / name / "after.tif") as file:
                profile = file.profile
            with rasterio.open(folder / other / "after.tif") as file:
                content = file.read()
            with rasterio.open(path, "w", **profile) as file:
                file.write(content)
            wrong.append(survey(patch(name, path), [], DEGREES))
        tried += len(wrong)
        own += sum(fit.shift_px is not None for fit in wrong)
        half = len(lending) // 2  # so that they lend whatever the wrong ones are
        for part in (wrong[:half], wrong[half:]):
            new = borrowed([*lending, *part], [], DEGREES)[len(lending) :]
            took += sum(fit.borrowed is not None for fit in new)
    print(f"  of another place: {own} of {tried} register, {took} take the shift")


def main() -> None:
    """Print the figures of every scene."""
    with TemporaryDirectory() as folder:
        where = Path(folder)
        patches(where)
        for name, bands, scale, step in CUT:
            pair = scene(PAIRS / name, bands, ("before.tif", "after.tif"), scale)
            crs = pair.before.grid.crs
            cut = [survey(chip, [], crs) for chip in chips(pair, step, where)]
            show(name, cut, crs, survey(pair, [], crs))


if __name__ == "__main__":
    main()
