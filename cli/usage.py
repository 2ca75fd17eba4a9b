"""A command that was typed wrong, said in Chinese too."""

import re

import click

from yanhu_satcheck.errors import ReportError


def typed_wrong(wrong: click.UsageError) -> str:
    """Say what is wrong with a command; "" where its help is shown anyway."""
    if wrong.message.startswith("No such command"):
        said = "没有这个命令"
    elif isinstance(wrong, click.NoSuchOption):
        said = f"没有选项 {wrong.option_name}"
    elif isinstance(wrong, click.MissingParameter):
        said = f"缺少 {_name(wrong)}{_meant(wrong)}"
    elif isinstance(wrong, click.BadParameter):
        said = f"{_name(wrong)} {_kind(wrong)}"
    elif isinstance(wrong, click.BadOptionUsage):
        said = f"{wrong.option_name} 后面缺少内容"
    elif type(wrong) is click.UsageError:
        said = "命令写法有误"
    else:
        return ""
    path = wrong.ctx.command_path if wrong.ctx else "satcheck"
    return f"{said}；用法见 {path} --help"


def refused(why: ReportError) -> None:
    """Say why a command did nothing, in Chinese and then in English."""
    zh, _, en = str(why).partition("\n")
    click.echo(f"{zh}\n{en}", err=True)


def _name(wrong: click.BadParameter) -> str:
    param = wrong.param
    if isinstance(param, click.Option):
        return " / ".join(param.opts)
    return param.human_readable_name if param else "参数"


def _meant(wrong: click.BadParameter) -> str:
    """Say what a missing word would name."""
    said = {
        "out": "：请写明结果文件夹，如 -o out/2022Q4",
        "archive": "：请写明档案文件，如 --archive 档案.sqlite",
        "where": "：请写明路径",
    }
    return said.get(wrong.param.name or "", "") if wrong.param else ""


def _kind(wrong: click.BadParameter) -> str:
    kind = wrong.param.type if wrong.param else None
    typed = _typed(wrong.message)
    if isinstance(kind, click.Choice):
        return f"{typed}只能是 {'、'.join(map(str, kind.choices))}"
    if isinstance(kind, click.Path):
        folder = kind.dir_okay and not kind.file_okay
        return f"{typed}不存在，或不是文件夹" if folder else f"{typed}不存在，或不能读"
    if isinstance(kind, click.DateTime):
        return f"{typed}的写法有误，应为 年-月-日，如 2023-06-30"
    return f"{typed}的写法有误"


def _typed(message: str) -> str:
    """Give what was typed, which the message names in its first quotation marks."""
    found = re.search(r"'((?:[^'\\\\]|\\\\.)*)'", message)
    return f"“{found[1]}”" if found else ""
