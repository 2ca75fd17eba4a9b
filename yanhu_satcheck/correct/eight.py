"""The 八个一批: what of them can be counted, and how it was counted."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from yanhu_satcheck.ledger import EightOf, Rectification
from yanhu_satcheck.review import STANDING
from yanhu_satcheck.terms import Words, fold

EIGHT = (
    "整改一批重大隐患",
    "打击一批非法违法行为",
    "查处一批违规违章企业",
    "关闭一批不具备安全生产条件的企业",
    "曝光一批典型案例",
    "问责一批责任措施不落实的单位",
    "推广一批先进典型",
    "出台一批制度成果",
)
"""The plan's 八个一批 in its order; only the first two can be counted from a batch."""


def closed(line: Rectification, as_of: date) -> bool:
    """Whether a line of the 整改清单 was closed by a day."""
    return bool(line.closed) and (line.closed_date is None or line.closed_date <= as_of)


def rectified(
    lines: Sequence[Rectification], batch: str, as_of: date, disputed: Collection[str]
) -> EightOf:
    """Count the batch's own lines that are closed, less those of which a disputed finding speaks.

    A row that this audit doubts, or could not judge, is no result to report.
    """
    done = [
        line
        for line in lines
        if line.standing == STANDING and fold(line.batch) == fold(batch) and closed(line, as_of)
    ]
    good = [line for line in done if not {*line.findings} & {*disputed}]
    left = len(done) - len(good)
    zh = "本批次在册、已销号且本次核查没有异议的行数"
    en = "rows of this batch that are closed and that the audit does not doubt"
    if left:
        zh += f"；另有 {left} 行已销号而核查有异议或无法判定，未计入"
        en += f"; {left} more are closed, but doubted or not to be judged, and not counted"
    return EightOf(EIGHT[0], len(good), Words(zh, en))


def struck(illegal: Sequence[str]) -> EightOf:
    """Count the polygons filed as illegal, given by what they were split from: each once."""
    count, parts = len({*illegal}), len(illegal)
    zh, en = "填报为违法的图斑数", "polygons filed as illegal"
    if parts > count:
        zh += f"；同一图斑分割出的地块只计一次（共 {parts} 行）"
        en += f"; parts of one that was split count once ({parts} rows in all)"
    return EightOf(EIGHT[1], count, Words(zh, en))


def eight(rectified: EightOf, struck: EightOf) -> Iterator[EightOf]:
    """Give all eight, those that only people can fill without a number."""
    by_hand = Words("由人工填写", "to be filled in by hand")
    counted = {one.name: one for one in (rectified, struck)}
    for name in EIGHT:
        yield counted.get(name, EightOf(name, None, by_hand))
