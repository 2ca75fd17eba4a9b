"""Where the real data stand that tests read in place; they are no part of the project."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
SHARED = Path(os.environ.get("SATCHECK_SHARED", _BESIDE))
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared data folder is not beside this checkout"
)
