"""Irregular outlines: star-shaped lobes that know how far inside a position lies."""

from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon

from .noise import Field, stream

TURNS = 720


@dataclass(frozen=True, slots=True)
class Lobe:
    """A rough ellipse about a centre; `turn` is the long axis' angle from east, in radians."""

    x: float
    y: float
    radius: float  # of the circle of the same area, metres
    stretch: float = 1.5  # long to short axis
    turn: float = 0.0
    salt: int = 0
    rough: float = 0.16

    def reach(self) -> Field:
        """Metres from the centre to the rim in `TURNS` directions from east, anticlockwise."""
        rng = stream(self.salt, "lobe")
        angle = np.linspace(0.0, 2 * np.pi, TURNS, endpoint=False)
        wave = np.zeros(TURNS)
        for k in range(2, 13):
            size, phase = rng.normal(0.0, 1.0), rng.uniform(0.0, 2 * np.pi)
            wave += size / k**0.9 * np.cos(k * angle + phase)
        own = angle - self.turn
        long, short = self.radius * self.stretch**0.5, self.radius / self.stretch**0.5
        oval = long * short / np.hypot(short * np.cos(own), long * np.sin(own))
        rim: Field = oval * np.exp(self.rough * wave)
        area = float(0.5 * np.sum(rim**2) * 2 * np.pi / TURNS)
        rim *= self.radius * float(np.sqrt(np.pi / area))
        return rim

    def polar(self, x: Field, y: Field) -> tuple[Field, Field, Field]:
        """Distance from the centre, the rim's distance that way, and how much the rim turns."""
        rim = self.reach()
        wide = np.concatenate([rim, rim[:1]])
        lean = np.gradient(np.concatenate([rim[-1:], wide]))[1:] * TURNS / (2 * np.pi)
        angle = np.arctan2(y - self.y, x - self.x) % (2 * np.pi) * TURNS / (2 * np.pi)
        ticks = np.arange(TURNS + 1)
        far = np.interp(angle, ticks, wide)
        return np.hypot(x - self.x, y - self.y), far, np.interp(angle, ticks, lean) / far

    def inside(self, x: Field, y: Field) -> Field:
        """About how many metres inside the rim (negative outside)."""
        distance, far, lean = self.polar(x, y)
        return (far - distance) / np.sqrt(1 + lean**2)

    def share(self, x: Field, y: Field) -> Field:
        """0 at the centre, 1 on the rim."""
        distance, far, _ = self.polar(x, y)
        return distance / far

    def bounds(self, margin: float = 12.0) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        west, south, east, north = self.ring().bounds
        return west - margin, south - margin, east + margin, north + margin

    def ring(self) -> Polygon:
        """The outline, a vertex every five degrees."""
        rim, angle = self.reach()[::10], np.linspace(0, 2 * np.pi, TURNS, endpoint=False)[::10]
        return Polygon(np.c_[self.x + rim * np.cos(angle), self.y + rim * np.sin(angle)])
