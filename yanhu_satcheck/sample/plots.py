"""The mosaic of fields: blocks of strips on the plain, contour terraces on the loess."""

from dataclasses import dataclass

import numpy as np

from .noise import Cells, Field, hashed, value_noise

BLOCK = (470.0, 330.0)  # metres, between farm tracks
SKEW = 0.21  # radians by which the blocks stand off north


@dataclass(frozen=True, slots=True)
class Plots:
    """Which field a cell belongs to, how far its edge is, and which way its rows run."""

    label: Cells
    edge: Field  # metres to the field's own edge
    track: Field  # metres to the block's edge
    across: Field  # metres across the rows

    def draw(self, salt: int) -> Field:
        """One uniform number a field."""
        return hashed(salt, self.label)


def mosaic(x: Field, y: Field, level: Field, terraced: Field, salt: int) -> Plots:
    """The fields at any positions, the same whatever the grid."""
    sway = 9.0 * value_noise(x, y, 700.0, salt), 9.0 * value_noise(x, y, 640.0, salt + 1)
    u = x * np.cos(SKEW) + y * np.sin(SKEW) + sway[0]
    v = y * np.cos(SKEW) - x * np.sin(SKEW) + sway[1]
    plain, steps = _blocks(u, v, salt), _terraces(u, level, salt)
    stepped = terraced > 0.4
    return Plots(
        np.where(stepped, steps.label, plain.label),
        np.where(stepped, steps.edge, plain.edge),
        np.where(stepped, steps.track, plain.track),
        np.where(stepped, steps.across, plain.across),
    )


def _blocks(u: Field, v: Field, salt: int) -> Plots:
    """Strips in blocks, each block with its own direction and strip width."""
    row = np.floor(v / BLOCK[1]).astype(np.int64)
    u = u + 400.0 * hashed(salt + 2, row)
    col = np.floor(u / BLOCK[0]).astype(np.int64)
    in_u, in_v = u - col * BLOCK[0], v - row * BLOCK[1]
    turned = hashed(salt + 3, col, row) > 0.45
    across, along = np.where(turned, in_u, in_v), np.where(turned, in_v, in_u)
    width = 17.0 + 42.0 * hashed(salt + 4, col, row) ** 1.6
    across = across + 0.3 * width * np.sin(across / (2.3 * width))
    strip = np.floor(across / width).astype(np.int64)
    length = 95.0 + 190.0 * hashed(salt + 5, col, row, strip)
    piece = along / length + hashed(salt + 6, col, row, strip)
    number = np.floor(piece).astype(np.int64)
    beside = across - strip * width
    end = (piece - number) * length
    edge = np.minimum(np.minimum(beside, width - beside), np.minimum(end, length - end))
    track = np.minimum(np.minimum(in_u, BLOCK[0] - in_u), np.minimum(in_v, BLOCK[1] - in_v))
    label = hashed(salt + 7, col, row, strip, number) * 2**31
    return Plots(label.astype(np.int64), np.minimum(edge, track), track, across)


def _terraces(u: Field, level: Field, salt: int) -> Plots:
    """Fields one terrace wide, cut across at uneven lengths."""
    step = np.floor(level).astype(np.int64)
    length = 70.0 + 130.0 * hashed(salt + 8, step)
    piece = u / length + hashed(salt + 9, step)
    number = np.floor(piece).astype(np.int64)
    end = (piece - number) * length
    riser = np.minimum(level - step, step + 1 - level) * 40.0
    label = hashed(salt + 10, step, number) * 2**31
    edge = np.minimum(np.minimum(end, length - end), riser)
    return Plots(label.astype(np.int64), edge, np.full(u.shape, 99.0), level * 40.0)
