"""A photograph's time speaks against what it is filed for (照片时间不符).

查什么：图斑的照片全部拍摄于前时相影像之前，或填报日期之后；索引登记的时间晚于照片自身记录的时间；
同一台相机在相距很远的两个图斑之间快得无法到达；时刻和位置完全相同而画面不同的照片用于两个图斑。
What it finds: polygons whose photographs were all taken before the earlier image or after the
filing; an index that dates a photograph later than its own file does; one camera at two polygons
too far apart for the time between; one shutter time and position on two pictures of two polygons.

为何要紧：变化之前拍的照片不能说明变化；同一台相机不能同时在两处。
Why it matters: a photograph older than the change cannot speak of it, and no camera is in two
places at once.

何时会看错：相机时钟会回到出厂日期（1970、2036 年等不作依据）；有的设备按世界时记录，早 8 小时，
先据卫星时间改正并说明。照片自身的时间没有卫星时间或索引佐证的，最多列存疑。图斑退回后补拍的照片会
晚于原填报日期，应同时更新填报日期。后时相影像之前的实地照片、与新照片一并提交的旧照片不作认定。
同一台相机以机身号为准；只有拍摄人员和型号相同的，可能是一组人带两部手机，最多列存疑。两张照片相互
矛盾而分不清哪张有误的，也只列存疑。连拍、全景的相邻照片在相邻图斑使用的，不作认定。
When it misleads: cameras fall back to the day they were made (1970, 2036 and the like count for
nothing), and some write universal time, eight hours early: that is put right by the satellites'
time first, and said. A file's time that neither satellites nor the index bear out is at most
doubtful. Pictures taken anew after a return need the new day of filing. A visit before the later
image, and an old picture beside newer ones, are honest. One camera means one serial number; the
same person and model may be a team with two phones, which is at most doubtful, and so are two
photographs of which nobody can say which is wrong. A burst or panorama for neighbours is fine.

什么能说清：提供原始照片；说明相机时钟、拍摄人员和行程；更正登记的时间。
What clears it: the original files; how the clock was set, who took them and by which way; a
corrected index.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from math import cos, hypot, radians
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, Dossier, PhotoEvidence
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

ZONE = timedelta(hours=8)
"""China keeps one time, eight hours ahead of the satellites'."""
CLOSE = timedelta(minutes=10)
"""Two clocks that agree so well are set alike."""
FIRST_YEAR = 2005
"""No evidence photograph is older; a clock that says so was never set."""
METRES_PER_DEGREE = 111_320.0
AGREE_M = 100.0
"""The index's position and the file's own are one, beyond their errors."""
ERROR_M = 30.0
"""Of a position whose receiver says nothing, 95 %."""
CLOCK_S = 5.0
"""Clocks count whole seconds, and a shutter may lag a little behind them."""
AHEAD = 12
"""So many of a camera's next photographs are held to each."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What time a photograph may have, and how fast its camera may travel."""

    slack_days: int = limit(
        1, unit="days", low=0, high=30, why="一日之内不计 clocks and days of images, 8 h"
    )
    speed_kmh: float = limit(
        120.0, unit="km/h", low=60.0, high=400.0, why="公路最高限速 the motorways' limit"
    )
    apart_m: float = limit(
        2000.0, unit="m", low=500.0, high=50000.0, why="定位误差和相邻图斑之外 beyond all error"
    )
    there_m: float = limit(
        500.0, unit="m", low=50.0, high=5000.0, why="定位须落在各自图斑附近 PH02 asks of others"
    )


class _Timed(NamedTuple):
    """A photograph with the time that it is held to, on China's clock."""

    photo: PhotoEvidence
    case: Case
    at: datetime
    borne_out: bool  # the index, or the satellites, say so too
    own: datetime | None  # what its file alone records, put right; `None`: nothing that can be
    universal: bool  # its clock runs on universal time and was put right


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt by the dates of each polygon first, then by what one camera can do."""
    timed = [
        one
        for case in dossier.cases
        for photo in case.photos
        if (one := _timed(photo, case, dossier.as_of)) is not None
    ]
    yield from _said_of_zones(timed)
    for case in dossier.cases:
        yield from _dated(case, [one for one in timed if one.case is case], limits)
    told = set()
    for answer in (*_one_camera(dossier, timed, limits), *_one_moment(dossier, timed)):
        about = answer.polygon_ids, tuple(one.id for one in answer.related)
        if about not in told:
            told.add(about)
            yield answer


def _timed(photo: PhotoEvidence, case: Case, as_of: date) -> _Timed | None:
    """Give the time to hold a photograph to; `None` where its clock says nothing that can be."""
    said, file = photo.taken_at, photo.recorded
    if photo.sha256 is None or photo.fault is not None or said is None:
        return None
    if not _possible(said, as_of):
        return None
    own, sky = file.taken_at, file.satellite_at
    universal = own is not None and sky is not None and abs(own - sky) <= CLOSE
    if own is not None and not _possible(own, as_of):
        own = None
    elif own is not None and universal:
        own = own + ZONE
    if said != file.taken_at:  # the index says it
        return _Timed(photo, case, said, True, own, universal)
    by_sky = sky is not None and abs(said - sky) <= timedelta(days=1) + ZONE
    return _Timed(photo, case, own or said, by_sky, own, universal)


def _possible(at: datetime, as_of: date) -> bool:
    """Whether a clock that says so was ever set: not before all phones, nor in days to come.

    A camera without power falls back to the first minutes of a year.
    """
    unset = (at.month, at.day) == (1, 1) and at.hour < 1 and at.time() != time()
    return at.year >= FIRST_YEAR and at.date() <= as_of + timedelta(days=1) and not unset


def _said_of_zones(timed: Iterable[_Timed]) -> Iterator[Unsure]:
    ahead = {one.photo.id: one.photo.polygon_id for one in timed if one.universal}
    if ahead:
        says = Words(
            f"{len(ahead)} 张照片的时钟按世界时记录（比北京时间早 8 小时），已加 8 小时核对",
            f"the clocks of {len(ahead)} photographs keep universal time, eight hours early; they"
            " are judged with eight hours added",
        )
        related = tuple(Related("photo", id, whose) for id, whose in sorted(ahead.items()))
        yield Unsure((), says, related=related, left=())


def _dated(case: Case, timed: list[_Timed], limits: Limits) -> Iterator[Answer]:
    """Hold a polygon's photographs to its images and its filing; one answer takes all."""
    if not timed:
        says = Words("照片没有可用的拍摄时间", "none of its photographs has a time to go by")
        yield Unsure((case.polygon_id,), says)
        return
    slack = timedelta(days=limits.slack_days)
    since = case.polygon.before_date or (case.scene.before_date if case.scene else None)
    until = case.filing.filed_date if case.filing else None
    early = [one for one in timed if since and one.at.date() + slack < since]
    late = [one for one in timed if until and one.at.date() - slack > until]
    older = [one for one in timed if _older_by_itself(one, slack)]
    whole = sum(photo.sha256 is not None and photo.fault is None for photo in case.photos)
    if len(early) + len(late) < whole:  # another one was taken in time
        early, late = [], []
    said = [*_said_of(early, _BEFORE, since), *_said_of(late, _AFTER, until)]
    said += [_said_of_older(older)] if older else []
    if said:
        sure = bool(early or late) and all(one.borne_out for one in (*early, *late))
        figures = [_figure(one, f"{since}") for one in early]
        figures += [_figure(one, f"{until}") for one in late]
        figures += [stated("recorded_at", f"{one.own}", one.photo.id) for one in older]
        yield Doubt(
            (case.polygon_id,),
            Status.INCONSISTENT if sure else Status.DOUBTFUL,
            Confidence.LIKELY if sure else Confidence.HINT,
            Words("；".join(one.zh for one in said), "; ".join(one.en for one in said)),
            tuple(figures),
            _related((*early, *late, *older)),
            on_change=False,
        )


_BEFORE = Words("早于前时相影像", "before the earlier image")
_AFTER = Words("晚于填报日期", "after the filing")


def _said_of(group: list[_Timed], how: Words, day: date | None) -> Iterator[Words]:
    if group:
        days = _days(group)
        yield Words(
            f"{len(group)} 张照片拍摄于 {days}，{how.zh} {day}",
            f"{len(group)} photographs were taken on {days}, {how.en} of {day}",
        )


def _older_by_itself(one: _Timed, slack: timedelta) -> bool:
    """Whether a photograph's own file dates it earlier than the index does."""
    return one.own is not None and one.own.date() + slack < one.at.date()


def _said_of_older(older: list[_Timed]) -> Words:
    first = min(older, key=lambda one: (one.own or one.at, one.photo.id))
    own, said = first.own or first.at, first.at
    return Words(
        f"{len(older)} 张照片自身记录的时间早于登记的时间："
        f"登记 {said:%Y-%m-%d}，记录 {own:%Y-%m-%d}",
        f"{len(older)} photographs are older by their own record than the index has it: listed"
        f" {said:%Y-%m-%d}, recorded {own:%Y-%m-%d}",
    )


def _days(group: Iterable[_Timed]) -> str:
    days = sorted({one.at.date() for one in group})
    return f"{days[0]}" if len(days) == 1 else f"{days[0]}–{days[-1]}"


def _figure(one: _Timed, threshold: str) -> Figure:
    return stated("taken_at", f"{one.at:%Y-%m-%d %H:%M:%S}", one.photo.id, threshold=threshold)


def _related(group: Iterable[_Timed]) -> tuple[Related, ...]:
    ids = {one.photo.id: one.photo.polygon_id for one in group}
    return tuple(Related("photo", id, whose) for id, whose in sorted(ids.items()))


class _Leap(NamedTuple):
    """Two photographs between which their camera would have had to fly."""

    sure: bool  # by its serial number
    speed_kmh: float
    metres: float
    first: _Timed
    second: _Timed

    @property
    def whose(self) -> tuple[str, str]:
        """The polygons of the two."""
        return self.first.case.polygon_id, self.second.case.polygon_id


def _one_camera(dossier: Dossier, timed: list[_Timed], limits: Limits) -> Iterator[Doubt]:
    """Doubt polygons between which one camera would have had to fly.

    Only what the files themselves record counts. Of two photographs nobody can say which is
    wrong; a polygon that leaps from several others, none of which leaps from a third, is.
    """
    cameras: dict[Hashable, list[_Timed]] = defaultdict(list)
    for one in timed:
        camera = _camera(one.photo)
        if camera is not None and one.own is not None and _there(one.photo, limits):
            cameras[camera].append(one)
    leaps: dict[tuple[str, ...], _Leap] = {}
    for camera, theirs in cameras.items():
        for leap in _leaps(dossier, theirs, isinstance(camera, str), limits):
            pair = tuple(sorted(leap.whose))
            if pair not in leaps or _strength(leap) > _strength(leaps[pair]):
                leaps[pair] = leap
    beside: dict[str, set[str]] = defaultdict(set)
    for a, b in leaps:
        beside[a].add(b)
        beside[b].add(a)
    odd = {
        id
        for id, met in beside.items()
        if len(met) > 1 and all(len(beside[other]) == 1 for other in met)
    }
    for id in sorted(odd):
        fastest = max((leap for pair, leap in sorted(leaps.items()) if id in pair), key=_strength)
        yield _too_fast((id,), True, fastest, limits)
    for pair, leap in sorted(leaps.items()):
        if odd.isdisjoint(pair):
            yield _too_fast(pair, False, leap, limits)


def _strength(leap: _Leap) -> tuple[bool, float]:
    return leap.sure, leap.speed_kmh


def _camera(photo: PhotoEvidence) -> Hashable:
    """Give what tells one camera: its number, a word; else its model in the hands of one person."""
    camera = photo.camera
    if camera.serial:
        return f"{camera.make} {camera.model} {camera.serial}"
    return (camera.model, photo.taken_by) if camera.model and photo.taken_by else None


def _there(photo: PhotoEvidence, limits: Limits) -> bool:
    """Whether its file's own position is near its polygon: a stale one would hardly be."""
    place = photo.place
    if place is None or place.own_m is None or photo.recorded.lonlat is None:
        return False
    return place.repeats == 1 and place.own_m <= AGREE_M and place.distance_m <= limits.there_m


def _leaps(dossier: Dossier, theirs: list[_Timed], sure: bool, limits: Limits) -> Iterator[_Leap]:
    moments = sorted(theirs, key=lambda one: (one.own or one.at, one.photo.id))
    for n, first in enumerate(moments):
        for second in moments[n + 1 : n + 1 + AHEAD]:
            metres = _metres(first, second)
            near = dossier.near(first.case.polygon_id, second.case.polygon_id)
            if near or metres < limits.apart_m:
                continue
            places = (first.photo.place, second.photo.place)
            rest = metres - sum((one.error_m or ERROR_M) for one in places if one is not None)
            assert first.own is not None
            assert second.own is not None
            seconds = (second.own - first.own).total_seconds() + CLOCK_S
            speed = max(0.0, rest) / seconds * 3.6
            if speed > limits.speed_kmh:
                yield _Leap(sure, speed, metres, first, second)


def _metres(one: _Timed, two: _Timed) -> float:
    lon, lat = one.photo.recorded.lonlat or (0.0, 0.0)
    lon2, lat2 = two.photo.recorded.lonlat or (0.0, 0.0)
    east = (lon2 - lon) * cos(radians((lat + lat2) / 2))
    return hypot(east, lat2 - lat) * METRES_PER_DEGREE


def _too_fast(whom: tuple[str, ...], odd: bool, leap: _Leap, limits: Limits) -> Doubt:
    sure, speed, metres, one, two = leap
    minutes = ((two.own or two.at) - (one.own or one.at)).total_seconds() / 60
    whose = (
        Words("同一台相机（机身号相同）", "one camera (one serial number)")
        if sure
        else Words("同一人、同一型号的相机", "a camera of one model in one person's hands")
    )
    return Doubt(
        whom,
        Status.INCONSISTENT if sure and odd else Status.DOUBTFUL,
        Confidence.LIKELY if sure else Confidence.HINT,
        Words(
            f"{whose.zh} {minutes:.1f} 分钟内在相距 {metres / 1000:.1f} 公里的两个图斑"
            f"（{'、'.join(leap.whose)}）拍照，时速至少 {speed:.0f} 公里",
            f"{whose.en} took photographs at two polygons {metres / 1000:.1f} km apart"
            f" ({', '.join(leap.whose)}) within {minutes:.1f} minutes: at least {speed:.0f} km/h",
        ),
        (
            Figure("speed_kmh", speed, None, 2, "km/h", limits.speed_kmh, one.photo.id),
            Figure("travelled_m", metres, None, 2, "m", limits.apart_m, one.photo.id),
        ),
        _related((one, two)),
        on_change=False,
    )


def _one_moment(dossier: Dossier, timed: list[_Timed]) -> Iterator[Doubt]:
    """Doubt one shutter time and position that stand on pictures of polygons far apart."""
    moments: dict[Hashable, list[_Timed]] = defaultdict(list)
    for one in timed:
        file, place = one.photo.recorded, one.photo.place
        cached = place is not None and place.repeats > 2
        if one.photo.lonlat is not None and one.at.second and not cached:
            where = tuple(round(degrees, 6) for degrees in one.photo.lonlat)
            moments[one.at, file.subsecond, where].append(one)
    pictures = [set(g.photos) for g in dossier.photo_groups if g.kind in ("exposure", "view")]
    for shared in moments.values():
        pairs = [
            pair
            for pair in combinations(shared, 2)
            if not dossier.near(*(one.case.polygon_id for one in pair))
            and len({one.photo.pixel_hash for one in pair} - {None}) == 2
            and not any({one.photo.id for one in pair} <= ids for ids in pictures)
        ]
        if pairs:
            yield _same_moment([one for pair in pairs for one in pair])


def _same_moment(shared: list[_Timed]) -> Doubt:
    names = sorted({one.case.polygon_id for one in shared})
    at = shared[0].at
    return Doubt(
        tuple(names),
        Status.DOUBTFUL,
        Confidence.LIKELY,
        Words(
            f"画面不同的照片拍摄时刻（{at:%Y-%m-%d %H:%M:%S}）和位置完全相同，"
            f"却用于不同图斑：{'、'.join(names)}",
            f"different pictures carry one shutter time ({at:%Y-%m-%d %H:%M:%S}) and position, and"
            f" serve polygons far apart: {', '.join(names)}",
        ),
        tuple(_figure(one, "") for one in shared[:2]),
        _related(shared),
        on_change=False,
    )


RULE = Rule(
    code="PH03",
    slug="photo-time",
    title=Words("照片时间不符", "photograph's time"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.MEDIUM,
    limits=Limits(),
    needs=frozenset({"photos", "photos.taken_at"}),
    concerns=lambda case, limits: bool(case.photos),
    check=check,
)
