"""The indices: added up by hand, and held against the catalogue of others where it has them."""

import numpy as np
import pytest

from yanhu_satcheck.measure.spectral.indices import INDICES, index, lacking

SIX = ("blue", "green", "red", "nir", "swir1", "swir2")
SOIL = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.4], np.float32)[:, None, None]
BY_HAND = {
    "ndvi": 0.1 / 0.7,
    "savi": 1.5 * 0.1 / 1.2,
    "ndwi": -0.2 / 0.6,
    "redness": 0.1 / 0.5,
    "leafiness": 0.0,
    "iron": 3.0,
    "soil4": 0.0,
    "bsi": 0.3 / 1.3,
    "mndwi": -0.3 / 0.7,
    "ferrous": 1.25,
    "clay": 1.25,
    "nbr": 0.0,
}


@pytest.mark.parametrize(("name", "value"), BY_HAND.items())
def test_every_index_adds_up_by_hand(name: str, value: float) -> None:
    found = index(name, SOIL, SIX)
    assert found is not None
    assert found.shape == (1, 1)
    assert found.item() == pytest.approx(value, abs=1e-6)


def test_there_is_a_sum_by_hand_for_each() -> None:
    assert set(BY_HAND) == set(INDICES)


def test_bands_that_are_missing_take_their_indices_with_them() -> None:
    assert index("nbr", SOIL[:4], SIX[:4]) is None
    assert lacking(SIX) == ()
    assert lacking(SIX[:4]) == ("bsi", "mndwi", "ferrous", "clay", "nbr")
    assert lacking(("red", "green", "blue")) == (
        *("ndvi", "savi", "ndwi", "soil4"),
        *lacking(SIX[:4]),
    )


def test_the_catalogue_of_indices_agrees() -> None:
    spyndex = pytest.importorskip("spyndex")
    random = np.random.default_rng(3)
    bands = random.uniform(0.02, 0.6, (6, 5, 5)).astype(np.float32)
    named = dict(zip(("B", "G", "R", "N", "S1", "S2"), bands.astype(float), strict=True))
    theirs = {
        "ndvi": "NDVI",
        "savi": "SAVI",
        "ndwi": "NDWI",
        "redness": "NDTI",
        "leafiness": "GLI",
        "bsi": "BI",
        "mndwi": "MNDWI",
        "nbr": "NBR",
    }
    for ours, other in theirs.items():
        found = index(ours, bands, SIX)
        assert found is not None
        expected = spyndex.computeIndex(other, {**named, "L": 0.5})
        np.testing.assert_allclose(found, expected, atol=2e-6, err_msg=ours)
