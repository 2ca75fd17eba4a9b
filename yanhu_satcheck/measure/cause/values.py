"""The figures that the table of causes knows, by name, from everything measured of a polygon."""

from collections.abc import Iterator, Sequence
from math import pi

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Chance, ChangeEvidence, LaterEvidence, TerrainEvidence
from yanhu_satcheck.measure.terrain import long_axis
from yanhu_satcheck.quantity import Measured

OPEN = 0.5  # share that lay bare before from which ground counts as open already
LEVEL_DEG = 10.0  # slope at which ground is level no more
FINE_M = 12.0  # cells larger than this show no house, bench or heap, only whole quarters
WATER = ("water_gain", "from_water", "river_share")
TEXTURE = {"disorder", "regularity"}  # a quarter's streets are wider apart: right angles stay
WITHERED = 0.1  # of NDVI
RIBBON = 4.0  # perimeter squared over a circle's from which an outline is a ribbon
NAMED = ("bare_gain", "changed_share", "brightness", "bare_before", "green_gain", "green_loss")
FROM_CHANGE = (
    "mining_like",
    "disorder",
    "edge_share",
    "tint",
    "like_green",
    "burnt",
    "water_gain",
    "from_water",
    "river_share",
    "snow",
    "fake_green",
    "haze",
    "right_angles",
    "regularity",
    "ring_bare_gain",
    "ring_grid",
)
FROM_TERRAIN = ("axis_angle",)
SURE = 1.96  # standard errors; 95 %
NAUGHT = 1e-9
PLANTS = (1.0, 3.0), (0.0, 1.0)
"""Metres that ground fell or rose: crops stand up to 2.5 m and scrub to 3 m, and go with them."""
MISSING = (0.2, 0.6), (0.0, 1.0)
"""Net over gross volume, negative: the share gone from which a hollow is a pit, not a slide's."""


def values_of(
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    chance: Chance | None,
    footprint: BaseGeometry,
    later: Sequence[LaterEvidence] = (),
    cell_m: float = 0.0,
) -> dict[str, Measured]:
    """Every figure that was measured; one that was not, or means nothing here, is not there."""
    out = {name: getattr(change, name) for name in NAMED}
    if change.bare_before.value >= OPEN:  # it may only grow into what is left
        out["bare_gain"] = change.growth_share
    silent = TEXTURE if cell_m > FINE_M else set[str]()
    names = [name for name in FROM_CHANGE if name in change.others and name not in silent]
    out |= {name: change.others[name] for name in names}
    out |= _season_part(change)
    if "haze" in out:  # more or less of it than over the scene: both make the ground look changed
        out["haze"] = out["haze"]._replace(value=abs(out["haze"].value))
    if chance is not None and chance.p is not None:
        out["chance"] = _exact(chance.p)
    if terrain is not None:
        out |= _relief(terrain, change, footprint.area)
        if terrain.slope_deg is not None and terrain.slope_deg.value > LEVEL_DEG:
            for name in WATER:  # no water lies on a slope: there it is shade
                out.pop(name, None)
    if later:
        out |= _after(later[-1])
    return out | _outline(footprint, sloping=terrain is not None)


def _season_part(change: ChangeEvidence) -> dict[str, Measured]:
    """The part of the greenness a polygon lost that ground like it lost as well (0–1).

    Not there where less than 0.1 of NDVI went: then there is nothing to share out.
    """
    like, beyond = (change.others.get(name) for name in ("like_green", "ndvi_beyond"))
    if like is None or beyond is None or like.value + beyond.value > -WITHERED:
        return {}
    lost = like.value + beyond.value
    part = min(1.0, max(0.0, like.value / lost))
    return {"season_part": Measured(part, min(0.5, beyond.sigma / abs(lost)), beyond.n, "share")}


def _exact(value: float) -> Measured:
    return Measured(value, 0.0, 1, "")


def _relief(
    terrain: TerrainEvidence, change: ChangeEvidence, area_m2: float
) -> dict[str, Measured]:
    brightness = change.brightness
    out = {name: terrain.others[name] for name in FROM_TERRAIN if name in terrain.others}
    if terrain.position is not None:
        out["position"] = terrain.position
    if terrain.slope_deg is not None:
        out["slope_deg"] = terrain.slope_deg
        level = min(1.0, max(0.0, 1 - terrain.slope_deg.value / LEVEL_DEG))
        bright = Measured(max(0.0, brightness.value), brightness.sigma, brightness.n, "relative")
        out["bright_level"] = bright._replace(
            value=bright.value * level, sigma=bright.sigma * level
        )
    return out | dict(_balance(terrain, change.bare_before, area_m2))


def moved(terrain: TerrainEvidence) -> float:
    """How far what was cut or filled is beyond what these elevations may err by (95 %).

    0 at that error and below, 1 from twice it.
    """
    volumes = [one for one in (terrain.cut_m3, terrain.fill_m3) if one is not None]
    past = [abs(one.value) / max(SURE * one.sigma, NAUGHT) - 1 for one in volumes]
    return min(1.0, max(0.0, *past, 0.0))


def _balance(
    terrain: TerrainEvidence, bare_before: Measured, area_m2: float
) -> Iterator[tuple[str, Measured]]:
    """What two elevations say of shape and balance, each by how deep and how sure it is.

    A surface model sees plants: felled, burnt or harvested ones leave it lower without digging.
    So what is gone counts in full only from a depth that they do not reach. What was brought
    restores ground that lay open if it rose where it was lowest, as a filled pit does; else it is
    a heap, whose foot rises least.
    """
    sure, told = moved(terrain), terrain.others
    if sure <= 0:
        return
    cut, fill = (_depth(one, area_m2) for one in (terrain.cut_m3, terrain.fill_m3))
    if "cut_depth" in told:
        cut = told["cut_depth"].value
    dug = sure * float(np.interp(cut, *PLANTS))
    missing = balanced = 1.0
    if "net_gross" in told:
        net = told["net_gross"]
        missing = float(np.interp(-net.value, *MISSING))
        balanced = 1 - min(1.0, abs(net.value))
        yield "gone", _times(net._replace(value=min(0.0, net.value)), dug)
        up, mended = max(0.0, net.value), _mended(told.get("floor_change"), fill, bare_before)
        yield "refilled", _times(net._replace(value=up), sure * mended)
        yield "heap_m", _times(net._replace(value=up, unit="m"), sure * fill * (1 - mended))
    if "dipole" in told:  # what slid is there still: one-sided ground has slopes, no dipole
        yield "dipole", _times(told["dipole"], sure * balanced)
    if "depression_m" in told:  # a slide's own hollow lies beside what slid out of it
        yield "depression_m", _times(told["depression_m"], sure * missing)
    if "floor_change" in told:
        floor = told["floor_change"]
        yield "floor_change", _times(floor, dug if floor.value < 0 else sure)
    if "benches" in told:  # terraces have them too: they count as far as ground was dug away
        yield "benches", _times(told["benches"], dug)


def _mended(floor: Measured | None, fill_m: float, bare_before: Measured) -> float:
    """How far what was brought mends a pit: its share that lay open, where the lowest ground rose.

    In full where that rose as far as the rest. A floor whose change is not given did not rise.
    """
    rose = floor.value / fill_m if floor is not None and fill_m > 0 else 0.0
    return min(1.0, max(0.0, rose)) * min(1.0, max(0.0, bare_before.value))


def _depth(volume: Measured | None, area_m2: float) -> float:
    return volume.value / area_m2 if volume is not None and area_m2 > 0 else 0.0


def _times(one: Measured, factor: float) -> Measured:
    return one._replace(value=one.value * factor, sigma=one.sigma * factor)


def _after(last: LaterEvidence) -> dict[str, Measured]:
    out = {"later_growth": last.growth, "later_green": last.green}
    return out | ({"still_bare": last.still_bare} if last.still_bare is not None else {})


def _outline(footprint: BaseGeometry, sloping: bool) -> dict[str, Measured]:
    """What the outline alone says. It is digitised, and as true as that."""
    out = {}
    if footprint.area > 0:
        slim = footprint.length**2 / (4 * pi * footprint.area)
        out["slimness"] = _exact(slim)
        if slim >= RIBBON:
            out["ribbon_m"] = _exact(2 * footprint.area / footprint.length)
    box = shapely.minimum_rotated_rectangle(footprint).area
    if box > 0:
        out["rectangularity"] = _exact(footprint.area / box)
    if sloping:
        out["elongation"] = _exact(long_axis(footprint)[1])
    return out
