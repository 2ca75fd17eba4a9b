"""A blacklisted firm or person stands in the filing (黑名单).

查什么：项目名称、现场核查描述、备注、填报单位、核查人员，或填报许可证的采矿权人中，出现黑名单上的
企业或个人。
What it finds: a firm or person of the blacklist in project_name, field_description, remark, unit,
inspector, or as the holder of the licence that is filed.

为何要紧：被列入黑名单的企业再次出现在图斑的说明里，值得追问是谁在施工、谁在核查。
Why it matters: a blacklisted firm that turns up again in a filing raises the question who is
working there, and who checked it.

何时会看错：企业按全称匹配（全角半角、空格统一后），分公司、名称更长的另一企业也会含有该全称；
个人只在整格（或用顿号等隔开的一项）正好是该姓名时才算，同名同姓难免，因此一律只列存疑，不作认定。
列入日期晚于填报日期的不算；填报日期不明的，无法判断先后。
When it misleads: a firm is looked for by its whole name, width and blanks folded, which a branch or
another firm of a longer name may hold too. A person counts only where a cell, or one of several
names in it, is that name and nothing else; people share names. So this rule never says more than
doubtful. An entry made after the filing does not count; without a day of filing it cannot be told.

什么能说清：说明该企业或个人在此图斑中的角色，或核对身份后更正黑名单。
What clears it: a word on what the firm or person did there, or a blacklist with the person told
apart.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from yanhu_satcheck.evidence import Blacklisted, Case, Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import stated
from yanhu_satcheck.rule import Answer, Doubt, Related, Rule, Unsure
from yanhu_satcheck.terms import Confidence, Severity, Status, Words

FIELDS = {
    "project_name": Words("项目名称", "the project name"),
    "field_description": Words("现场核查描述", "the field description"),
    "remark": Words("备注", "the remark"),
    "unit": Words("填报单位", "the unit"),
    "inspector": Words("核查人员", "the inspector"),
}
HOLDER = Words("采矿权人", "the licence's holder")
BETWEEN = re.compile(r"[、,;/\s]+")
"""What people put between two names in one cell, after NFKC."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What tells a firm's name from a person's."""

    firm: tuple[str, ...] = limit(
        ("公司", "厂", "矿", "场", "部", "社", "队", "站", "店", "集团", "中心", "局", "院", "户"),
        unit="in the name",
        why="含此字样的按企业全称匹配 a name with one of these is a firm's",
    )
    person: int = limit(
        4, unit="characters", low=2, high=20, why="更长的名称视为企业 longer names are firms'"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name each entry of the blacklist that the filing mentions, with its polygons."""
    entries: dict[str, list[Blacklisted]] = defaultdict(list)
    for one in dossier.batch.blacklist:
        if _folded(one.name):
            entries[_folded(one.name)].append(one)
    for folded, rows in sorted(entries.items()):
        name = min(one.name for one in rows)
        days = [one.since for one in rows if one.since]
        since = min(days) if len(days) == len(rows) else None
        yield from _entry(dossier, name, folded, since, limits)


def _entry(
    dossier: Dossier, name: str, folded: str, since: date | None, limits: Limits
) -> Iterator[Answer]:
    """Answer for one entry: who names it, and where the filing's day cannot tell."""
    met: dict[str, list[Words]] = {}
    untold: list[str] = []
    for case in dossier.cases:
        day = case.filing.filed_date if case.filing else None
        after = since is not None and since > (day or dossier.as_of)
        places = [] if after else _mentions(case, folded, limits)
        if places and day is None and since is not None and since > dossier.batch.period[0]:
            untold.append(case.polygon_id)
        elif places:
            met[case.polygon_id] = places
    if met:
        yield _doubt(name, met, since)
    if untold:
        says = Words(
            f"填报中出现黑名单名称 {name}（{since} 列入），但填报日期不明，无法判断先后",
            f"{name} of the blacklist ({since}) is named, and the day of filing is not known",
        )
        yield Unsure(tuple(untold), says, related=(Related("blacklist", name),))


def _folded(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).upper()


def _mentions(case: Case, name: str, limits: Limits) -> list[Words]:
    """List the fields of a filing that name an entry: a firm within, a person alone."""
    filing = case.filing
    if filing is None:
        return []
    texts = [(getattr(filing, field), words) for field, words in FIELDS.items()]
    texts += [(link.permit.holder, HOLDER) for link in case.licences if link.named]
    firm = len(name) > limits.person or any(word in name for word in limits.firm)
    found = [
        words for text, words in texts if (name in _folded(text) if firm else name in _names(text))
    ]
    return list(dict.fromkeys(found))


def _names(text: str) -> set[str]:
    return {_folded(one) for one in BETWEEN.split(normalize("NFKC", text)) if one}


def _doubt(name: str, met: dict[str, list[Words]], since: date | None) -> Doubt:
    zh = "；".join(f"{id} 的{'、'.join(one.zh for one in places)}" for id, places in met.items())
    en = "; ".join(f"{id} in {', '.join(one.en for one in places)}" for id, places in met.items())
    listed = Words(f"（{since} 列入）", f" (since {since})") if since else Words("", "")
    return Doubt(
        tuple(met),
        Status.DOUBTFUL,
        Confidence.HINT,
        Words(
            f"黑名单名称 {name}{listed.zh} 出现在：{zh}；请核对是否同一主体",
            f"{name} of the blacklist{listed.en} stands in the filing: {en}; is it the same?",
        ),
        (stated("since", since.isoformat() if since else None, "blacklist", "day"),),
        (Related("blacklist", name),),
        on_change=False,
    )


RULE = Rule(
    code="SV03",
    slug="blacklisted",
    title=Words("填报中出现黑名单企业或个人", "a blacklisted name in the filing"),
    basis=("盐湖区非法违法采矿隐患排查整治行动工作方案：黑名单",),
    severity=Severity.MEDIUM,
    worst=Status.DOUBTFUL,
    limits=Limits(),
    needs=frozenset({"blacklist", "submission"}),
    concerns=lambda case, limits: case.filing is not None,
    check=check,
)
