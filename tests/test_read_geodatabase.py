"""File geodatabases: aliases, coded values, layers, and what is no geodatabase."""

import shutil
from pathlib import Path
from typing import Any

import pyarrow
import pyogrio
import pytest
import shapely

from tests.read_batches import HEAD, batch_folder, only, square
from tests.shared import shared_data
from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Table
from yanhu_satcheck.read.vectors import read_layer

SHAPE = pyarrow.array([shapely.to_wkb(shapely.Polygon(square(i))) for i in range(2)])
DOMAIN = (
    "<GPCodedValueDomain2><DomainName>kcfs</DomainName><CodedValues>"
    "<CodedValue><Name>露天开采</Name><Code>10</Code></CodedValue>"
    "<CodedValue><Name>地下开采</Name><Code>20</Code></CodedValue>"
    "</CodedValues></GPCodedValueDomain2>"
)


def _field(name: str, alias: str, cells: Any) -> Any:
    about = {"GDAL:OGR:alternative_name": alias} if alias else None
    return pyarrow.field(name, cells.type, metadata=about)


def _gdb(path: Path, layer: str = "图斑", **columns: tuple[str, list[Any]]) -> Path:
    """A geodatabase with a layer of two squares; a column is its alias and its cells."""
    cells = [pyarrow.array(cells) for _, cells in columns.values()]
    aliases = [alias for alias, _ in columns.values()]
    fields = [_field(*one) for one in zip(columns, aliases, cells, strict=True)]
    fields.append(pyarrow.field("SHAPE", pyarrow.binary()))
    pyogrio.write_arrow(
        pyarrow.Table.from_arrays([*cells, SHAPE], schema=pyarrow.schema(fields)),
        path,
        driver="OpenFileGDB",
        layer=layer,
        geometry_name="SHAPE",
        geometry_type="MultiPolygon",
        crs="EPSG:4546",
        TARGET_ARCGIS_VERSION="ARCGIS_PRO_3_2_OR_LATER",
    )
    return path


def _batch(folder: Path, more: str = "") -> Batch:
    text = HEAD + f'[polygons]\npath = "tb.gdb"\n{more}'
    (folder / "batch.toml").write_text(text, encoding="utf-8")
    return read_batch(folder)


def _table(path: Path, name: str = "polygons") -> tuple[Table, tuple[Misread, ...]]:
    misreads = Misreads()
    return read_layer(name, path, path.name, None, None, misreads), misreads.all()


def test_an_alias_is_the_header_and_every_file_an_input(tmp_path: Path) -> None:
    _gdb(tmp_path / "tb.gdb", F1=("图斑编号", ["A1", "A2"]), F2=("乡镇", ["解州镇", None]))
    batch = _batch(tmp_path)
    assert [(p.id, p.township) for p in batch.polygons] == [("A1", "解州镇"), ("A2", "")]
    assert all(p.footprint is not None for p in batch.polygons)
    assert batch.misreads == ()
    inside = [file.name for file in batch.inputs if file.name != "batch.toml"]
    assert inside == sorted(f"tb.gdb/{file.name}" for file in (tmp_path / "tb.gdb").iterdir())


def test_a_name_is_recognised_under_an_alias_that_is_not(tmp_path: Path) -> None:
    _gdb(tmp_path / "tb.gdb", TBBH=("标识", ["A1", "A2"]))
    table, misreads = _table(tmp_path / "tb.gdb")
    assert (table.headers, table.names, misreads) == (("标识",), ("TBBH",), ())
    assert [polygon.id for polygon in _batch(tmp_path).polygons] == ["A1", "A2"]


@pytest.mark.parametrize("said", ["BSM", "要素代码"])
def test_batch_toml_may_name_a_field_by_name_or_alias(tmp_path: Path, said: str) -> None:
    _gdb(tmp_path / "tb.gdb", BSM=("要素代码", ["B1", "B2"]), TBBH=("", ["A1", "A2"]))
    batch = _batch(tmp_path, f'fields = {{ polygon_id = "{said}" }}')
    assert [polygon.id for polygon in batch.polygons] == ["B1", "B2"]


def test_the_layer_whose_aliases_fit_is_read(tmp_path: Path) -> None:
    path = _gdb(tmp_path / "tb.gdb", "其他", F1=("别的", ["x", "y"]))
    _gdb(path, "监测图斑_2022", F1=("图斑编号", ["A1", "A2"]))
    table, misreads = _table(path)
    assert (table.headers, misreads) == (("图斑编号",), ())
    assert [p.id for p in _batch(tmp_path, 'layer = "监测图斑_2022"\n').polygons] == ["A1", "A2"]
    with pytest.raises(NothingToAudit, match="there are: 其他, 监测图斑_2022"):
        _batch(tmp_path, 'layer = "丙"\n')


def test_coded_values_are_read_as_their_texts(tmp_path: Path) -> None:
    """The driver writes no domains: they are put in the place of words as long, byte for byte."""
    path = _gdb(
        tmp_path / "tb.gdb",
        XKZH=("许可证号", ["10", "20"]),
        KCFS=("开采方式1234", ["10", "99"]),
    )
    spare = {f"F{i}": ("字段" * 20, ["", ""]) for i in range(4)}
    _gdb(path, "spare", **spare)
    catalogue = path / "a00000004.gdbtable"
    content = catalogue.read_bytes()
    for alias in ("许可证号", "开采方式1234"):
        was = f"<AliasName>{alias}</AliasName>".encode()
        coded = b"<DomainName>kcfs</DomainName>"
        assert was in content
        content = content.replace(was, coded.ljust(len(was)))
    start = content.rindex(b"<?xml", 0, content.index("字段".encode()))
    end = content.index(b"</typens:DEFeatureClassInfo>", start) + len(
        b"</typens:DEFeatureClassInfo>"
    )
    domain = DOMAIN.encode()
    assert len(domain) < end - start
    catalogue.write_bytes(content[:start] + domain.ljust(end - start) + content[end:])
    table = read_layer("permits", path, path.name, None, "图斑", Misreads())
    # A number kept as text stays as it is; a code that no text stands for, too.
    assert table.headers == ("XKZH", "KCFS")
    assert [row.cells for row in table.rows] == [("10", "露天开采"), ("20", "99")]


def test_big_numbers_beside_blanks_stay_whole(tmp_path: Path) -> None:
    _gdb(tmp_path / "tb.gdb", TBBH=("", [140802000123456789, None]))
    table, _ = _table(tmp_path / "tb.gdb")
    assert [row.cells for row in table.rows] == [(140802000123456789,), (None,)]


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "batch").mkdir()
    path = _gdb(tmp_path / "batch" / "tb.gdb", TBBH=("", ["A1", "A2"]))
    part = sorted(path.glob("*.gdbtable"))[-1]
    part.rename(tmp_path / part.name)
    part.symlink_to(tmp_path / part.name)
    with pytest.raises(NothingToAudit, match="leads out of the batch folder"):
        _batch(tmp_path / "batch")


def test_what_is_no_geodatabase_is_said(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[permits]\npath = "p.gdb"')
    (tmp_path / "p.gdb").write_bytes(b"x")
    assert "is a file, not a folder" in only(read_batch(tmp_path).misreads).what.en
    (tmp_path / "p.gdb").unlink()
    (tmp_path / "p.gdb").mkdir()
    assert "no file geodatabase" in only(read_batch(tmp_path).misreads).what.en


def test_a_compressed_geodatabase_is_said_to_be_one(tmp_path: Path) -> None:
    path = _gdb(tmp_path / "tb.gdb", TBBH=("", ["A1", "A2"]))
    (path / "a00000009.cdf").touch()
    with pytest.raises(Unreadable) as fault:
        _table(path)
    assert "解压缩" in fault.value.remedy.zh


def test_a_broken_geodatabase_is_named(tmp_path: Path) -> None:
    path = _gdb(tmp_path / "tb.gdb", TBBH=("", ["A1", "A2"]))
    (path / "a00000001.gdbtable").write_bytes(b"\0" * 100)
    with pytest.raises(Unreadable):
        _table(path)


def test_esris_own_geodatabase(tmp_path: Path) -> None:
    shutil.unpack_archive(
        shared_data("vector", "encoding_fixtures", "testopenfilegdb.gdb.zip"), tmp_path
    )
    path = tmp_path / "testopenfilegdb.gdb"
    with pytest.raises(Unreadable, match="MultiPatch"):
        read_layer("polygons", path, path.name, None, "multipatch", Misreads())
    table = read_layer("polygons", path, path.name, None, "multipolygonzm", Misreads())
    assert [row.shape is not None and row.shape.is_valid for row in table.rows] == [True]
