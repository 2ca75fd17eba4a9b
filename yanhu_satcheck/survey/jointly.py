"""All agreeing windows asked at once: one shift, or one that varies over the scene, and its error.

The sum of the windows' weighted correlations is climbed to its top by Newton's steps. The error is
the sandwich of how the single windows pull there (Huber 1967): it needs no model of the noise, and
local distortion counts as what it is. An affine is kept only if the windows ask for it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import fft, stats

from yanhu_satcheck.survey.phase import Cross, Doubles, aligned

STEPS = 12
SURE = 1e-3  # chance of an affine part this large where there is none
WORTH_PX = 0.1  # an affine that moves no corner by this much is left out
FEWEST = 16  # windows that an affine may rest on


class Joint(NamedTuple):
    """A shift over a scene: rows x and y; columns constant, along u, along v."""

    beta: Doubles  # (2, q), q = 1 or 3
    cov: Doubles  # (2, q, q), of x and of y
    steady: bool  # the top was reached

    def at(self, u: Doubles, v: Doubles) -> Doubles:
        """The shift (2, k) at places (k,) in units of half the scene."""
        return np.asarray(self.beta @ _terms(u, v, self.beta.shape[1]))


def together(
    crosses: Sequence[Cross], weight: Doubles, places: Doubles, start: Doubles, linked: float
) -> Joint:
    """Fit one shift, and an affine (6 parameters) where the windows ask for it.

    Args:
        crosses: The agreeing windows.
        weight: What each frequency is worth (n, m).
        places: The windows' middles (2, k) as u, v in units of half the scene around its middle.
        start: The shift (2, q) to begin at.
        linked: Factor by which overlap of the windows widens the variance.
    """
    flat = _climbed(crosses, weight, places, start[:, :1], linked)
    if len(crosses) < FEWEST or start.shape[1] == 1:
        return flat
    tilted = _climbed(crosses, weight, places, start, linked)
    return tilted if tilted.steady and asked_for(tilted, len(crosses)) else flat


def asked_for(tilted: Joint, windows: int) -> bool:
    """Whether the four slopes differ from none beyond chance (Wald, as F), and matter at all."""
    slopes = tilted.beta[:, 1:]
    wald = sum(
        float(s @ np.linalg.solve(c[1:, 1:], s)) for s, c in zip(slopes, tilted.cov, strict=True)
    )
    chance = float(stats.f.sf(wald / 4, 4, max(2 * windows - 6, 1)))
    corners = np.abs(slopes).sum(axis=1)
    return chance < SURE and bool(corners.max() > WORTH_PX)


def overlap_factor(places: Doubles, side: float) -> float:
    """How many times wider the variance is for windows (2, k cells) that share ground.

    The faded windows' fields correlate by r(dx)·r(dy), the autocorrelation of Hann's window; their
    pulls on the shift, which are products of two fields, by its square.
    """
    lags = np.abs(places[:, :, None] - places[:, None, :]) / side
    fade = np.hanning(257)
    own = np.correlate(fade, fade, "full")[256:] / (fade**2).sum()
    r = np.interp(np.minimum(lags, 1.0), np.linspace(0, 1, 257), own)
    return float((r[0] * r[1]).__pow__(2).sum() / places.shape[1])


def _climbed(
    crosses: Sequence[Cross], weight: Doubles, places: Doubles, start: Doubles, linked: float
) -> Joint:
    count, beta = start.shape[1], start.copy()
    terms = _terms(places[0], places[1], count)  # (q, k)
    steady = False
    for _ in range(STEPS):
        pulls, bends = _pulls(crosses, weight, beta @ terms)
        bend = np.einsum("ik,qk,rk->iqr", bends, terms, terms)
        pull = pulls @ terms.T
        step = np.stack([np.linalg.solve(b, p) for b, p in zip(bend, pull, strict=True)])
        beta = beta + np.clip(step, -0.25, 0.25)
        if np.abs(step).max() < 1e-4:
            steady = True
            break
    pulls, bends = _pulls(crosses, weight, beta @ terms)
    k = len(crosses)
    spare = k / max(k - count, 1) * linked
    # So that ±1.96 of it holds 95 % also where few windows told it.
    wide = (stats.t.ppf(0.975, max(k / linked - count, 1)) / 1.96) ** 2
    covs = []
    for pull, bend_ in zip(pulls, bends, strict=True):
        inverse = np.linalg.inv(np.einsum("k,qk,rk->qr", bend_, terms, terms))
        covs.append(inverse @ ((terms * pull**2) @ terms.T) @ inverse * spare * wide)
    return Joint(beta, np.array(covs), steady)


def _pulls(crosses: Sequence[Cross], weight: Doubles, shifts: Doubles) -> tuple[Doubles, Doubles]:
    """Each window's slope and (positive) bend of its correlation at a shift: (2, k) both."""
    n, m = weight.shape
    angular = 2 * np.pi * fft.fftfreq(n)[:, None], 2 * np.pi * fft.fftfreq(m)[None, :]
    pulls, bends = np.empty((2, len(crosses))), np.empty((2, len(crosses)))
    for i, cross in enumerate(crosses):
        phasors = weight * aligned(cross, float(shifts[0, i]), float(shifts[1, i]))
        for axis, w in ((0, angular[1]), (1, angular[0])):
            pulls[axis, i] = -(w * phasors.imag).sum()
            bends[axis, i] = (w**2 * phasors.real).sum()
    return pulls, np.maximum(bends, 1e-9)


def _terms(u: Doubles, v: Doubles, count: int) -> Doubles:
    return np.stack([np.ones_like(u), u, v])[:count]
