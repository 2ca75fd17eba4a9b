"""Entry point of the `satcheck` command: words in, a library call, an exit code out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from yanhu_satcheck.cli.archive import archive

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

    with Bar() as bar:
        finished = run(batch, out, archive=archive, only=only, lang=lang, progress=bar)
    click.echo(summary(finished, out))
    return _found(finished.judgement.findings, fail_on)


def _found(findings: tuple[Any, ...], fail_on: str) -> int:
    from yanhu_satcheck.terms import Severity

    if fail_on == "never":
        return NOTHING_FOUND
    least = Severity[fail_on.upper()]
    told = (f.severity >= least and f.suppressed is None for f in findings)
    return FOUND if any(told) else NOTHING_FOUND


@satcheck.command()
@click.argument("batch", type=folder)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def check(batch: Path, lang: str) -> int:
    """Read a BATCH and say what cannot be read 只检查输入.

    Exit status: 0 all was read, 2 something was not.
    """
    from yanhu_satcheck.cli.summary import checked
    from yanhu_satcheck.read import read_batch

    read = read_batch(batch)
    click.echo(checked(read, lang))
    return NOT_AUDITED if read.misreads else NOTHING_FOUND


@satcheck.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def rules(lang: str) -> int:
    """List the rules in force 列出规则."""
    from yanhu_satcheck.rulebook import rulebook

    for rule in rulebook({}):
        title = rule.title.zh if lang == "zh" else rule.title.en
        click.echo(f"{rule.code}  {rule.slug:<24} {title}")
    return NOTHING_FOUND


@satcheck.command()
@click.argument("code")
def explain(code: str) -> int:
    """Print the page of one rule, by CODE or slug 说明一条规则."""
    from yanhu_satcheck.rulebook import page, rulebook, select

    for rule in select(rulebook({}), (code,)):
        click.echo(page(rule), nl=False)
    return NOTHING_FOUND


@satcheck.command()
@click.argument("where", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--seed", type=int, default=20221231, show_default=True)
def sample(where: Path, seed: int) -> int:
    """Make a sample quarter with known truth in DIR 生成样例批次."""
    from yanhu_satcheck.sample import make

    make(where, seed)
    click.echo(where)
    return NOTHING_FOUND


satcheck.add_command(archive)


def main() -> None:
    """Run the command; every failure ends in one clear line and the contract's exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A redirected console of Chinese Windows is GBK: a sign that it lacks must not end a run.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")
    sys.exit(_exit_code(lambda: satcheck(standalone_mode=False)))


def _exit_code(command: Callable[[], Any]) -> int:
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
        wrong.show()
        return NOT_AUDITED
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; OUT was not changed 已中断，未改动输出", err=True)
        return INTERRUPTED
    except (NothingToAudit, SettingError, ReportError) as why:
        click.echo(f"nothing was audited 未审核：{why}", err=True)
        return NOT_AUDITED
    except ArchiveError as why:
        click.echo(str(why), err=True)
        return NOT_AUDITED
    except SatcheckError as why:
        click.echo(f"stopped, no report was written 已停止，未写出结果：{why}", err=True)
        return BROKEN


if __name__ == "__main__":
    main()
