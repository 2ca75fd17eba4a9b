"""Text that is safe where it goes: a file name, a link, a cell, a line of CSV, a page."""

import re
from datetime import date, datetime
from hashlib import sha256
from unicodedata import category, normalize
from urllib.parse import quote

from yanhu_satcheck.batch import Cell

CELL_LIMIT = 32_767  # characters that a cell of a workbook can hold
CUT = "……（cut 已截断）"

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# These turn the order of letters around, so that a page shows other words than it holds.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NO_NAME = frozenset('<>:"/\\|?*%')
_NO_KIND = frozenset({"Cc", "Cf", "Cs"})  # control, format and surrogate characters
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|index)(\.|$)", re.IGNORECASE)
_FORMULA = frozenset("=+-@\t\r\n")  # and the full-width forms, which fold to these
_NAME_BYTES = 180  # a file name holds 255 bytes, and Windows counts the folders too


def page_name(polygon_id: str) -> str:
    """Name a polygon's page; what no file name can hold is percent-encoded.

    `%` is encoded too, so that no two numbers share a page. Names that Windows reserves, and
    the overview's own, get their first character encoded.
    """
    text = "".join(_encoded(c) if _unnameable(c) else c for c in polygon_id)
    if _RESERVED.match(text) or not text:
        text = _encoded(text[:1]) + text[1:]
    if len(text.encode()) > _NAME_BYTES:
        short = text.encode()[: _NAME_BYTES - 20].decode(errors="ignore")
        text = f"{short}~{sha256(polygon_id.encode(errors='surrogatepass')).hexdigest()[:12]}"
    return f"{text}.html"


def page_url(polygon_id: str) -> str:
    """Link to a polygon's page from a page beside it."""
    return quote(page_name(polygon_id), safe="~")


def page_link(polygon_id: str) -> str:
    """Link to a polygon's page from the workbook.

    Hanzi stay as they are, since WPS does not decode them; `%` and `#` are read as escapes.
    """
    return "reports/" + page_name(polygon_id).replace("%", "%25").replace("#", "%23")


def printable(text: str) -> str:
    """Replace what XML cannot hold, visibly."""
    return _NO_XML.sub("\ufffd", text)


def upright(text: str) -> str:
    """Replace control characters, and those that reverse what a reader sees."""
    return _TURNS.sub("\ufffd", printable(text))


def cell_text(text: str) -> str:
    """Fit a text into a cell of a workbook; a cut is said."""
    text = printable(text)
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(CUT)] + CUT


def csv_text(cell: Cell) -> str:
    """Write a cell into CSV so that no program takes it for a formula: `'` goes before it.

    Reversible: only a text that begins with = + - @, tab or a line end, or the full-width forms
    of these, gets one.
    """
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return day(cell) if isinstance(cell, date) else str(cell)
    text = printable(cell)
    return f"'{text}" if normalize("NFKC", text[:1]) in _FORMULA else text


GENERAL = "General"
NUMBER_FORMS = (GENERAL, "0", *(f"0.{'0' * places}" for places in range(1, 11)))


def number_form(value: float) -> str:
    """Give the number format that prints a number as it is, however wide its column.

    `General` turns 187200 into 2E+05 where it finds too little room; it is left to numbers so
    small or so finely divided that nobody reads their digits.
    """
    said = f"{value:.15g}"
    if "e" in said or not said.lstrip("-").replace(".", "", 1).isdigit():
        return GENERAL
    _, _, places = said.partition(".")
    return NUMBER_FORMS[len(places) + 1] if len(places) + 1 < len(NUMBER_FORMS) else GENERAL


def day(when: date) -> str:
    """Write a date as the workbook shows it; a time of day only where there is one."""
    if isinstance(when, datetime):
        return when.isoformat(" ") if when.time() != datetime.min.time() else str(when.date())
    return when.isoformat()


def _unnameable(character: str) -> bool:
    return character in _NO_NAME or category(character) in _NO_KIND


def _encoded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogatepass"))
