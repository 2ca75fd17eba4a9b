"""The look-back's workbook: places, every issue of each, its pictures through time, its rows."""

from collections.abc import Iterator
from pathlib import Path

from yanhu_satcheck.batch import Cell
from yanhu_satcheck.places import History, Issue, Place, Tabled
from yanhu_satcheck.report import columns
from yanhu_satcheck.report.columns import say, state
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.sheets import Sheet
from yanhu_satcheck.report.strip import Picture, Strip, write_strips
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.report.workbook import Heading, look_of, new_book, write_sheet

TITLE = "历次图斑回头看"
MU = 666.667  # m² a 亩
_PLACES = tuple(
    "序号 乡镇 村 下发次数（{since}起） 其中放行 其中核查不一致 下发次数（档案全部） 首次下发"
    " 最近下发 历次填报 裸地占比"
    f" 最大面积（亩） 许可证号 台账情况 复查情况 {columns.ID}".split()
)
_ISSUES = tuple(
    f"地点序号 批次 {columns.ID} 前时相 后时相 面积（亩） 填报判定 是否放行 {columns.STATUS} 问题"
    " 变化前裸地 变化后裸地 许可证号 复核意见 回头看".split()
)
_ROWS = tuple(
    f"地点序号 图斑批次 {columns.ID} 台账批次 问题 责任单位 整改措施 整改时限 延期至 整改责任人"
    " 整改状态 是否销号 销号日期 验收人 验收日期 佐证 移送 线索来源".split()
)
_WAVED = {True: "放行", False: None}


def write_lookback(told: History, picture: Picture, path: Path, lang: str) -> None:
    """Write the workbook; a picture is asked for when it is placed.

    Raises:
        ReportError: It cannot be written.
    """
    newest = told.kept[-1].batch if told.kept else "—"
    until = max(
        (i.polygon.after_date for p in told.places for i in p.issues if i.polygon.after_date),
        default=told.since,
    )
    heading = Heading(
        f"{day(told.since)} 起，至批次 {newest}", until, lang, TITLE, "范围", "最新影像"
    )
    with new_book(path, f"{TITLE} {day(told.since)}", until) as book:
        look = look_of(book)

        def add(sheet: Sheet) -> None:
            write_sheet(book.add_worksheet(sheet.name), sheet, look, heading)

        numbered = tuple(enumerate(told.places, 1))
        header = tuple(name.format(since=day(told.since)) for name in _PLACES)
        places = tuple(_place(n, one, lang) for n, one in numbered)
        add(Sheet("地点", header, places, settled=True))
        strips = [_strip(n, one, day(told.since), lang) for n, one in numbered]
        write_strips(book, "影像", strips, picture, heading)
        issues = tuple(_issue(n, i, lang) for n, one in numbered for i in one.issues)
        add(Sheet("历次下发", _ISSUES, issues, settled=True))
        rows = tuple(_row(n, told) for n, one in numbered for told in one.ledger)
        add(Sheet("整改台账", _ROWS, rows, settled=True))
        never = tuple(_place(n, one, lang) for n, one in numbered if not one.checked)
        add(Sheet("从未复查", header, never, settled=True))
        add(Sheet("说明", ("类别", "名称", "内容"), tuple(_about(told, lang)), settled=True))


def calls(place: Place) -> str:
    """Say what a place was called, batch by batch."""
    return "\n".join(f"{one.polygon.batch} {_call(one)}" for one in place.issues)


def _call(issue: Issue) -> str:
    return issue.polygon.legality or issue.polygon.call.words.zh


def _place(number: int, place: Place, lang: str) -> tuple[Cell, ...]:
    last = place.issues[-1]
    permits = dict.fromkeys(one.polygon.permit_no for one in place.issues if one.polygon.permit_no)
    return (
        number,
        last.township or None,
        last.village or None,
        len(place.batches),
        len(place.waved_through),
        len(place.contradicted),
        len(place.ever),
        place.ever[0],
        last.polygon.batch,
        calls(place),
        "\n".join(_bare(one) for one in place.issues),
        _mu(max((one.area_m2 or 0.0 for one in place.issues), default=0.0)),
        "\n".join(permits) or None,
        _standing(place, lang),
        _checks(place, lang),
        "\n".join(one.polygon.polygon_id for one in place.issues),
    )


def _bare(issue: Issue) -> str:
    before, after = issue.bare_before, issue.polygon.bare_after
    told = ("—" if share is None else f"{share:.0%}" for share in (before, after))
    return f"{issue.polygon.batch} {' → '.join(told)}"


def _mu(area_m2: float | None) -> float | None:
    return round(area_m2 / MU, 1) if area_m2 else None


def _standing(place: Place, lang: str) -> str:
    text = sentences(lang)
    if not place.ledger:
        return text["round_no_row"]
    last = place.ledger[-1].row
    if last.closed:
        return text["round_row_closed"].format(
            day=day(last.closed_date) if last.closed_date else ""
        )
    return text["round_row_open"]


def _checks(place: Place, lang: str) -> str:
    """Say who looked at a place again, and when; or that nobody did."""
    told = [line for one in place.issues for line in _checked(one, lang)]
    return "\n".join(dict.fromkeys(told)) or sentences(lang)["lookback_never"]


def _checked(issue: Issue, lang: str) -> Iterator[str]:
    text = sentences(lang)
    for one in issue.lookbacks:
        yield text["lookback_looked"].format(day=day(one.date) if one.date else "", by=one.by)
    for row in issue.polygon.ledger:
        if row.verifier and row.verify_date:
            yield text["lookback_accepted"].format(by=row.verifier, day=day(row.verify_date))


def _issue(number: int, issue: Issue, lang: str) -> tuple[Cell, ...]:
    one, text = issue.polygon, sentences(lang)
    looked = [f"{day(o.date) if o.date else ''} {o.by}".strip() for o in issue.lookbacks]
    answers = [f"{a.opinion} {a.by} {a.on}".strip() for a in issue.answers]
    found = [
        f"{f.rule} {say(f.message, lang)}" + ("" if f.stands else text["lookback_set_aside"])
        for f in one.findings
    ]
    return (
        number,
        one.batch,
        one.polygon_id,
        issue.before_date,
        one.after_date,
        _mu(issue.area_m2),
        _call(issue),
        _WAVED[issue.waved_through],
        state(one.status),
        "\n".join(found) or None,
        _share(issue.bare_before),
        _share(one.bare_after),
        one.permit_no or None,
        "\n".join(dict.fromkeys(answers)) or None,
        "\n".join(looked) or None,
    )


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"


def _row(number: int, told: Tabled) -> tuple[Cell, ...]:
    row = told.row
    closed = {True: "是", False: "否", None: None}[row.closed]
    return (
        *(number, told.issued, row.polygon_id, told.table, row.problem),
        *(row.responsible_unit, row.measure),
        *(row.deadline, row.extended_deadline, row.responsible_person, row.status, closed),
        *(
            row.closed_date,
            row.verifier,
            row.verify_date,
            row.evidence_ref,
            row.transfer,
            row.source,
        ),
    )


def _strip(number: int, place: Place, since: str, lang: str) -> Strip:
    text = sentences(lang)
    first = place.issues[-1]
    head = text["lookback_head"].format(
        number=number,
        place=" ".join(one for one in (first.township, first.village) if one),
        since=since,
        issued=len(place.batches),
        waved=len(place.waved_through),
    )
    told = "\n".join(
        f"{one.polygon.batch} {one.polygon.polygon_id}\n  {_call(one)}；{state(one.polygon.status)}"
        for one in place.issues
    )
    pictures = [
        (
            chip,
            f"{day(chip.date) if chip.date else '—'}  {issue.polygon.batch} "
            + text[f"chip_{chip.kind}"],
        )
        for issue, chip in place.strip
    ]
    return Strip(
        f"{head}\n{told}\n{_checks(place, lang)}", tuple(pictures), text["round_no_images"]
    )


def _about(told: History, lang: str) -> Iterator[tuple[Cell, ...]]:
    text = sentences(lang)
    for key in ("place", "counts", "waved", "order", "checked", "bare", "table"):
        yield ("须知", text[f"lookback_about_{key}"], text[f"lookback_about_{key}_says"])
    yield ("范围", text["lookback_since"], day(told.since))
    for kept in told.kept:
        table = text["lookback_table" if kept.batch in told.tables else "lookback_no_table"]
        about = text["lookback_kept"].format(revision=kept.revision, head=kept.head[:16])
        yield ("批次", kept.batch, f"{about}{text['semicolon']}{table}")
    yield ("数量", text["lookback_places"], len(told.places))
    again = sum(len(one.batches) > 1 for one in told.places)
    yield ("数量", text["lookback_again"], again)
    yield ("数量", text["lookback_unchecked"], len(told.unchecked))
