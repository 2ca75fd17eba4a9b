"""The worked example of a county's own rule: installed as an installer would, and put to work."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.read_batches import HEAD, POLYGONS, feature, layer, square, workbook
from tests.rule_cases import dossier
from yanhu_satcheck.judge import judge
from yanhu_satcheck.rulebook import page, rulebook

EXAMPLE = Path(__file__).parent.parent / "docs" / "own_rule"
CASES = tomllib.loads((EXAMPLE / "cases.toml").read_text("utf-8"))
PROJECT = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]


def install(into: Path) -> Path:
    """Lay the package out as an installer does: its code, and what `pyproject.toml` says of it."""
    [package] = [path.parent for path in EXAMPLE.glob("*/__init__.py")]
    shutil.copytree(package, into / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    about = into / f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}.dist-info"
    about.mkdir()
    said = f"Metadata-Version: 2.1\nName: {PROJECT['name']}\nVersion: {PROJECT['version']}\n"
    (about / "METADATA").write_text(said, encoding="utf-8")
    doors = [
        "\n".join([f"[{group}]", *(f"{name} = {at}" for name, at in doors.items())])
        for group, doors in PROJECT["entry-points"].items()
    ]
    (about / "entry_points.txt").write_text("\n".join(doors) + "\n", encoding="utf-8")
    return into


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "site").mkdir()
    site = install(tmp_path / "site")
    monkeypatch.syspath_prepend(str(site))
    yield site
    sys.modules.pop("jiezhou_rules", None)


class Said(NamedTuple):
    code: int
    stdout: str
    stderr: str


def satcheck(site: Path, *words: str | Path) -> Said:
    paths = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(
        [sys.executable, "-m", "yanhu_satcheck.cli.main", *map(str, words)],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONPATH": paths},
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def every_case() -> Iterator[Any]:
    for kind in ("fires", "threshold", "look-alike", "unsure"):
        for sentence, told in CASES[kind].items():
            yield pytest.param(told, id=f"{kind}: {sentence}")


@pytest.mark.parametrize("told", [*every_case()])
def test_its_cases(installed: Path, told: dict[str, Any]) -> None:
    book = rulebook({"rules": {"JZ01": told.get("limits", {})}})
    [rule] = [one for one in book if one.code == "JZ01"]
    findings = judge(dossier(told, CASES["default"]), [rule]).findings
    said = [f"{one.status.name.lower()} {' '.join(one.polygon_ids) or 'batch'}" for one in findings]
    assert said == told.get("says", [])


def test_its_page_is_its_docstring(installed: Path) -> None:
    text = page(import_module("jiezhou_rules").RULE)
    assert text.startswith("# JZ01 重点村核查人数不足")
    for part in (
        "查什么",
        "为何要紧",
        "何时会看错",
        "什么能说清",
        "| `people` | 2 | people | 1–5 |",
    ):
        assert part in text


def test_it_is_listed_explained_and_put_to_a_batch(installed: Path, tmp_path: Path) -> None:
    assert "JZ01" in satcheck(installed, "rules").stdout
    assert "重点村核查人数不足" in satcheck(installed, "explain", "watched-village").stdout
    folder = tmp_path / "batch"
    folder.mkdir()
    villages = {"A1": "南岭村", "A2": "南岭村", "A3": "石门村"}
    drawn = [feature(square(n), 图斑编号=one, 村=v) for n, (one, v) in enumerate(villages.items())]
    layer(folder / "polygons.geojson", drawn)
    more = '[submission]\npath = "filed.xlsx"\n[settings]\npath = "satcheck.toml"\n'
    (folder / "batch.toml").write_text(HEAD + POLYGONS + more, encoding="utf-8")
    (folder / "satcheck.toml").write_text("[rules.JZ01]\npeople = 2\n", encoding="utf-8")
    rows = [[one, "伪变化", "王某、李某" if one == "A2" else "王某"] for one in villages]
    workbook(folder / "filed.xlsx", {"填报": [["图斑编号", "合法性判定", "核查人员"], *rows]})
    done = satcheck(installed, "audit", folder, "-o", tmp_path / "out", "--only", "JZ01")
    assert done.code == 0, done.stderr  # medium lies below --fail-on high
    lines = (tmp_path / "out" / "findings.jsonl").read_text("utf-8").splitlines()
    [finding] = map(json.loads, lines)
    assert (finding["rule"], finding["polygon_ids"]) == ("JZ01", ["A1"])


def test_without_it_the_book_is_as_before() -> None:
    assert "JZ01" not in {rule.code for rule in rulebook()}
