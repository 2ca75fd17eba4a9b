"""What became of findings from one audit to another, as a workbook or a CSV."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.changes import Change, Difference, Turn
from yanhu_satcheck.ledger import Problem
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import say, state
from yanhu_satcheck.report.names import csv_text
from yanhu_satcheck.report.sheets import LISTED, Sheet
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.report.workbook import Heading, write_sheets

TITLE = "两次核查对比"
HEADER = tuple(
    f"变化 规则 规则名称 乡镇 前次图斑 前次状态 本次图斑 {columns.STATUS} 严重程度 核查说明 须知"
    " 例外说明 前次id 本次id".split()
)


def write_difference(told: Difference, path: Path, lang: str) -> None:
    """Write a CSV where the name ends so, else a workbook.

    Raises:
        ReportError: It cannot be written.
        OSError: The same, of a CSV.
    """
    rows = tuple(row(one, lang) for one in told.changes)
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            for cells in (HEADER, *rows):
                writer.writerow([csv_text(cell) for cell in cells])
        return
    batches = f"{told.one.batch} → {told.two.batch}"
    heading = Heading(batches, told.two.as_of, lang, TITLE)
    rules = ("规则", "规则名称", *(turn.value.zh for turn in Turn))
    sheets = (
        Sheet("变化", HEADER, rows, settled=True),
        Sheet("按规则", rules, tuple(_by_rule(told, lang)), settled=True),
        Sheet("说明", ("类别", "名称", "内容"), tuple(_about(told, lang)), settled=True),
    )
    write_sheets(sheets, path, heading)


def row(one: Change, lang: str) -> tuple[Cell, ...]:
    """Give one change under `HEADER`."""
    last, now = one.problem, one.after
    exception = last.finding.exception
    return (
        one.turn.value.zh,
        last.finding.rule,
        say(last.title, lang),
        last.township or None,
        LISTED.join(dict.fromkeys(id for old in one.before for id in old.finding.polygon_ids)),
        LISTED.join(dict.fromkeys(state(old.finding.status) for old in one.before)),
        LISTED.join(now.finding.polygon_ids) if now else None,
        state(now.finding.status) if now else None,
        last.finding.severity.words.zh,
        say(last.finding.message, lang),
        say(one.why, lang) or None,
        say(exception, lang).strip("（） ()") or None,
        LISTED.join(old.finding.id for old in one.before),
        now.finding.id if now else None,
    )


def _by_rule(told: Difference, lang: str) -> Iterator[tuple[Cell, ...]]:
    counts: dict[str, Counter[Turn]] = {}
    titles: dict[str, Problem] = {}
    for one in told.changes:
        rule = one.problem.finding.rule
        counts.setdefault(rule, Counter())[one.turn] += 1
        titles.setdefault(rule, one.problem)
    for rule in sorted(counts):
        title = say(titles[rule].title, lang)
        yield (rule, title, *(counts[rule][turn] for turn in Turn))


def _about(told: Difference, lang: str) -> Iterator[tuple[Cell, ...]]:
    text = sentences(lang)
    for key, finished in (("diff_one", told.one), ("diff_two", told.two)):
        yield ("范围", text[key], f"{finished.batch}（{finished.as_of.isoformat()}）")
    for turn in Turn:
        said = text[f"diff_{turn.name.lower()}"]
        yield ("变化", turn.value.zh, f"{told.count()[turn]}{text['semicolon']}{said}")
    for key, some in (("diff_pardoned", told.pardoned), ("diff_unpardoned", told.unpardoned)):
        if some:
            ids = LISTED.join(one.problem.finding.id for one in some)
            yield ("例外", text[key], f"{len(some)}{text['semicolon']}{ids}")
    yield ("须知", text["diff_match"], text["diff_match_says"])
    for note in told.notes:
        yield ("注意", None, say(note, lang))
