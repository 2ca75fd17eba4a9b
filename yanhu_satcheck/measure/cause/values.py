"""The figures that the table of causes knows, by name, from everything measured of a polygon."""

from collections.abc import Sequence
from math import pi

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Chance, ChangeEvidence, LaterEvidence, TerrainEvidence
from yanhu_satcheck.measure.terrain import long_axis
from yanhu_satcheck.quantity import Measured

LEVEL_DEG = 10.0  # slope at which ground is level no more
FINE_M = 12.0  # cells larger than this show no house, bench or heap, only whole quarters
WATER = ("water_gain", "from_water", "river_share")
TEXTURE = {"disorder", "right_angles", "regularity"}
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
FROM_TERRAIN = ("axis_angle", "floor_change", "flat_floor", "steep_faces", "benches")
FROM_RELIEF = ("net_gross", "dipole", "depression_m")
"""What two elevations say of shape and balance: nothing, where nothing moved that would show."""


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
    silent = TEXTURE if cell_m > FINE_M else set[str]()
    names = [name for name in FROM_CHANGE if name in change.others and name not in silent]
    out |= {name: change.others[name] for name in names}
    out |= _season_part(change)
    if "haze" in out:  # more or less of it than over the scene: both make the ground look changed
        out["haze"] = out["haze"]._replace(value=abs(out["haze"].value))
    if chance is not None and chance.p is not None:
        out["chance"] = _exact(chance.p)
    if terrain is not None:
        out |= _relief(terrain, change.brightness)
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


def _relief(terrain: TerrainEvidence, brightness: Measured) -> dict[str, Measured]:
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
    if moved(terrain):
        out |= {name: terrain.others[name] for name in FROM_RELIEF if name in terrain.others}
    return out


def moved(terrain: TerrainEvidence) -> bool:
    """Whether more was cut or filled than these elevations may err by (95 %)."""
    volumes = (terrain.cut_m3, terrain.fill_m3)
    return any(one is not None and abs(one.value) > 1.96 * one.sigma for one in volumes)


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
