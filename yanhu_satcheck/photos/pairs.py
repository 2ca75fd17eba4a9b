"""Two photographs compared, and the answer in figures and in words that a clerk understands."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from yanhu_satcheck.evidence import PairAnswer, PairCell
from yanhu_satcheck.photos.align import Mapping3, carried, corners, inverse
from yanhu_satcheck.photos.compare import Compared, compare, load
from yanhu_satcheck.photos.dense import CELL
from yanhu_satcheck.photos.picture import Unreadable, distance
from yanhu_satcheck.photos.resaved import UPRIGHT, Likeness, Turn, likeness, turned
from yanhu_satcheck.photos.verdict import FRAMED_EDGES, INLIERS, needs_files, verdict
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words

ANSWERS = {
    "copy": Words(
        "同一次拍摄：画面逐格重合，未见视差",
        "one exposure: every part lies still on the other, without parallax",
    ),
    "reshot": Words(
        "同一次拍摄的翻拍：原照片的四边都在画面内",
        "one exposure, shot again from a screen or print: the original's four edges show",
    ),
    "view": Words(
        "同一画面：同一张照片，或同一机位连续拍摄",
        "one view: one photograph, or a fixed camera's next one",
    ),
    "doubtful": Words(
        "画面一致，但不能认定是同一张照片，请核对原始文件和拍摄时间",
        "the same view, which may be one photograph or two: look at the original files and when"
        " they were taken",
    ),
    "place": Words("同一地点的不同照片", "one place, two photographs"),
    "unrelated": Words("画面无关", "nothing in common"),
    "untold": Words("画面过小或纹理过少，无法比对", "too small or too plain to be compared"),
}
"""What each answer says."""
UNTOLD = frozenset({"unrelated", "untold"})
NEAR_BITS = 31
"""Unrelated photographs' fingerprints differ in 82 bits or more, shots of one scene in 62."""
MOST_PIXELS = 50_000_000
"""Larger files would take two gigabytes to compare: their whole frames stay one view."""
SAVED_AGAIN = Words(
    "同一次拍摄，另存过：差异不超过重新压缩所致",
    "one exposure, saved again: they differ by no more than re-encoding explains",
)


class Shot(NamedTuple):
    """What comparing needs of a photograph."""

    id: str
    file: Path | None  # the original; `None`: gone, only the reduced copy is kept
    reduced: Path
    size: tuple[int, int] = (0, 0)  # width and height of the original
    mark: str = ""  # its fingerprint
    template: bytes = b""  # its device's overlay, packed


def pair_answer(one: Shot, two: Shot) -> PairAnswer:
    """Compare two photographs.

    Raises:
        Unreadable: An original that has to be looked at cannot be decoded.
    """
    try:
        pictures = load(one.reduced, one.template), load(two.reduced, two.template)
        seen = compare(*pictures, least=INLIERS)
    except (cv2.error, np.linalg.LinAlgError) as cause:  # a mapping that no picture has
        raise Unreadable(type(cause).__name__) from cause
    if one.file is None or two.file is None:
        found = answer((one.id, two.id), seen)
        return _by_copies(found, one, two) if found.kind in UNTOLD and _near(one, two) else found
    if max(_pixels(one), _pixels(two)) > MOST_PIXELS:
        return answer((one.id, two.id), seen)
    like = likeness(one.file, two.file, turn_of(seen)) if needs_files(seen) else None
    found = answer((one.id, two.id), seen, like)
    if found.kind in UNTOLD and one.size == two.size and _near(one, two):
        return _by_files(found, likeness(one.file, two.file))
    return found


def _pixels(one: Shot) -> int:
    return one.size[0] * one.size[1]


def _near(one: Shot, two: Shot) -> bool:
    return bool(one.mark and two.mark) and distance(one.mark, two.mark) <= NEAR_BITS


def _by_files(found: PairAnswer, like: Likeness) -> PairAnswer:
    """Answer from the files alone where a picture of one size has too few points to be aligned."""
    if not like.same_view:
        return found
    kind = "copy" if like.same_exposure else "view"
    figures = {"still": Measured(like.still, 0.0, like.cells, "share")}
    if like.rho is not None:
        figures["rho"] = Measured(like.rho, 0.0, like.cells, "ratio")
    says = SAVED_AGAIN if kind == "copy" else ANSWERS["view"]
    return found._replace(kind=kind, how=says, figures=figures)


def _by_copies(found: PairAnswer, one: Shot, two: Shot) -> PairAnswer:
    """Answer from reduced copies of one size where they have too few points to be aligned."""
    if load(one.reduced).size != load(two.reduced).size:
        return found
    like = likeness(one.reduced, two.reduced)
    if not like.same_view:
        return found
    figures = {"still": Measured(like.still, 0.0, like.cells, "share")}
    return found._replace(kind="doubtful", how=ANSWERS["doubtful"], figures=figures)


def answer(ids: tuple[str, str], seen: Compared, like: Likeness | None = None) -> PairAnswer:
    """Put what was measured into an answer."""
    kind = verdict(seen, like)
    altered = tuple(_altered(seen)) if kind in {"copy", "reshot", "view", "doubtful"} else ()
    if kind == "copy" and not altered:
        altered = (Words("另存", "saved again"),)
    if seen.laid is None or kind in {"unrelated", "untold"}:
        return PairAnswer(kind, ids, ANSWERS[kind], figures=_figures(seen, like))
    mapping = seen.mapping
    assert mapping is not None
    cells = seen.laid.cells
    far = np.hypot(*cells.shift.T) * seen.laid.scale
    return PairAnswer(
        kind,
        ids,
        _said(kind, seen, altered),
        altered,
        _figures(seen, like),
        tuple(float(v) for v in mapping.ravel() / mapping[2, 2]),
        0 if seen.swapped else 1,
        float(CELL),
        tuple(
            PairCell(float(x), float(y), bool(good), round(float(moved), 3))
            for (x, y), good, moved in zip(cells.at, cells.good, far, strict=True)
        ),
    )


def _said(kind: str, seen: Compared, altered: tuple[Words, ...]) -> Words:
    says = ANSWERS[kind]
    if kind == "copy" and seen.plain is not None and seen.plain.s50 is not None:
        off = f"{max(seen.plain.s50, 0.001):.3f}"
        says = Words(
            f"{says.zh}（{seen.plain.n} 格，偏差 {off} 像素，长边按 1000 像素计）",
            f"{says.en} ({seen.plain.n} cells, {off} px off at a long edge of 1000 px)",
        )
    if not altered:
        return says
    zh, en = "、".join(one.zh for one in altered), ", ".join(one.en for one in altered)
    return Words(f"{says.zh}；改动：{zh}", f"{says.en}; altered: {en}")


def _figures(seen: Compared, like: Likeness | None) -> dict[str, Measured]:
    figures: dict[str, Measured] = {}
    if seen.aligned is not None:
        figures["inliers"] = Measured(seen.aligned.inliers, 0.0, min(seen.points), "")
    plain, lens = seen.plain, seen.lens
    if plain is not None and lens is not None:
        figures["still"] = Measured(plain.still, 0.0, plain.n, "share")
        figures["pure"] = Measured(plain.pure, 0.0, plain.n, "share")
        told = {"s50": plain.s50, "s90": plain.s90, "shared": plain.shared, "q50": lens.s50}
        for name, value in told.items():
            if value is not None:
                figures[name] = Measured(value, 0.0, plain.n, "px")
    if seen.frames is not None:
        figures["protrusion"] = Measured(min(f.protrusion for f in seen.frames), 0.0, 4, "px")
    if like is not None and like.rho is not None:
        figures["rho"] = Measured(like.rho, 0.0, like.cells, "ratio")
    return figures


def _altered(seen: Compared) -> Iterator[Words]:
    """Say what would have to be done to the one to make the other."""
    assert seen.aligned is not None
    if seen.aligned.flipped:
        yield Words("镜像", "mirrored")
    degrees = turn_degrees(seen)
    if abs(degrees) >= 0.5:
        yield Words(f"旋转 {abs(degrees):.0f}°", f"turned by {abs(degrees):.0f}°")
    kept = shares(seen)
    larger = 0 if kept[0] < kept[1] else 1  # the one that shows more: the original, or a page
    over, framed = seen.overlays[larger], seen.frames is not None
    framed = framed and seen.frames[1 - larger].edges == FRAMED_EDGES  # type: ignore[index]
    if kept[larger] >= 0.97:
        ratio = max(seen.scale, 1 / max(seen.scale, 1e-6))
        if ratio >= 1.05:
            yield Words(f"缩放 {1 / ratio:.0%}", f"resized to {1 / ratio:.0%}")
    elif framed or over.page:
        yield Words("加框，或贴入页面、屏幕", "framed, or pasted into a page or screen")
    elif over.tiles:
        yield Words("拼图", "part of a collage")
    elif not over.stripes:
        cut = 1 - kept[larger]
        yield Words(f"裁去 {cut:.0%}", f"{cut:.0%} cut away")
    if kept[1 - larger] < 0.9:
        yield Words("加边", "a margin added")
    if any(one.stripes for one in seen.overlays):
        yield Words("加条幅或边框", "a banner or border added")


def turn_degrees(seen: Compared) -> float:
    """By how much the second picture is turned against the first, degrees, −180 to 180."""
    mapping = seen.mapping
    assert mapping is not None
    middle = np.array(seen.sizes[0]) / 2
    a, b = carried(mapping, np.array([middle, [middle[0], middle[1] + 1]]))
    x, y = b - a
    return float(np.degrees(np.arctan2(-x, y)))


def shares(seen: Compared) -> tuple[float, float]:
    """Give the share of each picture's frame that the other shows."""
    mapping = seen.mapping
    assert mapping is not None
    one, two = seen.sizes
    return _share(mapping, one, two), _share(inverse(mapping), two, one)


def _share(mapping: Mapping3, of: tuple[int, int], other: tuple[int, int]) -> float:
    steps = (np.arange(40) + 0.5) / 40
    grid = np.stack(np.meshgrid(steps * of[0], steps * of[1]), -1).reshape(-1, 2)
    there = carried(mapping, grid)
    inside = np.all((there >= -1) & (there <= np.array(other)), axis=1)
    return float(inside.mean())


def turn_of(seen: Compared) -> Turn:
    """Give how the first picture must be turned to lie as the second, whose frame it shares."""
    mapping = seen.mapping
    assert mapping is not None
    there = carried(mapping, corners(seen.sizes[0]))
    apart = np.hypot(*(there[:, None] - corners(seen.sizes[1])[None]).transpose(2, 0, 1))
    lies = tuple(int(n) for n in apart.argmin(axis=1))
    for mirrored in (False, True):
        for quarters in range(4):
            turn = Turn(mirrored, quarters)
            # Corners are numbered clockwise from the upper left.
            labels = turned(np.array([[0, 1], [3, 2]], np.float32), turn)
            at = {int(labels[y, x]): n for n, (y, x) in enumerate(((0, 0), (0, 1), (1, 1), (1, 0)))}
            if tuple(at[n] for n in range(4)) == lies:
                return turn
    return UPRIGHT
