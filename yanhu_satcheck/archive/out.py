"""A finished OUT as rows for the archive: held to its own hashes before anything is believed."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.archive.schema import COLUMNS, Row
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.past import Answer, outline_hash, polygons_of
from yanhu_satcheck.terms import fold

CGCS2000 = "EPSG:4490"
_MACHINE = ("findings.jsonl", "evidence.parquet", "photos.parquet")
"""Files of OUT that nobody edits by hand; the ledgers are there to be written in."""
_MARKS = "photo_marks.parquet"
"""An OUT of before marks were kept has none."""
_LAYER = "更正台账"


@dataclass(frozen=True, slots=True)
class Out:
    """One finished OUT, ready to be stored."""

    folder: Path
    batch: str
    account: str  # audit.json without what stands in rows of its own
    rows: tuple[tuple[str, Row], ...]  # all but the pictures: kind, values after the revision
    bounds: Mapping[str, tuple[float, float, float, float]]  # by polygon, degrees
    pictures: tuple[str, ...]  # sha256 of the photographs whose reduced copies OUT holds
    chips: tuple[str, ...] = ()  # sha256 of the pictures of polygons that OUT holds
    marks: tuple[Row, ...] = ()  # of its photographs: sha256, codebook, and the rest

    def pictures_of(self, kind: str) -> tuple[str, ...]:
        """Name the JPEGs that OUT brings for one table of them."""
        return self.pictures if kind == "picture" else self.chips

    def picture(self, kind: str, sha256: str) -> bytes:
        """Read one of them."""
        try:
            return (self.folder / _folder(kind) / f"{sha256}.jpg").read_bytes()
        except OSError as cause:
            raise _wrong(self.folder, f"{sha256}.jpg 不可读", "a picture is gone") from cause


def _folder(kind: str) -> str:
    return "photos" if kind == "picture" else "reports/chips"


def audited_with(out: Path) -> Path | None:
    """Give the archive that OUT's audit was given; `None`: it was given none.

    Raises:
        ArchiveError: The folder is no OUT.
    """
    used = _account(out).get("archive")
    if not isinstance(used, dict) or not used.get("file"):
        return None
    return Path(os.path.normpath(out / used["file"]))


def outlines_of(out: Path) -> dict[str, BaseGeometry]:
    """Give the outlines of an OUT's polygons, in CGCS2000 degrees, by number.

    Raises:
        ArchiveError: The folder is no OUT, or its outlines were changed.
    """
    account = _account(out)
    try:
        polygons, crs = account["polygons"], account["batch"]["crs"]
        shapes = _lonlat(_outlines(out, polygons), crs)
        names = [one["polygon_id"] for one in polygons]
    except (KeyError, TypeError, AttributeError) as cause:
        raise _wrong(
            out,
            "audit.json 在审核之后被改动；请重新审核",
            "audit.json was changed after the audit; audit again",
        ) from cause
    return {id: one for id, one in zip(names, shapes, strict=True) if one is not None}


def judged_by(out: Path) -> frozenset[str]:
    """Name the rules that an OUT's audit put to its batch and that could judge.

    Raises:
        ArchiveError: The folder is no OUT.
    """
    rules = _account(out).get("rules")
    books = rules.items() if isinstance(rules, dict) else ()
    return frozenset(code for code, said in books if "concerned" in said and not said.get("mute"))


def read_out(out: Path, answers: Iterable[Answer]) -> Out:
    """Read a finished OUT; `answers` are those that people wrote into its ledger.

    Raises:
        ArchiveError: The folder is no OUT, or files that nobody edits by hand were changed.
    """
    account = _account(out)
    if not {"files", "polygons", "rectification", "batch"} <= account.keys():
        raise _wrong(out, "由旧版本生成；请重新审核", "an older version made it; audit again")
    try:
        return _read_out(out, account, answers)
    except (KeyError, TypeError, ValueError, AttributeError) as cause:
        raise _wrong(
            out,
            "audit.json 在审核之后被改动；请重新审核",
            "audit.json was changed after the audit; audit again",
        ) from cause


def _read_out(out: Path, account: dict[str, Any], answers: Iterable[Answer]) -> Out:
    files, polygons, ledger = (account.pop(one) for one in ("files", "polygons", "rectification"))
    content = {name: _read(out, name, files) for name in _MACHINE}
    outlines = _lonlat(_outlines(out, polygons), account["batch"]["crs"])
    pictures = tuple(sorted(name[7:-4] for name in files if name.startswith("photos/")))
    for one in pictures:
        _read(out, f"photos/{one}.jpg", files)
    chips = account.pop("chips", [])  # an OUT of before they were kept has none
    kept = tuple(sorted({one["sha256"] for one in chips}))
    for one in kept:
        if sha256(_read(out, f"reports/chips/{one}.jpg", files)).hexdigest() != one:
            raise ValueError(one)
    marks = _parquet(_read(out, _MARKS, files)) if _MARKS in files else []
    # What of the archive could be seen is part of what was found; where it lies is not.
    account["archive"] = (account.get("archive") or {}).get("seen", [])
    account.pop("ledger", None)  # for the way back; answers are read from the ledger itself
    rows = (
        *_polygons(polygons, outlines),
        *_evidence(_parquet(content["evidence.parquet"])),
        *_findings(content["findings.jsonl"]),
        *_ledger(ledger),
        *(("answer", tuple(one)) for one in sorted(answers)),
        *_photos(_parquet(content["photos.parquet"])),
        *_chips(chips),
    )
    names = [one["polygon_id"] for one in polygons]
    bounds = {id: one.bounds for id, one in zip(names, outlines, strict=True) if one is not None}
    return Out(
        out,
        str(account["batch"]["id"]),
        _json(account),
        rows,
        bounds,
        pictures,
        kept,
        tuple(_marks(marks)),
    )


def _account(out: Path) -> dict[str, Any]:
    try:
        said = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise _wrong(
            out, "不是审核结果文件夹（audit.json 不可读）", "no OUT: audit.json cannot be read"
        ) from cause
    if not isinstance(said, dict) or said.get("tool") != "satcheck":
        raise _wrong(out, "不是 satcheck 的审核结果", "satcheck did not write it")
    return said


def _wrong(out: Path, zh: str, en: str) -> ArchiveError:
    return ArchiveError(f"{out.name}：{zh}", f"{out.name}: {en}")


def _read(out: Path, name: str, files: Mapping[str, Any]) -> bytes:
    try:
        content = (out / name).read_bytes()
    except OSError as cause:
        raise _wrong(out, f"{name} 不可读", f"{name} cannot be read") from cause
    if sha256(content).hexdigest() != files.get(name, {}).get("sha256"):
        raise _wrong(
            out,
            f"{name} 在审核之后被改动；请重新审核",
            f"{name} was changed after the audit; audit again",
        )
    return content


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _outlines(out: Path, polygons: Sequence[Mapping[str, Any]]) -> list[BaseGeometry | None]:
    """Read the outlines of the ledger's layer in its order, and hold each to audit.json.

    QGIS changes a geopackage by opening it, so the file's own hash would refuse honest ones.
    """
    from pyogrio import errors
    from pyogrio.raw import read

    layer = out / "ledger.gpkg"
    try:
        _, _, wkb, _ = read(layer, layer=_LAYER, columns=[], force_2d=True)
    except (errors.DataSourceError, errors.DataLayerError, errors.FieldError) as cause:
        raise _wrong(out, "ledger.gpkg 不可读", "ledger.gpkg cannot be read") from cause
    drawn = [*shapely.from_wkb(wkb).tolist(), *[None] * len(polygons)]
    found = []
    for one, shape in zip(polygons, drawn, strict=False):
        outline = polygons_of(shape)
        if outline_hash(outline) != one["outline"]:
            raise _wrong(
                out,
                f"ledger.gpkg 中图斑 {one['polygon_id']} 的图形在审核之后被改动；请重新审核",
                f"ledger.gpkg: the outline of {one['polygon_id']} was changed after the audit;"
                " audit again",
            )
        found.append(outline)
    return found


def _lonlat(outlines: Sequence[BaseGeometry | None], crs: str) -> list[BaseGeometry | None]:
    from pyproj import Transformer

    turn = Transformer.from_crs(crs, CGCS2000, always_xy=True)

    def degrees(xy: Any) -> Any:
        import numpy as np

        return np.column_stack(turn.transform(xy[:, 0], xy[:, 1]))

    return [None if one is None else shapely.transform(one, degrees) for one in outlines]


def _polygons(
    polygons: Sequence[Mapping[str, Any]], outlines: Sequence[BaseGeometry | None]
) -> Iterator[tuple[str, Row]]:
    for one, outline in zip(polygons, outlines, strict=True):
        wkb = None if outline is None else shapely.to_wkb(outline, byte_order=1)
        yield "polygon", (one["polygon_id"], one["key"], wkb, _json(one))


def _parquet(content: bytes) -> list[dict[str, Any]]:
    import pyarrow
    from pyarrow import parquet

    # Arrow's own threads abort the process if it ends while they start (3 runs in 100).
    table = parquet.ParquetFile(pyarrow.BufferReader(content)).read(use_threads=False)
    rows: list[dict[str, Any]] = table.to_pylist()
    return [{name: v for name, v in row.items() if v is not None} for row in rows]


def _evidence(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield "evidence", (row.pop("polygon_id"), _json(row))


def _findings(content: bytes) -> Iterator[tuple[str, Row]]:
    for line in content.decode("utf-8").split("\n"):
        if line:
            said = json.loads(line)
            yield "finding", (said["id"], said["rule"], said["status"], line)


def _ledger(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        yield "ledger", (row["key"], fold(row["batch"]), _json(row))


def _photos(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        marks = [row.get(name) for name in ("path", "polygon_id", "sha256", "pixel_hash")]
        print_ = row.get("fingerprint")
        yield "photo", (*marks, bytes.fromhex(print_) if print_ else None, _json(row))


def _marks(rows: Iterable[dict[str, Any]]) -> Iterator[Row]:
    for row in rows:
        yield tuple(row[name] for name in ("sha256", *COLUMNS["photo_marks"][2:]))


def _chips(chips: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Row]]:
    for one in chips:
        yield "chip", (one["polygon_id"], one["kind"], one["sha256"], _json(one))
