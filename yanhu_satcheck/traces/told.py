"""The lines of evidence and the parts of sentences that several rules share."""

from collections.abc import Iterator, Sequence

from yanhu_satcheck.evidence import Cause, Chance, ChangeEvidence, TerrainEvidence
from yanhu_satcheck.quantity import Figure, Measured, stated
from yanhu_satcheck.terms import Words
from yanhu_satcheck.traces.relief import other
from yanhu_satcheck.traces.sizes import Sizes


def change_figures(change: ChangeEvidence, scene: str, sizes: Sizes) -> tuple[Figure, ...]:
    """Give the lines of evidence that say how the ground changed."""
    return (
        change.bare_gain.held_to(sizes.bare_gain, "bare_gain", scene),
        change.bare_before.held_to(sizes.already_open, "bare_before", scene),
        change.bare_after.held_to(None, "bare_after", scene),
        change.growth_share.held_to(sizes.growth, "growth_share", scene),
    )


def cause_figures(
    cause: Cause | None, chance: Chance | None, scene: str, p_mining: float
) -> Iterator[Figure]:
    """Give the lines of evidence on what explains a change, and how rare it is."""
    for name, share in sorted(cause.shares.items() if cause else ()):
        figure = stated(f"p_{name}", share, scene, "share")
        yield figure._replace(threshold=p_mining if name == "mining" else None)
    if chance:
        yield Figure("exceedances", chance.exceedances, None, chance.places, "count", None, scene)


def relief_figures(terrain: TerrainEvidence | None, *names: str) -> Iterator[Figure]:
    """Give the lines of evidence on relief: the named ones that were measured."""
    for name in names:
        one = getattr(terrain, name, None) if name in TerrainEvidence._fields else None
        one = one or other(terrain, name)
        if isinstance(one, Measured):
            yield one.held_to(None, name, "dem")


def why(cause: Cause | None, chance: Chance | None) -> Words:
    """Word what explains a change, and how rare it is on like ground."""
    zh, en = "成因未能衡量", "its cause could not be weighed"
    if cause:
        share = cause.of("mining")
        zh = f"成因指向采矿的份额为 {share:.2f}"
        en = f"mining explains it with a share of {share:.2f}"
    if chance and chance.says.zh:
        zh, en = f"{zh}；{chance.says.zh}", f"{en}; {chance.says.en}"
    return Words(zh, en)


def joined(parts: Sequence[Words]) -> Words:
    """Join parts of a sentence."""
    return Words("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))
