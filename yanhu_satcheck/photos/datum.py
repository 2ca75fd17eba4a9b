"""Positions in the shifted datums of Chinese map services, carried back onto WGS84.

GCJ-02 adds 300–700 m to WGS84; BD-09 (百度) adds again about as much. Neither is published. The
formulas are those of the open implementations: GCJ-02 as in github.com/googollee/eviltransform,
BD-09 as in github.com/wandergis/coordtransform (eviltransform's BD-09 takes π for 3000π/180 and
lies up to 40 m beside it). A pair read off both services, 北京站, agrees within 1 m; a few metres
is what they are good for. The inverse is iterated until it returns what went in, to the millimetre.
"""

from math import atan2, cos, hypot, pi, sin, sqrt

_AXIS = 6378245.0  # Krassovsky 1940, metres
_ECCENTRICITY = 0.00669342162296594323  # squared
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north; nothing is shifted outside
_BAIDU_PI = pi * 3000 / 180
_STEPS = 10

LonLat = tuple[float, float]


def to_wgs84(lonlat: LonLat, crs: str) -> LonLat:
    """Give a position declared as WGS84, GCJ02 or BD09 in degrees on WGS84."""
    if crs == "BD09":
        return gcj02_to_wgs84(bd09_to_gcj02(lonlat)) if _in_china(lonlat) else lonlat
    return gcj02_to_wgs84(lonlat) if crs == "GCJ02" else lonlat


def wgs84_to_gcj02(lonlat: LonLat) -> LonLat:
    """Shift a position onto GCJ-02; outside China it stays."""
    if not _in_china(lonlat):
        return lonlat
    east, north = _shift(*lonlat)
    return lonlat[0] + east, lonlat[1] + north


def gcj02_to_wgs84(lonlat: LonLat) -> LonLat:
    """Undo the shift of GCJ-02."""
    if not _in_china(lonlat):
        return lonlat
    lon, lat = lonlat
    for _ in range(_STEPS):
        east, north = _shift(lon, lat)
        lon, lat = lonlat[0] - east, lonlat[1] - north
    return lon, lat


def gcj02_to_bd09(lonlat: LonLat) -> LonLat:
    """Shift a position from GCJ-02 onto BD-09."""
    lon, lat = lonlat
    far = hypot(lon, lat) + 2e-5 * sin(lat * _BAIDU_PI)
    turn = atan2(lat, lon) + 3e-6 * cos(lon * _BAIDU_PI)
    return far * cos(turn) + 0.0065, far * sin(turn) + 0.006


def bd09_to_gcj02(lonlat: LonLat) -> LonLat:
    """Undo the shift of BD-09."""
    lon, lat = lonlat[0] - 0.0065, lonlat[1] - 0.006
    for _ in range(_STEPS):
        east, north = gcj02_to_bd09((lon, lat))
        lon, lat = lon + lonlat[0] - east, lat + lonlat[1] - north
    return lon, lat


def _in_china(lonlat: LonLat) -> bool:
    west, south, east, north = _CHINA
    return west <= lonlat[0] <= east and south <= lonlat[1] <= north


def _shift(lon: float, lat: float) -> LonLat:
    """Give how far GCJ-02 lies from WGS84 at a place, in degrees."""
    x, y = lon - 105, lat - 35
    waves = 20 * (sin(6 * x * pi) + sin(2 * x * pi))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (waves + 20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3
    north += (160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (waves + 20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3
    east += (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    curve = 1 - _ECCENTRICITY * sin(lat * pi / 180) ** 2
    across = _AXIS / sqrt(curve) * cos(lat * pi / 180) * pi / 180
    along = _AXIS * (1 - _ECCENTRICITY) / (curve * sqrt(curve)) * pi / 180
    return east / across, north / along
