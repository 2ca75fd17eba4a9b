"""Layers: shapefile, GeoPackage, geodatabase, KML, GeoJSON, each through its own reader only."""

from pathlib import Path

import pyogrio

from yanhu_satcheck.read import kml
from yanhu_satcheck.read.geodatabase import read_geodatabase
from yanhu_satcheck.read.geojson import read_geojson
from yanhu_satcheck.read.layers import Engine, choose_layer, damaged, read_features
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.shapefiles import read_shapefile
from yanhu_satcheck.read.tables import Row, Table, tidy
from yanhu_satcheck.terms import Words

SIDECARS = (".shx", ".dbf", ".prj", ".cpg", ".SHX", ".DBF", ".PRJ", ".CPG")
SUFFIXES = (".shp", ".gpkg", ".gdb", ".geojson", ".json", *kml.SUFFIXES)


def read_layer(
    name: str,
    path: Path,
    file: str,
    encoding: str | None,
    layer: str | None,
    misreads: Misreads,
    *,
    engine: Engine = "pyogrio",
) -> Table:
    """Read a layer with every feature, its geometry as drawn.

    `engine` says which library takes shapefile, GeoPackage and geodatabase through GDAL; fiona
    must be installed to be asked for. The rest is read by ourselves.

    Raises:
        Unreadable: Nothing of it can be read.
    """
    match path.suffix.lower():
        case ".shp":
            return read_shapefile(name, path, file, encoding, engine)
        case ".gpkg":
            return _read_geopackage(name, path, file, layer, misreads, engine)
        case ".gdb":
            return read_geodatabase(name, path, file, layer, misreads, engine)
        case suffix if suffix in kml.SUFFIXES:
            return kml.read_kml(name, path, file, encoding, misreads)
        case _:
            return read_geojson(name, path, file, encoding, misreads)


def _read_geopackage(
    name: str, path: Path, file: str, wanted: str | None, misreads: Misreads, engine: Engine
) -> Table:
    again = Words("请从 QGIS 或 ArcGIS 重新导出为 .gpkg", "export it as .gpkg again")
    with path.open("rb") as opened:
        if opened.read(16) != b"SQLite format 3\0":
            raise Unreadable(Words("不是 GeoPackage", "it is no GeoPackage"), again)
    with damaged(Words("GeoPackage 损坏，无法打开", "the GeoPackage cannot be opened"), again):
        layer = choose_layer(
            name,
            path,
            file,
            wanted,
            lambda layer: [str(f) for f in pyogrio.read_info(path, layer)["fields"]],
            misreads,
        )
        found = read_features(path, "GPKG", layer, engine)
    rows = tuple(
        Row(i + 1, tidy(cells, len(found.headers)), found.shapes[i])
        for i, cells in enumerate(found.rows)
    )
    return Table(name, file, found.headers, rows, spatial=True, crs=found.crs)
