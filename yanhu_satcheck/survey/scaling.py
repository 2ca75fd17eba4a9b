"""What was done to the numbers before we got them: an offset nobody declared, a stretch for show.

Sentinel-2 products of baseline 04.00 and later carry +1000 (reflectance 0.1) in every band;
reprocessed older dates carry it too and mirrors mislabel it, so dates prove nothing. If one image
of a pair has it undeclared, the darkest ground of the two differs by 0.1 in every band alike. Haze
brightens the darkest ground too, but blue far more than infrared, and it flattens contrast.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from yanhu_satcheck.raster.pair import PairPixels
from yanhu_satcheck.raster.resample import Floats
from yanhu_satcheck.scene import ImageFile, ScenePair
from yanhu_satcheck.survey.radiometry import ENOUGH, line, stable
from yanhu_satcheck.terms import Words

STEP = 0.1  # reflectance: +1000 at a scale of 1/10000
OFF = 0.025  # how far a band's darkest ground may differ from that step, and bands from another
CLEAN = 0.03  # declared offsets and floors this close to 0 or to the step count as it
DARKEST = 0.001
CONTRAST = (0.8, 1.25)  # gain between the dates on stable ground; haze has less
FEWEST = 5000  # cells that a look at the histogram needs
CLIPPED = 0.005  # share of a band at either end of 8 bits
COMB = 0.15  # share of grey values within the range that no cell has


class Rescaled(NamedTuple):
    """A pair as its numbers must be read, and what was found, if anything."""

    pair: ScenePair
    says: Words | None


def rescaled(pair: ScenePair, before: Floats, after: Floats, roles: tuple[str, ...]) -> Rescaled:
    """Correct an undeclared or wrongly declared Sentinel-2 offset, told by samples (p, n)."""
    images = pair.before, pair.after
    if not all(_ten_thousandths(image) for image in images) or before.shape[1] < 1000:
        return Rescaled(pair, None)
    low = [np.quantile(stack, DARKEST, axis=1) for stack in (before, after)]
    apart = low[1] - low[0]
    high = int(np.median(apart) > 0)  # which date is the brighter
    step = apart if high else -apart
    if np.abs(step - STEP).max() > OFF or np.ptp(step) > OFF or len(roles) < 3:
        return Rescaled(pair, None)
    dim, stacks = 1 - high, [before, after]
    if abs(images[dim].offset + STEP) < CLEAN and low[dim].max() < -CLEAN:
        which, by = dim, STEP
    elif abs(images[high].offset) < CLEAN and low[high].min() > STEP - CLEAN:
        which, by = high, -STEP
    else:
        return Rescaled(pair, None)
    stacks[which] = stacks[which] + np.float32(by)
    if not _same_contrast(stacks[0], stacks[1], roles):
        return Rescaled(pair, None)
    return _changed(pair, which, by)


def _ten_thousandths(image: ImageFile) -> bool:
    return image.scale is not None and abs(image.scale - 1e-4) < 1e-9


def _same_contrast(before: Floats, after: Floats, roles: tuple[str, ...]) -> bool:
    """Whether stable ground has the same contrast on both dates, as far as it can be found."""
    rows = np.flatnonzero(stable(before, after, roles, True))
    if len(rows) < ENOUGH:
        return True
    gains = [
        line(two.astype(float), one.astype(float))[0]
        for one, two in zip(before[:, rows], after[:, rows], strict=True)
    ]
    return CONTRAST[0] < float(np.median(gains)) < CONTRAST[1]


def _changed(pair: ScenePair, which: int, by: float) -> Rescaled:
    image = (pair.before, pair.after)[which]
    mended = replace(image, offset=image.offset + by)
    date_zh, date_en = (("前时相", "the before image"), ("后时相", "the after image"))[which]
    if by < 0:
        says = Words(
            f"{date_zh}各波段暗像元均偏高约 0.1，判定含未声明的 +1000 偏移（Sentinel-2），已扣除",
            f"{date_en} carries an undeclared offset of +1000 (Sentinel-2: its darkest ground is "
            "0.1 brighter in every band), which was taken off",
        )
    else:
        says = Words(
            f"{date_zh}声明了 -1000 偏移而数值中并无此偏移（暗像元为负），已恢复",
            f"{date_en} is declared with an offset of -1000 that its numbers do not have (its "
            "darkest ground would be negative), which was undone",
        )
    pair = replace(pair, after=mended) if which else replace(pair, before=mended)
    return Rescaled(pair, says)


def stretched(pair: ScenePair, views: Sequence[PairPixels]) -> Words | None:
    """Say which 8-bit image was stretched for display: ends cut off, or grey values left out.

    `views` are whole cells as stored. After such a stretch a straight line relates the dates only
    between the ends, and no value means reflectance. A smooth stretch leaves no trace to find.
    """
    found = []
    for image, name, stacks in (
        (pair.before, Words("前时相", "before"), [v.before[:, v.seen] for v in views]),
        (pair.after, Words("后时相", "after"), [v.after[:, v.seen] for v in views]),
    ):
        if image.dtype == "uint8" and image.scale is None and stacks:
            cells = np.hstack(stacks)
            if cells.shape[1] >= FEWEST and _for_show(cells):
                found.append(name)
    if not found:
        return None
    zh, en = "、".join(n.zh for n in found), " and ".join(n.en for n in found)
    return Words(
        f"{zh}影像经显示拉伸（两端截断或灰度缺级），数值与地表反射率不成线性",
        f"stretched for display ({en}): ends cut off or grey values left out, so its numbers are "
        "not linear in reflectance",
    )


def _for_show(cells: Floats) -> bool:
    """Whether every band is cut off at both ends, or any has gaps between its grey values."""
    cut, gaps = [], []
    for band in cells:
        counts = np.bincount(np.clip(np.rint(band), 0, 255).astype(int), minlength=256)
        share = counts / counts.sum()
        cut.append(min(share[:2].sum(), share[254:].sum()) > CLIPPED)
        low, high = np.searchsorted(share.cumsum(), (0.01, 0.99))
        inner = counts[low : high + 1]
        gaps.append(len(inner) >= 30 and float((inner == 0).mean()) > COMB)
    return all(cut) or any(gaps)
