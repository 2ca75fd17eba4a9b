"""Tells a run that still writes from one that was killed: the system drops a dead run's lock."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

MARK = "satcheck.lock"
_SAYS = b"satcheck is writing here\n"


@contextmanager
def held(mark: Path) -> Iterator[None]:
    """Make the mark and hold its lock for as long as the block runs.

    Raises:
        OSError: The mark cannot be made, or somebody else took the lock.
    """
    with mark.open("xb") as file:
        _lock(file)  # before it says what it is: an empty mark is nobody's to clear
        file.write(_SAYS)
        file.flush()
        yield


@contextmanager
def alone(mark: Path) -> Iterator[bool]:
    """Say whether the mark is ours and nobody holds its lock; hold it while the block runs."""
    try:
        file = mark.open("rb+")
    except OSError:
        yield False
        return
    with file:
        try:
            _lock(file)
            ours = file.read() == _SAYS
        except OSError:  # held by a run that is alive, or a disk that knows no locks
            ours = False
        yield ours


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        """Lock a byte beyond what the mark says, so that it can still be read."""
        file.seek(1_000)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
