"""A polygon has too few evidence photographs, or they are unreadable, absent or in no index.

查什么：图斑没有举证照片或少于要求的张数；索引列明的照片不存在；照片打不开；照片未列入索引，
或不属于任何下发图斑。另对整批提示一次：哪些照片没有拍摄记录，哪些由修图软件另存过。
What it finds: fewer photographs than required, ones that the index lists and the folder lacks,
ones that no program can open, ones that no index names or that belong to no issued polygon. Once
for the batch it names those without any record of their taking, and those that a program that
retouches pictures has saved.

为何要紧：照片是到过现场的证明；没有照片，填报的判定就没有支撑。
Why it matters: a photograph is the proof that somebody was there; a call without one stands on
nothing but its word.

何时会看错：照片可能在别的目录或另有索引；改名、编号写错会使照片与图斑对不上。聊天软件和填报系统会
抹去拍摄记录，修图软件可能只是缩小了尺寸：仅作线索，不能作为证据。
When it misleads: the photographs may lie elsewhere, or a mistyped number keeps them from their
polygon. Nothing is said of what they show. Chats and forms strip a photograph's record, and a
program may have but resized it: that is a hint where to look, never proof.

什么能说清：补交照片或更正索引。整批未提供照片时，只说明一次，不逐个图斑认定缺失。
What clears it: hand in the photographs or mend the index. Where the whole batch supplies none,
that is said once and no polygon is blamed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Case, Dossier, PhotoEvidence
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure, stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule
from yanhu_satcheck.terms import Confidence, Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How many photographs a polygon needs."""

    min_photos: int = limit(
        1, unit="photographs", low=1, high=20, why="不另定最低张数 no minimum above one is known"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name what each polygon lacks, then the photographs that belong nowhere."""
    shown = {photo.id for case in dossier.cases for photo in case.photos}
    loose = [photo for photo in dossier.loose_photos if photo.id not in shown]
    for case in dossier.cases:
        theirs = [photo for photo in loose if photo.polygon_id == case.polygon_id]
        yield from _polygon(case, (*case.photos, *theirs), limits)
    yield from _hints(dossier)
    issued = {case.polygon_id for case in dossier.cases}
    if homeless := [photo for photo in loose if photo.polygon_id not in issued]:
        says = Words(
            f"{len(homeless)} 张照片不属于任何下发图斑",
            f"{len(homeless)} photographs belong to no issued polygon",
        )
        related = tuple(_related(photo) for photo in homeless)
        yield Doubt(
            (),
            Status.DOUBTFUL,
            Confidence.LIKELY,
            says,
            related=related,
            on_change=False,
            severity=Severity.LOW,
        )


def _hints(dossier: Dossier) -> Iterator[Doubt]:
    """Name the photographs whose record was taken away or written anew, once for the batch."""
    photos = {p.id: p for case in dossier.cases for p in case.photos if p.sha256 and not p.fault}
    stripped = [one for one in photos.values() if not one.has_exif and not one.recorded.editor]
    edited = [one for one in photos.values() if one.recorded.editor]
    for found, zh, en in (
        (stripped, "没有拍摄记录（相机、时间、位置）", "carry no record of camera, time or place"),
        (edited, "由修图软件另存过", "were saved by a program that retouches pictures"),
    ):
        if found:
            says = Words(
                f"{len(found)} 张照片{zh}，仅作线索",
                f"{len(found)} photographs {en}: a hint, no proof",
            )
            yield Doubt(
                (),
                Status.DOUBTFUL,
                Confidence.HINT,
                says,
                tuple(
                    stated("editor", one.recorded.editor, one.id) for one in found if one in edited
                ),
                tuple(_related(one) for one in found),
                on_change=False,
                severity=Severity.LOW,
            )


def _polygon(case: Case, photos: tuple[PhotoEvidence, ...], limits: Limits) -> Iterator[Answer]:
    absent = [photo for photo in photos if photo.sha256 is None]
    unreadable = [photo for photo in photos if photo.sha256 and photo.fault]
    usable = len(photos) - len(absent) - len(unreadable)
    unlisted = [photo for photo in photos if not photo.listed]
    few = usable < limits.min_photos
    if not (few or absent or unreadable or unlisted):
        return
    counted = {
        Words("列明但不存在", "listed but absent"): len(absent),
        Words("无法读取", "unreadable"): len(unreadable),
        Words("未列入索引", "in no index"): len(unlisted),
    }
    also = [(words, n) for words, n in counted.items() if n]
    yield Doubt(
        (case.polygon_id,),
        Status.UNSUPPORTED if few or absent or unreadable else Status.DOUBTFUL,
        Confidence.CERTAIN,
        Words(
            f"可用的举证照片 {usable} 张，要求不少于 {limits.min_photos} 张"
            + "".join(f"；{words.zh} {n} 张" for words, n in also),
            f"{usable} usable evidence photographs, at least {limits.min_photos} required"
            + "".join(f"; {n} {words.en}" for words, n in also),
        ),
        (Figure("usable_photos", usable, None, len(photos), "", limits.min_photos, "photos"),),
        tuple(_related(photo) for photo in [*absent, *unreadable, *unlisted]),
        on_change=False,
        severity=None if few else Severity.LOW,
    )


def _related(photo: PhotoEvidence) -> Related:
    return Related("photo", photo.id, photo.polygon_id)


RULE = Rule(
    code="PH04",
    slug="photo-missing",
    title=Words("举证照片缺失或无法使用", "evidence photographs missing or unusable"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=Limits(),
    needs=frozenset({"photos"}),
    concerns=lambda case, limits: True,
    check=check,
)
