"""Legality words → calls, by the versioned alias table."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple
from unicodedata import normalize

from yanhu_satcheck.read.values import is_blank
from yanhu_satcheck.terms import Breach, Call

_MARKS = re.compile(r"[\W_]+")
_ILLEGAL = ("疑似违法", "违法", "illegal")


class _Row(NamedTuple):
    call: Call
    breach: Breach | None
    since: date
    until: date


def called(legality: object, subclass: object, day: date) -> tuple[Call, Breach | None]:
    """Say which call a filing's words are, as the tables of that day have it.

    A word that the table does not hold is `UNKNOWN`; it is not guessed. The sub-class tells the
    kind of breach where the call itself does not.
    """
    if is_blank(legality):
        return Call.UNFILLED, None
    found = _known(_fold(legality), day)
    if found is None:
        return Call.UNKNOWN, None
    call, breach = found
    if call is Call.ILLEGAL and breach is None and not is_blank(subclass):
        inner = _known(_fold(subclass), day)
        breach = inner[1] if inner is not None and inner[0] is Call.ILLEGAL else None
    return call, breach


def _known(word: str, day: date) -> tuple[Call, Breach | None] | None:
    for row in _table().get(word, ()):
        if row.since <= day <= row.until:
            return row.call, row.breach
    for start in _ILLEGAL:
        if word.startswith(start) and word != start:
            inner = _known(word.removeprefix(start), day)
            if inner is not None and inner[0] is Call.ILLEGAL:
                return inner
    return None


def _fold(word: object) -> str:
    text = str(int(word)) if isinstance(word, float) and word.is_integer() else str(word)
    return _MARKS.sub("", normalize("NFKC", text)).lower()


@cache
def _table() -> dict[str, tuple[_Row, ...]]:
    text = (files("yanhu_satcheck.policies") / "calls.toml").read_text("utf-8")
    table: dict[str, tuple[_Row, ...]] = {}
    for said in tomllib.loads(text)["call"]:
        breach = Breach(said["breach"]) if "breach" in said else None
        since, until = said.get("valid_from", date.min), said.get("valid_to", date.max)
        word = _fold(said["text"])
        table[word] = (*table.get(word, ()), _Row(Call(said["call"]), breach, since, until))
    always = (date.min, date.max)
    for call in set(Call) - {Call.UNFILLED, Call.UNKNOWN}:
        table.setdefault(_fold(call), (_Row(call, None, *always),))
    for breach in set(Breach) - {Breach.OTHER}:
        table.setdefault(_fold(breach), (_Row(Call.ILLEGAL, breach, *always),))
    return table
