"""A polygon of an earlier batch has not been looked at again (回头看).

查什么：档案中自回头看起始日（默认 2022-01-01）以来的往期图斑，回头看记录中没有对应的行。
What it finds: polygons of earlier batches, seen or filed on or after the first day of the look-back
(2022-01-01), for which the look-back record has no row.

为何要紧：方案四(三)要求对往期全部问题回头看；公开通报的织金案例（自然资办函〔2021〕1881号）
中，10 处违法开采有 7 处曾多次作为图斑下发。
Why it matters: plan 四(三) asks that every earlier problem be looked at again. In the published
case of Zhijin, 7 of 10 places that were mined had been issued several times.

何时会看错：按编号和批次对应：未写批次的行，对应档案中最近一期同号图斑；再次下发不等于回头看。
往期批次提供过的回头看记录同样有效。回头看日期晚于基准日的列存疑。往期图斑既没有后时相也没有填报日
期的，无法判断是否在范围内，仍须有记录方能排除，列为无法判定。
When it misleads: rows match by number and batch; one without a batch means the latest earlier batch
with that number, and being issued again is no look-back. What the record of an earlier batch covers
stays covered. A look-back dated after the day of judging is a doubt. An earlier polygon without an
after date and a filing date may lie before the first day, and is listed as not judged.

什么能说清：补登回头看记录（编号、批次、日期、核查人）。
What clears it: the row of the look-back: number, batch, day and name.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from yanhu_satcheck.evidence import Dossier, EarlierPolygon
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words, fold


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name every earlier polygon since the first day that no look-back covers."""
    newest = _newest(dossier.issued_before)
    covered = {(key, batch) for batch, key in dossier.looked_before}
    ahead: set[tuple[str, str]] = set()
    for row in dossier.batch.lookback:
        about = row.key, fold(row.batch) or newest.get(row.key, "")
        late = row.date is not None and row.date > dossier.as_of
        (ahead if late else covered).add(about)
    open_: dict[str, list[EarlierPolygon]] = defaultdict(list)
    for one in dossier.issued_before:
        if (one.key, fold(one.batch)) not in covered and _asked(dossier, one) is not False:
            open_[one.polygon_id].append(one)
    for _, polygons in sorted(open_.items()):
        dated = [one for one in polygons if _asked(dossier, one)]
        if not dated:
            yield _undated(polygons)
        else:
            late = all((one.key, fold(one.batch)) in ahead for one in dated)
            yield _doubt(dossier, dated, late)


def _newest(polygons: Sequence[EarlierPolygon]) -> dict[str, str]:
    """Give the latest earlier batch of each number; batches sort by time."""
    found: dict[str, str] = {}
    for one in sorted(polygons, key=lambda one: one.batch):
        found[one.key] = fold(one.batch)
    return found


def _asked(dossier: Dossier, one: EarlierPolygon) -> bool | None:
    """Whether the look-back is to cover a polygon. `None`: its days are not known."""
    days = [day for day in (one.after_date, one.filed_date) if day is not None]
    return max(days) >= dossier.policy.lookback_since if days else None


def _doubt(dossier: Dossier, polygons: Sequence[EarlierPolygon], late: bool) -> Doubt:
    number, since = polygons[0].polygon_id, dossier.policy.lookback_since
    batches = "、".join(dict.fromkeys(one.batch for one in polygons))
    calls = "、".join(dict.fromkeys(one.legality or one.call.words.zh for one in polygons))
    zh, en = "没有回头看记录", "no look-back covers it"
    if late:
        zh, en = f"回头看日期晚于基准日 {dossier.as_of}", "its look-back is dated after that day"
    return Doubt(
        (),
        Status.DOUBTFUL if late else Status.UNSUPPORTED,
        Confidence.HINT if late else Confidence.CERTAIN,
        Words(
            f"{batches} 的图斑 {number}（当时填报为{calls}），至 {dossier.as_of} {zh}",
            f"{number} of {batches}: by {dossier.as_of} {en}",
        ),
        (
            stated("lookback_rows", 0, "lookback", threshold="1"),
            stated("lookback_since", since.isoformat(), "policy", "day"),
            stated("call_then", calls, "archive"),
        ),
        _related(polygons),
        on_change=False,
    )


def _undated(polygons: Sequence[EarlierPolygon]) -> Unsure:
    number = polygons[0].polygon_id
    says = Words(
        f"往期图斑 {number} 没有回头看记录，其后时相和填报日期均不明，无法判断是否在回头看范围内",
        f"no look-back covers {number}, and whether it should is not known: it has no day",
    )
    return Unsure((), says, related=_related(polygons))


def _related(polygons: Sequence[EarlierPolygon]) -> tuple[Related, ...]:
    return tuple(Related("polygon", one.polygon_id, None, one.batch) for one in polygons)


RULE = Rule(
    code="SV02",
    slug="lookback-gap",
    title=Words("往期图斑未回头看", "an earlier polygon not looked at again"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(三)：回头看",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"archive", "lookback"}),
    concerns=lambda case, limits: False,  # it judges polygons of earlier batches
    check=check,
)
