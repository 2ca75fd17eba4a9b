"""Audit the real pairs of the shared data and score what is said of their polygons.

    python benchmarks/real_pairs.py [../shared/data/pairs] [--rows]

Every polygon is filed three times, as pseudo-change, as restoration and as a disaster, and the
whole pipeline audits each filing. New mining must then be `inconsistent` or `doubtful`; ground
without mining must not be `inconsistent`. The flow of a dam failure must stay quiet as a disaster
and as pseudo-change, which says of a mine that nobody dug there (the rules of 2011), not that
nothing moved; filed as restoration it is set apart. Nothing is written outside a temporary
folder.
"""

import argparse
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import geopandas
import xlsxwriter
from scipy.stats import beta

from benchmarks.real_ground import APART, MINING, QUIET, Image, Pair, Site, World, worlds
from yanhu_satcheck.evidence import Case
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.pipeline import audit
from yanhu_satcheck.terms import Call, Status

ROOT = Path(__file__).resolve().parents[2] / "shared" / "data" / "pairs"
CALLS = {
    Call.PSEUDO_CHANGE: "实地伪变化",
    Call.RESTORATION: "生态修复治理",
    Call.DISASTER: "自然灾害",
}
RULES = {"CL01", "CL02", "CL03"}
"""The rules that judge a call by what happened on the ground; papers are not scored here."""


class Row(NamedTuple):
    """What was said of one polygon under one call."""

    world: str
    sensor: str
    site: Site
    call: Call
    said: str  # inconsistent, doubtful, unassessable, nothing
    case: Case

    @property
    def expected(self) -> str:
        """What must come out: the kind's truth; a flow filed as restoration is neither."""
        if self.site.kind == "mud_flow" and self.call is Call.RESTORATION:
            return APART
        return self.site.truth

    @property
    def leading(self) -> str:
        """The cause with the largest share."""
        cause = self.case.cause
        return max(cause.shares, key=cause.of) if cause else "none weighed"


def scored(root: Path = ROOT, only: Sequence[str] = ()) -> Iterator[Row]:
    """Audit every world (or those named) under every call; one row a polygon and call."""
    with TemporaryDirectory(prefix="satcheck-real-") as where:
        for world in worlds(root, Path(where)):
            if not only or world.name in only:
                folder = Path(where) / world.name
                write_batch(world, folder)
                for call, words in CALLS.items():
                    file_all(world, folder, words)
                    yield from _rows(world, call, audit(folder, folder / call.value))


def _rows(world: World, call: Call, done: Audit) -> Iterator[Row]:
    said: defaultdict[str, Status | None] = defaultdict(lambda: None)
    for finding in done.judgement.findings:
        if finding.rule in RULES:
            for name in finding.polygon_ids:
                said[name] = max(finding.status, said[name] or finding.status)
    cases = {case.polygon_id: case for case in done.cases}
    for site in world.sites:
        status = said[site.name]
        told = status.name.lower() if status else "nothing"
        if status is None and cases[site.name].change is None:
            told = "unassessable"
        yield Row(world.name, world.sensor, site, call, told, cases[site.name])


def write_batch(world: World, folder: Path) -> None:
    """Lay out a batch folder: its images copied, its polygons in degrees, its manifest."""
    (folder / "scenes").mkdir(parents=True)
    scenes = "".join(_scene(pair, number, folder) for number, pair in enumerate(world.pairs))
    dem = ""
    if world.dem:
        shutil.copy(world.dem, folder / "dem.tif")
        dem = '[dem]\nbefore = { path = "dem.tif", date = "2000-01-01" }\n'
    head = (
        '[batch]\nid = "2024Q1"\nregion = "140802"\nperiod = ["2024-01-01", "2024-03-31"]\n'
        f'crs = "{world.crs}"\n'
    )
    tail = '[polygons]\npath = "polygons.geojson"\n[submission]\npath = "submission.xlsx"\n'
    (folder / "batch.toml").write_text(head + scenes + dem + tail, encoding="utf-8")
    names = [site.name for site in world.sites]
    ground = [site.lonlat for site in world.sites]
    frame = geopandas.GeoDataFrame({"图斑编号": names}, geometry=ground, crs="EPSG:4326")
    frame.to_file(folder / "polygons.geojson", driver="GeoJSON", COORDINATE_PRECISION=8)


def _scene(pair: Pair, number: int, folder: Path) -> str:
    """One `[[scenes]]` table, its files copied beside it."""

    def said(image: Image, when: str) -> str:
        path = f"scenes/{number:03}_{when}.tif"
        shutil.copy(image.path, folder / path)
        mask = ""
        if image.mask:
            name = f"scenes/{number:03}_{when}_mask.tif"
            shutil.copy(image.mask, folder / name)
            mask = f', mask = {{ path = "{name}", clear_bits = {list(pair.clear_bits)} }}'
        return f'{{ path = "{path}", date = "{image.date}"{mask} }}'

    lines = ["[[scenes]]", f"before = {said(pair.before, 'before')}"]
    lines.append(f"after = {said(pair.after, 'after')}")
    if pair.later:
        later = ", ".join(said(image, f"later{i}") for i, image in enumerate(pair.later))
        lines.append(f"later = [{later}]")
    lines.append(f"bands = {list(pair.bands)}".replace("'", '"'))
    if pair.scale is not None:
        lines += [f"scale = {pair.scale}", f"offset = {pair.offset}"]
    return "\n".join(lines) + "\n"


def file_all(world: World, folder: Path, words: str) -> None:
    """Write the filing: every polygon under one call."""
    with xlsxwriter.Workbook(folder / "submission.xlsx") as book:
        sheet = book.add_worksheet("填报")
        sheet.write_row(0, 0, ["图斑编号", "合法性判定"])
        for number, site in enumerate(world.sites, 1):
            sheet.write_row(number, 0, [site.name, words])


def interval(hits: int, of: int) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson 1934)."""
    low = float(beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0
    high = float(beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0
    return low, high


def share(rows: Sequence[Row], *said: str) -> str:
    """How many rows were told so, as a share with its interval."""
    hits = sum(row.said in said for row in rows)
    low, high = interval(hits, len(rows)) if rows else (0.0, 1.0)
    return f"{hits:>3}/{len(rows):<3} {low:.2f}–{high:.2f}"


def table(rows: Sequence[Row], by: Callable[[Row], str], title: str) -> None:
    """Print one line a group: what was said of its polygons."""
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        groups[by(row)].append(row)
    heads = ("inconsistent", "doubtful", "unassessable", "nothing")
    print(f"\n{title:34}" + "".join(f"{head:>20}" for head in heads))
    for name in sorted(groups):
        print(f"{name:34}" + "".join(f"{share(groups[name], head):>20}" for head in heads))


def show(rows: Sequence[Row]) -> None:
    """Print recall, false accusations, and the same by call, kind, drawing, sensor and size."""
    mining = [row for row in rows if row.expected == MINING]
    quiet = [row for row in rows if row.expected == QUIET]
    print(f"must be found: {share(mining, 'inconsistent', 'doubtful')} found at all")
    print(f"must not be accused: {share(quiet, 'inconsistent')} accused")
    for truth, group in ((MINING, mining), (QUIET, quiet)):
        table(group, lambda row: row.call.value, f"{truth}, by call")
        table(group, lambda row: f"{row.site.stratum}, {row.site.drawn}", f"{truth}, by stratum")
        table(group, lambda row: row.site.kind, f"{truth}, by kind")
        table(group, lambda row: row.sensor, f"{truth}, by sensor")
        table(group, lambda row: _size(row.site.cells), f"{truth}, by size")
        table(group, lambda row: row.leading, f"{truth}, by leading cause")
    apart = [row for row in rows if row.expected == APART]
    table(apart, lambda row: row.site.kind, "neither, by kind")


def _size(cells: float) -> str:
    for least in (1000, 300, 100, 30):
        if cells >= least:
            return f"from {least:4} cells"
    return "below  30 cells"


def each(rows: Iterable[Row]) -> None:
    """Print the figures of every row whose answer is not the expected one, or of all."""
    for row in rows:
        change, cause, chance = row.case.change, row.case.cause, row.case.chance
        gain = f"{change.bare_gain.value:+.2f}" if change else "   —"
        told = " ".join(f"{n[:4]} {v:.2f}" for n, v in (cause.shares if cause else {}).items())
        p = f"p {chance.p:.4f}" if chance and chance.p is not None else "p —"
        print(
            f"{row.site.kind:20} {row.site.name:16} {row.call.value:14} {row.site.drawn:10} "
            f"{row.said:13} gain {gain} {told} {p}"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=Path, nargs="?", default=ROOT)
    parser.add_argument("--only", action="append", default=[], metavar="WORLD")
    parser.add_argument("--rows", action="store_true", help="print every polygon too")
    asked = parser.parse_args()
    rows = list(scored(asked.root, asked.only))
    if asked.rows:
        each(rows)
    show(rows)


if __name__ == "__main__":
    main()
