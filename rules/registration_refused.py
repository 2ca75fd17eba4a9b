"""The two dates of a scene could not be laid over each other, so they were not compared.

查什么：前后两期影像未能可靠配准的影像对；该影像对所涉图斑一并列出。
What it finds: a scene pair that could not be registered reliably, with all the polygons it shows.

为何要紧：错开一两个像元就会把地块边界当作变化；与其误判，不如不判。
Why it matters: a pixel or two astray, field edges look like change. Better not judged than
misjudged.

何时会看错：大片水面、云或全面翻耕的影像缺少可对齐的地物。
When it misleads: water, cloud or a season that changed every field leaves nothing to align by.

什么能说清：换用经几何精校正的影像，或另一期影像。
What clears it: orthorectified scenes, or another date.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.rule import Answer, Related, Rule, Unsure
from yanhu_satcheck.terms import Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each scene pair that was refused, with the polygons that depend on it."""
    refused = {
        case.scene.scene: case.scene.refused
        for case in dossier.cases
        if case.scene is not None and case.scene.refused is not None
    }
    for scene, (zh, en) in sorted(refused.items()):
        whom = [
            case.polygon_id for case in dossier.cases if case.scene and case.scene.scene == scene
        ]
        images = [
            Related("file", image.name)
            for pair in dossier.batch.scenes
            if pair.id == scene
            for image in (pair.before, pair.after)
        ]
        says = Words(f"影像 {scene} 未能配准：{zh}", f"{scene} could not be registered: {en}")
        yield Unsure(tuple(whom), says, related=tuple(images))


RULE = Rule(
    code="DQ07",
    slug="registration-refused",
    title=Words("两期影像未能配准", "the dates could not be registered"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=NoLimits(),
    needs=frozenset({"scenes"}),
    concerns=lambda case, limits: case.scene is not None,
    check=check,
)
