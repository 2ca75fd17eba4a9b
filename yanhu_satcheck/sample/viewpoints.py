"""Where an officer would stand to show a polygon, and when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
from shapely.geometry import Point

from .camera import Scenery, View
from .filing import checked_on, town_of
from .noise import Field
from .quarter import Issued, Quarter

EYE, HOVER = 1.6, 60.0


@dataclass(frozen=True, slots=True)
class Stand:
    """A place to photograph from: how much of the polygon shows, and the bearing to it."""

    x: float
    y: float
    azimuth: float
    shows: float


def stands(scenery: Scenery, one: Issued, eye: float, rng: np.random.Generator) -> list[Stand]:
    """Places about the polygon, those that show most of it first."""
    reach = float(np.sqrt(one.outline.area / np.pi)) if one.outline.area > 1 else 60.0
    west, south, east, north = one.outline.bounds
    spots = rng.uniform((west, south), (east, north), (160, 2))
    spots = np.array([p for p in spots if one.outline.buffer(0).contains(Point(*p))][:40])
    found = []
    for bearing in np.arange(0.0, 360.0, 20.0):
        for far in (0.45, 0.85, 1.25):
            away = max(far * reach, 14.0) + (45.0 if eye > 10 else 6.0)
            a = np.radians(bearing + rng.uniform(-8, 8))
            x, y = one.x + away * np.sin(a), one.y + away * np.cos(a)
            shows = visible(scenery, x, y, eye, spots)
            found.append(Stand(float(x), float(y), float((np.degrees(a) + 180) % 360), shows))
    return sorted(found, key=lambda stand: -stand.shows)


def visible(scenery: Scenery, x: float, y: float, eye: float, spots: Field) -> float:
    """Share of the spots in clear sight, less where the camera would stand against a wall."""
    steps = np.linspace(0.02, 0.97, 60)
    line_x = x + steps[None, :] * (spots[:, :1] - x)
    line_y = y + steps[None, :] * (spots[:, 1:] - y)
    start = float(scenery.height(np.array([x]), np.array([y]))[0]) + eye
    end = scenery.height(spots[:, 0], spots[:, 1])[:, None] + 0.8
    clear = start + steps[None, :] * (end - start) - scenery.height(line_x, line_y)
    seen = float(np.mean(clear.min(axis=1) > 0))
    ahead = clear[:, :8].min() < 0.25 if eye < 10 else False
    return seen - (0.5 if ahead else 0.0)


def view_from(
    scenery: Scenery, stand: Stand, one: Issued, eye: float, size: tuple[int, int], f35: int
) -> View:
    """The camera turned to the polygon, tilted so that it lies in the lower half of the picture."""
    ground = float(scenery.height(np.array([stand.x]), np.array([stand.y]))[0])
    target = float(scenery.height(np.array([one.x]), np.array([one.y]))[0])
    focal = f35 / 43.27 * float(np.hypot(*size))
    far = float(np.hypot(stand.x - one.x, stand.y - one.y))
    rise = (target - ground - eye) / max(far, 20.0)
    horizon = float(np.clip(0.54 + focal * rise / size[1], -0.08 if eye > 10 else 0.26, 0.72))
    return View(stand.x, stand.y, ground + eye, stand.azimuth, f35, *size, horizon)


def visit_of(one: Issued, quarter: Quarter) -> datetime:
    """Each town's officers go from polygon to polygon, four a day."""
    mine = [other for other in quarter.issued if town_of(other) == town_of(one)]
    day = checked_on(one, quarter)
    that_day = [other for other in mine if checked_on(other, quarter) == day]
    slot = that_day.index(one)
    return datetime.combine(day, time(9, 20)) + timedelta(minutes=95 * slot + 7 * (len(mine) % 5))
