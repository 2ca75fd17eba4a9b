"""What a hostile file may make of the process that opens it; run in children only."""

import ctypes
import os
import signal
import time
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def later(number: int, seconds: float) -> int:
    time.sleep(seconds)
    return number


def crash() -> int:
    return len(ctypes.string_at(0))


def abort() -> None:
    os.abort()


def loop() -> None:
    while True:
        pass


def loop_holding_the_interpreter() -> None:
    sum(range(10**12))


def wait_for_ever() -> None:
    time.sleep(3600)


def gobble(size: int) -> int:
    return len(b"\1" * size)


def gobble_slowly(size: int) -> int:
    held = [b"\1" * (1 << 20) for _ in range(size >> 20)]
    return len(held)


def fail(error: Exception) -> None:
    raise error


class Odd(Exception):
    """Pickles, and cannot be made again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} {two}")


def fail_oddly() -> None:
    raise Odd(1, 2)


def give_a_function() -> object:
    return lambda: None


def shout() -> str:
    print("noise")
    os.write(2, b"libtiff: noise\n")
    return "done"


def process() -> int:
    return os.getpid()


def die_once(mark: Path) -> str:
    if mark.exists():
        return "done"
    mark.touch()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(60)
    return "unreachable"
