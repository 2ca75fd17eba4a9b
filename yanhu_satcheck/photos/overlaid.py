"""Two photographs in one picture, square by square from either: what is one runs on across them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.evidence import PairAnswer, PhotoEvidence, PhotoGroup
from yanhu_satcheck.runner import Runner, Task, here

SQUARES = 8
"""Along the longer edge."""
QUALITY = 80
KINDS = frozenset({"exposure", "view", "doubtful"})

Rgb = NDArray[np.uint8]


def pictured(
    groups: Sequence[PhotoGroup],
    photos: Iterable[PhotoEvidence],
    scratch: Path,
    runner: Runner = here,
) -> tuple[PhotoGroup, ...]:
    """Give the pairs that a page shows their picture, written into the scratch folder.

    Of a group so many pairs are shown that each of its photographs stands in one. A pair whose
    picture cannot be made goes without.
    """
    copies = {photo.id: photo.reduced for photo in photos}
    for group in groups:
        for twin in group.earlier:
            if twin.pair is not None:
                copies |= {id: twin.reduced for id in twin.pair.photos if id not in copies}
    shown = {pair.photos: pair for group in groups for pair in _shown(group)}
    tasks = []
    for pair in shown.values():
        one, two = (copies.get(id) for id in pair.photos)
        if one is not None and two is not None:
            tasks.append((pair, Task(overlaid, (pair, one, two, scratch / _name(pair)))))
    made = runner.map(task for _, task in tasks)
    done = {
        pair.photos: pair._replace(overlaid=path)
        for (pair, _), path in zip(tasks, made, strict=True)
        if isinstance(path, Path)
    }
    return tuple(_with(group, done) for group in groups)


def _shown(group: PhotoGroup) -> Iterator[PairAnswer]:
    met: set[str] = set()
    told = [*group.pairs, *(twin.pair for twin in group.earlier if twin.pair is not None)]
    for pair in told if group.kind in KINDS else ():
        if pair.mapping and not met.issuperset(pair.photos):
            met |= {*pair.photos}
            yield pair


def _with(group: PhotoGroup, done: Mapping[tuple[str, str], PairAnswer]) -> PhotoGroup:
    twins = tuple(
        twin._replace(pair=done.get(twin.pair.photos, twin.pair)) if twin.pair else twin
        for twin in group.earlier
    )
    pairs = tuple(done.get(pair.photos, pair) for pair in group.pairs)
    return group._replace(pairs=pairs, earlier=twins)


def _name(pair: PairAnswer) -> str:
    return sha256("\0".join(pair.photos).encode(errors="surrogatepass")).hexdigest() + ".pair.jpg"


def overlaid(pair: PairAnswer, one: Path, two: Path, target: Path) -> Path:
    """Lay the finer of two reduced copies on the coarser, and take every second square of it."""
    pictures = [_read(one), _read(two)]
    forth = np.array(pair.mapping).reshape(3, 3)
    below, above = pictures[pair.drawn_on], pictures[1 - pair.drawn_on]
    to = forth if pair.drawn_on == 1 else np.linalg.inv(forth)
    height, width = below.shape[:2]
    laid = cv2.warpPerspective(above, to, (width, height), flags=cv2.INTER_AREA)
    inside = cv2.warpPerspective(np.ones(above.shape[:2], np.uint8), to, (width, height))
    side = max(height, width) / SQUARES
    rows, columns = ((np.arange(n) // side).astype(int) for n in (height, width))
    odd = (rows[:, None] + columns[None, :]) % 2 == 1
    shown = np.where((odd & (inside > 0))[..., None], laid, below).astype(np.uint8)
    for seams, axis in ((np.flatnonzero(np.diff(rows)), 0), (np.flatnonzero(np.diff(columns)), 1)):
        line = np.s_[seams] if axis == 0 else np.s_[:, seams]
        shown[line] = shown[line] // 2 + 100  # a fine line, so that it is seen where they meet
    cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tofile(target)
    return target


def _read(path: Path) -> Rgb:
    return np.asarray(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR), np.uint8)
