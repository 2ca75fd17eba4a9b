"""What several rules read alike in the evidence: size, depth, cause, what came after.

Nothing is measured here. Each function answers one question that more than one rule puts to the
figures, so that growth is the same thing to every rule that asks for it.
"""

from yanhu_satcheck.traces.causes import (
    STILL,
    Speaks,
    contradicted,
    leads,
    speaks,
)
from yanhu_satcheck.traces.growth import (
    Grown,
    coarse,
    dug_since,
    fake_green,
    grown,
    newly_bare,
    widened,
)
from yanhu_satcheck.traces.later import (
    Since,
    later_figures,
    since,
    then,
)
from yanhu_satcheck.traces.papers import (
    Lapsed,
    in_term,
    lapsed,
    methods,
)
from yanhu_satcheck.traces.relief import (
    by_heights,
    by_how_much,
    cut_depth,
    dated,
    deeper,
    floor_known,
    heaped,
    is_cut,
    lowered_before,
    moved_by,
    other,
)
from yanhu_satcheck.traces.sizes import (
    SURE,
    Dates,
    Sizes,
    beyond,
    enough,
    grain,
    lead,
    shows,
)
from yanhu_satcheck.traces.told import (
    cause_figures,
    change_figures,
    joined,
    relief_figures,
    why,
)

__all__ = [
    "STILL",
    "SURE",
    "Dates",
    "Grown",
    "Lapsed",
    "Since",
    "Sizes",
    "Speaks",
    "beyond",
    "by_heights",
    "by_how_much",
    "cause_figures",
    "change_figures",
    "coarse",
    "contradicted",
    "cut_depth",
    "dated",
    "deeper",
    "dug_since",
    "enough",
    "fake_green",
    "floor_known",
    "grain",
    "grown",
    "heaped",
    "in_term",
    "is_cut",
    "joined",
    "lapsed",
    "later_figures",
    "lead",
    "leads",
    "lowered_before",
    "methods",
    "moved_by",
    "newly_bare",
    "other",
    "relief_figures",
    "shows",
    "since",
    "speaks",
    "then",
    "why",
    "widened",
]
