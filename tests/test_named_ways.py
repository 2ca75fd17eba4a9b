"""docs/named_ways.md: every rule it names has its page, every case is in the plan as it says."""

import re
from pathlib import Path

import pytest

from yanhu_satcheck.rulebook import rulebook
from yanhu_satcheck.sample.plan import CASES

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "named_ways.md").read_text("utf-8")
ROWS = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("| ")][1:]
PLAN = {case.key: case for case in CASES}
BOOK = {rule.code for rule in rulebook()}
WAYS = [pytest.param(*(cell.strip() for cell in row), id=row[0].strip()) for row in ROWS]


def named(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_plan_names_seven_ways_and_the_ledger() -> None:
    assert len(ROWS) == 10


@pytest.mark.parametrize(("way", "rules", "planted", "honest"), WAYS)
def test_each_way_has_its_rules_and_is_planted(
    way: str, rules: str, planted: str, honest: str
) -> None:
    codes = set(rules.split())
    assert codes <= BOOK
    for code in codes:
        assert (ROOT / "docs" / "rules" / f"{code}.md").exists()
    for key in named(planted):
        case = PLAN[key]
        assert codes & {*case.must, *case.then_must}, f"{key}: none of {rules} must speak"
    for key in named(honest):
        case = PLAN[key]
        assert not codes & {*case.must, *case.then_must}, f"{key} is planted, not honest"
