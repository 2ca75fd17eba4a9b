"""Whether a raster's pixels can be read: measured on its header, then tried on some of its blocks.

What would hang or crash a reader later is found here, where the process that reads may die of it.
"""

from collections.abc import Iterator
from math import ceil

import numpy as np
from rasterio.enums import Interleaving
from rasterio.io import DatasetReader
from rasterio.windows import Window

from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.terms import Words

MOST_CELLS = 20_000_000_000
"""A county at half a metre has five billion."""
MOST_BANDS = 1000
MOST_BLOCK = 256 << 20
"""Bytes of one block as decoded: each read of a cell costs a whole one."""
TRIED_BLOCKS, TRIED_BYTES = 64, 128 << 20


class Refused(RasterError):
    """A raster that opens and must not be used; `words` say why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return self.words.en


def probe(file: DatasetReader, size: int) -> int:
    """Give how many blocks of an opened raster were never written; `size` is the file's, in bytes.

    Raises:
        Refused: It claims more than can be read, or is cut off.
        RasterioError: A block that was tried cannot be decoded.
    """
    _bound(file)
    missing = _missing(file, size) if file.driver == "GTiff" else 0
    for window in _some_blocks(file):
        file.read(window=window)
    return missing


def _bound(file: DatasetReader) -> None:
    shape = f"{file.width} × {file.height} × {file.count}"
    if file.width * file.height > MOST_CELLS or file.count > MOST_BANDS:
        raise Refused(
            Words(
                f"影像自称有 {shape} 个像元，不可信", f"it claims {shape} cells, which is too many"
            )
        )
    held = _block_bytes(file)
    if held > MOST_BLOCK:
        raise Refused(
            Words(
                f"影像一块就有 {held >> 20} MB，须改存为分块（tiled）GeoTIFF",
                f"one block of it is {held >> 20} MB; it must be saved as a tiled GeoTIFF",
            )
        )


def _block_bytes(file: DatasetReader) -> int:
    largest = max(
        height * width * np.dtype(dtype).itemsize
        for (height, width), dtype in zip(file.block_shapes, file.dtypes, strict=True)
    )
    together = file.count if file.interleaving == Interleaving.pixel else 1
    return int(largest) * together


def _missing(file: DatasetReader, size: int) -> int:
    """Count the blocks of a GeoTIFF that were never written; refuse one that lacks its end."""
    missing = 0
    bands = [1] if file.interleaving == Interleaving.pixel else file.indexes
    for band in bands:
        for row, column in _blocks(file, band):
            at = file.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", band)
            if at is None:
                missing += 1
                continue
            held = file.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", band)
            if int(at) + int(held or 0) > size:
                raise Refused(
                    Words(
                        f"影像文件不完整：只有 {size} 字节，像元数据还在其后",
                        f"it is cut off: it has {size} bytes, and cells that lie beyond them",
                    )
                )
    return missing


def _blocks(file: DatasetReader, band: int) -> Iterator[tuple[int, int]]:
    height, width = file.block_shapes[band - 1]
    for row in range(ceil(file.height / height)):
        for column in range(ceil(file.width / width)):
            yield row, column


def _some_blocks(file: DatasetReader) -> Iterator[Window]:
    """Give the windows of some blocks, the first and the last among them, evenly between."""
    height, width = file.block_shapes[0]
    down, across = ceil(file.height / height), ceil(file.width / width)
    one = height * width * sum(np.dtype(dtype).itemsize for dtype in file.dtypes)
    count = min(down * across, TRIED_BLOCKS, max(2, TRIED_BYTES // one))
    for block in sorted({int(n) for n in np.linspace(0, down * across - 1, count)}):
        row, column = divmod(block, across)
        left, top = column * width, row * height
        yield Window(left, top, min(width, file.width - left), min(height, file.height - top))
