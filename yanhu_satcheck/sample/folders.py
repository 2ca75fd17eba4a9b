"""The two batch folders, file by file."""

from pathlib import Path
from typing import NamedTuple

from . import (
    elevation,
    filing,
    handed_in,
    layers,
    licences,
    manifests,
    quarter,
    scenes,
    small,
    truth,
)
from .noise import Field
from .quarter import Quarter
from .summer import summer as before


class World(NamedTuple):
    """One district in two quarters, and its true ground at the dates of the elevation models."""

    summer: Quarter
    autumn: Quarter
    ground: tuple[Field, Field]

    @classmethod
    def of(cls, seed: int) -> "World":
        """All of it from its seed."""
        made = quarter.issue(seed)
        return cls(before(made), made, elevation.surfaces(made))


def summer(world: World, folder: Path, pictures: bool = True) -> None:
    """2022Q3: its registers hold what was known by its end, and nobody has flown again."""
    folder.mkdir(parents=True)
    now, ends = world.summer, world.summer.term.ends
    register = licences.licences(world.autumn, world.ground)
    scenes.scenes(world.autumn, now, folder)
    elevation.models(now, world.ground, folder, ("before",))
    layers.polygons(now, folder)
    layers.permits([licences.known(one, ends) for one in register], folder)
    layers.papers(world.autumn, ends, folder)
    filing.submission(now, None, folder)
    filing.rectification(now, folder)
    small.patrols(now.term, folder)
    manifests.manifest(now.term, folder, pictures)
    album = handed_in.photographs(now, now, folder) if pictures else None
    truth.write_truth(now, now, None, album, folder)


def autumn(world: World, folder: Path, pictures: bool = True) -> None:
    """2022Q4, with everything that a county can supply; photographs take most of the time."""
    folder.mkdir(parents=True)
    now, ground = world.autumn, world.ground
    scenes.scenes(now, now, folder)
    elevation.models(now, ground, folder, ("before", "after"))
    layers.polygons(now, folder)
    layers.permits(licences.licences(now, ground), folder)
    layers.papers(now, now.term.ends, folder)
    layers.hazards(now, folder)
    layers.key_areas(now, folder)
    filing.submission(now, ground, folder)
    filing.rectification(now, folder)
    small.patrols(now.term, folder)
    small.blacklist(folder)
    small.lookback(folder)
    manifests.manifest(now.term, folder, pictures)
    album = handed_in.photographs(now, world.summer, folder) if pictures else None
    truth.write_truth(now, world.summer, ground, album, folder)
