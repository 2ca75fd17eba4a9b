"""Closed depressions: how deep water would stand before it found a way out."""

import numpy as np

from yanhu_satcheck.raster.resample import Bools, Floats

SIDE = 64  # blocks of cells that a window is flooded in


def pits(before: Floats, after: Floats, where: Bools) -> tuple[float, int]:
    """The deepest new standing water where asked (h, w), metres, and the cells along a block.

    The window's edge, and cells that nobody knows, let water out: a pit that reaches there is not
    told from a valley.
    """
    times = max(1, -(-max(before.shape) // SIDE))
    asked = _means(where.astype(np.float32), times) > 0.5
    one, two = (_means(surface, times) for surface in (before, after))
    stood, stands = flooded(one) - one, flooded(two) - two
    gained = np.where(asked & np.isfinite(stood) & np.isfinite(stands), stands - stood, 0)
    return float(gained.max(initial=0.0)), times


def flooded(surface: Floats) -> Floats:
    """The surface with every depression filled to its outlet (Planchon & Darboux 2001)."""
    ground = np.where(np.isfinite(surface), surface, -np.inf)
    water = np.full_like(ground, np.inf)
    rim = np.ones(ground.shape, dtype=bool)
    rim[1:-1, 1:-1] = False
    water[rim | ~np.isfinite(ground)] = ground[rim | ~np.isfinite(ground)]
    while True:
        lowest = water.copy()
        for i in (0, 1, 2):
            for j in (0, 1, 2):
                part = water[i : i + water.shape[0] - 2, j : j + water.shape[1] - 2]
                np.minimum(lowest[1:-1, 1:-1], part, out=lowest[1:-1, 1:-1])
        sunk = np.maximum(ground, lowest)
        if np.array_equal(sunk, water):
            return np.asarray(np.where(np.isfinite(surface), water, np.nan), dtype=np.float32)
        water = sunk


def _means(field: Floats, times: int) -> Floats:
    """Means over square blocks; the last, incomplete ones are left out."""
    if times == 1:
        return field
    h, w = (n // times for n in field.shape)
    cut = field[: h * times, : w * times]
    return np.asarray(cut.reshape(h, times, w, times).mean(axis=(1, 3)), dtype=np.float32)
