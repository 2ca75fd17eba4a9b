"""What was found, beside what was filed, as rows for people to act on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from yanhu_satcheck.batch import Batch, IssuedPolygon, LedgerRow, Submission
from yanhu_satcheck.correct.carry import carry
from yanhu_satcheck.correct.eight import closed, eight, rectified, struck
from yanhu_satcheck.correct.townships import townships
from yanhu_satcheck.errors import AccountingError
from yanhu_satcheck.final import Former
from yanhu_satcheck.finding import Finding, Judgement
from yanhu_satcheck.ledger import (
    Duty,
    EightOf,
    Entry,
    Ledger,
    Problem,
    Rectification,
    families,
)
from yanhu_satcheck.review import BATCH_NAMED, STANDING, TO_ENTER
from yanhu_satcheck.terms import SUPPLIES, Call, Status, Words, fold


def correct(
    judgement: Judgement,
    batch: Batch,
    titles: Mapping[str, Words],
    former: Former | None = None,
) -> Ledger:
    """Set the judgement beside the filing and the county's ledger. `titles` names each rule.

    What people wrote into the ledger of a `former` audit of the batch stands again as it fits.

    Raises:
        AccountingError: An issued polygon would be missing from the ledger.
    """
    filed, rows = batch.filed(), batch.own_rows()
    family = families({one.key: fold(one.parent_polygon_id) for one in batch.polygons})
    entries = tuple(
        replace(
            _entry(polygon, filed.get(polygon.key), rows.get(polygon.key, ()), judgement),
            family=family[polygon.key],
        )
        for polygon in sorted(batch.polygons, key=lambda p: p.id)
    )
    if len({entry.polygon_id for entry in entries}) != len(batch.polygons):
        raise AccountingError("two issued polygons would share one row of the ledger")
    rectification = tuple(_rectification(batch, judgement, entries))
    ledger = Ledger(
        batch=batch.id,
        filing_columns=batch.filing_columns,
        entries=entries,
        problems=tuple(_problem(f, batch, titles) for f in judgement.findings),
        rectification=rectification,
        townships=townships(entries, batch),
        eight=tuple(_eight(rectification, entries, judgement.findings, batch)),
        unjudged=tuple(f for f in judgement.findings if f.status is Status.UNASSESSABLE),
        misreads=batch.misreads,
        notes=tuple(_notes(batch, entries)),
    )
    ledger = carry(ledger, former) if former else ledger
    return replace(ledger, duties=tuple(duties(ledger.rectification, batch.as_of)))


def _entry(
    polygon: IssuedPolygon,
    filing: Submission | None,
    rows: Sequence[LedgerRow],
    judgement: Judgement,
) -> Entry:
    findings = _worst_first(judgement.of(polygon.id))
    row = rows[0] if rows else None
    return Entry(
        polygon_id=polygon.id,
        cells=filing.cells if filing else (),
        status=judgement.status(polygon.id),
        proposed=next((f.proposed for f in findings if f.proposed), None),
        grounds=_grounds(findings),
        provisions=tuple(dict.fromkeys(p for f in findings for p in f.provisions)),
        responsible_unit=row.responsible_unit if row else "",
        measure=row.measure if row else "",
        deadline=row.due_on if row else None,
        responsible_person=row.responsible_person if row else "",
        township=polygon.township,
        findings=findings,
        key=polygon.key,
        filed=filing.call if filing else None,
    )


def _worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (-f.status, -f.severity, f.rule, f.id)))


def _grounds(findings: Sequence[Finding]) -> Words:
    """Give a line a finding."""
    said = list(zip(findings, _briefly(findings), strict=True))
    return Words(
        "\n".join(f"{f.rule} {told.zh}{f.exception.zh}" for f, told in said),
        "\n".join(f"{f.rule} {told.en}{f.exception.en}" for f, told in said),
    )


def _briefly(findings: Sequence[Finding]) -> Iterable[Words]:
    """Give what each finding says, less the clauses that another rule said of the polygon before.

    Several rules rest on one change and tell it in the same words; 问题清单 has each one whole. Two
    findings of one rule are about different things, so they keep what they have in common.
    """
    zh, en = dict[str, str](), dict[str, str]()  # a clause, and the rule that said it first
    for one in findings:
        yield Words(
            _fresh(one.message.zh, "；", one.rule, zh), _fresh(one.message.en, "; ", one.rule, en)
        )


def _fresh(message: str, mark: str, rule: str, told: dict[str, str]) -> str:
    clauses = message.split(mark)
    fresh = [one for one in clauses if told.setdefault(one, rule) == rule or not _balanced(one)]
    return mark.join(fresh) or message


def _balanced(clause: str) -> bool:
    """Whether a clause stands by itself: a mark inside brackets parts no clauses."""
    return all(clause.count(left) == clause.count(right) for left, right in ("（）", "()", "“”"))


def _problem(finding: Finding, batch: Batch, titles: Mapping[str, Words]) -> Problem:
    towns = {p.township for p in batch.polygons if p.id in finding.polygon_ids and p.township}
    title = titles.get(finding.rule, Words(finding.slug, finding.slug))
    return Problem(finding, title, "、".join(sorted(towns)))


def _rectification(
    batch: Batch, judgement: Judgement, entries: Sequence[Entry]
) -> Iterable[Rectification]:
    """Give the ledger's rows as they stand, then what must enter it."""
    issued = {polygon.key: polygon.id for polygon in batch.polygons}
    for row in batch.ledger:
        whose = issued.get(row.key) if batch.owns(row) else None
        yield _standing(row, batch.id, judgement, whose)
    here, keys = set(batch.own_rows()), {p.id: p.key for p in batch.polygons}
    for entry in entries:
        grounds = [f for f in entry.findings if _must_enter(f)]
        if grounds and keys[entry.polygon_id] not in here:
            told = zip(grounds, _briefly(grounds), strict=True)
            problem = "\n".join(dict.fromkeys(said.zh + f.exception.zh for f, said in told))
            ids = tuple(f.id for f in grounds)
            yield Rectification(entry.polygon_id, batch.id, TO_ENTER, problem, findings=ids)


def _must_enter(finding: Finding) -> bool:
    """What this audit contradicts, and what was filed as illegal and never entered (RL01)."""
    return finding.status is Status.INCONSISTENT or finding.rule == "RL01"


def _standing(
    row: LedgerRow, batch_id: str, judgement: Judgement, polygon_id: str | None
) -> Rectification:
    related = {
        f.id
        for f in judgement.findings
        if any(one.kind == "ledger" and fold(one.id) == row.key for one in f.related)
        or (f.rule.startswith("RL") and polygon_id in f.polygon_ids)
    }
    return Rectification(
        polygon_id=row.polygon_id,
        batch=row.batch or batch_id,
        standing=STANDING,
        problem=row.problem,
        responsible_unit=row.responsible_unit,
        measure=row.measure,
        deadline=row.deadline,
        extended_deadline=row.extended_deadline,
        responsible_person=row.responsible_person,
        status=row.status,
        closed=row.closed,
        closed_date=row.closed_date,
        source=row.source,
        findings=tuple(sorted(related)),
        transfer=row.transfer,
    )


def duties(rectification: Sequence[Rectification], as_of: date) -> Iterable[Duty]:
    """Give each responsible unit's lines, counted on a day."""
    by_unit: dict[str, list[Rectification]] = defaultdict(list)
    for line in rectification:
        by_unit[line.responsible_unit].append(line)
    # Lines that nobody answers for come first: they are what the sheet is for.
    for unit in sorted(by_unit, key=lambda name: (name != "", name)):
        lines = by_unit[unit]
        due = [line for line in lines if not closed(line, as_of)]
        yield Duty(
            responsible_unit=unit,
            polygons=_polygons(lines),
            open=len(due),
            overdue=sum(_overdue(line, as_of) for line in lines),
            closed=len(lines) - len(due),
            blanks=sum(_blank(line) for line in lines),
            persons=tuple(sorted({line.responsible_person for line in lines} - {""})),
            entering=sum(line.standing == TO_ENTER for line in lines),
            transferred=sum(bool(line.transfer) for line in lines),
            next_due=min((d for line in due if (d := _due(line)) is not None), default=None),
            late=_polygons(line for line in lines if _overdue(line, as_of)),
            left=_polygons(due),
        )


def _polygons(lines: Iterable[Rectification]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.polygon_id for line in lines))


def _due(line: Rectification) -> date | None:
    due = line.extended_deadline or line.deadline
    return due if isinstance(due, date) else None


def _overdue(line: Rectification, as_of: date) -> bool:
    due = _due(line)
    return due is not None and due < as_of and not closed(line, as_of)


def _blank(line: Rectification) -> bool:
    due = line.extended_deadline or line.deadline
    return not (line.responsible_unit and line.measure and due and line.responsible_person)


def _eight(
    rectification: Sequence[Rectification],
    entries: Sequence[Entry],
    findings: Sequence[Finding],
    batch: Batch,
) -> Iterable[EightOf]:
    disputed = {one.id for one in findings if one.suppressed is None}
    illegal = [one.family for one in entries if one.filed is Call.ILLEGAL]
    return eight(rectified(rectification, batch.id, batch.as_of, disputed), struck(illegal))


def _notes(batch: Batch, entries: Sequence[Entry]) -> Iterable[tuple[Words, str]]:
    yield BATCH_NAMED, batch.id
    yield Words("行政区代码", "district"), batch.region
    since, until = batch.period
    yield Words("核查期", "period"), f"{since.isoformat()} – {until.isoformat()}"
    yield Words("时限判定日", "deadlines judged at"), batch.as_of.isoformat()
    yield Words("坐标系", "coordinate system"), batch.crs
    yield Words("下发图斑数", "polygons issued"), str(len(entries))
    absent = batch.not_supplied - batch.unusable
    for said, names in (
        (Words("本批次未提供", "not supplied"), absent),
        (Words("已声明但无法使用", "declared, but not usable"), batch.unusable),
    ):
        if missing := [SUPPLIES[name] for name in SUPPLIES if name in names]:
            zh, en = "、".join(w.zh for w in missing), ", ".join(w.en for w in missing)
            yield said, f"{zh} ({en})"
