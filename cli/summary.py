"""What the command prints when it is done: what was judged, what was not and why, what is next."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.terms import CONSISTENT, SUPPLIES, Status, Words

MOST_LINES = 12
"""How many of one kind the first screen shows; the rest is counted, and stands in OUT whole."""


def summary(audit: Audit, out: Path) -> str:
    """The audit's first screen."""
    return "\n".join(_lines(audit, out))


def checked(batch: Batch, lang: str) -> str:
    """What `check` prints: what was read, then everything that was misread."""
    counts = {
        "polygons": len(batch.polygons),
        "submission": len(batch.submissions),
        "photos": len(batch.photos),
        "permits": len(batch.permits),
        "rectification": len(batch.ledger),
        "scenes": len(batch.scenes),
    }
    read = "，".join(f"{_say(SUPPLIES[name], lang)} {n}" for name, n in counts.items())
    lines = [f"{_say(Words('批次', 'batch'), lang)} {batch.id}：{read}"]
    lines += _not_supplied(batch, lang)
    lines += [_misread(one, lang) for one in batch.misreads]
    if not batch.misreads:
        lines.append(_say(Words("全部读入，未发现问题", "all was read; nothing wrong"), lang))
    return "\n".join(lines)


def _lines(audit: Audit, out: Path) -> Iterator[str]:
    lang, ledger = audit.lang, audit.ledger
    issued = len(ledger.entries)
    yield _say(
        Words(
            f"批次 {audit.batch.id}：下发图斑 {issued} 个",
            f"batch {audit.batch.id}: {issued} polygons",
        ),
        lang,
    )
    states: list[tuple[Words, Status | None]] = [
        (status.words, status) for status in sorted(Status, reverse=True)
    ]
    for words, status in [*states, (CONSISTENT, None)]:
        yield f"  {_say(words, lang)} {ledger.count(status)}"
    yield from _not_supplied(audit.batch, lang)
    yield from _not_judged(audit)
    yield from _misreads(audit)
    yield _say(Words("结果", "results"), lang)
    yield f"  {out / 'ledger.xlsx'}"
    yield f"  {out / 'reports' / 'index.html'}"
    yield _say(
        Words(
            "下一步：打开台账，逐条填写“复核意见”（采纳 / 不采纳 / 需外业）",
            "next: open the ledger and answer each row in 复核意见",
        ),
        lang,
    )


def _not_supplied(batch: Batch, lang: str) -> Iterator[str]:
    names = [_say(SUPPLIES[name], lang) for name in SUPPLIES if name in batch.not_supplied]
    if names:
        yield f"{_say(Words('未提供', 'not supplied'), lang)}：{'、'.join(names)}"


def _not_judged(audit: Audit) -> Iterator[str]:
    """Say by rule what could not be judged, the batch's own gaps first."""
    lang = audit.lang
    mute = [f for f in audit.ledger.unjudged if not f.polygon_ids]
    by_rule = Counter(f.rule for f in audit.ledger.unjudged for _ in f.polygon_ids)
    if not mute and not by_rule:
        return
    yield _say(Words("无法判定", "not judged"), lang)
    for finding in mute[:MOST_LINES]:
        yield f"  {finding.rule} {_say(finding.message, lang)}"
    if len(mute) > MOST_LINES:
        yield f"  … +{len(mute) - MOST_LINES}"
    for rule, count in sorted(by_rule.items()):
        polygons = _say(Words(f"{count} 个图斑", f"{count} polygons"), lang)
        yield f"  {rule} {_say(audit.titles[rule], lang)}：{polygons}"


def _misreads(audit: Audit) -> Iterator[str]:
    lang, misreads = audit.lang, audit.batch.misreads
    if misreads:
        count = len(misreads)
        yield _say(
            Words(f"读取问题 {count} 处", f"{count} things could not be read as meant"), lang
        )
        yield from (f"  {_misread(one, lang)}" for one in misreads[:MOST_LINES])
        if count > MOST_LINES:
            more = Words(
                f"其余 {count - MOST_LINES} 处见台账“说明”", f"{count - MOST_LINES} more in 说明"
            )
            yield f"  {_say(more, lang)}"


def _misread(one: Misread, lang: str) -> str:
    row = _say(Words(f" 第 {one.row} 行", f" row {one.row}"), lang) if one.row else ""
    column = f" {one.column}" if one.column else ""
    return f"{one.file}{row}{column}：{_say(one.what, lang)}；{_say(one.remedy, lang)}"


def _say(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en
