"""Whether one field of view reaches two places: how they lie from where a picture was taken."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import inf
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.evidence import PhotoEvidence, Stand
from yanhu_satcheck.photos.bearings import off_bearing
from yanhu_satcheck.photos.datum import LonLat, to_wgs84

SPARE = 2.0
"""Ground below a drone may lie twice as deep as where it took off."""
ONE_PLACE_M = 100.0
"""What two fixes of one place may differ by."""
_ELLIPSOID = Geod(ellps="GRS80")


class Views:
    """Tells of photographs of one batch how places lie from where they were taken."""

    def __init__(self, batch: Batch) -> None:
        self._crs, self._last_day = batch.photo_crs, batch.period[1]
        self._to_metres = Transformer.from_crs("EPSG:4490", batch.crs, always_xy=True)
        self._back = Transformer.from_crs(batch.crs, "EPSG:4490", always_xy=True)

    def positions(self, photos: Iterable[PhotoEvidence]) -> list[LonLat]:
        """Give the positions that photographs name, on WGS84, from their device's datum."""
        return [here for one in photos if (here := self._here(one)) is not None]

    def _here(self, photo: PhotoEvidence) -> LonLat | None:
        if photo.lonlat is None:
            return None
        return to_wgs84(photo.lonlat, self._datum(photo))

    def _datum(self, photo: PhotoEvidence) -> str:
        return (photo.place.datum if photo.place else "") or self._crs

    def recorded(
        self, photos: Iterable[PhotoEvidence], outlines: Iterable[tuple[str, BaseGeometry]]
    ) -> dict[str, float]:
        """Give the metres to named outlines from where one picture's files say they were taken.

        Empty: the files record no position, or positions that lie apart.
        """
        there = [
            to_wgs84(one.recorded.lonlat, self._datum(one))
            for one in photos
            if one.recorded.lonlat is not None
        ]
        if not there or _spread(there) > ONE_PLACE_M:
            return {}
        place = shapely.Point(self._to_metres.transform(*there[0]))
        return {name: float(shapely.distance(one, place)) for name, one in outlines}

    def stand(
        self,
        photos: Sequence[PhotoEvidence],
        one: BaseGeometry,
        two: BaseGeometry,
        elsewhere: Sequence[LonLat] = (),
    ) -> Stand | None:
        """Say how two outlines, in metres of the batch, lie from one picture's photographs.

        Each photograph is asked by itself, and the one that speaks most for both is taken;
        `elsewhere` are further positions (WGS84) that the picture is said to be from. `None`: no
        photograph has a position.
        """
        asked = [self._lies(photo, (one, two)) for photo in photos]
        told = [lies for lies in asked if lies is not None]
        if not told:
            return None
        best = min(told, key=lambda lies: (lies.off_deg is None, lies.off_deg or 0.0, lies.metres))
        positions = [*self.positions(photos), *elsewhere]
        return Stand(best.metres, best.off_deg, _spread(positions))

    def _lies(self, photo: PhotoEvidence, outlines: Iterable[BaseGeometry]) -> "_Lies | None":
        here = self._here(photo)
        if here is None:
            return None
        place = shapely.Point(self._to_metres.transform(*here))
        each = [(one, float(shapely.distance(one, place))) for one in outlines]
        beside = [self._beside(photo, here, one, metres) for one, metres in each]
        off = [degrees for degrees in beside if degrees is not None]
        return _Lies(max(m for _, m in each), max(off) if len(off) == len(beside) else None)

    def _beside(
        self, photo: PhotoEvidence, here: LonLat, outline: BaseGeometry, metres: float
    ) -> float | None:
        """How many degrees outside its picture an outline lies; `None` where nobody can say."""
        if metres == 0:
            return 0.0
        place = photo.place
        if place is not None and place.reach_m is not None:
            return 0.0 if metres <= SPARE * place.reach_m else inf
        if photo.azimuth is None or place is None:
            return None
        day = photo.taken_at.date() if photo.taken_at else self._last_day
        there = shapely.transform(outline, self._degrees)
        off, _ = off_bearing(here, there, photo.azimuth, photo.azimuth_ref, day)
        return max(off - place.half_view_deg, 0.0)

    def _degrees(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(self._back.transform(xy[:, 0], xy[:, 1]))


def _spread(positions: Iterable[LonLat]) -> float:
    """Metres between the two of some positions that lie farthest apart."""
    apart = (_ELLIPSOID.inv(*a, *b)[2] for a, b in combinations(positions, 2))
    return max(map(float, apart), default=0.0)


class _Lies(NamedTuple):
    metres: float
    off_deg: float | None
