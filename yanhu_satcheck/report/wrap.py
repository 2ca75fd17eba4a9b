"""How long a text is on screen and paper, and on how many lines a column breaks it."""

import math
import re
from functools import lru_cache
from unicodedata import east_asian_width

_RUN = re.compile(r"[^\s/\u2e80-\uffef]*/|[^\s/\u2e80-\uffef]+[、，；。：]*|[\u2e80-\uffef]|\s+")
"""What is not parted at a line's end: a word or number with the marks behind it, or one hanzi."""
_MARKS = "、，；。："
_WORD = 6  # a name of three hanzi is not parted


def runs(text: str) -> list[str]:
    """Part a text where a program may break its line."""
    return _RUN.findall(text)


def wrapped(text: str, width: float) -> int:
    """Count the lines that a text takes: hanzi part anywhere, words and numbers only if need be."""
    return sum(_wrapped(line, width - 1) for line in text.split("\n"))


@lru_cache(maxsize=1 << 16)
def _wrapped(line: str, room: float) -> int:
    if span(line) <= room:
        return 1
    count, used = 1, 0.0
    for run in runs(line):
        wide = span(run)
        if used + wide <= room:
            used += wide
        elif run.isspace():
            continue
        else:
            count += used > 0
            count += math.ceil(wide / room) - 1
            used = wide % room if wide > room else wide
    return count


def whole(text: str, most: int) -> float:
    """Give the width below which a name or a number in a text would be torn apart."""
    short = span(text) if span(text) <= _WORD else 4
    tokens = (span(run.rstrip(_MARKS)) for run in runs(text) if not run.isspace())
    # What is longer is torn anyhow: a number of a licence into two, a path into more.
    longest = max((n if n <= most else min(-(-n // 2), most) for n in tokens), default=0)
    return float(max(short, longest) + 1)


def span(text: str) -> int:
    """Count columns of the screen; a hanzi takes two."""
    if text.isascii():
        return len(text)
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
