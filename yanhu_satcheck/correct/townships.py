"""The 乡镇统计: which townships to look at first."""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.ledger import Entry, TownshipCount
from yanhu_satcheck.terms import Status

RELAPSE = "RL05"
OTHER_LEAD = "其他"


def townships(entries: Sequence[Entry], batch: Batch) -> tuple[TownshipCount, ...]:
    """Count each township's polygons; the one with most issued comes first.

    Townships with as many go by what the audit contradicts, then by what is overdue and relapsed.
    """
    by_town: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_town[entry.township].append(entry)
    overdue, sources = _overdue(batch), _sources(batch)
    counts = [_township(town, by_town[town], overdue, sources) for town in by_town]
    counts.sort(key=lambda c: (-c.issued, -c.inconsistent, -c.overdue, -c.relapsed, c.township))
    by = [[c.issued, c.inconsistent, c.overdue, c.relapsed] for c in counts]
    ranked = zip(*(_ranks(column) for column in zip(*by, strict=True)), strict=True)
    return tuple(one._replace(ranks=ranks) for one, ranks in zip(counts, ranked, strict=True))


@cache
def lead_words() -> Mapping[str, tuple[str, ...]]:
    """Give the kinds of lead, and the words by which each is known."""
    text = files("yanhu_satcheck.policies").joinpath("leads.toml").read_text("utf-8")
    return {kind: tuple(words) for kind, words in tomllib.loads(text)["kinds"].items()}


def lead(source: str) -> str:
    """Say of which kind a lead is, by the words of its cell."""
    held = (kind for kind, words in lead_words().items() if any(w in source for w in words))
    return next(held, OTHER_LEAD)


def _township(
    town: str, entries: Sequence[Entry], overdue: set[str], sources: Mapping[str, list[str]]
) -> TownshipCount:
    by_status = Counter(entry.status for entry in entries)
    told = Counter(one for entry in entries for one in sources.get(entry.polygon_id, ()))
    # A polygon with three rows of one kind is one polygon that somebody pointed at.
    kinds = Counter(
        kind
        for entry in entries
        for kind in sorted({lead(one) for one in sources.get(entry.polygon_id, ())})
    )
    relapses = [_relapse(entry) for entry in entries]
    return TownshipCount(
        township=town,
        issued=len(entries),
        consistent=by_status[None],
        inconsistent=by_status[Status.INCONSISTENT],
        unsupported=by_status[Status.UNSUPPORTED],
        doubtful=by_status[Status.DOUBTFUL],
        unassessable=by_status[Status.UNASSESSABLE],
        overdue=sum(entry.polygon_id in overdue for entry in entries),
        sources=tuple(sorted(told.items())),
        relapsed=relapses.count(Status.INCONSISTENT),
        may_have_relapsed=relapses.count(Status.DOUBTFUL),
        leads=tuple((kind, kinds[kind]) for kind in (*lead_words(), OTHER_LEAD)),
    )


def _relapse(entry: Entry) -> Status | None:
    """Give the worst that is said of digging anew where it was closed or restored."""
    return max((one.status for one in entry.findings if one.rule == RELAPSE), default=None)


def _overdue(batch: Batch) -> set[str]:
    rows = batch.own_rows()
    return {
        polygon.id
        for polygon in batch.polygons
        for row in rows.get(polygon.key, ())
        if row.due_on is not None and row.due_on < batch.as_of and row.open_on(batch.as_of)
    }


def _sources(batch: Batch) -> dict[str, list[str]]:
    rows = batch.own_rows()
    return {p.id: [row.source for row in rows.get(p.key, ()) if row.source] for p in batch.polygons}


def _ranks(counts: Iterable[int]) -> list[int | None]:
    """Give each count its place from the largest; equal ones share it, and nought has none."""
    told = list(counts)
    return [1 + sum(other > one for other in told) if one else None for one in told]
