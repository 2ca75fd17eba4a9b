"""历次: what earlier batches called the ground of a polygon, what was found, and how it looked."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, EarlierOverlap, EarlierPolygon
from yanhu_satcheck.ledger import Audit, Entry
from yanhu_satcheck.past import KeptChip
from yanhu_satcheck.report.figures import spoken
from yanhu_satcheck.report.pictures import path_of
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import Call, Status, Words


class Frame(NamedTuple):
    """One picture of a strip."""

    url: str
    kind: str
    date: date | None
    width: int
    height: int
    outline: str  # SVG path in its pixels


class Round(NamedTuple):
    """One batch that issued the place. `batch` is "" for this one."""

    batch: str
    polygon_id: str
    call: Words
    legality: str  # as it was written
    status: Status | None
    says: tuple[str, ...]  # what was found, answered and entered, a line each
    frames: tuple[Frame, ...]


def rounds(
    case: Case, entry: Entry, audit: Audit, kept: Mapping[str, Sequence[KeptChip]]
) -> list[Round]:
    """Give the earlier batches on a polygon's ground, oldest first, then this one; else nothing."""
    met = [one for one in case.earlier if not one.sliver]
    if not met:
        return []
    found = [_earlier(one, audit) for one in met]
    filing = case.filing
    today = Round(
        "",
        case.polygon_id,
        case.call.words,
        filing.legality if filing else "",
        entry.status,
        (),
        _frames(kept.get(case.polygon_id, ())),
    )
    return [*found, today]


def _earlier(one: EarlierOverlap, audit: Audit) -> Round:
    then = one.polygon
    former = audit.former.get((then.batch, then.polygon_id), ())
    return Round(
        then.batch,
        then.polygon_id,
        then.call.words,
        "" if then.call is Call.UNFILLED else then.legality,
        then.status,
        tuple(_says(one, audit)),
        _frames(one.chip for one in former),
    )


def _says(one: EarlierOverlap, audit: Audit) -> list[str]:
    text, then = sentences(audit.lang), one.polygon
    share = spoken(one.share, None, "share", audit.lang)
    said = [text["round_share"].format(share=share)]
    rules = list(dict.fromkeys(found.rule for found in then.findings if found.stands))
    if rules:
        said.append(text["round_found"].format(rules=text["comma"].join(rules)))
    said.append(text["round_answer"].format(opinion=_opinions(then, text)))
    said.append(_standing(then, audit))
    return said


def _opinions(then: EarlierPolygon, text: Mapping[str, str]) -> str:
    """Give the polygon's answer, and those findings' that were answered otherwise."""
    names = {
        "采纳": text["opinion_accept"],
        "不采纳": text["opinion_reject"],
        "需外业": text["opinion_field"],
    }
    told = [then.opinion] if then.opinion else []
    odd = [one for one in then.findings if one.opinion not in ("", then.opinion)]
    whole = [names.get(one, one) for one in told]
    return text["comma"].join(
        [*whole, *(f"{one.rule} {names.get(one.opinion, one.opinion)}" for one in odd)]
        or [text["round_unanswered"]]
    )


def _standing(then: EarlierPolygon, audit: Audit) -> str:
    text = sentences(audit.lang)
    if not then.ledger:
        return text["round_no_row"]
    last = then.ledger[-1]
    if last.open_on(audit.batch.as_of):
        return text["round_row_open"]
    return text["round_row_closed"].format(day=last.closed_date or "").strip()


def _frames(chips: Iterable[KeptChip]) -> tuple[Frame, ...]:
    return tuple(
        Frame(
            f"chips/{one.sha256}.jpg",
            one.kind,
            one.date,
            one.width,
            one.height,
            path_of(one.outline),
        )
        for one in chips
    )
