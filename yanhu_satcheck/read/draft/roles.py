"""Which part is which table: by what its columns say, how it is drawn, and what it is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.draft import fields as guesses
from yanhu_satcheck.read.draft.hints import hints, holds
from yanhu_satcheck.read.draft.names import Quarter, version
from yanhu_satcheck.read.draft.parts import NAMES, Part
from yanhu_satcheck.read.values import text
from yanhu_satcheck.terms import fold

ENOUGH = 1.0  # one column that no other table has, or a name that says which table it is
_ODD = -1.5
_LISTS = frozenset({"submission", "rectification", "patrols", "blacklist", "lookback", "photos"})


@dataclass(frozen=True)
class Chosen:
    """The part that is taken for a table, and what else could be."""

    part: Part
    fields: Mapping[str, guesses.Guess] = field(default_factory=dict)
    others: tuple[Part, ...] = ()
    close: bool = False  # whether another fits about as well


def assign(parts: Sequence[Part], quarter: Quarter | None) -> dict[str, Chosen]:
    """Say which part is which table; a part serves one table and a table takes one part."""
    numbers = frozenset().union(*(_numbers(p, t) for p in parts for t in ("submission", "photos")))
    taken: dict[str, Chosen] = {}
    fits = _ranked("polygons", parts, quarter, numbers)
    if fits:
        taken["polygons"] = _chosen("polygons", fits, frozenset())
        numbers = polygon_numbers(taken["polygons"])
    rest = [p for p in parts if "polygons" not in taken or p is not taken["polygons"].part]
    names = [name for name in NAMES if name != "polygons"]
    ranked = {name: _ranked(name, rest, quarter, numbers) for name in names}
    pairs = [
        (-score, names.index(name), part.file, name, part)
        for name, fit in ranked.items()
        for score, part in fit
    ]
    used: set[int] = set()
    for *_, name, part in sorted(pairs, key=lambda pair: pair[:3]):
        if name in taken or id(part) in used:
            continue
        fit = [(s, p) for s, p in ranked[name] if p is part or id(p) not in used]
        used.add(id(part))
        taken[name] = _chosen(name, fit, numbers)
    for name, chosen in taken.items():
        left = tuple(p for p in chosen.others if id(p) not in used)
        taken[name] = Chosen(chosen.part, chosen.fields, left, chosen.close and bool(left))
    return taken


def polygon_numbers(chosen: Chosen) -> frozenset[str]:
    """Give the numbers of the polygons, folded."""
    guess = chosen.fields.get("polygon_id")
    index = guess.at if guess else chosen.part.meant("polygons").get("polygon_id")
    return frozenset() if index is None else _folded(chosen.part, index)


def _chosen(name: str, fits: Sequence[tuple[float, Part]], numbers: frozenset[str]) -> Chosen:
    (best, part), *rest = fits
    others = tuple(other for _, other in rest)
    close = bool(rest) and best - rest[0][0] < 1.0
    return Chosen(part, guesses.guess(name, part, numbers), others, close)


def _ranked(
    name: str, parts: Sequence[Part], quarter: Quarter | None, numbers: frozenset[str]
) -> list[tuple[float, Part]]:
    scored = [(score(name, part, quarter, numbers), part) for part in parts]
    fit = [(s, part) for s, part in scored if s is not None and s >= ENOUGH]
    return sorted(fit, key=lambda one: (-one[0], one[1].file, one[1].name))


def score(name: str, part: Part, quarter: Quarter | None, numbers: frozenset[str]) -> float | None:
    """Say how well a part fits a table; `None` where it cannot be that table."""
    about, meant = hints()["tables"][name], part.meant(name)
    if not _drawn_right(about["drawn"], part, meant):
        return None
    guessed = guesses.guess(name, part, numbers)
    for column in heads.schema(name).values():
        if column.required and column.name not in meant and column.name not in guessed:
            return None
    own = sum(
        1 / _owners(part.table.headers[index], part.table.cut_names) for index in meant.values()
    )
    own += sum(0.5 for column in guessed if column not in meant)
    # Columns tell a table from another, but not more of it from less: twenty say no more than four.
    total = min(own, 3.0) + 0.05 * len(meant) + _named(name, part) + version(part.name)
    total += 0.5 * _content(name, part, meant)
    if part.drawn and name in _LISTS:
        total -= 1.0
    if quarter is not None and part.quarter is not None and part.quarter != quarter:
        total += _ODD
    if "polygon_id" in meant or "polygon_id" in guessed:
        index = meant.get("polygon_id", guessed["polygon_id"].at if "polygon_id" in guessed else 0)
        total += _shared(part, index, numbers)
    return total


def _drawn_right(how: str, part: Part, meant: Mapping[str, int]) -> bool:
    if how == "area":
        return part.drawn == "area"
    if how == "any":
        return bool(part.drawn) or {"lon", "lat"} <= meant.keys()
    return how == "no" or part.drawn in ("", "area")


def _named(name: str, part: Part) -> float:
    about = hints()["tables"][name]
    folder = " ".join(PurePosixPath(part.file).parts[:-1])
    for weight, called in ((1.5, part.name), (1.0, part.title), (0.8, folder)):
        if holds(called, about["words"]) and not holds(called, about.get("unless", ())):
            return weight
    return 0.0


def _content(name: str, part: Part, meant: Mapping[str, int]) -> float:
    words = hints()["tables"][name].get("content")
    cells = part.column(meant["name"])[:200] if words and "name" in meant else []
    return sum(holds(text(cell), words) for cell in cells) / len(cells) if cells else 0.0


def _shared(part: Part, index: int, numbers: frozenset[str]) -> float:
    """Speak for a part that holds the batch's numbers, against one that holds none of them."""
    own = _folded(part, index)
    if not own or not numbers:
        return 0.0
    share = len(own & numbers) / min(len(own), len(numbers))
    return 1.5 * share if share > 0 else _ODD


def _numbers(part: Part, name: str) -> frozenset[str]:
    index = part.meant(name).get("polygon_id")
    return frozenset() if index is None or part.drawn else _folded(part, index)


def _folded(part: Part, index: int) -> frozenset[str]:
    return frozenset(fold(text(cell)) for cell in part.column(index))


@cache
def _owners(header: str, cut: bool) -> int:
    """Count the tables that have a column of this name."""
    return max(1, sum(heads.meaning(name, header, cut_names=cut) is not None for name in NAMES))
