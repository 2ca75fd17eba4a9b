"""evidence.parquet and photos.parquet: every measured figure, with its unit beside it."""

import math
from pathlib import Path
from typing import Any

from yanhu_satcheck.evidence import Case, PhotoEvidence
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.report.figures import Measure, all_measures, of_case

_PHOTO_COLUMNS: dict[str, tuple[str, str, str]] = {  # type, unit, what it is
    "path": ("string", "", "path below the photos folder"),
    "sha256": ("string", "", "hash of the file; null: there is no file"),
    "pixel_hash": ("string", "", "hash of the decoded, upright pixels; null: unreadable"),
    "fingerprint": ("string", "", "256-bit DCT fingerprint, hex"),
    "width": ("int64", "px", "width of the decoded picture"),
    "height": ("int64", "px", "height of the decoded picture"),
    "polygon_id": ("string", "", "issued polygon that it serves"),
    "listed": ("bool", "", "the index names it, or there is no index"),
    "lon": ("float64", "deg", "as declared, not moved"),
    "lat": ("float64", "deg", "as declared, not moved"),
    "distance_m": ("float64", "m", "from the polygon's edge; 0 inside"),
    "azimuth": ("float64", "deg", "clockwise from north"),
    "azimuth_ref": ("string", "", "T true, M magnetic; null: not said"),
    "taken_at": ("string", "", "wall time where it was taken, ISO 8601"),
    "taken_by": ("string", "", "who took it, by the index"),
    "make": ("string", "", "camera maker"),
    "model": ("string", "", "camera model"),
    "serial": ("string", "", "camera serial number"),
    "fault": ("string", "", "why it cannot be read"),
}

_MARK_COLUMNS: dict[str, tuple[str, str, str]] = {
    "sha256": ("string", "", "hash of the photograph's file"),
    "codebook": ("int64", "", "version of the words that its points are sorted by"),
    "width": ("int64", "px", "of the picture that they were taken at"),
    "height": ("int64", "px", "of the picture that they were taken at"),
    "points": ("binary", "", "12 bytes each: word, 64 bits that tell it from others, place"),
    "template": ("binary", "", "what its device burns in, 256 x 256 bits; empty: nothing known"),
}


def write_evidence(cases: tuple[Case, ...], path: Path, lang: str) -> None:
    """Write a row a polygon, in the contract's order; null = not measured."""
    rows = [of_case(case) for case in cases]
    scenes = [case.scene.scene if case.scene else None for case in cases]
    columns: list[tuple[str, str, str, str, list[Any]]] = [
        ("polygon_id", "string", "", "图斑编号", [case.polygon_id for case in cases]),
        ("scene", "string", "", "the scene pair that was used", scenes),
    ]
    spreads = []
    for measure in all_measures(rows):
        columns.append(_values(measure, rows, lang))
        spread = _spreads(measure, rows)
        if measure.sigma_here:
            columns.append(spread)
        elif any(isinstance(row.get(measure.key), Measured) for row in rows):
            spreads.append(spread)
    _write([*columns, *spreads], path)


def _values(
    measure: Measure, rows: list[dict[str, Measured | float]], lang: str
) -> tuple[str, str, str, str, list[Any]]:
    values = [_number(getattr(v, "value", v)) for v in (row.get(measure.key) for row in rows)]
    about = f"{getattr(measure.name, lang)}: {getattr(measure.says, lang)}"
    return measure.key, "float64", measure.unit, about, values


def _spreads(
    measure: Measure, rows: list[dict[str, Measured | float]]
) -> tuple[str, str, str, str, list[Any]]:
    values = [_number(getattr(row.get(measure.key), "sigma", None)) for row in rows]
    name = f"{measure.key}_sigma"
    return name, "float64", measure.unit, f"1-sigma spread of {measure.key}", values


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def write_photos(photos: tuple[PhotoEvidence, ...], path: Path, lang: str) -> None:
    """Write a row a photograph."""
    rows = [_photo(one, lang) for one in photos]
    _write(
        [(name, *about, [row[name] for row in rows]) for name, about in _PHOTO_COLUMNS.items()],
        path,
    )


def write_marks(photos: tuple[PhotoEvidence, ...], path: Path) -> None:
    """Write what finds each photograph again, a row a file: what the archive takes over."""
    marks = {one.marks.sha256: one.marks for one in photos if one.marks is not None}
    kept = [marks[name] for name in sorted(marks) if marks[name].codebook is not None]
    rows = [{**one._asdict(), "width": one.size[0], "height": one.size[1]} for one in kept]
    _write(
        [(name, *about, [row[name] for row in rows]) for name, about in _MARK_COLUMNS.items()],
        path,
    )


def _photo(photo: PhotoEvidence, lang: str) -> dict[str, Any]:
    lon, lat = photo.lonlat or (None, None)
    row = {name: getattr(photo, name, None) for name in _PHOTO_COLUMNS}
    row |= {name: getattr(photo.camera, name) for name in ("make", "model", "serial")}
    row |= {"path": photo.id, "lon": lon, "lat": lat}
    row["taken_at"] = photo.taken_at.isoformat() if photo.taken_at else None
    row["fault"] = getattr(photo.fault, lang) if photo.fault else None
    return {name: None if value == "" else value for name, value in row.items()}


def _write(columns: list[tuple[str, str, str, str, list[Any]]], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [
        pa.field(name, kind, metadata={"unit": unit, "description": about})
        for name, kind, unit, about, _ in columns
    ]
    arrays = [
        pa.array([_clean(v) for v in values], pa.type_for_alias(kind))
        for _, kind, _, _, values in columns
    ]
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), path)


def _clean(value: Any) -> Any:
    """Replace lone surrogates, which no UTF-8 holds."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
