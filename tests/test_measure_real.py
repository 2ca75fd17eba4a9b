"""What survey and measure say of real pairs: recall where labels are, silence where nothing was."""

import csv
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from numpy.typing import NDArray
from scipy.stats import rankdata
from shapely import box, union_all
from shapely.affinity import translate
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tests.ground_worlds import CRS, SIX, batch_of, image, real_pair, real_root, write
from tests.test_chance import outlines
from yanhu_satcheck.evidence import Measurement
from yanhu_satcheck.measure import measure
from yanhu_satcheck.raster import Window, open_pair
from yanhu_satcheck.raster.ground import view
from yanhu_satcheck.raster.window import moved
from yanhu_satcheck.scene import ScenePair
from yanhu_satcheck.survey import survey


def area_under(score: NDArray[np.floating], changed: NDArray[np.bool_]) -> float:
    """Chance that a changed cell or polygon scores higher than an unchanged one."""
    ranks, n = rankdata(score), changed.sum()
    return float((ranks[changed].sum() - n * (n + 1) / 2) / (n * (len(changed) - n)))


def cases(
    scene: ScenePair, shapes: Sequence[BaseGeometry], crs: str, tmp_path: Path
) -> list[Measurement]:
    fit = survey(scene, shapes, crs)
    found = [m for m, _ in measure(batch_of([scene], shapes, crs), [fit], tmp_path)]
    return sorted(found, key=lambda m: m.polygon_id)


def drawn(name: str, crs: str) -> BaseGeometry:
    text = (real_root() / name / "mask.geojson").read_text(encoding="utf-8")
    whole = union_all([shape(f["geometry"]) for f in json.loads(text)["features"]])
    return moved(whole, "EPSG:4326", crs) if abs(whole.bounds[0]) <= 180 else whole


def accused(case: Measurement) -> bool:
    """What a rule would need to accuse by change: cause, size and chance."""
    return (
        case.change is not None
        and case.chance is not None
        and case.cause is not None
        and case.chance.p is not None
        and case.chance.p <= 0.01
        and case.change.bare_gain.value >= 0.2
        and case.cause.of("mining") > 0.5
    )


def test_change_beyond_look_alikes_ranks_the_labelled_cells_of_taizhou() -> None:
    scene = real_pair("landsat_taizhou_2000_2003")
    fit = survey(scene, [], "EPSG:32651")
    assert fit.shift_px is not None
    with open_pair(scene, (fit.shift_px[0].value, fit.shift_px[1].value)) as reader:
        *_, look = view(reader, Window(0, 0, 400, 400), fit.model)
    with rasterio.open(real_root() / "landsat_taizhou_2000_2003" / "mask.tif") as file:
        labels = file.read(1)
    told = (labels != 255) & look.clear
    assert area_under(look.d2[told], labels[told] == 1) > 0.97
    assert look.changed[told & (labels == 0)].mean() < 0.01
    assert look.newly_bare[told & (labels == 1)].mean() > 0.3


QUIET: list[tuple[str, str, float, dict[str, Any]]] = [
    ("landsat_pa_jul_nov_2002", "EPSG:32618", 45_000, {}),
    ("naip_wet_2014_2015", "EPSG:26914", 12_000, {"bands": ("red", "green", "blue", "nir")}),
]


@pytest.mark.parametrize(("name", "crs", "area", "more"), QUIET, ids=[q[0] for q in QUIET])
def test_season_alone_accuses_nobody(
    name: str, crs: str, area: float, more: dict[str, Any], tmp_path: Path
) -> None:
    scene = real_pair(name, **more)
    found = cases(scene, outlines(scene, 40, 11, area), crs, tmp_path)
    told = [m for m in found if m.change is not None]
    assert len(told) >= 34
    assert sum(accused(m) for m in told) == 0
    shares = [m.change.changed_share.value for m in told if m.change]
    assert np.mean(shares) < 0.05
    gains = [m.change.bare_gain.value for m in told if m.change]
    assert abs(np.mean(gains)) < 0.05
    lead = [max(m.cause.shares, key=m.cause.of) for m in told if m.cause]
    assert sum(cause in ("season", "none") for cause in lead) >= 0.9 * len(lead)


def test_a_mud_flow_is_new_bare_ground_in_a_pair_of_differing_extents(tmp_path: Path) -> None:
    scene = real_pair("brumadinho_damfailure_2019", scale=2.75e-5, offset=-0.2)
    mud = drawn("brumadinho_damfailure_2019", "EPSG:32723")
    around = [s for s in outlines(scene, 40, 4) if s.distance(mud) > 300]
    flow, *others = cases(scene, [mud, *around], "EPSG:32723", tmp_path)
    assert flow.change is not None
    assert flow.change.bare_gain.value > 0.5
    assert flow.change.others["strength"].value > 2
    assert flow.cause is not None
    assert flow.cause.of("season") < 0.3
    seen = [m for m in others if m.change is not None]
    assert sum(accused(m) for m in seen) == 0
    assert any(m.scene is None or m.scene.coverage < 1 for m in others)


def test_a_burnt_slope_lost_its_green_and_its_surroundings_did_not(tmp_path: Path) -> None:
    scene = real_pair("coldsprings_fire_2016", scale=1e-4, qa_bits=(3, 5))
    fire = drawn("coldsprings_fire_2016", "EPSG:32613")
    burnt, *others = cases(scene, [fire, *outlines(scene, 40, 5, 30_000)], "EPSG:32613", tmp_path)
    assert burnt.scene is not None
    assert burnt.scene.clear_share < 0.9  # cloud before hides part of it
    assert not burnt.scene.mask_estimated
    assert burnt.change is not None
    assert burnt.change.green_loss.value > 0.3
    rest = [m.change.green_loss.value for m in others if m.change]
    assert np.median(rest) < 0.05


def test_a_hazy_alert_in_degrees_is_no_proof_of_anything(tmp_path: Path) -> None:
    scene = real_pair("gold_alert_suriname_2022_2023", bands=("swir1", "nir", "red"))
    alert = drawn("gold_alert_suriname_2022_2023", "EPSG:32621")
    (case,) = cases(scene, [alert], "EPSG:32621", tmp_path)
    assert case.scene is not None
    assert case.scene.cell_m == pytest.approx(10, abs=0.1)
    assert case.scene.n_px == pytest.approx(113, abs=3)
    assert not accused(case)


def test_new_mines_stand_out_from_old_ones_and_from_forest(tmp_path: Path) -> None:
    """Patches of one sensor side by side as one scene; labels by eye, outlines where digitised."""
    scene, shapes, labels = patchwork(tmp_path)
    found = cases(scene, shapes, CRS, tmp_path)
    new = np.array([label == "new" for label in labels])
    told = np.array([m.change is not None for m in found])
    gain = np.array([m.change.bare_gain.value if m.change else 0.0 for m in found])
    mining = np.array([m.cause.of("mining") if m.cause else 0.0 for m in found])
    assert told.mean() > 0.9
    assert area_under(gain[told], new[told]) > 0.95
    assert area_under(mining[told], new[told]) > 0.95
    assert mining[told & ~new].max() < 0.5
    assert not any(accused(m) for m, is_new in zip(found, new, strict=True) if not is_new)


SAME = {"natural_nochange", "no_mine_visible", "mining_ongoing", "openpit_active"}
NEW = {"mining_new", "mining_expand", "openpit_expand"}


def patchwork(tmp_path: Path) -> tuple[ScenePair, list[BaseGeometry], list[str]]:
    """A scene of all patches in rows of ten, the polygons to measure and what they are."""
    folder = real_root() / "s2_amazon_patches"
    rows = list(csv.DictReader((folder / "index.csv").read_text(encoding="utf-8").splitlines()))
    rows = [row for row in rows if row["review_label"] not in ("invalid_nodata", "cloud")]
    sheets = {
        w: np.zeros((6, -(-len(rows) // 10) * 48, 480), np.int16) for w in ("before", "after")
    }
    shapes: list[BaseGeometry] = []
    labels = []
    for i, row in enumerate(rows):
        down, right = divmod(i, 10)
        x, y, drawn_at = 500_000 + right * 480, 3_900_000 - down * 480, (0.0, 0.0)
        for when, sheet in sheets.items():
            with rasterio.open(folder / row["sample_id"] / f"{when}.tif") as file:
                sheet[:, down * 48 : down * 48 + 48, right * 48 : right * 48 + 48] = file.read()
                drawn_at = file.transform.c, file.transform.f
        digitised = (folder / row["sample_id"] / "mask.geojson").exists()
        if row["review_label"] in NEW and digitised:
            mask = drawn(f"s2_amazon_patches/{row['sample_id']}", f"EPSG:{row['epsg']}")
            shapes.append(translate(mask, x - drawn_at[0], y - drawn_at[1]))
            labels.append("new")
        elif row["review_label"] in SAME:
            shapes.append(box(x + 130, y - 350, x + 350, y - 130))
            labels.append("same")
    before, after = (
        image(write(tmp_path / f"{when}.tif", sheet, nodata=0), day, SIX, scale=1e-4)
        for (when, sheet), day in zip(
            sheets.items(), (date(2018, 7, 1), date(2021, 7, 1)), strict=True
        )
    )
    return ScenePair("scene-1", before, after), shapes, labels
