"""Where the photographs lie, and how they say which polygon they show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from yanhu_satcheck.read.draft.hints import hints, holds
from yanhu_satcheck.read.draft.lines import Line, entry
from yanhu_satcheck.read.draft.roles import Chosen
from yanhu_satcheck.read.photo_files import number_in
from yanhu_satcheck.read.values import text
from yanhu_satcheck.terms import Words

_CRS_NOTE = Words(
    "照片坐标系；微信或水印相机的位置多为 GCJ02", "of the positions; GCJ02 with some phone apps"
)


@dataclass(frozen=True)
class Photos:
    """The lines of [photos], what was found, and what was not used."""

    lines: tuple[Line, ...] = ()
    folder: str = ""
    held: int = 0  # photographs in it
    unused: tuple[tuple[str, Words], ...] = ()


def photo_lines(pictures: Sequence[str], numbers: frozenset[str], index: Chosen | None) -> Photos:
    """Draft [photos] from the paths of all pictures, the polygons' numbers and the index."""
    if not pictures and index is not None:
        words = Words("有照片索引而没有照片：照片所在文件夹", "an index, but no photographs: where")
        return Photos((Line("[photos]"), entry("dir", "", words, blank=True)))
    if not pictures:
        return Photos()
    known = {number: number for number in numbers}
    listed = _listed(index)
    speaking = [
        path
        for path in pictures
        if PurePosixPath(path).name.casefold() in listed or number_in(path, known)
    ]
    evidence = speaking or _evidence(pictures)
    if not evidence:
        why = Words("看不出是举证照片", "nothing says that it is an evidence photograph")
        return Photos(unused=tuple((path, why) for path in pictures))
    home, others = _home(evidence)
    while home and number_in(PurePosixPath(home).name, known):
        home = home.rpartition("/")[0]  # the folder of one polygon is not the folder of all
    if not home:
        words = Words(
            "照片与其他文件混放：请移入一个文件夹（如 photos），并写 dir",
            "photographs lie among other files: move them into one folder and give it as dir",
        )
        blank = (Line("[photos]"), entry("dir", "", words, blank=True))
        return Photos(blank, unused=tuple((path, words) for path in pictures[:1]))
    inside = [path for path in pictures if path.startswith(f"{home}/")]
    doubt = None
    if not speaking:
        doubt = Words("文件名中没有图斑编号", "no name holds a polygon's number")
    elif others:
        doubt = Words(
            f"另有照片在 {'、'.join(others)}，只能用一个文件夹",
            f"there are more in {', '.join(others)}; one folder is used",
        )
    lines = [Line("[photos]"), entry("dir", home, doubt)]
    if index is not None:
        lines.append(entry("index", index.part.file))
        if index.part.shown and index.part.sheet:
            lines.append(entry("sheet", index.part.sheet))
    lines.append(_crs(index))
    why = Words("不在所用的照片文件夹内", "not in the folder of photographs that is used")
    unused = tuple((path, why) for path in pictures if path not in inside)
    return Photos(tuple(lines), home, len(inside), unused)


def _evidence(pictures: Sequence[str]) -> list[str]:
    """Give the pictures whose folders are called so; quick views of images are none."""
    words = hints()["tables"]["photos"]["words"]
    return [path for path in pictures if holds(str(PurePosixPath(path).parent), words)]


def _home(paths: Sequence[str]) -> tuple[str, list[str]]:
    """Give the folder that holds all; else, of the topmost ones, the fullest, and the others."""
    parents = [PurePosixPath(path).parts[:-1] for path in paths]
    common = _common(parents)
    if common:
        return "/".join(common), []
    tops = Counter(parts[0] for parts in parents if parts)
    if not tops:
        return "", []
    best = min(tops, key=lambda top: (-tops[top], top))
    home = _common([parts for parts in parents if parts and parts[0] == best])
    return "/".join(home), sorted(set(tops) - {best})


def _common(parents: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Give the folders common to all."""
    shared: list[str] = []
    for level in zip(*parents, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)


def _listed(index: Chosen | None) -> frozenset[str]:
    if index is None:
        return frozenset()
    guess = index.fields.get("file")
    at = guess.at if guess else index.part.meant("photos").get("file")
    cells = [] if at is None else index.part.column(at)
    return frozenset(text(c).replace("\\", "/").rsplit("/", 1)[-1].casefold() for c in cells)


def _crs(index: Chosen | None) -> Line:
    headers = " ".join(index.part.table.headers).lower() if index is not None else ""
    for name, crs in (("gcj02", "GCJ02"), ("bd09", "BD09")):
        if any(word in headers for word in hints()["photos"][name]):
            return entry("crs", crs, Words("取自索引表的表头", "from the index's headers"))
    return Line('crs = "WGS84"', note=_CRS_NOTE)
