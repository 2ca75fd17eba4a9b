"""Photographs: whose they are, what they say of themselves, which cannot be read."""

import io
import struct
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.read_batches import batch_folder, only, workbook
from tests.shared import shared_data
from yanhu_satcheck.batch import Batch, Photo
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.look import look

NONE = IFDRational(0, 0)  # what a receiver without a fix writes
HEADERS = ["文件名", "图斑编号", "拍摄时间", "经度", "纬度", "方位角", "方位角基准", "拍摄人员"]


def picture(
    gps: dict[int, Any] | None = None, shot: dict[int, Any] | None = None, form: str = "JPEG"
) -> bytes:
    image = Image.new("RGB", (8, 8), (90, 120, 60))
    exif = Image.Exif()
    if gps:
        exif.get_ifd(0x8825).update(gps)
    if shot:
        exif.get_ifd(0x8769).update(shot)
        exif[0x010F], exif[0x0110] = "Maker", "Model\0"
    held = io.BytesIO()
    image.save(held, form, exif=exif) if gps or shot else image.save(held, form)
    return held.getvalue()


def _batch(
    folder: Path,
    photos: dict[str, bytes],
    index: Sequence[Sequence[Any]] | None = None,
    numbers: Sequence[str] = ("A1", "A2", "A1-2", "A12"),
) -> Batch:
    more = '[photos]\ndir = "photos"\n'
    (folder / "photos").mkdir()
    if index is not None:
        more += 'index = "photos.xlsx"\n'
        workbook(folder / "photos.xlsx", {"照片": index})
    batch_folder(folder, *numbers, more=more)
    for name, content in photos.items():
        path = folder / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return read_batch(folder)


@pytest.mark.parametrize(
    ("name", "polygon"),
    [
        ("A1/1.jpg", "A1"),
        ("a1/远景.JPG", "A1"),
        ("现场/A2/1.jpg", "A2"),
        ("140802_A1_CL_1.jpg", "A1"),
        ("A1照片.jpg", "A1"),
        ("A1-2.jpg", "A1-2"),  # the longest number that fits
        ("A12.jpg", "A12"),
        ("A123.jpg", None),
        ("XA1.jpg", None),
        ("A2/A1.jpg", "A2"),  # the folder is the polygon's
        ("A2无人机/1.jpg", "A2"),
        ("其他/全景.jpg", None),
    ],
)
def test_folders_and_names_tell_whose_a_photograph_is(
    tmp_path: Path, name: str, polygon: str | None
) -> None:
    (photo,) = _batch(tmp_path, {name: picture()}).photos
    assert (photo.id, photo.polygon_id, photo.listed) == (name, polygon, True)
    assert photo.fault is None


def test_the_index_beats_folder_and_exif(tmp_path: Path) -> None:
    gps = {1: "N", 2: (35.0, 0.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0), 17: 10.0, 16: "T"}
    shot = {0x9003: "2022:11:20 09:00:00"}
    row = [r"A1\1.jpg", "A2", "2022-11-20 10:30:00", 110.5, 34.5, 90, "M", "王某"]
    (photo,) = _batch(tmp_path, {"A1/1.jpg": picture(gps, shot)}, [HEADERS, row]).photos
    assert (photo.polygon_id, photo.listed, photo.row) == ("A2", True, 2)
    assert photo.taken_at == datetime(2022, 11, 20, 10, 30)
    assert photo.lonlat == (110.5, 34.5)
    assert (photo.azimuth, photo.azimuth_ref, photo.taken_by) == (90, "M", "王某")


def test_where_the_index_is_blank_exif_speaks(tmp_path: Path) -> None:
    gps = {1: "N", 2: (35.0, 30.0, 0.0), 3: "E", 4: (111.0, 15.0, 36.0), 17: 10.0, 16: "M"}
    shot = {0x9003: "2022:11:20 09:00:00", 0xA405: 26, 0xA431: "SN7"}
    row = ["1.jpg", "A1", "", "", "", "", "", ""]
    (photo,) = _batch(tmp_path, {"A1/1.jpg": picture(gps, shot)}, [HEADERS, row]).photos
    assert photo.lonlat == pytest.approx((111.26, 35.5))
    assert photo.taken_at == datetime(2022, 11, 20, 9)
    assert (photo.azimuth, photo.azimuth_ref, photo.focal_35mm) == (10, "M", 26)
    assert (photo.camera.make, photo.camera.model, photo.camera.serial) == ("Maker", "Model", "SN7")
    assert photo.has_exif


def _photos(batch: Batch) -> dict[str, Photo]:
    return {photo.id: photo for photo in batch.photos}


def test_listed_but_absent_and_there_but_unlisted_both_stay(tmp_path: Path) -> None:
    index = [HEADERS, ["A1/1.jpg", "A1"], ["A1/2.jpg", "A1"]]
    photos = _photos(_batch(tmp_path, {"A1/1.jpg": picture(), "A2/3.jpg": picture()}, index))
    assert photos["A1/2.jpg"].path is None
    assert photos["A1/2.jpg"].polygon_id == "A1"
    assert (photos["A2/3.jpg"].listed, photos["A2/3.jpg"].polygon_id) == (False, "A2")


def test_a_bare_name_counts_where_there_is_one(tmp_path: Path) -> None:
    files = {"A1/x.jpg": picture(), "A1/y.jpg": picture(), "A2/Y.jpg": picture()}
    batch = _batch(tmp_path, files, [HEADERS, ["X.JPG", "A1"], ["y.jpg", "A1"]])
    assert _photos(batch)["A1/x.jpg"].row == 2
    assert _photos(batch)["y.jpg"].path is None
    assert "2 个文件" in only(batch.misreads).what.zh


def test_one_file_listed_for_two_polygons_is_kept_for_both(tmp_path: Path) -> None:
    index = [HEADERS, ["1.jpg", "A1"], ["1.jpg", "A2"], ["1.jpg", "a1"]]
    batch = _batch(tmp_path, {"1.jpg": picture()}, index)
    assert [photo.polygon_id for photo in batch.photos] == ["A1", "A2"]
    assert only(batch.misreads).row == 4


def test_a_photograph_of_a_polygon_not_issued_keeps_the_number(tmp_path: Path) -> None:
    (photo,) = _batch(tmp_path, {"1.jpg": picture()}, [HEADERS, ["1.jpg", "Z9"]]).photos
    assert (photo.polygon_id, photo.named_polygon) == (None, "Z9")


def test_names_that_differ_in_case_alone_are_two_files(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    if (tmp_path / "X").exists():
        pytest.skip("this disk does not tell a from A")
    files = {"a.jpg": picture(), "A.JPG": picture(form="PNG")}
    index = [HEADERS, ["a.jpg", "A1"], ["A.JPG", "A2"]]
    batch = _batch(tmp_path, files, index)
    assert [(p.id, p.polygon_id, p.row) for p in batch.photos] == [
        ("A.JPG", "A2", 3),
        ("a.jpg", "A1", 2),
    ]
    assert batch.misreads == ()


def test_a_wrong_ending_hides_no_photograph(tmp_path: Path) -> None:
    files = {
        "A1/1.png": picture(),
        "A1/2.jpg": picture(form="WEBP"),
        "A1/3.jpg": b"GIF89a" + bytes(9),
    }
    batch = _batch(tmp_path, files)
    assert [photo.fault is None for photo in batch.photos] == [True, True, False]
    assert "GIF" in only(batch.misreads).what.en


def test_a_picture_that_is_a_program_or_an_archive_too_is_read_as_the_picture() -> None:
    for tail in (b"PK\3\4 and so on", b"<html><script>alert(1)</script>", b"MZ" + bytes(400)):
        assert look(picture() + tail)[1] is None
        assert look(tail + picture())[1] is not None


def test_what_the_file_records_stays_beside_what_the_index_says(tmp_path: Path) -> None:
    gps = {
        **{1: "N", 2: (35.0, 0.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0), 31: 12.5},
        **{7: (1.0, 30.0, 5.0), 29: "2022:11:20"},
    }
    shot = {0x9003: "2022:11:20 09:30:07", 0x9291: "417"}
    row = ["1.jpg", "A1", "2022-12-01 10:00:00", 110.5, 34.5]
    (photo,) = _batch(tmp_path, {"1.jpg": picture(gps, shot)}, [HEADERS, row]).photos
    assert (photo.taken_at, photo.lonlat) == (datetime(2022, 12, 1, 10), (110.5, 34.5))
    own = photo.recorded
    assert (own.taken_at, own.subsecond) == (datetime(2022, 11, 20, 9, 30, 7), "417")
    assert (own.satellite_at, own.lonlat) == (datetime(2022, 11, 20, 1, 30, 5), (111, 35))
    assert own.error_m == 12.5


HERE: dict[int, Any] = {1: "N", 2: (35.0, 0.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0)}


@pytest.mark.parametrize(
    "more",
    [
        {9: "V"},
        {11: 25.0},
        {31: 400.0},
        {7: (1.0, 0.0, 0.0), 29: "2022:11:02"},
    ],
)
def test_a_position_its_receiver_does_not_stand_by_is_none(more: dict[int, Any]) -> None:
    exif, _ = look(picture(HERE | more, {0x9003: "2022:11:20 09:30:07"}))
    assert exif.lonlat is None
    assert exif.taken_at is not None


@pytest.mark.parametrize(
    "more",
    [
        {9: "A"},
        {11: 2.0},
        {31: 20.0},
        {7: (23.0, 0.0, 0.0), 29: "2022:11:19"},
        {7: (1.0, 2.0), 29: "x"},
    ],
)
def test_a_position_without_a_blemish_stays(more: dict[int, Any]) -> None:
    assert look(picture(HERE | more, {0x9003: "2022:11:20 09:30:07"}))[0].lonlat == (111, 35)


def test_a_drone_s_pose_is_read_from_its_xmp_and_no_entity_is_opened() -> None:
    xmp = (
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x:xmpmeta><rdf:Description '
        b'drone-dji:GimbalYawDegree="-35.20" drone-dji:GimbalPitchDegree="-90.00" '
        b'drone-dji:RelativeAltitude="+81.50" drone-dji:FlightYawDegree="&e;"/></x:xmpmeta>'
    )
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (90, 120, 60)).save(held, "JPEG", xmp=xmp)
    exif, fault = look(held.getvalue())
    assert fault is None
    assert exif.azimuth == pytest.approx(324.8)
    assert exif.azimuth_ref == "T"
    assert (exif.recorded.pitch, exif.recorded.above_m) == (-90, 81.5)
    assert not exif.present


@pytest.mark.parametrize(
    ("software", "editor"),
    [
        ("Adobe Photoshop 24.0 (Windows)", True),
        ("美图秀秀 9.1", True),
        ("NOH-AN00 3.0.0.168", False),
    ],
)
def test_programs_that_retouch_are_known_by_name(software: str, editor: bool) -> None:
    image, exif, held = Image.new("RGB", (8, 8)), Image.Exif(), io.BytesIO()
    exif[305] = software.encode() if not software.isascii() else software
    image.save(held, "JPEG", exif=exif)
    assert bool(look(held.getvalue())[0].recorded.editor) is editor


def test_a_missing_index_leaves_the_photographs(tmp_path: Path) -> None:
    batch = _batch(tmp_path, {"A1/1.jpg": picture()}, [HEADERS, ["1.jpg", "A1"]])
    (tmp_path / "photos.xlsx").unlink()
    batch = read_batch(tmp_path)
    assert only(batch.misreads).rule == "DQ08"
    assert batch.photos[0].polygon_id == "A1"
    assert "photos" not in batch.not_supplied


def _whole_and_cut() -> list[tuple[bytes, bool]]:
    jpeg, png, webp = picture({1: "N"}), picture(form="PNG"), picture(form="WEBP")
    return [
        *((jpeg, True), (jpeg[:-2], False), (jpeg + b"tail", True), (jpeg[:30], False)),
        *((png, True), (png[:-12], False), (webp, True), (webp[:-8], False)),
        *((b"", False), (b"%!PS-Adobe-3.0 EPSF-3.0", False), (b"GIF89a", False)),
    ]


@pytest.mark.parametrize(("content", "good"), _whole_and_cut())
def test_a_photograph_is_whole_or_says_why_not(content: bytes, good: bool) -> None:
    _, fault = look(content)
    assert (fault is None) == good


def test_the_end_of_a_thumbnail_is_not_the_end_of_the_picture() -> None:
    whole = picture()
    inner = b"\xff\xe1" + struct.pack(">H", 6) + b"\xff\xd8\xff\xd9"
    cut = whole[:2] + inner + whole[2:-2]
    assert look(cut)[1] is not None
    assert look(cut + b"\xff\xd9")[1] is None


def test_an_unreadable_photograph_is_named_with_its_polygon(tmp_path: Path) -> None:
    batch = _batch(tmp_path, {"A1/1.jpg": picture()[:-2]})
    misread = only(batch.misreads)
    assert (misread.file, misread.rule) == ("photos/A1/1.jpg", "PH04")
    assert misread.polygon_ids == ("A1",)
    assert batch.photos[0].fault is not None


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (95.0, 0.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (NONE, 0.0, 0.0), 3: "E", 4: (111.0, 0.0, 0.0)},
        {1: "N", 2: (35.0, 0.0, 0.0)},
        {17: NONE, 16: "\0"},
    ],
)
def test_impossible_positions_and_bearings_are_none(gps: dict[int, Any]) -> None:
    exif, fault = look(picture(gps))
    assert (exif.lonlat, exif.azimuth, exif.azimuth_ref, fault) == (None, None, "", None)


def test_the_south_and_the_west_are_negative() -> None:
    gps = {1: "S", 2: (35.0, 0.0, 0.0), 3: "W", 4: (111.0, 0.0, 0.0)}
    assert look(picture(gps))[0].lonlat == (-111, -35)


def test_a_time_that_is_none_is_none() -> None:
    assert look(picture(shot={0x9003: "9999:99:99 99:99:99"}))[0].taken_at is None
    assert look(picture(shot={0x9003: "0000:00:00 00:00:00"}))[0].taken_at is None


def test_columns_nobody_filled_are_blank(tmp_path: Path) -> None:
    batch = _batch(tmp_path, {"A1/1.jpg": picture()})
    assert {"photos.taken_at", "photos.azimuth", "photos.lon"} <= batch.blank_columns


def test_real_photographs_can_all_be_read() -> None:
    home = shared_data("photos")
    files = sorted(home.glob("*.jpg"))[:40]
    faults = {path.name: look(path.read_bytes())[1] for path in files}
    assert {name: fault for name, fault in faults.items() if fault} == {}


@pytest.mark.parametrize(
    ("cells", "column"),
    [(["", 111, ""], "经度"), (["", 211, 35], "经度"), (["", "", "", 400], "方位角")],
)
def test_impossible_places_in_the_index_are_said(
    tmp_path: Path, cells: list[Any], column: str
) -> None:
    batch = _batch(tmp_path, {"1.jpg": picture()}, [HEADERS, ["1.jpg", "A1", *cells]])
    assert (only(batch.misreads).row, only(batch.misreads).column) == (2, column)
    assert (batch.photos[0].lonlat, batch.photos[0].azimuth) == (None, None)


def test_what_is_no_photograph_is_named_once_and_litter_is_not(tmp_path: Path) -> None:
    files = {"A1/1.jpg": picture(), "A2/说明.docx": b"PK", ".DS_Store": b"", "Thumbs.db": b""}
    batch = _batch(tmp_path, files)
    misread = only(batch.misreads)
    assert (misread.file, misread.rule, misread.whole) == ("photos/A2/说明.docx", "PH04", False)
    assert misread.polygon_ids == ("A2",)
    assert "不是照片" in misread.what.zh
    assert [photo.id for photo in batch.photos] == ["A1/1.jpg"]


def test_an_index_among_the_photographs_is_no_stray_file(tmp_path: Path) -> None:
    _batch(tmp_path, {"A1/1.jpg": picture()})
    workbook(tmp_path / "photos" / "表.xlsx", {"照片": [HEADERS, ["A1/1.jpg", "A1"]]})
    batch_folder(tmp_path, more='[photos]\ndir = "photos"\nindex = "photos/表.xlsx"\n')
    assert read_batch(tmp_path).misreads == ()


def test_a_photograph_that_leads_out_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(picture())
    inside = tmp_path / "batch"
    inside.mkdir()
    _batch(inside, {})
    (inside / "photos" / "A1.jpg").symlink_to(tmp_path / "1.jpg")
    batch = read_batch(inside)
    assert batch.photos == ()
    assert "之外" in only(batch.misreads).what.zh
