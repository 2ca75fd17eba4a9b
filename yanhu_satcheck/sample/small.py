"""The small tables and the manifest."""

from datetime import date, timedelta
from pathlib import Path

from .licences import FIELDS
from .tables import comma
from .words import TOWNS, VILLAGES


def patrols(folder: Path) -> None:
    """Patrols without a gap: the district a quarter, towns a month, villages a week."""
    rows = [["区", "盐湖区", "2022-11-08"]]
    for month in (10, 11, 12):
        rows += [["乡", town, f"2022-{month}-{9 + 4 * i:02d}"] for i, (town, _) in enumerate(TOWNS)]
    for week in range(12):
        day = date(2022, 10, 3) + timedelta(days=7 * week)
        for number, village in enumerate(VILLAGES[:3]):
            rows.append(["村", village, (day + timedelta(days=(week + number) % 5)).isoformat()])
    comma(folder / "patrols.csv", ["巡查级别", "巡查区域", "巡查日期"], rows)


def blacklist(folder: Path) -> None:
    """Firms and a person that nothing in this quarter names."""
    rows = [["运城市金石采矿服务有限公司", "2021-05-18"], ["晋南顺达工程机械租赁部", "2022-03-02"]]
    comma(folder / "blacklist.csv", ["name", "since"], [*rows, ["赵铁柱", "2020-11-30"]])


MANIFEST = """\
# A made-up quarter of a made-up district; every name, number and picture in it is invented.
[batch]
id = "2022Q4"
region = "140802"
period = ["2022-10-01", "2022-12-31"]
as_of = "2022-12-31"
crs = "EPSG:4546"

[[scenes]]
before = {{ path = "scenes/before.tif", date = "2022-08-21" }}
after = {{ path = "scenes/after.tif", date = "2022-11-12" }}
bands = ["blue", "green", "red", "nir", "swir1", "swir2"]
scale = 0.0001
offset = -0.1
position_sigma = 4.0
mask = {{ path = "scenes/clouds.tif", clear = [0] }}

[[scenes]] # a county's colour orthophotos: three bands and no scale
before = {{ path = "scenes/west_before.tif", date = "2022-08-21" }}
after = {{ path = "scenes/west_after.tif", date = "2022-11-12" }}
bands = ["red", "green", "blue"]

[[scenes]] # the later one lies under snow and fog
before = {{ path = "scenes/south_before.tif", date = "2022-08-21" }}
after = {{ path = "scenes/south_after.tif", date = "2022-11-12" }}
bands = ["red", "green", "blue"]

[dem]
before = {{ path = "dem/before.tif", date = "2021-10-02", sigma = 0.5 }}
after = {{ path = "dem/after.tif", date = "2022-11-20", sigma = 0.5 }}
vertical = "1985"

[polygons]
path = "polygons.gpkg"
layer = "tb"
fields = {{ area_mu = "监测面积(亩)", parent_polygon_id = "父图斑编号" }}

[submission]
path = "submission.xlsx"

[photos]
dir = "photos"
index = "photos.xlsx"
crs = "WGS84"

[permits]
path = "permits.shp"
fields = {{ {permits} }}

[rectification]
path = "rectification.xlsx"
fields = {{ problem = "存在问题", closed_date = "销号日期", verify_date = "验收时间" }}

[hazards]
path = "hazards.geojson"

[restoration]
path = "restoration.gpkg"

[projects]
path = "projects.gpkg"

[patrols]
path = "patrols.csv"
fields = {{ level = "巡查级别", place = "巡查区域", date = "巡查日期" }}

[blacklist]
path = "blacklist.csv"

[lookback] # was to be sent by the city, and is not there
path = "lookback.csv"

[key_areas] # drawn in Xi'an 80
path = "key_areas.shp"
"""


def manifest(folder: Path) -> None:
    """What is where."""
    fields = ", ".join(f'{name} = "{text}"' for name, text in FIELDS.items())
    (folder / "batch.toml").write_text(MANIFEST.format(permits=fields), encoding="utf-8")
