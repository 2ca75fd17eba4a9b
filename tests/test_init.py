"""`satcheck init`: what a folder's files tell of the batch, and what is left to a person."""

import shutil
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import rasterio
from PIL import Image
from shapely import Point, box

from tests.conftest import SAMPLE, satcheck
from tests.read_batches import EAST, NORTH, workbook
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.draft import Draft, draft
from yanhu_satcheck.read.draft.names import Term, day_in, term_in, version
from yanhu_satcheck.scene import ScenePair

NUMBERS = [f"140802202204000{i}" for i in range(1, 7)]
FILED = ["监测图斑编号", "合法性判定结果", "现场核查描述", "核查时间"]


def squares(count: int = 6, east: float = EAST) -> list[Any]:
    return [box(east + 300 * i, NORTH, east + 300 * i + 100, NORTH + 100) for i in range(count)]


def issue(path: Path, crs: str | None = "EPSG:4546", east: float = EAST, **columns: Any) -> None:
    """A shapefile as counties get it: GBK without .cpg, and without .prj if no CRS is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told = {"JCTBBH": NUMBERS, "XZQDM": ["140802"] * 6, "JCMJ": [15.0] * 6, **columns}
    drawn = geopandas.GeoDataFrame(told, geometry=squares(east=east), crs=crs or "EPSG:4546")
    drawn.to_file(path, encoding="GBK")
    for suffix in (".cpg", ".prj")[: 1 if crs else 2]:
        path.with_suffix(suffix).unlink(missing_ok=True)


def filing(numbers: Sequence[str] = NUMBERS, title: str = "矿产卫片图斑填报表") -> list[list[Any]]:
    """A filing with two rows of titles above its headers."""
    rows = [[number, "伪变化", "现场未见开采", "2022-12-05"] for number in numbers]
    return [[title], ["填报单位：某区自然资源局"], FILED, *rows]


def tif(path: Path, bands: int = 4, dtype: str = "uint16", base: float = 300, **more: Any) -> None:
    """An image of 60 by 40 cells of 40 m around the squares; no two are alike."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tags, size = more.pop("tags", {}), more.pop("size", 40.0)
    west, names = more.pop("west", EAST - 200), more.pop("names", ())
    grid = {"transform": rasterio.Affine(size, 0, west, 0, -size, NORTH + 800)}
    cells = np.arange(2400).reshape(40, 60) % 90 + base + sum(path.name.encode()) % 7
    shape = {"width": 60, "height": 40, "count": bands, "dtype": dtype, "crs": "EPSG:4546"}
    with rasterio.open(path, "w", driver="GTiff", **{**grid, **shape, **more}) as file:
        file.write(np.stack([cells] * bands).astype(dtype))
        file.update_tags(**tags)
        file.descriptions = tuple(names) or (None,) * bands


def quarter(folder: Path, name: str = "2022年第四季度") -> Path:
    """A folder with polygons and a filing."""
    root = folder / name
    issue(root / "图斑" / "疑似图斑.shp")
    workbook(root / "填报表.xlsx", {"填报": filing()})
    return root


def said(made: Draft) -> dict[str, Any]:
    return tomllib.loads(made.text)


def asked(made: Draft, blank: bool) -> list[str]:
    """The keys of the lines that a person must fill in, or should check."""
    rows = made.text.splitlines()
    return [rows[d.row - 1].split()[0] for d in made.doubts if d.blank == blank]


def test_a_plain_quarter_leaves_nothing_to_correct(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    made = draft(root)
    assert said(made) == {
        "batch": {"id": "2022Q4", "region": "140802", "period": ["2022-10-01", "2022-12-31"]},
        "polygons": {"path": "图斑/疑似图斑.shp"},
        "submission": {"path": "填报表.xlsx"},
    }
    assert (made.doubts, made.misreads, made.unused, made.usable) == ((), (), (), True)
    (root / "batch.toml").write_text(made.text, encoding="utf-8")
    batch = read_batch(root)
    assert ([p.id for p in batch.polygons], len(batch.submissions)) == (NUMBERS, 6)
    assert batch.misreads == ()


def test_the_region_is_told_by_numbers_that_begin_with_year_and_quarter(tmp_path: Path) -> None:
    """Numbers like 2022S4 140802 0001 told nothing, so the region was left to be filled in."""
    root = tmp_path / "2022年第四季度"
    numbers = [f"2022S4140802000{i}" for i in range(1, 7)]
    issue(root / "图斑.shp", XZQDM=None, JCTBBH=numbers)
    made = draft(root)
    assert said(made)["batch"]["region"] == "140802"
    assert asked(made, blank=True) == []
    assert asked(made, blank=False) == ["region"]


def test_the_command_writes_once_and_never_over_a_file(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    shown = satcheck("init", root, "--stdout")
    assert not (root / "batch.toml").exists()
    first = satcheck("init", root)
    written = (root / "batch.toml").read_bytes()
    assert (first.code, shown.code, shown.stdout) == (0, 0, written.decode())
    assert "satcheck check" in first.stdout
    assert not written.startswith(b"\xef\xbb\xbf")
    again = satcheck("init", root)
    assert (again.code, (root / "batch.toml").read_bytes()) == (2, written)
    assert "--stdout" in again.stderr
    assert [path.name for path in root.iterdir() if path.name.startswith(".")] == []
    assert satcheck("check", root).code == 0


def test_an_empty_folder_gets_a_form_to_fill_in(tmp_path: Path) -> None:
    run = satcheck("init", tmp_path)
    assert run.code == 2
    form = tomllib.loads((tmp_path / "batch.toml").read_text("utf-8"))
    assert form["polygons"] == {"path": ""}
    assert form["batch"]["period"] == ["", ""]
    assert "必须填写" in run.stdout


def test_coordinates_without_a_crs_are_read_by_region_or_images(tmp_path: Path) -> None:
    by_region, by_images, zoned = (tmp_path / name for name in ("a", "b", "c"))
    issue(by_region / "图斑.shp", crs=None)
    issue(zoned / "图斑.shp", crs=None, east=EAST + 37_000_000)
    issue(by_images / "图斑.shp", crs=None, XZQDM=["999999"] * 6)
    for day in ("20220821", "20221112"):
        tif(by_images / f"GF2_{day}.tif", crs="EPSG:4547")
    assert said(draft(by_region))["polygons"]["crs"] == "EPSG:4546"
    assert said(draft(zoned))["polygons"]["crs"] == "EPSG:4525"
    made = draft(by_images)
    assert said(made)["polygons"]["crs"] == "EPSG:4547"
    assert "crs" in asked(made, blank=False)


def test_two_readings_of_the_coordinates_are_both_given(tmp_path: Path) -> None:
    issue(tmp_path / "图斑.shp", crs=None)
    for day in ("20220821", "20221112"):
        tif(tmp_path / f"GF2_{day}.tif", crs="EPSG:4547")
    made = draft(tmp_path)
    assert said(made)["polygons"]["crs"] == "EPSG:4547"
    assert '# crs = "EPSG:4546"' in made.text


def test_the_last_version_of_the_filing_is_taken_and_the_other_named(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    (root / "填报表.xlsx").unlink()
    book = {"说明": [["一、图斑编号不得改动"]], "填报": filing()}
    workbook(root / "填报表最终版2.xlsx", {**book, "字典": [["伪变化", "合法"], ["违法", "其他"]]})
    workbook(root / "填报表最终版.xlsx", {"填报": filing()})
    workbook(root / "填报表模板.xlsx", {"填报": filing([])})
    old = filing([f"14080220220300{i}" for i in range(20, 26)], "2022年第三季度填报表")
    workbook(root / "旧.xlsx", {"填报": old})
    made = draft(root)
    assert said(made)["submission"] == {"path": "填报表最终版2.xlsx", "sheet": "填报"}
    assert asked(made, blank=False) == ["path"]
    why = {file: words.zh for file, words in made.unused}
    assert "填报表" in why["填报表最终版.xlsx"]
    assert "不属于本期" in why["旧.xlsx"]
    assert "lookback" not in said(made)


def test_halves_of_one_filing_are_no_versions(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    workbook(root / "填报表.xlsx", {"东片": filing(NUMBERS[:3]), "西片": filing(NUMBERS[3:])})
    made = draft(root)
    (doubt,) = made.doubts
    assert "合并" in doubt.words.zh


def test_sheets_of_one_workbook_are_told_apart(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    patrols = [["巡查台账"], ["巡查级别", "巡查区域", "巡查日期"], ["乡", "甲镇", "2022-11-03"]]
    ledger = [["序号", "图斑编号", "责任单位", "整改措施", "整改时限", "是否销号"]]
    ledger.append(["1", NUMBERS[0], "甲镇政府", "停采", "2023-03-01", "否"])
    workbook(root / "台账.xlsx", {"巡查": patrols, "整改": ledger})
    (root / "名单.csv").write_bytes("企业名称,列入日期\r\n甲公司,2021-05-18\r\n".encode("gbk"))
    made = draft(root)
    assert said(made)["patrols"] == {"path": "台账.xlsx", "sheet": "巡查"}
    assert said(made)["rectification"] == {"path": "台账.xlsx", "sheet": "整改"}
    assert said(made)["blacklist"] == {"path": "名单.csv"}
    assert made.doubts == ()


def test_layers_with_the_same_columns_are_told_by_their_names(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    for name, title in (("修复", "废弃矿山复绿项目"), ("建设", "高速公路工程")):
        told = {"XMMC": [title], "PZWH": ["1号"]}
        layer = geopandas.GeoDataFrame(told, geometry=squares(1), crs="EPSG:4546")
        layer.to_file(root / "其他.gpkg", layer=name, driver="GPKG")
    points = geopandas.GeoDataFrame(
        {"统一编号": ["Z1"], "灾害类型": ["滑坡"]}, geometry=[Point(111, 35)], crs="EPSG:4326"
    )
    points.to_file(root / "灾害点.geojson", driver="GeoJSON")
    made = said(draft(root))
    assert made["restoration"] == {"path": "其他.gpkg", "layer": "修复"}
    assert made["projects"] == {"path": "其他.gpkg", "layer": "建设"}
    assert made["hazards"] == {"path": "灾害点.geojson"}


def test_columns_nobody_names_are_guessed_by_what_stands_in_them(tmp_path: Path) -> None:
    root = tmp_path / "2022Q4"
    issue(root / "图斑.shp")
    rows = [["卫片编码一", "县里意见"], *([number, "实地伪变化"] for number in NUMBERS)]
    workbook(root / "填报.xlsx", {"1": rows})
    made = draft(root)
    fields = {"polygon_id": "卫片编码一", "legality": "县里意见"}
    assert said(made)["submission"]["fields"] == fields
    assert asked(made, blank=False) == ["fields"]
    assert made.misreads == ()


def test_the_polygons_own_number_is_known_from_the_filing(tmp_path: Path) -> None:
    root = tmp_path / "2022Q4"
    told = {"LSH": [str(n) for n in range(6)], "DM": NUMBERS}
    root.mkdir()
    layer = geopandas.GeoDataFrame(told, geometry=squares(), crs="EPSG:4546")
    layer.to_file(root / "图斑.gpkg", driver="GPKG")
    workbook(root / "填报表.xlsx", {"填报": filing()})
    made = draft(root)
    assert said(made)["polygons"]["fields"] == {"polygon_id": "DM"}
    assert made.misreads == ()


def test_a_filing_inside_the_polygons_table_is_seen(tmp_path: Path) -> None:
    root = tmp_path / "2022Q4"
    issue(root / "图斑.shp", 判定结果=["伪变化"] * 6)
    made = draft(root)
    assert said(made)["submission"] == {"path": "图斑.shp"}
    assert made.misreads == ()


def test_copies_of_the_polygons_are_no_ledger(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    copy = geopandas.GeoDataFrame({"Name": NUMBERS}, geometry=squares(), crs="EPSG:4546")
    copy.to_crs(4326).to_file(root / "图斑.kml", driver="KML")
    copy.rename(columns={"Name": "TBBH"}).to_file(root / "导出.gpkg", driver="GPKG")
    made = draft(root)
    assert said(made).keys() == {"batch", "polygons", "submission"}
    assert said(made)["polygons"]["path"] == "图斑/疑似图斑.shp"
    assert [file for file, _ in made.unused] == ["图斑.kml", "导出.gpkg"]
    assert made.misreads == ()


def test_a_column_that_nothing_speaks_for_is_not_invented(tmp_path: Path) -> None:
    root = tmp_path / "2022Q4"
    issue(root / "图斑.shp")
    workbook(root / "填报.xlsx", {"1": [["代号", "意见"], *([n, "见附件"] for n in NUMBERS)]})
    made = draft(root)
    assert said(made)["submission"]["fields"] == {"polygon_id": "代号"}
    assert [one.what.zh for one in made.misreads] == ["缺少“合法性判定”列"]


def test_images_are_paired_by_place_and_dated_by_name(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    tif(root / "影像" / "GF2_PMS1_E111.0_N35.0_20221112_L1A0001.tif")
    tif(root / "影像" / "GF2_PMS1_E111.0_N35.0_20220821_L1A0002.tif")
    tif(root / "影像" / "20230302复查.tif")
    tif(root / "影像" / "东区_2022年8月.tif", west=EAST + 90_000)
    made = draft(root)
    (pair,) = said(made)["scenes"]
    assert [pair["before"]["date"], pair["after"]["date"]] == ["2022-08-21", "2022-11-12"]
    assert pair["later"] == [{"path": "影像/20230302复查.tif", "date": "2023-03-02"}]
    assert pair["bands"] == ["blue", "green", "red", "nir"]
    assert asked(made, blank=False) == ["[[scenes]]", "bands"]
    assert [file for file, _ in made.unused] == ["影像/东区_2022年8月.tif"]


def test_days_come_from_tags_and_from_the_polygons(tmp_path: Path) -> None:
    tagged, plain = tmp_path / "2022Q4", tmp_path / "plain"
    issue(tagged / "图斑.shp")
    issue(plain / "图斑.shp", QSX=["20220821"] * 6, HSX=["202211"] * 6)
    for end, day in (("前时相", "2022-08-20"), ("后时相", "2022-11-01")):
        tif(tagged / f"{end}.tif", 3, "uint8", 50, tags={"DATE_ACQUIRED": day})
        tif(plain / f"{end}.tif", 3, "uint8", 50)
    made = draft(tagged)
    assert said(made)["scenes"][0]["before"] == {"path": "前时相.tif", "date": "2022-08-20"}
    assert made.doubts == ()
    made = draft(plain)
    (pair,) = said(made)["scenes"]
    # A month stands for its first day before and its last after, as in the polygons' own columns.
    assert (pair["before"]["date"], pair["after"]["date"]) == ("2022-08-21", "2022-11-30")
    assert ["只写到月" in doubt.words.zh for doubt in made.doubts] == [False, True, True]
    assert said(made)["batch"]["id"] == "2022Q4"


def test_days_that_nothing_says_are_left_to_a_person(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    for end in ("before", "after"):
        tif(root / f"{end}.tif", 3, "uint8", 50)
    made = draft(root)
    assert asked(made, blank=True) == ["before", "after"]
    assert said(made)["scenes"][0]["after"]["date"] == ""
    assert made.usable


def test_scaling_follows_sensor_day_and_values(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    name = "S2A_MSIL2A_{}T031541_N0400_R118_T49SEV.tif"
    tif(root / "新" / name.format("20220821"), base=1200, size=10)
    tif(root / "新" / name.format("20221112"), base=1200, size=10)
    tif(root / "旧" / name.format("20210821"), base=300, size=10, west=EAST + 9000)
    tif(root / "旧" / name.format("20221112"), base=300, size=10, west=EAST + 9000)
    land = "LC08_L2SP_126036_{}_20220905_02_T1.tif"
    for day in ("20220821", "20221109"):
        tif(root / land.format(day), 6, base=8000, size=30, west=EAST + 50_000)
    landsat, *sentinel = said(draft(root))["scenes"]
    assert (landsat["scale"], landsat["offset"]) == (2.75e-5, -0.2)
    assert landsat["before"]["date"] == "2022-08-21"
    by_folder = {pair["before"]["path"][0]: pair for pair in sentinel}
    assert (by_folder["新"]["scale"], by_folder["新"]["offset"]) == (0.0001, -0.1)
    assert (by_folder["旧"]["scale"], "offset" in by_folder["旧"]) == (0.0001, False)


def test_masks_and_elevation_are_no_images(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    bands = ["blue", "green", "red", "nir"]
    for day in ("2022-08-21", "2022-11-12"):
        tif(root / f"{day}.tif", names=bands)
    tif(root / "云掩膜_20221112.tif", 1, "uint8", 0)
    for day in ("20211002", "20221120"):
        tif(root / "高程" / f"DEM_1985_{day}.tif", 1, "float32", 400)
    for name in ("LC08_20221112_B4.tif", "T49SDV_20221112_B02_10m.tif"):
        tif(root / name, 1)
    made = draft(root)
    (pair,) = said(made)["scenes"]
    assert pair["after"]["mask"]["path"] == "云掩膜_20221112.tif"
    assert "mask" not in pair["before"]
    assert "bands" not in pair
    dem = said(made)["dem"]
    assert (dem["before"]["date"], dem["after"]["date"]) == ("2021-10-02", "2022-11-20")
    assert dem["vertical"] == "1985"
    assert ["波段" in why.zh for _, why in made.unused] == [True, True]


def _photographs(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (8, 8)).save(folder / name)


def test_photographs_are_found_by_the_numbers_they_hold(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    _photographs(root, *(f"举证/{number}/1.jpg" for number in NUMBERS), "影像/快视图.jpg")
    made = draft(root)
    assert said(made)["photos"] == {"dir": "举证", "crs": "WGS84"}
    assert [file for file, _ in made.unused] == ["影像/快视图.jpg"]
    assert made.doubts == ()


def test_the_folder_of_one_polygon_is_not_that_of_all(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    _photographs(root, f"举证/{NUMBERS[0]}/1.jpg", f"举证/{NUMBERS[0]}/2.jpg")
    assert said(draft(root))["photos"]["dir"] == "举证"


def test_quick_views_of_images_are_no_evidence(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    _photographs(root, "影像/快视图.jpg")
    made = draft(root)
    assert "photos" not in said(made)
    assert [file for file, _ in made.unused] == ["影像/快视图.jpg"]


def test_an_index_of_photographs_is_used_with_its_datum(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    _photographs(root, "照片/a.jpg", "照片/b.jpg")
    rows = [["照片名称", "图斑编号", "经度(GCJ02)", "纬度(GCJ02)"]]
    rows += [["a.jpg", NUMBERS[0], "111.0", "35.0"], ["b.jpg", NUMBERS[1], "111.0", "35.0"]]
    workbook(root / "照片索引.xlsx", {"1": rows})
    made = said(draft(root))["photos"]
    assert made == {"dir": "照片", "index": "照片索引.xlsx", "crs": "GCJ02"}


def test_photographs_among_other_files_are_left_to_a_person(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    _photographs(root, f"{NUMBERS[0]}.jpg")
    made = draft(root)
    assert (said(made)["photos"]["dir"], asked(made, blank=True)) == ("", ["dir"])


def test_litter_is_passed_over_and_the_rest_named(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    for name in (".DS_Store", "~$填报表.xlsx", "Thumbs.db", "__MACOSX/x.xlsx", "图斑/疑似图斑.sbn"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
    (root / "OUT").mkdir()
    (root / "OUT" / "audit.json").write_text("{}", encoding="utf-8")
    shutil.copy(root / "填报表.xlsx", root / "OUT" / "ledger.xlsx")
    (root / "通知.pdf").write_bytes(b"%PDF")
    (root / "坏.xlsx").write_bytes(b"no zip")
    (root / "坏.shp").write_bytes(b"no shapes")
    (root / "坏.tif").write_bytes(b"no raster")
    made = draft(root)
    assert [file for file, _ in made.unused] == ["OUT", "坏.shp", "坏.tif", "坏.xlsx", "通知.pdf"]
    assert said(made)["submission"] == {"path": "填报表.xlsx"}


def test_nothing_outside_the_folder_is_looked_at(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    workbook(tmp_path / "填报表最终版9.xlsx", {"填报": filing()})
    (root / "填报表最终版9.xlsx").symlink_to(tmp_path / "填报表最终版9.xlsx")
    made = draft(root)
    assert said(made)["submission"] == {"path": "填报表.xlsx"}
    assert [file for file, _ in made.unused] == ["填报表最终版9.xlsx"]


def test_a_draft_depends_on_nothing_but_the_folder(tmp_path: Path) -> None:
    root = quarter(tmp_path)
    for day in ("20220821", "20221112"):
        tif(root / f"GF2_{day}.tif")
    copy = tmp_path / "other" / root.name
    for path in sorted(root.rglob("*"), reverse=True):  # the files arrive in another order
        if path.is_file():
            (copy / path.relative_to(root)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy / path.relative_to(root))
    assert draft(root) == draft(copy)


def test_the_folder_of_last_quarters_files_is_doubted(tmp_path: Path) -> None:
    root = tmp_path / "2022Q4"
    issue(root / "图斑.shp")
    workbook(root / "填报表.xlsx", {"填报": filing(title="2022年第三季度填报表")})
    made = draft(root)
    assert said(made)["batch"]["id"] == "2022Q4"
    assert ["2022Q3" in doubt.words.zh for doubt in made.doubts] == [True]


def test_the_sample_quarter_is_drafted_but_for_what_no_file_says(tmp_path: Path) -> None:
    """Its elevation models say no day, its pair at two metres neither days nor scale.

    All else is read as the hand-made file has it. The days that are taken from the polygons instead
    stand to be checked.
    """
    root = shutil.copytree(SAMPLE, tmp_path / SAMPLE.name)
    for name in ("batch.toml", "truth.json"):
        (root / name).unlink()
    made = draft(root)
    assert asked(made, blank=True) == ["before", "after"]
    text = made.text
    for end, day in (("before", "2021-10-02"), ("after", "2022-11-20")):
        text = text.replace(f'"dem/{end}.tif", date = ""', f'"dem/{end}.tif", date = "{day}"')
    (root / "batch.toml").write_text(text, encoding="utf-8")
    drafted, wanted = read_batch(root), read_batch(SAMPLE)
    assert drafted.as_of == drafted.period[1] < wanted.as_of  # which no file says
    for same in ("id", "region", "period", "crs", "polygons", "submissions", "ledger"):
        assert getattr(drafted, same) == getattr(wanted, same)
    for same in ("permits", "hazards", "restoration", "projects", "patrols", "blacklist"):
        assert getattr(drafted, same) == getattr(wanted, same)
    told = [(p.id, p.polygon_id, p.taken_at, p.lonlat, p.azimuth) for p in wanted.photos]
    assert [(p.id, p.polygon_id, p.taken_at, p.lonlat, p.azimuth) for p in drafted.photos] == told
    mine_of, theirs_of = (dict(map(_named, batch.scenes)) for batch in (drafted, wanted))
    assert mine_of.keys() == theirs_of.keys()
    for name, theirs in theirs_of.items():
        for end in ("before", "after"):
            one, other = getattr(mine_of[name], end), getattr(theirs, end)
            assert (one.name, one.bands, one.offset) == (other.name, other.bands, other.offset)
            if name.endswith("fine_before.tif"):
                assert one.scale is None
                days = [row for row in text.splitlines() if f"fine_{end}.tif" in row]
                assert ["请核对" in row for row in days] == [True]
            else:
                assert (one.date, one.scale) == (other.date, other.scale)
            assert (one.mask and one.mask.clear) == (other.mask and other.mask.clear)


def _named(pair: ScenePair) -> tuple[str, ScenePair]:
    return pair.before.name, pair


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("S2A_MSIL2A_20220821T031541_N0400_R118_T49SEV_20220822T065432", "2022-08-21"),
        ("LC08_L2SP_126036_20220821_20220901_02_T1", "2022-08-21"),
        ("LT51260362003037BJC00", "2003-02-06"),
        ("GF2_PMS1_E111.0_N35.0_20220821_L1A0006684321", "2022-08-21"),
        ("后时相2022年8月5日", "2022-08-05"),
        ("2022-08-21前", "2022-08-21"),
        ("2022.8.21", "2022-08-21"),
        ("20220899", None),
        ("盐湖区2022", None),
    ],
)
def test_days_in_names(name: str, day: str | None) -> None:
    found = day_in(name)
    assert (None if found is None else (str(found.first), found.exact)) == (day and (day, True))


def test_a_month_in_a_name_is_not_a_day() -> None:
    found = day_in("影像2022年8月")
    assert found is not None
    assert (found.first, found.last, found.exact) == (date(2022, 8, 1), date(2022, 8, 31), False)


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("2022Q4", "2022Q4"),
        ("盐湖区卫片2022年第四季度", "2022Q4"),
        ("2022年四季度", "2022Q4"),
        ("20224", "2022Q4"),
        ("2022年度第3季度", "2022Q3"),
        ("2022年10月图斑", "2022-10"),
        ("2022年度台账", "2022"),
        ("2022-1-15", None),
        ("20221115", None),
        ("2022年10月20日", None),
        ("卫片", None),
    ],
)
def test_terms_in_names(name: str, id: str | None) -> None:
    found = term_in(name)
    assert (found.id if found else None) == id


def test_terms_have_periods() -> None:
    assert Term(2022, 10).period == (date(2022, 10, 1), date(2022, 12, 31))
    assert Term(2024, 2, 1).period == (date(2024, 2, 1), date(2024, 2, 29))
    assert Term(2022, 1, 12).meets(Term(2022, 10))
    assert not Term(2022, 7).meets(Term(2022, 10))


def test_versions_of_a_file_sort_as_people_mean_them() -> None:
    names = ["填报表模板", "填报表", "填报表v2", "填报表最终版", "填报表最终版2"]
    assert sorted(reversed(names), key=version) == names
