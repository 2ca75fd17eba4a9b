"""What a raster lets one guess of itself: its tags, and the values of a few small windows."""

import warnings
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window as Cut

from yanhu_satcheck.errors import RasterError

_SIDE = 128  # pixels; five such windows are a few blocks of any file


class Glimpse(NamedTuple):
    """Tags and sampled values of a raster."""

    tags: dict[str, str]  # names in capitals
    values: np.ndarray  # of the first band, without nodata and nothing else: (n,)


def glimpse(path: Path) -> Glimpse:
    """Read the tags and five small windows, at the middle and towards the corners.

    Raises:
        RasterError: The file cannot be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with rasterio.open(path, driver="GTiff") as file:
                parts = [file.read(1, window=cut, masked=True) for cut in _cuts(file)]
                tags = {str(k).upper(): str(v) for k, v in file.tags().items()}
    except (RasterioError, OSError, ValueError) as cause:
        raise RasterError(f"{path.name}: {cause}") from cause
    values = np.concatenate([part.compressed() for part in parts])
    return Glimpse(tags, values[np.isfinite(values)])


def _cuts(file: Any) -> list[Cut]:
    width, height = min(_SIDE, file.width), min(_SIDE, file.height)
    across, down = file.width - width, file.height - height
    places = [(0.5, 0.5), (0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)]
    return [Cut(int(across * x), int(down * y), width, height) for x, y in places]
