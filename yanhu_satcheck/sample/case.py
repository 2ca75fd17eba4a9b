"""One line of a plan: what a polygon is on the ground, what was filed, what is to be found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """One polygon of a plan. `call` is what the county filed, in its own words."""

    key: str
    ground: str
    how: str  # the builder, with its argument after a colon
    zone: str
    hectares: float
    call: str
    filed: str
    true: str
    must: tuple[str, ...]
    may: tuple[str, ...]
    wrong: tuple[str, ...]  # rules known to speak here and to be wrong: marked ! in the plan
    then_must: tuple[str, ...]  # what an archive that holds the earlier quarter adds
    then_may: tuple[str, ...]
    then_wrong: tuple[str, ...]
    note: str


def cases(plan: str) -> tuple[Case, ...]:
    """Read a plan.

    Three lines a polygon: key, ground, builder, zone, hectares; then the filed words, the filed and
    the true call, the rules that must and that may speak (`!` before one that is known to speak and
    to be wrong), and those that must and may speak besides where the archive holds the earlier
    quarter; then why.
    """
    lines = [line for line in plan.splitlines() if line and not line.startswith("#")]
    found = []
    for head, calls, note in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        key, ground, how, zone, hectares = head.split()
        call, filed, *rules = (part.strip() for part in (calls + " | | | | |").split("|")[:6])
        says, true = filed.split()
        words = "" if call == "-" else call
        must, may, then_must, then_may = (tuple(part.split()) for part in rules)
        found.append(
            Case(
                key, ground, how, zone, float(hectares), words, says, true,
                must, plain(may), wrong(may),
                then_must, plain(then_may), wrong(then_may), note.strip(),
            )
        )  # fmt: skip
    return tuple(found)


def plain(rules: tuple[str, ...]) -> tuple[str, ...]:
    """The rules without a mark."""
    return tuple(rule for rule in rules if not rule.startswith("!"))


def wrong(rules: tuple[str, ...]) -> tuple[str, ...]:
    """The rules marked as known to be wrong."""
    return tuple(rule[1:] for rule in rules if rule.startswith("!"))
