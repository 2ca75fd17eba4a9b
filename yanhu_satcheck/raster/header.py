"""What a raster file says of itself, without a pixel being read."""

from pathlib import Path
from typing import NamedTuple

import rasterio
from rasterio.errors import RasterioError

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.scene import Grid


class Header(NamedTuple):
    """What a raster file says of itself, without a pixel being read."""

    grid: Grid  # `grid.crs` is "" where the file has none
    descriptions: tuple[str, ...]  # one a band, "" where there is none
    dtype: str
    nodata: float | None


def header(path: Path) -> Header:
    """Read the header of a local GeoTIFF.

    Raises:
        RasterError: The file is absent, or no raster that GDAL's GeoTIFF driver reads.
    """
    try:
        # One named driver: a VRT in a .tif's clothes could read any file of the machine.
        with rasterio.open(path, driver="GTiff") as file:
            a, b, c, d, e, f = tuple(file.transform)[:6]
            crs = file.crs.to_wkt() if file.crs else ""
            grid = Grid(crs, (a, b, c, d, e, f), file.width, file.height)
            names = tuple(name or "" for name in file.descriptions)
            return Header(grid, names, str(file.dtypes[0]), file.nodata)
    except (RasterioError, OSError, ValueError) as cause:
        raise RasterError(f"{path.name}: {cause}") from cause
