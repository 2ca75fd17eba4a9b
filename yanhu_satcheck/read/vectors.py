"""Layers: shapefile, GeoPackage, GeoJSON, each through its own reader and no other."""

import warnings
from pathlib import Path
from typing import Any

import pyogrio
import pyogrio.raw
import shapely

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.geojson import read_geojson
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.shapefiles import read_shapefile
from yanhu_satcheck.read.tables import Row, Table, tidy
from yanhu_satcheck.terms import Words

SIDECARS = (".shx", ".dbf", ".prj", ".cpg", ".SHX", ".DBF", ".PRJ", ".CPG")
SUFFIXES = (".shp", ".gpkg", ".geojson", ".json")
LATER = {".kml": ".gpkg", ".kmz": ".gpkg", ".gdb": ".gpkg", ".xls": ".xlsx", ".et": ".xlsx"}


def read_layer(
    name: str,
    path: Path,
    file: str,
    encoding: str | None,
    layer: str | None,
    misreads: Misreads,
) -> Table:
    """Read a layer with every feature, its geometry as drawn.

    Raises:
        Unreadable: Nothing of it can be read.
    """
    match path.suffix.lower():
        case ".shp":
            return read_shapefile(name, path, file, encoding)
        case ".gpkg":
            return _read_geopackage(name, path, file, layer, misreads)
        case _:
            return read_geojson(name, path, file, encoding, misreads)


def _read_geopackage(
    name: str, path: Path, file: str, wanted: str | None, misreads: Misreads
) -> Table:
    again = Words("请从 QGIS 或 ArcGIS 重新导出为 .gpkg", "export it as .gpkg again")
    with path.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\0":
            raise Unreadable(Words("不是 GeoPackage", "it is no GeoPackage"), again)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            layer = _choose_layer(name, path, file, wanted, misreads)
            about, table = pyogrio.raw.read_arrow(path, layer=layer)
        except Unreadable:
            raise
        except Exception as cause:
            raise Unreadable(
                Words("GeoPackage 损坏，无法打开", f"the GeoPackage cannot be opened ({cause})"),
                again,
            ) from None
    drawn = about["geometry_name"] or "wkb_geometry"
    headers = tuple(column for column in table.column_names if column != drawn)
    columns = [table[column].to_pylist() for column in headers]
    shapes: list[Any] = [None] * table.num_rows
    if drawn in table.column_names:
        shapes = list(shapely.from_wkb(table[drawn].to_pylist(), on_invalid="ignore"))
    rows = tuple(
        Row(i + 1, tidy((column[i] for column in columns), len(headers)), shape)
        for i, shape in enumerate(shapes)
    )
    return Table(name, file, headers, rows, spatial=True, crs=about["crs"])


def _choose_layer(name: str, path: Path, file: str, wanted: str | None, misreads: Misreads) -> str:
    layers = [str(layer) for layer, drawn in pyogrio.list_layers(path) if drawn or wanted]
    if (wanted is not None and wanted not in layers) or not layers:
        raise Unreadable(
            Words(f"没有图层“{wanted or ''}”", f"there is no layer “{wanted or ''}”"),
            Words(f"图层有：{'、'.join(layers)}", f"there are: {', '.join(layers) or 'none'}"),
        )
    if wanted is not None:
        return wanted
    scores = {
        layer: heads.recognised(name, [str(f) for f in pyogrio.read_info(path, layer)["fields"]])
        for layer in layers
    }
    best = max(scores, key=lambda layer: scores[layer])
    if list(scores.values()).count(scores[best]) > 1:
        misreads.add(
            file,
            Words(f"有多个图层，读取了“{best}”", f"of several layers, “{best}” was read"),
            Words(
                f'请在 batch.toml 写 layer = "…"：{"、".join(layers)}',
                f'say layer = "…" in batch.toml: {", ".join(layers)}',
            ),
        )
    return best
