"""Files made to hang, crash, explode or mislead whoever opens them; each is written on the spot."""

import io
import json
import os
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from geopandas import GeoDataFrame
from PIL import Image

from tests.read_batches import EAST, NORTH, feature, square

TERM = {"有效期止": "2030-01-01"}
HTML = b"<!DOCTYPE html><html><body>404</body></html>"
VRT = b'<VRTDataset rasterXSize="2" rasterYSize="2"/>'
OGR_VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def jpeg(seed: int = 0, side: int = 64) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (side, side, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def lying_jpeg() -> bytes:
    """64 × 64 pixels that claim to be 13 000 × 13 000: a decoder fills the rest with grey."""
    whole = bytearray(jpeg())
    start = whole.index(b"\xff\xc0")
    whole[start + 5 : start + 9] = struct.pack(">HH", 13_000, 13_000)
    return bytes(whole)


def huge_png(side: int = 20_000) -> bytes:
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    return file.getvalue()


def two_corners(path: Path) -> None:
    """A workbook of two cells, A1 and XFD1048576: the rectangle between is 17 billion cells."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
        "</row></sheetData></worksheet>"
    )
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http:'
        '//schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" '
        'sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)


def overlapping_zip(path: Path, members: int = 300) -> None:
    """Many names for one compressed megabyte of zeros: 300 MB that were packed once."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", bytes(2 << 20))
    whole = file.getvalue()
    start = whole.index(b"PK\1\2")
    end = whole.index(b"PK\5\6")
    entry = whole[start:end]
    central = entry * members
    tail = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, members, members, len(central), start, 0)
    path.write_bytes(whole[:start] + central + tail)


def raster(path: Path, seed: int = 1, **more: Any) -> None:
    profile = {
        **{"driver": "GTiff", "width": 64, "height": 64, "count": 3, "dtype": "uint8"},
        **{"crs": "EPSG:4546", "transform": rasterio.Affine(10, 0, EAST, 0, -10, NORTH + 300)},
        **more,
    }
    shape = (profile["count"], profile["height"], profile["width"])
    with rasterio.open(path, "w", **profile) as file:
        file.write(np.random.default_rng(seed).integers(1, 250, shape).astype(profile["dtype"]))


def truncated_raster(path: Path) -> None:
    raster(path, width=512, height=512, tiled=True, blockxsize=256, blockysize=256)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def sparse_raster(path: Path, side: int) -> None:
    """Claims side² cells and holds none."""
    profile = {"width": side, "height": side, "count": 1, "dtype": "uint8", "driver": "GTiff"}
    tiles = {"tiled": True, "blockxsize": 4096, "blockysize": 4096, "SPARSE_OK": True}
    at = {"crs": "EPSG:4546", "transform": rasterio.Affine(10, 0, EAST, 0, -10, NORTH + 300)}
    with rasterio.open(path, "w", **profile, **tiles, **at, BIGTIFF="YES"):
        pass


def giant_block_raster(path: Path, side: int = 20_000) -> None:
    """One tile of side² cells, so that every look at one of them costs them all."""
    profile = {"width": side, "height": side, "count": 1, "dtype": "uint8", "driver": "GTiff"}
    tiles = {"tiled": True, "blockxsize": side, "blockysize": side, "SPARSE_OK": True}
    at = {"crs": "EPSG:4546", "transform": rasterio.Affine(10, 0, EAST, 0, -10, NORTH + 300)}
    with rasterio.open(path, "w", **profile, **tiles, **at):
        pass


def raster_with_foreign_overviews(path: Path, foreign: Path) -> None:
    raster(path)
    raster(foreign, 9)
    said = f'<MDI key="OVERVIEW_FILE">{foreign}</MDI>'
    path.with_name(path.name + ".aux.xml").write_text(
        f'<PAMDataset><Metadata domain="OVERVIEWS">{said}</Metadata></PAMDataset>',
        encoding="utf-8",
    )


def corrupt_raster(path: Path) -> None:
    raster(path, compress="deflate")
    with rasterio.open(path) as file:
        at = int(file.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", 1))
    whole = bytearray(path.read_bytes())
    whole[at : at + 400] = bytes(400)
    path.write_bytes(bytes(whole))


def collection(*features: dict[str, Any], **more: Any) -> bytes:
    said = {"type": "FeatureCollection", "features": list(features), **more}
    said.setdefault("crs", {"type": "name", "properties": {"name": "EPSG:4546"}})
    return json.dumps(said, ensure_ascii=False).encode()


def linked_crs() -> bytes:
    link = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "ogcwkt"}}
    return collection(feature(square(), **TERM, 采矿许可证号="C1"), crs=link)


def scribble(corners: int = 500) -> bytes:
    """A ring that crosses itself tens of thousands of times: repairing it takes minutes."""
    drawn = np.random.default_rng(5).uniform(0, 100, (corners, 2)) + np.array([EAST, NORTH])
    ring = [*drawn.tolist(), drawn[0].tolist()]
    return collection(
        feature(square(), **TERM, 采矿许可证号="C1"), feature(ring, **TERM, 采矿许可证号="C2")
    )


def nested_collections(depth: int = 300) -> bytes:
    shape: dict[str, Any] = {"type": "Point", "coordinates": [EAST, NORTH]}
    for _ in range(depth):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    deep = {"type": "Feature", "properties": TERM | {"采矿许可证号": "C2"}, "geometry": shape}
    return collection(feature(square(), **TERM, 采矿许可证号="C1"), deep)


def deep_json() -> bytes:
    return b'{"type":"FeatureCollection","features":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def geopackage(path: Path) -> None:
    layer = GeoDataFrame(
        {"采矿许可证号": ["C1", "C2"], "有效期止": ["2030-01-01"] * 2},
        geometry=[shapely.Polygon(square()), shapely.Polygon(square(1))],
        crs="EPSG:4546",
    )
    pyogrio.write_dataframe(layer, path, layer="permits")


def deep_geopackage(path: Path, depth: int = 200_000) -> None:
    """Its second shape is a collection in a collection in a collection …"""
    geopackage(path)
    point = struct.pack("<BIdd", 1, 1, EAST, NORTH)
    wkb = struct.pack("<BII", 1, 7, 1) * depth + point
    head = b"GP\0\x01" + struct.pack("<i", 4546)
    with sqlite3.connect(path) as store:
        for (trigger,) in store.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            store.execute(f'DROP TRIGGER "{trigger}"')
        store.execute("UPDATE permits SET geom = ? WHERE fid = 2", (head + wkb,))
    store.close()


def fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link_out(path: Path) -> None:
    outside = path.parents[2] / f"{path.parents[1].name}-outside{path.suffix}"
    outside.write_bytes(path.read_bytes() if path.exists() else jpeg())
    path.unlink(missing_ok=True)
    path.symlink_to(outside)
