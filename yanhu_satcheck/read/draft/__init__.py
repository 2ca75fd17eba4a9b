"""A draft of batch.toml: every file of a folder is looked at, and what is not sure is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yanhu_satcheck.batch import Misread
from yanhu_satcheck.read.draft.head import head_lines, known_days, term_of_batch
from yanhu_satcheck.read.draft.images import Raster, read_rasters
from yanhu_satcheck.read.draft.layers import missing_polygons, stated_crs, table_lines
from yanhu_satcheck.read.draft.lines import Doubt, Line, entry, written
from yanhu_satcheck.read.draft.pairs import Pair, pair_up
from yanhu_satcheck.read.draft.parts import Part, read_parts
from yanhu_satcheck.read.draft.photo_folder import Photos, photo_lines
from yanhu_satcheck.read.draft.rehearse import rehearse
from yanhu_satcheck.read.draft.roles import Chosen, assign, looks_like, polygon_numbers
from yanhu_satcheck.read.draft.scenes import dem_lines, scene_lines
from yanhu_satcheck.read.draft.walk import walk
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import SETTINGS, TABLES
from yanhu_satcheck.terms import SUPPLIES, Words

__all__ = ["Doubt", "Draft", "draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft of batch.toml, and what a person should know of it."""

    text: str
    recognised: tuple[tuple[Words, str], ...]  # what, and from which file
    doubts: tuple[Doubt, ...]  # by line
    unused: tuple[tuple[str, Words], ...]  # files, by name, and why
    missing: tuple[Words, ...]  # what was not found
    usable: bool  # whether the period and the polygons are known
    misreads: tuple[Misread, ...] = field(default=())  # what `check` would say of it


def draft(root: Path) -> Draft:
    """Draft the batch.toml of a folder; nothing is written."""
    folder = Folder(Path(root))
    found = walk(folder)
    parts = read_parts(folder, found)
    rasters = read_rasters(folder, found)
    term = term_of_batch(folder.root, parts)
    chosen = assign(parts, term)
    chosen |= _filing_in_polygons(chosen)
    known = known_days(chosen, term)
    head = head_lines(folder.root, term, chosen, known)
    pairs, idle = pair_up(rasters, known)
    elevation = dem_lines(rasters)
    numbers = polygon_numbers(chosen["polygons"]) if "polygons" in chosen else frozenset[str]()
    pictures = sorted(folder.name(path) for path in found.pictures)
    photos = photo_lines(pictures, numbers, chosen.get("photos"))
    tables = _tables(chosen, parts, rasters, head.region)
    settings = [Line("[settings]"), entry("path", SETTINGS)] if found.settings else []
    scenes = [scene_lines(pair) for pair in pairs]
    text, doubts = written([head.lines, *scenes, elevation.lines, *tables, photos.lines, settings])
    unused = dict(found.unused) | {raster.file: why for raster, why in (*idle, *elevation.left)}
    unused |= dict(photos.unused) | _loose(parts, chosen)
    there = {*chosen} - {"photos"} | ({"scenes"} if pairs else set())
    there |= ({"dem"} if elevation.files else set()) | ({"photos"} if photos.lines else set())
    return Draft(
        text,
        tuple(_recognised(chosen, pairs, elevation.files, photos)),
        doubts,
        tuple(sorted(unused.items())),
        tuple(words for name, words in SUPPLIES.items() if name not in {*there, "archive"}),
        head.has_period and "polygons" in chosen,
        rehearse(folder.root, text),
    )


def _filing_in_polygons(chosen: Mapping[str, Chosen]) -> dict[str, Chosen]:
    """Take the polygons' own table for the filing, where it holds the calls and no other does."""
    if "polygons" not in chosen or "submission" in chosen:
        return {}
    part = chosen["polygons"].part
    holds = {"polygon_id", "legality"} <= part.meant("submission").keys()
    return {"submission": Chosen(part)} if holds else {}


def _tables(
    chosen: Mapping[str, Chosen],
    parts: Sequence[Part],
    rasters: Sequence[Raster],
    region: str,
) -> list[list[Line]]:
    hint = stated_crs([one.part for one in chosen.values()] or parts)
    lines = [] if "polygons" in chosen else [missing_polygons()]
    return lines + [
        table_lines(name, chosen[name], hint, region, rasters) for name in TABLES if name in chosen
    ]


def _loose(parts: Sequence[Part], chosen: Mapping[str, Chosen]) -> dict[str, Words]:
    """Name the parts that were taken for nothing."""
    used = {id(one.part) for one in chosen.values()}
    offered = {id(other): name for name, one in chosen.items() for other in one.others}
    loose = {}
    for part in parts:
        if id(part) in offered:
            what = SUPPLIES[offered[id(part)]]
            loose[part.place] = Words(
                f"也像{what.zh}，已选用另一份", f"it looks like {what.en} too; another was taken"
            )
        elif id(part) not in used:
            name = looks_like(part)
            what = SUPPLIES.get(name, Words("", ""))
            loose[part.place] = (
                Words(f"像{what.zh}，但不属于本期", f"it looks like {what.en}, of another batch")
                if name
                else Words("列名认不出是哪一张表", "its columns say no table")
            )
    return loose


def _recognised(
    chosen: Mapping[str, Chosen],
    pairs: Sequence[Pair],
    elevation: Sequence[str],
    photos: Photos,
) -> Iterator[tuple[Words, str]]:
    for name in TABLES:
        if name in chosen:
            part = chosen[name].part
            yield SUPPLIES[name], f"{part.place} ({len(part.table.rows)})"
    for pair in pairs:
        later = "".join(f" → {one.raster.file}" for one in pair.later)
        yield SUPPLIES["scenes"], f"{pair.before.raster.file} → {pair.after.raster.file}{later}"
    if elevation:
        yield SUPPLIES["dem"], " → ".join(elevation)
    if photos.folder:
        index = f" + {chosen['photos'].part.place}" if "photos" in chosen else ""
        yield SUPPLIES["photos"], f"{photos.folder}/ ({photos.held}){index}"
