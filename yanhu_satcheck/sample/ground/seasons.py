"""Seven dates of the farming year of Yuncheng, and what grows and lies bare at each.

Winter wheat is sown in October and cut in mid-June, maize follows it and is cut in late September;
some fields bear one spring crop, some rest. The shares are set, not measured: they are drawn from
the farming calendar of southern Shanxi, and vary from field to field.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from yanhu_satcheck.sample.noise import Field
from yanhu_satcheck.sample.spectra import DRY, GREEN, PLANTS

NAMES = ("mar", "may", "jun", "aug", "oct", "nov", "jan")
DAYS = {
    "mar": (3, 18), "may": (5, 20), "jun": (6, 16), "aug": (8, 21), "oct": (10, 12),
    "nov": (11, 12), "jan": (1, 15),
}  # fmt: skip
LIVING = {  # share of green in a plant at each of the dates
    "maize": (0.00, 0.90, 0.90, 0.96, 0.15, 0.00, 0.00),
    "wheat": (0.92, 0.72, 0.05, 0.00, 0.95, 0.94, 0.60),
    "orchard": (0.30, 0.94, 0.96, 0.97, 0.75, 0.34, 0.12),
    "shrub": (0.22, 0.82, 0.90, 0.90, 0.60, 0.30, 0.15),
    "conifer": (0.82, 0.92, 0.95, 0.96, 0.92, 0.88, 0.80),
    "grass": (0.18, 0.66, 0.62, 0.72, 0.40, 0.16, 0.06),
    "reeds": (0.10, 0.60, 0.80, 0.92, 0.60, 0.08, 0.05),
}
# What a field of two crops a year shows at a date: up to which share of the fields, ground, plant,
# how much of it covers the ground.
DOUBLE = {
    "mar": ((0.80, "loess", "wheat", 0.55), (1.0, "moist_loess", "grass", 0.05)),
    "may": ((0.86, "loess", "wheat", 0.86), (1.0, "loess", "grass", 0.08)),
    "jun": (
        (0.14, "loess", "wheat", 0.80), (0.58, "loess", "wheat", 0.42),
        (0.84, "loess", "maize", 0.06), (1.0, "moist_loess", "grass", 0.02),
    ),
    "aug": ((0.92, "loess", "maize", 0.88), (1.0, "loess", "maize", 0.55)),
    "oct": (
        (0.28, "loess", "maize", 0.72), (0.54, "loess", "maize", 0.42),
        (0.84, "moist_loess", "grass", 0.03), (1.0, "loess", "wheat", 0.12),
    ),
    "nov": (
        (0.36, "loess", "wheat", 0.46), (0.60, "loess", "wheat", 0.20),
        (0.80, "loess", "maize", 0.48), (1.0, "moist_loess", "grass", 0.03),
    ),
    "jan": (
        (0.62, "loess", "wheat", 0.36), (0.82, "loess", "maize", 0.40),
        (1.0, "loess", "grass", 0.03),
    ),
}  # fmt: skip
SINGLE = {
    "mar": ((0.5, "moist_loess", "grass", 0.04), (1.0, "loess", "maize", 0.30)),
    "may": ((0.7, "loess", "maize", 0.18), (1.0, "loess", "grass", 0.06)),
    "jun": ((1.0, "loess", "maize", 0.52),),
    "aug": ((1.0, "loess", "maize", 0.84),),
    "oct": ((0.5, "loess", "maize", 0.44), (1.0, "loess", "grass", 0.05)),
    "nov": ((0.5, "loess", "maize", 0.42), (1.0, "moist_loess", "grass", 0.03)),
    "jan": ((0.6, "loess", "maize", 0.34), (1.0, "loess", "grass", 0.03)),
}
PAIRS = (  # before, after, years later
    ("aug", "nov", 0), ("may", "aug", 0), ("nov", "mar", 1), ("mar", "jun", 0), ("jun", "oct", 0),
    ("oct", "jan", 1), ("aug", "aug", 1), ("nov", "nov", 1), ("jan", "may", 0), ("may", "oct", 0),
)  # fmt: skip
LATER = {
    "mar": "aug",
    "may": "nov",
    "jun": "nov",
    "aug": "may",
    "oct": "may",
    "nov": "jun",
    "jan": "aug",
}


@dataclass(frozen=True, slots=True)
class Season:
    """One look at the ground: when, and what the weather had done to it."""

    name: str
    day: date
    wet: float = 0.0  # how dark rain has left bare soil, 0–1
    snow: float = 0.0  # share of the coldest ground that lies under snow

    @property
    def number(self) -> int:
        """Its place in the tables."""
        return NAMES.index(self.name)


def dated(name: str, year: int) -> date:
    """The day of a season in a year."""
    return date(year, *DAYS[name])


def living(name: str) -> Field:
    """The share of green of each plant at a date, in the order of the table of plants."""
    return np.array([LIVING[plant][NAMES.index(name)] for plant in PLANTS])


def leaves(name: str) -> Field:
    """A row a plant in the state of a date, a column a band."""
    green, alive = np.array([GREEN[p] for p in PLANTS]), living(name)[:, None]
    return np.asarray(alive * green + (1 - alive) * np.array([DRY[p] for p in PLANTS]))
