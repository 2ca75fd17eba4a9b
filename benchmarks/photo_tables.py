"""What the reuse bench prints: copies by attack, honest pairs by family, the goals, what was near.

Bounds are Clopper and Pearson's, one-sided, 95 %: of a rate of which none was seen, 1 − 0.05^(1/n).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from scipy.stats import beta

from yanhu_satcheck.evidence import PairAnswer
from yanhu_satcheck.photos import verdict
from yanhu_satcheck.photos.compare import Compared
from yanhu_satcheck.photos.picture import distance, turned_fingerprints
from yanhu_satcheck.photos.resaved import Likeness

SAME = ("copy", "reshot")
SEEN = (*SAME, "view", "doubtful")
LOW_QUALITY = 85
"""Below, a whole frame saved again and a fixed camera's next shot need not be told apart."""
HONEST = ("honest", "rival", "rival, cut inside")
FAR = 1000.0
Say = Callable[[str], None]


class Result(NamedTuple):
    """One pair and what was said of it."""

    family: str
    label: str
    scene: str
    names: tuple[str, str]
    answer: PairAnswer
    near: float | None = None  # by how much the limits may be widened until it is called the same
    seconds: float = 0.0
    found: bool | None = None  # whether the index brought the pair together; a copy's alone
    quality: int = 90  # of the second's file

    @property
    def same(self) -> bool:
        """Whether it was called one exposure."""
        return self.answer.kind in SAME

    @property
    def counted(self) -> bool:
        """Whether it counts as recalled: as one exposure, or as one view of a poor whole frame."""
        return self.same or (self.answer.kind == "view" and self.quality < LOW_QUALITY)


def nearness(seen: Compared | None, like: Likeness | None) -> float | None:
    """Give the factor on the limits of shift at which a pair would be called one exposure.

    Every other condition stays. `None`: it would not be, whatever the shifts.
    """
    if seen is None or seen.plain is None or seen.lens is None:
        return None
    copy, reshot = verdict.COPY, verdict.RESHOT
    found = []
    try:
        verdict.COPY = copy._replace(s50=FAR, shared=FAR)
        if verdict.verdict(seen, like) == "copy" and seen.plain.s50 is not None:
            found.append(max(seen.plain.s50 / copy.s50, (seen.plain.shared or 0) / copy.shared))
        verdict.COPY, verdict.RESHOT = copy._replace(s50=-1.0), reshot._replace(q50=FAR)
        if verdict.verdict(seen, like) == "reshot" and seen.lens.s50 is not None:
            found.append(seen.lens.s50 / reshot.q50)
    finally:
        verdict.COPY, verdict.RESHOT = copy, reshot
    return min(found, default=None)


def distance_of(one: str, two: str) -> int:
    """Give the least distance of two fingerprints over the eight flips and turns."""
    if not one or not two:
        return 256
    return min(distance(one, way) for way in turned_fingerprints(two))


def bound(n: int, k: int = 0) -> float:
    """Give the upper bound of a rate that was seen k times in n."""
    return float(beta.ppf(0.95, k + 1, n - k)) if k < n else 1.0


def floor_of(n: int, k: int) -> float:
    """Give the lower bound of a rate that was seen k times in n."""
    return float(beta.ppf(0.05, k, n - k + 1)) if k else 0.0


def tables(results: list[Result], say: Say) -> None:
    """Print every attack and every honest family."""
    copies = [one for one in results if one.found is not None]
    heads = " ".join(f"{head:>5}" for head in ("same", "view", "doubt", "place", "none", "found"))
    say(f"{'copies':32} {'n':>4} {heads}")
    for group in dict.fromkeys(one.family for one in copies):
        for label in dict.fromkeys(one.label for one in copies if one.family == group):
            _copies_row(label, [o for o in copies if o.label == label], say)
        _copies_row(f"= {group}", [o for o in copies if o.family == group], say)
    say("")
    heads = " ".join(f"{head:>5}" for head in ("align", "same", "view", "doubt", "bound"))
    say(f"{'honest families':32} {'n':>4} {heads}")
    rest = [one for one in results if one.found is None]
    for family in dict.fromkeys(one.family for one in rest):
        ours = [one for one in rest if one.family == family]
        if family == "honest":
            for scene in dict.fromkeys(one.scene for one in ours):
                _honest_row(f"honest: {scene}", [o for o in ours if o.scene == scene], say)
        _honest_row(f"= {family}", ours, say)
    for one in rest:
        if one.same:
            say(f"accused: {one.family}, {one.label}, {one.names[0]}, {one.names[1]}")
    say("")


def _copies_row(label: str, ours: list[Result], say: Say) -> None:
    n, kinds = len(ours), Counter(one.answer.kind for one in ours)
    same, lost = sum(one.same for one in ours), kinds["unrelated"] + kinds["untold"]
    told = [same, kinds["view"], kinds["doubtful"], kinds["place"], lost]
    told.append(sum(one.found is True for one in ours))
    say(f"{label:32} {n:4} " + " ".join(f"{value / n:5.2f}" for value in told))


def _honest_row(label: str, ours: list[Result], say: Say) -> None:
    n, kinds = len(ours), Counter(one.answer.kind for one in ours)
    same = sum(one.same for one in ours)
    align = n - kinds["unrelated"] - kinds["untold"]
    limit = f"{bound(n, same):6.3f}"
    say(f"{label:32} {n:4} {align:5} {same:5} {kinds['view']:5} {kinds['doubtful']:5} {limit}")


def goals(results: list[Result], say: Say) -> None:
    """Hold what was measured to the goals: no honest pair accused, so many copies recalled."""
    say(f"{'goals':44} {'n':>5} {'got':>6} {'bound':>6} {'goal':>6}")
    for family in (*HONEST, "same overlay", "fixed camera", "strangers"):
        ours = [one for one in results if one.family == family and one.found is None]
        wrong = sum(one.same for one in ours)
        if ours:
            n = len(ours)
            say(f"{'same: ' + family:44} {n:5} {wrong:6} {bound(n, wrong):6.3f} {0:6}{_off(wrong)}")
    copies = [one for one in results if one.found is not None]
    wanted: list[tuple[str, tuple[str, ...], Callable[[Result], bool], float]] = [
        ("same", ("plain",), lambda one: one.same, 0.97),
        ("same, or view of a poor file", ("plain",), lambda one: one.counted, 0.97),
        ("same, or view of a poor file", ("hard",), lambda one: one.counted, 0.92),
        ("same, view or doubt", ("plain", "hard"), lambda one: one.answer.kind in SEEN, 0.99),
        ("same, or view of a poor file", ("reshot", "mixed"), lambda one: one.counted, 0.45),
        ("same, view or doubt", ("reshot", "mixed"), lambda one: one.answer.kind in SEEN, 0.95),
        ("among the candidates", ("plain", "hard", "tone", "mixed", "reshot"), _found, 0.99),
    ]
    for what, groups, holds, goal in wanted:
        ours = [one for one in copies if one.family in groups]
        if ours:
            n, k = len(ours), sum(map(holds, ours))
            name = f"{what}: {', '.join(groups) if len(groups) < 5 else 'all'}"
            low = floor_of(n, k)
            say(f"{name:44} {n:5} {k / n:6.3f} {low:6.3f} {goal:6}{_off(k / n < goal)}")
    say("")


def _found(one: Result) -> bool:
    return one.found is True


def _off(missed: float) -> str:
    return "  missed" if missed else ""


def leave_one_out(results: list[Result], say: Say) -> None:
    """Say what limits each scene's fellows would have set, and what those would do to it.

    The limits of shift, widened by one factor, are taken from all other scenes: the most that
    accuses none of their pairs, less a tenth. At that factor the scene left out is judged.
    """
    honest = [one for one in results if one.family in HONEST]
    copies = [one for one in results if one.found is not None]
    scenes = list(dict.fromkeys(one.scene for one in honest))
    if len(scenes) < 2:
        return
    say("each scene left out: the limits of shift, widened as far as the others allow")
    say(f"{'scene':14} {'pairs':>5} {'nearest':>7} {'others':>7} {'accused':>7} {'recall':>7}")
    for scene in scenes:
        ours = [one for one in honest if one.scene == scene]
        allowed = 0.9 * _nearest(one for one in honest if one.scene != scene)
        accused = sum(one.near is not None and one.near <= allowed for one in ours)
        near = f"{_nearest(ours):.2f}" if _nearest(ours) < FAR else "-"
        recall = f"{_recalled(copies, allowed):.3f}" if copies else "-"
        say(f"{scene:14} {len(ours):5} {near:>7} {allowed:7.2f} {accused:7} {recall:>7}")
    nearest = min(honest, key=lambda one: FAR if one.near is None else one.near)
    say(f"nearest of all: {_nearest(honest):.2f} times the limits, {nearest.family},")
    say(f"  {nearest.label}: {nearest.names[0]}, {nearest.names[1]}")
    if copies:
        say(f"  recall as the limits are: {_recalled(copies, 1.0):.3f} of {len(copies)} copies")
    say("")


def _nearest(pairs: Iterable[Result]) -> float:
    return min((one.near for one in pairs if one.near is not None), default=FAR)


def _recalled(copies: list[Result], factor: float) -> float:
    return sum(one.near is not None and one.near <= factor for one in copies) / len(copies)
