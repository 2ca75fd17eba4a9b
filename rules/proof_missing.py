"""The proof that a call needs is not filed, is not to be found, or cannot be one (举证材料缺失).

查什么：填报为生态修复治理而无修复方案文号，填报为自然灾害而无灾害依据，填报为工程建设、
设施农用地、土地平整而无批准文号，填报为合法而无许可证号的图斑；所填方案文号或灾害依据不在所提供的
表中；批准文号或方案文号不像文号，或同一批准文号用于互不相关的图斑。
What it finds: a restoration without its plan's number, a disaster without its reference, building,
farm facilities or levelling without an approval number, a call of 合法 without a licence number; a
plan or a reference that the supplied table does not hold; a number of an approval or plan that
looks like none; an approval number that serves polygons which have nothing to do with one another.

为何要紧：名义要有依据。2021年公开通报的平定案例，就是凭盖章的情况说明、没有批准，
把图斑填报为合法的。
Why it matters: a call has its grounds. In the published case of Pingding (2021) stamped
explanations stood in for approvals.

何时会看错：材料可能另行报送；整列空白的视为未提供，整批说明一次。有效的许可证、
方案或项目实际覆盖该图斑而只是未填文号的，只列存疑（低）；填报为合法、未填许可证号而填有批准文号
的，由 CL04 核对。文号不像文号、一号多用的，也只列存疑。线性工程一个文号可用于多处：
项目名称相同、彼此相邻、或项目表中已有该文号的，不作认定。文号的括号、空格写法不同视为同一文号。
When it misleads: papers may have been sent another way, and a column that is blank throughout
counts as not supplied. Where a licence, plan or project in force covers the place and only its
number was left out, it is a low doubt; a call of 合法 that names an approval in its licence's stead
is CL04's. A number that looks like none, or serves many, is a doubt. A road's one number may serve
many places: one project name, neighbours, or a number that the table holds are in order. Brackets
and blanks are folded.

什么能说清：补填文号并附批复、方案、灾害鉴定或报告。
What clears it: the number, with the approval, plan, survey or report behind it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from unicodedata import normalize

from yanhu_satcheck.evidence import Case, Dossier
from yanhu_satcheck.policy import NoLimits
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import COVERS, Answer, Doubt, Related, Rule, Unsure, connected
from yanhu_satcheck.terms import Call, Confidence, Severity, Status, Words, fold, reference
from yanhu_satcheck.traces import in_term

APPROVED = frozenset({Call.CONSTRUCTION, Call.AGRI_FACILITY, Call.LAND_LEVELLING})
# The filing's column that each call needs, and the kind of thing that it names.
PROOF = {
    Call.LEGAL: ("permit_no", "permit", Words("采矿许可证号", "licence number")),
    Call.RESTORATION: ("restoration_plan_no", "restoration", Words("修复方案文号", "plan number")),
    Call.DISASTER: ("disaster_ref", "hazard", Words("灾害依据", "disaster reference")),
} | dict.fromkeys(APPROVED, ("approval_no", "project", Words("批准文号", "approval number")))
FORM = re.compile(r"(19|20)\d{2}\D{0,4}\d|[A-Z]+[-_/]?\d{2,}|\d{5,}|\d+号")
"""Known forms after NFKC: a year and a number, letters and digits, a long number, …号."""
BETWEEN = re.compile(r"[、,;；/\s]+")


def check(dossier: Dossier, limits: NoLimits) -> Iterator[Answer]:
    """Name each call without its proof, and each number that proves nothing."""
    blank = {name for name in dossier.batch.blank_columns if name.startswith("submission.")}
    left = [case for case in dossier.cases if f"submission.{PROOF[case.call][0]}" in blank]
    if left:
        yield _not_supplied(left)
    hazards = {reference(one.ref) for one in dossier.batch.hazards if one.ref}
    for case in dossier.cases:
        column, kind, words = PROOF[case.call]
        number = getattr(case.filing, column) if case.filing else ""
        if not number and f"submission.{column}" not in blank:
            yield from _blank(case, words)
        elif number and _not_held(dossier, case, kind, hazards):
            yield _unheld(case, number, kind, words)
        elif number and kind in ("project", "restoration") and not _known(case, number, kind):
            yield _formless(case, number, kind, words)
    yield from _shared(dossier)


def _not_supplied(left: Sequence[Case]) -> Unsure:
    columns = sorted({PROOF[case.call][2] for case in left})
    zh, en = "、".join(one.zh for one in columns), ", ".join(one.en for one in columns)
    return Unsure(
        (),
        Words(
            f"填报表的{zh}整列空白，视为未提供，不逐个图斑判断",
            f"blank in the whole filing and so not supplied: {en}",
        ),
        left=tuple(case.polygon_id for case in left),
    )


def _blank(case: Case, words: Words) -> Iterator[Answer]:
    """Doubt a blank number; mildly where a paper in force covers the place all the same."""
    if case.call is Call.LEGAL and case.filing and case.filing.approval_no:
        return  # it rests on an approval, which CL04 holds to its place
    covered = _covered(case) >= COVERS
    zh, en = ("；但有效批准覆盖该图斑", "; yet a paper in force covers it") if covered else ("", "")
    yield Doubt(
        (case.polygon_id,),
        Status.DOUBTFUL if covered else Status.UNSUPPORTED,
        Confidence.HINT if covered else Confidence.CERTAIN,
        Words(
            f"填报为{case.call.words.zh}，但未填{words.zh}{zh}",
            f"filed as {case.call.words.en}, without its {words.en}{en}",
        ),
        (stated(PROOF[case.call][0], None, "submission"),),
        on_change=False,
        severity=Severity.LOW if covered else None,
    )


def _covered(case: Case) -> float:
    if case.call is Call.LEGAL:
        return case.licensed_share or 0.0
    if case.call is Call.RESTORATION:
        plans = [link for link in case.approvals if link.table == "restoration"]
        inside = (o.share_inside or 0.0 for o in plans if in_term(o.approval, case.after_date))
        return sum(inside)
    return (case.approved_share or 0.0) if case.call in APPROVED else 0.0


def _not_held(dossier: Dossier, case: Case, kind: str, hazards: set[str]) -> bool:
    """Whether the table of plans or hazard points is supplied and lacks what the filing names."""
    if kind == "restoration" and "restoration" not in dossier.not_supplied:
        return not any(link.named and link.table == "restoration" for link in case.approvals)
    if kind == "hazard" and "hazards" not in dossier.not_supplied and case.filing:
        cell = case.filing.disaster_ref
        return not {reference(one) for one in (cell, *BETWEEN.split(cell)) if one} & hazards
    return False  # licences are LM06's, projects are held to their place by CL04


def _unheld(case: Case, number: str, kind: str, words: Words) -> Doubt:
    return Doubt(
        (case.polygon_id,),
        Status.UNSUPPORTED,
        Confidence.LIKELY,
        Words(
            f"填报的{words.zh} {number} 不在所提供的表中",
            f"the {words.en} filed, {number}, is not in the table supplied",
        ),
        (stated(PROOF[case.call][0], number, "submission"),),
        (Related(kind, number),),
        on_change=False,
        claim={PROOF[case.call][0]: number},
    )


def _known(case: Case, number: str, kind: str) -> bool:
    """Whether a number is in its table, or has a form that such numbers have."""
    table = {"project": "projects"}.get(kind, kind)
    held = any(link.named and link.table == table for link in case.approvals)
    return held or FORM.search(normalize("NFKC", number).upper()) is not None


def _formless(case: Case, number: str, kind: str, words: Words) -> Doubt:
    return Doubt(
        (case.polygon_id,),
        Status.DOUBTFUL,
        Confidence.HINT,
        Words(
            f"{words.zh}填为“{number}”，不像文号，请提供批准文件",
            f"“{number}” is filed as {words.en} and looks like none; show the paper",
        ),
        (stated(PROOF[case.call][0], number, "submission"),),
        (Related(kind, number),),
        on_change=False,
        claim={PROOF[case.call][0]: number},
    )


def _shared(dossier: Dossier) -> Iterator[Doubt]:
    """Doubt a number that no table holds and that serves unrelated polygons."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in dossier.cases:
        held = any(link.named and link.table == "projects" for link in case.approvals)
        if case.call in APPROVED and case.filing and case.filing.approval_no and not held:
            groups[reference(case.filing.approval_no)].append(case)
    for number, cases in sorted(groups.items()):
        strange = [
            (one.polygon_id, two.polygon_id)
            for one, two in combinations(sorted(cases, key=lambda case: case.polygon_id), 2)
            if not dossier.near(one.polygon_id, two.polygon_id) and _project(one) != _project(two)
        ]
        for group in connected(strange):
            yield _serves_many(tuple(sorted(group)), number, cases)


def _project(case: Case) -> str:
    return "".join(fold(case.filing.project_name).split()) if case.filing else ""


def _serves_many(ids: tuple[str, ...], number: str, cases: Sequence[Case]) -> Doubt:
    written = min(case.filing.approval_no for case in cases if case.filing)
    names = sorted({case.filing.project_name or "（空）" for case in cases if case.filing})
    return Doubt(
        ids,
        Status.DOUBTFUL,
        Confidence.HINT,
        Words(
            f"批准文号 {written} 用于互不相邻、项目名称不同的图斑：{'、'.join(names)}",
            f"approval {written} serves polygons far apart under other project names",
        ),
        tuple(stated("project_name", name, "submission") for name in names),
        (Related("project", written),),
        on_change=False,
    )


RULE = Rule(
    code="CL05",
    slug="proof-missing",
    title=Words("判定所需的依据未填或查无此据", "the proof that a call needs is not there"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案，四(四)：如实填报",),
    severity=Severity.MEDIUM,
    worst=Status.UNSUPPORTED,
    limits=NoLimits(),
    needs=frozenset({"submission"}),
    concerns=lambda case, limits: case.call in PROOF,
    check=check,
)
