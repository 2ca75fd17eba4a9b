"""What is drawn from a seed before any ground is made: sensor, dates, sky, errors, elevations."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from yanhu_satcheck.sample.noise import stream

from .seasons import LATER, PAIRS, Season, dated

FIRST = 1_000_000  # seeds of made ground are streams of their own
FOUR, SIX = ("blue", "green", "red", "nir"), ("blue", "green", "red", "nir", "swir1", "swir2")


@dataclass(frozen=True, slots=True)
class Sensor:
    """What takes the pictures. Lengths in metres."""

    name: str
    cell: float
    bands: tuple[str, ...]
    blur: float  # 1-sigma of the optics
    own: float  # cell of the ground that it is rendered from
    shift: float  # 1-sigma of a scene's position error, in its cells
    grain: float  # noise, of the signal
    scale: float | None  # declared: reflectance = number × scale + offset
    offset: float = 0.0


SENSORS = {
    "s2": Sensor("s2", 10.0, FOUR, 4.2, 5.0, 0.35, 0.006, 1e-4, -0.1),
    "fine": Sensor("fine", 2.0, FOUR, 1.3, 2.0, 1.4, 0.012, None),
    "ortho": Sensor("ortho", 2.0, ("red", "green", "blue"), 1.0, 2.0, 1.0, 0.010, None),
    "landsat": Sensor("landsat", 30.0, SIX, 12.0, 5.0, 0.25, 0.006, 2.75e-5, -0.2),
}
TURN = ("ortho", "s2", "fine", "ortho", "landsat", "s2", "fine", "s2", "ortho", "fine")
"""The sensor by the seed's last digit: any ten seeds in a row hold three of each of three."""
HEIGHTS = ("uav", "stereo", "map", "one", "none")
ODDS = (0.22, 0.24, 0.14, 0.22, 0.18)


@dataclass(frozen=True, slots=True)
class Sky:
    """The air over one image."""

    haze: float  # times a clear day's
    clouds: int
    veil: float  # opacity of the thickest thin cloud
    minutes: int  # by which the picture is later than a quarter past eleven


@dataclass(frozen=True, slots=True)
class Sight:
    """Where and how wrongly one image lies, and what was done to its brightness."""

    shift: tuple[float, float]  # cells east and south
    drift: tuple[float, float, float, float]  # cells from edge to edge: the rest of an affine map
    ripple: float  # cells: what coarse elevations leave after rectifying
    gain: tuple[float, ...]  # by band of the six
    offset: tuple[float, ...]
    gamma: float  # of the display stretch
    origin: tuple[float, float]  # parts of a cell by which the grid is off


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that a made quarter is drawn with."""

    seed: int
    sensor: Sensor
    seasons: tuple[Season, ...]  # before, after, and a later one where there is a follow-up
    skies: tuple[Sky, ...]
    sights: tuple[Sight, ...]
    masked: bool  # a mask of clouds is handed in
    heights: str  # what elevation there is: one of HEIGHTS
    datum_told: bool

    @property
    def follow_up(self) -> bool:
        """Whether a third date is there."""
        return len(self.seasons) > 2

    @property
    def pair(self) -> str:
        """The two dates in short, as “aug–nov”."""
        return "–".join(season.name for season in self.seasons[:2])


def drawn(seed: int) -> Conditions:
    """The conditions of a seed."""
    rng = stream(FIRST + seed, "conditions")
    sensor = SENSORS[TURN[seed % 10]]
    seasons = _seasons(rng)
    skies = tuple(_sky(rng) for _ in seasons)
    sights = tuple(_sight(rng, sensor, number) for number in range(len(seasons)))
    masked = sensor.name in ("s2", "landsat") and bool(rng.random() < 0.5)
    heights = str(rng.choice(HEIGHTS, p=ODDS))
    return Conditions(
        seed, sensor, seasons, skies, sights, masked, heights, bool(rng.random() < 0.8)
    )


def _seasons(rng: np.random.Generator) -> tuple[Season, ...]:
    before, after, years = PAIRS[int(rng.integers(len(PAIRS)))]
    days = [(before, dated(before, 2021)), (after, dated(after, 2021 + years))]
    if rng.random() < 0.3:
        name = LATER[after]
        year = days[1][1].year
        year += dated(name, year) <= days[1][1]
        days.append((name, dated(name, year)))
    return tuple(_season(rng, name, day) for name, day in days)


def _season(rng: np.random.Generator, name: str, day: date) -> Season:
    cold = {"jan": 0.65, "mar": 0.12, "nov": 0.1}.get(name, 0.0)
    snow = float(rng.uniform(0.1, 0.6)) if rng.random() < cold else 0.0
    return Season(name, day, float(rng.choice((0.0, 0.1, 0.35, 0.8)) * rng.uniform(0.5, 1)), snow)


def _sky(rng: np.random.Generator) -> Sky:
    haze = float(np.exp(rng.normal(0.1, 0.5))) * (3.0 if rng.random() < 0.15 else 1.0)
    clouds = int(rng.integers(1, 5)) if rng.random() < 0.35 else 0
    veil = float(rng.uniform(0.05, 0.3)) if rng.random() < 0.2 else 0.0
    return Sky(haze, clouds, veil, int(rng.integers(-50, 70)))


def _sight(rng: np.random.Generator, sensor: Sensor, number: int) -> Sight:
    """The first date is the reference of position; brightness errs at every date."""
    shift = rng.normal(0, sensor.shift, 2) * (number > 0)
    strong = (number > 0) * (rng.random() < 0.25) * (1.2 if sensor.cell > 5 else 3.0)
    drift = rng.uniform(-1, 1, 4) * strong
    ripple = (number > 0) * (0.1 if sensor.cell > 5 else 0.45)
    known = sensor.scale is not None
    gain = np.exp(
        rng.normal(0, 0.03 if known else 0.18) + rng.normal(0, 0.015 if known else 0.06, 6)
    )
    offset = rng.normal(0, 0.003 if known else 0.012, 6)
    origin = rng.uniform(0, 1, 2) * (number > 0) * (rng.random() < 0.5)
    return Sight(
        (float(shift[0]), float(shift[1])),
        (float(drift[0]), float(drift[1]), float(drift[2]), float(drift[3])),
        float(ripple),
        tuple(float(g) for g in gain),
        tuple(float(o) for o in offset),
        float(rng.uniform(0.55, 1.0)),
        (float(origin[0]), float(origin[1])),
    )
