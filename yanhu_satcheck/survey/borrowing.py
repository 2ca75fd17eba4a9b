"""A chip with too few windows of its own takes the shift that others of its product agree on.

Where a mine swallows most of a chip of 480 m, what is left is too little to register by. Chips of
one product were laid on the ground by one procedure, so their shifts scatter around one value. It
is borrowed where enough of them registered by themselves, most of the time and close together, and
where some of the chip's own windows bear it out. Its σ is the scatter of those chips, not the error
of their middle: the chip is one more of them, and how far one lies off is what must be known.

Contents of another place laid in a chip's frame must not be taken for the same ground. Of 413 such
chips 3 had two windows near the shift and no more elsewhere, none had three: three are asked for.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import stats
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.pair import common_roles, open_pair
from yanhu_satcheck.raster.window import cell_m
from yanhu_satcheck.scene import SceneFit, Warp
from yanhu_satcheck.survey import modelled
from yanhu_satcheck.survey.consensus import AGREE_PX, largest
from yanhu_satcheck.survey.phase import Doubles, window_shift
from yanhu_satcheck.survey.registration import FINEST_PX, KEPT, KEPT_SMALL, SPREAD_PX
from yanhu_satcheck.survey.windows import shared_window, tiles
from yanhu_satcheck.terms import Words

LENDERS = 12  # scenes that must have registered by themselves
LENDING = 1 / 3  # share of their kind that they must be: rugged ground under a low sun falls short
CENTRED_PX = 0.5  # a common shift beyond this may be shade that moved, and nothing would show it
CONFIRM = 3  # windows of a chip that must lie near the borrowed shift


class Loan(NamedTuple):
    """The shift of a product in cells (x right, y down), and how single scenes scatter about it."""

    shift: tuple[float, float]
    sigma: tuple[float, float]
    lenders: int
    local_px: float  # usual spread of single windows in a scene


def borrowed(
    fits: Sequence[SceneFit], keep_out: Sequence[BaseGeometry], crs: str, seed: int = 0
) -> tuple[SceneFit, ...]:
    """Give every small scene that was refused for want of windows the shift of its product.

    Args:
        fits: One a scene pair, from `survey`, with its follow-up fits. Those that registered come
            back as they are, those that may not borrow with one reason more for being refused.
        keep_out: The same that `survey` was given, in `crs`.
        crs: The batch's working CRS.
        seed: Of the classes of ground.

    Raises:
        RasterError: An image or mask cannot be read.
    """
    out = _each(fits, keep_out, crs, seed)
    later = iter(_each([one for fit in fits for one in fit.later], keep_out, crs, seed))
    return tuple(
        replace(fit, later=tuple(next(later) for _ in fit.later)) if fit.later else fit
        for fit in out
    )


def _each(
    fits: Sequence[SceneFit], keep_out: Sequence[BaseGeometry], crs: str, seed: int
) -> list[SceneFit]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for i, fit in enumerate(fits):
        if fit.windows_tried:
            groups.setdefault(_product(fit), []).append(i)
    out = list(fits)
    for group in groups.values():
        loan = lent([fits[i] for i in group])
        for i in group:
            if loan is not None and _wants(fits[i]):
                out[i] = _with(fits[i], loan, keep_out, crs, seed)
    return out


def lent(fits: Sequence[SceneFit]) -> Loan | Words | None:
    """What the scenes of one product lend, why it must not be lent, or None: too few registered."""
    own = [fit for fit in fits if fit.warp is not None and fit.warp.plain and fit.shift_px]
    if len(own) < LENDERS:
        return None
    shifts = np.array([[m.value for m in fit.shift_px or ()] for fit in own])
    x, y = (float(value) for value in np.median(shifts, axis=0))
    sigma_x, sigma_y = scatter(shifts)
    local = float(np.median([fit.local_px or 0.0 for fit in own]))
    loan = Loan((x, y), (sigma_x, sigma_y), len(own), local)
    return _unsafe(loan, len(fits)) or loan


def scatter(shifts: Doubles) -> tuple[float, float]:
    """How far one more scene may lie from the median of shifts (n, 2), 1 σ an axis.

    Not a robust spread: scenes far off are the ones it must hold. Widened by Student's t and by
    the error of the middle itself, so that ±1.96 of it holds 95 % of normal scenes.
    """
    n = len(shifts)
    off = shifts - np.median(shifts, axis=0)
    wide = float(stats.t.ppf(0.975, n - 1)) / 1.96 * (1 + 1 / n) ** 0.5
    x, y = np.maximum(np.sqrt((off**2).sum(axis=0) / (n - 1)) * wide, FINEST_PX)
    return float(x), float(y)


def _unsafe(loan: Loan, scenes: int) -> Words | None:
    """Why a group that looks sure may not be."""
    n, (x, y), spread = loan.lenders, loan.shift, max(loan.sigma)
    if n < LENDING * scenes:
        return Words(
            f"同类 {scenes} 景中仅 {n} 景可自行配准，不足三分之一，不予借用其位移",
            f"only {n} of {scenes} scenes of its kind register by themselves, less than a third, "
            "so their shift is not borrowed",
        )
    if spread > SPREAD_PX:
        return Words(
            f"同类 {n} 景的位移离散度 {spread:.2f} 像元，不予借用",
            f"the shifts of {n} scenes of its kind scatter by {spread:.2f} px and are not borrowed",
        )
    if (x**2 + y**2) ** 0.5 > CENTRED_PX:
        return Words(
            f"同类 {n} 景共同位移（右 {x:.2f}、下 {y:.2f} 像元）过大，"
            "可能由低太阳高度下的阴影造成，不予借用",
            f"{n} scenes of its kind share a shift of {x:.2f} right, {y:.2f} px down, which shade "
            "under a low sun may have made: it is not borrowed",
        )
    return None


def _product(fit: SceneFit) -> tuple[object, ...]:
    """What scenes of one product have in common; their dates may lie apart."""
    images = fit.pair.before, fit.pair.after
    coding = [(one.dtype, one.scale, one.bands, f"{cell_m(one.grid):.2g}") for one in images]
    return common_roles(fit.pair), *coding


def _wants(fit: SceneFit) -> bool:
    return fit.refused is not None and fit.warp is None and fit.windows_tried < 2 * KEPT


def _with(
    fit: SceneFit, loan: Loan | Words, keep_out: Sequence[BaseGeometry], crs: str, seed: int
) -> SceneFit:
    """The fit of a chip with a borrowed shift, or refused with one reason more."""
    if isinstance(loan, Words):
        return _refused(fit, loan)
    own = _own(fit)
    near, against, spread = heard(own, loan)
    wild = near >= KEPT_SMALL and spread > SPREAD_PX  # of fewer, a spread says little
    if near < CONFIRM or against > near or wild:
        return _refused(fit, _unheard(near, against, spread if wild else None, loan))
    (x, y), (sx, sy), n = loan.shift, loan.sigma, loan.lenders
    new = replace(
        fit,
        refused=None,
        warp=Warp(loan.shift, cov=(((sx**2,),), ((sy**2,),))),
        shift_px=(Measured(x, sx, n, "px"), Measured(y, sy, n, "px")),
        windows_kept=near,
        local_px=max(loan.local_px, spread),
        borrowed=_says(loan, near),
    )
    return modelled(new, keep_out, crs, seed)


def heard(own: Doubles, loan: Loan) -> tuple[int, int, float]:
    """How many of a chip's windows (2, k) bear the loan out, how many agree on another, the spread.

    The spread is that of the windows near it, the wider of both axes.
    """
    off = own - np.array(loan.shift)[:, None]
    close = np.hypot(*off) < AGREE_PX
    far = own[:, ~close]
    against = len(largest(far)) if far.size else 0
    near = off[:, close]
    spread = float((1.4826 * np.median(np.abs(near), axis=1)).max()) if near.size else 0.0
    return int(close.sum()), against, spread


def _own(fit: SceneFit) -> Doubles:
    """The shifts (2, k) of the chip's windows in which a peak stood out."""
    with open_pair(fit.pair) as reader:
        area = shared_window(reader.grid, fit.pair.after.grid)
        told = [window_shift(reader.read(window)) for window in tiles(area, 0)] if area else []
    return np.array([one for one in told if one is not None], dtype=float).reshape(-1, 2).T


def _refused(fit: SceneFit, why: Words) -> SceneFit:
    old = fit.refused or why
    return replace(fit, refused=Words(f"{old.zh}；{why.zh}", f"{old.en}; {why.en}"))


def _unheard(near: int, against: int, spread: float | None, loan: Loan) -> Words:
    """Why a chip's own windows stand against borrowing."""
    zh, en = f"仅 {near} 个", f"only {near} of its windows"
    if spread is not None:
        zh, en = f"{near} 个（离散度 {spread:.2f} 像元）", f"{en[5:]}, {spread:.2f} px apart,"
    elif against > 1:
        zh, en = f"{zh}、{against} 个一致指向他处", f"{en}, with {against} for another,"
    return Words(
        f"本片窗口与同类 {loan.lenders} 景的位移相符的{zh}，不予借用",
        f"{en} bear out the shift of {loan.lenders} scenes of its kind: it is not borrowed",
    )


def _says(loan: Loan, near: int) -> Words:
    (x, y), (sx, sy), n = loan.shift, loan.sigma, loan.lenders
    return Words(
        f"本片窗口不足，借用同类 {n} 景的位移：右 {x:.2f} ± {sx:.2f}、下 {y:.2f} ± {sy:.2f} 像元；"
        f"本片有 {near} 个窗口与之相符",
        f"too few of its own windows agree, so the shift of {n} scenes of its kind is taken: "
        f"{x:.2f} ± {sx:.2f} px right, {y:.2f} ± {sy:.2f} down; {near} of its windows bear it out",
    )
