"""What was to end with the first stage of the campaign is found after it (第一阶段后仍被发现).

查什么：核查基准日晚于第一阶段结束日（默认 2022-12-31）时，仍牵涉一图多用、判定不一致、名目不实或有
证矿山问题，且该项结论为与填报不一致的图斑。
What it finds: once the day of judging lies after the end of the first stage (2022-12-31 unless the
policy says otherwise), each polygon that an `inconsistent` finding names: a photograph used twice,
conflicting calls, a false name or a licensed mine's problem.

为何要紧：方案要求第一阶段结束前如实重新填报；此后再查出的，属追责问责事项。
Why it matters: the plan had these filed anew by the end of the first stage; what is found later is
a matter of accountability.

何时会看错：本规则不另作判断，只转述 PH01、LE01、CL、LM 各规则的结论；那些结论不成立的，本条随之不
成立。一图多用、判定不一致等结论涉及一组图斑，组内每个图斑各列一条，如实填报的一方也在其中；本条只写
明涉及哪些图斑，哪一个有误须先查明，查明之前不能据此追责。基准日等于结束日的不算之后。存疑和举证缺失
的不列。原结论答复为不采纳的，本条也一并答复不采纳。
When it misleads: it judges nothing by itself. It repeats what PH01, LE01, the CL and the LM rules
found, and falls with them. A photograph used twice or conflicting calls concern a group, and each
member is listed, also one that was filed truly: the words name the group, and which of its members
is wrong has to be found out before anybody answers for it. The last day itself is not after it.
What is only doubtful or unsupported is not repeated. Where the first is refused (不采纳), refuse
this one with it.

什么能说清：推翻原结论的材料；或上级批准的阶段延期（在 satcheck.toml 的 stage_ends 中登记）。
What clears it: whatever clears the finding that it repeats; or an extension of the stage, entered
as stage_ends in satcheck.toml.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from yanhu_satcheck.evidence import Dossier, Found
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule
from yanhu_satcheck.terms import Confidence, Severity, Status, Words
from yanhu_satcheck.traces import joined

REPEATED = ("PH01", "LE01", "CL", "LM")
"""Rules, or the beginnings of their codes, whose contradictions are repeated here."""

BETWEEN = ("PH01", "LE01")
"""Rules that hold polygons against one another, be the others of this batch or not."""
NAMED = 6
"""So many polygons of a group are named; the finding that is repeated names them all."""


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each polygon that a contradiction names after the first stage has ended."""
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
        yield Doubt(
            (id,),
            Status.INCONSISTENT,
            Confidence.LIKELY,
            joined(
                [
                    Words(
                        f"第一阶段已于 {end} 结束，至 {dossier.as_of} 核查仍发现问题",
                        f"the first stage ended on {end}; on {dossier.as_of} there was still this",
                    ),
                    *_says(sorted(found[id])),
                ]
            ),
            (
                stated("stage_end", end.isoformat(), "policy", "day"),
                stated("as_of", dossier.as_of.isoformat(), "batch", "day", threshold=f"{end}"),
            ),
            tuple(Related("finding", one.id) for one in found[id]),
            on_change=False,
        )


def _says(found: Sequence[Found]) -> Iterator[Words]:
    """Word whose filing is contradicted: this one's, or that of one in a group yet to be told."""
    own = sorted({one.rule for one in found if not _shared(one)})
    if own:
        zh, en = "、".join(own), ", ".join(own)
        yield Words(f"本图斑的填报与证据不一致（{zh}）", f"its filing is contradicted ({en})")
    for one in found:
        if not _shared(one):
            continue
        named = one.polygon_ids[:NAMED]
        zh, en, many = "、".join(named), ", ".join(named), len(one.polygon_ids)
        if many == 1:
            zh, en = f"{zh} 与其他批次或未下发的图斑", f"{en} and polygons not issued in this batch"
        elif many > NAMED:
            zh, en = f"{zh} 等 {many} 个图斑", f"{en} and {many - NAMED} more polygons"
        yield Words(
            f"{one.rule} 涉及 {zh}，其中哪一个填报有误尚待查明，不等于本图斑填报有误",
            f"{one.rule} concerns {en}: which of them was filed wrongly is still to be found out, "
            "and it need not be this one",
        )


def _shared(one: Found) -> bool:
    """Whether a finding is about several polygons, so that it cannot say which is wrong."""
    return len(one.polygon_ids) > 1 or one.rule in BETWEEN


RULE = Rule(
    code="RL06",
    slug="after-first-stage",
    title=Words("第一阶段结束后仍被查出的问题", "still found after the first stage"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：第一阶段结束后追责问责",),
    severity=Severity.HIGH,
    limits=NoLimits(),
    concerns=lambda case, limits: True,
    check=check,
    after=True,
)
