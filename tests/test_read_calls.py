"""Legality words: each as the tables of its day have it, none guessed."""

from datetime import date

import pytest

from yanhu_satcheck.read.calls import called
from yanhu_satcheck.terms import Breach, Call

DAY = date(2022, 12, 31)


@pytest.mark.parametrize(
    ("words", "call", "breach"),
    [
        ("合法", Call.LEGAL, None),
        ("合法（采矿）", Call.LEGAL, None),
        ("合法（待定）", Call.UNKNOWN, None),
        ("伪变化", Call.PSEUDO_CHANGE, None),
        ("实地伪变化", Call.PSEUDO_CHANGE, None),
        ("实地未变化", Call.PSEUDO_CHANGE, None),
        (" 实地 伪变化　", Call.PSEUDO_CHANGE, None),
        ("违法", Call.ILLEGAL, None),
        ("违法-无证开采", Call.ILLEGAL, Breach.UNLICENSED),
        ("违法（越界开采）", Call.ILLEGAL, Breach.OUTSIDE),
        ("违法(越界开采)", Call.ILLEGAL, Breach.OUTSIDE),
        ("违法——超层越界", Call.ILLEGAL, Breach.DEPTH),
        ("以探代采", Call.ILLEGAL, Breach.EXPLORING),
        ("擅自改变开采方式", Call.ILLEGAL, Breach.METHOD),
        ("不按批准矿种", Call.ILLEGAL, Breach.MINERAL),
        ("生态修复治理", Call.RESTORATION, None),
        ("自然灾害", Call.DISASTER, None),
        ("工程建设", Call.CONSTRUCTION, None),
        ("设施农用地", Call.AGRI_FACILITY, None),
        ("土地平整", Call.LAND_LEVELLING, None),
        ("特殊用地", Call.SPECIAL_USE, None),
        ("其他", Call.OTHER, None),
        ("PSEUDO_CHANGE", Call.PSEUDO_CHANGE, None),
        ("", Call.UNFILLED, None),
        ("待补", Call.UNFILLED, None),
        ("伪造变化", Call.UNKNOWN, None),
        ("违法但已处理", Call.UNKNOWN, None),
        ("合法违法", Call.UNKNOWN, None),
    ],
)
def test_words_and_their_calls(words: str, call: Call, breach: Breach | None) -> None:
    assert called(words, "", DAY) == (call, breach)


def test_the_subclass_tells_the_kind_of_breach_and_nothing_else() -> None:
    assert called("违法", "越界开采", DAY) == (Call.ILLEGAL, Breach.OUTSIDE)
    assert called("违法-无证开采", "越界开采", DAY) == (Call.ILLEGAL, Breach.UNLICENSED)
    assert called("其他", "生态修复用地", DAY) == (Call.OTHER, None)
    assert called("合法", "越界开采", DAY) == (Call.LEGAL, None)


def test_a_word_counts_only_while_its_form_was_in_force() -> None:
    assert called("0", "", date(2019, 12, 31)) == (Call.PSEUDO_CHANGE, None)
    assert called("0", "", date(2020, 12, 31)) == (Call.PSEUDO_CHANGE, None)
    assert called("0", "", date(2021, 1, 1)) == (Call.UNKNOWN, None)
