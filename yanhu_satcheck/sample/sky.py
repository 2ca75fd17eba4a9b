"""Sun, shade and air."""

from datetime import datetime, timedelta

import numpy as np

from .frame import Grid
from .noise import Field

LONGITUDE, LATITUDE = 111.0, 35.0


def sun(moment: datetime) -> tuple[float, float]:
    """Azimuth and height of the sun in degrees at Beijing time (Spencer 1971, 0.3° or better)."""
    day = 2 * np.pi * (moment.timetuple().tm_yday - 1) / 365.0
    tilt = 0.006918 - 0.399912 * np.cos(day) + 0.070257 * np.sin(day) - 0.006758 * np.cos(2 * day)
    tilt += 0.000907 * np.sin(2 * day)
    late = 0.000075 + 0.001868 * np.cos(day) - 0.032077 * np.sin(day)
    late += -0.014615 * np.cos(2 * day) - 0.040849 * np.sin(2 * day)
    solar = moment + timedelta(minutes=229.18 * float(late) + 4 * (LONGITUDE - 120.0))
    hour = np.radians(15.0 * (solar.hour + solar.minute / 60.0 - 12.0))
    lat = np.radians(LATITUDE)
    up = np.sin(lat) * np.sin(tilt) + np.cos(lat) * np.cos(tilt) * np.cos(hour)
    south = np.cos(tilt) * np.cos(hour) * np.sin(lat) - np.sin(tilt) * np.cos(lat)
    west = np.cos(tilt) * np.sin(hour)
    return float(np.degrees(np.arctan2(-west, -south)) % 360), float(np.degrees(np.arcsin(up)))


def facing(z: Field, cell: float, azimuth: float, height: float) -> Field:
    """Cosine between the ground's normal and the sun, negative where it faces away."""
    south, east = np.gradient(z, cell)
    a, h = np.radians(azimuth), np.radians(height)
    lit = -east * np.sin(a) * np.cos(h) + south * np.cos(a) * np.cos(h) + np.sin(h)
    cosine: Field = lit / np.sqrt(east**2 + south**2 + 1)
    return cosine


def sunlit(z: Field, grid: Grid, azimuth: float, height: float, reach: float = 600.0) -> Field:
    """1 in the sun, 0 in cast shadow, soft at the edge."""
    a, rise = np.radians(azimuth), np.tan(np.radians(height))
    blocked = np.full(z.shape, -99.0)
    span = int(reach / grid.cell) + 2
    padded = np.pad(z, span, mode="edge")
    step = grid.cell
    for far in np.arange(1, int(reach / step)) * step:
        down, right = round(-far * np.cos(a) / grid.cell), round(far * np.sin(a) / grid.cell)
        top, left = span + down, span + right
        toward = padded[top : top + z.shape[0], left : left + z.shape[1]]
        np.maximum(blocked, toward - z - far * rise, out=blocked)
    soft: Field = np.clip(0.5 - blocked / 1.2, 0.0, 1.0)
    return soft


def brightness(z: Field, grid: Grid, azimuth: float, height: float) -> tuple[Field, Field]:
    """Sunlight and skylight, each relative to what falls on level ground in the open."""
    level = np.sin(np.radians(height))
    beam = np.clip(facing(z, grid.cell, azimuth, height), 0, None) / level
    scattered = 0.6 + 0.4 * np.clip(facing(z, grid.cell, 0.0, 90.0), 0, 1)
    return np.clip(beam * sunlit(z, grid, azimuth, height), 0, 2.2), scattered
