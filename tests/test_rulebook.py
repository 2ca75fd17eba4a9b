"""The rules in force, what a county may move and how wrong settings are told, the pages."""

import re
import subprocess
import sys
import tomllib
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from yanhu_satcheck import rulebook as module
from yanhu_satcheck.errors import SatcheckError, SettingError
from yanhu_satcheck.rulebook import (
    page,
    policy,
    problems,
    provisions,
    rulebook,
    select,
    write_pages,
)
from yanhu_satcheck.terms import SUPPLIES

ROOT = Path(__file__).parent.parent
BOOK = rulebook()
CODES = {
    *(f"PH0{n}" for n in range(1, 5)),
    *(f"LE0{n}" for n in range(1, 6)),
    *(f"CL0{n}" for n in range(1, 6)),
    *(f"LM0{n}" for n in range(1, 7)),
    *(f"RL0{n}" for n in range(1, 7)),
    *(f"SV0{n}" for n in range(1, 4)),
    *(f"DQ0{n}" for n in range(1, 9)),
}


def limits(settings: str, code: str = "CL01") -> Any:
    return next(r.limits for r in rulebook(tomllib.loads(settings)) if r.code == code)


def test_numbers_words_and_counts_move_by_code_or_slug() -> None:
    moved = limits("[rules.false-pseudo-change]\nbare_gain = 0.3\nspecial_use = ['军事']")
    assert (moved.bare_gain, moved.special_use, moved.p_mining) == (0.3, ("军事",), 0.5)
    assert limits("[rules.PH04]\nmin_photos = 3", "PH04").min_photos == 3
    assert limits("[rules.CL01]\nclear_share = 1").clear_share == 1.0


def test_policy_takes_dates_and_text() -> None:
    moved = policy(
        tomllib.loads("""[policy]
        fdr = 0.1
        stage_ends = [2022-12-31, "2023-06-30"]
        lookback_since = "2021-01-01"
        patrol_intervals = { '村' = "month" }""")
    )
    assert moved.fdr == 0.1
    assert moved.stage_ends == (date(2022, 12, 31), date(2023, 6, 30))
    assert moved.lookback_since == date(2021, 1, 1)
    assert moved.patrol_intervals == {"区": "quarter", "乡": "month", "村": "month"}
    assert policy() == policy({"rules": {}})


WRONG = {
    "[rules.CL01]\nbare_gain = 2": "[rules.CL01] bare_gain: 2 lies outside 0.05–0.9",
    "[rules.CL01]\nbare_gain = nan": "[rules.CL01] bare_gain: nan is not a number such as 0.2",
    "[rules.CL01]\nbare_gain = true": "[rules.CL01] bare_gain: True is not a number such as 0.2",
    "[rules.CL01]\nbare_gain = '0.3'": "[rules.CL01] bare_gain: '0.3' is not a number such as 0.2",
    "[rules.CL01]\nspecial_use = '军事'": (
        "[rules.CL01] special_use: '军事' is not a list such as ['特殊用地']"
    ),
    "[rules.CL01]\nspecial_use = [3]": (
        "[rules.CL01] special_use: 3 is not a word such as '特殊用地'"
    ),
    "[rules.CL01]\nbear_gain = 0.3": (
        "[rules.CL01] bear_gain: no such name; did you mean bare_gain?"
    ),
    "[rules.PH04]\nmin_photos = 1.5": (
        "[rules.PH04] min_photos: 1.5 is not a whole number such as 1"
    ),
    "[rules.cl01]\nbare_gain = 0.3": "[rules] cl01: no such name; did you mean CL01?",
    "[rules.false-pseudochange]\n": (
        "[rules] false-pseudochange: no such name; did you mean false-pseudo-change?"
    ),
    "[rules]\nCL01 = 3": "[rules] CL01: not a table such as [rules.CL01]",
    "[rules.CL01]\n[rules.false-pseudo-change]\n": (
        "[rules] false-pseudo-change: [rules.CL01] settles the same rule already"
    ),
    "[rule.CL01]\n": "[satcheck.toml] rule: no such name; did you mean rules?",
    "policy = 3": "[satcheck.toml] policy: not a table such as [policy]",
    "[policy]\nfdr = 0.5": "[policy] fdr: 0.5 lies outside 0.001–0.2",
    "[policy]\nfrd = 0.05": "[policy] frd: no such name; did you mean fdr?",
    "[policy]\nstage_ends = 2022-12-31": (
        "[policy] stage_ends: 2022-12-31 is not a list such as [2022-12-31]"
    ),
    "[policy]\nstage_ends = ['2022-13-31']": (
        "[policy] stage_ends: '2022-13-31' is not a date such as 2022-12-31"
    ),
    "[policy]\nstage_ends = []": (
        "[policy] stage_ends: the list is empty; it needs a day, as [2022-12-31]"
    ),
    "[policy]\nlookback_since = 1999-01-01": (
        "[policy] lookback_since: 1999-01-01 lies outside 2010-01-01–2030-12-31"
    ),
    "[policy]\npatrol_intervals = { '村' = 'weekly' }": (
        "[policy] patrol_intervals: 村 = 'weekly': no such name; did you mean week?"
    ),
}


@pytest.mark.parametrize("line", WRONG)
def test_a_setting_that_cannot_be_used_is_named(line: str) -> None:
    settings = tomllib.loads(line)
    assert [str(one) for one in problems(settings)] == [WRONG[line]]
    with pytest.raises(SettingError) as told:
        (rulebook(settings), policy(settings))
    assert str(told.value) == WRONG[line]
    assert re.search("[\u4e00-\u9fff]", told.value.says.zh)


def test_every_problem_is_found_not_only_the_first() -> None:
    settings = tomllib.loads("[rules.CL01]\nbare_gain = 2\np_mining = 2\n[policy]\nfdr = 1")
    assert len(problems(settings)) == 3


def test_rules_are_selected_by_code_or_slug() -> None:
    assert [r.code for r in select(BOOK, ["photo-reuse", "CL01", "cl01"])] == ["CL01", "PH01"]
    assert select(BOOK, []) == BOOK
    with pytest.raises(SettingError, match="PH99: no such name; did you mean PH0"):
        select(BOOK, ["PH99"])


class Door:
    """An entry point of another package."""

    name = "elsewhere"

    def __init__(self, offered: object) -> None:
        self.offered = offered

    def load(self) -> object:
        return self.offered


def test_other_packages_offer_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = replace(BOOK[0], code="XX01", slug="their-rule")
    monkeypatch.setattr(module, "entry_points", lambda group: [Door([theirs])])
    assert rulebook({"rules": {"XX01": {"bare_gain": 0.4}}})[-1].limits.bare_gain == 0.4
    monkeypatch.setattr(module, "entry_points", lambda group: [Door(BOOK[0])])
    with pytest.raises(SatcheckError, match="share a code or a slug: CL01"):
        rulebook()
    monkeypatch.setattr(module, "entry_points", lambda group: [Door(["a word"])])
    with pytest.raises(SatcheckError, match="elsewhere offers 'a word', which is no rule"):
        rulebook()
    monkeypatch.setattr(module, "entry_points", lambda group: [Door(3)])
    with pytest.raises(SatcheckError, match="the rules that elsewhere offers do not load"):
        rulebook()


def test_clauses_name_rules_of_the_contract_dates_and_sources() -> None:
    assert {*provisions()} <= CODES
    for clauses in provisions().values():
        for one in clauses:
            assert one.source
            assert one.words.zh
            assert one.words.en
            assert one.since is None or one.until is None or one.since < one.until


@pytest.mark.parametrize(
    ("land", "cited"),
    [
        ("耕地", "在耕地上采矿的"),
        ("水浇地", "在耕地上采矿的"),
        ("灾毁耕地", "在耕地上采矿的"),
        ("林地、耕地", "在耕地上采矿的"),
        ("", "若占用耕地"),
        ("堆场", "若占用耕地"),
        ("采矿用地", None),
        ("林地", None),
        ("灾毁地块", None),
        ("生态修复用地", None),
        ("非耕地", None),
    ],
)
def test_what_is_said_of_farmland_is_cited_on_farmland(land: str, cited: str | None) -> None:
    of_land = [one for one in provisions()["CL01"] if one.land]
    of_any = [one for one in provisions()["CL01"] if not one.land]
    assert len(of_land) == 1
    found = of_land[0].on(land)
    assert (found is None) == (cited is None)
    assert found is None or str(cited) in found.words.zh
    assert all(one.on(land) == one for one in of_any)


@pytest.mark.parametrize("rule", BOOK, ids=lambda rule: rule.code)
def test_a_rule_is_well_formed(rule: Any) -> None:
    assert rule.code in CODES
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.slug)
    assert rule.basis
    assert {need.partition(".")[0] for need in rule.needs} <= {*SUPPLIES}
    for limit in fields(rule.limits):
        low, high = limit.metadata["low"], limit.metadata["high"]
        value = getattr(rule.limits, limit.name)
        assert limit.metadata["unit"]
        assert limit.metadata["why"]
        assert low is None or low <= value <= high


@pytest.mark.parametrize("rule", BOOK, ids=lambda rule: rule.code)
def test_a_page_is_fresh_and_speaks_both_languages(rule: Any) -> None:
    text = page(rule)
    assert text == (ROOT / f"docs/rules/{rule.code}.md").read_text("utf-8"), "run `make docs`"
    for part in ["查什么", "What it finds", "为何要紧", "Why it matters", "何时会看错"]:
        assert part in text
    for part in ["When it misleads", "什么能说清", "What clears it", rule.title.zh, rule.slug]:
        assert part in text


def test_pages_are_written_and_those_of_departed_rules_removed(tmp_path: Path) -> None:
    (tmp_path / "ZZ99.md").write_text("gone", "utf-8")
    (tmp_path / "README.md").write_text("stays", "utf-8")
    write_pages(tmp_path)
    there = {file.name for file in tmp_path.iterdir()}
    assert there == {f"{rule.code}.md" for rule in BOOK} | {"README.md"}


def test_pages_can_be_written_from_the_shell(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "yanhu_satcheck.rulebook", tmp_path], check=True)
    assert (tmp_path / "CL01.md").read_bytes() == page(BOOK[0]).encode()
