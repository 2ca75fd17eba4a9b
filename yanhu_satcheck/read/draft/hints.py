"""The words that drafting goes by, and how they are found in names."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any
from unicodedata import normalize


@cache
def hints() -> dict[str, Any]:
    """Give the table of words, from the policies."""
    text = (files("yanhu_satcheck.policies") / "drafting.toml").read_text("utf-8")
    return tomllib.loads(text)


def holds(text: str, words: Iterable[str]) -> bool:
    """Whether a name holds one of some words; words in Latin letters must stand alone."""
    plain = normalize("NFKC", text).lower()
    return any(_pattern(word).search(plain) for word in words)


@cache
def _pattern(word: str) -> re.Pattern[str]:
    plain = re.escape(normalize("NFKC", word).lower())
    return re.compile(rf"(?<![a-z]){plain}(?![a-z])" if word.isascii() else plain)
