"""`satcheck photos`: a folder of photographs compared with each other, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from yanhu_satcheck.album import Album

NOTHING, FOUND, UNUSABLE = 0, 1, 2
MOST_LINES = 20


@click.command()
@click.argument(
    "where", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="write a page and a workbook")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def photos(where: Path, out: Path | None, lang: str) -> int:
    """Compare the photographs below DIR with each other 只比对一个文件夹里的照片.

    Says which are one exposure or one view, however cut, turned or drawn over; OUT gets the pairs
    side by side, a contact sheet, and a table of places and times.

    Exit status: 0 no two are one picture, 1 some are, 2 there is no photograph.
    """
    from yanhu_satcheck.album import look_through
    from yanhu_satcheck.cli.progress import Bar

    with Bar() as bar:
        found = look_through(where, out, lang, bar)
    click.echo("\n".join(_lines(found, where, out, lang)))
    if not found.photos:
        return UNUSABLE
    return FOUND if any(one.kind != "place" for one in found.groups) else NOTHING


def _lines(found: "Album", where: Path, out: Path | None, lang: str) -> Iterator[str]:
    zh = lang == "zh"
    readable = sum(one.pixel_hash is not None for one in found.photos)
    count = len(found.photos)
    if not count:
        yield f"{where}：没有照片" if zh else f"{where}: no photographs"
        return
    yield (
        f"照片 {count} 张，可读 {readable} 张"
        if zh
        else f"{count} photographs, {readable} readable"
    )
    names = {
        "exposure": ("同一次拍摄", "one exposure"),
        "view": ("同一画面（同一张照片，或同一机位连续拍摄）", "one view, one exposure or several"),
        "doubtful": ("疑似同一画面，请核对", "perhaps one view: look at both"),
        "place": ("同一地点的不同照片", "one place, two photographs"),
    }
    for kind, (said_zh, said_en) in names.items():
        groups = found.of(kind)
        yield f"{said_zh} {len(groups)} 组" if zh else f"{said_en}: {len(groups)} groups"
        for group in groups[:MOST_LINES] if kind != "place" else ():
            how = group.how.zh if zh else group.how.en
            yield f"  {'、'.join(group.photos) if zh else ', '.join(group.photos)}"
            yield f"    {how}"
        if kind != "place" and len(groups) > MOST_LINES:
            rest = len(groups) - MOST_LINES
            yield f"  其余 {rest} 组略" if zh else f"  and {rest} more"
    for one in found.broken[:MOST_LINES]:
        yield f"  {one.file}：{one.what.zh}" if zh else f"  {one.file}: {one.what.en}"
    if out is not None:
        page = out / "reports" / "index.html"
        yield f"结果：{page}，{out / 'photos.xlsx'}" if zh else f"see {page}, {out / 'photos.xlsx'}"
    else:
        yield (
            "加 -o OUT 可写出对照图和表格"
            if zh
            else "with -o OUT a page and a workbook are written"
        )
