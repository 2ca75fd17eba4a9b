"""A command that was typed wrong, said in Chinese too."""

import click

from yanhu_satcheck.errors import ReportError


def typed_wrong(wrong: click.UsageError) -> str:
    """Say what is wrong with a command; "" where its help is shown anyway."""
    if wrong.message.startswith("No such command"):
        said = "没有这个命令"
    elif isinstance(wrong, click.NoSuchOption):
        said = f"没有选项 {wrong.option_name}"
    elif isinstance(wrong, click.MissingParameter):
        said = f"缺少 {_name(wrong)}"
    elif isinstance(wrong, click.BadParameter):
        said = f"{_name(wrong)} {_kind(wrong.param)}"
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


def _kind(param: click.Parameter | None) -> str:
    kind = param.type if param else None
    if isinstance(kind, click.Choice):
        return f"只能是 {'、'.join(map(str, kind.choices))}"
    if isinstance(kind, click.Path):
        return (
            "不存在，或不是文件夹" if kind.dir_okay and not kind.file_okay else "不存在，或不能读"
        )
    return "的写法有误"
