"""What the report says around its figures, in both languages: words.toml."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from yanhu_satcheck.terms import Words


@cache
def words() -> Mapping[str, Words]:
    """Give every sentence of the report by its key."""
    text = Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
    return {key: Words(**said) for key, said in tomllib.loads(text).items()}


@cache
def sentences(lang: str) -> Mapping[str, str]:
    """Give every sentence of the report in one language."""
    return {key: str(getattr(said, lang)) for key, said in words().items()}
