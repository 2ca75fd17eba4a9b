"""What a raster file says of itself, and whether some of its pixels can be read."""

from pathlib import Path
from typing import NamedTuple

import rasterio
from rasterio.errors import RasterioError

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.raster.probe import probe
from yanhu_satcheck.scene import Grid

DRIVERS = {
    b"II*\0": "GTiff",
    b"MM\0*": "GTiff",
    b"II+\0": "GTiff",  # BigTIFF
    b"MM\0+": "GTiff",
    b"EHFA_HEADER_TAG": "HFA",  # ERDAS Imagine, .img
    b"\0\0\0\x0cjP  \r\n\x87\n": "JP2OpenJPEG",
    b"\xff\x4f\xff\x51": "JP2OpenJPEG",  # a bare code stream
}
"""What a raster's first bytes may be, and the one driver that may then open it.

By its own driver only: a virtual raster in a .tif's clothes could read any file of the machine.
"""


class Header(NamedTuple):
    """What a raster file says of itself."""

    grid: Grid  # `grid.crs` is "" where the file has none
    descriptions: tuple[str, ...]  # one a band, "" where there is none
    dtype: str
    nodata: float | None
    missing: int = 0  # blocks that were never written; they read as `nodata`, or as 0
    files: tuple[str, ...] = ()  # every file that GDAL reads for it, beside itself


def driver_of(path: Path) -> str:
    """Give the GDAL driver of a local raster by its first bytes.

    Raises:
        RasterError: It cannot be read, or is no raster of these formats.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as cause:
        raise RasterError(f"{path.name}: {cause.strerror}") from cause
    for magic, driver in DRIVERS.items():
        if head.startswith(magic):
            return driver
    raise RasterError(f"{path.name}: not a GeoTIFF, .img or JPEG 2000")


def header(path: Path) -> Header:
    """Read the header of a local raster and try some of its blocks.

    Raises:
        RasterError: The file is absent, no raster of a known format, cut off, or cannot be read.
    """
    driver = driver_of(path)
    try:
        with (
            rasterio.Env(GDAL_CACHEMAX=64),
            rasterio.open(path, driver=driver, sharing=False) as file,
        ):
            missing = probe(file, path.stat().st_size)
            a, b, c, d, e, f = tuple(file.transform)[:6]
            crs = file.crs.to_wkt() if file.crs else ""
            grid = Grid(crs, (a, b, c, d, e, f), file.width, file.height)
            names = tuple(name or "" for name in file.descriptions)
            beside = tuple(sorted(name for name in file.files if Path(name) != path))
            return Header(grid, names, str(file.dtypes[0]), file.nodata, missing, beside)
    except (RasterioError, OSError, ValueError) as cause:
        # Where the batch lies on this machine is no part of what is wrong with it.
        why = str(_first(cause)).replace(str(path), path.name)
        raise RasterError(f"{path.name}: {why}") from cause


def _first(cause: BaseException) -> BaseException:
    """Give what GDAL said first; what rasterio makes of it is “see previous exception”."""
    while cause.__cause__ is not None:
        cause = cause.__cause__
    return cause
