"""Two photographs that are one picture, side by side: what lies on what, drawn on both."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.evidence import PairAnswer, PairCell, PhotoEvidence, PhotoGroup
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report.columns import say
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.pictures import path_of
from yanhu_satcheck.report.words import sentences

MOST = 4
"""So many pairs of a group are drawn on one page."""
STILL_PX = 1.0
"""A square that moved no further lies where it should, as the comparison counts it."""
KINDS = ("still", "moved", "lost")

Point = tuple[float, float]


class Side(NamedTuple):
    """One photograph of a pair, and what is drawn on it in its pixels."""

    name: str
    whose: str  # polygon, and batch where it is an earlier one
    url: str
    width: int
    height: int
    squares: tuple[tuple[str, str], ...]  # still, moved, lost: SVG path
    frame: str  # the other photograph's edge, SVG path


class Pair(NamedTuple):
    """A pair as the page shows it."""

    how: str
    says: str  # how many squares lie on each other
    sides: tuple[Side, ...]
    both: str  # link to both in one picture


class _Shot(NamedTuple):
    name: str
    whose: str
    sha256: str
    reduced: Path


def copy_pairs(audit: Audit, folder: Path) -> None:
    """Keep the pictures of the pairs that the pages show."""
    for group in audit.photo_groups:
        for pair in _pairs(group):
            if pair.overlaid is not None:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(pair.overlaid, folder / pair.overlaid.name)


def pairs(
    own: Iterable[str], group: PhotoGroup, photos: Mapping[str, PhotoEvidence], lang: str
) -> list[Pair]:
    """Give a group's pairs that show one of a polygon's own photographs; else its first."""
    shots = _shots(group, photos, lang)
    shown = [one for one in _pairs(group) if one.overlaid and shots.keys() >= {*one.photos}]
    mine = [one for one in shown if not {*own}.isdisjoint(one.photos)]
    return [_pair(one, shots, {*own}, lang) for one in (mine or shown)[:MOST]]


def _pairs(group: PhotoGroup) -> Iterator[PairAnswer]:
    told = [*group.pairs, *(twin.pair for twin in group.earlier if twin.pair)]
    yield from {pair.photos: pair for pair in told}.values()


def _shots(group: PhotoGroup, photos: Mapping[str, PhotoEvidence], lang: str) -> dict[str, _Shot]:
    text, told = sentences(lang), dict[str, _Shot]()
    for id in group.photos:
        one = photos.get(id)
        if one and one.sha256 and one.reduced:
            whose = f"{text['polygon']} {one.polygon_id}" if one.polygon_id else ""
            told[id] = _Shot(id, whose, one.sha256, one.reduced)
    for twin in group.earlier:
        if twin.pair and twin.reduced:
            then = [f"{text['batch']} {twin.photo.batch}"]
            then += [f"{text['polygon']} {twin.photo.polygon_id}"] if twin.photo.polygon_id else []
            then += [day(twin.photo.taken_at)] if twin.photo.taken_at else []
            (id,) = {*twin.pair.photos} - {*group.photos} or {""}
            shot = _Shot(twin.photo.id, " · ".join(then), twin.photo.sha256, twin.reduced)
            told.setdefault(id, shot)
    return told


def _pair(pair: PairAnswer, shots: Mapping[str, _Shot], own: set[str], lang: str) -> Pair:
    text = sentences(lang)
    sizes = [_size(shots[id].reduced) for id in pair.photos]
    forth, back = pair.mapping, _inverse(pair.mapping)
    # Cells are drawn in one photograph's pixels, and carried to the other's.
    ways = [None, forth] if pair.drawn_on == 0 else [back, None]
    frames = [_carried(back, _frame(*sizes[1])), _carried(forth, _frame(*sizes[0]))]
    sides = []
    for n, id in enumerate(pair.photos):
        shot = shots[id]
        squares = tuple((kind, _squares(pair, kind, ways[n])) for kind in KINDS)
        url = f"../photos/{shot.sha256}.jpg"
        frame = path_of([frames[n]])
        sides.append(Side(shot.name, shot.whose, url, *sizes[n], squares, frame))
    if pair.photos[0] not in own and pair.photos[1] in own:
        sides.reverse()
    still = sum(_kind(cell) == "still" for cell in pair.cells)
    says = text["pair_count"].format(still=still, all=len(pair.cells))
    both = f"pairs/{pair.overlaid.name}" if pair.overlaid else ""
    return Pair(say(pair.how, lang), says, tuple(sides), both)


def _size(path: Path) -> tuple[int, int]:
    from PIL import Image

    with Image.open(path) as picture:
        return picture.size


def _kind(cell: PairCell) -> str:
    if not cell.found:
        return "lost"
    return "still" if cell.moved_px <= STILL_PX else "moved"


def _squares(pair: PairAnswer, kind: str, way: Sequence[float] | None) -> str:
    half = pair.cell_px / 2 - 2  # a gap between squares
    rings = []
    for cell in pair.cells:
        if _kind(cell) == kind:
            ring = [
                (cell.x + dx * half, cell.y + dy * half)
                for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            rings.append(ring if way is None else _carried(way, ring))
    return path_of(rings, 0)


def _frame(width: int, height: int) -> list[Point]:
    return [(0, 0), (width, 0), (width, height), (0, height)]


def _carried(way: Sequence[float], points: Iterable[Point]) -> list[Point]:
    """Carry points through a mapping of nine numbers, by rows."""
    a, b, c, d, e, f, g, h, i = way
    told = []
    for x, y in points:
        depth = g * x + h * y + i
        told.append(((a * x + b * y + c) / depth, (d * x + e * y + f) / depth))
    return told


def _inverse(way: Sequence[float]) -> tuple[float, ...]:
    """Give the mapping back; a factor to all nine numbers changes nothing."""
    a, b, c, d, e, f, g, h, i = way
    return (
        e * i - f * h,
        c * h - b * i,
        b * f - c * e,
        f * g - d * i,
        a * i - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
        a * e - b * d,
    )
