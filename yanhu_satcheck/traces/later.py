"""What follow-up dates show of ground that was newly bare."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from yanhu_satcheck.evidence import Case, ChangeEvidence, LaterEvidence
from yanhu_satcheck.quantity import Figure
from yanhu_satcheck.terms import Words
from yanhu_satcheck.traces.sizes import SURE, beyond


class Since(NamedTuple):
    """What follow-up dates show of ground that was newly bare."""

    greened: LaterEvidence | None = None  # the first date at which it is green again
    bare: tuple[LaterEvidence, ...] = ()  # dates at which it is bare still
    grew: tuple[LaterEvidence, ...] = ()  # dates at which more had become bare

    @property
    def season(self) -> bool:
        """Bare, and green again without having grown: what a field does."""
        return self.greened is not None and not self.grew


def since(
    later: Sequence[LaterEvidence],
    change: ChangeEvidence,
    still_bare: float,
    growth: float,
    clear: float,
) -> Since:
    """Read the follow-up dates that show enough of the ground.

    Green again is: no more than the rest of `still_bare` is bare yet, and as much is green as had
    become bare, so that snow, shade and water are not taken for plants.
    """
    seen = [one for one in later if one.clear_share >= clear]
    told = [(one, one.still_bare.value) for one in seen if one.still_bare is not None]
    back = (
        one
        for one, still in told
        if still <= 1 - still_bare
        and one.green.value + SURE * one.green.sigma >= (1 - still) * change.bare_gain.value
    )
    return Since(
        next(back, None),
        tuple(one for one, still in told if still >= still_bare),
        tuple(one for one in seen if one.growth.value >= growth and beyond(one.growth)),
    )


def then(after: Since) -> tuple[Words, ...]:
    """Word what the follow-up dates show."""
    told = []
    for one in after.bare:
        zh = f"{one.date} 影像上新增裸地仍裸露 {one.still_bare}"
        told.append(Words(zh, f"on {one.date}, {one.still_bare} of it was bare still"))
    for one in after.grew:
        zh = f"{one.date} 影像上又扩大 {one.growth}"
        told.append(Words(zh, f"on {one.date}, {one.growth} more had become bare"))
    if after.greened:
        one = after.greened
        zh = f"{one.date} 影像上已返绿（绿地 {one.green}）"
        told.append(Words(zh, f"on {one.date} it was green again ({one.green} of it)"))
    return tuple(told)


def later_figures(
    case: Case, still_bare: float | None = None, growth: float | None = None
) -> Iterator[Figure]:
    """Give a line of evidence for each figure of each follow-up date."""
    scene = case.scene.scene if case.scene else "scenes"
    for one in case.later:
        if one.still_bare is not None:
            yield one.still_bare.held_to(still_bare, f"still_bare {one.date}", scene)
        yield one.growth.held_to(growth, f"growth_later {one.date}", scene)
        yield one.green.held_to(None, f"green_later {one.date}", scene)
