"""One polygon's window, looked at, and what it would look like had it done as its like did."""

from typing import NamedTuple

import numpy as np

from yanhu_satcheck.measure.figures import Cells
from yanhu_satcheck.raster.ground import Look, SceneModel
from yanhu_satcheck.raster.resample import Bools, Floats

TINY = 1e-9


class Seen(NamedTuple):
    """One polygon's window, looked at: what every measure of it starts from."""

    before: Floats  # (p, h, w)
    after: Floats  # levelled to the before image
    seen: Bools
    look: Look
    cells: Cells
    model: SceneModel
    shift_sigma_px: float
    ring: Bools  # (h, w) the clear cells around it

    def place_sd(self, figure: str) -> float:
        """How far whole places of the polygon's classes of ground and of its size differ.

        Means over larger ground differ less. Between the sizes that were measured it is read off
        a straight line of logarithms; smaller and larger ones differ as the last that were.
        """
        own = self.model.place_sd.get(figure)
        if own is None:
            return 0.0
        kinds = self.look.kind[self.cells.mask]
        sds = np.sqrt(np.average(own[:, kinds] ** 2, weights=self.cells.weight, axis=1))
        side = 0.5 * np.log(max(float(self.cells.weight.sum()), 1.0))
        logs = np.log(np.maximum(sds, TINY))
        return float(np.exp(np.interp(side, np.log(self.model.place_px), logs)))


def expected(seen: Seen) -> Floats:
    """The after image (p, h, w) had every cell changed as ground that looked like it did.

    So any index of it is what the index of like ground became, and the difference of the two is
    change beyond the season. Cells not clear are taken for class 0 and hold no meaning.
    """
    likes = seen.model.likes
    kind = np.where(seen.look.clear, seen.look.kind, 0).astype(np.int64)
    soft = likes.soft[:, None, None]
    was = np.maximum(np.nan_to_num(seen.before), 0) + soft
    become = was * np.exp(likes.mean[kind].transpose(2, 0, 1)) - soft
    return np.asarray(np.maximum(become, 0), dtype=np.float32)
