"""How much is enough: the limits that several rules share, and what it takes to pass one."""

from dataclasses import dataclass
from typing import Any

from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Measured

SURE = 1.96
"""How many of its own sigmas a figure must be away from nothing, or from a limit: 95 %."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How near the elevations must lie to the images, to say when something was dug."""

    elev_days: int = limit(
        400,
        unit="days",
        low=30,
        high=4000,
        why="前期高程早于前时相过久则不知何时所挖 older models do not date a cut",
    )
    elev_lag: int = limit(
        100,
        unit="days",
        low=10,
        high=1000,
        why="后期高程晚于后时相过久则可能是后来所挖 later models show what came after",
    )


@dataclass(frozen=True, slots=True)
class Sizes(Dates):
    """How much is enough to say that ground was bared, dug or heaped on."""

    bare_gain: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="小于此难与季节区分 less is like a season"
    )
    growth: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="原已裸露处只看新增 open ground: growth alone"
    )
    growth_cells: int = limit(
        20, unit="cells", low=5, high=1000, why="余下像元太少则测不出新增 fewer cannot show growth"
    )
    already_open: float = limit(
        0.5, unit="share", low=0.2, high=0.95, why="过半裸露即为原已裸露 most of it was bare"
    )
    part_open: float = limit(
        0.25, unit="share", low=0.05, high=0.5, why="已开过的场地看其余部分 of a working, the rest"
    )
    deeper_m: float = limit(
        0.2, unit="m", low=0.0, high=5.0, why="沉降、冲刷也会降低地面 settling and wash lower too"
    )
    plants_m: float = limit(
        3.0,
        unit="m",
        low=0.5,
        high=30.0,
        why="庄稼灌木的消长也会使地表模型升降 a surface model moves as far where plants come or go",
    )
    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="采矿比其他成因更可能 likelier than all others"
    )
    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )


def grain() -> Any:
    """Declare how fine images must be to accuse by themselves, where no elevation shows a cut."""
    return limit(
        5.0,
        unit="m",
        low=1.0,
        high=60.0,
        why="更粗难分采矿、建设与造林整地 coarser: digging, building or planting?",
    )


def lead() -> Any:
    """Declare how far another cause must lead mining to clear what it explains."""
    return limit(
        1.25,
        unit="times",
        low=1.0,
        high=3.0,
        why="份额约有 0.05 的误差，领先更少即分不出 shares err by 0.05: a smaller lead is none",
    )


def shows() -> Any:
    """Declare how shallow a cut elevations must show, to say that nothing was dug."""
    return limit(
        5.0,
        unit="m",
        low=0.2,
        high=30.0,
        why="高程差分不出更小的平均挖深即视为未测 coarser elevations tell nothing",
    )


def enough(size: Measured, least: float, told: bool) -> bool:
    """At or past its limit; where chance is not told, also more than its own error."""
    return size.value >= least and (told or beyond(size))


def beyond(one: Measured, least: float = 0.0) -> bool:
    """Whether a figure is past a limit by more than its own error."""
    return one.value - least > SURE * one.sigma
