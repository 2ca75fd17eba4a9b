"""Where photographs were taken, beside the polygons they are filed for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta
from math import hypot
from statistics import median

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from yanhu_satcheck.batch import Batch, Photo
from yanhu_satcheck.evidence import DatumShift, PhotoEvidence, PhotoPlace
from yanhu_satcheck.photos.bearings import half_view, off_bearing, reach_below
from yanhu_satcheck.photos.datum import LonLat, to_wgs84

DATUMS = ("GCJ02", "BD09", "WGS84")
FEWEST = 15
"""Photographs of a device from which its datum can be told; one or two may stand so by chance."""
PLACES = 3
SPREAD_M = 1000.0
"""Polygons must lie so far apart, or one wrong base point would look like a shift."""
NEAR_M = 80.0
"""In the right datum the offsets of a device's photographs average to less than this."""
SCATTER_M = 40.0
APART = timedelta(minutes=10)
"""A camera that has not moved by a centimetre for so long has not looked where it is."""
_METRES_PER_DEGREE = 111_320.0
_ELLIPSOID = Geod(ellps="GRS80")


class Ground:
    """The issued polygons, in metres and in degrees, as photographs lie to them."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._metres = {p.id: p.footprint for p in batch.polygons if p.footprint is not None}
        self._to_metres = Transformer.from_crs("EPSG:4490", batch.crs, always_xy=True)
        back = Transformer.from_crs(batch.crs, "EPSG:4490", always_xy=True)

        def lonlat(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(back.transform(xy[:, 0], xy[:, 1]))

        self._degrees = {id: shapely.transform(one, lonlat) for id, one in self._metres.items()}
        self._repeats = _repeats(batch.photos)

    def place(self, photo: Photo, width: int | None, height: int | None) -> PhotoPlace | None:
        """Say how a photograph lies to its polygon; `None` where either place is not known.

        `width` and `height` are those of the upright picture, in pixels.
        """
        footprint = self._metres.get(photo.polygon_id or "")
        if footprint is None or photo.lonlat is None or photo.polygon_id is None:
            return None
        declared = self._batch.photo_crs
        here = to_wgs84(photo.lonlat, declared)
        east, north = self._offset(photo.polygon_id, here)
        others = {
            crs: self._offset(photo.polygon_id, to_wgs84(photo.lonlat, crs))
            for crs in DATUMS
            if crs != declared
        }
        away = hypot(east, north)
        off, magnetic = (None, None) if not away else self._looking(photo, here)
        file = photo.recorded
        return PhotoPlace(
            away,
            _error(photo),
            (east, north),
            {crs: hypot(*offset) for crs, offset in others.items()},
            others,
            self._repeats.get(_exactly(photo.lonlat), 1),
            _own(photo.lonlat, file.lonlat),
            off,
            half_view(photo.focal_35mm, width, height),
            magnetic,
            reach_below(file.above_m, file.pitch, photo.focal_35mm, width, height),
        )

    def _offset(self, polygon_id: str, lonlat: LonLat) -> tuple[float, float]:
        """Metres east and north from a polygon's nearest point to a place; 0, 0 inside."""
        there = shapely.Point(self._to_metres.transform(*lonlat))
        nearest, place = shapely.get_coordinates(
            shapely.shortest_line(self._metres[polygon_id], there)
        )
        return float(place[0] - nearest[0]), float(place[1] - nearest[1])

    def _looking(self, photo: Photo, here: LonLat) -> tuple[float | None, float | None]:
        """Give how far its polygon lies off the axis, and the declination that was added."""
        if photo.azimuth is None:
            return None, None
        outline = self._degrees[photo.polygon_id or ""]
        day = photo.taken_at.date() if photo.taken_at else self._batch.period[1]
        return off_bearing(here, outline, photo.azimuth, photo.azimuth_ref, day)


def _exactly(lonlat: LonLat) -> LonLat:
    return round(lonlat[0], 6), round(lonlat[1], 6)  # a decimetre: finer than any receiver holds


def _repeats(photos: Iterable[Photo]) -> Mapping[LonLat, int]:
    """Count the photographs at each exact position whose times, where told, lie apart.

    Shots of one stand within minutes may share a position honestly.
    """
    at: dict[LonLat, dict[str, Photo]] = defaultdict(dict)
    for photo in photos:
        if photo.lonlat is not None:
            at[_exactly(photo.lonlat)][photo.id] = photo
    counts = {}
    for place, shared in at.items():
        times = sorted(p.taken_at for p in shared.values() if p.taken_at is not None)
        if len(shared) > 1 and (not times or times[-1] - times[0] >= APART):
            counts[place] = len(shared)
    return counts


def _error(photo: Photo) -> float | None:
    """How far a position may err, 95 %: by its receiver, and by the digits it was written with."""
    assert photo.lonlat is not None
    told = photo.recorded.error_m if photo.lonlat == photo.recorded.lonlat else None
    rounding = [_rounding(degrees) for degrees in photo.lonlat]
    # Both must be round: one in a thousand longitudes ends in zeros by itself.
    coarse = min(rounding) * _METRES_PER_DEGREE
    if coarse < 5.0:
        return None if told is None else 2 * told
    return max(coarse, 2 * (told or 0.0))


def _rounding(degrees: float) -> float:
    """Half of the last digit that a coordinate is written with, in degrees."""
    for digits in range(7):
        if abs(degrees - round(degrees, digits)) < 1e-9:
            return float(0.5 * 10.0**-digits)
    return 0.0


def _own(said: LonLat, recorded: LonLat | None) -> float | None:
    """Metres between two positions of one photograph, in whatever datum brings them together."""
    if recorded is None:
        return None
    ways = [(to_wgs84(said, one), to_wgs84(recorded, two)) for one in DATUMS for two in DATUMS]
    return min(float(_ELLIPSOID.inv(*a, *b)[2]) for a, b in ways)


def datum_shifts(photos: Iterable[PhotoEvidence], batch: Batch) -> tuple[DatumShift, ...]:
    """Recognise devices whose positions are in another datum than the batch declares.

    In the right datum the offsets from the polygons point every way and average out; in a wrong one
    all carry the same vector of half a kilometre or more. A device's photographs are held to each
    datum: theirs is another one where the offsets' median is less than 80 m there, its scatter
    small for their number, and the distances fall to less than half.
    """
    centres = {
        p.id: p.footprint.centroid.coords[0] for p in batch.polygons if p.footprint is not None
    }
    devices: dict[str, dict[str, PhotoEvidence]] = defaultdict(dict)
    for photo in photos:
        if photo.place is not None and photo.place.repeats == 1:
            devices[_device(photo)].setdefault(photo.id, photo)
    found = []
    for device, theirs in sorted(devices.items()):
        crs = _datum(list(theirs.values()), centres)
        if crs is not None:
            found.append(_shift(crs, device, list(theirs.values())))
    return tuple(sorted(found))


def _device(photo: PhotoEvidence) -> str:
    camera = photo.camera
    return " ".join(filter(None, (camera.make, camera.model, camera.serial)))


def _datum(photos: list[PhotoEvidence], centres: Mapping[str, tuple[float, ...]]) -> str | None:
    served = {photo.polygon_id for photo in photos if photo.polygon_id}
    at = np.array([centres[id][:2] for id in sorted(served)])
    if len(photos) < FEWEST or len(served) < PLACES:
        return None
    if float(np.hypot(*np.ptp(at, axis=0))) < SPREAD_M:
        return None
    places = [photo.place for photo in photos if photo.place is not None]
    before = median(place.distance_m for place in places)
    for crs in sorted(places[0].datums):
        offsets = np.array([place.datum_offsets[crs] for place in places])
        middle = np.median(offsets, axis=0)
        scatter = np.median(np.abs(offsets - middle), axis=0) / np.sqrt(len(offsets))
        after = float(np.median(np.hypot(*offsets.T)))
        if np.hypot(*middle) < NEAR_M and np.hypot(*scatter) < SCATTER_M and after < before / 2:
            return crs
    return None


def _shift(crs: str, device: str, photos: list[PhotoEvidence]) -> DatumShift:
    places = [photo.place for photo in photos if photo.place is not None]
    return DatumShift(
        crs,
        device,
        tuple(sorted(photo.id for photo in photos)),
        len({photo.polygon_id for photo in photos}),
        median(place.distance_m for place in places),
        median(place.datums[crs] for place in places),
    )
