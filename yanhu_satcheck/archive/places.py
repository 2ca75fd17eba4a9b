"""The look-back: the archive's polygons gathered into places, with all that is known of each."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.archive import rows
from yanhu_satcheck.archive.errors import believed
from yanhu_satcheck.archive.plane import shared
from yanhu_satcheck.archive.recall import EVERY, Archive
from yanhu_satcheck.past import Answer, EarlierPolygon, Kept
from yanhu_satcheck.places import SAME_GROUND, History, Issue, LookedBack, Place, Tabled, in_order
from yanhu_satcheck.review import OPINIONS
from yanhu_satcheck.rule import connected
from yanhu_satcheck.terms import fold

_Table = Mapping[tuple[str, str], tuple[LookedBack, ...]]  # by batch and folded number


def history(past: Archive, since: date) -> History:
    """Gather every polygon of the batches whose period ends on or after a day into places.

    One place is what is joined by shared ground, directly or by way of others: never by number.
    What older batches issued of its ground is counted, and joins no places.

    Raises:
        ArchiveError: What is stored was altered and cannot be read.
    """
    with believed(past.path):
        held = [one for one in past.revisions() if _ends(one[2]) >= since]
        looked, tables = _looked_back(past)
        issues = [issue for revision, *_ in held for issue in _issues(past, revision, looked)]
        older = _Older(past, [r for r, _, account in past.revisions() if _ends(account) < since])
        groups = [tuple(issues[at] for at in group) for group in _grouped(issues)]
        places = [Place(group, older.on(group)) for group in groups]
    return History(since, tuple(kept for _, kept, _ in held), in_order(places), tables)


def _ends(account: Mapping[str, Any]) -> date:
    return date.fromisoformat(account["batch"]["period"][1])


def _issues(past: Archive, revision: int, looked: _Table) -> Iterator[Issue]:
    for polygon, facts in past.issued(revision):
        figures = past.figures(revision, polygon.polygon_id)
        yield Issue(
            polygon=polygon,
            township=facts.get("township", ""),
            village=facts.get("village", ""),
            before_date=rows.day(facts.get("before_date")),
            area_m2=facts.get("area_m2"),
            bare_before=figures.get("bare_before"),
            answers=_signed(past, revision, polygon),
            lookbacks=looked.get((polygon.batch, polygon.key), ()),
            chips=past.chips(polygon.batch, polygon.polygon_id, EVERY),
            ledger=tuple(
                Tabled(polygon.batch, table, row)
                for table, row in past.ledger(polygon.key, polygon.batch)
            ),
        )


def _signed(past: Archive, revision: int, polygon: EarlierPolygon) -> tuple[Answer, ...]:
    """Give what named persons answered to a polygon and its findings."""
    about = {("polygon", polygon.polygon_id)} | {("finding", one.id) for one in polygon.findings}
    told = past.answers(revision)
    return tuple(one for one in told if one[:2] in about and one.opinion in OPINIONS and one.by)


def _looked_back(past: Archive) -> tuple[_Table, tuple[str, ...]]:
    """Read the look-back tables that audits were given; a row without a batch means the latest."""
    found, tables = defaultdict[tuple[str, str], list[LookedBack]](list), []
    for _, kept, account in past.revisions():
        if "lookback" in account.get("batch", {}).get("not_supplied", ()):
            continue
        if "lookback" in account:  # an OUT of before they were kept has none
            tables.append(kept.batch)
        for row in account.get("lookback", ()):
            batch = _named(past, row, kept)
            if batch is not None:
                one = LookedBack(rows.day(row.get("date")), row.get("by", ""), kept.batch)
                found[batch, row["key"]].append(one)
    return {key: tuple(told) for key, told in found.items()}, tuple(tables)


def _named(past: Archive, row: Mapping[str, Any], kept: Kept) -> str | None:
    named = fold(row.get("batch", ""))
    if not named:
        return past.latest(row["key"], kept.batch)
    known = (one.batch for one in past.earlier(EVERY))
    return next((batch for batch in known if fold(batch) == named), None)


class _Older:
    """The polygons of the batches before the day: they are counted and not shown."""

    def __init__(self, past: Archive, revisions: Sequence[int]) -> None:
        drawn = [one for revision in revisions for one, _ in past.issued(revision)]
        self._drawn = [(o.batch, o.lonlat) for o in drawn if o.lonlat and not o.lonlat.is_empty]
        self._tree = shapely.STRtree([shape for _, shape in self._drawn])

    def on(self, issues: Sequence[Issue]) -> tuple[str, ...]:
        """Give the batches that issued ground of one of these."""
        shapes = [one.polygon.lonlat for one in issues if one.polygon.lonlat is not None]
        met = [(shape, self._drawn[at]) for shape in shapes for at in self._tree.query(shape)]
        return tuple(sorted({batch for shape, (batch, was) in met if _same_ground(shape, was)}))


def _same_ground(one: BaseGeometry, other: BaseGeometry) -> bool:
    ground = shared(one, other)
    return ground is not None and ground.share >= SAME_GROUND and not ground.sliver


def _grouped(issues: Sequence[Issue]) -> list[list[int]]:
    """Give the positions of each place's issues, oldest first; one without outline is alone."""
    drawn = [(at, one.polygon.lonlat) for at, one in enumerate(issues)]
    shapes = [(at, shape) for at, shape in drawn if shape is not None and not shape.is_empty]
    tree = shapely.STRtree([shape for _, shape in shapes])
    pairs = [(at, at) for at, _ in drawn]
    for n, (at, shape) in enumerate(shapes):
        for m in sorted(tree.query(shape)):
            if m > n and _same_ground(shape, shapes[m][1]):
                pairs.append((at, shapes[m][0]))
    order = [(one.polygon.batch, one.polygon.polygon_id) for one in issues]
    return [sorted(group, key=lambda at: order[at]) for group in connected(pairs)]
