"""The batch folder: paths that stay inside it, and the hash of every file that was read."""

import hashlib
import re
import stat
from pathlib import Path, PurePosixPath

from yanhu_satcheck.batch import InputFile
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words

_FOREIGN = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:|/|~|//)")
_CHUNK = 1 << 20


class Folder:
    """A batch folder. Nothing outside it is ever opened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._real = root.resolve()
        self._inputs: dict[str, InputFile] = {}

    def name(self, path: Path) -> str:
        """Give a path as it stands in the batch folder, with forward slashes."""
        return path.relative_to(self.root).as_posix()

    def locate(self, text: object) -> Path:
        """Find what batch.toml names, which must lie in the folder.

        Raises:
            Unreadable: It leaves the folder, is absent, or no ordinary file or folder.
        """
        path = self.root / _inside(text)
        if not self.holds(path):
            raise Unreadable(
                Words(f"{text} 指向批次文件夹之外", f"{text} leads out of the batch folder"),
                Words("请把文件放进批次文件夹", "put the file itself into the batch folder"),
            )
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):
            raise Unreadable(
                Words(f"找不到 {text}", f"{text} is not there"),
                Words(
                    "请补上该文件，或在 batch.toml 中改正路径",
                    "supply the file, or mend its path in batch.toml",
                ),
            ) from None
        # A pipe or a device would hang the reader, or never end.
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise Unreadable(
                Words(f"{text} 不是普通文件", f"{text} is no ordinary file"),
                Words("请换成普通文件", "supply an ordinary file"),
            )
        return path

    def file(self, text: object, sidecars: tuple[str, ...] = ()) -> Path:
        """Find a file, and record it and what stands beside it as inputs."""
        path = self.locate(text)
        if not path.is_file():
            raise Unreadable(
                Words(f"{text} 是文件夹，不是文件", f"{text} is a folder, not a file"),
                Words("请写出文件的路径", "give the path of the file"),
            )
        self.record(path)
        for suffix in sidecars:
            for beside in (path.with_suffix(suffix), path.with_name(path.name + suffix)):
                if beside.is_file():
                    self.record(self.locate(self.name(beside)))
        return path

    def whole(self, text: object) -> Path:
        """Find a folder that is one input, like a .gdb, and record every file in it."""
        path = self.locate(text)
        if not path.is_dir():
            raise Unreadable(
                Words(f"{text} 是文件，不是文件夹", f"{text} is a file, not a folder"),
                Words("请复制完整的文件夹", "copy the whole folder"),
            )
        for part in sorted(path.rglob("*")):
            if not self.locate(self.name(part)).is_dir():
                self.record(part)
        return path

    def holds(self, path: Path) -> bool:
        """Whether a path stays inside the folder when every link is followed."""
        try:
            return path.resolve().is_relative_to(self._real)
        except (OSError, RuntimeError, ValueError):
            return False

    def record(self, path: Path, content: bytes | None = None) -> None:
        """Record a file that was read, with its hash."""
        name = self.name(path)
        if name in self._inputs:
            return
        if content is not None:
            digest, size = hashlib.sha256(content), len(content)
        else:
            digest, size = hashlib.sha256(), 0
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
        self._inputs[name] = InputFile(name, digest.hexdigest(), size)

    def has_read(self, path: Path) -> bool:
        """Whether a file is among the inputs."""
        return self.name(path) in self._inputs

    def same(self, one: Path, other: Path) -> bool:
        """Whether two files that were read hold the same bytes, under whatever names."""
        first, second = (self._inputs[self.name(path)] for path in (one, other))
        return (first.bytes, first.sha256) == (second.bytes, second.sha256)

    @property
    def inputs(self) -> tuple[InputFile, ...]:
        """Every file that was read, by name."""
        return tuple(self._inputs[name] for name in sorted(self._inputs))


def _inside(text: object) -> str:
    remedy = Words(
        "请写批次文件夹内的相对路径，如 scenes/before.tif",
        "write a path relative to the batch folder, like scenes/before.tif",
    )
    if not isinstance(text, str) or not text.strip():
        raise Unreadable(Words("没有写路径", "no path is given"), remedy)
    path = text.replace("\\", "/").strip()
    if any(mark in path for mark in "<>\n\r\0") or "://" in path or path.startswith("/vsi"):
        what = Words(f"{text} 不是本地文件", f"{text} is not a local file")
        raise Unreadable(what, remedy)
    if _FOREIGN.match(path) or ".." in PurePosixPath(path).parts:
        what = Words(f"{text} 在批次文件夹之外", f"{text} lies outside the batch folder")
        raise Unreadable(what, remedy)
    return path
