"""From what a pair measures to what it is: the rule, and nothing but the rule.

Three questions tell the classes apart. Are all textured cells still after one mapping (parallax)?
Does one frame contain the other (a copy can be cut or framed, it cannot show more)? And where two
whole frames lie on each other: does re-encoding the one give the other (sensor noise)? Where any of
them cannot be answered the pair is at most doubtful.
"""

from typing import NamedTuple

from yanhu_satcheck.photos.compare import Compared
from yanhu_satcheck.photos.frame import contained
from yanhu_satcheck.photos.resaved import Likeness
from yanhu_satcheck.photos.still import Stillness

INLIERS = 25
"""Unrelated photographs align by chance with up to 23 points."""
POINTS = 300
"""With fewer, photographs of one place may not align."""
SMALLEST_PX = 400
FEWEST_CELLS = 8
WHOLE_PX = 2.0
"""Frames whose corners lie this near are one frame: a copy, or a fixed camera's next shot."""
FRAMED_EDGES = 4


class Copy(NamedTuple):
    """What a digital copy shows: every cell still, to a twentieth of a pixel."""

    cells: int = 20
    sectors: int = 5
    still: float = 0.5
    pure: float = 0.9
    s50: float = 0.05
    # What neighbouring cells' shifts have in common: cuts of copies reach 0.02, the nearest honest
    # pair (a drone over flat sand, cut down to what both show) 0.041, where its s50 is 0.047.
    shared: float = 0.02
    # Of a smaller part of a frame, one mapping takes up what the lens and the relief under a
    # hovering drone leave: 31 % of one, reduced to 70 %, reached 0.015 in an honest pair.
    kept: float = 0.4


class Reshot(NamedTuple):
    """What a screen or print shows of a photograph, its frame seen on all four sides."""

    cells: int = 12
    sectors: int = 4
    still: float = 0.4
    pure: float = 0.85
    q50: float = 0.20


class Alike(NamedTuple):
    """What makes a pair worth looking at."""

    still: float = 0.4
    pure: float = 0.8
    q50: float = 0.35


COPY, RESHOT, ALIKE = Copy(), Reshot(), Alike()


def verdict(seen: Compared, like: Likeness | None = None) -> str:
    """Say what a pair is: copy, reshot, view, doubtful, place, unrelated or untold.

    `like` is the comparison of the files, which a pair that is `whole` needs to be called a copy.
    """
    if min(max(size) for size in seen.sizes) < SMALLEST_PX:
        return "untold"
    if seen.aligned is None or seen.aligned.inliers < INLIERS:
        return "unrelated" if min(seen.points) >= POINTS else "untold"
    if seen.plain is None or seen.lens is None or seen.plain.n < FEWEST_CELLS:
        return "untold"
    if _still(seen.plain, _sectors(seen)) and _holds(seen):
        if whole(seen):
            return "copy" if like is not None and _only_saved_again(like) else "view"
        if (seen.plain.shared or 0.0) <= COPY.shared and _kept(seen) >= COPY.kept:
            return "copy"
    if _framed(seen) and _same_but_lens(seen.lens, _sectors_framed(seen)):
        return "reshot"
    if _holds(seen) and _alike(seen.lens):
        return "doubtful"
    return "place" if max(seen.sectors) >= 2 else "unrelated"


def whole(seen: Compared) -> bool:
    """Whether both show one whole frame, turned or mirrored perhaps."""
    return seen.off_frame() <= WHOLE_PX * max(1.0, seen.scale)


def needs_files(seen: Compared) -> bool:
    """Whether the files must be compared: a copy but for a fixed camera's next shot."""
    return verdict(seen) == "view"


def _only_saved_again(like: Likeness) -> bool:
    """Whether the files differ by no more than encoding, wherever nothing was drawn over."""
    return like.proven and like.cells >= COPY.cells and like.still >= COPY.still


def _holds(seen: Compared) -> bool:
    return seen.frames is not None and contained(*seen.frames)


def _still(cells: Stillness, sectors: int) -> bool:
    return (
        cells.n >= COPY.cells
        and sectors >= COPY.sectors
        and cells.still >= COPY.still
        and cells.pure >= COPY.pure
        and cells.s50 is not None
        and cells.s50 <= COPY.s50
    )


def _framed(seen: Compared) -> bool:
    """Whether the one's frame shows in the other on all four sides."""
    return seen.frames is not None and max(one.edges for one in seen.frames) >= FRAMED_EDGES


def _pasted(seen: Compared) -> bool:
    """Whether the picture that shows more is a page, a screen or a collage."""
    larger = seen.overlays[0 if seen.sectors[0] < seen.sectors[1] else 1]
    return _framed(seen) or larger.page is not None or bool(larger.tiles)


def _sectors(seen: Compared) -> int:
    """Of the original: the picture that shows more, or the one that was pasted into it."""
    return max(seen.sectors) if _pasted(seen) else min(seen.sectors)


def _kept(seen: Compared) -> float:
    """Give the share of the original that the copy shows."""
    return max(seen.kept()) if _pasted(seen) else min(seen.kept())


def _sectors_framed(seen: Compared) -> int:
    assert seen.frames is not None
    return seen.sectors[0 if seen.frames[0].edges >= seen.frames[1].edges else 1]


def _same_but_lens(cells: Stillness, sectors: int) -> bool:
    return (
        cells.n >= RESHOT.cells
        and sectors >= RESHOT.sectors
        and cells.still >= RESHOT.still
        and cells.pure >= RESHOT.pure
        and cells.s50 is not None
        and cells.s50 <= RESHOT.q50
    )


def _alike(cells: Stillness) -> bool:
    enough = cells.still >= ALIKE.still and cells.pure >= ALIKE.pure
    return enough and cells.s50 is not None and cells.s50 <= ALIKE.q50
