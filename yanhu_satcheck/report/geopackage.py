"""ledger.gpkg: the ledger and the findings with their outlines, coloured when QGIS opens them."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.names import day, printable
from yanhu_satcheck.report.place import refusal
from yanhu_satcheck.report.sheets import all_sheets
from yanhu_satcheck.report.style import qml

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
    """Write the layers 更正台账 and 问题清单, then their styles.

    Raises:
        ReportError: The disk is full, or the working CRS is unknown to GDAL.
    """
    from pyogrio import errors

    refusals = (errors.DataSourceError, errors.DataLayerError, errors.FeatureError, errors.CRSError)
    try:
        _write_all(audit, path)
    except (*refusals, sqlite3.Error) as cause:
        # GDAL repeats the whole statement that failed before it says why.
        why = str(cause)[-160:]
        zh, en = f"无法写出（{why}）；没有改动", f"{why}; nothing was changed"
        raise refusal(path, zh, en) from cause


def _write_all(audit: Audit, path: Path) -> None:
    ledger, problems = all_sheets(audit)[:2]
    outlines = {one.id: one.footprint for one in audit.batch.polygons}
    with _dated(audit.batch.as_of):
        found = [outlines.get(entry.polygon_id) for entry in audit.ledger.entries]
        _write_layer(path, ledger.name, ledger.header, ledger.rows, found, audit.batch.crs)
        found = [
            _together([outlines.get(one) for one in problem.finding.polygon_ids])
            for problem in audit.ledger.problems
        ]
        _write_layer(path, problems.name, problems.header, problems.rows, found, audit.batch.crs)
    _write_styles(path, audit.batch.as_of, (ledger.name, problems.name))
    _count(path, {sheet.name: len(sheet.rows) for sheet in (ledger, problems)})


@contextmanager
def _dated(as_of: date) -> Iterator[None]:
    """Let GDAL write the batch's date where it would write the clock's."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{as_of.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _write_layer(
    path: Path,
    layer: str,
    header: tuple[str, ...],
    rows: Sequence[tuple[Cell, ...]],
    outlines: Sequence[Any],
    crs: str,
) -> None:
    import numpy as np
    import shapely
    from pyogrio.raw import write

    shapes = np.array([_polygons(one) for one in outlines] or [], dtype=object)
    write(
        str(path),
        geometry=shapely.to_wkb(shapes) if len(shapes) else np.array([], dtype=object),
        field_data=[_column([row[at] for row in rows]) for at in range(len(header))],
        fields=list(columns.distinct(header, "fid", "geom")),
        layer=layer,
        driver="GPKG",
        geometry_type="MultiPolygon",
        crs=crs,
        append=path.exists(),
        dataset_options={"VERSION": "1.2"},  # an older QGIS warns of what GDAL writes by itself
        layer_options={"GEOMETRY_NAME": "geom"},
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


def _polygons(outline: Any) -> Any:
    """Keep an outline's polygons, flat; `None` where there is none."""
    import shapely

    if outline is None:
        return None
    parts = [
        part
        for part in shapely.get_parts(shapely.force_2d(outline), return_index=False)
        if part.geom_type == "Polygon" and not part.is_empty
    ]
    return shapely.MultiPolygon(parts) if parts else None


def _together(outlines: list[Any]) -> Any:
    """Gather the outlines of one finding's polygons; members may overlap, so no union."""
    import shapely

    parts = [part for one in outlines if one for part in shapely.get_parts(_polygons(one))]
    return shapely.MultiPolygon(parts) if parts else None


def _write_styles(path: Path, as_of: date, layers: tuple[str, ...]) -> None:
    stamp = f"{as_of.isoformat()}T00:00:00.000Z"
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES)
        for layer in layers:
            base.execute(_STYLE, (layer, columns.STATUS, qml(), columns.STATUS, stamp))
        base.execute(_CONTENTS, (stamp,))


def _count(path: Path, rows: dict[str, int]) -> None:
    """Read the rows back: a layer that was closed on a full disk may lack some, unsaid."""
    with closing(sqlite3.connect(path)) as base:
        for layer, meant in rows.items():
            (there,) = base.execute(f'SELECT count(*) FROM "{layer}"').fetchone()
            if there != meant:
                zh, en = f"{layer} 应有 {meant} 行，只写出 {there} 行", f"{there} of {meant} rows"
                raise refusal(path, zh, f"{layer} holds {en}")
