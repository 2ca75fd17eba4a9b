"""What changed on the ground inside one polygon, beyond what ground like it did elsewhere."""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from yanhu_satcheck.evidence import ChangeEvidence
from yanhu_satcheck.measure.figures import Cells, mean_of, mean_over
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.alteration import chi_square, standing
from yanhu_satcheck.raster.ground import Look, SceneModel, soil_index
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import brightness

FEWEST_NEW = 5  # newly bare cells below which nothing is said of their colour
NEAR = 3  # cells from earlier bare ground within which new bare ground counts as its growth


class Seen(NamedTuple):
    """One polygon's window, looked at: what every measure of it starts from."""

    before: Floats  # (p, h, w)
    after: Floats  # levelled to the before image
    seen: Bools
    look: Look
    weights: Floats  # (h, w) share of each cell inside the polygon
    cells: Cells
    model: SceneModel
    shift_sigma_px: float

    def place_sd(self, figure: str) -> float:
        """How far whole places of the polygon's classes of ground differ in a figure."""
        own = self.model.place_sd.get(figure)
        if own is None:
            return 0.0
        kinds = self.look.kind[self.cells.mask]
        return float(np.sqrt(np.average(own[kinds] ** 2, weights=self.cells.weight)))


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
    """Indices and surroundings, for the record and for the cause."""
    look, cells = seen.look, seen.cells
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
        index = soil_index(stack, seen.model)
        if index is not None:
            out[name] = mean_of(index, cells, "index")
    out |= _ring(seen)
    out |= _texture(seen)
    out |= _tint(seen)
    return out


def _tint(seen: Seen) -> dict[str, Measured]:
    """How much redder the newly bare cells are than what stood there: change of log(red / blue).

    Soil and rock are redder than plants (iron oxides absorb blue); film, roofs, concrete and snow
    are not. A ratio of bands, it holds in shade better than brightness does.
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
    inside = (tones[1] - tones[0])[cells.mask][new].astype(float)
    own = Cells(cells.mask, cells.weight[new], cells.block[new], cells.edge)
    return {"tint": mean_over(inside, own, "log ratio")}


def _ring(seen: Seen) -> dict[str, Measured]:
    """The surroundings' own change: weather and season touch both sides of an outline."""
    look, ring = seen.look, seen.look.clear & (seen.weights == 0)
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


def _texture(seen: Seen) -> dict[str, Measured]:
    """Disorder: how much rougher the ground looks than before; growth: how it touches old bare."""
    look, cells = seen.look, seen.cells
    rough = [_roughness(stack, seen) for stack in (seen.before, seen.after)]
    out = {"disorder": mean_of(rough[1] - rough[0], cells, "log ratio")}
    new = look.bare[1] & ~look.bare[0] & look.clear
    inside = new & cells.mask
    if inside.sum() >= 5:
        square = np.ones((3, 3), bool)
        old = ndimage.binary_opening(look.bare[0] & look.clear, square)
        near = ndimage.binary_dilation(old, square, iterations=NEAR)
        touch = float(near[inside].mean())
        sigma = float(np.sqrt(max(touch * (1 - touch), 0.01) * 9 / inside.sum()))
        out["edge_share"] = Measured(touch, sigma, int(inside.sum()), "share")
    return out


def _roughness(stack: Floats, seen: Seen) -> Floats:
    """Log of the local spread of log brightness (h, w), over 3 × 3 cells."""
    mean = np.maximum(np.nan_to_num(brightness(stack, seen.model.roles)), 0)
    tone = np.log(mean + seen.model.likes.soft.mean())
    local = ndimage.uniform_filter(tone, 3)
    spread = ndimage.uniform_filter(tone**2, 3) - local**2
    return np.asarray(0.5 * np.log(np.maximum(spread, 1e-6)), dtype=np.float32)
