"""How much a polygon's figures speak for mining and for everything else that bares ground.

Points from a table in `policies/causes.toml`: readable, movable, and each with a sentence. What
was not measured speaks for nobody, and is named. The shares are a weighing of evidence, not a
probability of guilt; spectrally a fresh slide is a fresh working, and only
relief and shape can tell them apart. No cause above the table's limit: it cannot be told.
"""

from yanhu_satcheck.measure.cause.table import CAUSES, Ramp, Scale, Table, table
from yanhu_satcheck.measure.cause.values import values_of
from yanhu_satcheck.measure.cause.weighed import cause_of, points, shares_of

__all__ = [
    "CAUSES",
    "Ramp",
    "Scale",
    "Table",
    "cause_of",
    "points",
    "shares_of",
    "table",
    "values_of",
]
