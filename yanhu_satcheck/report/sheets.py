"""The eight sheets of the workbook as plain rows; how they look is the workbook's business."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.batch import Cell, Misread
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Audit, Duty, EightOf, Problem, Rectification
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import say, state
from yanhu_satcheck.report.cures import cure
from yanhu_satcheck.report.figures import sentence, spoken
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.people import about, filled_says, outdated_says
from yanhu_satcheck.report.standing import absent_says, notices, partly
from yanhu_satcheck.report.townships import township_rows
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.review import (
    ABOUT,
    BY_HAND,
    COUNT,
    EIGHT,
    POLYGONS,
    PROBLEMS,
    REVIEW,
    THIS_AUDIT,
    TO_RECTIFY,
    TRANSFER,
)
from yanhu_satcheck.terms import CONSISTENT, Status

LISTED = "、"
_LINES = 22
_THINGS = 12  # what a cell names of the things a finding is about
PROBLEM_HEADER = (
    tuple(
        f"id 规则 规则名称 {columns.ID} 乡镇 {columns.STATUS} 严重程度 可信程度 核查说明 证据数据"
        " 关联对象 可能涉及条款 p值 q值 建议填报 例外说明".split()
    )
    + REVIEW
)
RECTIFICATION_HEADER = tuple(
    f"{columns.ID} 批次 在册情况 问题 责任单位 整改措施 整改时限 延期至 整改责任人 整改状态"
    f" 是否销号 销号日期 线索来源 {TRANSFER} 相关问题".split()
)
DUTY_HEADER = (
    *("责任单位", "图斑数", "应纳入", "未销号", "逾期", "已销号", "已移送", "缺项行数"),
    *("最近时限", "整改责任人", "逾期图斑", "未销号图斑", "已销号图斑"),
)
OUTCOME = "处理结果"
UNJUDGED, CURE = "无法判定", "补救办法"
EIGHT_HEADER = ("事项", COUNT, "说明")


class Sheet(NamedTuple):
    """One sheet: its header and rows; the first column is frozen."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    filed: int = 0  # how many columns are the filing's own
    settled: bool = False  # nobody writes in it any more
    changed: frozenset[tuple[int, int]] = frozenset()  # cells to point at: row and column from 0
    filed_from: int = 1  # the first of the filing's own columns
    call: int | None = None  # which of them is the call


def all_sheets(audit: Audit) -> tuple[Sheet, ...]:
    """Give the sheets in the contract's order."""
    return (
        _corrected(audit),
        _problems(audit),
        _rectification(audit),
        _duties(audit),
        _townships(audit),
        _eight(audit),
        _unjudged(audit),
        _about(audit),
    )


def _corrected(audit: Audit) -> Sheet:
    ledger = audit.ledger
    header = columns.headers(ledger.filing_columns)
    rows, filed = tuple(columns.rows(audit)), len(ledger.filing_columns)
    return Sheet(POLYGONS, header, rows, filed, call=audit.batch.filing_call)


def _problems(audit: Audit) -> Sheet:
    rows = tuple(problem_row(one, audit.lang) for one in audit.ledger.problems)
    return Sheet(PROBLEMS, PROBLEM_HEADER, rows)


def problem_row(problem: Problem, lang: str) -> tuple[Cell, ...]:
    """Give one finding under `PROBLEM_HEADER`."""
    finding, text = problem.finding, sentences(lang)
    pardon = finding.suppressed
    return (
        finding.id,
        finding.rule,
        say(problem.title, lang),
        LISTED.join(finding.polygon_ids) or None,
        problem.township,
        state(finding.status),
        finding.severity.words.zh,
        finding.confidence.words.zh,
        say(finding.message, lang),
        text["semicolon"].join(sentence(one, lang) for one in finding.evidence),
        _things(finding, lang),
        columns.clauses(say(one, lang) for one in finding.provisions),
        _rounded(finding.p_value),
        _rounded(finding.q_value),
        finding.proposed.words.zh if finding.proposed else None,
        f"{pardon.reason}（{pardon.by}，至 {pardon.until}）" if pardon else None,
        *columns.reviewed(problem.review),
    )


def related(finding: Finding, lang: str) -> Iterator[str]:
    """Say what a finding is about beside its polygons, one thing a line."""
    text = sentences(lang)
    for one in finding.related:
        beside = [text.get(f"kind_{one.kind}", one.kind), one.id]
        if one.polygon_id and one.kind != "polygon":
            beside.append(f"{text['polygon']} {one.polygon_id}")
        if one.batch and one.batch != finding.batch:
            beside.append(f"{text['batch']} {one.batch}")
        yield " ".join(beside)


def _things(finding: Finding, lang: str) -> str:
    """Say the same for a cell: a line a kind, no polygon that the thing's name already holds.

    A picture that serves half the batch names so many that its row would be cut off.
    """
    text, kinds = sentences(lang), dict[str, list[str]]()
    for one in finding.related[:_THINGS]:
        told = one.id
        if one.polygon_id and one.kind != "polygon" and one.polygon_id not in one.id:
            told += f"（{text['polygon']} {one.polygon_id}）"
        if one.batch and one.batch != finding.batch:
            told += f"（{text['batch']} {one.batch}）"
        kinds.setdefault(text.get(f"kind_{one.kind}", one.kind), []).append(told)
    lines = [f"{kind} {text['comma'].join(told)}" for kind, told in kinds.items()]
    if more := len(finding.related) - _THINGS:
        lines += [text["related_more"].format(count=len(finding.related))] if more > 0 else []
    return "\n".join(lines)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.3g}")


def _rectification(audit: Audit) -> Sheet:
    rows = tuple(rectification_row(one) for one in audit.ledger.rectification)
    return Sheet(TO_RECTIFY, RECTIFICATION_HEADER, rows)


def rectification_row(one: Rectification) -> tuple[Cell, ...]:
    """Give one line of the 整改清单 under `RECTIFICATION_HEADER`; an id begins with its rule."""
    closed = {True: "是", False: "否", None: None}[one.closed]
    return (*one[:10], closed, one.closed_date, one.source, one.transfer, LISTED.join(one.findings))


def _duties(audit: Audit) -> Sheet:
    return Sheet("责任清单", DUTY_HEADER, tuple(duty_row(one) for one in audit.ledger.duties))


def duty_row(one: Duty) -> tuple[Cell, ...]:
    """Give one responsible unit under `DUTY_HEADER`."""
    named, open_ = one.responsible_unit or "（未明确）", (one.entering, one.open, one.overdue)
    counts = (len(one.polygons), *open_, one.closed, one.transferred, one.blanks)
    done = tuple(id for id in one.polygons if id not in one.left)
    whom = (_abreast(one.late, 1), _abreast(one.left, 3), _abreast(done, 3))
    return (named, *counts, one.next_due, LISTED.join(one.persons), *whom)


def _abreast(ids: tuple[str, ...], many: int) -> str | None:
    """List numbers so many a line, whole; a row of a workbook is no higher than some 24 lines."""
    most = _LINES * many
    shown = [" ".join(ids[at : at + many]) for at in range(0, min(len(ids), most), many)]
    more = [f"等 {len(ids)} 个，见{TO_RECTIFY}"] if len(ids) > most else []
    return "\n".join([*shown, *more]) or None


def _townships(audit: Audit) -> Sheet:
    return Sheet("乡镇统计", *township_rows(audit.ledger.townships))


def _eight(audit: Audit) -> Sheet:
    return Sheet(EIGHT, EIGHT_HEADER, tuple(eight_row(o, audit.lang) for o in audit.ledger.eight))


def eight_row(one: EightOf, lang: str) -> tuple[Cell, ...]:
    """Give one of the 八个一批 under `EIGHT_HEADER`."""
    count = say(BY_HAND, lang) if one.count is None else one.count
    return (one.name, count, say(one.note, lang))


def _unjudged(audit: Audit) -> Sheet:
    header = ("类别", "规则", "规则名称", columns.ID, "文件", "行", "列", "原因", CURE, "id")
    rows = [_mute(one, audit) for one in audit.ledger.unjudged]
    rows += [_misread(one, audit.lang) for one in audit.ledger.misreads]
    return Sheet(UNJUDGED, header, tuple(rows))


def _mute(finding: Finding, audit: Audit) -> tuple[Cell, ...]:
    title = say(audit.titles.get(finding.rule), audit.lang)
    kind = "图斑" if finding.polygon_ids else "全批次"
    files = LISTED.join(one.id for one in finding.related if one.kind == "file")
    said, ids = say(finding.message, audit.lang), LISTED.join(finding.polygon_ids)
    mend = cure(finding, audit.ledger.misreads, audit.lang)
    return (kind, finding.rule, title, ids, files, None, None, said, mend, finding.id)


def _misread(one: Misread, lang: str) -> tuple[Cell, ...]:
    ids = LISTED.join(one.polygon_ids)
    where = (one.file, one.row, one.column)
    return ("读取", one.rule, None, ids, *where, say(one.what, lang), say(one.remedy, lang), None)


def _about(audit: Audit) -> Sheet:
    rows: Iterable[tuple[Cell, ...]] = (
        *(("须知", sentences(audit.lang)["scope"], said) for said in _scope(audit)),
        *_people(audit),
        *_exceptions(audit),
        *_reading(audit),
        *((THIS_AUDIT, say(name, audit.lang), value) for name, value in audit.ledger.notes),
        *_elevation(audit),
        *_books(audit),
        *_limits(audit),
        *(("输入文件", one.name, f"sha256 {one.sha256}") for one in audit.batch.inputs),
        *(("版本", name, version) for name, version in sorted(audit.versions.items())),
    )
    return Sheet(ABOUT, ("类别", "名称", "内容"), tuple(rows))


def _people(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """List the answers that no longer fit, and filled-in cells that the data moved away from."""
    text = sentences(audit.lang)
    for one in audit.ledger.outdated:
        yield (text["outdated"], about(one, audit.lang), outdated_says(one, audit.lang))
    for name, said in filled_says(audit):
        yield (text["filled"], name, said)


def _exceptions(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """Count the findings that somebody accepted; list the exceptions that accept nothing."""
    text, lang = sentences(audit.lang), audit.lang
    held = audit.judgement.suppressed
    if held:
        yield (
            text["exceptions"],
            text["exceptions_count"].format(count=len(held)),
            text["exceptions_says"].format(ids=text["comma"].join(one.id for one in held)),
        )
    for one in audit.judgement.lapsed:
        pardon = f"{one.pardon.reason}（{one.pardon.by}，至 {one.pardon.until}）"
        if lang == "en":
            pardon = f"{one.pardon.reason} ({one.pardon.by}, until {one.pardon.until})"
        yield (
            text["exceptions_lapsed"],
            one.key,
            f"{say(one.why, lang)}{text['semicolon']}{pardon}",
        )


def _scope(audit: Audit) -> tuple[str, ...]:
    """Say what this audit did not do at all: rules left out, rules that are not there yet."""
    absent = absent_says(audit)
    return (*notices(audit), absent) if absent else notices(audit)


def _reading(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """Say how to read the workbook: the states, what is filled in by whom, what a cell may hide."""
    text, count = sentences(audit.lang), audit.ledger.count
    yield ("须知", text["machine"], text["machine_says"])
    for status in (None, *sorted(Status, reverse=True)):
        key = status.name.lower() if status else "consistent"
        said = text["state_line"].format(says=text[f"means_{key}"], count=count(status))
        if status is None and (some := partly(audit)):
            said += text["semicolon"] + text["state_open"].format(count=some)
        name = state(status)
        if audit.lang == "en":
            name = f"{name} {(status.words if status else CONSISTENT).en}"
        yield (columns.STATUS, name, said)
    for key in ("filed", "review", "filter", "csv"):
        yield ("须知", text[f"about_{key}"], text[f"about_{key}_says"])


def _elevation(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """Say how the elevations of two dates were compared, or why they were not."""
    if audit.dem and (told := audit.dem.refused or audit.dem.says):
        yield (THIS_AUDIT, sentences(audit.lang)["elevation"], say(told, audit.lang))


def _books(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    """Say of every rule whom it judged, whom it found in order, or why it was mute."""
    text = sentences(audit.lang)
    for one in audit.judgement.accounts:
        name = f"{one.rule} {say(audit.titles.get(one.rule), audit.lang)}".strip()
        said = text["book"].format(
            concerned=len(one.concerned), answered=len(one.answered), order=len(one.in_order)
        )
        if one.passed_over:
            said += text["book_left"].format(count=len(one.passed_over))
        yield ("规则账目", name, say(one.mute, audit.lang) if one.mute else said)


def _limits(audit: Audit) -> Iterator[tuple[Cell, ...]]:
    for code, limits in sorted(audit.thresholds.items()):
        said = "；".join(f"{name} = {_limit(value)}" for name, value in limits.items())
        if said:
            yield ("阈值", code, said)


def _limit(value: object) -> str:
    """Say a limit in words: lists and tables joined, dates as the workbook writes them."""
    if isinstance(value, Mapping):
        return LISTED.join(f"{_limit(name)} {_limit(one)}" for name, one in value.items())
    if isinstance(value, (tuple, list, set, frozenset)):
        one_by_one = sorted(value) if isinstance(value, (set, frozenset)) else value
        return LISTED.join(map(_limit, one_by_one))
    if isinstance(value, date):
        return day(value)
    return spoken(value) if isinstance(value, float) else str(value)
