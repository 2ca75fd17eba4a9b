"""Hold an audit of a sample quarter against its truth, rule by rule.

    python benchmarks/truth.py data/sample_tiles/2022Q4 out/2022Q4
    python benchmarks/truth.py data/sample_tiles/2022Q4 --after data/sample_tiles/2022Q3

The second form audits the earlier quarter, adds it to an archive, and audits the later one with
it, all in a temporary folder; both tables are printed. `planted` polygons are those where a rule
must fire; `honest` ones are those where it may not. What is known to be wrong, and said so in the
truth, is printed behind a `!`.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple


class Score(NamedTuple):
    """One rule against the truth, in polygons."""

    rule: str
    planted: tuple[str, ...]
    missed: tuple[str, ...]
    honest: int
    false_alarms: tuple[str, ...]
    known: tuple[str, ...] = ()  # false alarms that the truth says are known


def scores(
    truth: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], archive: bool = False
) -> list[Score]:
    """Score every rule that the truth or the audit names, with or without the quarter before."""
    fired: dict[str, set[str]] = {}
    for finding in findings:
        # “Cannot tell” accuses nobody; it is what DQ01–DQ05 and DQ07 are there to say.
        if finding["status"] != "unassessable" or finding["rule"].startswith("DQ"):
            fired.setdefault(finding["rule"], set()).update(finding["polygon_ids"])
    polygons = {name: expected(told, archive) for name, told in truth["polygons"].items()}
    planted = {rule for told in polygons.values() for rule in told["must_fire"]}
    return [_score(rule, polygons, fired.get(rule, set())) for rule in sorted(planted | {*fired})]


def expected(told: Mapping[str, Any], archive: bool) -> dict[str, list[str]]:
    """What must and may speak of a polygon, and what is known to be wrong, by key."""
    keys = ("must_fire", "may_fire", "known_false_alarms")
    added = told.get("with_archive", {}) if archive else {}
    return {key: [*told.get(key, ()), *added.get(key, ())] for key in keys}


def _score(rule: str, polygons: Mapping[str, Mapping[str, list[str]]], fired: set[str]) -> Score:
    must, may, wrong = (
        {name for name, told in polygons.items() if rule in told[key]}
        for key in ("must_fire", "may_fire", "known_false_alarms")
    )
    honest = set(polygons) - must - may
    return Score(
        rule,
        tuple(sorted(must)),
        tuple(sorted(must - fired)),
        len(honest),
        tuple(sorted(fired & honest - wrong)),
        tuple(sorted(fired & honest & wrong)),
    )


def batch_missed(
    truth: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], archive: bool = False
) -> list[str]:
    """Name the planted problems of the batch, not of a polygon, that no finding relates."""
    told = _told(findings)
    planted = [*truth.get("batch_must_fire", ())]
    planted += truth["with_archive"]["batch_must_fire"] if archive else ()
    return [f"{p['rule']} {p['related']}" for p in planted if (p["rule"], p["related"]) not in told]


def batch_wrong(truth: Mapping[str, Any], findings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name what an audit with the archive says of the batch and the truth says is in order."""
    told, quiet = _told(findings), truth["with_archive"]["batch_quiet"]
    return [f"{q['rule']} {q['related']}" for q in quiet if (q["rule"], q["related"]) in told]


def _told(findings: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(f["rule"], one["id"]) for f in findings for one in f["related"]}


def read(batch: Path, out: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Read a sample's truth and an audit's findings."""
    truth = json.loads((batch / "truth.json").read_text("utf-8"))
    lines = (out / "findings.jsonl").read_text("utf-8").splitlines()
    return truth, [json.loads(line) for line in lines]


def audited_after(earlier: Path, batch: Path, where: Path) -> tuple[Path, Path]:
    """Audit two quarters one after the other, the later with an archive that holds the earlier."""
    from yanhu_satcheck.pipeline import audit, keep

    archive, first, second = where / "archive.sqlite", where / "earlier", where / "later"
    audit(earlier, first)
    keep(first, archive)
    audit(batch, second, archive=archive)
    return first, second


def show(batch: Path, out: Path, archive: bool = False) -> None:
    """Print the table of one audit."""
    truth, findings = read(batch, out)
    print(f"{'rule':6} {'fired/planted':>14} {'false/honest':>13}")
    for one in scores(truth, findings, archive):
        hit = f"{len(one.planted) - len(one.missed)}/{len(one.planted)}"
        false = f"{len(one.false_alarms) + len(one.known)}/{one.honest}"
        names = (*one.missed, *one.false_alarms, *(f"!{name}" for name in one.known))
        print(f"{one.rule:6} {hit:>14} {false:>13}  {' '.join(names)}".rstrip())
    for missed in batch_missed(truth, findings, archive):
        print(f"missed, of the whole batch: {missed}")
    for wrong in batch_wrong(truth, findings) if archive else ():
        print(f"wrong, of the whole batch: {wrong}")


def main() -> None:
    """Print the table, or those of two quarters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batch", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--after", type=Path, metavar="EARLIER")
    asked = parser.parse_args()
    if asked.out:
        show(asked.batch, asked.out)
    elif asked.after:
        with TemporaryDirectory() as where:
            first, second = audited_after(asked.after, asked.batch, Path(where))
            print(asked.after.name)
            show(asked.after, first)
            print(f"\n{asked.batch.name}, with {asked.after.name} in the archive")
            show(asked.batch, second, archive=True)
    else:
        parser.error("give the audit's OUT, or --after EARLIER")


if __name__ == "__main__":
    main()
