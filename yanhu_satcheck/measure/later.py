"""How the ground of a polygon looked at follow-up dates: bare still, grown, or green again.

A later image is registered and levelled to the before image like the after image, by its own fit;
its cells are told bare or green by that fit's lines. What lies bare a year on was no harvest.
"""

from collections.abc import Iterator

import numpy as np

from yanhu_satcheck.evidence import LaterEvidence
from yanhu_satcheck.measure.figures import Cells, cells_of, mean_of, mean_over
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.raster.ground import Look, view
from yanhu_satcheck.raster.pair import PairReader
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.scene import SceneFit
from yanhu_satcheck.terms import Words

FEWEST_NEW = 5  # newly bare cells below which nothing is said of whether they stayed bare


def usable(fit: SceneFit) -> Words | None:
    """Why a follow-up image cannot be used, or `None`: it can."""
    why = fit.refused or (fit.radiometry if fit.model is None else None)
    if why is None:
        return None
    day = fit.pair.after.date.isoformat()
    return Words(f"后续影像 {day} 未能使用：{why.zh}", f"the image of {day} is no use: {why.en}")


def later_of(
    fit: SceneFit, reader: PairReader, window: Window, weights: Floats, look: Look
) -> LaterEvidence | None:
    """The evidence of one follow-up image; `None` where it shows nothing of the polygon.

    Args:
        fit: Of the before image and this one, with a model.
        reader: Opened on that pair with that fit's shift.
        window: The polygon's, on the before image's grid.
        weights: Share of each of its cells inside the polygon (h, w).
        look: What the pair itself showed there.
    """
    *_, then = view(reader, window, fit.model)
    cells = cells_of(weights, then.clear & look.clear)
    if not cells.mask.any():
        return None
    bare = then.bare[1]
    before = look.bare[0] | look.bare[1]
    green = then.green[1] > fit.model.cover[1].green
    return LaterEvidence(
        date=fit.pair.after.date,
        clear_share=float(min(1.0, weights[then.clear].sum() / max(float(weights.sum()), 1e-9))),
        bare=mean_of(bare, cells, "share"),
        still_bare=_still(bare[cells.mask], (look.bare[1] & ~look.bare[0])[cells.mask], cells),
        growth=mean_of(bare & ~before, cells, "share"),
        green=mean_of(green, cells, "share"),
    )


def _still(
    bare: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    new: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    cells: Cells,
) -> Measured | None:
    """The share of the newly bare cells that is bare then too."""
    if new.sum() < FEWEST_NEW:
        return None
    own = Cells(cells.mask, cells.weight[new], cells.block[new], cells.edge)
    _, blocks = np.unique(own.block, return_inverse=True)
    return mean_over(bare[new].astype(float), own._replace(block=blocks), "share")


def refusals(fit: SceneFit) -> Iterator[Words]:
    """Say of each follow-up image of a pair that cannot be used why."""
    for one in fit.later:
        if why := usable(one):
            yield why
