"""Make the after image comparable with the before image, without taking harvest for haze.

A straight line a band, after × gain + offset ≈ before, over ground that hardly changes: not
green on either date, neither dark nor saturated. Without the first condition the fit locks onto
the harvested crop. Reduced major axis, since both dates are noisy; residuals trimmed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.spectra import TINY
from yanhu_satcheck.terms import Words

ENOUGH = 500  # fewest stable cells
ALIKE = 0.9  # lowest correlation
GAINS = (0.5, 2.0)
GAINS_RAW = (1 / 3, 3.0)  # of digital numbers, whose gain says nothing about the ground
LOW_GREEN = 0.25

Gains = tuple[tuple[float, float], ...]


class Radiometry(NamedTuple):
    """Gain and offset a band, and what was done in words."""

    gains: Gains
    fitted: bool
    says: Words


def relate(before: Floats, after: Floats, roles: tuple[str, ...], calibrated: bool) -> Radiometry:
    """Fit the after sample (p, n) to the before sample, or keep it as it is and say why."""
    rows = np.flatnonzero(stable(before, after, roles, calibrated))
    same = tuple((1.0, 0.0) for _ in roles)
    if len(rows) < ENOUGH:
        return Radiometry(
            same,
            False,
            _kept_because(
                f"稳定像元仅 {len(rows)} 个（至少 {ENOUGH} 个）",
                f"only {len(rows)} stable cells of {ENOUGH}",
            ),
        )
    gains, low, high = [], *(GAINS if calibrated else GAINS_RAW)
    for role, one, two in zip(roles, before[:, rows], after[:, rows], strict=True):
        gain, offset, r, n = line(two.astype(float), one.astype(float))
        if r < ALIKE or n < ENOUGH or not low <= gain <= high:
            return Radiometry(
                same,
                False,
                _kept_because(
                    f"{role} 波段拟合不可靠（R={r:.2f}，增益 {gain:.2f}）",
                    f"the {role} band does not fit (R={r:.2f}, gain {gain:.2f})",
                ),
            )
        gains.append((gain, offset))
    return Radiometry(
        tuple(gains),
        True,
        Words(
            f"后时相已按 {len(rows)} 个稳定像元逐波段线性校正到前时相",
            f"the after image was levelled to the before image on {len(rows)} stable cells",
        ),
    )


def stable(
    before: Floats, after: Floats, roles: tuple[str, ...], calibrated: bool
) -> NDArray[np.bool_]:
    """Cells (n,) that hardly change with season: low green on both dates, not dark, not burnt out.

    Digital numbers know no absolute NDVI: there it is the less green third of each date.
    """
    good = np.ones(before.shape[1], dtype=bool)
    for stack in (before, after):
        mean = stack.mean(axis=0)
        low, high = np.quantile(mean, (0.02, 0.995))
        good &= (mean > low) & (mean < high)
        if not calibrated and stack.max() <= 255:
            good &= (stack < 254).all(axis=0)
        if "nir" in roles and "red" in roles:
            nir, red = stack[roles.index("nir")], stack[roles.index("red")]
            ndvi = (nir - red) / np.maximum(nir + red, TINY)
            good &= ndvi < (LOW_GREEN if calibrated else np.quantile(ndvi, 1 / 3))
    return good


def line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, float, int]:
    """Gain, offset, correlation and count of y ≈ gain·x + offset, trimmed at 2.5 robust sigma."""
    keep = np.ones(len(x), dtype=bool)
    gain, offset, r = 1.0, 0.0, 0.0
    for _ in range(8):
        a, b = x[keep], y[keep]
        sx, sy = a.std(), b.std()
        if len(a) < 3 or sx == 0 or sy == 0:
            return 1.0, 0.0, 0.0, len(a)
        r = float(((a - a.mean()) * (b - b.mean())).mean() / (sx * sy))
        gain = float(np.copysign(sy / sx, r))
        offset = float(np.median(b - gain * a))
        residual = y - gain * x - offset
        spread = 1.4826 * np.median(np.abs(residual[keep]))
        new = np.abs(residual) <= 2.5 * max(float(spread), 1e-12)
        if np.array_equal(new, keep):
            break
        keep = new
    return gain, offset, r, int(keep.sum())


def _kept_because(zh: str, en: str) -> Words:
    return Words(f"未作相对辐射校正：{zh}", f"no relative radiometric correction: {en}")
