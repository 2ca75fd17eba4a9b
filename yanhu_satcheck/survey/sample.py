"""The sample windows of a scene as read, and which of their cells may teach."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage
from shapely import STRtree, box
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.pair import PairReader
from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.shapes import burnt
from yanhu_satcheck.raster.spectra import Sky, hidden
from yanhu_satcheck.raster.window import Window
from yanhu_satcheck.survey.cover import confirmed, sky

MOST = 500_000  # cells that a fit is made from
MARGIN = 2  # cells kept free around issued ground, whose outline is no truer than that


class Sample:
    """Windows of a pair in memory, each with the cells outside all issued ground."""

    def __init__(
        self, reader: PairReader, windows: Sequence[Window], away: Sequence[BaseGeometry]
    ) -> None:
        read = [reader.read(window) for window in windows]
        self.pixels = [pixels for pixels in read if pixels.seen.any()]
        self._masked = reader.masked
        self._cell_m = reader.cell_m
        tree = STRtree(list(away))
        self.free = [~_issued(pixels.window, reader, tree) for pixels in self.pixels]

    def seen(self) -> list[Bools]:
        """Cells that both dates show, whatever hides the ground there."""
        return [pixels.seen for pixels in self.pixels]

    def skies(self, roles: tuple[str, ...], calibrated: bool) -> tuple[Sky, Sky]:
        """The lines to cloud and shadow on both dates, for those whose mask must be guessed."""
        seen, step = self.seen(), self.pixels[0].window.step
        first, second = (
            confirmed(
                sky(cells[:, None], roles, calibrated),
                stacks,
                seen,
                roles,
                self._cell_m * step,
            )
            for cells, stacks in zip(
                self.cells(seen),
                ([p.before for p in self.pixels], [p.after for p in self.pixels]),
                strict=True,
            )
        )
        return first, second

    def clear(self, roles: tuple[str, ...], skies: tuple[Sky, Sky]) -> list[Bools]:
        """Cells that can be looked at: by the declared masks, else by what the pixels suggest."""
        out = []
        for pixels in self.pixels:
            clear = pixels.clear.copy()
            stacks = pixels.before, pixels.after
            for stack, line, masked in zip(stacks, skies, self._masked, strict=True):
                if not masked:
                    clear &= ~hidden(np.nan_to_num(stack), roles, line)
            out.append(clear)
        return out

    def cells(self, masks: Sequence[Bools]) -> tuple[Floats, Floats]:
        """Before and after (p, n) over the cells that the masks leave, every so-manieth of many."""
        every = max(1, -(-sum(int(mask.sum()) for mask in masks) // MOST))
        before, after = [], []
        for pixels, mask in zip(self.pixels, masks, strict=True):
            rows, cols = (place[::every] for place in np.nonzero(mask))
            before.append(pixels.before[:, rows, cols])
            after.append(pixels.after[:, rows, cols])
        return np.hstack(before), np.hstack(after)


def _issued(window: Window, reader: PairReader, tree: STRtree) -> Bools:
    """Cells (h, w) of a window in or beside issued polygons and licences."""
    affine, shape = window.transform(reader.grid), window.shape
    x0, y0 = affine @ (0, 0)
    x1, y1 = affine @ (shape[1], shape[0])
    near = box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    shapes = [tree.geometries[i] for i in sorted(tree.query(near))]
    flags = burnt(shapes, affine, shape, all_touched=True)
    if not flags.any():
        return flags
    grown: Bools = ndimage.binary_dilation(flags, np.ones((3, 3), bool), iterations=MARGIN)
    return grown
