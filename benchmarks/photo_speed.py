"""How long a photograph takes to be indexed, to be asked for among many, and to be compared.

    python benchmarks/photo_speed.py                    # ../shared/data/photos, 10⁵ photographs
    python benchmarks/photo_speed.py --photos DIR --crowd 10000
    python benchmarks/photo_speed.py --batch 240        # photographs with three candidates each

Real photographs are enlarged to 12 megapixels with sensor noise. The crowd that a photograph is
asked for among is made: words as often as all the real photographs have them, signatures and places
at random. Everything is one process and one thread; CPU
seconds of one run are printed, medians and the slowest tenth.

With `--batch` a folder is looked through as `satcheck photos` does, by its two workers: views of
which each is there in four versions, so that each photograph is compared with three. What a batch
of 10⁴ would take is told from it: everything but the question put to the index grows with the
count of photographs, and that question is timed among 10⁴.

`imagehash` is held beside the fingerprint where it is installed; the project does not need it.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import numpy as np
from PIL import Image

from yanhu_satcheck.album import look_through
from yanhu_satcheck.batch import Photo
from yanhu_satcheck.photos import compare
from yanhu_satcheck.photos.candidates import candidates
from yanhu_satcheck.photos.index import Candidate, Index
from yanhu_satcheck.photos.marks import Marks, marked
from yanhu_satcheck.photos.pairs import Shot, pair_answer
from yanhu_satcheck.photos.picture import Print, decode, digest, fingerprint, print_of

PHOTOS = Path(__file__).parents[2] / "shared" / "data" / "photos"
SIZE = 4000, 3000
POINTS = 400


def seconds(work: Callable[[], Any]) -> float:
    began = process_time()
    work()
    return process_time() - began


def spread(values: list[float]) -> dict[str, float]:
    return {
        "median": round(float(np.median(values)), 4),
        "p90": round(float(np.quantile(values, 0.9)), 4),
        "n": len(values),
    }


def enlarged(photos: list[Path], folder: Path) -> list[Path]:
    """Write each photograph at 12 megapixels, as a camera would."""
    random, made = np.random.default_rng(12), []
    for n, path in enumerate(photos):
        wide = decode(path).resize(SIZE, Image.Resampling.BICUBIC)
        noise = random.normal(0, 3, (SIZE[1], SIZE[0], 1)).astype(np.float32)
        seen = np.clip(np.asarray(wide, np.float32) + noise, 0, 255).astype(np.uint8)
        made.append(folder / f"{n}.jpg")
        Image.fromarray(seen).save(made[-1], quality=90)
    return made


def printed(paths: list[Path], folder: Path) -> tuple[list[Print], list[float]]:
    prints, taken = [], []
    for path in paths:
        began = process_time()
        prints.append(print_of(path, digest(path), folder))
        taken.append(process_time() - began)
    return prints, taken


def crowd(prints: list[Print], photos: list[Path], count: int) -> list[Marks]:
    """Make marks of many photographs: the words of the real ones, everything else at random."""
    random = np.random.default_rng(5)
    told = [one.marks for one in prints if one.marks is not None]
    levels = (np.asarray(decode(path).convert("L"), np.uint8) for path in photos)
    words = np.concatenate([marked(one)[0].words for one in levels])
    made = []
    for _ in range(count - len(told)):
        made.append(
            Marks(
                told[0].version,
                (640, 480),
                random.choice(words, POINTS),
                random.integers(0, 2**63, POINTS).astype(np.uint64) * 2 + 1,
                random.integers(0, 256, (POINTS, 2)).astype(np.uint8),
            )
        )
    return [*told, *made]


def queries(prints: list[Print], photos: list[Path], count: int) -> dict[str, Any]:
    marks = crowd(prints, photos, count)
    prints_of = [f"{n:064x}" for n in np.random.default_rng(6).integers(0, 2**62, count)]
    began = process_time()
    index = Index(marks)
    built = process_time() - began
    points = [seconds(lambda one=one: ask(index, one)) for one in prints]
    own = [one.fingerprint for one in prints if one.fingerprint]
    alone = seconds(
        lambda: candidates([*own, *prints_of], [None] * (len(own) + count), [()] * len(own))
    )
    return {
        "photographs": count,
        "build": round(built, 2),
        "both ways round": spread(points),
        "fingerprints, eight ways": round(alone / max(len(own), 1), 4),
    }


def hashes(paths: list[Path], prints: list[Print]) -> dict[str, Any]:
    """Hold the fingerprint to imagehash's, both of 256 bits: milliseconds a photograph.

    Ours is taken of the reduced copy that each photograph gets in any case; theirs of the decoded
    photograph, as it is commonly used, and of the same copy.
    """
    large, small = [decode(path) for path in paths], [decode(one.reduced) for one in prints]
    levels = [np.asarray(one.convert("L"), np.uint8) for one in small]

    def each(work: Callable[[Any], Any], pictures: list[Any]) -> float:
        return 1000 * sum(seconds(lambda one=one: work(one)) for one in pictures) / len(pictures)

    ours = each(lambda one: fingerprint(one.astype(np.float32)), levels)
    told = {"ours": round(ours, 2)}
    if find_spec("imagehash"):
        import imagehash

        for name, of in (("of the photograph", large), ("of the copy", small)):
            theirs = each(lambda one: imagehash.phash(one, hash_size=16), of)
            told |= {
                f"imagehash {name}": round(theirs, 2),
                f"times, {name}": round(theirs / ours, 1),
            }
    return told


def shots(paths: list[Path], prints: list[Print]) -> list[Shot]:
    told = zip(paths, prints, strict=True)
    return [
        Shot(path.name, path, one.reduced, (one.width, one.height), one.fingerprint)
        for path, one in told
    ]


def altered(paths: list[Path], folder: Path) -> list[Path]:
    """Cut each photograph, mirror it and save it again."""
    made = []
    for path in paths:
        picture = decode(path)
        width, height = picture.size
        part = picture.crop((width // 10, height // 10, width, height))
        made.append(folder / f"cut-{path.name}")
        part.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(made[-1], quality=80)
    return made


def pairs(paths: list[Path], prints: list[Print], folder: Path) -> dict[str, Any]:
    copies = altered(paths, folder)
    ours, theirs = shots(paths, prints), shots(copies, printed(copies, folder)[0])
    kinds: list[str] = []

    def each(which: Iterator[tuple[Shot, Shot]]) -> list[float]:
        taken = []
        for one, two in which:
            began = process_time()
            kinds.append(pair_answer(one, two).kind)
            taken.append(process_time() - began)
        return taken

    fresh = each(zip(ours, theirs, strict=True))
    compare._loaded.cache_clear()
    noted = each(zip(ours, theirs, strict=True))
    copies_again = each((a, b) for a, b in zip(ours, theirs, strict=True))
    strangers = each(zip(ours, [*theirs[1:], theirs[0]], strict=True))
    return {
        "first time": spread(fresh),
        "points noted": spread(noted),
        "pictures at hand": spread(copies_again),
        "strangers": spread(strangers),
        "kinds": {kind: kinds.count(kind) for kind in sorted({*kinds})},
    }


BATCH = 10_000


def batch(photos: list[Path], count: int, folder: Path) -> dict[str, Any]:
    """Look a folder through; processor and wall seconds, and what 10⁴ photographs would take."""
    views = enlarged(photos[: count // 4], folder)
    for path in views:
        for n, made in enumerate(versions(decode(path))):
            made.save(path.with_stem(f"{path.stem}-{n}"), quality=88)
    began, spent = perf_counter(), both_seconds()
    album = look_through(folder)
    wall, used = perf_counter() - began, both_seconds() - spent
    compared = sum(len(group.pairs) for group in album.groups)
    asked = album_questions(album.batch.photos[:8])
    more = asked * (1 - len(album.photos) / BATCH)  # what each question takes longer among 10⁴
    share = BATCH / len(album.photos)
    return {
        "photographs": len(album.photos),
        "pairs that answered": compared,
        "processor, s": round(used, 1),
        "wall, s": round(wall, 1),
        "both workers busy": round(used / wall / 2, 2),
        "10⁴ photographs, processor hours": round((used * share + more * BATCH) / 3600, 2),
        "10⁴ photographs, hours of two cores": round((used * share + more * BATCH) / 7200, 2),
    }


def versions(picture: Image.Image) -> Iterator[Image.Image]:
    """Cut a photograph and mirror it, cut it another way, and make it smaller."""
    wide, high = picture.size
    yield picture.crop((wide // 10, high // 10, wide, high)).transpose(
        Image.Transpose.FLIP_LEFT_RIGHT
    )
    yield picture.crop((0, 0, wide * 8 // 10, high * 9 // 10))
    yield picture.resize((wide * 9 // 10, high * 9 // 10))


def both_seconds() -> float:
    """Give the processor seconds of this process and of the children that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def album_questions(photos: Sequence[Photo]) -> float:
    """Give the seconds of one photograph's questions among 10⁴ photographs."""
    with TemporaryDirectory() as scratch:
        paths = [photo.path for photo in photos if photo.path is not None]
        prints = [print_of(path, digest(path), Path(scratch)) for path in paths]
        index = Index(crowd(prints, paths, BATCH))
        return seconds(lambda: [ask(index, one) for one in prints]) / len(prints)


def ask(index: Index, one: Print) -> list[Candidate]:
    """Put a photograph's questions, straight and mirrored."""
    return [found for question in one.questions[:2] for found in index.candidates(question)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photos", type=Path, default=PHOTOS)
    parser.add_argument("--crowd", type=int, default=100_000)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--batch", type=int, help="look through so many photographs, and no more")
    asked = parser.parse_args()
    photos = sorted(asked.photos.glob("*.jpg"))
    chosen = photos[:: max(len(photos) // asked.count, 1)][: asked.count]
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if asked.batch:
            print(json.dumps(batch(photos, asked.batch, folder), indent=1, ensure_ascii=False))
            return
        paths = enlarged(chosen, folder)
        prints, taken = printed(paths, folder)
        told = {
            "index a 12 MP photograph": spread(taken),
            "fingerprint": hashes(paths[:4], prints[:4]),
            "verified pair": pairs(paths, prints, folder),
            "query": queries(prints, photos[::2], asked.crowd),
        }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
