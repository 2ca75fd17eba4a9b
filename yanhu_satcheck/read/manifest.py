"""batch.toml: what is where. Unknown keys are named; nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import values
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME, SETTINGS, TABLES, name_stray_settings, name_unknown
from yanhu_satcheck.read.misreads import Misreads, Unreadable, nothing_to_audit
from yanhu_satcheck.read.toml import parse
from yanhu_satcheck.terms import Words


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
    declared: frozenset[str]  # every table that it names
    usable: bool = True  # whether it says period and polygons; the rest is read all the same


def read_manifest(folder: Folder, misreads: Misreads) -> Manifest:
    """Read batch.toml; one that says no period or no polygons is not `usable`.

    Raises:
        NothingToAudit: It is absent or malformed.
    """
    said = _parsed(folder)
    name_unknown(said, (folder.root / NAME).read_text("utf-8").splitlines(), misreads)
    return understood(folder, said, misreads)


def understood(folder: Folder, said: Mapping[str, Any], misreads: Misreads) -> Manifest:
    """Give what a parsed batch.toml of a folder says; what is wrong with it is noted."""
    name_stray_settings(folder, said, misreads)
    batch = said["batch"] if isinstance(said.get("batch"), dict) else {}
    period = _period(batch.get("period"), misreads)
    if "polygons" not in said:
        missing = Words("没有 [polygons]", "[polygons] is missing")
        misreads.add(NAME, missing, _TABLE_FORM["polygons"], whole=True)
    tables = {
        name: _declared(name, said[name], misreads)
        for name in TABLES
        if isinstance(said.get(name), dict)
    }
    photos = said.get("photos") if isinstance(said.get("photos"), dict) else None
    for name in (*TABLES, "photos", "dem", "settings"):
        if name in said and not isinstance(said[name], dict):
            _wrong(misreads, name, said[name], _TABLE_FORM.get(name) or _table_form(name, "path"))
    return Manifest(
        id=_required(batch, "id", folder.root.resolve().name, misreads),
        region=_required(batch, "region", "", misreads),
        period=period or _ALWAYS,
        as_of=_as_of(batch.get("as_of"), (period or _ALWAYS)[1], misreads),
        crs=_text(batch, "crs", "batch", misreads),
        scenes=_scenes(said.get("scenes", []), misreads),
        dem=said["dem"] if isinstance(said.get("dem"), dict) else None,
        tables=tables,
        photos=None if photos is None else Declared("photos", photos.get("dir", "photos")),
        photo_index=None
        if photos is None or "index" not in photos
        else _declared("photos", photos | {"path": photos["index"]}, misreads),
        photo_crs=_photo_crs(photos or {}, misreads),
        declared=frozenset(name for name, told in said.items() if told),
        settings=said["settings"].get("path", SETTINGS)
        if isinstance(said.get("settings"), dict)
        else None,
        usable=period is not None and "polygons" in tables,
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
        raise _nothing(
            str(folder.root),
            Words("不是文件夹", "it is no folder"),
            Words("请写批次文件夹的路径", "name a batch folder"),
        )
    if not path.is_file() or not folder.holds(path):
        raise _nothing(
            str(path),
            Words("找不到 batch.toml", "batch.toml is not there"),
            Words("请运行 satcheck init 起草一份", "run `satcheck init` to have one drafted"),
        )
    content = path.read_bytes()
    folder.record(path, content)
    try:
        return parse(content)
    except Unreadable as fault:
        raise _nothing(NAME, fault.what, fault.remedy) from None


def _nothing(where: str, what: Words, remedy: Words) -> NothingToAudit:
    why = Words(f"{what.zh}；{remedy.zh}", f"{what.en}; {remedy.en}")
    return nothing_to_audit(where, why, ())


def _wrong(misreads: Misreads, place: str, value: Any, right: Words) -> None:
    misreads.add(
        NAME,
        Words(f"{place} 的值 {value!r} 无法使用", f"{place} cannot be {value!r}"),
        right,
        column=place,
    )


def _form(example: str) -> Words:
    return Words(f"请写 {example}", f"write {example}")


def _table_form(name: str, key: str, example: str = "…") -> Words:
    return Words(
        f'请写 [{name}]，下一行写 {key} = "{example}"',
        f'write [{name}] and, on the next line, {key} = "{example}"',
    )


_ALWAYS = (date.min, date.max)  # stands for a period that nobody can read
_SCENES_FORM = Words(
    "请写 [[scenes]]，其下写 before 和 after", "write [[scenes]] with before and after"
)
_TABLE_FORM = {
    "polygons": _table_form("polygons", "path", "polygons.gpkg"),
    "submission": _table_form("submission", "path", "submission.xlsx"),
    "photos": _table_form("photos", "dir", "photos"),
    "settings": _table_form("settings", "path", SETTINGS),
    "dem": Words(
        '请写 [dem]，下一行写 before = { path = "…", date = … }',
        'write [dem] and, on the next line, before = { path = "…", date = … }',
    ),
}


def _period(value: Any, misreads: Misreads) -> tuple[date, date] | None:
    days = [as_day(day) for day in value] if isinstance(value, list) else []
    example = 'period = ["2022-10-01", "2022-12-31"]'
    right = Words(f"请在 [batch] 下写 {example}", f"write {example} under [batch]")
    if len(days) != 2 or days[0] is None or days[1] is None:
        what = Words("period 不是两个日期", f"period is {value!r}, not two dates")
    elif days[0] > days[1]:
        what = Words(
            f"period 结束早于开始（{days[0]}、{days[1]}）",
            f"period ends before it starts ({days[0]}, {days[1]})",
        )
    else:
        return days[0], days[1]
    misreads.add(NAME, what, right, column="batch.period", whole=True)
    return None


def _as_of(value: Any, end: date, misreads: Misreads) -> date:
    day = as_day(value)
    if value is not None and day is None:
        right = Words(
            "请写 2022-12-31 这样的日期；暂用 period 的结束日期",
            "a date like 2022-12-31; the end of period is used",
        )
        _wrong(misreads, "batch.as_of", value, right)
    return day or end


def _required(batch: Mapping[str, Any], key: str, default: str, misreads: Misreads) -> str:
    value = batch.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str) and value.strip():
        return value.strip()
    right = _form('region = "140802"')
    if key == "id":
        right = Words(
            f'请写 id = "2022Q4"；暂用“{default}”', f'write id = "2022Q4"; “{default}” is used'
        )
    _wrong(misreads, f"batch.{key}", value, right)
    return default


def _text(said: Mapping[str, Any], key: str, table: str, misreads: Misreads) -> str | None:
    value = said.get(key)
    if key == "crs" and isinstance(value, int) and not isinstance(value, bool):
        return f"EPSG:{value}"
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    right = Words(f'请写文字，如 {key} = "…"', f'text, like {key} = "…"')
    _wrong(misreads, f"{table}.{key}", value, right)
    return None


def _declared(name: str, said: Mapping[str, Any], misreads: Misreads) -> Declared:
    fields = said.get("fields", {})
    if not isinstance(fields, dict) or not all(isinstance(f, str) for f in fields.values()):
        _wrong(misreads, f"{name}.fields", fields, _form('fields = { polygon_id = "图斑编号" }'))
        fields = {}
    row = said.get("header_row")
    if row is not None and (isinstance(row, bool) or not isinstance(row, int) or row < 1):
        right = Words("请写从 1 起的行号", "a row number from 1")
        _wrong(misreads, f"{name}.header_row", row, right)
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
    _wrong(misreads, "scenes", said, _SCENES_FORM)
    return ()


def _photo_crs(photos: Mapping[str, Any], misreads: Misreads) -> str:
    said = photos.get("crs", "WGS84")
    plain = str(said).upper().replace("-", "").replace(" ", "").replace("_", "")
    known = {"WGS84": "WGS84", "CGCS2000": "WGS84", "EPSG:4326": "WGS84", "EPSG:4490": "WGS84"}
    known |= {"GCJ02": "GCJ02", "BD09": "BD09", "BD09LL": "BD09"}
    if plain not in known:
        right = Words(
            "请写 WGS84、GCJ02 或 BD09；暂用 WGS84", "WGS84, GCJ02 or BD09; WGS84 is used"
        )
        _wrong(misreads, "photos.crs", said, right)
    return known.get(plain, "WGS84")
