"""Made ground: a quarter from a seed with everything that makes change hard to judge, and quickly.

Where the two sample quarters show what a county hands in, these are for measuring how often an
audit is right about the ground: sensors from 30 m to 2 m, seven dates of the farming year, haze,
cloud, snow, scenes that lie wrong, elevations good and bad or none, and about sixty polygons whose
truth is known. No photographs. Quarters of seeds 1–10 are for development; figures are told of
101–130, which nobody looks into while building.
"""

from pathlib import Path

DEVELOPMENT, SCORED = range(1, 11), range(101, 131)


def make(folder: Path, seed: int, side: float | None = None) -> None:
    """Write the made quarter of a seed as a batch folder with its truth; same seed, same bytes.

    Args:
        folder: Is made.
        seed: Of everything that is drawn.
        side: Of the ground shown, in metres; left out, 5200 or for fine sensors 3000. What finds no
            place on less of it is left out.

    Raises:
        FileExistsError: The folder is there already.
    """
    from .folder import write

    write(folder, seed, side)


__all__ = ["DEVELOPMENT", "SCORED", "make"]
