"""A folder of photographs on paper: what is one picture, a contact sheet, where and when."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from yanhu_satcheck.batch import Batch, Cell
from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.report.columns import say
from yanhu_satcheck.report.pages import environment
from yanhu_satcheck.report.papers import photo_view
from yanhu_satcheck.report.pictures import keep_photos
from yanhu_satcheck.report.place import in_place, names_in, refusal
from yanhu_satcheck.report.sheets import Sheet
from yanhu_satcheck.report.side_by_side import keep_pairs, pairs
from yanhu_satcheck.report.workbook import Heading, write_sheets
from yanhu_satcheck.terms import Words

KINDS = {
    "exposure": Words("同一次拍摄", "one exposure"),
    "view": Words("同一画面", "one view"),
    "doubtful": Words("疑似同一画面", "perhaps one view"),
    "place": Words("同一地点", "one place"),
}
SURE = ("exposure", "view", "doubtful")
"""What is drawn side by side; photographs of one place are merely listed."""
HOLDS = frozenset({"photos.xlsx", "reports", "photos"})
GROUPS = ("组号", "类别", "照片", "说明")
PLACES = (
    Words("照片", "Photograph"),
    Words("组号", "Group"),
    Words("拍摄时间", "Taken"),
    Words("经度", "Longitude"),
    Words("纬度", "Latitude"),
    Words("方位角", "Bearing"),
    Words("方位基准", "North"),
    Words("相机", "Camera"),
    Words("宽", "Width"),
    Words("高", "Height"),
    Words("校验值", "Hash"),
    Words("问题", "Fault"),
)
TITLE = "照片比对"


def refuse_album(out: Path) -> None:
    """Refuse a folder that holds anything but what `satcheck photos` writes.

    Raises:
        ReportError: It does.
    """
    foreign = [name for name in names_in(out) if name not in HOLDS]
    if foreign:
        raise refusal(
            out,
            f"其中有不是 satcheck photos 写出的文件（{foreign[0]}）；请用 -o 另选一个文件夹",
            f"holds files that satcheck photos did not write ({foreign[0]}); name another folder",
        )


def write_album(
    batch: Batch,
    photos: Sequence[PhotoEvidence],
    groups: Sequence[PhotoGroup],
    out: Path,
    lang: str,
) -> None:
    """Write a workbook and a page, whole or not at all.

    Raises:
        ReportError: `out` holds somebody else's files, is open elsewhere, or cannot be written.
    """
    ranked = sorted(groups, key=lambda one: ([*KINDS].index(one.kind), one.photos))
    with in_place(out, refuse_album) as folder:
        keep_photos(((one.sha256, one.reduced) for one in photos), folder / "photos")
        keep_pairs(ranked, folder / "reports" / "pairs")
        names = tuple(one.zh for one in PLACES)
        sheets = (
            Sheet("相同照片", GROUPS, tuple(_grouped(ranked, lang)), settled=True),
            Sheet(
                "时间地点",
                names,
                tuple(_placed(photos, ranked, lang)),
                settled=True,
            ),
        )
        heading = Heading(batch.id, batch.as_of, lang, TITLE)
        write_sheets(sheets, folder / "photos.xlsx", heading)
        by_id = {one.id: one for one in photos}
        page = (
            environment(lang)
            .get_template("album.html")
            .render(
                name=batch.id,
                photos=[photo_view(one, one.polygon_id, lang) for one in photos],
                groups=[
                    (n, say(KINDS[one.kind], lang), one, pairs(one.photos, one, by_id, lang))
                    for n, one in enumerate(ranked, 1)
                    if one.kind in SURE
                ],
                views={one.id: photo_view(one, one.polygon_id, lang) for one in photos},
                header=[say(one, lang) for one in PLACES],
                rows=list(_placed(photos, ranked, lang)),
            )
        )
        (folder / "reports").mkdir(exist_ok=True)
        target = folder / "reports" / "index.html"
        target.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def _grouped(groups: Sequence[PhotoGroup], lang: str) -> Iterator[tuple[Cell, ...]]:
    for n, group in enumerate(groups, 1):
        yield n, say(KINDS[group.kind], lang), "\n".join(group.photos), say(group.how, lang)


def _placed(
    photos: Sequence[PhotoEvidence], groups: Sequence[PhotoGroup], lang: str
) -> Iterator[tuple[Cell, ...]]:
    of = _numbers(groups)
    for one in photos:
        lon, lat = one.lonlat or (None, None)
        camera = " ".join(filter(None, (one.camera.make, one.camera.model, one.camera.serial)))
        yield (
            one.id,
            "、".join(map(str, of.get(one.id, ()))) or None,
            one.taken_at,
            lon,
            lat,
            one.azimuth,
            one.azimuth_ref or None,
            camera or None,
            one.width,
            one.height,
            one.sha256[:16] if one.sha256 else None,
            say(one.fault, lang) if one.fault else None,
        )


def _numbers(groups: Sequence[PhotoGroup]) -> Mapping[str, list[int]]:
    of: dict[str, list[int]] = defaultdict(list)
    for n, group in enumerate(groups, 1):
        for id in group.photos:
            of[id].append(n)
    return of
