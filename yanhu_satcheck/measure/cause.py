"""How much a polygon's figures speak for mining, slide, restoration, season or construction.

Points from a table in `policies/causes.toml`: readable, movable, and each with a sentence. What
was not measured speaks for nobody. The shares are a weighing of evidence, not a probability of
guilt; spectrally a fresh slide is a fresh working, and only relief and shape can tell them apart.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import exp
from typing import Any, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Cause, Chance, ChangeEvidence, TerrainEvidence
from yanhu_satcheck.measure.terrain import long_axis
from yanhu_satcheck.terms import Words

CAUSES = ("mining", "slide", "restoration", "season", "construction")
LEVEL_DEG = 10.0  # slope at which ground is level no more
NO_INFRARED = Words(
    "影像无近红外波段，裸地由亮度和色彩粗略判断",
    "without near infrared, bare ground is only guessed from brightness and colour",
)


class Ramp(NamedTuple):
    """Points for a value: straight lines between breakpoints, flat outside."""

    at: tuple[float, ...]
    give: tuple[float, ...]


class Scale(NamedTuple):
    """One figure's say: its sentence, and its points for each cause."""

    name: str
    says: Words
    points: Mapping[str, Ramp]


@cache
def scales() -> tuple[Mapping[str, float], tuple[Scale, ...]]:
    """The table as shipped: what each cause starts from, and each figure's say."""
    text = files("yanhu_satcheck.policies").joinpath("causes.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    return table["base"], tuple(_scale(row) for row in table["figure"])


def _scale(row: Mapping[str, Any]) -> Scale:
    ramps = {c: Ramp(tuple(row[c]["at"]), tuple(row[c]["give"])) for c in CAUSES if c in row}
    return Scale(row["name"], Words(row["zh"], row["en"]), ramps)


def cause_of(
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    chance: Chance | None,
    footprint: BaseGeometry,
    infrared: bool,
) -> Cause:
    """Weigh one polygon's figures; `footprint` in a CRS that keeps angles."""
    base, table = scales()
    values = _values(change, terrain, chance, footprint)
    given = {s.name: _points(s, values[s.name]) for s in table if s.name in values}
    total = {c: base[c] + sum(points[c] for points in given.values()) for c in CAUSES}
    top = max(total.values())
    raised = {c: exp(points - top) for c, points in total.items()}
    shares = {c: value / sum(raised.values()) for c, value in raised.items()}
    leader = max(CAUSES, key=lambda c: shares[c])
    reasons = _reasons(leader, given, values, {s.name: s.says for s in table})
    return Cause(shares, reasons if infrared else (*reasons, NO_INFRARED))


def _points(scale: Scale, value: float) -> dict[str, float]:
    none = Ramp((0.0,), (0.0,))
    return {c: float(np.interp(value, *scale.points.get(c, none))) for c in CAUSES}


def _reasons(
    leader: str,
    given: Mapping[str, Mapping[str, float]],
    values: Mapping[str, float],
    says: Mapping[str, Words],
) -> tuple[Words, ...]:
    """The three figures that speak most for the leading cause, against the mean of the others."""

    def lead(name: str) -> float:
        others = [points for c, points in given[name].items() if c != leader]
        return given[name][leader] - sum(others) / len(others)

    speak = [name for name in given if given[name][leader] > 0]
    best = sorted(speak, key=lambda name: (-lead(name), name))[:3]
    return tuple(Words(*(text.format(value=values[n]) for text in says[n])) for n in best)


def _values(
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    chance: Chance | None,
    footprint: BaseGeometry,
) -> dict[str, float]:
    """Every figure that was measured, by the name the table knows it by."""
    names = ("bare_gain", "changed_share", "brightness", "bare_before", "green_gain")
    out = {name: getattr(change, name).value for name in names}
    out |= {
        n: change.others[n].value
        for n in ("mining_like", "disorder", "edge_share", "tint")
        if n in change.others
    }
    if chance is not None and chance.p is not None:
        out["chance"] = chance.p
    if terrain is not None and terrain.slope_deg is not None:
        out["slope_deg"] = terrain.slope_deg.value
        level = min(1.0, max(0.0, 1 - terrain.slope_deg.value / LEVEL_DEG))
        out["bright_level"] = max(0.0, change.brightness.value) * level
        out |= {n: m.value for n, m in terrain.others.items() if n == "axis_angle"}
        out["elongation"] = long_axis(footprint)[1]
    if footprint.area > 0:
        out["slimness"] = footprint.length**2 / (4 * np.pi * footprint.area)
    box = shapely.minimum_rotated_rectangle(footprint).area
    if box > 0:
        out["rectangularity"] = footprint.area / box
    return out
