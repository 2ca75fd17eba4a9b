from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine
from shapely import MultiPolygon, Point, Polygon, box

from tests.ground_worlds import CRS, FOUR, image, moved_by, pair, texture, write
from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.raster import Window, header, open_pair
from yanhu_satcheck.raster.resample import PAD, between, touched
from yanhu_satcheck.raster.shapes import cell_weights, rings
from yanhu_satcheck.raster.source import Source
from yanhu_satcheck.raster.window import cell_m, displaced, window_of
from yanhu_satcheck.scene import Grid, MaskFile, ScenePair

UNIT = Affine(1, 0, 0, 0, -1, 3)  # a 3 × 3 grid of unit cells, lower left corner at 0, 0


def ramp(height: int, width: int, x0: float = 0, y0: float = 0) -> np.ndarray:
    """Two bands that hold the cell's own column and row, plus one so that none is 0."""
    rows, cols = np.mgrid[:height, :width]
    return np.stack([cols + x0 + 1, rows + y0 + 1]).astype(np.float32)


def two(tmp_path: Path, before: np.ndarray, after: np.ndarray, **after_place: object) -> ScenePair:
    one = write(tmp_path / "before.tif", before)
    other = write(tmp_path / "after.tif", after, **after_place)  # type: ignore[arg-type]
    return pair(one, other, ("red", "nir")[: len(before)])


def test_a_square_from_a_half_to_two_and_a_half_covers_quarters_halves_and_one_whole_cell() -> None:
    weights = cell_weights(box(0.5, 0.5, 2.5, 2.5), UNIT, (3, 3))
    assert weights.tolist() == [[0.25, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 0.25]]


def test_holes_parts_and_crumbs_smaller_than_a_cell_count_by_their_area() -> None:
    holed = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (2, 1), (2, 2), (1, 2)]])
    assert cell_weights(holed, UNIT, (3, 3))[1, 1] == 0
    crumb = box(1.1, 1.1, 1.2, 1.2)
    both = MultiPolygon([crumb, box(0, 2, 1, 3)])
    weights = cell_weights(both, UNIT, (3, 3))
    assert weights[1, 1] == pytest.approx(0.01)
    assert weights.sum() == pytest.approx(both.area)


@settings(max_examples=30, deadline=None)
@given(st.floats(3, 20), st.floats(3, 20), st.floats(0.3, 3), st.integers(0, 90))
def test_the_weights_of_any_outline_add_up_to_its_area(
    x: float, y: float, radius: float, corners: int
) -> None:
    shape = Point(x, y).buffer(radius, quad_segs=1 + corners % 5)
    weights = cell_weights(shape, Affine(1, 0, 0, 0, -1, 24), (24, 24))
    assert weights.sum() == pytest.approx(shape.area, rel=1e-5)


def test_rings_are_told_in_the_pixels_of_the_picture() -> None:
    assert rings(box(0, 0, 1, 1), UNIT)[0][:3] == ((1.0, 3.0), (1.0, 2.0), (0.0, 2.0))


@pytest.mark.parametrize("down", [0.0, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("right", [0.0, 0.3, 0.7])
def test_a_sub_pixel_read_finds_coordinates_exactly(down: float, right: float) -> None:
    out = between(ramp(12, 12), down, right)
    rows, cols = np.mgrid[:8, :8]
    assert np.allclose(out[0], cols + PAD + 1 + right, atol=1e-5)
    assert np.allclose(out[1], rows + PAD + 1 + down, atol=1e-5)


def test_a_sub_pixel_read_is_true_to_what_a_band_limited_field_holds_between_cells() -> None:
    field = texture((96, 96), 1, rough=2.0)
    truth = moved_by(field, -0.4, -0.3)[PAD:-PAD, PAD:-PAD]
    off = between(field[None].astype(np.float32), 0.3, 0.4)[0] - truth
    assert off[8:-8, 8:-8].std() < 0.02


def test_gaps_neither_grow_nor_ring() -> None:
    pixels = ramp(12, 12)
    pixels[:, 5, 5] = np.nan
    out = between(pixels, 0.4, 0.4)
    assert np.isnan(out[0]).sum() == 1
    assert out[0, 3, 4] == pytest.approx(7, abs=0.51)  # beside it: the nearest cell, not a mixture
    flags = np.zeros((12, 12), bool)
    flags[5, 5] = True
    assert touched(flags, 0.4, 0.4).sum() == 4
    assert touched(flags, 0.0, 0.0).sum() == 1


def test_a_pair_of_differing_extents_stands_on_the_before_grid(tmp_path: Path) -> None:
    after = ramp(30, 20, x0=10)  # starts 10 columns further right
    scene = two(tmp_path, ramp(30, 30), after, origin=(500_100.0, 3_900_000.0))
    with open_pair(scene) as reader:
        pixels = reader.read(Window(0, 0, 30, 30))
    assert pixels.seen[:, 10:].all()
    assert not pixels.seen[:, :10].any()
    assert np.allclose(pixels.before[:, :, 10:], pixels.after[:, :, 10:])


def test_a_fitted_shift_is_undone(tmp_path: Path) -> None:
    scene = two(tmp_path, ramp(30, 30), ramp(30, 30, x0=-1.25, y0=0.5))
    with open_pair(scene, (1.25, -0.5)) as reader:  # content lies 1.25 right and 0.5 up
        pixels = reader.read(Window(8, 8, 10, 10))
    assert np.allclose(pixels.before, pixels.after, atol=1e-4)


@pytest.mark.parametrize(("cell", "count"), [(5.0, 60), (20.0, 15)])
def test_another_cell_size_is_warped_onto_the_before_grid(
    tmp_path: Path, cell: float, count: int
) -> None:
    rows, cols = np.mgrid[:count, :count]
    at = np.stack([(cols + 0.5) * cell / 10 + 0.5, (rows + 0.5) * cell / 10 + 0.5])
    scene = two(tmp_path, ramp(30, 30), at.astype(np.float32), cell=cell)
    with open_pair(scene) as reader:
        pixels = reader.read(Window(5, 5, 20, 20))
    assert np.allclose(pixels.before, pixels.after, atol=0.05)


def test_another_crs_is_warped_onto_the_before_grid(tmp_path: Path) -> None:
    from pyproj import Transformer

    field = ramp(40, 40)
    away = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
    lon, lat = away.transform(500_000.0, 3_900_000.0)
    step = 1.0e-4
    rows, cols = np.mgrid[:60, :60]
    x, y = Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform(
        lon + (cols - 9.5) * step, lat - (rows - 9.5) * step
    )
    after = np.stack([(x - 500_000) / 10 + 0.5, (3_900_000 - y) / 10 + 0.5]).astype(np.float32)
    one = write(tmp_path / "before.tif", field)
    other = write(
        tmp_path / "after.tif",
        after,
        cell=step,
        origin=(lon - 10 * step, lat + 10 * step),
        crs="EPSG:4326",
    )
    with open_pair(pair(one, other, ("red", "nir"))) as reader:
        pixels = reader.read(Window(5, 5, 20, 20))
    assert np.abs(pixels.before - pixels.after).max() < 0.1


def test_left_out_blocks_nodata_and_declared_masks_are_not_seen(tmp_path: Path) -> None:
    before, after = np.full((2, 8, 8), 40, np.uint8), np.full((2, 8, 8), 50, np.uint8)
    before[:, :4] = 0  # a block that the writer left out, without a nodata tag
    after[:, :, 6:] = 255
    mask = np.zeros((1, 8, 8), np.uint16)
    mask[0, 7, :] = 1 << 4
    one = write(tmp_path / "before.tif", before)
    other = write(tmp_path / "after.tif", after, nodata=255)
    clouds = MaskFile(write(tmp_path / "qa.tif", mask), "qa.tif", (), (3, 4))
    scene = ScenePair(
        "scene-1",
        image(one, date(2022, 8, 1), ("red", "nir"), scale=0.01, offset=-0.1),
        image(other, date(2022, 9, 1), ("red", "nir"), mask=clouds),
    )
    with open_pair(scene) as reader:
        pixels = reader.read(Window(0, 0, 8, 8))
    assert pixels.seen.sum() == 4 * 6
    assert pixels.clear.sum() == 3 * 6
    assert pixels.before[0, 5, 0] == pytest.approx(0.3)
    assert pixels.after[0, 5, 0] == 50


def test_only_roles_that_both_dates_have_are_compared(tmp_path: Path) -> None:
    one = write(tmp_path / "before.tif", np.full((4, 8, 8), 9, np.uint8))
    other = write(tmp_path / "after.tif", np.full((3, 8, 8), 9, np.uint8))
    scene = ScenePair(
        "scene-1",
        image(one, date(2022, 8, 1), FOUR),
        image(other, date(2022, 9, 1), ("red", "green", "blue")),
    )
    with open_pair(scene) as reader:
        assert reader.roles == ("blue", "green", "red")


def test_thinned_cells_are_the_cells_of_a_full_read(tmp_path: Path) -> None:
    scene = two(tmp_path, ramp(31, 31), ramp(31, 31))
    with open_pair(scene) as reader:
        full = reader.read(Window(0, 0, 31, 31)).before
        thin = reader.read(Window(0, 0, 31, 31, 3))
    assert thin.window.shape == (11, 11)
    assert np.array_equal(thin.before, full[:, ::3, ::3])


def test_a_file_that_is_no_geotiff_is_named(tmp_path: Path) -> None:
    fake = tmp_path / "scene.tif"
    fake.write_text("<VRTDataset/>", encoding="utf-8")
    with pytest.raises(RasterError, match=r"scene\.tif"):
        header(fake)


def test_windows_hold_the_cells_that_a_box_touches() -> None:
    grid = Grid(CRS, (10.0, 0.0, 0.0, 0.0, -10.0, 100.0), 10, 10)
    assert window_of((10, 10, 30, 30), grid) == Window(7, 1, 2, 2)
    assert window_of((12, 12, 28, 28), grid, 1) == Window(6, 0, 4, 4)
    assert cell_m(grid) == 10
    degrees = Grid("EPSG:4326", (1e-4, 0.0, 111.0, 0.0, -1e-4, 35.0), 10, 10)
    assert cell_m(degrees) == pytest.approx(10.06, abs=0.03)  # 11.09 m north by 9.13 m east


def test_a_mask_of_other_cells_is_not_mixed(tmp_path: Path) -> None:
    """Between classes 1 and 3 lies no class 2, which alone would be clear."""
    classes = np.where(np.arange(12) < 6, 1, 3).astype(np.uint8)
    path = write(tmp_path / "mask.tif", np.tile(classes, (12, 1))[None])
    grid = replace(header(path).grid, width=18, height=18)
    a, b, c, d, e, f = grid.transform
    finer = replace(grid, transform=(a / 1.5, b, c, d, e / 1.5, f))
    source = Source(path, path.name, finer, (1,))
    assert source.flagged(Window(2, 2, 14, 14), (2,), ()).all()
    assert not source.flagged(Window(2, 2, 14, 14), (1, 3), ()).any()
    source.close()


def test_a_shift_in_metres_is_told_in_the_cells_of_any_grid() -> None:
    metres = Grid(CRS, (5.0, 0.0, 400_000.0, 0.0, -5.0, 3_900_000.0), 100, 100)
    assert displaced(metres, (10.0, 5.0), CRS) == pytest.approx((2.0, -1.0))
    degrees = Grid("EPSG:4326", (1e-4, 0.0, 109.9, 0.0, -1e-4, 35.2), 100, 100)
    east, north = displaced(degrees, (10.0, 5.0), CRS)
    assert east == pytest.approx(10 / 9.11, rel=0.02)
    assert north == pytest.approx(-5 / 11.1, rel=0.03)
