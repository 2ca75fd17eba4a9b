"""A table or layer that batch.toml declares, whatever its format: its rows, or why none."""

from pathlib import Path

from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME
from yanhu_satcheck.read.manifest import Declared
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.opened import opened
from yanhu_satcheck.read.tables import Records, Table, read_columns
from yanhu_satcheck.read.vectors import SIDECARS, SUFFIXES, read_layer
from yanhu_satcheck.read.workbooks import SPREADSHEETS, Wanted, read_csv, read_workbook
from yanhu_satcheck.runner import Runner, here
from yanhu_satcheck.terms import Words


def read_declared(
    folder: Folder, declared: Declared | None, misreads: Misreads, runner: Runner = here
) -> Records | None:
    """Read a declared table; `None` where it is not declared or nothing of it can be used."""
    if declared is None:
        return None
    file = str(declared.path or NAME).replace("\\", "/")
    wanted = Wanted(
        declared.sheet, declared.header_row, declared.encoding, declared.fields, declared.layer
    )
    try:
        suffix = Path(file).suffix.lower()
        if suffix == ".gdb":
            path = folder.whole(declared.path)
        else:
            path = folder.file(declared.path, SIDECARS if suffix == ".shp" else ())
        file = folder.name(path)
        _name_unused(declared, suffix, misreads)
        table = opened(runner, misreads, path, read_table, declared.name, path, file, wanted)
        if not table.rows:
            raise Unreadable(
                Words("表中没有数据行", "it has no rows"),
                Words(
                    "请补充数据，或从 batch.toml 中删去", "fill it in, or take it out of batch.toml"
                ),
            )
    except Unreadable as fault:
        column = None if declared.path else f"{declared.name}.path"
        misreads.note(file, fault, column=column, whole=True)
        return None
    records = read_columns(table, declared.fields, misreads)
    return records if records.usable else None


def read_table(name: str, path: Path, file: str, wanted: Wanted, misreads: Misreads) -> Table:
    """Read a table or layer by the reader of its ending.

    Raises:
        Unreadable: Nothing of it can be read.
    """
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return read_layer(name, path, file, wanted.encoding, wanted.layer, misreads)
    if suffix in SPREADSHEETS:
        return read_workbook(name, path, file, wanted, misreads)
    if suffix in (".csv", ".txt"):
        return read_csv(name, path, file, wanted, misreads)
    if suffix in _OF_A_SHAPEFILE:
        raise Unreadable(
            Words(f"{suffix} 是 Shapefile 的一部分", f"a {suffix} is only a part of a shapefile"),
            Words(f"请写同名的 .shp，如 {path.stem}.shp", f"name its .shp, like {path.stem}.shp"),
        )
    raise Unreadable(
        Words(
            f"不能读取 {suffix or '没有后缀的'} 文件",
            f"{suffix or 'such'} files are not read",
        ),
        Words(
            "表格请另存为 .xlsx 或 .csv，图层请另存为 .gpkg 或 .shp",
            "save a table as .xlsx or .csv, a layer as .gpkg or .shp",
        ),
    )


def _name_unused(declared: Declared, suffix: str, misreads: Misreads) -> None:
    """Name a sheet or layer of a format that has none: another table may have been meant."""
    only_layer = Path(str(declared.path)).stem  # a shapefile's, if one insists
    for key, said, has in (
        ("sheet", declared.sheet, suffix in SPREADSHEETS),
        ("layer", declared.layer, suffix in (".gpkg", ".gdb") or declared.layer == only_layer),
    ):
        if said is not None and not has:
            misreads.add(
                NAME,
                Words(
                    f"{suffix} 文件没有{_PARTS[key]}，{key} = “{said}”未使用",
                    f"a {suffix} has no {key}s: {key} = “{said}” is not used",
                ),
                Words(f"请删去 {key}，或改正 path", f"take {key} out, or mend the path beside it"),
                column=f"{declared.name}.{key}",
            )


_OF_A_SHAPEFILE = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj")
_PARTS = {"sheet": "工作表", "layer": "图层"}
