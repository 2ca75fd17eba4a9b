"""What people wrote into an earlier ledger, said where it stands again or no longer fits."""

from collections.abc import Iterator

from yanhu_satcheck.ledger import Audit, Review
from yanhu_satcheck.past import Answer
from yanhu_satcheck.report.columns import say
from yanhu_satcheck.report.names import day
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.review import Filled, Outdated, Stood, plain, same
from yanhu_satcheck.terms import CONSISTENT


def outdated_says(one: Outdated, lang: str) -> str:
    """Say an answer, what it was given to, and what stands there now."""
    return sentences(lang)["outdated_says"].format(
        answer=_answer(one.answer, lang), stood=_stood(one.stood, lang), now=_stood(one.now, lang)
    )


def about(one: Outdated, lang: str) -> str:
    """Say which polygon or finding an answer is about."""
    text = sentences(lang)
    if one.answer.kind == "polygon":
        return f"{text['polygon']} {one.answer.about}"
    return f"{one.answer.about} {text['polygon']} {text['comma'].join(one.polygon_ids)}"


def outdated_of(audit: Audit, polygon_id: str) -> list[tuple[str, str]]:
    """Give the answers about a polygon that no longer fit: what about, and what is to be known."""
    return [
        (about(one, audit.lang), outdated_says(one, audit.lang))
        for one in audit.ledger.outdated
        if polygon_id in one.polygon_ids
    ]


def review_says(review: Review, lang: str) -> str:
    """Say an answer that stands; "" where there is none."""
    if not any(review):
        return ""
    on = review.on if isinstance(review.on, str) else day(review.on) if review.on else ""
    return _answer(Answer("", "", review.opinion, review.by, on), lang)


def answers_of(audit: Audit, polygon_id: str) -> list[tuple[str, str]]:
    """Give the answers that stand for a polygon and for its findings."""
    lang = audit.lang
    polygon = sentences(lang)["polygon"]
    whole = [(polygon, one.review) for one in audit.ledger.entries if one.polygon_id == polygon_id]
    found = [
        (one.finding.id, one.review)
        for one in audit.ledger.problems
        if polygon_id in one.finding.polygon_ids
    ]
    return [(name, said) for name, one in whole + found if (said := review_says(one, lang))]


def filled_says(audit: Audit) -> Iterator[tuple[str, str]]:
    """Say which cells people filled in are no longer what the data then said, or have no row."""
    text = sentences(audit.lang)
    for one in audit.ledger.filled:
        name = f"{one.about} {one.column}"
        if one.gone:
            yield name, text["filled_gone"].format(value=_value(one))
        elif not same(one.over, one.now):
            yield (
                name,
                text["filled_moved"].format(
                    value=_value(one), over=plain(one.over), now=plain(one.now)
                ),
            )


def _value(one: Filled) -> str:
    return "" if one.value is None else str(one.value)


def _answer(answer: Answer, lang: str) -> str:
    said = sentences(lang)["answered"].format(
        opinion=answer.opinion or "—", by=answer.by or "—", on=answer.on
    )
    return said.replace(" ）", "）").replace(" )", ")")


def _stood(one: Stood | None, lang: str) -> str:
    text = sentences(lang)
    if one is None:
        return text["stood_gone"]
    call = say(one.proposed.words, lang) if one.proposed else ""
    status = say(one.status.words if one.status else CONSISTENT, lang)
    return text["stood_says"].format(
        status=status,
        proposed=text["stood_proposed"].format(call=call) if call else "",
        findings=text["stood_findings"].format(ids=text["comma"].join(one.findings))
        if one.findings
        else "",
    )
