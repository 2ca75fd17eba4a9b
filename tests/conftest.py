"""One audit of the sample quarter, shared by every test that looks at what came out."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from yanhu_satcheck.sample import SEED, quarter
from yanhu_satcheck.sample.quarter import Quarter
from yanhu_satcheck.workers import Pool

SAMPLE = Path(__file__).parent.parent / "data" / "sample_tiles" / "2022Q4"
EARLIER = SAMPLE.parent / "2022Q3"


class Run(NamedTuple):
    """One run of the command."""

    code: int
    stdout: str
    stderr: str
    out: Path


def satcheck(*words: str | Path, out: Path = Path("unused")) -> Run:
    """Run the command as a person would, in a process of its own."""
    command = [sys.executable, "-m", "yanhu_satcheck.cli.main", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return Run(done.returncode, done.stdout, done.stderr, out)


@pytest.fixture(scope="session")
def made() -> Quarter:
    """The autumn quarter of the sample from its seed, without a picture."""
    return quarter.issue(SEED)


@pytest.fixture(scope="session")
def sample_audit(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The sample quarter, audited once."""
    out = tmp_path_factory.mktemp("audit") / "OUT"
    return satcheck("audit", SAMPLE, "-o", out, out=out)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Workers for whoever reads in them: a child's libraries take a second to load."""
    with Pool() as pool:
        yield pool
