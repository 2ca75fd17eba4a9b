"""What cells say: dates in every form a county writes, numbers with units, blanks, yes and no."""

from datetime import date, datetime
from typing import Any

import pytest

from yanhu_satcheck.read import values
from yanhu_satcheck.read.misreads import Unreadable


@pytest.mark.parametrize(
    "cell",
    [
        "2022-12-05",
        "2022/12/5",
        "2022.12.5",
        "20221205",
        20221205.0,
        "2022年12月5日",
        "2０22年１2月5日",
        "2022-12-05 10:22:33",
        "2022年12月5日 10时22分",
        "2022-12-05T10:22:33+08:00",
        "　2022-12-05 ",
        datetime(2022, 12, 5, 10, 22),
        date(2022, 12, 5),
        44900,  # 1 January 2022 is 44562; 338 days later
        44900.5,
        "44900",
    ],
)
def test_a_day_in_every_form(cell: Any) -> None:
    assert values.day(cell) == date(2022, 12, 5)


@pytest.mark.parametrize(
    "cell", ["2022-13-05", "2022-02-30", "十二月", "12/5", 7, "2022-12-051", True]
)
def test_what_is_no_day_is_said(cell: Any) -> None:
    with pytest.raises(Unreadable):
        values.day(cell)


def test_a_month_is_no_day() -> None:
    with pytest.raises(Unreadable) as fault:
        values.day("202212")
    assert "只写到月" in fault.value.what.zh


@pytest.mark.parametrize("cell", ["202212", "2022-12", "2022年12月", 202212.0])
def test_an_image_of_a_month_is_read_as_widely_as_can_be(cell: Any) -> None:
    assert values.image_day(cell, last=False) == date(2022, 12, 1)
    assert values.image_day(cell, last=True) == date(2022, 12, 31)


@pytest.mark.parametrize(
    "blank", [None, "", " ", "　", "\u200b", "无", "/", "\uff0f", "—", "待补", "暂无", " 无 "]
)
def test_blanks_of_any_width(blank: Any) -> None:
    assert values.is_blank(blank)
    assert values.text(blank) == ""
    assert values.day(blank) is None
    assert values.number(blank, "m2") is None
    assert values.yes(blank) is None


@pytest.mark.parametrize(
    ("cell", "target", "expected"),
    [
        ("1,234.5", "m2", 1234.5),
        ("１０１０", "m2", 1010),
        ("3亩", "m2", 2000),
        ("3 亩", "亩", 3),
        ("2000㎡", "亩", 3),
        ("0.5公顷", "m2", 5000),
        ("1.2万m³", "m3", 12000),
        ("3000吨", "万t", 0.3),
        ("12万吨/年", "万t", 12),
        ("-12.5", "m", -12.5),
        (7, "m", 7),
    ],
)
def test_numbers_with_their_units(cell: Any, target: str, expected: float) -> None:
    assert values.number(cell, target) == pytest.approx(expected)


def test_a_unit_in_the_cell_wins_over_the_header() -> None:
    assert values.number("2000m2", "m2", unit="亩") == 2000
    assert values.number("3", "m2", unit="亩") == pytest.approx(2000)


@pytest.mark.parametrize(
    "cell", ["约12", "12,5", "12头", "1/2", "inf", "nan", True, date(2022, 1, 1)]
)
def test_what_is_no_number_is_said(cell: Any) -> None:
    with pytest.raises(Unreadable):
        values.number(cell, "m2")


@pytest.mark.parametrize(
    ("cell", "text"),
    [("007", "007"), (1408020001.0, "1408020001"), (7, "7"), (1.5, "1.5"), (" A1\u200b ", "A1")],
)
def test_numbers_of_things_stay_text(cell: Any, text: str) -> None:
    assert values.key(cell) == text


def test_a_number_that_lost_its_last_digits_is_not_made_up() -> None:
    with pytest.raises(Unreadable):
        values.key(140802000123456789.0)
    assert values.key("140802000123456789") == "140802000123456789"


def test_yes_no_and_dates_of_acceptance() -> None:
    assert [values.yes(cell) for cell in ("是", "已销号", "否", "未销号", True)] == [
        *(True, True, False, False, True)
    ]
    assert values.yes_or_day("2022-12-05") == date(2022, 12, 5)
    assert values.yes_or_day("是") is True
    with pytest.raises(Unreadable):
        values.yes_or_day("也许")
