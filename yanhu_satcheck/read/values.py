"""What a cell says: blanks, text, numbers, units, dates, yes and no."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from unicodedata import normalize

from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

BLANKS = frozenset({"", "无", "/", "—", "——", "-", "--", "待补", "暂无"})
"""What counts as a blank cell, after folding and trimming."""

_UNSEEN = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
_EXCEL_DAY_0 = date(1899, 12, 30)
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[+-]?\.\d+)((?:e[+-]?\d+)?)(\D.*)?", re.IGNORECASE
)
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?)?分?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_EXIF_DAY = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d).*")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[ T]?(\d\d):?(\d\d):?(\d\d)?)?")
_MONTH = re.compile(r"(\d{4})(?:[-/.年]?)(\d{1,2})月?")
_YES = frozenset(
    {"是", "有", "已", "yes", "y", "true", "t", "1", "√", "✓", "已销号", "销号", "已受理"}
)
_YES |= {"受理", "已延续受理", "已延续", "已完成", "已整改"}
_NO = frozenset({"否", "没有", "未", "no", "n", "false", "f", "0", "×", "x", "未销号", "未受理"})
_NO |= {"未延续", "不受理", "未完成", "未整改", "整改中"}

# How many of the unit on the left of a pair make one of the spelling: 1 亩 is 10000/15 m².
UNITS: dict[str, dict[str, float]] = {
    "m2": {"m2": 1, "平方米": 1, "亩": 10000 / 15, "公顷": 1e4, "ha": 1e4, "hm2": 1e4}
    | {"平方公里": 1e6, "平方千米": 1e6, "km2": 1e6},
    "m3": {"m3": 1, "立方米": 1, "方": 1, "立方": 1, "万m3": 1e4, "万立方米": 1e4, "万方": 1e4},
    "万t": {"万t": 1, "万吨": 1, "t": 1e-4, "吨": 1e-4, "kt": 0.1, "千吨": 0.1, "亿吨": 1e4}
    | {"万t/a": 1, "万吨/年": 1, "万t/年": 1, "万吨/a": 1, "t/a": 1e-4, "吨/年": 1e-4},
    "m": {"m": 1, "米": 1, "cm": 0.01, "km": 1000},
    "t/m3": {"t/m3": 1, "吨/立方米": 1, "吨/m3": 1, "g/cm3": 1},
    "m3/m3": {"m3/m3": 1, "立方米/立方米": 1},
    "°": {"°": 1, "度": 1},
}
UNITS["亩"] = {name: factor / UNITS["m2"]["亩"] for name, factor in UNITS["m2"].items()}


def folded(cell: Any) -> str:
    """Give a cell's text in one width, without spaces at its ends or characters nobody sees."""
    return normalize("NFKC", str(cell).translate(_UNSEEN)).strip()


def is_blank(cell: Any) -> bool:
    """Whether a cell says nothing: empty, spaces of any width, 无, /, —, 待补, 暂无."""
    return cell is None or (isinstance(cell, str) and folded(cell) in BLANKS)


def text(cell: Any) -> str:
    """Give a cell's text as written, trimmed; a blank is the empty text."""
    if is_blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return str(cell).translate(_UNSEEN).strip()


def key(cell: Any) -> str:
    """Give a number that is kept as text; digits that the spreadsheet has lost are not made up."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) >= 1e15:
        raise Unreadable(
            Words(
                f"“{cell:.0f}” 超过 15 位，末位数字已丢失",
                f"“{cell:.0f}” has more than 15 digits: the last ones are lost",
            ),
            Words(
                "请把该列设为文本格式后重新填写",
                "format the column as text and type the number again",
            ),
        )
    if isinstance(cell, date):
        raise Unreadable(
            Words(f"“{text(cell)}” 应为编号，却是日期", f"“{text(cell)}” is a date, not a number"),
            Words("请把该列设为文本格式后重新填写", "format the column as text and type it again"),
        )
    return text(cell)


def factor(unit: str, target: str) -> float:
    """Say how many of the target unit one of a written unit is."""
    spelt = normalize("NFKC", unit).replace(" ", "").replace("³", "3").replace("²", "2")
    known = UNITS[target]
    if spelt in known:
        return known[spelt]
    if spelt.lower() in known:
        return known[spelt.lower()]
    kinds = "、".join(list(known)[:4])
    raise Unreadable(
        Words(f"单位“{unit}”无法识别", f"the unit “{unit}” is not understood"),
        Words(f"请用：{kinds}", f"use one of {', '.join(list(known)[:4])}"),
    )


def number(cell: Any, target: str, unit: str = "") -> float | None:
    """Give a number in its target unit; a unit in the cell wins over the header's."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool | date | time | timedelta):
        raise _no_number(cell)
    if isinstance(cell, int | float):
        value, written = float(cell), ""
    else:
        found = _NUMBER.fullmatch(folded(cell).replace(" ", ""))
        if found is None:
            raise _no_number(cell)
        value = float((found[1] + (found[2] or "")).replace(",", ""))
        written = found[3] or ""
    if not abs(value) < 1e300:
        raise _no_number(cell)
    return value * factor(written or unit or target, target)


def day(cell: Any) -> date | None:
    """Give the day that a cell says."""
    when = moment(cell)
    return None if when is None else when.date()


def image_day(cell: Any, *, last: bool) -> date | None:
    """Give an image's day; a month alone stands for its first or its last day.

    Polygons often carry YYYYMM. The widest reading (before: first day, after: last day) accuses
    nobody of photographing too early.
    """
    month = _MONTH.fullmatch(_plain(cell)) if not is_blank(cell) else None
    if month is None or not 1 <= int(month[2]) <= 12 or not 1950 <= int(month[1]) <= 2100:
        return day(cell)
    first = date(int(month[1]), int(month[2]), 1)
    if not last:
        return first
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def moment(cell: Any) -> datetime | None:
    """Give the wall time that a cell says; a day alone is its midnight."""
    if is_blank(cell):
        return None
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    plain = _plain(cell)
    for form in (_DAY, _COMPACT, _EXIF_DAY):
        if found := form.fullmatch(plain):
            parts = [int(part or 0) for part in found.groups()]
            try:
                return datetime(*(parts + [0] * (6 - len(parts))))  # type: ignore[arg-type]
            except ValueError:
                break
    serial = _serial(cell)
    if serial is not None:
        return serial
    if _MONTH.fullmatch(plain):
        what = Words(f"“{text(cell)}” 只写到月", f"“{text(cell)}” names a month, not a day")
    else:
        what = Words(f"“{text(cell)}” 不是日期", f"“{text(cell)}” is no date")
    raise Unreadable(what, Words("请写成 2022-12-05 这样的日期", "write a date like 2022-12-05"))


def yes(cell: Any) -> bool | None:
    """Give yes or no."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool):
        return cell
    plain = _plain(cell).lower()
    if plain in _YES or plain in _NO:
        return plain in _YES
    what = Words(f"“{text(cell)}” 不是“是”或“否”", f"“{text(cell)}” is neither yes nor no")
    raise Unreadable(what, Words("请填“是”或“否”", "write 是 or 否"))


def yes_or_day(cell: Any) -> date | bool | None:
    """Give a day, or yes or no where no day is told."""
    try:
        return yes(cell)
    except Unreadable:
        try:
            return day(cell)
        except Unreadable as cause:
            remedy = Words("请填日期（如 2022-12-05）、是或否", "write a date, 是 or 否")
            raise Unreadable(cause.what, remedy) from None


def _plain(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return folded(cell)


def _serial(cell: Any) -> datetime | None:
    # A date cell that lost its format: days since the end of 1899. 20000–80000 is 1954–2119.
    if isinstance(cell, str):
        plain = folded(cell)
        cell = float(plain) if re.fullmatch(r"\d{5}(?:\.\d+)?", plain) else None
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not 20000 <= cell < 80000:
        return None
    start = datetime(_EXCEL_DAY_0.year, _EXCEL_DAY_0.month, _EXCEL_DAY_0.day)
    return start + timedelta(seconds=round(float(cell) * 86400))


def _no_number(cell: Any) -> Unreadable:
    return Unreadable(
        Words(f"“{text(cell)}” 不是数字", f"“{text(cell)}” is no number"),
        Words("请只填数字，如 1234.5", "write a number only, like 1234.5"),
    )
