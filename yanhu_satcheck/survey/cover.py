"""Where a scene draws its lines: bare against green, cloud and shadow against ground."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import Cover, Sky, brightness, greenness, light, split
from yanhu_satcheck.survey.clouds import cloudy, extended


def sky(sample: Floats, roles: tuple[str, ...], calibrated: bool) -> Sky:
    """The lines to cloud and shadow for a sample (p, 1, n), drawn so that doubtful ground stays.

    Fresh rock is bright and coal is dark: only what is far outside the scene's own range, or
    beyond the reflectance of any rock, counts as hidden.
    """
    vis = brightness(sample, roles)
    middle = float(np.median(vis))
    spread = 1.4826 * float(np.median(np.abs(vis - middle)))
    bright = middle + 6 * spread
    if calibrated:
        bright = max(bright, 0.38)
    elif sample.max() <= 255 and bright > 250:
        bright = np.inf
    dark = -np.inf
    if "nir" in roles:
        nir = sample[roles.index("nir")]
        low = float(np.quantile(nir, 0.001)) if not calibrated else 0.0
        dark = low + 0.15 * (float(np.median(nir)) - low)
    haze = middle + 0.4 * (bright - middle)
    return Sky(
        float(bright), float(haze), float(dark), calibrated, True, _floor(sample, calibrated)
    )


def confirmed(
    line: Sky,
    stacks: Sequence[Floats],
    seen: Sequence[Bools],
    roles: tuple[str, ...],
    cell_m: float,
) -> Sky:
    """The same lines once the date's windows (p, h, w) were asked whether they show clouds at all.

    Digital numbers alone cannot tell cloud from new roofs: there the bright is cloud only if its
    shadow is found or, where a view has no room for one, if it is larger than buildings are.
    """
    told = cloudy(stacks, seen, roles, line, cell_m)
    bright = line.bright
    if not line.calibrated and not told:
        large = told is None and extended(stacks, seen, roles, line, cell_m)
        bright = bright if large else np.inf
    return replace(line, bright=float(bright), clouds=told is not False)


def covers(
    before: Floats, after: Floats, roles: tuple[str, ...], calibrated: bool, level: bool
) -> tuple[Cover, Cover]:
    """The lines between bare and green ground for both dates' samples (p, 1, n).

    The split of greenness into two groups, held within 0.20–0.30 NDVI for reflectance. Digital
    numbers that could not be levelled get a line a date, else one for both.
    """
    first, second = _floor(before, calibrated), _floor(after, calibrated)
    blank = Cover(roles, first, 0.0, 0.0, 0.0, calibrated)
    one = greenness(before, blank).ravel()
    two = greenness(after, Cover(roles, second, 0.0, 0.0, 0.0, calibrated)).ravel()
    both = split(np.concatenate([one, two]))
    lines = (both, both) if level or calibrated else (split(one), split(two))
    return (
        _cover(before, blank, first, lines[0]),
        _cover(after, blank, second, lines[1]),
    )


def _cover(sample: Floats, blank: Cover, floor: tuple[float, ...], line: float) -> Cover:
    infrared = "nir" in blank.roles and "red" in blank.roles
    if blank.calibrated and infrared:
        line = float(np.clip(line, 0.20, 0.30))
    gap = 0.08 if infrared else 0.02
    seen = light(sample, blank)
    if blank.calibrated:
        dark = 0.05 if infrared else 0.06
    else:
        low, middle = (float(q) for q in np.quantile(seen, (0.005, 0.5)))
        # Without infrared, bare ground must be as bright as most of the scene to count.
        dark = low + (0.35 if infrared else 0.9) * (middle - low)
    return Cover(blank.roles, floor, line - gap / 2, line + gap / 2, dark, blank.calibrated)


def _floor(sample: Floats, calibrated: bool) -> tuple[float, ...]:
    if calibrated:
        return tuple(0.0 for _ in sample)
    return tuple(float(v) for v in np.quantile(sample.reshape(len(sample), -1), 0.005, axis=1))
