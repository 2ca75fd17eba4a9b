"""What is where: the batch.toml of each quarter."""

from pathlib import Path

from .licences import FIELDS
from .terms import SUMMER_TERM, Term

AUTUMN = """\
# A made-up quarter of a made-up district; every name, number and picture in it is invented.
[batch]
id = "2022Q4"
region = "140802"
period = ["2022-10-01", "2022-12-31"]
as_of = "2023-03-31" # three months after the first stage ended
crs = "EPSG:4546"

[[scenes]]
before = {{ path = "scenes/before.tif", date = "2022-08-21" }}
after = {{ path = "scenes/after.tif", date = "2022-11-12" }}
later = [{{ path = "scenes/later.tif", date = "2023-03-02" }}] # was to come in spring, is not there
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

[[scenes]] # a square kilometre beside the main scene at two metres
before = {{ path = "scenes/fine_before.tif", date = "2022-08-19" }}
after = {{ path = "scenes/fine_after.tif", date = "2022-11-09" }}
bands = ["blue", "green", "red", "nir"]
scale = 0.0001
position_sigma = 5.0

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

[lookback]
path = "lookback.csv"

[key_areas] # drawn in Xi'an 80
path = "key_areas.shp"
"""
SUMMER = """\
# The quarter before, of the same district; its later images are the earlier ones of 2022Q4.
[batch]
id = "2022Q3"
region = "140802"
period = ["2022-07-01", "2022-09-30"]
as_of = "2022-09-30"
crs = "EPSG:4546"

[[scenes]]
before = {{ path = "scenes/before.tif", date = "2022-05-18" }}
after = {{ path = "scenes/after.tif", date = "2022-08-21" }}
bands = ["blue", "green", "red", "nir", "swir1", "swir2"]
scale = 0.0001
offset = -0.1
position_sigma = 4.0

[[scenes]] # a county's colour orthophotos: three bands and no scale
before = {{ path = "scenes/west_before.tif", date = "2022-05-18" }}
after = {{ path = "scenes/west_after.tif", date = "2022-08-21" }}
bands = ["red", "green", "blue"]

[[scenes]] # a square kilometre beside the main scene at two metres
before = {{ path = "scenes/fine_before.tif", date = "2022-05-20" }}
after = {{ path = "scenes/fine_after.tif", date = "2022-08-19" }}
bands = ["blue", "green", "red", "nir"]
scale = 0.0001
position_sigma = 5.0

[dem] # nobody has flown again: slopes only
before = {{ path = "dem/before.tif", date = "2021-10-02", sigma = 0.5 }}
vertical = "1985"

[polygons]
path = "polygons.gpkg"
layer = "tb"
fields = {{ area_mu = "监测面积(亩)" }}

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

[restoration]
path = "restoration.gpkg"

[projects]
path = "projects.gpkg"

[patrols]
path = "patrols.csv"
fields = {{ level = "巡查级别", place = "巡查区域", date = "巡查日期" }}
"""


PHOTOS = """\
[photos]
dir = "photos"
index = "photos.xlsx"
crs = "WGS84"

"""


def manifest(term: Term, folder: Path, pictures: bool = True) -> None:
    """The quarter's batch.toml; without photographs, nothing is said of any."""
    fields = ", ".join(f'{name} = "{text}"' for name, text in FIELDS.items())
    text = SUMMER if term is SUMMER_TERM else AUTUMN
    text = text if pictures else text.replace(PHOTOS, "")
    (folder / "batch.toml").write_text(text.format(permits=fields), encoding="utf-8")
