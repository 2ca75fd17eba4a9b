"""Who opens a file that may be hostile: this process, or one that may die of it.

Stages are handed a `Runner` and never start a process of their own. What they give it is a
function of a module and plain arguments, paths rather than contents, so that it can be done
anywhere; what they get back is its result, its own exception, or `Died` with the reason.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from yanhu_satcheck.errors import SatcheckError
from yanhu_satcheck.terms import Words

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Task(Generic[T_co]):
    """A function of a module, its arguments, and how many bytes of file it has to read.

    An honest large file may take longer than a hostile small one.
    """

    function: Callable[..., T_co]
    arguments: tuple[Any, ...]
    size: int = 0


class Died(SatcheckError):
    """The process that ran a task ended, or was ended, before there was a result."""

    def __init__(self, why: Words) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why.en


class Runner(Protocol):
    """Runs tasks, here or elsewhere."""

    def run(self, function: Callable[..., T], *arguments: Any, size: int = 0) -> T:
        """Give the result of one task.

        Raises:
            Died: The process that ran it died or was stopped.
            Exception: Whatever the function itself raised.
        """
        ...

    def map(self, tasks: Iterable[Task[T]]) -> Iterator[T | Exception]:
        """Give each task's result, or the exception in its place, in the order of the tasks."""
        ...


class _Here:
    """Runs tasks in this process: for a library's caller who trusts the files, and for tests."""

    def run(self, function: Callable[..., T], *arguments: Any, size: int = 0) -> T:
        return function(*arguments)

    def map(self, tasks: Iterable[Task[T]]) -> Iterator[T | Exception]:
        for task in tasks:
            try:
                yield task.function(*task.arguments)
            except Exception as cause:
                yield cause


here: Runner = _Here()
"""This process. A file that crashes a decoder takes it along."""
