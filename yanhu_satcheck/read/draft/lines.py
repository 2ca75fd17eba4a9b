"""The lines of a draft: what each says, and what a person must check or fill in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from yanhu_satcheck.terms import Words


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the draft."""

    text: str
    doubt: Words | None = None  # why it needs a look
    blank: bool = False  # whether a person must fill it in
    note: Words | None = None  # a remark that asks for nothing


class Doubt(NamedTuple):
    """A line of the draft that a person should look at."""

    row: int
    words: Words
    blank: bool


_HEAD = (
    "# 由 satcheck init 起草。标“请填写”的行必须补上，标“请核对”的行请看一遍，其余可照用。",
    "# Drafted by `satcheck init`: fill in lines marked 请填写, look at those marked 请核对.",
)


def written(sections: Sequence[Sequence[Line]]) -> tuple[str, tuple[Doubt, ...]]:
    """Write the sections one below the other; give the text and its doubtful lines."""
    rows: list[str] = [*_HEAD]
    doubts = []
    for section in sections:
        rows += [""] if section else []
        for line in section:
            rows.append(_row(line))
            if line.doubt is not None:
                doubts.append(Doubt(len(rows), line.doubt, line.blank))
    return "\n".join(rows) + "\n", tuple(doubts)


def _row(line: Line) -> str:
    said = line.doubt or line.note
    if said is None:
        return line.text
    mark = "" if line.doubt is None else "请填写：" if line.blank else "请核对："
    comment = " ".join(f"# {mark}{said.zh} / {said.en}".split())
    gap = "  " if line.text else ""
    return f"{line.text}{gap}{_printable(comment)}"


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def said(value: Any) -> str:
    """Write a value as TOML has it; of numbers the shortest text that reads back the same."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(said(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {said(one)}' for name, one in value.items())} }}"
    return repr(value).replace("e-0", "e-")


def entry(key: str, value: Any, doubt: Words | None = None, *, blank: bool = False) -> Line:
    """Write `key = value`."""
    return Line(f"{key} = {said(value)}", doubt, blank)
