"""How findings say figures: elevations by their own dates, one figure by one name, its sign."""

import re
from datetime import date

import pytest

from yanhu_satcheck.judge import judge
from yanhu_satcheck.quantity import Measured
from yanhu_satcheck.report.figures import sentence, spoken
from yanhu_satcheck.rulebook import rulebook

from .rule_cases import dossier
from .test_rules import FILES, KINDS

BOOK = {rule.code: rule for rule in rulebook()}
ZH = re.compile("地面降低|挖填净量|平均挖深|封闭凹坑|净挖|净量与总量之比")
EN = re.compile(
    "its floor is .* lower|net volume|deep on average|closed hollow|were taken from licence|gross"
)


def of_heights() -> list[tuple[str, str, str, str, str]]:
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


SPOKEN = of_heights()


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
    assert "前期高程（2021-10-02）早于销号，升降可能部分或全部发生在销号之前" in one.message.zh
    assert "some or all of that may have come before the closing" in one.message.en


def test_a_licence_that_ran_out_meanwhile_is_named_with_its_last_day() -> None:
    ran_out = {"no": "C1", "valid_to": date(2022, 9, 29)}
    dug = {"call": "LEGAL", "gain": 0.5, "p": 0.001, "licences": [ran_out]}
    none = {"licensed": 0.0, "approved": 0.0}
    [one] = judge(dossier({"P1": dug | none}, {}), [BOOK["CL04"]]).findings
    assert "采矿许可证 C1 于 2022-09-29 到期，变化可能发生在到期之前" in one.message.zh
    assert "licence C1 ran out on 2022-09-29, and the ground may have changed" in one.message.en
    assert ("valid_to C1", "2022-09-29") in [(f.name, f.value) for f in one.evidence]
    assert one.proposed is None


NAMES = {"新增裸地占": "bare_gain", "扩大比例": "growth_share"}


@pytest.mark.parametrize("code", ["CL01", "CL02", "CL04", "LE03", "LM02", "RL04", "RL05"])
def test_what_became_bare_has_the_name_that_its_line_of_evidence_has(code: str) -> None:
    """Each share carries a value of its own, so that one told by the other's name shows."""
    told = 0
    for kind in KINDS & {*FILES[code]}:
        for case in FILES[code][kind].values():
            here = dossier(case, FILES[code].get("default", {}))
            for one in judge(here, [BOOK[code]]).findings:
                lines: dict[str, set[str]] = {}
                for figure in one.evidence:  # of a group, each polygon's own
                    value = f"{figure.value:.2f}" if isinstance(figure.value, float) else ""
                    lines.setdefault(figure.name.partition(" ")[0], set()).add(value)
                for word, name in NAMES.items():
                    for value in re.findall(rf"{word} (-?[\d.]+) ±", one.message.zh):
                        told += 1
                        assert value in lines[name], one.message.zh
    assert told > 0


def test_open_ground_that_grew_says_so_by_its_growth() -> None:
    told = {"call": "PSEUDO_CHANGE", "bare": 0.7, "gain": 0.16, "growth": 0.37, "p": 0.001}
    [one] = judge(dossier({"P1": told}, {}), [BOOK["CL01"]]).findings
    assert "扩大比例 0.37 ± 0.02（原已裸露 0.70 ± 0.02，只计其余部分）" in one.message.zh
    assert "0.37 ± 0.02 of what was not bare became bare" in one.message.en
    assert "0.16" not in one.message.zh


@pytest.mark.parametrize(("before", "already"), [(496.0, True), (500.0, False)])
def test_of_a_floor_below_its_licence_only_what_fell_since_is_new(
    before: float, already: bool
) -> None:
    told = FILES["LM02"]["default"] | {"floor_before": before, "floor_after": 490.0}
    told |= {"floor": 490.0 - before, "p": 0.001}
    [one] = judge(dossier({"P1": told}, {}), [BOOK["LM02"]]).findings
    zh, en = one.message
    assert "2022-11-20 最低一成地面平均 490.0 ± " in zh
    assert f"2021-10-02 时为 {before:.1f} ± 0.1 米" in zh
    assert f"2021-10-02 至 2022-11-20 两期高程：地面降低 {before - 490.0:.1f} ± 0.1 米" in zh
    assert ("当时已低于下限" in zh, "其后新挖的只有这一部分" in zh) == (already, already)
    assert ("below that already" in en, "no more than that is new since" in en) == (
        already,
        already,
    )
    assert "the lowest tenth of its ground, at 490.0 ± " in en


def test_a_floor_that_rose_is_said_with_a_plus() -> None:
    assert spoken(4.93, 0.28, "m", name="floor_change") == "+4.93 ± 0.28 米"
    assert spoken(-4.93, 0.28, "m", name="floor_change") == "-4.93 ± 0.28 米"
    assert spoken(4.93, 0.28, "m", name="floor_after") == "4.93 ± 0.28 米"
    rose = Measured(4.93, 0.28, 100, "m").held_to(None, "floor_change", "dem")
    assert sentence(rose, "zh") == "最低处升降 +4.93 ± 0.28 米 (n=100)"
