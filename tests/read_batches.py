"""Small batch folders for the tests of reading: squares of 100 m in EPSG:4546 beside 111° E."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.read import read_batch

EAST, NORTH = 500_000, 3_876_000
HEAD = """
[batch]
id = "2022Q4"
region = "140802"
period = ["2022-10-01", "2022-12-31"]
"""
POLYGONS = '[polygons]\npath = "polygons.geojson"\n'


def square(number: int = 0, east: float = EAST, north: float = NORTH) -> list[list[float]]:
    """A square of 100 m, the n-th in a row of squares 1 km apart."""
    x, y = east + 1000 * number, north
    return [[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]


def feature(ring: Sequence[Sequence[float]] | None, **properties: Any) -> dict[str, Any]:
    drawn = None if ring is None else {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": properties, "geometry": drawn}


def layer(path: Path, features: Sequence[Any], crs: str | None = "EPSG:4546") -> None:
    said: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if crs:
        said["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> None:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def batch_folder(folder: Path, *numbers: str, more: str = "") -> Path:
    """A folder with a square for each polygon number, and what else batch.toml says."""
    issued = [feature(square(i), 图斑编号=n) for i, n in enumerate(numbers or ("A1",))]
    layer(folder / "polygons.geojson", issued)
    (folder / "batch.toml").write_text(HEAD + POLYGONS + more, encoding="utf-8")
    return folder


def filed(folder: Path, rows: Sequence[Sequence[Any]], more: str = "") -> Batch:
    """Read a batch of which the filing has these rows."""
    batch_folder(folder, more=f'[submission]\npath = "submission.xlsx"\n{more}')
    workbook(folder / "submission.xlsx", {"填报": rows})
    return read_batch(folder)


def only(misreads: Sequence[Misread]) -> Misread:
    """The one misread there is."""
    assert len(misreads) == 1, "\n".join(map(str, misreads))
    return misreads[0]
