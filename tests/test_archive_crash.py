"""Two that add at once lose nothing; one that is killed leaves a sound file and what was there."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.archive_outs import finished
from yanhu_satcheck.archive import add, shelves, verify

ADDS = (
    "import sys; from pathlib import Path\n"
    "from yanhu_satcheck.archive import add\n"
    "import pyogrio, pyproj, pyarrow.parquet\n"
    "path, *outs = map(Path, sys.argv[1:])\n"
    "print('ready', flush=True); sys.stdin.readline()\n"
    "for out in outs: print(add(out, path).kept.batch, flush=True)\n"
)


def adder(path: Path, outs: list[Path]) -> subprocess.Popen[str]:
    """Start a process that adds, and stands ready at the line."""
    command = [sys.executable, "-c", ADDS, str(path), *map(str, outs)]
    started = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def go(started: subprocess.Popen[str]) -> None:
    assert started.stdin is not None
    started.stdin.write("\n")
    started.stdin.flush()


@pytest.fixture(scope="module")
def outs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("outs")
    return [finished(folder, f"{year}Q{q}") for year in (2021, 2022) for q in (1, 2, 3, 4)]


def batches(path: Path) -> list[tuple[str, int]]:
    return [(one.kept.batch, one.kept.revision) for one in shelves(path)]


@pytest.mark.parametrize("trial", range(4))
def test_processes_that_add_at_once_lose_nothing(
    outs: list[Path], tmp_path: Path, trial: int
) -> None:
    """The file is not there yet: they also make it at once. Two of them add one OUT both."""
    path = tmp_path / "a.sqlite"
    halves = (outs[:4], outs[3:], outs[::-1][:3])
    running = [adder(path, half) for half in halves]
    for one in running:
        go(one)
    told = [one.communicate(timeout=120) for one in running]
    assert [(one.returncode, err) for one, (_, err) in zip(running, told, strict=True)] == [
        (0, "")
    ] * 3
    assert batches(path) == [(out.name.split()[0], 1) for out in outs]
    assert verify(path).fault is None
    assert [one.name for one in tmp_path.iterdir()] == ["a.sqlite"]


def test_killed_at_any_moment_nothing_committed_is_lost(outs: list[Path], tmp_path: Path) -> None:
    path, rng = tmp_path / "a.sqlite", random.Random(3)
    committed: set[str] = set()
    whole = 0.0
    for _ in range(10):
        started = adder(path, outs)
        begun = time.perf_counter()
        go(started)
        if whole:
            time.sleep(rng.uniform(0.0, 0.9) * whole)
            started.send_signal(signal.SIGKILL)
        said, _ = started.communicate(timeout=120)
        whole = whole or time.perf_counter() - begun
        committed |= set(said.split())
        if path.exists():
            assert verify(path).fault is None
            held = {batch for batch, _ in batches(path)}
            assert committed <= held
        if len(committed) == len(outs):  # a fresh file, so that there is something to be killed in
            path.unlink()
            committed.clear()
    for out in outs:
        add(out, path)
    assert batches(path) == [(out.name.split()[0], 1) for out in outs]
    assert verify(path).fault is None
