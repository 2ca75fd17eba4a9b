"""A folder of photographs and nothing else, as a batch that issued no polygon."""

from datetime import date
from pathlib import Path

from yanhu_satcheck.batch import Batch
from yanhu_satcheck.read.folder import Folder
from yanhu_satcheck.read.misreads import Misreads
from yanhu_satcheck.read.photo_files import read_photos
from yanhu_satcheck.runner import Runner, here

UNDATED = date(2000, 1, 1)
"""The day of a folder in which no photograph says when it was taken."""


def read_album(where: Path, runner: Runner = here) -> Batch:
    """Read every photograph below a folder. Its day is that of the latest photograph."""
    folder, misreads = Folder(where), Misreads()
    photos = read_photos(folder, where, None, (), misreads, runner)
    days = [photo.taken_at.date() for photo in photos if photo.taken_at]
    day = max(days, default=UNDATED)
    return Batch(
        id=where.resolve().name,
        root=where,
        region="",
        period=(min(days, default=UNDATED), day),
        as_of=day,
        crs="EPSG:4490",
        polygons=(),
        photos=photos,
        misreads=misreads.all(),
        inputs=folder.inputs,
    )
