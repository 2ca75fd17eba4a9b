"""The order of the stages: read → survey → measure → judge → correct → report."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from yanhu_satcheck import archive as memory
from yanhu_satcheck.batch import Batch, IssuedPolygon
from yanhu_satcheck.correct import correct, valid
from yanhu_satcheck.errors import ArchiveError
from yanhu_satcheck.evidence import Case, Chip, Dossier, Measurement, PhotoEvidence, Relations
from yanhu_satcheck.final import Former
from yanhu_satcheck.judge import judge
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.measure import measure
from yanhu_satcheck.pardons import pardoned
from yanhu_satcheck.past import ArchiveUsed, Past
from yanhu_satcheck.photos import datum_shifts, examine, undecodable
from yanhu_satcheck.read import read_batch, read_finished, read_told
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.relate import relate
from yanhu_satcheck.report import write
from yanhu_satcheck.rule import Rule
from yanhu_satcheck.rulebook import policy, provisions, rulebook, select
from yanhu_satcheck.runner import Runner
from yanhu_satcheck.scene import DemFit, SceneFit
from yanhu_satcheck.survey import survey, survey_elevation
from yanhu_satcheck.survey.borrowing import borrowed
from yanhu_satcheck.survey.pooling import pooled
from yanhu_satcheck.terms import Words
from yanhu_satcheck.wayback import former
from yanhu_satcheck.wording import text_twins
from yanhu_satcheck.workers import Pool

Progress = Callable[[str, int, int], None]
"""Told the stage, how many of its pieces are done, and how many there are."""

LIBRARIES = (
    "yanhu-satcheck",
    "numpy",
    "scipy",
    "shapely",
    "pyproj",
    "pyogrio",
    "rasterio",
    "pillow",
    "pillow-heif",
    "pygeomag",
    "xlsxwriter",
    "pyarrow",
)
"""Whose versions an auditor needs in order to get the same figures again."""


def quiet(stage: str, done: int, total: int) -> None:
    """Say nothing of the progress."""


def audit(
    folder: Path,
    out: Path,
    *,
    archive: Path | None = None,
    only: Sequence[str] = (),
    lang: str = "zh",
    progress: Progress = quiet,
) -> Audit:
    """Audit a batch folder and write OUT, whole or not at all.

    `archive` is asked about earlier batches; one that holds none, or is not there yet, counts
    as no archive: so an audit gives the same before and after its own OUT is added. What people
    wrote into the ledger of an OUT of this batch that stands there is kept.

    Raises:
        NothingToAudit: The manifest cannot be read, or no polygon is usable; OUT is not made.
        SettingError: The county's satcheck.toml cannot be used; OUT is not made.
        ArchiveError: The archive is there and cannot be used; OUT is not made.
        RuleError: A rule broke; OUT is not made.
        AccountingError: An issued polygon would be neither judged nor named as not judged.
        ReportError: OUT cannot be written there, or holds what must not be replaced.
    """
    with Pool() as pool:
        return _audit(folder, out, archive, only, lang, progress, pool)


def _audit(
    folder: Path,
    out: Path,
    archive: Path | None,
    only: Sequence[str],
    lang: str,
    progress: Progress,
    runner: Runner,
) -> Audit:
    progress("read", 0, 1)
    batch = read_batch(folder, runner)
    with (
        _remembering(archive, out, batch.id) as (used, past),
        TemporaryDirectory(prefix="satcheck-") as scratch,
    ):
        if past is None:
            batch = replace(batch, not_supplied=batch.not_supplied | {"archive"})
        book = rulebook(batch.settings)
        rules = select(book, only)
        before = former(out, batch.id)
        progress("read", 1, 1)
        titles = {rule.code: rule.title for rule in book}
        finished = replace(
            _audited(batch, past, rules, titles, Path(scratch), lang, progress, before, runner),
            only=tuple(rule.code for rule in rules) if only else (),
            archive=used,
        )
        progress("report", 0, 1)
        write(finished, out)
        progress("report", 1, 1)
    return finished


def check(folder: Path) -> Batch:
    """Read a batch folder and decode its photographs; all that is wrong is among its misreads.

    Raises:
        NothingToAudit: The manifest cannot be read, or no polygon is usable.
    """
    with Pool() as pool:
        batch = read_batch(folder, pool)
        broken = undecodable(batch, pool)
    return replace(batch, misreads=(*batch.misreads, *broken))


def keep(out: Path, archive: Path | None = None) -> tuple[memory.Added, Path]:
    """Add a finished OUT, with what people answered in its ledger, to an archive.

    Only answers that count are kept: one that nobody signed, or of another word, is none.

    Left out, it is the archive that OUT's audit was given. Gives what was added, and where.

    Raises:
        ArchiveError: OUT or the archive cannot be used, or no archive is known.
    """
    if (out / "batch.toml").is_file() and not (out / "audit.json").exists():
        raise ArchiveError(
            f"{out} 是批次文件夹，不是审核结果；请先运行 satcheck audit {out} -o OUT，再存入 OUT",
            f"{out} is a batch folder, no finished audit; run `satcheck audit {out} -o OUT` first,"
            " and add OUT",
        )
    where = archive or memory.audited_with(Path(os.path.abspath(out)))
    if where is None:
        raise ArchiveError(
            f"{out.name}：审核时未指定档案；请用 --archive 指明",
            f"{out.name}: its audit was given no archive; name one with --archive",
        )
    name = out.name
    try:
        finished = read_finished(out)
        name = f"{out.name}/ledger.xlsx"
        answers = valid(finished, read_told(out / "ledger.xlsx"))
    except Unreadable as cause:
        raise ArchiveError(
            f"{name}：{cause.what.zh}；{cause.remedy.zh}",
            f"{name}: {cause.what.en}; {cause.remedy.en}",
        ) from None
    return memory.add(out, where, answers), where


@contextmanager
def _remembering(
    archive: Path | None, out: Path, batch_id: str
) -> Iterator[tuple[ArchiveUsed | None, Past | None]]:
    """Keep the archive open while an audit works; say which it is and what of it can be seen.

    `None` for the past: there is no archive, or none with an earlier batch.
    """
    if archive is None:
        yield None, None
        return
    try:
        file = Path(os.path.relpath(archive, out)).as_posix()
    except ValueError:  # on another drive of Windows: then the name alone tells nobody's folders
        file = ""
    if not archive.exists():
        yield ArchiveUsed(file), None
        return
    with memory.open_past(archive) as past:
        seen = past.earlier(batch_id)
        yield ArchiveUsed(file, seen), past if seen else None


def _audited(
    batch: Batch,
    past: Past | None,
    rules: Sequence[Rule[Any]],
    titles: Mapping[str, Words],
    scratch: Path,
    lang: str,
    progress: Progress,
    before: Former | None,
    runner: Runner,
) -> Audit:
    fits, dem = _surveyed(batch, progress)
    measurements, chips = _measured(batch, fits, dem, scratch, progress)
    total = len(batch.photos)
    photos, groups, broken = examine(
        batch, scratch, lambda done: progress("photos", done, total), runner, past
    )
    batch = replace(batch, misreads=(*batch.misreads, *broken))
    relations = relate(batch, past)
    cases = _cases(batch, measurements, photos, relations)
    held = policy(batch.settings)
    dossier = Dossier(
        batch=batch,
        cases=cases,
        policy=held,
        overlaps=relations.overlaps,
        neighbours=relations.neighbours,
        photo_groups=groups,
        loose_photos=tuple(p for p in photos if p.polygon_id is None or not p.listed),
        contradicted=relations.contradicted,
        datum_shifts=datum_shifts(photos, batch),
        issued_before=relations.issued_before,
        looked_before=relations.looked_before,
        text_twins=text_twins(batch, cases, relations.issued_before),
    )
    judged = judge(dossier, rules, provisions(), rulebook(batch.settings))
    judgement = pardoned(judged, batch, {rule.code for rule in rules})
    met = [one.polygon for case in cases for one in case.earlier if not one.sliver]
    return Audit(
        batch=batch,
        cases=cases,
        judgement=judgement,
        ledger=correct(judgement, batch, titles, before),
        photos=photos,
        photo_groups=groups,
        chips=chips,
        fits=fits,
        dem=dem,
        titles=titles,
        thresholds={rule.code: asdict(rule.limits) for rule in rules},
        policy=held,
        versions=_versions(),
        lang=lang,
        former=memory.strips(past, met, batch.id, scratch) if past else {},
    )


def _surveyed(batch: Batch, progress: Progress) -> tuple[tuple[SceneFit, ...], DemFit]:
    """Fit scenes and elevations on ground that nobody suspects and nobody is licensed to dig."""
    suspected = [p.footprint for p in batch.polygons if p.footprint is not None]
    licensed = [p.footprint for p in batch.permits if p.footprint is not None]
    away, fits = [*suspected, *licensed], []
    for done, pair in enumerate(batch.scenes, 1):
        later = [survey(one, away, batch.crs) for one in pair.followed]
        fits.append(replace(survey(pair, away, batch.crs), later=tuple(later)))
        progress("survey", done, len(batch.scenes))
    lent = borrowed(fits, away, batch.crs)
    return pooled(lent, away, batch.crs), survey_elevation(batch.elevation, away, batch.crs)


def _measured(
    batch: Batch, fits: Sequence[SceneFit], dem: DemFit, scratch: Path, progress: Progress
) -> tuple[dict[str, Measurement], tuple[Chip, ...]]:
    total, measurements, chips = len(batch.polygons), {}, list[Chip]()
    for one, pictures in measure(batch, fits, scratch, dem=dem):
        measurements[one.polygon_id] = one
        chips += pictures
        progress("measure", len(measurements), total)
    return measurements, tuple(sorted(chips, key=lambda chip: (chip.polygon_id, chip.kind)))


def _cases(
    batch: Batch,
    measurements: dict[str, Measurement],
    photos: Iterable[PhotoEvidence],
    relations: Relations,
) -> tuple[Case, ...]:
    """Bring together what was filed, measured and found beside each issued polygon."""
    filed = batch.filed()
    rows, taken = batch.own_rows(), defaultdict[str | None, list[PhotoEvidence]](list)
    for photo in photos:
        taken[photo.polygon_id].append(photo)
    permits_known = "permits" not in batch.not_supplied
    projects_known = "projects" not in batch.not_supplied

    def case(polygon: IssuedPolygon) -> Case:
        one = measurements.get(polygon.id, Measurement(polygon.id))
        return Case(
            polygon=polygon,
            filing=filed.get(polygon.key),
            scene=one.scene,
            change=one.change,
            terrain=one.terrain,
            chance=one.chance,
            cause=one.cause,
            later=one.later,
            outside=one.outside,
            photos=tuple(taken[polygon.id]),
            ledger=rows.get(polygon.key, ()),
            licences=relations.licences.get(polygon.id, ()),
            approvals=relations.approvals.get(polygon.id, ()),
            hazards=relations.hazards.get(polygon.id, ()),
            licensed_share=relations.licensed_share.get(polygon.id) if permits_known else None,
            approved_share=relations.approved_share.get(polygon.id) if projects_known else None,
            drawn_area_m2=relations.area_m2.get(polygon.id),
            earlier=relations.earlier.get(polygon.id, ()),
        )

    return tuple(case(polygon) for polygon in sorted(batch.polygons, key=lambda p: p.id))


def _versions() -> dict[str, str]:
    told = {}
    for name in LIBRARIES:
        try:
            told[name] = version(name)
        except PackageNotFoundError:
            continue
    return told
