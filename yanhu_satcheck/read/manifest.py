"""batch.toml: what is where. Unknown keys are named; nothing is guessed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import values
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.terms import Words

NAME = "batch.toml"
TABLES = [
    "polygons",
    "submission",
    "permits",
    "rectification",
    "hazards",
    "restoration",
    "projects",
    "patrols",
    "blacklist",
    "lookback",
    "key_areas",
]
_TABLE_KEYS = ["path", "fields", "encoding", "layer", "sheet", "header_row", "crs"]
_IMAGE = ["path", "date", "bands", "scale", "offset", "mask", "sigma"]
_PAIR = ["before", "after", "later", "bands", "scale", "offset", "mask", "position_sigma"]
_KEYS = {
    "batch": ["id", "region", "period", "as_of", "crs"],
    "dem": ["before", "after", "vertical"],
    "photos": ["dir", "index", "crs", "fields", "encoding", "sheet", "header_row"],
    "settings": ["path"],
} | dict.fromkeys(TABLES, _TABLE_KEYS)


@dataclass(frozen=True, slots=True)
class Declared:
    """One table, layer or folder as batch.toml declares it."""

    name: str
    path: Any
    fields: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    layer: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    crs: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What batch.toml says."""

    id: str
    region: str
    period: tuple[date, date]
    as_of: date
    crs: str | None
    scenes: tuple[Mapping[str, Any], ...]
    dem: Mapping[str, Any] | None
    tables: Mapping[str, Declared]
    photos: Declared | None
    photo_index: Declared | None
    photo_crs: str
    settings: Any


def read_manifest(folder: Folder, misreads: Misreads) -> Manifest:
    """Read batch.toml.

    Raises:
        NothingToAudit: It is absent or malformed, or says neither period nor polygons.
    """
    said = _parsed(folder)
    _name_unknown_keys(said, _lines(folder), misreads)
    batch = said["batch"] if isinstance(said.get("batch"), dict) else {}
    if not isinstance(said.get("polygons"), dict):
        raise _nothing("[polygons] is missing", 'write [polygons] and path = "polygons.gpkg"')
    period = _period(batch.get("period"))
    tables = {
        name: _declared(name, said[name], misreads)
        for name in TABLES
        if isinstance(said.get(name), dict)
    }
    photos = said.get("photos") if isinstance(said.get("photos"), dict) else None
    for name in (*TABLES, "photos", "dem", "settings"):
        if name in said and not isinstance(said[name], dict):
            _wrong(misreads, name, said[name], f"write [{name}] and its path")
    return Manifest(
        id=_required(batch, "id", folder.root.resolve().name, misreads),
        region=_required(batch, "region", "", misreads),
        period=period,
        as_of=_as_of(batch.get("as_of"), period[1], misreads),
        crs=_text(batch, "crs", "batch", misreads),
        scenes=_scenes(said.get("scenes", []), misreads),
        dem=said["dem"] if isinstance(said.get("dem"), dict) else None,
        tables=tables,
        photos=None if photos is None else Declared("photos", photos.get("dir", "photos")),
        photo_index=None
        if photos is None or "index" not in photos
        else _declared("photos", photos | {"path": photos["index"]}, misreads),
        photo_crs=_photo_crs(photos or {}, misreads),
        settings=said["settings"].get("path", "satcheck.toml")
        if isinstance(said.get("settings"), dict)
        else None,
    )


def as_day(value: Any) -> date | None:
    """Give a day that TOML or text says; `None` where it says none."""
    try:
        return None if isinstance(value, bool | int | float) else values.day(value)
    except Unreadable:
        return None


def _parsed(folder: Folder) -> dict[str, Any]:
    path = folder.root / NAME
    if not folder.root.is_dir():
        raise NothingToAudit(f"{folder.root} is no folder; name a batch folder")
    if not path.is_file() or not folder.holds(path):
        raise NothingToAudit(f"{path} is not there; `satcheck init` drafts one")
    content = path.read_bytes()
    folder.record(path, content)
    try:
        return tomllib.loads(content.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise _nothing("is not written in UTF-8", "save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as cause:
        raise _nothing(f"cannot be read: {cause}", "mend that line") from None


def _nothing(what: str, remedy: str) -> NothingToAudit:
    return NothingToAudit(f"{NAME}: {what}; {remedy}")


def _lines(folder: Folder) -> list[str]:
    return (folder.root / NAME).read_text("utf-8").splitlines()


def _name_unknown_keys(said: Mapping[str, Any], lines: list[str], misreads: Misreads) -> None:
    known_tables = [*_KEYS, "scenes"]
    for table, content in said.items():
        if table not in known_tables:
            _unknown(table, table, known_tables, lines, misreads)
        elif table == "scenes" and isinstance(content, list):
            for pair in content:
                _name_unknown_images(pair, "scenes", _PAIR, lines, misreads)
        elif isinstance(content, dict):
            for key in content:
                if key not in _KEYS.get(table, [key]):
                    _unknown(key, f"{table}.{key}", _KEYS[table], lines, misreads)
            if table == "dem":
                _name_unknown_images(content, "dem", _KEYS["dem"], lines, misreads)


def _name_unknown_images(
    pair: Any, table: str, known: list[str], lines: list[str], misreads: Misreads
) -> None:
    if not isinstance(pair, dict):
        return
    for key, content in pair.items():
        if key not in known and table == "scenes":
            _unknown(key, f"{table}.{key}", known, lines, misreads)
        for image in content if isinstance(content, list) else [content]:
            for inner in image if isinstance(image, dict) and key != "mask" else ():
                if inner not in _IMAGE:
                    _unknown(inner, f"{table}.{key}.{inner}", _IMAGE, lines, misreads)


def _unknown(key: str, place: str, known: list[str], lines: list[str], misreads: Misreads) -> None:
    near = get_close_matches(key, known, 1, 0.6)
    row = next((n for n, line in enumerate(lines, 1) if key in line.split("#")[0]), None)
    misreads.add(
        NAME,
        Words(f"不认识 {place}", f"{place} is not known"),
        Words(
            f"是否为 {near[0]}？" if near else f"可用：{'、'.join(known)}",
            f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}",
        ),
        row=row,
        column=place,
    )


def _wrong(misreads: Misreads, place: str, value: Any, right: str) -> None:
    misreads.add(
        NAME,
        Words(f"{place} 的值 {value!r} 无法使用", f"{place} cannot be {value!r}"),
        Words(f"应为：{right}", right),
        column=place,
    )


def _period(value: Any) -> tuple[date, date]:
    days = [as_day(day) for day in value] if isinstance(value, list) else []
    right = 'write period = ["2022-10-01", "2022-12-31"] under [batch]'
    if len(days) != 2 or days[0] is None or days[1] is None:
        raise _nothing(f"[batch] period is {value!r}, not two dates", right)
    if days[0] > days[1]:
        raise _nothing(f"[batch] period ends before it starts ({days[0]}, {days[1]})", right)
    return days[0], days[1]


def _as_of(value: Any, end: date, misreads: Misreads) -> date:
    day = as_day(value)
    if value is not None and day is None:
        _wrong(misreads, "batch.as_of", value, f"a date like 2022-12-31; {end} is used")
    return day or end


def _required(batch: Mapping[str, Any], key: str, default: str, misreads: Misreads) -> str:
    value = batch.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    right = {"id": f'id = "2022Q4"; “{default}” is used', "region": 'region = "140802"'}[key]
    _wrong(misreads, f"batch.{key}", value, right)
    return default


def _text(said: Mapping[str, Any], key: str, table: str, misreads: Misreads) -> str | None:
    value = said.get(key)
    if key == "crs" and isinstance(value, int) and not isinstance(value, bool):
        return f"EPSG:{value}"
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    _wrong(misreads, f"{table}.{key}", value, f'text, like {key} = "…"')
    return None


def _declared(name: str, said: Mapping[str, Any], misreads: Misreads) -> Declared:
    fields = said.get("fields", {})
    if not isinstance(fields, dict) or not all(isinstance(f, str) for f in fields.values()):
        _wrong(misreads, f"{name}.fields", fields, 'fields = { polygon_id = "图斑编号" }')
        fields = {}
    row = said.get("header_row")
    if row is not None and (isinstance(row, bool) or not isinstance(row, int) or row < 1):
        _wrong(misreads, f"{name}.header_row", row, "a row number from 1")
        row = None
    texts = {
        key: _text(said, key, name, misreads)
        for key in ("encoding", "layer", "sheet", "crs")
        if not (name == "photos" and key == "crs")
    }
    return Declared(name, said.get("path"), fields, header_row=row, **texts)


def _scenes(said: Any, misreads: Misreads) -> tuple[Mapping[str, Any], ...]:
    if isinstance(said, list) and all(isinstance(pair, dict) for pair in said):
        return tuple(said)
    _wrong(misreads, "scenes", said, "write [[scenes]] with before and after")
    return ()


def _photo_crs(photos: Mapping[str, Any], misreads: Misreads) -> str:
    said = photos.get("crs", "WGS84")
    plain = str(said).upper().replace("-", "").replace(" ", "").replace("_", "")
    known = {"WGS84": "WGS84", "CGCS2000": "WGS84", "EPSG:4326": "WGS84", "EPSG:4490": "WGS84"}
    known |= {"GCJ02": "GCJ02", "BD09": "BD09", "BD09LL": "BD09"}
    if plain not in known:
        _wrong(misreads, "photos.crs", said, "WGS84, GCJ02 or BD09; WGS84 is used")
    return known.get(plain, "WGS84")
