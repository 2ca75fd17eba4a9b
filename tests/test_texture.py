"""Patterns on small grounds: rows, squares, terraces, a road, and ground with none of them."""

import numpy as np
from numpy.typing import NDArray

from tests.ground_worlds import texture
from yanhu_satcheck.measure.figures import Cells, cells_of
from yanhu_satcheck.measure.texture import patterns, regularity, roads

SIDE = 40
WHOLE = np.ones((SIDE, SIDE), bool)
Light = NDArray[np.float32]


def cells() -> Cells:
    return cells_of(np.ones((SIDE, SIDE), np.float32), WHOLE)


def ground(rough: float = 0.8) -> Light:
    return (0.15 * texture((SIDE, SIDE), 5, rough)).astype(np.float32)


def rows(every: int = 4) -> Light:
    """Two bright cells, two dark cells, across the whole: crop rows."""
    line = np.where(np.arange(SIDE) % every < every / 2, 0.3, 0.0)
    return np.broadcast_to(line, (SIDE, SIDE)).astype(np.float32)


def test_rows_repeat_at_a_fixed_distance_and_rough_ground_does_not() -> None:
    planted, wild = regularity(rows(), WHOLE), regularity(ground(), WHOLE)
    assert planted is not None
    assert wild is not None
    assert planted > 0.9
    assert wild < 0.35
    assert regularity(rows(), np.pad(np.ones((6, 6), bool), (0, 34))) is None


def test_a_slope_of_brightness_is_no_pattern() -> None:
    ramp = np.broadcast_to(np.linspace(0, 2, SIDE), (SIDE, SIDE)).astype(np.float32)
    assert regularity(ramp, WHOLE) == 0


def test_a_house_has_right_angles_and_a_heap_has_none() -> None:
    house = np.zeros((SIDE, SIDE), np.float32)
    house[10:30, 8:32] = 1.0
    down, across = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    heap = (np.hypot(down, across) < 12).astype(np.float32)
    square, round_ = patterns(house, cells()), patterns(heap, cells())
    assert square["right_angles"].value > 0.9
    assert round_["right_angles"].value < 0.2
    assert square["parallel"].value < 0.2


def test_parallel_lines_keep_to_one_direction() -> None:
    found = patterns(rows(8), cells())
    assert found["parallel"].value > 0.95
    assert found["parallel"].sigma > 0


def test_smooth_ground_has_no_edges_to_tell_of() -> None:
    assert "right_angles" not in patterns(np.zeros((SIDE, SIDE), np.float32), cells())


def test_a_road_is_a_long_bright_line_and_a_patch_is_not() -> None:
    light = np.zeros((SIDE, SIDE), np.float32)
    light[20, 5:30] = 0.5
    light[2:8, 30:38] = 0.5  # a yard
    light[35, 3:6] = 0.5  # too short
    found = roads(light, WHOLE)
    assert found[20, 6:29].all()
    assert not found[2:8, 30:38].any()
    assert not found[35].any()
