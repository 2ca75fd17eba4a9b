"""A copy is told from a step aside, from a wider view and from a fixed camera's next shot."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.shared import shared_data
from yanhu_satcheck.evidence import PairAnswer
from yanhu_satcheck.photos.align import align
from yanhu_satcheck.photos.compare import compare, picture
from yanhu_satcheck.photos.features import features, matches, mirrored
from yanhu_satcheck.photos.overlay import overlay_of
from yanhu_satcheck.photos.pairs import Shot, pair_answer, turn_of
from yanhu_satcheck.photos.picture import (
    digest,
    distance,
    fingerprint,
    gray,
    print_of,
    turned_fingerprints,
)
from yanhu_satcheck.photos.resaved import Turn, turned
from yanhu_satcheck.photos.template import edges, template

Pixels = NDArray[np.uint8]


@cache
def rocks(seed: int, width: int = 900, height: int = 660, count: int = 2600) -> Pixels:
    """Stones of all sizes on each other, in grey: the statistics of a photograph."""
    rng = np.random.default_rng(seed)
    ground = np.full((height, width), 120.0, np.float32)
    for radius in np.sort(5.0 / rng.uniform(0.03, 1.0, count))[::-1]:
        size = 2 * radius * float(rng.uniform(0.5, 1)), 2 * radius * float(rng.uniform(0.5, 1))
        middle = float(rng.integers(0, width)), float(rng.integers(0, height))
        tone = float(rng.uniform(40, 215))
        cv2.ellipse(ground, (middle, size, float(rng.uniform(0, 180))), tone, -1, cv2.LINE_AA)
    seen = whole(cv2.GaussianBlur(ground, (0, 0), 0.8) + rng.normal(0, 2, ground.shape))
    # As a camera writes it; written once more at this quality it hardly changes.
    file = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)


def whole(values: NDArray[Any]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def shot(folder: Path, name: str, pixels: Pixels, quality: int = 92) -> Shot:
    path = folder / f"{name}.jpg"
    Image.fromarray(np.ascontiguousarray(pixels)).convert("RGB").save(path, quality=quality)
    seen = print_of(path, f"{name}_reduced", folder)
    return Shot(name, path, seen.reduced, (seen.width, seen.height), seen.fingerprint)


def told(folder: Path, one: Pixels, two: Pixels, quality: int = 92) -> PairAnswer:
    return pair_answer(shot(folder, "a", one), shot(folder, "b", two, quality))


def with_banner(pixels: Pixels) -> Pixels:
    out = pixels.copy()
    out[-70:] = 30
    cv2.putText(out, "No. 140802 2022-11-05", (20, 625), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 240, 2)
    return out


def on_a_page(pixels: Pixels) -> Pixels:
    page = np.full((1300, 1150), 250, np.uint8)
    page[300 : 300 + len(pixels), 120 : 120 + pixels.shape[1]] = pixels
    return page


def turned_by_degrees(pixels: Pixels) -> Pixels:
    h, w = pixels.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), 4, 1)
    return whole(cv2.warpAffine(pixels, turn, (w, h), flags=cv2.INTER_CUBIC))[70:590, 70:830]


def smaller(pixels: Pixels, share: float) -> Pixels:
    size = round(pixels.shape[1] * share), round(pixels.shape[0] * share)
    return whole(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


DISGUISES: dict[str, Callable[[Pixels], Pixels]] = {
    "cut": lambda p: p[60:560, 90:820],
    "mirrored": lambda p: p[:, ::-1],
    "mirrored and cut": lambda p: p[40:600, 20:800][:, ::-1],
    "turned": lambda p: np.rot90(p),
    "turned by degrees": turned_by_degrees,
    "a half as large": lambda p: smaller(p, 0.6),
    "brighter": lambda p: whole(255 * (p / 255.0) ** 0.7),
    "under a banner": with_banner,
    "on a page": on_a_page,
}


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguised_copy_is_one_exposure(tmp_path: Path, name: str) -> None:
    answer = told(tmp_path, rocks(1), DISGUISES[name](rocks(1)))
    assert (answer.kind, answer.one_exposure) == ("copy", True), answer.how.en
    assert answer.figures["s50"].value <= 0.05
    assert answer.cells


def test_what_was_altered_is_said(tmp_path: Path) -> None:
    answer = told(tmp_path, rocks(1), rocks(1)[0:528, 0:720][:, ::-1])
    assert [one.zh for one in answer.altered] == ["镜像", "裁去 36%"]


def test_the_mapping_lays_the_one_on_the_other(tmp_path: Path) -> None:
    answer = told(tmp_path, rocks(1), rocks(1)[60:560, 90:820])
    there = np.array(answer.mapping).reshape(3, 3) @ [90, 60, 1]
    assert there[:2] / there[2] == pytest.approx([0, 0], abs=0.2)


@pytest.mark.parametrize("quality", [92, 75, 50])
def test_a_fixed_camera_s_next_shot_is_a_view_and_no_more(tmp_path: Path, quality: int) -> None:
    rng = np.random.default_rng(3)
    next_one = whole(rocks(1) + rng.normal(0, 0.8, rocks(1).shape))
    assert told(tmp_path, rocks(1), next_one, quality).kind == "view"


def test_a_fixed_camera_s_next_shot_made_smaller_is_a_view_and_no_more(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    next_one = whole(rocks(1) + rng.normal(0, 0.8, rocks(1).shape))
    assert told(tmp_path, rocks(1), smaller(next_one, 0.6)).kind == "view"


@pytest.mark.parametrize(("quality", "kind"), [(60, "copy"), (35, "copy"), (20, "view")])
def test_a_poorly_saved_copy_is_known_until_nothing_is_left(
    tmp_path: Path, quality: int, kind: str
) -> None:
    assert told(tmp_path, rocks(1), rocks(1), quality=quality).kind == kind


def test_a_view_that_shows_more_on_both_sides_is_no_copy(tmp_path: Path) -> None:
    """Neither frame lies in the other: no copy shows what its original did not."""
    answer = told(tmp_path, rocks(1)[:, :840], rocks(1)[:, 60:])
    assert answer.figures["s50"].value <= 0.05
    assert answer.kind == "place"


def test_a_step_aside_moves_what_is_near(tmp_path: Path) -> None:
    """A slope: the nearer its foot, the farther a step moves it."""
    h, w = rocks(1).shape
    y, x = np.mgrid[:h, :w].astype(np.float32)
    swell = 3.0 * np.sin(x / 90) * np.sin(y / 70)
    aside = whole(cv2.remap(rocks(1), x + swell, y, cv2.INTER_CUBIC))
    answer = told(tmp_path, rocks(1), aside[40:620, 40:860])
    assert not answer.one_exposure
    assert answer.kind in {"doubtful", "place"}


def test_strangers_have_nothing_in_common(tmp_path: Path) -> None:
    assert told(tmp_path, rocks(1), rocks(2)).kind == "unrelated"


def test_strangers_under_one_banner_have_nothing_in_common(tmp_path: Path) -> None:
    assert told(tmp_path, with_banner(rocks(1)), with_banner(rocks(2))).kind == "unrelated"


def test_blank_and_tiny_pictures_cannot_be_told(tmp_path: Path) -> None:
    blank = np.full((600, 800), 128, np.uint8)
    assert told(tmp_path, rocks(1), blank).kind == "untold"
    assert told(tmp_path, rocks(1), blank[:1, :1]).kind == "untold"
    assert told(tmp_path, rocks(1), smaller(rocks(1), 0.3)).kind == "untold"


def test_the_mirror_s_descriptors_are_a_change_of_order() -> None:
    image = rocks(1)
    one, two = features(image), features(np.ascontiguousarray(image[:, ::-1]))
    pairs = matches(mirrored(one.descriptors), two.descriptors)
    assert len(pairs[0]) > 0.8 * len(one.xy)
    apart = one.xy[pairs[0]] * [-1, 1] + [image.shape[1] - 1, 0] - two.xy[pairs[1]]
    assert np.median(np.hypot(*apart.T)) < 0.05


def test_both_ways_round_are_tried() -> None:
    one, two = picture(rocks(1)), picture(np.ascontiguousarray(rocks(1)[:, ::-1]))
    straight = align(one.features, one.size, one.features, one.size)
    flipped = align(one.features, one.size, two.features, two.size)
    assert straight is not None
    assert flipped is not None
    assert (straight.flipped, flipped.flipped) == (False, True)


@pytest.mark.parametrize("turn", [Turn(m, q) for m in (False, True) for q in range(4)])
def test_eight_turns_are_recognised(turn: Turn) -> None:
    image = rocks(1).astype(np.float32)
    other = turned(image, turn)
    assert turn_of(compare(picture(whole(image)), picture(whole(other)))) == turn
    mark = fingerprint(image)
    nearest = min(distance(fingerprint(other), way) for way in turned_fingerprints(mark))
    assert nearest <= 16


def test_a_banner_a_page_and_nothing_are_told_apart() -> None:
    assert not overlay_of(rocks(1)).any
    ((side, thick),) = overlay_of(with_banner(rocks(1))).stripes
    assert side == "bottom"
    assert thick == pytest.approx(70, abs=4)
    assert overlay_of(on_a_page(rocks(1))).page == pytest.approx((120, 300, 1020, 960), abs=6)


def test_what_a_device_burns_in_is_masked_and_a_fixed_view_is_not() -> None:
    def stamped(seed: int) -> Pixels:
        out = rocks(seed, 640, 480, 900).copy()
        for line in range(4):
            words = f"BH 14080{seed:04d} LON 111.{seed * 7919 % 10000:04d}"
            cv2.putText(out, words, (10, 350 + 35 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 2)
        return out

    mask = template([edges(stamped(seed)) for seed in range(9)])
    assert mask is not None
    assert mask[185:240, 10:150].mean() > 0.9
    assert mask[:150].mean() < 0.02
    assert template([edges(stamped(seed)) for seed in range(7)]) is None
    assert template([edges(stamped(1))] * 9) is None


NEAREST = (
    ("copr__IMG_0130.jpg", "copr__IMG_0133.jpg"),
    ("copr__IMG_0064.jpg", "copr__IMG_0067.jpg"),
    ("copr__IMG_0139.jpg", "copr__IMG_0142.jpg"),
    ("copr__IMG_0037.jpg", "copr__IMG_0145.jpg"),
    ("caliterra__IMG_9363.jpg", "caliterra__IMG_9364.jpg"),
    ("lewis__img_4162.jpg", "lewis__img_4166.jpg"),
    ("hdr_iphone__hdr__iphone_hdr_NO.jpg", "hdr_iphone__hdr__iphone_hdr_YES.jpg"),
)


@pytest.mark.parametrize("pair", NEAREST, ids=lambda pair: pair[0])
def test_the_nearest_honest_pairs_are_no_copies(tmp_path: Path, pair: tuple[str, str]) -> None:
    """A drone over flat sand, a road from above, one view in two brackets of light."""
    one, two = (
        Shot(name, path, print_of(path, digest(path), tmp_path).reduced)
        for name in pair
        for path in (shared_data("photos", name),)
    )
    answer = pair_answer(one, two)
    assert answer.kind in {"place", "doubtful"}


def test_a_real_photograph_is_known_again(tmp_path: Path) -> None:
    path = shared_data("photos", "copr__IMG_0130.jpg")
    pixels = gray(Image.open(path)).astype(np.uint8)
    assert told(tmp_path, pixels, pixels[100:800, 150:1250][:, ::-1], 60).kind == "copy"


@pytest.mark.parametrize(("kept", "kind"), [(0.5, "copy"), (0.3, "doubtful")])
def test_a_small_part_of_a_frame_is_left_in_doubt(tmp_path: Path, kept: float, kind: str) -> None:
    whole_frame = rocks(21)
    height, width = (round(n * kept**0.5) for n in whole_frame.shape)
    cut = whole_frame[60 : 60 + height, 80 : 80 + width]
    assert told(tmp_path, whole_frame, cut).kind == kind
