"""What people wrote in an OUT that stands there: it must not be written over unread."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from yanhu_satcheck.report.place import Guard, refusal, stored

_PEOPLES = ("ledger.xlsx", "ledger.csv")


def same_batch(batch: str) -> Guard:
    """Give a guard of another batch's OUT."""

    def guard(out: Path) -> None:
        said = stored(out).get("batch")
        there = said.get("id") if isinstance(said, dict) else None
        if there != batch:
            raise refusal(
                out,
                f"其中是批次 {there} 的核查结果，不是批次 {batch} 的；没有改动，"
                "请用 -o 另选一个文件夹",
                f"holds the audit of batch {there}, not of {batch}; nothing was changed,"
                " choose another folder with -o",
            )

    return guard


def keeps_answers(batch: str, read: str = "") -> Guard:
    """Give a guard of another batch's OUT, and of what people wrote that was not read.

    `read` is the sha256 of the ledger.xlsx whose entries the new ledger holds.
    """

    def guard(out: Path) -> None:
        same_batch(batch)(out)
        said = stored(out)
        for name in _PEOPLES:
            now = _hash(out / name)
            if now is None or (name == "ledger.xlsx" and now == read):
                continue
            if now != _written(said, name):
                raise _changed(out, name)
            if name == "ledger.xlsx" and _held(said):
                raise _unread(out)

    return guard


def _hash(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _written(said: dict[str, Any], name: str) -> object:
    """Give the hash of a file as the audit wrote it."""
    files = said.get("files")
    file = files.get(name) if isinstance(files, dict) else None
    return file.get("sha256") if isinstance(file, dict) else None


def _held(said: dict[str, Any]) -> bool:
    """Whether the ledger carried something of people's when it was written."""
    ledger = said.get("ledger")
    names = ("answered", "filled", "outdated")
    return isinstance(ledger, dict) and any(ledger.get(name) for name in names)


def _changed(out: Path, name: str) -> Exception:
    if name == "ledger.csv":
        return refusal(
            out,
            "ledger.csv 在审核之后被改动，重写会丢失（意见只从 ledger.xlsx 读取）；没有改动，"
            "请把 ledger.csv 移到别处后重新运行",
            "ledger.csv was changed after the audit and would be lost (answers are read from"
            " ledger.xlsx); nothing was changed, move ledger.csv away and run again",
        )
    return _unread(out)


def _unread(out: Path) -> Exception:
    return refusal(
        out,
        "ledger.xlsx 中有未读入的填写内容（复核意见等），重写会丢失；没有改动，请重新运行，"
        "或用 -o 另选一个文件夹",
        "ledger.xlsx holds review answers or other entries that were not read and would be lost;"
        " nothing was changed, run again or choose another folder with -o",
    )
