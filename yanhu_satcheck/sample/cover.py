"""What grows where, and what it looks like in May, in August and in November."""

from dataclasses import dataclass

import numpy as np

from .frame import Grid, slope_of
from .land import Land, Mask
from .noise import Field, fbm, hashed, smooth, value_noise
from .plots import Plots, mosaic
from .spectra import G, P
from .terms import SPRING, SUMMER


@dataclass(frozen=True, slots=True)
class Site:
    """Fields of the bare district, brought to the grid that is looked at."""

    z: Field
    front: Field
    terraced: Field
    level: Field
    river: Field  # metres from the stream's line
    road: Field  # metres from the nearest made road
    village: Field  # metres inside a village


def dress(grid: Grid, site: Site, when: int, salt: int) -> Land:
    """The district without anything that this quarter is about."""
    x, y = grid.xy()
    kinds = np.zeros(grid.shape, np.uint8)
    tone = 1.0 + 0.05 * fbm(x, y, 160.0, 3, salt) + 0.045 * fbm(x, y, 14.0, 2, salt + 50)
    land = Land(grid, when, site.z.copy(), kinds, kinds.copy(), np.zeros(grid.shape), tone)
    wild = site.front + 60.0 * fbm(x, y, 240.0, 2, salt + 60) > 40.0
    _fields(land, mosaic(x, y, site.level, site.terraced, salt), ~wild, salt, site)
    _slopes(land, wild, salt)
    _stream(land, site, salt)
    _villages(land, site.village, salt)
    _roads(land, site)
    return land


def _fields(land: Land, plots: Plots, where: Mask, salt: int, site: Site) -> None:
    """Wheat and maize, orchards, fallow: each field in its own state."""
    x, y = land.grid.xy()
    crop, turn = plots.draw(salt + 20), plots.draw(salt + 21)
    land.tone[where] *= (0.90 + 0.2 * plots.draw(salt + 22))[where]
    patchy = 0.05 * fbm(x, y, 45.0, 2, salt + 23)
    for name, chosen in crops(crop, site.terraced).items():
        field = where & chosen
        if name == "orchard":
            rows = 0.5 + 0.5 * np.cos(plots.across * 2 * np.pi / 5.0)
            cover = 0.32 + 0.30 * plots.draw(salt + 24) + (0.2 * rows - 0.1) + patchy
            land.lay(field, "loess", np.clip(cover, 0, 1), "orchard")
        elif name == "fallow":
            land.lay(field, "loess", np.clip(0.45 + 0.3 * turn + patchy, 0, 1), "grass")
        elif land.when == SPRING:
            sown = spring_state(plots.draw(salt + 26), crops(crop, site.terraced)["bare"])
            _spring(land, field, sown["wheat"], patchy)
        elif land.when == SUMMER:
            _summer(land, field, name, patchy + 0.06 * turn)
        else:
            _autumn(land, field, turn, patchy)
    bank = where & (plots.edge < 1.6)
    land.lay(bank, "loess", 0.35, "grass")
    land.lay(where & (plots.track < 2.6), "dust", 0.12, "grass")
    trees = hashed(salt + 25, np.floor(x / 9).astype(np.int64), np.floor(y / 9).astype(np.int64))
    land.lay(
        where & (plots.track > 2.6) & (plots.track < 7) & (trees > 0.72), "loess", 0.7, "orchard"
    )


def crops(crop: Field, terraced: Field) -> dict[str, Mask]:
    """Which field bears what in summer."""
    orchard = np.where(terraced > 0.4, 0.34, 0.07)
    rest = (crop - orchard) / (1 - orchard)
    return {
        "orchard": crop < orchard,
        "maize": (crop >= orchard) & (rest < 0.74),
        "soy": (rest >= 0.74) & (rest < 0.86),
        "fallow": (rest >= 0.86) & (rest < 0.93),
        "bare": rest >= 0.93,
    }


def _summer(land: Land, field: Mask, name: str, patchy: Field) -> None:
    """Late August: maize in full leaf."""
    cover = {"maize": 0.88, "soy": 0.70, "bare": 0.10}[name]
    land.lay(field, "loess", np.clip(cover + patchy, 0, 0.98), "maize")


def spring_state(turn: Field, rested: Mask) -> dict[str, Mask]:
    """Late May: wheat stands on most fields, on all that are `rested` after it; others wait."""
    wheat = (turn < 0.70) | rested
    return {"wheat": wheat, "waiting": ~wheat}


def _spring(land: Land, field: Mask, wheat: Mask, patchy: Field) -> None:
    """Wheat about to ripen, and ground ready for maize or beans."""
    land.lay(field & wheat, "loess", np.clip(0.86 + patchy, 0, 0.98), "wheat")
    land.lay(field & ~wheat, "loess", np.clip(0.06 + 0.5 * patchy, 0, 1), "grass")


def autumn_state(turn: Field) -> dict[str, Mask]:
    """Mid-November: sown early, sown late, stubble left standing, ploughed."""
    return {
        "early": turn < 0.36,
        "late": (turn >= 0.36) & (turn < 0.60),
        "stubble": (turn >= 0.60) & (turn < 0.80),
        "ploughed": turn >= 0.80,
    }


def _autumn(land: Land, field: Mask, turn: Field, patchy: Field) -> None:
    """Wheat seedlings, stubble and bare ground after the maize."""
    state = {name: mask & field for name, mask in autumn_state(turn).items()}
    land.lay(state["early"], "loess", np.clip(0.46 + patchy, 0, 1), "wheat")
    land.lay(state["late"], "loess", np.clip(0.20 + patchy, 0, 1), "wheat")
    land.lay(state["stubble"], "loess", np.clip(0.48 + patchy, 0, 1), "maize")
    land.lay(state["ploughed"], "moist_loess", np.clip(0.03 + 0.3 * patchy, 0, 1), "grass")


def _slopes(land: Land, where: Mask, salt: int) -> None:
    """Shrub by slope and aspect, pine on shaded slopes, rock where it is steep."""
    x, y = land.grid.xy()
    down, _ = np.gradient(land.z, land.grid.cell)
    steep = slope_of(land.z, land.grid.cell)
    north = np.clip(down / 0.5, -1, 1)  # rows run south: falling northwards is positive
    patch = fbm(x, y, 260.0, 4, salt + 30, 0.6)
    cover = 0.74 + 0.12 * north + 0.13 * patch - 0.45 * smooth(0.75, 1.35, steep)
    cover = np.clip(cover + 0.08 * value_noise(x, y, 11.0, salt + 31), 0.05, 0.95)
    rock = steep + 0.16 * fbm(x, y, 70.0, 3, salt + 32) > 0.86
    land.lay(where, "red_soil", cover, "shrub")
    land.ground[where & (rock | (fbm(x, y, 120.0, 3, salt + 33) > 1.3))] = G["weathered_limestone"]
    thin = where & (cover < 0.46)
    land.plant[thin] = P["grass"]
    pines = where & (north > 0.1) & (fbm(x, y, 420.0, 3, salt + 34) > 0.75) & ~rock
    land.plant[pines] = P["conifer"]
    land.share[pines] = np.clip(cover[pines] + 0.15, 0, 0.9)


def _stream(land: Land, site: Site, salt: int) -> None:
    """A gravel bed with water and reeds in August, dry in spring and autumn."""
    x, y = land.grid.xy()
    width = 13.0 + 5.0 * fbm(x, y, 130.0, 2, salt + 40) + 6.0 * smooth(200.0, -900.0, site.front)
    bed = site.river < width
    if land.when != SUMMER:
        land.lay(bed, "gravel", 0.08, "reeds")
    else:
        land.lay(
            bed, "gravel", np.clip(0.42 + 0.2 * fbm(x, y, 30.0, 2, salt + 41), 0, 0.9), "reeds"
        )
        land.lay(site.river < 0.42 * width, "water", 0.04, "reeds")


def _villages(land: Land, inside: Field, salt: int) -> None:
    """Courtyards in rows, lanes and trees."""
    x, y = land.grid.xy()
    u, v = x * np.cos(0.1) + y * np.sin(0.1), y * np.cos(0.1) - x * np.sin(0.1)
    col, row = np.floor(u / 17.0).astype(np.int64), np.floor(v / 24.0).astype(np.int64)
    in_u, in_v = u - col * 17.0, v - row * 24.0
    house, kind = hashed(salt + 45, col, row), hashed(salt + 46, col, row)
    land.lay(inside > 0, "concrete", 0.22 + 0.2 * house, "orchard")
    roof = (inside > 4) & (in_u > 1.5) & (in_u < 15.5) & (in_v > 9) & (in_v < 20) & (house > 0.12)
    land.lay(roof, "brick_roof")
    land.lay(roof & (kind > 0.62), "concrete")
    land.lay(roof & (kind > 0.93), "blue_roof")
    land.lay((inside > 0) & (in_v < 4.0), "concrete", 0.05, "grass")


def _roads(land: Land, site: Site) -> None:
    """Asphalt with dusty shoulders."""
    land.lay(site.road < 6.0, "dust", 0.2, "grass")
    land.lay(site.road < 4.0, "asphalt")
