"""The wheel carries what the checkout holds; imports run one way, down the lines of ORDER."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHIPPED = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
SOURCES = {
    ".".join([package, *path.relative_to(ROOT / home).with_suffix("").parts]): path
    for package, home in sorted(SHIPPED["package-dir"].items())
    for path in sorted((ROOT / home).rglob("*.py"))
}
# Each module may import from the lines above its own, and from its own folder.
ORDER = """
terms quantity
errors
scene policy policies runner foreign heif
limits
batch
past
evidence
rule traces
finding
review
ledger
final
places changes
rules
raster
read survey measure photos relate wording judge pardons correct report archive rulebook sample
workers wayback outcheck health
album
pipeline
cli
"""
LINE = {room: number for number, line in enumerate(ORDER.splitlines()) for room in line.split()}
RULES_READ = {"quantity", "evidence", "policy", "rule", "terms", "traces"}
SANS_IO = sys.stdlib_module_names - {"io", "os", "pathlib", "sqlite3", "socket", "urllib", "shutil"}


def may_import(module: str, wanted: str) -> bool:
    """Whether `module` may import `wanted`, both by their installed names."""
    _, *own = module.split(".")
    top, *other = wanted.split(".")
    if top != "yanhu_satcheck":
        # A rule computes nothing that it cannot be read aloud with: no numpy, no file.
        return top in SANS_IO if own[0] == "rules" else top not in {"rules", "cli"}
    if not own or not other:
        return True
    if own[0] == "rules" and own[1:] != ["__init__"]:
        return other[0] in RULES_READ
    return other[0] == own[0] or LINE[other[0]] < LINE[own[0]]


def imports(module: str, source: str) -> Iterator[str]:
    """Every dotted name that a source imports, relative ones resolved."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            asked = "." * node.level + (node.module or "")
            base = resolve_name(asked, module.rpartition(".")[0])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_every_folder_with_code_is_shipped() -> None:
    held = {module.removesuffix(".__init__") for module in SOURCES if module.endswith("__init__")}
    assert held == set(SHIPPED["packages"])


@pytest.mark.parametrize("module", SOURCES)
def test_looks_only_downwards(module: str) -> None:
    wanted = imports(module, SOURCES[module].read_text("utf-8"))
    assert [name for name in wanted if not may_import(module, name)] == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("rules.photo_reuse", "from ..judge import judge"),
        ("rules.photo_reuse", "from . import false_pseudo_change"),
        ("rules.photo_reuse", "import numpy, pathlib"),
        ("judge", "from yanhu_satcheck import rulebook"),
        ("measure.spectral", "from yanhu_satcheck.survey import survey"),
        ("pipeline", "from yanhu_satcheck.cli.main import main"),
        ("cli.main", "from rules import RULES"),
    ],
)
def test_sees_a_look_upwards(module: str, source: str) -> None:
    module = f"yanhu_satcheck.{module}"
    assert not any(may_import(module, wanted) for wanted in imports(module, source))


@pytest.mark.parametrize("module", SOURCES)
def test_no_stage_knows_the_clock(module: str) -> None:
    """The same inputs give the same bytes: `as_of` is an argument, never the wall clock."""
    tree = ast.parse(SOURCES[module].read_text("utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    clocks = {"date.today", "datetime.now", "datetime.utcnow", "time.time", "datetime.today"}
    assert not called & clocks
