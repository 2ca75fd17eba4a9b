"""Where cells are: a north-up grid, and reading a field between its cells."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from affine import Affine
from scipy import ndimage

from .noise import Field

CRS = "EPSG:4546"


@dataclass(frozen=True, slots=True)
class Grid:
    """A north-up grid of square cells; `west` and `north` are its outer corner, in metres."""

    west: float
    north: float
    cell: float
    rows: int
    cols: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.rows, self.cols

    @property
    def transform(self) -> Affine:
        """Cell to map, as rasters store it."""
        return Affine(self.cell, 0.0, self.west, 0.0, -self.cell, self.north)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        east, south = self.west + self.cols * self.cell, self.north - self.rows * self.cell
        return self.west, south, east, self.north

    def xy(self) -> tuple[Field, Field]:
        """Easting and northing of every cell's centre."""
        x = self.west + (np.arange(self.cols) + 0.5) * self.cell
        y = self.north - (np.arange(self.rows) + 0.5) * self.cell
        across, down = np.meshgrid(x, y)
        return across, down

    def sample(self, field: Field, x: Field, y: Field, order: Literal[1, 3] = 1) -> Field:
        """The field at map positions; beyond the edge its nearest value."""
        at = [(self.north - y) / self.cell - 0.5, (x - self.west) / self.cell - 0.5]
        return np.asarray(
            ndimage.map_coordinates(field, np.asarray(at), order=order, mode="nearest")
        )

    def at(self, field: Field, x: float, y: float) -> float:
        """The field at one position."""
        return float(self.sample(field, np.array([x]), np.array([y]))[0])

    def window(self, bounds: tuple[float, float, float, float]) -> tuple[slice, slice]:
        """The cells whose centres may lie inside the bounds (west, south, east, north)."""
        west, south, east, north = bounds
        top, bottom = int((self.north - north) // self.cell), int((self.north - south) // self.cell)
        left, right = int((west - self.west) // self.cell), int((east - self.west) // self.cell)
        return slice(max(top, 0), max(bottom + 1, 0)), slice(max(left, 0), max(right + 1, 0))

    @classmethod
    def small(cls, x: float, y: float) -> "Grid":
        """300 × 300 pixels of 2 m about a position: what a county's orthophoto shows."""
        return cls(round(x / 10) * 10 - 300.0, round(y / 10) * 10 + 300.0, 2.0, 300, 300)

    def around(self, x: float, y: float, half: float, cell: float) -> "Grid":
        """A grid of another cell size, centred on a position."""
        side = round(2 * half / cell)
        return Grid(x - half, y + half, cell, side, side)


def slope_of(z: Field, cell: float) -> Field:
    """Tangent of the slope."""
    down, across = np.gradient(z, cell)
    steep: Field = np.hypot(down, across)
    return steep
