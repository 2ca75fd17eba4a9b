"""A photograph is known again in a later batch, altered or not; where its polygon lies is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer
from shapely import transform
from shapely.geometry.base import BaseGeometry

from tests.make import NoPast, batch, polygon, square
from tests.test_photos import scene
from tests.test_photos_pairs import Pixels, on_a_page, rocks, turned_by_degrees, with_banner
from yanhu_satcheck.batch import Camera, Photo
from yanhu_satcheck.evidence import EarlierTwin, PhotoGroup
from yanhu_satcheck.past import EarlierPhoto, EarlierPolygon, KeptMarks
from yanhu_satcheck.photos import Examined, examine
from yanhu_satcheck.photos.codebook import VERSION
from yanhu_satcheck.photos.picture import Print, print_of
from yanhu_satcheck.terms import Call


def lonlat(footprint: BaseGeometry) -> BaseGeometry:
    turn = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
    return transform(footprint, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))


class Shelf(NoPast):
    """Photographs of 2022Q3, each filed for one polygon."""

    def __init__(self, folder: Path, kept: dict[str, Path], of: EarlierPolygon | None) -> None:
        folder.mkdir()
        self.of, self.asked, self.gone, self.codebook = of, 0, False, VERSION
        self.kept: dict[str, Print] = {}
        for n, (name, path) in enumerate(kept.items()):
            self.kept[name] = print_of(path, f"{n:0>64}", folder)

    def photos(
        self,
        before: str,
        sha256: str | None = None,
        pixel_hash: str | None = None,
        fingerprint: str | None = None,
    ) -> tuple[EarlierPhoto, ...]:
        self.asked += 1
        of = self.of.polygon_id if self.of else None
        return tuple(
            EarlierPhoto("2022Q3", name, of, seen.sha256, how, 0, None, None, Camera(), size)
            for name, seen in self.kept.items()
            for how, met in (
                ("file", seen.sha256 == sha256),
                ("pixels", seen.pixel_hash == pixel_hash),
            )
            for size in ((seen.width, seen.height),)
            if met
        )

    def marks(self, before: str) -> tuple[KeptMarks, ...]:
        kept = []
        for seen in self.kept.values():
            assert seen.marks is not None
            points, size = seen.marks.packed(), seen.marks.size
            kept.append(KeptMarks(seen.sha256, seen.fingerprint, self.codebook, size, points))
        return tuple(kept)

    def picture(self, sha256: str) -> bytes | None:
        paths = [one.reduced for one in self.kept.values() if one.sha256 == sha256]
        return None if self.gone else paths[0].read_bytes()

    def polygon(self, batch: str, polygon_id: str, before: str) -> EarlierPolygon | None:
        return self.of


def asked(folder: Path, kept: str, of: EarlierPolygon | None = None) -> Shelf:
    return Shelf(folder / "shelf", {kept: folder / kept}, of)


def examined(folder: Path, past: Shelf, **polygon_of: str) -> Examined:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    issued = (polygon("P1", square(0, 0)), polygon("P2", square(1000, 0)))
    photos = tuple(
        Photo(f"{name}.jpg", folder / f"{name}.jpg", whose, listed=True)
        for name, whose in polygon_of.items()
    )
    return examine(replace(batch(*issued, photos=photos), root=folder), scratch, past=past)


def groups(folder: Path, past: Shelf, **polygon_of: str) -> tuple[PhotoGroup, ...]:
    return examined(folder, past, **polygon_of)[1]


def twins(folder: Path, past: Shelf, **polygon_of: str) -> list[EarlierTwin]:
    return [twin for group in groups(folder, past, **polygon_of) for twin in group.earlier]


def test_the_same_pixels_are_the_same_exposure(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=90)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "then.jpg").read_bytes())
    past = asked(tmp_path, "then.jpg")
    (group,) = groups(tmp_path, past, a="P1")
    assert (group.kind, group.photos) == ("exposure", ("a.jpg",))
    assert [(one.photo.id, one.kind) for one in group.earlier] == [("then.jpg", "exposure")]
    assert past.asked == 2  # for its file and pixels, and for where that was filed


@pytest.mark.parametrize("quality", [90, 50])
def test_saved_again_is_one_view_and_no_more(tmp_path: Path, quality: int) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=95)
    Image.open(tmp_path / "then.jpg").save(tmp_path / "a.jpg", quality=quality)
    assert [one.kind for one in twins(tmp_path, asked(tmp_path, "then.jpg"), a="P1")] == ["view"]


def test_a_fixed_camera_s_next_shot_is_one_view_and_no_more(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=95)
    scene(2).save(tmp_path / "a.jpg", quality=95)
    assert [one.kind for one in twins(tmp_path, asked(tmp_path, "then.jpg"), a="P1")] == ["view"]


DISGUISED: dict[str, tuple[str, Callable[[Pixels], Pixels]]] = {
    "saved again": ("view", lambda pixels: pixels),
    "mirrored": ("view", lambda pixels: pixels[:, ::-1]),
    "a banner": ("view", with_banner),
    "cut": ("exposure", lambda pixels: pixels[60:540, 90:810]),
    "cut and mirrored": ("exposure", lambda pixels: pixels[60:540, 90:810][:, ::-1]),
    "turned and cut": ("exposure", turned_by_degrees),
    "on a page": ("exposure", on_a_page),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_a_disguised_copy_of_an_earlier_photograph_is_found(tmp_path: Path, name: str) -> None:
    kind, disguise = DISGUISED[name]
    for n, seed in enumerate((4, 5, 6)):
        Image.fromarray(rocks(seed)).save(tmp_path / f"then{n}.jpg", quality=92)
    Image.fromarray(np.ascontiguousarray(disguise(rocks(5)))).save(tmp_path / "a.jpg", quality=85)
    past = Shelf(
        tmp_path / "shelf", {f"then{n}": tmp_path / f"then{n}.jpg" for n in range(3)}, None
    )
    (group,) = groups(tmp_path, past, a="P1")
    (twin,) = group.earlier
    assert (group.kind, group.photos, twin.photo.id) == (kind, ("a.jpg",), "then1")
    assert twin.reduced is not None
    assert twin.pair is not None
    assert (twin.pair.how, len(twin.pair.mapping)) == (group.how, 9)


def test_two_cuts_of_one_earlier_photograph_are_one_exposure(tmp_path: Path) -> None:
    """Neither holds the other: only the photograph they were cut from joins them."""
    whole = rocks(5)
    Image.fromarray(whole).save(tmp_path / "then.jpg", quality=92)
    for name, part in (("a", whole[:520, :620]), ("b", whole[90:, 260:])):
        Image.fromarray(part).save(tmp_path / f"{name}.jpg", quality=92)
    found = groups(tmp_path, asked(tmp_path, "then.jpg"), a="P1", b="P2")
    (group,) = [one for one in found if one.kind == "exposure"]
    assert group.photos == ("a.jpg", "b.jpg")
    assert [twin.photo.id for twin in group.earlier] == ["then.jpg"]
    assert group.apart == {("P1", "P2"): pytest.approx(900.0)}


@pytest.mark.parametrize("codebook", [VERSION + 1, None])
def test_marks_of_another_codebook_are_said_and_not_compared(
    tmp_path: Path, codebook: int | None
) -> None:
    Image.fromarray(rocks(5)).save(tmp_path / "then.jpg", quality=92)
    Image.fromarray(rocks(5)[60:540, 90:810]).save(tmp_path / "a.jpg", quality=92)
    past = asked(tmp_path, "then.jpg")
    _, found, misreads = examined(tmp_path, past, a="P1")
    assert (len(found), misreads) == (1, ())
    past.codebook = codebook  # type: ignore[assignment]
    _, found, (misread,) = examined(tmp_path, past, a="P1")
    assert (found, misread.rule, misread.polygon_ids) == ((), "PH01", ())
    assert "1 张照片中有 1 张" in misread.what.zh


def test_what_its_device_burns_in_is_kept_with_a_photograph(tmp_path: Path) -> None:
    names = {}
    for seed in range(10, 20):
        pixels = rocks(seed)
        pixels[570:640, 20:420] = 235
        pixels[590:620:6, 40:400:3] = 20
        Image.fromarray(pixels).save(tmp_path / f"s{seed}.jpg", quality=92)
        names[f"s{seed}"] = "P1"
    Image.fromarray(rocks(5, 600, 480)).save(tmp_path / "other.jpg", quality=92)
    scratch = asked(tmp_path, "other.jpg")
    photos, _, _ = examined(tmp_path, scratch, other="P2", **names)
    kept = {photo.id: photo.marks for photo in photos}
    assert all(one is not None and one.codebook == VERSION for one in kept.values())
    burnt = {id: bool(one and one.template) for id, one in kept.items()}
    assert burnt == {id: id != "other.jpg" for id in burnt}


def test_a_fingerprint_alone_proves_nothing(tmp_path: Path) -> None:
    """The coarse structure agrees in every bit, the fine one in none."""
    rng = np.random.default_rng(5)
    coarse = np.asarray(scene(1).convert("L"), np.float32)
    for name in ("then", "a"):
        fine = coarse + 60 * rng.choice([-1, 1], coarse.shape)
        Image.fromarray(np.clip(fine, 0, 255).astype(np.uint8)).save(tmp_path / f"{name}.jpg")
    past = asked(tmp_path, "then.jpg")
    assert twins(tmp_path, past, a="P1") == []


def test_without_the_reduced_copy_nothing_is_said_of_a_view(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=95)
    scene(1).save(tmp_path / "a.jpg", quality=60)
    past = asked(tmp_path, "then.jpg")
    past.gone = True
    assert twins(tmp_path, past, a="P1") == []


def test_copies_here_share_one_question_and_one_group(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=90)
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes((tmp_path / "then.jpg").read_bytes())
    past = asked(tmp_path, "then.jpg")
    (group,) = groups(tmp_path, past, a="P1", b="P2")
    assert (group.photos, len(group.earlier), past.asked) == (("a.jpg", "b.jpg"), 1, 2)


@pytest.mark.parametrize(
    ("x", "family", "away", "one_ground"),
    [
        (400, {}, {"P1": 300.0, "P2": 500.0}, set()),
        (99, {}, {"P1": 0.0, "P2": 801.0}, set()),  # a sliver of one metre
        (50, {}, {"P1": 0.0, "P2": 850.0}, {"P1"}),
        (400, {"parent_polygon_id": "p2"}, {"P1": 300.0, "P2": 500.0}, {"P2"}),
    ],
)
def test_how_far_the_earlier_place_lies_is_measured(
    tmp_path: Path,
    x: float,
    family: dict[str, str],
    away: dict[str, float],
    one_ground: set[str],
) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=90)
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes((tmp_path / "then.jpg").read_bytes())
    outline = lonlat(square(x, 0))
    of = EarlierPolygon("2022Q3", "E1", "E1", outline, Call.LEGAL, **family)  # type: ignore[arg-type]
    (twin,) = twins(tmp_path, asked(tmp_path, "then.jpg", of), a="P1", b="P2")
    assert twin.metres == {name: pytest.approx(m, abs=0.01) for name, m in away.items()}
    assert twin.one_ground == one_ground


def test_one_number_is_one_place_only_where_no_outline_can_tell(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=90)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "then.jpg").read_bytes())
    past = asked(tmp_path, "then.jpg")
    for outline, one_ground in ((lonlat(square(900, 900)), set()), (None, {"P1"})):
        past.of = EarlierPolygon("2022Q3", "P1", "P1", outline, Call.LEGAL)
        (twin,) = twins(tmp_path, past, a="P1")
        assert twin.one_ground == one_ground
