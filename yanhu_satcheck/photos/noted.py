"""Points of a picture, noted in a file beside it while one audit lasts.

Two processes compare photographs, and each meets most of them: what the one found the other reads.
SIFT's descriptors are whole numbers up to 255, so a byte each holds them without loss.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np

from yanhu_satcheck.photos.features import Points

SPARE_BYTES = 5_000_000_000
"""Where the disk has less left nothing is noted: 10 000 photographs take 3.4 GB."""
_ROW = np.dtype([("xy", "<f4", 2), ("described", "u1", 128)])


def read_points(path: Path) -> Points | None:
    """Give the points noted in a file; `None`: there is none, or not a whole one."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if len(content) % _ROW.itemsize:
        return None
    rows = np.frombuffer(content, _ROW)
    return Points(rows["xy"].astype(np.float32), rows["described"].copy())


def write_points(path: Path, found: Points) -> None:
    """Note points in a file, whole or not at all; what the disk refuses is not noted."""
    rows = np.empty(len(found.xy), _ROW)
    rows["xy"], rows["described"] = found.xy, found.described
    part = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        if shutil.disk_usage(path.parent).free > SPARE_BYTES:
            part.write_bytes(rows.tobytes())
            part.replace(path)
