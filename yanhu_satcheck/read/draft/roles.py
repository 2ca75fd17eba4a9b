"""Which part is which table: by what its columns say, how it is drawn, and what it is called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath

from yanhu_satcheck.read import headers as heads
from yanhu_satcheck.read.draft import fields as guesses
from yanhu_satcheck.read.draft.hints import hints, holds
from yanhu_satcheck.read.draft.names import Term, version
from yanhu_satcheck.read.draft.parts import NAMES, Part
from yanhu_satcheck.read.values import text
from yanhu_satcheck.terms import fold

ENOUGH = 1.0  # one column that no other table has, or a name that says which table it is
_ODD = -1.5
_CLOSE = 1.0  # scores nearer than this leave a doubt
_LISTS = frozenset({"submission", "rectification", "patrols", "blacklist", "lookback", "photos"})


@dataclass(frozen=True)
class Chosen:
    """The part that is taken for a table, and what else could be."""

    part: Part
    fields: Mapping[str, guesses.Guess] = field(default_factory=dict)
    others: tuple[Part, ...] = ()
    close: bool = False  # whether another fits about as well


def assign(parts: Sequence[Part], term: Term | None) -> dict[str, Chosen]:
    """Say which part is which table; a part serves one table and a table takes one part."""
    numbers = frozenset().union(*(_numbers(p, t) for p in parts for t in ("submission", "photos")))
    taken: dict[str, Chosen] = {}
    fits = _ranked("polygons", parts, term, numbers)
    if fits:
        taken["polygons"] = _chosen("polygons", fits, numbers)
        numbers = polygon_numbers(taken["polygons"])
    rest = [p for p in parts if "polygons" not in taken or p is not taken["polygons"].part]
    names = [name for name in NAMES if name != "polygons"]
    ranked = _at_their_best({name: _ranked(name, rest, term, numbers) for name in names})
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


def _at_their_best(
    ranked: Mapping[str, list[tuple[float, Part]]],
) -> dict[str, list[tuple[float, Part]]]:
    """Leave each part to the tables it fits best: no runner-up for one is put to another."""
    best: dict[int, float] = {}
    for worth, part in (one for fit in ranked.values() for one in fit):
        best[id(part)] = max(worth, best.get(id(part), worth))
    return {
        name: [(worth, part) for worth, part in fit if worth > best[id(part)] - _CLOSE]
        for name, fit in ranked.items()
    }


def polygon_numbers(chosen: Chosen) -> frozenset[str]:
    """Give the numbers of the polygons, folded."""
    guess = chosen.fields.get("polygon_id")
    index = guess.at if guess else chosen.part.meant("polygons").get("polygon_id")
    return frozenset() if index is None else _folded(chosen.part, index)


def looks_like(part: Part) -> str:
    """Name the table that a part's columns speak for, whatever stands in them; "" for none."""
    scores = [(score(name, part, None, frozenset()) or 0.0, -n) for n, name in enumerate(NAMES)]
    best, place = max(scores)
    return NAMES[-place] if best >= ENOUGH else ""


def _chosen(name: str, fits: Sequence[tuple[float, Part]], numbers: frozenset[str]) -> Chosen:
    (best, part), *rest = fits
    others = tuple(other for _, other in rest)
    close = bool(rest) and best - rest[0][0] < _CLOSE
    return Chosen(part, guesses.guess(name, part, numbers), others, close)


def _ranked(
    name: str, parts: Sequence[Part], term: Term | None, numbers: frozenset[str]
) -> list[tuple[float, Part]]:
    scored = [(score(name, part, term, numbers), part) for part in parts]
    fit = [(s, part) for s, part in scored if s is not None and s >= ENOUGH]
    return sorted(fit, key=lambda one: (-one[0], one[1].file, one[1].name))


def score(name: str, part: Part, term: Term | None, numbers: frozenset[str]) -> float | None:
    """Say how well a part fits a table; `None` where it cannot be that table."""
    about, meant = hints()["tables"][name], part.meant(name)
    if not _drawn_right(about["drawn"], part, meant):
        return None
    guessed = guesses.guess(name, part, numbers)
    if any(
        column.required and column.name not in meant and column.name not in guessed
        for column in heads.schema(name).values()
    ):
        return None
    total = _columns(part, meant) + 0.5 * len(guessed.keys() - meant.keys())
    total = min(total, 3.0) + 0.05 * len(meant) + 0.5 * _content(name, part, meant)
    total += _named(name, part)
    if total < ENOUGH and name != "polygons":
        return None  # a list of the batch's numbers is no ledger yet
    total += version(PurePosixPath(part.file).stem) + version(part.sheet or part.layer or "")
    if part.drawn and name in _LISTS:
        total -= 1.0
    if term is not None and part.term is not None and not part.term.meets(term):
        total += _ODD
    index = guessed["polygon_id"].at if "polygon_id" in guessed else meant.get("polygon_id")
    return total if index is None else total + _shared(part, index, numbers)


def _columns(part: Part, meant: Mapping[str, int]) -> float:
    """Weigh the columns: one that many tables have says little of which table it is."""
    cut = part.table.cut_names
    return sum(1 / _owners(part.table.headers[index], cut) for index in meant.values())


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
    common = len(own & numbers)
    if not common:
        return _ODD
    return 1.5 * common / min(len(own), len(numbers)) + 0.5 * common / len(numbers)


def _numbers(part: Part, name: str) -> frozenset[str]:
    index = part.meant(name).get("polygon_id")
    return frozenset() if index is None or part.drawn else _folded(part, index)


def _folded(part: Part, index: int) -> frozenset[str]:
    return frozenset(fold(text(cell)) for cell in part.column(index))


@cache
def _owners(header: str, cut: bool) -> int:
    """Count the tables that have a column of this name."""
    return max(1, sum(heads.meaning(name, header, cut_names=cut) is not None for name in NAMES))
