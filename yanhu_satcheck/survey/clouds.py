"""Whether what is bright on a date is cloud: cloud throws a shadow, all of it to the same side.

New roofs, quarries and salt pans are as bright and as white, in digital numbers above all. But the
shadows of a sky's clouds lie off by one vector (Simpson & Stitt 1998; Zhu & Woodcock 2012, who
match them cloud by cloud). Bright ground moved by any vector meets dark ground no more than chance.
"""

from collections.abc import Sequence

import numpy as np
from scipy import fft, ndimage

from yanhu_satcheck.raster.resample import Bools, Floats
from yanhu_satcheck.raster.spectra import Sky, brightness, cloud_core, pick

EXTENT_M2 = 50_000  # bright and white ground smaller than this in all is no cloud
FAR_M = 5_000.0  # of a shadow from its cloud: a base of 2–3 km under a sun of 30°
ROOM_M = 1_000.0  # a view that reaches less far cannot hold cloud and shadow
NEAR = 4  # cells; nearer, a roof's own shadow would be found
MATCHED = 0.4  # share of the bright ground whose shadow must be found; real skies show 0.66–1.0
BEYOND = 4.0  # times as much as an ordinary vector finds
DARKER = 0.65  # of the surroundings' light
AROUND = 24  # cells; side of the squares that “surroundings” means
SIDE = 512  # cells along a window that are enough to find a vector


def cloudy(
    stacks: Sequence[Floats],
    seen: Sequence[Bools],
    roles: tuple[str, ...],
    sky: Sky,
    cell_m: float,
) -> bool | None:
    """Whether a date's windows (p, h, w) of cells of so many metres show clouds; None: no room."""
    bright = [
        cloud_core(np.nan_to_num(s), roles, sky) & v for s, v in zip(stacks, seen, strict=True)
    ]
    if sum(int(b.sum()) for b in bright) * cell_m**2 < EXTENT_M2:
        return None if max(max(b.shape) for b in bright) / 2 * cell_m < ROOM_M else False
    hit, held = None, None
    for stack, view, core in zip(stacks, seen, bright, strict=True):
        thin = max(1, -(-max(core.shape) // SIDE))
        reach = int(min(FAR_M / cell_m, min(core.shape) / 2) / thin)
        if reach * thin * cell_m < ROOM_M:
            continue
        dark = _darker(stack, view, roles)
        core, dark, view = (layer[::thin, ::thin] for layer in (core, dark, view))
        one, two = _meetings(core, dark, view, reach)
        hit, held = (one, two) if hit is None or held is None else (hit + one, held + two)
    if hit is None or held is None:
        return None
    share = np.where(held > 0.5 * held.max(), hit / np.maximum(held, 1), 0)
    down, right = np.indices(share.shape) - len(share) // 2
    share = share[np.hypot(down, right) >= NEAR]
    return bool(share.max() >= max(MATCHED, BEYOND * np.median(share)))


def extended(
    stacks: Sequence[Floats], seen: Sequence[Bools], roles: tuple[str, ...], sky: Sky, cell_m: float
) -> bool:
    """Whether any one piece of bright and white ground is larger than buildings are."""
    for stack, view in zip(stacks, seen, strict=True):
        pieces, count = ndimage.label(cloud_core(np.nan_to_num(stack), roles, sky) & view)
        if count and np.bincount(pieces.ravel())[1:].max() * cell_m**2 >= EXTENT_M2:
            return True
    return False


def _darker(stack: Floats, seen: Bools, roles: tuple[str, ...]) -> Bools:
    """Cells much darker than the squares of ground around them."""
    near = pick(stack, roles, "nir")
    tone = brightness(stack, roles) if near is None else near
    tone = np.where(seen, tone, np.nan)
    h, w = tone.shape
    padded = np.pad(tone, ((0, -h % AROUND), (0, -w % AROUND)), constant_values=np.nan)
    rows, cols = padded.shape[0] // AROUND, padded.shape[1] // AROUND
    blocks = (
        padded.reshape(rows, AROUND, cols, AROUND).transpose(0, 2, 1, 3).reshape(rows, cols, -1)
    )
    whole = float(np.nanmedian(tone)) if seen.any() else 0.0
    usual = np.full((rows, cols), whole)
    some = np.isfinite(blocks).any(axis=2)
    usual[some] = np.nanmedian(blocks[some], axis=1)
    usual = ndimage.median_filter(usual, 3, mode="nearest")
    level = np.kron(usual, np.ones((AROUND, AROUND)))[:h, :w]
    return np.asarray((np.nan_to_num(tone, nan=np.inf) < DARKER * level) & seen)


def _meetings(bright: Bools, dark: Bools, seen: Bools, reach: int) -> tuple[Floats, Floats]:
    """Bright cells that a vector takes onto dark ones, and onto any that are seen: (2r+1, 2r+1)."""
    size = tuple(fft.next_fast_len(n + reach, real=True) for n in bright.shape)
    from_ = np.conj(fft.rfft2(bright.astype(np.float32), size))
    out = []
    for onto in (dark, seen):
        both = fft.irfft2(fft.rfft2(onto.astype(np.float32), size) * from_, size)
        rows = np.arange(-reach, reach + 1) % size[0]
        cols = np.arange(-reach, reach + 1) % size[1]
        out.append(both[np.ix_(rows, cols)])
    return out[0], out[1]
