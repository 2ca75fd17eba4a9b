"""The photographs that are handed in: honest ones, and those used twice, torn or missing."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image

from .camera import View, light_on
from .district import WORLD
from .evidence import (
    DEGREES,
    METRES,
    SMALL,
    WIDE,
    Album,
    drone_of,
    expose,
    exposures,
    photograph,
    scenery,
)  # fmt: skip
from .exif import PHONES, Shot, jpeg, metadata, rewritten
from .filing import town_of
from .misused import OWN, misused
from .noise import stream
from .quarter import Issued, Quarter
from .tables import workbook
from .viewpoints import EYE, Stand, stands, view_from, visit_of

NONE = {"harvest5", "ploughed", "old2", "harvest3", "harvest4"}  # provided for separately
NONE |= {"beans", "borrower"} | OWN
FROM_SUMMER = {"fallow": "maize1", "extended": "then_extended"}
"""Autumn's cases that hand in a photograph of the summer: of a place far away, and of their own."""
HEADER = ["文件名", "图斑编号", "拍摄时间", "lon", "lat", "方位角", "azimuth_ref", "拍摄人员"]
UNLISTED = "IMG_20221209_154206.jpg"


def panorama(album: Album) -> None:
    """One wide exposure from the corner between two neighbouring fields, filed for both."""
    one, other = album.quarter.of("harvest3"), album.quarter.of("harvest4")
    south = min(one.outline.bounds[1], other.outline.bounds[1])
    x, y = (one.x + other.x) / 2, south - 55.0
    scene = scenery(album, one)
    eye = float(scene.height(np.array([x]), np.array([y]))[0]) + 30.0
    view = View(x, y, eye, 0.0, 17.0, *WIDE, 0.22)
    drone = drone_of(one)
    picture, shot = expose(album, scene, one, view, visit_of(one, album.quarter), drone)
    file = jpeg(picture, 86, metadata(shot))
    names = [album.keep(each, file, shot) for each in (one, other)]
    album.groups.append(names)


def reuse(album: Album) -> None:
    """The photographs that serve two polygons far apart."""
    quarter, folder = album.quarter, album.folder
    for key, source in (("false1", "harvest1"), ("false2", "harvest2"), ("overlay", "inside1")):
        one, origin = quarter.of(key), f"{quarter.of(source).polygon_id}_1.jpg"
        file, old = (folder / origin).read_bytes(), album.shots[origin]
        lon, lat = DEGREES.transform(one.x + 35.0, one.y - 48.0)
        moment = visit_of(one, quarter) + timedelta(minutes=14)
        here = Shot(
            float(lon), float(lat), old.height, 325.0, moment, PHONES[town_of(one)], old.f35
        )
        if key == "false2":
            file = rewritten(file, metadata(here))
        if key == "overlay":
            with Image.open(folder / origin) as picture:
                file = jpeg(picture.convert("RGB"), 90)
        album.groups.append([origin, album.keep(one, file, here)])


def twice(album: Album) -> None:
    """One file listed twice on one polygon."""
    one = album.quarter.of("old1")
    first = f"{one.polygon_id}_1.jpg"
    name = album.keep(one, (album.folder / first).read_bytes(), album.shots[first])
    album.groups.append([first, name])


def broken(album: Album) -> None:
    """A photograph cut off in transfer, one listed but absent, one that no row lists."""
    quarter = album.quarter
    spare = album.folder / f"{quarter.of('harvest1').polygon_id}_2.jpg"
    one = quarter.of("ploughed")
    shot = album.shots[spare.name]
    here = Shot(*_at(one), 0.0, 120.0, visit_of(one, quarter), PHONES[town_of(one)], shot.f35)
    album.keep(one, jpeg(Image.new("RGB", SMALL, (140, 120, 90)), 80, metadata(here))[:700], here)
    gone = quarter.of("old2")
    there = Shot(*_at(gone), 0.0, 45.0, visit_of(gone, quarter), PHONES[town_of(gone)], shot.f35)
    album.list_row(album.name(gone), gone, there)
    loose = quarter.of("unknown")
    scene = scenery(album, loose)
    stand = stands(scene, loose, EYE, stream(quarter.seed, "loose"))[6]
    view = view_from(scene, stand, loose, EYE, SMALL, 27)
    moment = datetime(2022, 12, 9, 15, 42, 6)
    picture, shot = expose(album, scene, loose, view, moment, PHONES[0])
    (album.folder / UNLISTED).write_bytes(jpeg(picture, 78, metadata(shot)))


def _at(one: Issued) -> tuple[float, float]:
    lon, lat = DEGREES.transform(one.x + 20.0, one.y - 30.0)
    return float(lon), float(lat)


def lent(album: Album) -> None:
    """The summer's photograph that serves two fields far apart."""
    one, origin = album.quarter.of("borrower"), f"{album.quarter.of('lender').polygon_id}_1.jpg"
    file = (album.folder / origin).read_bytes()
    album.groups.append([origin, album.keep(one, file, album.shots[origin])])


def kept_over(album: Album, summer: Quarter) -> None:
    """Photographs of the summer, handed in again as they were."""
    earlier = album_of(summer, album.folder)
    for key, source in FROM_SUMMER.items():
        file, shot = next(exposures(earlier, summer.of(source)))
        album.keep(album.quarter.of(key), file, shot)


def next_step(album: Album) -> None:
    """A field shown from two steps beside where its neighbour's pit was, turned a little."""
    pit, field = album.quarter.of("kid1"), album.quarter.of("kid2")
    first = f"{pit.polygon_id}_1.jpg"
    old = album.shots[first]
    x, y = METRES.transform(old.lon, old.lat)
    a = np.radians(old.azimuth)
    scene = scenery(album, pit)
    stand = Stand(x + 1.6 * np.cos(a), y - 1.6 * np.sin(a), (old.azimuth + 9.0) % 360, 1.0)
    view = view_from(scene, stand, pit, EYE, SMALL, old.f35)
    moment = old.moment + timedelta(minutes=2, seconds=40)
    picture, shot = expose(album, scene, field, view, moment, old.device)
    album.keep(field, jpeg(picture, 78, metadata(shot)), shot)


def album_of(quarter: Quarter, folder: Path) -> Album:
    """An empty album, with the hills behind."""
    far = quarter.district.look(WORLD, quarter.term.after)
    return Album(quarter, folder, far, light_on(far, quarter.term.light))


def photographs(quarter: Quarter, summer: Quarter, folder: Path) -> Album:
    """All photographs and their index; the album says which files are one exposure."""
    (folder / "photos").mkdir()
    album = album_of(quarter, folder / "photos")
    for one in quarter.issued:
        if one.case.key not in NONE:
            photograph(album, one)
    if quarter is summer:
        lent(album)
    else:
        panorama(album)
        reuse(album)
        twice(album)
        broken(album)
        kept_over(album, summer)
        next_step(album)
    misused(album)
    workbook(folder / "photos.xlsx", "照片索引", HEADER, album.rows)
    return album
