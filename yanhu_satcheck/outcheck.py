"""Whether an OUT is still what the audit wrote: every hash, and that its files agree."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import file_digest
from pathlib import Path
from typing import Any, NamedTuple

from yanhu_satcheck.archive import outlines_of
from yanhu_satcheck.errors import ArchiveError, ReportError
from yanhu_satcheck.final import Finished
from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.read import read_finished, read_written
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.report.final import FOLDER, SEAL, unedited
from yanhu_satcheck.report.names import page_name
from yanhu_satcheck.report.place import LITTER, OPEN_MARKS, names_in, refusal, stored
from yanhu_satcheck.terms import Status, Words

AUDIT, FINDINGS, LEDGER, LAYER = "audit.json", "findings.jsonl", "ledger.xlsx", "ledger.gpkg"


class OutVerdict(NamedTuple):
    """What `verify` found: faults, and what differs for honest reasons."""

    batch: str
    files: int
    faults: tuple[Words, ...]
    notes: tuple[Words, ...]


def verify_out(out: Path, batch: Path | None = None) -> OutVerdict:
    """Re-hash every file of an OUT and hold its files against each other.

    `batch` is the folder that was audited: then its files are held to their hashes, too. Answers in
    ledger.xlsx, and a geopackage that QGIS opened, are notes; the figures in them must still be
    the audit's.

    Raises:
        ReportError: The folder is no OUT of this version.
    """
    account = _account(out)
    faults, notes = list[Words](), list[Words]()
    changed = []
    for name, said in sorted(account["files"].items()):
        fault = _differs(out, name, said)
        if fault is not None:
            changed.append(name)
            if name not in (LEDGER, LAYER):
                faults.append(fault)
    faults += _strangers(out, account)
    try:
        finished = read_finished(out)
    except Unreadable as cause:
        faults.append(cause.what)
    else:
        faults += _agrees(out, account, finished)
        if LEDGER in changed:
            faults += _ledger(out, finished, notes)
    if LAYER in changed:
        faults += _layer(out, notes)
    faults += _final(out, notes)
    if batch is not None:
        faults += _inputs(batch, account)
    unique = tuple(dict.fromkeys(faults))
    return OutVerdict(str(account["batch"]["id"]), len(account["files"]), unique, tuple(notes))


def _account(out: Path) -> dict[str, Any]:
    account = stored(out)
    keys = {"files", "batch", "polygons", "counts", "inputs"}
    if account.get("tool") != "satcheck" or not keys <= account.keys():
        raise refusal(
            out,
            "不是审核结果文件夹，或由旧版本生成（audit.json 不可用）；"
            "请指明 satcheck audit 写出的文件夹",
            "no OUT, or an older version made it (audit.json cannot be used); name a folder that"
            " satcheck audit wrote",
        )
    return account


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _differs(folder: Path, name: str, said: Mapping[str, Any]) -> Words | None:
    path = folder / name
    if not path.is_file():
        return Words(f"{name} 不见了", f"{name} is gone")
    try:
        same = _hash(path) == said["sha256"]
    except OSError as cause:
        why = by_system(cause)
        return Words(f"{name} 不可读：{why.zh}", f"{name} cannot be read: {why.en}")
    return None if same else Words(f"{name} 被改动", f"{name} was changed")


def _strangers(out: Path, account: Mapping[str, Any]) -> Iterator[Words]:
    """Name files that the audit did not write and `finalize` did not, either."""
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        ours = name in account["files"] or name == AUDIT or name.startswith(f"{FOLDER}/")
        litter = path.name in LITTER or path.name.startswith(OPEN_MARKS)
        if path.is_file() and not ours and not litter:
            yield Words(f"{name} 不是审核写出的文件", f"{name} is none that the audit wrote")


def _agrees(out: Path, account: Mapping[str, Any], finished: Finished) -> Iterator[Words]:
    """Hold findings, counts, rows and pages against each other."""
    ledger, counts = finished.ledger, account["counts"]
    lines = [json.loads(one) for one in (out / FINDINGS).read_text("utf-8").split("\n") if one]
    findings = [one.finding for one in ledger.problems]
    for said, one in zip(lines, findings, strict=True):
        if said["id"] != one.id:
            yield Words(
                f"{FINDINGS}：{said['id']} 与内容不符", f"{FINDINGS}: {said['id']} is not its id"
            )
    order = [(one.polygon_id or "", one.rule, one.id) for one in findings]
    if order != sorted(order):
        yield Words(f"{FINDINGS} 的顺序不对", f"{FINDINGS} is out of order")
    by_rule: dict[str, Counter[str]] = {}
    for one in findings:
        by_rule.setdefault(one.rule, Counter())[one.status.name.lower()] += 1
    if {rule: dict(count) for rule, count in by_rule.items()} != counts["findings"]:
        yield Words("audit.json 的问题计数与 findings.jsonl 不符", "counts and findings differ")
    issued = [one["polygon_id"] for one in account["polygons"]]
    if [one.polygon_id for one in ledger.entries] != issued:
        yield Words("台账与下发图斑不符", "the ledger's rows are not the polygons issued")
    if strangers := sorted({id for one in findings for id in one.polygon_ids} - {*issued}):
        yield Words(f"问题涉及未下发的图斑 {strangers[0]}", f"{strangers[0]} was not issued")
    for entry in ledger.entries:
        worst = max((one.status for one in entry.findings), default=None)
        if worst is not entry.status:
            yield Words(
                f"图斑 {entry.polygon_id} 的审核状态与问题不符",
                f"{entry.polygon_id}: its state is not the worst of its findings",
            )
    states = {status.name.lower(): ledger.count(status) for status in Status}
    told = {"issued": len(issued), "consistent": ledger.count(None), **states}
    if told != counts["polygons"]:
        yield Words("audit.json 的图斑计数与台账不符", "counts and the ledger's states differ")
    for id in issued:
        if f"reports/{page_name(id)}" not in account["files"]:
            yield Words(f"图斑 {id} 没有报告页", f"{id} has no page")


def _ledger(out: Path, finished: Finished, notes: list[Words]) -> Iterator[Words]:
    """Tell people's own cells from the audit's, in a ledger.xlsx that somebody saved."""
    if not (out / LEDGER).is_file():
        yield Words(f"{LEDGER} 不见了", f"{LEDGER} is gone")
        return
    try:
        written = read_written(out / LEDGER, finished)
    except Unreadable as cause:
        yield Words(f"{LEDGER} {cause.what.zh}", f"{LEDGER}: {cause.what.en}")
        return
    for one in written.strange:
        yield Words(f"{LEDGER}：{one.zh} 被改动", f"{LEDGER}: {one.en} was changed")
    answers, cells = len(written.answers), len(written.filled)
    notes.append(
        Words(
            f"{LEDGER} 有人工填写：复核意见 {answers} 条，其他 {cells} 处",
            f"{LEDGER} was filled in: answers {answers}, cells {cells}",
        )
    )


def _layer(out: Path, notes: list[Words]) -> Iterator[Words]:
    """Hold the outlines to audit.json: QGIS changes a geopackage by opening it."""
    if not (out / LAYER).is_file():
        yield Words(f"{LAYER} 不见了", f"{LAYER} is gone")
        return
    try:
        outlines_of(out)
    except ArchiveError as cause:
        zh, _, en = str(cause).partition(" / ")
        yield Words(zh, en)
        return
    notes.append(
        Words(
            f"{LAYER} 被打开或改动过（QGIS 打开即会改动）；图形与审核时一致",
            f"{LAYER} was opened or changed (QGIS does so by opening it); its outlines are as then",
        )
    )


def _final(out: Path, notes: list[Words]) -> Iterator[Words]:
    folder = out / FOLDER
    if not folder.is_dir():
        return
    try:
        unedited(folder)
        names_in(folder)
    except ReportError as cause:
        zh, _, en = str(cause).partition("\n")
        yield Words(zh, en)
        return
    try:
        said = json.loads((folder / SEAL).read_text("utf-8"))["audit"]
    except (OSError, ValueError, KeyError, TypeError):
        yield Words(f"{FOLDER}/{SEAL} 不可读", f"{FOLDER}/{SEAL} cannot be read")
        return
    if said != _hash(out / AUDIT):
        notes.append(
            Words(
                "final 文件夹是上一次核查的定稿；请重新运行 satcheck finalize",
                "the folder final is of an earlier audit; run satcheck finalize again",
            )
        )


def _inputs(batch: Path, account: Mapping[str, Any]) -> Iterator[Words]:
    for one in account["inputs"]:
        fault = _differs(batch, one["name"], one)
        if fault is not None:
            yield Words(f"输入文件 {fault.zh}", f"input {fault.en}")
