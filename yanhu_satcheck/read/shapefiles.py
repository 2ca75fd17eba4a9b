"""Shapefiles: whether the parts belong together, and attributes read from the DBF's own bytes."""

import struct
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.read.encodings import codec, sniff
from yanhu_satcheck.read.layers import Engine, damaged, read_shapes
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.tables import Row, Table
from yanhu_satcheck.terms import Words

_AGAIN = Words(
    "请重新复制全部同名文件（.shp .shx .dbf .prj）",
    "copy all files of that name again (.shp .shx .dbf .prj)",
)
_MULTIPATCH = 31
_SAMPLED = 400  # records that tell how a DBF's texts are written


class _Field(NamedTuple):
    name: bytes
    kind: str
    start: int
    width: int


def read_shapefile(
    name: str, path: Path, file: str, encoding: str | None, engine: Engine = "pyogrio"
) -> Table:
    """Read a shapefile: geometry through GDAL, attributes by ourselves.

    GDAL turns GBK without a .cpg into wrong letters, refuses UTF-8 names cut in a character, and
    rounds long numbers; the DBF's bytes know better.

    Raises:
        Unreadable: A part is missing, cut off, or counts other than the rest.
    """
    shx, dbf = _beside(path, ".shx"), _beside(path, ".dbf")
    fields, records, text = _read_dbf(dbf, encoding)
    shapes = _count_shapes(path, shx)
    if shapes != len(records):
        raise Unreadable(
            Words(
                f".shp 有 {shapes} 个图形，.dbf 有 {len(records)} 行，不一致",
                f"the .shp holds {shapes} shapes, the .dbf {len(records)} rows",
            ),
            _AGAIN,
        )
    with damaged(Words("Shapefile 损坏，无法打开", "the shapefile cannot be opened"), _AGAIN):
        drawn = read_shapes(path, engine)
    rows = [
        Row(place + 1, records[place] or (), shape)
        for place, shape in drawn.items()
        if records[place] is not None
    ]
    names = tuple(_name(field.name, text) for field in fields)
    crs = _prj(path)
    return Table(name, file, names, tuple(rows), cut_names=True, spatial=True, crs=crs)


def _beside(path: Path, suffix: str) -> Path:
    for spelt in (suffix, suffix.upper()):
        if (part := path.with_suffix(spelt)).is_file():
            return part
    what = Words(f"缺少 {path.stem}{suffix}", f"{path.stem}{suffix} is missing")
    raise Unreadable(what, _AGAIN)


def _prj(path: Path) -> str | None:
    for suffix in (".prj", ".PRJ"):
        if (part := path.with_suffix(suffix)).is_file():
            return part.read_text("utf-8", errors="replace").strip("\ufeff \r\n\0") or None
    return None


def _count_shapes(path: Path, shx: Path) -> int:
    for part in (path, shx):
        head = part.read_bytes()[:100]
        if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
            what = Words(
                f"{part.suffix} 不是 Shapefile", f"the {part.suffix} is no part of a shapefile"
            )
            raise Unreadable(what, _AGAIN)
        said, size = struct.unpack(">i", head[24:28])[0] * 2, part.stat().st_size
        if said != size:
            raise Unreadable(
                Words(
                    f"{part.suffix} 应为 {said} 字节，实为 {size} 字节，文件不完整",
                    f"the {part.suffix} should be {said} bytes and is {size}: it is cut off",
                ),
                _AGAIN,
            )
    _refuse_solids(path)
    return (shx.stat().st_size - 100) // 8


def _refuse_solids(path: Path) -> None:
    (kind,) = struct.unpack("<i", path.read_bytes()[32:36])
    if kind == _MULTIPATCH:
        raise Unreadable(
            Words("图形是多面体（MultiPatch）", "it holds MultiPatches, no plain polygons"),
            Words("请转换为二维面后再提供", "convert it into plain polygons"),
            "DQ05",
        )


def _read_dbf(
    path: Path, encoding: str | None
) -> tuple[list[_Field], list[tuple[str | None, ...] | None], str]:
    content = path.read_bytes()
    broken = Unreadable(Words(".dbf 损坏或不完整", "the .dbf is damaged or cut off"), _AGAIN)
    if len(content) < 33:
        raise broken
    count, head, length = struct.unpack("<IHH", content[4:12])
    # Some writers leave out the end mark, none leaves out a record.
    if head < 33 or length < 1 or len(content) < head + count * length:
        raise broken
    fields, start = [], 1
    for at in range(32, head - 1, 32):
        field = content[at : at + 32]
        if field[:1] in (b"\r", b"") or len(field) < 32:
            break
        fields.append(_Field(field[:11].split(b"\0")[0], chr(field[11]), start, field[16]))
        start += field[16]
    raw = [content[head + i * length : head + (i + 1) * length] for i in range(count)]
    text = codec(encoding) if encoding else _sniffed(fields, raw)
    return fields, [_record(fields, record, text) for record in raw], text


def _sniffed(fields: list[_Field], records: list[bytes]) -> str:
    samples = [field.name for field in fields]
    for record in records[:_SAMPLED]:
        samples += [
            record[f.start : f.start + f.width].strip(b" \0") for f in fields if f.kind == "C"
        ]
    return sniff(samples)


def _record(fields: list[_Field], record: bytes, text: str) -> tuple[str | None, ...] | None:
    if record[:1] == b"*":
        return None  # deleted
    cells: list[str | None] = []
    for field in fields:
        cell = record[field.start : field.start + field.width]
        said = cell.split(b"\0")[0].decode(text, "ignore").strip()
        if field.kind in "NF" and set(said) <= {"*"}:
            said = ""
        if field.kind == "L":
            said = {"T": "是", "Y": "是", "F": "否", "N": "否"}.get(said.upper(), "")
        cells.append(said or None)
    return tuple(cells)


def _name(name: bytes, text: str) -> str:
    return name.decode(text, "ignore").strip()
