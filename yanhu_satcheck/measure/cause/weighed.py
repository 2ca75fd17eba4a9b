"""From figures to shares: points from the table, summed, and what could not be measured named."""

from collections.abc import Mapping, Sequence
from math import exp

from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.evidence import Cause, Chance, ChangeEvidence, LaterEvidence, TerrainEvidence
from yanhu_satcheck.measure.cause.table import CAUSES, Scale, Table, table
from yanhu_satcheck.measure.cause.values import values_of
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words

Points = Mapping[str, Mapping[str, float]]

JUST_BELOW = 0.98
BANDS = frozenset({"infrared"})  # what a figure needs that shows the bands were there, if it is
UNTOLD = Words("证据不足以说明成因", "the evidence does not tell the cause")


def cause_of(
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    chance: Chance | None,
    footprint: BaseGeometry,
    later: Sequence[LaterEvidence] = (),
    cell_m: float = 0.0,
) -> Cause:
    """Weigh one polygon's figures.

    `footprint` is in a CRS that keeps angles; `cell_m` is the side of the images' cells.
    """
    values = values_of(change, terrain, chance, footprint, later, cell_m)
    held = table()
    given = points(values, held)
    shares = shares_of(given, held)
    leader = max(CAUSES, key=lambda c: shares[c])
    told = leader if shares[leader] >= held.tells else None
    reasons = _reasons(leader, given, values, held)
    lacking = _lacking(values, change, terrain, held)
    return Cause(shares, reasons if told else (UNTOLD, *reasons), told=told, lacking=lacking)


def points(values: Mapping[str, Measured], held: Table) -> Points:
    """The points that each figure gives each cause."""
    return {s.name: _given(s, values[s.name]) for s in held.scales if s.name in values}


def shares_of(given: Points, held: Table, spread: float | None = None) -> dict[str, float]:
    """The share of each cause, with the table's spread or another."""
    total = {c: held.base[c] + sum(points[c] for points in given.values()) for c in CAUSES}
    top = max(total.values())
    raised = {c: exp((total[c] - top) / (spread or held.spread)) for c in CAUSES}
    return _untold({c: value / sum(raised.values()) for c, value in raised.items()}, given, held)


def _untold(shares: dict[str, float], given: Points, held: Table) -> dict[str, float]:
    """Shares, with one cause held below telling where nothing parts it from its look-alikes."""
    cause, others, by = held.apart
    over = shares[cause] - JUST_BELOW * held.tells
    if over <= 0 or any(name in given for name in by):
        return shares
    each = {other: shares[other] + over / len(others) for other in others}
    return {**shares, cause: shares[cause] - over, **each}


def _given(scale: Scale, one: Measured) -> dict[str, float]:
    ramps = scale.points
    return {c: ramps[c].points(one.value, one.sigma) if c in ramps else 0.0 for c in CAUSES}


def _reasons(
    leader: str, given: Points, values: Mapping[str, Measured], held: Table
) -> tuple[Words, ...]:
    """The three figures that speak most for the leading cause, against the mean of the others."""

    def lead(name: str) -> float:
        others = [points for c, points in given[name].items() if c != leader]
        return given[name][leader] - sum(others) / len(others)

    says = {scale.name: scale.says for scale in held.scales}
    speak = [name for name in given if lead(name) > 0]
    best = sorted(speak, key=lambda name: (-lead(name), name))[:3]
    return tuple(Words(*(text.format(value=values[n].value) for text in says[n])) for n in best)


def _lacking(
    values: Mapping[str, Measured],
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    held: Table,
) -> tuple[Words, ...]:
    """What would have had a say and was not there, each named once, in the table's order.

    A figure that means nothing here is not missing: no water is asked for on a slope, no fill of a
    pit that was dug, and no shape of a change that two elevations show to be none.
    """
    there = {scale.needs for scale in held.scales if scale.name in values}
    there |= {s.needs for s in held.scales if s.needs in BANDS and s.name in change.others}
    if terrain is not None and terrain.net_m3 is not None:
        there.add("elevations")
    missing = dict.fromkeys(s.needs for s in held.scales if s.needs and s.needs not in there)
    return tuple(held.needs[name] for name in missing)
