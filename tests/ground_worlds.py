"""Small made-up scenes, and where the real ones lie, for the tests of raster, survey, measure."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine
from shapely.geometry.base import BaseGeometry

from tests.shared import shared_data
from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.raster import header
from yanhu_satcheck.scene import ElevationFile, ElevationPair, ImageFile, MaskFile, ScenePair

CRS = "EPSG:32649"
SIX = ("blue", "green", "red", "nir", "swir1", "swir2")
FOUR = SIX[:4]
Array = NDArray[Any]


def write(
    path: Path,
    pixels: Array,
    cell: float = 10.0,
    origin: tuple[float, float] = (500_000.0, 3_900_000.0),
    crs: str = CRS,
    nodata: float | None = None,
) -> Path:
    """Write a stack (bands, h, w) as a GeoTIFF."""
    count, height, width = pixels.shape
    options = {"width": width, "height": height, "count": count, "dtype": pixels.dtype.name}
    transform = Affine(cell, 0, origin[0], 0, -cell, origin[1])
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=transform, nodata=nodata, **options
    ) as file:
        file.write(pixels)
    return path


def image(path: Path, day: date, bands: Sequence[str], **more: Any) -> ImageFile:
    about = header(path)
    nodata = more.pop("nodata", about.nodata)
    return ImageFile(path, path.name, day, about.grid, tuple(bands), about.dtype, nodata, **more)


def pair(before: Path, after: Path, bands: Sequence[str] = FOUR, **more: Any) -> ScenePair:
    one, two = date(2022, 8, 21), date(2022, 11, 12)
    return ScenePair("scene-1", image(before, one, bands, **more), image(after, two, bands, **more))


def real_root() -> Path:
    return shared_data("pairs")


def real_pair(
    name: str, bands: Sequence[str] = SIX, qa_bits: Sequence[int] = (), **more: Any
) -> ScenePair:
    folder = real_root() / name
    made = pair(folder / "before.tif", folder / "after.tif", bands, **more)
    if not qa_bits:
        return made
    masks = [
        MaskFile(folder / f"{w}_pixel_qa.tif", "qa", (), tuple(qa_bits))
        for w in ("before", "after")
    ]
    one, two = (
        ImageFile(i.path, i.name, i.date, i.grid, i.bands, i.dtype, i.nodata, i.scale, i.offset, m)
        for i, m in zip((made.before, made.after), masks, strict=True)
    )
    return ScenePair(made.id, one, two)


def texture(shape: tuple[int, int], seed: int, rough: float = 1.2) -> NDArray[np.float64]:
    """A random field whose detail falls off with a power of frequency; mean 0, spread 1."""
    random = np.random.default_rng(seed)
    radius = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.fftfreq(shape[1])[None])
    radius[0, 0] = 1
    field = np.fft.ifft2(np.fft.fft2(random.standard_normal(shape)) * radius**-rough).real
    return np.asarray((field - field.mean()) / field.std())


def moved_by(field: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """The field with its content moved right by x and down by y cells, exactly."""
    fy, fx = np.fft.fftfreq(field.shape[0])[:, None], np.fft.fftfreq(field.shape[1])[None]
    return np.asarray(
        np.fft.ifft2(np.fft.fft2(field) * np.exp(-2j * np.pi * (fx * x + fy * y))).real
    )


def batch_of(
    scenes: Sequence[ScenePair],
    shapes: Sequence[BaseGeometry | None],
    crs: str = CRS,
    elevation: ElevationFile | None = None,
    dates: Sequence[date | None] = (),
) -> Batch:
    days = list(dates) or [None] * len(shapes)
    polygons = tuple(
        IssuedPolygon(f"T{i:03}", f"T{i:03}", i, shape, after_date=day)
        for i, (shape, day) in enumerate(zip(shapes, days, strict=True))
    )
    return Batch(
        "2022Q4",
        Path(),
        "140802",
        (date(2022, 10, 1), date(2022, 12, 31)),
        date(2022, 12, 31),
        crs,
        polygons,
        scenes=tuple(scenes),
        elevation=ElevationPair(elevation, None),
    )
