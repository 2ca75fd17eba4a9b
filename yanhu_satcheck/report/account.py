"""audit.json: what was read and misread, with which rules and versions, and the books."""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.past import KeptChip
from yanhu_satcheck.report.filed import polygons
from yanhu_satcheck.report.jsonl import plain
from yanhu_satcheck.report.place import SCHEMA_VERSION
from yanhu_satcheck.report.record import record
from yanhu_satcheck.scene import DemFit, ElevationFile, ImageFile, SceneFit
from yanhu_satcheck.terms import Status

CONSISTENT = "consistent"


def write_account(audit: Audit, folder: Path, chips: Sequence[KeptChip] = ()) -> None:
    """Write audit.json, last: it names the hash of every other file of OUT."""
    said = {**account(audit), "chips": plain(tuple(chips)), "files": _files(folder)}
    text = json.dumps(said, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
    target = folder / "audit.json"
    target.write_text(text + "\n", encoding="utf-8", errors="replace", newline="\n")


def account(audit: Audit) -> dict[str, Any]:
    """Give all of audit.json but the files: no clock, no path of this machine."""
    return {
        "tool": "satcheck",
        "schema_version": SCHEMA_VERSION,
        "lang": audit.lang,
        "versions": dict(audit.versions),
        "batch": _batch(audit.batch),
        "inputs": [plain(one) for one in sorted(audit.batch.inputs, key=lambda f: f.name)],
        "misreads": plain(audit.ledger.misreads or audit.batch.misreads),
        "policy": plain(audit.policy),
        "rules": _rules(audit),
        "only": list(audit.only),
        "scenes": [_scene(fit) for fit in audit.fits],
        "elevation": {
            "before": _dated(audit.batch.elevation.before),
            "after": _dated(audit.batch.elevation.after),
            "vertical": audit.batch.elevation.vertical,
            **_compared(audit.dem),
        },
        "counts": _counts(audit),
        "suppressions": {
            "held": [one.id for one in audit.judgement.suppressed],
            "lapsed": plain(audit.judgement.lapsed),
        },
        "archive": plain(audit.archive),
        "polygons": polygons(audit),
        "rectification": plain(audit.batch.ledger),
        "lookback": plain(audit.batch.lookback),
        "ledger": record(audit),
    }


def _batch(batch: Batch) -> dict[str, Any]:
    names = ("id", "region", "period", "as_of", "crs", "photo_crs")
    lacks = {"not_supplied": batch.not_supplied, "blank_columns": batch.blank_columns}
    return {**{name: plain(getattr(batch, name)) for name in names}, **plain(lacks)}


def _rules(audit: Audit) -> dict[str, Any]:
    """Every rule that was run: its title, its limits, and its books, which must balance."""
    books = {one.rule: one for one in audit.judgement.accounts}
    said: dict[str, Any] = {}
    named = audit.only or audit.titles
    for code in sorted({*named, *audit.thresholds, *books}):
        title, book = audit.titles.get(code), books.get(code)
        said[code] = {
            "title": title._asdict() if title else None,
            "limits": plain(audit.thresholds.get(code, {})),
        }
        if book:
            said[code] |= {
                "concerned": len(book.concerned),
                "answered": len(book.answered),
                "in_order": len(book.in_order),
                "unjudged": len(book.passed_over),
                "mute": book.mute._asdict() if book.mute else None,
            }
    return said


def _scene(fit: SceneFit) -> dict[str, Any]:
    return {
        "id": fit.pair.id,
        "before": _dated(fit.pair.before),
        "after": _dated(fit.pair.after),
        "later": [_dated(one) for one in fit.pair.later],
        "position_sigma_m": plain(fit.pair.position_sigma_m),
        "shift_px": plain(fit.shift_px),
        "local_px": plain(fit.local_px),
        "windows_kept": fit.windows_kept,
        "windows_tried": fit.windows_tried,
        "refused": plain(fit.refused),
        "borrowed": plain(fit.borrowed),
        "gains": plain(fit.gains),
        "radiometry": plain(fit.radiometry),
        "mask_estimated": fit.mask_estimated,
    }


def _compared(fit: DemFit | None) -> dict[str, Any]:
    """How two elevation models were brought together, or why they were not."""
    names = ("shift_m", "height_m", "tilt", "nmad_m", "range_m", "refused", "says")
    return {name: plain(getattr(fit, name)) for name in names} if fit else {}


def _dated(file: ImageFile | ElevationFile | None) -> dict[str, Any] | None:
    if file is None:
        return None
    said = {"file": file.name, "date": plain(file.date)}
    if isinstance(file, ElevationFile):
        return {**said, "sigma_m": plain(file.sigma_m)}
    return {**said, "bands": list(file.bands), "scale": plain(file.scale), "offset": file.offset}


def _counts(audit: Audit) -> dict[str, Any]:
    findings: dict[str, Counter[str]] = {}
    for one in audit.judgement.findings:
        findings.setdefault(one.rule, Counter())[one.status.name.lower()] += 1
    ledger = audit.ledger
    states = {status.name.lower(): ledger.count(status) for status in Status}
    return {
        "polygons": {"issued": len(ledger.entries), CONSISTENT: ledger.count(None), **states},
        "findings": {rule: dict(count) for rule, count in findings.items()},
        "suppressed": len(audit.judgement.suppressed),
        "photos": {
            "all": len(audit.photos),
            "readable": sum(one.pixel_hash is not None for one in audit.photos),
            "unlisted": sum(not one.listed for one in audit.photos),
            "absent": sum(one.sha256 is None for one in audit.photos),
        },
    }


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    """Hash every file of OUT, so that `verify` can tell what was changed since."""
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    return {
        one.relative_to(folder).as_posix(): {
            "sha256": sha256(one.read_bytes()).hexdigest(),
            "bytes": one.stat().st_size,
        }
        for one in files
    }
