"""One layer of a file that GDAL reads, through the one driver that its bytes call for.

pyogrio reads it; fiona, where it is installed, can stand in for it and gives the same.
"""

import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyogrio
import pyogrio.raw
import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.terms import Words

Engine = Literal["pyogrio", "fiona"]
_CURVED = range(8, 15)  # geometry types of WKB that hold arcs
_TIMES: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}


class Layer(NamedTuple):
    """The features of a layer, in file order."""

    headers: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    shapes: list[BaseGeometry | None]
    crs: str | None


@contextmanager
def damaged(what: Words, again: Words) -> Iterator[None]:
    """Say of whatever a driver raises that the file is damaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (Unreadable, ImportError):
            raise
        except Exception as cause:
            raise Unreadable(Words(what.zh, f"{what.en} ({cause})"), again) from None


def read_features(path: Path, driver: str, layer: str, engine: Engine = "pyogrio") -> Layer:
    """Read every feature of a layer; arcs are drawn as lines.

    Raises:
        Unreadable: Another driver than the one asked for takes the file.
    """
    return (
        _with_fiona(path, driver, layer)
        if engine == "fiona"
        else _with_pyogrio(path, driver, layer)
    )


def _with_pyogrio(path: Path, driver: str, layer: str) -> Layer:
    found = pyogrio.read_info(path, layer=layer)["driver"]
    if found != driver:
        raise _foreign(found)
    about, table = pyogrio.raw.read_arrow(path, layer=layer)
    drawn = about["geometry_name"] or "wkb_geometry"
    headers = tuple(column for column in table.column_names if column != drawn)
    columns = [table[column].to_pylist() for column in headers]
    shapes: list[Any] = [None] * table.num_rows
    if drawn in table.column_names:
        wkb = table[drawn].to_pylist()
        if any(shape is not None and _is_curved(shape) for shape in wkb):
            wkb = list(pyogrio.raw.read(path, layer=layer, columns=[])[2])
        shapes = list(shapely.from_wkb(wkb, on_invalid="ignore"))
    rows = [tuple(column[i] for column in columns) for i in range(table.num_rows)]
    return Layer(headers, rows, shapes, about["crs"])


def read_shapes(path: Path, engine: Engine = "pyogrio") -> dict[int, BaseGeometry | None]:
    """Read a shapefile's shapes alone, each under its place in the file, from 0."""
    # latin-1 reads any field name; who wants the names takes them from the DBF.
    if engine == "fiona":
        import fiona

        drivers = ["ESRI Shapefile"]
        with fiona.open(path, encoding="latin-1", enabled_drivers=drivers) as source:
            return {int(feature["id"]): _shape(feature["geometry"]) for feature in source}
    _, fids, wkb, _ = pyogrio.raw.read(path, encoding="latin1", columns=[], return_fids=True)
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    return {int(fid): shape for fid, shape in zip(fids, shapes, strict=True)}


def _is_curved(wkb: bytes) -> bool:
    (kind,) = struct.unpack("<I" if wkb[0] == 1 else ">I", wkb[1:5])
    return (kind & 0xFFFF) % 1000 in _CURVED


def _with_fiona(path: Path, driver: str, layer: str) -> Layer:
    import fiona

    with fiona.open(path, layer=layer, enabled_drivers=[driver]) as source:
        kinds = {name: kind.split(":")[0] for name, kind in source.schema["properties"].items()}
        rows, shapes = [], []
        for feature in source:
            said = feature["properties"]
            rows.append(tuple(_told(said[name], kind) for name, kind in kinds.items()))
            shapes.append(_shape(feature["geometry"]))
        return Layer(tuple(kinds), rows, shapes, source.crs_wkt or None)


def _told(value: Any, kind: str) -> Any:
    return _TIMES[kind](value) if kind in _TIMES and isinstance(value, str) else value


def _shape(geometry: Any) -> BaseGeometry | None:
    try:
        return shapely.geometry.shape(geometry) if geometry is not None else None
    except (shapely.errors.ShapelyError, ValueError, TypeError):
        return None


def _foreign(driver: str) -> Unreadable:
    return Unreadable(
        Words(f"内容是 {driver}，与后缀不符", f"it is really a {driver} file"),
        Words("请按实际格式改后缀，或重新导出", "give it its right ending, or export it again"),
    )


def choose_layer(
    name: str,
    path: Path,
    file: str,
    wanted: str | None,
    names_of: Callable[[str], Sequence[str]],
    misreads: Misreads,
) -> str:
    """Choose the layer that batch.toml names, else the one whose headers fit the table best.

    `names_of` gives every name of a layer's fields.

    Raises:
        Unreadable: There is no such layer, or none with shapes.
    """
    listed = pyogrio.list_layers(path)
    layers = [str(layer) for layer, drawn in listed if drawn or wanted]
    if not layers:
        raise Unreadable(
            Words("没有带图形的图层", "it has no layer with shapes"),
            Words("请检查文件，或重新导出", "look into the file, or export it again"),
        )
    if wanted is not None and wanted not in layers:
        raise Unreadable(
            Words(f"没有图层“{wanted}”", f"there is no layer “{wanted}”"),
            Words(f"图层有：{'、'.join(layers)}", f"there are: {', '.join(layers)}"),
        )
    if wanted is not None:
        return wanted
    scores = {layer: heads.recognised(name, names_of(layer)) for layer in layers}
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
