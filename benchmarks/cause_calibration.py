"""Fit the one number of the table of causes, and say how far its shares can be believed.

    python benchmarks/cause_calibration.py [../shared/data/pairs] [--made QUARTER ...]

The table's breakpoints are set by hand from sources; fitted is `spread`, the points that make one
cause e times as likely as another. It is fitted by the log loss of the causes that are true of a
polygon, every pair and kind of ground weighing the same, and judged by leaving out: a pair, a patch
or a made quarter is always scored with a spread fitted without it. QUARTER is a folder of the
sample, or one that `yanhu_satcheck.sample.ground.make` made from a seed for development (1–10).
Printed are the spread, the loss, and for mining the reliability table, Brier score and expected
calibration error.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from shapely.geometry.base import BaseGeometry

from benchmarks.real_ground import worlds
from benchmarks.real_pairs import CALLS, ROOT, file_all, write_batch
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.evidence import Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.cause import points, shares_of, table, values_of
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.survey import survey, survey_elevation
from yanhu_satcheck.survey.pooling import pooled
from yanhu_satcheck.terms import Call
from yanhu_satcheck.workers import Pool

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "sample_tiles"
NATURAL = frozenset({"season", "none"})
TRUE = {  # what may truly be said of each kind of real ground; of others nothing is known
    **dict.fromkeys(("mining_new", "mining_expand", "openpit_expand"), frozenset({"mining"})),
    **dict.fromkeys(("no_change", "season", "natural_nochange", "no_mine_visible"), NATURAL),
    **dict.fromkeys(("seasonal_greenup", "regrowth"), NATURAL | {"restoration"}),
    **dict.fromkeys(("haze", "season_or_water", "natural_change"), NATURAL | {"water"}),
    "river_or_city": NATURAL | {"water", "construction"},
    "ambiguous_alluvial": NATURAL | {"water"},
    "city_growth": frozenset({"construction"}),
    "mud_flow": frozenset({"flow"}),
    "burnt": frozenset({"fire"}),
}
MADE = {  # the same for the grounds of the sample
    **dict.fromkeys(("new_pit", "growing_pit", "reopened"), frozenset({"mining"})),
    "restoration_that_digs": frozenset({"mining"}),
    "landslide": frozenset({"slide"}),
    "restoration": frozenset({"restoration"}),
    **dict.fromkeys(("construction", "agri_facility", "greenhouse"), frozenset({"construction"})),
    **dict.fromkeys(("harvest", "ploughed", "fallow", "growing_crop"), NATURAL),
    **dict.fromkeys(("shrub", "shadow", "old_working", "idle_working"), NATURAL),
    "shrub_senescence": NATURAL,
    "dry_river_bed": NATURAL | {"water"},
}


class Weighed(NamedTuple):
    """One polygon: the points given to each cause by each figure, and what is true."""

    fold: str  # what is left out together
    kind: str
    true: frozenset[str]
    given: Mapping[str, Mapping[str, float]]

    def shares(self, spread: float) -> dict[str, float]:
        """The share of each cause at some spread."""
        return shares_of(self.given, table(), spread)


def real(root: Path, pool: Pool) -> Iterator[Weighed]:
    """The real pairs; each patch is a fold of its own, and so is each other pair."""
    with TemporaryDirectory(prefix="satcheck-cause-") as where:
        for world in worlds(root, Path(where)):
            folder = Path(where) / world.name
            write_batch(world, folder)
            file_all(world, folder, CALLS[Call.PSEUDO_CHANGE])
            found = measured(read_batch(folder, pool), folder)
            for site in world.sites:
                if site.kind in TRUE and site.name in found:
                    own = site.name if world.sensor == "Sentinel-2" else world.name
                    yield weighed(own, site.kind, TRUE[site.kind], *found[site.name])


def made(folder: Path, pool: Pool) -> Iterator[Weighed]:
    """A made quarter with its truth, one fold."""
    truth = json.loads((folder / "truth.json").read_text("utf-8"))["polygons"]
    with TemporaryDirectory(prefix="satcheck-cause-") as where:
        found = measured(read_batch(folder, pool), Path(where))
    for name, told in truth.items():
        kind, true = made_kind(told)
        if true and name in found:
            yield weighed(str(folder), kind, true, *found[name])


def made_kind(told: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """Name a made polygon's kind and what is true of it: of the sample, or of a bench's quarter.

    Every kind weighs the same, so the causes of the bench's quarters count once each.
    """
    if "ground" in told:
        return told["ground"], MADE.get(told["ground"], frozenset())
    cause = told["cause"]
    return f"made {cause}", NATURAL if cause in NATURAL else frozenset({cause})


def measured(batch: Batch, scratch: Path) -> dict[str, tuple[Measurement, BaseGeometry]]:
    """What is measured of every polygon whose change is, with its footprint."""
    away = [p.footprint for p in (*batch.polygons, *batch.permits) if p.footprint is not None]
    fits = []
    for pair in batch.scenes:
        later = tuple(survey(one, away, batch.crs) for one in pair.followed)
        fits.append(replace(survey(pair, away, batch.crs), later=later))
    shapes = {p.id: p.footprint for p in batch.polygons}
    dem, found = survey_elevation(batch.elevation, away, batch.crs), {}
    for one, _ in measure(batch, pooled(fits, away, batch.crs), scratch / "chips", dem=dem):
        shape = shapes[one.polygon_id]
        if one.change is not None and shape is not None:
            found[one.polygon_id] = one, shape
    return found


def weighed(
    fold: str, kind: str, true: frozenset[str], one: Measurement, shape: BaseGeometry
) -> Weighed:
    """Read a polygon's figures off the table."""
    assert one.change is not None
    cell = one.scene.cell_m if one.scene else 0.0
    values = values_of(one.change, one.terrain, one.chance, shape, one.later, cell)
    return Weighed(fold, kind, true, points(values, table()))


def weights(rows: Sequence[Weighed]) -> NDArray[np.float64]:
    """Every kind of ground weighs the same, and mining as much as all else together."""
    kinds = Counter(row.kind for row in rows)
    mining = {row.kind for row in rows if "mining" in row.true}
    sides = {True: len(mining) or 1, False: len(set(kinds) - mining) or 1}
    return np.array([1 / kinds[row.kind] / sides[row.kind in mining] for row in rows])


def loss(rows: Sequence[Weighed], spread: float) -> float:
    """The mean log loss of what is true."""
    each = [-log(max(sum(row.shares(spread)[c] for c in row.true), 1e-6)) for row in rows]
    return float(np.average(each, weights=weights(rows)))


def fitted(rows: Sequence[Weighed]) -> float:
    """The spread with the least loss."""
    found = minimize_scalar(lambda at: loss(rows, np.exp(at)), bounds=(-1.5, 1.5), method="bounded")
    return float(np.exp(found.x))


def left_out(rows: Sequence[Weighed]) -> tuple[NDArray[np.float64], list[float]]:
    """The share of mining of every row at a spread fitted without its fold; all those spreads."""
    out, spreads = np.zeros(len(rows)), []
    for fold in sorted({row.fold for row in rows}):
        spreads.append(fitted([row for row in rows if row.fold != fold]))
        for i, row in enumerate(rows):
            if row.fold == fold:
                out[i] = row.shares(spreads[-1])["mining"]
    return out, spreads


def show(rows: Sequence[Weighed]) -> None:
    """Print the fit and how well it holds."""
    p, spreads = left_out(rows)
    mine = np.array(["mining" in row.true for row in rows])
    best = fitted(rows)
    print(f"{len(rows)} polygons, {mine.sum()} of new mining, {len(spreads)} folds")
    print(f"spread {best:.2f} (left out: {min(spreads):.2f}–{max(spreads):.2f})")
    print(f"log loss {loss(rows, best):.3f}, with the table's {loss(rows, table().spread):.3f}")
    reliability(p, mine, np.ones(len(p)), f"as counted, {mine.mean():.0%} mining")
    reliability(p, mine, weights(rows), "every kind the same, half mining")
    kinds(rows, p)


def reliability(
    p: NDArray[np.float64], mine: NDArray[np.bool_], weight: NDArray[np.float64], title: str
) -> None:
    """Print how often what is told with a share is true, in one mix of polygons."""
    edges, error = (0.0, 0.05, 0.2, 0.5, 0.8, 1.0), 0.0
    print(f"\n{title:34}{'polygons':>9}{'mining':>8}{'mean share':>12}{'true share':>12}")
    for low, high in pairwise(edges):
        here = (p >= low) & ((p < high) | (high == 1))
        if here.any():
            told = float(np.average(p[here], weights=weight[here]))
            true = float(np.average(mine[here], weights=weight[here]))
            error += abs(told - true) * weight[here].sum() / weight.sum()
            count = f"{here.sum():>9}{mine[here].sum():>8}"
            print(f"{low:.2f}–{high:.2f}{'':25}{count}{told:>12.2f}{true:>12.2f}")
    brier = float(np.average((p - mine) ** 2, weights=weight))
    print(f"expected calibration error {error:.3f}, Brier score {brier:.3f}")


def kinds(rows: Iterable[Weighed], p: NDArray[np.float64]) -> None:
    """Print each kind of ground: how often what is true leads, how often mining does."""
    by: dict[str, list[tuple[Weighed, float]]] = {}
    for row, share in zip(rows, p, strict=True):
        by.setdefault(row.kind, []).append((row, float(share)))
    print(f"\n{'kind':24}{'n':>4}{'true leads':>12}{'mining ≥ ½':>12}")
    for kind, some in sorted(by.items()):
        leads = [max(s := row.shares(table().spread), key=lambda c: s[c]) for row, _ in some]
        right = sum(lead in row.true for lead, (row, _) in zip(leads, some, strict=True))
        print(f"{kind:24}{len(some):>4}{right:>12}{sum(share >= 0.5 for _, share in some):>12}")


def main() -> None:
    """Measure everything and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--made", type=Path, action="append", metavar="QUARTER")
    asked = parser.parse_args()
    quarters = asked.made or [SAMPLES / name for name in ("2022Q3", "2022Q4")]
    with Pool() as pool:
        rows = [row for folder in quarters for row in made(folder, pool)]
        rows += real(asked.root, pool)
    show(rows)


if __name__ == "__main__":
    main()
