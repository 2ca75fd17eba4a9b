"""Small batches, polygons and filings, made by hand for tests."""

from datetime import date
from pathlib import Path
from typing import Any

from shapely import box
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.batch import Batch, IssuedPolygon, LedgerRow, Licence, Submission
from yanhu_satcheck.past import (
    EarlierOverlap,
    EarlierPhoto,
    EarlierPolygon,
    Kept,
    KeptChip,
    KeptMarks,
    Past,
)
from yanhu_satcheck.terms import Call, fold

DAY = date(2022, 12, 31)
EAST, NORTH = 500_000.0, 3_876_000.0  # near 111°E 35°N in EPSG:4546


def square(x: float, y: float, side: float = 100.0, height: float | None = None) -> Any:
    """A rectangle whose lower left corner lies x, y metres from the origin of these tests."""
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (height or side))


def polygon(number: str, footprint: Any = None, **more: Any) -> IssuedPolygon:
    """An issued polygon."""
    return IssuedPolygon(number, fold(number.split("~")[0]), 2, footprint, **more)


def filing(number: str, call: Call = Call.LEGAL, **more: Any) -> Submission:
    """A row of the filing, with two cells."""
    more.setdefault("legality", call.words.zh)
    return Submission(
        number, fold(number), more.pop("row", 3), (number, call.words.zh), call=call, **more
    )


def row(number: str, **more: Any) -> LedgerRow:
    """A row of the county's ledger with every required field filled."""
    told = {"responsible_unit": "甲镇政府", "measure": "覆土复绿", "deadline": date(2023, 3, 1)}
    return LedgerRow(number, fold(number), 2, **{**told, "responsible_person": "张三", **more})


def licence(number: str, footprint: Any = None, **more: Any) -> Licence:
    """A licence in force for all of 2022."""
    term = {"valid_from": date(2020, 1, 1), "valid_to": date(2025, 1, 1)}
    return Licence(number, fold(number), 2, footprint, **{**term, **more})


def batch(*polygons: IssuedPolygon, **more: Any) -> Batch:
    """A batch of the fourth quarter of 2022."""
    period = (date(2022, 10, 1), DAY)
    told = {"filing_columns": ("图斑编号", "合法性判定"), **more}
    return Batch("2022Q4", Path("."), "140802", period, DAY, "EPSG:4546", polygons, **told)


class NoPast(Past):
    """A past in which nothing happened; tests tell of what did."""

    def earlier(self, batch_id: str) -> tuple[Kept, ...]:
        return ()

    def overlapping(self, lonlat: BaseGeometry, before: str) -> tuple[EarlierOverlap, ...]:
        return ()

    def photos(
        self,
        before: str,
        sha256: str | None = None,
        pixel_hash: str | None = None,
        fingerprint: str | None = None,
    ) -> tuple[EarlierPhoto, ...]:
        return ()

    def marks(self, before: str) -> tuple[KeptMarks, ...]:
        return ()

    def picture(self, sha256: str) -> bytes | None:
        return None

    def issued_before(self, before: str) -> tuple[EarlierPolygon, ...]:
        return ()

    def looked_again(self, before: str) -> frozenset[tuple[str, str]]:
        return frozenset()

    def contradicted(self, before: str) -> tuple[EarlierPolygon, ...]:
        return ()

    def polygon(self, batch: str, polygon_id: str, before: str) -> EarlierPolygon | None:
        return None

    def latest(self, key: str, before: str) -> str | None:
        return None

    def chips(self, batch: str, polygon_id: str, before: str) -> tuple[KeptChip, ...]:
        return ()

    def chip(self, sha256: str) -> bytes | None:
        return None
