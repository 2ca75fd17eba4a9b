"""The issued polygons: numbers, areas, and geometry that is never repaired in silence."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.read_batches import EAST, NORTH, batch_folder, feature, layer, only, square, workbook
from yanhu_satcheck.batch import Batch
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import polygons, read_batch


def _issued(folder: Path, *features: Any) -> Batch:
    batch_folder(folder)
    layer(folder / "polygons.geojson", features)
    return read_batch(folder)


def test_what_is_issued_with_a_polygon(tmp_path: Path) -> None:
    said = {"JCTBBH": " a1 ", "XZQDM": "140802", "乡镇": "解州镇", "QSX": "202208", "HSX": 20221112}
    (polygon,) = _issued(tmp_path, feature(square(), **said, 关注级别="1001")).polygons
    assert (polygon.id, polygon.key, polygon.row) == ("a1", "A1", 1)
    assert (polygon.district_code, polygon.township, polygon.mark) == ("140802", "解州镇", "1001")
    assert (polygon.before_date, polygon.after_date) == (date(2022, 8, 1), date(2022, 11, 12))
    assert polygon.footprint is not None
    assert polygon.footprint.area == pytest.approx(10_000)


def test_numbers_issued_again_are_told_apart(tmp_path: Path) -> None:
    numbers = ["A1", "a1 ", "A2", "\uff211", "A1~2"]
    batch = _issued(tmp_path, *(feature(square(i), 图斑编号=n) for i, n in enumerate(numbers)))
    ids = [polygon.id for polygon in batch.polygons]
    assert ids == ["A1", "a1~3", "A2", "\uff211~4", "A1~2"]
    assert [polygon.key for polygon in batch.polygons][:2] == ["A1", "A1"]
    assert len(set(ids)) == 5


def test_a_polygon_without_number_is_not_lost(tmp_path: Path) -> None:
    batch = _issued(tmp_path, feature(square(), 图斑编号="A1"), feature(square(1), 图斑编号="—"))
    assert len(batch.polygons) == 2
    assert only(batch.misreads).row == 2


BOWTIE = [
    *([EAST, NORTH], [EAST + 100, NORTH + 100], [EAST + 100, NORTH]),
    *([EAST, NORTH + 100], [EAST, NORTH]),
]


def test_a_bow_tie_is_named_and_not_repaired(tmp_path: Path) -> None:
    good, bad = feature(square(1), 图斑编号="A1"), feature(BOWTIE, 图斑编号="A2")
    batch = _issued(tmp_path, good, bad)
    assert [polygon.footprint is None for polygon in batch.polygons] == [False, True]
    fault = batch.polygons[1].fault
    assert fault is not None
    assert "Self-intersection" in fault.en
    misread = only(batch.misreads)
    assert (misread.rule, misread.polygon_ids, misread.row) == ("DQ05", ("A2",), 2)


def test_too_many_vertices_are_not_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polygons, "MAX_VERTICES", 4)
    triangle = [*square(1)[:3], square(1)[0]]
    batch = _issued(tmp_path, feature(square(), 图斑编号="A1"), feature(triangle, 图斑编号="A2"))
    assert [polygon.footprint is None for polygon in batch.polygons] == [True, False]
    assert "5" in only(batch.misreads).what.zh


def test_without_any_usable_polygon_nothing_is_audited(tmp_path: Path) -> None:
    with pytest.raises(NothingToAudit, match=r"polygons\.geojson"):
        _issued(tmp_path, feature(BOWTIE, 图斑编号="A2"))


@pytest.mark.parametrize(
    ("header", "value", "m2"),
    [
        ("监测面积", 10_000, 10_000),  # as drawn: 10 000 m²
        ("监测面积", 15, 10_000),  # 15 亩
        ("监测面积(亩)", 15, 10_000),
        ("监测面积（平方米）", 9000, 9000),
        ("area_mu", 1.5, 1000),
        ("area_m2", "9,000", 9000),
        ("JCMJ", "15亩", None),
    ],
)
def test_areas_in_the_unit_that_is_said_or_fits(
    tmp_path: Path, header: str, value: Any, m2: float | None
) -> None:
    batch = _issued(tmp_path, feature(square(), 图斑编号="A1", **{header: value}))
    if m2 is None:
        m2 = 10_000
    assert batch.polygons[0].area_m2 == pytest.approx(m2)
    assert "polygons.area_m2" not in batch.blank_columns
    assert batch.misreads == ()


def test_an_area_that_fits_no_unit_is_not_guessed(tmp_path: Path) -> None:
    batch = _issued(tmp_path, feature(square(), 图斑编号="A1", 监测面积=200))
    assert batch.polygons[0].area_m2 is None
    assert only(batch.misreads).column == "监测面积"


def test_polygons_in_a_table_have_no_footprint(tmp_path: Path) -> None:
    batch_folder(tmp_path)
    workbook(tmp_path / "p.xlsx", {"表": [["图斑编号"], ["A1"]]})
    text = (tmp_path / "batch.toml").read_text(encoding="utf-8")
    text = text.replace("polygons.geojson", "p.xlsx")
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NothingToAudit, match="no geometry"):
        read_batch(tmp_path)
