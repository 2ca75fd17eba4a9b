"""How the made country looks at any date, with the spread that fields of one kind really have."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from yanhu_satcheck.sample.cover import Site, _roads, _villages
from yanhu_satcheck.sample.frame import Grid, slope_of
from yanhu_satcheck.sample.land import Land, Mask
from yanhu_satcheck.sample.noise import Field, fbm, smooth, stream
from yanhu_satcheck.sample.plots import Plots, mosaic
from yanhu_satcheck.sample.sky import facing
from yanhu_satcheck.sample.spectra import G, P, ground_table

from .seasons import DOUBLE, SINGLE, Season, leaves, living

WET = np.array([0.42, 0.40, 0.36, 0.30, 0.34, 0.44])  # of the brightness of bare soil, at most


@dataclass(frozen=True, slots=True)
class Cover:
    """Everything about a grid that does not depend on the date."""

    grid: Grid
    site: Site
    gully: Field
    salt: int
    plots: Plots
    kinds: Mapping[str, Mask]  # which field bears what
    wild: Mask
    tone: Field
    steep: Field
    cold: Field  # how long snow stays, about 0 ± 1
    slow: Field  # smooth noises that many things are drawn from
    quick: Field
    scree: Field
    clumps: Field | float  # single shrubs and stones, where cells are small enough to show them

    @classmethod
    def of(cls, grid: Grid, site: Site, gully: Field, salt: int) -> "Cover":
        """Lay out fields, slopes and gullies once."""
        x, y = grid.xy()
        plots = mosaic(x, y, site.level, site.terraced, salt)
        slow, quick = fbm(x, y, 240.0, 4, salt + 60, 0.6), fbm(x, y, 18.0, 2, salt + 50)
        scree = fbm(x, y, 120.0, 3, salt + 33)
        clumps = fbm(x, y, 6.0, 2, salt + 70, 0.8) if grid.cell < 3 else 0.0
        tone = 1.0 + 0.06 * slow + 0.06 * quick + 0.05 * clumps
        steep = slope_of(site.z, grid.cell)
        cold = 0.55 * slow + 1.6 * (0.55 - facing(site.z, grid.cell, 165.0, 35.0)) + 0.2 * quick
        wild = site.front + 60.0 * slow > 40.0
        drawn = plots.draw(salt + 20)
        kinds = kinds_of(drawn, site.terraced)
        return cls(
            grid,
            site,
            gully,
            salt,
            plots,
            kinds,
            wild,
            tone,
            steep,
            cold,
            slow,
            quick,
            scree,
            clumps,
        )

    def dress(self, season: Season) -> Land:
        """What stands and lies on the ground at a date."""
        blank = np.zeros(self.grid.shape, np.uint8)
        z = self.site.z.copy()
        land = Land(
            self.grid, season.number, z, blank, blank.copy(), np.zeros(z.shape), self.tone.copy()
        )
        self._fields(land, season)
        self._slopes(land)
        self._gullies(land)
        self._stream(land, season)
        _villages(land, self.site.village, self.salt)
        _roads(land, self.site)
        return land

    def _fields(self, land: Land, season: Season) -> None:
        """Each field in its own state, its crop as thick as its farmer and its water allow."""
        plots, salt, where = self.plots, self.salt, ~self.wild
        turn = plots.draw(salt + 100 + season.number)
        thick = plots.draw(salt + 200 + season.number) - 0.5
        land.tone[where] *= (0.86 + 0.28 * plots.draw(salt + 22))[where]
        patchy = 0.07 * self.quick + 0.05 * self.slow
        for kind, table in (("double", DOUBLE), ("single", SINGLE)):
            low = 0.0
            for top, ground, plant, share in table[season.name]:
                here = where & self.kinds[kind] & (turn >= low) & (turn < top)
                cover = share * (1 + 0.55 * thick) + patchy * min(1.0, 2 * share)
                land.lay(here, ground, np.clip(cover, 0, 0.98), plant)
                low = top
        rows = 0.1 * np.cos(plots.across * 2 * np.pi / 5.0)
        orchard = 0.36 + 0.3 * plots.draw(salt + 24) + rows + patchy
        land.lay(where & self.kinds["orchard"], "loess", np.clip(orchard, 0, 1), "orchard")
        rest = 0.35 + 0.4 * plots.draw(salt + 21) + patchy
        land.lay(where & self.kinds["fallow"], "loess", np.clip(rest, 0, 1), "grass")
        land.lay(where & (plots.edge < 1.6), "loess", 0.35, "grass")
        land.lay(where & (plots.track < 2.6), "dust", 0.12, "grass")

    def _slopes(self, land: Land) -> None:
        """Shrub by slope and aspect, grass where it is thin, pine on shaded slopes, rock."""
        down, _ = np.gradient(self.site.z, self.grid.cell)
        north = np.clip(down / 0.5, -1, 1)
        cover = 0.76 + 0.12 * north + 0.18 * self.slow - 0.45 * smooth(0.7, 1.3, self.steep)
        cover = np.clip(cover + 0.1 * self.quick + 0.2 * self.clumps, 0.04, 0.95)
        rock = self.steep + 0.2 * self.slow > 0.86
        scree = self.scree
        land.lay(self.wild, "red_soil", cover, "shrub")
        land.ground[self.wild & (rock | (scree > 1.2))] = G["weathered_limestone"]
        land.share[self.wild & (scree > 1.9)] *= 0.3  # bare scree and outcrops: no working at all
        land.plant[self.wild & (cover < 0.5)] = P["grass"]
        pines = self.wild & (north > 0.1) & (self.slow - 0.5 * scree > 1.1) & ~rock
        land.plant[pines] = P["conifer"]
        land.share[pines] = np.clip(cover[pines] + 0.15, 0, 0.9)

    def _gullies(self, land: Land) -> None:
        """Bare loess on the walls, grass and shrub on the floor."""
        wall = (self.gully > 0.02) & (self.gully < 0.75)
        land.lay(wall, "loess", np.clip(0.16 + 0.12 * self.quick, 0, 0.6), "grass")
        floor = self.gully >= 0.75
        land.lay(floor, "loess", np.clip(0.5 + 0.15 * self.quick, 0, 0.9), "shrub")

    def _stream(self, land: Land, season: Season) -> None:
        """A gravel bed, with water from June to October."""
        width = 13.0 + 5.0 * self.slow + 6.0 * smooth(200.0, -900.0, self.site.front)
        bed = self.site.river < width
        flows = season.name in ("jun", "aug", "oct")
        reeds = np.clip((0.4 if flows else 0.1) + 0.2 * self.quick, 0, 0.9)
        land.lay(bed, "gravel", reeds, "reeds")
        if flows:
            land.lay(self.site.river < 0.42 * width, "water", 0.04, "reeds")

    def snow(self, land: Land, season: Season) -> None:
        """Lay snow over everything on the coldest ground, works included."""
        if season.snow <= 0:
            return
        line = float(np.quantile(self.cold, 1 - season.snow))
        lies = self.cold > line
        land.ground[lies] = G["snow"]
        land.share[lies] *= 0.35
        land.tone[lies] = np.clip(land.tone[lies], 0.85, 1.05)


def kinds_of(drawn: Field, terraced: Field) -> dict[str, Mask]:
    """Which field is an orchard, bears two crops a year or one, or rests."""
    orchard = np.where(terraced > 0.4, 0.25, 0.06)
    rest = (drawn - orchard) / (1 - orchard)
    return {
        "orchard": drawn < orchard,
        "double": (drawn >= orchard) & (rest < np.where(terraced > 0.4, 0.55, 0.72)),
        "single": (rest >= np.where(terraced > 0.4, 0.55, 0.72)) & (rest < 0.88),
        "fallow": rest >= 0.88,
    }


def green(land: Land, season: Season) -> Field:
    """Share of each cell that is green."""
    return np.asarray(land.share * living(season.name)[land.plant])


def reflectance(land: Land, season: Season, seed: int, bands: int) -> Field:
    """Bands × rows × columns before light and air.

    Soil is darkened by the rain of the last days, unevenly; leaves and soils of one kind differ
    from place to place in colour, not in brightness alone, and some of that is the date's own.
    """
    table = ground_table()[:, :bands]
    bare = table[land.ground] * land.tone[..., None]
    wet = season.wet * np.clip(0.6 + 0.5 * broad(land.grid, 500.0, 3, 977 + seed % 1000), 0, 1)
    soil = ~np.isin(land.ground, [G[name] for name in ("water", "asphalt", "plastic", "snow")])
    bare *= 1 - (wet * soil)[..., None] * WET[:bands]
    leaf = leaves(season.name)[:, :bands][land.plant] * (0.5 + 0.5 * land.tone[..., None])
    mixed: Field = np.moveaxis(bare + land.share[..., None] * (leaf - bare), -1, 0)
    for name, size, far in (("lasting", 0.05, 70.0), (season.day.isoformat(), 0.025, 110.0)):
        rng = stream(seed, f"colour {name}")
        salt = int(rng.integers(1 << 30))
        own = rng.normal(0, 1, bands)
        own = size * (own - own.mean()) / max(float(own.std()), 0.3)
        mixed *= 1 + own[:, None, None] * broad(land.grid, far, 1, salt)
    return mixed


def broad(grid: Grid, far: float, octaves: int, salt: int) -> Field:
    """Noise of a long wavelength, worked out on a coarser grid and read off it."""
    step = far / 2 ** (octaves - 1) / 8
    if step <= grid.cell:
        return fbm(*grid.xy(), far, octaves, salt)
    rows, cols = (int(n * grid.cell / step) + 3 for n in grid.shape)
    coarse = Grid(grid.west - step, grid.north + step, step, rows, cols)
    return coarse.sample(fbm(*coarse.xy(), far, octaves, salt), *grid.xy())
