"""A batch folder becomes a `Batch`; everything that could not be read as meant is told at once."""

from yanhu_satcheck.read.album import read_album
from yanhu_satcheck.read.answers import read_answers, read_told
from yanhu_satcheck.read.decisions import read_decisions
from yanhu_satcheck.read.finished import read_finished
from yanhu_satcheck.read.whole import read_batch
from yanhu_satcheck.read.written import read_written

__all__ = [
    "read_album",
    "read_answers",
    "read_batch",
    "read_decisions",
    "read_finished",
    "read_told",
    "read_written",
]
