"""A child may die in any way: its task is named with the reason, every other has its result."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import deaths
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.runner import Died, Task, here
from yanhu_satcheck.terms import Words
from yanhu_satcheck.workers import Limits, NoWorkers, Pool

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@pytest.fixture(scope="module")
def hasty() -> Iterator[Pool]:
    """A pool that gives a task half a second and 300 MB."""
    with Pool(limits=Limits(0.5, 300 << 20)) as pool:
        yield pool


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (deaths.crash, "crashed"),
        (deaths.abort, "crashed"),
        (deaths.loop, "within 0 s"),
        (deaths.loop_holding_the_interpreter, "within 0 s"),
        (deaths.wait_for_ever, "within 0 s"),
    ],
)
def test_a_death_costs_its_own_task_only(hasty: Pool, function: object, says: str) -> None:
    tasks = [Task(deaths.double, (n,)) for n in range(9)]
    tasks[4] = Task(function, ())  # type: ignore[arg-type]
    found = list(hasty.map(tasks))
    died = found.pop(4)
    assert isinstance(died, Died)
    assert says in died.why.en
    assert found == [0, 2, 4, 6, 10, 12, 14, 16]


@pytest.mark.parametrize("function", [deaths.gobble, deaths.gobble_slowly])
def test_too_much_memory_is_named_as_such(function: object) -> None:
    with Pool(limits=Limits(20, 300 << 20)) as pool:
        with pytest.raises(Died, match=r"more than 0\.293 GB of memory"):
            pool.run(function, 3 << 30)  # type: ignore[arg-type]
        assert pool.run(deaths.double, 4) == 8


def test_results_come_in_order_though_the_first_is_slowest() -> None:
    calls = [(n, 0.4 if n == 0 else 0.0) for n in range(300)]
    with Pool(3) as pool:
        assert list(pool.map(Task(deaths.later, call) for call in calls)) == [*range(300)]


@pytest.mark.parametrize(
    "error",
    [
        Unreadable(Words("坏", "broken"), Words("换", "replace it"), "DQ04"),
        ValueError("no", 3),
        Died(Words("崩溃", "it crashed")),
    ],
)
def test_an_exception_comes_back_as_itself(hasty: Pool, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        hasty.run(deaths.fail, error)
    assert str(caught.value) == str(error)
    assert vars(caught.value) == vars(error)


def test_what_cannot_be_sent_is_an_error_of_the_task(hasty: Pool) -> None:
    with pytest.raises(RuntimeError, match="Odd: 1 2"):
        hasty.run(deaths.fail_oddly)
    with pytest.raises(TypeError, match="cannot be sent"):
        hasty.run(deaths.give_a_function)
    assert hasty.run(deaths.double, 1) == 2


def test_a_child_is_kept_while_it_lives(hasty: Pool) -> None:
    first = hasty.run(deaths.process)
    assert first != os.getpid()
    assert hasty.run(deaths.process) == first


def test_nothing_is_started_for_nothing() -> None:
    before = {child.pid for child in psutil.Process().children()}
    with Pool() as pool:
        assert list(pool.map([])) == []
        assert {child.pid for child in psutil.Process().children()} <= before


def test_a_child_prints_nothing(hasty: Pool, capfd: pytest.CaptureFixture[str]) -> None:
    assert hasty.run(deaths.shout) == "done"
    assert capfd.readouterr() == ("", "")


@POSIX
def test_a_child_that_is_killed_from_outside_costs_nothing(hasty: Pool, tmp_path: Path) -> None:
    assert hasty.run(deaths.die_once, tmp_path / "mark") == "done"


def test_larger_files_are_given_more_time(hasty: Pool) -> None:
    assert hasty.run(deaths.later, 7, 2.0, size=10_000_000) == 7


def test_outcomes_that_nobody_wants_are_dropped(hasty: Pool) -> None:
    outcomes = hasty.map(Task(deaths.later, (n, 0.2 * n)) for n in range(9))
    assert next(outcomes) == 0
    outcomes.close()  # type: ignore[attr-defined]
    assert hasty.run(deaths.double, 5) == 10


def test_tasks_can_be_run_while_others_are_under_way(hasty: Pool) -> None:
    outcomes = hasty.map(Task(deaths.later, (n, 0.1)) for n in range(6))
    assert next(outcomes) == 0
    assert hasty.run(deaths.double, 5) == 10
    assert list(outcomes) == [1, 2, 3, 4, 5]


def test_here_gives_the_same() -> None:
    tasks = [Task(deaths.double, (1,)), Task(deaths.fail, (ValueError("no"),))]
    done, failed = here.map(tasks)
    assert done == 2
    assert isinstance(failed, ValueError)
    with pytest.raises(ValueError, match="no"):
        here.run(deaths.fail, ValueError("no"))


SCRIPT = """
from tests.deaths import {function}
from yanhu_satcheck.workers import Pool
if {guard}:
    with Pool() as pool:
        print("ready", flush=True)
        pool.run({function})
"""


def started(tmp_path: Path, function: str, guard: str = "__name__ == '__main__'") -> "Started":
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(function=function, guard=guard), encoding="utf-8")
    root = str(Path(__file__).parent.parent)
    return subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root},
    )


Started = subprocess.Popen[str]


def children_of(parent: Started, least: int) -> list[psutil.Process]:
    """The parent's children, once there are so many (the tracker of resources is one)."""
    for _ in range(200):
        children = psutil.Process(parent.pid).children(recursive=True)
        if len(children) >= least:
            time.sleep(0.5)
            return children
        time.sleep(0.05)
    raise AssertionError("no child was started")


@POSIX
@pytest.mark.parametrize(
    ("function", "sent", "code"),
    [
        ("loop", signal.SIGKILL, -signal.SIGKILL),
        ("wait_for_ever", signal.SIGKILL, -signal.SIGKILL),
        ("loop", signal.SIGINT, -signal.SIGINT),
    ],
)
def test_children_end_with_their_parent(
    tmp_path: Path, function: str, sent: int, code: int
) -> None:
    parent = started(tmp_path, function)
    children = children_of(parent, 2)
    parent.send_signal(sent)
    parent.communicate(timeout=20)
    assert parent.returncode == code
    _, alive = psutil.wait_procs(children, 10)
    assert alive == []


def test_a_script_without_a_guard_is_told_so(tmp_path: Path) -> None:
    _, said = started(tmp_path, "process", guard="True").communicate(timeout=60)
    assert "NoWorkers" in said
    assert "__main__" in said


@POSIX
def test_ctrl_c_reaches_the_parent_alone(tmp_path: Path) -> None:
    """A terminal sends it to the whole group: children must neither die of it nor print."""
    parent = started(tmp_path, "loop")
    for child in children_of(parent, 2):
        child.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert parent.poll() is None
    parent.send_signal(signal.SIGINT)
    _, said = parent.communicate(timeout=20)
    assert said.count("Traceback") == 1


def test_no_workers_is_an_error_of_ours() -> None:
    assert "__main__" in str(NoWorkers())
