"""A made quarter as a batch folder, file by file."""

from pathlib import Path

import numpy as np

from yanhu_satcheck.sample.imagery import write as write_raster

from . import papers
from .conditions import Conditions, drawn
from .heights import KINDS, modelled
from .pictures import Picture, picture
from .quarter import Quarter, quarter
from .truth import truth, write_truth

NAMES = ("before", "after", "later")


def write(folder: Path, seed: int, side: float | None = None) -> None:
    """Make the quarter of a seed and write all that it hands in, and its truth."""
    folder.mkdir(parents=True)
    made = quarter(drawn(seed), side)
    pictures = _scenes(made, folder)
    _heights(made, folder)
    for table in (
        papers.polygons,
        papers.submission,
        papers.permits,
        papers.approvals,
        papers.ledger,
    ):
        table(made, folder)
    (folder / "batch.toml").write_text(manifest(made), encoding="utf-8")
    write_truth(truth(made, pictures), folder)


def _scenes(made: Quarter, folder: Path) -> dict[int, Picture]:
    (folder / "scenes").mkdir()
    c, found = made.conditions, dict[int, Picture]()
    for number, land in enumerate(made.lands):
        one = found[number] = picture(c, number, land)
        path, how = folder / f"scenes/{NAMES[number]}.tif", {"nodata": 0, "zlevel": 1}
        write_raster(path, one.grid, one.numbers, c.sensor.bands, **how)
        if c.masked:
            path = folder / f"scenes/{NAMES[number]}_mask.tif"
            write_raster(path, one.grid, one.mask[None], ("mask",), predictor=1, zlevel=1)
    return found


def _heights(made: Quarter, folder: Path) -> None:
    count = len(KINDS[made.conditions.heights])
    if count:
        (folder / "dem").mkdir()
    for number in range(count):
        grid, z, _ = modelled(made.conditions, number, made.lands[number])
        rounded = np.round(z * 64) / 64
        path = folder / f"dem/{NAMES[number]}.tif"
        more = {"predictor": 3, "nodata": -9999.0, "zlevel": 1}
        write_raster(path, grid, rounded.astype(np.float32)[None], ("elevation",), **more)


def manifest(made: Quarter) -> str:
    """The batch.toml of a made quarter."""
    c = made.conditions
    ends = papers.dates_of(made)[2]
    starts = ends.replace(month=ends.month - 2, day=1)
    bands = ", ".join(f'"{band}"' for band in c.sensor.bands)
    scale = f"scale = {c.sensor.scale}\noffset = {c.sensor.offset}\n" if c.sensor.scale else ""
    images = "".join(f"{NAMES[n]} = {_image(c, n)}\n" for n in (0, 1))
    later = f"later = [{_image(c, 2)}]\n" if c.follow_up else ""
    return (
        f"# Made ground, seed {c.seed}; every place and name in it is invented.\n"
        f'[batch]\nid = "{ends.year}Q{ends.month // 3}"\nregion = "140802"\n'
        f'period = ["{starts}", "{ends}"]\nas_of = "{ends}"\ncrs = "EPSG:4546"\n\n'
        f"[[scenes]]\n{images}{later}bands = [{bands}]\n{scale}"
        f"position_sigma = {max(2.0, 0.4 * c.sensor.cell)}\n\n"
        f"{_dem(c)}"
        '[polygons]\npath = "polygons.gpkg"\n\n[submission]\npath = "submission.csv"\n\n'
        '[permits]\npath = "permits.gpkg"\n\n[restoration]\npath = "restoration.gpkg"\n\n'
        '[projects]\npath = "projects.gpkg"\n\n[rectification]\npath = "rectification.csv"\n'
    )


def _image(c: Conditions, number: int) -> str:
    name = NAMES[number]
    mask = f', mask = {{ path = "scenes/{name}_mask.tif", clear = [0] }}' if c.masked else ""
    return f'{{ path = "scenes/{name}.tif", date = "{c.seasons[number].day}"{mask} }}'


def _dem(c: Conditions) -> str:
    kinds = KINDS[c.heights]
    if not kinds:
        return ""
    lines = [
        f'{NAMES[n]} = {{ path = "dem/{NAMES[n]}.tif", date = "{c.seasons[n].day}", '
        f"sigma = {kind.sigma} }}\n"
        for n, kind in enumerate(kinds)
    ]
    told = 'vertical = "1985"\n' if c.datum_told else ""
    return f"[dem]\n{''.join(lines)}{told}\n"
