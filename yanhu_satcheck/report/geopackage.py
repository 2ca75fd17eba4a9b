"""ledger.gpkg: the layers with their outlines, coloured when QGIS opens them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.foreign import by_gdal
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.layers import Layer, all_layers
from yanhu_satcheck.report.names import day, printable
from yanhu_satcheck.report.place import refusal

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT, f_table_schema TEXT, f_table_name TEXT, f_geometry_column TEXT,
  styleName TEXT, styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
  owner TEXT, ui TEXT, update_time DATETIME
)"""
_STYLE = """
INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
  styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)"""
_CONTENTS = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?)"""


def write_geopackage(audit: Audit, path: Path) -> None:
    """Write every layer, then their styles.

    Raises:
        ReportError: The disk is full, or the working CRS is unknown to GDAL.
    """
    from pyogrio import errors

    refusals = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.CRSError)
    try:
        _write_all(audit, path)
    except (*refusals, sqlite3.Error) as cause:
        # GDAL repeats the whole statement that failed before it says why.
        why = by_gdal(str(cause)[-160:])
        zh, en = f"无法写出（{why.zh}）；没有改动", f"{why.en}; nothing was changed"
        raise refusal(path, zh, en) from cause


def _write_all(audit: Audit, path: Path) -> None:
    layers = all_layers(audit)
    with _dated(audit.batch.as_of):
        for layer in layers:
            _write_layer(path, layer)
    _write_styles(path, audit.batch.as_of, layers)
    _count(path, {layer.name: len(layer.rows) for layer in layers})


@contextmanager
def _dated(as_of: date) -> Iterator[None]:
    """Let GDAL write the batch's date where it would write the clock's."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_layer(path: Path, layer: Layer) -> None:
    import numpy as np
    import shapely
    from pyogrio.raw import write

    shapes: Any = None
    if layer.kind:
        drawn = np.array([*layer.shapes, None], dtype=object)[:-1]  # else points become numbers
        shapes = shapely.to_wkb(drawn) if len(drawn) else drawn
    write(
        str(path),
        geometry=shapes,
        field_data=[_column([row[at] for row in layer.rows]) for at in range(len(layer.header))],
        fields=list(columns.distinct(layer.header, "fid", "geom")),
        layer=layer.name,
        driver="GPKG",
        geometry_type=layer.kind or None,
        crs=layer.crs,
        append=path.exists(),
        dataset_options={"VERSION": "1.2"},  # an older QGIS warns of what GDAL writes by itself
        layer_options={"GEOMETRY_NAME": "geom"} if layer.kind else {},
    )


def _column(cells: list[Cell]) -> Any:
    """Give a column as numbers where it holds nothing else, as text otherwise."""
    import numpy as np

    there = [cell for cell in cells if cell is not None]
    if there and all(isinstance(c, (int, float)) and not isinstance(c, bool) for c in there):
        return np.array([np.nan if cell is None else float(cell) for cell in cells])  # type: ignore[arg-type]
    return np.array([_text(cell) for cell in cells], dtype=object)


def _text(cell: Cell) -> str | None:
    if cell is None:
        return None
    return printable(day(cell) if isinstance(cell, date) else str(cell))


def _write_styles(path: Path, as_of: date, layers: Sequence[Layer]) -> None:
    stamp = f"{as_of.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES)
        for layer in layers:
            if layer.style:
                base.execute(_STYLE, (layer.name, layer.name, layer.style, layer.name, stamp))
        base.execute(_CONTENTS, (stamp,))


def _count(path: Path, rows: dict[str, int]) -> None:
    """Read the rows back: a layer that was closed on a full disk may lack some, unsaid."""
    with closing(sqlite3.connect(path)) as base:
        for layer, meant in rows.items():
            (there,) = base.execute(f'SELECT count(*) FROM "{layer}"').fetchone()
            if there != meant:
                zh, en = f"{layer} 应有 {meant} 行，只写出 {there} 行", f"{there} of {meant} rows"
                raise refusal(path, zh, f"{layer} holds {en}")
