"""A declared input could not be read at all.

查什么：batch.toml 中声明而整个无法读取的文件、图层或工作表；每个文件说明一次。
个别单元格读不懂的，列在说明中，不作为问题。
What it finds: a file, layer or sheet that batch.toml declares and that could not be read; once a
file. Cells that could not be read are listed in 说明 and are no finding.

为何要紧：没有读到的材料不能当作没有问题，也不能当作没有提供。
Why it matters: what could not be read is neither in order nor absent.

何时会看错：文件可能被占用、加密，或路径大小写不同。
When it misleads: the file may be locked, encrypted, or spelt in another case.

什么能说清：按提示修复文件或路径后重新核查。
What clears it: mend the file or the path as the message says, and audit again.
"""

from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.rule import Answer, Rule, unread
from yanhu_satcheck.terms import Severity, Status, Words


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each declared thing of which nothing could be used."""
    yield from unread(
        dossier,
        lambda one: one.rule == "DQ08" and (one.whole or (one.row is None and one.column is None)),
    )


RULE = Rule(
    code="DQ08",
    slug="unreadable-input",
    title=Words("声明的材料无法读取", "declared input unreadable"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=NoLimits(),
    concerns=lambda case, limits: True,
    check=check,
)
