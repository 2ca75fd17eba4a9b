"""No English inside a Chinese line: what systems and libraries say is said in Chinese too."""

import errno
import re
import tomllib
from importlib.resources import files

import pytest
import shapely

from yanhu_satcheck.foreign import by_decoder, by_geos, by_system, by_tomllib, crs_name, shape_type
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.read.toml import parse

SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


@pytest.mark.parametrize(
    "slip",
    [
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = {b = 1}\na.c = 2",
        "a = {b = 1, b = 2}",
        'a = "\\ud800"',
        "a 1",
        "[a\nb = 1",
        "[[a]\nb = 1",
        "a = 1 b = 2",
        'a = "b\nc',
        "a = \x01",
        "a = 2022-13-45",
        'a = "\\uXYZW"',
        "= 1",
        "a = [1, 2",
        "a = {b = 1",
        'a = "C:\\q"',
        'a = """b',
        "a = b",
        "?",
    ],
)
def test_every_slip_of_toml_is_said_in_chinese(slip: str) -> None:
    """A line of batch.toml that is wrong used to be explained in tomllib's English."""
    with pytest.raises(tomllib.TOMLDecodeError) as cause:
        tomllib.loads(slip)
    with pytest.raises(Unreadable) as found:
        parse(slip.encode())
    assert not SENTENCE.search(found.value.what.zh)
    problem = re.sub(r" \(at .*\)$", "", str(cause.value))
    assert by_tomllib(problem).zh != by_tomllib("a sentence that no table holds").zh
    assert problem in found.value.what.en


@pytest.mark.parametrize(
    ("drawn", "zh"),
    [
        ("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))", "边界自相交，在 1, 1 处"),
        ("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (5 5, 6 5, 6 6, 5 5))", "内环在外环之外，在 5, 5 处"),
        (
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0)), ((1 1, 2 1, 2 2, 1 1)))",
            "多个外环相互包含，在 1, 1 处",
        ),
    ],
)
def test_a_broken_outline_says_in_chinese_what_and_where(drawn: str, zh: str) -> None:
    reason = shapely.is_valid_reason(shapely.from_wkt(drawn))
    assert by_geos(reason) == (zh, reason)


def test_what_no_table_holds_is_said_in_general_words() -> None:
    assert by_geos("Something new[1 2]").zh == "不符合图形规则，在 1, 2 处"
    assert by_decoder("broken data stream when reading image file").zh == "图像数据损坏"
    assert by_decoder("20000 × 20000 pixels").zh == "20000 × 20000 像素，过大"
    assert crs_name("WGS 84 / UTM zone 49N").zh == "WGS 84 / UTM zone 49N"
    assert by_system(OSError(errno.ECHILD, "No child processes")).zh == "No child processes"


def test_zones_of_cgcs2000_are_told_apart() -> None:
    said = "CGCS2000 / 3-degree Gauss-Kruger CM 111E", "CGCS2000 / 3-degree Gauss-Kruger zone 37"
    assert [crs_name(name).zh for name in said] == [
        "CGCS2000 3 度带（中央经线 111°，坐标不带带号）",
        "CGCS2000 3 度带第 37 带（坐标带带号）",
    ]


def test_the_system_s_refusal_is_said_in_chinese() -> None:
    denied = PermissionError(errno.EACCES, "Permission denied")
    assert by_system(denied) == ("没有权限，或正被其他程序打开", "Permission denied")
    assert by_system(OSError("odd")) == ("odd", "odd")


def test_every_word_for_the_system_is_one_that_it_knows() -> None:
    text = (files("yanhu_satcheck.policies") / "foreign.toml").read_text("utf-8")
    known = {*errno.errorcode.values(), "EDQUOT", "ESTALE"}  # these two are not known everywhere
    assert tomllib.loads(text)["system"].keys() <= known
    assert shape_type("MultiPoint") == ("多点", "MultiPoint")
