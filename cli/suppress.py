"""`satcheck suppress`: a named person accepts a finding, for a reason and until a day."""

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from yanhu_satcheck.batch import Pardon
    from yanhu_satcheck.read.misreads import Misreads

DONE, NOT_DONE = 0, 2


@click.command()
@click.argument("key")
@click.option("--reason", required=True, help="why it is accepted 理由")
@click.option("--by", required=True, metavar="NAME", help="who accepts it 登记人姓名")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="its last day 截止日期"
)
@click.option(
    "--batch",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    metavar="DIR",
    help="the batch folder; default: this folder",
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def suppress(key: str, reason: str, by: str, until: datetime, batch: Path, lang: str) -> int:
    """Accept the finding KEY (its id in 问题清单) 登记一条例外.

    Adds an entry to suppressions.toml in the batch folder, which people may edit. The next audit
    still lists the finding, marked; only the exit status leaves it out, until that day.

    Exit status: 0 it was entered, 2 it cannot be.
    """
    from yanhu_satcheck.batch import Pardon
    from yanhu_satcheck.read.suppressions import FILE

    pardon = Pardon(key.strip(), " ".join(reason.split()), " ".join(by.split()), until.date())
    _whole(pardon)
    target = batch / FILE
    held, as_of = _held(batch)
    _fits(pardon, held, as_of)
    _append(target, pardon)
    if lang == "zh":
        click.echo(f"已登记：{pardon.key}，{pardon.by}，有效至 {pardon.until}\n  {target}")
        click.echo("下一步：重新运行 satcheck audit；该问题仍会列出，并标明例外")
    else:
        click.echo(f"entered: {pardon.key}, {pardon.by}, until {pardon.until}\n  {target}")
        click.echo("next: run satcheck audit again; the finding is listed still, and marked")
    return DONE


def _whole(pardon: "Pardon") -> None:
    """Stop at a key that is none, or where reason or name is blank."""
    from yanhu_satcheck.read.suppressions import is_key

    if not is_key(pardon.key):
        raise _refused(
            f"{pardon.key} 不是问题的 id；请照抄“问题清单”中的 id，如 PH01 后接 12 位字符",
            f"{pardon.key} is no finding's id; copy it from 问题清单: PH01 and 12 characters",
        )
    for text, zh, en in ((pardon.reason, "理由", "--reason"), (pardon.by, "登记人", "--by")):
        if not text:
            raise _refused(f"{zh}不能空白", f"{en} must not be blank")


def _held(batch: Path) -> tuple["tuple[Pardon, ...]", date]:
    """Read what stands there already, and the day that deadlines are judged at."""
    from yanhu_satcheck.errors import NothingToAudit
    from yanhu_satcheck.read.folder import Folder
    from yanhu_satcheck.read.manifest import read_manifest
    from yanhu_satcheck.read.misreads import Misreads
    from yanhu_satcheck.read.suppressions import FILE, read_pardons

    folder, wrong = Folder(batch), Misreads()
    try:
        said = read_manifest(folder, Misreads())
    except NothingToAudit as why:
        zh, _, en = str(why).partition("\n")
        raise _refused(f"不是批次文件夹：{zh}", f"no batch folder: {en or zh}") from None
    held = read_pardons(folder, wrong)
    if wrong.all():
        raise _refused(*_told(FILE, wrong))
    return held, said.as_of


def _told(file: str, wrong: "Misreads") -> tuple[str, str]:
    from yanhu_satcheck.read.misreads import in_chinese

    zh = "；".join(in_chinese(one) for one in wrong.all())
    return (
        f"{file} 有误，未登记，请先改正：{zh}",
        f"{file} must be mended first, nothing was entered: {'; '.join(map(str, wrong.all()))}",
    )


def _fits(pardon: "Pardon", held: "tuple[Pardon, ...]", as_of: date) -> None:
    """Stop where the entry would be without effect, or is there already."""
    if pardon.until < as_of:
        raise _refused(
            f"截止日期 {pardon.until} 早于本批次的判定日 {as_of}，登记了也不会生效",
            f"{pardon.until} lies before {as_of}, by which the batch is judged: without effect",
        )
    for one in held:
        if one.key == pardon.key and one.until >= as_of:
            raise _refused(
                f"{one.key} 已由 {one.by} 登记，有效至 {one.until}；要修改请直接编辑该文件",
                f"{one.by} has entered {one.key} already, until {one.until}; edit the file"
                " to change it",
            )


def _append(target: Path, pardon: "Pardon") -> None:
    """Add the entry behind what people wrote, whole or not at all."""
    from yanhu_satcheck.foreign import by_system
    from yanhu_satcheck.read.suppressions import HEAD, written

    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        before = target.read_text("utf-8-sig") if target.exists() else HEAD
        part.write_text(before.rstrip("\n") + "\n" + written(pardon), "utf-8", newline="\n")
        part.replace(target)
    except OSError as cause:
        why = by_system(cause)
        raise _refused(
            f"{target} 无法写入（{why.zh}）", f"{target} cannot be written ({why.en})"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _refused(zh: str, en: str) -> click.ClickException:
    return click.ClickException(f"{zh}\n{en}")
