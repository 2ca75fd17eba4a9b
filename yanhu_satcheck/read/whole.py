"""The whole batch: what is declared is read, what is wrong collected, what is missing named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import shapely
from pyproj import CRS
from shapely.geometry import Polygon

from yanhu_satcheck.batch import Batch, Cell, IssuedPolygon, Photo
from yanhu_satcheck.read import crs as crses
from yanhu_satcheck.read import records as papers
from yanhu_satcheck.read.ahead import name_ahead
from yanhu_satcheck.read.declared import read_declared
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import NAME, TABLES
from yanhu_satcheck.read.manifest import Manifest, read_manifest
from yanhu_satcheck.read.misreads import Misreads, Unreadable, nothing_to_audit
from yanhu_satcheck.read.photo_files import name_others, read_photos
from yanhu_satcheck.read.polygons import centre, issued, settle_layer
from yanhu_satcheck.read.rasters import Rasters
from yanhu_satcheck.read.scenes import Scenery
from yanhu_satcheck.read.suppressions import read_pardons
from yanhu_satcheck.read.tables import Records
from yanhu_satcheck.read.toml import parse
from yanhu_satcheck.runner import Runner, here
from yanhu_satcheck.terms import Words

_DRAWN: dict[str, Callable[..., tuple[Any, ...]]] = {
    "permits": papers.licences,
    "hazards": papers.hazards,
    "restoration": papers.approvals,
    "projects": papers.approvals,
    "key_areas": papers.key_areas,
}
_LISTED: dict[str, Callable[..., tuple[Any, ...]]] = {
    "rectification": papers.ledger,
    "patrols": papers.patrols,
    "blacklist": papers.blacklisted,
    "lookback": papers.lookbacks,
}


_NOWHERE = CRS(crses.CGCS2000)  # works without polygons: no zone, so it hints at none


class _Reading(NamedTuple):
    """What every step needs: the folder, the manifest, where to note what is wrong, who opens."""

    folder: Folder
    said: Manifest
    misreads: Misreads
    runner: Runner


def read_batch(folder: Path, runner: Runner = here) -> Batch:
    """Read a batch folder, once and whole; `runner` opens what may be hostile.

    Raises:
        NothingToAudit: batch.toml cannot be read, or no polygon is usable; the message holds
            every misread of the whole batch.
    """
    inside, misreads = Folder(Path(folder)), Misreads()
    return read_declared_batch(inside, read_manifest(inside, misreads), misreads, runner)


def read_declared_batch(
    inside: Folder, said: Manifest, misreads: Misreads, runner: Runner = here
) -> Batch:
    """Read what a manifest declares of a folder.

    Raises:
        NothingToAudit: No polygon is usable; the message holds every misread.
    """
    reading = _Reading(inside, said, misreads, runner)
    polygons, work, blank = _polygons(reading)
    found: dict[str, Any] = {name: () for name in TABLES}
    supplied, read_from = {"polygons"}, dict[str, str]()
    columns: tuple[str, ...] = ()
    above: tuple[tuple[Cell, ...], ...] = ()
    call: int | None = None
    for name in TABLES[1:]:
        records = read_declared(inside, said.tables.get(name), misreads, runner)
        rows = None if records is None else _nouns(reading, records, work)
        if records is None or rows is None:
            continue
        found[name] = rows
        supplied.add(name)
        read_from[name] = records.table.file
        blank |= {f"{name}.{column}" for column in records.blank_columns()}
        if name == "submission":
            columns, above = records.table.headers, records.table.above
            call = records.places["legality"].index if "legality" in records.places else None
    if polygons:
        read_from["polygons"] = str(said.tables["polygons"].path).replace("\\", "/")
    name_ahead({**found, "polygons": polygons}, read_from, said.as_of, misreads)
    photos = _photos(reading, polygons)
    if photos is not None:
        supplied.add("photos")
        blank |= _blank_of_photos(photos)
    footprints = [p.footprint for p in polygons if p.footprint is not None]
    extent = shapely.box(*shapely.total_bounds(footprints)) if footprints else Polygon()
    rasters = Rasters(inside, misreads, runner, _code(work), extent)
    scenery = Scenery(inside, misreads, rasters)
    scenes, elevation = scenery.scenes(said.scenes), scenery.elevation(said.dem)
    supplied |= {"scenes"} if scenes else set()
    supplied |= {"dem"} if elevation.before or elevation.after else set()
    settings, pardons = _settings(reading), read_pardons(inside, misreads)
    if photos is not None and said.photos is not None:
        name_others(inside, inside.locate(said.photos.path), polygons, misreads)
    if not said.usable:
        why = Words("batch.toml 不完整，无法审核", "batch.toml does not say enough to audit by")
        raise nothing_to_audit(str(inside.root), why, misreads.all())
    if not footprints:
        why = Words("没有可用的图斑", "no polygon can be used")
        raise nothing_to_audit(str(inside.root), why, misreads.all())
    guessed = {one.file for one in misreads.all() if one.rule == "DQ04" and one.row is None}
    missing = frozenset({*TABLES, "scenes", "dem", "photos"} - supplied)
    return Batch(
        id=said.id,
        root=inside.root,
        region=said.region,
        period=said.period,
        as_of=said.as_of,
        crs=_code(work),
        polygons=polygons,
        filing_columns=columns,
        filing_call=call,
        filing_above=above,
        submissions=found["submission"],
        photos=photos or (),
        photo_crs=said.photo_crs,
        permits=found["permits"],
        ledger=found["rectification"],
        hazards=found["hazards"],
        restoration=found["restoration"],
        projects=found["projects"],
        patrols=found["patrols"],
        blacklist=found["blacklist"],
        lookback=found["lookback"],
        key_areas=found["key_areas"],
        scenes=scenes,
        elevation=elevation,
        settings=settings,
        not_supplied=missing,
        unusable=missing & said.declared,
        blank_columns=frozenset(blank),
        inputs=inside.inputs,
        misreads=misreads.all(),
        crs_in_doubt=frozenset(name for name, file in read_from.items() if file in guessed),
        pardons=pardons,
    )


def _polygons(reading: _Reading) -> tuple[tuple[IssuedPolygon, ...], CRS, set[str]]:
    """Read the polygons, and settle the CRS that all layers are carried into.

    Where there are none the other layers are still read, so that all misreads are told at once.
    """
    declared, misreads = reading.said.tables.get("polygons"), reading.misreads
    work = _declared_crs(reading)
    records = read_declared(reading.folder, declared, misreads, reading.runner)
    lost: tuple[tuple[IssuedPolygon, ...], CRS, set[str]] = ((), work or _NOWHERE, set())
    if declared is None or records is None:
        return lost
    try:
        settled = settle_layer(
            records.table, declared.crs, work, reading.said.region, misreads, areal=True
        )
        work = work or crses.working(centre(records.table, settled))
    except Unreadable as fault:
        misreads.note(records.table.file, fault, whole=True)
        return lost
    polygons = issued(records, settled, work, misreads)
    blank = records.blank_columns()
    if "area" not in blank or "area_mu" not in blank:
        blank.discard("area_m2")
    return polygons, work, {f"polygons.{name}" for name in blank - {"area", "area_mu"}}


def _declared_crs(reading: _Reading) -> CRS | None:
    if reading.said.crs is None:
        return None
    try:
        crs = crses.parse(reading.said.crs)
        crses.to_degrees(crs)
        if crs.is_projected and crs.axis_info[0].unit_name in ("metre", "meter"):
            return crs
        raise Unreadable(
            Words(
                f"工作坐标系 {crses.called(crs).zh} 不是以米为单位的投影",
                f"{crs.name} is not projected in metres",
            ),
            Words("请写投影坐标系，如 EPSG:4546", "give a projected one, like EPSG:4546"),
            "DQ04",
        )
    except Unreadable as fault:
        reading.misreads.note(NAME, fault, column="batch.crs")
        return None


def _code(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def _nouns(reading: _Reading, records: Records, work: CRS) -> tuple[Any, ...] | None:
    name, misreads, said = records.table.name, reading.misreads, reading.said
    if name == "submission":
        return papers.submissions(records, said.period[1], misreads)
    if name in _LISTED:
        return _LISTED[name](records, misreads)
    try:
        drawn = papers.shapes(records, said.tables[name].crs, work, said.region, misreads)
    except Unreadable as fault:
        misreads.note(records.table.file, fault, whole=True)
        return None
    return _DRAWN[name](records, drawn, misreads)


def _photos(reading: _Reading, polygons: tuple[IssuedPolygon, ...]) -> tuple[Photo, ...] | None:
    declared, misreads = reading.said.photos, reading.misreads
    if declared is None:
        return None
    index = read_declared(reading.folder, reading.said.photo_index, misreads, reading.runner)
    try:
        root = reading.folder.locate(declared.path)
        if not root.is_dir():
            raise Unreadable(
                Words(f"{declared.path} 不是文件夹", f"{declared.path} is no folder"),
                Words("请写照片所在的文件夹", "give the folder of the photographs"),
            )
    except Unreadable as fault:
        misreads.note(str(declared.path).replace("\\", "/"), fault, whole=True)
        return None
    return read_photos(reading.folder, root, index, polygons, misreads, reading.runner)


def _blank_of_photos(photos: tuple[Photo, ...]) -> set[str]:
    blank = {
        f"photos.{name}"
        for name in ("taken_at", "azimuth", "azimuth_ref", "taken_by")
        if all(getattr(photo, name) in (None, "") for photo in photos)
    }
    if all(photo.lonlat is None for photo in photos):
        blank |= {"photos.lon", "photos.lat"}
    return blank


def _settings(reading: _Reading) -> dict[str, Any]:
    if reading.said.settings is None:
        return {}
    file = str(reading.said.settings).replace("\\", "/")
    try:
        path = reading.folder.file(reading.said.settings)
    except Unreadable as fault:
        reading.misreads.note(file, fault, whole=True)
        return {}
    try:
        return parse(path.read_bytes())
    except Unreadable as fault:
        remedy = Words(
            f"{fault.remedy.zh}；在此之前使用默认值",
            f"{fault.remedy.en}; until then the defaults hold",
        )
        reading.misreads.add(file, fault.what, remedy, whole=True)
    return {}
