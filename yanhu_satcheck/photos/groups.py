"""Which photographs are one exposure: the same file, the same pixels, or one saved again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from yanhu_satcheck.evidence import PairAnswer, PhotoEvidence, PhotoGroup
from yanhu_satcheck.photos.candidates import ALIKE_BITS, candidates
from yanhu_satcheck.photos.pairs import Shot, pair_answer
from yanhu_satcheck.photos.picture import Print, distance
from yanhu_satcheck.photos.template import packed, template
from yanhu_satcheck.runner import Runner, Task, here
from yanhu_satcheck.terms import Words

SAME_FILE = Words("文件完全相同", "the same file, byte for byte")
SAME_PIXELS = Words("像素完全相同，仅元数据不同", "the same pixels; only the metadata differ")
ENOUGH = 64
"""A template is known well enough from so many photographs."""
SHOWN = ("still", "s50", "rho")
"""Of a pair's figures, those that a finding prints."""
KINDS = {
    "copy": "exposure",
    "reshot": "exposure",
    "view": "view",
    "doubtful": "doubtful",
    "place": "place",
}
"""What a pair's answer makes of its group; pairs of other kinds make none."""

Pair = tuple[PhotoEvidence, PhotoEvidence]


def groups(
    photos: Iterable[PhotoEvidence],
    files: Mapping[str, Path],
    runner: Runner = here,
    prints: Mapping[str, Print] = {},
) -> tuple[tuple[PhotoGroup, ...], tuple[tuple[Pair, Exception], ...]]:
    """Group photographs that are one exposure, one view or one place.

    `files` holds each one's file, `prints` what was taken of it, by its sha256. Gives also the
    pairs that look alike and could not be compared, and why.
    """
    told = [photo for photo in photos if photo.pixel_hash is not None]
    # Copies of a file have its pixels too, which is no second reason.
    of_each_file = list({photo.sha256: photo for photo in reversed(told)}.values())
    found = [
        *_alike(told, lambda photo: photo.sha256, SAME_FILE),
        *_alike(of_each_file, lambda photo: photo.pixel_hash, SAME_PIXELS),
    ]
    pictures = [photo for photo in {p.pixel_hash: p for p in told}.values() if photo.fingerprint]
    held = [prints.get(photo.sha256 or "") for photo in pictures]
    marks = [one.marks if one else None for one in held]
    asked = [one.questions if one else () for one in held]
    printed = [photo.fingerprint or "" for photo in pictures]
    pairs = [(pictures[a], pictures[b]) for a, b in candidates(printed, marks, asked)]
    pairs = [pair for pair in pairs if pair[0].reduced and pair[1].reduced]
    burnt_in = _templates(pictures, held)
    failed = []
    tasks = (
        Task(
            pair_answer,
            (_shot(one, files, burnt_in), _shot(two, files, burnt_in)),
            _bytes_about(one) + _bytes_about(two),
        )
        for one, two in pairs
    )
    for pair, seen in zip(pairs, runner.map(tasks), strict=True):
        if isinstance(seen, Exception):
            failed.append((pair, seen))
        elif seen.kind in KINDS:
            found.append(_group(seen))
    return tuple(sorted(_merged(found), key=_place_of)), tuple(failed)


def _place_of(group: PhotoGroup) -> tuple[tuple[str, ...], str]:
    return group.photos, group.kind


Device = tuple[int | None, int | None, str]


def _device(photo: PhotoEvidence) -> Device:
    return photo.width, photo.height, photo.camera.model


def _templates(pictures: list[PhotoEvidence], held: list[Print | None]) -> Mapping[Device, bytes]:
    """Find what each device burns into its photographs, from those that show different views."""
    different: dict[Device, list[Print]] = defaultdict(list)
    for photo, seen in zip(pictures, held, strict=True):
        others = different[_device(photo)]
        if seen is None or not seen.edges or len(others) >= ENOUGH:
            continue
        if all(distance(seen.fingerprint, one.fingerprint) > ALIKE_BITS for one in others):
            others.append(seen)
    found = {key: template([one.edges for one in few]) for key, few in different.items()}
    return {key: packed(mask) for key, mask in found.items() if mask is not None}


def _shot(
    photo: PhotoEvidence, files: Mapping[str, Path], burnt_in: Mapping[Device, bytes]
) -> Shot:
    assert photo.reduced is not None
    return Shot(
        photo.id,
        files.get(photo.id),
        photo.reduced,
        (photo.width or 0, photo.height or 0),
        photo.fingerprint or "",
        burnt_in.get(_device(photo), b""),
    )


def _group(seen: PairAnswer) -> PhotoGroup:
    figures = {name: one for name, one in seen.figures.items() if name in SHOWN}
    ids = tuple(sorted(seen.photos))
    return PhotoGroup(KINDS[seen.kind], ids, seen.how, figures, pairs=(seen,))


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


def _merged(found: list[PhotoGroup]) -> Iterator[PhotoGroup]:
    """Join groups of one kind that share a photograph; others include the exposures they meet.

    One exposure is one picture, and one view one camera's: who is alike to a copy is alike to every
    copy. Doubts and places stay pairs: the third of a row need not be like the first.
    """
    exposures = _joined([group for group in found if group.kind == "exposure"])
    yield from exposures
    views = _joined([_grown(group, exposures) for group in found if group.kind == "view"])
    yield from views
    known = [set(group.photos) for group in (*exposures, *views)]
    for kind in ("doubtful", "place"):
        told: dict[tuple[str, ...], PhotoGroup] = {}
        for group in found:
            grown = _grown(group, exposures)
            if group.kind == kind and not any(set(group.photos) <= ids for ids in known):
                told.setdefault(grown.photos, grown)
        yield from told.values()
        known += [set(ids) for ids in told]


def _grown(group: PhotoGroup, exposures: list[PhotoGroup]) -> PhotoGroup:
    """Give a group every copy of the exposures that it meets."""
    ids = {*group.photos}.union(*_met(exposures, group))
    return group._replace(photos=tuple(sorted(ids)))


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
                pairs=tuple(pair for part in parts for pair in part.pairs),
            )
        )
    return joined
