"""Render one finished audit as the files of OUT. Nothing is computed or judged here."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.errors import AccountingError
from yanhu_satcheck.evidence import PhotoEvidence, PhotoGroup
from yanhu_satcheck.final import Final
from yanhu_satcheck.ledger import Audit
from yanhu_satcheck.review import Written


def write(audit: Audit, out: Path) -> None:
    """Write the folder OUT whole or not at all; an OUT of ours that stands there is replaced.

    Raises:
        ReportError: OUT holds files of somebody else, another batch, or review answers that the
            audit's ledger does not hold; is open elsewhere, or cannot be written.
        AccountingError: An issued polygon has no case or no row in the ledger.
    """
    from yanhu_satcheck.report.account import write_account
    from yanhu_satcheck.report.answers import keeps_answers
    from yanhu_satcheck.report.columns import write_csv
    from yanhu_satcheck.report.geopackage import write_geopackage
    from yanhu_satcheck.report.jsonl import write_findings
    from yanhu_satcheck.report.pages import write_pages
    from yanhu_satcheck.report.pictures import copy_photos, keep_chips
    from yanhu_satcheck.report.place import whole
    from yanhu_satcheck.report.side_by_side import keep_pairs
    from yanhu_satcheck.report.tables import write_evidence, write_marks, write_photos
    from yanhu_satcheck.report.workbook import write_workbook

    _balance(audit)
    with whole(out, keeps_answers(audit.batch.id, audit.ledger.read)) as folder:
        copy_photos(audit, folder / "photos")
        chips = keep_chips(audit, folder / "reports" / "chips")
        write_findings(audit.judgement.findings, folder / "findings.jsonl")
        write_evidence(audit.cases, folder / "evidence.parquet", audit.lang)
        write_photos(audit.photos, folder / "photos.parquet", audit.lang)
        write_marks(audit.photos, folder / "photo_marks.parquet")
        write_csv(audit, folder / "ledger.csv")
        write_workbook(audit, folder / "ledger.xlsx")
        write_geopackage(audit, folder / "ledger.gpkg")
        keep_pairs(audit.photo_groups, folder / "reports" / "pairs")
        write_pages(audit, folder / "reports", chips)
        write_account(audit, folder, chips)


def write_album(
    batch: Batch,
    photos: Sequence[PhotoEvidence],
    groups: Sequence[PhotoGroup],
    out: Path,
    lang: str,
) -> None:
    """Write what was found in a folder of photographs, whole or not at all.

    Raises:
        ReportError: `out` holds somebody else's files, is open elsewhere, or cannot be written.
    """
    from yanhu_satcheck.report.album import write_album as write_

    write_(batch, photos, groups, out, lang)


def refuse_album(out: Path) -> None:
    """Refuse a place that `write_album` would refuse, before the work is done.

    Raises:
        ReportError: It holds what `satcheck photos` did not write.
    """
    from yanhu_satcheck.report.album import refuse_album as refuse_

    refuse_(Path(os.path.abspath(out)))


def refuse(out: Path, batch: str, read: str | None = None) -> None:
    """Refuse an OUT that `write` would refuse, before the work is done rather than after it.

    `read` is the sha256 of the ledger.xlsx that was read; `None`: it has yet to be.

    Raises:
        ReportError: OUT holds files of somebody else, another batch, or what people wrote and
            nobody read.
    """
    from yanhu_satcheck.report.answers import keeps_answers, same_batch
    from yanhu_satcheck.report.place import check

    with suppress(OSError):  # what the disk refuses is said by `write`, with its reason
        guard = same_batch(batch) if read is None else keeps_answers(batch, read)
        check(Path(os.path.abspath(out)), guard)


def write_final(final: Final, out: Path, written: Written | None = None) -> Path:
    """Write OUT/final whole or not at all; one that nobody edited since is replaced.

    Raises:
        ReportError: OUT/final was edited by hand, is open elsewhere, or cannot be written.
    """
    from yanhu_satcheck.report.final import write_final as write_

    return write_(final, out, written)


def _balance(audit: Audit) -> None:
    """Refuse a ledger that forgets a polygon: on paper it would look like a clean one."""
    rows = [entry.polygon_id for entry in audit.ledger.entries]
    cases = [case.polygon_id for case in audit.cases]
    issued = [polygon.id for polygon in audit.batch.polygons]
    for told in (rows, cases):
        if sorted(told) != sorted(issued):
            odd = sorted({*told} ^ {*issued}) or ["a polygon stands there twice"]
            raise AccountingError(f"issued polygons and ledger differ: {', '.join(odd[:5])}")
