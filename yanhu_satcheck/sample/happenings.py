"""What happened at a place: the works of a quarry, a slide, a restored pit, a built-up site."""

from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from .district import District
from .lobes import Lobe
from .noise import stream
from .siting import Spot
from .works import Bare, Cut, Fill, Heap, Pad, Sheds, Slide, Track, Work


@dataclass(frozen=True, slots=True)
class Happening:
    """The works at a place, the true outline of the change, and where to look at it from."""

    works: tuple[Work, ...]
    outline: BaseGeometry
    x: float
    y: float
    floor: float | None = None


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes happenings of a size (hectares) at a spot; `salt` tells two of one kind apart."""

    district: District
    spot: Spot
    hectares: float
    salt: int

    def lobe(self, share: float = 1.0, shift: float = 0.0, stretch: float = 1.5) -> Lobe:
        """A lobe along the contour, `shift` metres downhill of the spot."""
        radius = float(np.sqrt(share * self.hectares * 1e4 / np.pi))
        east, north = self.spot.down
        x, y = self.spot.x + shift * east, self.spot.y + shift * north
        salt = self.salt + round(1000 * share) + round(shift)
        return Lobe(x, y, radius, stretch, float(np.arctan2(east, -north)), salt)

    def rim(self, lobe: Lobe, percent: float) -> float:
        """Elevation of the ground along the lobe's rim."""
        x, y = (np.array(c) for c in zip(*lobe.ring().exterior.coords, strict=True))
        return float(
            np.percentile(self.district.grid.sample(self.district.relief.z, x, y), percent)
        )

    def draw(self, low: float, high: float, name: str) -> float:
        """A number of this place's own."""
        return float(stream(self.salt, name).uniform(low, high))

    def track(self, lobe: Lobe, since: int) -> Track:
        """The haul road from the pit's open side."""
        east, north = self.spot.down
        reach = 0.55 * lobe.radius
        path = self.district.ways.path(lobe.x + east * reach, lobe.y + north * reach)
        return Track(lobe, since, path)

    def dump(self, pit: Lobe, floor: float, since: int, grown: float = 0.0) -> Heap:
        """Spoil tipped over the edge below the pit."""
        size = self.draw(0.42, 0.58, "dump")
        salt, turn = self.salt + 77, pit.turn
        east, north = self.spot.down
        aside = self.draw(-0.5, 0.5, "aside") * pit.radius
        far = pit.radius * (0.75 + size)
        x, y = pit.x + far * east - aside * north, pit.y + far * north + aside * east
        heap = Lobe(x, y, size * pit.radius, 1.7, turn, salt, 0.2)
        top = min(self.rim(heap, 90) + 1.0, floor + 1.5)
        return Heap(heap, since, top, dirt=self.rock()[1], grown=grown)

    def batter(self) -> float:
        """How much steeper than the hill the wall falls: about 30 degrees over all its benches."""
        return max(0.28, 0.66 - self.spot.steep)

    def rock(self) -> tuple[str, str]:
        """What the faces and the dirt of a working here are made of."""
        x, y = np.array([self.spot.x]), np.array([self.spot.y])
        if self.district.grid.sample(self.district.relief.front, x, y)[0] < 100.0:
            return "loess", "moist_loess"
        ores = (("fresh_limestone", "spoil"), ("fresh_limestone", "spoil"), ("bauxite", "red_soil"))
        return ores[self.salt % 3]

    def floor_of(self, lobe: Lobe) -> float:
        """A floor that opens to the downhill side, deeper where the ground is flat."""
        return (
            self.rim(lobe, 12) - self.draw(0.5, 2.0, "drop") - max(0.0, 5.0 - 30 * self.spot.steep)
        )

    def pit(self) -> Happening:
        """A quarry opened since the first date."""
        lobe = self.lobe(0.80, stretch=self.draw(1.2, 2.0, "stretch"))
        floor = self.floor_of(lobe)
        bench = self.draw(6.0, 9.0, "bench")
        dump = self.dump(lobe, floor, 1)
        works = (dump, Cut(lobe, 1, floor, bench, self.batter(), *self.rock()), self.track(lobe, 1))
        return Happening(works, rings(lobe, dump.lobe), lobe.x, lobe.y, floor)

    def hole(self) -> Happening:
        """A few lorry loads dug on a field, without a dump or a road of its own."""
        lobe = self.lobe(1.0, stretch=self.draw(1.2, 1.7, "stretch"))
        floor = self.rim(lobe, 12) - self.draw(3.0, 4.0, "drop")
        cut = Cut(lobe, 1, floor, 4.0, 0.9, *self.rock())
        return Happening((cut,), lobe.ring(), lobe.x, lobe.y, floor)

    def growing(self) -> Happening:
        """A quarry that was there, and has grown outwards and down."""
        old = self.lobe(0.42, 0.18 * np.sqrt(self.hectares * 1e4))
        new = self.lobe(0.86, stretch=self.draw(1.2, 1.8, "stretch"))
        before = self.floor_of(old) + 1.0
        floor = min(before, self.floor_of(new)) - self.draw(2.0, 4.0, "deeper")
        bench = self.draw(6.0, 9.0, "bench")
        dump = self.dump(old, before, 0)
        works = (
            dump,
            Cut(old, 0, before, bench, self.batter(), *self.rock()),
            self.track(old, 0),
            Cut(new, 1, floor, bench, self.batter(), *self.rock()),
        )
        return Happening(works, rings(new, old), new.x, new.y, floor)

    def old_pit(self) -> Happening:
        """A quarry abandoned years ago: the same at both dates."""
        lobe = self.lobe(0.85)
        floor, grown = self.floor_of(lobe), self.draw(0.22, 0.34, "grown")
        works = (self.dump(lobe, floor, 0, grown + 0.2), Cut(lobe, 0, floor, 6.0, grown=grown))
        return Happening((*works, self.track(lobe, 0)), lobe.ring(), lobe.x, lobe.y, floor)

    def slide(self) -> Happening:
        """A landslide: its debris lies directly below its scar."""
        down = float(np.arctan2(self.spot.down[1], self.spot.down[0]))
        radius = float(np.sqrt(0.5 * self.hectares * 1e4 / np.pi))
        scar = Lobe(self.spot.x, self.spot.y, radius, 1.5, down, self.salt, 0.12)
        far = 1.75 * radius
        x, y = scar.x + far * self.spot.down[0], scar.y + far * self.spot.down[1]
        below = Lobe(x, y, 0.98 * radius, 1.45, down, self.salt + 5, 0.16)
        depth = self.draw(3.2, 5.0, "depth")
        trial = Slide(scar, 1, below, depth, 1.0)
        grid = self.district.grid.around(scar.x, scar.y, 5 * radius, 2.0)
        taken, laid = trial.thickness(*grid.xy())
        work = Slide(scar, 1, below, depth, float(1.1 * taken.sum() / laid.sum()))
        middle = scar.x + 0.5 * far * self.spot.down[0], scar.y + 0.5 * far * self.spot.down[1]
        return Happening((work,), rings(scar, below), *middle)

    def restored(self) -> Happening:
        """An old quarry filled to a gentle plane and planted."""
        lobe = self.lobe(0.95)
        floor = self.floor_of(lobe)
        x, y = (np.array(c) for c in zip(*lobe.ring().exterior.coords, strict=True))
        z = self.district.grid.sample(self.district.relief.z, x, y)
        sides = np.c_[np.ones(len(x)), x - lobe.x, y - lobe.y]
        at, east, north = np.linalg.lstsq(sides, z, rcond=None)[0]
        level = max(floor + 2.2, float(at) - 0.45 * (float(at) - floor))
        plane = (level, 0.45 * float(east), 0.45 * float(north))
        planted = self.draw(0.46, 0.62, "planted")
        cut = Cut(lobe, 0, floor, 6.0, grown=0.05)
        works = (cut, self.track(lobe, 0), Fill(lobe, 1, plane, planted, self.draw(5, 8, "row")))
        return Happening(works, lobe.ring(), lobe.x, lobe.y, floor)

    def dug_restored(self) -> Happening:
        """An old quarry said to be restored: dug deeper, with a planted strip at its edge."""
        lobe = self.lobe(0.95)
        old = self.lobe(0.62, 8.0)
        floor = self.floor_of(lobe)
        cut = Cut(old, 0, floor, 6.0, grown=0.25)
        deeper = Cut(lobe, 1, floor - self.draw(5.0, 7.0, "deeper"), 6.0)
        turn = lobe.turn
        x, y = lobe.x + 0.8 * lobe.radius * np.cos(turn), lobe.y + 0.8 * lobe.radius * np.sin(turn)
        strip = Lobe(float(x), float(y), 0.3 * lobe.radius, 2.0, turn, self.salt + 9)
        green = Fill(strip, 1, (self.rim(strip, 50), 0.0, 0.0), 0.5)
        works = (cut, self.track(old, 0), deeper, green)
        return Happening(works, lobe.ring(), lobe.x, lobe.y, floor)

    def built(self, cover: str = "concrete", halls: str = "blue_roof") -> Happening:
        """A levelled platform with or without halls."""
        lobe = self.lobe(1.0, stretch=1.3)
        work = Pad(lobe, 1, self.rim(lobe, 50), cover, halls)
        return Happening((work,), lobe.ring(), lobe.x, lobe.y)

    def sheds(self, anew: bool) -> Happening:
        """Greenhouses built since the first date, or standing ones covered for the winter."""
        lobe = self.lobe(1.0, stretch=1.4)
        standing: tuple[Work, ...] = () if anew else (Sheds(lobe, 0, covered=False),)
        return Happening((*standing, Sheds(lobe, 1)), lobe.ring(), lobe.x, lobe.y)

    def cleared(self, ground: str = "moist_loess") -> Happening:
        """Ground laid bare without digging."""
        lobe = self.lobe(1.0, stretch=1.6)
        return Happening((Bare(lobe, 1, ground),), lobe.ring(), lobe.x, lobe.y)

    def scrub(self) -> Happening:
        """Nothing at all: scrub that dried up."""
        lobe = self.lobe()
        return Happening((), lobe.ring(), lobe.x, lobe.y)

    def stockpile(self) -> Happening:
        """Heaps of material on a yard that was not there before."""
        lobe = self.lobe(1.0, stretch=1.4)
        heap = Heap(self.lobe(0.35), 1, self.rim(lobe, 60) + self.draw(2.0, 3.0, "high"))
        return Happening((Bare(lobe, 1, "dust", 0.03), heap), lobe.ring(), lobe.x, lobe.y)


def rings(*lobes: Lobe) -> Polygon:
    """The union of outlines, bridged where they nearly touch."""
    joined: Polygon = unary_union([lobe.ring() for lobe in lobes]).buffer(6).buffer(-6)
    return joined
