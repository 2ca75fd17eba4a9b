"""Render one finished audit as the files of OUT. Nothing is computed or judged here."""

import os
from contextlib import suppress
from pathlib import Path

from yanhu_satcheck.errors import AccountingError
from yanhu_satcheck.final import Final
from yanhu_satcheck.ledger import Audit


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
    from yanhu_satcheck.report.side_by_side import copy_pairs
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
        copy_pairs(audit, folder / "reports" / "pairs")
        write_pages(audit, folder / "reports", chips)
        write_account(audit, folder, chips)


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


def write_final(final: Final, out: Path) -> Path:
    """Write OUT/final whole or not at all; one that nobody edited since is replaced.

    Raises:
        ReportError: OUT/final was edited by hand, is open elsewhere, or cannot be written.
    """
    from yanhu_satcheck.report.final import write_final as write_

    return write_(final, out)


def _balance(audit: Audit) -> None:
    """Refuse a ledger that forgets a polygon: on paper it would look like a clean one."""
    rows = [entry.polygon_id for entry in audit.ledger.entries]
    cases = [case.polygon_id for case in audit.cases]
    issued = [polygon.id for polygon in audit.batch.polygons]
    for told in (rows, cases):
        if sorted(told) != sorted(issued):
            odd = sorted({*told} ^ {*issued}) or ["a polygon stands there twice"]
            raise AccountingError(f"issued polygons and ledger differ: {', '.join(odd[:5])}")
