"""The evidence photographs: taken where they say, and numbered."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from pyproj import Transformer

from .camera import Scenery, View, light_on, shoot
from .district import WORLD
from .exif import DRONE, PHONES, Device, Shot, jpeg, metadata, stamped
from .filing import inspectors, town_of
from .frame import CRS
from .land import Land
from .noise import Field, stream
from .quarter import Issued, Quarter
from .tables import Cell
from .terms import AUTUMN_TERM
from .viewpoints import EYE, HOVER, Stand, stands, view_from, visit_of

LARGE, SMALL, WIDE = (880, 660), (560, 420), (1200, 528)
SEVERAL = {  # how many from the ground, how many from the air
    "false1": (1, 0), "false2": (1, 0), "false3": (2, 0), "disguised": (1, 1), "inside1": (2, 1),
    "overlay": (1, 0), "outside": (1, 1), "slide1": (1, 1), "slide3": (2, 0), "restored1": (2, 1),
    "dug": (2, 0), "harvest1": (2, 0), "harvest2": (1, 0), "old1": (1, 0), "underground": (1, 1),
    "lender": (2, 0),
}  # fmt: skip
DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
SHIFTED = PHONES[1]
"""In autumn this phone's app writes a map service's coordinates, and nobody has declared them."""
GCJ02 = (527.0, -88.0)
"""How far those lie off here, metres east and north; it varies by 20 m over the district."""
METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


@dataclass(slots=True)
class Album:
    """Photographs being collected: files, index rows, and which files are one exposure."""

    quarter: Quarter
    folder: Path
    far: Land
    light: Field
    rows: list[list[Cell]] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    disguises: list[list[str]] = field(default_factory=list)  # source, copy, how
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


def scenery(album: Album, one: Issued, moment: datetime | None = None) -> Scenery:
    """Fine ground about a polygon, in the light of a moment, else of the visit."""
    half = max(150.0, 2.3 * float(np.sqrt(max(one.outline.area, 4000.0) / np.pi)) + 70.0)
    around = WORLD.around(one.x, one.y, min(half, 250.0), 1.1)
    near = album.quarter.district.look(around, album.quarter.term.after)
    lit = light_on(near, moment or visit_of(one, album.quarter))
    return Scenery(near, album.far, lit, album.light)


def expose(
    album: Album, scene: Scenery, one: Issued, view: View, moment: datetime, device: Device
) -> tuple[Image.Image, Shot]:
    """A photograph with its banner, and what is known of it (positions err by some metres)."""
    rng = stream(album.quarter.seed, f"shot {one.case.key} {moment}")
    picture = Image.fromarray(shoot(scene, view, rng))
    off = rng.normal(0.0, 2.5, 2)
    away = GCJ02 if device == SHIFTED and album.quarter.term is AUTUMN_TERM else (0.0, 0.0)
    lon, lat = DEGREES.transform(view.x + off[0] + away[0], view.y + off[1] + away[1])
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
    """Keep the photographs that were honestly taken of one polygon."""
    for file, shot in exposures(album, one):
        album.keep(one, file, shot)


def exposures(album: Album, one: Issued) -> Iterator[tuple[bytes, Shot]]:
    """The photographs of one polygon, from the ground and from the air."""
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
        yield jpeg(picture, quality, metadata(shot)), shot
        if key == "inside1" and number == 0:
            yield sideways(album, scene, one, view, when, phone)
    for number, stand in enumerate(apart(stands(scene, one, HOVER, rng), air)):
        view = view_from(scene, stand, one, HOVER, size, DRONE.f35)
        when = moment + timedelta(minutes=20 + number)
        picture, shot = expose(album, scene, one, view, when, drone_of(one))
        yield jpeg(picture, quality, metadata(shot)), shot


def drone_of(one: Issued) -> Device:
    """The town's drone."""
    return replace(DRONE, serial=f"3Q4CHAR0{town_of(one)}15T7L")


def sideways(
    album: Album, scene: Scenery, one: Issued, view: View, when: datetime, phone: Device
) -> tuple[bytes, Shot]:
    """Two steps to the side: the same face, honestly another exposure."""
    a = np.radians(view.azimuth)
    x, y = view.x + 1.6 * np.cos(a), view.y - 1.6 * np.sin(a)
    eye = float(scene.height(np.array([x]), np.array([y]))[0]) + EYE
    moved = View(
        float(x), float(y), eye, view.azimuth, view.f35, view.width, view.height, view.horizon
    )
    picture, shot = expose(album, scene, one, moved, when + timedelta(seconds=9), phone)
    return jpeg(picture, 86, metadata(shot)), shot
