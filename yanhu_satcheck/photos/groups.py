"""Which photographs are one exposure: the same file, the same pixels, or one saved again."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from yanhu_satcheck.evidence import PairAnswer, PhotoEvidence, PhotoGroup
from yanhu_satcheck.photos.candidates import ALIKE_BITS, candidates
from yanhu_satcheck.photos.memory import NOTHING, Memory
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

Ids = tuple[str, str]
Device = tuple[int | None, int | None, str]
EARLIER = "\0"
"""Before an earlier photograph's sha256: no path holds it, so it cannot be one of ours."""


def groups(
    photos: Iterable[PhotoEvidence],
    files: Mapping[str, Path],
    runner: Runner = here,
    prints: Mapping[str, Print] = {},
    memory: Memory = NOTHING,
) -> tuple[tuple[PhotoGroup, ...], tuple[tuple[Ids, Exception], ...], Mapping[str, bytes]]:
    """Group photographs that are one exposure, one view or one place.

    `files` holds each one's file, `prints` what was taken of it, by its sha256. In a group an
    earlier photograph of `memory` stands as `EARLIER` and its sha256. Gives also the pairs that
    look alike and could not be compared, and why; and what each photograph's device burns in, by
    its sha256.
    """
    told = [photo for photo in photos if photo.pixel_hash is not None]
    # Copies of a file have its pixels too, which is no second reason.
    of_each_file = list({photo.sha256: photo for photo in reversed(told)}.values())
    found = [
        *_alike(told, lambda photo: photo.sha256, SAME_FILE),
        *_alike(of_each_file, lambda photo: photo.pixel_hash, SAME_PIXELS),
        *_known_again(of_each_file, memory),
    ]
    pictures = [photo for photo in {p.pixel_hash: p for p in told}.values() if photo.fingerprint]
    held = [prints.get(photo.sha256 or "") for photo in pictures]
    burnt_in = _templates(pictures, held)
    failed = []
    tasks = list(_to_compare(pictures, held, files, burnt_in, memory))
    for task, seen in zip(tasks, runner.map(tasks), strict=True):
        if isinstance(seen, Exception):
            one, two = task.arguments
            failed.append(((one.id, two.id), seen))
        elif seen.kind in KINDS:
            found.append(_group(seen))
    overlays = {p.sha256: burnt_in.get(_device(p), b"") for p in of_each_file if p.sha256}
    return tuple(sorted(_merged(found), key=_place_of)), tuple(failed), overlays


def _to_compare(
    pictures: Sequence[PhotoEvidence],
    held: Sequence[Print | None],
    files: Mapping[str, Path],
    burnt_in: Mapping[Device, bytes],
    memory: Memory,
) -> Iterator[Task[PairAnswer]]:
    """Give the pairs worth comparing, of this batch and with earlier ones, by one index."""
    pairs = candidates(
        [*(photo.fingerprint or "" for photo in pictures), *(k.fingerprint for k in memory.kept)],
        [*(one.marks if one else None for one in held), *memory.marks],
        [one.questions if one else () for one in held],
    )
    for a, b in pairs:
        one, own = pictures[a], b < len(pictures)
        if own:
            two = _shot(pictures[b], files, burnt_in)
        else:
            kept = memory.kept[b - len(pictures)]
            if kept.sha256 in memory.known(one):
                continue  # its file or pixels are ours: nothing is left to compare
            two = memory.shot(kept, EARLIER + kept.sha256)
        if one.reduced and two:
            size = _bytes_about(one) + (_bytes_about(pictures[b]) if own else 0)
            yield Task(pair_answer, (_shot(one, files, burnt_in), two), size)


def _known_again(photos: Iterable[PhotoEvidence], memory: Memory) -> Iterator[PhotoGroup]:
    """Give the photographs whose file or pixels an earlier batch held."""
    for photo in photos:
        for sha256, how in memory.known(photo).items():
            says = SAME_FILE if how == "file" else SAME_PIXELS
            yield PhotoGroup("exposure", (EARLIER + sha256, photo.id), says)


def _place_of(group: PhotoGroup) -> tuple[tuple[str, ...], str]:
    return group.photos, group.kind


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
) -> Shot | None:
    if photo.reduced is None:
        return None
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
    told = _Known(exposures)
    views = [group for group in views if not told.hold(group.photos)]
    yield from views
    told.learn(views)
    for kind in ("doubtful", "place"):
        fresh: dict[tuple[str, ...], PhotoGroup] = {}
        for group in found:
            if group.kind == kind and not told.hold(group.photos):
                grown = _grown(group, exposures)
                fresh.setdefault(grown.photos, grown)
        yield from fresh.values()
        told.learn(fresh.values())


class _Known:
    """Which photographs are in one group already."""

    def __init__(self, groups: Iterable[PhotoGroup]) -> None:
        self._of: dict[str, set[int]] = defaultdict(set)
        self._count = 0
        self.learn(groups)

    def learn(self, groups: Iterable[PhotoGroup]) -> None:
        """Note the members of more groups."""
        for group in groups:
            for id in group.photos:
                self._of[id].add(self._count)
            self._count += 1

    def hold(self, ids: Sequence[str]) -> bool:
        """Whether one group holds all of these."""
        return bool(set.intersection(*(self._of[id] for id in ids)))


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
