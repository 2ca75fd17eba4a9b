"""The 乡镇统计: a township's counts and its places among the others, a row each, and their sum."""

from collections.abc import Sequence

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.ledger import TownshipCount
from yanhu_satcheck.report.columns import state
from yanhu_satcheck.terms import Status

_STATES = tuple(state(one) for one in (None, *sorted(Status, reverse=True)))
_RANKED = ("下发名次", "不一致名次", "逾期名次", "复燃名次")


def township_rows(
    towns: Sequence[TownshipCount],
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Give header and rows; the last row sums up."""
    kinds = tuple(dict.fromkeys(kind for one in towns for kind, _ in one.leads))
    header = (
        *("乡镇", "下发图斑", *_STATES, "整改逾期", "死灰复燃", "复燃存疑"),
        *(f"{kind}线索" for kind in kinds),
        *(*_RANKED, "线索来源"),
    )
    counts = [_counts(one, kinds) for one in towns]
    rows: list[tuple[Cell, ...]] = [
        (one.township or "（未写明）", *count, *_places(one), _sources(one))
        for one, count in zip(towns, counts, strict=True)
    ]
    if rows:
        sums = (sum(column) for column in zip(*counts, strict=True))
        rows.append(("合计", *sums, *(None,) * len(_RANKED), None))
    return header, tuple(rows)


def _counts(one: TownshipCount, kinds: Sequence[str]) -> tuple[int, ...]:
    states = (one.consistent, one.inconsistent, one.unsupported, one.doubtful, one.unassessable)
    leads = dict(one.leads)
    late = (one.overdue, one.relapsed, one.may_have_relapsed)
    return (one.issued, *states, *late, *(leads.get(kind, 0) for kind in kinds))


def _places(one: TownshipCount) -> tuple[int | None, ...]:
    return one.ranks or (None,) * len(_RANKED)


def _sources(one: TownshipCount) -> str:
    return "、".join(f"{name} {count}" for name, count in one.sources)
