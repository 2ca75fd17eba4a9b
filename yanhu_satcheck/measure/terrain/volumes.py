"""Cut and fill of one outline, each with an error that knows neighbouring cells err alike.

Volumes are sums of the unthresholded difference: leaving small differences out would bias them
(Anderson 2019). Split cell by cell by its sign, though, noise alone would fill both sums. So the
sign is taken from the mean of 25 cells where that is beyond its error; ground where it is not
counts as one piece, with the sign of its sum. Fill less cut is the plain sum in any case.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.heights import HeightReader, Heights, places
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.window import Window

SURE = 1.96  # errors; 95 %
MISSED = 1.645  # errors more, so that of changes this large only one in twenty stays within SURE
SIGNED = 2.58  # errors beyond which ground plainly lies lower or higher; 99 %
BOX = 5  # cells along a side of the mean that tells the sign
KNOWN = 0.95  # of the outline's area that both models must show
HIDDEN = 0.2  # of a cell's error: half of what noise alone would give either side
RINGING = 0.004  # of a volume: what resampling throws to the other side of its sharp edges
NAUGHT = 1e-9


class Lot(NamedTuple):
    """The cells of one outline on both dates."""

    heights: Heights
    area: Floats  # (h, w) square metres of each cell inside the outline; 0 where it is not known
    sigma: Floats  # (h, w) metres, one cell's difference
    edges: Floats  # (h, w) metres, what a sharp edge between cell centres may hide
    lower: Bools  # cells of ground that plainly lies lower
    higher: Bools
    columns: Floats  # (6, h, w) what one unit of each fitted term adds to the difference
    reader: HeightReader

    @property
    def inside(self) -> Bools:
        """Cells that count."""
        return np.asarray(self.area > 0)

    @property
    def area_m2(self) -> float:
        """Of the outline, as far as it is known."""
        return float(self.area.sum(dtype=float))

    def total(self, mask: Bools) -> float:
        """The volume over some of the cells: cubic metres, negative where ground is gone."""
        return float((self.heights.rise[mask] * self.area[mask]).sum(dtype=float))

    def error(self, weight: Floats) -> float:
        """The error of a weighted sum of differences (h, w): neighbours' and the fit's own."""
        model = self.reader.model
        a, e = model.grid.transform[0], model.grid.transform[4]
        own = model.noise.sum_sigma(weight * self.sigma, (abs(a), abs(e)))
        own = float(np.hypot(own, np.sqrt(((weight * self.edges) ** 2).sum(dtype=float))))
        pull = (self.columns * weight).sum(axis=(1, 2), dtype=float)
        return float(np.sqrt(own**2 + max(float(pull @ model.covariance @ pull), 0.0)))

    def mean(self, mask: Bools) -> Measured:
        """The mean difference over some of the cells, metres."""
        weight: Floats = np.where(mask, self.area, np.float32(0))
        weight /= np.float32(max(float(weight.sum(dtype=float)), NAUGHT))
        n = max(1, int(mask.sum()))
        value = float((self.heights.rise[mask] * weight[mask]).sum(dtype=float))
        return Measured(value, self.error(weight), n, "m")


class Volumes(NamedTuple):
    """Cubic metres inside the outline; net = fill − cut."""

    cut: Measured
    fill: Measured
    net: Measured
    detectable_m: float

    @property
    def shows(self) -> bool:
        """Whether a cut or a fill is beyond its error."""
        return any(one.value > SURE * one.sigma for one in (self.cut, self.fill))


def lot_of(heights: Heights, weights: Floats, window: Window, reader: HeightReader) -> Lot | None:
    """The cells that count, or None where the models do not show enough of the outline."""
    inside = (weights > 0) & heights.known
    if weights[inside].sum(dtype=float) < KNOWN * weights.sum(dtype=float) or not inside.any():
        return None
    a, e = reader.grid.transform[0], reader.grid.transform[4]
    area = np.where(inside, weights * np.float32(abs(a * e)), 0).astype(np.float32)
    sigma = reader.model.noise.at(np.nan_to_num(heights.slope_deg))
    box = np.full((BOX, BOX), 1 / BOX**2, dtype=np.float32)
    sure = SIGNED * reader.model.noise.sum_sigma(box, (abs(a), abs(e))) * sigma
    level = _around(np.where(heights.known, heights.rise, 0), heights.known)
    lower, higher = inside & (level < -sure), inside & (level > sure)
    return Lot(
        heights,
        area,
        sigma,
        _edges(heights, sigma),
        lower,
        higher,
        _columns(heights, window, reader),
        reader,
    )


def volumes_of(lot: Lot) -> Volumes:
    """Cut, fill and net with their errors."""
    rest = lot.inside & ~lot.lower & ~lot.higher
    net, doubt = lot.total(lot.inside), lot.total(rest)
    cut = max(-(lot.total(lot.lower) + min(doubt, 0.0)), -net, 0.0)
    fill = net + cut
    if fill < 0:  # rounding
        fill, cut = 0.0, -net
    n = max(1, round(float(lot.area.sum(dtype=float)) / _cell_area(lot)))
    sigma = lot.error(lot.area)
    # Currie's (1968) detection limit: at SURE errors alone, half of such changes would be missed.
    least = (SURE + MISSED) * float(np.hypot(sigma, HIDDEN * _alone(lot, lot.inside)))
    # Where no sign is told, cut and fill may hide that cancel in the net.
    hidden = float(np.hypot(HIDDEN * _alone(lot, rest), RINGING * (cut + fill)))
    errors = [
        float(np.hypot(lot.error(np.where(mask, lot.area, np.float32(0))), hidden))
        for mask in (lot.lower | rest, lot.higher | rest)
    ]
    return Volumes(
        Measured(cut, errors[0], n, "m3"),
        Measured(fill, errors[1], n, "m3"),
        Measured(net, sigma, n, "m3"),
        least / lot.area_m2,
    )


def _alone(lot: Lot, mask: Bools) -> float:
    """The sum of single cells' errors over some of the cells, as if all erred the same way."""
    return float((lot.sigma * lot.area * mask).sum(dtype=float))


def _cell_area(lot: Lot) -> float:
    transform = lot.reader.grid.transform
    return float(abs(transform[0] * transform[4]))


def _around(rise: Floats, known: Bools) -> Floats:
    """The mean of the known cells around each."""
    share = ndimage.uniform_filter(known.astype(np.float32), BOX, mode="constant")
    level = ndimage.uniform_filter(rise, BOX, mode="constant")
    return np.asarray(level / np.maximum(share, 1e-3), dtype=np.float32)


def _edges(heights: Heights, sigma: Floats) -> Floats:
    """What a sharp edge of the change, lying anywhere between cell centres, adds to a cell's error.

    An eighth of the second difference is the most that a straight line misses of a bend; bends
    that noise may have made are none.
    """
    rise = np.pad(np.where(heights.known, heights.rise, 0), 1, mode="edge")
    middle = 2 * rise[1:-1, 1:-1]
    bent = np.hypot(
        rise[1:-1, 2:] + rise[1:-1, :-2] - middle, rise[2:, 1:-1] + rise[:-2, 1:-1] - middle
    )
    return np.asarray(np.where(heights.known & (bent > 4 * sigma), bent / 8, 0), dtype=np.float32)


def _columns(heights: Heights, window: Window, reader: HeightReader) -> Floats:
    """What the difference errs by for a unit's error of each fitted term (6, h, w)."""
    x, y = places(window, reader.grid)
    x0, y0, z0 = reader.model.middle
    shape = heights.rise.shape
    right = np.broadcast_to(x - x0, shape)
    up = np.broadcast_to((y - y0)[:, None], shape)
    lift = heights.before - z0
    parts = (-heights.east, -heights.north, np.ones(shape), right, up, lift)
    return np.nan_to_num(np.stack(parts).astype(np.float32))
