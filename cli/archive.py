"""`satcheck archive`: what earlier quarters said, in one file."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from yanhu_satcheck.cli.usage import refused

SOUND, BROKEN_CHAIN, UNUSABLE = 0, 1, 2
MOST_LINES = 12
"""How many places the screen shows; the workbook holds them all."""

file = click.option(
    "--archive", "where", type=click.Path(path_type=Path), metavar="FILE", required=True
)
lang = click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
_Say = Callable[[str, str], None]


@click.group()
def archive() -> None:
    """Keep finished audits for later quarters 历史档案."""


@archive.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--archive",
    "where",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="default: the one that the audit of OUT was given",
)
@lang
def add(out: Path, where: Path | None, lang: str) -> int:
    """Add a finished OUT 存入一个批次的审核结果.

    The same OUT again changes nothing; a changed one becomes a new revision of its batch.
    """
    from yanhu_satcheck.pipeline import keep

    added, at = keep(out, where)
    kept, say = added.kept, _in(lang)
    if added.new:
        say(
            f"已存入 {at}：批次 {kept.batch} 第 {kept.revision} 版",
            f"added to {at}: batch {kept.batch}, revision {kept.revision}",
        )
    else:
        say(
            f"{at} 中已有相同的批次 {kept.batch} 第 {kept.revision} 版，未做改动",
            f"{at} holds the same batch {kept.batch}, revision {kept.revision}; nothing changed",
        )
    say(
        f"校验值 {added.head}\n请另行记下：日后可据此发现档案被截短或改写",
        f"head {added.head}\nnote it elsewhere: it tells later whether the archive was cut short",
    )
    return SOUND


@archive.command("list")
@file
@lang
def list_(where: Path, lang: str) -> int:
    """List what the archive holds 列出各批次."""
    from yanhu_satcheck.archive import shelves

    held, say = shelves(where), _in(lang)
    if not held:
        say("档案中还没有批次", "the archive holds no batch yet")
    for one in held:
        _shelf(one, say)
    return SOUND


@archive.command()
@click.argument("batch")
@file
@lang
def show(batch: str, where: Path, lang: str) -> int:
    """Show one BATCH of the archive in figures 查看一个批次."""
    from yanhu_satcheck.archive import show as shown
    from yanhu_satcheck.terms import Call, Status

    one, say = shown(where, batch), _in(lang)
    for shelf in one.shelves:
        _shelf(shelf, say)
    since, until = one.period
    say(
        f"行政区 {one.region}，核查期 {since} – {until}",
        f"district {one.region}, period {since} – {until}",
    )
    for zh, en, counts in (
        ("填报判定", "calls", _in_words(Call, one.calls, lang)),
        ("问题状态", "findings", _in_words(Status, one.statuses, lang)),
        ("规则", "rules", one.rules),
        ("复核意见", "answers", one.opinions),
        ("程序版本", "versions", one.versions),
    ):
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        say(f"{zh}：{told or '无'}", f"{en}: {told or 'none'}")
    return SOUND


@archive.command()
@file
@click.option("--head", default="", help="a head that was noted earlier: it must still be held")
@lang
def verify(where: Path, head: str, lang: str) -> int:
    """Check that nothing stored was altered, deleted or moved 校验档案.

    Exit status: 0 sound, 1 not as it was added, 2 it cannot be opened.
    """
    from yanhu_satcheck.archive import verify as verified

    verdict, say = verified(where, head), _in(lang)
    if verdict.fault is not None:
        zh, en = verdict.fault
        say(f"档案与存入时不符：{zh}", f"the archive is not as it was added to: {en}")
        return BROKEN_CHAIN
    say(
        f"档案完好：{verdict.revisions} 个版本，{verdict.rows} 行\n校验值 {verdict.head}",
        f"sound: {verdict.revisions} revisions, {verdict.rows} rows\nhead {verdict.head}",
    )
    return SOUND


@archive.command()
@file
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2022-01-01",
    show_default="2022-01-01",
    metavar="DATE",
    help="batches whose period ends on or after this day",
)
@click.option(
    "-o",
    "--out",
    "to",
    type=click.Path(dir_okay=False, path_type=Path),
    default="lookback.xlsx",
    show_default=True,
    metavar="FILE",
    help="the workbook to write; one that is there is never replaced",
)
@lang
def lookback(where: Path, since: datetime, to: Path, lang: str) -> int:
    """Write every place issued since a day 历次图斑回头看.

    The same ground is one place, whatever its numbers; those most often waved through come first.
    """
    from yanhu_satcheck.errors import ReportError
    from yanhu_satcheck.wayback import lookback as run

    say = _in(lang)
    try:
        told = run(where, since.date(), to, lang)
    except ReportError as why:
        refused(why)
        return UNUSABLE
    again = [one for one in told.places if len(one.batches) > 1]
    say(
        f"{since.date()} 起 {len(told.kept)} 个批次，地点 {len(told.places)} 个：下发两次及以上"
        f" {len(again)} 个，从未复查 {len(told.unchecked)} 个",
        f"since {since.date()}: {len(told.kept)} batches, {len(told.places)} places, of which"
        f" {len(again)} issued twice or more, {len(told.unchecked)} never looked at again",
    )
    for number, one in enumerate(again[:MOST_LINES], 1):
        there = f"{one.namesake.township} {one.namesake.polygon.polygon_id}".strip()
        issued, waved = len(one.batches), len(one.waved_through)
        ever = len(one.ever) if one.older else 0
        say(
            f"  {number}. {there}：下发 {issued} 次，放行 {waved} 次"
            + (f"，档案全部下发 {ever} 次" if ever else "")
            + ("" if one.checked else "，从未复查"),
            f"  {number}. {there}: issued {issued}, waved through {waved}"
            + (f", issued {ever} in all the archive" if ever else "")
            + ("" if one.checked else ", never looked at again"),
        )
    if len(again) > MOST_LINES:
        more = len(again) - MOST_LINES
        say(f"  其余 {more} 个见“地点”", f"  {more} more in sheet 地点")
    say(f"结果\n  {to}", f"results\n  {to}")
    return SOUND


def _in_words(terms: Any, counts: dict[str, int], lang: str) -> dict[str, int]:
    """Name what is counted as the ledger writes it, in the order of the terms."""
    return {
        getattr(one.words, lang): counts[name]
        for one in terms
        for name in (one.name, one.name.lower())
        if name in counts
    }


def _shelf(one: Any, say: _Say) -> None:
    batch, revision, head = one.kept
    counts = (one.polygons, one.findings, one.photos, one.answers)
    old = ("", "") if one.newest else ("（已被新版取代）", " (superseded)")
    say(
        "{}  第 {} 版  图斑 {}，问题 {}，照片 {}，复核意见 {}  {}".format(
            batch, revision, *counts, head[:16]
        )
        + old[0],
        "{}  revision {}  polygons {}, findings {}, photographs {}, answers {}  {}".format(
            batch, revision, *counts, head[:16]
        )
        + old[1],
    )


def _in(lang: str) -> _Say:
    """Give a voice in the language asked for."""
    return lambda zh, en: click.echo(zh if lang == "zh" else en)
