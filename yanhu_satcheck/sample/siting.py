"""Where things happen: places of a wanted kind of ground, well apart from one another."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from .district import FINE, MAIN, District
from .frame import Grid, slope_of
from .land import Mask
from .noise import Field, stream
from .sky import facing

ROOM = 2400  # cells of each kind of ground that are enough for the two-metre window
STEPS = range(-24, 25)  # hundreds of metres by which it may be moved
CLOSE = 260.0  # metres to a place that is taken, enough where little ground is left


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and which way its ground falls."""

    x: float
    y: float
    down: tuple[float, float]  # unit vector, east and north
    steep: float  # tangent of the slope


@dataclass(slots=True)
class Survey:
    """The district's ground in view of choosing places; remembers those already taken."""

    district: District
    steep: Field
    fall: tuple[Field, Field]
    sunny: Mask
    rng: np.random.Generator
    taken: list[tuple[float, float, float]] = field(default_factory=list)
    fine: Grid = FINE  # what the two-metre scenes show

    def zone(self, name: str) -> Mask:
        """Cells of a kind of ground."""
        d, grid = self.district, self.district.grid
        x, y = grid.xy()
        front, steep = d.relief.front, self.steep
        clear = (d.village < -70) & (d.road > 70) & (d.river > 90)
        west, south, east, north = self.fine.bounds
        where = {
            "": x > MAIN.west + 260,
            "west": x < MAIN.west - 340,
            "fine": (x > west + 180) & (x < east - 180) & (y > south + 130) & (y < north - 130),
        }
        kinds = {
            "hill": (front > 320) & (steep > 0.16) & (steep < 0.44) & (d.ways_cost() < 4200),
            "gentle": (front > 150) & (steep > 0.06) & (steep < 0.24) & (d.ways_cost() < 3000),
            "steep": (front > 500) & (steep > 0.46) & (steep < 0.70) & self.sunny,
            "loess": (front > -1500) & (front < -220),
            "field": front < -260,
            "terrace": (front < -60) & (steep < 0.2),
            "slope": (front > 90) & (steep < 0.40),
        }
        kind, _, part = name.partition("-")
        return kinds[kind] & clear & where[part]

    def place_fine(self, unseen: Sequence[BaseGeometry] = ()) -> None:
        """Move the two-metre window north or south to where fields and slopes have room left.

        None of the `unseen` outlines may lie in it, even in part.
        """
        x, y = self.district.grid.xy()
        free = np.ones(x.shape, bool)
        for east, north, far in self.taken:
            free &= np.hypot(x - east, y - north) > min(far, CLOSE)
        moved = (replace(FINE, north=FINE.north + 100.0 * n) for n in sorted(STEPS, key=abs))
        windows = [
            window
            for window in moved
            if not any(box(*window.bounds).intersects(one) for one in unseen)
        ]
        if not windows:
            raise ValueError("no two-metre window leaves what no such image may show out of it")

        def room(window: Grid) -> int:
            self.fine = window
            kinds = [self.zone(f"{kind}-fine") & free for kind in ("terrace", "slope")]
            return min(ROOM, *(int(kind.sum()) for kind in kinds))

        self.fine = max(windows, key=room)  # the first of equals, so the nearest that will do

    def find(self, zone: str, apart: float, inside: Mask | None = None) -> Spot:
        """A random cell of the zone, as far from all that is taken as `apart` asks."""
        grid = self.district.grid
        allowed = self.zone(zone) if inside is None else inside & self.zone(zone)
        allowed[:40] = allowed[-40:] = False
        allowed[:, :40] = allowed[:, -40:] = False
        cells = np.flatnonzero(allowed)
        most = CLOSE if "-fine" in zone else np.inf
        for turn in range(4000):
            row, col = divmod(int(self.rng.choice(cells)), grid.cols)
            x, y = grid.west + (col + 0.5) * grid.cell, grid.north - (row + 0.5) * grid.cell
            room = apart * 0.9996**turn
            if all(np.hypot(x - a, y - b) > max(room, min(far, most)) for a, b, far in self.taken):
                self.taken.append((x, y, 0.6 * apart))
                return self.spot(x, y)
        raise ValueError(f"no room left for another place on ground of the kind “{zone}”")

    def spot(self, x: float, y: float) -> Spot:
        """The slope at a place."""
        grid = self.district.grid
        east, north = (grid.at(part, x, y) for part in self.fall)
        size = max(float(np.hypot(east, north)), 1e-6)
        return Spot(x, y, (east / size, north / size), grid.at(self.steep, x, y))


def survey(district: District) -> Survey:
    """Slopes of the ground at the size of a quarry."""
    z = ndimage.gaussian_filter(district.relief.z, 9.0)
    south, east = (np.asarray(part) for part in np.gradient(z, district.grid.cell))
    steep = slope_of(z, district.grid.cell)
    sunny = facing(z, district.grid.cell, 160.0, 35.0) > 0.45
    return Survey(district, steep, (-east, south), sunny, stream(district.seed, "sites"))
