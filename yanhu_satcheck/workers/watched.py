"""One child as its parent sees it: what it was given, what it uses, how it ended."""

import multiprocessing
import pickle
import signal
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

import psutil

from yanhu_satcheck.runner import Task
from yanhu_satcheck.terms import Words
from yanhu_satcheck.workers.child import STARTED, Answer, serve

BYTES_A_SECOND = 2_000_000
"""A file may take a second more for each of these: the slowest reader does several times that."""
LOADING = 120.0
"""Seconds until a child has imported its libraries, from a cold and slow disk."""
WAITING = 3.0
"""How much longer than its own time a task may last: other programs use the machine too."""
LOOK = 0.05

_SPAWN = multiprocessing.get_context("spawn")  # the same on every system, and no inherited state


@dataclass(frozen=True, slots=True)
class Limits:
    """What opening one file may use."""

    seconds: float = 10.0  # of processor time, beside what the file's size allows
    memory: int = 2 << 30  # bytes in use

    def seconds_for(self, task: Task[Any]) -> float:
        """How much processor time a task may take."""
        return self.seconds + task.size / BYTES_A_SECOND

    @property
    def memory_words(self) -> Words:
        """Why a task that wanted more memory was stopped."""
        size = f"{self.memory / (1 << 30):.3g} GB"
        return Words(
            f"打开它需要超过 {size} 内存，已中止", f"opening it takes more than {size} of memory"
        )


class Gone(Exception):
    """A child has ended without an answer."""

    def __init__(self, why: Words | None, crash: Words, started: bool) -> None:
        super().__init__(why or crash)
        self.why = why  # for what it was stopped; `None`: it ended by itself
        self.crash = crash
        self.started = started


class Child:
    """A process that runs one task at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pipe, far = _SPAWN.Pipe()
        # The address space counts libraries and untouched pages too: a bound against bursts only.
        self._process = _SPAWN.Process(
            target=serve, args=(far, 2 * limits.memory + (1 << 30)), daemon=True
        )
        self._process.start()
        far.close()
        self._probe = psutil.Process(self._process.pid)
        self._started = False  # whether the task itself runs; before, its libraries are loaded
        self.busy = False
        self._seconds = self._since = self._spent = self._looked = 0.0
        self._resident = 0

    @property
    def swollen(self) -> bool:
        """Whether it kept so much memory that the next file would pay for this one."""
        return self._resident > self._limits.memory // 2

    def give(self, task: Task[Any]) -> None:
        """Send it a task."""
        self.busy, self._started = True, False
        self._since, self._resident = monotonic(), 0
        self._seconds = self._limits.seconds_for(task)
        packed = pickle.dumps((task.function, task.arguments))
        with suppress(OSError):  # it has died, which `answer` finds too
            self.pipe.send_bytes(pickle.dumps((self._seconds, packed)))

    def answer(self) -> Answer | None:
        """Give what became of its task, `None` while it is at it.

        Raises:
            Gone: It has ended, or was stopped because it used too much.
        """
        try:
            while self.pipe.poll():
                message = self.pipe.recv_bytes()
                if message != STARTED:
                    self.busy = False
                    answer: Answer = pickle.loads(message)
                    return answer
                self._started = True
                self._since, self._spent = monotonic(), self._processor_time()
        except (EOFError, OSError):
            self._process.join(5)
            raise Gone(None, self._crash(), self._started) from None
        now = monotonic()
        if now - self._looked >= LOOK:
            self._looked = now
            self._hold_to_limits(now - self._since)
        return None

    def end(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join(5)
        self.pipe.close()

    def _hold_to_limits(self, lasted: float) -> None:
        why = None
        self._resident = max(self._resident, self._memory())
        if self._resident > self._limits.memory:
            why = self._limits.memory_words
        elif not self._started:
            late = lasted > LOADING
            why = Words("读取程序没有启动", "its reader did not start") if late else None
        elif (
            self._processor_time() - self._spent > self._seconds or lasted > WAITING * self._seconds
        ):
            limit = f"{self._seconds:.0f}"
            why = Words(f"{limit} 秒内未能读完，已中止", f"it cannot be read within {limit} s")
        if why is not None:
            raise Gone(why, why, self._started)

    def _memory(self) -> int:
        try:
            return int(self._probe.memory_info().rss)
        except psutil.Error:
            return 0  # it has just ended; the pipe tells

    def _processor_time(self) -> float:
        try:
            used = self._probe.cpu_times()
        except psutil.Error:
            return self._spent
        return float(used.user + used.system)

    def _crash(self) -> Words:
        code = self._process.exitcode
        name = f"exit {code}"
        if code is not None and code < 0:
            name = next((s.name for s in signal.Signals if s == -code), f"signal {-code}")
        return Words(f"读取程序在此文件上崩溃（{name}）", f"its reader crashed ({name})")
