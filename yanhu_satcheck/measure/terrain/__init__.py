"""The relief that a polygon lies on, and what was dug from it and heaped on it."""

from yanhu_satcheck.measure.terrain.ground import hold, long_axis, slopes_on, terrain_of
from yanhu_satcheck.measure.terrain.picture import relief_chip

__all__ = ["hold", "long_axis", "relief_chip", "slopes_on", "terrain_of"]
