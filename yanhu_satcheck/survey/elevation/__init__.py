"""An elevation pair as a whole: how its models lie to one another, and how far they can be told."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import hypot

import numpy as np
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.heights import HeightModel, places
from yanhu_satcheck.raster.relief import ReliefReader, gradient, open_relief, slope_deg
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spread import Noise
from yanhu_satcheck.raster.window import cell_m, moved
from yanhu_satcheck.scene import DemFit, ElevationPair
from yanhu_satcheck.survey.elevation import words
from yanhu_satcheck.survey.elevation.drawn import redrawn
from yanhu_satcheck.survey.elevation.fit import Terms, closer, fitted, spread_of
from yanhu_satcheck.survey.elevation.noise import noise_of
from yanhu_satcheck.survey.elevation.sample import Stable, finer
from yanhu_satcheck.survey.elevation.twice import copied
from yanhu_satcheck.survey.windows import plots, shared_window
from yanhu_satcheck.terms import Words

LEAST = 4_000  # stable cells
LARGE = 4_000_000  # cells: of as many 64 windows hold a quarter at most, and more are asked
UNSURE = 0.5  # cells: a shift that is known no better is not undone
FAR_M, FAR_CELLS = 30.0, 5.0  # the larger holds: a shift beyond is no error of position
ROUGH_M = 20.0  # a pair whose stable ground differs by more tells no pit of a county's size
APART = 0.5  # of the relief: stable ground that differs by this share of it is other ground
STRETCHED = 0.03  # of an elevation: heights that grow apart faster are of two units


def survey_elevation(
    pair: ElevationPair, keep_out: Sequence[BaseGeometry], crs: str, seed: int = 0
) -> DemFit:
    """Fit how two elevation models lie to one another, on ground that hardly changes.

    Args:
        pair: Two models; extents, cell sizes, CRSs and axes may differ. The earlier one's grid
            is worked on, or one like it in `crs` where its own is in degrees or turned.
        keep_out: Issued polygons and licences in `crs`: never taken for unchanged ground.
        crs: The batch's working CRS, in metres.
        seed: Of the sample windows and cells; the same seed gives the same fit.

    Raises:
        RasterError: A model cannot be read.
    """
    blank = DemFit(pair)
    if pair.before is None or pair.after is None:
        return replace(blank, refused=words.ONE_DATE if pair.before or pair.after else None)
    with open_relief(pair.before, crs) as before:
        area = shared_window(before.grid, pair.after.grid)
        if area is None or min(area.height, area.width) < 32:
            return replace(blank, refused=words.NO_OVERLAP)
        away = [moved(shape, crs, before.grid.crs) for shape in keep_out if not shape.is_empty]
        stable = Stable(before, pair.after, area, away, seed)
        large = area.height * area.width >= LARGE
        more = finer(before, pair.after, area, away, seed) if large else None
        fit = _surveyed(blank, before, stable, more, away, seed)
        if fit.model is None:
            return fit
        return replace(
            fit, model=fit.model._replace(plots=tuple(plots(area, before.grid, away, seed)))
        )


def _surveyed(
    blank: DemFit,
    before: ReliefReader,
    stable: Stable,
    more: Iterable[Stable] | None,
    away: list[BaseGeometry],
    seed: int,
) -> DemFit:
    if sum(int(free.sum()) for free in stable.free) < LEAST:
        return replace(blank, refused=words.TOO_LITTLE)
    terms = fitted(stable, seed)
    if terms is None:
        return replace(blank, refused=words.TOO_LITTLE)
    cell = cell_m(before.grid)
    sure = terms.settled and max(_errors(terms)[:2]) < UNSURE * cell
    if not sure:
        terms = fitted(stable, seed, shifting=False)
        assert terms is not None
    elif more is not None:
        terms = closer(more, terms, seed)
    ground = _Aligned(stable, terms)
    if (spread := spread_of(ground.flat()[1].astype(float))) > ROUGH_M:
        return replace(blank, nmad_m=spread, refused=words.too_rough(spread))
    if twin := copied(ground.before, ground.after, ground.known, stable.rounded):
        return replace(blank, refused=twin)
    shift = float(terms.values[0]), float(terms.values[1])
    if redrawn(blank.pair, shift, before.grid.crs, seed):
        return replace(blank, refused=words.twice(words.NEAREST))
    pair = blank.pair
    assert pair.before is not None
    assert pair.after is not None
    floor = hypot(pair.before.sigma_m or 0.0, pair.after.sigma_m or 0.0)
    noise, _ = noise_of(
        ground.rises, ground.slopes, ground.known, stable.windows, before.grid, floor, seed
    )
    if not sure:  # nobody knows how far it lies off: as far as a model of this kind may
        terms.covariance[0, 0] = terms.covariance[1, 1] = cell**2
    found = _found(blank, terms, ground, noise, sure)
    if refused := _doubtful(found, terms, ground, cell):
        return replace(found, refused=refused)
    model = HeightModel(
        before.grid,
        shift,
        terms.middle,
        float(terms.values[2]),
        (float(terms.values[3]), float(terms.values[4])),
        float(terms.values[5]),
        terms.covariance,
        noise,
        tuple(stable.windows),
        tuple(away),
        (),
    )
    return replace(found, says=words.done(found, noise, sure), model=model)


class _Aligned:
    """The sample windows once the later model has been moved onto the earlier."""

    def __init__(self, stable: Stable, terms: Terms) -> None:
        east, north, height, tilt_x, tilt_y, stretch = terms.values
        x0, y0, z0 = terms.middle
        self.before, self.after = stable.before, list[Floats]()
        self.rises, self.slopes, self.known = list[Floats](), list[Floats](), list[Bools]()
        afters = stable.after((float(east), float(north)))
        for window, one, two, free in zip(
            stable.windows, stable.before, afters, stable.free, strict=True
        ):
            x, y = places(window, stable.grid)
            level = height + tilt_x * (x - x0) + tilt_y * (y[:, None] - y0)
            level = level + stretch * (one - z0) if stretch else level
            moved_ = two - level.astype(np.float32)
            steep = slope_deg(*gradient(one, stable.grid))
            self.after.append(moved_)
            self.rises.append(moved_ - one)
            self.slopes.append(steep)
            self.known.append(free & np.isfinite(moved_ - one) & np.isfinite(steep))

    def flat(self) -> tuple[Floats, Floats]:
        """Elevation before and rise over all known cells."""
        return (
            np.concatenate([z[k] for z, k in zip(self.before, self.known, strict=True)]),
            np.concatenate([r[k] for r, k in zip(self.rises, self.known, strict=True)]),
        )


def _errors(terms: Terms) -> list[float]:
    return [float(v) for v in np.sqrt(np.diag(terms.covariance))]


def _found(blank: DemFit, terms: Terms, ground: _Aligned, noise: Noise, sure: bool) -> DemFit:
    """What was fitted, in the words of the noun."""
    values, errors, n = terms.values, _errors(terms), terms.cells
    _, rise = ground.flat()
    height, *tilt = (
        Measured(float(values[i]) * by, errors[i] * by, n, unit)
        for i, by, unit in ((2, 1.0, "m"), (3, 1000.0, "m/km"), (4, 1000.0, "m/km"))
    )
    return replace(
        blank,
        shift_m=(
            Measured(float(values[0]), errors[0], n, "m"),
            Measured(float(values[1]), errors[1], n, "m"),
        )
        if sure
        else None,
        height_m=height,
        tilt=(tilt[0], tilt[1]),
        nmad_m=spread_of(rise.astype(float)),
        range_m=noise.range_m,
    )


def _doubtful(fit: DemFit, terms: Terms, ground: _Aligned, cell: float) -> Words | None:
    """Why a pair that could be fitted must not be subtracted all the same."""
    shift = float(np.hypot(*terms.values[:2]))
    if shift > max(FAR_M, FAR_CELLS * cell):
        return words.too_far(shift)
    if abs(float(terms.values[5])) > STRETCHED:
        return words.two_units(float(terms.values[5]))
    assert fit.nmad_m is not None
    level, _ = ground.flat()
    relief = spread_of(level.astype(float))
    if fit.nmad_m > 2.0 and fit.nmad_m > APART * relief:
        return words.other_ground(fit.nmad_m, relief)
    return None
