"""Which stored fingerprints differ from one in few bits: all of them are looked at."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CANDIDATE_BITS = 31
"""Unrelated photographs differ in 82 bits or more, shots of one scene in 62 (of 256)."""
_WORDS = 4  # of 64 bits


class Prints(NamedTuple):
    """Fingerprints in memory, 32 bytes each: 320 MB for ten million photographs."""

    ids: NDArray[np.int64]
    bits: NDArray[np.uint64]  # shape (n, 4)

    def near(self, fingerprint: str) -> list[tuple[int, int]]:
        """Give ids and distances of those at most `CANDIDATE_BITS` off."""
        if not len(self.ids):
            return []
        one = np.frombuffer(bytes.fromhex(fingerprint), dtype=np.uint64)
        away = np.bitwise_count(self.bits ^ one).sum(axis=1, dtype=np.int64)
        there = np.flatnonzero(away <= CANDIDATE_BITS)
        return list(zip(self.ids[there].tolist(), away[there].tolist(), strict=True))


def prints(rows: list[tuple[int, bytes]]) -> Prints:
    """Lay stored fingerprints side by side."""
    whole = [(id, blob) for id, blob in rows if len(blob) == 8 * _WORDS]
    bits = np.frombuffer(b"".join(blob for _, blob in whole), dtype=np.uint64)
    ids = np.array([id for id, _ in whole], dtype=np.int64)
    return Prints(ids, bits.reshape(-1, _WORDS))


def away(one: bytes, two: bytes) -> int:
    """In how many bits two fingerprints differ."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(two, "big")).bit_count()
