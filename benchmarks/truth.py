"""Hold an audit of a sample quarter against its truth, rule by rule.

    python benchmarks/truth.py data/sample_tiles/2022Q4 out/2022Q4

`planted` polygons are those where a rule must fire; `honest` ones are those where it may not.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Score(NamedTuple):
    """One rule against the truth, in polygons."""

    rule: str
    planted: tuple[str, ...]
    missed: tuple[str, ...]
    honest: int
    false_alarms: tuple[str, ...]


def scores(truth: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> list[Score]:
    """Score every rule that the truth or the audit names."""
    fired: dict[str, set[str]] = {}
    for finding in findings:
        # “Cannot tell” accuses nobody; it is what DQ01–DQ05 and DQ07 are there to say.
        if finding["status"] != "unassessable" or finding["rule"].startswith("DQ"):
            fired.setdefault(finding["rule"], set()).update(finding["polygon_ids"])
    polygons: Mapping[str, Any] = truth["polygons"]
    planted = {rule for told in polygons.values() for rule in told["must_fire"]}
    return [_score(rule, polygons, fired.get(rule, set())) for rule in sorted(planted | {*fired})]


def _score(rule: str, polygons: Mapping[str, Any], fired: set[str]) -> Score:
    must = {name for name, told in polygons.items() if rule in told["must_fire"]}
    may = {name for name, told in polygons.items() if rule in told["may_fire"]}
    honest = set(polygons) - must - may
    return Score(
        rule,
        tuple(sorted(must)),
        tuple(sorted(must - fired)),
        len(honest),
        tuple(sorted(fired & honest)),
    )


def batch_missed(truth: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name the planted problems of the batch, not of a polygon, that no finding relates."""
    told = {(f["rule"], one["id"]) for f in findings for one in f["related"]}
    planted = truth.get("batch_must_fire", ())
    return [f"{p['rule']} {p['related']}" for p in planted if (p["rule"], p["related"]) not in told]


def read(batch: Path, out: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read a sample's truth and an audit's findings."""
    truth = json.loads((batch / "truth.json").read_text("utf-8"))
    lines = (out / "findings.jsonl").read_text("utf-8").splitlines()
    return truth, [json.loads(line) for line in lines]


def main() -> None:
    """Print the table."""
    truth, findings = read(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"{'rule':6} {'fired/planted':>14} {'false/honest':>13}")
    for one in scores(truth, findings):
        hit = f"{len(one.planted) - len(one.missed)}/{len(one.planted)}"
        false = f"{len(one.false_alarms)}/{one.honest}"
        print(f"{one.rule:6} {hit:>14} {false:>13}  {' '.join((*one.missed, *one.false_alarms))}")
    for missed in batch_missed(truth, findings):
        print(f"missed, of the whole batch: {missed}")


if __name__ == "__main__":
    main()
