"""A sheet of picture strips: a row a place, its pictures by date."""

import math
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from yanhu_satcheck.past import KeptChip
from yanhu_satcheck.report.names import cell_text
from yanhu_satcheck.report.workbook import Heading, print_heads

_ABOUT, _WIDE = 34.0, 29.0  # characters; six pictures beside the text fill an A3 sheet
_PIXELS, _POINTS = 200, 168.0  # a picture's longest side; the height of its row
_ABREAST = 6
_OUTLINE = (255, 64, 48)


Picture = Callable[[str], bytes | None]
"""Gives the JPEG of a kept picture by its hash."""


class Strip(NamedTuple):
    """One place: what to say of it, and its pictures with what stands under each."""

    about: str
    pictures: tuple[tuple[KeptChip, str], ...]
    none: str  # what to say where there is no picture


def write_strips(
    book: Any,
    name: str,
    strips: Sequence[Strip],
    picture: Picture,
    heading: Heading,
) -> None:
    """Write the sheet, a row a place; more pictures than stand abreast go on in the next row."""
    page, look = book.add_worksheet(name), _look(book)
    abreast = min(_ABREAST, max((1, *(len(one.pictures) for one in strips))))
    page.set_column(0, 0, _ABOUT)
    page.set_column(1, abreast, _WIDE)
    page.write_string(0, 0, "地点", look.head)
    for at in range(abreast):
        page.write_string(0, at + 1, "影像（由远及近）" if at == 0 else "", look.head)
    row = 1
    for strip in strips:
        for start in range(0, max(len(strip.pictures), 1), abreast):
            _write_row(page, row, strip, (start, start + abreast), picture, look)
            row += 1
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(8)  # A3
    page.fit_to_pages(1, 0)
    print_heads(page, name, heading)


class _Look(NamedTuple):
    head: Any
    text: Any
    caption: Any


def _look(book: Any) -> _Look:
    grid = {"font_name": "微软雅黑", "text_wrap": True, "border": 1, "border_color": "#C5CCD6"}
    head = {"font_size": 10, "bold": True, "bg_color": "#D6E4F0"}
    # What is said of a picture stands below it in its own cell, so that no page parts them.
    return _Look(
        book.add_format({**grid, **head}),
        book.add_format({**grid, "font_size": 9, "valign": "top"}),
        book.add_format({**grid, "font_size": 9, "valign": "bottom"}),
    )


def _write_row(
    page: Any, row: int, strip: Strip, part: tuple[int, int], picture: Picture, look: _Look
) -> None:
    start, end = part
    about = strip.about if start == 0 else strip.about.partition("\n")[0]
    page.set_row(row, _POINTS)
    page.write_string(row, 0, cell_text(about), look.text)
    shown = strip.pictures[start:end]
    for at in range(end - start):
        chip, says = shown[at] if at < len(shown) else (None, "")
        page.write_string(row, at + 1, says, look.caption)
        jpeg = picture(chip.sha256) if chip else None
        if chip and jpeg is not None:
            content = BytesIO(outlined(jpeg, chip))
            options = {"image_data": content, "x_offset": 3, "y_offset": 3, "object_position": 1}
            page.insert_image(row, at + 1, f"{chip.sha256}.jpg", options)
    if not shown:
        page.write_string(row, 1, strip.none, look.caption)


def outlined(jpeg: bytes, chip: KeptChip) -> bytes:
    """Draw a polygon's outline into its picture, and make that as small as it is printed."""
    from PIL import Image, ImageDraw

    with Image.open(BytesIO(jpeg)) as opened:
        shown = opened.convert("RGB")
    scale = _PIXELS / max(shown.size)
    # Twice as fine as it is shown, so that print does not blur it.
    size = tuple(max(1, math.floor(2 * side * scale)) for side in shown.size)
    draw_x, draw_y = (new / old for new, old in zip(size, (chip.width, chip.height), strict=True))
    shown = shown.resize((size[0], size[1]))
    pen = ImageDraw.Draw(shown)
    for ring in chip.outline:
        points = [(x * draw_x, y * draw_y) for x, y in ring]
        if len(points) > 1:
            pen.line([*points, points[0]], fill=_OUTLINE, width=2)
    made = BytesIO()
    shown.save(made, "JPEG", quality=82, dpi=(192, 192))
    return made.getvalue()
