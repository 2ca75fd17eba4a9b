"""The polygon's outline is missing, broken, or was repaired before use.

查什么：图斑没有图形、图形自相交或无法使用；其他图层中图形损坏的，每个文件说明一次。
What it finds: a polygon without an outline, or with one that crosses itself or cannot be used; for
other layers, broken outlines are named once a file.

为何要紧：图形不可用，则面积、重叠、影像变化都无从判断；经修复的，结果以修复后的图形为准。
Why it matters: without an outline there is no area, no overlap and no change to speak of. Where it
was repaired, what is said holds for the repaired outline.

何时会看错：自相交的图形修复后可能与原意不同。
When it misleads: a crossing outline may be repaired to something that was not meant.

什么能说清：重新提供正确的图形。
What clears it: supply the outline anew.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.rule import Answer, Related, Rule, Unsure
from yanhu_satcheck.terms import Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each polygon with a fault in its outline, then each other file that holds some."""
    for case in dossier.cases:
        fault, usable = case.polygon.fault, case.polygon.footprint is not None
        if fault or not usable:
            zh, en = fault or Words("没有图形", "it has no outline")
            zh_now, en_now = (
                ("已修复后使用", "repaired for use") if usable else ("不可用", "not usable")
            )
            yield Unsure((case.polygon_id,), Words(f"{zh}；{zh_now}", f"{en}; {en_now}"))
    others = [m for m in dossier.batch.misreads if m.rule == "DQ05" and not m.polygon_ids]
    for name in sorted({one.file for one in others}):
        n = sum(one.file == name for one in others)
        says = Words(f"{name}：{n} 处图形不可用", f"{name}: {n} outlines cannot be used")
        yield Unsure((), says, related=(Related("file", name),))


RULE = Rule(
    code="DQ05",
    slug="bad-geometry",
    title=Words("图形缺失或损坏", "outline missing or broken"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=NoLimits(),
    concerns=lambda case, limits: True,
    check=check,
)
