"""What a photograph says of itself: position, bearing, time, camera. Nothing of it is trusted."""

import math
import re
import struct
import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from PIL import ExifTags, Image

from yanhu_satcheck.batch import Camera, Recorded
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.values import moment

_GPS, _IFD = ExifTags.IFD.GPSInfo, ExifTags.IFD.Exif
_WRONG: tuple[type[Exception], ...] = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, ZeroDivisionError),
    *(OverflowError, OSError, SyntaxError, struct.error),
)
ASTRAY_M = 100.0
"""A receiver that owns to a greater error has no position to speak of."""
ASTRAY_DOP = 10.0
"""Beyond this dilution of precision a fix is called poor wherever the figure is explained."""
STALE = timedelta(days=1)
"""A satellite's date this far from the camera's: the position is of another day, or a clock is."""
_XMP_BYTES = 256 << 10
_RISE = ("RelativeAltitude", 9000)


class Exif(NamedTuple):
    """What EXIF holds; `None` and "" where it says nothing, or nothing possible."""

    taken_at: datetime | None = None  # wall time
    lonlat: tuple[float, float] | None = None
    azimuth: float | None = None
    azimuth_ref: str = ""
    camera: Camera = Camera()
    focal_35mm: float | None = None
    present: bool = False
    recorded: Recorded = Recorded()


def read_exif(image: Image.Image) -> Exif:
    """Read the EXIF of an opened image; what cannot be understood is nothing, not an error."""
    try:
        tags = image.getexif()
        shot, gps = dict(tags.get_ifd(_IFD)), dict(tags.get_ifd(_GPS))
    except _WRONG:
        return Exif()
    drone = _of_drone(image)
    if not tags and not shot and not gps and not drone:
        return Exif()
    base = ExifTags.Base
    focal = _number(shot.get(base.FocalLengthIn35mmFilm))
    azimuth, ref = _azimuth(gps, drone)
    recorded = _recorded(tags, shot, gps, drone)
    return Exif(
        taken_at=recorded.taken_at,
        lonlat=recorded.lonlat,
        azimuth=azimuth,
        azimuth_ref=ref,
        camera=Camera(
            _text(tags.get(base.Make)),
            _text(tags.get(base.Model)),
            _text(shot.get(base.BodySerialNumber)),
            _text(tags.get(base.Software)),
        ),
        focal_35mm=focal if focal is not None and focal > 0 else None,
        present=bool(tags or shot or gps),
        recorded=recorded,
    )


def _recorded(
    tags: Image.Exif, shot: dict[int, Any], gps: dict[int, Any], drone: dict[str, float]
) -> Recorded:
    base = ExifTags.Base
    taken_at, seen_at = _moment(shot.get(base.DateTimeOriginal)), _satellite_time(gps)
    stale = taken_at is not None and seen_at is not None and abs(taken_at - seen_at) > 2 * STALE
    error = _number(gps.get(ExifTags.GPS.GPSHPositioningError))
    software = _text(tags.get(base.Software))
    return Recorded(
        taken_at=taken_at,
        subsecond=_text(shot.get(base.SubsecTimeOriginal)),
        satellite_at=seen_at,
        lonlat=None if stale or not _fixed(gps) else _lonlat(gps),
        error_m=error if error is not None and error > 0 else None,
        pitch=drone.get("GimbalPitchDegree"),
        above_m=drone.get("RelativeAltitude"),
        editor=software if software.casefold().startswith(_editors()) else "",
    )


def _azimuth(gps: dict[int, Any], drone: dict[str, float]) -> tuple[float | None, str]:
    """Give the bearing and its north; a drone's camera turns on its own, against true north."""
    place = ExifTags.GPS
    azimuth = _number(gps.get(place.GPSImgDirection))
    ref = _text(gps.get(place.GPSImgDirectionRef)).upper()
    ref = ref if ref in ("T", "M") else ""
    if azimuth is not None and 0 <= azimuth <= 360:
        return azimuth % 360, ref
    yaw = drone.get("GimbalYawDegree")
    return (yaw % 360, "T") if yaw is not None and abs(yaw) <= 360 else (None, ref)


def _fixed(gps: dict[int, Any]) -> bool:
    """Whether the receiver stands by its position."""
    place = ExifTags.GPS
    dop, error = _number(gps.get(place.GPSDOP)), _number(gps.get(place.GPSHPositioningError))
    void = _text(gps.get(place.GPSStatus)).upper() == "V"
    return not void and (dop or 0) <= ASTRAY_DOP and (error or 0) <= ASTRAY_M


def _satellite_time(gps: dict[int, Any]) -> datetime | None:
    """Give when the position was fixed, UTC."""
    day = _moment(_text(gps.get(ExifTags.GPS.GPSDateStamp)).replace(":", "-"))
    clock = gps.get(ExifTags.GPS.GPSTimeStamp)
    if day is None or not isinstance(clock, tuple | list) or len(clock) != 3:
        return None
    parts = [_number(part) for part in clock]
    if any(part is None or not 0 <= part < 61 for part in parts):
        return None
    hours, minutes, seconds = (part or 0.0 for part in parts)
    day = day.replace(hour=0, minute=0, second=0)
    return day + timedelta(hours=hours, minutes=minutes, seconds=int(seconds))


def _of_drone(image: Image.Image) -> dict[str, float]:
    """Read a DJI camera's pose from its XMP: by pattern, so that no XML entity is ever opened."""
    held = image.info.get("xmp")
    if not isinstance(held, bytes | str):
        return {}
    if isinstance(held, bytes):
        held = held[:_XMP_BYTES].decode("utf-8", "ignore")
    found = {}
    for name, limit in (("GimbalYawDegree", 360), ("GimbalPitchDegree", 120), _RISE):
        told = re.search(rf'drone-dji:{name}\s*(?:=\s*"|>)\s*([+-]?\d+(?:\.\d+)?)', held)
        number = _number(told[1]) if told else None
        if number is not None and abs(number) <= limit:
            found[name] = number
    return found


@cache
def _editors() -> tuple[str, ...]:
    table = files("yanhu_satcheck.policies").joinpath("editors.toml").read_text("utf-8")
    return tuple(name.casefold() for name in tomllib.loads(table)["starts"])


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
    if isinstance(value, str) and not value.isascii():
        # EXIF's text is ASCII by its book; Pillow takes what is not for Latin-1.
        value = value.encode("latin-1", "ignore")
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            value = value.decode("gb18030", "ignore")
    return str(value).replace("\0", "").strip() if value is not None else ""


def _moment(value: Any) -> datetime | None:
    try:
        return moment(_text(value))
    except Unreadable:
        return None
