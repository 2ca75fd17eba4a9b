"""Take pixels between cells: sub-pixel reads that spoil neither numbers nor gaps."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

PAD = 2  # cells that a sub-pixel read needs around its window


def cubic_weights(fraction: float) -> tuple[float, float, float, float]:
    """The four Catmull-Rom weights of a point `fraction` past the second tap (Keys 1981, a=-½)."""
    t = fraction
    return (
        ((-0.5 * t + 1.0) * t - 0.5) * t,
        (1.5 * t - 2.5) * t * t + 1.0,
        ((-1.5 * t + 2.0) * t + 0.5) * t,
        (0.5 * t - 0.5) * t * t,
    )


def between(pixels: Floats, down: float, right: float) -> Floats:
    """Sample a padded stack (…, h+4, w+4) at a fraction of a cell down and right: (…, h, w).

    Where one of the sixteen taps is a gap, the nearest cell is taken instead, so gaps neither
    grow nor ring; a point whose nearest cell is a gap is a gap.
    """
    h, w = pixels.shape[-2] - 2 * PAD, pixels.shape[-1] - 2 * PAD
    rows: Floats = _along(pixels, down, h, -2)
    out: Floats = _along(rows, right, w, -1)
    i, j = PAD + round(down), PAD + round(right)
    nearest = pixels[..., i : i + h, j : j + w]
    return np.where(np.isfinite(out), out, nearest)


def _along(pixels: Floats, fraction: float, size: int, axis: int) -> Floats:
    out: Floats | None = None
    for tap, weight in enumerate(cubic_weights(fraction)):
        if abs(weight) > 1e-9:  # 0 × NaN would spread a gap
            cut = [slice(None)] * pixels.ndim
            cut[axis] = slice(PAD - 1 + tap, PAD - 1 + tap + size)
            part = pixels[tuple(cut)] * np.float32(weight)
            out = part if out is None else out + part
    assert out is not None  # the second weight of fraction 0 is 1
    return out


def touched(flags: Bools, down: float, right: float) -> Bools:
    """Like `between` for flags: true where any cell that has a part in the point is true."""
    h, w = flags.shape[-2] - 2 * PAD, flags.shape[-1] - 2 * PAD
    out = np.zeros((*flags.shape[:-2], h, w), dtype=bool)
    for i in (0, 1) if down > 0.02 else (0,):
        for j in (0, 1) if right > 0.02 else (0,):
            out |= flags[..., PAD + i : PAD + i + h, PAD + j : PAD + j + w]
    return out
