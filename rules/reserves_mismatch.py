"""More was dug than the licence's reported use explains, or its reserve figures do not add up.

查什么：同一许可证名下全部图斑的净挖方量，扣除误差后仍大于年度动用储量折算的体积（含剥离，
按两期高程间隔天数折算）；或年初保有减动用加增减与年末保有相差超过 0.1 万吨；没有高程时，填报的动用
方量大于动用储量与剥离之和；或动用储量大于生产规模。
What it finds: a net cut over all polygons filed under one licence that, less its error, exceeds the
volume of the year's reported use with its stripping, scaled by the days between the elevations; or
opening less use plus changes that misses the closing reserves by more than 0.1 (10⁴ t). Without
elevation, a filed volume beyond use and stripping; and a use beyond the licensed capacity.

为何要紧：少报动用储量可以掩盖超量和越界开采。
Why it matters: a use reported too small hides what was dug beyond the licence.

何时会看错：剥采比、增减、开采方式或成因不明，或有图斑未测得方量的，至多存疑；动用储量或体重未填的
不比较；没有高程、只凭填报方量的至多存疑；动用量含损失，可大于产量，故超过生产规模只列存疑。
动用储量按天数平摊：只在部分月份生产的矿山，两期高程相隔不足一年时，挖方可能多于平摊数，须核对当期
产量。各图斑的误差按同向相加（同一高程的偏差不会互相抵消）；重叠的图斑只计挖方较小者。填报多个许可
证号的图斑无法归属，不计。地下开采许可证内的采坑由 LM03 判断。
When it misleads: where the ratio, the changes, the method, the cause or the volume of a polygon is
not known it is at most a doubt, and so is a filed volume without elevation; where use or density is
blank nothing is compared. Use is spread evenly over the days: between elevations less than a year
apart, a mine that works in some months alone may dig more than its part of the year's use. Use
includes losses and may exceed output, so a use beyond capacity is a doubt alone. Errors of the
polygons are added up as if they all erred the same way, since one elevation's offset does not
cancel; of overlapping polygons the smaller cut counts. A polygon filed under several licences
belongs to none and is left out. A pit under an underground licence is LM03's.

什么能说清：储量年报及动态检测报告，剥离量台账，变动台账。
What clears it: the annual reserve report and its survey, the record of stripping, the account of
changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, Dossier, LicenceLink
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import BENIGN, Call, Confidence, Severity, Status, Words
from yanhu_satcheck.traces import SURE, Speaks, by_heights, joined, methods, speaks

YEAR = 365.0
SHARED = 0.1
"""Share of the smaller from which two polygons overlap; fixed by the contract."""
TONNES = 1e4
"""Reserves are written in 10⁴ tonnes (万t)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far figures may lie apart."""

    closes: float = limit(
        0.1, unit="万t", low=0.0, high=10.0, why="报表保留位数 the digits of the form"
    )
    capacity: float = limit(
        1.0, unit="of 生产规模", low=1.0, high=2.0, why="动用量含损失，县可放宽 use includes losses"
    )
    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="采矿比其他成因更可能 likelier than all others"
    )
    open_pit: tuple[str, ...] = limit(("露天",), unit="in 开采方式", why="与 LM03 相同 as for LM03")
    underground: tuple[str, ...] = limit(
        ("地下", "井工", "井下", "硐采", "洞采", "坑采", "平硐", "竖井", "斜井"),
        unit="in 开采方式",
        why="与 LM03 相同 as for LM03",
    )


class Mine(NamedTuple):
    """One licence and every polygon filed under it."""

    link: LicenceLink
    cases: tuple[Case, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Its polygons' numbers."""
        return tuple(case.polygon_id for case in self.cases)

    @property
    def about(self) -> Related:
        """The licence, for a finding."""
        return Related("permit", self.link.permit.permit_no)


class Dug(NamedTuple):
    """What was taken from all of a mine's polygons."""

    cut: Measured  # net, m³; below nothing where more was filled
    whole: bool  # every polygon's volume is known
    cases: tuple[Case, ...]  # those that lost more than their error


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Doubt each licence whose volume or whose reserves do not agree with what it reports."""
    mines, days = _mines(dossier.cases), _days(dossier)
    if mines and days is None:
        zh = "没有两期高程，挖方量未测，只核对填报数"
        yield Unsure((), Words(zh, "no elevation of two dates: only what was filed was compared"))
    for mine in mines:
        dug = _dug(dossier, mine) if days is not None else None
        if says := _papers(mine, dug is not None, limits):
            yield says
        if days is not None:
            yield from _volume(dossier, mine, dug, days, limits)


def _days(dossier: Dossier) -> int | None:
    relief = dossier.batch.elevation
    if relief.before is None or relief.after is None:
        return None
    return (relief.after.date - relief.before.date).days


def _mines(cases: Sequence[Case]) -> list[Mine]:
    """Group polygons by the one licence that each relies on."""
    groups: dict[str, list[tuple[LicenceLink, Case]]] = {}
    for case in cases:
        if link := _licence(case):
            groups.setdefault(link.permit.key, []).append((link, case))
    return [
        Mine(_row([link for link, _ in group]), tuple(case for _, case in group))
        for _, group in sorted(groups.items())
    ]


def _licence(case: Case) -> LicenceLink | None:
    """Give the one licence that its filing names, else the one it lies in; not one of several."""
    named = [link for link in case.licences if link.named]
    links = named or [link for link in case.licences if (link.share_inside or 0.0) >= COVERS]
    if len({link.permit.key for link in links}) != 1:
        return None
    return _row(links, case)


def _row(links: Sequence[LicenceLink], case: Case | None = None) -> LicenceLink:
    """Of several rows of one licence, the one in force, and the first of these."""
    day = case.after_date if case else None
    return min(
        links, key=lambda one: (day is not None and not one.permit.valid_on(day), one.permit.row)
    )


def _papers(mine: Mine, measured: bool, limits: Limits) -> Doubt | None:
    """Doubt reserves that do not add up; a use beyond capacity; a volume filed beyond the use."""
    found = [_arithmetic(mine, limits), _capacity(mine, limits)]
    found += [] if measured else [_filed(mine)]
    told = [one for one in found if one]
    if not told:
        return None
    sure = any(status is Status.INCONSISTENT for status, _, _ in told)
    says = joined([words for _, words, _ in told])
    number = mine.link.permit.permit_no
    return Doubt(
        mine.ids,
        Status.INCONSISTENT if sure else Status.DOUBTFUL,
        Confidence.CERTAIN if sure else Confidence.HINT,
        Words(f"采矿许可证 {number}：{says.zh}", f"licence {number}: {says.en}"),
        tuple(figure for _, _, figures in told for figure in figures),
        (mine.about,),
        on_change=False,
        severity=Severity.MEDIUM,
    )


Said = tuple[Status, Words, tuple[Figure, ...]]


def _arithmetic(mine: Mine, limits: Limits) -> Said | None:
    permit = mine.link.permit
    opening, used, closing = permit.opening_reserves, permit.used_reserves, permit.closing_reserves
    if opening is None or used is None or closing is None:
        return None
    changes = permit.reserve_changes
    due = opening - used + (changes or 0.0)
    if abs(due - closing) <= limits.closes + 1e-9:
        return None
    blank = Words("（未填）", "(blank)")
    told = blank if changes is None else Words(f"{changes:g}", f"{changes:g}")
    zh = (
        f"年初保有 {opening:g} − 动用 {used:g} ＋ 增减 {told.zh} = {due:g}，"
        f"年末保有填 {closing:g}（万t）"
    )
    en = (
        f"opening {opening:g} − use {used:g} + changes {told.en} = {due:g}, and the "
        f"closing reserves say {closing:g} (10⁴ t)"
    )
    figures = [
        stated("opening_reserves", opening, "permits", "万t"),
        stated("used_reserves", used, "permits", "万t"),
        stated("reserve_changes", changes, "permits", "万t"),
        stated("closing_reserves", closing, "permits", "万t", threshold=f"{due:g}"),
    ]
    status = Status.DOUBTFUL if changes is None else Status.INCONSISTENT
    return status, Words(zh, en), tuple(figures)


def _capacity(mine: Mine, limits: Limits) -> Said | None:
    used, capacity = mine.link.permit.used_reserves, mine.link.permit.annual_capacity
    if used is None or capacity is None or used <= capacity * limits.capacity:
        return None
    zh = f"动用储量 {used:g} 万t 大于生产规模 {capacity:g} 万t/a"
    en = f"a use of {used:g} exceeds the capacity of {capacity:g} (10⁴ t a year)"
    figure = Figure("used_reserves", used, None, None, "万t", capacity * limits.capacity, "permits")
    return Status.DOUBTFUL, Words(zh, en), (figure,)


def _filed(mine: Mine) -> Said | None:
    """Hold the volumes that were filed to the year's use; both are what people wrote."""
    told = [case.filing.extracted_volume_m3 for case in mine.cases if case.filing]
    volume, may = sum(one for one in told if one is not None), _allowed(mine, YEAR)
    if may is None or volume <= may:
        return None
    zh = f"填报动用方量合计 {volume:.0f} 立方米，大于动用储量与剥离折算的 {may:.0f} 立方米"
    en = f"{volume:.0f} m³ were filed as dug, beyond {may:.0f} m³ of use and stripping"
    figure = Figure("filed_volume_m3", volume, None, len(told), "m3", may, "submission")
    return Status.DOUBTFUL, Words(zh, en), (figure,)


def _allowed(mine: Mine, days: float) -> float | None:
    """Volume of the reported use with its stripping, m³; without the ratio, of ore alone."""
    permit = mine.link.permit
    if permit.used_reserves is None or not permit.density:
        return None
    ore = permit.used_reserves * TONNES / permit.density
    return ore * (1.0 + (permit.stripping_ratio or 0.0)) * days / YEAR


def _volume(
    dossier: Dossier, mine: Mine, dug: Dug | None, days: int, limits: Limits
) -> Iterator[Answer]:
    """Doubt a net cut that, less its error, exceeds what was reported."""
    permit, model = mine.link.permit, dossier.batch.elevation.after
    about = (mine.about, Related("file", model.name if model else ""))
    if methods(permit.method, limits.open_pit, limits.underground) == {"underground"}:
        return  # a pit there is LM03's
    may = _allowed(mine, days)
    if dug is None or may is None:
        what = Words("挖方量未能测得", "its volume could not be measured")
        if may is None:
            what = Words("动用储量或体重未填", "its use or density is blank")
        says = Words(
            f"采矿许可证 {permit.permit_no}：{what.zh}，不能比较",
            f"licence {permit.permit_no}: {what.en}, and cannot be compared",
        )
        yield Unsure(mine.ids, says, related=about)
    elif dug.cases and dug.cut.value - SURE * dug.cut.sigma > may:
        yield _too_much(dossier, mine, dug, may, days, about, limits)


def _dug(dossier: Dossier, mine: Mine) -> Dug | None:
    """Add up what was taken; errors as if all erred alike, overlaps once."""
    nets = {
        case.polygon_id: case.terrain.net_m3
        for case in mine.cases
        if case.terrain and case.terrain.net_m3
    }
    if not nets:
        return None
    for one in dossier.overlaps:
        pair = [id for id in one.polygon_ids if id in nets]
        if len(pair) == 2 and one.share >= SHARED and not one.sliver:
            most = min(pair, key=lambda id: (nets[id].value, id))
            if nets[most].value < 0:  # without the larger cut the sum is the smaller
                nets.pop(most)
    total = Measured(
        -sum(net.value for net in nets.values()),
        sum(net.sigma for net in nets.values()),
        sum(net.n for net in nets.values()),
        "m3",
    )
    known = {case.polygon_id for case in mine.cases if case.terrain and case.terrain.net_m3}
    lost = tuple(
        case
        for case in mine.cases
        if (net := nets.get(case.polygon_id)) and -net.value > SURE * net.sigma
    )
    return Dug(total, len(known) == len(mine.cases), lost)


def _gaps(mine: Mine, dug: Dug, limits: Limits) -> list[Words]:
    """List what is not known and would have to be, to hold a volume against a report."""
    permit = mine.link.permit
    caused = all(speaks(one.cause, limits.p_mining) is Speaks.MINING for one in dug.cases)
    return [
        words
        for lacks, words in (
            (permit.stripping_ratio is None, Words("剥采比不明", "its stripping ratio is blank")),
            (permit.reserve_changes is None, Words("储量增减不明", "reserve changes are blank")),
            (not permit.method, Words("开采方式不明", "its method is blank")),
            (not dug.whole, Words("有图斑未测得方量", "the volume of a polygon is not known")),
            (not caused, Words("成因未指向采矿", "mining does not explain all of it")),
        )
        if lacks
    ]


def _too_much(
    dossier: Dossier,
    mine: Mine,
    dug: Dug,
    may: float,
    days: int,
    about: tuple[Related, ...],
    limits: Limits,
) -> Doubt:
    permit, gaps = mine.link.permit, _gaps(mine, dug, limits)
    cut = dug.cut
    number, used, count = permit.permit_no, permit.used_reserves, len(mine.cases)
    zh = (
        f"采矿许可证 {number} 名下 {count} 个图斑 {days} 天净挖 {cut.value:.0f} ± {cut.sigma:.0f} "
        f"立方米，动用储量 {used:g} 万t 连同剥离折合 {may:.0f} 立方米"
    )
    en = (
        f"{cut.value:.0f} ± {cut.sigma:.0f} m³ were taken from licence {number} ({count} "
        f"polygons) in {days} days; its use of {used:g} (10⁴ t) with stripping makes {may:.0f} m³"
    )
    said = joined([by_heights(dossier, Words(zh, en)), *gaps])
    return Doubt(
        tuple(case.polygon_id for case in dug.cases),
        Status.DOUBTFUL if gaps else Status.INCONSISTENT,
        Confidence.HINT if gaps else Confidence.LIKELY,
        said,
        (
            cut.held_to(may, "net_cut_m3", "dem"),
            stated("used_reserves", permit.used_reserves, "permits", "万t"),
            stated("density", permit.density, "permits", "t/m³"),
            stated("stripping_ratio", permit.stripping_ratio, "permits", "m³/m³"),
            Figure("days", days, None, None, "days", None, "dem"),
        ),
        about,
    )


RULE = Rule(
    code="LM05",
    slug="reserves-mismatch",
    title=Words("储量动用与挖方量或储量账不符", "volume or reserves that do not agree"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：储量动态监管",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"permits", "permits.used_reserves", "submission"}),
    concerns=lambda case, limits: (
        case.call in BENIGN and case.call is not Call.SPECIAL_USE and _licence(case) is not None
    ),
    check=check,
)
