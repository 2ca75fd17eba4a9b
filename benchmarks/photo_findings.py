"""What an audit says of far polygons whose photographs are honest, copied or disguised.

    python benchmarks/photo_findings.py ../shared/data/photos [--out table.txt]

One batch is made of real photographs and audited by PH01 as a user would: polygons of 60 m, two
kilometres apart, one photograph each. Of every disguise in `photo_attacks` one polygon has a
photograph and a far one its disguise. Honest are: photographs of one scene, each filed for a far
polygon (one pit and many polygons is a matter of place, not of reuse); strangers that carry the
same field app's block; strangers as they are. What PH01 says is held against that.
"""

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import photo_attacks as attacks
from photo_reuse import FULL, Bench, Studio, pixels
from photo_tables import bound

from yanhu_satcheck.pipeline import audit

MANIFEST = """[batch]
id = "2022Q4"
region = "140802"
period = ["2022-10-01", "2022-12-31"]
[polygons]
path = "polygons.geojson"
[photos]
dir = "photos"
"""
APART_M, SIDE_M, COLUMNS = 2000, 60, 20
OF_A_SCENE, BLOCKED, FILLERS = 6, 8, 4
QUALITY = 93
WORST = ("inconsistent", "doubtful")


class Filed(NamedTuple):
    """One polygon and what its photograph is."""

    number: str
    family: str
    label: str
    partner: str = ""  # the polygon whose photograph it shows again


class Maker:
    """Lays out polygons and files photographs for them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.filed = folder, list[Filed]()
        (folder / "photos").mkdir(parents=True)

    def file(
        self, photo: Path | attacks.Pixels, family: str, label: str, partner: str = "", q: int = 93
    ) -> str:
        """Give a polygon of its own to a photograph; a file is copied byte for byte."""
        number = f"P{len(self.filed) + 1:03}"
        to = self.folder / "photos" / f"{number}_1.jpg"
        if isinstance(photo, Path):
            shutil.copyfile(photo, to)
        else:
            Image.fromarray(np.ascontiguousarray(photo)).save(to, quality=q)
        self.filed.append(Filed(number, family, label, partner))
        return number

    def finish(self) -> None:
        """Write the polygons and the manifest."""
        features = [
            {"type": "Feature", "properties": {"图斑编号": one.number}, "geometry": _square(n)}
            for n, one in enumerate(self.filed)
        ]
        crs = {"type": "name", "properties": {"name": "EPSG:4546"}}
        told = {"type": "FeatureCollection", "features": features, "crs": crs}
        (self.folder / "polygons.geojson").write_text(json.dumps(told), encoding="utf-8")
        (self.folder / "batch.toml").write_text(MANIFEST, encoding="utf-8")


def _square(number: int) -> dict[str, object]:
    x, y = 500_000 + APART_M * (number % COLUMNS), 3_870_000 + APART_M * (number // COLUMNS)
    ring = [(0, 0), (SIDE_M, 0), (SIDE_M, SIDE_M), (0, SIDE_M), (0, 0)]
    return {"type": "Polygon", "coordinates": [[(x + a, y + b) for a, b in ring]]}


def make(bench: Bench, folder: Path) -> list[Filed]:
    """Make the batch; give what every polygon's photograph is."""
    maker, strangers = Maker(folder), list(bench.strangers)
    # What fills a collage is filed for nobody: it would be a reuse of its own.
    fillers, strangers = [pixels(path, 600) for path in strangers[-FILLERS:]], strangers[:-FILLERS]
    for scene, paths in bench.scenes.items():
        start = int(bench.rng("scene", scene).integers(max(len(paths) - OF_A_SCENE, 0) + 1))
        for path in paths[start : start + OF_A_SCENE]:
            maker.file(path, "honest: one scene", scene)
    kinds = attacks.disguises(fillers)
    for number, (kind, path) in enumerate(zip(kinds, strangers, strict=False)):
        first = maker.file(pixels(path), "original", kind.name, q=QUALITY)
        with Image.open(maker.folder / "photos" / f"{first}_1.jpg") as saved:
            source = np.asarray(saved.convert("RGB"))
        rgb = kind.does(source, bench.rng("finding", number))
        maker.file(rgb, kind.group, kind.name, first, kind.quality)
    rest = strangers[len(kinds) :]
    first = maker.file(rest[0], "original", "the same file")
    maker.file(rest[0], "plain", "the same file", first)
    for number, path in enumerate(rest[1:]):
        if number < BLOCKED:
            view = np.asarray(Image.fromarray(pixels(path)).resize((1200, 900)))
            rgb = attacks.block(view, bench.rng("block", number))
            maker.file(rgb, "honest: same block", "")
        else:
            maker.file(path, "honest: stranger", "")
    maker.finish()
    return maker.filed


def said_of(out: Path) -> dict[frozenset[str], str]:
    """Give the worst that PH01 said of each set of polygons."""
    found: dict[frozenset[str], str] = {}
    for line in (out / "findings.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        if one["rule"] == "PH01" and one["status"] in ("inconsistent", "doubtful"):
            key = frozenset(one["polygon_ids"])
            found[key] = min(one["status"], found.get(key, one["status"]), key=WORST.index)
    return found


def tables(filed: list[Filed], said: dict[frozenset[str], str], say: Callable[[str], None]) -> None:
    """Print what became of every pair filed for two polygons, and of every honest polygon."""
    say(f"{len(filed)} far polygons, one photograph each")
    say("")
    say(f"{'one photograph, two polygons':32} {'pairs':>5} accused doubtful nothing")
    pairs = [one for one in filed if one.partner]
    for family in dict.fromkeys(one.family for one in pairs):
        ours = [one for one in pairs if one.family == family]
        counts = Counter(_worst(said, (one.number, one.partner)) for one in ours)
        told = " ".join(f"{counts[status]:8}" for status in ("inconsistent", "doubtful", ""))
        say(f"{family:32} {len(ours):5}{told}")
    for status, head in (("doubtful", "in doubt"), ("", "nothing said")):
        labels = [p.label for p in pairs if _worst(said, (p.number, p.partner)) == status]
        say(f"{head}: {', '.join(labels) or 'none'}")
    say("")
    say(f"{'honest polygons':32} {'n':>5} accused doubtful  bound")
    allowed = {frozenset((one.number, one.partner)) for one in pairs}
    wrong = {whom: status for whom, status in said.items() if whom not in allowed}
    honest = [one for one in filed if one.family.startswith("honest")]
    for family in (*dict.fromkeys(one.family for one in honest), "= honest"):
        ours = [one for one in honest if family in (one.family, "= honest")]
        counts = Counter(_worst(wrong, (one.number,)) for one in ours)
        accused = counts["inconsistent"]
        limit = "-" if accused else f"{bound(len(ours)):.3f}"
        say(f"{family:32} {len(ours):5} {accused:7} {counts['doubtful']:8} {limit:>6}")
    about = {one.number: one for one in filed}
    for whom, status in sorted(wrong.items(), key=lambda one: sorted(one[0])):
        names = [f"{about[n].label or 'stranger'} ({about[n].family})" for n in sorted(whom)]
        say(f"wrongly {status}: {'; '.join(names)}")


def _worst(said: dict[frozenset[str], str], numbers: Iterable[str]) -> str:
    """Give the worst that was said of polygons together; "" for nothing."""
    asked = {*numbers}
    told = [status for whom, status in said.items() if asked <= whom]
    return min(told, key=WORST.index, default="")


def main() -> None:
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("photos", type=Path)
    asked.add_argument("--seed", type=int, default=20230331)
    asked.add_argument("--out", type=Path)
    asked.add_argument("--keep", type=Path, help="leave the batch and its OUT here")
    told = asked.parse_args()
    with TemporaryDirectory() as scratch:
        folder = told.keep or Path(scratch)
        bench = Bench(told.photos, Studio(Path(scratch)), FULL, told.seed)
        filed = make(bench, folder / "batch")
        began = time.perf_counter()
        audit(folder / "batch", folder / "out", only=("PH01",))
        spent = time.perf_counter() - began
        lines = list[str]()
        tables(filed, said_of(folder / "out"), lines.append)
        lines.append(f"audited in {spent:.0f} s")
    text = "\n".join(lines) + "\n"
    print(text, end="")
    if told.out:
        told.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
