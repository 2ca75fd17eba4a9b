"""`satcheck diff`, `verify` and `report`: what can be asked of a finished OUT."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from yanhu_satcheck.cli.usage import refused

if TYPE_CHECKING:
    from yanhu_satcheck.changes import Change, Difference, Turn
    from yanhu_satcheck.terms import Words
    from yanhu_satcheck.wayback import Rebuilt

GOOD, DIFFERS, UNUSABLE = 0, 1, 2
MOST_LINES = 12
FAIL_ON = ("high", "medium", "low", "never")

finished = click.Path(exists=True, file_okay=False, path_type=Path)
lang = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)


@click.command()
@click.argument("one", metavar="OUT1", type=finished)
@click.argument("two", metavar="OUT2", type=finished)
@click.option(
    "-o",
    "--out",
    "to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="write all changes too, as .xlsx or .csv",
)
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="never", show_default=True)
@lang
def diff(one: Path, two: Path, to: Path | None, fail_on: str, lang: str) -> int:
    """Compare two audits, OUT1 the earlier one 对比两次核查.

    Says which findings are new, gone, still there or back on closed ground; places are matched by
    their outlines, never by number.

    Exit status: 0 compared, 1 with --fail-on: something new at or above it, 2 cannot be read.
    """
    from yanhu_satcheck.errors import ReportError
    from yanhu_satcheck.terms import Severity
    from yanhu_satcheck.wayback import diff as run

    if to is not None and to.suffix.lower() not in (".xlsx", ".csv"):
        raise click.ClickException(
            f"{to.name} 的结尾应为 .xlsx 或 .csv\n{to.name} must end in .xlsx or .csv"
        )
    try:
        told = run(one, two, to, lang)
    except ReportError as why:
        refused(why)
        return UNUSABLE
    click.echo("\n".join(_changes(told, to, lang)))
    if fail_on != "never" and told.worse(Severity[fail_on.upper()]):
        return DIFFERS
    return GOOD


def _changes(told: "Difference", to: Path | None, lang: str) -> Iterator[str]:
    from yanhu_satcheck.changes import Turn

    counts = told.count()
    yield f"{told.one.batch} → {told.two.batch}"
    yield from (_say(note, lang) for note in told.notes)
    for turn in Turn:
        yield f"  {_say(turn.value, lang)} {counts[turn]}{_exceptions(told, turn, lang)}"
    for turn in (Turn.RELAPSED, Turn.NEW, Turn.GONE):
        listed = [one for one in told.changes if one.turn is turn]
        if listed:
            yield _say(turn.value, lang)
        yield from (f"  {_line(one, lang)}" for one in listed[:MOST_LINES])
        if len(listed) > MOST_LINES:
            more = len(listed) - MOST_LINES
            yield f"  其余 {more} 条" if lang == "zh" else f"  {more} more"
    if to is not None:
        yield f"结果\n  {to}" if lang == "zh" else f"results\n  {to}"
    else:
        yield (
            "全部变化：加 -o 文件名.xlsx 写出"
            if lang == "zh"
            else "all changes: add -o NAME.xlsx to have them written"
        )


def _exceptions(told: "Difference", turn: "Turn", lang: str) -> str:
    """Say how many of those still there were accepted since, or are so no longer."""
    from yanhu_satcheck.changes import Turn

    if turn is not Turn.STILL:
        return ""
    said = [
        f"{zh if lang == 'zh' else en} {len(some)}"
        for some, zh, en in (
            (told.pardoned, "其中新登记例外", "of these newly accepted"),
            (told.unpardoned, "其中例外已失效", "of these accepted no longer"),
        )
        if some
    ]
    between = "，" if lang == "zh" else ", "
    return "".join(between + one for one in said)


def _line(one: "Change", lang: str) -> str:
    finding = one.problem.finding
    whom = ", ".join(finding.polygon_ids[:3]) + (" …" if len(finding.polygon_ids) > 3 else "")
    parts = [finding.rule, whom, _say(finding.status.words, lang), _say(one.why, lang)]
    if not finding.polygon_ids:  # nothing else tells two of them apart
        parts.append(_say(finding.message, lang))
    return " ".join(part for part in parts if part)


@click.command()
@click.argument("out", type=finished)
@click.option(
    "--batch",
    type=finished,
    metavar="DIR",
    help="the batch folder that was audited: its files are held to their hashes, too",
)
@lang
def verify(out: Path, batch: Path | None, lang: str) -> int:
    """Check that OUT is what the audit wrote 校验核查结果.

    Answers that people wrote into ledger.xlsx are no fault; changed figures are.

    Exit status: 0 sound, 1 something was changed, 2 OUT cannot be used.
    """
    from yanhu_satcheck.errors import ReportError
    from yanhu_satcheck.outcheck import verify_out

    try:
        told = verify_out(out, batch)
    except ReportError as why:
        refused(why)
        return UNUSABLE
    for note in told.notes:
        click.echo(_say(note, lang))
    if not told.faults:
        click.echo(
            f"完好：批次 {told.batch}，{told.files} 个文件"
            if lang == "zh"
            else f"sound: batch {told.batch}, {told.files} files"
        )
        return GOOD
    count = len(told.faults)
    click.echo(
        f"与审核时不符 {count} 处" if lang == "zh" else f"not as the audit wrote it: {count}"
    )
    for fault in told.faults:
        click.echo(f"  {_say(fault, lang)}")
    return DIFFERS


@click.command()
@click.argument("out", type=finished)
@lang
def report(out: Path, lang: str) -> int:
    """Write OUT's ledger.xlsx and ledger.csv anew, nothing else 重新生成台账.

    For a ledger that was lost or damaged: all eight sheets and the CSV, from OUT's own audit.json
    and findings.jsonl, with the answers of a ledger.xlsx that can still be read. 只重新生成
    ledger.xlsx 和 ledger.csv.

    Not made anew, for OUT does not hold what they are made of: the pages in reports/ (pictures,
    licences and papers stand in them alone), ledger.gpkg (the outlines stand in it alone), the
    figures and photographs. They are held to their hashes, and what is lost is named: audit again.

    Exit status: 0 written, 1 written, but other files are lost, 2 nothing was changed.
    """
    from yanhu_satcheck.errors import ReportError
    from yanhu_satcheck.wayback import rebuild

    try:
        told = rebuild(out)
    except ReportError as why:
        refused(why)
        return UNUSABLE
    click.echo("\n".join(_rebuilt(told, out, lang)))
    return DIFFERS if told.lost else GOOD


def _rebuilt(told: "Rebuilt", out: Path, lang: str) -> Iterator[str]:
    """Say what was made anew, what was not, and what of that is lost."""
    zh = lang == "zh"
    yield "已重新生成" if zh else "written anew"
    yield from (f"  {out / name}" for name in ("ledger.xlsx", "ledger.csv"))
    if told.answers or told.filled:
        yield (
            f"保留复核意见 {told.answers} 条、人工填写 {told.filled} 处"
            if zh
            else f"kept: answers {told.answers}, cells filled in {told.filled}"
        )
    if told.source:
        yield (
            f"原 ledger.xlsx 已不在：意见取自上次定稿（{told.source}）；之后填写的无法恢复"
            if zh
            else "ledger.xlsx was gone: the answers are those of the last finalize"
            f" ({told.source}); what was filled in since is lost"
        )
    elif told.gone:
        yield (
            "注意：原 ledger.xlsx 已不在，此后填写的复核意见无法恢复"
            if zh
            else "note: ledger.xlsx was gone; answers that were written into it cannot be restored"
        )
    if told.last:
        yield (
            f"最近一次定稿的意见见 {told.last}，请对照补填"
            if zh
            else f"the last answers stand in {told.last}; fill them in again from there"
        )
    yield (
        "未重新生成：reports/ 各页、ledger.gpkg、量测数据和照片；"
        f"其中 {told.sound} 个文件与审核时一致"
        if zh
        else "not made anew: the pages in reports/, ledger.gpkg, figures and photographs; as the"
        f" audit wrote them: {told.sound}"
    )
    if told.lost:
        count = len(told.lost)
        yield (
            f"另有 {count} 个文件缺失或被改动，须重新审核才能生成"
            if zh
            else f"{count} more files are gone or changed; only an audit makes them"
        )
        yield from (f"  {name}" for name in told.lost[:MOST_LINES])


def _say(words: "Words", lang: str) -> str:
    return words.zh if lang == "zh" else words.en
