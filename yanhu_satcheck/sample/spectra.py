"""Reflectance of what covers the ground, in the Sentinel-2 bands B2 B3 B4 B8 B11 B12.

Typical values, read off laboratory and field spectra of the USGS Spectral Library 7 (Kokaly et al.
2017: limestone, calcite and ferruginous clays, lawn and dry grass, oak and pine leaves, asphalt,
brick) and the ECOSTRESS library (Meerdink et al. 2019: Aridisol and loess-like silty soils,
vegetation), averaged over the bands and darkened to what a 10 m pixel sees of a rough surface.
Vegetation stands over ground as a mixture by covered share; a plant is a mixture of its green and
dry state by season. A dust net is dyed plastic: green to the eye, without the red edge of leaves.
"""

import numpy as np

from .noise import Field
from .terms import SEASONS

BANDS = ("blue", "green", "red", "nir", "swir1", "swir2")

GROUND = {
    "loess": (0.098, 0.145, 0.195, 0.272, 0.352, 0.312),
    "moist_loess": (0.068, 0.101, 0.139, 0.200, 0.270, 0.228),
    "red_soil": (0.070, 0.103, 0.149, 0.214, 0.300, 0.262),
    "weathered_limestone": (0.128, 0.156, 0.184, 0.226, 0.272, 0.242),
    "fresh_limestone": (0.218, 0.254, 0.284, 0.330, 0.378, 0.330),
    "bauxite": (0.126, 0.182, 0.288, 0.356, 0.442, 0.368),
    "spoil": (0.150, 0.188, 0.230, 0.282, 0.350, 0.308),
    "old_floor": (0.140, 0.174, 0.211, 0.258, 0.322, 0.286),
    "dust": (0.178, 0.216, 0.250, 0.296, 0.356, 0.316),
    "gravel": (0.152, 0.182, 0.208, 0.246, 0.298, 0.268),
    "water": (0.062, 0.074, 0.056, 0.031, 0.014, 0.010),
    "asphalt": (0.092, 0.103, 0.114, 0.134, 0.164, 0.152),
    "concrete": (0.186, 0.214, 0.234, 0.268, 0.302, 0.284),
    "brick_roof": (0.094, 0.114, 0.176, 0.232, 0.286, 0.252),
    "blue_roof": (0.226, 0.220, 0.176, 0.262, 0.262, 0.210),
    "plastic": (0.304, 0.322, 0.330, 0.402, 0.366, 0.262),
    "snow": (0.860, 0.850, 0.840, 0.780, 0.120, 0.090),
    "ash": (0.052, 0.060, 0.068, 0.094, 0.176, 0.196),
    "net": (0.062, 0.118, 0.070, 0.128, 0.142, 0.118),
    "silt": (0.104, 0.142, 0.176, 0.216, 0.232, 0.186),
    "tailings": (0.196, 0.232, 0.258, 0.296, 0.332, 0.288),
}
GREEN = {
    "maize": (0.024, 0.058, 0.029, 0.462, 0.196, 0.088),
    "wheat": (0.028, 0.066, 0.036, 0.402, 0.202, 0.108),
    "orchard": (0.024, 0.050, 0.030, 0.372, 0.184, 0.088),
    "shrub": (0.023, 0.047, 0.029, 0.318, 0.172, 0.086),
    "conifer": (0.018, 0.036, 0.022, 0.252, 0.118, 0.056),
    "grass": (0.036, 0.070, 0.052, 0.302, 0.222, 0.132),
    "reeds": (0.030, 0.062, 0.042, 0.338, 0.188, 0.096),
}
DRY = {
    "maize": (0.088, 0.122, 0.164, 0.268, 0.352, 0.274),
    "wheat": (0.090, 0.128, 0.172, 0.286, 0.360, 0.280),
    "orchard": (0.058, 0.084, 0.104, 0.212, 0.252, 0.176),
    "shrub": (0.052, 0.074, 0.096, 0.196, 0.262, 0.186),
    "conifer": (0.034, 0.050, 0.048, 0.212, 0.152, 0.086),
    "grass": (0.076, 0.108, 0.148, 0.254, 0.336, 0.254),
    "reeds": (0.078, 0.106, 0.142, 0.248, 0.318, 0.240),
}
SEASON = {  # share of green in a plant: late May, late August and mid-November
    "maize": (0.0, 0.96, 0.0),
    "wheat": (0.72, 0.0, 0.94),
    "orchard": (0.94, 0.97, 0.34),
    "shrub": (0.82, 0.90, 0.30),
    "conifer": (0.92, 0.96, 0.88),
    "grass": (0.66, 0.72, 0.16),
    "reeds": (0.60, 0.92, 0.08),
}
GROUNDS, PLANTS = tuple(GROUND), tuple(GREEN)
G = {name: index for index, name in enumerate(GROUNDS)}
P = {name: index for index, name in enumerate(PLANTS)}


def ground_table() -> Field:
    """A row a ground, a column a band."""
    return np.array([GROUND[name] for name in GROUNDS])


def plant_table(when: int) -> Field:
    """A row a plant in the season's state, a column a band."""
    rows = []
    for name in PLANTS:
        green = SEASON[name][SEASONS.index(when)]
        rows.append(green * np.array(GREEN[name]) + (1 - green) * np.array(DRY[name]))
    return np.array(rows)
