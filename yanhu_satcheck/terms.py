"""The trade's words, each written once."""

from enum import IntEnum, StrEnum
from typing import NamedTuple
from unicodedata import normalize


class Words(NamedTuple):
    """One sentence in both languages of the report."""

    zh: str
    en: str


class Call(StrEnum):
    """Legality call (合法性判定) that a county files for a polygon."""

    LEGAL = "LEGAL"
    ILLEGAL = "ILLEGAL"
    PSEUDO_CHANGE = "PSEUDO_CHANGE"
    RESTORATION = "RESTORATION"
    DISASTER = "DISASTER"
    CONSTRUCTION = "CONSTRUCTION"
    AGRI_FACILITY = "AGRI_FACILITY"
    LAND_LEVELLING = "LAND_LEVELLING"
    SPECIAL_USE = "SPECIAL_USE"
    OTHER = "OTHER"
    UNFILLED = "UNFILLED"
    UNKNOWN = "UNKNOWN"  # a word that the alias table does not hold

    @property
    def words(self) -> Words:
        """The call as the form and the report write it."""
        return _CALLS[self]


class Breach(StrEnum):
    """What an `ILLEGAL` call says was done: its sub-type."""

    UNLICENSED = "UNLICENSED"  # 无证开采
    OUTSIDE = "OUTSIDE"  # 越界开采
    DEPTH = "DEPTH"  # 超层越界
    METHOD = "METHOD"  # 擅自改变开采方式
    MINERAL = "MINERAL"  # 不按批准矿种
    EXPLORING = "EXPLORING"  # 以探代采
    OTHER = "OTHER"


class Status(IntEnum):
    """What is said of the filing, never of a person; a polygon's 审核状态 is its worst."""

    UNASSESSABLE = 1
    DOUBTFUL = 2
    UNSUPPORTED = 3
    INCONSISTENT = 4

    @property
    def words(self) -> Words:
        """The status as the ledger writes it."""
        return _STATUSES[self]


class Severity(IntEnum):
    """How bad, if true."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def words(self) -> Words:
        """The severity as the ledger writes it."""
        return _SEVERITIES[self]


class Confidence(IntEnum):
    """How sure the evidence makes us."""

    HINT = 1
    LIKELY = 2
    CERTAIN = 3

    @property
    def words(self) -> Words:
        """The confidence as the ledger writes it."""
        return _CONFIDENCES[self]


CONSISTENT = Words("一致", "consistent")
"""审核状态 of a polygon without any finding."""

NO_CALL = frozenset({Call.UNFILLED, Call.UNKNOWN})
"""Nothing was called that another call could conflict with."""
BENIGN = frozenset(Call) - {Call.ILLEGAL} - NO_CALL
"""Such a call says that no mining that needs action took place there."""
ALIKE = frozenset({Call.PSEUDO_CHANGE, Call.SPECIAL_USE})
"""Do not conflict: the 2024 notice has military land filed as 伪变化 with the remark 特殊用地."""
DONE = ("已销号", "已完成", "已整改", "整改完成", "整改到位", "办结")
"""Words in 整改状态 that say that the work is done."""

_CALLS = {
    Call.LEGAL: Words("合法", "legal"),
    Call.ILLEGAL: Words("违法", "illegal"),
    Call.PSEUDO_CHANGE: Words("实地伪变化", "pseudo-change"),
    Call.RESTORATION: Words("生态修复治理", "restoration"),
    Call.DISASTER: Words("自然灾害", "natural disaster"),
    Call.CONSTRUCTION: Words("工程建设", "construction"),
    Call.AGRI_FACILITY: Words("设施农用地", "agricultural facility"),
    Call.LAND_LEVELLING: Words("土地平整", "land levelling"),
    Call.SPECIAL_USE: Words("特殊用地", "special use"),
    Call.OTHER: Words("其他", "other"),
    Call.UNFILLED: Words("未填", "not filled"),
    Call.UNKNOWN: Words("无法识别", "not recognised"),
}
_STATUSES = {
    Status.UNASSESSABLE: Words("无法判定", "cannot be judged"),
    Status.DOUBTFUL: Words("存疑", "doubtful"),
    Status.UNSUPPORTED: Words("举证缺失", "unsupported"),
    Status.INCONSISTENT: Words("不一致", "inconsistent with the filing"),
}
_SEVERITIES = {
    Severity.LOW: Words("低", "low"),
    Severity.MEDIUM: Words("中", "medium"),
    Severity.HIGH: Words("高", "high"),
}
_CONFIDENCES = {
    Confidence.HINT: Words("线索", "hint"),
    Confidence.LIKELY: Words("较可信", "likely"),
    Confidence.CERTAIN: Words("确定", "certain"),
}

# What a batch may supply, by the name of its table in batch.toml.
SUPPLIES = {
    "scenes": Words("影像", "satellite scenes"),
    "dem": Words("高程", "elevation"),
    "polygons": Words("图斑", "polygons"),
    "submission": Words("填报表", "the filing"),
    "photos": Words("举证照片", "evidence photographs"),
    "permits": Words("采矿权", "mining licences"),
    "rectification": Words("整改台账", "the rectification ledger"),
    "hazards": Words("地质灾害点", "hazard points"),
    "restoration": Words("生态修复项目", "restoration plans"),
    "projects": Words("工程建设项目", "construction projects"),
    "patrols": Words("巡查记录", "patrols"),
    "blacklist": Words("黑名单", "the blacklist"),
    "lookback": Words("回头看记录", "the look-back record"),
    "key_areas": Words("重点区域", "key areas"),
    "archive": Words("历史档案", "the archive"),
}


def fold(number: str) -> str:
    """Fold a number of a polygon, photograph or licence to the form in which numbers match."""
    return normalize("NFKC", number).strip().upper()


_BRACKETS = str.maketrans("〔［[【〈《{", "(((((((", " \t\u3000") | str.maketrans(
    "〕］]】〉》}", ")))))))"
)


def reference(number: str) -> str:
    """Fold the number of an approval or a plan (文号): brackets and blanks are written anyhow."""
    return fold(number).translate(_BRACKETS).removesuffix("号")
