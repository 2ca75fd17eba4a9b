"""A table as it stands in its file, and its rows under their canonical names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read import values
from yanhu_satcheck.read.crs import CHINA
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.terms import Words


class Row(NamedTuple):
    """One row of a table, or one feature of a layer."""

    number: int  # as a spreadsheet counts; of a layer, the feature's place in the file
    cells: tuple[Cell, ...]
    shape: BaseGeometry | None = None
    fault: Words | None = None  # why there is no shape


@dataclass(frozen=True, slots=True)
class Table:
    """A table or layer of the batch."""

    name: str  # "permits"
    file: str  # its path in the batch folder
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    header_row: int | None = None
    names: tuple[str, ...] = ()  # another spelling of each header, where the file has two
    cut_names: bool = False  # a DBF, whose headers may be cut
    spatial: bool = False
    crs: str | None = None  # as the file says
    above: tuple[tuple[Cell, ...], ...] = ()  # the rows over the header: a form's title and notes


@dataclass(frozen=True, slots=True)
class Record:
    """A row with its cells read: canonical name → value, `None` or "" where it is blank."""

    row: Row
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of a table, and what its columns are."""

    table: Table
    places: Mapping[str, heads.Place]
    rows: tuple[Record, ...]

    @property
    def usable(self) -> bool:
        """Whether every column is there without which the rows mean nothing."""
        columns = heads.schema(self.table.name).values()
        return all(column.name in self.places for column in columns if column.required)

    def blank_columns(self) -> set[str]:
        """Name the canonical columns that are absent or blank in every row."""
        return {
            name
            for name in heads.schema(self.table.name)
            if not (self.table.spatial and name in ("lon", "lat"))
            if name not in self.places
            or all(values.is_blank(r.row.cells[self.places[name].index]) for r in self.rows)
        }


def find_header(
    name: str, grid: Sequence[Sequence[Any]], declared: int | None, fields: Mapping[str, str]
) -> int | None:
    """Find the row of the headers, below title rows: the one that names the most columns."""
    if declared is not None:
        return declared - 1 if 1 <= declared <= len(grid) else None
    wanted = {heads.plain(str(header))[0] for header in fields.values()}
    scores = [
        heads.recognised(name, row)
        + sum(isinstance(cell, str) and heads.plain(cell)[0] in wanted for cell in row)
        for row in grid[:50]
    ]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def read_columns(table: Table, fields: Mapping[str, str], misreads: Misreads) -> Records:
    """Read every cell of a table's canonical columns; each that cannot be read is noted."""
    places = heads.match(
        table.name,
        table.file,
        table.headers,
        fields,
        misreads,
        row=table.header_row,
        names=table.names,
        cut_names=table.cut_names,
    )
    columns = heads.schema(table.name)
    records = []
    for row in table.rows:
        read: dict[str, Any] = {}
        for name, place in places.items():
            try:
                read[name] = _value(columns[name], place, row.cells[place.index])
            except Unreadable as fault:
                misreads.note(table.file, fault, row=row.number, column=place.header)
                read[name] = "" if columns[name].kind in ("text", "key") else None
        for name, column in columns.items():
            read.setdefault(name, "" if column.kind in ("text", "key") else None)
        records.append(Record(row, read))
    if not table.spatial:
        records = _east_first(table, places, records, misreads)
    _name_bad_unit(table, places, misreads)
    return Records(table, places, tuple(records))


def _east_first(
    table: Table, places: Mapping[str, heads.Place], records: list[Record], misreads: Misreads
) -> list[Record]:
    """Read longitude and latitude the other way round where the table has them exchanged.

    In China they leave no doubt: no longitude there is a latitude.
    """
    if not {"lon", "lat"} <= set(places):
        return records
    right = [
        Record(r.row, {**r.values, "lon": r.values["lat"], "lat": r.values["lon"]})
        if _is_exchanged(r.values["lon"], r.values["lat"])
        else r
        for r in records
    ]
    exchanged = [r.row.number for r, was in zip(right, records, strict=True) if r is not was]
    if exchanged:
        lon, lat = places["lon"].header, places["lat"].header
        misreads.add(
            table.file,
            Words(
                f"“{lon}”与“{lat}”颠倒（{len(exchanged)} 行），已交换读取",
                f"“{lon}” and “{lat}” are exchanged in {len(exchanged)} rows; "
                "read the other way round",
            ),
            Words("请核对并改正表头或数值", "check them and mend the headers or the values"),
            row=exchanged[0],
            column=lon,
            rule="DQ04",
        )
    return right


def _is_exchanged(lon: float | None, lat: float | None) -> bool:
    west, south, east, north = CHINA
    return lon is not None and lat is not None and south <= lon <= north and west <= lat <= east


def _value(column: heads.Column, place: heads.Place, cell: Any) -> Any:
    if column.kind == "number":
        return None if _bad_unit(column, place) else values.number(cell, column.unit, place.unit)
    if column.kind == "image_date":
        return values.image_day(cell, last=column.end == "last")
    return _READERS[column.kind](cell)


_READERS: dict[str, Callable[[Any], Any]] = {
    "key": values.key,
    "text": values.text,
    "date": values.day,
    "moment": values.moment,
    "yes": values.yes,
    "yes_or_date": values.yes_or_day,
}


def _bad_unit(column: heads.Column, place: heads.Place) -> Unreadable | None:
    # A bracket may hold a remark; one that looks like a unit and is none we know spoils the column.
    if column.kind != "number" or not place.unit:
        return None
    try:
        values.factor(place.unit, column.unit)
    except Unreadable as fault:
        return fault
    return None


def _name_bad_unit(table: Table, places: Mapping[str, heads.Place], misreads: Misreads) -> None:
    columns = heads.schema(table.name)
    for name, place in places.items():
        if fault := _bad_unit(columns[name], place):
            misreads.note(table.file, fault, row=table.header_row, column=place.header)


def tidy(cells: Iterable[Any], width: int) -> tuple[Cell, ...]:
    """Give a row's cells as values of a table: whole numbers whole, nothing for nothing."""
    row: list[Cell] = []
    for cell in cells:
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
            row.append(int(cell))
        elif cell is None or cell == "":
            row.append(None)
        elif isinstance(cell, str | int | float) or hasattr(cell, "year"):
            row.append(cell)
        else:
            row.append(str(cell))
    return tuple((row + [None] * width)[:width])
