"""Loess gullies: steep-walled ditches cut into the apron, bare at every date."""

from dataclasses import dataclass, replace

import numpy as np

from yanhu_satcheck.sample.district import WORLD, District, inhabited
from yanhu_satcheck.sample.noise import Field, fbm, salt_of, smooth, value_noise
from yanhu_satcheck.sample.relief import Relief, carve

WIDE = 0.16  # of the noise that the gullies are the zero lines of: half a gully's width
DEEP = 15.0  # metres, the deepest


@dataclass(frozen=True, slots=True)
class Country:
    """A district with gullies, and how far into one each cell lies (0 outside, 1 on its line)."""

    district: District
    gully: Field


def country(seed: int) -> Country:
    """The district of a seed, its apron cut by gullies before any road was led around them."""
    relief = carve(WORLD, seed)
    cut = _cut(relief, salt_of(seed, "gullies"))
    z = relief.z - DEEP * (1 - (1 - cut) ** 1.8)
    terraced = relief.terraced * (1 - smooth(0.0, 0.12, cut))
    return Country(inhabited(seed, replace(relief, z=z, terraced=terraced)), cut)


def _cut(relief: Relief, salt: int) -> Field:
    """Where the noise crosses zero, below the mountains and above the plain."""
    x, y = WORLD.xy()
    bend = 60.0 * value_noise(x, y, 260.0, salt + 1), 60.0 * value_noise(x, y, 230.0, salt + 2)
    # Drawn out downhill, so that most gullies run from the mountains to the plain.
    along = 0.45 * (0.34 * x - 0.94 * y)
    field = fbm(0.94 * x + 0.34 * y + bend[0], along + bend[1], 620.0, 2, salt, 0.35)
    apron = smooth(-1500.0, -900.0, relief.front) * (1 - smooth(-60.0, 220.0, relief.front))
    share = smooth(-0.6, 0.8, value_noise(x, y, 1500.0, salt + 3))  # not every slope is cut
    return np.asarray(np.clip(1 - np.abs(field) / WIDE, 0, 1) * apron * share)
