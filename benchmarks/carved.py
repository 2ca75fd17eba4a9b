"""Pits, dumps, slides and levelling of known volume carved into real relief, and what is told.

    python -m benchmarks.carved

For each kind of elevation model that a county may have (cell, error of one cell, reach of the
error): how often the sign is right and the change is found beyond what can be detected, how often
ground that nobody touched is said to have changed, whether ±1.96σ covers the truth, and what the
figures of shape say of each kind of work. Needs the shared test data (SATCHECK_SHARED).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from tests.height_worlds import CRS, Error, Site, World, sites_on, world
from yanhu_satcheck.evidence import TerrainEvidence
from yanhu_satcheck.measure.terrain import terrain_of
from yanhu_satcheck.raster.heights import open_heights
from yanhu_satcheck.raster.relief import open_relief
from yanhu_satcheck.scene import DemFit
from yanhu_satcheck.survey import survey_elevation

WORKS = ("pit", "bowl", "dump", "slide", "levelled", "none")
SURE = 1.96


class Model(NamedTuple):
    """A kind of elevation model."""

    name: str
    cell: float
    error: Error
    radii: tuple[float, ...]
    depths: tuple[float, ...]


MODELS = (
    Model("UAV 2 m", 2.0, Error(0.07, 20, (0.6, -0.3), 0.2), (18, 36), (0.1, 0.5, 3.0)),
    Model("UAV, no control", 2.0, Error(0.3, 60, (1.4, 0.9), -0.8, (2e-4, 1e-4)), (18, 36), (1, 5)),
    Model("GF-7 5 m", 5.0, Error(1.0, 60, (-3.1, 4.2), 2.0), (30, 70), (1.0, 3.0, 10.0)),
    Model("ZY-3 10 m", 10.0, Error(2.0, 100, (6.0, -9.0), -4.0), (60, 120), (2.0, 6.0, 20.0)),
    Model("SRTM-like 30 m", 30.0, Error(4.0, 120, (9.0, 14.0), 3.0), (120, 200), (5.0, 20.0)),
)


class Told(NamedTuple):
    """One site and what was measured there."""

    site: Site
    cut: float
    fill: float
    found: TerrainEvidence

    @property
    def net(self) -> float:
        """What was filled less what was cut."""
        return self.fill - self.cut

    def z(self) -> float:
        """How many of its errors the net volume is off by."""
        assert self.found.net_m3 is not None
        return (self.found.net_m3.value - self.net) / self.found.net_m3.sigma

    def beyond(self) -> bool:
        """Whether the true cut or fill is more than could be missed."""
        return max(self.cut, self.fill) > (self.found.detectable_m or 0) * self.site.outline.area

    def shown(self) -> bool:
        """Whether a cut or fill is told beyond its own error."""
        both = (self.found.cut_m3, self.found.fill_m3)
        return any(one is not None and one.value > SURE * one.sigma for one in both)

    def signed(self) -> bool:
        """Whether what is told has the sign of what was done."""
        cut, fill = self.found.cut_m3, self.found.fill_m3
        assert cut is not None
        assert fill is not None
        told = cut.value > SURE * cut.sigma, fill.value > SURE * fill.sigma
        if self.site.kind in ("slide", "levelled"):
            return told[0] or told[1]
        return told[0] if self.cut > self.fill else told[1]


def measured(made: World, fit: DemFit) -> list[Told]:
    """Measure every site of a world."""
    assert made.pair.before is not None
    out = []
    with open_relief(made.pair.before, CRS) as before, open_heights(fit, before) as reader:
        for site, cut, fill in zip(made.sites, made.cut, made.fill, strict=True):
            found = terrain_of(site.outline, CRS, before, reader)
            if found is not None and found.net_m3 is not None:
                out.append(Told(site, float(cut), float(fill), found))
    return out


def mean_of(told: Iterable[Told], name: str) -> str:
    """The mean of a figure of shape and how many sites have it."""
    have = [one.found.others[name].value for one in told if name in one.found.others]
    return f"{np.mean(have):6.2f} ({len(have)})" if have else "     – (0)"


def table(told: Sequence[Told]) -> None:
    """Print a line a kind of work."""
    print("  work      sites  beyond  found  sign    cover  net/gross     dipole       new pit m")
    for kind in WORKS:
        some = [one for one in told if one.site.kind == kind]
        if not some:
            continue
        past = [one for one in some if one.beyond()]
        shown = np.mean([one.shown() for one in past or some])
        sign = np.mean([one.signed() for one in past]) if past else np.nan
        cover = np.mean([abs(one.z()) < SURE for one in some])
        shape = [mean_of(past or some, name) for name in ("net_gross", "dipole", "depression_m")]
        print(
            f"  {kind:9} {len(some):5}  {len(past):6}  {shown:5.2f}  {sign:4.2f}  {cover:5.3f}  "
            + "  ".join(shape)
        )


def main() -> None:
    """Run every kind of model and print its table."""
    every: list[Told] = []
    for number, model in enumerate(MODELS):
        spacing = 3.4 * max(model.radii)
        count = 15 * spacing / model.cell
        size = int(count), int(count)
        sites = list(sites_on(size, model.cell, WORKS, model.radii, model.depths, spacing))
        with TemporaryDirectory() as scratch:
            made = world(
                Path(scratch), sites, size, (model.cell, model.cell), model.error, 100 * number
            )
            fit = survey_elevation(made.pair, [s.outline for s in sites], CRS)
            if fit.model is None or fit.shift_m is None:
                print(model.name, fit.refused)
                continue
            off = [
                (m.value - t) / model.cell
                for m, t in zip(fit.shift_m, model.error.shift, strict=True)
            ]
            told = measured(made, fit)
        print(
            f"{model.name}: shift off by {off[0]:+.3f}, {off[1]:+.3f} px, spread "
            f"{fit.nmad_m:.2f} m, alike over {fit.range_m:.0f} m"
        )
        table(told)
        every += told
    past = [one for one in every if one.beyond() and one.site.kind != "none"]
    still = [one for one in every if one.site.kind == "none"]
    z = np.array([one.z() for one in every])
    print(
        f"all: {len(every)} sites, beyond detection {len(past)}: sign right "
        f"{np.mean([one.signed() for one in past]):.3f}, of those told "
        f"{np.mean([one.signed() for one in past if one.shown()]):.3f}; untouched ground said to "
        f"have changed {np.mean([one.shown() for one in still]):.3f} of {len(still)}; truth within "
        f"1.96σ {np.mean(np.abs(z) < SURE):.3f}, spread of z {z.std():.2f}"
    )


if __name__ == "__main__":
    main()
