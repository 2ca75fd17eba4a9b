"""The polygon holds too few cells of the scene to be judged by it.

查什么：图斑内的影像像元数低于限值。
What it finds: a polygon with fewer cells of the scene than the limit.

为何要紧：十几个像元的变化与配准、混合像元的误差分不开。
Why it matters: in a dozen cells, change cannot be told from misregistration and mixed edges.

何时会看错：细长图斑像元数够，但多为边缘混合像元。
When it misleads: a narrow polygon may hold enough cells, most of them mixed at its edge.

什么能说清：换用更高分辨率的影像，或实地核查。
What clears it: a finer scene, or a visit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from yanhu_satcheck.evidence import Dossier
from yanhu_satcheck.policy import limit
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.rule import Answer, Rule, Unsure
from yanhu_satcheck.terms import Severity, Status, Words


@dataclass(frozen=True, slots=True)
class Limits:
    """How many cells a judgement takes."""

    n_px: float = limit(
        20.0, unit="cells", low=5, high=400, why="10 米影像约 3 亩 at 10 m about 3 mu; 1 mu is 6.7"
    )


def check(dossier: Dossier, limits: Limits) -> Iterator[Answer]:
    """Name every polygon too small for the scene that shows it."""
    for case in dossier.cases:
        view = case.scene
        if view is not None and view.n_px < limits.n_px:
            says = Words(
                f"图斑内只有 {view.n_px:.1f} 个 {view.cell_m:g} 米像元，少于 {limits.n_px:g} 个",
                f"it holds {view.n_px:.1f} cells of {view.cell_m:g} m, fewer than {limits.n_px:g}",
            )
            figure = Figure("n_px", view.n_px, None, None, "", limits.n_px, view.scene)
            yield Unsure((case.polygon_id,), says, (figure,))


RULE = Rule(
    code="DQ03",
    slug="too-few-pixels",
    title=Words("像元太少", "too few pixels"),
    basis=("核查原则：看不清的不作认定，并说明原因",),
    severity=Severity.LOW,
    worst=Status.UNASSESSABLE,
    limits=Limits(),
    needs=frozenset({"scenes"}),
    concerns=lambda case, limits: case.scene is not None,
    check=check,
)
