"""What stands on a grid at a date: elevation, bare ground, plants and their share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .frame import Grid
from .noise import Field
from .spectra import G, P, ground_table, plant_table

Kinds = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Land:
    """Ground and cover of every cell; the arrays are painted in place while it is made."""

    grid: Grid
    when: int  # the season: −1 spring, 0 summer, 1 autumn
    z: Field
    ground: Kinds
    plant: Kinds
    share: Field  # of the cell that plants cover
    tone: Field  # brightness relative to the table

    def part(self, bounds: tuple[float, float, float, float]) -> "Land | None":
        """A view of the cells inside the bounds, or nothing where there are too few for a slope."""
        down, across = self.grid.window(bounds)
        z = self.z[down, across]
        if min(z.shape) < 2:
            return None
        cell = self.grid.cell
        west, north = self.grid.west + across.start * cell, self.grid.north - down.start * cell
        grid = Grid(west, north, cell, z.shape[0], z.shape[1])
        kinds = self.ground[down, across], self.plant[down, across]
        return Land(grid, self.when, z, *kinds, self.share[down, across], self.tone[down, across])

    def lay(
        self, where: Mask, ground: str, share: float | Field = 0.0, plant: str = "grass"
    ) -> None:
        """Cover the cells with a ground and, on a share of each, a plant."""
        self.ground[where] = G[ground]
        self.plant[where] = P[plant]
        self.share[where] = share[where] if isinstance(share, np.ndarray) else share

    def reflectance(self) -> Field:
        """Bands × rows × columns, before light and air."""
        bare = ground_table()[self.ground] * self.tone[..., None]
        leaf = plant_table(self.when)[self.plant] * (0.6 + 0.4 * self.tone[..., None])
        mixed: Field = bare + self.share[..., None] * (leaf - bare)
        return np.moveaxis(mixed, -1, 0)
