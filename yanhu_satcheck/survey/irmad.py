"""Fit IR-MAD to a scene's sample: which combinations of bands stayed alike where nothing changed.

Canonical correlations between the dates (MAD: Nielsen, Conradsen & Simpson 1998), repeated with
each cell weighted by the chance of as large a χ² without change (Nielsen 2007). Unlike there, the
spread of the differences is made consistent: weighing by the chance cuts the tails of what did not
change too, and without correction the fit shrinks from round to round onto ever fewer cells.
Invariant to gain and offset of either image, so radiometry cannot spoil it; but where a season
changes most of a scene it takes the season for “no change”.
"""

from math import factorial

import numpy as np
from scipy import integrate, special

from yanhu_satcheck.raster.alteration import Alteration, Doubles, differences
from yanhu_satcheck.raster.resample import Floats

MOST = 250_000  # cells of the sample that are used
ROUNDS = 60
STILL = 1e-3  # change of any correlation below which the fit has settled
RIDGE = 1e-9  # of each band's variance: holds bands apart that repeat one another
FEWEST = 500  # cells' worth of weight below which a fit is not trusted


def irmad(before: Floats, after: Floats) -> Alteration | None:
    """Fit to clear cells (p, n) of both dates; None where bands hold nothing or too few cells do.

    Every so-manieth cell is taken of more than a quarter of a million.
    """
    every = max(1, -(-before.shape[1] // MOST))
    one, two = before[:, ::every].astype(float), after[:, ::every].astype(float)
    if one.shape[1] < FEWEST or min(one.std(axis=1).min(), two.std(axis=1).min()) == 0:
        return None
    fit = mad(one, two, None)
    first, shrink = fit, shrinkage(len(one))
    rounds, settled, chi2 = 1, False, (differences(one, two, fit) ** 2).sum(axis=0)
    while rounds < ROUNDS and not settled:
        weight = survival(chi2, len(one))
        if weight.sum() < FEWEST:
            break
        new = mad(one, two, weight, shrink)
        settled = bool(np.abs(np.subtract(new.rho, fit.rho)).max() < STILL)
        fit, rounds = new, rounds + 1
        chi2 = (differences(one, two, fit) ** 2).sum(axis=0)
    ladder = np.quantile(chi2, np.linspace(0, 1, 101)).astype(np.float32)
    return Alteration(fit.means, fit.takes, fit.spread, fit.rho, first.rho, rounds, settled, ladder)


def mad(one: Doubles, two: Doubles, weight: Doubles | None, shrink: float = 1.0) -> Alteration:
    """One round: canonical variates of two stacks (p, n) under weights (n,), least alike first."""
    p = len(one)
    mass = np.ones(one.shape[1]) if weight is None else weight
    mass = mass / mass.sum()
    means = one @ mass, two @ mass
    centred = np.vstack([one - means[0][:, None], two - means[1][:, None]])
    cov = (centred * mass) @ centred.T
    cov[np.diag_indices(2 * p)] *= 1 + RIDGE
    s11, s12, s22 = cov[:p, :p], cov[:p, p:], cov[p:, p:]
    low = np.linalg.cholesky(s11)
    half = np.linalg.solve(low, s12)
    inner = half @ np.linalg.solve(s22, half.T)
    squares, vectors = np.linalg.eigh((inner + inner.T) / 2)
    rho = np.sqrt(np.clip(squares, 1e-12, 1 - 1e-9))
    first = np.linalg.solve(low.T, vectors)
    second = np.linalg.solve(s22, s12.T @ first) / rho
    spread = np.sqrt(2 * (1 - rho) / shrink)
    ladder = np.zeros(0, np.float32)
    told = tuple(float(r) for r in rho)
    return Alteration(means, (first.T, second.T), spread, told, told, 1, False, ladder)


def survival(chi2: Doubles, p: int) -> Doubles:
    """The chance (n,) of a larger χ² with p degrees of freedom; closed where p is even."""
    if p % 2:
        return np.asarray(special.gammaincc(p / 2, chi2 / 2))
    half = chi2 / 2
    series = sum(half**i / factorial(i) for i in range(p // 2))
    return np.asarray(np.exp(-half) * series)


def shrinkage(p: int) -> float:
    """The variance of an unchanged Gaussian cell's difference that weighting by survival leaves.

    E[S(C)·C] / (p·E[S(C)]) for C of χ² with p degrees of freedom is E[min(C, C')] / p.
    """
    both = integrate.quad(lambda c: float(special.gammaincc(p / 2, c / 2)) ** 2, 0, np.inf)[0]
    return float(both / p)
