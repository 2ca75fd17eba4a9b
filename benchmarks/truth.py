"""Hold an audit of a sample quarter against its truth, rule by rule.

    python benchmarks/truth.py data/sample_tiles/2022Q4 out/2022Q4
    python benchmarks/truth.py data/sample_tiles/2022Q4 --after data/sample_tiles/2022Q3

    python benchmarks/truth.py --seeds 30 [--without-photographs] [--first 1]

The second form audits the earlier quarter, adds it to an archive, and audits the later one with
it, all in a temporary folder; both tables are printed. The third makes both quarters anew from each
of so many seeds, audits them in the same way, and prints each seed's misses and one table summed
over both quarters of all seeds, with the false-alarm rate of each rule; Ctrl-C prints it of the
seeds that are done. Photographs take most of the time to make; without them what rests on
photographs is neither planted nor counted.

`planted` are the polygons where a rule must fire, and the things of the whole batch that it must
name (a patrol that is lacking, a file that cannot be read); `honest` are those that it may not.
`accused` counts, of the false alarms, those that say “inconsistent with the filing”; the others
only doubt, or say that something cannot be judged. What is known to be wrong, and said so in the
truth, is printed behind a `!`.
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

ACCUSES = "inconsistent"


class Score(NamedTuple):
    """One rule against the truth, in polygons and in things of the whole batch."""

    rule: str
    planted: tuple[str, ...]
    missed: tuple[str, ...]
    honest: int
    false_alarms: tuple[str, ...]
    known: tuple[str, ...] = ()  # false alarms that the truth says are known
    accused: tuple[str, ...] = ()  # of all false alarms, those that say “inconsistent”

    def plus(self, other: "Score") -> "Score":
        """Join what was asked of polygons and of the whole batch."""
        return Score(
            self.rule,
            self.planted + other.planted,
            self.missed + other.missed,
            self.honest + other.honest,
            self.false_alarms + other.false_alarms,
            self.known + other.known,
            self.accused + other.accused,
        )


def scores(
    truth: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], archive: bool = False
) -> list[Score]:
    """Score every rule that the truth or the audit names, with or without the quarter before."""
    fired: dict[str, set[str]] = {}
    accused: dict[str, set[str]] = {}
    for finding in filter(_speaks, findings):
        fired.setdefault(finding["rule"], set()).update(finding["polygon_ids"])
        if finding["status"] == ACCUSES:
            accused.setdefault(finding["rule"], set()).update(finding["polygon_ids"])
    polygons = {name: expected(told, archive) for name, told in truth["polygons"].items()}
    planted = {rule for told in polygons.values() for rule in told["must_fire"]}
    found = {
        rule: _score(rule, polygons, fired.get(rule, set()), accused.get(rule, set()))
        for rule in {*planted, *fired}
    }
    for one in of_batch(truth, findings, archive):
        found[one.rule] = found[one.rule].plus(one) if one.rule in found else one
    return [found[rule] for rule in sorted(found)]


def _speaks(finding: Mapping[str, Any]) -> bool:
    """“Cannot tell” accuses nobody; it is what DQ01–DQ05, DQ07 and DQ08 are there to say."""
    return bool(finding["status"] != "unassessable" or finding["rule"].startswith("DQ"))


def expected(told: Mapping[str, Any], archive: bool) -> dict[str, list[str]]:
    """What must and may speak of a polygon, and what is known to be wrong, by key."""
    keys = ("must_fire", "may_fire", "known_false_alarms")
    added = told.get("with_archive", {}) if archive else {}
    return {key: [*told.get(key, ()), *added.get(key, ())] for key in keys}


def _score(
    rule: str,
    polygons: Mapping[str, Mapping[str, list[str]]],
    fired: set[str],
    accused: set[str],
) -> Score:
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
        tuple(sorted(accused & honest)),
    )


def of_batch(
    truth: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], archive: bool = False
) -> list[Score]:
    """Score what is to be said of the batch, not of a polygon, by what a finding relates."""
    then = truth.get("with_archive", {}) if archive else {}
    must, quiet = (
        {(one["rule"], one["related"]) for one in some}
        for some in (
            [*truth.get("batch_must_fire", ()), *then.get("batch_must_fire", ())],
            then.get("batch_quiet", ()),
        )
    )
    told = {(f["rule"], one["id"]) for f in findings for one in f["related"]}
    wrong: dict[tuple[str, str], str] = {}
    for finding in filter(_speaks, findings):
        named = {(finding["rule"], one["id"]) for one in finding["related"]}
        wrong |= dict.fromkeys(named & quiet, finding["status"])
    return [
        Score(
            rule,
            tuple(sorted(name for one, name in must if one == rule)),
            tuple(sorted(name for one, name in must - told if one == rule)),
            sum(one == rule for one, _ in quiet),
            tuple(sorted(name for one, name in wrong if one == rule)),
            (),
            tuple(sorted(n for (one, n), how in wrong.items() if (one, how) == (rule, ACCUSES))),
        )
        for rule in sorted({rule for rule, _ in must | quiet})
    ]


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
    print(f"{'rule':6} {'fired/planted':>14} {'false/honest':>13} {'accused':>8}")
    for one in scores(truth, findings, archive):
        hit = f"{len(one.planted) - len(one.missed)}/{len(one.planted)}"
        false = f"{len(one.false_alarms) + len(one.known)}/{one.honest}"
        names = (*one.missed, *one.false_alarms, *(f"!{name}" for name in one.known))
        row = f"{one.rule:6} {hit:>14} {false:>13} {len(one.accused):>8}  {' '.join(names)}"
        print(row.rstrip())


class Sum(NamedTuple):
    """One rule over many quarters, in polygons and in things of the whole batch."""

    planted: int = 0
    hit: int = 0
    honest: int = 0
    false: int = 0
    accused: int = 0

    def plus(self, one: Score) -> "Sum":
        """Add one quarter."""
        hit = len(one.planted) - len(one.missed)
        false = len(one.false_alarms) + len(one.known)
        return Sum(
            self.planted + len(one.planted),
            self.hit + hit,
            self.honest + one.honest,
            self.false + false,
            self.accused + len(one.accused),
        )


def without_photographs(truth: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a truth what is planted in photographs, and what may only repeat that.

    RL06 repeats whatever contradicts a polygon. Beside a photograph that must do so, it is not said
    that anything else has to: CL03 may have no more than a doubt.
    """

    def kept(rules: list[str], all_rules: list[str]) -> list[str]:
        pictured = any(rule.startswith("PH") for rule in all_rules)
        gone = ("PH", "RL06") if pictured else ("PH",)
        return [rule for rule in rules if not rule.startswith(gone)]

    polygons = {}
    for name, told in truth["polygons"].items():
        must = kept(told["must_fire"], told["must_fire"])
        polygons[name] = told | {"must_fire": must, "may_fire": [*told["may_fire"], "RL06"]}
        if added := told.get("with_archive"):
            then = kept(added["must_fire"], [*told["must_fire"], *added["must_fire"]])
            polygons[name]["with_archive"] = added | {"must_fire": then}
    planted = [one for one in truth["batch_must_fire"] if not one["rule"].startswith("PH")]
    return truth | {"polygons": polygons, "batch_must_fire": planted}


def over_seeds(seeds: Iterable[int], pictures: bool, total: dict[str, Sum]) -> Iterator[int]:
    """Make, audit and score both quarters of each seed into `total`; misses are printed.

    Gives each seed that is scored.
    """
    from yanhu_satcheck.sample import QUARTERS, folders

    for seed in seeds:
        with TemporaryDirectory() as where:
            earlier, later = (Path(where) / name for name in QUARTERS)
            try:
                world = folders.World.of(seed)
                folders.summer(world, earlier, pictures)
                folders.autumn(world, later, pictures)
            except ValueError as cause:  # a district with no room for one of the cases
                print(f"seed {seed} makes no quarter: {cause}", flush=True)
                continue
            outs = audited_after(earlier, later, Path(where) / "outs")
            for batch, out in zip((earlier, later), outs, strict=True):
                truth, findings = read(batch, out)
                truth = truth if pictures else without_photographs(truth)
                archive = batch == later
                for one in scores(truth, findings, archive):
                    total[one.rule] = total.get(one.rule, Sum()).plus(one)
                    for line in _exceptions(one, truth):
                        print(f"seed {seed} {line}", flush=True)
            yield seed


def _exceptions(one: Score, truth: Mapping[str, Any]) -> Iterator[str]:
    """Word each miss and false alarm of a rule by the case that it is about."""
    said = [("missed", name) for name in one.missed]
    said += [("accused" if n in one.accused else "false", n) for n in one.false_alarms]
    for what, name in said:
        about = truth["polygons"].get(name)
        yield f"{one.rule} {what} {about['case'] if about else name}"


def show_sum(total: Mapping[str, Sum]) -> None:
    """Print the table over all seeds."""
    head = ("fired/planted", "recall", "false/honest", "rate", "accused")
    print("{:6} {:>14} {:>7} {:>13} {:>8} {:>8}".format("rule", *head))
    for rule, one in sorted(total.items()):
        recall = f"{one.hit / one.planted:.2f}" if one.planted else "–"
        rate = f"{one.false / one.honest:.2%}" if one.honest else "–"
        hit, false = f"{one.hit}/{one.planted}", f"{one.false}/{one.honest}"
        print(f"{rule:6} {hit:>14} {recall:>7} {false:>13} {rate:>8} {one.accused:>8}")


def main() -> None:
    """Print the table, or those of two quarters, or one over many seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batch", type=Path, nargs="?")
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--after", type=Path, metavar="EARLIER")
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--without-photographs", action="store_true")
    asked = parser.parse_args()
    if asked.seeds:
        seeds = range(asked.first, asked.first + asked.seeds)
        total: dict[str, Sum] = {}
        scored = []
        with suppress(KeyboardInterrupt):  # what was scored until then is worth its table
            for seed in over_seeds(seeds, not asked.without_photographs, total):
                scored.append(seed)
        print(f"{len(scored)} seeds scored: {' '.join(map(str, scored))}")
        show_sum(total)
    elif asked.out:
        show(asked.batch, asked.out)
    elif asked.batch and asked.after:
        with TemporaryDirectory() as where:
            first, second = audited_after(asked.after, asked.batch, Path(where))
            print(asked.after.name)
            show(asked.after, first)
            print(f"\n{asked.batch.name}, with {asked.after.name} in the archive")
            show(asked.batch, second, archive=True)
    else:
        parser.error("give the audit's OUT, --after EARLIER, or --seeds N")


if __name__ == "__main__":
    main()
