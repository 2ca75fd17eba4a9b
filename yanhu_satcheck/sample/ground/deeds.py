"""What else happens to the ground: flows, floods, fires, levelled and planted land, nets, mud."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.sample.land import Land, Mask
from yanhu_satcheck.sample.noise import Field, fbm, smooth, value_noise
from yanhu_satcheck.sample.spectra import G, P
from yanhu_satcheck.sample.works import Bounds, Fill, Work


@dataclass(frozen=True, slots=True)
class Flow(Work):
    """A debris flow along a line: scoured above, laid below, its tongue wider than its neck."""

    line: tuple[tuple[float, float], ...]
    width: float  # metres at the neck
    depth: float  # metres scoured and laid, at most
    ground: str = "red_soil"

    def bounds(self) -> Bounds:
        """The line and its banks."""
        west, south, east, north = LineString(self.line).buffer(2.4 * self.width + 15).bounds
        return west, south, east, north

    def ring(self) -> BaseGeometry:
        """Its outline: pieces that widen downstream."""
        line = LineString(self.line)
        run = line.length
        parts = [
            shapely.ops.substring(line, a * run, (a + 0.125) * run).buffer(self.half(a))
            for a in np.arange(0, 1, 0.125)
        ]
        return shapely.union_all(parts).buffer(4).buffer(-4)

    def half(self, share: float) -> float:
        """Half of its width at a share of its length."""
        return self.width * (0.5 + 0.8 * share**2)

    def do(self, land: Land) -> None:
        """Take from the upper half, lay down on the lower, and leave mud on all of it."""
        x, y = land.grid.xy()
        line = LineString(self.line)
        points = shapely.points(x, y)
        shapely.prepare(line)
        near = np.asarray(shapely.dwithin(line, points, 2.4 * self.width + 10))
        away = np.full(x.shape, 1e3)
        share = np.zeros(x.shape)
        away[near] = shapely.distance(line, points[near])
        share[near] = shapely.line_locate_point(line, points[near]) / line.length
        half = (
            self.width
            * (0.5 + 0.8 * share**2)
            * (1 + 0.18 * value_noise(x, y, 30.0, self.lobe.salt))
        )
        here = np.asarray(away < half)
        deep = np.clip(1 - (away / np.maximum(half, 1)) ** 2, 0, 1)
        laid = self.depth * deep * (2.2 * share - 1.0)
        land.z[...] = land.z + np.where(here, laid, 0.0)
        mottle = fbm(x, y, 15.0, 3, self.lobe.salt + 2)
        land.tone[here] = (0.95 + 0.1 * mottle)[here]
        land.lay(here, self.ground, np.clip(0.05 + 0.05 * mottle, 0, 0.3), "shrub")
        land.lay(here & (mottle > 0.9), "gravel", 0.02)
        land.lay(here & (mottle < -1.4), "moist_loess", 0.1, "grass")


@dataclass(frozen=True, slots=True)
class Mud(Work):
    """What a flood leaves on fields: silt and sand, pools, and flattened crops at the edge."""

    shape: BaseGeometry

    def bounds(self) -> Bounds:
        """The flooded ground."""
        west, south, east, north = self.shape.buffer(8).bounds
        return west, south, east, north

    def do(self, land: Land) -> None:
        """Cover the flooded ground."""
        x, y = land.grid.xy()
        here = covered(self.shape, x, y)
        mottle = fbm(x, y, 35.0, 3, self.lobe.salt)
        land.tone[here] = (1 + 0.07 * mottle)[here]
        left = np.clip(0.12 + 0.14 * mottle, 0, 0.7)
        land.lay(here, "silt", left, "maize")
        land.lay(here & (mottle > 1.1), "gravel", 0.03)
        land.lay(here & (mottle < -1.3), "water", 0.03)
        land.z[here] += 0.15


@dataclass(frozen=True, slots=True)
class Burn(Work):
    """A fire's scar: ash and charred stems, tongues that the fire spared."""

    def do(self, land: Land) -> None:
        """Blacken the ground; plants are left in patches."""
        x, y = land.grid.xy()
        here = self.lobe.inside(x, y) > 0
        spared = fbm(x, y, 38.0, 3, self.lobe.salt + 1)
        left = np.clip(0.12 + 0.25 * spared, 0.02, 0.9)
        old = land.plant[here].copy()
        land.lay(here, "ash", left)
        land.plant[here] = old
        land.tone[here] = (1.0 + 0.15 * spared)[here]


@dataclass(frozen=True, slots=True)
class Step(Work):
    """Sloping land levelled into fields: cut above, filled below, nothing carried away."""

    level: float
    rise: tuple[float, float]  # of the old ground, a metre a metre
    high: float = 1.8  # of a riser
    bare: str = "moist_loess"
    green: float = 0.03

    def do(self, land: Land) -> None:
        """Bring the ground to steps about its own plane."""
        x, y = land.grid.xy()
        inside = self.lobe.inside(x, y)
        east, north = self.rise
        plane = self.level + east * (x - self.lobe.x) + north * (y - self.lobe.y)
        count = plane / self.high
        stepped = self.high * (
            np.floor(count) + smooth(0.85, 1.0, count - np.floor(count)) - 0.5 + 0.075
        )
        here = inside > 0
        blend = smooth(0.0, 6.0, inside)
        land.z[...] += blend * (stepped - land.z)
        land.tone[here] = (1 + 0.06 * fbm(x, y, 24.0, 3, self.lobe.salt))[here]
        land.lay(here, self.bare, self.green)


@dataclass(frozen=True, slots=True)
class Planted(Work):
    """Saplings in rows on ground that was scraped for them; the ground keeps its shape."""

    row: float = 4.0
    share: float = 0.22

    def do(self, land: Land) -> None:
        """Scrape and plant."""
        x, y = land.grid.xy()
        here = self.lobe.inside(x, y) > 0
        turned = x * np.sin(self.lobe.turn) - y * np.cos(self.lobe.turn)
        stripe = 0.5 + 0.5 * np.cos(2 * np.pi * turned / self.row)
        cover = np.clip(self.share * (0.4 + 1.2 * stripe), 0, 0.9)
        land.lay(here, "loess", cover, "conifer")


@dataclass(frozen=True, slots=True)
class Net(Work):
    """Green dust net over a working: green to the eye, dead in the near infrared."""

    share: float = 0.85

    def do(self, land: Land) -> None:
        """Spread it, with gaps."""
        x, y = land.grid.xy()
        inside = self.lobe.inside(x, y)
        gaps = fbm(x, y, 16.0, 3, self.lobe.salt + 8)
        limit = float(np.quantile(gaps[inside > 0], self.share)) if (inside > 0).any() else 0.0
        here = (inside > 0) & (gaps < limit)
        land.tone[here] = (1 + 0.08 * value_noise(x, y, 9.0, self.lobe.salt))[here]
        land.lay(here, "net", 0.02)


@dataclass(frozen=True, slots=True)
class Regreened(Fill):
    """A filled pit whose grass and trees live through the year, or have not come up yet."""

    grass: bool = True

    def do(self, land: Land) -> None:
        """Fill and plant; no wheat grows on it."""
        Fill.do(self, land)
        x, y = land.grid.xy()
        here = self.lobe.inside(x, y) > 0
        land.plant[here & (land.plant == P["wheat"])] = P["grass"]
        if not self.grass:
            land.share[here] *= 0.12


@dataclass(frozen=True, slots=True)
class Weeds(Work):
    """An old working that nature has taken back in part."""

    share: float = 0.35

    def do(self, land: Land) -> None:
        """Grass over what is not steep."""
        x, y = land.grid.xy()
        here = self.lobe.inside(x, y) > 0
        cover = np.clip(self.share * (1 + 0.6 * fbm(x, y, 25.0, 3, self.lobe.salt + 6)), 0.02, 0.9)
        land.plant[here] = P["grass"]
        land.share[here] = cover[here]
        fresh = np.isin(land.ground, [G["spoil"], G["dust"], G["fresh_limestone"]])
        land.ground[here & fresh] = G["old_floor"]


def covered(shape: BaseGeometry, x: Field, y: Field) -> Mask:
    """The cells whose centres lie in a shape."""
    shapely.prepare(shape)
    return np.asarray(shapely.contains_xy(shape, x, y))
