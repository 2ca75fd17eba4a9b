"""The image files of a quarter; the summer's later ones are the autumn's earlier ones."""

from pathlib import Path

from . import fine
from .cloud import cloud_mask, cloud_over
from .district import MAIN
from .frame import Grid
from .imagery import main_scene, orthophoto, snowed, write
from .quarter import Quarter
from .spectra import BANDS
from .terms import AUTUMN, SUMMER_TERM, Term

RGB = ("red", "green", "blue")


def scenes(autumn: Quarter, looked: Quarter, folder: Path) -> None:
    """All scene files of the quarter `looked` at, in the windows that the autumn's cases set."""
    (folder / "scenes").mkdir()
    cloud = cloud_over(autumn) if looked.term.after == AUTUMN else None
    for when, name in moments(looked.term):
        over = cloud if when == AUTUMN else None
        write(folder / f"scenes/{name}.tif", MAIN, main_scene(looked, when, over), BANDS, nodata=0)
        pictured = fine.picture(looked, when)
        window = looked.ground.fine
        write(folder / f"scenes/fine_{name}.tif", window, pictured, fine.BANDS, nodata=0)
    if cloud is not None:
        write(folder / "scenes/clouds.tif", MAIN, cloud_mask(cloud)[None], ("cloud",), predictor=1)
    small(autumn, looked, folder)


def moments(term: Term) -> tuple[tuple[int, str], ...]:
    """The quarter's seasons and what their files are called."""
    return (term.before, "before"), (term.after, "after")


def small(autumn: Quarter, looked: Quarter, folder: Path) -> None:
    """The county's colour orthophotos; in autumn there is a second pair, under snow."""
    pairs = (("colour", "west"), ("snowed", "south"))
    for key, stem in pairs[:1] if looked.term is SUMMER_TERM else pairs:
        middle = autumn.of(key).outline.centroid
        grid = Grid.small(middle.x, middle.y)
        for when, name in moments(looked.term):
            hidden = key == "snowed" and when == AUTUMN
            shown = snowed(looked, grid) if hidden else orthophoto(looked, grid, when)
            write(folder / f"scenes/{stem}_{name}.tif", grid, shown, RGB, nodata=0)
