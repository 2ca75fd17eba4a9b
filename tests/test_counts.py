"""One audit, one count: screen, overview, ledger, layers, 说明 and audit.json say the same."""

import csv
import json
import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from html import unescape
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.conftest import Run
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.report.style import LOOKS
from yanhu_satcheck.report.tally import tallies
from yanhu_satcheck.terms import CONSISTENT, Confidence, Severity, Status, Words

STATES = (*sorted(Status, reverse=True), None)
LOOSE = "（未落到本批图斑）"


def word(status: Status | None) -> str:
    return status.words.zh if status else CONSISTENT.zh


@pytest.fixture(scope="module")
def findings(sample_audit: Run) -> list[dict[str, Any]]:
    text = (sample_audit.out / "findings.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="module")
def book(sample_audit: Run) -> Any:
    return openpyxl.load_workbook(sample_audit.out / "ledger.xlsx", read_only=False)


@pytest.fixture(scope="module")
def index(sample_audit: Run) -> str:
    return (sample_audit.out / "reports/index.html").read_text("utf-8")


def rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    header, *cells = book[sheet].iter_rows(values_only=True)
    return [dict(zip(header, one, strict=True)) for one in cells]


@pytest.fixture(scope="module")
def states(findings: list[dict[str, Any]], book: Any) -> dict[str, int]:
    """The count, made again from findings.jsonl: each issued polygon by the worst said of it."""
    worst: dict[str, Status] = {}
    for one in findings:
        for id in one["polygon_ids"]:
            worst[id] = max(worst.get(id, Status.UNASSESSABLE), Status[one["status"].upper()])
    issued = [row["图斑编号"] for row in rows(book, "更正台账")]
    assert set(worst) <= set(issued)
    count = Counter(word(worst.get(id)) for id in issued)
    return {word(status): count[word(status)] for status in STATES}


def test_no_state_is_empty_on_the_sample_so_that_each_count_is_tried(
    states: dict[str, int],
) -> None:
    assert all(states.values())


def test_every_output_counts_the_polygons_of_a_state_alike(
    sample_audit: Run, book: Any, index: str, states: dict[str, int]
) -> None:
    out = sample_audit.out
    told = {}
    lines = sample_audit.stdout.splitlines()
    told["screen"] = {
        name: int(found[1])
        for name in states
        for line in lines
        if (found := re.fullmatch(rf"  {name} (\d+)(（其中.*）)?", line))
    }
    keys = {LOOKS[status].key: word(status) for status in STATES}
    tiles = re.findall(r'<div class="tile (\w+)"><b>(\d+)</b>', index)
    told["tiles"] = {keys[key]: int(count) for key, count in tiles if key in keys}
    told["overview's rows"] = Counter(keys[k] for k in re.findall(r'data-status="(\w+)"', index))
    told["更正台账"] = Counter(row["审核状态"] for row in rows(book, "更正台账"))
    told["说明"] = {
        row["名称"]: int(re.findall(r"本批 (\d+) 个图斑", row["内容"])[0])
        for row in rows(book, "说明")
        if row["类别"] == "审核状态"
    }
    last = rows(book, "乡镇统计")[-1]
    assert last["乡镇"] == "合计"
    told["乡镇统计"] = {name: last[name] for name in states}
    with (out / "ledger.csv").open(encoding="utf-8-sig", newline="") as file:
        told["ledger.csv"] = Counter(row["审核状态"] for row in csv.DictReader(file))
    with closing(sqlite3.connect(out / "ledger.gpkg")) as base:
        query = 'SELECT "审核状态", count(*) FROM "更正台账" GROUP BY 1'
        told["ledger.gpkg"] = dict(base.execute(query))
    counts = json.loads((out / "audit.json").read_text("utf-8"))["counts"]["polygons"]
    told["audit.json"] = {
        word(status): counts[status.name.lower() if status else "consistent"] for status in STATES
    }
    assert {name: dict(count) for name, count in told.items() if dict(count) != states} == {}
    assert sum(states.values()) == counts["issued"] == book["更正台账"].max_row - 1


def test_no_polygon_that_a_finding_names_is_counted_as_consistent(
    book: Any, findings: list[dict[str, Any]]
) -> None:
    """Also where all that is said of it is that it cannot be judged."""
    named = {id for one in findings for id in one["polygon_ids"]}
    clean = {row["图斑编号"] for row in rows(book, "更正台账") if row["审核状态"] == CONSISTENT.zh}
    assert clean.isdisjoint(named)
    only_unsure = named - {
        id for one in findings if one["status"] != "unassessable" for id in one["polygon_ids"]
    }
    assert only_unsure  # the sample has such polygons


def test_screen_and_overview_count_the_polygons_of_a_rule_in_the_same_words(
    sample_audit: Run, index: str, findings: list[dict[str, Any]]
) -> None:
    whom: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    loose: dict[str, Counter[str]] = defaultdict(Counter)
    for one in findings:
        status = Status[one["status"].upper()]
        whom[one["rule"]][status.words.zh] |= {*one["polygon_ids"]}
        if not one["polygon_ids"] and status is not Status.UNASSESSABLE:
            loose[one["rule"]][status.words.zh] += 1
    meant = {}
    for rule in {*whom, *loose}:
        counts = {name: len(ids) for name, ids in whom[rule].items() if ids}
        counts |= {f"{name}{LOOSE}": count for name, count in loose[rule].items()}
        if counts:
            meant[rule] = counts

    lines = sample_audit.stdout.splitlines()
    start = lines.index("各规则涉及的图斑数") + 1
    screen = {}
    for line in lines[start:]:
        if not re.match(r"  [A-Z]{2}\d\d ", line):
            break
        parts = line.rpartition("：")[2].split("、")
        screen[line.split()[0]] = {
            re.sub(r" \d+", "", one): int(re.findall(r" (\d+)", one)[0]) for one in parts
        }
    assert screen == meant

    assert ">各规则涉及的图斑数</h2>" in index
    table = re.search(r'<table class="rules">(.*?)</table>', index, re.S)
    assert table is not None
    order = [word(status) for status in STATES if status is not None]
    overview = {}
    for line in re.findall(r"<tr><td><b>(.*?)</tr>", table[1]):
        said = unescape(line)
        cells = re.findall(r'<td class="num">(\d*)</td>', said)
        counts = {name: int(n) for name, n in zip(order, cells, strict=True) if n}
        apart = re.findall(rf"<small>(\S+) (\d+){LOOSE}</small>", said)
        overview[said[:4]] = counts | {f"{name}{LOOSE}": int(n) for name, n in apart}
    assert overview == meant


def test_lists_hold_a_row_a_finding_and_say_so(
    book: Any, findings: list[dict[str, Any]], sample_audit: Run
) -> None:
    problems = rows(book, "问题清单")
    assert [row["id"] for row in problems] == [one["id"] for one in findings]
    mute = [one["id"] for one in findings if one["status"] == "unassessable"]
    assert [row["id"] for row in rows(book, "无法判定") if row["id"]] == mute
    counts = json.loads((sample_audit.out / "audit.json").read_text("utf-8"))["counts"]
    assert sum(n for rule in counts["findings"].values() for n in rule.values()) == len(findings)


def told(*polygon_ids: str, status: Status = Status.INCONSISTENT) -> Finding:
    return Finding(
        "B", "PH01", "x", polygon_ids, status, Severity.HIGH, Confidence.LIKELY, Words("", "")
    )


def test_a_polygon_in_two_findings_of_a_rule_is_counted_once_a_state() -> None:
    found = (told("A", "B"), told("B", "C"), told("B", status=Status.DOUBTFUL), told())
    (one,) = tallies(found)
    assert one.polygons == {Status.INCONSISTENT: 3, Status.DOUBTFUL: 1}
    assert one.loose == {Status.INCONSISTENT: 1}
    assert tallies([told(status=Status.UNASSESSABLE)]) == ()
