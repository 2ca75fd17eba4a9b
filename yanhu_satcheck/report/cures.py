"""What clears a finding that could not be judged: what to bring, or to mend."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import SUPPLIES, Words

_ABSENT = Words("未提供", "does not supply")


def cure(finding: Finding, misreads: Sequence[Misread], lang: str) -> str:
    """Say what clears a finding: the material it lacks, the file's own remedy, or its rule's."""
    text, said = sentences(lang), str(getattr(finding.message, lang))
    if not finding.polygon_ids and getattr(_ABSENT, lang) in said:
        lacking = [str(getattr(w, lang)) for w in SUPPLIES.values() if getattr(w, lang) in said]
        if lacking:
            return text["cure_supply"].format(what=text["comma"].join(lacking))
    files = {one.id for one in finding.related if one.kind == "file"}
    mend = [str(getattr(one.remedy, lang)) for one in misreads if one.file in files]
    if mend:
        return text["semicolon"].join(dict.fromkeys(mend))
    named = (words for phrase, words in _named().items() if phrase in finding.message.zh)
    words = next(named, _cures().get(finding.rule))
    return str(getattr(words, lang)) if words else text["cure_other"]


@cache
def _cures() -> Mapping[str, Words]:
    return {code: Words(**said) for code, said in _table().items() if code != "said"}


@cache
def _named() -> Mapping[str, Words]:
    return {phrase: Words(**said) for phrase, said in _table()["said"].items()}


def _table() -> dict[str, Any]:
    text = Path(__file__).with_name("remedies.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
