"""XML as elements, parsed so that nothing in it reaches beyond the file or grows without bound."""

import re
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from yanhu_satcheck.read.encodings import codec, decode
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

MAX_BYTES = 200 << 20
MAX_DEPTH = 200
MAX_ELEMENTS = 5_000_000
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([\w.-]+)[\"']")
_AGAIN = Words("请从原软件重新导出", "export it again from the program that made it")

if expat.version_info < (2, 4, 1):  # older ones let few bytes grow into gigabytes
    raise ImportError(f"expat {expat.EXPAT_VERSION} is too old: 2.4.1 or later is needed")


def parse_xml(content: bytes, declared: str | None = None) -> Element:
    """Parse XML into elements named without their namespaces.

    A document type is refused, and with it every entity. Prefixes that nobody declared are let
    pass: exports of map programs are full of them.

    Raises:
        Unreadable: It is malformed, has a document type, or is nested or long beyond reason.
    """
    if len(content) > MAX_BYTES:
        size = f"{len(content) >> 20} MB"
        raise Unreadable(Words(f"文件过大（{size}）", f"it is too large ({size})"), _AGAIN)
    builder, parser = _Builder(), expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.finish
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(_text(content, declared).encode("utf-8"), True)
    except expat.ExpatError as cause:
        raise Unreadable(
            Words(
                f"XML 第 {cause.lineno} 行有误",
                f"its XML is malformed at line {cause.lineno}, column {cause.offset}: "
                f"{expat.ErrorString(cause.code)}",
            ),
            _AGAIN,
        ) from None
    return builder.close()


class _Builder(TreeBuilder):
    depth = 0
    elements = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH or self.elements > MAX_ELEMENTS:
            raise Unreadable(
                Words("XML 嵌套过深或元素过多", "its XML is nested too deep or too long"), _AGAIN
            )
        self.start(_bare(tag), attributes)

    def finish(self, tag: str) -> None:
        self.depth -= 1
        self.end(_bare(tag))


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise Unreadable(
        Words("XML 含有 DOCTYPE，不予读取", "it has a DOCTYPE, which is not accepted"),
        Words("请删去 DOCTYPE，或重新导出", "take the DOCTYPE out, or export it again"),
    )


def _text(content: bytes, declared: str | None) -> str:
    if declared is None and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        declared = "utf-16"
    said = _ENCODING.match(content[:200].removeprefix(b"\xef\xbb\xbf").lstrip())
    if declared is None and said is not None:
        # Of these two the bytes tell the truth, whatever the first line says.
        name = codec(said[1].decode("ascii"))
        declared = None if name in ("utf-8", "gb18030") else name
    return decode(content, declared)
