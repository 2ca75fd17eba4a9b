"""The evidence photographs: taken, numbered, listed, and here and there used twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from pyproj import Transformer

from .camera import Scenery, View, light_on, shoot
from .district import WORLD
from .exif import DRONE, PHONES, Device, Shot, jpeg, metadata, rewritten, stamped
from .filing import inspectors, town_of
from .frame import CRS
from .land import Land
from .noise import Field, stream
from .quarter import Issued, Quarter
from .tables import Cell, workbook
from .viewpoints import EYE, HOVER, Stand, stands, view_from, visit_of

LARGE, SMALL, WIDE = (880, 660), (560, 420), (1200, 528)
SEVERAL = {  # how many from the ground, how many from the air
    "false1": (1, 0), "false2": (1, 0), "false3": (2, 0), "disguised": (1, 1), "inside1": (2, 1),
    "overlay": (1, 0), "outside": (1, 1), "slide1": (1, 1), "slide3": (2, 0), "restored1": (2, 1),
    "dug": (2, 0), "harvest1": (2, 0), "harvest2": (1, 0), "old1": (1, 0), "underground": (1, 1),
}  # fmt: skip
NONE = {"harvest5", "ploughed", "old2", "harvest3", "harvest4"}  # provided for separately
HEADER = ["文件名", "图斑编号", "拍摄时间", "lon", "lat", "方位角", "azimuth_ref", "拍摄人员"]
UNLISTED = "IMG_20221209_154206.jpg"
DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)


@dataclass(slots=True)
class Album:
    """Photographs being collected: files, index rows, and which files are one exposure."""

    quarter: Quarter
    folder: Path
    far: Land
    light: Field
    rows: list[list[Cell]] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    shots: dict[str, Shot] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    def name(self, one: Issued) -> str:
        """The next file name of a polygon."""
        self.count[one.case.key] = self.count.get(one.case.key, 0) + 1
        return f"{one.polygon_id}_{self.count[one.case.key]}.jpg"

    def list_row(self, name: str, one: Issued, shot: Shot) -> None:
        """Enter a photograph in the index."""
        who = inspectors(one, self.quarter.seed)[0]
        at = shot.moment.strftime("%Y-%m-%d %H:%M:%S")
        place = round(shot.lon, 7), round(shot.lat, 7)
        ref = shot.device.ref
        self.rows.append([name, one.polygon_id, at, *place, shot.shown_azimuth, ref, who])

    def keep(self, one: Issued, file: bytes, shot: Shot, name: str = "") -> str:
        """Write and list a photograph."""
        name = name or self.name(one)
        (self.folder / name).write_bytes(file)
        self.shots[name] = shot
        self.list_row(name, one, shot)
        return name


def scenery(album: Album, one: Issued) -> Scenery:
    """Fine ground about a polygon."""
    half = max(150.0, 2.3 * float(np.sqrt(max(one.outline.area, 4000.0) / np.pi)) + 70.0)
    near = album.quarter.district.look(WORLD.around(one.x, one.y, min(half, 250.0), 1.1), 1)
    return Scenery(near, album.far, light_on(near, visit_of(one, album.quarter)), album.light)


def expose(
    album: Album, scene: Scenery, one: Issued, view: View, moment: datetime, device: Device
) -> tuple[Image.Image, Shot]:
    """A photograph with its banner, and what is known of it (positions err by some metres)."""
    rng = stream(album.quarter.seed, f"shot {one.case.key} {moment}")
    picture = Image.fromarray(shoot(scene, view, rng))
    off = rng.normal(0.0, 2.5, 2)
    lon, lat = DEGREES.transform(view.x + off[0], view.y + off[1])
    azimuth = float((view.azimuth + rng.normal(0, 3.0)) % 360)
    shot = Shot(float(lon), float(lat), view.eye, azimuth, moment, device, round(view.f35))
    return stamped(picture, one.polygon_id, shot), shot


def apart(found: list[Stand], wanted: int) -> list[Stand]:
    """The best stands whose bearings differ."""
    chosen: list[Stand] = []
    for stand in found:
        turns = [abs((stand.azimuth - c.azimuth + 180) % 360 - 180) for c in chosen]
        if all(turn > 50 for turn in turns) and len(chosen) < wanted:
            chosen.append(stand)
    return chosen


def photograph(album: Album, one: Issued) -> None:
    """The photographs that were honestly taken of one polygon."""
    key, quarter = one.case.key, album.quarter
    ground, air = SEVERAL.get(key, (1, 0))
    size, quality = (LARGE, 86) if key in SEVERAL else (SMALL, 78)
    scene, moment = scenery(album, one), visit_of(one, quarter)
    rng = stream(quarter.seed, f"stand {key}")
    phone = PHONES[town_of(one)]
    for number, stand in enumerate(apart(stands(scene, one, EYE, rng), ground)):
        view = view_from(scene, stand, one, EYE, size, phone.f35)
        when = moment + timedelta(minutes=6 * number, seconds=11 * number + 7)
        picture, shot = expose(album, scene, one, view, when, phone)
        album.keep(one, jpeg(picture, quality, metadata(shot)), shot)
        if key == "inside1" and number == 0:
            sideways(album, scene, one, view, when, phone)
    for number, stand in enumerate(apart(stands(scene, one, HOVER, rng), air)):
        view = view_from(scene, stand, one, HOVER, size, DRONE.f35)
        when = moment + timedelta(minutes=20 + number)
        picture, shot = expose(album, scene, one, view, when, drone_of(one))
        album.keep(one, jpeg(picture, quality, metadata(shot)), shot)


def drone_of(one: Issued) -> Device:
    """The town's drone."""
    return replace(DRONE, serial=f"3Q4CHAR0{town_of(one)}15T7L")


def sideways(
    album: Album, scene: Scenery, one: Issued, view: View, when: datetime, phone: Device
) -> None:
    """Two steps to the side: the same face, honestly another exposure."""
    a = np.radians(view.azimuth)
    x, y = view.x + 1.6 * np.cos(a), view.y - 1.6 * np.sin(a)
    eye = float(scene.height(np.array([x]), np.array([y]))[0]) + EYE
    moved = View(
        float(x), float(y), eye, view.azimuth, view.f35, view.width, view.height, view.horizon
    )
    picture, shot = expose(album, scene, one, moved, when + timedelta(seconds=9), phone)
    album.keep(one, jpeg(picture, 86, metadata(shot)), shot)


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


def photographs(quarter: Quarter, folder: Path) -> list[list[str]]:
    """All photographs and their index; returns which files are one exposure."""
    (folder / "photos").mkdir()
    far = quarter.district.look(WORLD, 1)
    album = Album(quarter, folder / "photos", far, light_on(far, datetime(2022, 12, 5, 11, 0)))
    for one in quarter.issued:
        if one.case.key not in NONE:
            photograph(album, one)
    panorama(album)
    reuse(album)
    twice(album)
    broken(album)
    workbook(folder / "photos.xlsx", "照片索引", HEADER, album.rows)
    return sorted(sorted(group) for group in album.groups)
