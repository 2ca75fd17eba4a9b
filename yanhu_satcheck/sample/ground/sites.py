"""Where the made quarter lies in its country, and where in it each thing may happen."""

from dataclasses import dataclass, field

import numpy as np

from yanhu_satcheck.sample.district import WORLD
from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.land import Mask
from yanhu_satcheck.sample.noise import Field, fbm, stream
from yanhu_satcheck.sample.siting import Survey, survey

from .gullies import Country

WIDE = {5.0: 5200.0, 2.0: 3000.0}  # metres of what is shown, by the ground's cell
EDGE = 170.0  # metres from the edge of the images to the middle of a polygon
ROOM = 9000  # cells of each kind of ground that are enough
STEP = 200.0
WANTED = ("hill", "gentle", "steep", "loess", "field", "terrace", "slope", "gully", "river")
EMPTY = Grid(0.0, 0.0, 1.0, 0, 0)


@dataclass(slots=True)
class Sites(Survey):
    """The ground of one window, in view of choosing places."""

    gully: Field = field(default_factory=lambda: np.zeros((0, 0)))
    cold: Field = field(default_factory=lambda: np.zeros((0, 0)))
    scree: Field = field(default_factory=lambda: np.zeros((0, 0)))
    window: Grid = EMPTY
    known: dict[str, Mask] = field(default_factory=dict)

    def zone(self, name: str) -> Mask:
        """Cells of a kind of ground, inside the window and clear of roads and houses."""
        if not self.known:
            inside = within(self.window, EDGE)
            self.known.update({kind: one & inside for kind, one in self.kinds().items()})
        return self.known[name].copy()

    def kinds(self) -> dict[str, Mask]:
        """Cells of each kind of ground anywhere."""
        d, steep, front = self.district, self.steep, self.district.relief.front
        clear = (d.village < -60) & (d.road > 50)
        dry = clear & (d.river > 70)
        near = d.ways_cost() < 4200
        return {
            "hill": (front > 250) & (steep > 0.15) & (steep < 0.46) & near & dry,
            "gentle": (front > 80) & (steep > 0.05) & (steep < 0.26) & near & dry,
            "steep": (front > 300) & (steep > 0.40) & (steep < 0.75) & dry,
            "loess": (front > -1500) & (front < -120) & (self.gully < 0.02) & dry,
            "field": (front < -260) & (self.gully < 0.02) & dry,
            "terrace": (d.relief.terraced > 0.4) & (front < -60) & dry,
            "slope": (front > 90) & (steep < 0.45) & dry,
            "gully": (self.gully > 0.25) & dry,
            "river": (d.river < 40) & (front < 0) & clear,
            "shade": (front > 250) & ~self.sunny & (steep > 0.3) & dry,
            "cold": (front > 60) & (self.cold > np.quantile(self.cold, 0.75)) & dry,
            "scree": (front > 90) & (self.scree > 1.5) & dry,
        }


def within(window: Grid, margin: float) -> Mask:
    """The country's cells inside a window less a margin."""
    x, y = WORLD.xy()
    west, south, east, north = window.bounds
    inside = (x > west + margin) & (x < east - margin)
    return np.asarray(inside & (y > south + margin) & (y < north - margin))


def sites(country: Country, cell: float, salt: int, side: float) -> Sites:
    """The window that holds enough of every kind of ground, and its places."""
    base = survey(country.district)
    x, y = WORLD.xy()
    cold = 0.6 * fbm(x, y, 240.0, 2, salt + 60) - base.fall[1] / (base.steep + 0.3)
    scree = fbm(x, y, 120.0, 3, salt + 33)
    rng = stream(country.district.seed, "made sites")
    made = Sites(
        base.district, base.steep, base.fall, base.sunny, rng, [], base.fine, country.gully,
        cold, scree,
    )  # fmt: skip
    made.window = _window(made, cell, side)
    return made


def _window(made: Sites, cell: float, side: float) -> Grid:
    """The place for the window where the scarcest kind of ground is least scarce."""
    kinds = made.kinds()
    sums = [kinds[kind][::4, ::4].astype(float) for kind in WANTED]
    tables = [np.pad(one.cumsum(0).cumsum(1), ((1, 0), (1, 0))) for one in sums]
    west, south, east, north = WORLD.bounds
    best, grid = -1.0, WORLD
    for left in np.arange(west + 60, east - side - 60, STEP):
        for top in np.arange(north - 60, south + side + 60, -STEP):
            a, b = (int((v - west) / (4 * WORLD.cell)) for v in (left, left + side))
            c, d = (int((north - v) / (4 * WORLD.cell)) for v in (top, top - side))
            least = min(t[d, b] - t[c, b] - t[d, a] + t[c, a] for t in tables)
            if min(least, ROOM) > best:
                best = min(least, ROOM)
                cells = round(side / cell)
                grid = Grid(float(left), float(top), cell, cells, cells)
    return grid
