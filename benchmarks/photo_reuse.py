"""Copies found, honest pairs left alone: the bench of the photographs' engine.

    python benchmarks/photo_reuse.py ../shared/data/photos --quick
    python benchmarks/photo_reuse.py ../shared/data/photos --out photos.txt

Photographs whose name begins with U__ are strangers; the others are grouped by scene and are honest
pairs of one place. Every pair goes the way it goes in an audit: file, reduced copy, comparison,
and the files themselves where only they can tell. Copies are made by `photo_attacks`, seeded. A
camera's original is made of a stranger at 1200 pixels and JPEG quality 93, so that the archive's
own quality (84) does not decide. Where a whole frame cannot be told from a fixed camera's next shot
the answer is “view”, which is printed apart.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))
import photo_attacks as attacks

from yanhu_satcheck.evidence import PairAnswer
from yanhu_satcheck.photos.index import Index
from yanhu_satcheck.photos.pairs import Shot, pair_answer
from yanhu_satcheck.photos.picture import (
    Print,
    distance,
    fingerprint,
    gray,
    print_of,
    turned_fingerprints,
)

SAME = ("copy", "reshot")
LONG = 1200


class Size(NamedTuple):
    """How much is done."""

    sources: int
    steps: int  # honest pairs are this many photographs of a scene apart at most
    most: int  # of a scene
    rivals: int
    each: int  # attacks a rival gets
    overlays: int
    fixed: int
    random: int
    crowd: int  # photographs beside which candidates are looked for


QUICK = Size(2, 1, 6, 6, 2, 7, 8, 6, 60)
FULL = Size(22, 40, 900, 80, 4, 100, 40, 200, 279)


class Result(NamedTuple):
    """One pair and what was said of it."""

    family: str
    label: str
    scene: str
    names: tuple[str, str]
    answer: PairAnswer
    found: bool | None = None  # whether the index brought the pair together
    seconds: float = 0.0


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
        began = time.process_time()
        answer = pair_answer(one, two)
        spent = time.process_time() - began
        return Result(family, label, scene, (one.id, two.id), answer, None, spent)

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
                yield result._replace(found=self._is_candidate(index, number, one, two))

    def _is_candidate(self, index: Index, number: int, one: Shot, two: Shot) -> bool:
        if distance_of(one.mark, two.mark) <= 61:
            return True
        asked = self.studio.of(two).questions
        return any(c.number == number for question in asked for c in index.candidates(question))

    def honest(self) -> Iterator[Result]:
        """Photographs of one scene, the nearest in their order first."""
        for scene, paths in self.scenes.items():
            near = [
                (a, b) for a, b in combinations(range(len(paths)), 2) if b - a <= self.size.steps
            ]
            near.sort(key=lambda pair: (pair[1] - pair[0], pair))
            for a, b in near[: self.size.most]:
                yield self.judged("honest", scene, scene, self.held(paths[a]), self.held(paths[b]))

    def rivals(self, honest: Iterable[Result]) -> Iterator[Result]:
        """The honest pairs that came nearest, one side of each disguised."""
        near = sorted(
            (
                one
                for one in honest
                if "s50" in one.answer.figures and one.answer.figures["still"].value >= 0.4
            ),
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
            for quality in (92, 60):
                two = self.studio.save(cut, quality)
                one = self.held(paths[pair.names[0]])
                yield self.judged("rival, cut inside", f"q{quality}", pair.scene, one, two)

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
        """Two strangers."""
        for number in range(self.size.random):
            picked = self.rng("random", number).choice(len(self.strangers), 2, replace=False)
            one, two = (self.held(self.strangers[n]) for n in picked)
            yield self.judged("strangers", "", "", one, two)


def distance_of(one: str, two: str) -> int:
    if not one or not two:
        return 256
    return min(distance(one, way) for way in turned_fingerprints(two))


def bound(n: int) -> float:
    """The 95 % upper bound of a rate of which none was seen in n."""
    return 1 - 0.05 ** (1 / n) if n else 1.0


def tables(results: list[Result], say: Callable[[str], None]) -> None:
    copies = [one for one in results if one.found is not None]
    heads = " ".join(f"{head:>5}" for head in ("same", "view", "doubt", "place", "none", "found"))
    say(f"{'copies':32} {'n':>4} {heads}")
    groups = dict.fromkeys(one.family for one in copies)
    for group in groups:
        labels = dict.fromkeys(one.label for one in copies if one.family == group)
        for label in labels:
            _copies_row(label, [o for o in copies if o.label == label], say)
        _copies_row(f"= {group}", [o for o in copies if o.family == group], say)
    say("")
    heads = " ".join(f"{head:>5}" for head in ("align", "same", "view", "doubt", "bound"))
    say(f"{'honest families':32} {'n':>4} {heads}")
    rest = [one for one in results if one.found is None]
    for family in dict.fromkeys(one.family for one in rest):
        ours = [one for one in rest if one.family == family]
        if family == "honest":
            for scene in dict.fromkeys(one.scene for one in ours):
                _honest_row(f"honest: {scene}", [o for o in ours if o.scene == scene], say)
        _honest_row(f"= {family}", ours, say)
    say("")
    _margins(rest, say)


def _copies_row(label: str, ours: list[Result], say: Callable[[str], None]) -> None:
    n, kinds = len(ours), Counter(one.answer.kind for one in ours)
    same = sum(kinds[kind] for kind in SAME)
    lost = kinds["unrelated"] + kinds["untold"]
    told = [same, kinds["view"], kinds["doubtful"], kinds["place"], lost]
    told.append(sum(one.found is True for one in ours))
    say(f"{label:32} {n:4} " + " ".join(f"{value / n:5.2f}" for value in told))


def _honest_row(label: str, ours: list[Result], say: Callable[[str], None]) -> None:
    n, kinds = len(ours), Counter(one.answer.kind for one in ours)
    same = sum(kinds[kind] for kind in SAME)
    align = n - kinds["unrelated"] - kinds["untold"]
    limit = f"{bound(n):6.3f}" if same == 0 else "   -  "
    say(f"{label:32} {n:4} {align:5} {same:5} {kinds['view']:5} {kinds['doubtful']:5} {limit}")


def _margins(rest: list[Result], say: Callable[[str], None]) -> None:
    """How near the honest came, scene by scene: what each alone would have let the limit be."""
    say("smallest s50 and shared of honest pairs whose cells are still (share ≥ 0.5, pure ≥ 0.9)")
    for family in ("honest", "rival", "rival, cut inside"):
        for scene in dict.fromkeys(one.scene for one in rest if one.family == family):
            told = []
            for one in rest:
                f = one.answer.figures
                if (one.family, one.scene) != (family, scene) or not {"s50", "shared"} <= {*f}:
                    continue
                if f["still"].n >= 20 and f["still"].value >= 0.5 and f["pure"].value >= 0.9:
                    told.append((f["s50"].value, f["shared"].value, one))
            if told:
                s50, _, near = min(told, key=lambda t: t[0])
                shared = min(t[1] for t in told)
                say(
                    f"  {family:18} {scene:12} s50 {s50:.3f}  shared {shared:.3f}  of {len(told)}"
                    f"  ({near.names[0][-24:]}, {near.names[1][-24:]}: {near.answer.kind})"
                )


def peers(results: list[Result], studio: Studio, say: Callable[[str], None]) -> None:
    """Hold whole-picture hashes to the same pairs, each at the limit that accuses no honest one."""
    hashes: dict[str, Callable[[Image.Image], object]] = {}
    try:
        import imagehash
    except ImportError:
        say("imagehash is not installed: pip install imagehash")
    else:
        hashes["imagehash phash 256"] = lambda p: imagehash.phash(p, hash_size=16)
        hashes["imagehash dhash 256"] = lambda p: imagehash.dhash(p, hash_size=16)
        hashes["imagehash whash 64"] = imagehash.whash
    copies = [one for one in results if one.found is not None]
    others = [one for one in results if one.family in {"honest", "strangers", "same overlay"}]
    if not copies or not others:
        return

    def measured(name: str, away: Callable[[str, str], int]) -> None:
        limit = min(away(*one.names) for one in others)
        found = [away(*one.names) < limit for one in copies]
        plain = [f for f, one in zip(found, copies, strict=True) if one.family == "plain"]
        say(f"{name:32} limit < {limit:3}  plain {np.mean(plain):.2f}  all {np.mean(found):.2f}")

    say("whole-picture hashes, at the limit below every honest pair of this run")
    prints = studio.prints
    eight: Callable[[str, str], int] = lambda a, b: distance_of(  # noqa: E731
        prints[a].fingerprint, prints[b].fingerprint
    )
    measured("own DCT 256, eight ways", eight)
    for name, of in hashes.items():
        held: dict[str, object] = {}
        began = time.process_time()
        for id in {id for one in (*copies, *others) for id in one.names}:
            with Image.open(prints[id].reduced) as picture:
                held[id] = of(picture)
        spent = (time.process_time() - began) / len(held)
        measured(name, lambda a, b, held=held: held[a] - held[b])  # type: ignore[misc]
        say(f"{'':32} {spent * 1000:.1f} ms a reduced copy")
    began = time.process_time()
    for seen in list(prints.values())[:50]:
        with Image.open(seen.reduced) as picture:
            fingerprint(gray(picture))
    say(f"{'own DCT 256':32} {(time.process_time() - began) / min(50, len(prints)) * 1000:.1f} ms")
    say("imagededup was not run: it brings torch")


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
    asked.add_argument("--only", default="", help="families, by their names' beginnings, by comma")
    told = asked.parse_args()
    cv2.setNumThreads(1)
    out = told.out.open("w", encoding="utf-8") if told.out else sys.stdout

    def say(line: str) -> None:
        print(line, file=out, flush=True)

    began = time.process_time()
    size = QUICK if told.quick else FULL
    size = size._replace(sources=told.sources or size.sources)
    with TemporaryDirectory() as folder:
        bench = Bench(told.photos, Studio(Path(folder)), size, told.seed)
        results: list[Result] = []

        def wanted(family: str) -> bool:
            return not told.only or any(family.startswith(one) for one in told.only.split(","))

        for family in ("copies", "honest", "overlaid", "fixed", "random"):
            if wanted(family):
                results += getattr(bench, family)()
        nearest = [one for one in results if one.family == "honest"]
        if wanted("rivals"):
            results += [*bench.rivals(nearest), *bench.inside(nearest)]
        tables(results, say)
        pairs = [one.seconds for one in results]
        say("")
        peers(results, bench.studio, say)
        say("")
        each = bench.studio.seconds / max(len(bench.studio.prints), 1)
        say(f"a photograph of 1200 px indexed in {each:.3f} s")
        say(
            f"a pair compared in {np.mean(pairs or [0.0]):.3f} s, features of new pictures among it"
        )
        if wanted("speed"):
            speed(bench, 20_000 if told.quick else 100_000, say)
        say(f"{time.process_time() - began:.0f} s of processor time in all")


if __name__ == "__main__":
    main()
