"""How often an audit is right about the ground: made quarters, real pairs, carved elevations.

    python -m benchmarks.accuracy --work DIR [--seeds 166-195] [--only made,real,carved]
                                  [--pictures DIR]

Run from the checkout. Made quarters (`yanhu_satcheck.sample.ground`) are audited one after another
and kept in DIR, so a stopped run is taken up again. Nothing is tuned on the seeds that are scored:
1–10 are for development, those from 101 on for the figures told; up to 165 they were run.
`real_pairs` and `carved` stand in files of their own. `--pictures` keeps the pages of everything
that went wrong.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from benchmarks.accuracy_figures import (
    Rate,
    Tally,
    at_prevalence,
    brier,
    by_rule,
    by_seed,
    reliability,
    tally,
)
from benchmarks.accuracy_made import Row, run, wrong
from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.sample.ground.plan import JUDGED

SIZES = ((0.5, "under 0.5 ha"), (1.0, "0.5–1 ha"), (3.0, "1–3 ha"), (99.0, "over 3 ha"))
OTHERS = {"real": "benchmarks.real_pairs", "carved": "benchmarks.carved"}
GROUPS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("true cause", lambda row: row.cause),
    ("filed as", lambda row: row.filed),
    ("sensor", lambda row: row.sensor),
    ("dates", lambda row: row.pair),
    ("size", lambda row: size_of(row)),
    ("elevations", lambda row: row.heights),
)
HEAD = f"{'':22} {'planted':>7} {'accused':>7} {'doubted':>7} {'blind':>6} {'missed':>6}"
HEAD += f" | {'honest':>6} {'accused':>7} {'doubted':>7} {'blind':>6}"


def size_of(row: Row) -> str:
    return next(name for most, name in SIZES if row.area_m2 < most * 1e4)


def line(name: str, one: Tally) -> str:
    planted = f"{one.planted:7} {one.accused:7} {one.doubted:7} {one.unassessable:6} {one.missed:6}"
    honest = f"{one.honest:6} {one.wrongly_accused:7} {one.wrongly_doubted:7} {one.honest_blind:6}"
    return f"{name:22} {planted} | {honest}"


def headline(rows: Sequence[Row]) -> list[str]:
    """Sum up, with both intervals, and say what the false accusations come to at 1 %."""
    one = tally(rows)
    blind = Rate(one.unassessable + one.honest_blind, one.planted + one.honest)
    accused = Rate(one.accused, one.planted)
    out = [
        f"{len(rows)} polygons of {len({row.seed for row in rows})} made quarters",
        f"found (accused or doubted)   {one.found}  by quarters {spread(rows, lambda t: t.found)}",
        f"  of what can be judged      {one.found_assessable}",
        f"  accused                    {accused}",
        f"false accusations            {one.false}  by quarters {spread(rows, lambda t: t.false)}",
        f"honest polygons doubted      {Rate(one.wrongly_doubted, one.honest)}",
        f"said to be unassessable      {blind}",
    ]
    false = one.false.value or 0.0
    out.append(rare("as measured", accused.value or 0.0, false))
    out.append(rare("at the end of its interval", accused.value or 0.0, one.false.interval[1]))
    return out


def rare(name: str, recall: float, false: float) -> str:
    """Say what a rate of false accusations comes to where one polygon in a hundred is a problem."""
    right = at_prevalence(recall, false)
    share = "no accusations" if right is None else f"{right:.0%} of the accusations are right"
    return (
        f"at 1 % true problems, false rate {name}: of 1000 polygons {990 * false:.1f} honest ones "
        f"are accused beside {10 * recall:.1f} true problems: {share}"
    )


def spread(rows: Sequence[Row], rate: Callable[[Tally], Rate]) -> str:
    low, high = by_seed(rows, rate)
    return f"[{low:.3f}, {high:.3f}]"


def tables(rows: Sequence[Row]) -> list[str]:
    """Show the same counts by rule and by everything that was drawn."""
    rules = sorted({r for row in rows for r in (*row.must, *row.accused, *row.doubted)})
    out = ["", "by rule (honest: where it has no reason to speak)", HEAD]
    out += [line(rule, by_rule(rows, rule)) for rule in rules]
    for name, key in GROUPS:
        out += ["", f"by {name}", HEAD]
        for value in sorted({key(row) for row in rows}):
            out.append(line(value, tally(row for row in rows if key(row) == value)))
    return out


def calibration(rows: Sequence[Row]) -> list[str]:
    """Show how often mining is the cause where it is said to be, and the error of every share."""
    out = ["", "p_mining held to the truth: range, polygons, mean said, share that is mining"]
    for one in reliability(rows, "mining"):
        out.append(f"  {one.low:.1f}–{one.high:.1f} {one.size:5}  {one.said:.2f}  {one.true}")
    out.append("squared error of each share (always saying the base rate: in brackets)")
    for cause in sorted({cause for row in rows for cause in row.shares}):
        if told := brier(rows, cause):
            out.append(f"  p_{cause:14} {told[0]:.3f} ({told[1]:.3f}) of {told[2]}")
    return out


def errors(rows: Sequence[Row]) -> list[str]:
    """List each miss, each false accusation and each wrong doubt, so that it can be opened."""
    out = ["", "what went wrong: seed, polygon, case, what; conditions; what was said or measured"]
    for row in rows:
        for what in wrong(row):
            said = row.words.get(what.split()[1], "")
            figures = " ".join(f"{name}={value:.3g}" for name, value in row.figures.items())
            mining = row.shares.get("mining")
            figures += f" p_mining={mining:.2f}" if mining is not None else ""
            out.append(
                f"{row.seed} {row.polygon_id} {row.case}: {what}; {row.sensor} {row.pair} "
                f"{row.heights} {row.area_m2 / 1e4:.2f} ha {row.cells:.0f} cells clear "
                f"{row.clear:.2f}; {said or figures}"
            )
    return out


def absent() -> str:
    """Name the judged rules that the rule book does not hold: whatever they must find is missed."""
    lacking = sorted({*JUDGED} - {rule.code for rule in rulebook({})})
    return (
        f"not in the rule book: {', '.join(lacking)}" if lacking else "all judged rules are there"
    )


def told(rows: Sequence[Row]) -> str:
    return "\n".join([absent(), *headline(rows), *tables(rows), *calibration(rows), *errors(rows)])


def seeds_of(text: str) -> list[int]:
    """Read seeds as “1-4,101”."""
    found = list[int]()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def other(part: str) -> None:
    """Run a bench that stands in a file of its own, as if by itself, if this checkout has it."""
    if find_spec(OTHERS[part]) is None:
        print(f"{OTHERS[part]} is not in this checkout")
        return
    given, sys.argv = sys.argv, [part]
    try:
        import_module(OTHERS[part]).main()
    finally:
        sys.argv = given


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("166-195"))
    parser.add_argument("--only", default="made,real,carved")
    parser.add_argument("--pictures", type=Path)
    asked = parser.parse_args(arguments)
    parts = asked.only.split(",")
    if "made" in parts:
        print(told(run(asked.seeds, asked.work, asked.pictures)))
    for part in OTHERS:
        if part in parts:
            print(f"\n{part}")
            other(part)


if __name__ == "__main__":
    main()
