"""Rasters: which are images, masks or elevation, when they were taken, by what, and where."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from pyproj import CRS
from shapely import box

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.raster import Glimpse, Header, glimpse, header
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read.draft.hints import hints, holds
from yanhu_satcheck.read.draft.names import Said, day_in
from yanhu_satcheck.read.draft.walk import Found
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.scenes import role
from yanhu_satcheck.terms import Words

_NO_PLACE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_FEW = 16  # values; a mask has no more
_RELIEF = (-420.0, 9000.0)
_SINGLE_BAND = re.compile(r"_(?:sr_)?b(?:\d{1,2}a?|and\d+)(?:_\d+m)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Raster:
    """A raster of the folder, and what can be told of it without reading it whole."""

    file: str
    about: Header
    glimpse: Glimpse

    @property
    def name(self) -> str:
        """Its file and the folder it lies in, which often says the date or the sensor."""
        return "/".join(PurePosixPath(self.file).parts[-2:])

    @property
    def stem(self) -> str:
        """Its file's name without suffix."""
        return PurePosixPath(self.file).stem

    @cached_property
    def outline(self) -> Any:
        """Its footprint in degrees; in its own numbers where it says no CRS."""
        a, _, c, _, e, f = self.about.grid.transform
        wide, high = self.about.grid.width, self.about.grid.height
        corners = np.array(
            [(c, f), (c + a * wide, f), (c, f + e * high), (c + a * wide, f + e * high)]
        )
        if self.about.grid.crs:
            corners = crses.to_degrees(crses.parse(self.about.grid.crs))(corners)
        return box(*corners.min(axis=0), *corners.max(axis=0))

    @property
    def size(self) -> float:
        """The side of a pixel in metres, roughly."""
        side = abs(self.about.grid.transform[0])
        crs = CRS(self.about.grid.crs) if self.about.grid.crs else None
        return side * 111_320 if crs is not None and crs.is_geographic else side

    @property
    def count(self) -> int:
        """How many bands it has."""
        return len(self.about.descriptions)

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that its own descriptions name."""
        return tuple(role(one) for one in self.about.descriptions)

    @cached_property
    def end(self) -> str:
        """Which of the pair its name says: before, after, later or nothing."""
        words = hints()["images"]
        for text in (self.stem, self.name):
            for end in ("later", "before", "after"):
                if holds(text, words[end]):
                    return end
        return ""

    @cached_property
    def named_day(self) -> Said | None:
        """The day that its name or its folder's says."""
        return day_in(self.stem) or day_in(self.name)

    @cached_property
    def tagged_day(self) -> Said | None:
        """The day of the image that its tags say."""
        return self._tag("taken")

    @cached_property
    def saved_day(self) -> Said | None:
        """The day that a tag says which is often the day of saving."""
        return self._tag("saved")

    def _tag(self, kind: str) -> Said | None:
        for tag in hints()["images"][kind]:
            if day := day_in(self.glimpse.tags.get(tag, "").replace(":", "-", 2)):
                return day
        return None

    @cached_property
    def sensor(self) -> str:
        """The sensor that its names say; "" where they say none."""
        told = f"{self.name} {self.glimpse.tags.get('SPACECRAFT_ID', '').replace('_', ' ')}"
        for sensor in hints()["sensors"]:
            if any(re.search(form, told, re.IGNORECASE) for form in sensor["names"]):
                return str(sensor["name"])
        return ""

    @cached_property
    def kind(self) -> str:
        """image, mask, elevation; "" for what is none of them."""
        words, dtype = hints()["images"], self.about.dtype
        said = f"{self.name} {' '.join(self.about.descriptions)}"
        if self.count > 1:
            return "image" if self.count >= 3 else ""
        if holds(said, words["mask"]) and dtype.startswith(("uint", "int")):
            return "mask"
        values = self.glimpse.values
        if not values.size or _SINGLE_BAND.search(self.stem):
            return ""
        low, high = float(values.min()), float(values.max())
        if dtype.startswith(("float", "int16", "int32")) and _RELIEF[0] <= low < high <= _RELIEF[1]:
            return "elevation" if holds(said, words["elevation"]) or high - low > 5 else ""
        if dtype == "uint8" and high < _FEW and len(np.unique(values)) <= _FEW:
            return "mask"
        return "elevation" if holds(said, words["elevation"]) else ""


def read_rasters(folder: Folder, found: Found) -> list[Raster]:
    """Read the headers of every raster; one that cannot be used is named in `found.unused`."""
    rasters = []
    for path in found.rasters:
        file = folder.name(path)
        raster = raster_of(path, file)
        if isinstance(raster, Words):
            found.unused[file] = raster
        elif _is_picture(raster):
            found.pictures.append(path)
        else:
            rasters.append(raster)
    found.pictures.sort(key=folder.name)
    return rasters


def raster_of(path: Path, file: str) -> Raster | Words:
    """Look at one raster; say why it cannot be used."""
    try:
        raster = Raster(file, header(path), glimpse(path))
        if _is_picture(raster) or (raster.kind and raster.outline.is_valid):
            return raster
        return _useless(raster)
    except RasterError as cause:
        return Words("影像无法打开", f"it cannot be opened ({cause})")
    except Unreadable as fault:
        return fault.what


def _is_picture(raster: Raster) -> bool:
    return raster.about.grid.transform == _NO_PLACE and not raster.about.grid.crs


def _useless(raster: Raster) -> Words:
    if _SINGLE_BAND.search(raster.stem):
        return Words("单个波段，请先合成为一个文件", "one band of a scene: stack the bands first")
    return Words("看不出是影像、掩膜还是高程", "neither an image, a mask nor elevation")


def overlap(one: Raster, other: Raster) -> float:
    """How much of two footprints is common to both, 0–1."""
    both = one.outline.intersection(other.outline).area
    return float(both / (one.outline.area + other.outline.area - both)) if both else 0.0
