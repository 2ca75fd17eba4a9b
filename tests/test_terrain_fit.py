"""Two elevation models brought together: planted shifts, tilts, grids; what must be refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject, transform_bounds
from scipy import ndimage
from shapely import box

from tests.height_worlds import CRS, Error, Field, Site, relief, world
from tests.shared import shared_data
from yanhu_satcheck.raster import header
from yanhu_satcheck.scene import DemFit, ElevationFile, ElevationPair
from yanhu_satcheck.survey import survey_elevation
from yanhu_satcheck.survey.elevation.noise import classes

SIZE = (400, 400)
NOWHERE = (Site("none", box(0, 0, 1, 1), 0, 0, 1, 0),)


class Planted(NamedTuple):
    """How one world differs from the plainest."""

    east: float
    north: float
    cell: tuple[float, float] = (5.0, 5.0)
    tilt: tuple[float, float] = (0.0, 0.0)
    south_up: bool = False


PLANTED = (
    Planted(3.7, 2.1),
    Planted(-3.7, 6.4),
    Planted(1.2, -8.3),
    Planted(-12.6, -2.9),
    Planted(2.5, -2.5, cell=(4.0, 7.0)),
    Planted(-4.2, 3.3, tilt=(1.5e-3, -0.8e-3)),
    Planted(3.1, -4.4, south_up=True),
)


def elevation(path: Path, sigma: float | None = None) -> ElevationFile:
    about = header(path)
    return ElevationFile(path, path.name, date(2022, 1, 1), about.grid, sigma, about.nodata)


def real(name: str) -> ElevationPair:
    folder = shared_data("dem", name)
    return ElevationPair(elevation(folder / "before.tif"), elevation(folder / "after.tif"))


def write(path: Path, z: Field, transform: Affine, crs: str = CRS, dtype: str = "float32") -> Path:
    size = {"width": z.shape[1], "height": z.shape[0], "count": 1, "dtype": dtype}
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **size) as file:
        file.write(z.astype(dtype), 1)
    return path


def resampled(
    source: Path, path: Path, cell: float, crs: str, how: Resampling, dtype: str = "float32"
) -> Path:
    """A copy on another grid, its cells off by a fraction."""
    with rasterio.open(source) as file:
        left, bottom, right, top = transform_bounds(file.crs, crs, *file.bounds)
        affine = Affine(cell, 0, left + 0.4 * cell, 0, -cell, top - 0.3 * cell)
        out = np.full((int((top - bottom) / cell) - 2, int((right - left) / cell) - 2), np.nan)
        own = file.read(1).astype(float)
        if file.nodata is not None:
            own[own == file.nodata] = np.nan
        reproject(
            own,
            out,
            src_transform=file.transform,
            src_crs=file.crs,
            dst_transform=affine,
            dst_crs=crs,
            resampling=how,
            src_nodata=np.nan,
            dst_nodata=np.nan,
        )
    filled = np.where(np.isfinite(out), out, float(np.nanmedian(out)))
    return write(path, np.rint(filled) if dtype == "int16" else filled, affine, crs, dtype)


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_shift_height_and_tilt_are_found(case: Planted, tmp_path: Path) -> None:
    error = Error(0.5, 30, (case.east, case.north), 2.4, case.tilt)
    made = world(tmp_path, NOWHERE, SIZE, case.cell, error, 7, case.south_up)
    fit = survey_elevation(made.pair, (), CRS)
    assert fit.refused is None
    assert fit.shift_m is not None
    assert fit.height_m is not None
    assert fit.tilt is not None
    for told, true, cell in zip(fit.shift_m, (case.east, case.north), case.cell, strict=True):
        assert told.value == pytest.approx(true, abs=0.03 * cell)
        assert abs(told.value - true) < 4 * told.sigma
        assert told.sigma < 0.05 * cell
    assert fit.height_m.value == pytest.approx(2.4, abs=max(0.05, 4 * fit.height_m.sigma))
    for told, slope in zip(fit.tilt, case.tilt, strict=True):
        assert told.value == pytest.approx(1000 * slope, abs=4 * told.sigma)


def test_other_grids_and_degrees_are_the_same_ground(tmp_path: Path) -> None:
    made = world(tmp_path, NOWHERE, SIZE, (5.0, 5.0), Error(0.5, 30, (3.7, -2.1)), 3)
    assert made.pair.before is not None
    assert made.pair.after is not None
    finer = resampled(made.pair.after.path, tmp_path / "fine.tif", 3.0, CRS, Resampling.cubic)
    degrees = resampled(
        made.pair.after.path, tmp_path / "deg.tif", 4.5e-5, "EPSG:4326", Resampling.cubic
    )
    for path in (finer, degrees):
        fit = survey_elevation(replace(made.pair, after=elevation(path)), (), CRS)
        assert fit.refused is None
        assert fit.shift_m is not None
        assert fit.shift_m[0].value == pytest.approx(3.7, abs=0.15)
        assert fit.shift_m[1].value == pytest.approx(-2.1, abs=0.15)


def test_even_ground_tells_height_but_no_shift(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    affine = Affine(5, 0, 4e5, 0, -5, 38e5)
    one, two = (random.normal(370, 0.4, SIZE) for _ in range(2))
    pair = ElevationPair(
        elevation(write(tmp_path / "a.tif", one, affine)),
        elevation(write(tmp_path / "b.tif", two + 1.5, affine)),
    )
    fit = survey_elevation(pair, (), CRS)
    assert fit.refused is None
    assert fit.shift_m is None
    assert fit.height_m is not None
    assert fit.height_m.value == pytest.approx(1.5, abs=0.02)
    assert fit.says is not None
    assert "平面位移无法测定" in fit.says.zh


def test_the_same_seed_gives_the_same_fit(tmp_path: Path) -> None:
    made = world(tmp_path, NOWHERE, (300, 300), (5.0, 5.0), Error(0.5, 30, (1.0, 2.0)), 1)
    one, two = (survey_elevation(made.pair, (), CRS) for _ in range(2))
    assert one.shift_m == two.shift_m
    assert one.says == two.says
    assert one.model.noise == two.model.noise


def test_changed_ground_does_not_move_the_fit(tmp_path: Path) -> None:
    left, top = relief().corner
    pits = [
        Site("bowl", box(0, 0, 1, 1), left + x, top - y, 180, 12)
        for x in (350, 1000, 1650)
        for y in (350, 1000, 1650)
    ]
    made = world(tmp_path, pits, SIZE, (5.0, 5.0), Error(0.5, 30, (3.0, -2.0), 1.0), 2)
    fit = survey_elevation(made.pair, (), CRS)  # nobody issued these pits: a fifth of the ground
    assert fit.shift_m is not None
    assert fit.height_m is not None
    assert fit.shift_m[0].value == pytest.approx(3.0, abs=0.15)
    assert fit.shift_m[1].value == pytest.approx(-2.0, abs=0.15)
    assert fit.height_m.value == pytest.approx(1.0, abs=0.1)


def test_two_lidar_surveys_are_two(tmp_path: Path) -> None:
    fit = survey_elevation(real("fortbragg_gully_2004_2012"), (), "EPSG:3358")
    assert fit.refused is None
    assert fit.nmad_m is not None
    assert fit.nmad_m < 0.13  # before registration it was measured as 0.131
    assert fit.model.noise.sigma[-1] > fit.model.noise.sigma[0]


def test_a_blurred_and_shifted_copy_is_no_second_date() -> None:
    fit = survey_elevation(real("srtm_blur_shift"), (), "EPSG:32637")
    assert fit.refused is not None
    assert "同一数据" in fit.refused.zh
    assert fit.model is None


COPIES: dict[str, Callable[[Path, Path], Path]] = {
    "12.5 m": lambda one, to: resampled(one, to, 12.5, CRS, Resampling.bilinear),
    "12.5 m whole": lambda one, to: resampled(one, to, 12.5, CRS, Resampling.cubic, "int16"),
    "90 m": lambda one, to: resampled(one, to, 90, CRS, Resampling.average),
    "degrees": lambda one, to: resampled(one, to, 1 / 3600, "EPSG:4326", Resampling.cubic, "int16"),
    "itself": lambda one, to: one,
    "12.5 m nearest": lambda one, to: resampled(one, to, 12.5, CRS, Resampling.nearest),
    "degrees nearest": lambda one, to: resampled(
        one, to, 1 / 2400, "EPSG:4326", Resampling.nearest, "int16"
    ),
}


@pytest.mark.parametrize("name", COPIES)
def test_resampled_srtm_is_no_second_date(name: str, tmp_path: Path) -> None:
    one = shared_data("dem", "bigtujunga_srtm_single", "dem.tif")
    two = COPIES[name](one, tmp_path / "copy.tif")
    fit = survey_elevation(ElevationPair(elevation(one), elevation(two)), (), CRS)
    assert fit.refused is not None
    assert "同一数据" in fit.refused.zh


@pytest.mark.parametrize("turned", [False, True])
def test_a_survey_drawn_by_nearest_neighbour_is_not_the_other_one(
    turned: bool, tmp_path: Path
) -> None:
    pair = real("fortbragg_gully_2004_2012")
    assert pair.after is not None
    drawn = resampled(pair.after.path, tmp_path / "drawn.tif", 1.5, "EPSG:3358", Resampling.nearest)
    mixed = replace(pair, after=elevation(drawn))
    if turned:
        mixed = ElevationPair(mixed.after, mixed.before)
    assert survey_elevation(mixed, (), "EPSG:3358").refused is None


@pytest.mark.parametrize("sigma", [0.3, 3.0])
def test_srtm_and_a_survey_with_noise_of_its_own_are_two(sigma: float, tmp_path: Path) -> None:
    one = shared_data("dem", "bigtujunga_srtm_single", "dem.tif")
    with rasterio.open(one) as file:
        z, affine = file.read(1).astype(float), file.transform
        z[z == file.nodata] = np.median(z)
    random = np.random.default_rng(4)
    rough = ndimage.gaussian_filter(random.standard_normal(z.shape), 1.5)
    noisy = z + sigma * (rough / rough.std() + random.standard_normal(z.shape)) / np.sqrt(2)
    two = write(tmp_path / "two.tif", noisy, affine)
    fit = survey_elevation(ElevationPair(elevation(one), elevation(two)), (), CRS)
    assert fit.refused is None
    assert fit.nmad_m == pytest.approx(sigma, rel=0.05)


def refused(fit: DemFit) -> str:
    assert fit.model is None
    assert fit.refused is not None
    return fit.refused.zh


def test_what_cannot_be_sure_is_refused(tmp_path: Path) -> None:
    made = world(tmp_path, NOWHERE, (300, 300), (5.0, 5.0), Error(0.5, 30), 1)
    one, two = made.pair.before, made.pair.after
    assert one is not None
    assert two is not None
    with rasterio.open(two.path) as file:
        z, affine = file.read(1).astype(float), file.transform
        everything = box(*file.bounds)

    def after(height: Field, transform: Affine) -> ElevationPair:
        return replace(made.pair, after=elevation(write(tmp_path / "x.tif", height, transform)))

    assert "过少" in refused(survey_elevation(made.pair, [everything], CRS))
    assert "一期" in refused(survey_elevation(ElevationPair(one, None), (), CRS))
    away = affine @ Affine.translation(2000, 0)
    assert "互不重叠" in refused(survey_elevation(after(z, away), (), CRS))
    near = affine @ Affine.translation(20, 0)
    assert "坐标系" in refused(survey_elevation(after(z, near), (), CRS))
    assert "单位" in refused(survey_elevation(after(z * 1.05, affine), (), CRS))
    random = np.random.default_rng(1)
    rough = z + 40 * ndimage.gaussian_filter(random.standard_normal(z.shape), 4) * 14
    assert "离散度" in refused(survey_elevation(after(rough, affine), (), CRS))


def test_no_elevation_at_all_is_no_refusal() -> None:
    assert survey_elevation(ElevationPair(None, None), (), CRS) == DemFit(ElevationPair(None, None))


def test_spread_by_slope_never_falls_and_thin_classes_join() -> None:
    slope = np.repeat(np.array([1, 4, 12, 33], np.float32), [1000, 1000, 10, 1000])
    random = np.random.default_rng(0)
    rise = random.standard_normal(slope.size) * np.repeat(
        [1.0, 0.5, 9.0, 3.0], [1000, 1000, 10, 1000]
    )
    edges, sigma = classes(rise, slope)
    assert list(sigma) == sorted(sigma)
    assert sigma[0] == pytest.approx(1.0, rel=0.1)
    assert sigma[-1] == pytest.approx(3.0, rel=0.1)
    assert len(edges) == len(sigma) - 1


def test_agrees_with_xdem_on_a_planted_shift(tmp_path: Path) -> None:
    # Not among the pinned tools: xdem 0.2.3 asks for pandas below 3.
    xdem = pytest.importorskip("xdem", reason="xdem does not install beside the pinned pandas 3")
    made = world(tmp_path, NOWHERE, (600, 600), (5.0, 5.0), Error(0.5, 30, (3.7, -2.1), 1.0), 7)
    fit = survey_elevation(made.pair, (), CRS)
    assert fit.shift_m is not None
    one, two = (xdem.DEM(str(tmp_path / f"{name}.tif")) for name in ("before", "after"))
    peer = xdem.coreg.NuthKaab()
    peer.fit(one, two, random_state=1)
    out = peer.meta["outputs"]["affine"]
    assert fit.shift_m[0].value == pytest.approx(-out["shift_x"], abs=0.1)
    assert fit.shift_m[1].value == pytest.approx(-out["shift_y"], abs=0.1)
