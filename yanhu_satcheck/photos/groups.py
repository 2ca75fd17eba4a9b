"""Which photographs are one exposure: the same file, the same pixels, or one saved again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.photos.picture import distance
from yanhu_satcheck.photos.resaved import Likeness, likeness
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.runner import Runner, Task, here
from yanhu_satcheck.terms import Words

CANDIDATE_BITS = 31
"""Unrelated photographs differ in 82 bits or more, shots of one scene in 62 (of 256)."""

SAME_FILE = Words("文件完全相同", "the same file, byte for byte")
SAME_PIXELS = Words("像素完全相同，仅元数据不同", "the same pixels; only the metadata differ")
SAVED_AGAIN = Words(
    "同一次拍摄，另存过：差异不超过重新压缩所致",
    "one exposure, saved again: they differ by no more than re-encoding explains",
)
ONE_VIEW = Words(
    "同一画面：同一张照片，或同一机位连续拍摄",
    "one view: one photograph, or a fixed camera's next one",
)


Pair = tuple[PhotoEvidence, PhotoEvidence]


def groups(
    photos: Iterable[PhotoEvidence], files: Mapping[str, Path], runner: Runner = here
) -> tuple[tuple[PhotoGroup, ...], tuple[tuple[Pair, Exception], ...]]:
    """Group photographs that are one exposure or one view; `files` holds each one's file.

    Gives also the pairs that look alike and could not be compared, and why.
    """
    told = [photo for photo in photos if photo.pixel_hash is not None]
    # Copies of a file have its pixels too, which is no second reason.
    of_each_file = list({photo.sha256: photo for photo in reversed(told)}.values())
    found = [
        *_alike(told, lambda photo: photo.sha256, SAME_FILE),
        *_alike(of_each_file, lambda photo: photo.pixel_hash, SAME_PIXELS),
    ]
    pairs, failed = list(_candidates(told)), []
    tasks = (
        Task(likeness, (files[one.id], files[two.id]), _bytes_about(one) + _bytes_about(two))
        for one, two in pairs
    )
    for pair, seen in zip(pairs, runner.map(tasks), strict=True):
        if isinstance(seen, Exception):
            failed.append((pair, seen))
        else:
            found += _answer(*pair, seen)
    return tuple(sorted(_merged(found), key=lambda group: group.photos)), tuple(failed)


def _bytes_about(photo: PhotoEvidence) -> int:
    """About what a photograph of this size takes as a file, by which its time is measured."""
    return (photo.width or 0) * (photo.height or 0) // 4


def _alike(
    photos: list[PhotoEvidence], mark: Callable[[PhotoEvidence], str | None], how: Words
) -> Iterator[PhotoGroup]:
    by_mark: dict[str | None, list[str]] = defaultdict(list)
    for photo in photos:
        by_mark[mark(photo)].append(photo.id)
    for ids in by_mark.values():
        if len(ids) > 1:
            yield PhotoGroup("exposure", tuple(sorted(ids)), how)


def _candidates(photos: list[PhotoEvidence]) -> Iterator[Pair]:
    """Give pairs that look and measure alike, of one photograph of each picture."""
    pictures = {photo.pixel_hash: photo for photo in photos if photo.fingerprint}
    by_size: dict[tuple[int | None, int | None], list[PhotoEvidence]] = defaultdict(list)
    for photo in pictures.values():
        by_size[photo.width, photo.height].append(photo)
    for alike in by_size.values():
        for one, two in combinations(alike, 2):
            if distance(one.fingerprint or "", two.fingerprint or "") <= CANDIDATE_BITS:
                yield one, two


def _answer(one: PhotoEvidence, two: PhotoEvidence, seen: Likeness) -> Iterator[PhotoGroup]:
    if not seen.same_view:
        return
    figures = {"still": Measured(seen.still, 0.0, seen.cells, "share")}
    if seen.rho is not None:
        figures["rho"] = Measured(seen.rho, 0.0, seen.cells, "ratio")
    ids = tuple(sorted((one.id, two.id)))
    if seen.same_exposure:
        yield PhotoGroup("exposure", ids, SAVED_AGAIN, figures)
    else:
        yield PhotoGroup("view", ids, ONE_VIEW, figures)


def _merged(found: list[PhotoGroup]) -> Iterator[PhotoGroup]:
    """Join groups of one kind that share a photograph; a view includes the exposures it meets."""
    exposures = _joined([group for group in found if group.kind == "exposure"])
    yield from exposures
    # One exposure is one picture: who is alike to a copy is alike to every copy.
    views = [group for group in found if group.kind == "view"]
    grown = [
        group._replace(photos=tuple(sorted({*group.photos}.union(*_met(exposures, group)))))
        for group in views
    ]
    yield from _joined(grown)


def _met(groups: Iterable[PhotoGroup], one: PhotoGroup) -> list[tuple[str, ...]]:
    return [other.photos for other in groups if not set(other.photos).isdisjoint(one.photos)]


def _joined(groups: list[PhotoGroup]) -> list[PhotoGroup]:
    joined: list[PhotoGroup] = []
    for group in groups:
        meets = [other for other in joined if not set(other.photos).isdisjoint(group.photos)]
        joined = [other for other in joined if other not in meets]
        parts = [*meets, group]
        hows = dict.fromkeys(part.how for part in parts)
        joined.append(
            PhotoGroup(
                group.kind,
                tuple(sorted({id for part in parts for id in part.photos})),
                Words("；".join(how.zh for how in hows), "; ".join(how.en for how in hows)),
                {name: value for part in parts for name, value in part.figures.items()},
            )
        )
    return joined
