"""The real pairs as ground to be judged: which polygons are issued on them, and what is true there.

Nothing here looks at a label to draw a polygon, except where somebody digitised the change: then
that outline is taken. Elsewhere a polygon is what a technician who issues them would draw, who
sees two pictures and no label: the outline of the largest region that changed, if one of 30 cells
did. The middle square of every patch and random footprints stand beside them.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.features import shapes as pieces
from rasterio.transform import Affine
from scipy import ndimage
from scipy.stats import chi2
from shapely import box, union_all
from shapely.affinity import rotate, translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.window import moved

MINING, QUIET, APART = "mining", "quiet", "apart"
TRUTH = {  # what was seen by eye: whether it is new mining, must be left alone, or neither
    "mining_new": MINING,
    "mining_expand": MINING,
    "openpit_expand": MINING,
    "mining_ongoing": APART,
    "openpit_active": APART,
    "pit_flooded": APART,
    "tailings_change": APART,
    "mud_flow": QUIET,
    "invalid_nodata": APART,
}
"""Everything that is not named here is no mining: nobody may be accused of it there."""

FEWEST = 30  # cells that a region must have to be drawn
WEST, NORTH = 500_000.0, 9_000_000.0  # where the sheet is laid
STRENGTHS = (
    3.0,
    4.0,
    6.0,
    9.0,
    14.0,
)  # sigmas by which a cell must change to be drawn: the first that serves
SIX = ("blue", "green", "red", "nir", "swir1", "swir2")
Stack = NDArray[np.float32]


class Site(NamedTuple):
    """One polygon that is issued, and what is known of the ground under it."""

    name: str
    lonlat: BaseGeometry
    kind: str  # as labelled by eye, or what the pair is known to show
    stratum: str  # how the pair was chosen: selected, random, other
    drawn: str  # digitised, outlined, square, seeded
    cells: float  # of the before image

    @property
    def truth(self) -> str:
        """Whether new mining is to be found here, nobody may be accused, or neither."""
        return TRUTH.get(self.kind, QUIET)


class Image(NamedTuple):
    """One file of a pair, as the manifest is to have it."""

    path: Path
    date: str
    mask: Path | None = None


class Pair(NamedTuple):
    """Two images and what the manifest says of them."""

    before: Image
    after: Image
    bands: tuple[str, ...] = SIX
    scale: float | None = None
    offset: float = 0.0
    clear_bits: tuple[int, ...] = ()
    later: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """The pairs and polygons of one batch."""

    name: str
    sensor: str
    crs: str
    pairs: tuple[Pair, ...]
    sites: tuple[Site, ...] = field(repr=False)
    dem: Path | None = None


def worlds(root: Path, scratch: Path) -> Iterator[World]:
    """Every usable pair of the shared data as batches; NDVI alone (Slovenia) is no image.

    `scratch` is a folder for the images that are pieced together.
    """
    yield patches(root / "s2_amazon_patches", square=False)
    yield patches(root / "s2_amazon_patches", square=True)
    yield sheet(root / "s2_amazon_patches", scratch)
    for make in (
        brumadinho,
        coldsprings,
        taizhou,
        pennsylvania,
        naip,
        recovery,
        burn,
        river,
        alert,
    ):
        yield make(root)


def patches(folder: Path, square: bool) -> World:
    """The Amazon patches, each a scene of its own; with `square`, the middle of every one."""
    rows = list(csv.DictReader((folder / "index.csv").read_text(encoding="utf-8").splitlines()))
    pairs, sites = [], []
    for row in rows:
        place = folder / row["sample_id"]
        pair = _two(place, (row["t0"][:10], row["t1"][-10:]), scale=1e-4)
        drawn, ground = _patch_outline(place, int(row["epsg"]), pair, square)
        if ground is None:
            continue
        pairs.append(pair)
        kind, stratum = row["review_label"], row["stratum"]
        sites.append(_site(row["sample_id"], ground, kind, stratum, drawn, int(row["epsg"]), 100))
    name = "patches, middle square" if square else "patches"
    return World(name, "Sentinel-2", "EPSG:32720", tuple(pairs), tuple(sites))


def sheet(folder: Path, scratch: Path) -> World:
    """All patches side by side in one scene, ten in a row: a scene that is large enough to judge.

    Ground of one sensor and biome stands for a county's scene; that the patches lie far apart makes
    it more mixed than a county is.
    """
    alone = patches(folder, square=False).sites, patches(folder, square=True).sites
    drawn = {site.name: site for group in alone[::-1] for site in group}
    sites, stacks = [], [np.zeros((6, -(-len(drawn) // 10) * 48, 480), np.int16) for _ in range(2)]
    rows = list(csv.DictReader((folder / "index.csv").read_text(encoding="utf-8").splitlines()))
    for i, row in enumerate(rows):
        (down, right), site = divmod(i, 10), drawn[row["sample_id"]]
        for stack, when in zip(stacks, ("before", "after"), strict=True):
            with rasterio.open(folder / site.name / f"{when}.tif") as file:
                stack[:, down * 48 : down * 48 + 48, right * 48 : right * 48 + 48] = file.read()
                corner = file.transform.c, file.transform.f
        ground = moved(site.lonlat, "EPSG:4326", f"EPSG:{row['epsg']}")
        ground = translate(ground, WEST + right * 480 - corner[0], NORTH - down * 480 - corner[1])
        sites.append(site._replace(lonlat=moved(ground, "EPSG:32720", "EPSG:4326")))
    options = {"driver": "GTiff", "crs": "EPSG:32720", "nodata": 0, "dtype": "int16", "count": 6}
    images = []
    for stack, day in zip(stacks, ("2018-07-01", "2021-12-31"), strict=True):
        images.append(Image(scratch / f"sheet-{day}.tif", day))
        size = {"height": stack.shape[1], "width": stack.shape[2]}
        place = Affine(10, 0, WEST, 0, -10, NORTH)
        with rasterio.open(images[-1].path, "w", transform=place, **options, **size) as file:
            file.write(stack)
    pair = Pair(images[0], images[1], scale=1e-4)
    return World("patches, one sheet", "Sentinel-2", "EPSG:32720", (pair,), tuple(sites))


def _patch_outline(
    place: Path, epsg: int, pair: Pair, square: bool
) -> tuple[str, BaseGeometry | None]:
    stacks, transform = _read(pair)
    if square:
        return "square", _middle(stacks[0].shape[1:], transform)
    if (place / "mask.geojson").exists():
        return "digitised", moved(_geojson(place / "mask.geojson"), "EPSG:4326", f"EPSG:{epsg}")
    found = outlines(*stacks, transform, 1)
    return "outlined", found[0] if found else None


def brumadinho(root: Path) -> World:
    """A dam failure: its mud flow is a disaster, and no pseudo-change."""
    folder, epsg = root / "brumadinho_damfailure_2019", 32723
    pair = _two(folder, ("2019-01-14", "2019-01-30"), scale=2.75e-5, offset=-0.2)
    mud = moved(_geojson(folder / "mask.geojson"), "EPSG:4326", f"EPSG:{epsg}")
    sites = [_site("flow", mud, "mud_flow", "other", "digitised", epsg, 900)]
    sites += _seeded(pair, epsg, "no_change", 20, 5, away=mud.buffer(300))
    return World("brumadinho", "Landsat 8", f"EPSG:{epsg}", (pair,), tuple(sites))


def coldsprings(root: Path) -> World:
    """A wildfire, partly under cloud before."""
    folder, epsg = root / "coldsprings_fire_2016", 32613
    qa = [folder / f"{when}_pixel_qa.tif" for when in ("before", "after")]
    days = ("2016-07-07", "2016-07-23")
    pair = _two(folder, days, masks=qa, scale=1e-4, clear_bits=(3, 5))
    fire = moved(_geojson(folder / "mask.geojson"), "EPSG:4326", f"EPSG:{epsg}")
    sites = [_site("fire", fire, "burnt", "other", "digitised", epsg, 900)]
    sites += _seeded(pair, epsg, "burnt", 8, 6, within=fire)
    sites += _seeded(pair, epsg, "no_change", 20, 7, away=fire.buffer(100))
    return World("coldsprings", "Landsat 8", f"EPSG:{epsg}", (pair,), tuple(sites))


def taizhou(root: Path) -> World:
    """A growing city, labelled; and labelled ground that did not change."""
    folder, epsg = root / "landsat_taizhou_2000_2003", 32651
    pair = _two(folder, ("2000-03-17", "2003-02-06"))
    with rasterio.open(folder / "mask.tif") as file:
        labels, transform = file.read(1), file.transform
    sites = [
        _site(f"city{i:02}", ground, "city_growth", "other", "digitised", epsg, 900)
        for i, ground in enumerate(_regions(labels == 1, transform, 25))
    ]
    same = union_all(_regions(labels == 0, transform, 25))
    sites += _seeded(pair, epsg, "no_change", 20, 8, within=same, least=0.7)
    return World("taizhou", "Landsat 7", f"EPSG:{epsg}", (pair,), tuple(sites))


def pennsylvania(root: Path) -> World:
    """July and November of one year: season and the shadow of relief."""
    folder, epsg = root / "landsat_pa_jul_nov_2002", 32618
    pair = _two(folder, ("2002-07-20", "2002-11-25"))
    sites = _seeded(pair, epsg, "season", 40, 9) + _outlined(pair, epsg, "season", 10)
    crs = f"EPSG:{epsg}"
    return World("pennsylvania", "Landsat 7", crs, (pair,), tuple(sites), folder / "dem.tif")


def naip(root: Path) -> World:
    """Aerial photographs of farmland and ponds, July and September."""
    folder, epsg = root / "naip_wet_2014_2015", 26914
    pair = _two(folder, ("2014-07-15", "2015-09-25"), bands=("red", "green", "blue", "nir"))
    sites = _seeded(pair, epsg, "season", 40, 10, cells=(150, 900))
    sites += _outlined(pair, epsg, "season_or_water", 15)
    return World("naip", "aerial", f"EPSG:{epsg}", (pair,), tuple(sites))


def recovery(root: Path) -> World:
    """Ground that greens again after a fire: what restoration looks like."""
    return _bc06(root, "2006", "2010", "regrowth", "bc06 recovery")


def burn(root: Path) -> World:
    """The fire itself, with follow-up years."""
    return _bc06(root, "2004", "2006", "burnt", "bc06 fire", ("2008", "2010"))


def _bc06(root: Path, one: str, two: str, kind: str, name: str, later: Sequence[str] = ()) -> World:
    folder, epsg = root / "bc06_wildfire_recovery_2002_2010", 26910
    images = [Image(folder / "series" / f"{y}.tif", f"{y}-07-31") for y in (one, two, *later)]
    pair = Pair(images[0], images[1], scale=1.0, later=tuple(images[2:]))
    text = _layer(folder / "test_multiple_polygons.gpkg")
    sites = [
        _site(f"{kind}{i}", g, kind, "other", "digitised", epsg, 100) for i, g in enumerate(text)
    ]
    sites += _seeded(pair, epsg, kind, 15, 11)
    return World(name, "Landsat series", f"EPSG:{epsg}", (pair,), tuple(sites))


def river(root: Path) -> World:
    """A meandering river and its bars over twenty years, display-scaled, 90 m."""
    folder, epsg = root / "pucallpa_landsat_series_1985_2020", 32718
    pair = _two(folder, ("2000-07-01", "2020-07-01"), bands=("swir1", "nir", "red", "green"))
    sites = _seeded(pair, epsg, "no_change", 20, 12) + _outlined(pair, epsg, "river_or_city", 25)
    return World("pucallpa", "Landsat display", f"EPSG:{epsg}", (pair,), tuple(sites))


def alert(root: Path) -> World:
    """A gold-mining alert by radar, under haze on both dates: cannot be judged by eye."""
    folder, epsg = root / "gold_alert_suriname_2022_2023", 32621
    pair = _two(folder, ("2022-09-15", "2023-09-15"), bands=("swir1", "nir", "red"))
    ground = moved(_geojson(folder / "mask.geojson"), "EPSG:4326", f"EPSG:{epsg}")
    sites = [_site("alert", ground, "hazy_alert", "other", "digitised", epsg, 100)]
    sites += _seeded(pair, epsg, "haze", 15, 13)
    return World("gold alert", "Sentinel-2 display", f"EPSG:{epsg}", (pair,), tuple(sites))


def outlines(before: Stack, after: Stack, transform: Affine, count: int) -> list[BaseGeometry]:
    """The largest regions that changed, as a technician who sees two pictures would draw them.

    Bands (p, h, w) are differenced, centred and scaled by their own median and spread, so that
    haze and light do not count; then the root mean square over bands, smoothed over 3 × 3 cells,
    in units of what the calmest quarter of the picture does by chance. The line is raised until
    no region takes more than two fifths of the picture: a polygon is a part of it.
    """
    seen = np.isfinite(before).all(axis=0) & np.isfinite(after).all(axis=0)
    if not seen.any():
        return []
    apart = after - before
    middle = np.median(apart[:, seen], axis=1)[:, None, None]
    spread = 1.4826 * np.median(np.abs(apart - middle)[:, seen], axis=1)[:, None, None]
    strength = np.sqrt((((apart - middle) / np.maximum(spread, 1e-6)) ** 2).mean(axis=0))
    calm = float(np.quantile(strength[seen], 0.25))
    strength *= (chi2.ppf(0.25, len(apart)) / len(apart)) ** 0.5 / max(calm, 1e-6)
    smooth = ndimage.uniform_filter(np.where(seen, strength, 0), 3)
    for line in STRENGTHS:
        changed = ndimage.binary_opening((smooth > line) & seen, np.ones((3, 3), bool))
        found = _regions(ndimage.binary_fill_holes(changed), transform, FEWEST)
        if not found or found[0].area < 0.4 * seen.sum() * abs(transform.determinant):
            return found[:count]
    return found[:count]


def _regions(mask: NDArray[np.bool_], transform: Affine, fewest: int) -> list[BaseGeometry]:
    """The outlines of a mask's connected regions, the largest first, corners cut by half a cell."""
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    keep = [i + 1 for i in np.argsort(-sizes, kind="stable") if sizes[i] >= fewest]
    side = abs(transform.a)
    found = {}
    for drawn, label in pieces(labels.astype(np.int32), mask, transform=transform):
        found[int(label)] = shape(drawn).simplify(side / 2).buffer(0)
    return [found[label] for label in keep]


def _outlined(pair: Pair, epsg: int, kind: str, count: int) -> list[Site]:
    stacks, transform = _read(pair)
    crs = _crs(pair)
    ground = [moved(g, crs, f"EPSG:{epsg}") for g in outlines(*stacks, transform, count)]
    area = _cell_m2(pair, epsg)
    return [
        _site(f"change{i:02}", g, kind, "other", "outlined", epsg, area)
        for i, g in enumerate(ground)
    ]


def _seeded(
    pair: Pair,
    epsg: int,
    kind: str,
    count: int,
    seed: int,
    cells: tuple[float, float] = (40, 250),
    within: BaseGeometry | None = None,
    away: BaseGeometry | None = None,
    least: float = 0.95,
) -> list[Site]:
    """Rectangles of any bearing, 1 to 3 times as long as wide, seeded, inside what both show."""
    random, area = np.random.default_rng(seed), _cell_m2(pair, epsg)
    with rasterio.open(pair.before.path) as file:
        frame = moved(box(*file.bounds), file.crs.to_wkt(), f"EPSG:{epsg}")
    x0, y0, x1, y1 = (within or frame).bounds
    sites: list[Site] = []
    for _ in range(200 * count):
        size = area * np.exp(random.uniform(*np.log(cells)))
        length = (size * random.uniform(1, 3)) ** 0.5
        ground = rotate(box(0, 0, length, size / length), random.uniform(0, 180), origin=(0, 0))
        ground = translate(ground, random.uniform(x0, x1), random.uniform(y0, y1))
        inside = within is None or ground.intersection(within).area >= least * ground.area
        if not inside or not frame.contains(ground) or (away and ground.intersects(away)):
            continue
        name = f"{kind}{seed}-{len(sites):02}"
        sites.append(_site(name, ground, kind, "other", "seeded", epsg, area))
        if len(sites) == count:
            break
    return sites


def _site(
    name: str, ground: BaseGeometry, kind: str, stratum: str, drawn: str, epsg: int, cell: float
) -> Site:
    """A site from ground in metres; `cell` is the area of the image's cell."""
    lonlat = moved(ground, f"EPSG:{epsg}", "EPSG:4326")
    return Site(name, lonlat, kind, stratum, drawn, ground.area / cell)


def _two(folder: Path, days: tuple[str, str], **more: Any) -> Pair:
    masks = more.pop("masks", (None, None))
    one, two = (
        Image(folder / f"{when}.tif", day, mask)
        for when, day, mask in zip(("before", "after"), days, masks, strict=True)
    )
    return Pair(one, two, **more)


def _read(pair: Pair) -> tuple[tuple[Stack, Stack], Affine]:
    stacks = []
    for image in (pair.before, pair.after):
        with rasterio.open(image.path) as file:
            stack = file.read().astype(np.float32)
            stack[:, (stack == 0).all(axis=0)] = np.nan
            stacks.append(stack)
            transform = file.transform
    return (stacks[0], stacks[1]), transform


def _crs(pair: Pair) -> str:
    with rasterio.open(pair.before.path) as file:
        return str(file.crs.to_wkt())


def _cell_m2(pair: Pair, epsg: int) -> float:
    with rasterio.open(pair.before.path) as file:
        ground = moved(box(*file.bounds), file.crs.to_wkt(), f"EPSG:{epsg}")
        return float(ground.area / (file.width * file.height))


def _middle(size: Sequence[int], transform: Affine) -> BaseGeometry:
    """The middle square of 60 % of a picture's side."""
    height, width = size
    x0, y0 = transform @ (0.2 * width, 0.2 * height)
    x1, y1 = transform @ (0.8 * width, 0.8 * height)
    return box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _geojson(path: Path) -> BaseGeometry:
    read = json.loads(path.read_text(encoding="utf-8"))
    return union_all([shape(f["geometry"]) for f in read["features"]])


def _layer(path: Path) -> list[BaseGeometry]:
    import geopandas

    return list(geopandas.read_file(path).geometry)
