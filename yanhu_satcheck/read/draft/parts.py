"""Sheets and layers as parts that may be tables of the batch, whatever they turn out to be."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyogrio

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read import kml
from yanhu_satcheck.read.archives import refuse_archive
from yanhu_satcheck.read.draft.names import Term, term_in
from yanhu_satcheck.read.draft.walk import LAYERS, Found
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import TABLES
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table, tidy
from yanhu_satcheck.read.values import is_blank
from yanhu_satcheck.read.vectors import read_layer
from yanhu_satcheck.read.workbooks import csv_grid, read_sheets
from yanhu_satcheck.terms import Words

MAX_BYTES = 200 << 20  # of a file that is read whole: a table of a batch is far smaller
MAX_FEATURES = 200_000
SEVERAL = frozenset({".gpkg", ".gdb"})  # formats with layers by name
_NAMED = ("polygons", "permits")
NAMES = (*TABLES, "photos")
_DRAWN = {"Polygon": "area", "MultiPolygon": "area", "Point": "point", "MultiPoint": "point"}


@dataclass(frozen=True)
class Part:
    """One sheet or layer of a file."""

    table: Table
    sheet: str | None = None
    layer: str | None = None
    title: str = ""  # what stands above the headers of a sheet
    shown: bool = True  # among several of one file, so that its name must be told
    read_as: Mapping[str, Table] = field(default_factory=dict)  # where it depends on the table

    @property
    def file(self) -> str:
        """Its path in the folder."""
        return self.table.file

    @property
    def name(self) -> str:
        """What its file and itself are called."""
        stem = Path(self.file).stem
        return f"{stem} {self.sheet or self.layer or ''}".strip()

    @property
    def place(self) -> str:
        """How a person finds it."""
        own = self.sheet or self.layer
        return f"{self.file}（{own}）" if own and self.shown else self.file

    @cached_property
    def drawn(self) -> str:
        """What its features are: area, point, other; "" where nothing is drawn."""
        for row in self.table.rows:
            if row.shape is not None:
                return _DRAWN.get(row.shape.geom_type, "other")
        return ""

    @cached_property
    def term(self) -> Term | None:
        """The term that its title or its names say."""
        return term_in(self.title) or term_in(self.name) or term_in(self.file)

    def meant(self, table: str) -> dict[str, int]:
        """Which canonical columns of a table its headers name, and where they stand."""
        found: dict[str, int] = {}
        read = self.read_as.get(table, self.table)
        known = not self.read_as or table in self.read_as
        for spelt in (read.headers, read.names if known else ()):
            for index, header in enumerate(spelt):
                name = heads.meaning(table, header, cut_names=read.cut_names)
                if name is not None and index not in found.values():
                    found.setdefault(name, index)
        return found

    def column(self, index: int) -> list[Any]:
        """The cells of a column that are not blank."""
        cells = (row.cells[index] for row in self.table.rows)
        return [cell for cell in cells if not is_blank(cell)]


def read_parts(folder: Folder, found: Found) -> list[Part]:
    """Read every sheet and layer; a file that fails is named in `found.unused`."""
    parts: list[Part] = []
    for path in (*found.layers, *found.sheets):
        file = folder.name(path)
        own, why = parts_of(path, file)
        found.unused |= why
        if not own and not why:
            found.unused[file] = Words("没有数据行", "it has no rows")
        parts += [replace(part, shown=len(own) > 1) for part in own]
    return parts


def parts_of(path: Path, file: str) -> tuple[list[Part], dict[str, Words]]:
    """Read every sheet or layer of one file that has rows; say of what was not read why not."""
    why: dict[str, Words] = {}
    try:
        if path.is_file():
            refuse_archive(path)
            if path.stat().st_size > MAX_BYTES:
                return [], {file: Words("文件过大，未查看", "too large: not looked at")}
        is_layer = path.suffix.lower() in LAYERS
        found = [*(_layers(path, file, why) if is_layer else _sheets(path, file))]
    except Unreadable as fault:
        return [], {file: fault.what}
    except Exception as cause:  # a file made by anyone: whatever a reader says of it
        what = f"{type(cause).__name__}: {cause}"[:120]
        return [], {file: Words(f"无法读取（{what}）", f"it cannot be read ({what})")}
    return [part for part in found if part.table.rows], why


def _layers(path: Path, file: str, why: dict[str, Words]) -> Iterator[Part]:
    if path.suffix.lower() not in SEVERAL:
        # A placemark's own name stands for the number that a table needs.
        names = _NAMED if path.suffix.lower() in kml.SUFFIXES else _NAMED[:1]
        read = {name: read_layer(name, path, file, None, None, Misreads()) for name in names}
        yield Part(read["polygons"], read_as=read)
        return
    for layer, size in _sizes(path).items():
        if layer == "layer_styles":  # what QGIS keeps its colours in
            continue
        if size > MAX_FEATURES:
            why[f"{file}（{layer}）"] = Words(
                f"有 {size} 个要素，未查看", f"{size} features: not looked at"
            )
            continue
        yield Part(read_layer("polygons", path, file, None, layer, Misreads()), layer=layer)


def _sizes(path: Path) -> dict[str, int]:
    """Count the features of every layer; what only looks like one is refused by its reader."""
    if not _is_genuine(path):
        read_layer("polygons", path, path.name, None, None, Misreads())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
        return {one: int(pyogrio.read_info(path, layer=one)["features"]) for one in layers}


def _is_genuine(path: Path) -> bool:
    if path.is_dir():
        return (path / "a00000001.gdbtable").is_file()
    with path.open("rb") as opened:
        return opened.read(16) == b"SQLite format 3\0"


def _sheets(path: Path, file: str) -> Iterator[Part]:
    book = {"": csv_grid(path)} if path.suffix.lower() == ".csv" else read_sheets(path)
    for sheet, grid in book.items():
        start = _header(grid)
        if start is None:
            continue
        width = max(len(row) for row in grid)
        headers = tuple("" if is_blank(h) else str(h).strip() for h in tidy(grid[start], width))
        rows = tuple(
            Row(number, tidy(row, width))
            for number, row in enumerate(grid[start + 1 :], start + 2)
            if any(not is_blank(cell) for cell in row)
        )
        title = " ".join(str(c) for row in grid[:start] for c in row if not is_blank(c))
        table = Table("", file, headers, rows, header_row=start + 1)
        yield Part(table, sheet=sheet or None, title=title)


def _header(grid: Sequence[Sequence[Any]]) -> int | None:
    """Find the row that names the most columns of any table, else the one with most texts."""
    scores = [max(heads.recognised(name, row) for name in NAMES) for row in grid[:50]]
    if max(scores, default=0) > 0:
        return scores.index(max(scores))
    texts = [sum(isinstance(c, str) and not is_blank(c) for c in row) for row in grid[:10]]
    return texts.index(max(texts)) if max(texts, default=0) > 1 else None
