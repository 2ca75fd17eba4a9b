"""Photographs that prove nothing of their polygon: disguised copies, wrong places, wrong times."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from PIL import Image
from shapely import affinity

from .camera import View
from .disguises import DISGUISES
from .evidence import DEGREES, SMALL, Album, expose, scenery
from .exif import PHONES, Device, Shot, jpeg, metadata
from .filing import town_of
from .noise import stream
from .quarter import Issued
from .terms import AUTUMN_TERM, SUMMER_TERM
from .viewpoints import EYE, stands, view_from, visit_of


@dataclass(frozen=True, slots=True)
class Copy:
    """A photograph of one case, disguised and handed in for another far away."""

    source: str
    number: int
    how: str
    target: str


COPIES = {
    AUTUMN_TERM.batch: (
        Copy("harvest1", 2, "half", "false3"),
        Copy("inside1", 3, "cut", "disguised"),
        Copy("inside1", 4, "mirrored", "unledgered"),
        Copy("harvest1", 1, "grey", "dug"),
    ),
    SUMMER_TERM.batch: (
        Copy("lender", 1, "banner", "asked"),
        Copy("lender", 1, "stamp", "rest3"),
        Copy("lender", 2, "turned", "rest1"),
        Copy("lender", 2, "page", "rest1"),
        Copy("lender", 2, "collage", "maize2"),
        Copy("lender", 1, "screen", "maize2"),
    ),
}
ELSEWHERE = {"nobody": (503_600.0, 3_872_600.0), "fine1": (501_800.0, 3_872_900.0)}
"""Cases whose photograph was taken somewhere else, and where."""
TURNED = ("barn",)
"""Cases whose photograph shows what lies behind the officer."""
MOMENTS = {
    "riverbed": datetime(2022, 6, 14, 10, 5, 23),
    "construction": datetime(2022, 12, 19, 15, 31, 44),
    "rest2": datetime(2022, 4, 2, 9, 48, 12),
}
"""Cases whose photograph was taken before the earlier image, or after the filing."""
REDATED = {"film": datetime(2021, 12, 8, 11, 2, 37)}
"""Cases whose index gives the day of the visit to an older photograph; when that was taken."""
RUSHED = {"special": (("dueday", 61), ("dueday2", 49))}
"""A case photographed with another town's phone, so many seconds after two of its visits there."""
ASKED = {
    AUTUMN_TERM.batch: {
        "nobody": "PH02", "barn": "PH02", "false1": "PH02", "fallow": "PH02",
        "riverbed": "PH03", "construction": "PH03", "film": "PH03", "special": "PH03",
    },
    SUMMER_TERM.batch: {"fine1": "PH02", "rest2": "PH03"},
}  # fmt: skip
"""What has to be said of a case's photographs, beside who shares one."""
OWN = {*ELSEWHERE, *TURNED, *MOMENTS, *REDATED, *RUSHED}
"""Cases whose photographs are all made here."""


def asked_of(case: str, batch: str) -> set[str]:
    """The rules that have to speak of a case's photographs because of what is done here."""
    shared = {one.source for one in COPIES[batch]} | {one.target for one in COPIES[batch]}
    said = ASKED[batch].get(case)
    # What a shared photograph contradicts is contradicted still when the first stage has ended.
    doubled = {"PH01", "RL06"} if batch == AUTUMN_TERM.batch else {"PH01"}
    return (doubled if case in shared else set()) | ({said} if said else set())


def misused(album: Album) -> None:
    """Hand in every photograph of this kind."""
    keys = {one.case.key for one in album.quarter.issued}
    for key in sorted(OWN & keys):
        one = album.quarter.of(key)
        for make in (_elsewhere, _turned, _untimely, _redated, _rushed):
            make(album, one)
    for copy in COPIES[album.quarter.term.batch]:
        _disguised(album, copy)


def _disguised(album: Album, copy: Copy) -> None:
    quarter, one = album.quarter, album.quarter.of(copy.target)
    origin = f"{quarter.of(copy.source).polygon_id}_{copy.number}.jpg"
    does, quality = DISGUISES[copy.how]
    with Image.open(album.folder / origin) as picture:
        changed = does(picture.convert("RGB"), stream(quarter.seed, f"disguise {copy.how}"))
    lon, lat = DEGREES.transform(one.x + 31.0, one.y - 44.0)
    later = visit_of(one, quarter) + timedelta(minutes=17 + len(copy.how))
    old = album.shots[origin]
    here = Shot(
        float(lon), float(lat), old.height, 325.0, later, PHONES[town_of(one)], PHONES[0].f35
    )
    name = album.keep(one, jpeg(changed, quality, metadata(here)), here)
    album.disguises.append([origin, name, copy.how])


def _taken(
    album: Album,
    one: Issued,
    moment: datetime,
    stood: Issued | None = None,
    turn: float = 0.0,
    back: float = 0.0,
    phone: Device | None = None,
) -> tuple[Image.Image, Shot]:
    """A photograph of what lies about a place, filed for a polygon that may lie elsewhere."""
    there = stood or one
    scene = scenery(album, there, moment)
    stand = stands(scene, there, EYE, stream(album.quarter.seed, f"misused {one.case.key}"))[0]
    a = np.radians(stand.azimuth)
    stand = replace(stand, x=stand.x - back * float(np.sin(a)), y=stand.y - back * float(np.cos(a)))
    view = view_from(scene, stand, there, EYE, SMALL, PHONES[town_of(one)].f35)
    view = _faced(view, turn)
    return expose(album, scene, one, view, moment, phone or PHONES[town_of(one)])


def _faced(view: View, turn: float) -> View:
    return replace(view, azimuth=(view.azimuth + turn) % 360)


def _kept(album: Album, one: Issued, picture: Image.Image, shot: Shot) -> None:
    album.keep(one, jpeg(picture, 78, metadata(shot)), shot)


def _elsewhere(album: Album, one: Issued) -> None:
    if one.case.key in ELSEWHERE:
        x, y = ELSEWHERE[one.case.key]
        moved = affinity.translate(one.outline, x - one.x, y - one.y)
        stood = replace(one, x=x, y=y, outline=moved)
        _kept(album, one, *_taken(album, one, visit_of(one, album.quarter), stood))


def _turned(album: Album, one: Issued) -> None:
    if one.case.key in TURNED:
        _kept(album, one, *_taken(album, one, visit_of(one, album.quarter), turn=178.0, back=150.0))


def _untimely(album: Album, one: Issued) -> None:
    if one.case.key in MOMENTS:
        _kept(album, one, *_taken(album, one, MOMENTS[one.case.key]))


def _redated(album: Album, one: Issued) -> None:
    if one.case.key in REDATED:
        picture, shot = _taken(album, one, REDATED[one.case.key])
        said = replace(shot, moment=visit_of(one, album.quarter))
        album.keep(one, jpeg(picture, 78, metadata(shot)), said)


def _rushed(album: Album, one: Issued) -> None:
    for number, (key, seconds) in enumerate(RUSHED.get(one.case.key, ())):
        there = album.quarter.of(key)
        first = visit_of(there, album.quarter) + timedelta(seconds=7 + seconds)
        phone = PHONES[town_of(there)]
        _kept(album, one, *_taken(album, one, first, turn=11.0 * number, phone=phone))
