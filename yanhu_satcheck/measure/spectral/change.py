"""What changed on the ground inside one polygon, beyond what ground like it did elsewhere."""

from math import hypot

import numpy as np

from yanhu_satcheck.evidence import ChangeEvidence
from yanhu_satcheck.measure.figures import Cells, mean_of, mean_over
from yanhu_satcheck.measure.spectral.indices import INDICES, index
from yanhu_satcheck.measure.spectral.seen import Seen, expected
from yanhu_satcheck.measure.spectral.surface import surface
from yanhu_satcheck.measure.texture import texture
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.alteration import chi_square, standing
from yanhu_satcheck.raster.ground import soil_index
from yanhu_satcheck.raster.resample import Bools, Floats

FEWEST_NEW = 5  # newly bare cells below which nothing is said of their colour
FEWEST_STILL = 20  # unchanged cells of the surroundings that tell what the air did to colours
UNKNOWN_AIR = 0.15  # error of log(red / blue) where they do not: a moderate haze


def change_of(seen: Seen) -> ChangeEvidence:
    """The evidence of change over a polygon's clear cells, each figure with its spread."""
    look, cells = seen.look, seen.cells
    slip = seen.shift_sigma_px * cells.edge

    def share(layer: Floats | Bools, figure: str = "") -> Measured:
        return mean_of(layer, cells, "share", seen.place_sd(figure), slip)

    return ChangeEvidence(
        changed_share=share(look.changed, "changed"),
        bare_before=share(look.bare[0]),
        bare_after=share(look.bare[1]),
        bare_gain=share(look.newly_bare, "newly_bare"),
        green_loss=share(look.lost, "lost"),
        green_gain=share(look.greened, "greened"),
        brightness=mean_of(look.brighter, cells, "relative", seen.place_sd("brighter")),
        growth_share=_growth(seen),
        others=_others(seen),
    )


def _growth(seen: Seen) -> Measured:
    """The newly bare share of what was not bare before, less what its like became.

    Where the polygon was bare throughout there was nothing left to grow into: 0 ± 1 of no cells.
    """
    open_ground = ~seen.look.bare[0][seen.cells.mask]
    weight = float(seen.cells.weight[open_ground].sum())
    if weight < 1:
        return Measured(0.0, 1.0, 0, "share")
    whole = float(seen.cells.weight.sum())
    gain = mean_of(seen.look.newly_bare, seen.cells, "share", seen.place_sd("newly_bare"))
    scale = whole / weight
    return Measured(
        gain.value * scale, min(1.0, gain.sigma * scale), max(1, round(weight)), "share"
    )


def _others(seen: Seen) -> dict[str, Measured]:
    """Indices, surface, texture and surroundings, for the record and for the cause."""
    look, cells, become = seen.look, seen.cells, expected(seen)
    out = {
        "green_before": mean_of(look.green[0], cells, "index"),
        "green_after": mean_of(look.green[1], cells, "index"),
        "like_share": mean_of(look.alike, cells, "share"),
        "mining_like": mean_of(look.score, cells, "share"),
    }
    if seen.model.alteration is not None:
        chi2 = chi_square(seen.before, seen.after, seen.model.alteration)
        out["irmad"] = mean_of(standing(chi2, seen.model.alteration), cells, "share")
    for name, stack in (("soil_before", seen.before), ("soil_after", seen.after)):
        soil = soil_index(stack, seen.model)
        if soil is not None:
            out[name] = mean_of(soil, cells, "index")
    out |= _beyond(seen, become)
    out |= _ring(seen)
    out |= texture(seen.before, seen.after, look, seen.ring, cells, seen.model)
    out |= surface(seen, become)
    out |= _tint(seen)
    return out


def _beyond(seen: Seen, become: Floats) -> dict[str, Measured]:
    """The change of every index that the bands allow, less what it became on like ground.

    `like_green` is that other part: how far the greenness of like ground itself moved.
    """
    roles, out = seen.model.roles, dict[str, Measured]()
    for name in INDICES:
        was, now = index(name, become, roles), index(name, seen.after, roles)
        if was is not None and now is not None:
            out[f"{name}_beyond"] = mean_of(now - was, seen.cells, "index")
    season, before = index("ndvi", become, roles), index("ndvi", seen.before, roles)
    if season is not None and before is not None:
        out["like_green"] = mean_of(season - before, seen.cells, "index")
    return out


def _tint(seen: Seen) -> dict[str, Measured]:
    """How much redder the newly bare cells are than what stood there: change of log(red / blue).

    Soil and rock are redder than plants (iron oxides absorb blue); film, roofs, concrete and snow
    are not. A ratio of bands, it holds in shade better than brightness does. Haze is blue and lies
    on the surroundings as well: what their unchanged ground moved by is taken off.
    """
    roles, cells = seen.model.roles, seen.cells
    if not {"red", "blue"} <= set(roles):
        return {}
    new = (seen.look.bare[1] & ~seen.look.bare[0])[cells.mask]
    if new.sum() < FEWEST_NEW:
        return {}
    tones = []
    for stack in (seen.before, seen.after):
        red, blue = (
            np.maximum(stack[roles.index(role)], 0) + seen.model.likes.soft[roles.index(role)]
            for role in ("red", "blue")
        )
        tones.append(np.log(red / blue))
    turned = tones[1] - tones[0]
    own = Cells(cells.mask, cells.weight[new], cells.block[new], cells.edge)
    told = mean_over(turned[cells.mask][new].astype(float), own, "log ratio")
    air, spread = _air(turned, seen)
    return {"tint": told._replace(value=told.value - air, sigma=hypot(told.sigma, spread))}


def _air(turned: Floats, seen: Seen) -> tuple[float, float]:
    """The median change of log(red / blue) of the unchanged surroundings, and its error.

    Ground bare on both dates, where there is enough of it; else ground bare on both or neither.
    """
    was, now = seen.look.bare
    for still in (seen.ring & was & now, seen.ring & (was == now)):
        if still.sum() >= FEWEST_STILL:
            some = turned[still].astype(float)
            middle = float(np.median(some))
            apart = 1.4826 * float(np.median(np.abs(some - middle)))
            return middle, apart / max(1.0, len(some) / 9) ** 0.5
    return 0.0, UNKNOWN_AIR


def _ring(seen: Seen) -> dict[str, Measured]:
    """The surroundings' own change: weather and season touch both sides of an outline."""
    look, ring = seen.look, seen.ring
    if ring.sum() < 20:
        return {}
    around = Cells(ring, np.ones(int(ring.sum()), np.float32), _squares(ring), 0.0)
    inside = look.d2[seen.cells.mask].astype(float)
    outside = max(float(np.median(look.d2[ring])), 1e-6)
    strength = mean_over(np.log(np.maximum(inside, 1e-6) / outside), seen.cells, "log ratio")
    return {
        "ring_changed_share": mean_of(look.changed, around, "share"),
        "ring_bare_gain": mean_of(look.newly_bare, around, "share"),
        "ring_green_change": mean_of(look.green[1] - look.green[0], around, "index"),
        "strength": strength,
    }


def _squares(mask: Bools) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    side = max(3, max(mask.shape) // 6)
    rows, cols = np.nonzero(mask)
    return np.unique(rows // side * 10 + cols // side, return_inverse=True)[1].reshape(-1)
