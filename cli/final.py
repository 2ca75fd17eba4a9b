"""`satcheck finalize`: what people answered is carried out, and said."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from yanhu_satcheck.final import Final
    from yanhu_satcheck.terms import Words

DONE, NOT_DONE = 0, 2
MOST_LINES = 12


@click.command()
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--decisions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="a CSV of answers, which goes before the ledger",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def finalize(out: Path, decisions: Path | None, lang: str) -> int:
    """Carry out the answers in OUT's ledger into OUT/final 按复核意见定稿.

    Exit status: 0 OUT/final was written, 2 OUT or the decisions cannot be used.
    """
    from yanhu_satcheck.errors import ReportError
    from yanhu_satcheck.wayback import finalize as run

    try:
        final = run(out, decisions)
    except ReportError as why:
        zh, _, en = str(why).partition("\n")
        click.echo(f"未定稿：{zh}\nnothing was finalized: {en}", err=True)
        return NOT_DONE
    click.echo("\n".join(_lines(final, out, lang)))
    return DONE


def _lines(final: "Final", out: Path, lang: str) -> Iterator[str]:
    from yanhu_satcheck.final import Outcome
    from yanhu_satcheck.report.final import FILING, FOLDER, LEDGER
    from yanhu_satcheck.terms import Words

    def say(zh: str, en: str) -> str:
        return _say(Words(zh, en), lang)

    counts, colon = final.count(), say("：", ": ")
    issued = len(final.verdicts)
    yield say(
        f"批次 {final.finished.batch}：下发图斑 {issued} 个",
        f"batch {final.finished.batch}: polygons issued {issued}",
    )
    for outcome in Outcome:
        yield f"  {_say(outcome.value, lang)} {counts[outcome]}"
    if final.changes:
        yield say(f"改动填报 {len(final.changes)} 处", f"cells replaced: {len(final.changes)}")
        for one in final.changes[:MOST_LINES]:
            yield f"  {one.polygon_id} {one.column}{colon}{one.filed} → {one.final}" + say(
                f"（{one.review.by}）", f" ({one.review.by})"
            )
        yield from _more(len(final.changes), "更正清单", lang)
    if final.unapplied:
        count = len(final.unapplied)
        yield say(f"未采用 {count} 处", f"not applied: {count}")
        for left in final.unapplied[:MOST_LINES]:
            about = " ".join(one for one in (left.about, left.says) if one)
            where = _say(left.where, lang)
            yield f"  {where}{' ' if about else ''}{about}{colon}{_say(left.why, lang)}"
        yield from _more(count, "未采用", lang)
    for note in final.notes:
        yield _say(note, lang)
    yield say("结果", "results")
    yield f"  {out / FOLDER / LEDGER}"
    yield f"  {out / FOLDER / FILING}"
    todo = len(final.todo) + len(final.pending)
    if todo:
        yield say(
            f"下一步：“待办”中还有 {todo} 项；在 ledger.xlsx 填写意见和复核人后再次运行 finalize",
            f"next: {todo} things are left in 待办; answer and sign them in ledger.xlsx, then run"
            " finalize again",
        )
    else:
        yield say(
            "下一步：核对上报表后报送；satcheck archive add 存档",
            "next: check 上报表 and file it; `satcheck archive add` keeps the audit",
        )


def _more(count: int, sheet: str, lang: str) -> Iterator[str]:
    left = count - MOST_LINES
    if left > 0:
        yield f"  其余 {left} 条见“{sheet}”" if lang == "zh" else f"  {left} more in sheet {sheet}"


def _say(words: "Words", lang: str) -> str:
    return words.zh if lang == "zh" else words.en
