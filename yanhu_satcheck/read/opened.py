"""A table or layer read by a runner: its rows, what was noted on the way, or how it ended."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.tables import Row, Table
from yanhu_satcheck.runner import Died, Runner
from yanhu_satcheck.terms import Words

DEEPEST = 4
"""Collections within collections; a reader's stack ends somewhere, and no county's file goes on."""


def opened(
    runner: Runner,
    misreads: Misreads,
    path: Path,
    reader: Callable[..., Table],
    *arguments: Any,
) -> Table:
    """Read a table by a reader whose last argument is the `Misreads` that it notes things in.

    Raises:
        Unreadable: Nothing of it can be read, or its reader died of it.
    """
    try:
        found, noted = runner.run(_read, reader, *arguments, size=_size(path))
    except Died as death:
        raise Unreadable(
            death.why, Words("请重新导出该文件", "export the file again from its program")
        ) from None
    for misread in noted:
        misreads.keep(misread)
    if isinstance(found, Unreadable):
        raise found
    return found


def _size(path: Path) -> int:
    """Give the bytes of a file, or of every file of a folder that counts as one."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _read(
    reader: Callable[..., Table], *arguments: Any
) -> tuple[Table | Unreadable, tuple[Misread, ...]]:
    """Read; what was noted before a reader gave up is kept too."""
    noted = Misreads()
    try:
        table = reader(*arguments, noted)
        return replace(table, rows=tuple(_bounded(row) for row in table.rows)), noted.all()
    except Unreadable as fault:
        return fault, noted.all()


def _bounded(row: Row) -> Row:
    """Take out a shape nested so deep that it would crash whoever takes it apart."""
    if row.shape is None or _depth(row.shape) <= DEEPEST:
        return row
    return row._replace(shape=None, fault=Words("图形嵌套过深", "its shape is nested too deep"))


def _depth(shape: BaseGeometry) -> int:
    depth, level = 1, [shape]
    while depth <= DEEPEST:
        collections = [whole for whole in level if whole.geom_type == "GeometryCollection"]
        level = list(shapely.get_parts(collections))
        if not level:
            break
        depth += 1
    return depth
