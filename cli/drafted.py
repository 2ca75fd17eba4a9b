"""What `init` prints and writes: the draft, whole or not at all, and what a person should check."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.read.draft import Draft
from yanhu_satcheck.read.keys import NAME
from yanhu_satcheck.read.misreads import in_chinese
from yanhu_satcheck.terms import Words

MOST_LINES = 20
"""How many of one kind are shown; the rest is counted."""


def refuse_to_overwrite(where: Path) -> None:
    """Stop where there is a batch.toml already: somebody may have corrected it."""
    if os.path.lexists(where / NAME):
        raise click.ClickException(
            f"{where / NAME} 已存在，未改动；要看草稿请加 --stdout，要重新起草请先将其改名\n"
            f"{where / NAME} is there and was not touched; --stdout shows a draft, "
            "or rename it to have one written"
        )


def write(where: Path, text: str) -> None:
    """Write the draft as UTF-8, whole or not at all."""
    target, part = where / NAME, where / f".{NAME}.{os.getpid()}"
    try:
        with part.open("xb") as file:
            file.write(text.encode())
        refuse_to_overwrite(where)  # it may have come while we looked
        part.replace(target)
    except OSError as cause:
        why = by_system(cause)
        raise click.ClickException(
            f"无法写入 {target}（{why.zh}）；可用 --stdout 查看草稿\n"
            f"{target} cannot be written ({why.en}); --stdout shows the draft"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def drafted(draft: Draft, where: Path, lang: str) -> str:
    """Say what was recognised, what to look at, what was not used, and what is next."""
    return "\n".join(_lines(draft, where, lang))


def _lines(draft: Draft, where: Path, lang: str) -> Iterator[str]:
    yield _say(Words("认出的文件", "recognised"), lang)
    for what, file in draft.recognised:
        yield f"  {_say(what, lang)}{_colon(lang)}{file}"
    if not draft.recognised:
        yield f"  {_say(Words('没有', 'nothing'), lang)}"
    if draft.missing:
        names = [_say(words, lang) for words in draft.missing]
        yield f"{_say(Words('没有找到：', 'not found: '), lang)}{_comma(lang).join(names)}"
    for blank, title in (
        (True, Words("必须填写", "to be filled in")),
        (False, Words("请核对", "please check")),
    ):
        asked: dict[Words, list[str]] = {}
        for doubt in draft.doubts:
            if doubt.blank == blank:
                asked.setdefault(doubt.words, []).append(str(doubt.row))
        if asked:
            yield f"{_say(title, lang)} {len(asked)}"
        for number, (words, rows) in enumerate(asked.items(), 1):
            listed = _comma(lang).join(rows)
            row = _say(Words(f"第 {listed} 行", f"line {listed}"), lang)
            yield f"  {number}. {row}{_colon(lang)}{_say(words, lang)}"
    unused = [f"{file}{_colon(lang)}{_say(why, lang)}" for file, why in draft.unused]
    yield from _listed(Words("未使用的文件", "files not used"), unused, lang)
    wrong = [in_chinese(one) if lang == "zh" else str(one) for one in draft.misreads]
    yield from _listed(Words("照此读入仍有问题", "what `check` will say of it"), wrong, lang)
    following = Words(
        "下一步：按上面所列改好 batch.toml，再运行", "next: mend batch.toml, then run"
    )
    if not any(doubt.blank for doubt in draft.doubts):
        following = Words("下一步：看过 batch.toml 后运行", "next: look over batch.toml, then run")
    yield f"{_say(following, lang)} satcheck check {where}"


def _listed(title: Words, lines: Sequence[str], lang: str) -> Iterator[str]:
    if lines:
        yield f"{_say(title, lang)} {len(lines)}"
    yield from (f"  {line}" for line in lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES
        yield f"  {_say(Words(f'其余 {rest} 条略', f'and {rest} more'), lang)}"


def _comma(lang: str) -> str:
    return _say(Words("、", ", "), lang)


def _colon(lang: str) -> str:
    return _say(Words("：", ": "), lang)


def _say(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en
