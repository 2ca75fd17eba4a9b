"""Workings that lay idle: weeds stood on them in spring and were gone by August."""

from dataclasses import dataclass

import numpy as np

from .frame import slope_of
from .land import Land
from .noise import fbm
from .terms import SPRING
from .works import Work


@dataclass(frozen=True, slots=True)
class Regrowth(Work):
    """Weeds and weathered rock over an old working; not a grain of the ground moves."""

    weeds: float = 0.62

    def do(self, land: Land) -> None:
        """Cover the working, in spring only."""
        if land.when != SPRING:
            return
        x, y = land.grid.xy()
        salt = self.lobe.salt
        here = self.lobe.inside(x, y) > -1.5
        thick = np.clip(self.weeds * (1.0 + 0.35 * fbm(x, y, 22.0, 3, salt + 41)), 0.1, 0.92)
        land.tone[here] = (1.0 + 0.06 * fbm(x, y, 26.0, 3, salt + 42))[here]
        land.lay(here, "old_floor", thick, "grass")
        steep = slope_of(land.z, land.grid.cell) > 0.55
        land.lay(here & steep, "weathered_limestone", 0.7 * thick, "shrub")
