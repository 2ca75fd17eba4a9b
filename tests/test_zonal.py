"""Shares of cells and the means over them against exactextract, which computes them differently."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.transform import Affine
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from yanhu_satcheck.raster.shapes import cell_weights

SIDE = 32
LAYER = np.random.default_rng(4).normal(0.2, 0.1, (SIDE, SIDE))
FIELD = Affine(10.0, 0.0, 500_000.0, 0.0, -10.0, 3_900_000.0)


def theirs(shapes: list[BaseGeometry]) -> list[tuple[float, float]]:
    """Cells covered, fractions counted, and the mean over them, of each shape by itself."""
    peer = pytest.importorskip("exactextract")
    raster = pytest.importorskip("exactextract.raster").NumPyRasterSource(
        LAYER,
        xmin=FIELD.c,
        xmax=FIELD.c + SIDE * 10,
        ymin=FIELD.f - SIDE * 10,
        ymax=FIELD.f,
    )
    features = [
        {"type": "Feature", "properties": {"row": i}, "geometry": mapping(shape)}
        for i, shape in enumerate(shapes)
    ]
    rows = peer.exact_extract(raster, features, ["count", "mean"], include_cols=["row"])
    told = sorted((r["properties"] for r in rows), key=lambda p: p["row"])
    return [(p["count"], p["mean"]) for p in told]


def ours(shape: BaseGeometry) -> tuple[float, float]:
    weights = cell_weights(shape, FIELD, (SIDE, SIDE)).astype(float)
    return float(weights.sum()), float((weights * LAYER).sum() / weights.sum())


def at(x: float, y: float, radius: float, corners: int = 8) -> BaseGeometry:
    return Point(500_000 + x, 3_900_000 - y).buffer(radius, quad_segs=corners)


KINDS: dict[str, list[BaseGeometry]] = {
    "overlapping": [at(100, 100, 60), at(130, 110, 60), at(130, 110, 60)],
    "with a hole": [at(160, 160, 90).difference(at(150, 170, 33.3))],
    "of several parts": [MultiPolygon([at(60, 60, 20.5), at(250, 200, 31), at(20, 300, 4)])],
    "smaller than a cell": [at(104, 105, 1.3), at(110, 110, 0.6)],
    "on cell edges": [box(500_100, 3_899_800, 500_200, 3_899_900)],
    "a sliver": [Polygon([(500_010, 3_899_990), (500_300, 3_899_701), (500_300, 3_899_700.5)])],
    "partly outside": [at(0, 0, 45), at(320, 160, 50)],
}


@pytest.mark.parametrize("kind", KINDS)
def test_zonal_figures_are_those_of_exactextract(kind: str) -> None:
    for shape, (count, mean) in zip(KINDS[kind], theirs(KINDS[kind]), strict=True):
        assert ours(shape)[0] == pytest.approx(count, rel=1e-6)
        assert ours(shape)[1] == pytest.approx(mean, rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(20, 300),
    st.floats(20, 300),
    st.floats(0.5, 80),
    st.integers(1, 12),
    st.floats(0, 0.9),
)
def test_so_they_are_for_any_ring(
    x: float, y: float, radius: float, corners: int, hole: float
) -> None:
    shape = at(x, y, radius, corners)
    if hole > 0.1:
        shape = shape.difference(at(x + radius * 0.05, y, radius * hole * 0.8, corners))
    ((count, mean),) = theirs([shape])
    assert ours(shape) == pytest.approx((count, mean), rel=1e-6)
