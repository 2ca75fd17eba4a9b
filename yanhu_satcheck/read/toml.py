"""TOML as people write it: the tables, or the line of the slip and what would be right."""

import re
import tomllib
from typing import Any

from yanhu_satcheck.foreign import by_tomllib
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WORD = re.compile(r"[\w-]+")
_TYPED_WIDE = "“”‘’＝，：；［］｛｝＃　"  # what a Chinese keyboard gives for TOML's own marks


def parse(content: bytes) -> dict[str, Any]:
    """Read TOML in UTF-8, with or without a byte order mark.

    Raises:
        Unreadable: It is none; the message says the line and, where that can be told, the cause.
    """
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
        return tomllib.loads(text)
    except UnicodeDecodeError:
        raise Unreadable(
            Words("不是 UTF-8 编码", "it is not written in UTF-8"),
            Words("请另存为 UTF-8", "save it as UTF-8"),
        ) from None
    except RecursionError:
        raise Unreadable(
            Words("嵌套过深，无法读取", "it cannot be read: it is nested too deep"),
            Words("请减少括号的层数", "take out some of the brackets"),
        ) from None
    except tomllib.TOMLDecodeError as cause:
        raise _slip(text.replace("\r\n", "\n").split("\n"), str(cause)) from None


def _slip(lines: list[str], cause: str) -> Unreadable:
    problem, place = _PLACE.sub("", cause), _PLACE.search(cause)
    if place is None or place[1] is None:
        row = max((n for n, line in enumerate(lines, 1) if line.strip()), default=1)
        return Unreadable(
            Words(
                f"到第 {row} 行（文件末尾）仍不完整（{by_tomllib(problem).zh}）",
                f"it breaks off at its end, line {row}: {problem}",
            ),
            Words("请检查括号和引号是否成对", "close every bracket and quotation mark"),
        )
    row, column = int(place[1]), int(place[2])
    return Unreadable(
        Words(
            f"第 {row} 行第 {column} 列有语法错误（{by_tomllib(problem).zh}）",
            f"line {row}, column {column}: {problem}",
        ),
        _remedy(lines[row - 1], column - 1, problem),
    )


def _remedy(line: str, at: int, problem: str) -> Words:
    sign = line[at : at + 1]
    if sign and sign in _TYPED_WIDE:
        return Words(
            f"“{sign}”是中文标点，请改用半角符号", f"“{sign}” is typed full-width; type it in ASCII"
        )
    if sign.isalpha() and not sign.isascii():
        word = next(found[0] for found in _WORD.finditer(line) if found.end() > at)
        return Words(
            f'中文须加英文双引号："{word}"',
            f'what is not plain ASCII needs quotation marks: "{word}"',
        )
    if "Unescaped" in problem:
        return Words("路径中的 \\ 请改为 /", "write / for \\ in a path")
    return Words("请改正该行", "mend that line")
