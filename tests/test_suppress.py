"""Exceptions: entered by name, read by people, marked in every output, and nothing taken away."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from tests.conftest import Run, satcheck
from tests.make import batch, polygon
from tests.read_batches import batch_folder, workbook
from tests.test_correct import finding
from yanhu_satcheck.batch import Misread, Pardon
from yanhu_satcheck.correct import correct
from yanhu_satcheck.finding import Judgement
from yanhu_satcheck.pardons import pardoned
from yanhu_satcheck.pipeline import audit
from yanhu_satcheck.read import read_batch
from yanhu_satcheck.read.draft import draft
from yanhu_satcheck.read.suppressions import written
from yanhu_satcheck.terms import Status

KEY = "LE05" + "0123456789ab"
HEADS = ("图斑编号", "合法性判定", "填报日期")
AS_OF = date(2022, 12, 31)  # of the batches made here


def county(folder: Path, *calls: str) -> Path:
    """A batch that files a word for each polygon."""
    folder.mkdir()
    rows = [(f"A{n}", call, date(2022, 12, 5)) for n, call in enumerate(calls, 1)]
    workbook(folder / "submission.xlsx", {"填报": [HEADS, *rows]})
    more = '[submission]\npath = "submission.xlsx"\n'
    return batch_folder(folder, *(f"A{n}" for n in range(1, len(calls) + 1)), more=more)


def suppress(folder: Path, key: str = KEY, **more: str) -> Run:
    said = {"reason": "现场已核实", "by": "王五", "until": "2023-06-30"} | more
    words = [word for name, value in said.items() for word in (f"--{name}", value)]
    return satcheck("suppress", key, *words, "--batch", folder)


def misreads(folder: Path) -> list[Misread]:
    return [one for one in read_batch(folder).misreads if one.file == "suppressions.toml"]


def lines(out: Path) -> dict[str, dict[str, Any]]:
    text = (out / "findings.jsonl").read_text("utf-8")
    return {one["id"]: one for one in map(json.loads, text.splitlines())}


def about(out: Path, kind: str) -> list[tuple[Any, ...]]:
    rows = openpyxl.load_workbook(out / "ledger.xlsx")["说明"].iter_rows(values_only=True)
    return [row[1:] for row in rows if row[0] == kind]


def test_an_exception_is_written_for_people_and_read_back(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "无法辨认的词")
    done = suppress(folder, reason='写有"引号"和\\斜线', by="王 五")
    assert (done.code, done.stderr) == (0, "")
    file = folder / "suppressions.toml"
    file.write_text(file.read_text("utf-8") + "# 我加的说明\n", "utf-8")
    assert suppress(folder, "PH01" + "0" * 12, until="2023-01-31").code == 0
    text = file.read_text("utf-8")
    assert "# 我加的说明" in text
    assert text.startswith("# 已登记的例外")
    first, second = tomllib.loads(text)["suppression"]
    assert first["reason"] == '写有"引号"和\\斜线'
    assert second["until"] == date(2023, 1, 31)
    read = read_batch(folder)
    assert read.pardons[0] == Pardon(KEY, '写有"引号"和\\斜线', "王 五", date(2023, 6, 30))
    assert "suppressions.toml" in {one.name for one in read.inputs}


@pytest.mark.parametrize(
    ("more", "zh"),
    [
        ({"key": "A1"}, "A1 不是问题的 id"),
        ({"reason": " "}, "理由不能空白"),
        ({"by": " "}, "登记人不能空白"),
        ({"until": "2022-12-30"}, "早于本批次的判定日 2022-12-31"),
        ({"until": "明年"}, "--until “明年”的写法有误"),
    ],
)
def test_an_exception_without_effect_is_not_entered(
    tmp_path: Path, more: dict[str, str], zh: str
) -> None:
    folder = county(tmp_path / "2022Q4", "合法")
    refused = suppress(folder, **more)
    assert refused.code == 2
    assert zh in refused.stderr
    assert not (folder / "suppressions.toml").exists()


def test_an_exception_is_not_entered_twice_nor_into_a_broken_file(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "合法")
    assert suppress(folder).code == 0
    before = (folder / "suppressions.toml").read_bytes()
    twice = suppress(folder, by="赵六")
    assert (twice.code, "已由 王五 登记" in twice.stderr) == (2, True)
    (folder / "suppressions.toml").write_bytes(before + b"[[suppression]]\nkey = \n")
    broken = suppress(folder, "PH01" + "0" * 12)
    assert (broken.code, "请先改正" in broken.stderr) == (2, True)
    assert (folder / "suppressions.toml").read_bytes().startswith(before)
    assert satcheck("suppress", KEY, "--reason", "x").code == 2
    assert suppress(tmp_path).code == 2  # no batch.toml there


def test_an_entry_that_lacks_something_accepts_nothing_and_is_named(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "合法")
    whole = Pardon(KEY, "甲", "乙", AS_OF)
    text = written(whole) + written(whole).replace('"乙"', '""')
    text += written(whole).replace("2022-12-31", '"not a day"') + written(whole) + 'note = "x"\n'
    (folder / "suppressions.toml").write_text(text, "utf-8")
    assert read_batch(folder).pardons == (whole, whole)
    assert [one.column for one in misreads(folder)] == [
        "suppression 2 by",
        "suppression 3 until",
        "suppression 4 note",
    ]
    (folder / "suppressions.toml").write_text("suppression = 3\nother = 1\n", "utf-8")
    assert read_batch(folder).pardons == ()
    assert {one.column for one in misreads(folder)} == {"suppression", "other"}


def test_a_day_counts_by_as_of_and_the_day_itself_still_holds() -> None:
    one, two, gone = finding("CL01", "A"), finding("CL01", "B"), "CL01" + "0" * 12
    there = batch(
        polygon("A"),
        polygon("B"),
        pardons=(
            Pardon(one.id, "甲", "乙", date(2022, 12, 31)),
            Pardon(two.id, "甲", "乙", date(2022, 12, 30)),
            Pardon(gone, "甲", "乙", date(2023, 1, 1)),
            Pardon("LE01" + "0" * 12, "甲", "乙", date(2023, 1, 1)),  # a rule that was not run
        ),
    )
    told = pardoned(Judgement((one, two)), there, {"CL01"})
    assert [f.id for f in told.suppressed] == [one.id]
    assert [(x.key, x.why.zh[:3]) for x in told.lapsed] == sorted(
        [(two.id, "已过期"), (gone, "本次核")]
    )
    assert len(told.findings) == 2


def test_what_was_accepted_stays_in_the_ledger_and_says_so() -> None:
    one = finding("CL01", "A")
    there = batch(polygon("A"), pardons=(Pardon(one.id, "已核实", "王五", date(2023, 6, 30)),))
    ledger = correct(pardoned(Judgement((one,)), there, {"CL01"}), there, {})
    (entry,) = ledger.entries
    assert entry.status is Status.INCONSISTENT
    assert "（已登记例外：已核实；王五，至 2023-06-30）" in entry.grounds.zh
    assert "已登记例外" in ledger.rectification[0].problem


def test_from_a_finding_to_its_exception_and_on_to_a_stale_one(tmp_path: Path) -> None:
    folder, out = county(tmp_path / "2022Q4", "无法辨认的词", "伪变化"), tmp_path / "OUT"
    run = satcheck("audit", folder, "-o", out, "--fail-on", "low")
    assert run.code == 1
    keys = [id for id, one in lines(out).items() if one["rule"] == "LE05"]
    assert len(keys) == 1
    assert suppress(folder, keys[0]).code == 0
    before = lines(out)
    audit(folder, out)
    after = lines(out)
    assert after.keys() == before.keys()
    pardon = {"reason": "现场已核实", "by": "王五", "until": "2023-06-30"}
    assert after[keys[0]] == before[keys[0]] | {"suppressed": pardon}
    account = json.loads((out / "audit.json").read_text("utf-8"))
    assert (account["counts"]["suppressed"], account["suppressions"]["held"]) == (1, keys)
    assert about(out, "例外")[0][0] == "已登记例外 1 条"
    page = (out / "reports" / "A1.html").read_text("utf-8")
    assert "现场已核实 · 王五" in page
    # The county files another word: the finding is gone, and the exception is said to be stale.
    other = [("A1", "伪变化", date(2022, 12, 5)), ("A2", "伪变化", date(2022, 12, 5))]
    workbook(folder / "submission.xlsx", {"填报": [HEADS, *other]})
    again = satcheck("audit", folder, "-o", out)
    assert "未生效的例外 1 条" in again.stdout
    assert [row[0] for row in about(out, "例外未生效")] == keys


def test_only_the_exit_status_leaves_it_out(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "无法辨认的词")
    audit(folder, tmp_path / "OUT")
    for id in lines(tmp_path / "OUT"):
        assert suppress(folder, id).code == 0
    run = satcheck("audit", folder, "-o", tmp_path / "OUT", "--fail-on", "low")
    assert run.code == 0
    count = len(lines(tmp_path / "OUT"))
    assert f"已登记例外 {count} 条" in run.stdout


def test_a_batch_without_exceptions_says_nothing_of_them(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "伪变化")
    finished = audit(folder, tmp_path / "OUT")
    assert (finished.judgement.suppressed, finished.judgement.lapsed) == ((), ())
    assert about(tmp_path / "OUT", "例外") == []


def test_a_drafted_batch_does_not_call_the_exceptions_unused(tmp_path: Path) -> None:
    folder = county(tmp_path / "2022Q4", "合法")
    assert suppress(folder).code == 0
    (folder / "batch.toml").unlink()
    (folder / "notes.toml").write_text("", "utf-8")
    unused = [str(name) for name, _ in draft(folder).unused]
    assert [name for name in unused if name.endswith(".toml")] == ["notes.toml"]
