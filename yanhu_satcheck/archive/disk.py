"""What the archive asks of the disk: a name that is given once, and whether it is a share."""

import os
import sys
from pathlib import Path

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs"})


def move_in(fresh: Path, path: Path) -> None:
    """Give a finished file its name, unless another process was first."""
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links, as on most sticks
        if not path.exists():
            fresh.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Make a new name in a folder outlast a power cut, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def on_network(path: Path) -> bool:
    """Whether a file would lie on a share, as far as the system tells."""
    where = os.path.abspath(path)
    if where.startswith(("\\\\", "//")):
        return True
    if sys.platform == "win32":
        import ctypes

        drive = os.path.splitdrive(where)[0] + "\\"
        return bool(ctypes.windll.kernel32.GetDriveTypeW(drive) == 4)
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    kinds = {words[1].rstrip("/"): words[2] for words in (line.split() for line in mounts)}
    above = [where, *map(str, Path(where).parents)]
    nearest = next((kinds[one.rstrip("/")] for one in above if one.rstrip("/") in kinds), "")
    return nearest in _NETWORK
