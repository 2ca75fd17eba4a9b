"""Present every file of the corpus of bad inputs as evidence, and count what becomes of it.

    python benchmarks/bad_inputs.py [corpus] [kinds] [out.tsv]

Each file takes the place in a small good batch that its kind or ending claims: a photograph, the
before image of a pair, a layer, a table. The check path runs over it with workers, as `satcheck
check` does. A naive loader of the same libraries is the independent judge: where it raises and
nothing of ours names the file, the file is *unnamed*. The converse is counted too: many of those
files are well-formed and still no county's table.

The corpus is used in place and never changed. `kinds` is a comma-separated part of PLACES.
"""

import json
import os
import shutil
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

import psutil

from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.errors import SatcheckError
from yanhu_satcheck.photos import undecodable
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.tables import Table
from yanhu_satcheck.runner import Died, Task
from yanhu_satcheck.workers import Limits, Pool

T = TypeVar("T")
SLOW = 10.0
HEAD = """[batch]
id = "2022Q4"
region = "140802"
period = ["2022-10-01", "2022-12-31"]
[polygons]
path = "polygons.geojson"
"""
LAYERS = ("permits", "hazards", "restoration", "projects", "key_areas")
TABLES = ("submission", "rectification", "patrols", "blacklist", "lookback")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff")
SIDECARS = (".shx", ".dbf", ".prj", ".cpg")


class Presented(NamedTuple):
    """A file of the corpus under the name it takes in a batch."""

    source: Path
    name: str
    place: str  # photo, scene, layer or table


class Outcome(NamedTuple):
    """What became of it."""

    file: Presented
    naive: str  # "" where the naive loader reads it, else what it raised
    said: tuple[str, ...]  # what we say of it
    death: str  # why a worker died of it
    clean: bool  # its reader gave a table and had nothing to say of it

    @property
    def unnamed(self) -> bool:
        """Whether a naive reader fails on it, and nobody is told of that.

        That a table read without a word is no county's, as its columns show, does not count.
        """
        return bool(self.naive) and (self.clean or not self.said)


def place_of(kind: str, path: Path) -> tuple[str, str]:
    """Say where a file of the corpus goes, and with which ending."""
    suffix = path.suffix.lower()
    suffix = suffix if 1 < len(suffix) <= 9 and suffix[1:].isalnum() else ""
    suffix = "" if suffix[1:].isdigit() else suffix
    if kind == "photos":
        return "photo", suffix if suffix in PICTURES else ".jpg"
    if kind == "rasters":
        return "scene", suffix if suffix in (".img", ".tiff") else ".tif"
    if kind == "vectors":
        return "layer", suffix or ".geojson"
    if kind == "tables":
        known = ".csv" if "csv" in path.parts else ".xls"
        return "table", suffix or known
    return "table", ".xlsx" if kind == "archives" else ".csv"


def presented(corpus: Path, kinds: Iterable[str]) -> Iterator[Presented]:
    for kind in kinds:
        files = sorted(p for p in (corpus / kind).rglob("*") if p.is_file())
        for number, path in enumerate(files):
            place, suffix = place_of(kind, path)
            yield Presented(path, f"{kind}-{number:04}{suffix}", place)


def naive(path: Path, place: str) -> str:
    """Read a file as somebody would who trusts it; say what was raised."""
    try:
        if place == "photo":
            from PIL import Image

            with Image.open(path) as picture:
                picture.load()
        elif place == "scene":
            import rasterio

            with rasterio.open(path) as raster:
                raster.read(window=((0, min(raster.height, 2048)), (0, min(raster.width, 2048))))
        elif place == "layer":
            import pyogrio

            pyogrio.read_dataframe(path)
        elif path.suffix == ".csv":
            import pandas

            pandas.read_csv(path, dtype=str)
        else:
            from python_calamine import CalamineWorkbook

            book = CalamineWorkbook.from_path(str(path))
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()
    except MemoryError:
        raise
    except BaseException as cause:  # calamine's panics are no Exceptions
        return type(cause).__name__
    return ""


class Noting:
    """A pool that notes how long each task took and which ones it died of."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.deaths: dict[str, str] = {}
        self.clean: set[str] = set()
        self.slowest = self.lasted = 0.0

    def run(self, function: Callable[..., T], *arguments: Any, size: int = 0) -> T:
        """Run one task."""
        (outcome,) = self.map([Task(function, arguments, size)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def map(self, tasks: Iterable[Task[T]]) -> Iterator[T | Exception]:
        """Run many."""
        given = list(tasks)
        began = time.monotonic()
        for task, outcome in zip(given, self._pool.map(given), strict=True):
            self.slowest = max(self.slowest, time.monotonic() - began)
            if isinstance(outcome, Died):
                name = next(a.name for a in task.arguments if isinstance(a, Path))
                self.deaths[name] = outcome.why.en
            elif isinstance(outcome, tuple) and isinstance(outcome[0], Table):
                table, noted = outcome
                lost = [r for r in table.rows if r.fault or (table.spatial and r.shape is None)]
                if not noted and not lost:
                    self.clean.add(table.file)
            yield outcome
            began = time.monotonic()


class Peaks(threading.Thread):
    """Watches how much memory this process and its largest child take."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.child = 0
        self.watching = True

    def run(self) -> None:
        """Watch until the program ends."""
        here = psutil.Process()
        while True:
            self.own = max(self.own, here.memory_info().rss)
            for child in here.children() if self.watching else ():
                try:
                    self.child = max(self.child, child.memory_info().rss)
                except psutil.Error:
                    continue
            time.sleep(0.02)


def square(number: int = 0) -> dict[str, Any]:
    x, y = 500_000 + 1000 * number, 3_876_000
    ring = [[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def good(folder: Path) -> None:
    """Write three polygons of a county."""
    features = [
        {"type": "Feature", "properties": {"图斑编号": f"A{n}"}, "geometry": square(n)}
        for n in range(3)
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:4546"}}
    said = {"type": "FeatureCollection", "features": features, "crs": crs}
    (folder / "polygons.geojson").write_text(json.dumps(said), encoding="utf-8")


def good_raster(path: Path) -> None:
    """Write an image of those polygons; in a worker, so that this process stays small."""
    import numpy as np
    import rasterio

    at = rasterio.Affine(10, 0, 500_000, 0, -10, 3_876_300)
    shape = {"width": 300, "height": 60, "count": 3, "dtype": "uint8", "crs": "EPSG:4546"}
    with rasterio.open(path, "w", driver="GTiff", transform=at, **shape) as file:
        file.write(np.full((3, 60, 300), 90, np.uint8))


def lay(folder: Path, files: list[Presented], pool: Pool) -> None:
    """Make a batch that holds these files."""
    good(folder)
    said = HEAD
    layers, tables, scenes = iter(LAYERS), iter(TABLES), 0
    (folder / "photos").mkdir()
    for file in files:
        home = folder / "photos" if file.place == "photo" else folder
        shutil.copyfile(file.source, home / file.name)
        if file.place == "layer" or file.place == "table":
            said += f'[{next(layers if file.place == "layer" else tables)}]\npath = "{file.name}"\n'
        elif file.place == "scene":
            scenes += 1
            before = f'before = {{ path = "{file.name}", date = "2022-08-21" }}'
            after = 'after = { path = "after.tif", date = "2022-11-12" }'
            said += f"[[scenes]]\n{before}\n{after}\n"
        if file.name.endswith(".shp"):
            for suffix in SIDECARS:
                for beside in (file.source.with_suffix(s) for s in (suffix, suffix.upper())):
                    if beside.is_file():
                        shutil.copyfile(beside, (home / file.name).with_suffix(suffix))
    if scenes:
        pool.run(good_raster, folder / "after.tif")
    if any(file.place == "photo" for file in files):
        said += '[photos]\ndir = "photos"\n'
    (folder / "batch.toml").write_text(said, encoding="utf-8")


def check(folder: Path, runner: Noting) -> tuple[Misread, ...]:
    """Do what `satcheck check` does."""
    batch: Batch = read_batch(folder, runner)
    return (*batch.misreads, *undecodable(batch, runner))


def groups(files: Iterable[Presented]) -> Iterator[list[Presented]]:
    """Put as many files into a batch as it has places for."""
    room = {"photo": 150, "scene": 40, "layer": len(LAYERS), "table": len(TABLES)}
    waiting: dict[str, list[Presented]] = {place: [] for place in room}
    for file in files:
        held = waiting[file.place]
        held.append(file)
        if len(held) == room[file.place]:
            yield held
            waiting[file.place] = []
    yield from (held for held in waiting.values() if held)


def judged(
    files: list[Presented], pool: Pool, lenient: Pool, noting: Noting, peaks: Peaks
) -> Iterator[Outcome]:
    with TemporaryDirectory(prefix="bad-inputs-") as scratch:
        folder = Path(scratch)
        lay(folder, files, pool)
        peaks.watching = True
        began = time.monotonic()
        misreads = check(folder, noting)
        noting.lasted = time.monotonic() - began
        peaks.watching = False  # the naive loader has no limits to keep
        tasks = []
        for file in files:
            home = folder / "photos" if file.place == "photo" else folder
            tasks.append(Task(naive, (home / file.name, file.place)))
        for file, found in zip(files, lenient.map(tasks), strict=True):
            said = tuple(m.what.en for m in misreads if m.file.rsplit("/", 1)[-1] == file.name)
            told = found if isinstance(found, str) else type(found).__name__
            death = noting.deaths.get(file.name, "")
            yield Outcome(file, told, said, death, file.name in noting.clean)


def main(corpus: Path, kinds: list[str], out: Path | None) -> int:
    """Run over the corpus and print the table."""
    peaks, crashed, outcomes = Peaks(), list[str](), list[Outcome]()
    slow: dict[str, float] = {}
    lenient = Pool(limits=Limits(20.0, 4 << 30))
    checking, batches = 0.0, 0
    with Pool() as pool, lenient:
        peaks.start()
        for files in groups(presented(corpus, kinds)):
            batches += 1
            noting = Noting(pool)
            try:
                outcomes += judged(files, pool, lenient, noting, peaks)
            except SatcheckError as why:
                crashed.append(f"{files[0].name} …: {why}")
            except Exception:
                crashed.append(f"{files[0].name} …: {traceback.format_exc()}")
            if noting.slowest > SLOW:
                slow[f"{files[0].name} …"] = noting.slowest
            checking += noting.lasted
            print(f"\r{batches} batches", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    show(outcomes, crashed, slow, peaks)
    print(f"\n{batches} batches checked in {checking:.0f} s")
    if out is not None:
        lines = (
            "\t".join((o.file.name, str(o.file.source), o.naive, o.death, " | ".join(o.said)))
            for o in outcomes
        )
        out.write_text("\n".join(lines).replace("\r", " ") + "\n", encoding="utf-8")
    return 1 if crashed or any(o.unnamed for o in outcomes) else 0


def show(outcomes: list[Outcome], crashed: list[str], slow: dict[str, float], peaks: Peaks) -> None:
    kinds = list(dict.fromkeys(o.file.name.split("-")[0] for o in outcomes))
    print("| kind | tried | naive fails | named | unnamed | named though naive reads | deaths |")
    print("|---|---|---|---|---|---|---|")
    for kind in kinds:
        of = [o for o in outcomes if o.file.name.startswith(f"{kind}-")]
        fails = [o for o in of if o.naive]
        row = (
            *(len(of), len(fails), sum(not o.unnamed for o in fails)),
            *(
                sum(o.unnamed for o in fails),
                sum(bool(o.said) and not (o.naive or o.clean) for o in of),
            ),
            sum(bool(o.death) for o in of),
        )
        print(f"| {kind} | " + " | ".join(map(str, row)) + " |")
    print(f"\nuncaught: {len(crashed)}; over {SLOW:.0f} s: {len(slow)}")
    print(f"peak of the parent {peaks.own >> 20} MB, of a child {peaks.child >> 20} MB")
    for line in (*crashed, *(f"{name} {seconds:.0f} s" for name, seconds in slow.items())):
        print(f"  {line}")
    for death, count in Counter(o.death for o in outcomes if o.death).most_common():
        print(f"  death ×{count}: {death}")
    for one in outcomes:
        if one.unnamed:
            print(f"  unnamed: {one.file.name} ({one.file.source}): naive {one.naive}")


if __name__ == "__main__":
    words = sys.argv[1:]
    home = Path(words[0] if words else os.environ.get("SATCHECK_SHARED", ".")).resolve()
    every = ["photos", "rasters", "vectors", "tables", "archives", "strings"]
    wanted = words[1].split(",") if len(words) > 1 else every
    sys.exit(main(home, wanted, Path(words[2]) if len(words) > 2 else None))
