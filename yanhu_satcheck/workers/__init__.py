"""Children that may die: each opens one file at a time, and takes no more than itself along.

The standard library's pools lose every result when one child dies; here it costs one file, which
is named. A child is given its task through a pipe, watched from outside while it works, and
replaced when it is gone.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from time import monotonic
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from yanhu_satcheck.errors import SatcheckError
from yanhu_satcheck.runner import Died, Task
from yanhu_satcheck.workers.child import NO_MEMORY
from yanhu_satcheck.workers.watched import Child, Gone, Limits

__all__ = ["Limits", "NoWorkers", "Pool"]

T = TypeVar("T")

AHEAD = 16
"""So many tasks a child may be given before the first of them is done: one may be slow."""
HESITATION = 1.0
"""Seconds before another child is started: its libraries take as long to load."""
TICK = 0.05
"""Seconds between two looks at what the children use."""


class NoWorkers(SatcheckError):
    """No child can be started on this machine; nothing is opened without one."""

    def __init__(self) -> None:
        super().__init__(
            "无法启动读取文件的子进程（脚本中请写 if __name__ == '__main__':） / worker processes "
            "cannot be started; a script that calls an audit needs `if __name__ == '__main__':`"
        )


class _Given(NamedTuple, Generic[T]):
    place: int
    task: Task[T]
    again: bool  # a child already died of it, or was killed while it had it


class Pool:
    """A few children, started when there is something for them to do. Use it as a context."""

    def __init__(self, children: int | None = None, limits: Limits = Limits()) -> None:
        self._children = children or min(2, _cores())
        self._limits = limits
        self._all: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every child at once, whatever it is doing."""
        while self._all:
            self._all.pop().end()

    def run(self, function: Callable[..., T], *arguments: Any, size: int = 0) -> T:
        """Give the result of one task.

        Raises:
            Died: The child died of it or was stopped.
            NoWorkers: No child can be started.
            Exception: Whatever the function itself raised.
        """
        for outcome in self.map([Task(function, arguments, size)]):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        raise AssertionError("a task has an outcome")

    def map(self, tasks: Iterable[Task[T]]) -> Iterator[T | Exception]:
        """Give each task's result, or the exception in its place, in the order of the tasks.

        Raises:
            NoWorkers: No child can be started.
        """
        left = iter(enumerate(tasks))
        busy: dict[Child, _Given[T]] = {}
        done: dict[int, T | Exception] = {}
        place = 0  # of the outcome that is to be given next
        taken, more, began = 0, True, monotonic()
        try:
            while True:
                late = monotonic() - began > HESITATION
                most = self._children if late else max(1, len(self._all))
                while more and len(busy) < most and taken - place < AHEAD * most:
                    task = next(left, None)
                    if task is None:
                        more = False
                        break
                    taken += 1
                    self._give(busy, _Given(*task, again=False))
                while place in done:
                    yield done.pop(place)
                    place += 1
                if busy:
                    self._collect(busy, done)
                elif not more:
                    return
        finally:
            # Somebody who wants no more outcomes, or Ctrl-C: what is under way ends here.
            for child in busy:
                self._bury(child)

    def _give(self, busy: dict[Child, _Given[T]], given: _Given[T]) -> None:
        idle = [child for child in self._all if not child.busy]
        if idle:
            child = idle[0]
        else:
            with _interrupts_wait():
                child = Child(self._limits)
            self._all.append(child)
        busy[child] = given
        child.give(given.task)

    def _collect(self, busy: dict[Child, _Given[T]], done: dict[int, T | Exception]) -> None:
        """Wait a little; take what was answered, and what became of those that ended."""
        wait([child.pipe for child in busy], TICK)
        for child, given in list(busy.items()):
            try:
                answer = child.answer()
            except Gone as end:
                del busy[child]
                self._bury(child)
                if end.why is None and not given.again:
                    # Killed from outside, it may be: nobody's file is named for that.
                    self._give(busy, given._replace(again=True))
                elif end.why is None and not end.started:
                    raise NoWorkers from None
                else:
                    done[given.place] = Died(end.why or end.crash)
                continue
            if answer is None:
                continue
            del busy[child]
            kind, value = answer
            if kind == NO_MEMORY:
                self._bury(child)
                value = Died(self._limits.memory_words)
            elif child.swollen:
                self._bury(child)
            done[given.place] = value

    def _bury(self, child: Child) -> None:
        child.end()
        if child in self._all:
            self._all.remove(child)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hold Ctrl-C back while a child starts: it would reach a child that cannot ignore it yet."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # which lets interrupts through again when it starts
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
