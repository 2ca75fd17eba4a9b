"""The made-up district: relief, stream, villages and roads, and how it looks at a date."""

from dataclasses import dataclass, replace

import numpy as np
from rasterio.features import rasterize
from scipy import ndimage, sparse
from scipy.sparse import csgraph
from shapely.geometry import LineString

from .cover import Site, dress
from .frame import Grid, slope_of
from .land import Land
from .lobes import Lobe
from .noise import Cells, Field, fractal, salt_of, smooth, stream
from .relief import Relief, carve
from .terms import SUMMER
from .works import Work

WORLD = Grid(496_600.0, 3_877_600.0, 5.0, 1200, 1520)
MAIN = Grid(497_700.0, 3_877_600.0, 10.0, 600, 650)  # what the main pair of scenes shows
FINE = Grid(496_650.0, 3_874_400.0, 2.0, 500, 500)  # a square kilometre beside it, or thereabouts
PATIENCE = 50_000  # tries before a village may stand a little farther, steeper or closer
THIN = 4  # roads are found on every fourth cell


@dataclass(frozen=True, slots=True)
class District:
    """Everything that stands, and the works in the order in which they were done."""

    seed: int
    grid: Grid
    relief: Relief
    river: Field  # metres from the stream
    road: Field  # metres from made roads
    village: Field  # metres inside villages
    villages: tuple[Lobe, ...]
    ways: "Ways"
    works: tuple[Work, ...] = ()

    def with_works(self, works: tuple[Work, ...]) -> "District":
        """The same district after more was done."""
        return replace(self, works=works)

    def ways_cost(self) -> Field:
        """What the way to a road costs from every cell, in metres on the level."""
        thick = np.repeat(np.repeat(self.ways.cost, THIN, 0), THIN, 1)
        return thick[: self.grid.rows, : self.grid.cols]

    def look(self, grid: Grid, when: int) -> Land:
        """The district on any grid in a season (`terms.SEASONS`)."""
        land = dress(grid, self.site(grid), when, salt_of(self.seed, "cover"))
        for work in self.works:
            part = land.part(work.bounds()) if work.since <= max(when, SUMMER) else None
            if part is not None:
                work.do(part)
        return land

    def site(self, grid: Grid) -> Site:
        """The bare district's fields on another grid."""
        r = self.relief
        fields = (r.front, r.terraced, r.level, self.river, self.road, self.village)
        if grid == self.grid:
            return Site(r.z, *fields)
        west, south, east, north = grid.bounds
        down, across = self.grid.window((west - 60, south - 60, east + 60, north + 60))
        cell = self.grid.cell
        near = Grid(
            self.grid.west + across.start * cell, self.grid.north - down.start * cell, cell, 0, 0
        )
        x, y = grid.xy()
        z = near.sample(r.z[down, across], x, y, order=3)
        return Site(z, *(near.sample(field[down, across], x, y) for field in fields))


@dataclass(frozen=True, slots=True)
class Ways:
    """The cheapest way from any place to a made road."""

    grid: Grid
    before: Cells  # the next node towards the road
    cost: Field

    def path(self, x: float, y: float) -> tuple[tuple[float, float], ...]:
        """A smoothed line from a place to the road."""
        row = min(max(int((self.grid.north - y) / self.grid.cell), 0), self.grid.rows - 1)
        col = min(max(int((x - self.grid.west) / self.grid.cell), 0), self.grid.cols - 1)
        node, found = row * self.grid.cols + col, [(x, y)]
        while node >= 0:
            row, col = divmod(node, self.grid.cols)
            found.append(
                (
                    self.grid.west + (col + 0.5) * self.grid.cell,
                    self.grid.north - (row + 0.5) * self.grid.cell,
                )
            )
            node = int(self.before[node])
        return softened(found)


def softened(points: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """A line without the corners of the grid it was found on."""
    raw = np.array(points)
    if len(raw) < 4:
        return tuple((float(a), float(b)) for a, b in raw)
    soft = ndimage.gaussian_filter1d(raw, 1.6, axis=0, mode="nearest")
    soft[0], soft[-1] = raw[0], raw[-1]
    return tuple((round(float(a), 2), round(float(b), 2)) for a, b in soft)


def _away(lines: list[LineString], grid: Grid) -> Field:
    """Metres from the nearest line."""
    drawn = rasterize(lines, out_shape=grid.shape, transform=grid.transform, all_touched=True)
    far: Field = ndimage.distance_transform_edt(drawn == 0)
    soft: Field = ndimage.gaussian_filter(far, 0.8) * grid.cell
    return soft


def _river(relief: Relief, grid: Grid) -> LineString:
    """The stream of the largest valley, along the low ground to the plain's northern edge."""
    z = ndimage.gaussian_filter(relief.z, 2.0)[::THIN, ::THIN]
    thin = Grid(grid.west, grid.north, grid.cell * THIN, z.shape[0], z.shape[1])
    above = z - ndimage.minimum_filter(z, 15)
    valley = relief.flow[::THIN, ::THIN] * (relief.front[::THIN, ::THIN] > 1100.0)
    valley[:, : int(0.3 * thin.cols)] = valley[:, int(0.7 * thin.cols) :] = 0.0
    row, col = np.unravel_index(int(np.argmax(valley)), valley.shape)
    goal = np.arange(int(0.1 * thin.cols), int(0.5 * thin.cols))
    ways = _cheapest(thin, 1 + (above / 3.0) ** 2, goal)
    x = thin.west + (float(col) + 0.5) * thin.cell
    y = thin.north - (float(row) + 0.5) * thin.cell
    raw = np.array(ways.path(x, y))
    return LineString(ndimage.gaussian_filter1d(raw, 2.0, axis=0, mode="nearest"))


def _highway(relief: Relief, grid: Grid) -> LineString:
    """The county road along the foot of the loess."""
    x = np.linspace(grid.west - 50, grid.bounds[2] + 50, 60)
    cols = np.linspace(0, grid.cols - 1, 60).astype(int)
    row = [int(np.argmin(np.abs(relief.front[:, c] + 900.0))) for c in cols]
    y = grid.north - ndimage.gaussian_filter1d(np.array(row, float), 5.0) * grid.cell
    return LineString(np.c_[x, y])


def _cheapest(thin: Grid, cost: Field, sources: Cells) -> Ways:
    """Dijkstra from the sources; `cost` is per metre, its mean between two neighbours counts."""
    node = np.arange(cost.size).reshape(cost.shape)
    ends, costs = list[tuple[Cells, Cells]](), list[Field]()
    for r, c in ((0, 1), (1, 0), (1, 1), (1, -1)):
        one = (slice(0, thin.rows - r), slice(max(-c, 0), thin.cols - max(c, 0)))
        two = (slice(r, None), slice(max(c, 0), thin.cols + min(c, 0)))
        run = float(np.hypot(r, c)) * thin.cell
        ends.append((node[one].ravel(), node[two].ravel()))
        costs.append((run * (cost[one] + cost[two]) / 2).ravel())
    start, stop = (np.concatenate(side) for side in zip(*ends, strict=True))
    graph = sparse.coo_matrix((np.concatenate(costs), (start, stop)), shape=(cost.size,) * 2)
    paid, before, _ = csgraph.dijkstra(
        graph.tocsr(), directed=False, indices=sources, return_predecessors=True, min_only=True
    )
    return Ways(thin, before.astype(np.int64), paid.reshape(cost.shape))


def _ways(z: Field, grid: Grid, road: Field) -> Ways:
    """From anywhere to a made road, where steep ground costs."""
    low = ndimage.gaussian_filter(z, 2.0)[::THIN, ::THIN]
    thin = Grid(grid.west, grid.north, grid.cell * THIN, low.shape[0], low.shape[1])
    sources = np.flatnonzero(road[::THIN, ::THIN].ravel() < thin.cell)
    bends = np.exp(0.9 * fractal(stream(round(float(z.sum())), "ways"), low.shape, 1.2, 0.05))
    return _cheapest(thin, bends * (1 + (slope_of(low, thin.cell) / 0.16) ** 2), sources)


def _villages(relief: Relief, grid: Grid, seed: int, road: Field) -> tuple[Lobe, ...]:
    """Five villages near the road and one at a valley's mouth."""
    rng, found = stream(seed, "villages"), list[Lobe]()
    steep = slope_of(ndimage.gaussian_filter(relief.z, 4.0), grid.cell)
    tries = 0
    while len(found) < 6:
        loose = 1 + tries // PATIENCE  # some seeds have no such place left near the road
        tries += 1
        row, col = int(rng.integers(60, grid.rows - 60)), int(rng.integers(60, grid.cols - 60))
        x, y = grid.west + (col + 0.5) * grid.cell, grid.north - (row + 0.5) * grid.cell
        apart = all(np.hypot(x - v.x, y - v.y) > 1150 / loose for v in found)
        want = road[row, col] < (260 if len(found) < 4 else 1500) * loose
        level = steep[row, col] < 0.07 * loose
        if apart and want and level and -2200 < relief.front[row, col] < -60:
            size, turn = float(rng.uniform(105, 190)), float(rng.uniform(0, 3.1))
            found.append(Lobe(x, y, size, 1.6, turn, int(rng.integers(1 << 30)), 0.2))
    return tuple(found)


def settle(seed: int) -> District:
    """The district before anything that the quarter is about."""
    return inhabited(seed, carve(WORLD, seed))


def inhabited(seed: int, relief: Relief) -> District:
    """The stream, the villages and the roads that a relief on the district's cells calls for."""
    grid = WORLD
    river = _away([_river(relief, grid)], grid)
    bed = 2.6 * (1 - smooth(12.0, 34.0, river)) * smooth(900.0, 100.0, relief.front)
    relief = replace(relief, z=relief.z - bed)
    highway = _highway(relief, grid)
    first = _away([highway], grid)
    villages = _villages(relief, grid, seed, first)
    ways = _ways(relief.z, grid, first)
    lanes = [LineString(ways.path(v.x, v.y)) for v in villages]
    road = _away([highway, *lanes], grid)
    x, y = grid.xy()
    village = np.full(grid.shape, -99.0)
    for lobe in villages:
        down, across = grid.window(lobe.bounds(60))
        view = village[down, across]
        np.maximum(view, lobe.inside(x[down, across], y[down, across]), out=view)
    return District(seed, grid, relief, river, road, village, villages, _ways(relief.z, grid, road))
