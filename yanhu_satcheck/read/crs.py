"""Which CRS coordinates are in: as the file, the batch or the numbers themselves say."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.foreign import crs_name
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

CHINA = (73.0, 3.0, 136.0, 54.0)  # lon, lat, lon, lat
CGCS2000 = "EPSG:4490"
_SAME_DATUM = (
    *("cgcs2000", "china 2000", "china_2000", "china geodetic coordinate system 2000"),
    *("wgs 84", "wgs84", "wgs_1984", "world geodetic system 1984"),
)
_OLD = {
    "xian": Words("1980 西安坐标系", "Xi'an 1980"),
    "xi'an": Words("1980 西安坐标系", "Xi'an 1980"),
    "beijing": Words("1954 北京坐标系", "Beijing 1954"),
}
MAX_OFF_MERIDIAN = 6.0  # degrees; a 6-degree zone ends at 3
MAX_OFF_ZONE = 12.0  # of other transverse Mercators, which some countries stretch
_NORTHING = (1.8e6, 6.0e6)
_CONVERT = Words(
    "请用当地转换参数转换为 CGCS2000 后重新提供",
    "convert it to CGCS2000 with the local transformation parameters and supply it again",
)


@dataclass(frozen=True, slots=True)
class Settled:
    """The CRS that coordinates are read in, and what had to be assumed for it."""

    crs: CRS
    swapped: bool = False  # the file writes north before east
    assumed: Words | None = None


def parse(text: str) -> CRS:
    """Give the CRS of an EPSG code or WKT; nothing that would be looked up elsewhere.

    Raises:
        Unreadable: It is none.
    """
    words = str(text).strip()
    if words.lower().startswith("urn:ogc:def:crs:ogc") and words.upper().endswith("CRS84"):
        words = "EPSG:4326"
    elif words.lower().startswith("urn:ogc:def:crs:epsg"):
        words = f"EPSG:{words.rsplit(':', 1)[-1]}"
    elif words.isdigit():
        words = f"EPSG:{words}"
    try:
        if "://" in words:
            raise CRSError(words)
        return CRS.from_user_input(words)
    except CRSError:
        raise Unreadable(
            Words(f"坐标系“{text[:60]}”无法识别", f"the CRS “{text[:60]}” is not recognised"),
            Words("请写 EPSG 代码，如 EPSG:4546", "give an EPSG code, like EPSG:4546"),
            "DQ04",
        ) from None


def called(crs: CRS) -> Words:
    """Say a CRS's name."""
    return crs_name(crs.name)


def refuse_old(crs: CRS) -> None:
    """Refuse Xi'an 80 and Beijing 54: no public transformation to CGCS2000 exists.

    PROJ would pass the numbers through unchanged, tens of metres or more off the true place.
    """
    base = crs.geodetic_crs
    names = (
        f"{crs.name} {base.name if base else ''} {base.datum.name if base and base.datum else ''}"
    )
    for word, datum in _OLD.items():
        if word in names.lower():
            raise Unreadable(
                Words(
                    f"坐标系为{datum.zh}，不能直接转换",
                    f"it is in {datum.en}, which cannot be used",
                ),
                _CONVERT,
                "DQ04",
            )


def is_same_datum(crs: CRS) -> bool:
    """Whether a CRS is on CGCS2000 or WGS 84, which count as one here."""
    base = crs.geodetic_crs
    if base is None:
        return False
    names = {base.name.lower(), base.datum.name.lower() if base.datum else ""}
    return any(same in name for name in names for same in _SAME_DATUM)


def to_degrees(crs: CRS) -> Callable[[np.ndarray], np.ndarray]:
    """Give the way from a CRS to longitude and latitude on CGCS2000.

    Raises:
        Unreadable: The way between the datums is not known here.
    """
    refuse_old(crs)
    try:
        if is_same_datum(crs):
            # To its own datum: no change of datum that PROJ could guess at.
            way = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        else:
            way = Transformer.from_crs(crs, "EPSG:4326", always_xy=True, allow_ballpark=False)
        way.transform(0.0, 0.0)
    except (ProjError, CRSError):
        raise Unreadable(
            Words(
                f"{called(crs).zh} 与 CGCS2000 之间没有可靠的转换",
                f"no way from {crs.name} to CGCS2000",
            ),
            _CONVERT,
            "DQ04",
        ) from None
    return lambda points: np.column_stack(way.transform(points[:, 0], points[:, 1]))


def from_degrees(crs: CRS) -> Callable[[np.ndarray], np.ndarray]:
    """Give the way from longitude and latitude to a working CRS."""
    base = crs.geodetic_crs if is_same_datum(crs) else CRS("EPSG:4326")
    way = Transformer.from_crs(base, crs, always_xy=True, allow_ballpark=is_same_datum(crs))
    return lambda points: np.column_stack(way.transform(points[:, 0], points[:, 1]))


def working(lonlat: tuple[float, float]) -> CRS:
    """Give the CGCS2000 3-degree zone of a place; outside China its UTM zone."""
    lon, lat = lonlat
    if CHINA[0] <= lon <= CHINA[2] and CHINA[1] <= lat <= CHINA[3]:
        return CRS.from_epsg(4534 + min(max(round((lon - 75) / 3), 0), 20))
    return CRS.from_epsg((32600 if lat >= 0 else 32700) + int((lon + 180) // 6) % 60 + 1)


def say_crs(table: str) -> Words:
    """Say where in batch.toml the CRS of a layer is declared."""
    return Words(
        "请提供带坐标系的文件（Shapefile 为 .prj），或在 batch.toml 的 "
        f'[{table}] 下写 crs = "EPSG:4546"（以实际坐标系为准）',
        "supply a file that says its CRS (of a shapefile the .prj), or write "
        f'crs = "EPSG:4546", or which it is, under [{table}] in batch.toml',
    )


def settle(
    points: np.ndarray,
    stated: str | None,
    declared: str | None,
    hint: CRS | None,
    region: str = "",
    table: str = "polygons",
) -> Settled:
    """Settle which CRS points are in.

    The file's own word counts, unless the numbers contradict it beyond doubt; then the numbers
    win, and what was assumed is told. Where nobody says, numbers that leave no doubt decide.

    Raises:
        Unreadable: Nothing says which, or it is a datum that cannot be used.
    """
    said = _stated(stated)
    told = parse(declared) if declared else said
    assumed = None
    if declared and told and said and not _agree(told, said, points):
        assumed = Words(
            f"文件称 {called(said).zh}，batch.toml 写 {called(told).zh}；按后者读取",
            f"the file says {said.name}, batch.toml {told.name}; read as the latter",
        )
    if told is not None:
        refuse_old(told)
        for swapped in (False, True):
            if _fits(told, points[:, ::-1] if swapped else points):
                return Settled(told, swapped, _swapped(told) if swapped else assumed)
    return _by_numbers(points, told, hint, region, table)


def _stated(text: str | None) -> CRS | None:
    """Give the CRS that a file states; one that cannot be understood is as none."""
    try:
        return parse(text) if text else None
    except Unreadable:
        return None


def _agree(one: CRS, other: CRS, points: np.ndarray) -> bool:
    """Whether two CRSs mean the same places, whatever they are called."""
    try:
        places = [to_degrees(crs)(points) for crs in (one, other)]
    except Unreadable:
        return False
    return bool(np.abs(places[0] - places[1]).max() < 1e-9)


def _by_numbers(
    points: np.ndarray, told: CRS | None, hint: CRS | None, region: str, table: str
) -> Settled:
    for swapped in (False, True):
        crs = _guess(points[:, ::-1] if swapped else points, told, hint, region)
        if crs is None:
            continue
        zh, en = "文件没有坐标系", "no CRS is given"
        if told:
            zh = f"文件称 {called(told).zh}，与坐标不符"
            en = f"the file says {told.name}, which its coordinates contradict"
        order_zh = "，且坐标为先北后东" if swapped else ""
        order_en = ", north before east" if swapped else ""
        return Settled(
            crs,
            swapped,
            Words(
                f"{zh}；按坐标数值当作 {called(crs).zh}{order_zh}",
                f"{en}; read as {crs.name}{order_en}",
            ),
        )
    x, y = np.median(points, axis=0)
    raise Unreadable(
        Words(
            f"无法确定坐标系（坐标如 {x:.0f}, {y:.0f}）",
            f"its CRS cannot be told (coordinates like {x:.0f}, {y:.0f})",
        ),
        say_crs(table),
        "DQ04",
    )


def _guess(points: np.ndarray, told: CRS | None, hint: CRS | None, region: str) -> CRS | None:
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    if CHINA[0] <= x0 and x1 <= CHINA[2] and CHINA[1] <= y0 and y1 <= CHINA[3]:
        return CRS(CGCS2000)
    if not (_NORTHING[0] <= y0 and y1 <= _NORTHING[1]):
        return None
    zone = int(x0 // 1e6)
    if zone == int(x1 // 1e6) and x0 - zone * 1e6 >= 1e5 and x1 - zone * 1e6 <= 9e5:
        if 25 <= zone <= 45:
            return CRS.from_epsg(4513 + zone - 25)
        if 16 <= zone <= 23:  # below, web mercator has the same numbers
            return CRS.from_epsg(4491 + zone - 13)
    if not (x0 >= 1e5 and x1 <= 9e5):
        return None
    for known in (told, hint):
        if known is not None and known.is_projected and (meridian := _meridian(known)) is not None:
            return _zone(meridian)
    near = [prefix for prefix in _meridians() if region.startswith(prefix)]
    return _zone(_meridians()[max(near, key=len)]) if near else None


def _zone(meridian: float) -> CRS | None:
    number = (meridian - 75) / 3
    return CRS.from_epsg(4534 + int(number)) if number in range(21) else None


def _meridian(crs: CRS) -> float | None:
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    for parameter in operation.params:
        if parameter.name == "Longitude of natural origin":
            return float(parameter.value)
    return None


def _fits(crs: CRS, points: np.ndarray) -> bool:
    """Whether points can be in a CRS: inside the world, and inside where the CRS is used."""
    degrees = to_degrees(crs)(points)
    if not np.isfinite(degrees).all():
        return False
    lon, lat = degrees[:, 0], degrees[:, 1]
    if np.abs(lon).max() > 180 or np.abs(lat).max() > 90:
        return False
    if crs.is_geographic and (np.abs(points[:, 0]).max() > 180 or np.abs(points[:, 1]).max() > 90):
        return False
    if is_chinese(crs):
        inside = _within(degrees, CHINA)
        meridian = _meridian(crs)
        return inside and (
            meridian is None or bool(np.abs(lon - meridian).max() <= MAX_OFF_MERIDIAN)
        )
    meridian = _meridian(crs)
    if meridian is not None and np.abs((lon - meridian + 180) % 360 - 180).max() > MAX_OFF_ZONE:
        return False
    area = crs.area_of_use
    if area is None and not crs.is_geographic:
        # A .prj says no area. What lies in China only the other way round, is the other way round.
        return _within(degrees, CHINA) or not _within(_turned(crs, points), CHINA)
    if area is None or crs.is_geographic:
        # Degrees fit the world both ways round; north before east in China is known by its place.
        return not (_within(points[:, ::-1], CHINA) and not _within(points, CHINA))
    west, east = area.west - 9, area.east + 9
    return bool(lon.min() >= west and lon.max() <= east) or area.west > area.east


def _turned(crs: CRS, points: np.ndarray) -> np.ndarray:
    """Give where points would lie with north before east; nowhere is no place in China."""
    places: np.ndarray = np.nan_to_num(to_degrees(crs)(points[:, ::-1]), posinf=999.0)
    return places


def is_chinese(crs: CRS) -> bool:
    """Whether a CRS is one of CGCS2000, used nowhere but in China."""
    base = crs.geodetic_crs
    name = f"{base.name} {base.datum.name if base.datum else ''}".lower() if base else ""
    return "2000" in name and ("china" in name or "cgcs" in name)


def _within(points: np.ndarray, box: tuple[float, float, float, float]) -> bool:
    low, high = points.min(axis=0), points.max(axis=0)
    return bool(box[0] <= low[0] and high[0] <= box[2] and box[1] <= low[1] and high[1] <= box[3])


def _swapped(crs: CRS) -> Words:
    return Words(
        f"坐标为先北后东，已按 {called(crs).zh} 交换读取",
        f"its coordinates stand north before east; read the other way round in {crs.name}",
    )


class Route:
    """The way of a layer's shapes into the working CRS.

    `middle` is the longitude about which most of them lie, where there is one.
    """

    def __init__(self, settled: Settled, work: CRS, middle: float | None) -> None:
        self._out, self._in = to_degrees(settled.crs), from_degrees(work)
        self._swapped = settled.swapped
        self._middle = middle
        self._within = CHINA if is_chinese(work) else (-180.0, -90.0, 180.0, 90.0)

    def carry(self, shape: BaseGeometry) -> BaseGeometry:
        """Carry a shape along.

        Raises:
            Unreadable: It does not arrive, or lies where nobody could have meant it.
        """
        points = shapely.get_coordinates(shape)
        points = points[:, ::-1] if self._swapped else points
        degrees = self._out(points)
        moved = shapely.transform(shapely.force_2d(shape), lambda _: self._in(degrees))
        arrived = np.isfinite(shapely.get_coordinates(moved)).all()
        if arrived and _within(degrees, self._within) and not self._strays(points, degrees[0, 0]):
            return moved
        raise Unreadable(
            Words("坐标在坐标系范围之外", "its coordinates lie outside the CRS"),
            Words("请检查该图形的坐标", "check its coordinates"),
            "DQ04",
        )

    def _strays(self, points: np.ndarray, lon: float) -> bool:
        """Whether an easting carries another zone than the layer, and belongs near it in that.

        Read in the layer's zone it would land a thousand kilometres off, still in China.
        """
        zone, easting = divmod(float(points[0, 0]), 1e6)
        if self._middle is None or not (25 <= zone <= 45 and 3e5 <= easting <= 7e5):
            return False
        own = to_degrees(CRS.from_epsg(4513 + int(zone) - 25))(points[:1])
        near = MAX_OFF_MERIDIAN / 2
        return abs(lon - self._middle) > 2 * near and bool(abs(own[0, 0] - self._middle) <= near)


@cache
def _meridians() -> dict[str, float]:
    text = (files("yanhu_satcheck.policies") / "regions.toml").read_text("utf-8")
    return {prefix: float(lon) for prefix, lon in tomllib.loads(text)["meridians"].items()}
