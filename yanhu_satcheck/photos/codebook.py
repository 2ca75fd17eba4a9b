"""The fixed words that points of photographs are sorted by, so that like ones are found at once.

Inverted lists with Hamming signatures, as in Jégou, Douze & Schmid 2008. The words were learnt
once, from generated textures (`benchmarks/photo_codebook.py`): no photograph is in them. They are
shipped and numbered; marks of one version mean nothing to another, so they are never learnt again
in silence.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.features import Floats

VERSION = 1
BITS = 64
SCALE = 512.0
"""RootSIFT values, at most about 0.5, are shipped as whole numbers of this fraction."""

Words16 = NDArray[np.uint16]
Signatures = NDArray[np.uint64]


class Codebook(NamedTuple):
    """Words, and what turns a descriptor near a word into 64 bits."""

    version: int
    words: Floats  # shape (k, 128)
    projection: Floats  # shape (128, 64), orthogonal
    medians: Floats  # shape (k, 64): of the projected descriptors of each word
    doubled: Floats  # −2 × the words, shape (128, k), and
    lengths: Floats  # the squares of their lengths, shape (k,): what every question asks for

    def nearest(self, descriptors: Floats, most: int) -> NDArray[np.int64]:
        """Give the `most` nearest words of each descriptor, nearest first, shape (n, most)."""
        # |d − w|² = |d|² − 2 d·w + |w|², of which the first is the same for all words.
        far = descriptors @ self.doubled
        far += self.lengths
        found = np.empty((len(descriptors), most), np.int64)
        for n in range(most):
            found[:, n] = far.argmin(axis=1)
            far[np.arange(len(far)), found[:, n]] = np.inf
        return found

    def signatures(self, descriptors: Floats, words: NDArray[np.int64]) -> Signatures:
        """Give the 64 bits by which descriptors differ from others of their words.

        `words` has shape (n, m), m words of each descriptor; so have the signatures.
        """
        bits = (descriptors @ self.projection)[:, None] > self.medians[words]
        packed = np.packbits(bits, axis=2)
        return np.ascontiguousarray(packed).view(np.uint64)[..., 0]


@cache
def codebook() -> Codebook:
    """Give the codebook that is shipped."""
    shipped = files("yanhu_satcheck.photos").joinpath(f"codebook-{VERSION}.npz").read_bytes()
    with np.load(BytesIO(shipped), allow_pickle=False) as held:
        words = held["words"].astype(np.float32) / SCALE
        return Codebook(
            int(held["version"]),
            words,
            held["projection"].astype(np.float32) / SCALE,
            held["medians"].astype(np.float32) / SCALE,
            -2.0 * words.T,
            (words**2).sum(axis=1),
        )
