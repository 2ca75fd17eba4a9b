"""The corrected ledger: what was found and filed, what people answered to it, what follows.

Nothing filed is changed or dropped here: a corrected call stands beside the filed one as a
proposal until a named person accepts it.
"""

from yanhu_satcheck.correct.answered import valid
from yanhu_satcheck.correct.carry import carry
from yanhu_satcheck.correct.rows import correct
from yanhu_satcheck.correct.settle import of_another, settle

__all__ = ["carry", "correct", "of_another", "settle", "valid"]
