"""batch.toml: what it says is kept to, what it says wrongly is named, nothing leaves the folder."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.read_batches import HEAD, POLYGONS, batch_folder, feature, layer, only, square, workbook
from yanhu_satcheck.errors import NothingToAudit
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.terms import SUPPLIES


def test_a_batch_of_polygons_alone(tmp_path: Path) -> None:
    batch = read_batch(batch_folder(tmp_path, "A1", "A2"))
    assert (batch.id, batch.region, batch.crs) == ("2022Q4", "140802", "EPSG:4546")
    assert batch.period == (date(2022, 10, 1), date(2022, 12, 31))
    assert batch.as_of == date(2022, 12, 31)
    assert [polygon.id for polygon in batch.polygons] == ["A1", "A2"]
    assert batch.not_supplied == set(SUPPLIES) - {"polygons", "archive"}
    assert batch.misreads == ()
    assert [file.name for file in batch.inputs] == ["batch.toml", "polygons.geojson"]


def test_dates_of_toml_are_dates_too(tmp_path: Path) -> None:
    batch_folder(tmp_path)
    text = HEAD.replace(
        '["2022-10-01", "2022-12-31"]', "[2022-10-01, 2022-12-31]\nas_of = 2023-01-15"
    )
    (tmp_path / "batch.toml").write_text(text + POLYGONS, encoding="utf-8")
    batch = read_batch(tmp_path)
    assert batch.period[1] == date(2022, 12, 31)
    assert batch.as_of == date(2023, 1, 15)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[batch\n", "line 1"),
        (HEAD, r"\[polygons\]"),
        (POLYGONS, "period"),
        ('[batch]\nperiod = ["2022-12-31", "2022-10-01"]\n' + POLYGONS, "ends before"),
        ('[batch]\nperiod = ["2022-12-31"]\n' + POLYGONS, "two dates"),
    ],
)
def test_a_manifest_that_cannot_be_used_stops(tmp_path: Path, text: str, says: str) -> None:
    batch_folder(tmp_path)
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NothingToAudit, match=says):
        read_batch(tmp_path)


def test_a_folder_without_manifest_stops(tmp_path: Path) -> None:
    with pytest.raises(NothingToAudit, match=r"batch\.toml is not there"):
        read_batch(tmp_path)


def test_unknown_keys_are_asked_about(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[photo]\ndir = "photos"\n')
    misread = only(read_batch(tmp_path).misreads)
    assert (misread.file, misread.column) == ("batch.toml", "photo")
    assert "photos" in misread.remedy.en
    assert misread.row == 8


def test_an_unknown_key_of_an_image_is_asked_about(tmp_path: Path) -> None:
    more = '[[scenes]]\nbefore = { path = "b.tif", data = "2022-08-21" }\nafter = {}\n'
    batch = read_batch(batch_folder(tmp_path, more=more))
    assert any(m.column == "scenes.before.data" and "date" in m.remedy.en for m in batch.misreads)


@pytest.mark.parametrize(
    "path",
    [
        "../outside.csv",
        "a/../../outside.csv",
        "/etc/passwd",
        "C:/table.csv",
        "..\\outside.csv",
        "/vsicurl/http://example.org/x.csv",
        "http://example.org/x.csv",
        "CSV:outside.csv",
        "<VRTDataset/>",
        "",
    ],
)
def test_no_path_leaves_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside.csv").write_text("名称\n某公司\n", encoding="utf-8")
    inside = tmp_path / "batch"
    inside.mkdir()
    batch_folder(inside, more=f"[blacklist]\npath = '{path}'\n")
    batch = read_batch(inside)
    misread = only(batch.misreads)
    assert misread.whole
    assert misread.rule == "DQ08"
    assert batch.blacklist == ()
    assert "blacklist" in batch.not_supplied


def test_no_link_leaves_the_folder(tmp_path: Path) -> None:
    (tmp_path / "outside.csv").write_text("名称\n某公司\n", encoding="utf-8")
    inside = tmp_path / "batch"
    inside.mkdir()
    (inside / "names.csv").symlink_to(tmp_path / "outside.csv")
    batch_folder(inside, more='[blacklist]\npath = "names.csv"\n')
    assert "之外" in only(read_batch(inside).misreads).what.zh


def test_a_declared_file_that_is_absent_is_said(tmp_path: Path) -> None:
    more = '[submission]\npath = "s.xlsx"\n[photos]\ndir = "photos"\nindex = "i.xlsx"\n'
    more += '[settings]\npath = "satcheck.toml"\n'
    batch = read_batch(batch_folder(tmp_path, more=more))
    assert [(m.file, m.rule, m.whole) for m in batch.misreads] == [
        ("i.xlsx", "DQ08", True),
        ("photos", "DQ08", True),
        ("s.xlsx", "DQ08", True),
        ("satcheck.toml", "DQ08", True),
    ]
    assert {"submission", "photos"} <= batch.not_supplied
    assert batch.settings == {}


def test_everything_wrong_is_told_at_once_and_in_order(tmp_path: Path) -> None:
    more = '[submission]\npath = "s.xlsx"\n[patrols]\npath = "p.csv"\n[blacklist]\npath = "no.csv"'
    batch_folder(tmp_path, more=more)
    rows: list[list[Any]] = [
        ["图斑编号", "核查时间", "动用方量", "合法性判定"],
        ["A1", "昨天", "很多", "合法"],
        ["A2", "前天", 1, "合法"],
    ]
    workbook(tmp_path / "s.xlsx", {"填报": rows})
    (tmp_path / "p.csv").write_text("级别,日期\n省,2022-10-01\n村,十月\n", encoding="utf-8")
    batch = read_batch(tmp_path)
    assert [(m.file, m.row, m.column) for m in batch.misreads] == [
        ("no.csv", None, None),
        ("p.csv", 2, "级别"),
        ("p.csv", 3, "日期"),
        ("s.xlsx", 2, "动用方量"),
        ("s.xlsx", 2, "核查时间"),
        ("s.xlsx", 3, "核查时间"),
    ]
    assert all(m.what.zh and m.what.en and m.remedy.zh and m.remedy.en for m in batch.misreads)
    assert read_batch(tmp_path).misreads == batch.misreads


def test_the_message_of_a_lost_batch_holds_every_misread(tmp_path: Path) -> None:
    batch_folder(tmp_path, more="[photo]\n")
    (tmp_path / "polygons.geojson").unlink()
    with pytest.raises(NothingToAudit) as stopped:
        read_batch(tmp_path)
    assert "polygons.geojson is not there" in str(stopped.value)
    assert "did you mean photos" in str(stopped.value)


def test_settings_are_handed_on_as_they_are(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[settings]\npath = "satcheck.toml"')
    text = "[policy]\nfdr = 0.1\n[rules.CL01]\nbare_gain = 0.3\n"
    (tmp_path / "satcheck.toml").write_text(text, encoding="utf-8")
    expected = {"policy": {"fdr": 0.1}, "rules": {"CL01": {"bare_gain": 0.3}}}
    assert read_batch(tmp_path).settings == expected


def test_settings_with_a_slip_are_said(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[settings]\npath = "satcheck.toml"')
    (tmp_path / "satcheck.toml").write_text("[policy]\nfdr = \n", encoding="utf-8")
    assert "line 2" in only(read_batch(tmp_path).misreads).what.en


def test_blank_columns_are_those_that_say_nothing_anywhere(tmp_path: Path) -> None:
    batch_folder(tmp_path, more='[submission]\npath = "s.xlsx"')
    rows = [["图斑编号", "核查方式", "备注"], ["A1", "无", "甲"], ["A2", "", ""]]
    workbook(tmp_path / "s.xlsx", {"填报": rows})
    blank = read_batch(tmp_path).blank_columns
    assert {"submission.check_method", "submission.legality", "polygons.area_m2"} <= blank
    assert not {"submission.polygon_id", "submission.remark", "polygons.polygon_id"} & blank


def _lost(folder: Path) -> str:
    with pytest.raises(NothingToAudit) as stopped:
        read_batch(folder)
    return str(stopped.value)


def test_a_lost_batch_is_told_in_chinese_first_and_then_in_english(tmp_path: Path) -> None:
    said = _lost(tmp_path)
    assert said.index("请运行 satcheck init") < said.index("run `satcheck init`")
    batch_folder(tmp_path)
    (tmp_path / "polygons.geojson").unlink()
    chinese, english = _lost(tmp_path).split(f"\n{tmp_path}: ")
    assert "没有可用的图斑" in chinese
    assert "找不到 polygons.geojson" in chinese
    assert "no polygon can be used" in english
    assert "polygons.geojson is not there" in english


LOST = """
[photo]
dir = "photos"
[[scenes]]
before = { path = "b.tif", date = "2022-08-21" }
after = { path = "a.tif", date = "2022-11-12" }
[submission]
path = "s.csv"
[permits]
path = "permits.geojson"
[settings]
path = "satcheck.toml"
"""


@pytest.mark.parametrize("head", [HEAD + POLYGONS, HEAD, POLYGONS])
def test_a_lost_batch_is_read_to_its_end_before_it_is_given_up(tmp_path: Path, head: str) -> None:
    drawn = [feature(square(), 采矿许可证号="C1", 有效期止="永久")]
    layer(tmp_path / "permits.geojson", drawn)
    (tmp_path / "s.csv").write_text("", encoding="utf-8")
    (tmp_path / "satcheck.toml").write_text("[policy", encoding="utf-8")
    (tmp_path / "batch.toml").write_text(head + LOST, encoding="utf-8")
    said = _lost(tmp_path)
    for wrong in ("photo：", "a.tif", "b.tif", "s.csv", "permits.geojson 第 1 行", "satcheck.toml"):
        assert wrong in said
    assert ("找不到 polygons.geojson" in said) == (POLYGONS in head)
    assert ("没有 [polygons]" in said) == (head == HEAD)
    assert ("period 不是两个日期" in said) == (head == POLYGONS)


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ('settings = "satcheck.toml"', 'path = "satcheck.toml"'),
        ('photos = "photos"', 'dir = "photos"'),
        ('permits = "p.shp"', 'path = "…"'),
    ],
)
def test_a_table_written_as_a_value_is_shown_how_to_write_it(
    tmp_path: Path, said: str, right: str
) -> None:
    batch_folder(tmp_path)
    (tmp_path / "batch.toml").write_text(said + HEAD + POLYGONS, encoding="utf-8")
    misread = only(read_batch(tmp_path).misreads)
    name = said.split()[0]
    assert misread.remedy.zh == f"请写 [{name}]，下一行写 {right}"
    assert misread.remedy.en == f"write [{name}] and, on the next line, {right}"


@pytest.mark.parametrize("more", ["", '[settings]\npath = "other.toml"\n'])
def test_settings_that_the_manifest_does_not_name_are_said_to_be_unused(
    tmp_path: Path, more: str
) -> None:
    batch_folder(tmp_path, more=more)
    for name in ("satcheck.toml", "other.toml"):
        (tmp_path / name).write_text("[policy]\nfdr = 0.1\n", encoding="utf-8")
    misread = only(read_batch(tmp_path).misreads)
    assert misread.file == "satcheck.toml"
    assert "未使用" in misread.what.zh
    assert 'path = "satcheck.toml"' in misread.remedy.zh


SLIPS = [
    ('[policy]\npatrol_intervals = { 区 = "quarter" }\n', "第 2 行", '"区"'),
    ("[policy]\n\n区县 = 1\n", "第 3 行", '"区县"'),
    ("[规则]\n", "第 1 行", '"规则"'),
    ("a = “x”\n", "第 1 行", "中文标点"),
    ("a ＝ 1\n", "第 1 行", "中文标点"),
    ('a = "c\\d"\n', "第 1 行", "/"),
    ("[policy]\na = [1,\n\n", "第 2 行", "成对"),
    ("a = = 1\n", "第 1 行", "请改正该行"),
]


@pytest.mark.parametrize(("text", "line", "right"), SLIPS)
def test_a_slip_in_toml_is_told_with_its_line_and_cause(
    tmp_path: Path, text: str, line: str, right: str
) -> None:
    batch_folder(tmp_path, more='[settings]\npath = "satcheck.toml"')
    (tmp_path / "satcheck.toml").write_text(text, encoding="utf-8")
    misread = only(read_batch(tmp_path).misreads)
    assert line in misread.what.zh
    assert line.strip("第 行") in misread.what.en
    assert right in misread.remedy.zh
    (tmp_path / "batch.toml").write_text(text, encoding="utf-8")
    said = _lost(tmp_path)
    assert line in said
    assert right in said


def test_a_table_without_path_is_named_by_its_key(tmp_path: Path) -> None:
    misread = only(read_batch(batch_folder(tmp_path, more="[permits]\n")).misreads)
    assert (misread.file, misread.column) == ("batch.toml", "permits.path")
