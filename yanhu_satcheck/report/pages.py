"""reports/: an overview and a page a polygon, plain files that need neither network nor server."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from yanhu_satcheck.batch import InputFile
from yanhu_satcheck.evidence import Case, Chip, PhotoEvidence
from yanhu_satcheck.finding import Finding
from yanhu_satcheck.ledger import Audit, Entry
from yanhu_satcheck.past import KeptChip
from yanhu_satcheck.quantity import Figure, Measured
from yanhu_satcheck.report.columns import say
from yanhu_satcheck.report.figures import Line, figure_name, lines, spoken
from yanhu_satcheck.report.names import page_name, page_url, upright
from yanhu_satcheck.report.overview import overview
from yanhu_satcheck.report.papers import filing, papers, photo_view, shared_views
from yanhu_satcheck.report.people import answers_of, outdated_of
from yanhu_satcheck.report.pictures import pictures
from yanhu_satcheck.report.rounds import rounds
from yanhu_satcheck.report.sheets import related
from yanhu_satcheck.report.standing import (
    Standing,
    absent_says,
    headline,
    notices,
    only_says,
    remark,
    standings,
)
from yanhu_satcheck.report.style import LOOKS
from yanhu_satcheck.report.tally import tallies
from yanhu_satcheck.report.words import sentences
from yanhu_satcheck.terms import CONSISTENT, Status, Words

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
_LISTED = 12  # what the overview's first screen names; the workbook names all


class _Desk(NamedTuple):
    """An audit sorted so that each page finds its things at once."""

    audit: Audit
    cases: Mapping[str, Case]
    findings: Mapping[str, list[Finding]]
    chips: Mapping[str, list[Chip]]
    photos: dict[str, PhotoEvidence]
    inputs: Mapping[str, InputFile]
    standings: Mapping[str, Standing]
    kept: Mapping[str, list[KeptChip]]


def write_pages(audit: Audit, folder: Path, kept: Sequence[KeptChip] = ()) -> None:
    """Write index.html and a page a polygon; `kept` are the pictures that OUT keeps of each."""
    folder.mkdir(exist_ok=True)
    env, desk = environment(audit.lang), _desk(audit, kept)
    index = env.get_template("index.html").render(**_index(desk))
    _save(folder / "index.html", index)
    template, entries = env.get_template("polygon.html"), audit.ledger.entries
    for at, entry in enumerate(entries):
        beside = (
            entries[at - 1] if at else None,
            entries[at + 1] if at + 1 < len(entries) else None,
        )
        page = template.render(**_polygon(desk, entry), previous=beside[0], following=beside[1])
        _save(folder / page_name(entry.polygon_id), page)


def _save(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def environment(lang: str) -> "Environment":
    """Give templates that escape all they show and stop at a name that is not there."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )
    env.filters |= {"say": partial(_say, lang), "url": page_url}
    env.globals |= {
        "t": sentences(lang),
        "lang": lang,
        "looks": LOOKS,
        "looks_order": (*sorted(Status, reverse=True), None),
        "spoken": partial(_spoken, lang),
        "names": {look.key: say(s.words if s else CONSISTENT, lang) for s, look in LOOKS.items()},
        "status_words": lambda status: say(status.words if status else CONSISTENT, lang),
        "css": _source("style.css"),
        "script": _source,
    }
    return env


def _source(name: str) -> Any:
    """Give a style or script of ours as it is, to stand inside the page."""
    from markupsafe import Markup

    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _visible(value: Any) -> Any:
    """Show control characters and reversed text as a replacement mark, wherever they come from."""
    return upright(value) if type(value) is str else value


def _say(lang: str, words: Words | None) -> str:
    return say(words, lang)


def _spoken(
    lang: str, value: Any, sigma: float | None = None, unit: str = "", name: str = ""
) -> str:
    if isinstance(value, Measured):
        return spoken(value.value, value.sigma, value.unit or unit, lang, name)
    return spoken(value, sigma, unit, lang, name)


def _desk(audit: Audit, kept: Sequence[KeptChip]) -> _Desk:
    findings, chips = defaultdict(list), defaultdict(list)
    for finding in sorted(audit.judgement.findings, key=lambda f: (-f.status, -f.severity)):
        for polygon_id in finding.polygon_ids:
            findings[polygon_id].append(finding)
    for chip in audit.chips:
        chips[chip.polygon_id].append(chip)
    photos = {photo.id: photo for photo in audit.photos}
    cases = {case.polygon_id: case for case in audit.cases}
    inputs = {file.name: file for file in audit.batch.inputs}
    small = defaultdict(list)
    for one in kept:
        small[one.polygon_id].append(one)
    return _Desk(audit, cases, findings, chips, photos, inputs, standings(audit), small)


def _index(desk: _Desk) -> dict[str, Any]:
    audit = desk.audit
    whole = [one for one in audit.judgement.findings if not one.polygon_ids]
    mute = [one for one in whole if one.status is Status.UNASSESSABLE]
    return {
        "audit": audit,
        "notices": notices(audit),
        "map": overview(audit),
        "rows": [_row(desk, entry) for entry in audit.ledger.entries],
        "by_rule": tallies(audit.judgement.findings),
        "mute": mute[:_LISTED],
        "misreads": audit.ledger.misreads[:_LISTED],
        "unlisted": len(mute[_LISTED:]) + len(audit.ledger.misreads[_LISTED:]),
        "elsewhere": [(one, list(related(one, audit.lang))) for one in whole if one not in mute],
        "townships": sorted({entry.township for entry in audit.ledger.entries if entry.township}),
    }


def _row(desk: _Desk, entry: Entry) -> dict[str, Any]:
    case = desk.cases[entry.polygon_id]
    rules = sorted({finding.rule for finding in desk.findings.get(entry.polygon_id, ())})
    beside = remark(entry, desk.standings[entry.polygon_id], desk.audit)
    return {
        "entry": entry,
        "call": case.call,
        "rules": rules,
        "order": int(entry.status or 0),
        "remark": beside,
    }


def _polygon(desk: _Desk, entry: Entry) -> dict[str, Any]:
    audit, case = desk.audit, desk.cases[entry.polygon_id]
    findings = desk.findings.get(entry.polygon_id, [])
    shared = shared_views(case, audit.photo_groups, desk.photos, audit.lang)
    seen = {view.id for _, views, _ in shared for view in views if not view.batch}
    return {
        "audit": audit,
        "entry": entry,
        "case": case,
        "findings": [_finding(one, audit) for one in findings],
        "rounds": rounds(case, entry, audit, desk.kept),
        "pictures": pictures(desk.chips.get(entry.polygon_id, ())),
        "groups": _groups(case, findings),
        "shared": shared,
        "photos": [
            photo_view(one, case.polygon_id, audit.lang)
            for one in case.photos
            if one.id not in seen
        ],
        "papers": papers(case, audit.batch.as_of, audit.lang),
        "filing": filing(case, audit.batch.filing_columns),
        **_accounts(desk, entry),
        "unsure": [one for one in findings if one.status is Status.UNASSESSABLE],
        "inputs": _inputs(desk, case),
        "answers": answers_of(audit, entry.polygon_id),
        "outdated": outdated_of(audit, entry.polygon_id),
    }


def _finding(finding: Finding, audit: Audit) -> dict[str, Any]:
    return {
        "it": finding,
        "title": audit.titles.get(finding.rule),
        "evidence": [(one, figure_name(one.name, audit.lang)) for one in finding.evidence],
        "related": list(related(finding, audit.lang)),
    }


def _groups(case: Case, findings: list[Finding]) -> dict[str, list[Line]]:
    """Give the measurements by group, each beside the limits that findings hold it to."""
    held: dict[str, list[Figure]] = defaultdict(list)
    for finding in findings:
        for figure in finding.evidence:
            if figure.threshold is not None:
                held[figure.name].append(figure)
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in lines(case, {name: tuple(dict.fromkeys(f)) for name, f in held.items()}):
        groups[line.measure.group].append(line)
    return groups


def _accounts(desk: _Desk, entry: Entry) -> dict[str, Any]:
    """Say which rules looked and found nothing, which could not, which do not apply."""
    audit, standing = desk.audit, desk.standings[entry.polygon_id]
    return {
        "standing": standing,
        "in_order": [(rule, audit.titles.get(rule)) for rule in standing.in_order],
        "mute": [(one.rule, audit.titles.get(one.rule), one.why) for one in standing.open],
        "headline": headline(entry, standing, audit),
        "remark": remark(entry, standing, audit),
        "only": only_says(audit),
        "absent": absent_says(audit),
    }


def _inputs(desk: _Desk, case: Case) -> list[InputFile]:
    """Name the files that this page rests on, as far as they were hashed."""
    names: list[str] = []
    if case.scene:
        for pair in desk.audit.batch.scenes:
            if pair.id == case.scene.scene:
                images = (pair.before, pair.after, *pair.later)
                names += [name for i in images for name in (i.name, i.mask and i.mask.name) if name]
    if case.terrain:
        elevation = desk.audit.batch.elevation
        names += [one.name for one in (elevation.before, elevation.after) if one]
    return [desk.inputs[name] for name in dict.fromkeys(names) if name in desk.inputs]
