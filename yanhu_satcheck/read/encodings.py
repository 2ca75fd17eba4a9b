"""Which bytes are Chinese how: UTF-8 strictly first, then GB18030."""

import codecs

from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

_NAMES = {"utf8": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8", "65001": "utf-8"}
_NAMES |= dict.fromkeys(("gbk", "gb2312", "gb18030", "cp936", "936", "ansi 936"), "gb18030")
_NAMES |= {"big5": "big5", "cp950": "big5", "950": "big5"}


def decode(content: bytes, declared: str | None = None) -> str:
    """Decode a text file: as declared, else strict UTF-8, else GB18030.

    UTF-8 goes first because it hardly ever fits by accident, while GB18030 fits almost anything.

    Raises:
        Unreadable: Neither fits.
    """
    for encoding in [codec(declared)] if declared else ["utf-8", "gb18030"]:
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        Words("文字编码无法识别", "the text encoding is not recognised"),
        Words("请另存为 UTF-8 或 GB18030 编码", "save the file as UTF-8 or GB18030"),
    )


def codec(name: str) -> str:
    """Give Python's name of an encoding that a batch declares.

    Raises:
        Unreadable: There is no such encoding.
    """
    plain = str(name).strip().lower()
    if plain in _NAMES:
        return _NAMES[plain]
    try:
        return codecs.lookup(plain).name
    except LookupError:
        raise Unreadable(
            Words(f"不认识编码“{name}”", f"there is no encoding “{name}”"),
            Words("请写 UTF-8 或 GB18030", "write UTF-8 or GB18030"),
        ) from None


def sniff(samples: list[bytes]) -> str:
    """Tell how the texts of a DBF are written, whatever its .cpg and its language byte say.

    A text may be cut in the middle of a character by the field's width: an error in its last
    three bytes speaks neither for nor against UTF-8.
    """
    votes = [_is_utf8(sample) for sample in samples if not sample.isascii()]
    return "utf-8" if not votes or sum(votes) > 0.98 * len(votes) else "gb18030"


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as cause:
        return (
            len(sample) > 3 and cause.start >= len(sample) - 3 and cause.reason.startswith("unex")
        )
    return True
