"""The coordinate system or datum of a file is missing, contradicts itself or cannot be used.

查什么：读取时发现坐标系未声明、与坐标值矛盾、无法转换，或基准面不明的文件；每个文件说明一次。
What it finds: files whose CRS is not declared, contradicts its own coordinates or cannot be
transformed, or whose datum is not known; once a file.

为何要紧：坐标系错了，图斑、影像和矿权范围就会错开几十米到几百公里，一切位置判断都不成立。
Why it matters: a wrong CRS moves polygons, scenes and licences apart, by tens of metres or by
hundreds of kilometres, and nothing said of place holds.

何时会看错：坐标值有时碰巧符合另一带号。
When it misleads: coordinates may happen to fit another zone.

什么能说清：在 batch.toml 中为该文件声明 crs，或补充 .prj。
What clears it: declare the file's crs in batch.toml, or supply its .prj.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.rule import Answer, Rule, unread
from yanhu_satcheck.terms import Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each file whose place on the earth is in doubt, and the polygons it touches."""
    yield from unread(dossier, lambda one: one.rule == "DQ04")


RULE = Rule(
    code="DQ04",
    slug="crs-or-datum",
    title=Words("坐标系或基准面存疑", "CRS or datum in doubt"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=NoLimits(),
    concerns=lambda case, limits: True,
    check=check,
)
