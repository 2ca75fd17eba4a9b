"""Change as iteratively reweighted multivariate alteration (IR-MAD): applied to any cells.

Fitted once a scene by `survey.irmad`. χ² ranks cells; its tail is no threshold, since real ground
is not Gaussian and seasons move most of it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.resample import Floats

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Alteration:
    """What takes p bands of two dates to p differences of canonical variates, and their spread."""

    means: tuple[Doubles, Doubles]  # (p,) of ground without change
    takes: tuple[Doubles, Doubles]  # (p, p) rows: a variate's weights, before and after
    spread: Doubles  # (p,) standard deviation of a difference where nothing changed
    rho: tuple[float, ...]  # canonical correlations, ascending
    first: tuple[float, ...]  # the same before any reweighting
    rounds: int
    settled: bool  # the correlations stood still
    ladder: Floats  # (101,) percentiles of χ² over the scene's ground


def differences(before: Doubles, after: Doubles, fit: Alteration) -> Doubles:
    """The standardised differences (p, n) of two stacks (p, n)."""
    one = fit.takes[0] @ (before - fit.means[0][:, None])
    two = fit.takes[1] @ (after - fit.means[1][:, None])
    return np.asarray((one - two) / fit.spread[:, None])


def chi_square(before: Floats, after: Floats, fit: Alteration) -> Floats:
    """χ² (…) of stacks (p, …): about χ² with p degrees of freedom where nothing changed."""
    one, two = (np.nan_to_num(s).reshape(len(s), -1).astype(float) for s in (before, after))
    value = (differences(one, two, fit) ** 2).sum(axis=0)
    return np.asarray(value.reshape(before.shape[1:]), dtype=np.float32)


def standing(chi2: Floats, fit: Alteration) -> Floats:
    """The share of the scene's ground (0–1) that changed less than each cell."""
    steps = np.linspace(0.0, 1.0, len(fit.ladder))
    return np.interp(chi2, fit.ladder, steps).astype(np.float32)
