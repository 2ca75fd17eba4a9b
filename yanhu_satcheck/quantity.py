"""A number that was measured, and how well."""

from typing import NamedTuple


class Figure(NamedTuple):
    """One line of a finding's evidence: what was seen, what it is held to, where it comes from."""

    name: str
    value: float | str | None
    sigma: float | None
    n: int | None
    unit: str
    threshold: float | str | None
    source: str  # a file, scene or table in the batch


class Measured(NamedTuple):
    """A measured number; it never travels without its spread and count."""

    value: float
    sigma: float
    n: int
    unit: str

    def __str__(self) -> str:
        return f"{self.value:.2f} ± {self.sigma:.2f}"

    def held_to(self, threshold: float | None, name: str, source: str) -> Figure:
        """Make it a line of evidence, beside the limit it is held to."""
        return Figure(name, self.value, self.sigma, self.n, self.unit, threshold, source)


def stated(
    name: str, value: float | str | None, source: str, unit: str = "", **more: str
) -> Figure:
    """Make a line of evidence of something written down somewhere, which has no spread."""
    return Figure(name, value, None, None, unit, more.get("threshold"), source)
