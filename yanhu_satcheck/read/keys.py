"""The keys of batch.toml: which there are, and what stands in it or beside it that is not used."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.misreads import Misreads
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
SETTINGS = "satcheck.toml"
SUPPRESSIONS = "suppressions.toml"
_TABLE_KEYS = ["path", "fields", "encoding", "layer", "sheet", "header_row", "crs"]
_IMAGE = ["path", "date", "bands", "scale", "offset", "mask", "sigma"]
_PAIR = ["before", "after", "later", "bands", "scale", "offset", "mask", "position_sigma"]
_KEYS = {
    "batch": ["id", "region", "period", "as_of", "crs"],
    "dem": ["before", "after", "vertical"],
    "photos": ["dir", "index", "crs", "fields", "encoding", "sheet", "header_row"],
    "settings": ["path"],
} | dict.fromkeys(TABLES, _TABLE_KEYS)


def name_unknown(said: Mapping[str, Any], lines: list[str], misreads: Misreads) -> None:
    """Name every key that nobody reads."""
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


def name_stray_settings(folder: Folder, said: Mapping[str, Any], misreads: Misreads) -> None:
    """Name a settings file that lies there and is not used: its limits would count for nothing."""
    named = said.get("settings", {"path": None})
    if not isinstance(named, dict) or not (folder.root / SETTINGS).is_file():
        return
    path = str(named.get("path", SETTINGS)).replace("\\", "/").strip()
    if path.removeprefix("./") != SETTINGS:
        misreads.add(
            SETTINGS,
            Words(
                "batch.toml 没有写明该文件，未使用", "batch.toml does not name it: it is not used"
            ),
            Words(
                f'如要使用，请在 batch.toml 写 [settings] 和 path = "{SETTINGS}"',
                f'to use it, write [settings] and path = "{SETTINGS}" in batch.toml',
            ),
        )
