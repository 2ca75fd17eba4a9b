"""Provisions, terms and deadlines as data, each with its source and dates."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def columns() -> Mapping[str, Any]:
    """Give the alias table of columns, by table and canonical name."""
    return tomllib.loads((files(__name__) / "columns.toml").read_text("utf-8"))


def printed(table: str, column: str) -> str:
    """Give a column as the forms print it, or its own name where no form is known."""
    told = columns().get(table, {}).get(column, {})
    return str(next(iter(told.get("headers", ())), column))
