"""A photograph is known again in a later batch by its file and pixels; a view alone is alike."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pyproj import Transformer
from shapely import transform
from shapely.geometry.base import BaseGeometry

from tests.make import NoPast, batch, polygon, square
from tests.test_photos import scene
from yanhu_satcheck.batch import Camera, Photo
from yanhu_satcheck.evidence import EarlierTwin, PhotoGroup
from yanhu_satcheck.past import EarlierPhoto, EarlierPolygon
from yanhu_satcheck.photos import examine
from yanhu_satcheck.photos.earlier import with_earlier
from yanhu_satcheck.photos.picture import Print, distance, print_of
from yanhu_satcheck.terms import Call


def lonlat(footprint: BaseGeometry) -> BaseGeometry:
    turn = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
    return transform(footprint, lambda xy: np.column_stack(turn.transform(xy[:, 0], xy[:, 1])))


class Shelf(NoPast):
    """Photographs of 2022Q3, each filed for one polygon."""

    def __init__(self, folder: Path, kept: dict[str, Path], of: EarlierPolygon | None) -> None:
        folder.mkdir()
        self.of, self.asked, self.gone = of, 0, False
        self.kept: dict[str, Print] = {}
        for name, path in kept.items():
            seen = print_of(path, f"{name:0>64}", folder)
            self.kept[name] = seen

    def photos(
        self,
        before: str,
        sha256: str | None = None,
        pixel_hash: str | None = None,
        fingerprint: str | None = None,
    ) -> tuple[EarlierPhoto, ...]:
        self.asked += 1
        told = []
        for name, seen in self.kept.items():
            bits = distance(seen.fingerprint, fingerprint or "0")
            how = "pixels" if seen.pixel_hash == pixel_hash else "fingerprint"
            if how == "pixels" or bits <= 31:
                of = self.of.polygon_id if self.of else None
                told.append(
                    EarlierPhoto("2022Q3", name, of, seen.sha256, how, bits, None, None, Camera())
                )
        return tuple(told)

    def picture(self, sha256: str) -> bytes | None:
        paths = [one.reduced for one in self.kept.values() if one.sha256 == sha256]
        return None if self.gone else paths[0].read_bytes()

    def polygon(self, batch: str, polygon_id: str, before: str) -> EarlierPolygon | None:
        return self.of


def asked(folder: Path, kept: str, of: EarlierPolygon | None = None) -> Shelf:
    return Shelf(folder / "shelf", {kept: folder / kept}, of)


def groups(folder: Path, past: Shelf, **polygon_of: str) -> tuple[PhotoGroup, ...]:
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    issued = (polygon("P1", square(0, 0)), polygon("P2", square(1000, 0)))
    photos = tuple(
        Photo(f"{name}.jpg", folder / f"{name}.jpg", whose, listed=True)
        for name, whose in polygon_of.items()
    )
    there = batch(*issued, photos=photos)
    evidence, found, _ = examine(there, scratch)
    return with_earlier(found, evidence, there, past, scratch)


def twins(folder: Path, past: Shelf, **polygon_of: str) -> list[EarlierTwin]:
    return [twin for group in groups(folder, past, **polygon_of) for twin in group.earlier]


def test_the_same_pixels_are_the_same_exposure(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=90)
    (tmp_path / "a.jpg").write_bytes((tmp_path / "then.jpg").read_bytes())
    past = asked(tmp_path, "then.jpg")
    (group,) = groups(tmp_path, past, a="P1")
    assert (group.kind, group.photos) == ("exposure", ("a.jpg",))
    assert [(one.photo.id, one.kind) for one in group.earlier] == [("then.jpg", "exposure")]
    assert past.asked == 1


@pytest.mark.parametrize("quality", [90, 50])
def test_saved_again_is_alike_and_no_more(tmp_path: Path, quality: int) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=95)
    Image.open(tmp_path / "then.jpg").save(tmp_path / "a.jpg", quality=quality)
    assert [one.kind for one in twins(tmp_path, asked(tmp_path, "then.jpg"), a="P1")] == [
        "doubtful"
    ]


def test_a_fixed_camera_s_next_shot_is_alike_and_no_more(tmp_path: Path) -> None:
    scene(1).save(tmp_path / "then.jpg", quality=95)
    scene(2).save(tmp_path / "a.jpg", quality=95)
    assert [one.kind for one in twins(tmp_path, asked(tmp_path, "then.jpg"), a="P1")] == [
        "doubtful"
    ]


def test_a_fingerprint_alone_proves_nothing(tmp_path: Path) -> None:
    """The coarse structure agrees in every bit, the fine one in none."""
    rng = np.random.default_rng(5)
    coarse = np.asarray(scene(1).convert("L"), np.float32)
    for name in ("then", "a"):
        fine = coarse + 60 * rng.choice([-1, 1], coarse.shape)
        Image.fromarray(np.clip(fine, 0, 255).astype(np.uint8)).save(tmp_path / f"{name}.jpg")
    past = asked(tmp_path, "then.jpg")
    assert twins(tmp_path, past, a="P1") == []
    assert past.asked == 1


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
    assert (group.photos, len(group.earlier), past.asked) == (("a.jpg", "b.jpg"), 1, 1)


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
