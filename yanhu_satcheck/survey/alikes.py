"""Sort a scene's ground into classes by its look before, and learn how each class changed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.raster.ground import LookAlikes, log_bands, nearest_class
from yanhu_satcheck.raster.resample import Floats

Doubles = NDArray[np.float64]

CLASSES = 14
SAMPLE = 40_000  # cells that classes are sought in
USUAL = 0.9  # share of a class whose change is nothing unusual
QUIET = 0.99  # share of a scene's ground that counts as unchanged
BORROWED = 50.0  # cells' worth of the scene as a whole that every class is mixed with


class Classes(NamedTuple):
    """Look-alikes whose cover shares are still to be learnt, and each sample cell's class."""

    likes: LookAlikes
    kind: NDArray[np.int64]


def classify(before: Floats, after: Floats, seed: int) -> Classes:
    """Fit classes and their changes to clear cells (p, n) of both dates."""
    soft = np.maximum(0.1 * np.median(before, axis=1), 1e-3).astype(np.float32)
    was, now = log_bands(before, soft), log_bands(after, soft)
    scale = np.maximum(was.std(axis=1), 1e-3)
    points, change = (was / scale[:, None]).T, (now - was).T
    random = np.random.default_rng(seed)
    some = points
    if len(points) > SAMPLE:
        some = points[np.sort(random.choice(len(points), SAMPLE, replace=False))]
    centres = k_means(some, int(np.clip(len(points) // 400, 1, CLASSES)), random)
    kind, near = nearest_class(points, centres)
    mean, whiten = _changes(change, kind, len(centres))
    d2 = np.empty(len(change), np.float32)
    for k in range(len(centres)):
        rows = kind == k
        d2[rows] = (((change[rows] - mean[k]) @ whiten[k].T) ** 2).sum(axis=1)
    zeros = np.zeros(len(centres), np.float32)
    likes = LookAlikes(
        soft,
        scale,
        centres,
        mean,
        whiten,
        np.maximum(_quantiles(d2, kind, len(centres), QUIET), np.quantile(d2, QUIET)),
        _quantiles(d2, kind, len(centres), USUAL),
        _quantiles(near, kind, len(centres), 0.999),
        zeros,
        zeros,
        zeros,
        zeros,
    )
    return Classes(likes, kind)


def k_means(points: Floats, count: int, random: np.random.Generator) -> Floats:
    """Centres (k, p) by Lloyd's rounds from k-means++ seeds (Arthur & Vassilvitskii 2007)."""
    centres = points[random.integers(len(points))][None]
    while len(centres) < count:
        far = nearest_class(points, centres)[1].astype(float) + 1e-12
        centres = np.vstack([centres, points[random.choice(len(points), p=far / far.sum())]])
    for _ in range(25):
        kind, _ = nearest_class(points, centres)
        size = np.bincount(kind, minlength=count)
        sums = [np.bincount(kind, weights=column, minlength=count) for column in points.T]
        new = np.where(size > 0, np.array(sums) / np.maximum(size, 1), centres.T).T
        moved = np.abs(new - centres).max()
        centres = new.astype(np.float32)
        if moved < 1e-3:
            break
    return np.asarray(centres, dtype=np.float32)


def shares(
    happened: NDArray[np.bool_], could: NDArray[np.bool_], kind: NDArray[np.int64], count: int
) -> Floats:
    """How often it happened in each class where it could (k,), steadied by the scene as a whole."""
    overall = float(happened[could].mean()) if could.any() else 0.0
    tries = np.bincount(kind[could], minlength=count)
    hits = np.bincount(kind[could & happened], minlength=count)
    return ((hits + BORROWED * overall) / (tries + BORROWED)).astype(np.float32)


def _changes(change: Floats, kind: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Robust mean (k, p) and whitening matrix (k, p, p) of each class's change."""
    whole_mean, whole_cov = _core(change)
    means, whitens = [], []
    for k in range(count):
        own = change[kind == k]
        weight = len(own) / (len(own) + BORROWED)
        mean, cov = _core(own) if len(own) >= 30 else (whole_mean, whole_cov)
        mean = weight * mean + (1 - weight) * whole_mean
        cov = weight * cov + (1 - weight) * whole_cov
        means.append(mean)
        whitens.append(_whitening(cov))
    return np.array(means, np.float32), np.array(whitens, np.float32)


def _core(change: Floats) -> tuple[Doubles, Doubles]:
    """Mean and covariance of the inner nine tenths, so that real change does not set the norm."""
    middle = np.median(change, axis=0)
    spread = 1.4826 * np.median(np.abs(change - middle), axis=0)
    apart = (((change - middle) / np.maximum(spread, 1e-4)) ** 2).sum(axis=1)
    mean, cov = _inner(change, apart)
    return _inner(change, (((change - mean) @ _whitening(cov).T) ** 2).sum(axis=1))


def _inner(change: Floats, apart: Floats) -> tuple[Doubles, Doubles]:
    """Mean and covariance of the nine tenths that lie least apart."""
    inner = change[apart <= np.quantile(apart, 0.9)].astype(float)
    cov: Doubles = np.asarray(np.cov(inner, rowvar=False)).reshape(change.shape[1], -1)
    return np.asarray(inner.mean(axis=0)), cov


def _whitening(cov: Doubles) -> Doubles:
    """The matrix that takes this covariance to unity, held off from singular."""
    held = cov + np.eye(len(cov)) * (1e-3 * np.trace(cov) / len(cov) + 1e-8)
    return np.asarray(np.linalg.inv(np.linalg.cholesky(held)))


def _quantiles(values: Floats, kind: NDArray[np.int64], count: int, share: float) -> Floats:
    """A quantile of each class (k,), or the scene's where a class is too small to tell."""
    whole = float(np.quantile(values, share))
    parts = [values[kind == k] for k in range(count)]
    own = [np.quantile(part, share) if len(part) >= 100 else whole for part in parts]
    return np.array(own, np.float32)
