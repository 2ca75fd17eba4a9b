"""ledger.gpkg as QGIS itself opens it: coloured, labelled and named, without a click."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.test_report_audit import small_audit
from yanhu_satcheck.report import write
from yanhu_satcheck.report.style import LOOKS
from yanhu_satcheck.terms import Status

LOOK = Path(__file__).with_name("qgis_look.py")


def _python_with_qgis() -> str:
    """Find the system's Python, to which a package manager gives QGIS."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("no system Python, so no QGIS")
    found = subprocess.run([python, "-c", "import qgis.core"], capture_output=True)
    if found.returncode:
        pytest.skip("QGIS is not installed here")
    return python


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    python = _python_with_qgis()
    where = tmp_path_factory.mktemp("qgis")
    write(small_audit(where), where / "OUT")
    done = subprocess.run(
        [python, str(LOOK), str(where / "OUT" / "ledger.gpkg")],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    line = next(one for one in done.stdout.splitlines() if one.startswith("LOOK"))
    said: dict[str, Any] = json.loads(line[4:])
    return said


def test_the_ledger_opens_coloured_by_state_and_labelled_by_number(told: dict[str, Any]) -> None:
    ledger = told["更正台账"]
    assert (ledger["valid"], ledger["renderer"], ledger["by"]) == (
        True,
        "categorizedSymbol",
        "审核状态",
    )
    assert ledger["labels"] == "图斑编号"
    assert list(ledger["colours"].values()) == [look.colour for look in LOOKS.values()]


def test_findings_lie_over_it_with_the_code_of_their_rule(told: dict[str, Any]) -> None:
    assert told["问题清单"]["labels"] == "规则"
    assert told["问题清单"]["by"] == "审核状态"


def test_measured_figures_have_chinese_names(told: dict[str, Any]) -> None:
    names = told["测量数据"]["names"]
    assert names["bare_after"] == "后时相裸地 (0–1)"
    assert names["cut_m3"].endswith("(m³)")
    assert not [name for name in names.values() if "（" in name]


def test_the_photographs_and_the_links_between_polygons_are_there(told: dict[str, Any]) -> None:
    assert told["举证照片"]["crs"] == "EPSG:4490"
    assert told["一图多用连线"]["rows"] >= 1
    assert told["说明"]["rows"] > 10


def test_the_map_is_drawn_in_the_colours_of_the_states(told: dict[str, Any]) -> None:
    for status in (Status.INCONSISTENT, Status.UNSUPPORTED):
        assert min(_apart(LOOKS[status].colour, seen) for seen in told["map"]) < 60, status


def _apart(one: str, other: str) -> int:
    """Add up how far two colours lie apart in red, green and blue; edges are blended."""
    return sum(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))
