"""One raster that batch.toml names: let in, asked what it is, and laid where it says it lies."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.raster import Header, Refused, header
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read import door
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.runner import Died, Runner
from yanhu_satcheck.scene import Grid
from yanhu_satcheck.terms import Words

_SIDECARS = (".tfw", ".aux.xml", ".ovr", ".msk", ".ige")
_NO_PLACE = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_AGAIN = Words("请重新提供 GeoTIFF 文件", "supply the GeoTIFF again")


class Opened(NamedTuple):
    """A raster that can be used, by what it says of itself."""

    path: Path
    name: str  # in the batch folder
    about: Header


class Rasters:
    """Opens the rasters of a batch; what is wrong with one is noted under its place there."""

    def __init__(
        self, folder: Folder, misreads: Misreads, runner: Runner, work: str, extent: BaseGeometry
    ) -> None:
        self._folder = folder
        self._misreads = misreads
        self._runner = runner
        self._work = work
        self._extent = extent

    def opened(self, text: Any, place: str, *, placed: bool) -> Opened | None:
        """Open what batch.toml names at a place; `placed`: it must say where it lies."""
        file = str(text or place).replace("\\", "/")
        try:
            path = self._folder.file(text, _SIDECARS, door.RASTER)
            about = self._runner.run(header, path)
            self._record_beside(about)
            name = self._folder.name(path)
            if placed:
                about = about._replace(grid=self._settled(about.grid, name))
            return Opened(path, name, about)
        except Unreadable as fault:
            self._misreads.note(file, fault, column=place, whole=True)
        except (Refused, Died) as cause:
            words = cause.words if isinstance(cause, Refused) else cause.why
            self._misreads.add(file, words, _AGAIN, column=place, whole=True)
        except RasterError as cause:
            what = Words("影像无法打开", f"the raster cannot be opened ({cause})")
            self._misreads.add(file, what, _AGAIN, column=place, whole=True)
        return None

    def _record_beside(self, about: Header) -> None:
        """Record every file that GDAL reads for a raster; each must lie in the batch too."""
        for beside in map(Path, about.files):
            if not beside.is_relative_to(self._folder.root) or not self._folder.holds(beside):
                raise Unreadable(
                    Words(
                        f"影像引用了批次文件夹之外的文件 {beside.name}",
                        f"it refers to a file outside the batch folder: {beside.name}",
                    ),
                    Words("请提供不引用其他文件的 GeoTIFF", "supply a GeoTIFF that stands alone"),
                )
            if beside.is_file():
                self._folder.record(self._folder.locate(self._folder.name(beside)))

    def _settled(self, grid: Grid, file: str) -> Grid:
        remedy = Words("请提供带坐标系的 GeoTIFF", "supply a GeoTIFF that says its CRS")
        if not grid.crs or grid.transform == _NO_PLACE:
            assumed = replace(grid, crs=self._work)
            if grid.transform == _NO_PLACE or not _outline(assumed).intersects(self._extent):
                raise Unreadable(
                    Words("影像没有坐标", "it does not say where it lies"), remedy, "DQ04"
                )
            self._misreads.add(
                file,
                Words("影像没有坐标系，当作工作坐标系", f"it has no CRS; read as {self._work}"),
                remedy,
                rule="DQ04",
            )
            return assumed
        crs = crses.parse(grid.crs)
        crses.to_degrees(crs)
        if crs.is_geographic:
            self._misreads.add(
                file,
                Words(
                    "影像为经纬度坐标，像元不是正方形", "it is in degrees: its cells are not square"
                ),
                Words(
                    "建议投影到批次坐标系后重新提供",
                    "supply it in the batch's CRS; until then it is resampled",
                ),
                rule="DQ04",
            )
        return grid


def _outline(grid: Grid) -> Any:
    a, b, c, d, e, f = grid.transform
    corners = [(0, 0), (grid.width, 0), (0, grid.height), (grid.width, grid.height)]
    return MultiPoint([(a * x + b * y + c, d * x + e * y + f) for x, y in corners]).envelope
