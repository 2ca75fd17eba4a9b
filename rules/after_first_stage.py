"""What was to end with the first stage of the campaign is found after it (第一阶段后仍被发现).

查什么：核查基准日晚于第一阶段结束日（默认 2022-12-31）时，仍有一图多用、判定不一致、名目不实或有证
矿山问题，且核查结论为与填报不一致的图斑。
What it finds: once the day of judging lies after the end of the first stage (2022-12-31 unless the
policy says otherwise), each polygon with a photograph used twice, conflicting calls, a false name
or a licensed mine's problem that the audit found inconsistent.

为何要紧：方案要求第一阶段结束前如实重新填报；此后再查出的，属追责问责事项。
Why it matters: the plan had these filed anew by the end of the first stage; what is found later is
a matter of accountability.

何时会看错：本规则不另作判断，只转述 PH01、LE01、CL、LM 各规则的结论；那些结论不成立的，本条随之不
成立。基准日等于结束日的不算之后。存疑和举证缺失的不列。原结论答复为不采纳的，本条也一并答复不采
纳。
When it misleads: it judges nothing by itself. It repeats what PH01, LE01, the CL and the LM rules
found, and falls with them. The last day itself is not after it. What is only doubtful or
unsupported is not repeated. Where the first is refused (不采纳), refuse this one with it.

什么能说清：推翻原结论的材料；或上级批准的阶段延期（在 satcheck.toml 的 stage_ends 中登记）。
What clears it: whatever clears the finding that it repeats; or an extension of the stage, entered
as stage_ends in satcheck.toml.
"""

from collections import defaultdict
from collections.abc import Iterator

from yanhu_satcheck.evidence import Dossier, Found
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

REPEATED = ("PH01", "LE01", "CL", "LM")
"""Rules, or the beginnings of their codes, whose contradictions are repeated here."""


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each polygon that is contradicted after the first stage has ended."""
    end = dossier.policy.stage_ends[0]
    if dossier.as_of <= end:
        return
    mine = {case.polygon_id for case in dossier.cases}
    found: dict[str, list[Found]] = defaultdict(list)
    for one in dossier.found:
        if one.status is Status.INCONSISTENT and one.rule.startswith(REPEATED):
            for id in one.polygon_ids:
                found[id].append(one)
    for id in sorted(mine & {*found}):
        rules = "、".join(sorted({one.rule for one in found[id]}))
        yield Doubt(
            (id,),
            Status.INCONSISTENT,
            Confidence.LIKELY,
            Words(
                f"第一阶段已于 {end} 结束，至 {dossier.as_of} 核查仍与填报不一致（{rules}）",
                f"the first stage ended on {end}, and on {dossier.as_of} the filing is "
                f"contradicted still ({rules})",
            ),
            (
                stated("stage_end", end.isoformat(), "policy", "day"),
                stated("as_of", dossier.as_of.isoformat(), "batch", "day", threshold=f"{end}"),
            ),
            tuple(Related("finding", one.id) for one in found[id]),
            on_change=False,
        )


RULE = Rule(
    code="RL06",
    slug="after-first-stage",
    title=Words("第一阶段结束后仍与填报不一致", "contradicted after the first stage"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：第一阶段结束后追责问责",),
    severity=Severity.HIGH,
    limits=NoLimits(),
    concerns=lambda case, limits: True,
    check=check,
    after=True,
)
