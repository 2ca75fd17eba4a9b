"""Other tools on the same pairs as the reuse bench: whole-picture hashes, and points alone.

Every tool sees the reduced copies that the engine compares. Each is held to the limit its makers
give, and to the limit below every honest pair of the run, which no user could know beforehand.
PDQ is asked in its eight flips and turns, as its makers do; the others know none. imagededup
itself brings torch and is not run: its four hashes are those of imagehash at 64 bits, which are,
and its limit is 10. “Points” counts the matched points that one mapping carries, which is what
copies are most often told by.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import cv2
import numpy as np
from photo_tables import Result, Say, distance_of
from PIL import Image

from yanhu_satcheck.photos.picture import Print, fingerprint, gray

POINTS = 50
POINTS_ALONE = "points alone"
HASHED = 50


class Peer(NamedTuple):
    """One tool: how far two photographs are from each other, and what it calls a copy."""

    name: str
    limit: int
    away: Callable[[Result], int]
    seconds: float | None = None  # a photograph


def peers(results: list[Result], prints: Mapping[str, Print], say: Say) -> None:
    """Print what every tool that is installed finds and whom it accuses."""
    copies = [one for one in results if one.found is not None]
    others = [one for one in results if one.found is None]
    if not copies or not others:
        return
    families = list(dict.fromkeys(one.family for one in others))
    say("other tools: recall of copies, and honest pairs called copies")
    heads = " ".join(f"{name[-12:]:>12}" for name in families)
    say(f"{'':28} {'limit':>6} {'plain':>6} {'hard':>6} {'all':>6} {heads} {'ms':>6}")
    _row("this engine", "", lambda one: one.same, results, families, None, say)
    for peer in (_own(prints), *_hashes(results, prints), _points()):
        for limit in (peer.limit, min(map(peer.away, others)) - 1):
            called = _within(peer.away, limit)
            if limit < 0 and peer.name != POINTS_ALONE:
                continue  # an honest pair has its very bits
            _row(peer.name, str(abs(limit)), called, results, families, peer.seconds, say)
    say("")


def _within(away: Callable[[Result], int], limit: int) -> Callable[[Result], bool]:
    return lambda one: away(one) <= limit


def _row(
    name: str,
    limit: str,
    called: Callable[[Result], bool],
    results: list[Result],
    families: Iterable[str],
    seconds: float | None,
    say: Say,
) -> None:
    copies = [one for one in results if one.found is not None]
    groups = [[o for o in copies if o.family == group] for group in ("plain", "hard")]
    recall = [np.mean([called(one) for one in ours] or [0.0]) for ours in (*groups, copies)]
    told = " ".join(f"{value:6.2f}" for value in recall)
    wrong = [
        sum(called(one) for one in results if one.family == family and one.found is None)
        for family in families
    ]
    spent = "" if seconds is None else f"{seconds * 1000:6.1f}"
    say(f"{name:28} {limit:>6} {told} {' '.join(f'{n:12}' for n in wrong)} {spent:>6}")


def _points() -> Peer:
    def away(one: Result) -> int:
        points = one.answer.figures.get("inliers")
        return 0 if points is None else -round(points.value)

    return Peer(POINTS_ALONE, -POINTS, away)


def _own(prints: Mapping[str, Print]) -> Peer:
    few = list(prints.values())[:HASHED]
    began = time.process_time()
    for seen in few:
        with Image.open(seen.reduced) as picture:
            fingerprint(gray(picture))
    spent = (time.process_time() - began) / len(few)

    def away(one: Result) -> int:
        return distance_of(*(prints[name].fingerprint for name in one.names))

    return Peer("own fingerprint alone", 31, away, spent)


def _hashes(results: list[Result], prints: Mapping[str, Print]) -> Iterable[Peer]:
    names = sorted({name for one in results for name in one.names})
    for label, limit, hashed, apart in _tools():
        held: dict[str, Any] = {}
        began = time.process_time()
        for name in names:
            with Image.open(prints[name].reduced) as picture:
                held[name] = hashed(picture)
        spent = (time.process_time() - began) / len(names)
        yield Peer(label, limit, _between(held, apart), spent)


def _between(held: Mapping[str, Any], apart: Callable[[Any, Any], int]) -> Callable[[Result], int]:
    return lambda one: int(apart(*(held[name] for name in one.names)))


Tool = tuple[str, int, Callable[[Image.Image], Any], Callable[[Any, Any], int]]


def _tools() -> Iterable[Tool]:
    try:
        import imagehash
    except ImportError:
        pass
    else:
        less: Callable[[Any, Any], int] = lambda a, b: a - b  # noqa: E731
        for kind in ("phash", "dhash", "average_hash", "whash"):
            yield f"imagededup's {kind}, 64", 10, getattr(imagehash, kind), less
        for kind in ("phash", "dhash"):
            yield f"imagehash {kind}, 256", 31, _sized(getattr(imagehash, kind)), less
    try:
        import pdqhash
    except ImportError:
        return
    yield "PDQ, 256", 31, lambda p: _pdq(pdqhash, p), _pdq_apart


def _sized(hashed: Callable[..., Any]) -> Callable[[Image.Image], Any]:
    return lambda picture: hashed(picture, hash_size=16)


def _pdq(pdqhash: Any, picture: Image.Image) -> Any:
    """Hash as its makers advise: reduced to 512 pixels first."""
    rgb = np.asarray(picture.convert("RGB"))
    scale = min(1.0, 512 / max(rgb.shape))
    rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.array(pdqhash.compute_dihedral(rgb)[0], bool)


def _pdq_apart(one: Any, two: Any) -> int:
    return int((two != one[0]).sum(axis=1).min())
