"""Which photographs of earlier batches are ours again, and where the polygons lie they served.

Kept of an earlier photograph are its marks and a reduced copy. The file and the decoded pixels can
be known again by their hash, for certain. A photograph that was saved again can not: its original
is gone, and reducing it washes out the sensor noise by which a fixed camera's next shot is told.
So a fingerprint finds a candidate, the reduced copies must show the same view cell by cell, and
even then it is only alike.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.evidence import EarlierPhoto, EarlierTwin, PhotoEvidence, PhotoGroup
from yanhu_satcheck.past import Past, is_sliver, kin
from yanhu_satcheck.photos.groups import SAME_FILE, SAME_PIXELS
from yanhu_satcheck.photos.resaved import likeness
from yanhu_satcheck.terms import Words, fold

HOWS = {"file": SAME_FILE, "pixels": SAME_PIXELS}
SAME_VIEW = Words(
    "与往期照片的缩略图画面一致：可能另存过，也可能是同一机位再次拍摄，不能区分",
    "the same view as the reduced copy of an earlier photograph: saved again, or a fixed camera's"
    " next one, which cannot be told",
)


def with_earlier(
    groups: Iterable[PhotoGroup],
    photos: Sequence[PhotoEvidence],
    batch: Batch,
    past: Past,
    scratch: Path,
) -> tuple[PhotoGroup, ...]:
    """Give each group the earlier photographs that are its own; alone ones become a group.

    The archive is asked once for each file. Reduced copies of earlier photographs are written into
    `scratch`, named as in OUT by the sha256 of their original.
    """
    groups, served = tuple(groups), _served(photos)
    ground = _Ground(batch, past)
    asked: dict[str, tuple[EarlierTwin, ...]] = {}
    for photo in photos:
        if photo.sha256 and photo.pixel_hash and photo.sha256 not in asked:
            asked[photo.sha256] = tuple(_twins(photo, batch.id, past, scratch))
    marks = {photo.id: photo.sha256 for photo in photos}
    exposures = [group.photos for group in groups if group.kind == "exposure"]
    grouped = {id for ids in exposures for id in ids}
    alone = [(photo.id,) for photo in photos if photo.id not in grouped]
    found: dict[tuple[str, ...], tuple[EarlierTwin, ...]] = {}
    for ids in sorted({*exposures, *alone}):
        twins = _each_once(one for id in ids for one in asked.get(marks[id] or "", ()))
        owners = {whose for id in ids for whose in served[id]}
        found[ids] = tuple(ground.placed(one, owners) for one in twins)
    kept = [
        group._replace(earlier=found[group.photos]) if group.kind == "exposure" else group
        for group in groups
    ]
    kept += [
        PhotoGroup("exposure", ids, found[ids][0].how, earlier=found[ids])
        for ids in sorted(set(alone))
        if found[ids]
    ]
    return tuple(sorted(kept, key=lambda group: (group.photos, group.kind)))


def _served(photos: Iterable[PhotoEvidence]) -> Mapping[str, set[str]]:
    """Give the issued polygons that each photograph is filed for."""
    served: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        served[photo.id] |= {photo.polygon_id} if photo.polygon_id else set()
    return served


def _each_once(twins: Iterable[EarlierTwin]) -> list[EarlierTwin]:
    """Keep each earlier photograph once, by its strongest likeness, in the archive's order."""
    best: dict[tuple[str, str, str], EarlierTwin] = {}
    for one in sorted(twins, key=lambda twin: twin.kind == "doubtful"):
        name = (one.photo.batch, one.photo.id, one.photo.polygon_id or "")
        best.setdefault(name, one)
    return [best[name] for name in sorted(best)]


def _twins(photo: PhotoEvidence, batch_id: str, past: Past, scratch: Path) -> Iterator[EarlierTwin]:
    """Ask for the earlier photographs like one of ours; keep those that show to be alike."""
    marks = (photo.sha256, photo.pixel_hash, photo.fingerprint or None)
    for one in past.photos(batch_id, *marks):
        copy = _copy(one, past, scratch)
        if one.how in HOWS:
            yield EarlierTwin(one, "exposure", HOWS[one.how], reduced=copy)
        elif copy and photo.reduced and _one_view(photo.reduced, copy):
            yield EarlierTwin(one, "doubtful", SAME_VIEW, reduced=copy)


def _copy(one: EarlierPhoto, past: Past, scratch: Path) -> Path | None:
    """Bring an earlier photograph's reduced copy into the scratch folder."""
    path = scratch / f"{one.sha256}.jpg"
    if not path.exists():
        jpeg = past.picture(one.sha256)
        if jpeg is None:
            return None
        path.write_bytes(jpeg)
    return path


def _one_view(ours: Path, earlier: Path) -> bool:
    """Whether two reduced copies of one size show one view; of another size nothing is said."""
    with Image.open(ours) as one, Image.open(earlier) as two:
        if one.size != two.size:
            return False
    return likeness(ours, earlier).same_view


def _numbers(here: IssuedPolygon) -> set[str]:
    return {here.key, fold(here.prev_polygon_id)} - {""}


class _Ground:
    """How the polygons issued here lie to those of earlier batches, in metres."""

    def __init__(self, batch: Batch, past: Past) -> None:
        self._batch, self._past = batch, past
        self._issued = {polygon.id: polygon for polygon in batch.polygons}
        self._to_metres = Transformer.from_crs("EPSG:4490", batch.crs, always_xy=True)

    def placed(self, twin: EarlierTwin, owners: Iterable[str]) -> EarlierTwin:
        """Say how far an earlier photograph's polygon lies from those that show it now."""
        of = twin.photo.polygon_id
        earlier = self._past.polygon(twin.photo.batch, of, self._batch.id) if of else None
        if earlier is None:
            return twin
        there = None if earlier.lonlat is None else self._metres(earlier.lonlat)
        away: dict[str, float] = {}
        same = set()
        for name in sorted(owners):
            here = self._issued[name]
            unplaced = here.footprint is None or there is None
            if kin(here, earlier, ()) or (unplaced and earlier.key in _numbers(here)):
                same.add(name)  # where nobody can say how they lie, one number is one place
            if here.footprint is not None and there is not None:
                away[name] = float(shapely.distance(here.footprint, there))
                shared = shapely.intersection(here.footprint, there)
                if not shared.is_empty and not is_sliver(shared):
                    same.add(name)
        return twin._replace(polygon=earlier, metres=away, one_ground=frozenset(same))

    def _metres(self, lonlat: BaseGeometry) -> BaseGeometry:
        def turned(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(self._to_metres.transform(xy[:, 0], xy[:, 1]))

        return shapely.transform(lonlat, turned)
