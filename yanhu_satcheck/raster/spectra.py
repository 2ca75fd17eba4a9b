"""What one pixel's bands say: greenness, brightness, bare ground, and where a scene draws lines.

Indices: NDVI (Rouse 1974); visible greenness (G-R)/(G+R) (Tucker 1979) where there is no infrared;
BSI (Rikimaru 2002); NDWI (McFeeters 1996). Absolute limits hold for reflectance only; digital
numbers get limits from the scene itself, and are worth less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from yanhu_satcheck.raster.resample import Bools, Floats

VISIBLE = ("blue", "green", "red")
TINY = np.float32(1e-6)
SQUARE = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class Cover:
    """Where one date of a scene draws the line between bare, green and dark ground."""

    roles: tuple[str, ...]
    floor: tuple[float, ...]  # haze and sensor offset, taken off before indices; 0 if calibrated
    bare: float  # greenness below this is not green
    green: float  # greenness above this is green
    dark: float  # light below this is water or shadow, not bare ground
    calibrated: bool


@dataclass(frozen=True, slots=True)
class Sky:
    """Where one date of a scene draws the line to cloud and shadow."""

    bright: float  # visible brightness above this, if white, is cloud; inf: cannot be told
    haze: float  # above this it still is, where it joins such cloud
    dark: float  # near infrared below this is shadow or open water; -inf: cannot be told
    calibrated: bool
    clouds: bool = True  # the date shows clouds, or might: then what is dark may be their shadow
    floor: tuple[float, ...] = ()  # haze and sensor offset a band, for telling water from shadow


def pick(stack: Floats, roles: Sequence[str], role: str) -> Floats | None:
    """The band of a role (h, w), or None where the pair has none."""
    return stack[roles.index(role)] if role in roles else None


def ratio(one: Floats, two: Floats) -> Floats:
    """(one - two) / (one + two), 0 where both are dark."""
    total = one + two
    return np.where(np.abs(total) > TINY, (one - two) / np.where(total == 0, 1, total), 0)


def brightness(stack: Floats, roles: Sequence[str]) -> Floats:
    """Mean of the visible bands (h, w), or of all bands where none is visible."""
    rows = [i for i, role in enumerate(roles) if role in VISIBLE] or list(range(len(roles)))
    return np.asarray(stack[rows].mean(axis=0), dtype=np.float32)


def greenness(stack: Floats, cover: Cover) -> Floats:
    """NDVI, or visible greenness where there is no near infrared (h, w), -1 to 1."""
    clean = np.maximum(stack - np.array(cover.floor, np.float32)[:, None, None], 0)
    nir, red = (pick(clean, cover.roles, role) for role in ("nir", "red"))
    if nir is not None and red is not None:
        return np.clip(ratio(nir, red), -1, 1)
    green = pick(clean, cover.roles, "green")
    if green is not None and red is not None:
        return np.clip(ratio(green, red), -1, 1)
    return np.zeros(stack.shape[1:], dtype=np.float32)


def light(stack: Floats, cover: Cover) -> Floats:
    """The band in which water and shadow are darkest: near infrared, else visible brightness."""
    nir = pick(stack, cover.roles, "nir")
    return brightness(stack, cover.roles) if nir is None else nir


def bare_ground(stack: Floats, cover: Cover, green: Floats) -> Bools:
    """Cells of bare ground (h, w): neither green, nor water, nor too dark to tell."""
    bare = (green < cover.bare) & (light(stack, cover) > cover.dark)
    if not cover.calibrated:
        return bare
    names = ("blue", "green", "red", "nir", "swir1")
    blue, middle, red, nir, swir = (pick(stack, cover.roles, name) for name in names)
    if blue is not None and red is not None and nir is not None and swir is not None:
        bare &= ratio(swir + red, nir + blue) > -0.1
    if middle is not None and nir is not None:
        bare &= ratio(middle, nir) < 0.1
    return bare


def bare_index(stack: Floats, roles: Sequence[str]) -> Floats | None:
    """BSI, or its four-band stand-in ((R+G)-(N+B))/sum (h, w); None without near infrared."""
    blue, green, red, nir = (pick(stack, roles, role) for role in ("blue", "green", "red", "nir"))
    swir = pick(stack, roles, "swir1")
    if blue is None or red is None or nir is None:
        return None
    if swir is not None:
        return ratio(swir + red, nir + blue)
    return None if green is None else ratio(red + green, nir + blue)


def hidden(stack: Floats, roles: Sequence[str], sky: Sky) -> Bools:
    """Cells (h, w) that cloud or shadow seems to hide, guessed from the pixels, edges included.

    From bright and white cores cloud reaches into the haze that joins them, and a few cells on,
    for the torn edge. Where the date shows no clouds, dark ground that is water stays in view. It
    misses thin cloud, and takes snow for cloud.
    """
    out = np.zeros(stack.shape[1:], dtype=bool)
    core = cloud_core(stack, roles, sky)
    if core.any():
        haze = brightness(stack, roles) > sky.haze
        joined = ndimage.binary_dilation(core, SQUARE, iterations=10, mask=core | haze)
        out |= ndimage.binary_dilation(joined, SQUARE, iterations=4)
    nir = pick(stack, roles, "nir")
    if nir is not None and np.isfinite(sky.dark):
        dark = nir < sky.dark
        if not sky.clouds:
            dark &= ~_water(stack, roles, sky)
        if dark.any():
            out |= ndimage.binary_dilation(ndimage.binary_opening(dark, SQUARE), SQUARE)
    return out


def cloud_core(stack: Floats, roles: Sequence[str], sky: Sky) -> Bools:
    """Cells (h, w) as bright and white as cloud, and darker in short-wave infrared than dry rock.

    Single bright cells are roofs.
    """
    visible = [i for i, role in enumerate(roles) if role in VISIBLE]
    if len(visible) < 2 or not np.isfinite(sky.bright):
        return np.zeros(stack.shape[1:], dtype=bool)
    mean = brightness(stack, roles)
    cloud = mean > sky.bright
    if not cloud.any():
        return cloud
    spread = stack[visible].max(axis=0) - stack[visible].min(axis=0)
    cloud &= spread < 0.35 * mean
    swir = pick(stack, roles, "swir1")
    if sky.calibrated and swir is not None:
        cloud &= swir < 1.2 * mean
    return np.asarray(ndimage.binary_opening(cloud, SQUARE), dtype=bool)


def _water(stack: Floats, roles: Sequence[str], sky: Sky) -> Bools:
    """Dark ground that is brighter in green than in infrared: shaded plants and soil are not."""
    green, nir = pick(stack, roles, "green"), pick(stack, roles, "nir")
    if green is None or nir is None:
        return np.zeros(stack.shape[1:], dtype=bool)
    low = dict(zip(roles, sky.floor, strict=True)) if sky.floor else {}
    return np.asarray(green - low.get("green", 0.0) > nir - low.get("nir", 0.0), dtype=bool)


def split(values: NDArray[np.floating]) -> float:
    """The threshold that parts values into two groups best (Otsu 1979), over 128 bins."""
    low, high = np.quantile(values, (0.005, 0.995))
    if not high > low:
        return float(low)
    counts, edges = np.histogram(values, bins=128, range=(float(low), float(high)))
    middle = (edges[:-1] + edges[1:]) / 2
    weight, first = np.cumsum(counts), np.cumsum(counts * middle)
    rest = weight[-1] - weight
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = weight * rest * (first / weight - (first[-1] - first) / rest) ** 2
    return float(edges[1:][int(np.nanargmax(np.where(np.isfinite(apart), apart, -1)))])
