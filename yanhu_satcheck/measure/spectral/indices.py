"""The indices we use, each a few bands' worth of arithmetic with its source.

Four bands come first (blue, green, red, near infrared): that is what counties get. Those that need
short-wave infrared are there where it is. All but brightness are ratios, so that shade and slope
weigh little; on digital numbers without a scale they rank ground and no more.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.spectra import ratio

Formula = Callable[..., Floats]


class Index(NamedTuple):
    """One index: the bands it takes, in the order of its formula, and where it comes from."""

    bands: tuple[str, ...]
    formula: Formula
    source: str


def _over(one: Floats, two: Floats) -> Floats:
    """One band over another; both held above a thousandth, so that darkness is no ratio."""
    return np.asarray(np.maximum(one, 1e-3) / np.maximum(two, 1e-3), dtype=np.float32)


INDICES: Mapping[str, Index] = {
    "ndvi": Index(("nir", "red"), ratio, "Rouse et al. 1974"),
    "savi": Index(
        ("nir", "red"), lambda n, r: 1.5 * (n - r) / np.maximum(n + r + 0.5, 0.1), "Huete 1988"
    ),
    "ndwi": Index(("green", "nir"), ratio, "McFeeters 1996: open water above 0"),
    "redness": Index(("red", "green"), ratio, "Pouget et al. 1990: red soils"),
    "leafiness": Index(
        ("green", "red", "blue"),
        lambda g, r, b: ratio(2 * g, r + b),
        "green leaf index, Louhaichi et al. 2001: green to the eye above 0",
    ),
    "iron": Index(("red", "blue"), _over, "Sabins 1999: iron oxides"),
    "soil4": Index(
        ("red", "green", "nir", "blue"),
        lambda r, g, n, b: ratio(r + g, n + b),
        "a four-band stand-in for the bare soil index",
    ),
    "bsi": Index(
        ("swir1", "red", "nir", "blue"),
        lambda s, r, n, b: ratio(s + r, n + b),
        "bare soil index, Rikimaru et al. 2002",
    ),
    "mndwi": Index(("green", "swir1"), ratio, "Xu 2006: water; Hall et al. 1995 (NDSI): snow"),
    "ferrous": Index(("swir1", "nir"), _over, "Segal 1982: ferrous minerals"),
    "clay": Index(("swir1", "swir2"), _over, "Drury 1987: clay and carbonate"),
    "nbr": Index(("nir", "swir2"), ratio, "normalized burn ratio, Key & Benson 2006"),
}


def index(name: str, stack: Floats, roles: Sequence[str]) -> Floats | None:
    """One index of a stack (p, h, w) as (h, w); `None` where a band is missing."""
    one = INDICES[name]
    if not set(one.bands) <= set(roles):
        return None
    bands = (np.maximum(np.nan_to_num(stack[roles.index(band)]), 0) for band in one.bands)
    return np.asarray(one.formula(*bands), dtype=np.float32)


def lacking(roles: Sequence[str]) -> tuple[str, ...]:
    """The indices that these bands do not allow."""
    return tuple(name for name, one in INDICES.items() if not set(one.bands) <= set(roles))
