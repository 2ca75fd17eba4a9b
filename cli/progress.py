"""A bar on stderr that says what the audit is at; silent where nobody watches."""

import sys
from types import TracebackType
from typing import Self

STAGES = {
    "read": "读取 read",
    "survey": "影像配准 survey",
    "measure": "量测图斑 measure",
    "photos": "照片 photos",
    "report": "写出 report",
}
WIDTH = 24


class Bar:
    """Call it with a stage, the pieces done and the pieces there are."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._last = ""

    def __enter__(self) -> Self:
        return self

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Draw the bar anew, on the line it stands on."""
        if not self._shown:
            return
        full = WIDTH * done // max(total, 1)
        line = f"{STAGES.get(stage, stage)} [{'#' * full}{'.' * (WIDTH - full)}] {done}/{total}"
        if line != self._last:
            sys.stderr.write(f"\r\x1b[K{line}")
            sys.stderr.flush()
            self._last = line

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean line for what follows."""
        if self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
