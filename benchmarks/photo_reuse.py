"""Copies found, honest pairs left alone: the bench of the photographs' engine.

    python benchmarks/photo_reuse.py ../shared/data/photos --quick
    python benchmarks/photo_reuse.py ../shared/data/photos --out photos.txt

Photographs whose name begins with U__ are strangers; the others are grouped by scene and are honest
pairs of one place. Every pair goes the way it goes in an audit: file, reduced copy, comparison,
and the files themselves where only they can tell. Copies are made by `photo_attacks`, seeded. A
camera's original is made of a stranger at 1200 pixels and JPEG quality 93, so that the archive's
own quality (84) does not decide. Where a whole frame cannot be told from a fixed camera's next shot
the answer is “view”, which is printed apart. What is printed, and the goals it is held to, stand
in `photo_tables`, other tools on the same pairs in `photo_peers`.

A full run puts every pair of every scene, and as many of the other families as their goals ask for;
`--minutes` samples instead. Honest pairs come nearest first, in the order in which they were taken.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import photo_attacks as attacks
from photo_peers import peers
from photo_tables import Result, distance_of, goals, leave_one_out, nearness, tables

from yanhu_satcheck.photos import compare, pairs
from yanhu_satcheck.photos.index import Index
from yanhu_satcheck.photos.pairs import Shot
from yanhu_satcheck.photos.picture import Print, print_of

LONG = 1200


class Size(NamedTuple):
    """How much is done."""

    sources: int
    near: int  # honest pairs of a scene, the nearest in their order
    drawn: int  # honest pairs drawn from the rest of a scene
    rivals: int
    each: int  # attacks a rival gets
    overlays: int
    fixed: int
    random: int
    crowd: int  # photographs beside which candidates are looked for


QUICK = Size(2, 5, 2, 6, 2, 7, 8, 6, 60)
SHARES = {
    "copies": 0.45,
    "honest": 0.2,
    "rivals": 0.1,
    "inside": 0.05,
    "overlaid": 0.1,
    "fixed": 0.05,
    "random": 0.05,
}
"""Of the time that a run is given."""
FULL = Size(22, 10_000, 0, 80, 4, 315, 210, 5000, 279)


class Studio:
    """Makes files, and what an audit takes of them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count, self.seconds = folder, 0, 0.0
        self.prints: dict[str, Print] = {}

    def save(self, rgb: attacks.Pixels, quality: int) -> Shot:
        """Write a picture and take what an audit takes."""
        self.count += 1
        path = self.folder / f"{self.count}.jpg"
        Image.fromarray(rgb).save(path, quality=quality)
        return self.shot(path)

    def shot(self, path: Path) -> Shot:
        """Take what an audit takes of a file."""
        began = time.process_time()
        seen = print_of(path, f"{path.stem}_reduced", self.folder)
        self.seconds += time.process_time() - began
        self.prints[path.name] = seen
        return Shot(path.name, path, seen.reduced, (seen.width, seen.height), seen.fingerprint)

    def of(self, shot: Shot) -> Print:
        """Give what was taken of a photograph."""
        return self.prints[shot.id]


def pixels(path: Path, long: int = LONG) -> attacks.Pixels:
    bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    scale = min(1.0, long / max(bgr.shape))
    bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(bgr[..., ::-1])


def of_shot(shot: Shot) -> attacks.Pixels:
    assert shot.file is not None
    return pixels(shot.file, 10_000)


class Bench:
    """All families over one folder of photographs."""

    def __init__(self, photos: Path, studio: Studio, size: Size, seed: int) -> None:
        self.size, self.studio, self.seed = size, studio, seed
        files = sorted(photos.glob("*.jpg"))
        strangers = [path for path in files if path.name.startswith("U__")]
        # One of them is a blank grey picture.
        strangers = [path for path in strangers if "0_length_string" not in path.name]
        # Field photographs are large; some of these are thumbnails, of which nothing is said.
        strangers = [path for path in strangers if max(Image.open(path).size) >= 800]
        self.strangers = [strangers[n] for n in self.rng("order").permutation(len(strangers))]
        self.scenes: dict[str, list[Path]] = defaultdict(list)
        for path in files:
            if not path.name.startswith("U__"):
                self.scenes[path.name.split("__")[0]].append(path)
        self.shots: dict[Path, Shot] = {}
        self.seen: compare.Compared | None = None
        self.like: pairs.Likeness | None = None

    def rng(self, *about: object) -> attacks.Rng:
        """Give a generator of its own to each thing made."""
        return np.random.default_rng([self.seed, *" ".join(map(str, about)).encode()])

    def held(self, path: Path) -> Shot:
        """Take a photograph of the folder once."""
        if path not in self.shots:
            self.shots[path] = self.studio.shot(path)
        return self.shots[path]

    def judged(self, family: str, label: str, scene: str, one: Shot, two: Shot) -> Result:
        """Compare two photographs as an audit does."""
        self.seen = self.like = None
        began = time.process_time()
        answer = pairs.pair_answer(one, two)
        spent = time.process_time() - began
        near = nearness(self.seen, self.like)
        return Result(family, label, scene, (one.id, two.id), answer, near, spent)

    def watch(self) -> None:
        """Note what each answer rests on, and hold the features of whole scenes."""
        lay_on, ask_files = pairs.compare, pairs.likeness
        compare._loaded = lru_cache(320)(compare._loaded.__wrapped__)

        def laid_on(*asked: Any, **how: Any) -> compare.Compared:
            self.seen = lay_on(*asked, **how)
            return self.seen

        def asked_files(*asked: Any) -> pairs.Likeness:
            self.like = ask_files(*asked)
            return self.like

        pairs.compare, pairs.likeness = laid_on, asked_files

    def copies(self) -> Iterator[Result]:
        """Every attack on every source, found among the crowd or not."""
        others = [pixels(path, 600) for path in self.strangers[-12:]]
        sources = self.strangers[: self.size.sources]
        rest = [*self.strangers[len(sources) :], *(p for one in self.scenes.values() for p in one)]
        picked = self.rng("crowd").permutation(len(rest))[: self.size.crowd]
        originals = [self.studio.save(pixels(path), 93) for path in sources]
        kept = [*originals, *(self.held(rest[n]) for n in picked)]
        index = Index([m for shot in kept if (m := self.studio.of(shot).marks) is not None])
        for number, one in enumerate(originals):
            source = of_shot(one)
            for disguise in attacks.disguises(others):
                rgb = disguise.does(source, self.rng(number, disguise.name))
                two = self.studio.save(np.ascontiguousarray(rgb), disguise.quality)
                result = self.judged(disguise.group, disguise.name, "", one, two)
                is_found = self._is_candidate(index, number, one, two)
                yield result._replace(found=is_found, quality=disguise.quality)

    def _is_candidate(self, index: Index, number: int, one: Shot, two: Shot) -> bool:
        if distance_of(one.mark, two.mark) <= 61:
            return True
        asked = self.studio.of(two).questions
        return any(c.number == number for question in asked for c in index.candidates(question))

    def honest(self) -> Iterator[Result]:
        """Photographs of one scene: the nearest in their order, and some of the others."""
        for scene, paths in self.scenes.items():
            every = sorted(combinations(range(len(paths)), 2), key=lambda p: (p[1] - p[0], p))
            near, rest = every[: self.size.near], every[self.size.near :]
            drawn = self.rng("honest", scene).permutation(len(rest))[: self.size.drawn]
            for a, b in sorted([*near, *(rest[n] for n in drawn)]):
                yield self.judged("honest", scene, scene, self.held(paths[a]), self.held(paths[b]))

    def rivals(self, honest: Iterable[Result]) -> Iterator[Result]:
        """The honest pairs that came nearest, one side of each disguised."""
        still = (one for one in honest if "s50" in one.answer.figures)
        near = sorted(
            (one for one in still if one.answer.figures["still"].value >= 0.4),
            key=lambda one: one.answer.figures["s50"].value,
        )
        paths = {path.name: path for paths in self.scenes.values() for path in paths}
        for pair in near[: self.size.rivals]:
            kinds = [d for d in attacks.disguises([pixels(p, 600) for p in self.strangers[-4:]])]
            rng = self.rng("rival", *pair.names)
            for n in rng.choice(len(kinds), self.size.each, replace=False):
                rgb = kinds[n].does(pixels(paths[pair.names[1]], 1400), rng)
                two = self.studio.save(np.ascontiguousarray(rgb), kinds[n].quality)
                one = self.held(paths[pair.names[0]])
                yield self.judged("rival", kinds[n].name, pair.scene, one, two)

    def inside(self, honest: Iterable[Result]) -> Iterator[Result]:
        """The nearest honest pairs once more, one side cut down to what both show."""
        near = sorted(
            (one for one in honest if "s50" in one.answer.figures),
            key=lambda one: one.answer.figures["s50"].value,
        )
        paths = {path.name: path for paths in self.scenes.values() for path in paths}
        for pair in near[: self.size.rivals]:
            rgb = pixels(paths[pair.names[1]], 1400)
            h, w = rgb.shape[:2]
            cut = np.ascontiguousarray(
                rgb[int(0.15 * h) : int(0.85 * h), int(0.15 * w) : int(0.85 * w)]
            )
            one = self.held(paths[pair.names[0]])
            for share, quality in ((1.0, 92), (1.0, 60), (0.5, 85)):
                smaller = attacks.resized(share)(cut, self.rng()) if share < 1 else cut
                two = self.studio.save(smaller, quality)
                label = f"{share:.0%} q{quality}"
                yield self.judged("rival, cut inside", label, pair.scene, one, two)

    def overlaid(self) -> Iterator[Result]:
        """Strangers that carry the same banner, block, logo, mark, page or phone's frame."""
        kinds: list[tuple[str, attacks.Attack]] = [
            ("banner 25%", attacks.banner(0.25)),
            ("block", attacks.block),
            ("logo", attacks.logo),
            ("tiled mark", attacks.tiled),
            ("page", attacks.page),
            ("phone", attacks.phone),
            ("border", attacks.bordered),
        ]
        for number in range(self.size.overlays):
            label, kind = kinds[number % len(kinds)]
            picked = self.rng("overlay", number).choice(len(self.strangers), 2, replace=False)
            same = [
                np.asarray(Image.fromarray(pixels(self.strangers[n])).resize((1200, 900)))
                for n in picked
            ]
            one, two = (
                self.studio.save(kind(rgb, self.rng("same overlay", number)), 90) for rgb in same
            )
            yield self.judged("same overlay", label, "", one, two)

    def fixed(self) -> Iterator[Result]:
        """A fixed camera's next shot: own noise, a little other light, a little motion."""
        ways = [
            (n, t, m, q)
            for n in (0.8, 1.5, 3.0)
            for t in (1.0, 1.15)
            for m in (0.0, 0.05, 0.3)
            for q in (95, 90, 85)
        ]
        for number in range(self.size.fixed):
            source = pixels(self.strangers[number % len(self.strangers)])
            rng = self.rng("fixed", number)
            noise, tone, motion, quality = ways[int(rng.integers(len(ways)))]
            one = self.studio.save(attacks.exposed_again(source, rng, 1.0, noise), quality)
            two = self.studio.save(attacks.exposed_again(source, rng, tone, noise, motion), quality)
            label = f"noise {noise} tone {tone} motion {motion} q{quality}"
            yield self.judged("fixed camera", label, "", one, two)

    def random(self) -> Iterator[Result]:
        """Two photographs that have nothing to do with each other, no pair twice."""
        scenes = [(scene, path) for scene, paths in self.scenes.items() for path in paths]
        every = [*((path.name, path) for path in self.strangers), *scenes]
        pairs_ = [
            (a, b) for a, b in combinations(range(len(every)), 2) if every[a][0] != every[b][0]
        ]
        for n in self.rng("random").permutation(len(pairs_))[: self.size.random]:
            one, two = (self.held(every[at][1]) for at in pairs_[n])
            yield self.judged("strangers", "", "", one, two)


def speed(bench: Bench, count: int, say: Callable[[str], None]) -> None:
    """Time a photograph of 12 megapixels, and a question among many photographs."""
    big = np.asarray(Image.fromarray(pixels(bench.strangers[0], 1400)).resize((4000, 3000)))
    one = bench.studio.save(big, 92)
    assert one.file is not None
    bench.studio.seconds = 0.0
    bench.studio.shot(one.file)
    say(f"a photograph of 12 megapixels indexed in {bench.studio.seconds:.2f} s")
    marks, asked = bench.studio.of(one).marks, bench.studio.of(one).questions
    assert marks is not None
    rng = bench.rng("many")
    many = [
        marks._replace(
            words=rng.integers(0, 8192, 300).astype(np.uint16),
            signatures=rng.integers(0, 1 << 63, 300).astype(np.uint64) * np.uint64(2),
            places=rng.integers(0, 256, (300, 2)).astype(np.uint8),
        )
        for _ in range(count)
    ]
    index = Index([*many, marks])
    for way, question in zip(("straight", "mirrored"), asked, strict=False):
        began = time.process_time()
        found = index.candidates(question)
        spent = time.process_time() - began
        said = "found" if any(one.number == count for one in found) else "not found"
        say(f"asked for among {count} photographs, {way}: {spent:.3f} s, {said}")


def main() -> None:
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("photos", type=Path)
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--seed", type=int, default=20221231)
    asked.add_argument("--out", type=Path)
    asked.add_argument("--sources", type=int, help="how many photographs are disguised")
    asked.add_argument("--minutes", type=float, default=1e6, help="of processor time, about")
    asked.add_argument("--keep", type=Path, help="leave the files that were compared here")
    asked.add_argument("--only", default="", help="families, by their names' beginnings, by comma")
    told = asked.parse_args()
    cv2.setNumThreads(1)
    out = told.out.open("w", encoding="utf-8") if told.out else sys.stdout

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    began = time.process_time()
    size = QUICK if told.quick else FULL
    size = size._replace(sources=told.sources or size.sources)
    with TemporaryDirectory() as scratch:
        folder = told.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(told.photos, Studio(folder), size, told.seed)
        bench.watch()
        results: list[Result] = []

        def wanted(family: str) -> bool:
            return not told.only or any(family.startswith(one) for one in told.only.split(","))

        shares = {family: share for family, share in SHARES.items() if wanted(family)}
        for family, share in shares.items():
            nearest = [one for one in results if one.family == "honest"]
            asked_of = (nearest,) if family in ("rivals", "inside") else ()
            until = time.process_time() + 60 * told.minutes * share / sum(shares.values())
            for one in getattr(bench, family)(*asked_of):
                results.append(one)
                if time.process_time() > until:
                    say(f"{family}: stopped, its share of the time was over")
                    break
        say(f"{size}, seed {told.seed}")
        tables(results, say)
        goals(results, say)
        leave_one_out(results, say)
        peers(results, bench.studio.prints, say)
        costs(bench, results, say)
        if wanted("speed"):
            speed(bench, 20_000 if told.quick else 100_000, say)
        say(f"{time.process_time() - began:.0f} s of processor time in all")


def costs(bench: Bench, results: list[Result], say: Callable[[str], None]) -> None:
    each = bench.studio.seconds / max(len(bench.studio.prints), 1)
    spent = np.mean([one.seconds for one in results] or [0.0])
    say("")
    say(f"a photograph of {LONG} px indexed in {each:.3f} s")
    say(f"a pair compared in {spent:.3f} s, features of new pictures among it")


if __name__ == "__main__":
    main()
