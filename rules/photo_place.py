"""A photograph was taken too far from its polygon, or looks away from it (照片位置或方向不符).

查什么：照片的拍摄位置扣除定位误差后离图斑仍超过限值（默认 500 米）；镜头方向（按磁偏角改正）背对图
斑，或无人机俯拍时图斑不在画面内；索引登记的位置与照片自身记录的位置相差很远；同一地点的两张照片用
于相距较远的图斑。
What it finds: photographs taken farther from their polygon than the limit (500 m), beyond the error
of their position; ones whose axis, brought to true north, points away from it, or that look down
from a drone where it cannot be seen; an index and a file that name places far apart; two
photographs of one place filed for polygons far apart.

为何要紧：举证照片要证明到过该图斑、拍的是该图斑；在别处或背对图斑拍摄的，不能作证。
Why it matters: a photograph proves what it shows, from where it was taken. Taken elsewhere, or with
the back to the polygon, it proves nothing of it.

何时会看错：全部照片都在 2 公里（默认）以外才认定不一致，近一些的、或另有近处照片的，只列存疑。
有的软件写入的是上传地点，不是拍摄地点。地图软件的坐标（GCJ-02、BD-09）整体偏 0.5–1.2 公里：
先按设备整体识别，只作说明，不改数据；单张照片按偏移改正后就在图斑旁的，列为无法判定。许多照片坐标
完全相同的，是缓存或手工填写，不据以判断。手机罗盘靠近钢铁会错，横持时可差 90 度，所以只问明显背对
的，且最多列存疑。远山、烟囱可以在两处同时看到，所以“同一地点”最多列存疑，并要求画面近处也相同；拍
摄处离两个图斑都在 500 米以内的不作认定。另有近处照片的，2 公里以内的远景照片不作认定。
When it misleads: it contradicts a filing only where all photographs stood more than 2 km off;
nearer ones, or some beside others from near, are a doubt. Some apps write where a picture was sent
from. Map services shift coordinates (GCJ-02, BD-09) by 0.5–1.2 km: that is recognised first, by
device, and said, and no figure is changed; a single photograph that such a shift would bring to its
polygon cannot be judged. Many photographs with one and the same position carry a cached or typed
one, by which nothing is judged. Compasses err near steel and by a quarter turn in phones held
sideways, so only a clear turning away is asked about, and it is at most doubtful. A far mountain or
chimney stands in two places' photographs honestly: one place is at most doubtful, and has to show
in the near half of the picture; not where one was taken within 500 m of both polygons. A distant
view, up to 2 km, beside photographs from near is fine.

什么能说清：提供原始照片；说明拍摄点位、朝向和所用软件的坐标系。没有位置记录不算疑点。
What clears it: the original files; where the camera stood, which way it looked, in which datum its
app writes. That no position was recorded is no doubt.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations
from math import asin, degrees
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, Dossier, PhotoEvidence, PhotoGroup, PhotoPlace
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words, fold

REDUCED_PX = 1000
NEAR_CELLS = 4
"""So many squares in the near half must be found again before two pictures show one place."""
ZONE, FRESH = timedelta(hours=8), timedelta(minutes=10)
"""China's clocks against the satellites', and how old a fix may be."""
SPARE = 2.0
"""Ground below a drone may lie twice as deep as where it took off."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From how far, and how much aside, a photograph may still be of its polygon."""

    max_distance_m: float = limit(
        500.0, unit="m", low=50.0, high=5000.0, why="运行方自定，不是法定 the operator's choice"
    )
    surely_m: float = limit(
        2000.0,
        unit="m",
        low=500.0,
        high=20000.0,
        why="看不清细部 no plot shows from there",
    )
    position_error_m: float = limit(
        30.0, unit="m", low=5.0, high=300.0, why="照片未注明误差时，95 % where none is told"
    )
    datum_m: float = limit(
        200.0, unit="m", low=50.0, high=500.0, why="改正坐标偏移后的远近 near enough to explain"
    )
    compass_deg: float = limit(
        90.0, unit="deg", low=20.0, high=150.0, why="手机横持可差 90 度 a phone held sideways"
    )
    gimbal_deg: float = limit(
        30.0, unit="deg", low=10.0, high=150.0, why="无人机云台 a drone's gimbal is steady"
    )
    same_position: int = limit(
        6, unit="photographs", low=3, high=100, why="完全相同的坐标 one position to the decimetre"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Say first which positions are no measure, then doubt by those that are."""
    shifted = {id: shift.crs for shift in dossier.datum_shifts for id in shift.photos}
    yield from _said_of_devices(dossier)
    yield from _said_of_cached(dossier, limits)
    for case in dossier.cases:
        yield from _judged(case, shifted, limits)
    yield from _one_place(dossier, limits)


def _said_of_devices(dossier: Dossier) -> Iterator[Unsure]:
    whose = _owners(dossier)
    for shift in dossier.datum_shifts:
        device = shift.device or "—"
        says = Words(
            f"设备 {device} 的 {len(shift.photos)} 张照片（{shift.polygons} 个图斑）坐标疑为 "
            f"{shift.crs}，与声明不符：离图斑的距离中位数 {shift.before_m:.0f} 米，"
            f"按 {shift.crs} 改正后 {shift.after_m:.0f} 米；距离按改正后核对，数据未改动",
            f"the {len(shift.photos)} photographs of {device} ({shift.polygons} polygons) seem to"
            f" be in {shift.crs}, which is not declared: median distance {shift.before_m:.0f} m,"
            f" {shift.after_m:.0f} m in that datum; distances are judged by it, no figure changed",
        )
        yield Unsure((), says, (), tuple(_related(id, whose) for id in shift.photos), ())


def _said_of_cached(dossier: Dossier, limits: Limits) -> Iterator[Unsure]:
    at: dict[tuple[float, float], set[str]] = defaultdict(set)
    for photo in (photo for case in dossier.cases for photo in case.photos):
        if photo.place and photo.lonlat and _cached(photo.place, limits):
            at[round(photo.lonlat[0], 6), round(photo.lonlat[1], 6)].add(photo.id)
    whose = _owners(dossier)
    for (lon, lat), ids in sorted(at.items()):
        says = Words(
            f"{len(ids)} 张照片的坐标完全相同（{lon:.6f}, {lat:.6f}），"
            "应为缓存或手工填写，不据以判断",
            f"{len(ids)} photographs carry one and the same position ({lon:.6f}, {lat:.6f}):"
            " cached or typed in, and nothing is judged by it",
        )
        about = tuple(_related(id, whose) for id in sorted(ids))
        left = tuple(sorted({one.polygon_id for one in about if one.polygon_id}))
        yield Unsure((), says, related=about, left=left)


def _cached(place: PhotoPlace, limits: Limits) -> bool:
    return place.repeats >= limits.same_position


class _Stood(NamedTuple):
    """A photograph as it is held to its polygon."""

    photo: PhotoEvidence
    place: PhotoPlace
    metres: float  # from the polygon, in the datum that its device writes
    error_m: float
    explained: bool  # another datum would bring it to its polygon

    @property
    def surely_m(self) -> float:
        """How far off it stood at the least."""
        return max(0.0, self.metres - self.error_m)


def _stood(photo: PhotoEvidence, shifted: Mapping[str, str], limits: Limits) -> _Stood | None:
    place = photo.place
    if place is None or _cached(place, limits):
        return None
    crs = shifted.get(photo.id)
    metres = place.datums.get(crs, place.distance_m) if crs else place.distance_m
    error = place.error_m if place.error_m is not None else limits.position_error_m
    best = min(place.datums.values(), default=metres)
    explained = best <= limits.datum_m < metres and best < metres / 2
    return _Stood(photo, place, metres, max(error, 1.0), explained and crs is None)


def _judged(case: Case, shifted: Mapping[str, str], limits: Limits) -> Iterator[Answer]:
    """Hold a polygon's photographs to it; one answer takes all that is said against them."""
    whole = [photo for photo in case.photos if photo.sha256 is not None and photo.fault is None]
    stood = [one for photo in whole if (one := _stood(photo, shifted, limits)) is not None]
    if not stood:
        says = Words("照片没有可用的拍摄位置", "none of its photographs has a position to go by")
        if case.polygon.footprint is None:
            says = Words("图形不可用，不能核对照片位置", "no usable outline to hold photographs to")
        yield Unsure((case.polygon_id,), says)
        return
    far = [one for one in stood if one.surely_m > limits.max_distance_m and not one.explained]
    all_far = len(far) == len(whole)
    against = [one for one in far if all_far or one.surely_m > limits.surely_m]
    apart = [
        one
        for one in stood
        if (one.place.own_m or 0.0) > limits.max_distance_m and not _stale(one.photo)
    ]
    turned = [one for one in stood if _turned(one, shifted, limits)]
    away = turned if len(turned) == len(whole) else []
    if against or apart or away:
        sure = all_far and min(one.surely_m for one in far) > limits.surely_m
        yield _doubt(case, against, apart, away, all_far, sure, limits)
        return
    lost = [one for one in stood if one.explained and one.surely_m > limits.max_distance_m]
    if lost:
        one = max(lost, key=lambda one: one.metres)
        crs = min(one.place.datums, key=lambda crs: one.place.datums[crs])
        says = Words(
            f"照片距图斑 {one.metres:.0f} 米，若坐标为 {crs} 则为 {one.place.datums[crs]:.0f} 米；"
            "不能判定是拍摄位置还是坐标系不同",
            f"taken {one.metres:.0f} m off, or {one.place.datums[crs]:.0f} m if its position is in"
            f" {crs}: whether the place or the datum is another cannot be told",
        )
        related = tuple(Related("photo", one.photo.id, case.polygon_id) for one in lost)
        yield Unsure((case.polygon_id,), says, (_metres(one, limits),), related)


def _stale(photo: PhotoEvidence) -> bool:
    """Whether a file's position was fixed at another time than its shutter fell: an old one."""
    own, sky = photo.recorded.taken_at, photo.recorded.satellite_at
    if own is None or sky is None:
        return False
    return min(abs(own - sky), abs(own - sky - ZONE)) > FRESH


def _turned(one: _Stood, shifted: Mapping[str, str], limits: Limits) -> bool:
    """Whether a photograph cannot show its polygon from where it stood."""
    place, file = one.place, one.photo.recorded
    if one.metres <= one.error_m or one.explained or one.photo.id in shifted:
        return False  # among it, or nobody can say where
    if place.reach_m is not None:
        return one.surely_m > SPARE * place.reach_m
    if place.off_deg is None:
        return False
    by_gimbal = file.pitch is not None or file.above_m is not None
    compass = limits.gimbal_deg if by_gimbal else limits.compass_deg
    blur = degrees(asin(min(1.0, one.error_m / one.metres)))
    return place.off_deg - place.half_view_deg - blur > compass


def _doubt(
    case: Case,
    far: list[_Stood],
    apart: list[_Stood],
    away: list[_Stood],
    all_far: bool,
    sure: bool,
    limits: Limits,
) -> Doubt:
    said: list[Words] = []
    figures: list[Figure] = []
    if far:
        metres = [f"{n:.0f}" for n in sorted(one.metres for one in far)]
        span = metres[0] if metres[0] == metres[-1] else f"{metres[0]}–{metres[-1]}"
        rest = Words("", "") if all_far else Words("，其余照片在近处", ", the others from near")
        crs = "、".join(sorted({one.place.datum for one in far} - {""}))
        zh, en = (f"（坐标按 {crs} 改正）", f" (taken as {crs})") if crs else ("", "")
        said.append(
            Words(
                f"{len(far)} 张照片拍摄于距图斑 {span} 米处{zh}，要求不超过 "
                f"{limits.max_distance_m:.0f} 米{rest.zh}",
                f"{len(far)} photographs were taken {span} m from it{en}, at most"
                f" {limits.max_distance_m:.0f} m allowed{rest.en}",
            )
        )
        figures += [_metres(one, limits) for one in far]
    if apart:
        most = max(one.place.own_m or 0.0 for one in apart)
        said.append(
            Words(
                f"{len(apart)} 张照片的登记位置与照片自身记录的位置相差 {most:.0f} 米",
                f"{len(apart)} photographs: index and file name positions {most:.0f} m apart",
            )
        )
        figures += [
            Figure("own_m", o.place.own_m, None, 1, "m", limits.max_distance_m, o.photo.id)
            for o in apart
        ]
    if away:
        said.append(_looking(away))
        figures += [
            Figure("off_deg", o.place.off_deg, None, 1, "deg", o.place.half_view_deg, o.photo.id)
            for o in away
            if o.place.off_deg is not None and o.place.reach_m is None
        ]
    confidence = Confidence.LIKELY if apart or (far and all_far) else Confidence.HINT
    return Doubt(
        (case.polygon_id,),
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        confidence,
        Words("；".join(one.zh for one in said), "; ".join(one.en for one in said)),
        tuple(figures),
        tuple(
            Related("photo", id, case.polygon_id)
            for id in sorted({one.photo.id for one in (*far, *apart, *away)})
        ),
        on_change=False,
        severity=None if apart or (far and all_far) else Severity.LOW,
    )


def _looking(away: list[_Stood]) -> Words:
    """Say that photographs look past their polygon, and by which north that was told."""
    turned = [one.place for one in away if one.place.reach_m is None]
    if not turned:
        return Words(
            "无人机俯拍的画面照不到该图斑", "taken straight down from where it cannot be seen"
        )
    most = max(place.off_deg or 0.0 for place in turned)
    north = next((p.declination_deg for p in turned if p.declination_deg is not None), None)
    zh = "" if north is None else f"（已按磁偏角 {north:.1f} 度改正）"
    en = "" if north is None else f" (declination {north:.1f}° applied)"
    return Words(
        f"照片均背对图斑，镜头方向与图斑最近边相差 {most:.0f} 度{zh}",
        f"all its photographs look away: the axis passes its nearer edge by {most:.0f}°{en}",
    )


def _metres(one: _Stood, limits: Limits) -> Figure:
    sigma = one.error_m / 1.96
    return Figure("distance_m", one.metres, sigma, 1, "m", limits.max_distance_m, one.photo.id)


def _one_place(dossier: Dossier, limits: Limits) -> Iterator[Doubt]:
    """Doubt two photographs of one place that serve polygons no one view reaches."""
    photos: dict[str, list[PhotoEvidence]] = defaultdict(list)
    for photo in (photo for case in dossier.cases for photo in case.photos):
        photos[photo.id].append(photo)
    owned = {id: {photo.polygon_id for photo in shown} for id, shown in photos.items()}
    reused = [
        {whose for id in group.photos for whose in owned.get(id, ())}
        for group in dossier.photo_groups
        if group.kind in ("exposure", "view")
    ]
    told = set()
    for group in dossier.photo_groups:
        if group.kind != "place" or not _near_half(group, photos):
            continue
        owners = {p.polygon_id for id in group.photos for p in photos.get(id, ())}
        cases = [case for case in dossier.cases if case.polygon_id in owners]
        apart = [
            {one.polygon_id, two.polygon_id}
            for one, two in combinations(cases, 2)
            if _far(dossier, one, two) and not _beside(group, one, two, limits)
        ]
        far = {id for pair in apart if not any(pair <= whose for whose in reused) for id in pair}
        names, about = sorted(far), (tuple(sorted(far)), group.photos)
        if not far or about in told:
            continue
        told.add(about)
        yield Doubt(
            tuple(names),
            Status.DOUBTFUL,
            Confidence.HINT,
            Words(
                f"{len(group.photos)} 张照片拍的是同一地点，却用于相距较远的图斑："
                f"{'、'.join(names)}",
                f"{len(group.photos)} photographs show one place and serve polygons far apart:"
                f" {', '.join(names)}",
            ),
            tuple(m.held_to(None, n, group.photos[0]) for n, m in sorted(group.figures.items())),
            tuple(
                Related("photo", photo.id, photo.polygon_id)
                for id in group.photos
                for photo in photos.get(id, ())
            ),
            on_change=False,
        )


def _near_half(group: PhotoGroup, photos: Mapping[str, list[PhotoEvidence]]) -> bool:
    """Whether what two photographs share lies in the near, the lower half of the picture too."""
    near = 0
    for pair in group.pairs:
        shown = photos.get(pair.photos[pair.drawn_on], ())
        for photo in shown[:1]:
            if not photo.width or not photo.height:
                continue
            high = photo.height * min(1.0, REDUCED_PX / max(photo.width, photo.height))
            near = max(near, sum(cell.found and cell.y > high / 2 for cell in pair.cells))
    return near >= NEAR_CELLS


def _beside(group: PhotoGroup, one: Case, two: Case, limits: Limits) -> bool:
    """Whether a photograph of the place was taken near both polygons: it may be between them."""
    pair = min(one.polygon_id, two.polygon_id), max(one.polygon_id, two.polygon_id)
    stand = group.stands.get(pair)
    return stand is not None and stand.metres <= limits.max_distance_m


def _far(dossier: Dossier, one: Case, two: Case) -> bool:
    placed = one.polygon.footprint is not None and two.polygon.footprint is not None
    parents = {fold(case.polygon.parent_polygon_id) for case in (one, two)} - {""}
    keys = {one.polygon.key, two.polygon.key}
    family = bool(parents & keys) or (
        fold(one.polygon.parent_polygon_id) == fold(two.polygon.parent_polygon_id) != ""
    )
    return placed and not family and not dossier.near(one.polygon_id, two.polygon_id)


def _owners(dossier: Dossier) -> Mapping[str, str | None]:
    return {photo.id: photo.polygon_id for case in dossier.cases for photo in case.photos}


def _related(id: str, whose: Mapping[str, str | None]) -> Related:
    return Related("photo", id, whose.get(id))


RULE = Rule(
    code="PH02",
    slug="photo-place",
    title=Words("照片位置或方向不符", "photograph's place or bearing"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.MEDIUM,
    limits=Limits(),
    needs=frozenset({"photos", "photos.lon"}),
    concerns=lambda case, limits: bool(case.photos),
    check=check,
)
