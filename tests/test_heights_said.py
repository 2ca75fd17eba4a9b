"""What elevations show is said with the elevations' own dates, never with the images'."""

import re
from datetime import date

import pytest

from yanhu_satcheck.judge import judge
from yanhu_satcheck.rulebook import rulebook

from .rule_cases import dossier
from .test_rules import FILES, KINDS

BOOK = {rule.code: rule for rule in rulebook()}
ZH = re.compile("地面降低|挖填净量|平均挖深|封闭凹坑|净挖|净量与总量之比")
EN = re.compile(
    "its floor is .* lower|net volume|deep on average|closed hollow|were taken from licence|gross"
)


def spoken() -> list[tuple[str, str, str, str, str]]:
    """Every message of every case that gives a figure of elevation, and the days it must name."""
    out = []
    for code, file in sorted(FILES.items()):
        for kind in sorted(KINDS & {*file}):
            for told in file[kind].values():
                here = dossier(told, file.get("default", {}))
                heights = here.batch.elevation
                if not heights.before or not heights.after:
                    continue
                days = f"{heights.before.date}", f"{heights.after.date}"
                for one in judge(here, [BOOK[code]]).findings:
                    zh, en = one.message
                    if ZH.search(zh) or EN.search(en):
                        out.append((code, zh, en, *days))
    return out


SPOKEN = spoken()


def test_each_rule_that_reads_relief_speaks_of_it_in_some_case() -> None:
    asked = {"CL01", "CL02", "CL03", "CL04", "LE03", "LM02", "LM03", "LM05", "RL04", "RL05"}
    assert {code for code, *_ in SPOKEN} == asked


@pytest.mark.parametrize("code", sorted({code for code, *_ in SPOKEN}))
def test_what_elevations_show_is_said_with_their_own_dates(code: str) -> None:
    for _, zh, en, before, after in (one for one in SPOKEN if one[0] == code):
        assert f"{before} 至 {after} 两期高程：" in zh, zh
        assert f"by elevations of {before} and {after}, " in en, en
        own = zh.index(f"{before} 至 {after} 两期高程：")
        first = ZH.search(zh)
        assert first is not None
        assert own < first.start(), zh


def test_a_lowering_that_may_be_older_than_the_closing_is_said_to_be() -> None:
    sunk = {"gain": 0.5, "p": 0.001, "floor": -6.0, "drawn": 10_000.0}
    base = {"P1": FILES["RL05"]["default"] | sunk}
    [one] = judge(dossier(base, {}), [BOOK["RL05"]]).findings
    assert "前期高程（2021-10-02）早于销号，升降可能发生在销号之前" in one.message.zh
    assert "may have moved before the closing" in one.message.en


def test_a_licence_that_ran_out_meanwhile_is_named_with_its_last_day() -> None:
    ran_out = {"no": "C1", "valid_to": date(2022, 9, 29)}
    dug = {"call": "LEGAL", "gain": 0.5, "p": 0.001, "licences": [ran_out]}
    none = {"licensed": 0.0, "approved": 0.0}
    [one] = judge(dossier({"P1": dug | none}, {}), [BOOK["CL04"]]).findings
    assert "采矿许可证 C1 于 2022-09-29 到期，变化可能发生在到期之前" in one.message.zh
    assert "licence C1 ran out on 2022-09-29, and the ground may have changed" in one.message.en
    assert ("valid_to C1", "2022-09-29") in [(f.name, f.value) for f in one.evidence]
    assert one.proposed is None
