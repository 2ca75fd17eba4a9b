"""What a photograph says of itself: position, bearing, time, camera. Nothing of it is trusted."""

import math
import struct
from datetime import datetime
from typing import Any, NamedTuple

from PIL import ExifTags, Image

from yanhu_satcheck.batch import Camera
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import moment

_GPS, _IFD = ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif
_WRONG: tuple[type[Exception], ...] = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError),
    *(OverflowError, OSError, SyntaxError, struct.error),
)


class Exif(NamedTuple):
    """What EXIF holds; `None` and "" where it says nothing, or nothing possible."""

    taken_at: datetime | None = None  # wall time
    lonlat: tuple[float, float] | None = None
    azimuth: float | None = None
    azimuth_ref: str = ""
    camera: Camera = Camera()
    focal_35mm: float | None = None
    present: bool = False


def read_exif(image: Image.Image) -> Exif:
    """Read the EXIF of an opened image; what cannot be understood is nothing, not an error."""
    try:
        tags = image.getexif()
        shot, gps = dict(tags.get_ifd(_IFD)), dict(tags.get_ifd(_GPS))
    except _WRONG:
        return Exif()
    if not tags and not shot and not gps:
        return Exif()
    base, place = ExifTags.Base, ExifTags.GPS
    focal = _number(shot.get(base.FocalLengthIn35mmFilm))
    azimuth = _number(gps.get(place.GPSImgDirection))
    ref = _text(gps.get(place.GPSImgDirectionRef)).upper()
    return Exif(
        taken_at=_moment(shot.get(base.DateTimeOriginal)),
        lonlat=_lonlat(gps),
        azimuth=azimuth % 360 if azimuth is not None and 0 <= azimuth <= 360 else None,
        azimuth_ref=ref if ref in ("T", "M") else "",
        camera=Camera(
            _text(tags.get(base.Make)),
            _text(tags.get(base.Model)),
            _text(shot.get(base.BodySerialNumber)),
            _text(tags.get(base.Software)),
        ),
        focal_35mm=focal if focal is not None and focal > 0 else None,
        present=True,
    )


def _lonlat(gps: dict[int, Any]) -> tuple[float, float] | None:
    place = ExifTags.GPS
    lon = _degrees(gps.get(place.GPSLongitude), _text(gps.get(place.GPSLongitudeRef)), "W")
    lat = _degrees(gps.get(place.GPSLatitude), _text(gps.get(place.GPSLatitudeRef)), "S")
    # 0, 0 is what a receiver without a fix writes.
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90 or (lon == 0 and lat == 0):
        return None
    return lon, lat


def _degrees(parts: Any, ref: str, negative: str) -> float | None:
    if not isinstance(parts, tuple | list) or not 1 <= len(parts) <= 3:
        return None
    numbers = [_number(part) for part in parts]
    value = 0.0
    for number, share in zip(numbers, (1, 60, 3600), strict=False):
        if number is None:
            return None
        value += number / share
    return -value if ref.upper().startswith(negative) else value


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except _WRONG:
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "ignore")
    return str(value).replace("\0", "").strip() if value is not None else ""


def _moment(value: Any) -> datetime | None:
    try:
        return moment(_text(value))
    except Unreadable:
        return None
