"""The table of causes, on figures made by hand."""

import pytest
from shapely import Point, box

from tests.make import DAY
from yanhu_satcheck.evidence import Cause, ChangeEvidence, LaterEvidence, TerrainEvidence
from yanhu_satcheck.measure.cause import CAUSES, Ramp, cause_of, table
from yanhu_satcheck.quantity import Measured

PATCH = Point(0, 0).buffer(60)


def share(value: float, sigma: float = 0.05) -> Measured:
    return Measured(value, sigma, 100, "share")


def change(**more: float | None) -> ChangeEvidence:
    """A bare, bright, odd patch on ground that was green, unless said otherwise; None: unknown."""
    told = {
        "changed_share": 0.7,
        "bare_before": 0.02,
        "bare_after": 0.8,
        "bare_gain": 0.75,
        "green_loss": 0.7,
        "green_gain": 0.0,
        "brightness": 0.4,
        "growth_share": 0.7,
    }
    others = {name: more.pop(name) for name in tuple(more) if name not in told}
    others = {"mining_like": 0.7, "tint": 0.2, "like_green": 0.0, "right_angles": 0.1, **others}
    figures, further = (
        {name: share(value) for name, value in some.items() if value is not None}
        for some in ({**told, **more}, others)
    )
    return ChangeEvidence(**figures, others=further)


def relief(
    cut: float, fill: float, sigma: float = 500.0, slope: float = 20.0, **others: float
) -> TerrainEvidence:
    cut_, fill_, net = (Measured(v, sigma, 100, "m3") for v in (cut, fill, fill - cut))
    named = {name: Measured(value, 0.05, 100, "") for name, value in others.items()}
    return TerrainEvidence(share(slope), None, cut_, fill_, net, 0.5, named)


def weighed(one: ChangeEvidence, terrain: TerrainEvidence | None = None) -> Cause:
    return cause_of(one, terrain, None, PATCH)


def lead(cause: Cause) -> str:
    return max(CAUSES, key=cause.of)


def test_a_figure_known_exactly_is_read_off_the_line() -> None:
    ramp = Ramp((0.0, 1.0), (-1.0, 1.0))
    assert ramp.points(0.25, 0.0) == pytest.approx(-0.5)
    assert ramp.points(9.0, 0.0) == 1.0


def test_a_figure_hardly_known_says_little() -> None:
    """At 1 ± 2 the line is read at 1 four times and at its two ends once each."""
    ramp = Ramp((0.0, 1.0), (-1.0, 1.0))
    assert ramp.points(1.0, 2.0) == pytest.approx((4 * 1 + 1 - 1) / 6)
    assert abs(Ramp((-1.0, 1.0), (-1.0, 1.0)).points(0.0, 50.0)) < 1e-9


def test_shares_add_up_and_equal_evidence_gives_what_the_base_says() -> None:
    cause = weighed(change())
    assert sum(cause.shares.values()) == pytest.approx(1)
    assert set(cause.shares) == set(CAUSES)


def test_more_bare_ground_never_speaks_less_for_mining() -> None:
    steps = [weighed(change(bare_gain=v, mining_like=v)).of("mining") for v in (0.0, 0.2, 0.5, 0.9)]
    assert steps == sorted(steps)
    assert steps[-1] > 0.5 > steps[0]


def test_without_elevation_mining_leads_but_a_slide_is_not_ruled_out() -> None:
    """Spectrally a fresh slide is a fresh working: the share says so, what is missing too."""
    cause = weighed(change())
    assert lead(cause) == "mining"
    assert 0.08 < cause.of("slide") < cause.of("mining")
    assert any("高程" in words.zh for words in cause.lacking)


def test_a_pit_dug_out_and_closed_is_mining() -> None:
    terrain = relief(50_000, 500, net_gross=-0.98, depression_m=6.0, benches=0.5, floor_change=-8.0)
    cause = weighed(change(), terrain)
    assert cause.of("mining") > 0.95
    assert cause.told == "mining"


def test_a_balanced_dipole_on_a_slope_is_a_slide() -> None:
    terrain = relief(20_000, 21_000, slope=28.0, net_gross=0.02, dipole=0.8, depression_m=0.0)
    cause = weighed(change(), terrain)
    assert lead(cause) == "slide"
    assert cause.of("mining") < 0.1


def test_the_same_slide_below_what_the_elevations_can_show_is_not_told_by_them() -> None:
    terrain = relief(900, 950, 800.0, slope=28.0, net_gross=-0.9, depression_m=6.0)
    loud = relief(9_000, 950, 800.0, slope=28.0, net_gross=-0.9, depression_m=6.0)
    quiet, spoken = weighed(change(), terrain), weighed(change(), loud)
    assert spoken.of("mining") > quiet.of("mining") + 0.2


def test_ground_filled_and_green_is_restored() -> None:
    green = change(
        bare_before=0.9,
        bare_after=0.2,
        bare_gain=-0.6,
        green_loss=0.0,
        green_gain=0.6,
        brightness=-0.2,
        mining_like=0.1,
        growth_share=0.0,
    )
    terrain = relief(100, 30_000, slope=8.0, net_gross=0.99, floor_change=6.0)
    assert lead(weighed(green)) == "restoration"
    assert weighed(green, terrain).of("restoration") > weighed(green).of("restoration")


def test_restoration_that_digs_is_mining() -> None:
    terrain = relief(60_000, 2_000, slope=8.0, net_gross=-0.94, floor_change=-7.0)
    assert weighed(change(bare_before=0.6), terrain).told == "mining"


def test_green_that_does_not_grow_speaks_against_restoration() -> None:
    plain, net = weighed(change()), weighed(change(fake_green=0.6))
    assert net.of("restoration") < plain.of("restoration")


@pytest.mark.parametrize(
    ("figures", "cause"),
    [
        ({"burnt": 0.8, "brightness": -0.3, "mining_like": 0.4, "bare_gain": 0.4}, "fire"),
        ({"water_gain": 0.6, "brightness": -0.4, "mining_like": 0.05, "bare_gain": 0.0}, "water"),
        ({"from_water": 0.9, "river_share": 1.0, "burnt": 0.0}, "water"),
        ({"tint": -0.4, "right_angles": 0.7}, "construction"),
        (
            {"changed_share": 0.01, "mining_like": 0.02, "bare_gain": 0.0, "brightness": 0.0},
            "none",
        ),
        (
            {
                "changed_share": 0.05,
                "mining_like": 0.05,
                "bare_gain": 0.05,
                "brightness": 0.05,
                "like_green": -0.35,
                "ring_bare_gain": 0.3,
            },
            "season",
        ),
    ],
)
def test_each_look_alike_leads_by_its_own_figure(figures: dict[str, float], cause: str) -> None:
    found = weighed(change(**figures))
    assert lead(found) == cause, found.shares
    assert found.of("mining") < 0.5


def test_a_winding_band_on_a_valley_floor_is_a_flow() -> None:
    band = box(0, 0, 60, 2500)
    valley = TerrainEvidence(share(6.0), Measured(-15.0, 2.0, 100, "m"))
    assert lead(cause_of(change(), valley, None, band)) == "flow"


def test_a_narrow_band_is_a_road() -> None:
    assert lead(cause_of(change(), None, None, box(0, 0, 15, 1500))) == "construction"


def test_a_later_harvest_year_takes_it_back_and_a_bare_one_confirms() -> None:
    def later(still: float) -> LaterEvidence:
        return LaterEvidence(DAY, 1.0, share(still), share(still), share(0.0), share(1 - still))

    bare, green = (cause_of(change(), None, None, PATCH, (later(v),)) for v in (0.95, 0.05))
    assert green.of("mining") < weighed(change()).of("mining") < bare.of("mining")
    assert green.of("season") > bare.of("season")
    assert not any("后续影像" in words.zh for words in bare.lacking)


def test_where_nothing_leads_nobody_can_tell() -> None:
    torn = change(changed_share=0.15, mining_like=0.15, bare_gain=0.12, brightness=0.1)
    cause = weighed(torn)
    assert max(cause.shares.values()) < table().tells
    assert cause.told is None
    assert "不足以说明成因" in cause.reasons[0].zh


def test_texture_says_nothing_where_cells_are_larger_than_houses() -> None:
    """Rows and roughness fall silent; a quarter's right angles are larger than a cell."""
    rough = change(disorder=0.8, regularity=0.6)
    fine, coarse = (cause_of(rough, None, None, PATCH, cell_m=m) for m in (2.0, 30.0))
    assert fine.shares != coarse.shares
    assert coarse.shares == pytest.approx(weighed(change()).shares)
    boxy = cause_of(change(right_angles=0.9), None, None, PATCH, cell_m=30.0)
    assert boxy.of("construction") > coarse.of("construction")


def test_where_nothing_parts_a_pit_from_a_building_site_neither_is_told() -> None:
    """The strongest change of colour is not enough, a slope or the look of its edges is."""
    blind = weighed(change(right_angles=None, mining_like=0.9, tint=0.6, edge_share=1.0))
    assert blind.told is None
    assert blind.of("mining") < table().tells
    assert sum(blind.shares.values()) == pytest.approx(1)
    seen = weighed(change(right_angles=0.1, mining_like=0.9, tint=0.6, edge_share=1.0))
    assert seen.told == "mining"


SHALLOW = 0.6  # metres over PATCH, many errors deep


def test_plants_that_went_lower_a_surface_without_digging() -> None:
    """All of it gone, 0.6 m deep: felled scrub. The same 5 m deep is no plant."""
    deep, shallow = (
        weighed(change(), relief(m * PATCH.area, 0.0, net_gross=-1.0, floor_change=-m))
        for m in (5.0, SHALLOW)
    )
    plain = weighed(change(), relief(0.0, 0.0))
    assert shallow.shares == pytest.approx(plain.shares, abs=0.03)
    assert deep.of("mining") > plain.of("mining") + 0.2


def test_relief_grows_with_how_far_it_is_past_its_error() -> None:
    """At 1.96 errors it says nothing; there is no step from there to all that it says."""
    cut = 5.0 * PATCH.area
    steps = [
        weighed(change(), relief(cut, 0.0, cut / z, net_gross=-0.95)).of("mining")
        for z in (1.9, 2.4, 3.0, 3.9, 6.0)
    ]
    assert steps == sorted(steps)
    assert steps[1] - steps[0] < steps[3] - steps[0]
    assert steps[4] == pytest.approx(steps[3], abs=0.01)


def test_a_slides_own_hollow_is_no_pit() -> None:
    """A hollow where nothing is missing says nothing; where the mass is gone it says mining."""

    def hollow(deep: float, net: float) -> float:
        terrain = relief(40_000, 40_000 * (1 + net), net_gross=net, depression_m=deep)
        return weighed(change(), terrain).of("mining")

    assert hollow(4.0, -0.05) == pytest.approx(hollow(0.0, -0.05))
    assert hollow(4.0, -0.9) > hollow(0.0, -0.9)


@pytest.mark.parametrize(("bare", "floor"), [(0.0, 6.0), (0.95, 0.5), (0.95, None)])
def test_a_heap_is_spoil_unless_it_fills_what_lay_open(bare: float, floor: float | None) -> None:
    fill = 6.0 * PATCH.area
    rose = {} if floor is None else {"floor_change": floor}
    heap = weighed(change(bare_before=bare), relief(0.0, fill, net_gross=1.0, dipole=0.5, **rose))
    filled = relief(0.0, fill, net_gross=1.0, dipole=0.5, floor_change=6.0)
    pit = weighed(change(bare_before=0.95), filled)
    assert heap.told == "mining"
    assert pit.of("restoration") > heap.of("restoration")
    assert pit.of("mining") < heap.of("mining")


def test_a_little_more_of_what_the_season_did_everywhere_is_the_season() -> None:
    """NDVI fell by 0.5: by 0.45 on ground like it as well, or by 0.05."""
    most, least = (
        weighed(change(like_green=like, ndvi_beyond=-0.5 - like)) for like in (-0.45, -0.05)
    )
    assert most.of("season") > least.of("season")
    assert most.of("mining") < least.of("mining")


def test_a_bare_lot_among_streets_is_building_before_it_is_a_pit() -> None:
    wild, town = (weighed(change(ring_grid=v)) for v in (0.05, 0.5))
    assert town.of("mining") < wild.of("mining")
    assert town.of("construction") > wild.of("construction")


def test_what_was_not_measured_is_named_once() -> None:
    words = [one.zh for one in weighed(change(like_green=None)).lacking]
    assert len(words) == len(set(words))
    assert any("近红外" in one for one in words)  # no burn, no false green was measured
    assert "前后两期高程" in words
    assert "后续影像" in words


def test_what_means_nothing_here_is_not_called_missing() -> None:
    """No water is asked for on a slope, no filled pit where it was dug, no shape where none is."""
    steep = relief(50_000, 500, slope=28.0, net_gross=-0.98, cut_depth=9.0)
    level = relief(100, 100, sigma=9000.0)
    for terrain in (steep, level):
        words = [one.zh for one in weighed(change(water_gain=0.1), terrain).lacking]
        assert not any("近红外" in one or "高程" in one for one in words)
    water_only = weighed(change(like_green=None, water_gain=0.1), steep).lacking
    assert not any("近红外" in one.zh for one in water_only)


def test_of_one_elevation_the_second_is_missing() -> None:
    words = [one.zh for one in weighed(change(), TerrainEvidence(share(9.0))).lacking]
    assert "前后两期高程" in words
    assert "高程（坡度、坡位）" not in words


def test_a_follow_up_image_that_nothing_new_was_bare_in_is_not_missing() -> None:
    later = LaterEvidence(DAY, 1.0, share(0.1), None, share(0.0), share(0.9))
    words = [one.zh for one in cause_of(change(), None, None, PATCH, (later,)).lacking]
    assert "后续影像" not in words
