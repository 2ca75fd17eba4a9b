"""The same evidence photograph is filed for two or more polygons (一图多用).

查什么：同一次拍摄的照片，原样复制或经重存、缩放、裁剪、旋转、镜像、调色、加水印后，用于本批次或往
期批次的两个以上图斑；或同一机位的画面用于一个视野不可能同时照到的图斑。
What it finds: one exposure, copied or altered, that serves several polygons of this batch or of
earlier ones; or one camera position that serves polygons no single view can show.

为何要紧：一张照片只能证明到过一个地方。用于相距较远的图斑时，至少有一处没有得到证明。
Why it matters: a photograph proves a visit to one place. Filed for places far apart, it leaves at
least one of them without proof.

何时会看错：相邻图斑可以由同一视野同时照到；固定机位连续拍摄的画面与重存的照片难以区分。因此相邻图
斑（相距 300 米以内，位置不明的也是）最多列存疑。一个视野可及的也是：各份照片记录的是同一拍摄位置，
从该处看两个图斑都在画面方向内、2 公里以内，或都在 500 米以内。重叠图斑和同一图斑拆分出的子图斑不作
认定。对往期照片同样处理：同一地块沿用往期照片的，本规则不作认定（时间由 PH03 判断）；往期只存缩略
图，整幅另存过的照片与同一机位再次拍摄的照片不能区分，按同一画面处理。
When it misleads: one view may honestly show neighbours, and a fixed camera's frames look like
copies. So neighbours (within 300 m; polygons of unknown place, too) are at most doubtful, as are
polygons that one view reaches: the picture's photographs name one position, from which both lie in
the direction that it looks and within 2 km, or both within 500 m whichever way. Overlapping
polygons, or a parent and its children, are not spoken of at all. Photographs of earlier batches are
held to the same: one that a place takes over from its own earlier filing is not spoken of here
(PH03 asks when it was taken). Only reduced copies are kept of them, in which a whole frame saved
again cannot be told from a fixed camera's next shot: that is one view, not one photograph.

什么能说清：照片文件自身记录了位置的，注明距各图斑多远，可据以判断照片原属哪个图斑；提供各图斑的原
始照片和拍摄时间、位置。同一图斑重复提交同一张照片不作认定。
What clears it: where the files themselves record a place, it is said how far each polygon lies from
it, which tells whose picture it was. Each polygon's own original file with its time and place. The
same picture twice in one polygon is untidy, no more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from yanhu_satcheck.evidence import (
    NEIGHBOURS_M,
    Case,
    Dossier,
    EarlierTwin,
    PhotoEvidence,
    PhotoGroup,
    Stand,
)
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure, unread
from yanhu_satcheck.terms import Confidence, Severity, Status, Words, fold

KINDS = {
    "exposure": Words("同一张照片", "one photograph"),
    "view": Words(
        "同一画面（同一张照片，或同一机位连续拍摄）",
        "one view (one photograph, or one camera position in sequence)",
    ),
    "doubtful": Words("画面高度相似的照片", "a view that looks very much alike"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one field of view may reach."""

    view_m: float = limit(
        2000.0, unit="m", low=300.0, high=10000.0, why="看不清细部 no plot shows from beyond"
    )
    any_way_m: float = limit(
        500.0, unit="m", low=100.0, high=2000.0, why="不问朝向 whichever way the camera looked"
    )
    compass_deg: float = limit(
        30.0, unit="deg", low=5.0, high=90.0, why="手机罗盘误差 a phone's compass beside steel"
    )
    one_stand_m: float = limit(
        100.0, unit="m", low=20.0, high=500.0, why="两次定位之差 what two fixes may differ by"
    )

    def reached(self, stand: Stand | None) -> bool:
        """Whether one view from there shows both places; not where no position is told."""
        if stand is None or stand.apart_m > self.one_stand_m:
            return False
        aimed = stand.off_deg is not None and stand.off_deg <= self.compass_deg
        return stand.metres <= (self.view_m if aimed else self.any_way_m)


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt every picture that serves more than one place."""
    # One file may be listed for several polygons: its id alone does not tell whose it is.
    photos: dict[str, list[PhotoEvidence]] = defaultdict(list)
    for photo in (*(one for case in dossier.cases for one in case.photos), *dossier.loose_photos):
        if photo not in photos[photo.id]:
            photos[photo.id].append(photo)
    told = set()
    for group in dossier.photo_groups:
        if group.kind not in KINDS:
            continue  # one place, another exposure: no reuse
        for answer in _reused(dossier, group, photos, limits):
            about = (answer.polygon_ids, tuple(sorted(one.id for one in answer.related)))
            if about not in told:  # one picture that two groups hold is said once
                told.add(about)
                yield answer
    yield from unread(dossier, lambda one: one.rule == "PH01")
    for case in dossier.cases:
        if all(photo.fault or photo.sha256 is None for photo in case.photos):
            says = Words("照片均无法读取，不能比对", "none of its photographs can be read")
            yield Unsure((case.polygon_id,), says)


class _Reuse(NamedTuple):
    """Whom one picture serves that it cannot honestly serve, and how sure that is."""

    whom: frozenset[str]  # issued here
    far: bool
    twins: tuple[EarlierTwin, ...]  # of earlier batches, on other ground


def _reused(
    dossier: Dossier,
    group: PhotoGroup,
    photos: Mapping[str, list[PhotoEvidence]],
    limits: Limits,
) -> Iterator[Doubt]:
    """Doubt the far partners of one picture, else those neighbours that need not share a view."""
    shown = [photo for id in group.photos for photo in photos.get(id, ())]
    owners = {photo.polygon_id for photo in shown}
    cases = [case for case in dossier.cases if case.polygon_id in owners]
    pairs = [pair for pair in combinations(cases, 2) if not _one_ground(dossier, *pair)]
    far = [pair for pair in pairs if _far(dossier, *pair) and not _in_view(group, *pair, limits)]
    strays = _named_elsewhere(dossier, group)
    here = {case.polygon_id for pair in far or pairs for case in pair}
    found = _with_twins(here, bool(far), group.earlier, cases, limits)
    if not found.whom and strays:  # another polygon's number, of which nobody knows where it lies
        found = found._replace(whom=frozenset(case.polygon_id for case in cases))
    if found.whom:
        yield _doubt(dossier, group, found, strays, photos, limits)


def _with_twins(
    here: set[str],
    far: bool,
    twins: Collection[EarlierTwin],
    cases: Collection[Case],
    limits: Limits,
) -> _Reuse:
    """Weigh what a picture serves here together with what it served in earlier batches."""
    elsewhere, beside = set[str](), set[str]()
    other = [twin for twin in twins if _of_another_place(twin, cases)]
    for twin in other:
        for case in cases:
            metres = twin.metres.get(case.polygon_id)
            known = metres is not None and metres > NEIGHBOURS_M
            known = known and not limits.reached(twin.stands.get(case.polygon_id))
            (elsewhere if known else beside).add(case.polygon_id)
    if far or elsewhere:
        return _Reuse(frozenset(elsewhere | (here if far else set())), True, tuple(other))
    return _Reuse(frozenset(here | beside), False, tuple(other))


def _of_another_place(twin: EarlierTwin, cases: Collection[Case]) -> bool:
    """Whether an earlier photograph served ground that no polygon which shows it now lies on."""
    return twin.photo.polygon_id is not None and twin.one_ground.isdisjoint(
        case.polygon_id for case in cases
    )


def _doubt(
    dossier: Dossier,
    group: PhotoGroup,
    found: _Reuse,
    strays: Collection[str],
    photos: Mapping[str, list[PhotoEvidence]],
    limits: Limits,
) -> Doubt:
    status, confidence = _weighed(group.kind, found.far)
    names = sorted(found.whom)
    owners = {photo.polygon_id for id in group.photos for photo in photos.get(id, ())} - {None}
    then = sorted({(one.photo.batch, one.photo.polygon_id or "") for one in found.twins})
    words, n = KINDS[group.kind], len(owners) + len(strays) + len(then)
    apart = _apart(group, found)
    near = _said_apart(apart, found.far)
    zh = [*names, *(f"往期 {batch} 的 {name}" for batch, name in then)]
    en = [*names, *(f"{name} of {batch}" for batch, name in then)]
    own = _recorded(group, names)
    says = Words(
        f"{words.zh}用于 {n} 个图斑{near.zh}：{'、'.join(zh)}；{group.how.zh}{own.zh}",
        f"{words.en} serves {n} polygons{near.en}: {', '.join(en)}; {group.how.en}{own.en}",
    )
    source = group.photos[0]
    shown = len(group.photos) + len(found.twins)
    figures = [Figure("polygons", n, None, shown, "", 1, source)]
    if apart is not None:
        figures.append(Figure("apart_m", apart, None, shown, "m", NEIGHBOURS_M, source))
    if not found.far and (stand := _stand(group, found)) is not None:
        figures.append(Figure("stand_m", stand.metres, None, shown, "m", limits.view_m, source))
        if stand.off_deg is not None:
            off = Figure("off_deg", stand.off_deg, None, shown, "deg", limits.compass_deg, source)
            figures.append(off)
    figures += [one.held_to(None, name, source) for name, one in sorted(group.figures.items())]
    related = [
        Related("photo", id, whose)
        for id in group.photos
        for whose in sorted(_whose(dossier, photos.get(id, ()), id), key=str)
    ]
    related += [
        Related("photo", one.photo.id, one.photo.polygon_id, one.photo.batch)
        for one in group.earlier
        if group.kind == "exposure" or one in found.twins
    ]
    return Doubt(
        tuple(names), status, confidence, says, tuple(figures), tuple(related), on_change=False
    )


def _recorded(group: PhotoGroup, names: Collection[str]) -> Words:
    """Say how far each polygon lies from where the files record that they were taken."""
    told = {name: group.recorded[name] for name in names if name in group.recorded}
    if not told or max(told.values()) <= NEIGHBOURS_M:
        return Words("", "")
    nearest = sorted(told, key=lambda name: (told[name], name))
    zh = "、".join(f"{name} {_km(told[name]).zh}" for name in nearest)
    en = ", ".join(f"{name} {_km(told[name]).en}" for name in nearest)
    return Words(f"；文件自身记录的拍摄位置，距 {zh}", f"; the files record a place {en} away")


def _km(metres: float) -> Words:
    if metres < 1000:
        return Words(f"{metres:.0f} 米", f"{metres:.0f} m")
    return Words(f"{metres / 1000:.1f} 公里", f"{metres / 1000:.1f} km")


def _apart(group: PhotoGroup, found: _Reuse) -> float | None:
    """Give how far the picture's polygons lie apart at most, where that is known."""
    here = [metres for pair, metres in group.apart.items() if found.whom.issuperset(pair)]
    then = [twin.metres[id] for twin in found.twins for id in found.whom if id in twin.metres]
    return max((*here, *then), default=None)


def _stand(group: PhotoGroup, found: _Reuse) -> Stand | None:
    """Give how the polygons lie from where the picture was taken, of the farthest pair."""
    here = [stand for pair, stand in group.stands.items() if found.whom.issuperset(pair)]
    then = [twin.stands[id] for twin in found.twins for id in found.whom if id in twin.stands]
    return max((*here, *then), key=lambda one: one.metres, default=None)


def _said_apart(metres: float | None, far: bool) -> Words:
    if not far:
        return Words("（相邻、同一视野可及或位置不明）", ", near, in one view or of unknown place")
    if metres is None:
        return Words("", "")
    km = f"{metres / 1000:.1f}"
    return Words(f"（最远相距 {km} 公里）", f" up to {km} km apart")


def _weighed(kind: str, far: bool) -> tuple[Status, Confidence]:
    if kind == "doubtful" or not far:
        return Status.DOUBTFUL, Confidence.HINT
    sure = Confidence.CERTAIN if kind == "exposure" else Confidence.LIKELY
    return Status.INCONSISTENT, sure


def _far(dossier: Dossier, one: Case, two: Case) -> bool:
    """Whether two polygons are known to lie apart; without an outline nobody can say where."""
    placed = one.polygon.footprint is not None and two.polygon.footprint is not None
    return placed and not dossier.near(one.polygon_id, two.polygon_id)


def _in_view(group: PhotoGroup, one: Case, two: Case, limits: Limits) -> bool:
    pair = min(one.polygon_id, two.polygon_id), max(one.polygon_id, two.polygon_id)
    return limits.reached(group.stands.get(pair))


def _one_ground(dossier: Dossier, one: Case, two: Case) -> bool:
    """Whether two polygons share ground, or are a parent and its children: one view serves both."""
    pair = {one.polygon_id, two.polygon_id}
    if any(set(o.polygon_ids) == pair and (o.family or not o.sliver) for o in dossier.overlaps):
        return True
    keys = [case.polygon.key for case in (one, two)]
    parents = [fold(case.polygon.parent_polygon_id) for case in (one, two)]
    return parents[0] == keys[1] or parents[1] == keys[0] or parents[0] == parents[1] != ""


def _whose(dossier: Dossier, shown: Collection[PhotoEvidence], id: str) -> set[str | None]:
    """Give the polygons that a photograph is filed for, issued here or not."""
    issued: set[str | None] = {photo.polygon_id for photo in shown if photo.polygon_id}
    return issued or {one.named_polygon or None for one in dossier.batch.photos if one.id == id}


def _named_elsewhere(dossier: Dossier, group: PhotoGroup) -> set[str]:
    """Give the numbers, not issued here, under which the group's photographs are filed."""
    loose = {p.id for p in dossier.loose_photos if p.polygon_id is None} & {*group.photos}
    issued = {polygon.key for polygon in dossier.batch.polygons}
    return {
        number
        for photo in dossier.batch.photos
        if photo.id in loose and (number := fold(photo.named_polygon)) and number not in issued
    }


RULE = Rule(
    code="PH01",
    slug="photo-reuse",
    title=Words("举证照片一图多用", "one evidence photograph for several polygons"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"photos"}),
    concerns=lambda case, limits: bool(case.photos),
    check=check,
)
