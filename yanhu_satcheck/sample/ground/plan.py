"""The plan of a made quarter: its polygons, and what an audit has to say of each."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

JUDGED = ("CL01", "CL02", "CL03", "CL04", "LM02", "LM03", "LM05", "RL05")
"""The rules that rest on the ground: the only ones that this truth can hold to account."""


@dataclass(frozen=True, slots=True)
class Case:
    """One polygon of the plan."""

    key: str
    how: str
    zone: str
    low: float  # hectares
    high: float
    filed: str
    true: str
    cause: str
    must: tuple[str, ...]  # with conditions behind @
    may: tuple[str, ...]
    unsure: tuple[str, ...]  # rules that may doubt, and may not accuse
    paper: str

    @property
    def honest(self) -> bool:
        """Whether no rule has to speak."""
        return not self.must


@cache
def cases() -> tuple[Case, ...]:
    """Every polygon of the plan; a line with `many` gives that many, numbered."""
    text = files(__package__).joinpath("plan.toml").read_text(encoding="utf-8")
    found = []
    for row in tomllib.loads(text)["case"]:
        many = row.get("many", 1)
        found += [
            _case(row, f"{row['key']}{n}" if many > 1 else row["key"]) for n in range(1, many + 1)
        ]
    return tuple(found)


def _case(row: dict[str, Any], key: str) -> Case:
    low, high = row["ha"]
    must, may, unsure = (tuple(row.get(name, ())) for name in ("must", "may", "unsure"))
    return Case(
        key, row["how"], row["zone"], low, high, row["filed"], row["true"], row["cause"],
        must, may, unsure,
        row.get("paper", ""),
    )  # fmt: skip
