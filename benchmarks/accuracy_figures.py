"""Rates with their intervals, and how well the shares of causes are calibrated."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import beta

from benchmarks.accuracy_made import Row

LUMPED = {"flow": "slide", "water": "season", "fire": "season", "none": "season"}
"""What a cause counts as where the audit does not weigh it by itself."""


class Rate(NamedTuple):
    """So many of so many, with the exact 95 % interval of Clopper and Pearson (1934)."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """The share; nothing of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its bounds, as if every polygon were independent of the others."""
        low = beta.ppf(0.025, self.hits, self.of - self.hits + 1) if self.hits else 0.0
        high = beta.ppf(0.975, self.hits + 1, self.of - self.hits) if self.hits < self.of else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        if not self.of:
            return "–"
        low, high = self.interval
        return f"{self.hits}/{self.of} = {self.hits / self.of:.3f} [{low:.3f}, {high:.3f}]"


class Tally(NamedTuple):
    """What became of a set of polygons: planted problems, and honest polygons."""

    accused: int
    doubted: int
    unassessable: int
    missed: int
    honest: int
    wrongly_accused: int
    wrongly_doubted: int
    honest_blind: int

    @property
    def planted(self) -> int:
        """Problems that had to be found."""
        return self.accused + self.doubted + self.unassessable + self.missed

    @property
    def found(self) -> Rate:
        """Recall, with what is only doubted."""
        return Rate(self.accused + self.doubted, self.planted)

    @property
    def found_assessable(self) -> Rate:
        """Recall among what the audit does not say it cannot judge."""
        return Rate(self.accused + self.doubted, self.planted - self.unassessable)

    @property
    def false(self) -> Rate:
        """Honest polygons that a judged rule accuses."""
        return Rate(self.wrongly_accused, self.honest)


def tally(rows: Iterable[Row]) -> Tally:
    """Count planted problems by what became of them, and honest polygons by what was said."""
    rows = list(rows)
    fates = [row.outcome(rule) for row in rows for rule in row.must]
    honest = [row for row in rows if row.honest]
    return Tally(
        fates.count("accused"),
        fates.count("doubted"),
        fates.count("unassessable"),
        fates.count("missed"),
        len(honest),
        sum(1 for row in honest if row.accused),
        sum(1 for row in honest if row.doubted and not row.accused),
        sum(1 for row in honest if "unassessable" in row.said.values()),
    )


def by_rule(rows: Sequence[Row], rule: str) -> Tally:
    """Count one rule alone; honest is every polygon where it has no reason to speak."""
    fates = [row.outcome(rule) for row in rows if rule in row.must]
    honest = [row for row in rows if rule not in (*row.must, *row.may)]
    said = [row.said.get(rule) for row in honest]
    return Tally(
        fates.count("accused"),
        fates.count("doubted"),
        fates.count("unassessable"),
        fates.count("missed"),
        len(honest),
        said.count("inconsistent"),
        sum(1 for row in honest if rule in row.doubted),
        said.count("unassessable"),
    )


def by_seed(
    rows: Sequence[Row], rate: Callable[[Tally], Rate], draws: int = 2000
) -> tuple[float, float]:
    """Bound a rate by drawing whole quarters again: polygons of one quarter share its weather."""
    seeds = sorted({row.seed for row in rows})
    told = [rate(tally(row for row in rows if row.seed == seed)) for seed in seeds]
    hits, of = (np.array([one[k] for one in told]) for k in (0, 1))
    rng = np.random.default_rng(7)
    taken = rng.integers(len(seeds), size=(draws, len(seeds)))
    shares = hits[taken].sum(axis=1) / np.maximum(of[taken].sum(axis=1), 1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


class Bin(NamedTuple):
    """Polygons whose share of a cause lies in one range."""

    low: float
    high: float
    size: int
    said: float  # the mean share
    true: Rate


def reliability(rows: Iterable[Row], cause: str, steps: int = 5) -> list[Bin]:
    """Hold the share of a cause against how often it is the cause."""
    told = [(row.shares[cause], true_cause(row) == cause) for row in rows if cause in row.shares]
    bins = []
    for step in range(steps):
        low, high = step / steps, (step + 1) / steps
        here = [(p, y) for p, y in told if low <= p < high or (step == steps - 1 and p == 1.0)]
        mean = sum(p for p, _ in here) / len(here) if here else 0.0
        bins.append(Bin(low, high, len(here), mean, Rate(sum(y for _, y in here), len(here))))
    return bins


def true_cause(row: Row) -> str:
    """Name the true cause as the audit would."""
    return row.cause if row.cause in row.shares else LUMPED.get(row.cause, row.cause)


def brier(rows: Iterable[Row], cause: str) -> tuple[float, float, int] | None:
    """Mean squared error of a share, the same for always saying the base rate, and the count."""
    told = [(row.shares[cause], true_cause(row) == cause) for row in rows if cause in row.shares]
    if not told:
        return None
    base = sum(y for _, y in told) / len(told)
    return sum((p - y) ** 2 for p, y in told) / len(told), base * (1 - base), len(told)


def at_prevalence(recall: float, false: float, share: float = 0.01) -> float | None:
    """Give the part of all accusations that is right where so few polygons are problems."""
    right, wrong = share * recall, (1 - share) * false
    return right / (right + wrong) if right + wrong else None
