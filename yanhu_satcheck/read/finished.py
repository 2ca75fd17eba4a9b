"""A finished audit, read back from its OUT alone: audit.json and findings.jsonl."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.final import FiledRow, Finished
from yanhu_satcheck.finding import Finding, Suppression
from yanhu_satcheck.ledger import EightOf, Entry, Ledger, Problem, Rectification, families
from yanhu_satcheck.past import Answer
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.review import Filled, Marked, Outdated, Stood
from yanhu_satcheck.rule import Related
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words, fold

_AGAIN = Words("请重新审核", "audit again")


def read_finished(out: Path) -> Finished:
    """Read what an OUT says of itself; findings.jsonl is held to its hash.

    Raises:
        Unreadable: It is no OUT, an older version made it, or its findings were changed.
    """
    account = _account(out)
    try:
        lines = _lines(out, account)
        if "ledger" not in account:
            raise Unreadable(
                Words("由旧版本生成", "an older version made it"),
                Words("请另选文件夹重新审核", "audit again into another folder"),
            )
        return _finished(account, lines)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as cause:
        raise Unreadable(
            Words("audit.json 在审核之后被改动", "audit.json was changed after the audit"), _AGAIN
        ) from cause


def _account(out: Path) -> dict[str, Any]:
    try:
        said = json.loads((out / "audit.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise Unreadable(
            Words("不是审核结果文件夹（audit.json 不可读）", "no OUT: audit.json cannot be read"),
            Words("请指明 satcheck audit 写出的文件夹", "name a folder that satcheck audit wrote"),
        ) from cause
    if not isinstance(said, dict) or said.get("tool") != "satcheck":
        raise Unreadable(
            Words("不是 satcheck 的审核结果", "satcheck did not write it"),
            Words("请指明 satcheck audit 写出的文件夹", "name a folder that satcheck audit wrote"),
        )
    return said


def _lines(out: Path, account: Mapping[str, Any]) -> list[dict[str, Any]]:
    name = "findings.jsonl"
    try:
        content = (out / name).read_bytes()
    except OSError as cause:
        raise Unreadable(Words(f"{name} 不可读", f"{name} cannot be read"), _AGAIN) from cause
    if sha256(content).hexdigest() != account["files"][name]["sha256"]:
        what = Words(f"{name} 在审核之后被改动", f"{name} was changed after the audit")
        raise Unreadable(what, _AGAIN)
    return [json.loads(line) for line in content.decode("utf-8").split("\n") if line]


def _finished(account: Mapping[str, Any], lines: list[dict[str, Any]]) -> Finished:
    batch, said = account["batch"], account["ledger"]
    findings = tuple(_finding(one, batch["id"]) for one in lines)
    rows = tuple(FiledRow(key, tuple(map(_cell, cells))) for key, cells in said["filing"]["rows"])
    titles = {code: Words(**one["title"]) for code, one in account["rules"].items() if one["title"]}
    towns = {one["polygon_id"]: one["township"] for one in said["entries"]}
    ledger = Ledger(
        batch=batch["id"],
        filing_columns=tuple(said["filing"]["columns"]),
        entries=_related(_entries(said["entries"], rows, findings), account["polygons"]),
        problems=tuple(_problem(one, titles, towns) for one in findings),
        rectification=tuple(_line(one) for one in said["rectification"]),
        eight=tuple(EightOf(o["name"], o["count"], Words(*o["note"])) for o in said["eight"]),
        filled=tuple(Filled(**{k: _cell(v) for k, v in o.items()}) for o in said["filled"]),  # type: ignore[arg-type]
        outdated=tuple(_outdated(one) for one in said["outdated"]),
    )
    return Finished(
        batch=batch["id"],
        region=batch["region"],
        as_of=date.fromisoformat(batch["as_of"]),
        lang=account["lang"],
        ledger=ledger,
        filing=rows,
        call_at=said["filing"]["call"],
        above=tuple(tuple(map(_cell, row)) for row in said["filing"].get("above", ())),
        sheets={
            name: Marked(
                tuple(one["header"]),
                tuple(one["rows"]),
                tuple(tuple(map(_cell, cells)) for cells in one.get("cells", ())),
                one.get("filed", 0),
            )
            for name, one in sorted(said["sheets"].items(), key=lambda s: s[1].get("place", 0))
        },
    )


def _cell(said: Any) -> Cell:
    if isinstance(said, dict):
        if "datetime" in said:
            return datetime.fromisoformat(said["datetime"])
        return date.fromisoformat(said["date"])
    cell: Cell = said
    return cell


def _entries(
    said: list[dict[str, Any]], rows: tuple[FiledRow, ...], findings: tuple[Finding, ...]
) -> tuple[Entry, ...]:
    filed: dict[str, FiledRow] = {}
    for row in rows:
        filed.setdefault(row.key, row)
    of: dict[str, list[Finding]] = defaultdict(list)
    for one in sorted(findings, key=lambda f: (-f.status, -f.severity, f.rule, f.id)):
        for id in one.polygon_ids:
            of[id].append(one)
    return tuple(_entry(one, filed, tuple(of[one["polygon_id"]])) for one in said)


def _related(entries: tuple[Entry, ...], said: list[dict[str, Any]]) -> tuple[Entry, ...]:
    """Say of each polygon how it was filed, and which one it was split from."""
    said = said if isinstance(said, list) else []  # what checks the whole OUT refuses it
    family = families({one["key"]: fold(one["parent_polygon_id"]) for one in said})
    calls = {one["polygon_id"]: (one["filing"] or {}).get("call") for one in said}
    return tuple(
        replace(
            one,
            family=family.get(one.key, one.key),
            filed=Call[call] if (call := calls.get(one.polygon_id)) else None,
        )
        for one in entries
    )


def _entry(
    said: dict[str, Any], filed: Mapping[str, FiledRow], findings: tuple[Finding, ...]
) -> Entry:
    stood, row = _stood({**said, "findings": ()}), filed.get(said["key"])
    return Entry(
        polygon_id=said["polygon_id"],
        cells=row.cells if row else (),
        status=stood.status,
        proposed=stood.proposed,
        grounds=Words(said["grounds"], said["grounds"]),
        provisions=tuple(dict.fromkeys(p for f in findings for p in f.provisions)),
        responsible_unit=said["responsible_unit"],
        measure=said["measure"],
        deadline=_cell(said["deadline"]),  # type: ignore[arg-type]
        responsible_person=said["responsible_person"],
        township=said["township"],
        findings=findings,
        key=said["key"],
    )


def _finding(said: dict[str, Any], batch: str) -> Finding:
    pardon, proposed = said["suppressed"], said["proposed"]
    return Finding(
        batch=batch,
        rule=said["rule"],
        slug=said["slug"],
        polygon_ids=tuple(said["polygon_ids"]),
        status=Status[said["status"].upper()],
        severity=Severity[said["severity"].upper()],
        confidence=Confidence[said["confidence"].upper()],
        message=Words(**said["message"]),
        claim=said["claim"],
        evidence=tuple(Figure(**one) for one in said["evidence"]),
        related=tuple(Related(**one) for one in said["related"]),
        proposed=Call(proposed["legality"]) if proposed else None,
        p_value=said["p_value"],
        q_value=said["q_value"],
        provisions=tuple(Words(one, one) for one in said["provisions"]),
        suppressed=Suppression(**pardon) if pardon else None,
    )


def _problem(finding: Finding, titles: Mapping[str, Words], towns: Mapping[str, str]) -> Problem:
    title = titles.get(finding.rule, Words(finding.slug, finding.slug))
    there = sorted({towns.get(id, "") for id in finding.polygon_ids} - {""})
    return Problem(finding, title, "、".join(there))


def _line(said: dict[str, Any]) -> Rectification:
    cells = {name: _cell(one) for name, one in said.items() if name != "findings"}
    return Rectification(**cells, findings=tuple(said["findings"]))  # type: ignore[arg-type]


def _outdated(said: dict[str, Any]) -> Outdated:
    return Outdated(
        Answer(*said["answer"]),
        _stood(said["stood"]),
        tuple(said["polygon_ids"]),
        _stood(said["now"]) if said["now"] else None,
    )


def _stood(said: Mapping[str, Any]) -> Stood:
    status, proposed = said["status"], said["proposed"]
    return Stood(
        Status[status.upper()] if status else None,
        Call(proposed) if proposed else None,
        tuple(said["findings"]),
    )
