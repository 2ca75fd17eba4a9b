"""The same evidence photograph is filed for two or more polygons (一图多用).

查什么：同一次拍摄的照片，原样复制或经重存、缩放、裁剪、旋转、镜像、调色、加水印后，
用于两个以上图斑；或同一机位的画面用于一个视野不可能同时照到的图斑。
What it finds: one exposure, copied or altered, that serves several polygons; or one camera
position that serves polygons no single view can show.

为何要紧：一张照片只能证明到过一个地方。用于相距较远的图斑时，至少有一处没有得到证明。
Why it matters: a photograph proves a visit to one place. Filed for places far apart, it leaves at
least one of them without proof.

何时会看错：相邻图斑可以由同一视野同时照到；固定机位连续拍摄的画面与重存的照片难以区分。
因此相邻图斑最多列存疑，重叠图斑和同一图斑拆分出的子图斑不作认定。
When it misleads: one view may honestly show neighbours, and a fixed camera's frames look like
copies. So neighbours are at most doubtful, and overlapping polygons, or a parent and its children,
are not spoken of at all.

什么能说清：提供各图斑的原始照片和拍摄时间、位置。同一图斑重复提交同一张照片不作认定。
What clears it: each polygon's own original file with its time and place. The same picture twice in
one polygon is untidy, no more.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from yanhu_satcheck.evidence import Case, Dossier, PhotoEvidence, PhotoGroup
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words, fold

KINDS = {
    "exposure": Words("同一张照片", "one photograph"),
    "view": Words(
        "同一画面（同一张照片，或同一机位连续拍摄）",
        "one view (one photograph, or one camera position in sequence)",
    ),
    "doubtful": Words("画面高度相似的照片", "a view that looks very much alike"),
}


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Doubt every picture that serves more than one place."""
    # One file may be listed for several polygons: its id alone does not tell whose it is.
    photos: dict[str, list[PhotoEvidence]] = defaultdict(list)
    for photo in (*(one for case in dossier.cases for one in case.photos), *dossier.loose_photos):
        if photo not in photos[photo.id]:
            photos[photo.id].append(photo)
    for group in dossier.photo_groups:
        yield from _reused(dossier, group, photos)
    for case in dossier.cases:
        if all(photo.fault or photo.sha256 is None for photo in case.photos):
            says = Words("照片均无法读取，不能比对", "none of its photographs can be read")
            yield Unsure((case.polygon_id,), says)


def _reused(
    dossier: Dossier, group: PhotoGroup, photos: Mapping[str, list[PhotoEvidence]]
) -> Iterator[Answer]:
    """Doubt the far partners of one picture, else those neighbours that need not share a view."""
    shown = [photo for id in group.photos for photo in photos.get(id, ())]
    owners = {photo.polygon_id for photo in shown}
    cases = [case for case in dossier.cases if case.polygon_id in owners]
    pairs = [pair for pair in combinations(cases, 2) if not _one_ground(dossier, *pair)]
    far = [pair for pair in pairs if _far(dossier, *pair)]
    whom = {case.polygon_id for pair in far or pairs for case in pair}
    strays = _named_elsewhere(dossier, group)
    if not whom and strays:  # another polygon's number, of which nobody knows where it lies
        whom = {case.polygon_id for case in cases}
    if not whom:
        return
    status, confidence = _weighed(group.kind, bool(far))
    names = sorted(whom)
    kind, n = KINDS[group.kind], len(owners - {None}) + len(strays)
    near = Words("", "") if far else Words("（相邻或位置不明）", ", near or of unknown place")
    says = Words(
        f"{kind.zh}用于 {n} 个图斑{near.zh}：{'、'.join(names)}；{group.how.zh}",
        f"{kind.en} serves {n} polygons{near.en}: {', '.join(names)}; {group.how.en}",
    )
    source = group.photos[0]
    figures = [Figure("polygons", n, None, len(group.photos), "", 1, source)]
    figures += [one.held_to(None, name, source) for name, one in sorted(group.figures.items())]
    related = tuple(
        Related("photo", id, whose)
        for id in group.photos
        for whose in sorted(_whose(dossier, photos.get(id, ()), id), key=str)
    )
    yield Doubt(tuple(names), status, confidence, says, tuple(figures), related, on_change=False)


def _weighed(kind: str, far: bool) -> tuple[Status, Confidence]:
    if kind == "doubtful" or not far:
        return Status.DOUBTFUL, Confidence.HINT
    sure = Confidence.CERTAIN if kind == "exposure" else Confidence.LIKELY
    return Status.INCONSISTENT, sure


def _far(dossier: Dossier, one: Case, two: Case) -> bool:
    """Whether two polygons are known to lie apart; without an outline nobody can say where."""
    placed = one.polygon.footprint is not None and two.polygon.footprint is not None
    return placed and not dossier.near(one.polygon_id, two.polygon_id)


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
    limits=NoLimits(),
    needs=frozenset({"photos"}),
    concerns=lambda case, limits: bool(case.photos),
    check=check,
)
