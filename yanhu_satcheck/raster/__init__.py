"""The only door to pixels: headers, windows, a pair on one grid, and the maths of one pixel.

`header` asks a file what it is; `open_pair` lays a pair on one grid; `cells` weighs an outline's
cells; `spectra`, `ground` and `relief` say what a pixel shows. Survey and measure build on these
and never on one another.
"""

from yanhu_satcheck.raster.glimpse import Glimpse, glimpse
from yanhu_satcheck.raster.header import DRIVERS, Header, header
from yanhu_satcheck.raster.pair import PairPixels, PairReader, open_pair
from yanhu_satcheck.raster.probe import Refused
from yanhu_satcheck.raster.window import Window

__all__ = [
    "DRIVERS",
    "Glimpse",
    "Header",
    "PairPixels",
    "PairReader",
    "Refused",
    "Window",
    "glimpse",
    "header",
    "open_pair",
]
