"""Findings, one JSON object a line, in the keys and order that other programs rely on."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from yanhu_satcheck.finding import Finding
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.terms import Words

# JSON lets these stand inside a text; some programs end a line at them.
_LINE_ENDS = {ord(one): f"\\u{ord(one):04x}" for one in "\x85\u2028\u2029"}


def write_findings(findings: tuple[Finding, ...], path: Path) -> None:
    """Write findings.jsonl, sorted as they were judged."""
    lines = (json.dumps(line(one), ensure_ascii=False, allow_nan=False) for one in findings)
    text = "".join(f"{one.translate(_LINE_ENDS)}\n" for one in lines)
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def line(finding: Finding) -> dict[str, Any]:
    """Give one finding's object."""
    proposed, pardon = finding.proposed, finding.suppressed
    return {
        "id": finding.id,
        "rule": finding.rule,
        "slug": finding.slug,
        "polygon_id": finding.polygon_id,
        "polygon_ids": list(finding.polygon_ids),
        "status": finding.status.name.lower(),
        "severity": finding.severity.name.lower(),
        "confidence": finding.confidence.name.lower(),
        "message": finding.message._asdict(),
        "claim": plain(finding.claim),
        "evidence": [_figure(one) for one in finding.evidence],
        "related": [one._asdict() for one in finding.related],
        "p_value": plain(finding.p_value),
        "q_value": plain(finding.q_value),
        "proposed": {"legality": proposed.value} if proposed else None,
        "provisions": [words.zh for words in finding.provisions],
        "suppressed": pardon._asdict() if pardon else None,
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {name: plain(value) for name, value in figure._asdict().items()}


def plain(value: Any) -> Any:
    """Turn a value into what JSON holds: six significant digits, dates as ISO text, no NaN."""
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Words) or hasattr(value, "_asdict"):
        return {key: plain(one) for key, one in value._asdict().items()}
    if is_dataclass(value):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(one) for one in sorted(value)]
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return str(value)
