"""One cloud over one polygon, its shadow, and the mask that says so."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

from .district import MAIN
from .lobes import Lobe
from .noise import Field, fbm, smooth
from .quarter import AFTER, Quarter
from .sky import sun


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud and where its shadow falls."""

    lobe: Lobe
    east: float
    north: float

    def shadow(self) -> Lobe:
        """The same outline on the ground."""
        one = self.lobe
        x, y = one.x + self.east, one.y + self.north
        return Lobe(x, y, one.radius, one.stretch, one.turn, one.salt, one.rough)


def cloud_over(quarter: Quarter) -> Cloud:
    """A cloud over its polygon, as high as it must be to leave all others in the clear."""
    azimuth, height = sun(AFTER)
    case = quarter.of("clouded")
    others = [one.outline.buffer(40) for one in quarter.issued if one is not case]
    size = max(
        120.0, 0.62 * float(np.hypot(*np.ptp(np.array(case.outline.exterior.coords), axis=0)))
    )
    for above in range(260, 1600, 20):
        for turn in np.arange(0.0, 3.1, 0.4):
            lobe = Lobe(case.x, case.y, size, 1.25, float(turn), above, 0.08)
            far = above / np.tan(np.radians(height))
            east = -far * np.sin(np.radians(azimuth))
            north = -far * np.cos(np.radians(azimuth))
            cloud = Cloud(lobe, float(east), float(north))
            if _harmless(cloud, others) and lobe.ring().contains(case.outline.buffer(8)):
                return cloud
    raise ValueError("no cloud covers its polygon and leaves the others in the clear")


def _harmless(cloud: Cloud, others: list[Polygon]) -> bool:
    both = cloud.lobe.ring().union(cloud.shadow().ring()).buffer(30)
    return not any(both.intersects(one) for one in others)


def clouded(picture: Field, cloud: Cloud) -> Field:
    """The cloud with its shadow."""
    x, y = MAIN.xy()
    rag = 16 * fbm(x, y, 90.0, 4, 5)
    dark = 0.62 * smooth(-25.0, 25.0, cloud.shadow().inside(x, y) + rag)
    cover = smooth(-22.0, 30.0, cloud.lobe.inside(x, y) + rag)
    white = np.array([0.62, 0.60, 0.60, 0.64, 0.42, 0.31])[:, None, None]
    white = white * (1 + 0.12 * fbm(x, y, 120.0, 4, 9))
    return picture * (1 - dark) * (1 - cover) + white * cover


def cloud_mask(cloud: Cloud) -> NDArray[np.uint8]:
    """0 clear, 1 cloud, 2 shadow, drawn generously."""
    x, y = MAIN.xy()
    mask = np.where(cloud.shadow().inside(x, y) > -40.0, 2, 0)
    return np.where(cloud.lobe.inside(x, y) > -40.0, 1, mask).astype(np.uint8)
