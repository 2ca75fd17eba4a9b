"""What a page says of a photograph: as it is judged, and what its file says otherwise."""

from dataclasses import replace
from datetime import datetime, timedelta

from yanhu_satcheck.batch import Recorded
from yanhu_satcheck.evidence import PhotoEvidence, PhotoPlace
from yanhu_satcheck.report.papers import photo_view

HERE = (111.0, 35.0)
NOON = datetime(2022, 12, 3, 12)
PLAIN = PhotoEvidence(
    "a.jpg", "P1", lonlat=HERE, distance_m=469.0, taken_at=NOON,
    place=PhotoPlace(469.0, None, (469.0, 0.0), {"GCJ02": 12.0}, own_m=4.0),
    recorded=Recorded(NOON, lonlat=HERE),
)  # fmt: skip


def facts(photo: PhotoEvidence, lang: str = "zh") -> dict[str, str]:
    return dict(photo_view(photo, "P1", lang).facts)


def test_a_distance_is_shown_as_it_is_judged() -> None:
    assert PLAIN.place is not None
    assert facts(PLAIN)["距图斑"] == "469 米"
    shifted = replace(PLAIN, place=PLAIN.place._replace(datum="GCJ02"))
    assert facts(shifted)["距图斑"] == "12 米（按 GCJ02 改正；按原坐标 469 米）"


def test_what_a_file_records_is_shown_where_the_index_says_otherwise() -> None:
    assert PLAIN.place is not None
    assert not {"文件自身记录的时间", "文件自身记录的位置"} & {*facts(PLAIN)}
    other = Recorded(NOON - timedelta(minutes=14), lonlat=(111.04, 35.0))
    told = facts(
        replace(PLAIN, recorded=other, place=PLAIN.place._replace(own_m=3652.0)),
    )
    assert told["文件自身记录的时间"] == "2022-12-03 11:46:00"
    assert told["文件自身记录的位置"] == "111.040000, 35.000000（与登记相差 3,652 米）"
