"""suppressions.toml: findings that named persons accepted, why and until when.

It lies in the batch folder beside batch.toml, is there to be read and edited by people, and is an
input like any other. An entry that lacks a reason, a name or a day accepts nothing.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from yanhu_satcheck.batch import Pardon
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.keys import SUPPRESSIONS
from yanhu_satcheck.read.misreads import Misreads, Unreadable
from yanhu_satcheck.read.toml import parse
from yanhu_satcheck.terms import Words

FILE, TABLE = SUPPRESSIONS, "suppression"
HEAD = """\
# 已登记的例外：经具名人员确认、在期限内不再计入退出状态的问题。问题本身仍列在台账和
# findings.jsonl 中，并标明例外。可直接修改本文件；key 是“问题清单”中的 id。
# Accepted exceptions: they stay in the ledger and in findings.jsonl, marked, until their day.
"""
_KEYS = ("key", "reason", "by", "until")
_ID = re.compile(r"[A-Za-z0-9_-]+[0-9a-f]{12}")
_CONTROL = {ord("\\"): "\\\\", ord('"'): '\\"'}


def is_key(text: str) -> bool:
    """Whether a text has the form of a finding's id: its rule's code and 12 hexadecimal digits."""
    return _ID.fullmatch(text) is not None


def read_pardons(folder: Folder, misreads: Misreads) -> tuple[Pardon, ...]:
    """Read the batch's suppressions.toml, if there is one; what is wrong with it is noted."""
    if not (folder.root / FILE).exists():
        return ()
    try:
        content = folder.file(FILE).read_bytes()
        return tuple(entries(parse(content), misreads))
    except Unreadable as fault:
        remedy = Words(
            f"{fault.remedy.zh}；在此之前没有例外生效",
            f"{fault.remedy.en}; until then nothing is accepted",
        )
        misreads.add(FILE, fault.what, remedy, whole=True)
    return ()


def entries(said: Mapping[str, Any], misreads: Misreads) -> Iterator[Pardon]:
    """Give the entries that can be used; the others are noted."""
    for name in sorted(said.keys() - {TABLE}):
        what = Words(f"{name} 不会被读取", f"nobody reads {name}")
        misreads.add(FILE, what, _FORM, column=name)
    listed = said.get(TABLE, [])
    if not isinstance(listed, list):
        misreads.add(
            FILE, Words(f"[{TABLE}] 应为 [[{TABLE}]]", "it is no list"), _FORM, column=TABLE
        )
        return
    for number, one in enumerate(listed, 1):
        if isinstance(one, Mapping):
            for name in sorted(one.keys() - {*_KEYS}):
                what = Words(f"{name} 不会被读取", f"nobody reads {name}")
                misreads.add(FILE, what, _FORM, column=f"{TABLE} {number} {name}")
        faults = list(_faults(one))
        for column, what in faults:
            misreads.add(FILE, what, _FORM, column=f"{TABLE} {number} {column}".strip())
        if not faults:
            key, reason, by = (str(one[name]).strip() for name in _KEYS[:3])
            yield Pardon(key, reason, by, _day(one["until"]))


def written(pardon: Pardon) -> str:
    """Write one entry as it stands in the file."""
    texts = [f"{name} = {_quoted(getattr(pardon, name))}" for name in _KEYS[:3]]
    return "\n".join(["", f"[[{TABLE}]]", *texts, f"until = {pardon.until.isoformat()}", ""])


_FORM = Words(
    f'请写 [[{TABLE}]]，并写全 key = "问题 id"、reason = "理由"、by = "姓名"、until = 2023-06-30',
    f'write [[{TABLE}]] with key = "the finding\'s id", reason = "why", by = "a name" and'
    " until = 2023-06-30",
)


def _faults(one: Any) -> Iterator[tuple[str, Words]]:
    if not isinstance(one, Mapping):
        yield "", Words("不是一条登记", "it is no entry")
        return
    for name in _KEYS[:3]:
        if not isinstance(one.get(name), str) or not one[name].strip():
            yield name, Words(f"缺少 {name}，该条不生效", f"{name} is missing; nothing is accepted")
    if isinstance(key := one.get("key"), str) and key.strip() and not is_key(key.strip()):
        yield "key", Words(f"{key} 不是问题的 id，该条不生效", f"{key} is no finding's id")
    try:
        _day(one.get("until"))
    except ValueError:
        yield "until", Words("until 不是日期，该条不生效", "until is no date; nothing is accepted")


def _day(said: Any) -> date:
    """Read a day, as TOML's own date or as text.

    Raises:
        ValueError: It is none.
    """
    if isinstance(said, datetime):
        return said.date()
    if isinstance(said, date):
        return said
    return date.fromisoformat(str(said).strip())


def _quoted(text: str) -> str:
    """Write a text as TOML takes it on one line."""
    plain = " ".join(text.split()).translate(_CONTROL)
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in plain) + '"'
