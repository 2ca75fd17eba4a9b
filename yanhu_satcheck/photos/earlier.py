"""Which photographs of earlier batches are ours again, and where the polygons lie they served."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.evidence import EarlierTwin, PairAnswer, PhotoEvidence, PhotoGroup, Stand
from yanhu_satcheck.past import Past, is_sliver, kin
from yanhu_satcheck.photos.groups import EARLIER
from yanhu_satcheck.photos.memory import Memory
from yanhu_satcheck.photos.views import Views
from yanhu_satcheck.terms import fold


def placed(
    groups: Iterable[PhotoGroup],
    photos: Sequence[PhotoEvidence],
    batch: Batch,
    past: Past | None,
    memory: Memory,
) -> tuple[PhotoGroup, ...]:
    """Say of each group how far apart the polygons lie that its photographs serve.

    Its earlier photographs, which stand among ours as they were compared, become its twins: one
    for each time that they were filed. Their reduced copies are brought into the scratch folder,
    named as in OUT by the sha256 of their original.
    """
    served, ground = _served(photos), _Ground(batch, past)
    shown: dict[str, dict[str | None, PhotoEvidence]] = defaultdict(dict)
    for photo in photos:
        shown[photo.id].setdefault(photo.polygon_id, photo)
    told = []
    for group in groups:
        ours = tuple(id for id in group.photos if not id.startswith(EARLIER))
        owners = {whose for id in ours for whose in served[id]}
        taken = [photo for id in ours for photo in shown[id].values()]
        twins = tuple(ground.placed(one, owners, taken) for one in _twins(group, memory))
        told.append(
            group._replace(
                photos=ours,
                earlier=twins,
                pairs=tuple(pair for pair in group.pairs if not _with_earlier(pair)),
                apart=ground.apart(owners),
                stands=ground.stands(owners, taken),
                recorded=ground.recorded(owners, taken),
            )
        )
    return tuple(sorted(told, key=lambda group: (group.photos, group.kind)))


def _served(photos: Iterable[PhotoEvidence]) -> Mapping[str, set[str]]:
    """Give the issued polygons that each photograph is filed for."""
    served: dict[str, set[str]] = defaultdict(set)
    for photo in photos:
        served[photo.id] |= {photo.polygon_id} if photo.polygon_id else set()
    return served


def _with_earlier(pair: PairAnswer) -> bool:
    return any(id.startswith(EARLIER) for id in pair.photos)


def _twins(group: PhotoGroup, memory: Memory) -> Iterator[EarlierTwin]:
    """Give a group's earlier photographs, once for each time that they were filed."""
    found = []
    for id in group.photos:
        if not id.startswith(EARLIER):
            continue
        sha256 = id.removeprefix(EARLIER)
        pair = next((one for one in group.pairs if id in one.photos), None)
        # Of one place's other photographs no page shows the pictures.
        copy = memory.copy(sha256) if group.kind != "place" else None
        how = pair.how if pair else group.how
        found += [
            EarlierTwin(filed, group.kind, how, reduced=copy, pair=pair)
            for filed in memory.filings(sha256)
        ]
    yield from sorted(
        found, key=lambda one: (one.photo.batch, one.photo.id, one.photo.polygon_id or "")
    )


def _numbers(here: IssuedPolygon) -> set[str]:
    return {here.key, fold(here.prev_polygon_id)} - {""}


class _Ground:
    """How the polygons issued here lie to each other and to those of earlier batches, in metres."""

    def __init__(self, batch: Batch, past: Past | None) -> None:
        self._batch, self._past = batch, past
        self._issued = {polygon.id: polygon for polygon in batch.polygons}
        self._to_metres = Transformer.from_crs("EPSG:4490", batch.crs, always_xy=True)
        self._views = Views(batch)

    def apart(self, owners: Iterable[str]) -> dict[tuple[str, str], float]:
        """Give the distances between the outlines of polygons issued here."""
        drawn = combinations(self._drawn(owners), 2)
        return {(one, two): float(shapely.distance(a, b)) for (one, a), (two, b) in drawn}

    def stands(
        self, owners: Iterable[str], taken: Sequence[PhotoEvidence]
    ) -> dict[tuple[str, str], Stand]:
        """Say how each pair of polygons lies from where the photographs were taken."""
        found = {
            (one, two): self._views.stand(taken, a, b)
            for (one, a), (two, b) in combinations(self._drawn(owners), 2)
        }
        return {pair: stand for pair, stand in found.items() if stand is not None}

    def recorded(self, owners: Iterable[str], taken: Sequence[PhotoEvidence]) -> dict[str, float]:
        """Say how far the polygons lie from where the files record that they were taken."""
        return self._views.recorded(taken, self._drawn(owners))

    def _drawn(self, names: Iterable[str]) -> list[tuple[str, BaseGeometry]]:
        issued = [self._issued[name] for name in sorted(names) if name in self._issued]
        return [(one.id, one.footprint) for one in issued if one.footprint is not None]

    def placed(
        self, twin: EarlierTwin, owners: Iterable[str], taken: Sequence[PhotoEvidence]
    ) -> EarlierTwin:
        """Say how far an earlier photograph's polygon lies from those that show it now."""
        of = twin.photo.polygon_id
        asked = (
            self._past.polygon(twin.photo.batch, of, self._batch.id) if self._past and of else None
        )
        if asked is None:
            return twin
        earlier, there = asked, None if asked.lonlat is None else self._metres(asked.lonlat)
        away: dict[str, float] = {}
        stands: dict[str, Stand] = {}
        then = [] if twin.photo.lonlat is None else [twin.photo.lonlat]
        same = set()
        for name in sorted(owners):
            here = self._issued[name]
            unplaced = here.footprint is None or there is None
            if kin(here, earlier, ()) or (unplaced and earlier.key in _numbers(here)):
                same.add(name)  # where nobody can say how they lie, one number is one place
            if here.footprint is not None and there is not None:
                away[name] = float(shapely.distance(here.footprint, there))
                stand = self._views.stand(taken, here.footprint, there, then)
                if stand is not None:
                    stands[name] = stand
                shared = shapely.intersection(here.footprint, there)
                if not shared.is_empty and not is_sliver(shared):
                    same.add(name)
        return twin._replace(
            polygon=earlier, metres=away, one_ground=frozenset(same), stands=stands
        )

    def _metres(self, lonlat: BaseGeometry) -> BaseGeometry:
        def turned(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(self._to_metres.transform(xy[:, 0], xy[:, 1]))

        return shapely.transform(lonlat, turned)
