"""The table of causes as shipped: what each starts from, and what each figure says for it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np

from yanhu_satcheck.terms import Words

CAUSES = (
    "mining",
    "slide",
    "flow",
    "restoration",
    "season",
    "construction",
    "water",
    "fire",
    "none",
)


class Ramp(NamedTuple):
    """Points for a value: straight lines between breakpoints, flat outside."""

    at: tuple[float, ...]
    give: tuple[float, ...]

    def points(self, value: float, sigma: float) -> float:
        """The points of a value known to ± sigma: their mean over that spread.

        Three places stand for a normal spread (Gauss-Hermite): the value itself counts four
        times, the value plus and minus 1.73 sigma once each. A figure that is hardly known
        therefore says little, and a larger value never says less.
        """
        places = (value - 3**0.5 * sigma, value, value + 3**0.5 * sigma)
        low, middle, high = np.interp(places, self.at, self.give)
        return float(low + 4 * middle + high) / 6


class Scale(NamedTuple):
    """One figure's say: its sentence, what it needs, and its points for each cause."""

    name: str
    says: Words
    needs: str  # what a batch must supply for it; "" where every image pair does
    points: Mapping[str, Ramp]


class Apart(NamedTuple):
    """Causes that look alike, and the figures of which one at least must tell them apart."""

    cause: str  # not told without
    others: tuple[str, ...]  # what it may as well be then
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """All of it. A share is exp(points ÷ spread), over their sum."""

    base: Mapping[str, float]
    spread: float  # points that make one cause e times as likely as another
    tells: float  # share from which a cause is told; below it nobody can tell
    needs: Mapping[str, Words]  # what may be missing, in words
    scales: tuple[Scale, ...]
    apart: Apart


@cache
def table() -> Table:
    """The table as shipped."""
    text = files("yanhu_satcheck.policies").joinpath("causes.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    needs = {name: Words(said["zh"], said["en"]) for name, said in read["needs"].items()}
    scales = tuple(_scale(row) for row in read["figure"])
    alike = read["apart"]
    apart = Apart(alike["cause"], tuple(alike["others"]), tuple(alike["by"]))
    return Table(read["base"], read["spread"], read["tells"], needs, scales, apart)


def _scale(row: Mapping[str, Any]) -> Scale:
    ramps = {c: Ramp(tuple(row[c]["at"]), tuple(row[c]["give"])) for c in CAUSES if c in row}
    return Scale(row["name"], Words(row["zh"], row["en"]), row.get("needs", ""), ramps)
