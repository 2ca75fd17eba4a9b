"""Gathers the rules in force with the county's limits, and prints their pages."""

import re
import sys
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import Field, fields, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from inspect import cleandoc, getmodule
from pathlib import Path
from types import MappingProxyType
from typing import Any

from yanhu_satcheck.errors import SatcheckError, SettingError
from yanhu_satcheck.limits import between, no_such, not_a_table, settled, shown, unusable
from yanhu_satcheck.policy import Policy, Provision
from yanhu_satcheck.rule import Rule
from yanhu_satcheck.rules import RULES
from yanhu_satcheck.terms import Words

Settings = Mapping[str, Any]
NONE: Settings = MappingProxyType({})
TABLES = ("policy", "rules")  # of satcheck.toml


def rulebook(settings: Settings = NONE) -> tuple[Rule[Any], ...]:
    """Gather every rule in force: the built-in book, then what other packages offer."""
    book = [*RULES]
    for door in sorted(entry_points(group="yanhu_satcheck.rules"), key=lambda door: door.name):
        book += _offered(door)
    named = _by_name(book)
    if problem := next(_misnamed(settings, named), None):
        raise problem
    for name, changes in _table(settings, "rules").items():
        rule = named[name]
        at = next(n for n, one in enumerate(book) if one.code == rule.code)
        book[at] = replace(rule, limits=settled(f"rules.{name}", book[at].limits, changes))
    return tuple(book)


def policy(settings: Settings = NONE) -> Policy:
    """Give what holds for the audit as a whole, as the county settled it."""
    moved: Policy = settled("policy", Policy(), _table(settings, "policy"))
    return moved


def problems(settings: Settings) -> tuple[SettingError, ...]:
    """Find everything in a satcheck.toml that cannot be used, not only the first."""
    book = _by_name(rulebook())
    found = [*_misnamed(settings, book)]
    moved = [(f"rules.{n}", book[n].limits, t) for n, t in _tables(settings) if n in book]
    for where, limits, changes in [*moved, ("policy", Policy(), settings.get("policy", {}))]:
        if isinstance(changes, Mapping):
            found += unusable(where, limits, changes)
    return tuple(found)


def select(rules: Iterable[Rule[Any]], names: Collection[str]) -> tuple[Rule[Any], ...]:
    """Keep the rules that are named, by code or slug; no name keeps them all."""
    book = tuple(rules)
    known = _by_name(book)
    folded = {name: name.strip().upper() for name in names}
    for name, code in folded.items():
        if code not in known and code.lower() not in known:
            raise SettingError("rules", name, no_such(name, known))
    wanted = {known.get(code) or known[code.lower()] for code in folded.values()}
    return tuple(rule for rule in book if not names or rule in wanted)


@cache
def provisions() -> Mapping[str, tuple[Provision, ...]]:
    """Read which clauses may apply to what each rule finds, with their dates and sources."""
    text = files("yanhu_satcheck.policies").joinpath("provisions.toml").read_text("utf-8")
    book: dict[str, tuple[Provision, ...]] = {}
    for row in tomllib.loads(text)["provision"]:
        words = Words(row["zh"], row["en"])
        clause = Provision(
            words,
            row.get("since"),
            row.get("until"),
            row["source"],
            tuple(row.get("land", ())),
            tuple(row.get("other_land", ())),
            Words(row["perhaps"]["zh"], row["perhaps"]["en"]) if "perhaps" in row else None,
        )
        for code in row["rules"]:
            book[code] = (*book.get(code, ()), clause)
    return MappingProxyType(book)


def page(rule: Rule[Any]) -> str:
    """Print a rule's page: what its module says of it, what it rests on, what may be moved."""
    severity, worst = rule.severity.words, rule.worst.words
    parts = [
        f"# {rule.code} {rule.title.zh}",
        f"`{rule.slug}` · {rule.title.en}",
        f"严重程度 severity: {severity.zh} {severity.en} · "
        f"最重结论 the worst it says: {worst.zh} {worst.en}",
        _prose(getattr(getmodule(rule.check), "__doc__", None) or ""),
        f"依据 Basis: {'；'.join(rule.basis)}",
    ]
    if clauses := provisions().get(rule.code):
        parts += ["可能涉及条款，供核查参考 Provisions that may apply, for reference:"]
        parts += ["\n".join(f"- {_clause(one)}" for one in clauses)]
    if rows := [_row(one, getattr(rule.limits, one.name)) for one in fields(rule.limits)]:
        head = [
            "| 限值 limit | 值 value | 单位 unit | 范围 range | 理由 why |",
            "|---|---|---|---|---|",
        ]
        parts += [f"可在 satcheck.toml 的 `[rules.{rule.code}]` 中调整 What a county may move:"]
        parts += ["\n".join([*head, *rows])]
    return "\n\n".join(parts) + "\n"


def write_pages(folder: Path) -> None:
    """Write the page of every built-in rule, `<CODE>.md`, and remove pages of rules that left."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {f"{rule.code}.md": page(rule) for rule in RULES}
    for stale in set(folder.glob("[A-Z][A-Z][0-9][0-9].md")) - {folder / name for name in pages}:
        stale.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _offered(door: EntryPoint) -> list[Rule[Any]]:
    """Load what another package offers: a rule, or several."""
    try:
        offered = door.load()
        rules = [offered] if isinstance(offered, Rule) else [*offered]
    except Exception as cause:  # whatever a foreign package may do
        raise SatcheckError(f"the rules that {door.name} offers do not load: {cause!r}") from cause
    if strangers := [one for one in rules if not isinstance(one, Rule)]:
        raise SatcheckError(f"{door.name} offers {strangers[0]!r}, which is no rule")
    return rules


def _prose(docstring: str) -> str:
    """Lay out a docstring: Chinese lines joined, each language its paragraph."""
    broken = r"(?<=[\u3001-\u9fff\uff00-\uffef”])\n(?=[\u4e00-\u9fff“（])"
    text = re.sub(broken, "", cleandoc(docstring))
    return re.sub(r"(?<=。)\n(?=[A-Z])", "\n\n", text)


def _by_name(book: Collection[Rule[Any]]) -> dict[str, Rule[Any]]:
    named = {name: rule for rule in book for name in (rule.code, rule.slug)}
    if len(named) < 2 * len(book):
        codes = sorted(rule.code for rule in book)
        raise SatcheckError(f"two installed rules share a code or a slug: {', '.join(codes)}")
    return named


def _table(settings: Settings, name: str) -> Settings:
    table = settings.get(name, {})
    if not isinstance(table, Mapping):
        raise SettingError(name, "", not_a_table(f"[{name}]"))
    return table


def _tables(settings: Settings) -> list[tuple[str, Any]]:
    table = settings.get("rules", {})
    return [*table.items()] if isinstance(table, Mapping) else []


def _misnamed(settings: Settings, book: Mapping[str, Rule[Any]]) -> Iterator[SettingError]:
    """Find tables that name nothing, are no tables, or settle one rule twice."""
    for name in settings:
        if name not in TABLES:
            yield SettingError("satcheck.toml", name, no_such(name, TABLES))
        elif not isinstance(settings[name], Mapping):
            yield SettingError("satcheck.toml", name, not_a_table("[policy]"))
    settled_by: dict[str, str] = {}
    for name, changes in _tables(settings):
        if name not in book:
            yield SettingError("rules", name, no_such(name, book))
        elif not isinstance(changes, Mapping):
            yield SettingError("rules", name, not_a_table(f"[rules.{name}]"))
        elif (first := settled_by.setdefault(book[name].code, name)) != name:
            says = Words(
                f"与 [rules.{first}] 是同一规则，重复设置",
                f"[rules.{first}] settles the same rule already",
            )
            yield SettingError("rules", name, says)


def _row(about: Field[Any], value: Any) -> str:
    low, high, why = (about.metadata[name] for name in ("low", "high", "why"))
    unit = about.metadata["unit"]
    return f"| `{about.name}` | {shown(value)} | {unit} | {between(low, high)} | {why} |"


def _clause(one: Provision) -> str:
    since = f"{one.since} 起 from" if one.since else ""
    until = f"{one.until} 前 before" if one.until else ""
    dates = f"（{' · '.join(filter(None, [since, until]))}）" if since or until else ""
    land = ""
    if one.land:
        named = "、".join(one.land)
        land = f"（填报分类写明{named}的；写明其他地类的不引 only where the filing says so）"
    return f"{one.words.zh} {one.words.en}{dates}{land} [{one.source}]"


if __name__ == "__main__":
    write_pages(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/rules"))
