"""A made-up quarter from a seed: what a county would hand in, and what is true of it."""

from pathlib import Path

SEED = 20221231


def make(folder: Path, seed: int = SEED) -> None:
    """Write the whole batch folder 2022Q4; the same seed gives the same bytes."""
    from . import elevation, evidence, filing, imagery, layers, licences, quarter, small, truth

    folder.mkdir(parents=True)
    made = quarter.issue(seed)
    ground = elevation.surfaces(made)
    imagery.scenes(made, folder)
    elevation.models(made, ground, folder)
    layers.polygons(made, folder)
    layers.permits(licences.licences(made, ground), folder)
    layers.papers(made, folder)
    layers.hazards(made, folder)
    layers.key_areas(made, folder)
    filing.submission(made, ground, folder)
    filing.rectification(made, folder)
    small.patrols(folder)
    small.blacklist(folder)
    small.manifest(folder)
    truth.write_truth(made, ground, evidence.photographs(made, folder), folder)


__all__ = ["SEED", "make"]
