"""Photograph files become evidence: what each is, which are one exposure, where it was taken."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from yanhu_satcheck.batch import Batch, Misread, Photo
from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.foreign import by_decoder
from yanhu_satcheck.past import KeptMarks, Past
from yanhu_satcheck.photos.earlier import placed
from yanhu_satcheck.photos.groups import EARLIER, groups
from yanhu_satcheck.photos.memory import Memory
from yanhu_satcheck.photos.overlaid import pictured
from yanhu_satcheck.photos.picture import Print, Unreadable, digest, print_of, try_to_decode
from yanhu_satcheck.photos.place import Ground
from yanhu_satcheck.photos.place import datum_shifts as datum_shifts
from yanhu_satcheck.runner import Died, Runner, Task, here
from yanhu_satcheck.terms import Words

Examined = tuple[tuple[PhotoEvidence, ...], tuple[PhotoGroup, ...], tuple[Misread, ...]]


def examine(
    batch: Batch,
    scratch: Path,
    progress: Callable[[int], None] = lambda done: None,
    runner: Runner = here,
    past: Past | None = None,
) -> Examined:
    """Decode every photograph of a batch once; say which are one exposure and which are broken.

    Reduced copies are written into `scratch`, named by the sha256 of their original. `runner`
    decodes: a picture may take its decoder along. `past` is asked which earlier photographs are
    ours again.
    """
    known = _hashes(batch)
    hashes = [known[photo.path] if photo.path is not None else None for photo in batch.photos]
    originals = {sha256: path for path, sha256 in reversed(known.items())}
    tasks = (
        Task(print_of, (originals[sha256], sha256, scratch), originals[sha256].stat().st_size)
        for sha256 in dict.fromkeys(filter(None, hashes))
    )
    printed = runner.map(tasks)
    prints: dict[str | None, Print | Exception | None] = {None: None}
    ground, evidence = Ground(batch), []
    for done, (photo, sha256) in enumerate(zip(batch.photos, hashes, strict=True), 1):
        if sha256 not in prints:
            prints[sha256] = next(printed)
        evidence.append(_examined(photo, sha256, prints[sha256], ground))
        progress(done)
    files = {photo.id: photo.path for photo in batch.photos if photo.path is not None}
    shifted = {id: one.crs for one in datum_shifts(evidence, batch) for id in one.photos}
    evidence = [_in_datum(photo, shifted) for photo in evidence]
    broken = [
        _misread(batch, filed, photo.fault)
        for photo, filed in zip(evidence, batch.photos, strict=True)
        if photo.fault is not None and filed.fault is None and filed.path is not None
    ]
    taken = {sha256: one for sha256, one in prints.items() if sha256 and isinstance(one, Print)}
    memory = Memory(past, batch.id, scratch)
    alike, uncompared, templates = groups(evidence, files, runner, taken, memory)
    filed_as = {photo.id: photo for photo in batch.photos}
    for pair, cause in uncompared:
        for one, two in (pair, pair[::-1]):
            if one in filed_as:
                other = two if two in filed_as else _filed_then(two, memory)
                broken.append(_misread(batch, filed_as[one], _uncompared(other, cause)))
    broken += _unmarked(memory)
    marked = tuple(_marked(photo, taken, templates) for photo in evidence)
    found = placed(alike, evidence, batch, past, memory)
    return marked, pictured(found, evidence, scratch, runner), tuple(broken)


def _marked(
    photo: PhotoEvidence, taken: Mapping[str, Print], templates: Mapping[str, bytes]
) -> PhotoEvidence:
    """Give a photograph what the archive keeps of it."""
    seen = taken.get(photo.sha256 or "")
    if seen is None:
        return photo
    template, marks = templates.get(seen.sha256, b""), seen.marks
    kept = KeptMarks(seen.sha256, seen.fingerprint, template=template)
    if marks is not None:
        kept = kept._replace(codebook=marks.version, size=marks.size, points=marks.packed())
    return replace(photo, marks=kept)


def _in_datum(photo: PhotoEvidence, shifted: Mapping[str, str]) -> PhotoEvidence:
    """Say of a photograph in which datum its device writes, where that was recognised."""
    if photo.place is None or photo.id not in shifted:
        return photo
    return replace(photo, place=photo.place._replace(datum=shifted[photo.id]))


def _filed_then(id: str, memory: Memory) -> str:
    sha256 = id.removeprefix(EARLIER)
    return next((f"{one.batch}/{one.id}" for one in memory.filings(sha256)), sha256)


def _unmarked(memory: Memory) -> Iterator[Misread]:
    """Say of how many earlier photographs an altered copy would not be found."""
    if memory.unmarked:
        n, all_ = memory.unmarked, len(memory.kept)
        yield Misread(
            file="archive",
            what=Words(
                f"往期 {all_} 张照片中有 {n} 张未存特征，或特征由另一版码本生成，"
                "只能按文件、像素和整幅画面比对，裁剪过的比对不出",
                f"of {all_} earlier photographs {n} have no marks, or another codebook's: they are "
                "compared by file, pixels and whole view alone; one that was cut is not found",
            ),
            remedy=Words(
                "用本版本重新审核这些往期批次，再加入档案",
                "audit those batches again with this version and add them to the archive",
            ),
            rule="PH01",
        )


def undecodable(batch: Batch, runner: Runner = here) -> tuple[Misread, ...]:
    """Name the photographs of a batch that cannot be decoded to their end."""
    whole = [photo for photo in batch.photos if photo.path is not None and photo.fault is None]
    tasks = (
        Task(try_to_decode, (photo.path,), photo.path.stat().st_size)
        for photo in whole
        if photo.path is not None
    )
    tried = zip(whole, runner.map(tasks), strict=True)
    return tuple(
        _misread(batch, photo, _undecoded(found))
        for photo, found in tried
        if isinstance(found, Exception)
    )


def _hashes(batch: Batch) -> dict[Path, str]:
    """Give each photograph's file its sha256, which reading has told of those in a batch."""
    told = {batch.root / file.name: file.sha256 for file in batch.inputs}
    paths = dict.fromkeys(photo.path for photo in batch.photos if photo.path is not None)
    return {path: told.get(path) or digest(path) for path in paths}


def _examined(
    photo: Photo, sha256: str | None, seen: Print | Exception | None, ground: Ground
) -> PhotoEvidence:
    taken = seen if isinstance(seen, Print) else None
    place = ground.place(photo, *((taken.width, taken.height) if taken else (None, None)))
    return PhotoEvidence(
        id=photo.id,
        polygon_id=photo.polygon_id,
        sha256=sha256,
        pixel_hash=taken.pixel_hash if taken else None,
        fingerprint=taken.fingerprint if taken else None,
        width=taken.width if taken else None,
        height=taken.height if taken else None,
        fault=_undecoded(seen) if isinstance(seen, Exception) else photo.fault,
        listed=photo.listed,
        lonlat=photo.lonlat,
        distance_m=place.distance_m if place else None,
        azimuth=photo.azimuth,
        azimuth_ref=photo.azimuth_ref,
        taken_at=photo.taken_at,
        taken_by=photo.taken_by,
        camera=photo.camera,
        has_exif=photo.has_exif,
        reduced=taken.reduced if taken else None,
        place=place,
        recorded=photo.recorded,
    )


def _undecoded(cause: Exception) -> Words:
    why = _why(cause)
    return Words(f"照片无法解码（{why.zh}）", f"the picture cannot be decoded ({why.en})")


def _uncompared(other: str, cause: Exception) -> Words:
    why = _why(cause)
    return Words(
        f"与 {other} 画面相近，但无法比对（{why.zh}）",
        f"it looks like {other} and cannot be compared with it ({why.en})",
    )


def _why(cause: Exception) -> Words:
    if isinstance(cause, Died):
        return cause.why
    if isinstance(cause, Unreadable):
        return by_decoder(str(cause))
    raise cause  # no decoder's: ours


def _misread(batch: Batch, photo: Photo, fault: Words) -> Misread:
    return Misread(
        file=photo.path.relative_to(batch.root).as_posix() if photo.path else photo.id,
        what=fault,
        remedy=Words(
            "请用原始照片文件替换，或另行补拍", "replace it by the original file, or take it again"
        ),
        rule="PH04",
        whole=True,
        polygon_ids=(photo.polygon_id,) if photo.polygon_id else (),
    )
