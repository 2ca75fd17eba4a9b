"""What the elevations show: how far ground fell or rose, and whether that is dated."""

from datetime import date

from yanhu_satcheck.evidence import Dossier, SceneView, TerrainEvidence
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.terms import Words
from yanhu_satcheck.traces.sizes import SURE, Dates, Sizes, beyond


def moved_by(
    terrain: TerrainEvidence | None, area_m2: float | None, sizes: Sizes, was_open: bool
) -> Measured | None:
    """Give how far ground fell or rose, where that is more than plants or settling would do."""
    if not was_open and area_m2 is None:
        return None  # a volume alone tells no depth
    fell = deeper(terrain, area_m2, sizes.deeper_m if was_open else sizes.plants_m)
    return fell or heaped(terrain, area_m2, sizes.plants_m)


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


def heaped(
    terrain: TerrainEvidence | None, area_m2: float | None, least_m: float
) -> Measured | None:
    """Give the net volume brought, beyond its own error and so deep on average."""
    net = terrain.net_m3 if terrain else None
    if net is None or not area_m2 or not beyond(net, least_m * area_m2):
        return None
    return net


def by_how_much(dossier: Dossier, moved: Measured) -> Words:
    """Word how far ground fell or rose between the elevations: its floor, else a net volume."""
    if moved.unit == "m":
        zh = f"地面降低 {-moved.value:.1f} ± {moved.sigma:.1f} 米"
        en = f"its floor is {-moved.value:.1f} ± {moved.sigma:.1f} m lower"
    else:
        zh = f"挖填净量 {moved.value:.0f} ± {moved.sigma:.0f} 立方米"
        en = f"its net volume is {moved.value:.0f} ± {moved.sigma:.0f} m³"
    return by_heights(dossier, Words(zh, en))


def by_heights(dossier: Dossier, says: Words) -> Words:
    """Put the elevations' own dates before what they show: they are not the images' dates."""
    before, after = dossier.batch.elevation.before, dossier.batch.elevation.after
    if before is None or after is None:
        return Words(f"两期高程：{says.zh}", f"by two elevations, {says.en}")
    return Words(
        f"{before.date} 至 {after.date} 两期高程：{says.zh}",
        f"by elevations of {before.date} and {after.date}, {says.en}",
    )


def lowered_before(dossier: Dossier, day: date | None) -> Words | None:
    """Say that ground may have been lowered before a day, if the elevations allow it.

    `None` as the day: it is not known.
    """
    before, after = dossier.batch.elevation.before, dossier.batch.elevation.after
    if before is None or after is None or (day is not None and before.date >= day):
        return None
    if day is not None and after.date < day:
        zh = f"两期高程均早于销号（{day}），升降都在销号之前"
        return Words(zh, f"both elevations are older than the closing on {day}")
    zh = f"前期高程（{before.date}）早于销号，升降可能部分或全部发生在销号之前"
    if day is None:
        zh = "销号日期不明，升降可能部分或全部发生在销号之前"
    return Words(zh, "some or all of that may have come before the closing")


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
