"""Add to an archive from two processes at once, and kill one while it adds: is every row there?

    python benchmarks/archive_crash.py [rounds] [polygons a batch]

Each round of the first kind starts from no file: two processes make it and add four batches each,
one of them the same. Each round of the second kind kills (SIGKILL) a process while it adds eight
batches to one archive that lives through all rounds: after a random one of them was said to be
kept, at a random moment of the next.
"""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from archive_overlap import quarter

from yanhu_satcheck.archive import shelves, verify
from yanhu_satcheck.archive.add import shelve


def child(path: Path, size: int, batches: list[int]) -> None:
    """Add batches, and say of each when it is committed."""
    outs = [quarter(batch, size) for batch in batches]
    print("ready", flush=True)
    sys.stdin.readline()
    for out in outs:
        print(shelve(out, path).kept.batch, flush=True)


def start(path: Path, size: int, batches: range) -> subprocess.Popen[str]:
    """Start a process that stands ready to add."""
    command = [sys.executable, __file__, "--child", path, size, *batches]
    began = subprocess.Popen([*map(str, command)], stdin=-1, stdout=-1, stderr=-1, text=True)
    assert began.stdout is not None
    assert began.stdout.readline() == "ready\n"
    return began


def go(one: subprocess.Popen[str]) -> None:
    """Let it run."""
    assert one.stdin is not None
    one.stdin.write("\n")
    one.stdin.flush()


def counted(path: Path, size: int) -> tuple[dict[str, int], bool]:
    """Give the polygons held of each batch, and whether the chain is sound and batches whole."""
    if not path.exists():
        return {}, True
    held = {one.kept.batch: one for one in shelves(path)}
    whole = all((s.polygons, s.findings) == (size, -(-size // 3)) for s in held.values())
    return {name: s.polygons for name, s in held.items()}, whole and verify(path).fault is None


def at_once(folder: Path, rounds: int, size: int) -> None:
    """Two processes at once, from no file."""
    lost = unsound = 0
    for trial in range(rounds):
        path = folder / f"{trial}.sqlite"
        running = [start(path, size, range(4)), start(path, size, range(3, 7))]
        for one in running:
            go(one)
        ended = [one.communicate()[1] for one in running]
        held, sound = counted(path, size)
        lost += 7 * size - sum(held.values())
        unsound += not sound or any(ended)
        path.unlink()
    print(f"two at once, {rounds} rounds: {rounds * 7 * size} polygons expected, {lost} lost,")
    print(f"  rounds unsound or with an error: {unsound}")


def killed(folder: Path, rounds: int, size: int) -> None:
    """One process, killed while it adds."""
    path, rng = folder / "killed.sqlite", random.Random(1)
    expected: set[str] = set()
    lost = unsound = cut = 0
    a_batch = 0.1  # seconds, until one was timed
    for trial in range(rounds):
        one = start(path, size, range(trial * 8, trial * 8 + 8))
        go(one)
        kept = rng.randrange(8)
        began = time.monotonic()
        assert one.stdout is not None
        said = [one.stdout.readline().strip() for _ in range(kept)]
        a_batch = (time.monotonic() - began) / kept if kept else a_batch
        time.sleep(rng.uniform(0.0, a_batch))
        one.send_signal(signal.SIGKILL)
        expected |= {*said, *one.communicate()[0].split()}
        cut += one.returncode != 0
        held, sound = counted(path, size)
        lost += len(expected - set(held)) * size
        unsound += not sound
    print(f"killed, {rounds} rounds, {cut} of them while it ran: {len(expected) * size} polygons")
    print(f"  were said to be kept, {lost} of them lost; {sum(held.values())} are held;")
    print(f"  rounds after which a batch was not whole or the chain not sound: {unsound}")


def main() -> None:
    """Run both kinds."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    with TemporaryDirectory() as folder:
        at_once(Path(folder), rounds, size)
        killed(Path(folder), rounds, size)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]), int(sys.argv[3]), [*map(int, sys.argv[4:])])
    else:
        main()
