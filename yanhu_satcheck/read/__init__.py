"""A batch folder becomes a `Batch`; everything that could not be read as meant is told at once."""

from yanhu_satcheck.read.answers import read_answers
from yanhu_satcheck.read.whole import read_batch

__all__ = ["read_answers", "read_batch"]
