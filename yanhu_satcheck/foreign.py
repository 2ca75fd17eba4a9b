"""What libraries and the system say in English, said in Chinese beside it."""

import errno
import re
import tomllib
from functools import cache
from importlib.resources import files

from yanhu_satcheck.terms import Words

_PLACE = re.compile(r"\[(\S+) (\S+)\]")


def by_system(cause: OSError) -> Words:
    """Say why the system refused; what it says itself may be in any language."""
    name = errno.errorcode.get(cause.errno or 0, "")
    said = cause.strerror or str(cause) or name
    return Words(_table("system").get(name, said), said)


def by_geos(reason: str) -> Words:
    """Say why a geometry is invalid, by GEOS's reason, and where that shows."""
    fault, place = _PLACE.sub("", reason).strip(), _PLACE.search(reason)
    zh = _table("geometry").get(fault, "不符合图形规则")
    return Words(f"{zh}，在 {place[1]}, {place[2]} 处" if place else zh, reason)


def by_tomllib(problem: str) -> Words:
    """Say what is wrong with a line of TOML."""
    return Words(_matched("toml", problem) or "写法不合规则", problem)


def by_decoder(why: str) -> Words:
    """Say why a picture cannot be decoded."""
    return Words(_matched("picture", why) or "图像数据损坏", why)


def by_gdal(problem: str) -> Words:
    """Say why a layer cannot be written, by what GDAL or SQLite said last."""
    return Words(_matched("gdal", problem) or "图层写出失败", problem)


def shape_type(name: str) -> Words:
    """Say a geometry's type."""
    return Words(_table("shapes").get(name, name), name)


def crs_name(name: str) -> Words:
    """Say the name of a CRS."""
    return Words(_matched("crs", name) or name, name)


def _matched(table: str, text: str) -> str:
    for pattern, zh in _table(table).items():
        if found := re.fullmatch(pattern, text):
            return found.expand(zh) if found.re.groups else zh
    return ""


def _table(name: str) -> dict[str, str]:
    return _tables()[name]


@cache
def _tables() -> dict[str, dict[str, str]]:
    text = (files("yanhu_satcheck.policies") / "foreign.toml").read_text("utf-8")
    return tomllib.loads(text)
