"""`satcheck doctor`: whether this machine can audit."""

from pathlib import Path

import click

_MARKS = ("✓", "!", "✗")


@click.command()
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def doctor(lang: str) -> int:
    """Look at libraries, codecs, fonts, disk, encoding 检查运行环境.

    Exit status: 0 all is well, 1 an audit runs, with something missing, 2 no audit runs here.
    """
    from yanhu_satcheck.health import Level, checks

    worst = Level.GOOD
    for one in checks(Path.cwd(), _child):
        colon, name, says = ("：", one.name.zh, one.says.zh)
        if lang == "en":
            colon, name, says = ": ", one.name.en, one.says.en
        click.echo(f"{_MARKS[one.level]} {name}{colon}{says}")
        worst = max(worst, one.level)
    zh, en = {
        Level.GOOD: ("可以审核", "ready to audit"),
        Level.POOR: ("可以审核，但有不足（见 ! 行）", "audits run, but see the lines with !"),
        Level.BAD: ("不能审核，请先解决 ✗ 行", "no audit runs here: mend the lines with ✗ first"),
    }[worst]
    click.echo(zh if lang == "zh" else en)
    return int(worst)


def _child() -> bool:
    """Start one worker and have it do something."""
    from yanhu_satcheck.errors import SatcheckError
    from yanhu_satcheck.workers import Pool

    try:
        with Pool(1) as pool:
            return pool.run(len, "satcheck") == len("satcheck")
    except SatcheckError:
        return False
