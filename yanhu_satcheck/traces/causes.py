"""What the weighing of causes says of mining."""

from collections.abc import Sequence
from enum import Enum

from yanhu_satcheck.evidence import Case, Cause
from yanhu_satcheck.traces.sizes import SURE, Sizes

STILL = ("none", "season", "fire", "water")
"""Causes that move no ground by metres: a season, a fire, a flood's silt."""


class Speaks(Enum):
    """What the weighing of causes says of mining."""

    MINING = "mining"  # likelier than all others together
    UNCLEAR = "unclear"  # it leads, or hardly less; the evidence cannot tell
    OTHER = "other"  # something else leads
    UNTOLD = "untold"  # nothing was weighed


def speaks(cause: Cause | None, p_mining: float, odds: float = 1.0) -> Speaks:
    """Tell what the weighing of causes says of mining.

    Another cause leads where it is more than `odds` times as likely as mining.
    """
    if cause is None:
        return Speaks.UNTOLD
    share = cause.of("mining")
    if share >= p_mining:
        return Speaks.MINING
    rest = max((one for name, one in cause.shares.items() if name != "mining"), default=0.0)
    return Speaks.UNCLEAR if odds * share > rest else Speaks.OTHER


def leads(cause: Cause | None, names: Sequence[str]) -> bool:
    """Whether one of some causes has the greatest share of all.

    No limit that a county moves is asked: stricter on mining must not mean milder on the rest.
    """
    if cause is None:
        return False
    most = max((cause.of(name) for name in names), default=0.0)
    return most > max((s for n, s in cause.shares.items() if n not in names), default=0.0)


def contradicted(case: Case, sizes: Sizes) -> bool:
    """Whether the cause that leads moves no ground, and metres of it went or came all over.

    A lower floor alone is not asked: water in a pit may lower what is seen of it.
    """
    terrain, area = case.terrain, case.drawn_area_m2
    net = terrain.net_m3 if terrain else None
    if net is None or not area or not leads(case.cause, STILL):
        return False
    return abs(net.value) - sizes.plants_m * area > SURE * net.sigma
