"""A few cells that slip do not speak for all; what moves all alike does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from yanhu_satcheck.photos.align import carried, polished
from yanhu_satcheck.photos.dense import CELL, Cells, Laid
from yanhu_satcheck.photos.still import stillness

ROWS, COLUMNS = 16, 24


def cells(shift: NDArray[np.float64]) -> Laid:
    """Lay a whole grid of cells that were found, each shifted as told, shape (rows, columns, 2)."""
    grid = np.stack(np.meshgrid(np.arange(ROWS), np.arange(COLUMNS), indexing="ij"), -1)
    grid = grid.reshape(-1, 2)
    at = grid[:, ::-1] * float(CELL)
    found = Cells(at.astype(np.float64), shift.reshape(-1, 2), np.ones(len(at)), grid)
    return Laid(np.eye(3), 1.0, found)


def noise(seed: int = 5) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 0.04, (ROWS, COLUMNS, 2))


def test_cells_that_err_each_by_itself_share_nothing() -> None:
    shared = stillness(cells(noise())).shared
    assert shared is not None
    assert shared < 0.01


def test_a_few_cells_that_slip_along_one_edge_do_not_speak_for_all() -> None:
    shift = noise()
    shift[4:6, 2:14, 0] += 0.5  # 24 of 384
    shared = stillness(cells(shift)).shared
    assert shared is not None
    assert shared < 0.02


@pytest.mark.parametrize("far", [0.05, 0.1])
def test_what_moves_neighbours_alike_is_told_from_noise(far: float) -> None:
    shift = noise()
    shift[..., 0] += far * np.sin(np.arange(COLUMNS) / 3.0)
    shared = stillness(cells(shift)).shared
    assert shared is not None
    assert 0.4 * far < shared < far


def test_a_mapping_is_not_bent_by_a_fifth_that_lies_off() -> None:
    rng = np.random.default_rng(3)
    one = rng.uniform(0, [1000, 700], (200, 2))
    true = np.array([[1.02, 0.03, 5.0], [-0.02, 0.98, -3.0], [1e-5, -2e-5, 1.0]])
    two = carried(true, one) + rng.normal(0, 0.01, (200, 2))
    two[:40] += [0.6, 0.3]
    ends = np.array([[0.0, 0.0], [1000.0, 0.0], [1000.0, 700.0], [0.0, 700.0]])
    off = np.hypot(*(carried(polished(one, two), ends) - carried(true, ends)).T)
    assert off.max() < 0.02
