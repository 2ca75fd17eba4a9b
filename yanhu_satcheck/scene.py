"""Image and elevation pairs: which file, which date, which grid. Plain values; no pixel is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import sqrt
from pathlib import Path
from typing import Any

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a raster's cells lie. `transform` is (a, b, c, d, e, f): x = a·col + b·row + c."""

    crs: str  # WKT, or EPSG:n
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MaskFile:
    """Which cells of an image may be looked at: values that are clear, or bits that must be 0."""

    path: Path
    name: str
    clear: tuple[int, ...] = ()
    clear_bits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One satellite image: reflectance = digital number × scale + offset."""

    path: Path
    name: str  # its path in the batch folder, with forward slashes
    date: date
    grid: Grid
    bands: tuple[str, ...]  # roles in file order: blue, green, red, nir, swir1, swir2 or ""
    dtype: str
    nodata: float | None = None
    scale: float | None = None  # `None`: digital numbers of unknown calibration
    offset: float = 0.0
    mask: MaskFile | None = None


@dataclass(frozen=True, slots=True)
class ScenePair:
    """Before and after of one piece of ground."""

    id: str  # "scene-1", in the order of batch.toml
    before: ImageFile
    after: ImageFile
    later: tuple[ImageFile, ...] = ()
    position_sigma_m: float | None = None

    @property
    def followed(self) -> tuple["ScenePair", ...]:
        """The before image with each later one, by date: what is fitted to follow the ground up."""
        later = sorted(self.later, key=lambda image: (image.date, image.name))
        return tuple(
            ScenePair(f"{self.id} {one.date}", self.before, one, (), self.position_sigma_m)
            for one in later
        )


@dataclass(frozen=True, slots=True)
class ElevationFile:
    """One elevation model, in metres."""

    path: Path
    name: str
    date: date
    grid: Grid
    sigma_m: float | None = None  # one cell's 1-sigma error as declared
    nodata: float | None = None


@dataclass(frozen=True, slots=True)
class ElevationPair:
    """Elevation at one date or at two, and the height system it is declared in."""

    before: ElevationFile | None
    after: ElevationFile | None
    vertical: str | None = None


@dataclass(frozen=True, slots=True)
class Warp:
    """Where an image's content lies against the working grid's cells: x right, y down.

    At cell (col, row) it lies off by `shift` + `slope` · (col - middle, row - middle); a plain
    shift has no slope. Columns and rows count from the corner of the first cell.
    """

    shift: tuple[float, float]
    middle: tuple[float, float] = (0.0, 0.0)  # column and row where `shift` holds
    slope: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))  # a cell
    cov: tuple[tuple[tuple[float, ...], ...], ...] = ()  # of x's, then y's, constant and slopes

    @property
    def plain(self) -> bool:
        """Whether it is one shift everywhere."""
        return not any(part for row in self.slope for part in row)

    def at(self, col: float, row: float, n: int = 0) -> tuple[Measured, Measured]:
        """The shift at one place, with its standard error; `n` is how many windows told it."""
        right, down = col - self.middle[0], row - self.middle[1]
        x, y = (
            Measured(
                base + along * right + across * down,
                sqrt(self._variance(axis, right, down)),
                n,
                "px",
            )
            for axis, (base, (along, across)) in enumerate(zip(self.shift, self.slope, strict=True))
        )
        return x, y

    def further(self, x: float, y: float) -> "Warp":
        """The same, so many cells further right and down."""
        return replace(self, shift=(self.shift[0] + x, self.shift[1] + y))

    def _variance(self, axis: int, right: float, down: float) -> float:
        if not self.cov:
            return 0.0
        terms = (1.0, right, down)[: len(self.cov[axis])]
        rows = zip(terms, self.cov[axis], strict=True)
        return max(0.0, sum(a * b * c for a, row in rows for b, c in zip(terms, row, strict=True)))


@dataclass(frozen=True, slots=True)
class SceneFit:
    """What holds for a scene pair as a whole, fitted once from samples of it."""

    pair: ScenePair
    shift_px: tuple[Measured, Measured] | None = None  # after against before: x right, y down
    windows_kept: int = 0
    windows_tried: int = 0
    refused: Words | None = None  # why the pair must not be compared cell by cell
    gains: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # band: gain, offset
    radiometry: Words | None = None  # what was done to make the dates comparable, or why not
    mask_estimated: bool = True
    model: Any = field(default=None, repr=False)  # what `measure` needs: samples, look-alikes
    warp: Warp | None = None  # how `shift_px` varies over the scene, where it does
    local_px: float | None = None  # how far single windows lie off it: noise and local distortion
    later: tuple["SceneFit", ...] = field(default=(), repr=False)  # of `pair.followed`, in order
    borrowed: Words | None = None  # whose shift was taken, where its own windows were too few

    @property
    def undone(self) -> Warp:
        """What reads of the after image must undo; nothing where the pair was refused."""
        if self.warp is not None:
            return self.warp
        none = Measured(0.0, 0.0, 0, "px")
        x, y = self.shift_px or (none, none)
        return Warp((x.value, y.value), cov=(((x.sigma**2,),), ((y.sigma**2,),)))


@dataclass(frozen=True, slots=True)
class DemFit:
    """What holds for an elevation pair as a whole, fitted once on ground that hardly changes."""

    pair: ElevationPair
    shift_m: tuple[Measured, Measured] | None = None  # after against before: east, north
    height_m: Measured | None = None  # after less before on stable ground, taken off
    tilt: tuple[Measured, Measured] | None = None  # metres a kilometre, to the east and north
    nmad_m: float | None = None  # spread of one stable cell's difference once aligned
    range_m: float | None = None  # distance over which that difference is correlated
    refused: Words | None = None  # why the pair must not be subtracted
    says: Words | None = None  # what was done to it, for the report
    model: Any = field(default=None, repr=False)  # what `measure` needs
