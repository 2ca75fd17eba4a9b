"""What several rules read alike in the evidence: size, depth, cause, what came after.

Nothing is measured here. Each function answers one question that more than one rule puts to the
figures, so that growth is the same thing to every rule that asks for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import NamedTuple
from unicodedata import normalize

from yanhu_satcheck.batch import Approval
from yanhu_satcheck.evidence import (
    Case,
    Cause,
    Chance,
    ChangeEvidence,
    Dossier,
    LaterEvidence,
    SceneView,
    TerrainEvidence,
)
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.terms import Words

SURE = 1.96
"""How many of its own sigmas a figure must be away from nothing, or from a limit: 95 %."""
STILL = ("none", "season", "fire", "water")
"""Causes that move no ground by metres: a season, a fire, a flood's silt."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How near the elevations must lie to the images, to say when something was dug."""

    elev_days: int = limit(
        400,
        unit="days",
        low=30,
        high=4000,
        why="前期高程早于前时相过久则不知何时所挖 older models do not date a cut",
    )
    elev_lag: int = limit(
        100,
        unit="days",
        low=10,
        high=1000,
        why="后期高程晚于后时相过久则可能是后来所挖 later models show what came after",
    )


@dataclass(frozen=True, slots=True)
class Sizes(Dates):
    """How much is enough to say that a working grew."""

    bare_gain: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="小于此难与季节区分 less is like a season"
    )
    growth: float = limit(
        0.2, unit="share", low=0.05, high=0.9, why="原已裸露处只看新增 open ground: growth alone"
    )
    growth_cells: int = limit(
        20, unit="cells", low=5, high=1000, why="余下像元太少则测不出新增 fewer cannot show growth"
    )
    already_open: float = limit(
        0.5, unit="share", low=0.2, high=0.95, why="过半裸露即为原已裸露 most of it was bare"
    )
    part_open: float = limit(
        0.25, unit="share", low=0.05, high=0.5, why="已开过的场地看其余部分 of a working, the rest"
    )
    deeper_m: float = limit(
        0.2, unit="m", low=0.0, high=5.0, why="沉降、冲刷也会降低地面 settling and wash lower too"
    )
    plants_m: float = limit(
        3.0,
        unit="m",
        low=0.5,
        high=30.0,
        why="庄稼灌木的消长也会使地表模型升降 a surface model moves as far where plants come or go",
    )
    shows_m: float = limit(
        5.0,
        unit="m",
        low=0.2,
        high=30.0,
        why="高程差分不出更小的平均挖深即视为未测 coarser elevations tell nothing",
    )
    p_mining: float = limit(
        0.5, unit="share", low=0.3, high=0.99, why="采矿比其他成因更可能 likelier than all others"
    )
    odds: float = limit(
        1.25,
        unit="times",
        low=1.0,
        high=3.0,
        why="份额约有 0.05 的误差，领先更少即分不出 shares err by 0.05: a smaller lead is none",
    )
    clear_share: float = limit(
        0.6, unit="share", low=0.3, high=1.0, why="多数看得清 a majority is seen"
    )


class Grown(NamedTuple):
    """Whether ground was newly dug: bared, or where it was open before, wider or deeper."""

    answer: bool | None  # `None`: nobody can tell
    was_open: bool
    size: Measured  # the share that it is judged by
    least: float  # that share's limit
    moved: Measured | None  # how far ground fell or was heaped, metres or cubic metres

    @property
    def near(self) -> bool:
        """Whether the size lies within its own error of the limit, and no depth speaks as well."""
        return self.size.value - self.size.sigma < self.least and self.moved is None


def grown(
    change: ChangeEvidence,
    terrain: TerrainEvidence | None,
    area_m2: float | None,
    told: bool,
    dated: bool,
    sizes: Sizes,
) -> Grown:
    """Tell whether ground was newly dug or heaped on; open ground is held to its growth alone.

    Elevations that date a change tell it by themselves. On ground that was not open they must show
    more than plants, which a surface model sees; and where it does not lie open afterwards, felled
    trees would look the same, so nobody can tell.

    Args:
        change: The figures of the ground asked about.
        terrain: Its relief.
        area_m2: Its size.
        told: Chance is known for it. Where it is not, a size must also be more than its own error:
            the error holds how far places of like ground differ, which is what chance is made of.
        dated: The elevations are recent enough to date a cut.
        sizes: What is enough.
    """
    was_open = change.bare_before.value >= sizes.already_open
    (size, least), wider = _size(change, told, sizes), widened(change, told, sizes)
    moved = moved_by(terrain, area_m2, sizes, was_open)
    lies_open = was_open or change.bare_after.value >= sizes.already_open
    if wider or (moved and dated and lies_open):
        return Grown(True, was_open, size, least, moved)
    shows = terrain.detectable_m if terrain else None
    level = dated and shows is not None and shows <= sizes.shows_m
    untold = moved is not None or (wider is None and not level)
    return Grown(None if untold else False, was_open, size, least, moved)


def widened(change: ChangeEvidence, told: bool, sizes: Sizes) -> bool | None:
    """Tell whether ground was newly bared; `None`: too little of it was left to grow into."""
    was_open = change.bare_before.value >= sizes.already_open
    if was_open and change.growth_share.n < sizes.growth_cells:
        return None
    return enough(*_size(change, told, sizes), told)


def _size(change: ChangeEvidence, told: bool, sizes: Sizes) -> tuple[Measured, float]:
    """Give the share that ground is judged by, and its limit.

    Of a working, which lay open in part, the rest is what it could grow into: it is judged by
    that, too.
    """
    plain, growth = (change.bare_gain, sizes.bare_gain), (change.growth_share, sizes.growth)
    before = change.bare_before.value
    if before >= sizes.already_open:
        return growth
    return plain if enough(*plain, told) or before < sizes.part_open else growth


def moved_by(
    terrain: TerrainEvidence | None, area_m2: float | None, sizes: Sizes, was_open: bool
) -> Measured | None:
    """Give how far ground fell or rose, where that is more than plants or settling would do."""
    if not was_open and area_m2 is None:
        return None  # a volume alone tells no depth
    fell = deeper(terrain, area_m2, sizes.deeper_m if was_open else sizes.plants_m)
    return fell or heaped(terrain, area_m2, sizes.plants_m)


def heaped(
    terrain: TerrainEvidence | None, area_m2: float | None, least_m: float
) -> Measured | None:
    """Give the net volume brought, beyond its own error and so deep on average."""
    net = terrain.net_m3 if terrain else None
    if net is None or not area_m2 or not beyond(net, least_m * area_m2):
        return None
    return net


def enough(size: Measured, least: float, told: bool) -> bool:
    """At or past its limit; where chance is not told, also more than its own error."""
    return size.value >= least and (told or beyond(size))


def beyond(one: Measured, least: float = 0.0) -> bool:
    """Whether a figure is past a limit by more than its own error."""
    return one.value - least > SURE * one.sigma


def deeper(
    terrain: TerrainEvidence | None, area_m2: float | None, least_m: float
) -> Measured | None:
    """Give the lowering beyond its own error: of the floor, else as a net volume gone."""
    floor = other(terrain, "floor_change")
    if floor and -floor.value > SURE * floor.sigma and -floor.value >= least_m:
        return floor
    net = terrain.net_m3 if terrain else None
    if net is None or -net.value <= SURE * net.sigma:
        return None
    return net if area_m2 is None or -net.value >= least_m * area_m2 else None


def by_how_much(moved: Measured) -> Words:
    """Word how far ground fell or rose: the floor in metres, else a net volume."""
    if moved.unit == "m":
        zh = f"地面降低 {-moved.value:.1f} ± {moved.sigma:.1f} 米"
        return Words(zh, f"its floor is {-moved.value:.1f} ± {moved.sigma:.1f} m lower")
    zh = f"挖填净量 {moved.value:.0f} ± {moved.sigma:.0f} 立方米"
    return Words(zh, f"its net volume is {moved.value:.0f} ± {moved.sigma:.0f} m³")


def other(terrain: TerrainEvidence | None, name: str) -> Measured | None:
    """Give one of the further figures of relief, if it was measured."""
    return terrain.others.get(name) if terrain else None


def floor_known(terrain: TerrainEvidence | None) -> bool:
    """Whether the floor was measured on both dates; its change is given where it shows alone."""
    return all(other(terrain, name) for name in ("floor_before", "floor_after")) or (
        other(terrain, "floor_change") is not None
    )


def cut_depth(terrain: TerrainEvidence | None, area_m2: float | None) -> float | None:
    """Mean depth that was cut over the whole polygon, in metres; net where no cut is known."""
    if terrain is None or not area_m2:
        return None
    if terrain.cut_m3 is not None:
        return terrain.cut_m3.value / area_m2
    return max(0.0, -terrain.net_m3.value) / area_m2 if terrain.net_m3 else None


def is_cut(terrain: TerrainEvidence | None, area_m2: float | None) -> bool:
    """Whether the elevations show a cut, or a lower floor, deeper than they could miss."""
    depth, shows = cut_depth(terrain, area_m2), terrain.detectable_m if terrain else None
    if terrain is None or shows is None:
        return False
    cut, floor = terrain.cut_m3, other(terrain, "floor_change")
    sunk = floor is not None and -floor.value > max(shows, SURE * floor.sigma)
    plain = cut is None or beyond(cut)
    return sunk or (plain and depth is not None and depth >= shows)


def dated(dossier: Dossier, view: SceneView | None, dates: Dates) -> bool:
    """Whether the elevations of two dates lie near enough to these images to date a cut."""
    before, after = dossier.batch.elevation.before, dossier.batch.elevation.after
    if before is None or after is None or view is None:
        return False
    early = (view.before_date - before.date).days <= dates.elev_days
    return early and (after.date - view.after_date).days <= dates.elev_lag


class Speaks(Enum):
    """What the weighing of causes says of mining."""

    MINING = "mining"  # likelier than all others together
    UNCLEAR = "unclear"  # it leads, or hardly less; the evidence cannot tell
    OTHER = "other"  # something else leads
    UNTOLD = "untold"  # nothing was weighed


def speaks(cause: Cause | None, p_mining: float, odds: float = 1.0) -> Speaks:
    """Tell what the weighing of causes says of mining.

    Another cause leads where it is more than `odds` times as likely as mining.
    """
    if cause is None:
        return Speaks.UNTOLD
    share = cause.of("mining")
    if share >= p_mining:
        return Speaks.MINING
    rest = max((one for name, one in cause.shares.items() if name != "mining"), default=0.0)
    return Speaks.UNCLEAR if odds * share > rest else Speaks.OTHER


def leads(cause: Cause | None, names: Sequence[str]) -> bool:
    """Whether one of some causes has the greatest share of all.

    No limit that a county moves is asked: stricter on mining must not mean milder on the rest.
    """
    if cause is None:
        return False
    most = max((cause.of(name) for name in names), default=0.0)
    return most > max((s for n, s in cause.shares.items() if n not in names), default=0.0)


def contradicted(case: Case, sizes: Sizes) -> bool:
    """Whether the cause that leads moves no ground, and the elevations show metres moved."""
    far = moved_by(case.terrain, case.drawn_area_m2, sizes, was_open=False)
    return far is not None and leads(case.cause, STILL)


class Since(NamedTuple):
    """What follow-up dates show of ground that was newly bare."""

    greened: LaterEvidence | None = None  # the first date at which it is green again
    bare: tuple[LaterEvidence, ...] = ()  # dates at which it is bare still
    grew: tuple[LaterEvidence, ...] = ()  # dates at which more had become bare

    @property
    def season(self) -> bool:
        """Bare, and green again without having grown: what a field does."""
        return self.greened is not None and not self.grew


def since(
    later: Sequence[LaterEvidence],
    change: ChangeEvidence,
    still_bare: float,
    growth: float,
    clear: float,
) -> Since:
    """Read the follow-up dates that show enough of the ground.

    Green again is: no more than the rest of `still_bare` is bare yet, and as much is green as had
    become bare, so that snow, shade and water are not taken for plants.
    """
    seen = [one for one in later if one.clear_share >= clear]
    told = [(one, one.still_bare.value) for one in seen if one.still_bare is not None]
    back = (
        one
        for one, still in told
        if still <= 1 - still_bare
        and one.green.value + SURE * one.green.sigma >= (1 - still) * change.bare_gain.value
    )
    return Since(
        next(back, None),
        tuple(one for one, still in told if still >= still_bare),
        tuple(one for one in seen if one.growth.value >= growth and beyond(one.growth)),
    )


def then(after: Since) -> tuple[Words, ...]:
    """Word what the follow-up dates show."""
    told = []
    for one in after.bare:
        zh = f"{one.date} 影像上新增裸地仍裸露 {one.still_bare}"
        told.append(Words(zh, f"on {one.date}, {one.still_bare} of it was bare still"))
    for one in after.grew:
        zh = f"{one.date} 影像上又扩大 {one.growth}"
        told.append(Words(zh, f"on {one.date}, {one.growth} more had become bare"))
    if after.greened:
        one = after.greened
        zh = f"{one.date} 影像上已返绿（绿地 {one.green}）"
        told.append(Words(zh, f"on {one.date} it was green again ({one.green} of it)"))
    return tuple(told)


def later_figures(
    case: Case, still_bare: float | None = None, growth: float | None = None
) -> Iterator[Figure]:
    """Give a line of evidence for each figure of each follow-up date."""
    scene = case.scene.scene if case.scene else "scenes"
    for one in case.later:
        if one.still_bare is not None:
            yield one.still_bare.held_to(still_bare, f"still_bare {one.date}", scene)
        yield one.growth.held_to(growth, f"growth_later {one.date}", scene)
        yield one.green.held_to(None, f"green_later {one.date}", scene)


def change_figures(change: ChangeEvidence, scene: str, sizes: Sizes) -> tuple[Figure, ...]:
    """Give the lines of evidence that say how the ground changed."""
    return (
        change.bare_gain.held_to(sizes.bare_gain, "bare_gain", scene),
        change.bare_before.held_to(sizes.already_open, "bare_before", scene),
        change.bare_after.held_to(None, "bare_after", scene),
        change.growth_share.held_to(sizes.growth, "growth_share", scene),
    )


def cause_figures(
    cause: Cause | None, chance: Chance | None, scene: str, p_mining: float
) -> Iterator[Figure]:
    """Give the lines of evidence on what explains a change, and how rare it is."""
    for name, share in sorted(cause.shares.items() if cause else ()):
        figure = stated(f"p_{name}", share, scene, "share")
        yield figure._replace(threshold=p_mining if name == "mining" else None)
    if chance:
        yield Figure("exceedances", chance.exceedances, None, chance.places, "count", None, scene)


def relief_figures(terrain: TerrainEvidence | None, *names: str) -> Iterator[Figure]:
    """Give the lines of evidence on relief: the named ones that were measured."""
    for name in names:
        one = getattr(terrain, name, None) if name in TerrainEvidence._fields else None
        one = one or other(terrain, name)
        if isinstance(one, Measured):
            yield one.held_to(None, name, "dem")


def why(cause: Cause | None, chance: Chance | None) -> Words:
    """Word what explains a change, and how rare it is on like ground."""
    zh, en = "成因未能衡量", "its cause could not be weighed"
    if cause:
        share = cause.of("mining")
        zh = f"成因指向采矿的份额为 {share:.2f}"
        en = f"mining explains it with a share of {share:.2f}"
    if chance and chance.says.zh:
        zh, en = f"{zh}；{chance.says.zh}", f"{en}; {chance.says.en}"
    return Words(zh, en)


def joined(parts: Sequence[Words]) -> Words:
    """Join parts of a sentence."""
    return Words("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def methods(text: str, open_pit: Sequence[str], underground: Sequence[str]) -> frozenset[str]:
    """Read which methods of mining a cell names; both, one or none that is known."""
    folded = normalize("NFKC", text)
    words = {"open_pit": open_pit, "underground": underground}
    return frozenset(name for name, any_of in words.items() if any(w in folded for w in any_of))


def in_term(paper: Approval, day: date | None) -> bool | None:
    """Whether a plan or project was in force on a day. `None`: not known."""
    if day is None or (paper.valid_from is None and paper.valid_to is None):
        return None
    return (paper.valid_from or date.min) <= day <= (paper.valid_to or date.max)


def fake_green(change: ChangeEvidence, least: float) -> Measured | None:
    """Give the share that is green to the eye and not to the red edge, where it is enough."""
    one = change.others.get("fake_green")
    return one if one and one.value >= least and beyond(one) else None
