"""How wide a sheet's columns are, and on what paper it prints: on one sheet across if it can be.

A row is as high as its highest cell, so width is given where it shortens most: to long texts, and
not to columns that are blank or hold a word. The cells' lines to a power, summed, stand for the
heights of the rows: like them they are ruled by the highest, and columns do not depend on one
another.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import NamedTuple

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.report.names import GENERAL, number_form
from yanhu_satcheck.report.wrap import runs, span, whole, wrapped

A3, A4 = 8, 9  # as workbooks number them
_ROOM = {A3: 292.0, A4: 203.0}
"""Characters across a landscape sheet between its margins (405 and 282 mm) when 10 pt text prints
at 7 pt, the least that can be read at arm's length. A character is 7 pixels at 96 dpi in the font
that the workbook names, and up to 7.4 in those that machines without it put in its place."""
_PAD = 5 / 7  # characters that a workbook adds to each column
_MOST_ACROSS = 3
_MOST_LINES = 24  # a workbook's row is no higher: what is below it is cut off
_LINES_A4, _LINES_A3 = 12, 18  # higher rows are better read on a larger sheet, or on two
_USUAL_A4 = 3.0  # lines of a row, on the whole, from which the larger sheet is better read
_POWERS = (3, 4, 5)  # the higher, the more the highest cells count
_LINE, _TALLEST = 16.5, 409.0  # points: one line of text, the highest row there can be
_MOST = 110.0  # characters that an eye follows back to the line's start
_NARROWEST = 4.0
_TOKEN = 17  # a number is not parted that is no longer than this
_FIRST, _TORN = 24, 11  # the same of a number in the first column, and of one that may be torn
_DAY, _MOMENT = 11.0, 20.0  # characters that a date and a time need, or ### is shown
_EXACT = 10**15  # beyond it numbers are written as text
_INDENT = 2.5  # characters that a number stands clear of its cell's sides
_LIST = 12  # words longer than this on average: a list of numbers or files
_STEPS = 24  # characters looked ahead for a line less
_Spans = tuple[tuple[int, float], ...]


class Need(NamedTuple):
    """What a column asks for beyond its texts."""

    least: float = 0.0
    fixed: bool = False  # no wider than its least
    printed: bool = True
    torn: bool = False  # long numbers may be torn in two: they are named elsewhere, too


@dataclass(frozen=True)
class Fit:
    """The layout of one sheet."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]  # points, the header's first
    paper: int
    across: int = 1  # sheets of paper side by side


@dataclass(frozen=True)
class _Column:
    """The texts of a column by the lengths of their lines, and how narrow it may get."""

    least: float
    most: float
    spans: Counter[_Spans] = field(repr=False)

    def cost(self, width: float, power: int) -> float:
        """Give its cells' lines to a power, summed."""
        return float(sum(n * _lines(spans, width) ** power for spans, n in self.spans.items()))

    def gain(self, width: float, power: int) -> tuple[float, int]:
        """Give the best step from a width: what it saves a character, and how long it is."""
        here, room = self.cost(width, power), int(min(_STEPS, self.most - width))
        steps = [((here - self.cost(width + by, power)) / by, -by) for by in range(1, room + 1)]
        rate, by = max(steps, default=(0.0, 0))
        return rate, -by


class _Sheet(NamedTuple):
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    columns: Sequence[_Column]
    printed: Sequence[int]

    def wide(self, some: Iterable[int], room: float, power: int) -> dict[int, float] | None:
        """Give the widths of some columns in a room; `None`: even the least are too wide."""
        whom = [*some]
        widths = _spread([self.columns[at] for at in whom], room, power)
        return None if widths is None else dict(zip(whom, widths, strict=True))

    def laid(self, widths: Mapping[int, float], paper: int) -> tuple[Fit, int]:
        """Give the layout with these widths, and the most lines of a row."""
        every = [widths.get(at, one.least) for at, one in enumerate(self.columns)]
        heights, lines = _heights(self.header, self.rows, every, self.printed)
        return Fit(tuple(every), heights, paper), lines


def fitted(
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    needs: Sequence[Need] = (),
    part: int | None = None,
    keys: int = 1,
) -> Fit:
    """Lay a sheet out on the smallest paper, and the fewest sheets across, that show it well.

    Where one sheet across makes towers of the rows, the columns from `part` on go onto a sheet of
    their own, and its first `keys` columns stand on both. No row may be cut off for its height, as
    long as more paper helps.
    """
    needs = tuple(needs) or (Need(),) * len(header)
    columns = [
        _column(name, [row[at] for row in rows], needs[at], first=at == 0)
        for at, name in enumerate(header)
    ]
    sheet = _Sheet(header, rows, columns, [at for at, need in enumerate(needs) if need.printed])
    for paper, most in ((A4, _LINES_A4), (A3, _LINES_A3)):
        for power in _POWERS:
            widths = sheet.wide(sheet.printed, _ROOM[paper], power)
            if widths is not None:
                fit, lines = sheet.laid(widths, paper)
                if lines <= most and (paper == A3 or _usual(fit) <= _USUAL_A4):
                    return fit
    halves = None if part is None else _halves(sheet, part, keys)
    return halves or _abreast(sheet)


def _usual(fit: Fit) -> float:
    """Give the height of the rows, on the whole, in lines."""
    rows = fit.heights[1:]
    return sum(rows) / _LINE / max(len(rows), 1)


def _halves(sheet: _Sheet, part: int, keys: int) -> Fit | None:
    """Lay out what was filed on one sheet of paper, and what is said of it on the next.

    Both are made equally wide: told to fit a table on two sheets, every program parts it there,
    and a machine with other fonts prints it smaller, not on a third.
    """
    first = {at: sheet.columns[at].least for at in sheet.printed if at < keys}
    taken = sum(width + _PAD for width in first.values())
    told = [sheet.wide(some, _ROOM[A3] - taken, _POWERS[0]) for some in _sides(sheet, part, keys)]
    sides = [side for side in told if side]
    if len(sides) < 2:
        return None
    totals = [sum(width + _PAD for width in side.values()) for side in sides]
    for side, total in zip(sides, totals, strict=True):
        side[max(side, key=side.__getitem__)] += max(totals) - total
    fit, _ = sheet.laid({**first, **sides[0], **sides[1]}, A3)
    return replace(fit, across=2)


def _sides(sheet: _Sheet, part: int, keys: int) -> tuple[list[int], list[int]]:
    others = [at for at in sheet.printed if at >= keys]
    return [at for at in others if at < part], [at for at in others if at >= part]


def _abreast(sheet: _Sheet) -> Fit:
    """Run over as many A3 sheets as it takes, one if no number of them keeps the rows whole."""
    key, tried = sheet.columns[0].least + _PAD, list[Fit]()
    for across in range(1, _MOST_ACROSS + 1):
        room = across * _ROOM[A3] - (across - 1) * key
        widths = sheet.wide(sheet.printed, room, _POWERS[0])
        if widths is not None:
            fit, lines = sheet.laid(widths, A3)
            tried.append(replace(fit, across=across))
            if lines <= _MOST_LINES:
                return tried[-1]
    if tried:
        return tried[0]
    fit, _ = sheet.laid({}, A3)  # a filing of a hundred columns
    total = sum(sheet.columns[at].least + _PAD for at in sheet.printed)
    return replace(fit, across=math.ceil(total / (_ROOM[A3] - key)))


def _column(name: str, cells: Sequence[Cell], need: Need, first: bool) -> _Column:
    texts = Counter(cell for cell in cells if isinstance(cell, str) and cell)
    least = max((_unwrapped(cell) for cell in cells), default=0.0)
    most = _FIRST if first else _TORN if need.torn else _TOKEN
    least = max(least, need.least, _NARROWEST, *(whole(text, most) for text in (name, *texts)))
    spans = Counter({_spans(name): 1})
    for text, count in texts.items():
        spans[_spans(text)] += count
    return _Column(least, least if need.fixed else max(_MOST, least), spans)


def _spread(columns: Sequence[_Column], room: float, power: int) -> list[float] | None:
    """Share out the room, each time where it saves most; `None`: even the least is too wide."""
    widths = [one.least for one in columns]
    left = room - sum(width + _PAD for width in widths)
    if left < 0:
        return None
    gains = [one.gain(width, power) for one, width in zip(columns, widths, strict=True)]
    while True:
        able = [(rate, -at) for at, (rate, by) in enumerate(gains) if rate > 0 and by <= left]
        if not able:
            return widths
        at = -max(able)[1]
        widths[at] += gains[at][1]
        left -= gains[at][1]
        gains[at] = columns[at].gain(widths[at], power)


def _heights(
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[float],
    printed: Sequence[int],
) -> tuple[tuple[float, ...], int]:
    """Make rows high enough for wrapped texts: not every program does so; count the most lines."""

    def lines(cells: Sequence[Cell]) -> int:
        told = ((cells[at], widths[at]) for at in printed)
        return max((wrapped(cell, w) for cell, w in told if isinstance(cell, str)), default=1)

    counts = [lines(cells) for cells in rows]
    head = lines(header) * _LINE + 8
    return (head, *(min(_LINE * n + 2, _TALLEST) for n in counts)), max(counts, default=1)


def _lines(spans: _Spans, width: float) -> int:
    """Guess what `wrapped` counts, many times as fast."""
    return sum(max(1, math.ceil(long / _filled(width - 1, word))) for long, word in spans)


def _filled(room: float, word: float) -> float:
    """Give what of a line is filled: whole numbers in a list of them, all but half a word else."""
    if _LIST < word <= room:
        return word * (room // word)
    return room if word <= 2 else max(room - word / 2, room / 2)


def _spans(text: str) -> _Spans:
    """Give each line's length, and that of the word that stands at the average character."""
    told = []
    for line in text.split("\n"):
        spans = [span(run) for run in runs(line)]
        told.append((sum(spans), sum(n * n for n in spans) / max(sum(spans), 1)))
    return tuple(told)


def _unwrapped(cell: Cell) -> float:
    """Give the width below which a program shows ### for a date or a number."""
    if isinstance(cell, datetime) and cell.time() != time():
        return _MOMENT
    if isinstance(cell, date):
        return _DAY
    if isinstance(cell, (int, float)) and abs(cell) < _EXACT:
        long = span(str(cell))  # General shows fewer decimals before it shows ###
        return (long if number_form(cell) != GENERAL else min(long, _DAY)) + _INDENT
    return 0.0
