"""Learn the words by which points of photographs are sorted. Run once a version, never in silence.

    python benchmarks/photo_codebook.py yanhu_satcheck/photos/codebook-1.npz

The pictures are generated: leaves of all sizes laid over each other (Lee, Mumford & Huang 2001,
whose statistics are those of photographs), with grain of a power law, slopes of light and blur. So
the words carry nobody's photograph and nobody's licence.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from yanhu_satcheck.photos.codebook import BITS, SCALE, VERSION
from yanhu_satcheck.photos.features import Floats, Gray8, features

WORDS, ROUNDS, PICTURES, POINTS, SEED = 8192, 5, 260, 500, 20221231


def leaves(rng: np.random.Generator, width: int = 640, height: int = 480) -> Gray8:
    """Paint one picture."""
    picture = np.full((height, width), 128.0, np.float32)
    for radius in np.sort(6.0 / rng.uniform(0.02, 1.0, 1400) ** 0.9)[::-1]:
        at = rng.integers(0, width), rng.integers(0, height)
        size = max(int(radius), 1), max(int(radius * rng.uniform(0.3, 1)), 1)
        tone, angle = float(rng.uniform(0, 255)), float(rng.uniform(0, 180))
        box = tuple(int(v) for v in at), tuple(2 * s for s in size), angle
        if rng.random() < 0.4:
            cv2.fillPoly(picture, [cv2.boxPoints(box).astype(np.int32)], tone, cv2.LINE_AA)
        else:
            cv2.ellipse(picture, box, tone, -1, cv2.LINE_AA)
    fy, fx = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    power = np.maximum(np.hypot(fx, fy), 1 / width) ** -rng.uniform(0.6, 1.6)
    phase = np.exp(2j * np.pi * rng.random(power.shape))
    grain = np.fft.irfft2(power * phase, s=(height, width))
    grain *= rng.uniform(8, 45) / grain.std()
    picture = (
        cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 1.6)) * rng.uniform(0.3, 0.9) + grain
    )
    return np.clip(np.rint(picture - picture.mean() + 128), 0, 255).astype(np.uint8)


def nearest(descriptors: Floats, words: Floats) -> NDArray[np.int64]:
    half = (words**2).sum(axis=1) / 2
    parts = np.array_split(descriptors, max(len(descriptors) // 4096, 1))
    return np.concatenate([(half - part @ words.T).argmin(axis=1) for part in parts])


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path)
    file = asked.parse_args().file
    cv2.setNumThreads(1)
    rng = np.random.default_rng(SEED)
    found = [features(leaves(rng), most=POINTS).descriptors for _ in range(PICTURES)]
    told = np.concatenate(found)
    words = told[rng.choice(len(told), WORDS, replace=False)]
    for _ in range(ROUNDS):
        of = nearest(told, words)
        count = np.bincount(of, minlength=WORDS)
        order = np.argsort(of, kind="stable")
        starts = np.concatenate([[0], np.cumsum(count)[:-1]])
        sums = np.add.reduceat(told[order], np.minimum(starts, len(told) - 1), axis=0)
        words = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], words)
        empty = np.flatnonzero(count == 0)
        words[empty] = told[rng.choice(len(told), len(empty), replace=False)]
        words = words.astype(np.float32)
        print(len(told), len(empty), np.sqrt(((told - words[of]) ** 2).sum(1)).mean(), flush=True)
    projection = np.linalg.qr(rng.normal(size=(128, 128)))[0][:, :BITS].astype(np.float32)
    of, thrown = nearest(told, words), told @ projection
    medians = np.empty((WORDS, BITS), np.float32)
    for word in range(WORDS):
        own = thrown[of == word]
        # Of a word with few points its own middle counts as four more.
        centre = np.repeat((words[word] @ projection)[None], 4, axis=0)
        medians[word] = np.median(np.concatenate([own, centre]), axis=0)
    np.savez_compressed(
        file,
        version=np.int64(VERSION),
        words=np.clip(np.rint(words * SCALE), 0, 255).astype(np.uint8),
        projection=np.clip(np.rint(projection * SCALE), -512, 512).astype(np.int16),
        medians=np.clip(np.rint(medians * SCALE), -512, 511).astype(np.int16),
    )
    print(file, file.stat().st_size)


if __name__ == "__main__":
    main()
