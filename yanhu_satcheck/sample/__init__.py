"""Two made-up quarters from a seed: what a county would hand in, and what is true of it."""

from pathlib import Path

SEED = 20221231
QUARTERS = ("2022Q3", "2022Q4")


def make(folder: Path, seed: int = SEED) -> None:
    """Write the batch folders 2022Q3 and 2022Q4 below a folder; one seed gives the same bytes."""
    from . import folders

    world = folders.World.of(seed)
    folders.summer(world, folder / QUARTERS[0])
    folders.autumn(world, folder / QUARTERS[1])


def make_one(folder: Path, name: str, seed: int = SEED) -> None:
    """Write one of the two quarters straight into a folder."""
    from . import folders

    write = folders.summer if name == QUARTERS[0] else folders.autumn
    write(folders.World.of(seed), folder)


__all__ = ["QUARTERS", "SEED", "make", "make_one"]
