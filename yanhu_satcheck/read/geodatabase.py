"""File geodatabases (.gdb): fields under name and alias, coded values as their texts."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import pyogrio.raw

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.layers import Engine, choose_layer, damaged, read_features
from yanhu_satcheck.read.markup import parse_xml
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table, tidy
from yanhu_satcheck.terms import Words

_DRIVER = "OpenFileGDB"
_CATALOGUE = "a00000001.gdbtable"
_AGAIN = Words("请从 ArcGIS 或 QGIS 重新导出为 .gdb 或 .gpkg", "export it as .gdb or .gpkg again")


class _Field(NamedTuple):
    alias: str
    domain: str


def read_geodatabase(
    name: str,
    path: Path,
    file: str,
    layer: str | None,
    misreads: Misreads,
    engine: Engine = "pyogrio",
) -> Table:
    """Read a layer of a .gdb folder.

    A field's alias is its header, its name another spelling of it. Of a field with coded values
    the text is read; a number kept as text, like 行政区代码, stays the code. Arcs are drawn as
    lines.

    Raises:
        Unreadable: It is no file geodatabase, compressed, or its layer holds no plain shapes.
    """
    _refuse_others(path)
    with damaged(Words("GDB 损坏，无法打开", "the geodatabase cannot be opened"), _AGAIN):
        names_of = partial(_all_names, path)
        chosen = choose_layer(name, path, file, layer, names_of, misreads)
        about = _definition(path, chosen)
        if about.findtext("ShapeType") == "esriGeometryMultiPatch":
            raise Unreadable(
                Words(f"图层“{chosen}”是多面体（MultiPatch）", f"“{chosen}” holds MultiPatches"),
                Words("请转换为二维面后再提供", "convert it into plain polygons"),
                "DQ05",
            )
        fields = _fields(about)
        found = read_features(path, _DRIVER, chosen, engine)
        texts = _texts(name, path, {n: fields[n] for n in found.headers if n in fields})
    headers = tuple(_shown(header, fields) for header in found.headers)
    codes = [texts.get(header, {}) for header in found.headers]
    rows = tuple(
        Row(i + 1, tidy(map(_decoded, cells, codes), len(headers)), found.shapes[i])
        for i, cells in enumerate(found.rows)
    )
    return Table(name, file, headers, rows, names=found.headers, spatial=True, crs=found.crs)


def _refuse_others(path: Path) -> None:
    if any(part.suffix.lower() == ".cdf" for part in path.iterdir()):
        raise Unreadable(
            Words("是压缩的 GDB（.cdf），不能读取", "it is a compressed geodatabase (.cdf)"),
            Words(
                "请在 ArcGIS 中“解压缩文件地理数据库”后再提供",
                "uncompress the file geodatabase in ArcGIS and supply it again",
            ),
        )
    if not (path / _CATALOGUE).is_file():
        raise Unreadable(
            Words("不是 GDB：缺少系统表", f"it is no file geodatabase: {_CATALOGUE} is missing"),
            Words("请复制完整的 .gdb 文件夹", "copy the whole .gdb folder again"),
        )


def _definition(path: Path, layer: str) -> Element:
    """Give what the geodatabase says of a layer; the rest of the statement is the layer's name."""
    _, _, _, (texts, *_) = pyogrio.raw.read(path, sql=f"GetLayerDefinition {layer}")
    # One of the oldest (9.x) says nothing.
    return parse_xml(texts[0].encode("utf-8"), "utf-8") if texts[0] else Element("unsaid")


def _fields(about: Element) -> dict[str, _Field]:
    return {
        field.findtext("Name", ""): _Field(
            field.findtext("AliasName", "").strip(), field.findtext("DomainName", "")
        )
        for field in about.iter("GPFieldInfoEx")
    }


def _all_names(path: Path, layer: str) -> list[str]:
    fields = _fields(_definition(path, layer))
    return [*fields, *(field.alias for field in fields.values())]


def _shown(header: str, fields: Mapping[str, _Field]) -> str:
    return (fields[header].alias if header in fields else "") or header


def _texts(name: str, path: Path, fields: Mapping[str, _Field]) -> dict[str, dict[str, str]]:
    """Give the texts that the codes of each coded field stand for, where texts are wanted."""
    columns = heads.schema(name)
    coded = {
        header: field.domain
        for header, field in fields.items()
        if field.domain
        and getattr(columns.get(_meaning(name, header, field) or ""), "kind", "text") != "key"
    }
    if not coded:
        return {}
    _, _, _, (found, *_) = pyogrio.raw.read(path, layer="GDB_Items", columns=["Definition"])
    domains = {}
    for text in found:
        if text and "CodedValueDomain" in text:
            domain = parse_xml(text.encode("utf-8"), "utf-8")
            domains[domain.findtext("DomainName", "")] = {
                value.findtext("Code", ""): value.findtext("Name", "")
                for value in domain.iter("CodedValue")
            }
    return {header: domains.get(domain, {}) for header, domain in coded.items()}


def _meaning(name: str, header: str, field: _Field) -> str | None:
    return heads.meaning(name, field.alias) or heads.meaning(name, header)


def _decoded(cell: Any, texts: Mapping[str, str]) -> Any:
    if cell is None or not texts:
        return cell
    whole = int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    return texts.get(str(whole)) or cell
