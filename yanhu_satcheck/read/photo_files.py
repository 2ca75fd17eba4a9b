"""Evidence photographs: which files there are, what they say, which polygon each belongs to."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from yanhu_satcheck.batch import IssuedPolygon, Photo
from yanhu_satcheck.read.archives import archive_in
from yanhu_satcheck.read.exif import Exif
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.look import Look, look_at
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.read.tables import Record, Records
from yanhu_satcheck.read.values import text
from yanhu_satcheck.runner import Died, Runner, Task, here
from yanhu_satcheck.terms import Words, fold

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".heif"})
_LITTER = frozenset({"thumbs.db", "desktop.ini"})
_WORD = re.compile(r"[0-9A-Z]")
_AGAIN = Words("请重新提供原始照片", "supply the original photograph again")


class _Seen(NamedTuple):
    path: Path
    exif: Exif
    fault: Words | None


def read_photos(
    folder: Folder,
    root: Path,
    index: Records | None,
    polygons: Sequence[IssuedPolygon],
    misreads: Misreads,
    runner: Runner = here,
) -> tuple[Photo, ...]:
    """Read every photograph below the photos folder, and every one that the index lists."""
    numbers = {polygon.key: polygon.id for polygon in reversed(polygons)}
    numbers |= {fold(polygon.id): polygon.id for polygon in polygons}
    files = {p.relative_to(root).as_posix(): p for p in _files(folder, root)}
    seen = _seen(folder, files, runner)
    photos = _listed(index, seen, numbers, root.name, misreads) if index is not None else []
    named = {photo.id for photo in photos}
    for name, look in seen.items():
        if name not in named:
            number = number_in(name, numbers)
            photos.append(_photo(name, look, numbers.get(fold(number)), number, index is None))
    for photo in photos:
        if photo.fault is not None and photo.path is not None:
            misreads.add(
                folder.name(photo.path),
                photo.fault,
                _AGAIN,
                rule="PH04",
                polygon_ids=(photo.polygon_id,) if photo.polygon_id else (),
            )
    return tuple(sorted(photos, key=lambda photo: (photo.id, photo.polygon_id or "")))


def name_others(
    folder: Folder, root: Path, polygons: Sequence[IssuedPolygon], misreads: Misreads
) -> None:
    """Name what lies among the photographs, is none by its ending, and was not read as a table.

    What a system puts there by itself (.DS_Store, Thumbs.db) is nobody's proof and not named.
    """
    numbers = {polygon.key: polygon.id for polygon in reversed(polygons)}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        litter = path.name.startswith((".", "~$")) or path.name.lower() in _LITTER
        if litter or path.is_dir():
            continue
        remedy = Words("请提供照片原件（如 .jpg）", "supply the photograph itself, like .jpg")
        if not folder.holds(path):
            what = Words("指向批次文件夹之外，未读取", "it leads out of the batch folder: not read")
        elif not path.is_file():
            what = Words("不是普通文件，未读取", "it is no ordinary file: not read")
        elif path.suffix.lower() not in _SUFFIXES and not folder.has_read(path):
            what = Words(
                f"{path.suffix or '没有后缀的文件'} 不是照片，未使用",
                f"by its ending ({path.suffix or 'none'}) it is no photograph: not used",
            )
            if (held := archive_in(path)) is not None:
                what = held
                remedy = Words("请把照片解压到该文件夹", "unpack the photographs into this folder")
        else:
            continue
        number = numbers.get(fold(number_in(name, numbers)))
        misreads.add(
            folder.name(path),
            what,
            remedy,
            rule="PH04",
            polygon_ids=(number,) if number else (),
        )


def _files(folder: Folder, root: Path) -> list[Path]:
    return sorted(
        path
        for path in root.rglob("*")
        if path.suffix.lower() in _SUFFIXES and path.is_file() and folder.holds(path)
    )


def _seen(folder: Folder, files: Mapping[str, Path], runner: Runner) -> dict[str, _Seen]:
    """Look at every photograph, and record which file it was."""
    tasks = (Task(look_at, (path,), path.stat().st_size) for path in files.values())
    seen = {}
    for (name, path), found in zip(files.items(), runner.map(tasks), strict=True):
        if isinstance(found, Look):
            folder.record_as(path, found.sha256, found.bytes)
            seen[name] = _Seen(path, found.exif, found.fault)
        elif isinstance(found, Died):
            folder.record(path)
            seen[name] = _Seen(path, Exif(), found.why)
        else:
            raise found
    return seen


def _listed(
    index: Records,
    seen: Mapping[str, _Seen],
    numbers: Mapping[str, str],
    root: str,
    misreads: Misreads,
) -> list[Photo]:
    paths, bare = _by_name(seen)
    photos: dict[tuple[str, str], Photo] = {}
    for record in index.rows:
        said = str(record.values["file"])
        exact = said.replace("\\", "/").removeprefix("./")
        wanted = exact.casefold()
        found = exact if exact in seen else paths.get(wanted)
        found = found or paths.get(wanted.removeprefix(f"{root.casefold()}/"))
        fits = [found] if found else bare[wanted] if "/" not in wanted else []
        problem = None
        if not said:
            problem = Words("没有文件名", "no file is named")
        elif len(fits) > 1:
            problem = Words(
                f"有 {len(fits)} 个文件都叫 {said}", f"{len(fits)} files are called {said}"
            )
        name = fits[0] if len(fits) == 1 else said.replace("\\", "/").removeprefix("./")
        number = str(record.values["polygon_id"]) or number_in(name, numbers)
        photo = _photo(name, seen.get(name), numbers.get(fold(number)), number, True, record)
        if problem is None and (photo.id, fold(number)) in photos:
            problem = Words(f"{said} 重复登记", f"{said} is listed twice for one polygon")
        _name_impossible(index, record, misreads)
        if problem is not None:
            misreads.add(
                index.table.file,
                problem,
                Words(
                    "请写出 photos 文件夹下的完整路径，一行一张",
                    "write its path below photos, a row each",
                ),
                row=record.row.number,
                rule="PH04",
                polygon_ids=(photo.polygon_id,) if photo.polygon_id else (),
            )
        if said:
            photos.setdefault((photo.id, fold(number)), photo)
    return list(photos.values())


def _name_impossible(index: Records, record: Record, misreads: Misreads) -> None:
    said = record.values
    lon, lat, azimuth = said["lon"], said["lat"], said["azimuth"]
    wrong = "lon" if (lon is None) != (lat is None) or (lon and not _place(lon, lat)) else ""
    if azimuth is not None and not 0 <= azimuth <= 360:
        wrong = "azimuth"
    if wrong and wrong in index.places:
        misreads.add(
            index.table.file,
            Words(
                f"{said[wrong]} 超出范围或不完整", f"{said[wrong]} is out of range or incomplete"
            ),
            Words("经纬度以度计，方位角 0–360", "give both degrees; a bearing lies within 0–360"),
            row=record.row.number,
            column=index.places[wrong].header,
        )


def _by_name(seen: Mapping[str, _Seen]) -> tuple[dict[str, str], dict[str, list[str]]]:
    bare: dict[str, list[str]] = defaultdict(list)
    for name in seen:
        bare[name.rsplit("/", 1)[-1].casefold()].append(name)
    return {name.casefold(): name for name in reversed(list(seen))}, bare


def _photo(
    name: str,
    look: _Seen | None,
    polygon_id: str | None,
    number: str,
    listed: bool,
    record: Record | None = None,
) -> Photo:
    exif = look.exif if look is not None else Exif()
    said: Mapping[str, Any] = record.values if record is not None else {}
    lonlat = (said.get("lon"), said.get("lat"))
    azimuth = said.get("azimuth")
    usable = azimuth is not None and 0 <= azimuth <= 360
    ref = text(said.get("azimuth_ref")).upper()[:1]
    return Photo(
        id=name,
        path=look.path if look is not None else None,
        polygon_id=polygon_id,
        listed=listed,
        named_polygon=number,
        fault=look.fault if look is not None else None,
        taken_at=said.get("taken_at") or exif.taken_at,
        lonlat=_place(*lonlat) or exif.lonlat,
        azimuth=float(azimuth) % 360 if azimuth is not None and usable else exif.azimuth,
        azimuth_ref={"T": "T", "真": "T", "M": "M", "磁": "M"}.get(ref, "")
        or ("" if usable else exif.azimuth_ref),
        taken_by=str(said.get("taken_by") or ""),
        camera=exif.camera,
        focal_35mm=exif.focal_35mm,
        has_exif=exif.present,
        row=record.row.number if record is not None else None,
        recorded=exif.recorded,
    )


def _place(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    if lon is None or lat is None or lon == lat == 0:
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None  # NaN is neither


def number_in(name: str, numbers: Mapping[str, str]) -> str:
    """Give the polygon's number that a photograph's folder is, or that its name holds."""
    *folders, bare = fold(name).split("/")
    for part in reversed(folders):
        if part in numbers:
            return numbers[part]
    for part in (bare.rsplit(".", 1)[0], *reversed(folders)):
        if number := _held(part, numbers):
            return number
    return ""


def _held(part: str, numbers: Mapping[str, str]) -> str:
    # A number starts and ends where letters and digits do: JC1 is not in JC12.
    edges = [
        at
        for at in range(len(part) + 1)
        if not (0 < at < len(part) and _WORD.match(part[at - 1]) and _WORD.match(part[at]))
    ]
    spans = sorted(
        ((start, end) for start in edges for end in edges if start < end),
        key=lambda span: (span[0] - span[1], span[0]),
    )
    return next((numbers[part[a:b]] for a, b in spans if part[a:b] in numbers), "")
