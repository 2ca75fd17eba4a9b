"""Exceptions that people registered are set beside the findings: marked, and nothing taken away."""

from collections.abc import Collection
from dataclasses import replace

from yanhu_satcheck.batch import Batch, Pardon
from yanhu_satcheck.finding import Judgement, Lapsed, Suppression
from yanhu_satcheck.terms import Words

_HEX = 12  # digits that follow the rule's code in a finding's id


def pardoned(judgement: Judgement, batch: Batch, run: Collection[str]) -> Judgement:
    """Mark the findings that somebody accepted, and say which exceptions accept nothing.

    `run` are the codes of the rules that were put to the batch: of others nothing is known, so an
    exception to them is not called stale. A day counts by `as_of`, never by the clock; the day
    itself still counts. Where several exceptions name one finding, the longest holds.
    """
    ids = {one.id for one in judgement.findings}
    holding = {
        one.key: one
        for one in sorted(batch.pardons, key=lambda one: one.until)
        if one.until >= batch.as_of
    }
    findings = tuple(
        replace(one, suppressed=_suppression(holding[one.id])) if one.id in holding else one
        for one in judgement.findings
    )
    lapsed = [
        Lapsed(one.key, _suppression(one), why)
        for one in batch.pardons
        if (why := _lapse(one, batch, ids, run)) is not None
    ]
    return replace(judgement, findings=findings, lapsed=tuple(sorted(lapsed)))


def _suppression(one: Pardon) -> Suppression:
    return Suppression(one.reason, one.by, one.until.isoformat())


def _lapse(one: Pardon, batch: Batch, ids: set[str], run: Collection[str]) -> Words | None:
    """Say why an exception accepts nothing; `None` where it does, or where nobody looked."""
    if one.until < batch.as_of:
        return Words(
            f"已过期（截止 {one.until}，判定日 {batch.as_of}），不再生效",
            f"it expired on {one.until}, before {batch.as_of}, and holds no more",
        )
    if one.key in ids or one.key[:-_HEX] not in run:
        return None
    return Words(
        "本次核查没有这个问题（已消失，或涉及的图斑、照片有变化）；请删去或改写",
        "this audit has no such finding: it is gone, or the polygons or things it is about"
        " changed; remove or renew it",
    )
