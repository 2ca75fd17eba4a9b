"""A ledger row is closed (销号) without proof, or while the imagery still shows the problem.

查什么：已销号的台账行缺验收人、日期或佐证；或销号以后的影像上，地面仍在按采矿的样子变化、
采坑仍在，或仍然裸露。
What it finds: closed rows of the ledger that name no verifier, no day or no proof; and closed rows
where images taken after the closing show digging that went on, a pit that is still there, or bare
ground.

为何要紧：销号要有人验收、有日期、有佐证，而且地上确实已经整改；只在表上销号，问题仍在原地。
Why it matters: a closing needs somebody who verified it, a day and a proof, and ground that was put
right. One that is on paper alone leaves the problem where it was.

何时会看错：佐证可能另行归档；验收人、日期、佐证整列空白的，视为未提供，整批说明一次。刚回填整平的地
面同样裸露，因此只有裸露而没有新挖的至多存疑，高程显示填高、影像显示返绿或成因指向其他的不作认定。销
号晚于影像的，影像不能说明问题，列为无法判定；销号日期不明的，至多存疑。不是本批下发的图斑只核对文
字。影像像元粗于限值（5 米）、又无高程证实挖填的，分不清采矿与建设、造林整地，至多存疑。整改措施不要
求回填的（如停采、拆除设备、原坑复绿），坑还在不等于没有整改，应对照整改措施和验收意见。基准日之后才
销号的仍算未销号，由 RL03 判断。
When it misleads: the proof may be filed elsewhere, and a column that is blank throughout counts as
not supplied. Ground that was just filled is bare too, so bareness without digging is a doubt at
most, and nothing where elevation shows a fill, images show green or something else explains it. An
image from before the closing tells nothing, and that is said; without a day of closing it is a
doubt at most; so is what images of cells beyond the limit (5 m) show alone, since they cannot tell
digging from building or planting. Where the measure asked for no backfill (an end to the digging,
machines taken away, the pit planted), a pit that is there still may be in order: hold it to the
measure and the acceptance. Of polygons not issued here only the words are read. A closing after the
day of judging is open still, and RL03's.

两期高程显示的降低，可能有一部分在销号之前：前期高程早于销号的，单凭高程的至多存疑，并写明两期高程
的日期。
Ground that elevations show to be lower may have been dug before the closing: where the first is
older than that, what rests on elevation alone is at most a doubt, and the elevations' dates are
told.

什么能说清：验收意见、验收照片，销号以后的影像。
What clears it: the acceptance and its photographs, and an image taken after the closing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, ChangeEvidence, Dossier, LedgerRow, SceneView
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure, unseen
from yanhu_satcheck.terms import Confidence, Severity, Status, Words
from yanhu_satcheck.traces import (
    Sizes,
    Speaks,
    beyond,
    by_how_much,
    cause_figures,
    change_figures,
    coarse,
    dated,
    deeper,
    dug_since,
    grain,
    grown,
    joined,
    later_figures,
    leads,
    lowered_before,
    newly_bare,
    relief_figures,
    since,
    speaks,
    why,
)

HONEST = ("restoration", "season", "construction", "water", "slide", "flow", "fire")
"""Causes that leave ground bare without anybody mining it."""
CLOSED = "已销号"
DUG = frozenset({"CL01", "CL02", "CL03", "LM02", "LM03", "RL05"})
"""Rules whose contradiction rests on ground that was dug; named beside what is seen here."""


@dataclass(frozen=True, slots=True)
class Limits(Sizes):
    """When ground that was closed still shows the problem."""

    cell_m: float = grain()
    still_bare: float = limit(
        0.6, unit="share", low=0.5, high=0.95, why="多数仍裸露即未返绿 most of it is bare still"
    )


class Seen(NamedTuple):
    """What images from after a closing show of its polygon."""

    sure: bool  # dug since, or the pit is still there, and mining explains it
    says: Words
    figures: tuple[Figure, ...]


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Hold each closed row to its proof, and to what the images show after it was closed."""
    closed: dict[tuple[tuple[str, ...], str], list[LedgerRow]] = {}
    for row in dossier.batch.ledger:
        if _closed(row, dossier.as_of):
            closed.setdefault((_whose(dossier, row), row.key), []).append(row)
    ours = tuple(sorted({id for whom, _ in closed for id in whom}))
    if closed and (untold := _untold(dossier)):
        zh, en = "、".join(one.zh for one in untold), ", ".join(one.en for one in untold)
        says = Words(
            f"整改台账的{zh}整列空白，视为未提供，不逐行判断",
            f"blank in the whole ledger and so not supplied: {en}",
        )
        yield Unsure((), says, left=ours)
    if "scenes" in dossier.not_supplied and ours:
        zh_none = "未提供影像，销号后地面是否已整改未判断"
        yield Unsure((), Words(zh_none, "no scenes: the ground was not judged"), left=ours)
    cases = {case.polygon_id: case for case in dossier.cases}
    for (whom, _), rows in sorted(closed.items()):
        mine = [cases[id] for id in whom]
        yield from _answer(dossier, mine, sorted(rows, key=lambda row: row.row), limits)


def _closed(row: LedgerRow, as_of: date) -> bool:
    """Whether a row is closed by a day: 是否销号, or where that is blank, 整改状态."""
    told = row.closed is None and CLOSED in row.status
    return not row.open_on(as_of) or (told and (row.closed_date or date.min) <= as_of)


def _whose(dossier: Dossier, row: LedgerRow) -> tuple[str, ...]:
    """Give the polygons, issued in this batch, that a row of the ledger speaks of."""
    if not dossier.batch.owns(row):
        return ()
    return tuple(sorted(c.polygon_id for c in dossier.cases if c.polygon.key == row.key))


# What a closing needs, and the columns any one of which holds it.
NEEDED = (
    (Words("验收人", "verifier"), ("verifier",)),
    (Words("销号或验收日期", "day"), ("closed_date", "verify_date")),
    (Words("佐证", "proof"), ("evidence_ref",)),
)


def _untold(dossier: Dossier) -> list[Words]:
    blank = dossier.batch.blank_columns
    return [
        words for words, names in NEEDED if all(f"rectification.{name}" in blank for name in names)
    ]


def _lacking(dossier: Dossier, row: LedgerRow) -> list[Words]:
    untold = _untold(dossier)
    return [
        words
        for words, names in NEEDED
        if words not in untold and not any(getattr(row, name) for name in names)
    ]


def _answer(
    dossier: Dossier, mine: Sequence[Case], rows: Sequence[LedgerRow], limits: Limits
) -> Iterator[Answer]:
    """Answer once for the closed rows of one number: what they lack, and what the images show."""
    whom = tuple(case.polygon_id for case in mine)
    lacking = {row.row: _lacking(dossier, row) for row in rows}
    days = [row.closed_date or row.verify_date for row in rows]
    day = None if None in days else max(day for day in days if day)
    still = [
        seen
        for case in mine
        if case.scene and case.change
        if (seen := _seen(dossier, case, case.scene, case.change, day, limits))
    ]
    if any(lacking.values()) or still:
        yield _doubt(dossier, whom, rows, lacking, still)
    elif mine and "scenes" not in dossier.not_supplied and (says := _unseen(mine, day, limits)):
        yield Unsure(whom, says, related=_related(whom, rows))


def _unseen(mine: Sequence[Case], day: date | None, limits: Limits) -> Words | None:
    """Say why the images tell nothing of a closing, if they do not."""
    for case in mine:
        if says := unseen(case.scene, limits.clear_share):
            return Words(f"已销号；{says.zh}", f"closed; {says.en}")
        if case.change is None:
            return Words("已销号；地面变化未能测得", "closed; its change could not be measured")
        last = [one.date for one in case.later] + [case.scene.after_date] if case.scene else []
        if day is not None and max(last) < day:
            zh = f"{day} 销号，其后尚无影像，地面是否已整改无法判定"
            return Words(zh, f"closed on {day}, and no image since shows whether it was put right")
    return None


def _seen(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    day: date | None,
    limits: Limits,
) -> Seen | None:
    """Tell what images from after the closing show; `None`: quiet, or nothing to be told."""
    after = since(case.later, change, limits.still_bare, limits.growth, limits.clear_share)
    late = [one for one in case.later if day is None or one.date >= day]
    shown = day is None or view.after_date >= day
    honest = leads(case.cause, HONEST) or after.greened or beyond(change.green_gain)
    if unseen(view, limits.clear_share) or honest or _filled(case):
        return None
    told = case.p_value is not None
    dug = grown(
        change, case.terrain, case.drawn_area_m2, told, dated(dossier, view, limits), limits
    )
    mining = speaks(case.cause, limits.p_mining) is Speaks.MINING
    went_on = bool(dug.answer) and day is not None and view.before_date >= day
    unclear = coarse(view, case.terrain, case.drawn_area_m2, limits.cell_m, limits)
    pit = _pit(dossier, case, day, limits)
    older = lowered_before(dossier, day)
    first = dug_since(dossier, view, change, told, limits)
    since_then = went_on and not unclear and day is not None and first >= day
    sure = mining and (since_then or (pit and older is None))
    bare = shown and change.bare_after.value >= limits.already_open
    bare = bare or any(one.bare.value >= limits.already_open for one in late)
    if not (bare or (mining and (went_on or pit))):
        return None
    low = deeper(case.terrain, case.drawn_area_m2, limits.deeper_m)
    said = [_words(dossier, case, view, change, went_on, dug.of_rest, low)]
    said += [older] if low and older else []
    said += [unclear] if unclear and mining and went_on else []
    return Seen(sure, joined(said), _figures(case, view, limits))


def _filled(case: Case) -> bool:
    net = case.terrain.net_m3 if case.terrain else None
    return net is not None and beyond(net)


def _pit(dossier: Dossier, case: Case, day: date | None, limits: Limits) -> bool:
    """Whether an elevation from after the closing still shows the ground lower than before."""
    after = dossier.batch.elevation.after
    dated_after = after is not None and day is not None and after.date >= day
    return dated_after and deeper(case.terrain, case.drawn_area_m2, limits.deeper_m) is not None


def _words(
    dossier: Dossier,
    case: Case,
    view: SceneView,
    change: ChangeEvidence,
    went_on: bool,
    of_rest: bool,
    low: Measured | None,
) -> Words:
    zh = f"{case.polygon_id} 在 {view.after_date} 影像上裸露 {change.bare_after}"
    en = f"{case.polygon_id} lay {change.bare_after} bare on {view.after_date}"
    if went_on:
        bared = newly_bare(change, of_rest)
        zh = f"{zh}；{view.before_date} 至 {view.after_date} {bared.zh}"
        en = f"{en}; from {view.before_date} to {view.after_date} {bared.en}"
    if low:
        by = by_how_much(dossier, low)
        zh, en = f"{zh}；{by.zh}", f"{en}; {by.en}"
    return joined([Words(zh, en), why(case.cause, case.chance)])


def _figures(case: Case, view: SceneView, limits: Limits) -> tuple[Figure, ...]:
    figures = [*change_figures(case.change, view.scene, limits)] if case.change else []
    figures += cause_figures(case.cause, case.chance, view.scene, limits.p_mining)
    figures += relief_figures(case.terrain, "net_m3", "floor_change")
    figures += later_figures(case, limits.still_bare, limits.growth)
    return tuple(figures)


def _doubt(
    dossier: Dossier,
    whom: tuple[str, ...],
    rows: Sequence[LedgerRow],
    lacking: dict[int, list[Words]],
    still: Sequence[Seen],
) -> Doubt:
    blank = any(lacking.values())
    paper = Status.UNSUPPORTED if blank else Status.DOUBTFUL
    sure = any(one.sure for one in still)
    number = rows[0].polygon_id
    zh = [f"第 {n} 行缺{'、'.join(one.zh for one in ws)}" for n, ws in lacking.items() if ws]
    en = [f"row {n} lacks its {', '.join(one.en for one in ws)}" for n, ws in lacking.items() if ws]
    parts = [Words(f"台账 {number} 已销号", f"ledger {number} is closed")]
    parts += [Words("；".join(zh), "; ".join(en))] if zh else []
    parts += [one.says for one in still]
    rules = sorted({f.rule for f in dossier.found if f.rule in DUG and {*f.polygon_ids} & {*whom}})
    if sure and rules:
        also = "、".join(rules)
        parts.append(Words(f"另见 {also}", f"see {also} as well"))
    figures = [
        stated(f"row {n}: {one.en}", None, "rectification")
        for n, ws in lacking.items()
        for one in ws
    ]
    figures += [
        stated(f"closed row {row.row}", f"{row.closed_date or '—'}", "rectification", "day")
        for row in rows
    ]
    return Doubt(
        whom,
        Status.INCONSISTENT if sure else paper,
        Confidence.LIKELY if sure or blank else Confidence.HINT,
        joined(parts),
        (*figures, *(figure for one in still for figure in one.figures)),
        _related(whom, rows),
        on_change=sure,
        unproven=paper,
    )


def _related(whom: tuple[str, ...], rows: Sequence[LedgerRow]) -> tuple[Related, ...]:
    first = min(whom, default=None)
    return tuple(Related("ledger", row.polygon_id, first, row.batch or None) for row in rows)


RULE = Rule(
    code="RL04",
    slug="closed-unproven",
    title=Words("销号无依据或影像仍有问题", "closed without proof, or not put right"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(三)：整改到位，清零销号",),
    severity=Severity.HIGH,
    limits=Limits(),
    needs=frozenset({"rectification"}),
    concerns=lambda case, limits: any(
        row.closed or (row.closed is None and CLOSED in row.status) for row in case.ledger
    ),
    check=check,
    after=True,
)
