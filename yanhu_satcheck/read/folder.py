"""The batch folder: paths that stay inside it, and the hash of every file that was read."""

import hashlib
from pathlib import Path

from yanhu_satcheck.batch import InputFile
from yanhu_satcheck.read import door
from yanhu_satcheck.read.misreads import Unreadable
from yanhu_satcheck.terms import Words


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
        path = self.root / door.inside(text)
        if not self.holds(path):
            raise Unreadable(
                Words(f"{text} 指向批次文件夹之外", f"{text} leads out of the batch folder"),
                Words("请把文件放进批次文件夹", "put the file itself into the batch folder"),
            )
        door.ordinary(path, text)
        return path

    def file(
        self, text: object, sidecars: tuple[str, ...] = (), form: door.Form | None = None
    ) -> Path:
        """Find a file, and record it and what stands beside it as inputs.

        It must be of the `form` that is asked for, or else of the one that its ending claims.

        Raises:
            Unreadable: It may not be opened.
        """
        path = self.locate(text)
        if not path.is_file():
            raise Unreadable(
                Words(f"{text} 是文件夹，不是文件", f"{text} is a folder, not a file"),
                Words("请写出文件的路径", "give the path of the file"),
            )
        door.admit(path, form)
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
        if self.has_read(path):
            return
        if content is not None:
            self.record_as(path, hashlib.sha256(content).hexdigest(), len(content))
            return
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            self.record_as(path, digest, file.tell())

    def record_as(self, path: Path, sha256: str, size: int) -> None:
        """Record a file that another process has read and hashed."""
        name = self.name(path)
        self._inputs.setdefault(name, InputFile(name, sha256, size))

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
