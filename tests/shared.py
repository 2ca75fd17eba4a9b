"""Where the shared test data lie: outside the checkout, read in place, often absent."""

import os
from pathlib import Path

import pytest


def shared_data(*parts: str) -> Path:
    """Give a path in the shared data; skip the test where it is absent."""
    home = os.environ.get("SATCHECK_SHARED")
    root = Path(home) if home else Path(__file__).resolve().parents[2] / "shared" / "data"
    path = root.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs shared test data at {path} (set SATCHECK_SHARED)")
    return path
