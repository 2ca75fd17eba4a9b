"""What people and rain do to the ground: cuts, heaps, slides, filled pits, pads, tracks, sheds."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString

from .frame import slope_of
from .land import Land
from .lobes import Lobe
from .noise import Field, fbm, hashed, smooth, value_noise
from .spectra import G

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Work:
    """One thing done to the ground; `since` 0 stands at every date, 1 in autumn only."""

    lobe: Lobe
    since: int

    def bounds(self) -> Bounds:
        """All that it touches."""
        return self.lobe.bounds()

    def do(self, land: Land) -> None:
        """Shape and paint a window."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Cut(Work):
    """A quarry in benches: level floors at whole multiples of `bench`, a flat floor below."""

    floor: float
    bench: float = 6.0
    batter: float = 0.48  # overall fall of the wall, metres a metre
    rock: str = "fresh_limestone"
    dirt: str = "spoil"
    grown: float = 0.0  # how far weeds have come back

    def do(self, land: Land) -> None:
        """Lower the ground and lay bare rock, rubble and dust."""
        x, y = land.grid.xy()
        inside, salt = self.lobe.inside(x, y), self.lobe.salt
        bumps = 0.35 * fbm(x, y, 18.0, 3, salt + 1)
        wall = land.z - self.batter * np.maximum(inside, 0.0) + bumps - self.floor
        step = wall / self.bench
        stepped = self.bench * (np.floor(step) + smooth(0.58, 1.0, step - np.floor(step)))
        dug = np.minimum(land.z, self.floor + bumps + np.maximum(stepped, 0.0))
        land.z[...] = np.where(inside > 0, dug, land.z)
        self.paint(land, inside, wall)

    def paint(self, land: Land, inside: Field, wall: Field) -> None:
        """Faces of rock, dusty benches, heaps of rubble; older ones greyer and weedy."""
        x, y = land.grid.xy()
        salt = self.lobe.salt
        here = inside > -1.5
        mottle = fbm(x, y, 26.0, 3, salt + 2)
        fresh = self.grown < 0.15
        land.tone[here] = (1.0 + 0.10 * mottle + 0.06 * value_noise(x, y, 6.0, salt + 3))[here]
        weeds = np.clip(self.grown * (1.0 + 0.9 * fbm(x, y, 22.0, 3, salt + 4)), 0, 0.8)
        land.lay(here, self.dirt if fresh else "old_floor", weeds)
        steep = slope_of(land.z, land.grid.cell) > 0.55
        land.lay(here & steep, self.rock if fresh else "weathered_limestone", 0.4 * weeds)
        pale = "dust" if self.rock == "fresh_limestone" else self.dirt
        land.lay(here & ~steep & (mottle > 0.9), pale if fresh else "spoil", 0.7 * weeds)
        land.lay(here & ~steep & (mottle < -1.0), self.rock if fresh else "old_floor", weeds)
        land.lay(here & (wall < 0) & (mottle < -1.5), "moist_loess", weeds)


@dataclass(frozen=True, slots=True)
class Heap(Work):
    """A spoil dump: flat on top, sides at the angle of repose."""

    top: float
    repose: float = 0.66
    dirt: str = "spoil"
    grown: float = 0.0

    def do(self, land: Land) -> None:
        """Raise the ground to the platform."""
        x, y = land.grid.xy()
        inside, salt = self.lobe.inside(x, y), self.lobe.salt
        knobs = 0.4 * fbm(x, y, 9.0, 2, salt + 1)
        high = np.minimum(self.top, land.z + self.repose * np.maximum(inside, 0)) + knobs
        land.z[...] = np.where(inside > 0, np.maximum(land.z, high), land.z)
        here = inside > 0
        mottle = fbm(x, y, 16.0, 3, salt + 2)
        land.tone[here] = (1.0 + 0.12 * mottle)[here]
        weeds = np.clip(self.grown * (1 + fbm(x, y, 20.0, 2, salt + 3)), 0, 0.8)
        land.lay(here, self.dirt if self.grown < 0.15 else "old_floor", weeds)
        land.lay(here & (mottle > 1.1), "red_soil", weeds)


@dataclass(frozen=True, slots=True)
class Slide(Work):
    """A landslide: a spoon-shaped scar, and its debris directly below, bulked by a tenth."""

    below: Lobe
    depth: float
    debris: float  # metres at the thickest

    def bounds(self) -> Bounds:
        """Scar and debris."""
        scar, below = self.lobe.bounds(), self.below.bounds()
        low, high = np.minimum(scar[:2], below[:2]), np.maximum(scar[2:], below[2:])
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    def do(self, land: Land) -> None:
        """Take the scar away and spread the debris."""
        x, y = land.grid.xy()
        scar, heap = self.thickness(x, y)
        land.z[...] = land.z - scar + heap
        salt = self.lobe.salt
        mottle = fbm(x, y, 14.0, 3, salt + 2)
        for here in (np.asarray(heap > 0.08), np.asarray(scar > 0.05)):
            land.tone[here] = (0.98 + 0.12 * mottle)[here]
            land.lay(here, "red_soil", np.clip(0.05 + 0.06 * mottle, 0, 0.3), "shrub")
            land.lay(here & (mottle > 0.55), "loess", 0.02)
        land.lay((scar > 0.05) & (mottle < -0.9), "weathered_limestone", 0.02)
        stray = (heap > 0.08) & (value_noise(x, y, 8.0, salt + 5) > 1.3)
        land.lay(stray, "red_soil", 0.5, "shrub")

    def thickness(self, x: Field, y: Field) -> tuple[Field, Field]:
        """Metres taken and metres laid."""
        taken, laid = self.lobe.share(x, y), self.below.share(x, y)
        scar = self.depth * np.clip(1 - taken**2, 0, None) ** 0.6
        rough = 1 + 0.3 * fbm(x, y, 17.0, 3, self.below.salt + 1)
        heap = self.debris * np.clip(1 - laid**2, 0, None) ** 0.8 * np.clip(rough, 0.2, None)
        return scar, heap


@dataclass(frozen=True, slots=True)
class Fill(Work):
    """A pit made good: filled to a gently stepped plane, soil spread, trees and grass planted."""

    plane: tuple[float, float, float]  # elevation at the lobe's centre, rise east, rise north
    planted: float = 0.5
    row: float = 6.0

    def do(self, land: Land) -> None:
        """Bring the ground to the plane, then plant it in rows."""
        x, y = land.grid.xy()
        inside, salt = self.lobe.inside(x, y), self.lobe.salt
        at, east, north = self.plane
        level = (at + east * (x - self.lobe.x) + north * (y - self.lobe.y)) / 2.5
        stepped = 2.5 * (np.floor(level) + smooth(0.6, 1.0, level - np.floor(level)))
        blend = smooth(0.0, 14.0, inside)
        rise = stepped + 0.12 * fbm(x, y, 12.0, 2, salt) - land.z
        land.z[...] += blend * np.where(rise > 0, rise, 0.08 * rise)
        here = inside > 0
        land.tone[here] = (1 + 0.07 * fbm(x, y, 30.0, 3, salt + 1))[here]
        turned = x * np.sin(self.lobe.turn) - y * np.cos(self.lobe.turn)
        stripe = 0.5 + 0.5 * np.cos(2 * np.pi * turned / self.row)
        cover = self.planted * (1 + 0.25 * fbm(x, y, 40.0, 3, salt + 2))
        land.lay(here, "loess", np.clip(cover, 0, 0.9), "wheat")
        trees = here & (stripe > 0.72)
        land.lay(trees, "loess", np.clip(cover + 0.1, 0, 0.9), "conifer")


@dataclass(frozen=True, slots=True)
class Pad(Work):
    """A levelled platform, with long halls on it where `halls` says so."""

    level: float
    cover: str = "concrete"
    halls: str = ""

    def do(self, land: Land) -> None:
        """Cut and fill to one level."""
        x, y = land.grid.xy()
        inside = self.lobe.inside(x, y)
        room = 0.7 * np.maximum(inside, 0)
        land.z[...] = np.clip(self.level, land.z - room, land.z + room)
        here = inside > 0
        land.tone[here] = (1 + 0.06 * fbm(x, y, 25.0, 3, self.lobe.salt))[here]
        land.lay(here, self.cover, 0.04)
        if self.halls:
            u, v = along(self.lobe, x, y)
            hall = (inside > 7) & (np.mod(u, 62.0) < 48.0) & (np.mod(v, 27.0) < 15.0)
            land.lay(hall, self.halls)


@dataclass(frozen=True, slots=True)
class Sheds(Work):
    """Greenhouses in rows, with strips of soil between; bare frames until they are covered."""

    covered: bool = True

    def do(self, land: Land) -> None:
        """Cover the rows with plastic, or leave the beds to be seen."""
        x, y = land.grid.xy()
        inside = self.lobe.inside(x, y)
        u, v = along(self.lobe, x, y)
        row = np.floor(v / 13.0).astype(np.int64)
        house = (inside > 0) & (np.mod(v, 13.0) < 9.0) & (np.mod(u, 86.0) < 80.0)
        land.lay(inside > 0, "loess", 0.2, "grass")
        land.lay(house, "moist_loess", 0.5, "maize")
        if self.covered:
            wraps = house & (hashed(self.lobe.salt, row) > 0.1)
            land.lay(wraps, "plastic", 0.1, "wheat")


@dataclass(frozen=True, slots=True)
class Bare(Work):
    """Ground laid bare without digging: cleared trees, a threshing floor, levelled soil."""

    ground: str = "loess"
    left: float = 0.05

    def do(self, land: Land) -> None:
        """Replace the cover."""
        x, y = land.grid.xy()
        here = self.lobe.inside(x, y) > 0
        patchy = np.clip(self.left * (1 + 0.8 * fbm(x, y, 20.0, 2, self.lobe.salt)), 0, 0.9)
        land.lay(here, self.ground, patchy, "grass")


@dataclass(frozen=True, slots=True)
class Track(Work):
    """A haul road along a line, its bed levelled across."""

    line: tuple[tuple[float, float], ...]
    width: float = 5.5
    dusty: bool = True

    def bounds(self) -> Bounds:
        """The line and its banks."""
        west, south, east, north = LineString(self.line).buffer(20).bounds
        return west, south, east, north

    def do(self, land: Land) -> None:
        """Lay dust on the bed and its spill on the lower side."""
        x, y = land.grid.xy()
        line = LineString(self.line)
        shapely.prepare(line)
        away = np.asarray(shapely.distance(line, shapely.points(x, y)))
        bed = np.asarray(away < self.width / 2)
        land.lay(np.asarray(away < self.width) & ~bed, "old_floor", 0.3, "grass")
        land.lay(bed, "dust" if self.dusty else "gravel", 0.02)
        land.tone[bed & (land.ground == G["dust"])] = 0.88


def along(lobe: Lobe, x: Field, y: Field) -> tuple[Field, Field]:
    """Metres along and across the lobe's long axis."""
    dx, dy = x - lobe.x, y - lobe.y
    cos, sin = np.cos(lobe.turn), np.sin(lobe.turn)
    return dx * cos + dy * sin + 1000.0, dy * cos - dx * sin + 1000.0
