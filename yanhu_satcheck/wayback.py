"""The way back: what people wrote into an OUT, for the next audit of the batch and for filing."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from yanhu_satcheck.archive import compare, history, judged_by, open_past, outlines_of
from yanhu_satcheck.changes import Difference, Side
from yanhu_satcheck.correct import of_another, settle
from yanhu_satcheck.errors import ArchiveError, ReportError
from yanhu_satcheck.final import Final, Finished, Former
from yanhu_satcheck.foreign import by_system
from yanhu_satcheck.places import History
from yanhu_satcheck.read import read_decisions, read_finished, read_written
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.report import refuse, write_final
from yanhu_satcheck.report.again import write_csv_again, write_workbook_again
from yanhu_satcheck.report.difference import write_difference
from yanhu_satcheck.report.final import FOLDER, LEDGER, SEAL, sealed_answers, unedited
from yanhu_satcheck.report.lookback import write_lookback
from yanhu_satcheck.report.place import lost, names_in, refusal, stored
from yanhu_satcheck.review import Told, Written
from yanhu_satcheck.terms import Words

Writer = Callable[[Path], None]
"""Writes a file at a path."""
TABLE, LAYER = "ledger.csv", "ledger.gpkg"
_NAMED = 5  # places that a refusal names


def former(out: Path, batch: str) -> Former | None:
    """Read what people wrote into an OUT that is about to be replaced; `None`: there is nothing.

    Raises:
        ReportError: OUT is no place of ours or another batch's, its ledger is open elsewhere or
            cannot be read, or it holds what the next audit would lose.
    """
    refuse(out, batch)
    if not (out / "audit.json").is_file():
        return None
    try:
        finished = read_finished(out)
    except Unreadable as cause:
        try:
            refuse(out, batch, read="")
        except ReportError:
            raise _kept(out, cause.what, cause.remedy) from None
        return None  # nobody wrote anything: it may be replaced, whoever made it
    try:
        there = (out / "ledger.xlsx").exists()
        written = read_written(out / "ledger.xlsx", finished) if there else Written("")
    except Unreadable as cause:
        what = Words(f"ledger.xlsx {cause.what.zh}", f"ledger.xlsx: {cause.what.en}")
        raise _kept(out, what, cause.remedy) from None
    if written.strange:
        raise _strange(out, written)
    refuse(out, batch, read=written.sha256)
    return Former(finished, written)


def finalize(out: Path, decisions: Path | None = None) -> Final:
    """Carry out what people answered in OUT's ledger, and write OUT/final.

    Needs nothing but OUT, and `decisions`, a CSV that goes before the ledger where both answer.

    Raises:
        ReportError: OUT or the decisions cannot be used, or OUT/final was edited by hand;
            nothing was changed.
    """
    try:
        names_in(out)
        finished = read_finished(out)
    except Unreadable as cause:
        raise refusal(out, *_said(cause.what, cause.remedy)) from None
    unedited(out / FOLDER)
    try:
        written = read_written(out / "ledger.xlsx", finished)
    except Unreadable as cause:
        what = Words(f"ledger.xlsx {cause.what.zh}", f"ledger.xlsx: {cause.what.en}")
        raise refusal(out, *_said(what, cause.remedy)) from None
    final = settle(finished, written, _decided(decisions, finished) if decisions else ())
    write_final(final, out, written)
    return final


def lookback(archive: Path, since: date, to: Path, lang: str = "zh") -> History:
    """Gather the archive's places since a day, and write them as a workbook that is not there yet.

    Raises:
        ArchiveError: The archive cannot be used.
        ReportError: There is such a file already, or it cannot be written.
    """
    with open_past(archive) as past:
        told = history(past, since)
        _write(to, lambda part: write_lookback(told, past.chip, part, lang))
    return told


class Rebuilt(NamedTuple):
    """What `report` wrote anew, and what it cannot."""

    answers: int  # rows of ledger.xlsx with an answer, which stand again
    filled: int  # cells that people filled in, which stand again
    lost: tuple[str, ...]  # files of OUT that are gone or changed, and that only an audit can make
    sound: int = 0  # files that were left alone and are as the audit wrote them
    source: str = ""  # where the answers were taken from, if not from ledger.xlsx
    last: str = ""  # where the last answers can be read that could not be taken over
    gone: bool = False  # ledger.xlsx was not there


def rebuild(out: Path) -> Rebuilt:
    """Write an OUT's ledger.xlsx and ledger.csv anew from its audit.json and findings.jsonl.

    What people wrote into a ledger.xlsx that can be read stands again; where it is gone, what stood
    in it when final/ was last made of the same audit. OUT does not hold what
    pages and layers are made of: the pictures stand inside the pages alone, licences and papers
    nowhere else, outlines in the layers. Those that are not as they were are named; a geopackage
    that QGIS opened is not among them while it holds the same outlines.

    Raises:
        ReportError: OUT cannot be read, a workbook of it is open, or it holds what would be lost.
    """
    try:
        names_in(out)
        finished = read_finished(out)
    except Unreadable as cause:
        raise refusal(out, *_said(cause.what, cause.remedy)) from None
    if not all(one.cells or not one.rows for one in finished.sheets.values()):
        again = Words("请重新审核", "audit again")
        raise refusal(out, *_said(Words("由旧版本生成", "an older version made it"), again))
    written, source, last = Written(""), "", ""
    missing = not (out / LEDGER).exists()
    if missing:
        kept = sealed_answers(out)
        written, source = (kept, f"{FOLDER}/{SEAL}") if kept else (written, "")
        last = "" if kept or not (out / FOLDER / LEDGER).is_file() else f"{FOLDER}/{LEDGER}"
    else:
        try:
            written = read_written(out / LEDGER, finished)
        except Unreadable as cause:
            what = Words(f"{LEDGER} {cause.what.zh}", f"{LEDGER}: {cause.what.en}")
            away = Words("如不需要其中内容请先移走", "move it away if nothing in it is needed")
            raise refusal(out, *_said(what, away)) from None
    if written.strange:
        raise _strange(out, written)
    for name, write in (
        (LEDGER, lambda part: write_workbook_again(finished, written, part)),
        (TABLE, lambda part: write_csv_again(finished, part)),
    ):
        _replace(out / name, write)
    ours = (LEDGER, TABLE, LAYER)
    gone = (*lost(out, ours), *(() if _outlined(out) else (LAYER,)))
    files = stored(out).get("files")
    rest = len({*files} - {*ours}) + 1 if isinstance(files, dict) else 0
    counts = len(written.answers), len(written.filled)
    return Rebuilt(*counts, gone, rest - len(gone), source, last, missing)


def _outlined(out: Path) -> bool:
    """Whether ledger.gpkg can be read and holds the outlines that were audited."""
    try:
        outlines_of(out)
    except ArchiveError:
        return False
    return True


def diff(one: Path, two: Path, to: Path | None = None, lang: str = "zh") -> Difference:
    """Tell what became of the findings from one OUT to another; write it as .xlsx or .csv if asked.

    Raises:
        ArchiveError: The outlines of an OUT were changed.
        ReportError: An OUT cannot be read, or the file cannot be written.
    """
    told = compare(_side(one), _side(two))
    if to is not None:
        _write(to, lambda part: write_difference(told, part, lang))
    return told


def _side(out: Path) -> Side:
    try:
        finished = read_finished(out)
    except Unreadable as cause:
        raise refusal(out, *_said(cause.what, cause.remedy)) from None
    return Side(finished, outlines_of(out), judged_by(out))


def _write(to: Path, write: Writer) -> None:
    """Write a file that is not there yet, whole or not at all; it keeps its ending meanwhile."""
    if os.path.lexists(to):
        raise refusal(
            to,
            "已存在，其中可能有人工填写；没有改动，请用 -o 另起文件名",
            "is there already, and somebody may have written in it; nothing was changed, choose"
            " another name with -o",
        )
    _replace(to, write)


def _replace(to: Path, write: Writer) -> None:
    """Write a file whole or not at all, in the place of one that is there."""
    part = to.with_name(f".{os.getpid()}.{to.name}")
    try:
        write(part)
        part.replace(to)
    except OSError as cause:
        why = by_system(cause)
        raise refusal(to, f"无法写出（{why.zh}）", f"cannot be written ({why.en})") from cause
    finally:
        part.unlink(missing_ok=True)


def _decided(path: Path, finished: Finished) -> tuple[Told, ...]:
    try:
        told = read_decisions(path)
    except Unreadable as cause:
        raise refusal(path, *_said(cause.what, cause.remedy)) from None
    if of_another(finished, told):
        ids = ", ".join(one.answer.about for one in told[:_NAMED])
        raise refusal(
            path,
            f"其中没有一个图斑或问题属于批次 {finished.batch} 的这次核查（{ids}）；没有改动，"
            "请核对是否拿错了文件",
            f"none of its polygons and findings is of this audit of batch {finished.batch}"
            f" ({ids}); nothing was changed, check that it is the right file",
        )
    return told


def _kept(out: Path, what: Words, remedy: Words) -> ReportError:
    return refusal(
        out,
        f"{what.zh}，其中可能有复核意见；没有改动，{remedy.zh}，或用 -o 另选一个文件夹",
        f"{what.en}, and it may hold review answers; nothing was changed, {remedy.en},"
        " or choose another folder with -o",
    )


def _said(what: Words, remedy: Words) -> tuple[str, str]:
    return f"{what.zh}；没有改动，{remedy.zh}", f"{what.en}; nothing was changed, {remedy.en}"


def _strange(out: Path, written: Written) -> ReportError:
    count, first = len(written.strange), written.strange[:_NAMED]
    more = count > len(first)
    zh, en = "、".join(w.zh for w in first), ", ".join(w.en for w in first)
    return refusal(
        out,
        f"ledger.xlsx 中有重写会丢失的人工内容：{zh}{f' 等 {count} 处' if more else ''}；"
        "没有改动，请移到别处或恢复原样后重新运行，或用 -o 另选一个文件夹",
        f"ledger.xlsx holds what would be lost: {en}{f', … ({count} in all)' if more else ''};"
        " nothing was changed, move it elsewhere or put it back as it was and run again,"
        " or choose another folder with -o",
    )
