"""Entry point of the `satcheck` command: words in, a library call, an exit code out."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing import freeze_support
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import click

from yanhu_satcheck.cli.archive import archive
from yanhu_satcheck.cli.doctor import doctor
from yanhu_satcheck.cli.final import finalize
from yanhu_satcheck.cli.outs import diff, report, verify
from yanhu_satcheck.cli.photos import photos
from yanhu_satcheck.cli.suppress import suppress
from yanhu_satcheck.cli.usage import typed_wrong

# Heavy libraries are imported inside the commands that need them: `--help` must be quick.

NOTHING_FOUND, FOUND, NOT_AUDITED, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
FAIL_ON = ("high", "medium", "low", "never")

folder = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="yanhu-satcheck")
def satcheck() -> None:
    """Audit satellite-image enforcement filings for mining.

    矿产卫片执法检查填报核查：读入一个季度的批次，核对影像、地形、照片与台账，给出更正台账。
    """


@satcheck.command()
@click.argument("batch", type=folder)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="where OUT goes")
@click.option("--archive", type=click.Path(path_type=Path), metavar="FILE", help="earlier batches")
@click.option("--only", multiple=True, metavar="CODE", help="run this rule alone (repeatable)")
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="high", show_default=True)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def audit(
    batch: Path, out: Path, archive: Path | None, only: tuple[str, ...], fail_on: str, lang: str
) -> int:
    """Audit a BATCH folder into OUT 审核一个批次.

    Exit status: 0 nothing at or above --fail-on, 1 findings, 2 nothing could be audited.
    """
    from yanhu_satcheck.cli.progress import Bar
    from yanhu_satcheck.cli.summary import summary
    from yanhu_satcheck.pipeline import audit as run

    _known(only)
    missing = archive is not None and not archive.exists()
    with Bar() as bar:
        finished = run(batch, out, archive=archive, only=only, lang=lang, progress=bar)
    _print(summary(finished, out))
    if missing:  # the first quarter's archive is not there yet, nor is one whose name is mistyped
        zh = f"档案 {archive} 还不存在，没有往期可查；不是首个批次的，请核对文件名"
        en = f"{archive} is not there yet: no earlier quarter was asked. Is its name right?"
        _print(zh if lang == "zh" else en)
    return _found(finished.judgement.findings, fail_on)


def _found(findings: tuple[Any, ...], fail_on: str) -> int:
    from yanhu_satcheck.terms import Severity

    if fail_on == "never":
        return NOTHING_FOUND
    least = Severity[fail_on.upper()]
    told = (f.severity >= least and f.suppressed is None for f in findings)
    return FOUND if any(told) else NOTHING_FOUND


@satcheck.command()
@click.argument("where", metavar="DIR", type=folder)
@click.option("--stdout", is_flag=True, help="print the draft, write nothing")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def init(where: Path, stdout: bool, lang: str) -> int:
    """Draft DIR/batch.toml by looking at its files 起草 batch.toml.

    Exit status: 0 the draft can be used, 2 the period or the polygons are not known.
    """
    from yanhu_satcheck.cli.drafted import drafted, refuse_to_overwrite, write
    from yanhu_satcheck.read.draft import draft

    if not stdout:
        refuse_to_overwrite(where)
    made = draft(where)
    if stdout:
        # A draft sent to a file must be UTF-8 on any console, and hold nothing else.
        click.echo(made.text if sys.stdout.isatty() else made.text.encode(), nl=False)
    else:
        write(where, made.text)
    click.echo(drafted(made, where, lang), err=stdout)
    return NOTHING_FOUND if made.usable else NOT_AUDITED


@satcheck.command()
@click.argument("batch", type=folder)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def check(batch: Path, lang: str) -> int:
    """Read a BATCH and say what cannot be read 只检查输入.

    Exit status: 0 all was read and can be used, 2 something cannot.
    """
    from yanhu_satcheck.cli.summary import checked
    from yanhu_satcheck.pipeline import check as run
    from yanhu_satcheck.rulebook import problems

    read = run(batch)
    wrong = problems(read.settings)
    _print(checked(read, wrong, lang))
    return NOT_AUDITED if read.misreads or wrong else NOTHING_FOUND


@satcheck.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def rules(lang: str) -> int:
    """List the rules in force 列出规则."""
    from yanhu_satcheck.rulebook import rulebook

    for rule in rulebook({}):
        title = rule.title.zh if lang == "zh" else rule.title.en
        _print(f"{rule.code}  {rule.slug:<24} {title}")
    return NOTHING_FOUND


@satcheck.command()
@click.argument("code")
def explain(code: str) -> int:
    """Print the page of one rule, by CODE or slug 说明一条规则."""
    from yanhu_satcheck.rulebook import page, rulebook, select

    _known((code,))
    for rule in select(rulebook({}), (code,)):
        _print(page(rule).removesuffix("\n"))
    return NOTHING_FOUND


@satcheck.command()
@click.argument("where", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quarter", type=click.Choice(["2022Q3", "2022Q4"]), help="Only this one, into DIR.")
@click.option("--seed", type=int, default=20221231, show_default=True)
def sample(where: Path, quarter: str | None, seed: int) -> int:
    """Make two sample quarters with known truth below DIR 生成两个季度的样例批次."""
    from yanhu_satcheck.sample import QUARTERS, make, make_one

    made = [where] if quarter else [where / name for name in QUARTERS]
    for folder in made:
        if folder.exists():
            raise click.ClickException(
                f"{folder} 已存在；请换一个文件夹，或先删除它\n"
                f"{folder} is there already; name another folder, or remove it first"
            )
    if quarter:
        make_one(where, quarter, seed)
    else:
        make(where, seed)
    for folder in made:
        _print(str(folder))
    return NOTHING_FOUND


def _known(names: tuple[str, ...]) -> None:
    """Stop at a rule that is not in the book, and name the one or two that are nearest."""
    from difflib import get_close_matches

    from yanhu_satcheck.rulebook import rulebook

    book = [name for rule in rulebook({}) for name in (rule.code, rule.slug)] if names else []
    folded = {name.casefold(): name for name in book}
    for name in names:
        word = name.strip().casefold()
        if word not in folded:
            near = [folded[one] for one in get_close_matches(word, folded, 2, 0.5)]
            zh = f"是否要找 {' 或 '.join(near)}？" if near else ""
            en = f"did you mean {' or '.join(near)}? " if near else ""
            raise click.ClickException(
                f"没有规则 {name}；{zh}全部规则见 satcheck rules\n"
                f"no such rule: {name}; {en}`satcheck rules` lists them all"
            )


def _print(text: str) -> None:
    """Print to stdout; a reader that has seen enough (`| head`) changes nothing else."""
    try:
        click.echo(text)
    except BrokenPipeError:
        # What is still in the buffer would fail again, and be told, when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


satcheck.add_command(archive)
satcheck.add_command(finalize)
satcheck.add_command(photos)
for _command in (suppress, report, verify, diff, doctor):
    satcheck.add_command(_command)


def main() -> None:
    """Run the command; every failure ends in one clear line and the contract's exit code."""
    freeze_support()  # a worker of a program packed into one .exe starts here
    for stream in (sys.stdout, sys.stderr):
        # A redirected console of Chinese Windows is GBK: a sign that it lacks must not end a run.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    sys.excepthook = _quiet_on_interrupt
    run = partial(satcheck, prog_name="satcheck", standalone_mode=False)
    sys.exit(exit_code(run, _interrupts()))


def _interrupts() -> list[int]:
    """Note every Ctrl-C: a library that is just starting may swallow it and fail otherwise."""
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    return seen


def _quiet_on_interrupt(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Show no traceback of a Ctrl-C that numpy prints on its way; the exit code tells of it."""
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)


def exit_code(command: Callable[[], Any], interrupts: Sequence[int] = ()) -> int:
    """Run a command; say its failure in a line, and give the contract's exit code for it."""
    from yanhu_satcheck.errors import (
        ArchiveError,
        NothingToAudit,
        ReportError,
        SatcheckError,
        SettingError,
    )

    try:
        return int(command() or NOTHING_FOUND)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as wrong:
        if isinstance(wrong, click.UsageError) and (said := typed_wrong(wrong)):
            click.echo(said, err=True)
        wrong.show()
        return NOT_AUDITED
    except (click.Abort, KeyboardInterrupt):
        return _interrupted()
    except (NothingToAudit, SettingError, ReportError) as why:
        _tell("未审核", "nothing was audited", why)
        return NOT_AUDITED
    except ArchiveError as why:
        click.echo(str(why), err=True)
        return NOT_AUDITED
    except SatcheckError as why:
        _tell("已停止，未写出结果", "stopped, no report was written", why)
        return BROKEN
    except Exception as cause:
        # Libraries turn a Ctrl-C during their own start into a failure to import.
        if interrupts or _from_keyboard(cause):
            return _interrupted()
        return _broken()


def _broken() -> int:
    """Show where our own mistake is, for who mends it; its code is not that of an audit."""
    from traceback import format_exc

    click.echo(format_exc(), err=True)
    click.echo(
        "程序内部错误，已停止，未写出结果；请把以上内容发给维护人\n"
        "an error of the program itself: stopped, no report was written; send the lines above to "
        "its maintainer",
        err=True,
    )
    return BROKEN


def _interrupted() -> int:
    click.echo("已中断，未改动输出\ninterrupted; OUT was not changed", err=True)
    return INTERRUPTED


def _from_keyboard(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _tell(zh: str, en: str, why: Exception) -> None:
    """Say an error in Chinese, then in English; one that has a single wording is said once."""
    from yanhu_satcheck.errors import ReportError, SettingError

    if isinstance(why, ReportError) and "\n" in str(why):
        said_zh, _, said_en = str(why).partition("\n")
        click.echo(f"{zh}：{said_zh}\n{en}: {said_en}", err=True)
    elif isinstance(why, SettingError):
        said = why.says
        click.echo(f"{zh}：satcheck.toml 设置有误：{said.zh}\n{en}: {said.en}", err=True)
    else:
        click.echo(f"{zh} {en}: {why}", err=True)


if __name__ == "__main__":
    main()
