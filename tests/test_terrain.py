"""What was cut and filled inside an outline, how well that is known, and what shape it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from shapely.affinity import translate

from tests.ground_worlds import batch_of
from tests.height_worlds import CRS, Error, Site, World, sites_on, world
from yanhu_satcheck.errors import RasterError
from yanhu_satcheck.evidence import TerrainEvidence
from yanhu_satcheck.measure import measure
from yanhu_satcheck.measure.fall import Falls
from yanhu_satcheck.measure.terrain import hold, relief_chip, terrain_of
from yanhu_satcheck.measure.terrain.flood import flooded
from yanhu_satcheck.raster.heights import HeightReader, open_heights
from yanhu_satcheck.raster.relief import open_relief
from yanhu_satcheck.raster.shapes import cell_weights
from yanhu_satcheck.raster.spread import Noise, Part
from yanhu_satcheck.raster.window import window_of
from yanhu_satcheck.scene import DemFit
from yanhu_satcheck.survey import survey_elevation

ERROR = Error(0.5, 30, (3.1, -2.2), 1.4, (2e-4, -1e-4))
KINDS = ("pit", "dump", "slide", "levelled", "none")


@pytest.fixture(scope="module")
def carved(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, DemFit]:
    """Five kinds of work, large and plain, forty metres wide and more."""
    size = (420, 420)
    sites = list(sites_on(size, 5.0, KINDS, (70,), (14.0,), 300))
    made = world(tmp_path_factory.mktemp("dem"), sites, size, (5.0, 5.0), ERROR, 11)
    return made, survey_elevation(made.pair, [site.outline for site in sites], CRS)


@contextmanager
def opened(made: World, fit: DemFit) -> Iterator[HeightReader]:
    assert made.pair.before is not None
    with open_relief(made.pair.before, CRS) as before, open_heights(fit, before) as reader:
        yield reader


def told(site: Site, reader: HeightReader) -> TerrainEvidence:
    found = terrain_of(site.outline, CRS, reader.before, reader)
    assert found is not None
    return found


def test_sums_of_errors_are_the_double_sum_over_all_pairs() -> None:
    noise = Noise((), (1.0,), (Part(0.5, 12.0, True), Part(0.3, 40.0, False)))
    random = np.random.default_rng(2)
    field = random.random((7, 5)).astype(np.float32)
    rows, cols = np.indices(field.shape)
    flat, y, x = field.ravel().astype(float), rows.ravel() * 5.0, cols.ravel() * 4.0
    apart = np.hypot(y[:, None] - y, x[:, None] - x)
    alike = 0.5 * np.exp(-((apart / 12) ** 2)) + 0.3 * np.exp(-apart / 40) + 0.2 * np.eye(35)
    assert noise.sum_sigma(field, (4.0, 5.0)) == pytest.approx(np.sqrt(flat @ alike @ flat))
    wide = np.ones((300, 280), np.float32)  # counted in blocks of two: hardly another number
    whole = Noise((), (1.0,), (Part(1.0, 60.0, True),))
    exact = np.sqrt(np.pi * 60**2 / 4 / 4 * wide.size)  # area of likeness over a cell's, edges off
    assert whole.sum_sigma(wide, (2.0, 2.0)) == pytest.approx(exact * 2, rel=0.15)


def test_five_hundred_pits_lie_within_their_errors_and_naive_errors_do_not(
    tmp_path: Path,
) -> None:
    size = (980, 1030)
    sites = list(sites_on(size, 5.0, ("bowl",), (25, 40, 60), (2.0, 5.0, 11.0), 218))
    assert len(sites) >= 500
    made = world(tmp_path, sites, size, (5.0, 5.0), ERROR, 21)
    fit = survey_elevation(made.pair, [site.outline for site in sites], CRS)
    z, naive = [], []
    with opened(made, fit) as reader:
        for site, cut, fill in zip(sites, made.cut, made.fill, strict=True):
            found = told(site, reader)
            assert found.net_m3 is not None
            off = found.net_m3.value - (fill - cut)
            z.append(off / found.net_m3.sigma)
            cells = site.outline.area / 25
            naive.append(off / (25 * fit.nmad_m * np.sqrt(cells)))  # type: ignore[operator]
    within = np.mean(np.abs(z) < 1.96)
    assert 0.93 <= within <= 0.97
    assert 0.9 < np.std(z) < 1.1
    assert np.mean(np.abs(naive) < 1.96) < 0.6


def test_net_is_fill_less_cut_and_both_are_what_was_done(carved: tuple[World, DemFit]) -> None:
    made, fit = carved
    off = []
    with opened(made, fit) as reader:
        for site, cut, fill in zip(made.sites, made.cut, made.fill, strict=True):
            found = told(site, reader)
            assert found.cut_m3 is not None
            assert found.fill_m3 is not None
            assert found.net_m3 is not None
            assert found.cut_m3.value >= 0
            assert found.fill_m3.value >= 0
            assert found.net_m3.value == pytest.approx(found.fill_m3.value - found.cut_m3.value)
            assert found.detectable_m is not None
            least = (1.96 + 1.645) * found.net_m3.sigma / site.outline.area
            assert least * 0.999 < found.detectable_m < 1.5 * least
            off += [
                (found.cut_m3.value - cut) / found.cut_m3.sigma,
                (found.fill_m3.value - fill) / found.fill_m3.sigma,
            ]
    assert np.mean(np.abs(off) < 1.96) > 0.9


def test_both_models_are_read_once_a_polygon(carved: tuple[World, DemFit], tmp_path: Path) -> None:
    made, fit = carved
    site = made.sites[0]
    with opened(made, fit) as reader:
        fresh = told(site, reader)
        picture = relief_chip("1", site.outline, CRS, reader, tmp_path)
        hold(site.outline, CRS, reader)
        reader.close()
        reader.before.close()  # whatever is asked from here on is held
        assert told(site, reader) == fresh
        assert relief_chip("1", site.outline, CRS, reader, tmp_path) == picture
        assert reader.near(window_of(site.outline.bounds, reader.grid, 2)).offered
        hold(None, CRS, reader)
        with pytest.raises(RasterError):
            told(site, reader)


def test_what_is_said_to_be_detectable_is_seen(tmp_path: Path) -> None:
    """Of changes between 1 and 1.3 times 1.96 errors, every other one was."""
    size = (500, 500)
    sites = list(sites_on(size, 5.0, ("bowl", "dump"), (25, 35), (1.3, 1.7, 2.1), 125))
    made = world(tmp_path, sites, size, (5.0, 5.0), ERROR, 31)
    fit = survey_elevation(made.pair, [site.outline for site in sites], CRS)
    seen = []
    with opened(made, fit) as reader:
        for site, cut, fill in zip(sites, made.cut, made.fill, strict=True):
            found = told(site, reader)
            assert found.detectable_m is not None
            if 1 < max(cut, fill) / (found.detectable_m * site.outline.area) < 1.6:
                both = found.cut_m3, found.fill_m3
                seen.append(any(m is not None and m.value > 1.96 * m.sigma for m in both))
    assert len(seen) >= 40
    assert np.mean(seen) >= 0.95


def test_noise_alone_is_neither_cut_nor_fill(carved: tuple[World, DemFit]) -> None:
    made, fit = carved
    with opened(made, fit) as reader:
        for site in made.sites:
            if site.kind != "none":
                continue
            found = told(site, reader)
            assert found.cut_m3 is not None
            assert found.fill_m3 is not None
            # split cell by cell, noise alone would give 0.4 of a cell's error times the area, twice
            rectified = 0.4 * 0.7 * site.outline.area
            assert min(found.cut_m3.value, found.fill_m3.value) < 0.25 * rectified
            assert "cut_depth" not in found.others
            assert "depression_m" not in found.others


def test_shapes_tell_pits_slides_and_levelling_apart(carved: tuple[World, DemFit]) -> None:
    made, fit = carved
    with opened(made, fit) as reader:
        kinds = {kind: [told(s, reader) for s in made.sites if s.kind == kind] for kind in KINDS}
    for pit in kinds["pit"]:
        assert pit.others["net_gross"].value < -0.9
        assert pit.others["cut_depth"].value > 5
    deep = [
        pit.others["depression_m"].value for pit in kinds["pit"] if "depression_m" in pit.others
    ]
    assert len(deep) >= len(kinds["pit"]) / 2
    assert all("depression_m" not in one.others for one in kinds["dump"])
    for slide in kinds["slide"]:
        assert abs(slide.others["net_gross"].value) < 0.4
        assert slide.others["dipole"].value > 0.2
    for level in kinds["levelled"]:
        assert abs(level.others["net_gross"].value) < 0.4
    for dump in kinds["dump"]:
        assert dump.others["net_gross"].value > 0.9
    for found in (one for some in kinds.values() for one in some):
        assert all(figure.sigma >= 0 for figure in found.others.values())


def test_the_floor_is_told_in_the_earlier_heights(carved: tuple[World, DemFit]) -> None:
    made, fit = carved
    pit = next(site for site in made.sites if site.kind == "pit")
    with opened(made, fit) as reader:
        found = told(pit, reader).others
        window = window_of(pit.outline.bounds, reader.grid)
        heights = reader.read(window)
        weights = cell_weights(pit.outline, window.transform(reader.grid), window.shape)
    lowest = np.sort(heights.before[weights > 0.5])
    assert found["floor_before"].value == pytest.approx(
        float(lowest[: lowest.size // 10].mean()), abs=1.0
    )
    change = found["floor_after"].value - found["floor_before"].value
    assert found["floor_change"].value == pytest.approx(change)
    assert found["floor_change"].value < -5


def test_a_larger_declared_error_counts(carved: tuple[World, DemFit]) -> None:
    made, fit = carved
    one, two = made.pair.before, made.pair.after
    assert one is not None
    assert two is not None
    rough = replace(made.pair, before=replace(one, sigma_m=1.0), after=replace(two, sigma_m=1.0))
    away = [site.outline for site in made.sites]
    more = survey_elevation(rough, away, CRS)
    assert min(more.model.noise.sigma) == pytest.approx(2**0.5)
    with opened(made, fit) as reader, opened(made, more) as wider:
        first, second = (told(made.sites[0], r).net_m3 for r in (reader, wider))
    assert first is not None
    assert second is not None
    assert second.value == pytest.approx(first.value)
    assert second.sigma == pytest.approx(2 * first.sigma, rel=0.1)


def test_chance_is_told_by_stable_ground_of_the_same_models(tmp_path: Path) -> None:
    size = (620, 640)
    sites = list(sites_on(size, 5.0, ("pit", "none", "dump", "none"), (30,), (8.0,), 400))
    made = world(tmp_path, sites, size, (5.0, 5.0), ERROR, 31)
    fit = survey_elevation(made.pair, [site.outline for site in sites], CRS)
    with opened(made, fit) as reader:
        falls, again = Falls(reader), Falls(reader)
        told = [falls.of(site.outline, CRS, str(i)) for i, site in enumerate(sites)]
        assert again.of(sites[0].outline, CRS, "0") == told[0]
        assert falls.of(translate(sites[0].outline, 1e5), CRS, "far away") is None
    p: dict[str, list[float]] = {kind: [] for kind in ("pit", "none", "dump")}
    for site, chance in zip(sites, told, strict=True):
        assert chance is not None
        assert chance.p is not None
        p[site.kind].append(chance.p)
    assert max(p["pit"]) < 0.005
    assert min(p["dump"]) > 0.5  # it rose: nothing fell there
    assert np.median(p["none"]) > 0.01


def test_water_stands_to_the_lowest_way_out() -> None:
    ground = np.full((5, 5), 9, np.float32)
    ground[1:4, 1:4] = [[3, 2, 3], [2, 1, 2], [3, 2, 4]]
    ground[2, 4] = 6  # the outlet
    water = flooded(ground)
    assert water[1:4, 1:4].tolist() == [[6] * 3] * 3
    assert water[0, 0] == 9
    ground[2, 4] = np.nan  # nobody knows what lies there: water may leave
    assert flooded(ground)[2, 2] == 2


def test_one_date_or_a_refused_pair_gives_no_volume(
    carved: tuple[World, DemFit], tmp_path: Path
) -> None:
    made, fit = carved
    batch = batch_of([], [site.outline for site in made.sites[:3]], CRS, made.pair.before)
    batch = replace(batch, elevation=made.pair)
    refused = replace(fit, model=None)
    for dem in (None, refused):
        for one, chips in measure(batch, (), tmp_path, dem=dem):
            assert one.terrain is not None
            assert one.terrain.slope_deg is not None
            assert one.terrain.position is not None
            assert "curvature" in one.terrain.others
            assert one.terrain.cut_m3 is None
            assert one.terrain.net_m3 is None
            assert one.terrain.detectable_m is None
            assert chips == ()


def test_measuring_shows_the_change_and_touches_no_input(
    carved: tuple[World, DemFit], tmp_path: Path
) -> None:
    made, fit = carved
    files = [f.path for f in (made.pair.before, made.pair.after) if f]
    was = [sha256(path.read_bytes()).hexdigest() for path in files]
    batch = batch_of([], [site.outline for site in made.sites[:5]], CRS)
    batch = replace(batch, elevation=made.pair)
    first, again = (list(measure(batch, (), tmp_path / n, dem=fit)) for n in ("a", "b"))
    assert [one for one, _ in first] == [one for one, _ in again]
    for (one, (chip,)), (_, (other,)) in zip(first, again, strict=True):
        assert one.terrain is not None
        assert one.terrain.net_m3 is not None
        assert chip.kind == "relief"
        assert chip.path.name == other.path.name
        assert "红：降低" in chip.caption.zh
        with Image.open(chip.path) as picture:
            assert picture.size == (chip.width, chip.height)
            colours = np.asarray(picture.convert("RGB")).astype(int)
        middle = colours[chip.height // 2, chip.width // 2]
        if one.terrain.net_m3.value < -20_000:  # a pit: its middle is red
            assert middle[0] > middle[2] + 40
    assert was == [sha256(path.read_bytes()).hexdigest() for path in files]


def test_ground_that_the_later_model_does_not_show_has_no_volume(
    carved: tuple[World, DemFit],
) -> None:
    made, fit = carved
    with opened(made, fit) as reader:
        a, _, c, _, e, f = reader.grid.transform
        corner = made.sites[0]._replace(outline=made.sites[0].outline.buffer(0))
        moved = corner.outline.centroid
        shape = corner.outline
        half_out = translate(shape, c - moved.x + 10 * a, f - moved.y + 10 * e)
        found = terrain_of(half_out, CRS, reader.before, reader)
    assert found is None or found.net_m3 is None
