"""A county's settings laid over the limits: each of its kind, within its range, or said why not."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from math import isfinite
from types import MappingProxyType
from typing import Any

from yanhu_satcheck.errors import SettingError
from yanhu_satcheck.terms import Words


class _Wrong(Exception):
    """A value cannot be used; `says` tells why."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.says = Words(zh, en)


def settled(table: str, limits: Any, changes: Mapping[str, Any]) -> Any:
    """Put the county's limits in place of the defaults, each of its kind and within its range.

    Raises:
        SettingError: The first that cannot be used.
    """
    if problem := next(unusable(table, limits, changes), None):
        raise problem
    return replace(
        limits, **{name: _read(getattr(limits, name), value) for name, value in changes.items()}
    )


def unusable(table: str, limits: Any, changes: Mapping[str, Any]) -> Iterator[SettingError]:
    """Find every setting of a table that cannot be used."""
    known = {one.name: one for one in fields(limits)}
    for name, value in changes.items():
        problem = (
            _problem(known[name], getattr(limits, name), value)
            if name in known
            else no_such(name, known)
        )
        if problem:
            yield SettingError(table, name, problem)


def no_such(word: str, known: Iterable[str]) -> Words:
    """Say that a name is unknown, and which one may have been meant."""
    book = [*known]
    tries = ((word, 0.6), (word.upper(), 0.6), (word.upper(), 0.5))
    near = next(filter(None, (get_close_matches(w, book, 1, cut) for w, cut in tries)), [])
    meant = near or book[:2]
    return Words(
        f"没有这个名称；是否要写 {' 或 '.join(meant)}？",
        f"no such name; did you mean {' or '.join(meant)}?",
    )


def not_a_table(example: str) -> Words:
    """Say that a table was expected."""
    return Words(f"应写成表，如 {example}", f"not a table such as {example}")


def between(low: Any, high: Any) -> str:
    """Say the range of a limit."""
    if low is None and high is None:
        return "—"
    if high is None:
        return f"≥ {shown(low)}"
    return f"≤ {shown(high)}" if low is None else f"{shown(low)}–{shown(high)}"


def shown(value: Any) -> str:
    """Say a limit's value."""
    if isinstance(value, Mapping):
        return "、".join(f"{name} = {one}" for name, one in value.items())
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _problem(about: Field[Any], default: Any, value: Any) -> Words | None:
    """Say what is wrong with a limit: not of its kind, out of range, or no such word."""
    try:
        moved = _read(default, value)
    except _Wrong as wrong:
        return wrong.says
    low, high = about.metadata["low"], about.metadata["high"]
    for one in moved if isinstance(moved, tuple) else [moved]:
        if (low is not None and one < low) or (high is not None and one > high):
            allowed = between(low, high)
            return Words(
                f"{shown(one)} 超出允许范围 {allowed}", f"{shown(one)} lies outside {allowed}"
            )
    return None


def _read(default: Any, value: Any) -> Any:
    """Read a value as the kind of thing that its default is."""
    if isinstance(default, Mapping):
        return _mapping(default, value)
    if isinstance(default, tuple):
        return _list(default, value)
    if isinstance(default, date):
        return _day(default, value)
    if isinstance(default, str):
        if not isinstance(value, str) or not value.strip():
            raise _unlike(value, "文字", "word", repr(default))
        return value
    whole = isinstance(default, int)
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        kind = ("整数", "whole number") if whole else ("数字", "number")
        raise _unlike(value, *kind, f"{default:g}")
    if not isfinite(value):
        raise _unlike(value, "数字", "number", f"{default:g}")
    return value if whole else float(value)


def _list(default: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    inside = (repr(one) if isinstance(one, str) else str(one) for one in default)
    example = f"[{', '.join(inside)}]"
    if not isinstance(value, list | tuple):
        raise _unlike(value, "列表", "list", example)
    if not value and isinstance(default[0], date):  # words may be struck out, days may not
        raise _Wrong(
            f"列表为空；至少写一个日期，如 {example}",
            f"the list is empty; it needs a day, as {example}",
        )
    return tuple(_read(default[0], one) for one in value)


def _day(default: date, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        raise _unlike(value, "日期", "date", str(default)) from None


def _mapping(default: Mapping[str, str], value: Any) -> Mapping[str, str]:
    """Lay the county's entries over the default ones; both sides must be words that are known."""
    if not isinstance(value, Mapping):
        raise _unlike(value, "表", "table", shown(default))
    units = sorted(set(default.values()))
    for name, one in value.items():
        if name not in default:
            zh, en = no_such(name, default)
            raise _Wrong(f"{name}：{zh}", f"{name}: {en}")
        if one not in units:
            zh, en = no_such(str(one), units)
            raise _Wrong(f"{name} = {one!r}：{zh}", f"{name} = {one!r}: {en}")
    return MappingProxyType({**default, **value})


def _unlike(value: Any, zh: str, en: str, example: str) -> _Wrong:
    told = str(value) if isinstance(value, date) else repr(value)
    return _Wrong(f"{told} 不是{zh}；应如 {example}", f"{told} is not a {en} such as {example}")
