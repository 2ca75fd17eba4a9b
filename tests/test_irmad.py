"""IR-MAD against another tool's figures, a plain reference, and what it promises."""

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg, stats

from tests.ground_worlds import CRS, SIX, pair, real_root, texture, write
from yanhu_satcheck.raster.alteration import chi_square, standing
from yanhu_satcheck.raster.ground import SceneModel
from yanhu_satcheck.survey import survey
from yanhu_satcheck.survey.irmad import irmad, mad, shrinkage, survival

Floats = NDArray[np.float32]

# Orfeo ToolBox 8.1.1 (Debian otb-bin), otbcli_MultivariateAlterationDetector on before.tif and
# after.tif of landsat_taizhou_2000_2003, all six bands, as it prints “Rho”.
OTB_RHO = (0.113582, 0.305496, 0.476108, 0.542166, 0.713781, 0.813041)


def taizhou() -> tuple[Floats, Floats]:
    folder = real_root() / "landsat_taizhou_2000_2003"
    stacks = []
    for when in ("before", "after"):
        with rasterio.open(folder / f"{when}.tif") as file:
            stacks.append(file.read().reshape(6, -1).astype(np.float32))
    return stacks[0], stacks[1]


def alike(p: int, n: int, seed: int = 1) -> tuple[Floats, Floats]:
    """Two dates that differ by gain, offset and noise only (p, n)."""
    random = np.random.default_rng(seed)
    ground = random.standard_normal((p, p)) @ random.standard_normal((p, n))
    one = ground + 0.3 * random.standard_normal((p, n))
    two = 1.3 * ground + 5 + 0.3 * random.standard_normal((p, n))
    return one.astype(np.float32), two.astype(np.float32)


def changed(p: int, n: int) -> tuple[Floats, Floats]:
    """The same with a seventh of the cells become something else."""
    one, two = alike(p, n)
    two[:, : n // 7] = 3 * np.random.default_rng(9).standard_normal((p, n // 7))
    return one, two


def reference(x: Floats, y: Floats, rounds: int) -> NDArray[np.float64]:
    """χ² by the book: general eigenproblem, cell by cell sums, SciPy's χ²."""
    one, two = x.astype(float), y.astype(float)
    p, n = one.shape
    keep = sum(stats.chi2.sf(c, p) ** 2 * 0.005 for c in np.arange(0.0025, 80, 0.005)) / p
    weight, chi2 = np.ones(n), np.zeros(n)
    for round_ in range(rounds):
        cov = np.cov(np.vstack([one, two]), aweights=weight, ddof=0)
        s11, s12, s22 = cov[:p, :p], cov[:p, p:], cov[p:, p:]
        squares, a = linalg.eigh(s12 @ linalg.inv(s22) @ s12.T, s11)
        rho = np.sqrt(squares)
        b = linalg.inv(s22) @ s12.T @ a / rho
        mean = [np.average(s, axis=1, weights=weight)[:, None] for s in (one, two)]
        mads = a.T @ (one - mean[0]) - b.T @ (two - mean[1])
        variance = 2 * (1 - rho) / (keep if round_ else 1.0)
        chi2 = (mads**2 / variance[:, None]).sum(axis=0)
        weight = stats.chi2.sf(chi2, p)
    return np.asarray(chi2)


def test_the_first_round_finds_the_correlations_that_another_tool_finds() -> None:
    fit = irmad(*taizhou())
    assert fit is not None
    assert np.allclose(fit.first, OTB_RHO, atol=1e-4)
    assert fit.settled


@pytest.mark.parametrize("p", [3, 4, 6])
def test_chi_square_is_that_of_a_plain_reference(p: int) -> None:
    one, two = changed(p, 20_000)
    fit = irmad(one, two)
    assert fit is not None
    own = chi_square(one, two, fit)
    assert np.corrcoef(own, reference(one, two, fit.rounds))[0, 1] > 0.99999
    assert own[: 20_000 // 7].mean() > 10 * own[20_000 // 7 :].mean()


@pytest.mark.parametrize("p", [3, 4, 6])
def test_without_change_it_is_distributed_as_chi_square(p: int) -> None:
    one, two = alike(p, 30_000)
    fit = irmad(one, two)
    assert fit is not None
    chi2 = chi_square(one, two, fit)
    assert stats.kstest(chi2[::6], stats.chi2(p).cdf).pvalue > 0.01
    plain = mad(one.astype(float), two.astype(float), survival(chi2.astype(float), p))
    uneven = chi_square(one, two, plain)  # without its tails made good it is too wide at once
    assert stats.kstest(uneven[::6], stats.chi2(p).cdf).pvalue < 1e-6


@settings(max_examples=15, deadline=None)
@given(st.floats(0.2, 5), st.floats(-50, 50), st.booleans())
def test_gain_and_offset_of_either_image_leave_it_as_it_is(
    gain: float, offset: float, first: bool
) -> None:
    one, two = (s.astype(float) for s in changed(4, 4000))
    gains = np.array([gain, 1.0, 1 / gain, 2.0])[:, None]
    other = (one * gains + offset, two) if first else (one, two * gains + offset)
    fit, same = irmad(one, two), irmad(*other)
    assert fit is not None
    assert same is not None
    values = [chi_square(a, b, f) for a, b, f in ((one, two, fit), (*other, same))]
    assert np.allclose(values[0], values[1], rtol=1e-6, atol=1e-6)
    assert np.allclose(fit.rho, same.rho, atol=1e-6)


def test_a_sample_finds_what_the_whole_scene_finds() -> None:
    one, two = taizhou()
    whole, part = irmad(one, two), irmad(one[:, ::2], two[:, ::2])
    assert whole is not None
    assert part is not None
    assert np.abs(np.subtract(whole.rho, part.rho)).max() <= 0.005


def test_survival_is_that_of_chi_square_and_repeated_bands_do_no_harm() -> None:
    values = np.linspace(0, 40, 50)
    for p in (3, 4, 6):
        assert np.allclose(survival(values, p), stats.chi2.sf(values, p), atol=1e-12)
    assert shrinkage(2) == pytest.approx(0.5)  # the smaller of two such has half their mean
    one, two = changed(3, 5000)
    fit = irmad(np.vstack([one, one[:1]]), np.vstack([two, two[:1]]))
    assert fit is not None
    assert np.isfinite(chi_square(np.vstack([one, one[:1]]), np.vstack([two, two[:1]]), fit)).all()
    assert irmad(np.ones((3, 5000), np.float32), two) is None


def test_a_scene_holds_it_with_masked_ground_left_out(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    field = 1500 + 250 * np.stack([texture((300, 300), 3 + i) for i in range(6)])
    noise = np.random.default_rng(4).standard_normal((2, 6, 300, 300)) * 20
    one, two = (np.clip(field + n, 1, 9999).astype(np.uint16) for n in noise)
    two[:, :60] = 0  # nothing seen there
    scene = pair(
        write(folder / "before.tif", one, nodata=0),
        write(folder / "after.tif", two, nodata=0),
        SIX,
        scale=1e-4,
    )
    fit = survey(scene, [], CRS)
    assert isinstance(fit.model, SceneModel)
    assert fit.model.alteration is not None
    assert min(fit.model.alteration.rho) > 0.95
    assert standing(fit.model.alteration.ladder[[0, 50, 100]], fit.model.alteration) == (
        pytest.approx([0.0, 0.5, 1.0], abs=0.01)
    )
