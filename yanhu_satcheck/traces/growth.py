"""Whether ground was newly dug: bared, or where it was open before, wider or deeper."""

from datetime import date
from typing import NamedTuple

from yanhu_satcheck.evidence import ChangeEvidence, Dossier, SceneView, TerrainEvidence
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words
from yanhu_satcheck.traces.relief import deeper, heaped, moved_by
from yanhu_satcheck.traces.sizes import Sizes, beyond, enough


class Grown(NamedTuple):
    """Whether ground was newly dug: bared, or where it was open before, wider or deeper."""

    answer: bool | None  # `None`: nobody can tell
    was_open: bool
    size: Measured  # the share that it is judged by
    least: float  # that share's limit
    moved: Measured | None  # how far ground fell or was heaped, metres or cubic metres
    of_rest: bool = False  # the size is the growth: the share of what was not bare before

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
    shows_m: float = 0.0,
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
        shows_m: Elevations that would show a cut so shallow tell that nothing was dug, where too
            little was left to grow into. Without it nobody can tell there.
    """
    was_open = change.bare_before.value >= sizes.already_open
    (size, least), wider = _size(change, told, sizes), widened(change, told, sizes)
    moved = moved_by(terrain, area_m2, sizes, was_open)
    lies_open = was_open or change.bare_after.value >= sizes.already_open
    of_rest = size is change.growth_share
    if wider or (moved and dated and lies_open):
        return Grown(True, was_open, size, least, moved, of_rest)
    finest = terrain.detectable_m if terrain else None
    level = dated and finest is not None and finest <= shows_m
    untold = moved is not None or (wider is None and not level)
    return Grown(None if untold else False, was_open, size, least, moved, of_rest)


def newly_bare(change: ChangeEvidence, of_rest: bool) -> Words:
    """Word how much became bare, by the name that the lines of evidence give the same figure."""
    if not of_rest:
        gain = change.bare_gain
        return Words(f"新增裸地占 {gain}", f"{gain} of it became bare")
    growth, before = change.growth_share, change.bare_before
    return Words(
        f"扩大比例 {growth}（原已裸露 {before}，只计其余部分）",
        f"{growth} of what was not bare became bare ({before} was bare before)",
    )


def widened(change: ChangeEvidence, told: bool, sizes: Sizes) -> bool | None:
    """Tell whether ground was newly bared; `None`: too little of it was left to grow into."""
    was_open = change.bare_before.value >= sizes.already_open
    if was_open and change.growth_share.n < sizes.growth_cells:
        return None
    return enough(*_size(change, told, sizes), told)


def dug_since(
    dossier: Dossier, view: SceneView, change: ChangeEvidence, told: bool, sizes: Sizes
) -> date:
    """Give the first day on which what accuses may have been dug.

    That is the earlier image's where newly bare ground accuses, for what lay bare by then is no
    part of it; where elevations alone do, it is the first one's, which may be a year older.
    """
    before = dossier.batch.elevation.before
    if before is None or widened(change, told, sizes):
        return view.before_date
    return min(before.date, view.before_date)


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


def fake_green(change: ChangeEvidence, least: float) -> Measured | None:
    """Give the share that is green to the eye and not to the red edge, where it is enough."""
    one = change.others.get("fake_green")
    return one if one and one.value >= least and beyond(one) else None


def coarse(
    view: SceneView | None,
    terrain: TerrainEvidence | None,
    area_m2: float | None,
    cell_m: float,
    sizes: Sizes,
) -> Words | None:
    """Say that images alone would have to accuse, if their cells are larger than `cell_m`."""
    shown = deeper(terrain, area_m2, sizes.deeper_m) or heaped(terrain, area_m2, sizes.plants_m)
    if view is None or view.cell_m <= cell_m or shown is not None:
        return None
    zh = f"影像像元 {view.cell_m:.0f} 米，又无高程证实挖填，采矿与建设、造林整地难以区分，仅列存疑"
    en = (
        f"at {view.cell_m:.0f} m a cell, with no elevation that shows a cut, digging, building and "
    )
    return Words(zh, f"{en}ground cleared for planting look alike: only a doubt")
