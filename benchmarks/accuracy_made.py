"""Made quarters, audited: what every polygon is, and what was said of it.

One JSON file a seed is kept in the working folder, with a fingerprint of the code that made it, so
that a run can be stopped and taken up again, and figures of two states of the code never mix.
"""

import json
import shutil
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from yanhu_satcheck.pipeline import audit
from yanhu_satcheck.sample.ground import make

BLIND = ("DQ01", "DQ02", "DQ03", "DQ05", "DQ07")
"""Rules that say of a polygon that its ground cannot be judged."""
WORST = ("inconsistent", "unsupported", "doubtful", "unassessable")
TOLD = ("case", "cause", "filed", "area_m2", "cells", "clear")
LISTS = ("must", "may", "unsure")
FIGURES = ("bare_gain", "bare_before", "changed_share", "growth_share", "net_m3", "p_value")


class Row(NamedTuple):
    """One polygon of one made quarter, with its truth and with what the audit said."""

    seed: int
    polygon_id: str
    case: str
    cause: str
    filed: str
    must: tuple[str, ...]
    may: tuple[str, ...]
    unsure: tuple[str, ...]
    sensor: str
    pair: str
    heights: str
    area_m2: float
    cells: float
    clear: float
    said: Mapping[str, str]  # by rule, the worst status
    words: Mapping[str, str]  # by rule, the sentence
    shares: Mapping[str, float]  # by cause
    figures: Mapping[str, float]

    @property
    def honest(self) -> bool:
        """Whether there is nothing that a rule of the ground may accuse it of."""
        return not self.must and not self.may

    @property
    def blind(self) -> bool:
        """Whether the audit says that it cannot judge the ground."""
        return any(rule in self.said for rule in BLIND)

    @property
    def accused(self) -> tuple[str, ...]:
        """Judged rules that accuse and have no reason to."""
        return self._wrong("inconsistent")

    @property
    def doubted(self) -> tuple[str, ...]:
        """Judged rules that doubt without being allowed to."""
        return tuple(rule for rule in self._wrong("doubtful") if rule not in self.unsure)

    def _wrong(self, status: str) -> tuple[str, ...]:
        meant = {*self.must, *self.may}
        return tuple(r for r, s in sorted(self.said.items()) if s == status and r not in meant)

    def outcome(self, rule: str) -> str:
        """Tell what became of a rule that had to speak."""
        said = self.said.get(rule)
        if said in ("inconsistent", "unsupported"):
            return "accused"
        if said == "doubtful":
            return "doubted"
        return "unassessable" if said == "unassessable" or self.blind else "missed"


def rows_of(batch: Path, out: Path) -> list[Row]:
    """Bring the truth of a made quarter and the audit of it together."""
    truth = json.loads((batch / "truth.json").read_text("utf-8"))
    said: dict[str, dict[str, str]] = {name: {} for name in truth["polygons"]}
    words: dict[str, dict[str, str]] = {name: {} for name in truth["polygons"]}
    for line in (out / "findings.jsonl").read_text("utf-8").splitlines():
        one = json.loads(line)
        judged = one["rule"] in truth["judged"] or one["rule"] in BLIND
        for name in one["polygon_ids"] if judged else ():
            old = said[name].get(one["rule"], WORST[-1])
            said[name][one["rule"]] = min(old, one["status"], key=WORST.index)
            words[name][one["rule"]] = one["message"]["en"]
    measured = {
        row["polygon_id"]: row for row in pq.read_table(out / "evidence.parquet").to_pylist()
    }
    common = {key: truth[key] for key in ("seed", "sensor", "pair", "heights")}
    rows = []
    for name, about in sorted(truth["polygons"].items()):
        told: dict[str, Any] = (
            {key: about[key] for key in TOLD} | common | _measured(measured[name])
        )
        told |= {key: tuple(about[key]) for key in LISTS}
        rows.append(Row(polygon_id=name, said=said[name], words=words[name], **told))
    return rows


def _measured(row: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Pick the shares of the causes, and the figures that a list of errors shows."""
    shares = {
        key[2:]: value
        for key, value in row.items()
        if key.startswith("p_") and key != "p_value" and not key.endswith("_sigma")
    }
    figures = {key: row[key] for key in FIGURES if row.get(key) is not None}
    return {
        "shares": {c: v for c, v in shares.items() if v is not None},
        "figures": figures,
    }


def fingerprint() -> str:
    """Hash every source and table that an audit's figures can depend on."""
    root, digest = Path(__file__).parent.parent, sha256()
    found = [p for part in ("yanhu_satcheck", "rules") for p in (root / part).rglob("*")]
    for path in sorted(p for p in found if p.suffix in (".py", ".toml")):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def run(seeds: Iterable[int], work: Path, pictures: Path | None = None) -> list[Row]:
    """Make, audit and read what is not in the working folder yet; one process, seed by seed."""
    work.mkdir(parents=True, exist_ok=True)
    code, rows = fingerprint(), list[Row]()
    for seed in seeds:
        kept = work / f"seed-{seed:04d}.json"
        old = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        shown = pictures is None or (pictures / f"{seed:04d}").exists()
        if old.get("code") != code or not shown:
            old = _one(seed, work, code, pictures)
            kept.write_text(json.dumps(old, ensure_ascii=False), encoding="utf-8")
        rows += [_row(one) for one in old["rows"]]
    return rows


def _one(seed: int, work: Path, code: str, pictures: Path | None) -> dict[str, Any]:
    batch, out = work / f"batch-{seed:04d}", work / f"out-{seed:04d}"
    for folder in (batch, out):
        shutil.rmtree(folder, ignore_errors=True)
    started = time.process_time()
    make(batch, seed)
    made = time.process_time()
    audit(batch, out)
    done = time.process_time()
    rows = rows_of(batch, out)
    if pictures is not None:
        keep_pages(rows, batch, out, pictures / f"{seed:04d}")
    for folder in (batch, out):
        shutil.rmtree(folder)
    seconds = {"made": round(made - started, 1), "audited": round(done - made, 1)}
    print(f"seed {seed}: {len(rows)} polygons, CPU seconds {seconds}", flush=True)
    return {"code": code, "seconds": seconds, "rows": [row._asdict() for row in rows]}


def _row(told: Mapping[str, Any]) -> Row:
    return Row(**{**told, **{key: tuple(told[key]) for key in LISTS}})


def wrong(row: Row) -> list[str]:
    """Say in short what went wrong with a polygon: rules missed, accusing and doubting."""
    return [
        *(f"missed {rule}" for rule in row.must if row.outcome(rule) == "missed"),
        *(f"accused {rule}" for rule in row.accused),
        *(f"doubted {rule}" for rule in row.doubted),
    ]


def keep_pages(rows: Iterable[Row], batch: Path, out: Path, where: Path) -> None:
    """Keep the pages of what went wrong, with their pictures, and the truth beside them."""
    shutil.rmtree(where, ignore_errors=True)
    shutil.copytree(out / "reports", where)
    shutil.copy(batch / "truth.json", where)
    bad = {row.polygon_id: wrong(row) for row in rows if wrong(row)}
    names = {row.polygon_id for row in rows} - set(bad)
    for name in names:
        (where / f"{name}.html").unlink(missing_ok=True)
    text = "".join(f"{name}.html\t{'; '.join(why)}\n" for name, why in sorted(bad.items()))
    (where / "wrong.tsv").write_text(text, encoding="utf-8")
    shown = "".join((where / f"{name}.html").read_text("utf-8") for name in bad)
    for chip in (where / "chips").glob("*"):
        if chip.name not in shown:
            chip.unlink()
