"""Image and elevation pairs: which file, which date, which grid. Plain values; no pixel is here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
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
    later: tuple["SceneFit", ...] = field(default=(), repr=False)  # of `pair.followed`, in order


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
