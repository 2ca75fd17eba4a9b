"""What the command prints when it is done: what was judged, what was not and why, what is next."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from yanhu_satcheck.batch import Batch, Misread
from yanhu_satcheck.errors import SettingError
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.report.people import about, outdated_says
from yanhu_satcheck.report.standing import notices, partly
from yanhu_satcheck.report.tally import Tally, tallies
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import CONSISTENT, SUPPLIES, Status, Words

MOST_LINES = 12
"""How many of one kind the first screen shows; the rest is counted, and stands in OUT whole."""


def summary(audit: Audit, out: Path) -> str:
    """The audit's first screen."""
    return "\n".join(_lines(audit, out))


def checked(batch: Batch, problems: Sequence[SettingError], lang: str) -> str:
    """What `check` prints: what was read, then all that was misread or cannot be used."""
    counts = {
        "polygons": len(batch.polygons),
        "submission": len(batch.submissions),
        "photos": len(batch.photos),
        "permits": len(batch.permits),
        "rectification": len(batch.ledger),
        "scenes": len(batch.scenes),
    }
    read = _listed((f"{_say(SUPPLIES[name], lang)} {n}" for name, n in counts.items()), lang)
    lines = [f"{_say(Words('批次', 'batch'), lang)} {batch.id}{_colon(lang)}{read}"]
    lines += _not_supplied(batch, lang)
    lines += [_misread(one, lang) for one in batch.misreads]
    setting = _say(Words("设置有误", "setting"), lang)
    lines += [f"{setting}{_colon(lang)}{_say(one.says, lang)}" for one in problems]
    if not batch.misreads and not problems:
        lines.append(_say(Words("全部读入，未发现问题", "all was read; nothing wrong"), lang))
    return "\n".join(lines)


def _lines(audit: Audit, out: Path) -> Iterator[str]:
    lang, ledger = audit.lang, audit.ledger
    issued = len(ledger.entries)
    head = Words(
        f"批次 {audit.batch.id}：下发图斑 {issued} 个",
        f"batch {audit.batch.id}: {_count(issued, 'polygon')}",
    )
    yield _say(head, lang)
    yield from notices(audit)
    states: list[tuple[Words, Status | None]] = [
        (status.words, status) for status in sorted(Status, reverse=True)
    ]
    for words, status in states:
        yield f"  {_say(words, lang)} {ledger.count(status)}"
    yield f"  {_say(CONSISTENT, lang)} {ledger.count(None)}{_but(audit)}"
    yield from _not_supplied(audit.batch, lang)
    yield from _by_rule(audit)
    yield from _exceptions(audit)
    yield from _not_judged(audit)
    yield from _misreads(audit)
    yield from _people(audit, out)
    yield _say(Words("结果", "results"), lang)
    yield f"  {out / 'ledger.xlsx'}"
    yield f"  {out / 'reports' / 'index.html'}"
    yield _say(
        Words(
            "下一步：打开台账，逐条填写“复核意见”（采纳 / 不采纳 / 需外业）和复核人，"
            f"再运行 satcheck finalize {out}",
            f"next: answer and sign each row of the ledger, then run satcheck finalize {out}",
        ),
        lang,
    )


def _but(audit: Audit) -> str:
    """Say beside 一致 how many of these some rule could not judge; "" where every rule did."""
    some = partly(audit)
    said = Words(
        f"（其中 {some} 个另有规则未能判定，见“整批无法判定”）",
        f" (some rule could not judge {some} of these: see what was not judged)",
    )
    return _say(said, audit.lang) if some else ""


def _not_supplied(batch: Batch, lang: str) -> Iterator[str]:
    """Tell what was never declared from what was declared and cannot be used."""
    for said, names in (
        (Words("未提供", "not supplied"), batch.not_supplied - batch.unusable),
        (Words("已声明但无法使用", "declared, but not usable"), batch.unusable),
    ):
        if told := [_say(SUPPLIES[name], lang) for name in SUPPLIES if name in names]:
            yield f"{_say(said, lang)}{_colon(lang)}{_listed(told, lang)}"


def _by_rule(audit: Audit) -> Iterator[str]:
    """Say of every rule that spoke how many polygons it found in each state."""
    lang, spoke = audit.lang, tallies(audit.judgement.findings)
    if not spoke:
        return
    yield sentences(lang)["by_rule"]
    for one in spoke:
        counts = _listed(_states(one, lang), lang)
        yield f"  {one.rule} {_say(audit.titles[one.rule], lang)}{_colon(lang)}{counts}"


def _exceptions(audit: Audit) -> Iterator[str]:
    """Say how many findings somebody accepted, and which exceptions accept nothing."""
    lang, held, lapsed = audit.lang, audit.judgement.suppressed, audit.judgement.lapsed
    if held:
        head = Words(
            f"已登记例外 {len(held)} 条：照常列出，不计入退出状态",
            f"accepted exceptions: {len(held)}; listed as ever, left out of the exit status",
        )
        yield _say(head, lang)
    if lapsed:
        head = Words(f"未生效的例外 {len(lapsed)} 条", f"exceptions without effect: {len(lapsed)}")
        yield _say(head, lang)
        yield from (
            f"  {one.key}{_colon(lang)}{_say(one.why, lang)}" for one in lapsed[:MOST_LINES]
        )
        if len(lapsed) > MOST_LINES:
            yield _more(len(lapsed) - MOST_LINES, "说明", lang)


def _states(one: Tally, lang: str) -> Iterator[str]:
    """Count each polygon once a state; what falls on no polygon of the batch is said so."""
    for status in sorted({*one.polygons, *one.loose}, reverse=True):
        words = _say(status.words, lang)
        if count := one.polygons.get(status):
            yield f"{words} {count}"
        if count := one.loose.get(status):
            yield f"{words} {count}{sentences(lang)['loose']}"


def _not_judged(audit: Audit) -> Iterator[str]:
    """Say which rules could not judge the batch as a whole, and why."""
    lang = audit.lang
    mute = [f for f in audit.ledger.unjudged if not f.polygon_ids]
    if not mute:
        return
    yield _say(Words("整批无法判定", "not judged for the whole batch"), lang)
    left = {one.rule: len(one.unjudged) for one in audit.judgement.accounts}
    for finding in mute[:MOST_LINES]:
        many = 0 if finding.rule.startswith("DQ") else left.get(finding.rule, 0)
        said = Words(f"（未判断图斑 {many} 个）", f" (polygons left unjudged: {many})")
        yield f"  {finding.rule} {_say(finding.message, lang)}{_say(said, lang) if many else ''}"
    if len(mute) > MOST_LINES:
        yield _more(len(mute) - MOST_LINES, "无法判定", lang)


def _misreads(audit: Audit) -> Iterator[str]:
    lang, misreads = audit.lang, audit.batch.misreads
    if misreads:
        count = len(misreads)
        head = Words(
            f"读取问题 {count} 处",
            f"{_count(count, 'thing')} that could not be read as meant",
        )
        yield _say(head, lang)
        yield from (f"  {_misread(one, lang)}" for one in misreads[:MOST_LINES])
        if count > MOST_LINES:
            yield _more(count - MOST_LINES, "无法判定", lang)


def _people(audit: Audit, out: Path) -> Iterator[str]:
    """Say which answers stand again, which no longer fit, and whether final/ is out of date."""
    lang, ledger = audit.lang, audit.ledger
    stands = sum(any(one.review) for one in ledger.entries)
    stands += sum(any(one.review) for one in ledger.problems)
    filled, gone = len(ledger.filled), ledger.outdated
    if stands or filled:
        kept = Words(
            f"沿用台账中的复核意见 {stands} 条、人工填写 {filled} 处",
            f"kept from the ledger: answers {stands}, cells filled in {filled}",
        )
        yield _say(kept, lang)
    if gone:
        head = Words(
            f"不再适用的复核意见 {len(gone)} 条，未沿用，请重新填写",
            f"answers that no longer fit, not kept: {len(gone)}; answer again",
        )
        yield _say(head, lang)
        for one in gone[:MOST_LINES]:
            yield f"  {about(one, lang)}{_colon(lang)}{outdated_says(one, lang)}"
        if len(gone) > MOST_LINES:
            yield _more(len(gone) - MOST_LINES, "说明", lang)
    if (out / "final").is_dir():
        old = Words(
            "final 文件夹是上一次核查的定稿；请重新运行 satcheck finalize",
            "the folder final is of the earlier audit; run satcheck finalize again",
        )
        yield _say(old, lang)


def _more(count: int, sheet: str, lang: str) -> str:
    words = Words(f"其余 {count} 条见台账“{sheet}”", f"{count} more in sheet {sheet}")
    return f"  {_say(words, lang)}"


def _misread(one: Misread, lang: str) -> str:
    row = _say(Words(f" 第 {one.row} 行", f" row {one.row}"), lang) if one.row else ""
    column = f" {one.column}" if one.column else ""
    says = f"{_say(one.what, lang)}{_say(Words('；', '; '), lang)}{_say(one.remedy, lang)}"
    return f"{one.file}{row}{column}{_colon(lang)}{says}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(names: Iterable[str], lang: str) -> str:
    return _say(Words("、", ", "), lang).join(names)


def _colon(lang: str) -> str:
    return _say(Words("：", ": "), lang)


def _say(words: Words, lang: str) -> str:
    return words.zh if lang == "zh" else words.en
