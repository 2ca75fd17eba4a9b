"""The accuracy bench counts what it is given, and small made quarters go through it whole."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import errors, headline, seeds_of, tables
from benchmarks.accuracy_figures import (
    Rate,
    at_prevalence,
    brier,
    by_rule,
    by_seed,
    reliability,
    tally,
    true_cause,
)
from benchmarks.accuracy_made import Row, rows_of, wrong
from yanhu_satcheck.pipeline import audit
from yanhu_satcheck.sample.ground import make

SEEDS = (1, 4)  # 10 m with a map for elevation, 30 m flown over twice
SIDE = 1800.0


def row(name: str = "A", *, seed: int = 1, cause: str = "season", **more: Any) -> Row:
    told: dict[str, Any] = {
        "must": (), "may": (), "unsure": (), "said": {}, "words": {}, "shares": {}, "figures": {},
        "filed": "PSEUDO_CHANGE", "case": "harvest1", "sensor": "s2", "pair": "aug–nov",
        "heights": "uav", "area_m2": 9000.0, "cells": 90.0, "clear": 1.0,
    }  # fmt: skip
    return Row(seed=seed, polygon_id=name, cause=cause, **(told | more))


def pit(said: dict[str, str], **more: Any) -> Row:
    return row("P", cause="mining", must=("CL01",), said=said, **more)


@pytest.mark.parametrize(
    ("said", "fate"),
    [
        ({"CL01": "inconsistent"}, "accused"),
        ({"CL01": "doubtful"}, "doubted"),
        ({"CL01": "unassessable"}, "unassessable"),
        ({"DQ02": "unassessable"}, "unassessable"),
        ({"CL03": "inconsistent"}, "missed"),
        ({}, "missed"),
    ],
)
def test_a_planted_problem_has_one_fate(said: dict[str, str], fate: str) -> None:
    assert pit(said).outcome("CL01") == fate
    counted = tally([pit(said)])
    assert (counted.planted, counted.honest) == (1, 0)
    assert getattr(counted, fate) == 1


def test_an_honest_polygon_is_accused_or_doubted_once() -> None:
    accused = row("A", said={"CL01": "inconsistent", "CL03": "doubtful"})
    doubted = row("B", said={"CL02": "doubtful"})
    allowed = row("C", said={"CL02": "doubtful"}, unsure=("CL02",))
    strict = row("D", said={"CL02": "inconsistent"}, unsure=("CL02",))
    counted = tally([accused, doubted, allowed, strict, row("E")])
    assert (counted.honest, counted.wrongly_accused, counted.wrongly_doubted) == (5, 2, 1)
    assert wrong(accused) == ["accused CL01", "doubted CL03"]
    assert wrong(allowed) == []


def test_a_rule_is_held_to_polygons_that_give_it_no_reason() -> None:
    rows = [pit({"CL01": "inconsistent", "LM02": "inconsistent"}), row("B", may=("LM02",))]
    licence = by_rule(rows, "LM02")
    assert (licence.planted, licence.honest, licence.wrongly_accused) == (0, 1, 1)


def test_the_exact_interval_of_none_and_of_all() -> None:
    # With 0 of n the upper end is 1 − 0.025^(1/n).
    assert Rate(0, 10).interval == pytest.approx((0.0, 1 - 0.025 ** (1 / 10)))
    assert Rate(10, 10).interval == pytest.approx((0.025 ** (1 / 10), 1.0))
    assert str(Rate(0, 0)) == "–"


def test_quarters_are_drawn_whole() -> None:
    bad = [row(str(n), seed=1, said={"CL01": "inconsistent"}) for n in range(5)]
    good = [row(str(n), seed=2) for n in range(5)]
    low, high = by_seed([*bad, *good], lambda counted: counted.false)
    assert (low, high) == (0.0, 1.0)


def test_what_one_in_a_hundred_makes_of_a_rate() -> None:
    # 1000 polygons: 10 problems, 9 found; 990 honest, 9.9 accused.
    assert at_prevalence(0.9, 0.01) == pytest.approx(9 / 18.9)
    assert at_prevalence(0.0, 0.0) is None


def test_shares_are_held_to_the_truth() -> None:
    rows = [
        row("A", cause="mining", shares={"mining": 0.9, "slide": 0.1}),
        row("B", cause="flow", shares={"mining": 0.9, "slide": 0.1}),
        row("C", cause="slide", shares={"mining": 0.1, "slide": 0.9}),
    ]
    assert true_cause(rows[1]) == "slide"
    top = reliability(rows, "mining")[-1]
    assert (top.size, top.true) == (2, Rate(1, 2))
    told = brier(rows, "mining")
    assert told is not None
    assert told[0] == pytest.approx((0.01 + 0.81 + 0.01) / 3)
    assert brier(rows, "fire") is None


def test_seeds_are_read_as_ranges() -> None:
    assert seeds_of("1-3,101") == [1, 2, 3, 101]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_quarter_is_accounted_for(seed: int, tmp_path: Path) -> None:
    make(tmp_path / "batch", seed, SIDE)
    audit(tmp_path / "batch", tmp_path / "out")
    rows = rows_of(tmp_path / "batch", tmp_path / "out")
    assert len(rows) >= 8
    counted = tally(rows)
    assert counted.honest + sum(1 for one in rows if not one.honest) == len(rows)
    assert counted.planted == sum(len(one.must) for one in rows)
    assert counted.wrongly_accused + counted.wrongly_doubted <= counted.honest
    listed = [line for line in errors(rows) if line.startswith(f"{seed} ")]
    assert len(listed) == sum(len(wrong(one)) for one in rows)
    assert f"{len(rows)} polygons of 1 made quarters" in headline(rows)
    assert any(line.startswith("CL01") for line in tables(rows))
