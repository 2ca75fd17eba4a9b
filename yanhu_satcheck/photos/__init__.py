"""Photograph files become evidence: what each is, which are one exposure, where it was taken."""

from collections.abc import Callable
from pathlib import Path

import shapely
from pyproj import Transformer

from yanhu_satcheck.batch import Batch, Misread, Photo
from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.photos.datum import to_wgs84
from yanhu_satcheck.photos.groups import groups
from yanhu_satcheck.photos.picture import Print, Unreadable, digest, print_of
from yanhu_satcheck.terms import Words

Examined = tuple[tuple[PhotoEvidence, ...], tuple[PhotoGroup, ...], tuple[Misread, ...]]


class _Away:
    """How far photographs were taken from their polygons."""

    def __init__(self, batch: Batch) -> None:
        self._footprints = {p.id: p.footprint for p in batch.polygons}
        self._to_metres = Transformer.from_crs("EPSG:4490", batch.crs, always_xy=True)
        self._declared = batch.photo_crs

    def metres(self, photo: Photo) -> float | None:
        """From the polygon's outline, 0 inside; `None` where either place is not known."""
        footprint = self._footprints.get(photo.polygon_id or "")
        if footprint is None or photo.lonlat is None:
            return None
        place = shapely.Point(self._to_metres.transform(*to_wgs84(photo.lonlat, self._declared)))
        return float(shapely.distance(footprint, place))


def examine(
    batch: Batch, scratch: Path, progress: Callable[[int], None] = lambda done: None
) -> Examined:
    """Decode every photograph of a batch once; say which are one exposure and which are broken.

    Reduced copies are written into `scratch`, named by the sha256 of their original.
    """
    prints: dict[str, Print | Unreadable] = {}
    away = _Away(batch)
    evidence = []
    for done, photo in enumerate(batch.photos, 1):
        evidence.append(_examined(photo, away, prints, scratch))
        progress(done)
    files = {photo.id: photo.path for photo in batch.photos if photo.path is not None}
    broken = tuple(
        _misread(photo)
        for photo, filed in zip(evidence, batch.photos, strict=True)
        if photo.fault is not None and filed.fault is None and filed.path is not None
    )
    return tuple(evidence), groups(evidence, files), broken


def _examined(
    photo: Photo, away: _Away, prints: dict[str, Print | Unreadable], scratch: Path
) -> PhotoEvidence:
    seen: Print | Unreadable | None = None
    sha256 = None
    if photo.path is not None:
        sha256 = digest(photo.path)
        if sha256 not in prints:
            prints[sha256] = _print(photo.path, sha256, scratch)
        seen = prints[sha256]
    taken = seen if isinstance(seen, Print) else None
    return PhotoEvidence(
        id=photo.id,
        polygon_id=photo.polygon_id,
        sha256=sha256,
        pixel_hash=taken.pixel_hash if taken else None,
        fingerprint=taken.fingerprint if taken else None,
        width=taken.width if taken else None,
        height=taken.height if taken else None,
        fault=_undecoded(seen) if isinstance(seen, Unreadable) else photo.fault,
        listed=photo.listed,
        lonlat=photo.lonlat,
        distance_m=away.metres(photo),
        azimuth=photo.azimuth,
        azimuth_ref=photo.azimuth_ref,
        taken_at=photo.taken_at,
        taken_by=photo.taken_by,
        camera=photo.camera,
        has_exif=photo.has_exif,
        reduced=taken.reduced if taken else None,
    )


def _print(path: Path, sha256: str, scratch: Path) -> Print | Unreadable:
    try:
        return print_of(path, sha256, scratch)
    except Unreadable as cause:
        return cause


def _undecoded(cause: Unreadable) -> Words:
    return Words(f"照片无法解码（{cause}）", f"the picture cannot be decoded ({cause})")


def _misread(photo: PhotoEvidence) -> Misread:
    fault = photo.fault or Words("", "")
    return Misread(
        file=photo.id,
        what=fault,
        remedy=Words(
            "请用原始照片文件替换，或另行补拍", "replace it by the original file, or take it again"
        ),
        rule="PH04",
        whole=True,
        polygon_ids=(photo.polygon_id,) if photo.polygon_id else (),
    )
