"""What happened at a place, for all that the plan of a made quarter knows."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from rasterio.features import rasterize
from scipy import ndimage
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.sample.digitising import largest, traced
from yanhu_satcheck.sample.district import District
from yanhu_satcheck.sample.frame import Grid
from yanhu_satcheck.sample.happenings import Builder, Happening
from yanhu_satcheck.sample.land import Land
from yanhu_satcheck.sample.lobes import Lobe
from yanhu_satcheck.sample.parcels import near
from yanhu_satcheck.sample.siting import Spot
from yanhu_satcheck.sample.works import Cut, Heap, Track

from .deeds import Burn, Flow, Mud, Net, Planted, Regreened, Step, Weeds

LONGEST = 700.0  # metres of haul road that are new


@dataclass(frozen=True, slots=True)
class Lane(Track):
    """A haul road, laid on the cells that its outline covers."""

    def do(self, land: Land) -> None:
        """Lay dust on the bed and its spill beside it."""
        bed, spill = (self._cells(land.grid, half) for half in (self.width / 2, self.width))
        land.lay(spill & ~bed, "old_floor", 0.3, "grass")
        land.lay(bed, "dust" if self.dusty else "gravel", 0.02)
        land.tone[bed] = 0.88

    def _cells(self, grid: Grid, half: float) -> np.ndarray:
        shape = LineString(self.line).buffer(max(half, 0.5 * grid.cell))
        return np.asarray(rasterize([shape], out_shape=grid.shape, transform=grid.transform) == 1)


@dataclass(frozen=True, slots=True)
class Digger(Builder):
    """Builds everything that the plan names at one place."""

    gully: np.ndarray | None = None

    def rock(self) -> tuple[str, str]:
        """What the faces and the dirt are made of: not every quarry is white."""
        wall, dirt = Builder.rock(self)
        kinds = (
            (wall, dirt), (wall, dirt), ("weathered_limestone", "red_soil"), ("spoil", "old_floor"),
            ("red_soil", "loess"),
        )  # fmt: skip
        return (wall, dirt) if wall == "loess" else kinds[self.salt // 7 % len(kinds)]

    def track(self, lobe: Lobe, since: int) -> Track:
        """The haul road from the pit's open side, its new part at most so long."""
        whole = LineString(Builder.track(self, lobe, since).line)
        line = shapely.ops.substring(whole, 0.0, LONGEST)
        return Lane(lobe, since, tuple((float(x), float(y)) for x, y in line.coords))

    def deepening(self) -> Happening:
        """A quarry that only went down: not a square metre was added."""
        lobe = self.lobe(0.85, stretch=self.draw(1.2, 1.8, "stretch"))
        floor = self.floor_of(lobe)
        deeper = floor - self.draw(3.0, 9.0, "deeper")
        old = Cut(lobe, 0, floor, 6.0, self.batter(), *self.rock())
        new = Cut(lobe, 1, deeper, 6.0, self.batter() + 0.06, *self.rock())
        return Happening((old, self.track(lobe, 0), new), lobe.ring(), lobe.x, lobe.y, deeper)

    def tipped(self) -> Happening:
        """Waste tipped over a slope, without a pit beside it."""
        lobe = self.lobe(1.0, stretch=self.draw(1.2, 2.0, "stretch"))
        top = self.rim(lobe, 85) + self.draw(1.0, 4.0, "high")
        heap = Heap(lobe, 1, top, dirt=self.rock()[1])
        return Happening((heap, self.track(lobe, 1)), lobe.ring(), lobe.x, lobe.y)

    def relapse(self) -> Happening:
        """A quarry that was filled and planted years ago, and is dug again."""
        made = self.restored(since=0)
        lobe = replace(self.lobe(0.55, 6.0), salt=self.salt + 3)
        floor = self.floor_of(lobe) - self.draw(1.0, 4.0, "again")
        cut = Cut(lobe, 1, floor, 6.0, self.batter(), *self.rock())
        whole = largest(lobe.ring().buffer(self.draw(4, 18, "loose")))
        return Happening((*made.works, cut, self.track(lobe, 1)), whole, lobe.x, lobe.y, floor)

    def netted(self, still: bool = False) -> Happening:
        """A quarry under green net, dug on below it or left as it was."""
        lobe = self.lobe(0.85)
        floor = self.floor_of(lobe)
        old = Cut(lobe, 0, floor, 6.0, self.batter(), *self.rock())
        deeper = floor - self.draw(2.0, 6.0, "deeper")
        dug = () if still else (Cut(lobe, 1, deeper, 6.0, self.batter() + 0.06, *self.rock()),)
        net = Net(lobe, 1, self.draw(0.7, 0.97, "spread"))
        works = (old, self.track(lobe, 0), *dug, net)
        return Happening(works, lobe.ring(), lobe.x, lobe.y, deeper if dug else floor)

    def restored(self, since: int = 1, green: bool = True) -> Happening:
        """An old quarry filled to a gentle plane; grass and trees are up, or not yet."""
        lobe = self.lobe(0.95)
        floor = self.floor_of(lobe)
        level, east, north = self.plane(lobe)
        at = max(floor + 2.2, level - 0.45 * (level - floor))
        planted = self.draw(0.35, 0.65, "planted")
        plane = (at, 0.45 * east, 0.45 * north)
        fill = Regreened(lobe, since, plane, planted, self.draw(5, 8, "row"), green)
        cut = Cut(lobe, 0, floor, 6.0, grown=0.05)
        return Happening((cut, self.track(lobe, 0), fill), lobe.ring(), lobe.x, lobe.y, floor)

    def plane(self, lobe: Lobe) -> tuple[float, float, float]:
        """Height at the centre and rise east and north of the ground about a lobe."""
        x, y = (np.array(c) for c in zip(*lobe.ring().exterior.coords, strict=True))
        z = self.district.grid.sample(self.district.relief.z, x, y)
        sides = np.c_[np.ones(len(x)), x - lobe.x, y - lobe.y]
        at, east, north = (float(v) for v in np.linalg.lstsq(sides, z, rcond=None)[0])
        return at, east, north

    def old_weeds(self) -> Happening:
        """An abandoned quarry half taken back by grass; its look changes with the season."""
        old = self.old_pit()
        weeds = Weeds(self.lobe(0.85), 0, self.draw(0.25, 0.6, "weeds"))
        return replace(old, works=(*old.works, weeds))

    def levelled(self) -> Happening:
        """A slope made into fields: cut above, filled below."""
        lobe = self.lobe(1.0, stretch=self.draw(1.2, 2.2, "stretch"))
        at, east, north = self.plane(lobe)
        high = self.draw(0.8, 2.2, "high")
        bare = ("loess", "moist_loess")[self.salt % 2]
        step = Step(lobe, 1, at, (east, north), high, bare, self.draw(0.01, 0.12, "left"))
        return Happening((step,), lobe.ring(), lobe.x, lobe.y)

    def planted(self) -> Happening:
        """Saplings on ground scraped for them."""
        lobe = self.lobe(1.0, stretch=1.5)
        work = Planted(lobe, 1, self.draw(3.0, 5.0, "row"), self.draw(0.1, 0.35, "share"))
        return Happening((work,), lobe.ring(), lobe.x, lobe.y)

    def burn(self) -> Happening:
        """A fire on a slope."""
        lobe = replace(self.lobe(1.0, stretch=self.draw(1.2, 2.2, "stretch")), rough=0.24)
        return Happening((Burn(lobe, 1),), lobe.ring(), lobe.x, lobe.y)

    def slide_beside(self) -> Happening:
        """A landslide whose flank touches a quarry that was there before."""
        slid, away = self.slide(), 1.9 * float(np.sqrt(self.hectares * 1e4 / np.pi))
        return self.next_to(slid, away)

    def flow_beside(self) -> Happening:
        """A mud flow below a quarry: the dam of its tailings gave way."""
        flowed = self.flow("tailings")
        return self.next_to(flowed, 70.0)

    def next_to(self, made: Happening, away: float) -> Happening:
        """The same beside an older quarry along the contour."""
        east, north = self.spot.down
        x, y = self.spot.x - away * north, self.spot.y + away * east
        radius = 0.6 * float(np.sqrt(self.hectares * 1e4 / np.pi)) + 15.0
        lobe = Lobe(x, y, radius, 1.4, float(np.arctan2(east, -north)), self.salt + 31)
        cut = Cut(lobe, 0, self.floor_of(lobe), 6.0, self.batter(), *self.rock())
        outline = largest(made.outline.difference(lobe.ring().buffer(2.0)))
        return replace(made, works=(cut, self.track(lobe, 0), *made.works), outline=outline)

    def flow(self, ground: str = "red_soil") -> Happening:
        """A debris flow down the steepest way."""
        width = float(np.clip(self.hectares * 9.0, 10.0, 38.0)) * self.draw(0.8, 1.2, "width")
        length = self.hectares * 1e4 / (1.55 * width)
        line = downhill(self.district, self.spot, length)
        lobe = Lobe(self.spot.x, self.spot.y, width, 1.0, 0.0, self.salt)
        work = Flow(lobe, 1, line, width, self.draw(0.6, 2.2, "deep"), ground)
        ring = largest(work.ring())
        return Happening((work,), ring, float(ring.centroid.x), float(ring.centroid.y))

    def road(self) -> Happening:
        """A public road being built: wide, levelled, not yet sealed."""
        width = self.draw(9.0, 15.0, "wide")
        whole = LineString(self.district.ways.path(self.spot.x, self.spot.y))
        line = shapely.ops.substring(whole, 0.0, max(self.hectares * 1e4 / (width + 3.0), 160.0))
        points = tuple((float(x), float(y)) for x, y in line.coords)
        lobe = Lobe(self.spot.x, self.spot.y, width, 1.0, 0.0, self.salt)
        ring = largest(line.buffer(width / 2 + 1.5))
        work = Lane(lobe, 1, points, width, self.salt % 2 == 0)
        return Happening((work,), ring, float(ring.centroid.x), float(ring.centroid.y))

    def flood(self) -> Happening:
        """Fields beside the stream under silt."""
        grid = self.district.grid.around(self.spot.x, self.spot.y, 420.0, 4.0)
        site = self.district.site(grid)
        z = ndimage.gaussian_filter(site.z, 4.0)
        low = (site.river > 14) & (site.river < 90) & (z < np.quantile(z, 0.6))
        shape = near(
            traced(low, grid).buffer(4).buffer(-4), self.spot.x, self.spot.y, self.hectares
        )
        lobe = Lobe(self.spot.x, self.spot.y, 60.0, 1.0, 0.0, self.salt)
        return Happening((Mud(lobe, 1, shape),), shape, self.spot.x, self.spot.y)

    def bed(self) -> Happening:
        """The stream's own bed, wet or dry."""
        grid = self.district.grid.around(self.spot.x, self.spot.y, 420.0, 4.0)
        shape = near(
            traced(self.district.site(grid).river < 14.0, grid),
            self.spot.x,
            self.spot.y,
            self.hectares,
        )
        return Happening((), shape, self.spot.x, self.spot.y)

    def gully_wall(self) -> Happening:
        """The bare walls of a gully."""
        d = self.district
        down, across = d.grid.window(Point(self.spot.x, self.spot.y).buffer(260).bounds)
        view = np.asarray(self.gully)[down, across] > 0.05
        corner = d.grid.west + across.start * d.grid.cell, d.grid.north - down.start * d.grid.cell
        shape = near(
            traced(view, Grid(*corner, d.grid.cell, *view.shape)),
            self.spot.x,
            self.spot.y,
            self.hectares,
        )
        return Happening((), shape, self.spot.x, self.spot.y)


def downhill(district: District, spot: Spot, length: float) -> tuple[tuple[float, float], ...]:
    """The steepest way down from a place, smoothed."""
    z = ndimage.gaussian_filter(district.relief.z, 3.0)
    grid = district.grid
    south, east = np.gradient(z, grid.cell)
    x, y, way = spot.x, spot.y, [(spot.x, spot.y)]
    lean = np.array(spot.down)
    for _ in range(int(length / 8.0)):
        fall = np.array([-grid.at(east, x, y), grid.at(south, x, y)])
        lean = 0.6 * lean + 0.4 * fall / max(float(np.hypot(*fall)), 1e-6)
        lean /= max(float(np.hypot(*lean)), 1e-6)
        x, y = x + 8.0 * float(lean[0]), y + 8.0 * float(lean[1])
        way.append((round(x, 2), round(y, 2)))
    return tuple(way)


def happened(digger: Digger, how: str) -> Happening:
    """What a line of the plan says."""
    what, _, argument = how.partition(":")
    if what == "built":
        return digger.built(*argument.split("/"))
    if what == "sheds":
        return digger.sheds(argument == "new")
    if what == "netted_still":
        return digger.netted(still=True)
    if what == "restored_bare":
        return digger.restored(green=False)
    made: dict[str, Callable[[], Happening]] = {
        "pit": digger.pit, "hole": digger.hole, "growing": digger.growing,
        "deepening": digger.deepening, "dump": digger.tipped, "relapse": digger.relapse,
        "netted": digger.netted, "restored": digger.restored, "old_pit": digger.old_pit,
        "old_weeds": digger.old_weeds, "slide": digger.slide, "slide_beside": digger.slide_beside,
        "flow": digger.flow, "flow_beside": digger.flow_beside, "flood": digger.flood,
        "burn": digger.burn, "bed": digger.bed, "levelled": digger.levelled,
        "planted": digger.planted, "road": digger.road, "scrub": digger.scrub,
        "gully": digger.gully_wall,
    }  # fmt: skip
    return made[what]()


def fields_of(
    diff: np.ndarray,
    label: np.ndarray,
    open_: np.ndarray,
    grid: Grid,
    spot: Spot,
    hectares: float,
    want: str,
) -> BaseGeometry:
    """Whole fields about a place: those that lost most green, gained most, or were bare twice.

    `diff` is the change of green, `open_` the green of the greener date, per cell of the window.
    """
    down, across = grid.window(Point(spot.x, spot.y).buffer(230.0).bounds)
    part, names = label[down, across], np.unique(label[down, across])
    scores = {"loss": -diff, "gain": diff, "bare": -open_}[want][down, across]
    mean = ndimage.mean(scores, part, names)
    x, y = grid.xy()
    away = np.hypot(x[down, across] - spot.x, y[down, across] - spot.y)
    far = ndimage.minimum(away, part, names)
    best = mean >= np.quantile(mean, 0.62)
    corner = grid.west + across.start * grid.cell, grid.north - down.start * grid.cell
    own = Grid(*corner, grid.cell, *part.shape)
    chosen = np.zeros(part.shape, bool)
    drawn, enough = largest(Point(spot.x, spot.y).buffer(1.0)), hectares * 1e4
    for name in names[best][np.argsort(far[best])]:
        chosen |= part == name
        if chosen.sum() * grid.cell**2 > 1.15 * enough:
            drawn = largest(traced(chosen, own).buffer(3.0).buffer(-8.0).buffer(5.0))
        if drawn.area >= enough:
            break
    spare = drawn.area > 1.6 * enough
    return near(drawn, drawn.centroid.x, drawn.centroid.y, hectares) if spare else drawn
