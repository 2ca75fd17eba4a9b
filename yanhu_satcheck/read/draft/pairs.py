"""Images of one place become pairs: which is before, which after, which later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.read.draft.images import Raster, overlap
from yanhu_satcheck.read.draft.names import Said
from yanhu_satcheck.terms import Words

SAME_PLACE = 0.5  # common share of two footprints
_ENDS = ("before", "after", "later")


@dataclass(frozen=True)
class Known:
    """What the polygons say of the images' days: the commonest of each, and whether all agree."""

    before: date | None = None
    after: date | None = None
    agree: bool = True
    exact: bool = True  # or, of some, the month only
    end: date | None = None  # of the batch's period


class Dated(NamedTuple):
    """A raster with its day, and what is not sure of it."""

    raster: Raster
    day: date | None
    doubt: Words | None = None


@dataclass(frozen=True)
class Pair:
    """A pair of images with what belongs to it."""

    before: Dated
    after: Dated
    later: tuple[Dated, ...] = ()
    masks: tuple[Raster, ...] = ()
    doubt: Words | None = None  # of which is which


def pair_up(
    rasters: Sequence[Raster], known: Known
) -> tuple[list[Pair], list[tuple[Raster, Words]]]:
    """Pair images of one place; give the pairs and what is left over, with the reason."""
    images = sorted((r for r in rasters if r.kind == "image"), key=_order)
    masks = [r for r in rasters if r.kind == "mask"]
    pairs: list[Pair] = []
    left: list[tuple[Raster, Words]] = []
    for group in _groups(_groups([[one] for one in images], alike=True), alike=False):
        if len(group) == 1:
            why = Words("同一地点只有这一期影像", "the only image of its place")
            left.append((group[0], why))
            continue
        pair, extra = _pair(group, known)
        pairs.append(pair)
        why = Words("早于所用的前时相，未使用", "earlier than the pair: not used")
        left += [(raster, why) for raster in extra]
    for mask in masks:
        fits = [(overlap(mask, p.before.raster), -n) for n, p in enumerate(pairs)]
        best, number = max(fits, default=(0.0, 0))
        if best < SAME_PLACE:
            left.append((mask, Words("没有与之同范围的影像", "no image has its extent")))
            continue
        pair = pairs[-number]
        pairs[-number] = Pair(pair.before, pair.after, pair.later, (*pair.masks, mask), pair.doubt)
    return pairs, left


def day_of(raster: Raster, end: str, known: Known) -> Dated:
    """Say when a raster was taken: by its name, its tags, else what the polygons say."""
    for said, where in (
        (raster.named_day, Words("文件名", "its name")),
        (raster.tagged_day, Words("文件标签", "its tag")),
    ):
        if said is not None:
            return Dated(raster, _end_of(said, end), _only_month(said, where))
    day = {"before": known.before, "after": known.after}.get(end)
    if day is not None:
        what = Words("日期取自图斑的时相列", "the day is from the polygons' columns")
        if not known.agree:
            what = Words(f"{what.zh}中最常见的一个", f"{what.en}, the commonest one")
        if not known.exact:
            what = Words(f"{what.zh}，该列只写到月", f"{what.en}, which say the month only")
        return Dated(raster, day, what)
    if raster.saved_day is not None:
        words = Words("日期取自文件保存时间", "the day is the one on which the file was saved")
        return Dated(raster, raster.saved_day.first, words)
    return Dated(raster, None)


def _end_of(said: Said, end: str) -> date:
    # As with the polygons' months: the widest reading accuses nobody of photographing too early.
    return said.first if end == "before" else said.last


def _only_month(said: Said, where: Words) -> Words | None:
    if said.exact:
        return None
    return Words(f"{where.zh}只写到月，请改为实际日期", f"{where.en} says the month only")


def _order(raster: Raster) -> tuple[float, str]:
    return -raster.outline.area, raster.file


def _groups(groups: Sequence[list[Raster]], *, alike: bool) -> list[list[Raster]]:
    """Join what shows one place; first what also has the same bands and pixels, then the rest."""
    done: list[list[Raster]] = []
    for group in groups:
        home = next(
            (
                other
                for other in done
                if (alike or len(other) == len(group) == 1)
                and _one_place(group[0], other[0], alike)
            ),
            None,
        )
        if home is None:
            done.append([*group])
        else:
            home += group
    return done


def _one_place(one: Raster, other: Raster, alike: bool) -> bool:
    same = one.count == other.count and 2 / 3 < one.size / other.size < 1.5
    both_crs = bool(one.about.grid.crs) == bool(other.about.grid.crs)
    return (same or not alike) and both_crs and overlap(one, other) >= SAME_PLACE


def _pair(group: Sequence[Raster], known: Known) -> tuple[Pair, list[Raster]]:
    told = {one.file: day_of(one, one.end, Known()).day for one in group}
    ordered = sorted(group, key=lambda r: (told[r.file] or date.max, _rank(r), r.file))
    doubt = None
    if any(told[r.file] is None for r in group):
        ordered = sorted(group, key=lambda r: (_rank(r), r.file))
        if not _roles_differ(group):
            doubt = Words(
                "哪张是前时相、哪张是后时相只由文件名顺序推断",
                "which is before and which after is told by the order of names alone",
            )
    at = 1
    if len(ordered) > 2:
        at = _after(ordered, told, known)
        doubt = doubt or Words(
            "同一地点有多期影像，前后时相按日期选取", "of several images, chosen by their days"
        )
    before, after, later = ordered[at - 1], ordered[at], ordered[at + 1 :]
    pair = Pair(
        day_of(before, "before", known),
        day_of(after, "after", known),
        tuple(day_of(one, "later", known) for one in later),
        doubt=doubt,
    )
    return pair, [*ordered[: at - 1]]


def _rank(raster: Raster) -> int:
    return _ENDS.index(raster.end) if raster.end else 1


def _roles_differ(group: Sequence[Raster]) -> bool:
    ends = [one.end for one in group]
    return len(set(ends)) == len(ends) and ("before" in ends or "after" in ends)


def _after(ordered: Sequence[Raster], told: dict[str, date | None], known: Known) -> int:
    """Choose the second of the pair: as named, else by the polygons' day or the period."""
    named = [n for n, one in enumerate(ordered) if one.end == "after" and n]
    if named:
        return named[0]
    days = [(n, told[one.file]) for n, one in enumerate(ordered) if n]
    wanted = known.after
    if wanted is not None:
        near = [(abs((day - wanted).days), n) for n, day in days if day is not None]
        return min(near)[1] if near else 1
    if known.end is not None:
        inside = [n for n, day in days if day is not None and day <= known.end]
        return max(inside, default=1)
    return 1
